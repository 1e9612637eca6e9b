"""Writing a plan: record after record in the computed order, then the links, then what was relaxed, then deletions.

Every row of the ledger goes planned -> sent -> written (links open) -> done. *Sent* is committed before anything is
sent. Whoever finds a row *sent* after a crash does not know whether it happened: it is looked up, no sooner than the
longest that its request could still have been under way, and by identifier, because search lags behind.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from shopify_client import DailyLimit

from .archive.members import MemberSet
from .asides import Asides
from .deleting import Deletions
from .drift import moved, named, strangers
from .limits import LOOK_SECONDS, Limit
from .linking import Links, Tightening, begun
from .nesting import Nesting
from .order import WAVES
from .outcomes import REMOVALS, TO_WRITE, Outcome, Reason, State, Verdict
from .pour import pour
from .present import located, now, sides
from .references import Target
from .registry import ordered_groups
from .resource import Fields, Json, Resource
from .trace import WRITABLE
from .waiting import wait
from .work import Checkpoint, Cursor, Desk, Row, Where
from .writing import PLANNED, Writes, Writing, arrived, fail, planned

SENT = Where(states=frozenset({State.SENT}))
WINDOW = 100
MOST_LOST = 5  # times that one record is sent without an answer
GIVEN_UP = f"Shopify did not answer to its write {MOST_LOST + 1} times, and it was not (wholly) found afterwards."

Phase = Generator[Checkpoint, None, bool]  # True: the phase is done


def apply(desk: Desk, cursor: Cursor, *, snapshot: MemberSet, read: frozenset[str]) -> Iterator[Checkpoint]:
    """Writes every row that is to be written, and marks each with what became of it.

    `read`: the kinds of which the snapshot says all that the target had.
    """
    if not cursor:
        for resource in desk.registry.values():
            if resource.nests:
                Nesting(desk, resource).settle()
        cursor = {"phase": "", "sent_at": None, "lost_at": None, "done": {}, "total": _totals(desk)}
    applying = _Applying(desk, cursor, snapshot, read)
    phases = applying.phases()
    finished = yield from applying.recover()
    for kind, names, first in phases[_reached(phases, cursor["phase"]) :]:
        if not finished:
            break
        cursor["phase"] = _called(kind, names)
        finished = yield from applying.phase(kind, names, first)
    if finished:
        yield Checkpoint(cursor, applying.counts(), done=True)


def _called(kind: str, names: Sequence[str]) -> str:
    return " ".join((kind, *names))


def _reached(phases: Sequence[tuple[str, list[str], int]], phase: Json) -> int:
    """By its name, for a newer version may have other phases. Where it has not that one, all are gone through: in a
    phase that is over there is nothing to do."""
    called = [_called(kind, names) for kind, names, _ in phases]
    return called.index(phase) if phase in called else 0


def _makes_way(resource: Resource) -> bool:
    return resource.exclusive or bool(resource.nests)


def _backwards(desk: Desk, names: Sequence[str]) -> list[str]:
    """The order of deletions: the last first, but what goes by the names of others before these."""
    found = list(reversed(names))
    for name in names:
        later = [found.index(other) for other in desk.registry[name].goes_by if other in found]
        if later and min(later) < found.index(name):
            found.remove(name)
            found.insert(min(later), name)
    return found


def _totals(desk: Desk) -> dict[str, int]:
    """How many rows of each resource are to be written or deleted."""
    totals: dict[str, int] = {}
    for resource, tally in desk.ledger.tally().items():
        pending = sum(tally.get(f"{verdict}:{Outcome.PENDING}", 0) for verdict in (*TO_WRITE, *REMOVALS))
        if pending:
            totals[resource] = pending
    return totals


@dataclass(slots=True)
class _Applying:
    desk: Desk
    cursor: Cursor
    snapshot: MemberSet
    read: frozenset[str]

    def phases(self) -> list[tuple[str, list[str], int]]:
        """(kind, resources, first wave). Deletions go backwards: what refers goes before what it refers to. At the very
        end comes what could not be written before."""
        groups = ordered_groups(self.desk.registry)
        forwards = [
            (kind, names, number * WAVES)
            for number, names in enumerate(groups)
            for kind in ("aside", "write", "link", "wait")
            if kind != "aside" or any(_makes_way(self.desk.registry[name]) for name in names)
            if kind != "wait" or any(self.desk.registry[name].settles for name in names)
        ]
        deletions = [("delete", names, 0) for names in reversed(groups)]
        late = [("write", ["late"], len(groups) * WAVES), ("link", [name for names in groups for name in names], 0)]
        return [*forwards, ("tighten", [], 0), *deletions, *late]

    def counts(self) -> dict[str, tuple[int, int | None]]:
        return {name: (self.cursor["done"].get(name, 0), total) for name, total in self.cursor["total"].items()}

    def phase(self, kind: str, names: Sequence[str], first: int) -> Phase:
        """One phase, task after task. What a task left in doubt is looked up before the next one builds on it."""
        if kind == "wait":
            return (yield from wait(self.desk, self.cursor, names, Checkpoint(self.cursor, self.counts())))
        while tasks := list(self._tasks(kind, names, first)):
            for task in tasks:
                try:
                    finished = yield from pour(self.desk, task)
                except DailyLimit:
                    self.cursor["limited"] = True
                    yield Checkpoint(self.cursor, self.counts(), pause=LOOK_SECONDS, limit=Limit.DAILY_VARIANTS)
                    return False
                doubtful = self.cursor["lost_at"] is not None
                if not doubtful:
                    self.cursor["sent_at"] = None  # nothing is in the air any more, and nothing is in doubt
                yield Checkpoint(self.cursor, self.counts())
                if not finished:
                    return False
                if doubtful:
                    looked = yield from self.recover()
                    if not looked:
                        return False
                    break
        return True

    def _tasks(self, kind: str, names: Sequence[str], first: int) -> Iterator[Writing]:
        """What there is to do in a phase right now; nothing, when it is done."""
        desk, cursor, snapshot = self.desk, self.cursor, self.snapshot
        if kind == "write":
            waves = desk.ledger.waves(Where(WRITABLE.resource, WRITABLE.verdicts, WRITABLE.outcomes, PLANNED))
            tasks: list[Writing] = [
                Writes(desk, cursor, snapshot, w, self.read) for w in waves if first <= w < first + WAVES
            ]
        elif kind == "aside":
            tasks = [Asides(desk, cursor, snapshot, name, self.read) for name in names]
        elif kind == "link":
            tasks = [Links(desk, cursor, snapshot, name) for name in names]
        elif kind == "delete":
            tasks = [Deletions(desk, cursor, snapshot, name, self.read) for name in _backwards(desk, names)]
        else:
            tasks = [Tightening(desk, cursor, snapshot)]
        yield from (task for task in tasks if desk.ledger.select(task.where, limit=1))

    def recover(self) -> Phase:
        """Finds out what became of rows that were sent and never answered."""
        while rows := self.desk.ledger.select(SENT, limit=WINDOW):
            wait = max(self.cursor["sent_at"] or 0.0, self.cursor["lost_at"] or 0.0) + self.desk.settling
            if wait > self.desk.now():
                yield Checkpoint(self.cursor, self.counts(), pause=wait - self.desk.now())
                return False
            for name, group in groupby(rows, lambda row: row.resource):
                self._look(self.desk.registry[name], list(group))
            self.desk.ledger.put(rows)
            yield Checkpoint(self.cursor, self.counts())
            if self.desk.stopping():
                return False
        self.cursor["sent_at"] = self.cursor["lost_at"] = None
        self.cursor.pop("limited", None)
        return True

    def _look(self, resource: Resource, rows: list[Row]) -> None:
        limited = self.cursor.get("limited", False)  # what was left half written then is no fault of the record
        nameless = [row for row in rows if not row.gid]
        located_ = located(self.desk, {resource.name: [row.target for row in nameless]})
        for row in nameless:
            row.gid = located_.found.get(row.target, "")
        look = now(self.desk, resource, [row.gid for row in rows if row.gid], sides(rows))
        for row in rows:
            if not limited and self._given_up(row):
                error = look.unread.get(row.gid) or located_.unlooked.get(row.target)
                fail(row, Reason.LOST, f"{GIVEN_UP} {error or ''}".strip())
            elif row.gid in look.unread or row.target in located_.unlooked:
                continue  # it is looked at again, a few times
            elif row.outcome is not Outcome.PENDING or row.gid not in look.found:
                self._not_there(row)
            elif row.verdict in REMOVALS:
                row.state = State.PLANNED
            else:
                self._resume(resource, row, look.found[row.gid].fields)

    def _given_up(self, row: Row) -> bool:
        """A record at which Shopify fails every time must not keep all others from being written.

        Where no answer was lost it was the worker that died, which says nothing of the record.
        """
        if self.cursor["lost_at"] is None:
            return False
        lost = self.cursor.setdefault("lost", {})
        name = f"{Target(row.resource, row.key)} {row.number}"
        lost[name] = lost.get(name, 0) + 1
        return bool(lost[name] > MOST_LOST)

    def _resume(self, resource: Resource, row: Row, present: Fields) -> None:
        """Whatever of a write did happen is what the target has now; the rest is an update of that."""
        assert row.after is not None
        stirred = strangers(resource, row.base, begun(resource, row), row.after, present) if row.aside is None else []
        if stirred:
            fail(row, Reason.CHANGED_MEANWHILE, f"Somebody changed {named(stirred)} while it was written.")
            return
        rest = tuple(change.path for change in resource.changes(present, row.after))
        if row.verdict is Verdict.CREATE:
            rest = (*rest, *resource.unasked(present, row.after))
        if row.aside is None:
            row.stood = present
        elif row.aside and not moved(resource, row.aside, present):
            row.stepped = True
        row.state = State.PLANNED if rest else State.DONE
        if row.verdict is Verdict.CREATE:
            row.changed = rest
        if not rest:
            row.outcome = Outcome.CREATED if row.verdict is Verdict.CREATE else Outcome.UPDATED
            row.open = ()
            arrived(row)
            self.cursor["done"][row.resource] = self.cursor["done"].get(row.resource, 0) + 1

    def _not_there(self, row: Row) -> None:
        """The write did not happen, or it is one that may simply be repeated (links, tightening)."""
        if row.verdict in REMOVALS:
            arrived(row)
            row.outcome, row.state, row.verified = Outcome.DELETED, State.DONE, True
        else:
            row.state = planned(row)
            if row.outcome is Outcome.PENDING and (row.verdict is Verdict.CREATE or row.aside is not None):
                row.gid, row.stepped = "", row.aside is not None
                row.aside = {} if row.stepped else None
