"""Counts of a store before its first export, for the page on which somebody chooses: asked for by a task, kept a while.

A view asks Shopify nothing. It says that it wants counts, and rings; the page looks again in a second.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from runs import bell
from runs.lane import busy
from shopify_client import ShopifyError
from shops.client import beside_the_line
from shops.models import Shop
from transfer.counts import POINTS, counted, document
from transfer.registry import order, withheld

logger = logging.getLogger(__name__)

COUNT = "exports.tasks.count"
KEPT = timedelta(minutes=30)
AGAIN = timedelta(seconds=20)  # before which nobody rings again for the same counts
USUAL_RATE = 100.0  # points a second, on the smallest plan


def counts_of(shop: Shop) -> dict[str, int] | None:
    """What is known of the last half hour; None while it is asked for."""
    if shop.counted_at is not None and shop.counted_at > timezone.now() - KEPT:
        return dict(shop.counts)
    since = timezone.now() - AGAIN
    wanting = Shop.objects.filter(Q(counts_wanted_at=None) | Q(counts_wanted_at__lt=since), pk=shop.pk)
    if wanting.update(counts_wanted_at=Now()):
        bell.call(COUNT)
    return None


def price_of(shop: Shop) -> dict[str, Any]:
    """Points and seconds for a record, as other stores took them, at this store's rate."""
    rate = (shop.bucket or {}).get("rate") or USUAL_RATE
    return {"points": POINTS, "seconds": POINTS / rate}


def work_off() -> int:
    """Counts what is wanted. A store whose line is being worked tells it by what it reads; nobody asks beside it."""
    never = Q(counted_at=None) | Q(counted_at__lt=F("counts_wanted_at"))
    wanting = Shop.objects.filter(never, counts_wanted_at__isnull=False, uninstalled_at=None)
    return sum(_count(shop) for shop in wanting if shop.usable and not busy(shop))


def _count(shop: Shop) -> int:
    unread = withheld(shop.scopes, "read")
    names = [name for name in order() if name not in unread]
    found: dict[str, int] = {}
    try:
        if asked := document(names):
            with beside_the_line(shop, asked) as client:
                if client is None:
                    return 0
                found = counted(names, client.ask(asked).data)
    except ShopifyError as problem:
        logger.info("%s could not be counted: %s", shop.domain, problem)
    return Shop.objects.filter(pk=shop.pk, uninstalled_at=None).update(counts=found, counted_at=Now())
