"""Where every reference of the plan will point, before anything is written.

A reference lands if its target is in the target shop, or if this import creates it. One that does neither is *lost*:
it is left out of the wanted record and named in the report, so that a second import finds nothing to write. Where
the lost place had to be filled, the record itself cannot be written, and what refers to that record is traced again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from shopify_client import ShopifyError

from .archive.members import MemberSet
from .compare import update
from .dead_links import NOTED, noted, told
from .given import tell
from .hiding import tell_hidden
from .keys import Key
from .nowhere import ENOUGH, explain, explained
from .outcomes import Outcome, Reason, Verdict
from .present import located
from .references import Target
from .registry import missing_owner, owner, owner_of
from .resource import OWNER, Fields, Place, Resource
from .unread import Scopes, kind_of
from .work import Checkpoint, Cursor, Desk, Id, Row, Where

WINDOW = 300  # rows whose references are looked up together

TO_WRITE = frozenset({Verdict.CREATE, Verdict.UPDATE})
WRITABLE = Where(verdicts=TO_WRITE, outcomes=frozenset({Outcome.PENDING}))


def trace(
    desk: Desk, cursor: Cursor, *, snapshot: MemberSet, unread: Mapping[str, Scopes] | None = None
) -> Iterator[Checkpoint]:
    """Judges every reference of every row that is to be written; repeats while rows fall out of the plan.

    Then the links in the texts of unchanged rows are judged.

    `unread`: kinds that the app may not read in the source store -> the scopes to grant there.
    """
    cursor = cursor or {"after": None, "fell": 0, "told": {}}
    tracer = _Tracer(desk, snapshot, cursor["told"], unread or {})
    while True:
        after = cursor["after"]
        where, window = (NOTED, tracer.unwritten) if cursor.get("unwritten") else (WRITABLE, tracer.window)
        rows = desk.ledger.select(where, limit=WINDOW, after=(after[0], tuple(after[1]), after[2]) if after else None)
        if rows:
            last = rows[-1]
            cursor["after"] = [last.resource, list(last.key), last.number]
            cursor["fell"] += window(rows)
        elif cursor["fell"]:
            cursor = {"after": None, "fell": 0, "told": cursor["told"]}
        elif not cursor.get("unwritten"):
            cursor |= {"unwritten": True, "after": None}
        else:
            tell(desk, cursor["told"])
            tell_hidden(desk)
            yield Checkpoint(cursor, done=True)
            return
        yield Checkpoint(cursor)
        if desk.stopping():
            return


class Governors:
    """The definitions that say what a record must hold: as this import will leave them, else as the target has them."""

    def __init__(self, desk: Desk, snapshot: MemberSet) -> None:
        self._desk = desk
        self._snapshot = snapshot
        self.rows: dict[Target, Row] = {}
        self.stays: dict[Target, Fields] = {}  # the target's, where the archive's can never take its place
        self._fields: dict[Target, Fields | None] = {}

    def learn(self, rows: Iterable[Row]) -> None:
        wanted: dict[str, set[Key]] = {}
        for row in rows:
            target = self._desk.registry[row.resource].governed_by(row.key)
            if target is not None and target not in self._fields:
                wanted.setdefault(target.resource, set()).add(target.key)
        for resource, keys in wanted.items():
            planned = self._desk.ledger.get(resource, sorted(keys))
            present = self._snapshot.lookup(resource, sorted(keys))
            for key in keys:
                target = Target(resource, key)
                planned_row = planned.get(key)
                if planned_row is not None and planned_row.reason is Reason.TYPE_CONFLICT and planned_row.before:
                    self._fields[target] = self.stays[target] = planned_row.before
                elif planned_row is not None and planned_row.after is not None:
                    self.rows[target] = planned_row
                    self._fields[target] = planned_row.after
                else:
                    self._fields[target] = present[key].fields if key in present else None

    def misfit(self, row: Row) -> str | None:
        """Why a record cannot be written, as long as its definition stays what it is in the target."""
        resource = self._desk.registry[row.resource]
        governor = resource.governed_by(row.key)
        if governor is None or governor not in self.stays or row.after is None:
            return None
        return resource.misfit(row.after, self.stays[governor])

    def written(self, row: Row) -> Sequence[str]:
        """What this run has changed in the definition that governs a row."""
        governor = self._desk.registry[row.resource].governed_by(row.key)
        own = self.rows.get(governor) if governor is not None else None
        return own.changed if own is not None and own.outcome is Outcome.UPDATED else ()

    def demanded(self, row: Row) -> list[Place]:
        """Every reference of a row, hard where it must be filled in the end."""
        assert row.after is not None
        resource = self._desk.registry[row.resource]
        governor = resource.governed_by(row.key)
        return list(resource.places(row.key, row.after, self._fields.get(governor) if governor is not None else None))

    def needs(self, row: Row) -> list[Place]:
        """The references of a row that take an id; links in texts take none, and wait for nothing."""
        return [place for place in self.places(row) if not place.link]

    def places(self, row: Row) -> list[Place]:
        """Every reference of a row, hard where it must be filled at its creation: not where the demand comes later."""
        resource = self._desk.registry[row.resource]
        governor = resource.governed_by(row.key)
        found = self.demanded(row)
        relaxed = self.rows[governor].relaxed if governor in self.rows else ()
        if not relaxed:
            return found
        return [
            replace(place, hard=False)
            if place.hard and place.path != OWNER and resource.demand(place.path) in relaxed
            else place
            for place in found
        ]


@dataclass(slots=True)
class _Tracer:
    desk: Desk
    snapshot: MemberSet
    told: dict[str, int]  # what the target has not been given -> how many records name it
    unread: Mapping[str, Scopes] = field(default_factory=dict)
    absent: set[Target] = field(default_factory=set)  # looked for in the target and not found
    shared: dict[str, set[Key]] = field(default_factory=dict)  # kind -> keys that several records of the target have
    unlooked: dict[Target, ShopifyError] = field(default_factory=dict)  # of these, what could not be looked for

    def window(self, rows: Sequence[Row]) -> int:
        """Judges these rows; returns how many fell out of the plan."""
        governors = Governors(self.desk, self.snapshot)
        governors.learn(rows)
        found = [(row, governors.demanded(row)) for row in rows]
        lands = self._lands({place.target for _, spots in found for place in spots})
        told = self._told({place.target for _, spots in found for place in spots} - lands)
        moved = [row for row, spots in found if _misfits(row, governors) or self._change(row, spots, lands, told)]
        self.desk.ledger.put(moved)
        return sum(row.verdict is Verdict.CANNOT and not self.desk.registry[row.resource].given for row in moved)

    def unwritten(self, rows: Sequence[Row]) -> int:
        """Says which links in unchanged texts lead nowhere. Nothing falls out of the plan by that."""
        found = [
            (row, [link for link in noted(row) if not missing_owner(link.target, self.desk.registry)]) for row in rows
        ]
        targets = {link.target for _, links in found for link in links}
        lands = self._lands(targets)
        lands |= self._told(targets - lands)
        news = []
        for row, links in found:
            lost = [link for link in links if link.target not in lands]
            row.reason = Reason.NONE
            if told(row, lost, self._reason(row, lost), map(self._explain, lost)):
                news.append(row)
        self.desk.ledger.put(news)
        return 0

    def _change(self, row: Row, spots: Sequence[Place], lands: set[Target], told: set[Target]) -> bool:
        """Whether anything of the row changed."""
        rest = [place for place in spots if place.path == OWNER or place.target not in told]
        changed = [self._not_given(row), self._without(row, spots, told), self._judge(row, rest, lands)]
        if row.verdict in TO_WRITE and row.after is not None and self.desk.registry[row.resource].vain(row.after):
            row.verdict, row.reason, row.lost = Verdict.CANNOT, Reason.NOTHING_LANDS, ()
            gone = sorted({str(place.target) for place in spots if place.target in told})
            row.detail = row.detail or f"The target store has nothing of what it names: {', '.join(gone)}."
        return any(changed)

    def _not_given(self, row: Row) -> bool:
        """What only a person can add to the target is not there. Whether the row is such a one."""
        sentence = self.desk.registry[row.resource].given
        if not sentence:
            return False
        row.verdict, row.reason, row.detail = Verdict.CANNOT, Reason.NOT_PERMITTED, sentence
        return True

    def _told(self, lost: Iterable[Target]) -> set[Target]:
        """Which of these a row of the plan speaks for: a person has to add them."""
        wanted: dict[str, list[Key]] = {}
        for target in lost:
            if target.resource in self.desk.registry and self.desk.registry[target.resource].given:
                wanted.setdefault(target.resource, []).append(target.key)
        rows = {name: self.desk.ledger.get(name, sorted(keys)) for name, keys in wanted.items()}
        return {Target(name, key) for name, found in rows.items() for key in found}

    def _without(self, row: Row, spots: Sequence[Place], told: set[Target]) -> bool:
        """Takes out of the row what another row speaks for, and counts it there. Whether the row changed."""
        for name in {str(place.target) for place in spots if place.target in told}:
            self.told[name] = self.told.get(name, 0) + 1
        gone = {str(place.target) for place in spots if place.target in told and place.path != OWNER}
        if not gone:
            return False
        resource = self.desk.registry[row.resource]
        assert row.after is not None
        row.after = resource.rewrite(row.after, lambda text: None if text in gone else text)
        if row.verdict is Verdict.UPDATE:
            update(resource, row)
        return True

    def _judge(self, row: Row, spots: Sequence[Place], lands: set[Target]) -> bool:
        """Takes what is lost out of the row, and names it; links stay in their texts. Whether the row changed.

        A list is filled by whichever item lands; of what a record belongs to, all of it must be there.
        """
        lost = [spot for spot in spots if spot.target not in lands and (not spot.link or self._unsaid(row, spot))]
        if not lost or row.after is None:
            return False
        filled = {place.path for place in spots if place.target in lands and place.path != OWNER}
        hard = next((place for place in lost if place.hard and place.path not in filled), None)
        if hard is not None:
            row.verdict = Verdict.CANNOT
            row.reason = Reason.MISSING_OWNER if hard.path == OWNER else Reason.MISSING_REQUIRED
            row.detail = self._explain(hard)
            return True
        resource = self.desk.registry[row.resource]
        gone = {str(place.target) for place in lost if not place.link}
        assert row.after is not None
        if gone:
            row.after = resource.rewrite(row.after, lambda text: None if text in gone else text)
        row.lost = tuple(sorted({*row.lost, *(place.path for place in lost)}))
        row.reason = self._reason(row, lost)
        links = dict.fromkeys(self._explain(place) for place in lost if place.link)
        references = explained((place for place in lost if not place.link), self._explain)
        row.detail = " ".join(filter(None, [row.detail, references, *links]))
        if gone and row.verdict is Verdict.UPDATE:
            update(resource, row)
        return True

    def _unsaid(self, row: Row, link: Place) -> bool:
        """Whether a link can be judged here, and has not been yet: it stays in its text, so it is met on every look."""
        known = not missing_owner(link.target, self.desk.registry)
        return known and len(row.detail) < ENOUGH and self._explain(link) not in row.detail

    def _reason(self, row: Row, lost: Iterable[Place]) -> Reason:
        """Traced again, a row keeps the reason that says more."""
        unread = all(kind_of(place.target) in self.unread for place in lost)
        known = row.reason is Reason.UNRESOLVED_REFERENCE
        return Reason.UNREAD_REFERENCE if unread and not known else Reason.UNRESOLVED_REFERENCE

    def _explain(self, place: Place) -> str:
        scopes = self.desk.withheld.get(owner_of(place.target.resource, self.desk.registry))
        if scopes is not None:
            grant = f"grant it {', '.join(scopes)}"
            return f"{place.path}: points at {place.target}, which the app may not look for; {grant}."
        if place.target in self.unlooked:
            what = f"{'links to' if place.link else 'points at'} {place.target}"
            why = f"which could not be looked for in the target store: {self.unlooked[place.target]}"
            return f"{place.path}: {what}, {why}"
        if self._shared(place.target):
            return f"{place.path}: points at {place.target}, and the target store has several of this name."
        return explain(place, self.unread.get(kind_of(place.target)))

    def _shared(self, target: Target) -> bool:
        """Whether the target store has several that go by this name, so that nobody can say which is meant."""
        resource = self.desk.registry.get(target.resource)
        if resource is None or resource.told_apart:
            return False
        if target.resource not in self.shared:
            keys = (line.key for line in self.snapshot.records(target.resource))
            self.shared[target.resource] = {key for key, other in pairwise(keys) if key == other}
        return target.key in self.shared[target.resource]

    def _lands(self, targets: set[Target]) -> set[Target]:
        targets = {target for target in targets if not self._shared(target)}
        known = set(self.desk.ids.by_target(targets))
        known |= self._created(targets - known)
        strangers = {
            target
            for target in targets - known - self.absent
            if not target.unknown and not missing_owner(target, self.desk.reachable)
        }
        return known | self._located(strangers)

    def _created(self, targets: Iterable[Target]) -> set[Target]:
        """Which of them this import creates, on their own or inside another record."""
        owners = {target: owner(target, self.desk.registry) for target in targets}
        planned: dict[Target, Row] = {}
        for resource in {home.resource for home in owners.values() if home is not None}:
            keys = sorted({home.key for home in owners.values() if home is not None and home.resource == resource})
            rows = self.desk.ledger.get(resource, keys)
            planned |= {Target(resource, key): row for key, row in rows.items()}
        return {
            target
            for target, home in owners.items()
            if home is not None and home in planned and creates(planned[home], target, self.desk.registry)
        }

    def _located(self, targets: set[Target]) -> set[Target]:
        """Asks the target for what neither the archive nor the snapshot knows, by identifier."""
        queues: dict[str, list[Target]] = {}
        for target in sorted(targets):
            queues.setdefault(owner_of(target.resource, self.desk.registry), []).append(target)
        look = located(self.desk, queues)
        self.desk.ids.put(Id(gid, target) for target, gid in look.found.items())
        self.absent |= targets - look.found.keys()
        self.unlooked |= look.unlooked
        return set(look.found)


def _misfits(row: Row, governors: Governors) -> bool:
    sentence = governors.misfit(row)
    if sentence is None:
        return False
    row.verdict, row.reason, row.detail = Verdict.CANNOT, Reason.TYPE_CONFLICT, sentence
    return True


def creates(row: Row, target: Target, registry: Mapping[str, Resource]) -> bool:
    """Whether writing this row makes `target` exist."""
    if row.verdict not in TO_WRITE or row.outcome is not Outcome.PENDING or row.after is None:
        return False
    if registry[row.resource].given:
        return False
    if row.resource == target.resource:
        return row.verdict is Verdict.CREATE
    return target in registry[row.resource].embedded(row.key, row.after)
