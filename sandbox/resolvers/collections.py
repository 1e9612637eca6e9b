"""Collections: what they are beside the products in them. Those come from sources (`collection_sources`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..context import Info, demand, shop_of
from ..errors import Refusal, user_error
from ..paging import connection
from ..schema import field
from ..store import Node, Shop
from . import collection_sources as sources
from .collection_members import holds, members
from .content import free_handle, picture
from .listing import count, listed
from .products import by_custom_id, slug

# -- reading ---------------------------------------------------------------------------------------------------


@field("QueryRoot", "collections")
def collections(_: Any, info: Info, query: str | None = None, sortKey: str | None = None, **arguments: Any) -> Node:
    demand(info, "read_products")
    return listed(info, "Collection", query, sortKey, **arguments)


@field("Product", "inCollection")
def in_collection(source: Node, info: Info, id: str) -> bool:
    shop = shop_of(info)
    node = shop.get(id, "Collection")
    return node is not None and holds(shop, node, source)


@field("QueryRoot", "collectionsCount")
def collections_count(_: Any, info: Info, query: str | None = None, limit: int | None = 10_000) -> Node:
    demand(info, "read_products")
    return count(info, "Collection", query, limit)


@field("QueryRoot", "collection")
def collection(_: Any, info: Info, id: str) -> Node | None:
    demand(info, "read_products")
    return shop_of(info).get(id, "Collection")


@field("QueryRoot", "collectionByIdentifier")
def collection_by_identifier(_: Any, info: Info, identifier: Mapping[str, Any]) -> Node | None:
    demand(info, "read_products")
    shop = shop_of(info)
    if identifier.get("id") is not None:
        return shop.get(identifier["id"], "Collection")
    if identifier.get("handle") is not None:
        return shop.named("Collection", identifier["handle"])
    return by_custom_id(shop, "Collection", identifier.get("customId"))


@field("Collection", "sources")
def own_sources(source: Node, info: Info) -> list[Node]:
    shop = shop_of(info)
    return [shop.nodes[gid] for gid in source["_sources"]]


@field("Collection", "products")
def own_products(source: Node, info: Info, sortKey: str = "COLLECTION_DEFAULT", **arguments: Any) -> Node:
    shop = shop_of(info)
    order = "CREATED" if sortKey == "ID" else sortKey if sortKey == "MANUAL" else source["sortOrder"]
    return connection(members(shop, source, order), load=lambda gid: shop.nodes[gid], **arguments)


@field("Collection", "productsCount")
def products_count(source: Node, info: Info) -> Node:
    return {"count": len(members(shop_of(info), source, "CREATED")), "precision": "EXACT"}


# -- writing ---------------------------------------------------------------------------------------------------


@field("Mutation", "collectionCreate")
def create(_: Any, info: Info, collection: dict[str, Any] | None = None) -> Node:
    demand(info, "write_products")
    try:
        return {"collection": put(shop_of(info), None, collection or {}), "userErrors": []}
    except Refusal as refusal:
        return {"collection": None, "userErrors": [refusal.error]}


@field("Mutation", "collectionUpdate")
def update(_: Any, info: Info, collection: dict[str, Any] | None = None) -> Node:
    demand(info, "write_products")
    shop = shop_of(info)
    given = collection or {}
    node = shop.get(given.get("id") or "", "Collection")
    if node is None:
        return {"collection": None, "job": None, "userErrors": [user_error(["id"], "Collection does not exist")]}
    try:
        return {"collection": put(shop, node, given), "job": _job(shop), "userErrors": []}
    except Refusal as refusal:
        return {"collection": node, "job": None, "userErrors": [refusal.error]}


@field("Mutation", "collectionDelete")
def delete(_: Any, info: Info, input: Mapping[str, str]) -> Node:
    demand(info, "write_products")
    shop = shop_of(info)
    node = shop.get(input["id"], "Collection")
    if node is None:
        return {"deletedCollectionId": None, "userErrors": [user_error(["id"], "Collection does not exist")]}
    for gid in node["_sources"]:
        shop.drop(shop.nodes[gid])
    shop.drop(node)
    return {"deletedCollectionId": input["id"], "userErrors": []}


@field("CollectionDeletePayload", "shop")
def deleted_from(_: Any, info: Info) -> Node:
    shop = shop_of(info)
    return shop.nodes[shop.shop_id]


def put(shop: Shop, node: Node | None, given: Mapping[str, Any]) -> Node:
    """Creates or changes a collection. A taken handle gets a number silently. Raises Refusal."""
    fields = _fields(node, given)
    if given.get("image") is not None:
        own = (node or {}).get("image")
        fields["image"] = picture(shop, own, given["image"].get("src"), given["image"], "collections")
    planned = sources.planned(shop, node, given)
    if node is None:
        node = shop.add("Collection", **{**_NEW, "seo": {"title": None, "description": None}, "_order": [], **fields})
        node["_sources"] = []
    node |= fields
    _rename(shop, node, given)
    sources.carry_out(shop, node, planned)
    shop.touch(node)
    return node


_NEW = {"descriptionHtml": "", "templateSuffix": None, "image": None, "sortOrder": "BEST_SELLING", "handle": ""}


def _fields(node: Node | None, given: Mapping[str, Any]) -> Node:
    title = given.get("title")
    if (node is None or title is not None) and not (title or "").strip():
        raise Refusal(["title"], "Title can't be blank")
    for name, label in (("title", "Title"), ("handle", "Handle")):
        if len(given.get(name) or "") > 255:
            raise Refusal([name], f"{label} is too long (maximum is 255 characters)")
    fields: Node = {
        name: given[name] for name in ("title", "descriptionHtml", "sortOrder") if given.get(name) is not None
    }
    if "templateSuffix" in given:
        fields["templateSuffix"] = given["templateSuffix"] or None
    if given.get("seo") is not None:
        old = node["seo"] if node is not None else {}
        fields["seo"] = {name: (given["seo"].get(name, old.get(name)) or None) for name in ("title", "description")}
    return fields


def _rename(shop: Shop, node: Node, given: Mapping[str, Any]) -> None:
    asked = slug(given.get("handle") or "") or (slug(node["title"]) or "collection" if not node["handle"] else "")
    if asked and asked != node["handle"]:
        node["handle"] = free_handle(shop, asked, "Collection")
        shop.name(node, node["handle"])


# -- order -----------------------------------------------------------------------------------------------------


@field("Mutation", "collectionReorderProducts")
def reorder(_: Any, info: Info, id: str, moves: Sequence[Mapping[str, Any]]) -> Node:
    demand(info, "write_products")
    shop = shop_of(info)
    node = shop.get(id, "Collection")
    if node is None:
        error = user_error(["id"], "Collection does not exist", "COLLECTION_NOT_FOUND")
    elif node["sortOrder"] != "MANUAL":
        message = "Can't reorder products unless collection is manually sorted"
        error = user_error(["base"], message, "MANUALLY_SORTED_COLLECTION")
    else:
        order = members(shop, node, "MANUAL")
        strangers = [number for number, move in enumerate(moves) if move["id"] not in order]
        if not strangers:
            _move(shop, node, order, moves)
            return {"job": _job(shop), "userErrors": []}
        message = "The product is not in the collection"
        error = user_error(["moves", str(strangers[0]), "id"], message, "INVALID_MOVE")
    return {"job": None, "userErrors": [error]}


def _move(shop: Shop, node: Node, order: list[str], moves: Sequence[Mapping[str, Any]]) -> None:
    for move in moves:
        order.remove(move["id"])
        order.insert(int(move["newPosition"]), move["id"])
    node["_order"] = order
    shop.touch(node)


def _job(shop: Shop) -> Node:
    """A job that is done when somebody asks for it, and not yet when it is announced."""
    return {**shop.add("Job", done=True), "done": False}
