"""A store that uninstalls the app while its run is worked on, with every process there is: nothing of it remains."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from demo.copy import Store
from tests.program import Program
from tests.support import Sandbox

pytestmark = [pytest.mark.broker, pytest.mark.timeout(600)]

SETTINGS = {"SLICE_SECONDS": "4", "SWEEP_SECONDS": "1", "REQUEST_TIMEOUT": "5", "LEASE_SECONDS": "12"}
PATIENCE = 240.0


@pytest.fixture
def program(sandbox: Sandbox, tmp_path: Path) -> Iterator[Program]:
    own = Program(sandbox, tmp_path, SETTINGS)
    sandbox.ask("/sandbox/config", {"app_url": own.url, "latency_ms": 250})
    yield own
    sandbox.ask("/sandbox/config", {"latency_ms": 0})
    own.stop()


def eventually(what: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.2)
    return found


def rows(url: str) -> list[str]:
    """Every row of every table: Django's, Celery's results, everything."""
    own: Any
    if url.startswith("sqlite:///"):
        own = sqlite3.connect(f"file:{url.removeprefix('sqlite:///')}?mode=ro", uri=True)
        tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
    else:
        own = psycopg.connect(url)
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    with closing(own):
        names = [name for (name,) in own.execute(tables).fetchall()]
        return [f"{name}: {row}" for name in names for row in own.execute(f'SELECT * FROM "{name}"').fetchall()]


def stored(url: str) -> bytes:
    """SQLite's files, byte by byte, with what they no longer count as data."""
    file = Path(url.removeprefix("sqlite:///"))
    return b"".join(part.read_bytes() for part in (file, file.with_name(f"{file.name}-wal")) if part.exists())


def messages(url: str) -> list[str]:
    """Everything that the broker holds."""
    reading: dict[bytes, Callable[[Any, bytes], Any]] = {
        b"list": lambda broker, key: broker.lrange(key, 0, -1),
        b"hash": lambda broker, key: broker.hgetall(key),
        b"zset": lambda broker, key: broker.zrange(key, 0, -1),
        b"set": lambda broker, key: broker.smembers(key),
        b"string": lambda broker, key: broker.get(key),
        b"none": lambda broker, key: "",  # gone between two looks
    }
    with redis.Redis.from_url(url) as broker:
        return [f"{key!r}: {reading[broker.type(key)](broker, key)}" for key in broker.scan_iter()]


def start_export(store: Store) -> str:
    """The address of the run's page."""
    return store.ask("/exports/new", form=[("resources", name) for name in ("products", "metaobject_definitions")])[0]


def test_an_uninstall_during_a_run_leaves_nothing_and_a_reinstall_works_at_once(
    program: Program, sandbox: Sandbox, tmp_path: Path
) -> None:
    domain = sandbox.shop("plain", products=2500)
    name = domain.removesuffix(".myshopify.com")
    store = Store(program.url, sandbox.url, name)
    page = start_export(store)
    run = page.strip("/").split("/")[-1]
    eventually(lambda: store.json(f"{page}status.json")["done"])
    forms = (run, run.replace("-", ""))  # PostgreSQL's and SQLite's
    assert any(form in row for row in rows(program.database) for form in forms)

    began = time.monotonic()
    assert sandbox.ask("/sandbox/uninstall", {"shop": domain})["status"] == 200
    eventually(lambda: not any(row.startswith("shops_shop:") for row in rows(program.database)))
    assert time.monotonic() - began < 10.0  # a slice
    words = (domain, f"{name}.", *forms)
    held = rows(program.database) + messages(program.broker) + [str(path) for path in (tmp_path / "files").rglob("*")]
    assert [text for text in held if any(word in text for word in words)] == []
    if program.database.startswith("sqlite:///"):
        eventually(lambda: not any(word.encode() in stored(program.database) for word in words))

    sandbox.ask("/sandbox/config", {"latency_ms": 0})
    again = start_export(store)
    status = eventually(lambda: (s := store.json(f"{again}status.json"))["poll_ms"] is None and s)
    assert status["status"] == "succeeded"
