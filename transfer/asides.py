"""Making way: what stands in for unique values that others are about to take (`transfer.uniques`), and what lets go of
others that are about to hold some themselves, or to be held (`transfer.nesting`)."""

from __future__ import annotations

from collections.abc import Sequence

from .archive.members import MemberSet
from .deleting import Worn
from .drift import named
from .outcomes import REMOVALS, TO_WRITE, Outcome, Reason, State
from .present import KnownIds
from .resource import Job, Resource, Result, Talk
from .taken import moved_by_others
from .work import Cursor, Desk, Row, Where, tell
from .writing import MEANWHILE, PLANNED, RELEASED, UNDECIDED, Results, Writing, arrived, fail, judged, renamed


class Asides(Writing):
    """The step before the first write of a resource: those that have to make way do so."""

    counts = False

    def __init__(self, desk: Desk, cursor: Cursor, snapshot: MemberSet, resource: str, read: frozenset[str]) -> None:
        """`read`: the kinds of which the snapshot says all that the target had."""
        super().__init__(desk, cursor, snapshot)
        self._read = read
        verdicts = TO_WRITE | REMOVALS
        self.where = Where(resource=resource, verdicts=verdicts, outcomes=UNDECIDED, states=PLANNED, stepping=True)

    def prepare(self, rows: Sequence[Row]) -> list[tuple[Row, Job]]:
        resource = self.desk.registry[rows[0].resource]
        jobs: list[tuple[Row, Job]] = []
        there = self.look(resource, rows, "after the plan was made")
        going = [(row, current) for row, current in there if row.verdict in REMOVALS and not row.aside]
        worn = Worn.of(self.desk, resource, going, self.snapshot, self._read)
        for row, current in there:
            assert row.base is not None
            assert row.aside is not None
            if current.reading.key != row.key:
                fail(row, Reason.CHANGED_MEANWHILE, renamed(current))
            elif row.verdict in REMOVALS:
                if stirred := moved_by_others(self.desk, resource, row, row.base, current.fields):
                    fail(row, Reason.CHANGED_MEANWHILE, f"Somebody changed {named(stirred)} after the plan was made.")
                elif not row.aside:
                    worn.keeps(row)
            else:
                judged(self.desk, resource, row, current.fields, ())
            if row.outcome is Outcome.PENDING:
                tell(row, RELEASED if resource.nests else MEANWHILE)
                jobs.append((row, Job(row.resource, row.key, row.aside, before=current.fields, gid=row.gid)))
        return jobs

    def vanished(self, row: Row, when: str) -> None:
        """What was to be deleted went with what it hangs on: a variant that a mirror has just taken away."""
        if row.verdict not in REMOVALS:
            super().vanished(row, when)
            return
        row.outcome, row.state, row.verified = Outcome.DELETED, State.DONE, True

    def talk(self, resource: Resource, jobs: list[Job], ids: KnownIds) -> Talk[Results]:
        return resource.make_way(jobs, ids)

    def done(self, row: Row, result: Result) -> None:
        row.state, row.stepped = State.PLANNED, True
        if result.gid is not None:
            return
        if row.verdict in REMOVALS:
            arrived(row)
            row.outcome, row.state = Outcome.DELETED, State.DONE
        else:  # it holds nothing: its write will be a creation
            row.gid, row.aside = "", {}
