"""What comes after a first write: references whose targets did not exist yet, and demands that were left off.

Between a first write and this one others work in the store. So every record is read again first, and of what was left
open only those places are written that are still as the first write left them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from .archive.members import MemberSet
from .drift import Rest, kept, moved, named, rest, touching
from .easing import ease
from .governors import Governors
from .nowhere import explain, explained
from .outcomes import Outcome, Reason, State, Verdict
from .present import Current, KnownIds
from .resource import Job, Place, Resource, Result, Talk
from .work import Cursor, Desk, Row, Where, tell
from .writing import Results, Writing, fail

WRITTEN = frozenset({State.WRITTEN})
SINCE = "after it was written"
# What a link write does not end well for, although it may have written something.
ENDS = frozenset({Reason.DEPENDS_ON_FAILED, Reason.CHANGED_MEANWHILE})


class Links(Writing):
    """The second pass over one resource: references whose targets did not exist at the first write."""

    counts = False

    def __init__(self, desk: Desk, cursor: Cursor, snapshot: MemberSet, resource: str) -> None:
        super().__init__(desk, cursor, snapshot)
        self.where = Where(resource=resource, states=WRITTEN, linkable=True)

    def prepare(self, rows: Sequence[Row]) -> list[tuple[Row, Job]]:
        resource = self.desk.registry[rows[0].resource]
        governors = Governors(self.desk, self.snapshot)
        governors.learn(rows)
        places = {row.key: _open(row, governors) for row in rows}
        known = KnownIds(self.desk, {place.target for spots in places.values() for place in spots})
        jobs: list[tuple[Row, Job]] = []
        for row, current in self.look(resource, rows, SINCE):
            lost = [place for place in places[row.key] if place.target not in known]
            if any(place.waits for place in lost):
                _stop(resource, row, lost)
                continue
            _give_up(resource, row, lost)
            _unclaim(resource, row)
            job = self._job(resource, row, current, governors.written(row))
            if job is not None:
                jobs.append((row, job))
            else:
                _end(row)
        return jobs

    def _job(self, resource: Resource, row: Row, current: Current, ours: Sequence[str]) -> Job | None:
        """What is still to be written, and may be; None where that is nothing."""
        assert row.after is not None
        first, linked = begun(resource, row), _left_by(resource, row, ())
        left = rest(resource, first, linked, current.fields, open_=row.open, ours=ours)
        _judge(row, left)
        if not left.going:
            return None
        return Job(
            row.resource,
            row.key,
            kept(resource, row.after, current.fields, left.stirred, left.going),
            before=current.fields,
            gid=row.gid,
            changed=left.going,
            relaxed=frozenset(row.relaxed),
            linking=True,
        )

    def done(self, row: Row, result: Result) -> None:
        _end(row)


def _open(row: Row, governors: Governors) -> list[Place]:
    return [place for place in governors.demanded(row) if (place.waits or place.path) in row.open and not place.link]


def _stop(resource: Resource, row: Row, lost: Sequence[Place]) -> None:
    """What waited for something that never came to be stays as the first write left it: less would be another thing."""
    row.after = begun(resource, row)
    tell(row, explained(lost, explain))
    row.open = ()
    fail(row, Reason.DEPENDS_ON_FAILED, row.detail)


def begun(resource: Resource, row: Row) -> dict[str, object]:
    """The record as its first write leaves it."""
    return _left_by(resource, row, row.open)


def _left_by(resource: Resource, row: Row, open_: Sequence[str]) -> dict[str, object]:
    """The record as our writes leave it: without what is open, and as long as not even the links are tightened.

    That is also what a link write leaves whose answer was lost: it is ours, and nobody else's change.
    """
    assert row.after is not None
    without, relaxed = frozenset(open_), frozenset(row.relaxed)
    before = row.aside if row.stepped and row.aside else row.base
    return resource.begun(Job(row.resource, row.key, row.after, before=before, without=without, relaxed=relaxed))


def _give_up(resource: Resource, row: Row, lost: Sequence[Place]) -> None:
    """What never came to be is taken out of the record, and named."""
    if not lost:
        return
    assert row.after is not None
    gone = {str(place.target) for place in lost}
    row.after = resource.rewrite(row.after, lambda text: None if text in gone else text)
    row.lost = tuple(sorted({*row.lost, *(place.path for place in lost)}))
    demanded = any(place.hard for place in lost)
    if demanded:
        row.reason = Reason.DEPENDS_ON_FAILED
    elif row.reason is not Reason.PART_CONFLICT:
        row.reason = Reason.UNRESOLVED_REFERENCE
    tell(row, explained(lost, explain))


def _unclaim(resource: Resource, row: Row) -> None:
    """Of a record that was to be updated, what was given up has not changed; where that was all, nothing has."""
    if row.verdict is not Verdict.UPDATE or not row.lost or row.before is None or row.after is None:
        return
    still = {change.path for change in resource.changes(row.before, row.after)}
    row.changed = tuple(path for path in row.changed if path in still or not touching([path], row.lost))
    if not row.changed:  # the look that this comes from is the proof
        row.outcome, row.verified = Outcome.UNCHANGED, True


def _judge(row: Row, left: Rest) -> None:
    """Says what somebody changed. Where only other places are concerned, the read-back at the end judges the record."""
    if (left.blocked or left.unpublished) and row.reason is not Reason.DEPENDS_ON_FAILED:
        row.reason = Reason.CHANGED_MEANWHILE
    row.theirs = tuple(sorted({*row.theirs, *left.stirred}))
    tell(row, left.sentence)


def _end(row: Row) -> None:
    """All that could be linked is linked; a record in which something must be filled and is not has failed."""
    row.open = ()
    row.state = State.DONE
    if row.reason in ENDS:
        fail(row, row.reason, row.detail)


MADE = frozenset({Outcome.CREATED, Outcome.UPDATED})


class Tightening(Writing):
    """Restores the demands that were left off, now that every link stands. What was left out of the plan has none."""

    counts = False

    def __init__(self, desk: Desk, cursor: Cursor, snapshot: MemberSet) -> None:
        super().__init__(desk, cursor, snapshot)
        self.where = Where(outcomes=MADE, states=frozenset({State.DONE}), tightenable=True)

    def size(self, resource: Resource) -> int:
        return 1

    def prepare(self, rows: Sequence[Row]) -> list[tuple[Row, Job]]:
        return list(self._jobs(rows))

    def _jobs(self, rows: Sequence[Row]) -> Iterator[tuple[Row, Job]]:
        for name, group in groupby(rows, lambda row: row.resource):
            resource = self.desk.registry[name]
            looked = self.look(resource, list(group), SINCE)
            ease(self.desk, resource, looked)
            for row, current in looked:
                job = _tightened(resource, row, current)
                if job is not None:
                    yield row, job

    def talk(self, resource: Resource, jobs: list[Job], ids: KnownIds) -> Talk[Results]:
        return resource.tighten(jobs[0], ids)

    def done(self, row: Row, result: Result) -> None:
        row.relaxed = ()
        row.state = State.DONE


def _tightened(resource: Resource, row: Row, current: Current) -> Job | None:
    """The demands that are to be restored; None, with the row at its end, where there are none to restore any more."""
    assert row.after is not None
    still = touching(row.relaxed, (change.path for change in resource.changes(current.fields, row.after)))
    stirred = touching(moved(resource, begun(resource, row), current.fields), still)
    if stirred:
        fail(
            row, Reason.CHANGED_MEANWHILE, f"Somebody changed {named(stirred)} {SINCE}; it demands less than it should."
        )
        return None
    if not still:
        row.relaxed = ()
        return None
    return Job(row.resource, row.key, row.after, gid=row.gid, relaxed=frozenset(still))
