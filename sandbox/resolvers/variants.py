"""Variants: reading, and the bulk mutations of one product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..context import Info, demand, shop_of
from ..errors import Refusal, user_error
from ..schema import field
from ..store import Node, Shop
from . import product_shape as shape
from .listing import count, listed

# -- reading ---------------------------------------------------------------------------------------------------


@field("QueryRoot", "productVariants")
def variants(_: Any, info: Info, query: str | None = None, sortKey: str | None = None, **arguments: Any) -> Node:
    demand(info, "read_products")
    return listed(info, "ProductVariant", query, sortKey, **arguments)


@field("QueryRoot", "productVariantsCount")
def variants_count(_: Any, info: Info, query: str | None = None, limit: int | None = 10_000) -> Node:
    demand(info, "read_products")
    return count(info, "ProductVariant", query, limit)


@field("QueryRoot", "productVariant")
def variant(_: Any, info: Info, id: str) -> Node | None:
    demand(info, "read_products")
    return shop_of(info).get(id, "ProductVariant")


@field("QueryRoot", "productVariantByIdentifier")
def variant_by_identifier(_: Any, info: Info, identifier: Mapping[str, Any]) -> Node | None:
    demand(info, "read_products")
    return shop_of(info).get(identifier.get("id") or "", "ProductVariant")


@field("ProductVariant", "product")
def product(source: Node, info: Info) -> Node | None:
    return shop_of(info).get(source["_product"])


@field("ProductVariant", "sku")
def sku(source: Node, info: Info) -> str | None:
    own: str | None = source["_sku"]
    return own


@field("ProductVariant", "title")
def title(source: Node, info: Info) -> str:
    return " / ".join(value for _, value in source["_options"])


@field("ProductVariant", "displayName")
def display_name(source: Node, info: Info) -> str:
    own = shop_of(info).nodes[source["_product"]]
    return f"{own['title']} - {title(source, info)}"


@field("ProductVariant", "position")
def position(source: Node, info: Info) -> int:
    own = shop_of(info).nodes[source["_product"]]
    return int(own["_variants"].index(source["id"])) + 1


@field("ProductVariant", "selectedOptions")
def selected(source: Node, info: Info) -> list[Node]:
    return [{"name": name, "value": value} for name, value in source["_options"]]


# -- writing ---------------------------------------------------------------------------------------------------


def _product(shop: Shop, gid: str) -> Node:
    node = shop.get(gid, "Product")
    if node is None:
        raise Refusal(["productId"], "Product does not exist", "PRODUCT_DOES_NOT_EXIST")
    return node


@field("Mutation", "productVariantsBulkCreate")
def bulk_create(_: Any, info: Info, productId: str, variants: list[dict[str, Any]], strategy: str = "DEFAULT") -> Node:
    demand(info, "write_products")
    shop = shop_of(info)
    own = shop.get(productId, "Product")
    try:
        created = _bulk_create(shop, _product(shop, productId), variants, strategy)
    except Refusal as refusal:
        return {"product": own, "productVariants": None, "userErrors": [refusal.error]}
    return {"product": own, "productVariants": created, "userErrors": []}


def _bulk_create(shop: Shop, product: Node, given: list[dict[str, Any]], strategy: str) -> list[Node]:
    """All or nothing. A value that an option does not have yet is added to it."""
    existing = {tuple(shop.nodes[gid]["_options"]) for gid in product["_variants"]}
    if len(existing) + len(given) > shape.MAX_VARIANTS:
        message = f"You can only have {shape.MAX_VARIANTS} variants per product"
        raise Refusal(["variants"], message, "VARIANT_LIMIT_EXCEEDED")
    ready: list[tuple[shape.Chosen, Mapping[str, Any]]] = []
    for number, item in enumerate(given):
        place = ["variants", str(number)]
        asked = {value.get("optionName"): value.get("name") or "" for value in item.get("optionValues") or ()}
        options = [
            (option["name"], [value["name"] for value in option["values"]] + [asked.get(option["name"], "")])
            for option in product["_options"]
        ]
        chosen = shape.choose(options, item, place)
        if tuple(chosen) in existing:
            message = f"The variant '{' / '.join(value for _, value in chosen)}' already exists."
            raise Refusal(place, message, "VARIANT_ALREADY_EXISTS")
        shape.check_variant(item, place)
        existing.add(tuple(chosen))
        ready.append((chosen, item))
    lonely = strategy == "REMOVE_STANDALONE_VARIANT" and len(product["_variants"]) == 1
    if lonely:
        shop.drop(shop.nodes[product["_variants"].pop()])
    return [_add(shop, product, chosen, item) for chosen, item in ready]


def _add(shop: Shop, product: Node, chosen: shape.Chosen, item: Mapping[str, Any]) -> Node:
    for option, (_, value) in zip(product["_options"], chosen, strict=True):
        if all(known["name"] != value for known in option["values"]):
            option["values"].append(shape.new_value(shop, value))
    node = shape.new_variant(shop, product, chosen)
    shape.put_variant(shop, node, item)
    product["_variants"].append(node["id"])
    shop.touch(product)
    return node


@field("Mutation", "productVariantsBulkUpdate")
def bulk_update(
    _: Any,
    info: Info,
    productId: str,
    variants: list[dict[str, Any]],
    allowPartialUpdates: bool = False,
) -> Node:
    demand(info, "write_products")
    shop = shop_of(info)
    own = shop.get(productId, "Product")
    try:
        product = _product(shop, productId)
        for number, item in enumerate(variants):
            place = ["variants", str(number)]
            if item.get("id") not in product["_variants"]:
                raise Refusal([*place, "id"], "Product variant does not exist", "PRODUCT_VARIANT_DOES_NOT_EXIST")
            shape.check_variant(item, place)
    except Refusal as refusal:
        return {"product": own, "productVariants": None, "userErrors": [refusal.error]}
    for item in variants:
        shape.put_variant(shop, shop.nodes[item["id"]], item)
    shop.touch(product)
    return {"product": product, "productVariants": [shop.nodes[item["id"]] for item in variants], "userErrors": []}


@field("Mutation", "productVariantsBulkDelete")
def bulk_delete(_: Any, info: Info, productId: str, variantsIds: list[str]) -> Node:
    demand(info, "write_products")
    shop = shop_of(info)
    own = shop.get(productId, "Product")
    if own is None:
        error = user_error(["productId"], "Product does not exist", "PRODUCT_DOES_NOT_EXIST")
        return {"product": None, "userErrors": [error]}
    if len(variantsIds) >= len(own["_variants"]):
        error = user_error(["variantsIds"], "At least one variant must remain", "CANNOT_DELETE_LAST_VARIANT")
        return {"product": own, "userErrors": [error]}
    for gid in variantsIds:
        if gid in own["_variants"]:
            own["_variants"].remove(gid)
            shop.drop(shop.nodes[gid])
    shop.touch(own)
    return {"product": own, "userErrors": []}


@field("Mutation", "productVariantsBulkReorder")
def bulk_reorder(_: Any, info: Info, productId: str, positions: list[dict[str, Any]]) -> Node:
    demand(info, "write_products")
    shop = shop_of(info)
    own = shop.get(productId, "Product")
    if own is None or any(item["id"] not in own["_variants"] for item in positions):
        error = user_error(["positions"], "Product variant does not exist", "MISSING_VARIANT")
        return {"product": own, "userErrors": [error]}
    for item in sorted(positions, key=lambda item: item["position"]):
        own["_variants"].remove(item["id"])
        own["_variants"].insert(max(0, item["position"] - 1), item["id"])
    shop.touch(own)
    return {"product": own, "userErrors": []}
