"""What people do to runs: start, cancel, confirm, expire."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from shops.models import Shop
from shops.services import Refused

from . import bell, lane
from .broken_off import tell_half_done
from .models import ASIDE, Lane, Run, Service
from .states import EXPIRING, Status

logger = logging.getLogger(__name__)

SILENT_SWEEPS = 6
LEFT = "The app was removed from this store meanwhile, and nothing of this was kept. Install it again, and start anew."
R = TypeVar("R", bound=Run)


def enqueue(run: R) -> R:
    """Saves a new run at the end of its shop's line, and rings once that is committed. Raises Refused where the shop
    has removed the app since it was asked who it is, as it may during a long upload.
    """
    with transaction.atomic():
        if not Shop.objects.filter(pk=run.shop_id, uninstalled_at=None).exists():
            raise Refused(LEFT)
        lane.open_lane(run.shop_id)
        run.save(force_insert=True)
        run.refresh_from_db()  # the times are the database's
        bell.ring_after_commit()
    return run


def cancel(run: Run) -> bool:
    """Cancels at once where no worker holds the lane; else the worker stops within two seconds. False: too late."""
    with transaction.atomic():
        # Locked, so that no worker takes the lane between the look and the UPDATE.
        lane_ids = list(Lane.objects.select_for_update().filter(shop_id=run.shop_id).values_list("pk", flat=True))
        live = Lane.objects.filter(pk__in=lane_ids, lease_until__gte=Now()).exists()
        first = lane.turns(Run.objects.filter(shop_id=run.shop_id)).values_list("pk", flat=True).first()
        begun = Run.objects.filter(pk=run.pk, status=Status.WORKING).exclude(ASIDE).exists()
        if live and (first == run.pk or begun):  # one that came back from aside is first, and another may be served
            return bool(Run.objects.move(run, Status.CANCELLING))
        moved = bool(Run.objects.move(run, Status.CANCELLED, finished_at=Now()))
        if moved:
            tell_half_done(run)
        return moved


def confirm_waiting(run: Run, step: str, **columns: Any) -> bool:
    """Puts a run that waited for a person back into its line. False: it expired, was confirmed already or cancelled.

    The same condition as the purge's, so that one of the two loses.
    """
    with transaction.atomic():
        waiting = Run.objects.filter(status=Status.WAITING, expires_at__gt=Now())
        moved = bool(waiting.move(run, Status.QUEUED, queued_at=Now(), step=step, cursor={}, counts={}, progress={}))
        if moved and columns:
            type(run).objects.filter(pk=run.pk).update(**columns)
        if moved:
            bell.ring_after_commit()
    return moved


def expire_now(run: Run) -> bool:
    """Ends the time of a run that is at rest; the next purge removes it."""
    return bool(Run.objects.filter(pk=run.pk, status__in=EXPIRING).update(expires_at=Now()))


def expired() -> Q:
    return Q(expires_at__lte=Now()) | Q(status=Status.PURGING)


# -- what operators do to lanes ----------------------------------------------------------------------------------


def pause(shop_id: int, who: str) -> bool:
    """The lane is taken no more, and its worker ends its slice. Runs keep their place."""
    paused = Lane.objects.filter(shop_id=shop_id, paused_at=None).update(paused_at=Now())
    if paused:
        logger.warning("the lane of %s was paused by %s", _domain(shop_id), who)
    return bool(paused)


def resume(shop_id: int, who: str) -> bool:
    resumed = Lane.objects.filter(shop_id=shop_id, paused_at__isnull=False).update(paused_at=None)
    if resumed:
        logger.warning("the lane of %s was resumed by %s", _domain(shop_id), who)
        bell.ring()
    return bool(resumed)


def _domain(shop_id: int) -> str:
    """As operators know a lane."""
    return Shop.objects.filter(pk=shop_id).values_list("domain", flat=True).first() or f"shop {shop_id}"


def drain(on: bool, who: str) -> None:
    """Workers finish their slices and take no more, until undrained: before an upgrade, or to move the database."""
    Service.objects.update_or_create(pk=1, defaults={"drained_at": Now() if on else None})
    logger.warning("the service was %s by %s", "drained" if on else "undrained", who)
    if not on:
        bell.ring()


def beat_is_silent() -> bool:
    """Whether beat, or the worker that sweeps, has not been heard for several sweeps."""
    limit = Now() - timedelta(seconds=SILENT_SWEEPS * settings.SWEEP_SECONDS)
    return not Service.objects.filter(pk=1, swept_at__gt=limit).exists()
