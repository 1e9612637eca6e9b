"""Deletions: what only the target has, under the mirror policy, and what rows of a spreadsheet ask to delete."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from .added import added, with_inside
from .archive.members import MemberSet
from .drift import named
from .governors import Governors
from .outcomes import REMOVALS, Outcome, Reason, State, Verdict
from .present import Current, KnownIds, now
from .references import Target
from .referrers import tell_referrers
from .registry import owner
from .resource import Fields, Job, Resource, Result, Talk
from .taken import moved_by_others
from .talk import ask_all
from .work import Cursor, Desk, Row, Where
from .writing import PLANNED, UNDECIDED, Results, Writing, arrived, fail, renamed

WANTED = "The archive has {} of it, though not itself, and that would go with it: it stays."
MADE_OF = "An option of its product is made of it, and stays."
UNSPOKEN = (
    "It is hidden, and not deleted: translations of this type of entries are switched off. Once they are switched on "
    "again, it may show again."
)
TOGETHER = 25  # values in one question
SHOWN = "{} shows it as a value of an option, and stays as it is: so does this."


class Deletions(Writing):
    """What somebody changed since the plan is left alone, and so is what somebody gave a metafield since."""

    def __init__(self, desk: Desk, cursor: Cursor, snapshot: MemberSet, resource: str, read: frozenset[str]) -> None:
        """`read`: the kinds of which the snapshot says all that the target had."""
        super().__init__(desk, cursor, snapshot)
        self._read = read
        self._named: dict[str, dict[Target, list[str]]] = {}  # of a kind: what parts of it go by -> GIDs of its records
        self._unspoken: set[Target] = set()  # what is said of records that stay, and that their type lets nobody see
        self.where = Where(resource=resource, verdicts=REMOVALS, outcomes=UNDECIDED, states=PLANNED)

    def prepare(self, rows: Sequence[Row]) -> list[tuple[Row, Job]]:
        resource = self.desk.registry[rows[0].resource]
        held = self._held(resource, rows) | self._shown(resource, rows)
        rows = [row for row in rows if row.target not in held]
        governors = Governors(self.desk, self.snapshot)
        governors.learn(rows)
        self._unspoken = self._silenced(resource, rows)
        going: list[tuple[Row, Job]] = []
        there = self.look(resource, rows, "after the plan was made")
        worn = Worn.of(self.desk, resource, there, self.snapshot, self._read)
        for row, current in there:
            assert row.before is not None
            if not resource.same(row.key, current.reading.key, row.before):
                fail(row, Reason.CHANGED_MEANWHILE, renamed(current))
            elif stirred := moved_by_others(
                self.desk, resource, row, row.stands or {}, current.fields, governors.written(row)
            ):
                fail(row, Reason.CHANGED_MEANWHILE, f"Somebody changed {named(stirred)} after the plan was made.")
            elif not worn.keeps(row):
                going.append((row, Job(row.resource, row.key, {}, before=row.before, gid=row.gid)))
        own = [row for row, _ in going]
        tell_referrers(self.desk, self.cursor, resource, own, self.snapshot, self._read)
        return going

    def _held(self, resource: Resource, rows: Sequence[Row]) -> set[Target]:
        """Those that are made of a part of what they hang on, and stay with it; they are at their end with that."""
        if not resource.echoing:
            return set()
        homes = {row.target: home for row in rows for home in resource.owners(row.key)}
        lines = self._staying(set(homes.values()))
        going = self._going(homes.values())
        unread = [row.gid for row in rows if homes[row.target] not in lines and homes[row.target] not in going]
        parts = range(0, len(unread), TOGETHER)
        talks = {start: resource.behind(unread[start : start + TOGETHER]) for start in parts}
        behind = {gid for found in ask_all(self.desk, talks).values() for gid in found}
        known = [row for row in rows if (line := lines.get(homes[row.target])) and resource.echoes(row.key, line)]
        held = [*known, *(row for row in rows if row.gid in behind)]
        for row in held:
            row.outcome, row.state, row.detail = Outcome.LEFT, State.DONE, MADE_OF
        return {row.target for row in held}

    def _shown(self, resource: Resource, rows: Sequence[Row]) -> set[Target]:
        """Those by which parts of records go that stay; they are at their end with that.

        What was to be taken out of these records has been by now, so that they are read as they are.
        """
        going = {row.target: row for row in rows}
        found: set[Target] = set()
        for kind in (own for own in self.desk.reachable.values() if resource.name in own.goes_by):
            if kind.name not in self._named:
                self._named[kind.name] = self._go_by(kind)
            gids = sorted({gid for target in going for gid in self._named[kind.name].get(target, ())})
            staying = now(self.desk, kind, gids).found.values()
            own = self.desk.ledger.get(kind.name, sorted(current.reading.key for current in staying))
            for current in staying:
                if _goes(own.get(current.reading.key)):
                    continue
                for target in going.keys() & set(kind.named_by(current.fields)):
                    row = going[target]
                    row.outcome, row.state = Outcome.LEFT, State.DONE
                    row.detail = SHOWN.format(" / ".join(current.reading.key))
                    found.add(target)
        return found

    def _go_by(self, kind: Resource) -> dict[Target, list[str]]:
        """What parts of a kind's records went by when they were read -> the GIDs of these records."""
        found: dict[Target, list[str]] = {}
        for line in self.snapshot.records(kind.name):
            for target in set(kind.named_by(line.fields)):
                found.setdefault(target, []).append(line.gid)
        return found

    def _staying(self, targets: Collection[Target]) -> dict[Target, Fields]:
        """What the snapshot says of these, but for those that go themselves."""
        found: dict[Target, Fields] = {}
        for kind in {target.resource for target in targets}:
            keys = sorted({target.key for target in targets if target.resource == kind})
            rows = self.desk.ledger.get(kind, keys)
            staying = [key for key in keys if key not in rows or rows[key].verdict not in REMOVALS]
            found |= {Target(kind, key): line.fields for key, line in self.snapshot.lookup(kind, staying).items()}
        return found

    def _silenced(self, resource: Resource, rows: Sequence[Row]) -> set[Target]:
        """What is said of records, in languages, that both stay, though their definition shows nothing of it."""
        if not resource.of_others:
            return set()
        homes = {row.target: set(resource.owners(row.key)) for row in rows}
        governed = {
            home: governor
            for home in {one for own in homes.values() for one in own}
            if (governor := self.desk.registry[home.resource].governed_by(home.key)) is not None
        }
        said = Governors(self.desk, self.snapshot).said(governed.values())
        silent = {
            home
            for home, governor in governed.items()
            if governor in said and self.desk.registry[home.resource].unspoken(said[governor])
        }
        going = self._going({one for own in homes.values() if own & silent for one in own})
        return {target for target, own in homes.items() if own & silent and not own & going}

    def _going(self, targets: Collection[Target]) -> set[Target]:
        """Those of these that are deleted, or are to be."""
        found: set[Target] = set()
        for kind in {target.resource for target in targets}:
            rows = self.desk.ledger.get(kind, sorted({target.key for target in targets if target.resource == kind}))
            found |= {row.target for row in rows.values() if _goes(row) or row.outcome is Outcome.DELETED}
        return found

    def vanished(self, row: Row, when: str) -> None:
        if row.target in self._unspoken:
            row.outcome, row.state, row.detail = Outcome.LEFT, State.DONE, UNSPOKEN
            return
        row.outcome, row.state, row.verified = Outcome.DELETED, State.DONE, True

    def talk(self, resource: Resource, jobs: list[Job], ids: KnownIds) -> Talk[Results]:
        return resource.remove({job.key: job.gid for job in jobs if job.gid is not None})

    def done(self, row: Row, result: Result) -> None:
        arrived(row)
        row.outcome, row.state = Outcome.DELETED, State.DONE


@dataclass(frozen=True, slots=True)
class Worn:
    """The metafields for which records stay that were to be deleted: record -> metafield, as `added` has them."""

    more: Mapping[Target, str]
    wanted: Mapping[Target, str]

    @classmethod
    def of(
        cls,
        desk: Desk,
        resource: Resource,
        there: Sequence[tuple[Row, Current]],
        snapshot: MemberSet,
        read: frozenset[str],
    ) -> Self:
        """What is told of a variant is told of its product as well."""
        both = added(desk, with_inside(desk, resource, there), snapshot, read)
        homes = [{home: what for target, what in own.items() if (home := owner(target, desk.registry))} for own in both]
        return cls(*({**outer, **own} for outer, own in zip(homes, both, strict=True)))

    def keeps(self, row: Row) -> bool:
        """Whether one keeps this record, which is at its end with that."""
        if row.verdict is Verdict.EXTRA and row.target in self.wanted:
            row.outcome, row.state, row.detail = Outcome.LEFT, State.DONE, WANTED.format(self.wanted[row.target])
        elif row.target in self.more:
            detail = f"Somebody wrote {self.more[row.target]} onto it after the plan was made."
            fail(row, Reason.CHANGED_MEANWHILE, detail)
        else:
            return False
        return True


def _goes(row: Row | None) -> bool:
    """Whether a record that is still there is to be deleted: not where it was left out, or somebody changed it."""
    return row is not None and row.verdict in REMOVALS and row.outcome is Outcome.PENDING
