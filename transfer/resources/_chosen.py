"""Pages of the products that a filter means, with the collections that it names.

No product says by itself in which collections it is: so these are looked up by their handles, and asked for beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from ..product_search import COLLECTION, collections_of, parse
from ..references import Target
from ..resource import Page, Reading, Talk
from ._common import by_alias, paged

NOT_THERE = "the store has no such collection, so that no product is in it"

Read = Callable[[str | None, str | None], Talk[Page]]


def chosen_pages(
    text: str,
    document: str,
    take: Callable[[Mapping[str, Any]], Reading | None],
    *,
    skipped: Callable[[Mapping[str, Any]], Iterable[tuple[str, str]]],
    more: Callable[[Mapping[str, Any]], Talk[Mapping[str, Any]]],
) -> Read:
    """A `Stream.read`. `text`: the filter, if there is one."""
    if not text:
        return paged(document, "products", take, skipped=skipped, more=more)
    search = parse(text)
    handles = sorted(collections_of(search))
    if not handles:
        return paged(document, "products", take, skipped=skipped, more=more, only=search.narrowed({}))
    found: dict[str, str] = {}
    pages: list[Read] = []

    def read(after: str | None, changed_since: str | None) -> Talk[Page]:
        if not pages:
            found.update((yield from _located(handles)))
            numbers = {handle: gid.rsplit("/", 1)[1] for handle, gid in found.items()}
            pages.append(
                paged(
                    _asking(document, len(found)),
                    "products",
                    lambda node: _beside(take(node), node, sorted(found)),
                    skipped=skipped,
                    more=more,
                    only=search.narrowed(numbers),
                    variables={f"in{place}": found[handle] for place, handle in enumerate(sorted(found))},
                )
            )
        page = yield from pages[0](after, changed_since)
        missing = [] if after or changed_since else [handle for handle in handles if handle not in found]
        return replace(page, skipped=(*page.skipped, *((f"collection:{handle}", NOT_THERE) for handle in missing)))

    return read


def _located(handles: Iterable[str]) -> Talk[dict[str, str]]:
    found = yield from by_alias(
        [Target("collections", (handle,)) for handle in handles],
        "CollectionIdentifierInput!",
        "collectionByIdentifier(identifier: $v) { id handle }",
        lambda target: {"handle": target.key[0]},
        lambda target, node: node["id"],
    )
    return {target.key[0]: gid for target, gid in found.items()}


def _asking(document: str, count: int) -> str:
    declared = "".join(f", $in{place}: ID!" for place in range(count))
    asked = " ".join(f"in{place}: inCollection(id: $in{place})" for place in range(count))
    document = document.replace("$query: String", f"$query: String{declared}", 1)
    return document.replace("nodes { ", f"nodes {{ {asked} ", 1)


def _beside(reading: Reading | None, node: Mapping[str, Any], handles: list[str]) -> Reading | None:
    if reading is None:
        return None
    inside = [handle for place, handle in enumerate(handles) if node[f"in{place}"]]
    return replace(reading, beside={COLLECTION: inside})
