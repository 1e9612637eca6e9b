"""Ends a worker that hangs: one that neither works nor dies would hold up every lane of a small installation.

Celery's time limits do not reach tasks of the solo pool. This one is a thread of the interpreter's own, which runs even
while Python does not. Whoever started the worker starts the next one; to the run it is a death like any other.
"""

from __future__ import annotations

import faulthandler
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

LEASES = 3  # without a sign of life
STDERR = 2  # the process's own: Celery puts something else into sys.stderr

_armed = False


@contextmanager
def armed() -> Iterator[None]:
    global _armed
    _armed = True
    touch()
    try:
        yield
    finally:
        _armed = False
        faulthandler.cancel_dump_traceback_later()


def touch() -> None:
    """A sign of life."""
    if _armed:
        faulthandler.dump_traceback_later(settings.LEASE_SECONDS * LEASES, exit=True, file=STDERR)
