"""The tasks that change the target: first writes, links, tightening, deletions. `transfer.apply` puts them in order."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from shopify_client import AccessDenied, AnswerLost, ShopifyError

from .archive.members import MemberSet
from .outcomes import REMOVALS, Outcome, Reason, State, Verdict
from .pour import Batch, Task
from .present import KnownIds, now
from .references import Target
from .resource import Fields, Job, Place, Resource, Result, Talk
from .talk import Ended
from .trace import TO_WRITE, Governors, explain, explained
from .work import Checkpoint, Cursor, Desk, Id, Row, Where

WINDOW = 150  # rows whose intents are committed together

Results = list[Result]
WRITTEN = frozenset({State.WRITTEN})
PLANNED = frozenset({State.PLANNED})
UNDECIDED = frozenset({Outcome.PENDING})


@dataclass
class Writing(Task[Results]):
    """What all writing has in common: windows of rows, intents, results into the ledger."""

    desk: Desk
    cursor: Cursor
    snapshot: MemberSet

    where: Where = field(init=False)

    def supply(self) -> list[Batch[Results]]:
        while rows := self.desk.ledger.select(self.where, limit=WINDOW):
            jobs = self.prepare(rows)
            self.desk.ledger.put(rows)  # those without a job have come to their end
            if jobs:
                self.cursor["sent_at"] = self.desk.now()
                return list(self._batches(jobs))
        return []

    def _batches(self, jobs: Sequence[tuple[Row, Job]]) -> Iterator[Batch[Results]]:
        ids = KnownIds(self.desk)
        for name, group in groupby(jobs, lambda pair: pair[0].resource):
            resource = self.desk.registry[name]
            for some in self._parts(resource, list(group)):
                for row, _ in some:
                    row.state = State.SENT
                rows = [row for row, _ in some]
                self.desk.ledger.put(rows)
                yield Batch(rows, self.talk(resource, [job for _, job in some], ids))

    def _parts(self, resource: Resource, pairs: list[tuple[Row, Job]]) -> Iterator[list[tuple[Row, Job]]]:
        size = self.size(resource)
        yield from ([pair] for pair in pairs if resource.alone(pair[0].key))
        together = [pair for pair in pairs if not resource.alone(pair[0].key)]
        for start in range(0, len(together), size):
            yield together[start : start + size]

    def size(self, resource: Resource) -> int:
        """How many rows go into one conversation."""
        return resource.batch

    @abstractmethod
    def prepare(self, rows: Sequence[Row]) -> list[tuple[Row, Job]]:
        """The jobs of a window. A row that gets none must leave the selection."""

    def talk(self, resource: Resource, jobs: list[Job], ids: KnownIds) -> Talk[Results]:
        return resource.write(jobs, ids)

    @abstractmethod
    def done(self, row: Row, result: Result) -> None:
        """Shopify has taken this row's write."""

    def take(self, batch: Batch[Results], ended: Ended[Batch[Results], Results]) -> None:
        if isinstance(ended.error, AnswerLost):
            self.cursor["lost_at"] = self.desk.now()
            return  # the rows stay sent, and are looked up
        if ended.error is not None:
            for row in batch.rows:
                fail(row, *_reason(ended.error))
        else:
            results = {result.key: result for result in ended.value or ()}
            for row in batch.rows:
                self._take(row, results.get(row.key) or Result(row.key, reason=Reason.LOST, detail=NO_ANSWER))
        self.desk.ledger.put(batch.rows)

    def _take(self, row: Row, result: Result) -> None:
        if not result.ok:
            fail(row, Reason(result.reason), result.detail)
            return
        if result.gid is not None:
            row.gid = result.gid
            self.desk.ids.put([Id(result.gid, Target(row.resource, row.key))])
        self.desk.ids.put(Id(gid, Target(kind, key)) for kind, key, gid in result.also)
        row.detail = " ".join(filter(None, (row.detail, result.detail)))
        self.done(row, result)
        counted = self.cursor["done"]
        counted[row.resource] = counted.get(row.resource, 0) + 1

    def give_back(self, batch: Batch[Results], *, begun: bool) -> None:
        if begun:  # some of it may have happened: only looking can tell
            return
        for row in batch.rows:
            row.state = planned(row)
        self.desk.ledger.put(batch.rows)

    def checkpoint(self) -> Checkpoint:
        done, total = self.cursor["done"], self.cursor["total"]
        return Checkpoint(self.cursor, {name: (done.get(name, 0), total[name]) for name in total})


NO_ANSWER = "Shopify's answer does not mention this record."


def planned(row: Row) -> State:
    """The state before *sent*: what was decided about the row so far tells which."""
    if row.outcome is Outcome.PENDING:
        return State.PLANNED
    return State.WRITTEN if row.open else State.DONE


def fail(row: Row, reason: Reason, detail: str) -> None:
    """Ends a row without success. A target that somebody changed meanwhile is left alone on purpose."""
    row.outcome = Outcome.SKIPPED if reason is Reason.CHANGED_MEANWHILE else Outcome.FAILED
    row.state, row.reason, row.detail = State.DONE, reason, detail
    row.open = row.relaxed = ()


def _reason(error: ShopifyError) -> tuple[Reason, str]:
    return (Reason.NOT_PERMITTED if isinstance(error, AccessDenied) else Reason.REFUSED), str(error)


class Writes(Writing):
    """The first pass over one wave."""

    def __init__(self, desk: Desk, cursor: Cursor, snapshot: MemberSet, wave: int) -> None:
        super().__init__(desk, cursor, snapshot)
        self.where = Where(verdicts=TO_WRITE, outcomes=UNDECIDED, states=PLANNED, wave=wave)

    def prepare(self, rows: Sequence[Row]) -> list[tuple[Row, Job]]:
        governors = Governors(self.desk, self.snapshot)
        governors.learn(rows)
        self._drop_moved([row for row in rows if row.before is not None], governors)
        going = [row for row in rows if row.outcome is Outcome.PENDING]
        places = {(row.resource, row.key): governors.needs(row) for row in going}
        known = KnownIds(self.desk, {place.target for spots in places.values() for place in spots})
        return [
            (row, self._job(row, without))
            for row in going
            if (without := _missing(row, places[row.resource, row.key], known)) is not None
        ]

    def _job(self, row: Row, without: frozenset[str]) -> Job:
        row.open = tuple(sorted(without))
        assert row.after is not None
        return Job(
            row.resource,
            row.key,
            row.after,
            before=row.before,
            gid=row.gid or None,
            changed=row.changed,
            without=without,
            relaxed=frozenset(row.relaxed),
        )

    def _drop_moved(self, rows: Sequence[Row], governors: Governors) -> None:
        """Compares what the plan saw with what is there now, field by planned field."""
        for name, group in groupby(rows, lambda row: row.resource):
            resource, some = self.desk.registry[name], list(group)
            present = now(self.desk, resource, [row.gid for row in some])
            for row in some:
                current = present.get(row.gid)
                if current is None:
                    fail(row, Reason.GONE, "It vanished from the target store after the plan was made.")
                else:
                    _drift(resource, row, current.fields, governors.written(row))

    def done(self, row: Row, result: Result) -> None:
        row.outcome = Outcome.CREATED if row.verdict is Verdict.CREATE else Outcome.UPDATED
        row.state = State.WRITTEN if result.pending else planned(row)


def _moved(resource: Resource, before: Fields, current: Fields, ours: Sequence[str]) -> set[str]:
    """What somebody else changed since the plan. `ours`: what this run changed in the record's governor."""
    both_ways = ((before, current), (current, before))
    paths = {change.path for one, other in both_ways for change in resource.changes(one, other)}
    return {path for path in paths if not resource.follows(path, ours)}


def _drift(resource: Resource, row: Row, current: Fields, ours: Sequence[str]) -> None:
    assert row.before is not None
    assert row.after is not None
    moved = _moved(resource, row.before, current, ours)
    if moved and any(_within(path, planned) or _within(planned, path) for path in moved for planned in row.changed):
        still = resource.changes(current, row.after)
        if still:
            fail(row, Reason.CHANGED_MEANWHILE, f"Somebody changed {', '.join(sorted(moved))} after the plan was made.")
            return
        row.outcome, row.state, row.verified = Outcome.UNCHANGED, State.DONE, True
    row.before = current


def _within(path: str, other: str) -> bool:
    return path == other or path.startswith(f"{other}.")


def _missing(row: Row, places: Iterable[Place], known: KnownIds) -> frozenset[str] | None:
    """The reference paths that cannot be written yet. None, with the row failed, where one of them must be."""
    missing = [place for place in places if place.target not in known]
    hard = next((place for place in missing if place.hard), None)
    if hard is not None:
        fail(row, Reason.DEPENDS_ON_FAILED, explain(hard))
        return None
    return frozenset(place.path for place in missing)


class Links(Writing):
    """The second pass over one resource: references whose targets did not exist at the first write."""

    def __init__(self, desk: Desk, cursor: Cursor, snapshot: MemberSet, resource: str) -> None:
        super().__init__(desk, cursor, snapshot)
        self.where = Where(resource=resource, states=WRITTEN, linkable=True)

    def prepare(self, rows: Sequence[Row]) -> list[tuple[Row, Job]]:
        governors = Governors(self.desk, self.snapshot)
        governors.learn(rows)
        places = {row.key: [p for p in governors.demanded(row) if p.path in row.open and not p.link] for row in rows}
        known = KnownIds(self.desk, {place.target for spots in places.values() for place in spots})
        return [(row, self._job(row, [p for p in places[row.key] if p.target not in known])) for row in rows]

    def _job(self, row: Row, lost: list[Place]) -> Job:
        """What never came to be is taken out of the record; the rest is linked, and a draft published."""
        resource = self.desk.registry[row.resource]
        assert row.after is not None
        if lost:
            gone = {str(place.target) for place in lost}
            row.after = resource.rewrite(row.after, lambda text: None if text in gone else text)
            row.lost = tuple(sorted({*row.lost, *(place.path for place in lost)}))
            demanded = any(place.hard for place in lost)
            row.reason = Reason.DEPENDS_ON_FAILED if demanded else Reason.UNRESOLVED_REFERENCE
            row.detail = f"{row.detail} {explained(lost, explain)}".strip()
        return Job(
            row.resource,
            row.key,
            row.after,
            before=row.before,
            gid=row.gid,
            changed=row.open,
            relaxed=frozenset(row.relaxed),
            linking=True,
        )

    def done(self, row: Row, result: Result) -> None:
        row.open = ()
        row.state = State.DONE
        if row.reason is Reason.DEPENDS_ON_FAILED:  # all else is linked, but what must be filled is empty
            fail(row, row.reason, row.detail)


class Tightening(Writing):
    """Restores the demands that were left off, now that every link stands."""

    def __init__(self, desk: Desk, cursor: Cursor, snapshot: MemberSet) -> None:
        super().__init__(desk, cursor, snapshot)
        self.where = Where(states=frozenset({State.DONE}), tightenable=True)

    def size(self, resource: Resource) -> int:
        return 1

    def prepare(self, rows: Sequence[Row]) -> list[tuple[Row, Job]]:
        return [
            (row, Job(row.resource, row.key, row.after or {}, gid=row.gid, relaxed=frozenset(row.relaxed)))
            for row in rows
        ]

    def talk(self, resource: Resource, jobs: list[Job], ids: KnownIds) -> Talk[Results]:
        return resource.tighten(jobs[0], ids)

    def done(self, row: Row, result: Result) -> None:
        row.relaxed = ()
        row.state = State.DONE


class Deletions(Writing):
    """What only the target has, under the mirror policy, and what rows ask to delete.

    What somebody changed since the plan is left alone.
    """

    def __init__(self, desk: Desk, cursor: Cursor, snapshot: MemberSet, resource: str) -> None:
        super().__init__(desk, cursor, snapshot)
        self.where = Where(resource=resource, verdicts=REMOVALS, outcomes=UNDECIDED, states=PLANNED)

    def prepare(self, rows: Sequence[Row]) -> list[tuple[Row, Job]]:
        resource = self.desk.registry[rows[0].resource]
        present = now(self.desk, resource, [row.gid for row in rows])
        governors = Governors(self.desk, self.snapshot)
        governors.learn(rows)
        going: list[tuple[Row, Job]] = []
        for row in rows:
            assert row.before is not None
            current = present.get(row.gid)
            if current is None:
                row.outcome, row.state, row.verified = Outcome.DELETED, State.DONE, True
            elif _moved(resource, row.before, current.fields, governors.written(row)):
                fail(row, Reason.CHANGED_MEANWHILE, "Somebody changed it after the plan was made.")
            else:
                going.append((row, Job(row.resource, row.key, {}, before=row.before, gid=row.gid)))
        return going

    def talk(self, resource: Resource, jobs: list[Job], ids: KnownIds) -> Talk[Results]:
        return resource.remove({job.key: job.gid for job in jobs if job.gid is not None})

    def done(self, row: Row, result: Result) -> None:
        row.outcome, row.state = Outcome.DELETED, State.DONE
