"""What the page of a copy polls. Of the other store's run it tells what the copy needs, and no address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone

from runs.states import Status
from runs.status import MOVING_MS, WAITING_MS, status_of

from .models import OPEN, Copy
from .words import of_source

FOREIGN = (
    *("status", "step_label", "step_number", "steps", "done", "total", "seconds_left", "ahead", "poll_ms"),
    *("paused_until", "waits_for", "waits_for_label", "halted_label"),
)
OWN = (*FOREIGN, "id", "message", "expires_in")


def children(copy: Copy) -> dict[str, Any]:
    """Both children as they are now, or as they were last seen."""
    seen: dict[str, Any] = dict(copy.seen)
    if copy.export is not None:
        whole = status_of(copy.export)
        own = {"records": copy.export.result.get("records"), "share": _share(whole)}
        why = {name: of_source(whole[name]) for name in ("halted_label", "waits_for_label") if whole[name]}
        seen["export"] = {name: whole[name] for name in FOREIGN} | why | own
    if copy.child is not None:
        whole = status_of(copy.child)
        decided = getattr(copy.child, "confirmed_at", None) is not None
        own = {"totals": copy.child.result.get("totals"), "share": _share(whole), "decided": decided}
        seen[copy.child.kind] = {name: whole[name] for name in OWN} | own
    return seen


def _share(own: Mapping[str, Any]) -> float | None:
    """How much of its way a run has behind it, as if its steps were equally long; None before its first."""
    if not own["step_number"]:
        return None
    inside = min(1.0, own["done"] / own["total"]) if own["total"] else 0.0
    return float(round((own["step_number"] - 1 + inside) / own["steps"], 3))


def copy_status(copy: Copy) -> dict[str, Any]:
    going = copy.status in OPEN
    seen = children(copy) if going else copy.seen
    waiting = going and copy.run is not None and copy.run.status == Status.WAITING
    left = copy.expires_at - timezone.now() if copy.expires_at is not None else None
    return {
        "id": str(copy.pk),
        "purpose": copy.purpose,
        "status": "waiting" if waiting else copy.status,
        "poll_ms": (WAITING_MS if waiting else MOVING_MS) if going else None,
        "source": (copy.source.called if copy.source is not None else "") or None,
        "target": copy.target.domain,
        "message": copy.message or None,
        "withheld": copy.withheld,
        "unlinked": copy.unlinked,
        "export": seen.get("export"),
        "import": seen.get("import"),
        "import_url": reverse("runs:show", args=[copy.run_id]) if copy.run_id is not None else None,
        "plan_url": reverse("imports:plan", args=[copy.run_id]) if waiting else None,
        "comparison": seen.get("comparison"),
        "comparison_url": reverse("runs:show", args=[copy.comparison_id]) if copy.comparison_id is not None else None,
        "created_at": copy.created_at.isoformat(timespec="seconds"),
        "ended_at": copy.ended_at.isoformat(timespec="seconds") if copy.ended_at is not None else None,
        "expires_in": max(0, int(left.total_seconds())) if left is not None else None,
    }
