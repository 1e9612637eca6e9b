"""Articles of blogs. What is missing is said of the article as a whole, as was seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..context import Info, demand, shop_of
from ..errors import Refusal, user_error
from ..schema import field
from ..store import Node, Shop
from . import blogs, content
from .listing import listed
from .products import _tags

MAX_HANDLE = 265
MAX_BODY = 1_048_576  # bytes

# -- reading ---------------------------------------------------------------------------------------------------


@field("QueryRoot", "articles")
def articles(_: Any, info: Info, query: str | None = None, sortKey: str | None = None, **arguments: Any) -> Node:
    demand(info, *content.READ)
    return listed(info, "Article", query, sortKey, **arguments)


@field("QueryRoot", "article")
def article(_: Any, info: Info, id: str) -> Node | None:
    demand(info, *content.READ)
    return shop_of(info).get(id, "Article")


@field("Article", "blog")
def blog(source: Node, info: Info) -> Node:
    return shop_of(info).nodes[source["_blog"]]


@field("Article", "isPublished")
def is_published(source: Node, info: Info) -> bool:
    return content.is_published(source, shop_of(info))


# -- writing ---------------------------------------------------------------------------------------------------


@field("Mutation", "articleCreate")
def create(_: Any, info: Info, article: dict[str, Any], blog: Mapping[str, str] | None = None) -> Node:
    demand(info, *content.WRITE)
    try:
        return {"article": put(shop_of(info), None, article, blog), "userErrors": []}
    except Refusal as refusal:
        return {"article": None, "userErrors": [refusal.error]}


@field("Mutation", "articleUpdate")
def update(_: Any, info: Info, id: str, article: dict[str, Any], blog: Mapping[str, str] | None = None) -> Node:
    demand(info, *content.WRITE)
    shop = shop_of(info)
    node = shop.get(id, "Article")
    if node is None:
        return {"article": None, "userErrors": [user_error(["id"], "Article does not exist", "NOT_FOUND")]}
    try:
        return {"article": put(shop, node, article, blog), "userErrors": []}
    except Refusal as refusal:
        return {"article": None, "userErrors": [refusal.error]}


@field("Mutation", "articleDelete")
def delete(_: Any, info: Info, id: str) -> Node:
    demand(info, *content.WRITE)
    shop = shop_of(info)
    node = shop.get(id, "Article")
    if node is None:
        return {"deletedArticleId": None, "userErrors": [user_error(["id"], "Article does not exist", "NOT_FOUND")]}
    shop.drop(node)
    return {"deletedArticleId": id, "userErrors": []}


def put(shop: Shop, node: Node | None, given: Mapping[str, Any], inline: Mapping[str, str] | None = None) -> Node:
    """Creates or changes an article. Raises Refusal."""
    content.check_title(given, node is None, ["article"])
    _check_home(shop, node, given, inline)
    fields = _fields(shop, node, given)
    own = node["_blog"] if node is not None else ""
    home = str(given.get("blogId") or (blogs.put(shop, None, inline)["id"] if inline else own))
    fields["_blog"] = home
    handle = content.handle_of(shop, node, given, "Article", home, place=["article"])
    if node is None:
        node = shop.add("Article", **{**_NEW, "tags": [], **fields})
    node |= {**fields, "handle": handle}
    shop.name(node, home, handle)
    shop.touch(node)
    return node


_NEW = {"body": "", "summary": None, "templateSuffix": None, "image": None}


def _check_home(shop: Shop, node: Node | None, given: Mapping[str, Any], inline: Mapping[str, str] | None) -> None:
    """Whose article it is, and in which blog."""
    if given.get("blogId") and inline:
        raise Refusal(["article"], "Can't create a blog from input if a blog ID is supplied.", "AMBIGUOUS_BLOG")
    if node is None and not given.get("blogId") and not inline:
        message = "Must reference or create a blog when creating an article."
        raise Refusal(["article"], message, "BLOG_REFERENCE_REQUIRED")
    author = given.get("author") or {}
    named = bool((author.get("name") or "").strip())
    if named and author.get("userId"):
        message = "Can't create an article author if both author name and user ID are supplied."
        raise Refusal(["article"], message, "AMBIGUOUS_AUTHOR")
    if author.get("userId"):
        raise Refusal(["article"], "User must exist if a user ID is supplied.", "AUTHOR_MUST_EXIST")
    if node is None and not named:
        message = "Can't create an article if both author name and user ID are blank."
        raise Refusal(["article"], message, "AUTHOR_FIELD_REQUIRED")
    if given.get("blogId") and shop.get(given["blogId"], "Blog") is None:
        raise Refusal(["article", "blogId"], "Must reference an existing blog.", "NOT_FOUND")


def _fields(shop: Shop, node: Node | None, given: Mapping[str, Any]) -> Node:
    content.check_text("Handle", given.get("handle"), MAX_HANDLE, ["article", "handle"])
    if len((given.get("body") or "").encode("utf-8", "surrogatepass")) > MAX_BODY:
        raise Refusal(["article", "body"], "Body is too big (maximum is 1 MB)", None)
    fields: Node = {name: given[name] for name in ("title", "body", "summary") if given.get(name) is not None}
    if "templateSuffix" in given:
        fields["templateSuffix"] = given["templateSuffix"] or None
    if given.get("tags") is not None:
        fields["tags"] = _tags(given["tags"])
    name = (given.get("author") or {}).get("name")
    if name:
        fields["author"] = {"name": name}
    if given.get("image") is not None:
        own = (node or {}).get("image")
        fields["image"] = content.picture(shop, own, given["image"].get("url"), given["image"], "articles")
    fields["publishedAt"] = content.published_at(shop, node, given, ["article"])
    return fields
