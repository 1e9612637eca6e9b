"""The tasks that change the target: first writes here, what comes after one in `linking`, deletions in `deleting`.

`transfer.apply` puts them in order.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import ClassVar

from shopify_client import AccessDenied, AnswerLost, ShopifyError

from . import included
from .added import added
from .archive.members import MemberSet
from .drift import kept, named, touching
from .echoes import Echoes, heard
from .governors import Governors
from .nowhere import explain
from .order import end, is_late, later
from .outcomes import TO_WRITE, Outcome, Reason, State, Verdict
from .pour import Batch, Task
from .present import Current, KnownIds, now, sides
from .putting_off import wait
from .references import Target, dangling
from .refusals import nameless
from .resource import Fields, Job, Place, Resource, Result, Talk
from .taken import moved_by_others
from .talk import Ended
from .work import Checkpoint, Cursor, Desk, Id, Row, Where, tell

WINDOW = 150  # rows whose intents are committed together

Results = list[Result]
PLANNED = frozenset({State.PLANNED})
UNDECIDED = frozenset({Outcome.PENDING})


@dataclass
class Writing(Task[Results]):
    """What all writing has in common: windows of rows, intents, results into the ledger."""

    desk: Desk
    cursor: Cursor
    snapshot: MemberSet

    where: Where = field(init=False)
    counts: ClassVar[bool] = True  # whether a row that went through here is one of those that were to be written

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
        yield from ([pair] for pair in pairs if resource.alone(pair[1]))
        together = [pair for pair in pairs if not resource.alone(pair[1])]
        size = size if len(together) >= resource.least else 1
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

    def look(self, resource: Resource, rows: Sequence[Row], when: str) -> list[tuple[Row, Current]]:
        """Rows with what the target has of them now; those of which it has nothing, or says nothing, end here."""
        look = now(self.desk, resource, [row.gid for row in rows], sides(rows))
        for row in rows:
            if row.gid in look.unread:
                fail(row, Reason.LOST, f"It could not be read again {when}: {look.unread[row.gid]}")
            elif row.gid not in look.found:
                self.vanished(row, when)
        return [(row, look.found[row.gid]) for row in rows if row.gid in look.found]

    def vanished(self, row: Row, when: str) -> None:
        """Somebody deleted it. Nothing may point at it any more."""
        self.desk.ids.put([Id(row.gid, dangling(row.gid))])
        fail(row, Reason.GONE, f"It vanished from the target store {when}.")

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
            fail(row, Reason(result.reason), " ".join(filter(None, (result.detail, included.told(row.detail)))))
            return
        if result.later:
            row.state, row.wave = planned(row), later(row.wave or 0, result.later, end(self.desk.registry))
            self.cursor["late"] = True
            return
        if result.gid is not None:
            row.gid = result.gid
            self.desk.ids.put([Id(result.gid, Target(row.resource, row.key))])
        self.desk.ids.put(Id(gid, Target(kind, key)) for kind, key, gid in result.also)
        row.detail = " ".join(filter(None, (row.detail, nameless(result.detail))))
        if result.untaken:
            _leave_out(self.desk.registry[row.resource], row, result.untaken)
        if result.untaken and row.outcome is Outcome.PENDING and row.verdict is Verdict.UPDATE and not row.changed:
            # Nothing of it was written, and all else of it has just been read.
            row.outcome, row.state, row.verified = Outcome.UNCHANGED, State.DONE, True
        else:
            self.done(row, result)
        if self.counts:
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


SINCE = "after the plan was made, so nothing of it was written."
RELEASED = "What it may not hold any more has been taken out of it, so that others could be written."
STRANDED = "Its old value was given up to another record before, so it holds a stand-in now, or nothing."


def fail(row: Row, reason: Reason, detail: str) -> None:
    """Ends a row without success. A target that somebody changed meanwhile is left alone on purpose."""
    if row.stepped and reason is not Reason.CHANGED_MEANWHILE:
        detail = f"{detail} {RELEASED if RELEASED in row.detail else STRANDED}"
    row.outcome = Outcome.SKIPPED if reason is Reason.CHANGED_MEANWHILE else Outcome.FAILED
    row.state, row.reason, row.detail = State.DONE, reason, nameless(detail)
    row.open = row.relaxed = ()


def _leave_out(resource: Resource, row: Row, paths: Sequence[str]) -> None:
    """What Shopify does not take of a record is wanted no more; the rest is there, and will be read back."""
    assert row.after is not None
    row.after = resource.unwanted(row.base, row.after, paths)
    if row.base is None:
        row.changed = tuple(path for path in row.changed if path not in touching([path], paths))
    else:
        still = {change.path for change in resource.changes(row.base, row.after)}
        row.changed = tuple(path for path in row.changed if path in still)
    row.open = tuple(path for path in row.open if path not in paths)
    row.reason = Reason.PART_CONFLICT


MEANWHILE = "Another record takes its value: until its own is written it holds a stand-in, or nothing."


def arrived(row: Row) -> None:
    """What was told of the time until its own write is over."""
    row.detail = included.untold(row.detail.replace(MEANWHILE, "").replace(RELEASED, "")).strip()


def renamed(current: Current) -> str:
    return f"Somebody gave it another name after the plan was made: {' / '.join(current.reading.key)}."


def _reason(error: ShopifyError) -> tuple[Reason, str]:
    return (Reason.NOT_PERMITTED if isinstance(error, AccessDenied) else Reason.REFUSED), str(error)


class Writes(Writing):
    """The first pass over one wave."""

    def __init__(self, desk: Desk, cursor: Cursor, snapshot: MemberSet, wave: int, read: frozenset[str]) -> None:
        """`read`: the kinds of which the snapshot says all that the target had."""
        super().__init__(desk, cursor, snapshot)
        self._read = read
        self._end = end(desk.registry)
        self.where = Where(verdicts=TO_WRITE, outcomes=UNDECIDED, states=PLANNED, wave=wave)

    def prepare(self, rows: Sequence[Row]) -> list[tuple[Row, Job]]:
        governors = Governors(self.desk, self.snapshot)
        governors.learn(rows)
        wanted = self._wanted(rows, governors)
        going = [row for row in rows if row.target in wanted]
        places = {row.target: governors.needs(row) for row in going}
        known = KnownIds(self.desk, {place.target for spots in places.values() for place in spots})
        if self.cursor.get("late"):
            wait(self.desk, self.where.wave or 0, going, places, known)
        return [
            (row, self._job(row, without, wanted[row.target]))
            for row in going
            if row.wave == self.where.wave and (without := _missing(row, places[row.target], known)) is not None
        ]

    def _job(self, row: Row, without: frozenset[str], after: Fields) -> Job:
        row.open = tuple(sorted(without))
        return Job(
            row.resource,
            row.key,
            after,
            before=row.base,
            gid=row.gid or None,
            changed=row.changed,
            without=without,
            relaxed=frozenset(row.relaxed),
            late=is_late(row.wave or 0, self._end),
        )

    def _wanted(self, rows: Sequence[Row], governors: Governors) -> dict[Target, Fields]:
        """What to write of each row, after a look at those that the target has, field by planned field."""
        echoes = Echoes(self.desk, rows)
        for name, group in groupby(rows, lambda row: row.resource):
            echoes.hear_new(self.desk.registry[name], list(group))
        wanted = {row.target: row.after for row in rows if row.stands is None and row.after is not None}
        existing = [row for row in rows if row.stands is not None]
        for name, group in groupby(existing, lambda row: row.resource):
            resource = self.desk.registry[name]
            for row, current in self.look(resource, list(group), "after the plan was made"):
                if not resource.same(row.key, current.reading.key, row.before):
                    fail(row, Reason.CHANGED_MEANWHILE, renamed(current))
                    continue
                if current.reading.key != row.key:  # it is about to learn this one, by which others name it already
                    self.desk.ids.put([Id(row.gid, row.target)])
                if echoes.of(resource, row):
                    heard(row, resource, row.gid, current.fields)
                after = judged(self.desk, resource, row, current.fields, governors.written(row))
                if after is not None and not self._takes_more(resource, row, after):
                    wanted[row.target] = after
        return wanted

    def _takes_more(self, resource: Resource, row: Row, after: Fields) -> bool:
        """Whether more would go with what an update takes away than the plan knew of. Such a row is left alone."""
        assert row.base is not None
        taken = self.desk.ids.by_target(resource.taken(row.key, row.base, after))
        new, _ = added(self.desk, taken, self.snapshot, self._read)
        for target, what in new.items():
            told = (
                f"Somebody wrote {what} onto {' / '.join(target.key)} after the plan was made, which would go with it."
            )
            fail(row, Reason.CHANGED_MEANWHILE, told)
            return True
        return False

    def done(self, row: Row, result: Result) -> None:
        row.outcome = Outcome.CREATED if row.verdict is Verdict.CREATE else Outcome.UPDATED
        arrived(row)
        row.state = State.WRITTEN if result.pending else planned(row)


def judged(desk: Desk, resource: Resource, row: Row, current: Fields, ours: Sequence[str]) -> Fields | None:
    """What to write: the wanted record, with what others changed meanwhile and nobody planned to. None: row's end."""
    assert row.stands is not None
    assert row.after is not None
    stirred = moved_by_others(desk, resource, row, row.stands, current, ours)
    if touching(stirred, row.changed) or not row.changed:
        if resource.changes(current, row.after):
            fail(row, Reason.CHANGED_MEANWHILE, f"Somebody changed {named(stirred)} {SINCE}")
        else:  # what is new is there because this import wrote what it is a part of
            row.outcome = Outcome.CREATED if row.verdict is Verdict.CREATE else Outcome.UNCHANGED
            row.state, row.verified = State.DONE, True
        return None
    if row.stood is not None:
        row.stood = current
    elif not row.stepped:
        row.before = current
    if stirred:
        row.theirs = tuple(sorted({*row.theirs, *stirred}))
        tell(row, f"Somebody changed {named(stirred)} after the plan was made, and that was kept.")
    return kept(resource, row.after, current, stirred, row.changed)


def _missing(row: Row, places: Iterable[Place], known: KnownIds) -> frozenset[str] | None:
    """The reference paths that cannot be written yet. None, with the row failed, where one of them must be."""
    missing = [place for place in places if place.target not in known]
    hard = next((place for place in missing if place.hard), None)
    if hard is not None:
        fail(row, Reason.DEPENDS_ON_FAILED, explain(hard))
        return None
    return frozenset(place.path for place in missing)
