"""Celery tasks of the queue `upkeep`: thin. Beat rings them too, so that a lost message costs seconds."""

from __future__ import annotations

from celery import shared_task

from . import copies as parents
from . import parting

COPIES = "imports.tasks.copies"


@shared_task(name=COPIES, ignore_result=True)
def copies() -> int:
    """Takes copies from linked stores a step further, and removes what ended links left."""
    open_ones = parents.work_off()
    parting.forget_archives_left()
    return open_ones
