"""Locations, and what is in stock there. Quantities are set with `@idempotent`, against what was there before.

Since 2026-10 a quantity can be set at any location, stocked or not: https://shopify.dev/changelog
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from graphql import get_directive_values

from ..context import Info, demand, shop_of
from ..errors import Refusal, top_level, user_error
from ..paging import connection
from ..schema import field
from ..store import Node, Shop, gid_number
from .listing import listed

MOST = 1_000_000_000
REASONS = ("correction", "cycle_count_available", "damaged", "other", "promotion", "quality_control", "received")


# -- reading ---------------------------------------------------------------------------------------------------


@field("QueryRoot", "locations")
def locations(_: Any, info: Info, query: str | None = None, sortKey: str | None = None, **arguments: Any) -> Node:
    demand(info, "read_locations", "read_inventory")
    return listed(info, "Location", query, sortKey if sortKey != "NAME" else "ID", **arguments)


@field("QueryRoot", "location")
def location(_: Any, info: Info, id: str | None = None) -> Node | None:
    demand(info, "read_locations", "read_inventory")
    shop = shop_of(info)
    return next(shop.each("Location"), None) if id is None else shop.get(id, "Location")


@field("Location", "name")
def name(source: Node, info: Info) -> str:
    demand(info, "read_locations")
    return str(source["name"])


@field("InventoryItem", "inventoryLevels")
def inventory_levels(source: Node, info: Info, **arguments: Any) -> Node:
    demand(info, "read_inventory")
    shop = shop_of(info)
    levels = levels_of(shop, source)
    made = [
        {"id": f"gid://shopify/InventoryLevel/{gid_number(gid)}?inventory_item_id={gid_number(source['id'])}"}
        | {"isActive": True, "item": source, "location": shop.nodes[gid], "_quantity": levels[gid]}
        for gid in sorted(levels, key=gid_number)
    ]
    return connection(made, **{name: value for name, value in arguments.items() if name != "query"})


@field("InventoryLevel", "quantities")
def quantities(source: Node, info: Info, names: Sequence[str]) -> list[Node]:
    """Nothing is committed to orders here, so what is on hand is available."""
    return [
        {"id": f"{source['id']}&name={one}", "name": one, "quantity": source["_quantity"]}
        for one in names
        if one in ("available", "on_hand")
    ]


def levels_of(shop: Shop, item: Node) -> dict[str, int]:
    """Location -> quantity. What is new is stocked at the first location, with nothing."""
    if "_levels" not in item:
        item["_levels"] = {f"gid://shopify/Location/{shop.order['Location'][0]}": 0}
    levels: dict[str, int] = item["_levels"]
    return levels


# -- writing ---------------------------------------------------------------------------------------------------


@field("Mutation", "locationAdd")
def location_add(_: Any, info: Info, input: Mapping[str, Any]) -> Node:
    demand(info, "write_locations")
    if not input["name"].strip():
        return {"location": None, "userErrors": [user_error(["input", "name"], "Add a location name")]}
    return {"location": shop_of(info).add_location(input["name"]), "userErrors": []}


@field("Mutation", "inventorySetQuantities")
def set_quantities(_: Any, info: Info, input: Mapping[str, Any]) -> Node:
    """All of it, or nothing. A key that was used before is answered as it was then."""
    demand(info, "write_inventory")
    shop, key = shop_of(info), _key(info)
    if any("changeFromQuantity" not in item for item in input["quantities"]):
        message = "InventoryQuantityInput must include the following argument: changeFromQuantity."
        raise top_level(message, "INVALID_FIELD_ARGUMENTS")
    said = json.dumps(input, sort_keys=True)
    if key in shop.idempotent:
        before, answer = shop.idempotent[key]
        if before == said:
            return answer
        message = "The same idempotency key cannot be used with different operation parameters."
        return _refused(user_error(None, message, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"))
    try:
        _set(shop, input)
    except Refusal as refusal:
        return _refused(refusal.error)
    group = shop.add("InventoryAdjustmentGroup", reason=input["reason"])
    shop.idempotent[key] = said, {"inventoryAdjustmentGroup": group, "userErrors": []}
    return shop.idempotent[key][1]


def _refused(error: Node) -> Node:
    return {"inventoryAdjustmentGroup": None, "userErrors": [error]}


def _key(info: Info) -> str:
    directive = info.schema.get_directive("idempotent")
    assert directive is not None
    given = get_directive_values(directive, info.field_nodes[0], info.variable_values)
    if given is not None:
        return str(given["key"])
    raise top_level("The @idempotent directive is required for this mutation but was not provided.", "BAD_REQUEST")


def _set(shop: Shop, given: Mapping[str, Any]) -> None:
    if given["name"] not in ("available", "on_hand"):
        message = "The quantity name must be either 'available' or 'on_hand'."
        raise Refusal(["input", "name"], message, "INVALID_NAME")
    if given["reason"] not in REASONS:
        raise Refusal(["input", "reason"], "The specified reason is invalid.", "INVALID_REASON")
    changes: dict[tuple[str, str], tuple[Node, int]] = {}
    for number, one in enumerate(given["quantities"]):
        place = ["input", "quantities", str(number)]
        item = _checked(shop, one, place)
        pair = (one["inventoryItemId"], one["locationId"])
        if pair in changes:
            message = "The combination of inventoryItemId and locationId must be unique."
            raise Refusal([*place, "locationId"], message, "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR")
        changes[pair] = item, one["quantity"]
    for (_, where), (item, quantity) in changes.items():
        levels_of(shop, item)[where] = quantity


def _checked(shop: Shop, one: Mapping[str, Any], place: list[str]) -> Node:
    item = item_of(shop, one["inventoryItemId"])
    if item is None:
        message = "The specified inventory item could not be found."
        raise Refusal([*place, "inventoryItemId"], message, "INVALID_INVENTORY_ITEM")
    if shop.get(one["locationId"], "Location") is None:
        message = "The specified location could not be found."
        raise Refusal([*place, "locationId"], message, "INVALID_LOCATION")
    if abs(one["quantity"]) > MOST:
        code, word = (
            ("INVALID_QUANTITY_TOO_HIGH", "higher") if one["quantity"] > 0 else ("INVALID_QUANTITY_TOO_LOW", "lower")
        )
        raise Refusal([*place, "quantity"], f"The quantity can't be {word} than 1,000,000,000.", code)
    expected = one["changeFromQuantity"]
    if expected is not None and expected != levels_of(shop, item).get(one["locationId"], 0):
        message = "The changeFromQuantity value does not match persisted value."
        raise Refusal([*place, "changeFromQuantity"], message, "CHANGE_FROM_QUANTITY_STALE")
    return item


def item_of(shop: Shop, gid: str) -> Node | None:
    """An item is numbered just before the variant that it is made with."""
    variant = shop.get(f"gid://shopify/ProductVariant/{gid_number(gid) + 1}", "ProductVariant")
    item: Node | None = variant["inventoryItem"] if variant is not None else None
    return item if item is not None and item["id"] == gid else None
