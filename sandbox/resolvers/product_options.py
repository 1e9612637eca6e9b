"""Options of a product that exists: create, update, delete, reorder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..context import Info, demand, shop_of
from ..errors import Refusal
from ..schema import field
from ..store import Node, Shop
from . import product_shape as shape


def _change(info: Info, gid: str, change: Callable[[Shop, Node], None]) -> Node:
    """Runs a change of one product; a refused one still answers with the product, as was seen."""
    demand(info, "write_products")
    shop = shop_of(info)
    product = shop.get(gid, "Product")
    try:
        if product is None:
            raise Refusal(["productId"], "Product does not exist", "PRODUCT_DOES_NOT_EXIST")
        change(shop, product)
        shop.touch(product)
    except Refusal as refusal:
        return {"product": product, "userErrors": [refusal.error]}
    return {"product": product, "userErrors": []}


@field("Mutation", "productOptionsCreate")
def create(
    _: Any,
    info: Info,
    productId: str,
    options: list[dict[str, Any]],
    variantStrategy: str = "LEAVE_AS_IS",
) -> Node:
    return _change(info, productId, lambda shop, product: _create(shop, product, options))


def _create(shop: Shop, product: Node, given: Sequence[Mapping[str, Any]]) -> None:
    default = [item["name"] for item in product["_options"]] == ["Title"]
    names = [] if default else [item["name"] for item in product["_options"]]
    if len(names) + len(given) > shape.MAX_OPTIONS:
        raise Refusal(["options"], "Can only specify a maximum of 3 options", "OPTIONS_OVER_LIMIT")
    ready: list[tuple[str, list[str]]] = []
    for number, item in enumerate(given):
        values = [value.get("name") or "" for value in item.get("values") or ()]
        place = ["options", str(number)]
        shape.check_option(item.get("name") or "", values, [*names, *(name for name, _ in ready)], place)
        ready.append((item["name"], values))
    if default:
        product["_options"] = []
    for name, values in ready:
        product["_options"].append(shape.new_option(shop, name, values))
    for gid in product["_variants"]:
        node = shop.nodes[gid]
        pairs = [] if default else list(node["_options"])
        node["_options"] = [*pairs, *((name, values[0]) for name, values in ready)]


def _option(product: Node, gid: str, place: list[str]) -> Node:
    option: Node | None = next((item for item in product["_options"] if item["id"] == gid), None)
    if option is None:
        raise Refusal(place, "Option does not exist", "OPTION_DOES_NOT_EXIST")
    return option


@field("Mutation", "productOptionUpdate")
def update(
    _: Any,
    info: Info,
    productId: str,
    option: dict[str, Any],
    optionValuesToAdd: list[dict[str, Any]] | None = None,
    optionValuesToUpdate: list[dict[str, Any]] | None = None,
    optionValuesToDelete: list[str] | None = None,
    variantStrategy: str | None = None,
) -> Node:
    def change(shop: Shop, product: Node) -> None:
        own = _option(product, option["id"], ["option"])
        names = [value["name"] for value in own["values"]]
        for item in optionValuesToAdd or ():
            if item["name"] in names:
                message = f"Option value '{item['name']}' already exists."
                raise Refusal(["optionValuesToAdd"], message, "OPTION_VALUE_ALREADY_EXISTS")
        for item in optionValuesToAdd or ():
            own["values"].append(shape.new_value(shop, item["name"]))
        for item in optionValuesToUpdate or ():
            _rename_value(shop, product, own, item)
        own["values"] = [value for value in own["values"] if value["id"] not in (optionValuesToDelete or ())]
        if option.get("name") and option["name"] != own["name"]:
            _rename(shop, product, own, option["name"])
        if option.get("position"):
            product["_options"].remove(own)
            product["_options"].insert(option["position"] - 1, own)
            _reorder_pairs(shop, product)

    return _change(info, productId, change)


def _rename(shop: Shop, product: Node, option: Node, name: str) -> None:
    for gid in product["_variants"]:
        node = shop.nodes[gid]
        node["_options"] = [(name if old == option["name"] else old, value) for old, value in node["_options"]]
    option["name"] = name


def _rename_value(shop: Shop, product: Node, option: Node, item: Mapping[str, Any]) -> None:
    value = next((known for known in option["values"] if known["id"] == item["id"]), None)
    if value is None:
        raise Refusal(["optionValuesToUpdate"], "Option value does not exist", "OPTION_VALUE_DOES_NOT_EXIST")
    for gid in product["_variants"]:
        node = shop.nodes[gid]
        node["_options"] = [
            (name, item["name"] if (name, old) == (option["name"], value["name"]) else old)
            for name, old in node["_options"]
        ]
    value["name"] = item["name"]


def _reorder_pairs(shop: Shop, product: Node) -> None:
    names = [option["name"] for option in product["_options"]]
    for gid in product["_variants"]:
        node = shop.nodes[gid]
        node["_options"] = sorted(node["_options"], key=lambda pair: names.index(pair[0]))


@field("Mutation", "productOptionsDelete")
def delete(_: Any, info: Info, productId: str, options: list[str], strategy: str = "DEFAULT") -> Node:
    def change(shop: Shop, product: Node) -> None:
        for gid in options:
            own = _option(product, gid, ["options"])
            if len(own["values"]) > 1 and strategy == "DEFAULT":
                message = "Cannot delete an option with several values."
                raise Refusal(["options"], message, "CANNOT_DELETE_OPTION_WITH_MULTIPLE_VALUES")
            product["_options"].remove(own)
            for variant in product["_variants"]:
                node = shop.nodes[variant]
                node["_options"] = [pair for pair in node["_options"] if pair[0] != own["name"]]

    result = _change(info, productId, change)
    return {**result, "deletedOptionsIds": [] if result["userErrors"] else options}


@field("Mutation", "productOptionsReorder")
def reorder(_: Any, info: Info, productId: str, options: list[dict[str, Any]]) -> Node:
    def change(shop: Shop, product: Node) -> None:
        known: dict[str, Node] = {item["name"]: item for item in product["_options"]} | {
            item["id"]: item for item in product["_options"]
        }
        ordered: list[Node] = []
        for item in options:
            own = known.get(item.get("id") or item.get("name") or "")
            if own is None:
                raise Refusal(["options"], "Option does not exist", "OPTION_NAME_DOES_NOT_EXIST")
            names = [value.get("name") for value in item.get("values") or ()]
            own["values"].sort(key=lambda value: names.index(value["name"]) if value["name"] in names else len(names))
            ordered.append(own)
        product["_options"] = ordered + [item for item in product["_options"] if item not in ordered]
        _reorder_pairs(shop, product)

    return _change(info, productId, change)
