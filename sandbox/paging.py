"""Connections: pages by cursor, forwards and backwards, at most 250 at a time and 25,000 deep.

A cursor names the object that it stands after, not a place, so that pages neither repeat nor leave out anything when
something is removed while they are read. https://shopify.dev/docs/api/usage/limits
"""

from __future__ import annotations

import base64
import bisect
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
    ascending: bool = True,
    **_: Any,
) -> dict[str, Any]:
    """A page of `items`, which are cheap (ids); only those on the page are loaded. `ascending`: numbers among them are
    in their order."""
    size = _size(first, last, most)
    count = len(items)
    place = _Places(items, reverse=reverse, ascending=ascending)
    start = place.of(after, 1) if after is not None else 0
    end = place.of(before, 0) if before is not None else count
    if first is not None:
        end = min(end, start + size)
    else:
        start = max(start, end - size)
    start, end = min(start, count), min(max(end, start), count)
    if end > MAX_DEPTH:
        raise top_level("Paginating beyond 25,000 objects is not supported; filter the connection.", "BAD_REQUEST")
    chosen = [place.item(number) for number in range(start, end)]
    nodes = [load(item) for item in chosen]
    cursors = [_cursor(number, item) for number, item in zip(range(start, end), chosen, strict=True)]
    return {
        "nodes": nodes,
        "edges": [{"node": node, "cursor": cursor} for node, cursor in zip(nodes, cursors, strict=True)],
        "pageInfo": {
            "hasNextPage": end < count,
            "hasPreviousPage": start > 0,
            "startCursor": cursors[0] if cursors else None,
            "endCursor": cursors[-1] if cursors else None,
        },
    }


def _size(first: int | None, last: int | None, most: int) -> int:
    size = first if first is not None else last
    if size is None:
        raise top_level("you must provide one of first or last", "BAD_REQUEST")
    if size < 0 or size > most:
        name = "first" if first is not None else "last"
        raise top_level(f"Argument '{name}' must be between 0 and {most}.", "BAD_REQUEST")
    return size


class _Places:
    """Where things are in a list, as its reader sees it: from the front, or `reverse` from the back."""

    def __init__(self, items: Sequence[Any], *, reverse: bool, ascending: bool) -> None:
        self._items, self._reverse, self._ascending = items, reverse, ascending

    def item(self, place: int) -> Any:
        return self._items[len(self._items) - 1 - place if self._reverse else place]

    def of(self, cursor: str, step: int) -> int:
        """The place of what a cursor names, plus `step`; where that is gone, the place where it was."""
        place, name = _read(cursor)
        if 0 <= place < len(self._items) and _name(self.item(place), place) == name:
            return place + step
        if isinstance(name, int) and self._ascending and self._items and isinstance(self._items[0], int):
            if self._reverse:
                at = bisect.bisect_left if step else bisect.bisect_right
                return len(self._items) - at(self._items, name)
            return (bisect.bisect_right if step else bisect.bisect_left)(self._items, name)
        found = next((n for n in range(len(self._items)) if _name(self.item(n), n) == name), None)
        return found + step if found is not None else place + step


def _name(item: Any, place: int) -> str | int:
    """What a cursor calls an item: its id, or its place where it has none."""
    if isinstance(item, int | str):
        return item
    return str(item["id"]) if isinstance(item, dict) and "id" in item else place


def _cursor(place: int, item: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps({"at": place, "last": _name(item, place)}).encode()).decode()


def _read(cursor: str) -> tuple[int, str | int]:
    try:
        data = json.loads(base64.urlsafe_b64decode(cursor))
        return int(data["at"]), data["last"]
    except (ValueError, KeyError, TypeError):
        raise top_level("Invalid cursor for current pagination sort.", "BAD_REQUEST") from None
