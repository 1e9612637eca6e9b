"""One shop, one run at a time, on any number of workers.

Whoever hears a bell takes, by one conditional UPDATE, the lane with due work and no live lease that was served longest
ago. The UPDATE raises the lane's ticket. Every later write of that worker is conditional on the ticket, so that a
worker that slept through its lease finds out at its next word, and says nothing more. All times are the database's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Now

from shops.models import Shop

from . import kinds, watchdog
from .models import ASIDE, Lane, Run, RunQuerySet, Service
from .states import Status

TRIES = 5  # lanes that others may take before our eyes


class Fenced(Exception):
    """The lane belongs to somebody else by now. Nothing may be saved."""


@dataclass(frozen=True, slots=True)
class Held:
    """A lane in our hands. `abandoned`: whoever held it before let its lease run out."""

    lane_id: int
    shop_id: int
    ticket: int
    abandoned: bool


def open_lane(shop_id: int) -> None:
    """Every shop has a lane from its first run on."""
    Lane.objects.get_or_create(shop_id=shop_id)


def due() -> QuerySet[Lane]:
    """Lanes whose first run may be worked on now and that nobody holds, the longest unserved first.

    A first run that waits for a time keeps its place: the runs behind it wait with it. Cancelling waits for nothing.
    """
    line = turns(Run.objects.filter(shop=OuterRef("shop")))
    first = Run.objects.filter(pk=OuterRef("first"))
    timely = Q(not_before=None) | Q(not_before__lte=Now())
    return (
        Lane.objects.filter(Q(lease_until=None) | Q(lease_until__lt=Now()))
        .annotate(first=Subquery(line.values("pk")[:1]))
        .filter(Exists(first.filter(status=Status.CANCELLING)) | Q(Exists(first.filter(timely)), paused_at=None))
        .filter(~Exists(Service.objects.filter(drained_at__isnull=False)))
        .order_by(F("served_at").asc(nulls_first=True), "id")
    )


def busy(shop: Shop) -> bool:
    """Whether the shop's line is worked, or about to be: what is left of its API budget is then the line's alone."""
    working: bool = Run.objects.filter(shop=shop).active().exists()
    return working or Lane.objects.filter(shop=shop, lease_until__gte=Now()).exists()


def at_work(shop_id: int | None = None) -> bool:
    """Whether anybody works in the shop's line; without a shop, in any: so a worker is there."""
    lanes = Lane.objects.filter(lease_until__gte=Now())
    found: bool = (lanes if shop_id is None else lanes.filter(shop_id=shop_id)).exists()
    return found


def turns(runs: RunQuerySet) -> RunQuerySet:
    """The runs of one shop in the order of their turns: oldest first, cancelling before everything.

    One that waits for a limit of a day has stepped aside until then. What only reads may pass it; what writes may not.
    """
    aside = Run.objects.filter(ASIDE, shop=OuterRef("shop"))
    passing = Q(status=Status.CANCELLING) | Q(kind__in=kinds.reading()) | ~Exists(aside)
    urgent = Case(When(status=Status.CANCELLING, then=Value(0)), default=Value(1))
    line = runs.active().filter(passing).exclude(ASIDE)
    return line.order_by(urgent, "queued_at", "created_at", "id")


def take(holder: str) -> Held | None:
    """The next lane, or None where nothing is due."""
    for lane in due()[:TRIES]:
        free = Q(lease_until=None) | Q(lease_until__lt=Now())
        taken = Lane.objects.filter(free, pk=lane.pk, ticket=lane.ticket).update(
            ticket=lane.ticket + 1,
            lease_until=Now() + timedelta(seconds=settings.LEASE_SECONDS),
            served_at=Now(),
            holder=holder[:100],
        )
        if taken:
            return Held(lane.pk, lane.shop_id, lane.ticket + 1, abandoned=lane.lease_until is not None)
    return None


@contextmanager
def fenced(held: Held) -> Iterator[None]:
    """A transaction that only the lane's holder can commit; it renews the lease. Raises Fenced, and saves nothing."""
    with transaction.atomic():
        renew(held)
        yield


def renew(held: Held) -> None:
    """Says that somebody is still at it. Raises Fenced."""
    mine = Lane.objects.filter(pk=held.lane_id, ticket=held.ticket, lease_until__isnull=False)
    if not mine.update(lease_until=Now() + timedelta(seconds=settings.LEASE_SECONDS)):
        raise Fenced
    watchdog.touch()


def release(held: Held) -> None:
    """Gives the lane back, in an orderly way."""
    Lane.objects.filter(pk=held.lane_id, ticket=held.ticket).update(lease_until=None, served_at=Now(), holder="")


def head(held: Held) -> Run | None:
    """The run whose turn it is."""
    run: Run | None = turns(Run.objects.filter(shop_id=held.shop_id)).first()
    return run


def others_wait(held: Held) -> bool:
    """Whether another shop has work and no worker."""
    return due().exclude(pk=held.lane_id).exists()
