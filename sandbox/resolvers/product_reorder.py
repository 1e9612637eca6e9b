"""The order of a product's options and of their values, which is the order of its variants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..context import Info
from ..errors import Refusal
from ..schema import field
from ..store import Node, Shop, gid_number
from . import product_shape as shape
from .product_options import change_product

_PLACE = ["options"]
_MIXED = "MIXING_ID_AND_NAME_KEYS_IS_NOT_ALLOWED"


@field("Mutation", "productOptionsReorder")
def reorder(_: Any, info: Info, productId: str, options: list[dict[str, Any]]) -> Node:
    return change_product(info, productId, lambda shop, product: _reorder(shop, product, options))


def _reorder(shop: Shop, product: Node, given: Sequence[Mapping[str, Any]]) -> None:
    ordered = _chosen("option", product["_options"], given)
    for own, item in zip(ordered, given, strict=True):
        if item.get("values"):
            _reorder_values(shop, product, own, item["values"])
    if len(ordered) < len(product["_options"]):
        raise Refusal(_PLACE, "Missing option name.", "MISSING_OPTION_NAME")
    product["_options"] = ordered
    shape.sort_pairs(shop, product)
    _sort_variants(shop, product)


def _chosen(what: str, known: Sequence[Node], given: Sequence[Mapping[str, Any]]) -> list[Node]:
    """Those that the input names, by id or by name; never some by the one and some by the other."""
    if len({bool(item.get("id")) for item in given}) > 1:
        raise Refusal(_PLACE, f"Only specify one of `id` or `name` fields for {what}s.", _MIXED)
    chosen: list[Node] = []
    for number, item in enumerate(given):
        key = "id" if item.get("id") else "name"
        own = next((own for own in known if own[key] == item.get(key)), None)
        if own is None:
            label, code = _UNKNOWN[what, key]
            name = gid_number(item["id"]) if key == "id" else item.get("name")
            raise Refusal(_PLACE, f"{label} '{name}' does not exist.", code)
        if own in chosen:
            label, code = _TWICE[what]
            raise Refusal([*_PLACE, str(number)], f"{label} '{own['name']}'.", code)
        chosen.append(own)
    return chosen


_UNKNOWN = {
    ("option", "id"): ("Option id", "OPTION_ID_DOES_NOT_EXIST"),
    ("option", "name"): ("Option name", "OPTION_NAME_DOES_NOT_EXIST"),
    ("option value", "id"): ("Option value id", "OPTION_VALUE_ID_DOES_NOT_EXIST"),
    ("option value", "name"): ("Option value", "OPTION_VALUE_DOES_NOT_EXIST"),
}
_TWICE = {
    "option": ("Duplicated option name", "DUPLICATED_OPTION_NAME"),
    "option value": ("Duplicated option value", "DUPLICATED_OPTION_VALUE"),
}


def _reorder_values(shop: Shop, product: Node, option: Node, given: Sequence[Mapping[str, Any]]) -> None:
    """Values that no variant has may be left out; they come last."""
    chosen = _chosen("option value", option["values"], given)
    rest = [value for value in option["values"] if value not in chosen]
    used = shape.used_values(shop, product, option["name"])
    if any(value["name"] in used for value in rest):
        raise Refusal(_PLACE, "Missing option value.", "MISSING_OPTION_VALUE")
    option["values"] = [*chosen, *rest]


def _sort_variants(shop: Shop, product: Node) -> None:
    """By the first option's values, then the second's: the variants that stood elsewhere move, as was seen."""
    places = {
        (option["name"], value["name"]): number
        for option in product["_options"]
        for number, value in enumerate(option["values"])
    }
    product["_variants"].sort(key=lambda gid: [places[pair] for pair in shop.nodes[gid]["_options"]])
