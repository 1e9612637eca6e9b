"""Celery tasks of the queue `upkeep`: thin. Beat rings them too, so that a lost message costs seconds."""

from __future__ import annotations

from celery import shared_task

from . import copies as parents

COPIES = "imports.tasks.copies"


@shared_task(name=COPIES, ignore_result=True)
def copies() -> int:
    """Takes copies from linked stores a step further."""
    return parents.work_off()
