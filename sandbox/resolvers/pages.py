"""Pages of the online store."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..context import Info, demand, shop_of
from ..errors import Refusal, user_error
from ..schema import field
from ..store import Node, Shop
from . import content
from .listing import count, listed

# -- reading ---------------------------------------------------------------------------------------------------


@field("QueryRoot", "pages")
def pages(_: Any, info: Info, query: str | None = None, sortKey: str | None = None, **arguments: Any) -> Node:
    demand(info, *content.READ)
    return listed(info, "Page", query, sortKey, **arguments)


@field("QueryRoot", "pagesCount")
def pages_count(_: Any, info: Info, limit: int | None = 10_000) -> Node:
    demand(info, *content.READ)
    return count(info, "Page", None, limit)


@field("QueryRoot", "page")
def page(_: Any, info: Info, id: str) -> Node | None:
    demand(info, *content.READ)
    return shop_of(info).get(id, "Page")


@field("Page", "isPublished")
def is_published(source: Node, info: Info) -> bool:
    return content.is_published(source, shop_of(info))


@field("Page", "bodySummary")
def body_summary(source: Node, info: Info) -> str:
    return re.sub(r"<[^>]*>", "", source["body"])[:150]


# -- writing ---------------------------------------------------------------------------------------------------


@field("Mutation", "pageCreate")
def create(_: Any, info: Info, page: dict[str, Any]) -> Node:
    demand(info, *content.WRITE)
    try:
        return {"page": put(shop_of(info), None, page), "userErrors": []}
    except Refusal as refusal:
        return {"page": None, "userErrors": [refusal.error]}


@field("Mutation", "pageUpdate")
def update(_: Any, info: Info, id: str, page: dict[str, Any]) -> Node:
    demand(info, *content.WRITE)
    shop = shop_of(info)
    node = shop.get(id, "Page")
    if node is None:
        return {"page": None, "userErrors": [user_error(["id"], "Page does not exist", "NOT_FOUND")]}
    try:
        return {"page": put(shop, node, page), "userErrors": []}
    except Refusal as refusal:
        return {"page": None, "userErrors": [refusal.error]}


@field("Mutation", "pageDelete")
def delete(_: Any, info: Info, id: str) -> Node:
    demand(info, *content.WRITE)
    shop = shop_of(info)
    node = shop.get(id, "Page")
    if node is None:
        return {"deletedPageId": None, "userErrors": [user_error(["id"], "Page does not exist", "NOT_FOUND")]}
    shop.drop(node)
    return {"deletedPageId": id, "userErrors": []}


def put(shop: Shop, node: Node | None, given: Mapping[str, Any]) -> Node:
    """Creates or changes a page. Raises Refusal."""
    content.check_title(given, node is None, ["page"])
    content.check_text("Handle", given.get("handle"), 255, ["page", "handle"])
    if len((given.get("body") or "").encode("utf-8", "surrogatepass")) > content.MAX_PAGE:
        raise Refusal(["page", "body"], "Body is too big (maximum is 512 KB)", "TOO_BIG")
    fields: Node = {name: given[name] for name in ("title", "body") if given.get(name) is not None}
    if "templateSuffix" in given:
        fields["templateSuffix"] = given["templateSuffix"] or None
    fields["publishedAt"] = content.published_at(shop, node, given, ["page"])
    fields["handle"] = content.handle_of(shop, node, given, "Page", place=["page"])
    if node is None:
        node = shop.add("Page", **{"body": "", "templateSuffix": None, **fields})
    node |= fields
    shop.name(node, node["handle"])
    shop.touch(node)
    return node
