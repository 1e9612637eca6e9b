"""Variants: reading, and the bulk mutations of one product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..context import Info, demand, shop_of
from ..errors import Refusal, user_error
from ..limits import demand_variants
from ..schema import field
from ..store import Node, Shop
from . import linked_options as linked
from . import product_media as media
from . import product_shape as shape
from . import variant_shape
from .listing import count, listed
from .products import by_custom_id

# productVariantsBulkCreate has fewer words than the rules that it shares.
CREATE_CODES = {
    "OPTION_DOES_NOT_EXIST": "INVALID_INPUT",
    "OPTION_VALUE_DOES_NOT_EXIST": "INVALID_INPUT",
    "OPTION_VALUE_NAME_TOO_LONG": "INVALID_INPUT",
    "OPTION_VALUES_OVER_LIMIT": "INVALID_INPUT",
    linked.INVALID: "INVALID_INPUT",
    linked.MIXED: "INVALID_INPUT",
}
UPDATE_CODES = {
    "OPTION_VALUES_OVER_LIMIT": "INVALID_INPUT",
    linked.INVALID: "INVALID_VALUE",
    linked.MIXED: "INVALID_INPUT",
}
NAMED = "CANNOT_SET_NAME_FOR_LINKED_OPTION_VALUE"

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
    shop = shop_of(info)
    if identifier.get("id") is not None:
        return shop.get(identifier["id"], "ProductVariant")
    return by_custom_id(shop, "ProductVariant", identifier.get("customId"))


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
    try:
        product = _product(shop, productId)
        named, links = linked.named_variants(shop, product["_options"], variants, ["variants"], NAMED)
        created = _bulk_create(shop, product, named, strategy)
        linked.settle(shop, product, links)
    except Refusal as refusal:
        return {"product": None, "productVariants": [], "userErrors": [refusal.said(CREATE_CODES)]}
    return {"product": product, "productVariants": created, "userErrors": []}


def _bulk_create(shop: Shop, product: Node, given: list[dict[str, Any]], strategy: str) -> list[Node]:
    """All or nothing. A value that an option does not have yet is added to it."""
    existing = {tuple(shop.nodes[gid]["_options"]) for gid in product["_variants"]}
    if len(existing) + len(given) > shape.MAX_VARIANTS:
        message = f"You can only have {shape.MAX_VARIANTS} variants per product"
        raise Refusal(["variants"], message, "INVALID_INPUT")
    ready: list[tuple[variant_shape.Chosen, Mapping[str, Any]]] = []
    for number, item in enumerate(given):
        place = ["variants", str(number)]
        asked = {value.get("optionName"): value.get("name") or "" for value in item.get("optionValues") or ()}
        options = [
            (option["name"], [value["name"] for value in option["values"]] + [asked.get(option["name"], "")])
            for option in product["_options"]
        ]
        chosen = shape.choose(options, item, place)
        for _, value in chosen:
            shape.check_values([value], [*place, "optionValues"])
        if tuple(chosen) in existing:
            message = f"The variant '{' / '.join(value for _, value in chosen)}' already exists."
            raise Refusal(place, message, "VARIANT_ALREADY_EXISTS")
        variant_shape.check_variant(item, place)
        if item.get("mediaId") is not None:
            media.choose(shop, product, item["mediaId"], place)
        existing.add(tuple(chosen))
        ready.append((chosen, item))
    shape.check_learned(product, (chosen for chosen, _ in ready), ["variants"])
    demand_variants(shop, len(ready))
    removable = strategy == "REMOVE_STANDALONE_VARIANT" or (strategy == "DEFAULT" and shape.is_default(product))
    if removable and len(product["_variants"]) == 1:
        shop.drop(shop.nodes[product["_variants"].pop()])
    return [_add(shop, product, chosen, item) for chosen, item in ready]


def _add(shop: Shop, product: Node, chosen: variant_shape.Chosen, item: Mapping[str, Any]) -> Node:
    _learn(shop, product, chosen)
    node = variant_shape.new_variant(shop, product, chosen)
    variant_shape.put_variant(shop, node, item)
    product["_variants"].append(node["id"])
    shop.touch(product)
    return node


def _learn(shop: Shop, product: Node, chosen: variant_shape.Chosen) -> None:
    """Adds the values that options do not know yet."""
    for option, (_, value) in zip(product["_options"], chosen, strict=True):
        if all(known["name"] != value for known in option["values"]):
            option["values"].append(shape.new_value(shop, value))


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
        variants, links = linked.named_variants(shop, product["_options"], variants, ["variants"], NAMED)
        for number, item in enumerate(variants):
            place = ["variants", str(number)]
            if item.get("id") is None:
                message = "Product variant is missing ID attribute"
                raise Refusal([*place, "id"], message, "PRODUCT_VARIANT_ID_MISSING")
            if item["id"] not in product["_variants"]:
                raise Refusal([*place, "id"], "Product variant does not exist", "PRODUCT_VARIANT_DOES_NOT_EXIST")
            variant_shape.check_variant(item, place)
            if item.get("mediaId") is not None:
                media.choose(shop, product, item["mediaId"], place)
        chosen = _rechosen(shop, product, variants)
        shape.check_learned(product, chosen.values(), ["variants"])
    except Refusal as refusal:
        return {"product": own, "productVariants": None, "userErrors": [refusal.said(UPDATE_CODES)]}
    for item in variants:
        node = shop.nodes[item["id"]]
        if item["id"] in chosen:
            _learn(shop, product, chosen[item["id"]])
            node["_options"] = chosen[item["id"]]
        variant_shape.put_variant(shop, node, item)
    linked.settle(shop, product, links)
    shop.touch(product)
    return {"product": product, "productVariants": [shop.nodes[item["id"]] for item in variants], "userErrors": []}


def _rechosen(shop: Shop, product: Node, given: list[dict[str, Any]]) -> dict[str, variant_shape.Chosen]:
    """The new option values of the variants that get some, in the order of the options. Raises Refusal."""
    after = {gid: list(shop.nodes[gid]["_options"]) for gid in product["_variants"]}
    names = [option["name"] for option in product["_options"]]
    moved: dict[str, variant_shape.Chosen] = {}
    for number, item in enumerate(given):
        asked = {value.get("optionName") or "": value.get("name") or "" for value in item.get("optionValues") or ()}
        for place, name in enumerate(asked):
            if name not in names:
                where = ["variants", str(number), "optionValues", str(place)]
                raise Refusal(where, "Option does not exist", "OPTION_DOES_NOT_EXIST")
        if asked:
            after[item["id"]] = moved[item["id"]] = [(name, asked.get(name, old)) for name, old in after[item["id"]]]
    if len({tuple(chosen) for chosen in after.values()}) < len(after):
        raise Refusal(["variants"], "The variant already exists.", "VARIANT_ALREADY_EXISTS")
    return moved


@field("Mutation", "productVariantsBulkDelete")
def bulk_delete(_: Any, info: Info, productId: str, variantsIds: list[str]) -> Node:
    demand(info, "write_products")
    shop = shop_of(info)
    own = shop.get(productId, "Product")
    if own is None:
        error = user_error(["productId"], "Product does not exist", "PRODUCT_DOES_NOT_EXIST")
        return {"product": None, "userErrors": [error]}
    for number, gid in enumerate(variantsIds):
        if gid not in own["_variants"]:
            message = "At least one variant does not belong to the product"
            code = "AT_LEAST_ONE_VARIANT_DOES_NOT_BELONG_TO_THE_PRODUCT"
            return {"product": None, "userErrors": [user_error(["variantsIds", str(number)], message, code)]}
    if len(set(variantsIds)) >= len(own["_variants"]):
        error = user_error(["variantsIds"], "At least one variant must remain", "CANNOT_DELETE_LAST_VARIANT")
        return {"product": None, "userErrors": [error]}
    for gid in set(variantsIds):
        own["_variants"].remove(gid)
        shop.drop(shop.nodes[gid])
    shop.touch(own)
    return {"product": own, "userErrors": []}


@field("Mutation", "productVariantsBulkReorder")
def bulk_reorder(_: Any, info: Info, productId: str, positions: list[dict[str, Any]]) -> Node:
    demand(info, "write_products")
    shop = shop_of(info)
    own = shop.get(productId, "Product")
    try:
        _check_positions(_product(shop, productId), positions)
    except Refusal as refusal:
        return {"product": own, "userErrors": [refusal.error]}
    assert own is not None
    for item in sorted(positions, key=lambda item: item["position"]):
        own["_variants"].remove(item["id"])
        own["_variants"].insert(max(0, item["position"] - 1), item["id"])
    shop.touch(own)
    return {"product": own, "userErrors": []}


def _check_positions(product: Node, given: list[dict[str, Any]]) -> None:
    seen: set[str] = set()
    for number, item in enumerate(given):
        place = ["positions", str(number)]
        if item["id"] not in product["_variants"]:
            raise Refusal([*place, "id"], "Product variant does not exist", "MISSING_VARIANT")
        if item["id"] in seen:
            raise Refusal([*place, "id"], "Product variant IDs must be unique", "DUPLICATED_VARIANT_ID")
        if item["position"] < 1:
            message = "Product variant position cannot be zero or negative number"
            raise Refusal([*place, "position"], message, "INVALID_POSITION")
        seen.add(item["id"])
