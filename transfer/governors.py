"""The definitions that govern records: what their places must hold, and what they take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from .archive.members import MemberSet
from .commands import completed
from .conversation import Fields
from .job import OWNER, Conceded, Place
from .keys import Key
from .outcomes import TO_WRITE, Outcome
from .references import Target
from .resource import Resource
from .work import Desk, Row


class Governors:
    """The definitions that say what a record must hold: as this import will leave them, else as the target has them."""

    def __init__(self, desk: Desk, snapshot: MemberSet) -> None:
        self._desk = desk
        self._snapshot = snapshot
        self.rows: dict[Target, Row] = {}
        self._fields: dict[Target, Fields | None] = {}

    def learn(self, rows: Iterable[Row]) -> None:
        self._learn(self._desk.registry[row.resource].governed_by(row.key) for row in rows)

    def _learn(self, targets: Iterable[Target | None]) -> None:
        wanted: dict[str, set[Key]] = {}
        for target in targets:
            if target is not None and target not in self._fields:
                wanted.setdefault(target.resource, set()).add(target.key)
        for resource, keys in wanted.items():
            planned = self._desk.ledger.get(resource, sorted(keys))
            present = self._snapshot.lookup(resource, sorted(keys))
            for key in keys:
                target = Target(resource, key)
                planned_row = planned.get(key)
                if planned_row is not None and planned_row.after is not None and _comes_to_be(planned_row):
                    self.rows[target] = planned_row
                    self._fields[target] = self._standing(planned_row, planned_row.after)
                elif planned_row is not None and planned_row.before is not None:
                    self._fields[target] = planned_row.before
                else:
                    self._fields[target] = present[key].fields if key in present else None

    def _standing(self, row: Row, after: Fields) -> Fields:
        """The definition that an update leaves: what the target's says and the archive's does not stays in it."""
        return completed(self._desk.registry[row.resource], row.before, after) if row.before is not None else after

    def of(self, resource: Resource, key: Key) -> Fields | None:
        """The definition of a record, as it will stand in the target; None where there is none. `learn` it before."""
        target = resource.governed_by(key)
        return self._fields.get(target) if target is not None else None

    def said(self, targets: Iterable[Target]) -> dict[Target, Fields]:
        """These definitions, as far as they are known, as they will stand in the target."""
        targets = set(targets)
        self._learn(targets)
        return {target: fields for target in targets if (fields := self._fields[target]) is not None}

    def fit(self, row: Row) -> Conceded | None:
        """What of a record its definition takes, where that is not all of it."""
        resource = self._desk.registry[row.resource]
        fields = self.of(resource, row.key)
        if fields is None or row.after is None:
            return None
        return resource.fit(row.before, row.after, fields)

    def written(self, row: Row) -> Sequence[str]:
        """What this run has changed in the definition that governs a row."""
        governor = self._desk.registry[row.resource].governed_by(row.key)
        own = self.rows.get(governor) if governor is not None else None
        return own.changed if own is not None and own.outcome is Outcome.UPDATED else ()

    def demanded(self, row: Row) -> list[Place]:
        """Every reference of a row, hard where it must be filled in the end."""
        assert row.after is not None
        resource = self._desk.registry[row.resource]
        return list(resource.places(row.key, row.after, self.of(resource, row.key)))

    def needs(self, row: Row) -> list[Place]:
        """The references of a row that take an id; links in texts take none, and wait for nothing."""
        return [place for place in self.places(row) if not place.link]

    def places(self, row: Row) -> list[Place]:
        """Every reference of a row, hard where it must be filled at its creation: not where the demand comes later."""
        resource = self._desk.registry[row.resource]
        governor = resource.governed_by(row.key)
        found = [replace(p, path=p.waits, hard=False) if p.waits else p for p in self.demanded(row)]
        relaxed = self.rows[governor].relaxed if governor in self.rows else ()
        if not relaxed:
            return found
        return [
            replace(place, hard=False)
            if place.hard and place.path != OWNER and resource.demand(place.path) in relaxed
            else place
            for place in found
        ]


def _comes_to_be(row: Row) -> bool:
    """Whether a definition is, or will be, what the plan wants of it."""
    made = (Outcome.PENDING, Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)
    return row.verdict in TO_WRITE and row.outcome in made
