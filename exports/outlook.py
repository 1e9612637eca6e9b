"""What an export will find and cost, as far as the last one tells: a view asks Shopify nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db.models.functions import Now

from runs.states import Status
from shops.models import Shop
from transfer.registry import RESOURCES, order

from .models import Export

LOOK_BACK = 20  # exports that are looked through for each kind's latest count


@dataclass(frozen=True, slots=True)
class Prospect:
    """One kind. `count`: as the latest export that carried it found it, if one did. `withheld`: scopes to grant.

    `optional`: why it is carried only where somebody ticks it.
    """

    name: str
    label: str
    count: int | None
    withheld: tuple[str, ...] = ()
    optional: str = ""


@dataclass(frozen=True, slots=True)
class Outlook:
    """`points`, `seconds`: of one record, in the latest export; None before the first. `at`: when that was."""

    kinds: tuple[Prospect, ...]
    points: float | None
    seconds: float | None
    at: datetime | None


def outlook(shop: Shop, withheld: dict[str, Any]) -> Outlook:
    query = Export.objects.filter(shop=shop, status=Status.SUCCEEDED, expires_at__gt=Now()).order_by("-created_at")
    past = cast(list[Export], list(query.only("result", "stats", "started_at", "finished_at")[:LOOK_BACK]))
    counts: dict[str, int] = {}
    for run in reversed(past):
        counts |= run.result.get("counts", {})
    kinds = tuple(
        Prospect(name, RESOURCES[name].label, counts.get(name), tuple(withheld.get(name, ())), RESOURCES[name].optional)
        for name in order()
    )
    return Outlook(kinds, *_price(past[0] if past else None))


def _price(run: Export | None) -> tuple[float | None, float | None, datetime | None]:
    """(points, seconds) for a record, and when that was measured."""
    records = run.result.get("records", 0) if run is not None else 0
    if run is None or not records or run.started_at is None or run.finished_at is None:
        return None, None, None
    taken = (run.finished_at - run.started_at).total_seconds()
    return run.stats.get("points", 0) / records, taken / records, run.finished_at
