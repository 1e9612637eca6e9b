"""Which records a reference or a link can count on in the target: those that are there, and those that are to come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from itertools import pairwise

from shopify_client import ShopifyError

from .archive.members import MemberSet
from .keys import Key
from .outcomes import REMOVALS, TO_WRITE, Outcome, Verdict
from .present import located
from .references import Target
from .registry import missing_owner, owner, owner_of
from .resource import Resource
from .work import Desk, Id, Row, Where


@dataclass(slots=True)
class Landing:
    """`absent`: looked for in the target and not found; `unlooked`: of these, what could not be looked for.
    `doubled`: kind -> keys that several records of the target have. `mirroring`: what only the target has is to go.
    `leaving`: of those that the target has, the ones that this import deletes; `asked`: of these, the ones that a row
    of a spreadsheet deletes; `taken`: those that it takes out of records which it updates, before anything that hangs
    on them is written: variants."""

    desk: Desk
    snapshot: MemberSet
    mirroring: bool = False
    leaving: set[Target] = field(default_factory=set)
    asked: set[Target] = field(default_factory=set)
    taken: set[Target] = field(default_factory=set)
    deletes: bool | None = None
    absent: set[Target] = field(default_factory=set)
    unlooked: dict[Target, ShopifyError] = field(default_factory=dict)
    doubled: dict[str, set[Key]] = field(default_factory=dict)

    def of(self, targets: Iterable[Target]) -> set[Target]:
        """Those of the targets that the target has, or that this import makes."""
        targets = {target for target in targets if not self.shared(target)}
        known = set(self.desk.ids.by_target(targets))
        leaving = self._leaving(known)
        self.leaving |= leaving.keys()
        self.asked |= {target for target, verdict in leaving.items() if verdict is Verdict.DELETE}
        self.taken |= self._taken(known)
        known |= self._created(targets - known)
        reachable = self.desk.reachable
        unknown = targets - known - self.absent
        strangers = {target for target in unknown if not target.unknown and not missing_owner(target, reachable)}
        return known | self._located(strangers)

    def going(self, targets: Set[Target]) -> set[Target]:
        """Those of the targets that this import takes away."""
        return self._leaving(targets).keys() | self._taken(targets)

    @property
    def deleting(self) -> bool:
        self._leaving(())
        return bool(self.deletes)

    def shared(self, target: Target) -> bool:
        """Whether the target store has several that go by this name, so that nobody can say which is meant."""
        resource = self.desk.registry.get(target.resource)
        if resource is None or resource.told_apart:
            return False
        if target.resource not in self.doubled:
            keys = (line.key for line in self.snapshot.records(target.resource))
            self.doubled[target.resource] = {key for key, other in pairwise(keys) if key == other}
        return target.key in self.doubled[target.resource]

    def _created(self, targets: Iterable[Target]) -> set[Target]:
        """Which of them this import creates, on their own or inside another record."""
        rows: dict[Target, Row] = {}
        asked: dict[Target, set[Target]] = {}
        for target, row in self._planned(targets):
            rows[row.target] = row
            asked.setdefault(row.target, set()).add(target)
        return {one for home, own in asked.items() for one in created(rows[home], own, self.desk.registry)}

    def _leaving(self, targets: Iterable[Target]) -> dict[Target, Verdict]:
        """Which of them this import deletes, on their own or with another record, and by which verdict."""
        going = REMOVALS if self.mirroring else REMOVALS - {Verdict.EXTRA}
        if self.deletes is None:  # most imports delete nothing, and need not be asked about every record
            where = Where(verdicts=going, outcomes=frozenset({Outcome.PENDING}))
            self.deletes = bool(self.desk.ledger.select(where, limit=1))
        if not self.deletes:
            return {}
        planned = self._planned(targets)
        return {
            target: row.verdict for target, row in planned if row.verdict in going and row.outcome is Outcome.PENDING
        }

    def _taken(self, targets: Iterable[Target]) -> set[Target]:
        inside = {target for target in targets if owner_of(target.resource, self.desk.registry) != target.resource}
        rows = {row.target: row for _, row in self._planned(inside)}
        found: set[Target] = set()
        for row in rows.values():
            if row.verdict is Verdict.UPDATE and row.outcome is Outcome.PENDING and row.before and row.after:
                found.update(self.desk.registry[row.resource].taken(row.key, row.before, row.after))
        return found & inside

    def _planned(self, targets: Iterable[Target]) -> Iterator[tuple[Target, Row]]:
        """What the plan says of the records that these are, or in which they are."""
        owners = {target: owner(target, self.desk.registry) for target in targets}
        planned: dict[Target, Row] = {}
        for resource in {home.resource for home in owners.values() if home is not None}:
            keys = sorted({home.key for home in owners.values() if home is not None and home.resource == resource})
            rows = self.desk.ledger.get(resource, keys)
            planned |= {Target(resource, key): row for key, row in rows.items()}
        yield from ((target, planned[home]) for target, home in owners.items() if home is not None and home in planned)

    def _located(self, targets: set[Target]) -> set[Target]:
        """Asks the target for what neither the archive nor the snapshot knows, by identifier."""
        queues: dict[str, list[Target]] = {}
        for target in sorted(targets):
            queues.setdefault(owner_of(target.resource, self.desk.registry), []).append(target)
        look = located(self.desk, queues)
        known = self.desk.ids.by_gid(look.found.values())
        # A variant of this label that goes by another name is another one (`transfer.called`).
        others = {
            target
            for target, gid in look.found.items()
            if gid in known and owner_of(target.resource) != target.resource
        }
        found = {target: gid for target, gid in look.found.items() if target not in others}
        self.desk.ids.put(Id(gid, target) for target, gid in found.items())
        self.absent |= targets - found.keys()
        self.unlooked |= look.unlooked
        return set(found)


def created(row: Row, targets: Set[Target], registry: Mapping[str, Resource]) -> set[Target]:
    """Which of `targets` exist once this row is written. All at once: a product names up to 2,048 variants anew."""
    if row.verdict not in TO_WRITE or row.outcome is not Outcome.PENDING or row.after is None:
        return set()
    if registry[row.resource].given:
        return set()
    inside = {target for target in targets if target.resource != row.resource}
    itself = targets - inside if row.verdict is Verdict.CREATE else set()
    return {*itself, *(inside and inside.intersection(registry[row.resource].embedded(row.key, row.after)))}
