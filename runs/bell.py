"""The bell: a Celery message that says "there is work", and nothing else.

Losing one costs the time until the next sweep; a broker that is down costs nothing but that. A view that cannot reach
it still answers.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from . import broker

logger = logging.getLogger(__name__)

WORK = "runs.tasks.work"
QUEUE = "shopify"
UPKEEP = "upkeep"
_wanted: ContextVar[bool] = ContextVar("wanted", default=True)


def ring(times: int = 1) -> bool:
    """Sends bells. False where the broker cannot be reached; the sweep will ring."""
    return _send(WORK, QUEUE, times)


def call(task: str) -> bool:
    """Asks for a task of upkeep at once. False where the broker cannot be reached; beat asks for it in seconds."""
    return _send(task, UPKEEP, 1)


def _send(task: str, queue: str, times: int) -> bool:
    if not broker.alive():  # asked first: Celery would retry for many seconds, and a merchant would wait for it
        logger.warning("The broker cannot be reached; the sweep will ring.")
        return False
    try:
        for _ in range(times):
            current_app.send_task(task, queue=queue, ignore_result=queue != QUEUE)
    except (OperationalError, RedisError, OSError) as problem:
        logger.warning("The broker cannot be reached (%s); the sweep will ring.", type(problem).__name__)
        return False
    return True


def ring_after_commit() -> None:
    if _wanted.get():
        transaction.on_commit(ring, robust=True)


@contextmanager
def silent(on: bool) -> Iterator[None]:
    """No bell for what is put into a line in here: whoever puts it there works the line itself."""
    before = _wanted.set(not on)
    try:
        yield
    finally:
        _wanted.reset(before)


def waiting() -> int | None:
    """How many bells nobody has heard yet; None where the broker does not say."""
    try:
        with current_app.connection_for_read() as connection:
            channel: Any = connection.default_channel  # kombu's Redis channel has a client, its type does not say so
            return int(channel.client.llen(QUEUE))
    except (OperationalError, RedisError, OSError, AttributeError):
        return None
