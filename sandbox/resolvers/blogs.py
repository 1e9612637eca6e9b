"""Blogs: a taken handle gets a number when one is made, and is ignored when one is changed, as was seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..context import Info, demand, shop_of
from ..errors import Refusal, user_error
from ..paging import connection
from ..schema import field
from ..store import Node, Shop
from . import content
from .listing import count, listed
from .products import slug

# -- reading ---------------------------------------------------------------------------------------------------


@field("QueryRoot", "blogs")
def blogs(_: Any, info: Info, query: str | None = None, sortKey: str | None = None, **arguments: Any) -> Node:
    demand(info, *content.READ)
    return listed(info, "Blog", query, sortKey, **arguments)


@field("QueryRoot", "blogsCount")
def blogs_count(_: Any, info: Info, query: str | None = None, limit: int | None = 10_000) -> Node:
    demand(info, *content.READ)
    return count(info, "Blog", query, limit)


@field("QueryRoot", "blog")
def blog(_: Any, info: Info, id: str) -> Node | None:
    demand(info, *content.READ)
    return shop_of(info).get(id, "Blog")


def _articles(shop: Shop, node: Node) -> list[Node]:
    return [article for article in shop.each("Article") if article["_blog"] == node["id"]]


@field("Blog", "articles")
def articles(source: Node, info: Info, **arguments: Any) -> Node:
    return connection(_articles(shop_of(info), source), **arguments)


@field("Blog", "articlesCount")
def articles_count(source: Node, info: Info, limit: int | None = 10_000) -> Node:
    return {"count": len(_articles(shop_of(info), source)), "precision": "EXACT"}


@field("Blog", "tags")
def tags(source: Node, info: Info) -> list[str]:
    return sorted({tag for article in _articles(shop_of(info), source) for tag in article["tags"]})


# -- writing ---------------------------------------------------------------------------------------------------


@field("Mutation", "blogCreate")
def create(_: Any, info: Info, blog: dict[str, Any]) -> Node:
    demand(info, *content.WRITE)
    try:
        return {"blog": put(shop_of(info), None, blog), "userErrors": []}
    except Refusal as refusal:
        return {"blog": None, "userErrors": [refusal.error]}


@field("Mutation", "blogUpdate")
def update(_: Any, info: Info, id: str, blog: dict[str, Any]) -> Node:
    demand(info, *content.WRITE)
    shop = shop_of(info)
    node = shop.get(id, "Blog")
    if node is None:
        return {"blog": None, "userErrors": [user_error(["id"], "Blog does not exist", "NOT_FOUND")]}
    try:
        return {"blog": put(shop, node, blog), "userErrors": []}
    except Refusal as refusal:
        return {"blog": None, "userErrors": [refusal.error]}


@field("Mutation", "blogDelete")
def delete(_: Any, info: Info, id: str) -> Node:
    """Deletes the blog with its articles."""
    demand(info, *content.WRITE)
    shop = shop_of(info)
    node = shop.get(id, "Blog")
    if node is None:
        return {"deletedBlogId": None, "userErrors": [user_error(["id"], "Blog does not exist", "NOT_FOUND")]}
    for article in _articles(shop, node):
        shop.drop(article)
    shop.drop(node)
    return {"deletedBlogId": id, "userErrors": []}


def put(shop: Shop, node: Node | None, given: Mapping[str, Any]) -> Node:
    """Creates or changes a blog. Raises Refusal."""
    content.check_title(given, node is None, ["blog"], None)
    content.check_text("Handle", given.get("handle"), 255, ["blog", "handle"])
    fields: Node = {name: given[name] for name in ("title", "commentPolicy") if given.get(name) is not None}
    if "templateSuffix" in given:
        fields["templateSuffix"] = given["templateSuffix"] or None
    asked = slug(given.get("handle") or "")
    if node is None:
        base = asked or slug(given["title"]) or "blog"
        handle = content.free_handle(shop, base, "Blog")
        node = shop.add("Blog", **{"commentPolicy": "MODERATED", "templateSuffix": None, "handle": handle, **fields})
        shop.name(node, handle)
    elif asked and shop.named("Blog", asked) is None:
        shop.name(node, asked)
        fields["handle"] = asked
    node |= fields
    shop.touch(node)
    return node
