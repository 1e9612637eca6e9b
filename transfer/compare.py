"""The archive against the target's snapshot, as one streaming merge: a verdict for every record.

Both sides are sorted by natural key, so neither is ever held in memory. Records that share a key are a group: those
of equal content pair, and of what remains nobody can say which belongs to which, so it is a conflict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from types import MappingProxyType

from . import commands, line_ends, unshown
from .archive.members import MemberSet
from .behind import Behind
from .called import Sides
from .crowded import note
from .fuller import fuller
from .judging import forbidden, judge
from .keys import Key, decode, encode, sort_key
from .languages import primary_language
from .mentions import Mentions, Telling
from .namesakes import Namesakes, Present, present_of
from .outcomes import Outcome, State, Verdict
from .renew import renew
from .resource import Fields, Resource
from .storefront import OWN, storefront
from .unfetched import measured, unfetched
from .withdrawn import Withdrawn
from .work import Checkpoint, Cursor, Desk, Row

UNMADE = (commands.Command.DELETE, commands.Command.IGNORE, commands.Command.UPDATE)  # rows that create nothing
WINDOW = 500  # records between two checkpoints
SPOKEN = (
    "The source store has this language as its primary one ({}), in which its own texts stand, so that its archive "
    "cannot say that it lacks this: it is left alone. To be rid of the language, remove it in Settings > Languages."
)


def compare(
    desk: Desk,
    cursor: Cursor,
    *,
    archive: MemberSet,
    snapshot: MemberSet,
    whole: frozenset[str],
    hidden: Mapping[str, str] = MappingProxyType({}),
    edited: bool = False,
    source: Iterable[str] = (),
    source_language: str = "",
) -> Iterator[Checkpoint]:
    """Writes a ledger row per record of the archive, and per record that only the target has.

    `whole`: resources that the archive holds completely. Of the others nobody can say what only the target has.
    `hidden`: resources that the target does not show to the app -> why. `edited`: the archive was changed by hand, so
    that it is no store's state: a text that somebody changed says nothing of its translations. `source`: the addresses
    of the store that the archive is of; `source_language`: its primary one, which it cannot have beside that. The
    cursor says in `language` what the target's primary one is, and in `own` whether it is that store itself.
    """
    home = tuple(source)
    cursor = cursor or {"resource": 0, "after": None, "compared": {}, **_known(desk, home)}
    names = [name for name in desk.registry if name in archive.resources]
    twins, both = Namesakes.of(desk, archive, snapshot), Sides(desk.registry, archive, snapshot)
    telling = Telling(_mentions(home, own=cursor.get("own", False), edited=edited))
    languages = cursor.get("language", ""), source_language
    while cursor["resource"] < len(names):
        resource = desk.registry[names[cursor["resource"]]]
        behind = Behind(resource, archive, snapshot)
        window = _Window(desk, resource, hidden, edited, archive, behind, twins, telling, both, languages, home)
        after = decode(cursor["after"]) if cursor["after"] is not None else None
        for key, wanted, present in _pairs(desk, resource, archive, snapshot, twins, after):
            if not wanted and resource.name not in whole:
                continue
            window.judge(key, wanted, present)
            if len(window.rows) >= WINDOW:
                window.save(cursor)
                cursor["after"] = encode(key)
                yield Checkpoint(cursor, _counts(archive, cursor))
                if desk.stopping():
                    return
        window.save(cursor)
        cursor["resource"] += 1
        cursor["after"] = None
        yield Checkpoint(cursor, _counts(archive, cursor))
        if desk.stopping():
            return
    yield Checkpoint(cursor, _counts(archive, cursor), done=True)


def _pairs(
    desk: Desk, resource: Resource, archive: MemberSet, snapshot: MemberSet, twins: Namesakes, after: Key | None
) -> Iterator[tuple[Key, list[Present], list[Present]]]:
    """What archive and target have under each key, from behind `after` on."""
    sides = (twins.side(desk, resource, members, after) for members in (archive, snapshot))
    return unshown.beside(desk, resource, snapshot, side_by_side(*sides))


def _mentions(home: Iterable[str], *, own: bool, edited: bool) -> Mentions | None:
    """Its own addresses lead where they should. Ids do in what was just taken out of the store to be edited; an archive
    may bring back what was deleted since, and has another id then."""
    return Mentions(() if own else home) if not (own and edited) else None


def _known(desk: Desk, home: Iterable[str]) -> dict[str, str | bool]:
    own = any(host.endswith(OWN) and host in storefront(desk).hosts for host in home)
    return {"language": primary_language(desk), "own": own}


@dataclass(slots=True)
class _Window:
    """The rows of one kind between two checkpoints. `pairs`: key -> (the target's record, what is wanted of it), for
    what has one on either side; `told`: those whose translations a text leaves behind instead of renewing them."""

    desk: Desk
    resource: Resource
    hidden: Mapping[str, str]
    edited: bool
    archive: MemberSet
    behind: Behind
    twins: Namesakes
    telling: Telling
    both: Sides
    languages: tuple[str, str]  # the primary ones of target and source; empty where the app may not ask
    home: tuple[str, ...]  # the addresses of the store that the file is of
    rows: list[Row] = field(default_factory=list)
    pairs: dict[Key, tuple[Fields, Fields]] = field(default_factory=dict)
    told: set[Key] = field(default_factory=set)
    firsts: dict[Key, Present] | None = None
    withdrawn: Withdrawn = field(init=False)

    def __post_init__(self) -> None:
        self.withdrawn = Withdrawn(self.desk, self.archive)

    def judge(self, key: Key, wanted: list[Present], present: list[Present]) -> None:
        if len(wanted) == len(present) == 1:
            self.rows += self._pair(key, wanted[0], present[0])
            return
        if not present:
            wanted = [self._dated(one) if one.command else one for one in wanted]
        rows = [note(self.resource, row) for row in self._judged(key, wanted, present)]
        self.telling.look(self.resource, [one.fields for one in wanted], rows)
        self.rows += rows

    def _pair(self, key: Key, said: Present, present: Present) -> list[Row]:
        """The rows of a key that each side has once."""
        stays = ""
        if self.edited:
            said = said._replace(fields=line_ends.kept(present.fields, said.fields))
            said, stays = measured(self.resource, said, present)
        by_hand = self.edited or bool(said.command)
        if by_hand and said.command != commands.Command.REPLACE:
            self.told.add(key)
            if said.fields:  # a row that deletes, or passes over, says none
                said = said._replace(fields=self.resource.as_old(said.fields, present.fields))
        present = present._replace(fields=self.both.aligned(self.resource, said.fields, present.fields))
        wanted = said._replace(fields=self.behind.with_theirs(key, said.fields, present.fields))
        rows = self._judged(key, [wanted], [present])
        if not by_hand:
            rows = [fuller(self.resource, row, present.fields, wanted.fields) for row in rows]
        sides = said.fields, wanted.fields, present.fields
        rows = [note(self.resource, self.behind.judged(row, *sides, by_hand=by_hand)) for row in rows]
        for row in rows if self.edited else ():
            unfetched(self.resource, row, wanted, present, self.home, stays)
        if present.unlisted:
            for row in rows:
                unshown.note(row, present.fields, wanted.fields)
            rows = unshown.judged(self.desk, rows, self.behind.snapshot)
        self.telling.look(self.resource, [wanted.fields], rows)
        self.pairs[key] = (present.fields, _whole(self.resource, wanted, present))
        return rows

    def _dated(self, one: Present) -> Present:
        return one._replace(fields=self.resource.dated(one.fields, self.desk.now()))

    def _judged(self, key: Key, wanted: list[Present], present: list[Present]) -> list[Row]:
        why, unclear = self._forbidden(key), self.twins.unclear.get(self.resource.name, {}).get(key)
        if why or unclear:
            return forbidden(self.resource, key, wanted, why or unclear or "", unclear=not why)
        rows = judge(self.resource, key, wanted, present)
        for row in rows:
            if self.edited:
                self.withdrawn.settle(row)
            if row.verdict is Verdict.EXTRA and self.resource.barred(key, self.languages[1]):
                row.outcome, row.state, row.detail = Outcome.LEFT, State.DONE, SPOKEN.format(self.languages[1])
            elif row.verdict is Verdict.CREATE:
                self._with_first(row)
            elif row.verdict is Verdict.UPDATE:
                row.detail = row.detail or self.twins.note(self.resource.name, key)
        return rows

    def _with_first(self, row: Row) -> None:
        """What Shopify makes together with a new record is the first of the archive's own, and not one more."""
        kind = self.resource.first_of(row.after) if row.after is not None else ""
        if not kind or kind not in self.archive.resources:
            return
        if self.firsts is None:
            made = (one for one in present_of(self.archive, kind, None) if one.command not in UNMADE)
            size, self.firsts = len(row.key), {}
            for one in made:
                self.firsts.setdefault(one.key[:size], one)
        if row.after is not None and (first := self.firsts.get(row.key)) is not None:
            row.after = self.resource.with_first(row.after, first.key, first.fields)

    def _forbidden(self, key: Key) -> str:
        """Why the target lets nothing be written under this key; empty where it does."""
        name = self.resource.name
        parts = self.desk.withheld_parts.get(name, {})
        scopes = self.desk.withheld.get(name, ()) or parts.get(self.resource.part(key), ())
        grant = f"The app may not write this; grant it {', '.join(scopes)}, and import again." if scopes else ""
        return grant or self.hidden.get(name, "") or self.resource.barred(key, self.languages[0])

    def save(self, cursor: Cursor) -> None:
        renew(self.desk, self.resource, self.rows, self.pairs, told=self.told)
        self.telling.tell(self.rows)
        self.desk.ledger.put(self.rows)
        name = self.resource.name
        wanted = sum(row.verdict is not Verdict.EXTRA for row in self.rows)
        cursor["compared"][name] = cursor["compared"].get(name, 0) + wanted
        self.rows, self.pairs, self.told = [], {}, set()


def _whole(resource: Resource, wanted: Present, present: Present) -> Fields:
    """What a row that may be a part of a record makes of the target's."""
    if not wanted.command:
        return wanted.fields
    return commands.completed(resource, present.fields, resource.meant(present.fields, wanted.fields))


def _counts(archive: MemberSet, cursor: Cursor) -> dict[str, tuple[int, int | None]]:
    return {name: (cursor["compared"].get(name, 0), archive.count(name)) for name in archive.resources}


def side_by_side(
    wanted: Iterable[Present], present: Iterable[Present]
) -> Iterator[tuple[Key, list[Present], list[Present]]]:
    """The merge: every key that either side has, with what each side has under it."""
    lefts, rights = _by_key(wanted), _by_key(present)
    left, right = next(lefts, None), next(rights, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left[0] < right[0]):
            assert left is not None
            yield left[1][0].key, left[1], []
            left = next(lefts, None)
        elif left is None or right[0] < left[0]:
            yield right[1][0].key, [], right[1]
            right = next(rights, None)
        else:
            yield left[1][0].key, left[1], right[1]
            left, right = next(lefts, None), next(rights, None)


def _by_key(records: Iterable[Present]) -> Iterator[tuple[bytes, list[Present]]]:
    for order, group in groupby(records, lambda record: sort_key(record.key)):
        yield order, list(group)
