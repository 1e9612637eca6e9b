"""A Celery task of the queue `upkeep`, thin."""

from __future__ import annotations

from celery import shared_task

from . import counting


@shared_task(name=counting.COUNT, ignore_result=True)
def count() -> int:
    """Counts the stores of which somebody looks at the choices before their first export."""
    return counting.work_off()
