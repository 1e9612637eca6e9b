"""Menus of the online store. Two are in every shop from the start: they keep their handles, and cannot be deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ..context import Info, demand, shop_of
from ..errors import Refusal, user_error
from ..schema import field
from ..store import Node, Shop
from .listing import listed

READ, WRITE = "read_online_store_navigation", "write_online_store_navigation"
MAX_DEPTH = 3
DEFAULTS = (("main-menu", "Main menu"), ("footer", "Footer menu"))
_PATHS = {"Collection": "/collections/", "Page": "/pages/", "Product": "/products/", "Blog": "/blogs/"}
_PLACES = {"CATALOG": "/collections/all", "COLLECTIONS": "/collections", "FRONTPAGE": "/", "SEARCH": "/search"}


def plant(shop: Shop) -> None:
    """What Shopify gives a new shop."""
    items = [{"title": "Home", "type": "FRONTPAGE", "url": "/"}, {"title": "Catalog", "type": "CATALOG"}]
    for handle, title in DEFAULTS:
        given = items if handle == "main-menu" else [{"title": "Search", "type": "SEARCH", "url": "/search"}]
        shop.name(shop.add("Menu", title=title, handle=handle, isDefault=True, _items=_planned(shop, given)), handle)


# -- reading ---------------------------------------------------------------------------------------------------


@field("QueryRoot", "menus")
def menus(_: Any, info: Info, query: str | None = None, sortKey: str | None = None, **arguments: Any) -> Node:
    """A search for a handle finds everything: it is no field of this connection."""
    demand(info, READ)
    return listed(info, "Menu", query, sortKey, **arguments)


@field("QueryRoot", "menu")
def menu(_: Any, info: Info, id: str) -> Node | None:
    demand(info, READ)
    return shop_of(info).get(id, "Menu")


@field("Menu", "items")
def items(source: Node, info: Info, limit: int | None = None) -> list[Node]:
    return list(source["_items"])[:limit]


@field("MenuItem", "url")
def url(source: Node, info: Info) -> str | None:
    """The address: of a resource by its handle, whatever the item was given."""
    shop = shop_of(info)
    node = shop.get(source["resourceId"]) if source["resourceId"] else None
    if node is None:
        return source["url"] or _PLACES.get(source["type"])
    if node["__typename"] == "Article":
        return f"/blogs/{shop.nodes[node['_blog']]['handle']}/{node['handle']}"
    path = _PATHS.get(node["__typename"])
    return f"{path}{node['handle']}" if path else source["url"]


# -- writing ---------------------------------------------------------------------------------------------------


@field("Mutation", "menuCreate")
def create(_: Any, info: Info, title: str, handle: str, items: Sequence[Mapping[str, Any]]) -> Node:
    demand(info, WRITE)
    try:
        return {"menu": put(shop_of(info), None, title, handle, items), "userErrors": []}
    except Refusal as refusal:
        return {"menu": None, "userErrors": [refusal.error]}


@field("Mutation", "menuUpdate")
def update(
    _: Any, info: Info, id: str, title: str, items: Sequence[Mapping[str, Any]], handle: str | None = None
) -> Node:
    demand(info, WRITE)
    shop = shop_of(info)
    node = shop.get(id, "Menu")
    if node is None:
        return {"menu": None, "userErrors": [user_error(["id"], "Menu does not exist", "NOT_FOUND")]}
    try:
        return {"menu": put(shop, node, title, handle, items), "userErrors": []}
    except Refusal as refusal:
        return {"menu": None, "userErrors": [refusal.error]}


@field("Mutation", "menuDelete")
def delete(_: Any, info: Info, id: str) -> Node:
    demand(info, WRITE)
    shop = shop_of(info)
    node = shop.get(id, "Menu")
    error = None
    if node is None:
        error = user_error(["id"], "Menu does not exist", "MENU_DOES_NOT_EXIST")
    elif node["isDefault"]:
        error = user_error(["id"], "Default menu can't be deleted", "UNABLE_TO_DELETE_DEFAULT_MENU")
    if error is not None or node is None:
        return {"deletedMenuId": None, "userErrors": [error]}
    shop.drop(node)
    return {"deletedMenuId": id, "userErrors": []}


def put(shop: Shop, node: Node | None, title: str, handle: str | None, items: Sequence[Mapping[str, Any]]) -> Node:
    """Creates a menu, or replaces its items, which get new ids unless they are given theirs. Raises Refusal.

    What is left out of an item that is given its id stays as it is: the reading under which leaving out is a fault.
    """
    if not title.strip():
        raise Refusal(["title"], "Title can't be blank")
    if node is None and not (handle or "").strip():
        raise Refusal(["handle"], "Handle can't be blank")
    other = shop.named("Menu", handle) if handle else None
    if other is not None and other is not node:
        raise Refusal(["handle"], "Handle has already been taken")
    if node is not None and node["isDefault"] and handle not in (None, node["handle"]):
        raise Refusal(["handle"], "Handle of a default menu can't be changed")
    fields = {"title": title, "_items": _planned(shop, items, own=_own(node["_items"] if node else ()))}
    if node is None:
        node = shop.add("Menu", isDefault=False, handle=handle, **fields)
    node |= {**fields, "handle": handle or node["handle"]}
    shop.name(node, node["handle"])
    return node


def _own(items: Sequence[Node]) -> dict[str, Node]:
    found = {item["id"]: item for item in items}
    for item in items:
        found |= _own(item["items"])
    return found


def _planned(
    shop: Shop, given: Sequence[Mapping[str, Any]], depth: int = 1, own: Mapping[str, Node] = MappingProxyType({})
) -> list[Node]:
    if given and depth > MAX_DEPTH:
        raise Refusal(["items"], "The menu cannot be nested more than 3 level deep", "NESTING_TOO_DEEP")
    return [_item(shop, item, depth, own) for item in given]


def _item(shop: Shop, item: Mapping[str, Any], depth: int, own: Mapping[str, Node]) -> Node:
    if not item["title"].strip():
        raise Refusal(["items"], "Title can't be blank")
    if item.get("resourceId") and shop.get(item["resourceId"]) is None:
        raise Refusal(["items"], "Resource does not exist", "NOT_FOUND")
    if item["type"] == "HTTP" and not item.get("url"):
        raise Refusal(["items"], "Url can't be blank")
    if item.get("id") and item["id"] not in own:
        raise Refusal(["items"], "Menu item does not exist", "NOT_FOUND")
    stays = own.get(item.get("id") or "", {"tags": [], "items": []})
    return {
        "id": item.get("id") or f"gid://shopify/MenuItem/{shop.next_id()}",
        "title": item["title"],
        "type": item["type"],
        "resourceId": item.get("resourceId"),
        "url": item.get("url"),
        "tags": list(item.get("tags", stays["tags"]) or ()),
        "items": _planned(shop, item["items"] or (), depth + 1, own) if "items" in item else stays["items"],
    }
