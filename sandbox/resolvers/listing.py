"""What connections at the root list: searched, lagging as Shopify's index does, and sorted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..context import Context, Info, shop_of
from ..errors import top_level
from ..paging import connection
from ..search import Search, search
from ..store import OWNER_TYPES, Node

_SORTED_BY = {
    "CREATED_AT": "createdAt",
    "PRODUCT_TYPE": "productType",
    "PUBLISHED_AT": "publishedAt",
    "TITLE": "title",
    "UPDATED_AT": "updatedAt",
    "VENDOR": "vendor",
}


def asked(info: Info, kind: str, query: str | None) -> Search:
    """Reads a search string, and says in `extensions.search` what it named in vain."""
    context: Context = info.context
    found = search(kind, query)
    for name in found.metafields:
        namespace, _, key = name.removeprefix("metafields.").partition(".")
        own = context.shop.metafield_definition(OWNER_TYPES.get(kind, ""), namespace, key)
        if own is None or not own["capabilities"]["adminFilterable"]["enabled"]:
            raise top_level(f"The metafield {namespace}.{key} cannot be used as a filter.", "BAD_REQUEST")
    if found.warnings:
        context.searches.append(
            {"path": info.path.as_list(), "query": query, "parsed": found.parsed, "warnings": list(found.warnings)}
        )
    return found


def numbers(info: Info, kind: str, query: str | None) -> Sequence[int]:
    """The ids of a kind that a search finds, ascending."""
    shop, wanted = shop_of(info), asked(info, kind, query)
    found = wanted.bounded(shop.numbers(kind))
    if not query or (wanted.test is None and not shop.search_lag):
        return found
    latest = shop.clock() - shop.search_lag

    def matches(number: int) -> bool:
        node = shop.nodes[f"gid://shopify/{kind}/{number}"]
        return (not shop.search_lag or node["_seen"] <= latest) and (wanted.test is None or wanted.test(shop, node))

    return [number for number in found if matches(number)]


def listed(info: Info, kind: str, query: str | None, sort_key: str | None, **arguments: Any) -> Node:
    """A page of a kind."""
    nodes = shop_of(info).nodes
    found = numbers(info, kind, query)
    by = _SORTED_BY.get(sort_key or "ID")
    if by is not None:
        found = sorted(found, key=lambda n: (str(nodes[f"gid://shopify/{kind}/{n}"].get(by) or ""), n))
    load = lambda number: nodes[f"gid://shopify/{kind}/{number}"]  # noqa: E731
    return connection(found, load=load, ascending=by is None, **arguments)


def count(info: Info, kind: str, query: str | None, limit: int | None) -> Node:
    """Counts stop at `limit`, unless it is null."""
    found = len(numbers(info, kind, query))
    most = found if limit is None else limit
    return {"count": min(found, most), "precision": "EXACT" if found <= most else "AT_LEAST"}
