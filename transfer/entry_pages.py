"""Pages of entries: ``/pages/<handle of the type>/<handle of the entry>``, where a type is shown in the online store.

Such a path does not name the type, only the handle that its definition has for addresses; which type that is, the
definitions of the shop say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from .outcomes import Verdict
from .paths import ENTRY_PAGES
from .references import Target
from .resource import Ask, Place, Talk
from .talk import ask_shown
from .work import Desk, Where

DEFINITIONS, ENTRIES = "metaobject_definitions", "metaobjects"
_WINDOW = 500
_QUERY = """
query TypesOfEntryPages($after: String) {
  metaobjectDefinitions(first: 250, after: $after) {
    nodes { type capabilities { onlineStore { enabled data { urlHandle } } } } pageInfo { hasNextPage endCursor }
  }
}
"""


def meant(desk: Desk, places: Iterable[Place]) -> list[Place]:
    """The places with the entries in place of their pages, as far as the shop of this desk has such pages."""
    found = list(places)
    if any(place.target.resource == ENTRY_PAGES for place in found):
        types = types_of(desk)
        return [_meant(place, types) for place in found]
    return found


def arriving(desk: Desk, places: Iterable[Place]) -> list[Place]:
    """The same in a store that is written to: as its definitions are to become."""
    found = list(places)
    if any(place.target.resource == ENTRY_PAGES for place in found):
        types = _planned(desk, types_of(desk))
        return [_meant(place, types) for place in found]
    return found


def _meant(place: Place, types: Mapping[str, str]) -> Place:
    type_ = types.get(place.target.key[0]) if place.target.resource == ENTRY_PAGES else None
    return replace(place, target=Target(ENTRIES, (type_, place.target.key[1]))) if type_ is not None else place


def types_of(desk: Desk) -> Mapping[str, str]:
    """Handle for addresses -> type, of the types that the shop of this desk shows in its online store. Asked once."""
    if desk.entry_pages is None:
        talks = {DEFINITIONS: _types()} if DEFINITIONS in desk.reachable else {}
        desk.entry_pages = ask_shown(desk, talks).get(DEFINITIONS, {})
    return desk.entry_pages


def _types() -> Talk[dict[str, str]]:
    found: dict[str, str] = {}
    after = None
    while True:
        page = (yield Ask(_QUERY, {"after": after}))["metaobjectDefinitions"]
        found |= dict(_shown((node["type"], node["capabilities"]) for node in page["nodes"]))
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


def _shown(types: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[tuple[str, str]]:
    for type_, capabilities in types:
        own = capabilities.get("onlineStore") or {}
        handle = (own.get("data") or {}).get("urlHandle") if own.get("enabled") else None
        if handle:
            yield handle.lower(), type_


def _planned(desk: Desk, present: Mapping[str, str]) -> dict[str, str]:
    """With what this import makes of the definitions."""
    types = dict(present)
    after = None
    where = Where(resource=DEFINITIONS, verdicts=frozenset({Verdict.CREATE, Verdict.UPDATE}))
    while rows := desk.ledger.select(where, limit=_WINDOW, after=after):
        after = (rows[-1].resource, rows[-1].key, rows[-1].number)
        coming = {row.key[0]: row.after["capabilities"] for row in rows if row.after is not None}
        types = {handle: type_ for handle, type_ in types.items() if type_ not in coming}
        types |= dict(_shown(coming.items()))
    return types
