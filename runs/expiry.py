"""Twenty-four hours after a run came to rest, nothing of it remains."""

from __future__ import annotations

import logging
import uuid

from django.db.models.functions import Now

from . import services
from .models import IdEntry, LedgerEntry, Run
from .states import EXPIRING, Status
from .storage import storage

logger = logging.getLogger(__name__)

BATCH = 2000


def purge_expired() -> int:
    """Removes every run whose time is over, and finishes what an earlier purge began. How many went."""
    gone = 0
    expired = Run.objects.filter(status__in=EXPIRING, expires_at__lte=Now()).order_by("expires_at")
    for run in expired.iterator():
        # A merchant may confirm this very moment: that UPDATE and this one exclude each other.
        mine = Run.objects.filter(pk=run.pk, status__in=EXPIRING, expires_at__lte=Now()).update(status=Status.PURGING)
        if mine:
            _remove(run)
            gone += 1
    return gone


def remove_now(run: Run) -> bool:
    """Ends a run, whatever it does, and removes it. False while a worker still ends its slice: ask again."""
    services.cancel(run)
    services.expire_now(run)
    mine = Run.objects.filter(pk=run.pk, status__in=EXPIRING).update(status=Status.PURGING)
    if mine:
        _remove(run)
    return bool(mine)


def _remove(run: Run) -> None:
    """Files first: a row without files says "gone", files without a row would say nothing."""
    storage().delete_tree(run.prefix)
    for model in (LedgerEntry, IdEntry):
        while True:
            some = list(model.objects.filter(run=run).values_list("pk", flat=True)[:BATCH])
            if not some:
                break
            model.objects.filter(pk__in=some).delete()
    run.delete()


def sweep_files() -> int:
    """Removes files that belong to no run: what a killed process left behind."""
    store = storage()
    owners = {name.split("/", 1)[0] for name in store.list("")} if store.root.exists() else set()
    known = {str(pk) for pk in Run.objects.filter(pk__in=[o for o in owners if _is_id(o)]).values_list("pk", flat=True)}
    orphans = owners - known
    for owner in orphans:
        if _is_id(owner):
            store.delete_tree(f"{owner}/")
    return len(orphans)


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
