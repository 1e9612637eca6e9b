"""What tests ask the database: which of them need not be asked again on PostgreSQL, because others ask the same.

    python -m pytest -n auto -p tests.statements tests/shops tests/web tests/runs tests/commands

names, at the end, every kind of statement that only tests marked `once` sent. There should be none: the round on
PostgreSQL leaves these tests out. Only what a test sends from its own process is seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest
from django.db.backends.utils import CursorWrapper

_LISTS = re.compile(r"\((?:%s, ?)+%s\)")
_ROWS = re.compile(r"VALUES \(.*?\)(?:, \(.*?\))+(?= ON|$)")
_NUMBERS = re.compile(r"\d+")

sent: dict[str, set[str]] = {"once": set(), "again": set()}
_now: list[set[str]] = []


@lru_cache(maxsize=10_000)
def kind_of(statement: str) -> str:
    """A statement however many values it lists, or rows it brings."""
    return _NUMBERS.sub("N", _ROWS.sub("VALUES ()", _LISTS.sub("(%s)", statement)))


def _watched(name: str) -> None:
    send = getattr(CursorWrapper, name)

    def watched(self: CursorWrapper, statement: Any, *arguments: Any) -> Any:
        for kinds in _now:
            kinds.add(f"{kind_of(str(statement))}{' (in a transaction)' if self.db.in_atomic_block else ''}")
        return send(self, statement, *arguments)

    setattr(CursorWrapper, name, watched)


def pytest_configure(config: pytest.Config) -> None:
    _watched("_execute")
    _watched("_executemany")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    once = item.get_closest_marker("once") and not item.get_closest_marker("again")
    _now[:] = [sent["once" if once else "again"]]
    return (yield)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A process of xdist's hands over what its tests sent."""
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["statements"] = {name: sorted(kinds) for name, kinds in sent.items()}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: Any) -> None:
    for name, kinds in getattr(node, "workeroutput", {}).get("statements", {}).items():
        sent[name].update(kinds)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    alone = sorted(sent["once"] - sent["again"])
    terminalreporter.section(f"{len(alone)} kinds of statements were sent by tests marked `once` alone")
    for kind in alone:
        terminalreporter.write_line(kind)
