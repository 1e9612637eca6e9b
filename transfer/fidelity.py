"""Two sides against each other, record by record and field by field: what is equal, what differs, what only one has.

The same merge that makes a plan, without a direction: neither side is the target, and nothing will be written. Values
are compared in the form on which equality is judged; null and nothing are the same, as they are for a plan.

Of a spreadsheet, what it says is compared: see `partial`. A row that says DELETE says that there is no such record, and
one that says IGNORE takes its record out of the comparison.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from typing import Any

from .archive.members import MemberSet
from .commands import Command
from .compare import side_by_side
from .diff import Change, text_of
from .keys import Key, decode, encode
from .namesakes import Present, present_of
from .outcomes import Reason, State, Verdict
from .partial import completed, spoken
from .registry import in_order
from .resource import Fields, Resource
from .resources.metafields import Metafields
from .work import Checkpoint, Cursor, Desk, Row

WORDS = ("equal", "differing", "only_left", "only_right")
# What a ledger calls the same, as seen from a store on the right.
VERDICTS = {"differing": Verdict.UPDATE, "only_left": Verdict.CREATE, "only_right": Verdict.EXTRA}
IGNORED = "ignored"  # records that a row of a spreadsheet takes out; counted and named, and no part of the fidelity
EXAMPLES = 10  # keys named of each word
MAX_FIELDS = 2000  # different fields counted of one resource; what comes after them counts as "other fields"
WINDOW = 500


@dataclass(frozen=True, slots=True)
class Side:
    """`whole`: the kinds that it holds completely; of the others, what the other side has alone says nothing.

    `unread`, `parts`: kinds, and parts of kinds, that the app may not read there: they are not compared.
    `sheet`: it is a spreadsheet, and may say a part of a record. `namespaces`: those of which alone it says what hangs
    on definitions; empty for all.
    """

    members: MemberSet
    whole: frozenset[str]
    unread: frozenset[str] = frozenset()
    parts: Mapping[str, Collection[str]] = field(default_factory=dict)
    sheet: bool = False
    namespaces: frozenset[str] = frozenset()

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(self.members.resources) - self.unread

    def shows(self, resource: Resource, key: Key) -> bool:
        return resource.part(key) not in self.parts.get(resource.name, ())

    def beside(self, other: Side, resource: Resource, after: Key | None) -> Iterator[Present]:
        """Its records, as far as a selection of the other side could take them in."""
        for one in present_of(self.members, resource.name, after):
            chosen = resource.chosen(one.fields, other.namespaces) if other.namespaces else one.fields
            yield one._replace(fields=chosen)


def fidelity(desk: Desk, cursor: Cursor, *, left: Side, right: Side) -> Iterator[Checkpoint]:
    """Counts what is equal, and puts a row into the ledger for every record that is not: `after` is the left one.

    The last cursor holds ``{"resources": {name: {word: count, "fields": {...}, "examples": {...}}}}``.
    """
    names = [name for name in in_order(left.kinds & right.kinds) if name in desk.registry]
    cursor = cursor or {"at": 0, "after": None, "resources": {}}
    while cursor["at"] < len(names):
        resource = desk.registry[names[cursor["at"]]]
        found = cursor["resources"].setdefault(resource.name, _nothing())
        after = decode(cursor["after"]) if cursor["after"] is not None else None
        sides = side_by_side(left.beside(right, resource, after), right.beside(left, resource, after))
        for number, (key, lefts, rights) in enumerate(sides, 1):
            if left.shows(resource, key) and right.shows(resource, key):
                group = _Group(resource, key, (left.sheet, right.sheet), found)
                desk.ledger.put(group.compared(lefts, rights, (left.whole, right.whole)))
            if number % WINDOW == 0:
                cursor["after"] = encode(key)
                yield Checkpoint(cursor, _counts(cursor))
                if desk.stopping():
                    return
        cursor["at"], cursor["after"] = cursor["at"] + 1, None
        yield Checkpoint(cursor, _counts(cursor))
        if desk.stopping():
            return
    yield Checkpoint(cursor, _counts(cursor), done=True)


def summary(found: Mapping[str, Any]) -> dict[str, Any]:
    """Of the kinds that were compared: whether nothing differs, each kind's counts, and those of all."""
    totals: dict[str, Any] = {word: sum(own.get(word, 0) for own in found.values()) for word in (*WORDS, IGNORED)}
    kinds = {name: {**found[name], "fidelity": share(found[name])} for name in in_order(found)}
    same = not any(totals[word] for word in WORDS[1:])
    return {"equal": same, "resources": kinds, "totals": totals | {"fidelity": share(totals)}}


def share(counts: Mapping[str, int]) -> float | None:
    """How much of what either side has is equal, in ten thousandths rounded down: 1.0 is said of nothing less."""
    every = sum(counts[word] for word in WORDS)
    return counts["equal"] * 10_000 // every / 10_000 if every else None


def _nothing() -> dict[str, Any]:
    words = (*WORDS, IGNORED)
    return {**dict.fromkeys(words, 0), "fields": {}, "examples": {word: [] for word in words[1:]}}


def _counts(cursor: Cursor) -> dict[str, tuple[int, int | None]]:
    return {name: (sum(own[word] for word in WORDS), None) for name, own in cursor["resources"].items()}


@dataclass(frozen=True, slots=True)
class _Group:
    """The records of one key. `sheets`: which of the sides are spreadsheets. `found`: the kind's counts so far."""

    resource: Resource
    key: Key
    sheets: tuple[bool, bool]
    found: dict[str, Any]

    def compared(
        self, lefts: Sequence[Present], rights: Sequence[Present], whole: tuple[Collection[str], Collection[str]]
    ) -> Iterator[Row]:
        """Counts them, and yields the rows of those that differ."""
        if any(one.command == Command.IGNORE for one in (*lefts, *rights)):
            self._count(IGNORED)
            return
        # A row that says that there is none says all that there is to say of its key.
        shows = [
            self.resource.name in kinds or any(one.command == Command.DELETE for one in side)
            for kinds, side in zip(whole, (lefts, rights), strict=True)
        ]
        ours, theirs = ([one for one in side if one.command != Command.DELETE] for side in (lefts, rights))
        if problem := self._no_record(0, ours, theirs) or self._no_record(1, theirs, ours):
            self._count("differing")
            detail = f"The row does not make a record: {problem}"
            verdict = VERDICTS["differing"]
            yield Row(self.resource.name, self.key, 0, verdict, state=State.DONE, reason=Reason.INVALID, detail=detail)
            return
        for number, (left, right) in enumerate(self._paired(ours, theirs)):
            if (left is not None or shows[0]) and (right is not None or shows[1]):
                yield from self._judged(number, left, right)

    def _no_record(self, side: int, own: Sequence[Present], others: Sequence[Present]) -> str | None:
        """What is wrong with a row that makes no record, whatever the other side has.

        What neither side says is filled with something plain, which need not be valid: so validity is asked of what
        cannot be compared, and of that alone.
        """
        for one, other in product(own, others):
            if self.sheets[side] or one.command:
                try:
                    differences(self.resource, *(self._whole(one, other) if side == 0 else self._whole(other, one)))
                except (KeyError, TypeError, ValueError, AttributeError):
                    return self.resource.validate(self.key, one.fields) or "it lacks what it cannot be without"
        return None

    def _judged(self, number: int, left: Present | None, right: Present | None) -> Iterator[Row]:
        paths: list[str] = []
        if left is not None and right is not None:
            ours, theirs = self._whole(left, right)
            paths = [change.path for change in differences(self.resource, ours, theirs)]
            word = "differing" if paths else "equal"
            _fields(self.resource, self.key, (ours, theirs), paths, self._said(left, right), self.found["fields"])
        elif (alone := left or right) and self.resource.void(self.resource.filled(self.key, alone.fields)):
            word = "equal"  # the other side says the same by having none
        else:
            word = "only_left" if right is None else "only_right"
        self._count(word)
        if word == "equal":
            return
        row = Row(self.resource.name, self.key, number, VERDICTS[word], state=State.DONE)
        if left is not None and right is not None:
            row.before, row.after = theirs, ours
        else:
            row.before, row.after = right and right.fields, left and left.fields
        row.changed = tuple(paths)
        yield row

    def _count(self, word: str) -> None:
        self.found[word] += 1
        if word != "equal" and len(self.found["examples"][word]) < EXAMPLES:
            self.found["examples"][word].append(encode(self.key))

    def _whole(self, left: Present, right: Present) -> tuple[Fields, Fields]:
        """Both, as far as both say something; the right one by the names that the left one has for what is in it."""
        ours, theirs = completed(self.resource, left, right, self._parts(left, right))
        return ours, self.resource.aligned(theirs, ours)

    def _parts(self, left: Present, right: Present) -> tuple[bool, bool]:
        """Which of the two may say a part of a record: those of a spreadsheet, and those of archives with a command."""
        return self.sheets[0] or bool(left.command), self.sheets[1] or bool(right.command)

    def _said(self, left: Present, right: Present) -> frozenset[str] | None:
        """The fields that every sheet of the two speaks of; None: all."""
        said = [spoken(one) for one, part in zip((left, right), self._parts(left, right), strict=True) if part]
        parts = [own for own in said if own is not None]
        return frozenset.intersection(*parts) if parts else None

    def _paired(
        self, lefts: Sequence[Present], rights: Sequence[Present]
    ) -> Iterator[tuple[Present | None, Present | None]]:
        """Records of one key: those of equal content together, then in their order, then those without a partner."""
        rest, alone = list(rights), []
        for record in lefts:
            same = (other for other in rest if not differences(self.resource, *self._whole(record, other)))
            twin = next(same, None)
            if twin is None:
                alone.append(record)
            else:
                rest.remove(twin)
                yield record, twin
        for place in range(max(len(alone), len(rest))):
            yield alone[place] if place < len(alone) else None, rest[place] if place < len(rest) else None


def differences(resource: Resource, ours: Fields, theirs: Fields) -> list[Change]:
    """What a plan would change, in either direction, of what can be carried; `before` is what the right side has."""
    found = {change.path: change for change in resource.changes(theirs, ours)}
    for change in resource.changes(ours, theirs):
        found.setdefault(change.path, Change(change.path, change.after, change.before))
    return [change for path, change in found.items() if _carried(resource, path)]


def _carried(resource: Resource, path: str) -> bool:
    return path.partition(".")[0] not in resource.uncarried


def _fields(
    resource: Resource,
    key: Key,
    sides: tuple[Fields, Fields],
    paths: Sequence[str],
    said: Collection[str] | None,
    fields: dict[str, Any],
) -> None:
    """Counts field by field. An order that differs has no value of its own, and is counted as a field.

    A value that is another and yet makes no difference (which definitions are not pinned) is passed over.
    `said`: the fields that a spreadsheet speaks of, where one of the sides is one.
    """
    ones, others = (dict(_leaves(resource, "", resource.normalise(side))) for side in sides)
    verdicts: dict[str, set[str]] = {}
    touched = {path.partition(".")[0] for path in paths}
    for path in filter(partial(_carried, resource), {**ones, **others}):
        if said is not None and not {path.partition(".")[0]} & {*said, *touched}:
            continue
        word = "only_right" if path not in ones else "only_left" if path not in others else "differing"
        if path in ones and path in others and ones[path] == others[path]:
            word = "equal"
        elif path.partition(".")[0] not in touched:
            continue
        verdicts.setdefault(_kind(resource, key, path), set()).add(word)
    for path in paths:
        if path.endswith("Order") and path not in ones:
            verdicts[path] = {"differing"}
    for kind, words in verdicts.items():
        name = kind if kind in fields or len(fields) < MAX_FIELDS else "other fields"
        own = fields.setdefault(name, dict.fromkeys(WORDS, 0))
        own[words.pop() if len(words) == 1 else "differing"] += 1


def _leaves(resource: Resource, path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """(path, value) of everything that is said. Items that have names stand under them, behind a ``*``."""
    name = resource.keyed_lists.get(path)
    if isinstance(value, dict) and value:
        for field, inner in value.items():
            yield from _leaves(resource, f"{path}.{field}" if path else field, inner)
    elif name is not None and isinstance(value, list) and all(isinstance(i, dict) and name in i for i in value):
        for item in value:
            for field, inner in item.items():
                if inner is not None:
                    yield f"{path}.*{text_of(item[name])}\0.{field}", inner
    elif value is not None:
        yield path, value


def _kind(resource: Resource, key: Key, path: str) -> str:
    """The field that a path stands for, in all records alike."""
    head, star, rest = path.partition(".*")
    kind = f"{head}{rest.rsplit(chr(0), 1)[-1]}" if star else path
    if isinstance(resource, Metafields) and kind in ("value", "type"):
        return f"{'.'.join(key[-2:])}{' (type)' if kind == 'type' else ''}"
    return f"{key[0]}: {kind}" if resource.parted else kind
