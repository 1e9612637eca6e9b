"""The JSON that pages, commands and scripts poll. Numbers and closed words; docs/how-it-works.md describes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, Subquery
from django.utils import timezone

from transfer.limits import LIMITS, Limit
from transfer.registry import RESOURCES, in_order

from .kinds import DECISION, RunKind, kind_of, phases_of, reading
from .models import ASIDE, Lane, Run, Service
from .progress import prices, seconds_left, summed
from .states import ACTIVE, FINAL, FailReason, Status
from .storage import full

KINDS = frozenset(RESOURCES)
PAUSED = "The operators of this app have paused the work on your store. Your runs keep their place."
DRAINED = (
    "The operators of this app have halted all work for a while. Your runs keep their place, and go on by themselves."
)
FULL = (
    "There is no room for this run's files; it goes on by itself as soon as the operators of this app have made some."
)
MOVING_MS, QUEUED_MS, WAITING_MS = 1000, 3000, 10_000


def status_of(run: Run) -> dict[str, Any]:
    """The run as others see it. `updated` grows with every visible change; `poll_ms` is None when nothing will."""
    kind = kind_of(run)
    done, total = summed(run.counts)
    names = [stage.name for stage in kind.stages]
    paused = run.status in ACTIVE and _lane_paused(run)
    drained = run.status in ACTIVE and _drained()
    aside = run.is_aside
    waits = aside or run.waits_out
    halted = paused or drained
    no_room = run.status in ACTIVE and not halted and not waits and full()
    working = run.status in (Status.WORKING, Status.CANCELLING) and not halted and not waits and not no_room
    shown = {"paused": paused, "drained": drained, "aside": aside, "full": no_room}
    return {
        "id": str(run.pk),
        "kind": run.kind,
        "status": run.status,
        "updated": "-".join((str(run.updated), run.status, *(word for word, on in shown.items() if on))),
        "poll_ms": _poll(run),
        "step": run.step or None,
        "step_number": names.index(run.step) + 1 if run.step in names else 0,
        "steps": len(names),
        "step_label": kind.stage(run.step).label if run.step in names else None,
        "next_label": _next(kind, run.step),
        "phases": phases_of(kind, run.step, run.status),
        "counts": {name: _count(name, *run.counts[name]) for name in in_order(run.counts)},
        "done": done,
        "total": total,
        "rate": round(run.progress.get("rate") or 0.0, 1) if working else None,
        "seconds_left": seconds_left(run.progress, run.counts, prices(run.step)) if working else None,
        "ahead": ahead(run) if run.status in ACTIVE else None,
        "paused_until": _time(run.not_before) if run.not_before and run.not_before > timezone.now() else None,
        "waits_for": (run.waits_for if aside else run.outage) if waits else FailReason.NO_ROOM if no_room else None,
        "waits_for_label": _waits(run) if waits else FULL if no_room else None,
        "lane_paused": paused,
        "drained": drained,
        "halted_label": PAUSED if paused else DRAINED if drained else None,
        "reason": run.reason or None,
        "message": run.message or (kind.lacks(run) if run.status in FINAL else "") or None,
        "plan": _in_order(run.plan) or None,
        "result": _in_order(run.result) or None,
        "stats": run.stats,
        "created_at": _time(run.created_at),
        "started_at": _time(run.started_at),
        "finished_at": _time(run.finished_at),
        "expires_at": _time(run.expires_at),
        "expires_in": _left(run.expires_at),
    }


def _waits(run: Run) -> str:
    """What limit or outage, and until when it is waited for."""
    assert run.not_before is not None
    again = f"t tries again at {run.not_before:%H:%M} UTC."
    return f"{LIMITS[Limit(run.waits_for)]}; i{again}" if run.is_aside else f"{run.outage_words} I{again}"


def ahead(run: Run) -> int:
    """How many runs of the shop come before this one, in the lane's order."""
    # Compared where they are stored: SQLite keeps times as texts, and its own are shorter than those of a parameter.
    mine = Run.objects.filter(pk=run.pk)
    queued, created = Subquery(mine.values("queued_at")), Subquery(mine.values("created_at"))
    earlier = Q(queued_at__lt=queued) | Q(queued_at=queued, created_at__lt=created)
    tied = Q(queued_at=queued, created_at=created, pk__lt=run.pk)
    before = Run.objects.filter(earlier | tied, shop_id=run.shop_id).active()
    passing = reading()
    if run.kind in passing and Run.objects.filter(ASIDE, shop_id=run.shop_id).exists():
        before = before.exclude(ASIDE).filter(kind__in=passing)
    count: int = before.count()
    return count


def _lane_paused(run: Run) -> bool:
    """An operator has paused the shop's line: the run keeps its place."""
    paused: bool = Lane.objects.filter(shop_id=run.shop_id, paused_at__isnull=False).exists()
    return paused


def _drained() -> bool:
    """The operators let no lane be taken: workers finish their slices, and take no more."""
    drained: bool = Service.objects.filter(drained_at__isnull=False).exists()
    return drained


def _poll(run: Run) -> int | None:
    if run.status in FINAL or run.status == Status.PURGING:
        return None
    if run.status == Status.WAITING or run.is_aside:
        return WAITING_MS
    return QUEUED_MS if run.status == Status.QUEUED and ahead(run) else MOVING_MS


def _next(kind: RunKind, step: str) -> str | None:
    """What comes after the step; what comes first, where nothing has begun."""
    names = [stage.name for stage in kind.stages]
    if step not in names:
        return kind.stages[0].label
    if kind.stage(step).waits:
        return DECISION
    following = kind.after(step)
    return following.label if following is not None else None


def _count(name: str, done: int, total: int | None) -> dict[str, Any]:
    label = RESOURCES[name].label if name in RESOURCES else name
    return {"label": label, "done": done if total is None else min(done, total), "total": total}


def _in_order(told: Mapping[str, Any]) -> dict[str, Any]:
    """What a run tells of kinds, in the order in which kinds are listed: a database keeps none."""
    return {name: _sorted(value) if isinstance(value, dict) else value for name, value in told.items()}


def _sorted(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return {kind: value[kind] for kind in in_order(value)} if value.keys() <= KINDS else value


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment is not None else None


def _left(moment: datetime | None) -> int | None:
    return max(0, int((moment - timezone.now()).total_seconds())) if moment is not None else None
