"""The order of writing, computed over records.

Resources give the coarse order (`registry.ordered_groups`). Inside a group whose records can refer to each other, the
records form a graph: an edge leads from a record to each reference target that does not exist yet. Its strongly
connected components are the circles. Every component gets a *wave* after those that it needs; inside one, hard
references (places that must be filled at creation) decide, and soft ones are linked in a second pass.

A circle of hard references alone cannot be created by any order. If this import creates the demand itself (the
`required` of a definition), the demand is left off at first and restored after the links (`Row.relaxed`). If the target
store already demands it, nothing is relaxed silently: those records cannot be written, and say so.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .archive.members import MemberSet
from .governors import Governors
from .graph import circular, groups, levels
from .holding import hold_back
from .outcomes import Outcome, Reason, Verdict
from .references import Target
from .registry import ordered_groups, owner
from .resource import OWNER, Later, Place, Resource
from .trace import WRITABLE
from .uniques import Uniques
from .work import Checkpoint, Cursor, Desk, Row

WINDOW = 500
STUCK = (
    "Required references go round in a circle, and the target store's definition demands them already. "
    "Make one of these fields optional in the target store, then plan again."
)
SOFT_WAVES = 16
WAVES = 1_000_000  # waves that a group of resources may use; the group's number times this is its first
LATER = 4  # waves at the end of these, for what could not be written because another record had not made room yet


def order(desk: Desk, cursor: Cursor, *, snapshot: MemberSet) -> Iterator[Checkpoint]:
    """Gives every row that is to be written its wave. The last cursor says how many rows fell out as circles."""
    cursor = cursor or {"group": 0, "fell": 0}
    all_groups = ordered_groups(desk.registry)
    while cursor["group"] < len(all_groups):
        names = all_groups[cursor["group"]]
        first = cursor["group"] * WAVES
        resources = [desk.registry[name] for name in names]
        if any(_self_referring(resource, names, desk) for resource in resources):
            cursor["fell"] += sum(_apart(desk, snapshot, own) for own in resources if own.exclusive)
            cursor["fell"] += _Circles(desk, snapshot, names, first).settle()
        else:
            for name in names:
                uniques = Uniques(desk, snapshot, desk.registry[name])
                for rows in _windows(desk, name):
                    for row in rows:
                        row.wave = first
                    if desk.registry[name].exclusive:
                        uniques.learn(rows)
                    desk.ledger.put(rows)
                    yield Checkpoint(cursor)
                cursor["fell"] += uniques.settle()
        cursor["group"] += 1
        yield Checkpoint(cursor)
        if desk.stopping():
            return
    hold_back(desk)
    yield Checkpoint(cursor, done=True)


def end(registry: Mapping[str, Resource]) -> int:
    """The first wave behind all groups, whose records are written after everything else."""
    return len(ordered_groups(registry)) * WAVES


def later(wave: int, how: Later, end_: int) -> int:
    """The wave in which a record is tried again. `end_`: the first wave behind all groups."""
    if how is Later.END or wave >= end_:
        return max(wave + 1, end_)
    return max(wave + 1, wave - wave % WAVES + WAVES - LATER)


def put_off(wave: int, end_: int) -> bool:
    """Whether a wave is one of those in which what could not be written before is tried again."""
    return wave >= end_ or wave % WAVES >= WAVES - LATER


def behind(wave: int, end_: int) -> int:
    """The next wave: in a group's last one all are tried for the last time, until everything else has been."""
    return wave + 1 if wave >= end_ else min(wave + 1, wave - wave % WAVES + WAVES - 1)


def is_late(wave: int, end_: int) -> bool:
    """Whether a wave comes after all others that it may have to wait for."""
    return wave >= end_ or wave % WAVES == WAVES - 1


def _self_referring(resource: Resource, names: Sequence[str], desk: Desk) -> bool:
    own = {*names, *(kind for name in names for kind in desk.registry[name].embeds)}
    return bool(own & set(resource.refers_to))


def _apart(desk: Desk, snapshot: MemberSet, resource: Resource) -> int:
    """Settles who may have what is unique, of a kind of which none gives anything up and none has to wait for it."""
    uniques = Uniques(desk, snapshot, resource)
    for rows in _windows(desk, resource.name):
        uniques.learn(rows)
        desk.ledger.put(rows)
    return uniques.settle()


def _windows(desk: Desk, resource: str) -> Iterator[list[Row]]:
    after = None
    while rows := desk.ledger.select(WRITABLE.of(resource), limit=WINDOW, after=after):
        after = (rows[-1].resource, rows[-1].key, rows[-1].number)
        desk.beat()
        yield rows


@dataclass(frozen=True, slots=True)
class _Demand:
    """A hard edge that a definition is the cause of: without `path` in `governor`, it would be a soft one."""

    needing: int
    needed: int
    governor: Target
    path: str


@dataclass(slots=True)
class _Circles:
    """The graph over the records of one group. Nodes are numbers, so that a large group costs little memory."""

    desk: Desk
    snapshot: MemberSet
    names: Sequence[str]
    first: int
    numbers: dict[Target, int] = field(default_factory=dict)
    needs: list[tuple[int, ...]] = field(default_factory=list)
    hard: list[set[int]] = field(default_factory=list)
    demands: list[_Demand] = field(default_factory=list)

    def settle(self) -> int:
        """Writes the waves, relaxes what may be relaxed; returns how many records can not be created at all."""
        self._build()
        self._relax()
        stuck = {node for group in self._hard_circles() for node in group}
        wave = self._waves()
        for rows in self._rows():
            for row in rows:
                node = self.numbers[Target(row.resource, row.key)]
                row.wave = self.first + wave[node]
                if node in stuck:
                    row.verdict, row.reason, row.detail = Verdict.CANNOT, Reason.REQUIRED_CIRCLE, STUCK
            self.desk.ledger.put(rows)
        return len(stuck)

    def _rows(self) -> Iterator[list[Row]]:
        for name in self.names:
            yield from _windows(self.desk, name)

    def _build(self) -> None:
        for rows in self._rows():
            for row in rows:
                self.numbers[Target(row.resource, row.key)] = len(self.numbers)
        for rows in self._rows():
            governors = Governors(self.desk, self.snapshot)
            governors.learn(rows)
            spots = [(row, governors.needs(row)) for row in rows]
            present = self.desk.ids.by_target({place.target for _, places in spots for place in places})
            for row, places in spots:
                self._edges(row, places, present, governors)

    def _edges(self, row: Row, places: Sequence[Place], present: Container[Target], governors: Governors) -> None:
        """What this row needs, as far as this import has to create it first. Rows come in the order of `numbers`."""
        spots = [(place, owner(place.target, self.desk.registry)) for place in places]
        needs = [
            (place, self.numbers[home]) for place, home in spots if home in self.numbers and place.target not in present
        ]
        assert row.after is not None
        resource = self.desk.registry[row.resource]
        # What only the target has in it goes by names, too, and is looked for by these where it is to go.
        named_by = (target for fields in (row.after, row.before or {}) for target in resource.named_by(fields))
        naming = {self.numbers[target] for target in named_by if target in self.numbers}
        self.needs.append(tuple(sorted(naming.union(needed for _, needed in needs))))
        self.hard.append({needed for place, needed in needs if place.hard})
        governor = resource.governed_by(row.key)
        for place, needed in needs:
            if place.hard and place.path != OWNER and governor is not None and governor in governors.rows:
                self.demands.append(_Demand(len(self.hard) - 1, needed, governor, resource.demand(place.path)))

    def _hard_circles(self) -> list[list[int]]:
        found = groups(range(len(self.hard)), lambda node: sorted(self.hard[node]))
        return [group for group in found if circular(group, lambda node: self.hard[node])]

    def _relax(self) -> None:
        """Leaves off every demand inside a hard circle that is this import's own; the edge is then a soft one."""
        circle = {node: number for number, group in enumerate(self._hard_circles()) for node in group}
        mine: dict[Target, set[str]] = {}
        for demand in self.demands:
            inside = demand.needing in circle and circle.get(demand.needed) == circle[demand.needing]
            if inside and self._own(demand):
                mine.setdefault(demand.governor, set()).add(demand.path)
        for demand in self.demands:
            if demand.path in mine.get(demand.governor, ()):
                self.hard[demand.needing].discard(demand.needed)
        for governor, paths in mine.items():
            row = self.desk.ledger.get(governor.resource, [governor.key])[governor.key]
            row.relaxed = tuple(sorted({*row.relaxed, *paths}))
            self.desk.ledger.put([row])

    def _own(self, demand: _Demand) -> bool:
        """Whether this import creates the demand, instead of finding it in the target."""
        row = self.desk.ledger.get(demand.governor.resource, [demand.governor.key])[demand.governor.key]
        if row.outcome is not Outcome.PENDING:
            return False
        changed = any(demand.path == path or demand.path.startswith(f"{path}.") for path in row.changed)
        return row.verdict is Verdict.CREATE or (row.verdict is Verdict.UPDATE and changed)

    def _waves(self) -> dict[int, int]:
        """Node -> wave, from 0: after all that it needs outside its circle, and inside it after its hard needs.

        Behind `SOFT_WAVES` only hard needs are waited for: a chain of ten thousand entries would otherwise be written
        one at a time, at the pace of single answers. Such soft needs are linked in the second pass.
        """
        wave: dict[int, int] = {}
        for group in groups(range(len(self.needs)), lambda node: self.needs[node]):
            inside = set(group)
            outer = (
                wave[need] + 1 if need in self.hard[node] else min(wave[need] + 1, SOFT_WAVES)
                for node in group
                for need in self.needs[node]
                if need not in inside
            )
            start = max(outer, default=0)
            inner = groups(group, lambda node: sorted(self.hard[node]))
            depth = levels(inner, lambda node: self.hard[node])
            wave |= {node: start + depth[node] for node in group}
        return wave
