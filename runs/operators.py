"""The operators' page: every lane that has work or is paused, live; and the few things that can be done about them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, F, OuterRef, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from . import bell, broker, services
from .kinds import reading, step_label
from .models import Lane, Run, Service
from .states import FailReason, Status

SHOWN = 200  # lanes; who has more looks at the failures and the waiting first


LOOKING = "The lanes are for accounts that may view lanes; ask an operator who may give that permission."


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    _may_look(request)
    context = {**admin.site.each_context(request), "title": "Lanes", "may": may(request)}
    return render(request, "admin/lanes.html", context)


@require_safe
def state(request: HttpRequest) -> HttpResponse:
    _may_look(request)
    return JsonResponse(overview())


def _may_look(request: HttpRequest) -> None:
    if not request.user.has_perm("runs.view_lane"):
        raise PermissionDenied(LOOKING)


def may(request: HttpRequest) -> bool:
    return bool(request.user.has_perm("runs.change_lane"))


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Pause, resume, ring, drain, undrain."""
    if not may(request):
        raise PermissionDenied
    deed = DEEDS.get(request.POST.get("deed", ""))
    shop = request.POST.get("shop", "")
    if deed is None or (shop and not (shop.isdecimal() and len(shop) < 18)):
        messages.error(request, "There is no such deed.")
    else:
        messages.info(request, deed(int(shop or 0), str(request.user)))
    return redirect("operators_lanes")


NO_LANE = "There is no such lane: the shop has never had a run, or has left."


def _pause(shop: int, who: str) -> str:
    if not Lane.objects.filter(shop_id=shop).exists():
        return NO_LANE
    done = services.pause(shop, who)
    return "The lane is paused; its worker ends its slice now." if done else "The lane was paused already."


def _resume(shop: int, who: str) -> str:
    if not Lane.objects.filter(shop_id=shop).exists():
        return NO_LANE
    return "The lane goes on." if services.resume(shop, who) else "The lane was not paused."


def _ring(shop: int, who: str) -> str:
    return "A worker has been rung for." if bell.ring() else "The broker cannot be reached; the sweep will ring."


def _drain(shop: int, who: str) -> str:
    services.drain(True, who)
    return "Workers finish their slices and take no more."


def _undrain(shop: int, who: str) -> str:
    services.drain(False, who)
    return "Workers take lanes again."


DEEDS: dict[str, Callable[[int, str], str]] = {
    "pause": _pause,
    "resume": _resume,
    "ring": _ring,
    "drain": _drain,
    "undrain": _undrain,
}


def overview() -> dict[str, Any]:
    """What the page polls."""
    service = Service.objects.filter(pk=1).first() or Service()
    working = Exists(Run.objects.filter(shop=OuterRef("shop")).active())
    lanes = Lane.objects.filter(working | Q(paused_at__isnull=False)).select_related("shop")
    found = list(
        lanes.order_by(F("lease_until").desc(nulls_last=True), F("served_at").asc(nulls_first=True), "id")[: SHOWN + 1]
    )
    reasons = Run.objects.filter(status=Status.FAILED).order_by().values_list("reason").annotate(Count("pk"))
    there = broker.alive()
    return {
        "drained": service.drained_at is not None,
        "swept_seconds_ago": _ago(service.swept_at),
        "broker": there,
        "bells": bell.waiting() if there else None,  # which would be tried for again for seconds
        "failures": {_failed(reason): count for reason, count in reasons},
        "more": len(found) > SHOWN,
        "lanes": _lanes(found[:SHOWN]),
    }


def _lanes(lanes: list[Lane]) -> list[dict[str, Any]]:
    runs = Run.objects.filter(shop__in=[lane.shop_id for lane in lanes]).in_line()
    columns = ("id", "shop_id", "kind", "status", "step", "stats", "failures", "queued_at")
    waiting = ("not_before", "waits_for", "outage", "outage_words")
    lines: dict[int, list[Run]] = {}
    for run in runs.only(*columns, *waiting):
        lines.setdefault(run.shop_id, []).append(run)
    failed = Run.objects.filter(status=Status.FAILED, shop__in=[lane.shop_id for lane in lanes]).order_by()
    failures: dict[int, dict[str, int]] = {}
    for shop, reason, count in failed.values_list("shop_id", "reason").annotate(Count("pk")):
        failures.setdefault(shop, {})[_failed(reason)] = count
    return [_lane(lane, lines.get(lane.shop_id, []), failures.get(lane.shop_id, {})) for lane in lanes]


def _lane(lane: Lane, line: list[Run], failures: dict[str, int]) -> dict[str, Any]:
    served = lane.lease_until is not None and lane.lease_until > timezone.now()
    first = _turn(line)
    waits = first is not None and first.not_before is not None and first.not_before > timezone.now()
    return {
        "shop": lane.shop_id,
        "domain": lane.shop.domain,
        "state": _word(served=served, paused=lane.paused_at is not None, waits=waits, line=bool(line)),
        "paused": lane.paused_at is not None,
        "holder": lane.holder if served else "",
        "served_seconds_ago": _ago(lane.served_at),
        "line": len(line),
        "run": _run(first) if first is not None else None,
        "budget": _budget(lane.shop.bucket),
        "throttled": round(_stat(line, "throttled")),
        "lost": round(_stat(line, "lost")),
        "failures": failures,
    }


def _failed(reason: str) -> str:
    """Behind a number: "2 × the store could not be reached"."""
    return _inside(str(FailReason(reason).label))


def _waited_out(run: Run) -> str:
    """Behind a colon. Where the app is not let in, what has to be mended is told, for it may be the operators' own."""
    if run.outage == FailReason.NOT_AUTHORISED and run.outage_words:
        return _inside(re.split("[:.]", run.outage_words)[0])
    return _failed(run.outage)


def _inside(words: str) -> str:
    """Inside of a sentence."""
    return words if words.startswith("Shopify") else words[:1].lower() + words[1:]


def _turn(line: list[Run]) -> Run | None:
    """Whose turn it is, as `lane.turns` has it."""
    aside = any(run.is_aside for run in line)
    passing = (run for run in line if not aside or (run.kind in reading() and not run.is_aside))
    return next(passing, line[0] if line else None)


def _word(*, served: bool, paused: bool, waits: bool, line: bool) -> str:
    if served:
        return "served"
    if paused:
        return "paused"
    return "waits" if waits else "due" if line else "idle"


def _run(run: Run) -> dict[str, Any]:
    return {
        "id": str(run.pk),
        "kind": run.get_kind_display(),
        "status": Status(run.status).label,
        "step": step_label(run),
        "deaths": run.failures,
        "waits_for": run.get_waits_for_display().lower() if run.is_aside else "",
        "waits_out": _waited_out(run) if run.waits_out else "",
        "waits_seconds": max(0, -(_ago(run.not_before) or 0)),
    }


def _budget(bucket: dict[str, float]) -> dict[str, int] | None:
    """Points as last seen, with what has been restored since."""
    if not bucket:
        return None
    idle = max(0.0, timezone.now().timestamp() - bucket["at"])
    level = min(bucket["maximum"], bucket["level"] + idle * bucket["rate"])
    return {"level": round(level), "maximum": round(bucket["maximum"]), "rate": round(bucket["rate"])}


def _stat(runs: Iterable[Run], name: str) -> float:
    return sum(float(run.stats.get(name, 0)) for run in runs)


def _ago(moment: Any) -> int | None:
    return round((timezone.now() - moment).total_seconds()) if moment is not None else None
