"""How many records a shop has, before anything is read: one request for all kinds of which Shopify says it at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from .registry import RESOURCES
from .resource import Ask, Talk

# What reading a record took in measured stores (docs/figures.md): 1.7 points in a small one, 0.4 in a large one.
POINTS = 1.0

_SELECTION = re.compile(r"query \w+ \{ ((\w+)\(limit: null\) \{ count \}) \}\Z")


def document(names: Iterable[str]) -> str:
    """The request; empty where none of these kinds can be counted so."""
    selections = [selection for _, _, selection, _ in _askable(names)]
    return f"query Counts {{ {' '.join(selections)} }}" if selections else ""


def counted(names: Iterable[str], data: Mapping[str, Any]) -> dict[str, int]:
    """kind -> records, from the answer; a kind that the store does not show is missing."""
    found: dict[str, int] = {}
    for name, talk, _, field in _askable(names):
        if data.get(field) is None:  # what Shopify protects, or what the store's plan does not have
            talk.close()
            continue
        try:
            talk.send({field: data[field]})
        except StopIteration as end:
            found[name] = end.value
    return found


def _askable(names: Iterable[str]) -> Iterable[tuple[str, Talk[int | None], str, str]]:
    """Those that ask for a count and nothing else: (kind, its conversation, which waits for the answer, what it asks,
    of which field)."""
    for name in names:
        talk = RESOURCES[name].total()
        ask = next(talk, None)
        match = _SELECTION.match(ask.document) if isinstance(ask, Ask) else None
        if match is not None:
            yield name, talk, match[1], match[2]
        else:
            talk.close()
