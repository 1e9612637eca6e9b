"""Connections: pages by cursor, forwards and backwards, at most 250 at a time and 25,000 deep."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any

from .errors import top_level

MAX_PAGE = 250
MAX_DEPTH = 25_000


def connection(
    items: Sequence[Any],
    *,
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
    reverse: bool = False,
    load: Callable[[Any], Any] = lambda item: item,
    most: int = MAX_PAGE,
    **_: Any,
) -> dict[str, Any]:
    """A page of `items`, which are cheap (ids); only those on the page are loaded."""
    if first is None and last is None:
        raise top_level("you must provide one of first or last", "BAD_REQUEST")
    size = first if first is not None else last
    assert size is not None
    if size < 0 or size > most:
        raise top_level(f"Argument 'first' must be between 0 and {most}.", "BAD_REQUEST")
    count = len(items)
    start = _place(after) + 1 if after is not None else 0
    end = _place(before) if before is not None else count
    if first is not None:
        end = min(end, start + first)
    else:
        start = max(start, end - size)
    start, end = min(start, count), min(max(end, start), count)
    if end > MAX_DEPTH:
        raise top_level("Paginating beyond 25,000 objects is not supported; filter the connection.", "BAD_REQUEST")
    places = range(start, end)
    nodes = [load(items[count - 1 - place] if reverse else items[place]) for place in places]
    return {
        "nodes": nodes,
        "edges": [{"node": node, "cursor": _cursor(place)} for node, place in zip(nodes, places, strict=True)],
        "pageInfo": {
            "hasNextPage": end < count,
            "hasPreviousPage": start > 0,
            "startCursor": _cursor(start) if nodes else None,
            "endCursor": _cursor(end - 1) if nodes else None,
        },
    }


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(json.dumps({"at": place}).encode()).decode()


def _place(cursor: str) -> int:
    try:
        return int(json.loads(base64.urlsafe_b64decode(cursor))["at"])
    except (ValueError, KeyError, TypeError):
        raise top_level("Invalid cursor for current pagination sort.", "BAD_REQUEST") from None
