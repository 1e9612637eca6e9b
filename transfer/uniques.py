"""Values that must be unique in a shop: who has to give one up before another can take it.

Where one record is to get what another one has, the other is written before (an edge, and so a later wave). In a
rotation none can be first, and a chain could be as long as the store: there one *makes way*. It holds a stand-in for a
while, or nothing, and gets its own value in its turn. Who wants what a record has that this import leaves as it is can
not be written, or not with that, and says so in the plan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .archive.members import MemberSet
from .commands import completed
from .governors import Governors
from .graph import circular, groups
from .judging import concede
from .keys import Key
from .outcomes import REMOVALS, TO_WRITE, Outcome, Reason, Verdict
from .resource import Conceded, Fields, Resource
from .work import Desk, Row

LONGEST = 8  # waves of one chain: past it, a record makes way, which costs one more write and no more waiting
_NAMED = 5  # of many unique values that one record may not have
Claim = tuple[str, ...]
Takers = dict[Key, set[Claim]]  # who wants what of one holder


@dataclass(slots=True)
class Uniques:
    """The unique values of one resource. `learn` every window of rows that are to be written, then `settle`."""

    desk: Desk
    snapshot: MemberSet
    resource: Resource
    governors: Governors = field(init=False)
    holding: Resource = field(init=False)  # the kind whose records have it
    takers: dict[Claim, Key] = field(default_factory=dict)
    fallen: int = 0

    def __post_init__(self) -> None:
        self.governors = Governors(self.desk, self.snapshot)
        self.holding = self.desk.registry[self.resource.held_by or self.resource.name]

    def learn(self, rows: Sequence[Row]) -> None:
        """What these rows want to have and do not have yet. One that wants what another row wants falls."""
        self.governors.learn(rows)
        for row in rows:
            row.aside = None
            others: dict[Key, set[Claim]] = {}
            for claim in sorted(self._wanted(row)):
                first = self.takers.setdefault(claim, row.key)
                if first != row.key:
                    others.setdefault(first, set()).add(claim)
            for first, claims in others.items():
                self._fall(row, first, claims, "The archive gives its {what} to {other} as well.")

    def settle(self) -> int:
        """Gives waves to those that wait for each other; returns how many rows cannot be written at all."""
        if not self.takers:
            return self.fallen
        needs: dict[Key, set[Key]] = {}
        for holder, takers in self._holders().items():
            self._judge(holder, takers, needs)
        self._arrange(needs)
        return self.fallen

    def _wanted(self, row: Row) -> set[Claim]:
        assert row.after is not None
        if row.before is not None and self.resource.held_by:
            return set()
        own = self._claims(self.resource, row.key, row.before) if row.before else set()
        return self._claims(self.resource, row.key, row.after) - own

    def _claims(self, resource: Resource, key: Key, fields: Fields) -> set[Claim]:
        return set(resource.claims(key, fields, self.governors.of(resource, key)))

    def _holders(self) -> dict[Key, Takers]:
        """Who has what others want, and who these are; everything that the target has is looked at."""
        found: dict[Key, Takers] = {}
        for line in self.snapshot.records(self.holding.name):
            self.governors.learn([Row(self.holding.name, line.key)])
            for claim in self._claims(self.holding, line.key, line.fields):
                taker = self.takers.get(claim)
                if taker is not None and taker != line.key:
                    found.setdefault(line.key, {}).setdefault(taker, set()).add(claim)
        return found

    def _judge(self, holder: Key, takers: Takers, needs: dict[Key, set[Key]]) -> None:
        own = self.desk.ledger.get(self.holding.name, [holder]).get(holder)
        pending = own is not None and own.outcome is Outcome.PENDING
        if own is not None and pending and own.verdict in TO_WRITE and not self._keeps(own):
            for taker in takers:
                needs.setdefault(taker, set()).add(holder)
                needs.setdefault(holder, set())
            return
        if own is not None and pending and own.verdict in REMOVALS and self.holding.deletable:
            self._make_way(holder)
        for row in self._rows(takers):
            if own is None or not pending or own.verdict not in REMOVALS or not self.holding.deletable:
                self._fall(row, holder, takers[row.key], "{other} has its {what} in the target store.")
            elif own.verdict is Verdict.EXTRA and ONLY.format(self._named(holder)) not in row.detail:
                row.detail = f"{row.detail} {ONLY.format(self._named(holder))}".strip()
                self.desk.ledger.put([row])

    def _keeps(self, holder: Row) -> bool:
        """Whether it is written, and has afterwards what it has now."""
        assert holder.before is not None
        assert holder.after is not None
        after = completed(self.holding, holder.before, holder.after)  # what the archive does not say stays
        before, then = (self._claims(self.holding, holder.key, fields) for fields in (holder.before, after))
        return bool(before & then)

    def _rows(self, keys: Iterable[Key]) -> list[Row]:
        rows = self.desk.ledger.get(self.resource.name, sorted(keys)).values()
        return [row for row in rows if row.verdict in TO_WRITE and row.outcome is Outcome.PENDING]

    def _fall(self, row: Row, holder: Key, claims: Collection[Claim], why: str) -> None:
        """Without what it may not have, where it is anything without."""
        assert row.after is not None
        rest, other = self.resource.unclaimed(row.key, row.after, claims), self._named(holder)
        told = f"It must be unique there: {why.format(other=other, what=self._what(claims))}"
        if rest is None:
            row.verdict, row.reason, row.detail = Verdict.CANNOT, Reason.TAKEN, f"{told} {self.resource.freed}".strip()
            self.fallen += 1
        else:
            before = row.detail.replace(ONLY.format(other), "").strip()
            concede(self.resource, row, Conceded(rest, (told,)))
            row.detail = f"{before} {row.detail}".strip()
        self.desk.ledger.put([row])

    def _what(self, claims: Collection[Claim]) -> str:
        """What people call it, and of a kind that may hold many also which."""
        if not self.resource.holds_many:
            return self.resource.claimed
        more = f" and {len(claims) - _NAMED:,} more" if len(claims) > _NAMED else ""
        listed = ", ".join(claim[-1] for claim in sorted(claims)[:_NAMED])
        return f"{self.resource.claimed}{'s' if len(claims) > 1 else ''} {listed}{more}"

    def _named(self, key: Key) -> str:
        """Nobody is told of people by their names who did not ask for these."""
        return "another" if self.resource.personal else " / ".join(key)

    def _arrange(self, needs: Mapping[Key, set[Key]]) -> None:
        stepping, depths = moves(needs)
        for key in sorted(stepping):
            self._make_way(key)
        for row in self._rows(key for key, depth in depths.items() if depth):
            row.wave = (row.wave or 0) + depths[row.key]
            self.desk.ledger.put([row])

    def _make_way(self, key: Key) -> None:
        row = self.desk.ledger.get(self.resource.name, [key])[key]
        assert row.before is not None
        governor = self.governors.of(self.resource, key)
        row.aside, row.stepped = self.resource.stand_in(key, row.before, governor), False
        self.desk.ledger.put([row])


ONLY = "{}, which only the target store has, has to be deleted for it: it must be unique there."


def moves(needs: Mapping[Key, set[Key]]) -> tuple[set[Key], dict[Key, int]]:
    """(who makes way, how many waves each comes after the first). `needs`: who has to be written before."""
    stepping: set[Key] = set()

    def still(key: Key) -> list[Key]:
        return sorted(needs[key] - stepping)

    ordered = groups(sorted(needs), still)
    while circles := [group for group in ordered if circular(group, still)]:
        stepping.update(min(group) for group in circles)
        ordered = groups(sorted(needs), still)
    depths: dict[Key, int] = {}
    for (key,) in ordered:
        depths[key] = 1 + max((depths[need] for need in still(key)), default=-1)
        if depths[key] > LONGEST:
            stepping |= needs[key]
            depths[key] = 0
    return stepping, depths
