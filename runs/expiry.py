"""Twenty-four hours after a run came to rest, nothing of it remains."""

from __future__ import annotations

import logging
import time
import uuid
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError
from django.db.models.functions import Now

from . import services
from .kinds import kind_of
from .models import IdEntry, LedgerEntry, Run
from .signals import removing
from .states import EXPIRING, Status
from .storage import storage

logger = logging.getLogger(__name__)

BATCH = 2000
MANY = 400  # ids per statement
YOUNG_SECONDS = 3600.0


def purge_expired() -> int:
    """Removes every run whose time is over, and finishes what an earlier purge began. How many went."""
    gone = 0
    expired = Run.objects.filter(status__in=EXPIRING, expires_at__lte=Now()).order_by("expires_at")
    for run in expired.iterator():
        # A merchant may confirm this very moment: that UPDATE and this one exclude each other.
        mine = Run.objects.filter(pk=run.pk, status__in=EXPIRING, expires_at__lte=Now()).update(status=Status.PURGING)
        if mine and _removed(run):
            gone += 1
    return gone


def remove_now(run: Run) -> bool:
    """Ends a run, whatever it does, and removes it with what was made of it. False while a worker still ends its slice,
    or a file cannot be deleted: ask again."""
    services.cancel(run)
    services.expire_now(run)
    mine = Run.objects.filter(pk=run.pk, status__in=EXPIRING).update(status=Status.PURGING)
    return bool(mine) and _removed(run)


def _removed(run: Run) -> bool:
    try:
        parts = [remove_now(part) for part in kind_of(run).parts(run)]  # all of them, not up to the first
        if not all(parts):
            return False
        _remove(run)
    except (OSError, DatabaseError):  # others go all the same, and this one the next time
        logger.exception("run %s could not be removed", run.pk)
        return False
    return True


def remove_ended(run: Run) -> bool:
    """Removes a run that has ended before its day is over, as its owner wishes. False while something of it stays: a
    purge goes on with that."""
    removing.send(Run, run_id=run.pk)
    return remove_now(run)


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
    """Removes files that belong to no run: what a killed process left behind.

    Not those of the last hour: an upload is stored before its row is there.
    """
    return _sweep_uploads() + _sweep_storage()


def _sweep_uploads() -> int:
    """What a web process that died was being sent: Django names such files."""
    gone = 0
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR).glob("tmp*.upload*"):
        try:
            if path.stat().st_mtime < time.time() - YOUNG_SECONDS:
                path.unlink()
                gone += 1
        except FileNotFoundError:  # it has come to its end
            continue
        except OSError as problem:
            logger.error("the upload %s cannot be deleted: %s", path.name, problem.strerror)
    return gone


def _sweep_storage() -> int:
    store = storage()
    owners = [owner for owner in store.folders(older_than=YOUNG_SECONDS) if _is_id(owner)]
    gone = 0
    for start in range(0, len(owners), MANY):
        some = owners[start : start + MANY]
        known = {str(pk) for pk in Run.objects.filter(pk__in=some).values_list("pk", flat=True)}
        for owner in set(some) - known:
            try:
                store.delete_tree(f"{owner}/")
                gone += 1
            except OSError:
                logger.exception("the files of %s, which is there no more, could not be removed", owner)
    return gone


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
