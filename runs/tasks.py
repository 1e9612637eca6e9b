"""Celery tasks: thin. What they do is in `engine`, `bell` and `expiry`."""

from __future__ import annotations

from celery import shared_task
from celery.signals import worker_shutting_down
from django.conf import settings
from django.db.models.functions import Now

from . import bell, engine, expiry, lane, watchdog
from .models import Service

_stopping = False


@worker_shutting_down.connect
def _stop(**_: object) -> None:
    """A worker that is asked to stop ends its slice at the next checkpoint."""
    global _stopping
    _stopping = True


@shared_task(name=bell.WORK, rate_limit=settings.BELL_RATE, ignore_result=False)
def work() -> bool:
    """Works one slice of whichever shop's turn it is, and rings again if there is more."""
    with watchdog.armed():
        worked = engine.work_slice(stop=lambda: _stopping)
    if worked and lane.due().exists():
        bell.ring()
    return worked


@shared_task(name="runs.tasks.sweep", ignore_result=True)
def sweep() -> int:
    """Tops the bells up to the work that is due: whatever the broker lost is rung again."""
    Service.objects.update_or_create(pk=1, defaults={"swept_at": Now()})
    wanted = lane.due().count()
    if wanted == 0:
        return 0
    missing = max(0, wanted - (bell.waiting() or 0))
    if missing:
        bell.ring(missing)
    return missing


@shared_task(name="runs.tasks.purge", ignore_result=True)
def purge() -> int:
    """Removes what has expired."""
    gone = expiry.purge_expired()
    expiry.sweep_files()
    return gone
