"""URL redirects: from a path, which is unique, to an address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ..context import Info, demand, shop_of
from ..errors import Refusal, user_error
from ..schema import field
from ..store import Node, Shop
from .listing import count, listed
from .menus import READ, WRITE

MAX_TEXT = 1024


@field("QueryRoot", "urlRedirects")
def redirects(_: Any, info: Info, query: str | None = None, sortKey: str | None = None, **arguments: Any) -> Node:
    demand(info, READ)
    return listed(info, "UrlRedirect", query, sortKey, **arguments)


@field("QueryRoot", "urlRedirectsCount")
def redirects_count(_: Any, info: Info, query: str | None = None, limit: int | None = 10_000) -> Node:
    demand(info, READ)
    return count(info, "UrlRedirect", query, limit)


@field("QueryRoot", "urlRedirect")
def redirect(_: Any, info: Info, id: str) -> Node | None:
    demand(info, READ)
    return shop_of(info).get(id, "UrlRedirect")


@field("Mutation", "urlRedirectCreate")
def create(_: Any, info: Info, urlRedirect: dict[str, Any]) -> Node:
    demand(info, WRITE)
    try:
        return {"urlRedirect": put(shop_of(info), None, urlRedirect), "userErrors": []}
    except Refusal as refusal:
        return {"urlRedirect": None, "userErrors": [refusal.error]}


@field("Mutation", "urlRedirectUpdate")
def update(_: Any, info: Info, id: str, urlRedirect: dict[str, Any]) -> Node:
    demand(info, WRITE)
    shop = shop_of(info)
    node = shop.get(id, "UrlRedirect")
    if node is None:
        return {"urlRedirect": None, "userErrors": [user_error(["id"], "Redirect does not exist", "DOES_NOT_EXIST")]}
    try:
        return {"urlRedirect": put(shop, node, urlRedirect), "userErrors": []}
    except Refusal as refusal:
        return {"urlRedirect": None, "userErrors": [{**refusal.error, "code": "UPDATE_FAILED"}]}


@field("Mutation", "urlRedirectDelete")
def delete(_: Any, info: Info, id: str) -> Node:
    demand(info, WRITE)
    shop = shop_of(info)
    node = shop.get(id, "UrlRedirect")
    if node is None:
        error = user_error(["id"], "Redirect does not exist", "DOES_NOT_EXIST")
        return {"deletedUrlRedirectId": None, "userErrors": [error]}
    shop.drop(node)
    return {"deletedUrlRedirectId": id, "userErrors": []}


def put(shop: Shop, node: Node | None, given: Mapping[str, Any]) -> Node:
    """Creates or changes a redirect. Raises Refusal."""
    fields = {name: given[name] for name in ("path", "target") if given.get(name) is not None}
    for name in ("path", "target"):
        value = fields.get(name)
        if (node is None and not value) or value == "":
            raise Refusal(["urlRedirect", name], f"{name.title()} can't be blank", "CREATE_FAILED")
        if len(value or "") > MAX_TEXT:
            raise Refusal(["urlRedirect", name], f"{name.title()} is too long", "CREATE_FAILED")
    if "path" in fields:
        fields["path"] = _path(fields["path"])
        other = shop.named("UrlRedirect", fields["path"])
        if other is not None and other is not node:
            raise Refusal(["urlRedirect", "path"], "Path has already been taken", "CREATE_FAILED")
    node = node if node is not None else shop.add("UrlRedirect", **fields)
    node |= fields
    shop.name(node, node["path"])
    return node


def by_path(shop: Shop, text: str) -> Node | None:
    """The redirect from there, if there is one."""
    return shop.named("UrlRedirect", _path(text))


def _path(text: str) -> str:
    """What is left of an address is its path, which begins with a slash."""
    parts = urlsplit(text)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return path if path.startswith("/") else f"/{path}"
