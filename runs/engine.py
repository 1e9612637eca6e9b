"""Working one slice of one run.

A slice takes a lane, works on the lane's first run from its saved cursor, saves a checkpoint whenever the stage offers
one, and lets go after a bounded time, or earlier: somebody cancelled or paused, the process is asked to stop, or
another shop waits while the budget of this one is spent or its turn is over.
"""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from shopify_client import (
    AccessDenied,
    AccessLost,
    AdminClient,
    BudgetSpent,
    ServerFault,
    ShopGone,
    ShopifyError,
    TokenRefused,
    TooLate,
    Transient,
)
from shops.client import client_for, save_bucket
from shops.logs import about
from transfer.archive import ArchiveError
from transfer.registry import RESOURCES, withheld, withheld_parts
from transfer.stages import Stage
from transfer.work import Checkpoint, Desk, FileGone

from . import denied, lane
from .broken_off import tell_half_done
from .kinds import RunKind, kind_of
from .ledger import DjangoIds, DjangoLedger
from .models import Lane, Run
from .progress import advanced, prices
from .states import FailReason, Status
from .storage import deleted, storage

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.5  # between two looks whether somebody cancelled, or waits
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
SAY_AFTER = 5.0  # seconds that an outage lasts before a page speaks of it
BEATS = 4  # signs of life within one lease
SLOW = "The store answers too slowly for anything to get on in the time that this app's settings leave for it."
NO_ROOM = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "There is no room for this run's files"),
    **dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM), "This run's files cannot be written"),
}

Stop = Callable[[], bool]


def holder() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def work_slice(*, stop: Stop = lambda: False, clock: Callable[[], float] = time.monotonic) -> bool:
    """Takes one lane and works on it. False where nothing was due."""
    held = lane.take(holder())
    if held is None:
        return False
    try:
        run = lane.head(held)
        if run is not None:
            with about(run=run.pk, shop=run.shop.domain, ticket=held.ticket):
                if _alive(held, run):
                    began = clock()
                    _Slice(held, run, stop, clock).work()
                    logger.info("a slice of %.1f s ended at the step %s", clock() - began, run.step or "start")
    except lane.Fenced:
        logger.warning("lane %s, ticket %s: the lease was lost; another worker goes on", held.lane_id, held.ticket)
    finally:
        lane.release(held)
    return True


def _mark(checkpoint: Checkpoint) -> str:
    """What of a cursor moves only with the work: times in it (`…_at`) do not count."""
    moving = {name: value for name, value in checkpoint.cursor.items() if not name.endswith("_at")}
    return hashlib.sha256(json.dumps(moving, sort_keys=True).encode()).hexdigest()


def _alive(held: lane.Held, run: Run) -> bool:
    """Counts workers that died on this run; too many in a row fail it, so that the next one gets its turn."""
    if not held.abandoned:
        return True
    failures = run.failures + 1
    if failures > settings.POISON_LIMIT:
        message = f"The worker died {run.failures} times in a row at the step {run.step or 'start'}."
        with lane.fenced(held):
            if Run.objects.move(run, Status.FAILED, reason=FailReason.POISON, message=message, finished_at=Now()):
                tell_half_done(run)
        return False
    with lane.fenced(held):
        Run.objects.filter(pk=run.pk).update(failures=failures)
    run.failures = failures
    return True


@dataclass(slots=True)
class _Slice:
    held: lane.Held
    run: Run
    stop: Stop
    clock: Callable[[], float]
    began: float = field(init=False)
    looked: float = field(init=False)
    renewed: float = field(init=False)
    mark: str = field(init=False)
    moved: bool = False
    halted: bool = False
    client: AdminClient = field(init=False)
    ledger: DjangoLedger = field(init=False)
    ids: DjangoIds = field(init=False)
    desk: Desk = field(init=False)
    spent: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.began = self.looked = self.renewed = self.clock()
        self.mark = _mark(Checkpoint(self.run.cursor))
        # Whoever died here spent points that nobody has written down.
        self.client = client_for(self.run.shop, spent=self.held.abandoned)
        self.ledger, self.ids = DjangoLedger(self.run.pk), DjangoIds(self.run.pk)
        self.desk = Desk(
            client=self.client,
            storage=storage(),
            ledger=self.ledger,
            ids=self.ids,
            registry=RESOURCES,
            prefix=self.run.prefix,
            ticket=self.held.ticket,
            withheld=withheld(self.run.shop.scopes, kind_of(self.run).verb),
            withheld_parts=withheld_parts(self.run.shop.scopes, kind_of(self.run).verb),
            stopping=self.stopping,
            called_off=self._called_off,
            beat=self.beat,
            until=self._until,
            in_flight=settings.IN_FLIGHT,
            settling=settings.REQUEST_TIMEOUT + settings.SETTLING_SECONDS,
            clock=self.clock,
        )

    # -- one slice -----------------------------------------------------------------------------------------------

    def work(self) -> None:
        """Stage after stage, until the slice is over or the run comes to an end."""
        if self.run.status == Status.CANCELLING:
            self._cancelled()
            return
        if self.run.status == Status.QUEUED and not self._begin():
            return
        try:
            self._stages(kind_of(self.run))
        except Transient as trouble:
            self._outage(trouble)
        except ArchiveError as problem:
            self._fail(FailReason.BAD_ARCHIVE, str(problem))
        except AccessDenied as refusal:
            self._fail(FailReason.NOT_AUTHORISED, denied.sentence(refusal, self.run.shop.domain))
        except (TokenRefused, ShopGone) as refusal:
            self._fail(FailReason.NOT_AUTHORISED, str(refusal))
        except FileGone as missing:  # no further try brings it back
            logger.error("run %s: the file %s is gone at the step %s", self.run.pk, missing.filename, self.run.step)
            self._fail(FailReason.FILES_GONE, kind_of(self.run).gone(self.run))
        except (lane.Fenced, KeyboardInterrupt, SystemExit):
            raise
        except Exception as fault:
            if isinstance(fault, OSError) and fault.errno in NO_ROOM:
                self._no_room(fault)
            else:
                self._fault(fault)
        with lane.fenced(self.held):
            save_bucket(self.run.shop, self.client.pacer)

    def _begin(self) -> bool:
        with lane.fenced(self.held):
            moved: bool = Run.objects.move(self.run, Status.WORKING, started_at=Coalesce("started_at", Now()))
        self.run.refresh_from_db()
        return moved

    def _stages(self, kind: RunKind) -> None:
        stage = kind.stage(self.run.step) if self.run.step else kind.after("")
        while stage is not None:
            checkpoint = self._stage(kind, stage)
            if checkpoint.done:
                if stage.waits:
                    self._wait_for_person(kind, stage)
                    return
                following = kind.after(stage.name)
                if following is None:
                    self._finish(kind)
                    return
                stage = following
                if not self.stopping():
                    continue
            self._let_go(checkpoint)
            return

    def _stage(self, kind: RunKind, stage: Stage) -> Checkpoint:
        """Runs a stage until it is done or the slice is over, and saves every checkpoint that it offers."""
        if self.run.step != stage.name:
            self.run.step, self.run.cursor, self.run.counts, self.run.progress = stage.name, {}, {}, {}
        checkpoint = Checkpoint(self.run.cursor)
        steps = stage.work(self.desk, self.run.cursor, self.run.past, kind.options(self.run))
        try:
            for checkpoint in steps:
                self._save(kind, stage, checkpoint)
                if checkpoint.done or checkpoint.pause:
                    break
        finally:
            close = getattr(steps, "close", None)
            if close is not None:
                close()
        return checkpoint

    # -- saving --------------------------------------------------------------------------------------------------

    def _save(self, kind: RunKind, stage: Stage, checkpoint: Checkpoint) -> None:
        """One transaction: the lease, the cursor, the counts, the ledger. Then the time to send in moves on."""
        run = self.run
        run.cursor = checkpoint.cursor
        if checkpoint.counts:
            run.counts = {name: list(counts) for name, counts in checkpoint.counts.items()}
        run.progress = advanced(run.progress, run.counts, self.desk.now(), prices(stage.name))
        run.stats = self._stats()
        columns: dict[str, Any] = {
            name: getattr(run, name) for name in ("step", "cursor", "counts", "progress", "stats")
        }
        if checkpoint.done:
            run.past = {**run.past, stage.name: checkpoint.cursor}
            following = kind.after(stage.name)
            run.step, run.cursor = (following.name if following else stage.name), {}
            columns |= {"past": run.past, "cursor": {}, "step": run.step}
        with lane.fenced(self.held):
            self.ledger.save()
            self.ids.save()
            if self._moves(stage, checkpoint):
                columns |= {"failures": 0, "outage_since": None, "outage": "", "outage_words": ""}
                run.failures, run.outage_since = 0, None
            Run.objects.filter(pk=run.pk).update(**columns, updated=F("updated") + 1, not_before=None, waits_for="")
            save_bucket(run.shop, self.client.pacer)
        self.ledger.forget()
        self.ids.forget()
        self.renewed = self.clock()

    def _moves(self, stage: Stage, checkpoint: Checkpoint) -> bool:
        """Whether the work has moved since the last checkpoint: one that says the same again forgives no death."""
        mark = _mark(checkpoint)
        moves = checkpoint.done or mark != self.mark
        self.mark = mark
        self.moved = self.moved or moves
        return moves

    def beat(self) -> None:
        """Keeps the lane through long work between two checkpoints."""
        if self.clock() - self.renewed > settings.LEASE_SECONDS / BEATS:
            lane.renew(self.held)
            self.renewed = self.clock()

    def _until(self) -> float:
        """Nothing is sent later than the end of the lease less the time that a request may take."""
        left: float = settings.LEASE_SECONDS - settings.REQUEST_TIMEOUT
        return self.renewed + left

    def _stats(self) -> dict[str, float]:
        """What the run has spent so far: what earlier slices did, and this one."""
        if not self.spent:
            self.spent = dict(self.run.stats) or dict.fromkeys(("requests", "points", "lost", "throttled", "writes"), 0)
        own = self.client.pacer.spending
        now = {
            "requests": own.requests,
            "points": own.points,
            "lost": own.lost,
            "throttled": own.throttled,
            "writes": self.client.writes,
        }
        return {name: round(self.spent.get(name, 0) + value, 1) for name, value in now.items()}

    # -- the end of a slice, and of a run --------------------------------------------------------------------------

    def stopping(self) -> bool:
        """Whether the slice should come to its end. Looks at the database no more often than twice a second."""
        if self.halted or self.stop():
            self.halted = True
            return True
        now = self.clock()
        if now - self.looked > LOOK_SECONDS:
            self.looked = now
            self.halted = self._called_off() or (self.moved and self._over(now - self.began))
        return self.halted

    def _called_off(self) -> bool:
        """Whether somebody cancelled the run, or paused its lane."""
        status = Run.objects.filter(pk=self.run.pk).values_list("status", flat=True).first()
        return status != Status.WORKING or Lane.objects.filter(pk=self.held.lane_id, paused_at__isnull=False).exists()

    def _over(self, worked: float) -> bool:
        """Whether it is another shop's turn. Asked once something has been saved: no slice ends where it began."""
        if worked > settings.SLICE_SECONDS:
            return True
        return (self.client.pacer.spent or worked > settings.TURN_SECONDS) and lane.others_wait(self.held)

    def _let_go(self, checkpoint: Checkpoint) -> None:
        """The end of a slice: cancelled meanwhile, waiting for a time, or simply over."""
        if self._cancelled():
            return
        if checkpoint.pause:
            self._pause(checkpoint)
        else:
            self._too_late()

    def _pause(self, checkpoint: Checkpoint) -> None:
        """Until a time; for a limit of a day, aside from the line."""
        with lane.fenced(self.held):
            Run.objects.filter(pk=self.run.pk).update(
                not_before=Now() + timedelta(seconds=checkpoint.pause),
                waits_for=checkpoint.limit,
                updated=F("updated") + 1,
            )

    def _wait_for_person(self, kind: RunKind, stage: Stage) -> None:
        with lane.fenced(self.held):
            Run.objects.move(self.run, Status.WAITING, plan=dict(kind.plan(self.run)), not_before=None)

    def _cancelled(self) -> bool:
        """Ends a run that somebody cancelled: what was under way has been awaited."""
        with lane.fenced(self.held):
            cancelling = Run.objects.filter(status=Status.CANCELLING)
            moved: bool = cancelling.move(self.run, Status.CANCELLED, finished_at=Now(), stats=self._stats())
            if moved:
                tell_half_done(self.run)
        return moved

    def _finish(self, kind: RunKind) -> None:
        finish = kind.finish(self.run, self.desk)
        with lane.fenced(self.held):
            moved = Run.objects.move(self.run, finish.status, result=dict(finish.result), finished_at=Now())
            if moved and finish.columns:
                getattr(self.run, kind.name).__class__.objects.filter(pk=self.run.pk).update(**finish.columns)
        if moved:
            _clean(self.run, (*kind.keep, *finish.keep))

    def _fail(self, reason: FailReason, message: str) -> None:
        with lane.fenced(self.held):
            if Run.objects.move(self.run, Status.FAILED, reason=reason, message=message, finished_at=Now()):
                tell_half_done(self.run)

    def _outage(self, trouble: Transient) -> None:
        """Shopify is away or the budget is spent: the run keeps its place and goes on later, up to a limit."""
        if self._cancelled():
            return
        if isinstance(trouble, TooLate):
            self._too_late()
            return
        kind = type(trouble).__name__
        logger.warning("run %s waits at the step %s: %s: %s", self.run.pk, self.run.step or "start", kind, trouble)
        if isinstance(trouble, AccessLost):
            self._wait_out(trouble.wait, FailReason.NOT_AUTHORISED, str(trouble), "", at_once=True)
        else:
            words = "" if isinstance(trouble, BudgetSpent) else str(trouble)
            self._wait_out(trouble.wait, FailReason.UNREACHABLE, words, "The store could not be reached for too long. ")

    def _too_late(self) -> None:
        """Where a lease was over before anything got on, the next may fare no better: that is told, up to a limit."""
        if self.moved or self.halted or self._called_off():
            return
        logger.warning("run %s: nothing got on at the step %s within a lease", self.run.pk, self.run.step or "start")
        self._wait_out(FIRST_PAUSE, FailReason.UNREACHABLE, SLOW, "That lasted too long. ")

    def _no_room(self, fault: OSError) -> None:
        """The disk is full, or lets nobody write: operators are told, the run waits."""
        logger.error("run %s: its files cannot be written at the step %s: %s", self.run.pk, self.run.step, fault)
        if not self._cancelled():
            words = f"{NO_ROOM[fault.errno or 0]}; the operators of this app know."
            self._wait_out(FIRST_PAUSE, FailReason.NO_ROOM, words, "That lasted too long. ")

    def _wait_out(self, wait: float, reason: FailReason, words: str, in_the_end: str, *, at_once: bool = False) -> None:
        """Waits with growing pauses for what is not this run's fault, up to a limit.

        `words`: why, told while it lasts: unless `at_once`, of what has lasted for some seconds. `in_the_end`: said
        before them where it lasts too long.
        """
        now = self.desk.now()
        since = self.run.outage_since.timestamp() if self.run.outage_since else now
        if now - since > settings.OUTAGE_LIMIT_SECONDS:
            self._fail(reason, f"{in_the_end}{words}")
            return
        told = words if at_once or now - since > SAY_AFTER else ""
        pause = min(LONGEST_PAUSE, max(wait, FIRST_PAUSE, (now - since) / 2))
        with lane.fenced(self.held):
            Run.objects.filter(pk=self.run.pk).update(
                not_before=Now() + timedelta(seconds=pause),
                waits_for="",
                outage=reason if told else "",
                outage_words=told,
                outage_since=Coalesce("outage_since", Now()),
                updated=F("updated") + 1,
            )

    def _fault(self, fault: Exception) -> None:
        """A fault of ours or of Shopify's: tried again a few times, for it may be a passing one (a database that was
        locked). What Shopify refuses of our requests will not change by asking again."""
        logger.exception("run %s: a fault at the step %s", self.run.pk, self.run.step)
        if self._cancelled():
            return
        failures = self.run.failures + 1
        hopeless = isinstance(fault, ShopifyError) and not isinstance(fault, ServerFault)
        if failures > settings.POISON_LIMIT or hopeless:
            kind = type(fault).__name__
            words = f"{kind}: {fault}" if isinstance(fault, ShopifyError) else f"{kind}; the log says more."
            self._fail(FailReason.INTERNAL, f"A fault stopped the run at the step {self.run.step}: {words}")
            return
        with lane.fenced(self.held):
            Run.objects.filter(pk=self.run.pk).update(
                failures=failures, not_before=Now() + timedelta(seconds=FIRST_PAUSE * failures), waits_for=""
            )


def _clean(run: Run, keep: tuple[str, ...]) -> None:
    """Removes what only the work needed; what a finished run shows, or what cannot be deleted, goes with the run."""
    for name in storage().list(run.prefix):
        if not any(name.startswith(f"{run.prefix}{kept}") for kept in keep):
            deleted(name)
