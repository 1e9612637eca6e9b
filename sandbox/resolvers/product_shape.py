"""What options and variants a product has: the rules that productSet, the option and the variant mutations share.

A product keeps ``_options``: ``[{"id", "name", "values": [{"id", "name"}]}]`` and ``_variants``: GIDs in order. A
variant keeps ``_options``: ``[(name, value)]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..errors import Refusal
from ..store import Node, Shop
from .variant_shape import Chosen, check_variant, new_variant, put_variant

MAX_OPTIONS = 3
MAX_VALUES = 100
MAX_VARIANTS = 2048
Pairs = tuple[tuple[str, str], ...]

DEFAULT_OPTIONS: list[tuple[str, list[str]]] = [("Title", ["Default Title"])]
DEFAULT_VARIANTS: list[tuple[Chosen, Mapping[str, Any]]] = [([("Title", "Default Title")], {})]


def is_default(product: Node) -> bool:
    """Whether a product has no options but the one that stands for none."""
    return [item["name"] for item in product["_options"]] == ["Title"]


def used_values(shop: Shop, product: Node, option: str) -> set[str]:
    return {value for gid in product["_variants"] for name, value in shop.nodes[gid]["_options"] if name == option}


def sort_pairs(shop: Shop, product: Node) -> None:
    """Brings what variants have chosen into the order of the options."""
    names = [option["name"] for option in product["_options"]]
    for gid in product["_variants"]:
        node = shop.nodes[gid]
        node["_options"] = sorted(node["_options"], key=lambda pair: names.index(pair[0]))


def option_node(shop: Shop, product: Node, item: Node, place: int) -> Node:
    """What `ProductOption` shows: `values` only those that a variant has, `optionValues` all, as was seen."""
    used = used_values(shop, product, item["name"])
    return {
        "__typename": "ProductOption",
        "id": item["id"],
        "name": item["name"],
        "position": place + 1,
        "values": [value["name"] for value in item["values"] if value["name"] in used],
        "linkedMetafield": item.get("linked"),
        "optionValues": [
            {
                "__typename": "ProductOptionValue",
                "id": value["id"],
                "name": value["name"],
                "hasVariants": value["name"] in used,
                "linkedMetafieldValue": value.get("linked"),
            }
            for value in item["values"]
        ],
    }


def planned(given: Mapping[str, Any]) -> tuple[list[tuple[str, list[str]]], list[tuple[Chosen, Mapping[str, Any]]]]:
    """Options and variants of a productSet input. Raises Refusal."""
    options: list[tuple[str, list[str]]] = []
    for number, item in enumerate(given["productOptions"]):
        place = ["input", "productOptions", str(number)]
        name, values = item.get("name") or "", [value.get("name") or "" for value in item.get("values") or ()]
        check_option(name, values, [other for other, _ in options], place)
        options.append((name, values))
    if len(options) > MAX_OPTIONS:
        raise Refusal(["input", "productOptions"], "Can only specify a maximum of 3 options", "OPTIONS_OVER_LIMIT")
    variants: list[tuple[Chosen, Mapping[str, Any]]] = []
    taken: set[tuple[tuple[str, str], ...]] = set()
    for number, item in enumerate(given["variants"]):
        place = ["input", "variants", str(number)]
        chosen = choose(options, item, place)
        if tuple(chosen) in taken:
            raise Refusal(place, f"The variant '{_title(chosen)}' already exists.", "VARIANT_ALREADY_EXISTS")
        check_variant(item, place)
        taken.add(tuple(chosen))
        variants.append((chosen, item))
    if not variants:
        raise Refusal(["input", "variants"], "At least one variant is needed.", "INVALID_INPUT")
    return options, variants


def first_variant(
    given: Mapping[str, Any],
) -> tuple[list[tuple[str, list[str]]], list[tuple[Chosen, Mapping[str, Any]]]]:
    """productCreate makes one variant, of the first value of each option."""
    options: list[tuple[str, list[str]]] = []
    for number, item in enumerate(given.get("productOptions") or ()):
        values = [value.get("name") or "" for value in item.get("values") or ()]
        check_option(item.get("name") or "", values, [name for name, _ in options], ["productOptions", str(number)])
        options.append((item["name"], values))
    if not options:
        return DEFAULT_OPTIONS, DEFAULT_VARIANTS
    if len(options) > MAX_OPTIONS:
        raise Refusal(["productOptions"], "Can only specify a maximum of 3 options", "OPTIONS_OVER_LIMIT")
    return options, [([(name, values[0]) for name, values in options], {})]


def check_option(name: str, values: Sequence[str], others: Sequence[str], place: list[str]) -> None:
    check_name(name, place)
    if name in others:
        raise Refusal(place, "Duplicated option name.", "DUPLICATED_OPTION_NAME")
    if not values:
        raise Refusal(place, f"Option '{name}' must specify at least one option value.", "OPTION_VALUES_MISSING")
    if len(set(values)) != len(values):
        raise Refusal([*place, "values"], "Duplicated option value.", "DUPLICATED_OPTION_VALUE")
    check_values(values, [*place, "values"])


def check_name(name: str, place: list[str]) -> None:
    if " / " in name:
        raise Refusal([*place, "name"], "The name contains unsupported sequence ' / '", "INVALID_NAME")
    if not name.strip():
        raise Refusal([*place, "name"], "The name provided is not valid.", "INVALID_NAME")
    if len(name) > 255:
        raise Refusal(place, "Option name is too long.", "OPTION_NAME_TOO_LONG")


def check_count(values: int, place: list[str]) -> None:
    if values > MAX_VALUES:
        message = f"Option values count is over the allowed limit ({MAX_VALUES})."
        raise Refusal(place, message, "OPTION_VALUES_OVER_LIMIT")


def check_learned(product: Node, more: Iterable[Chosen], place: list[str]) -> None:
    """`more`: what variants are to choose; values that an option does not have yet are added to it."""
    chosen = list(more)
    for number, option in enumerate(product["_options"]):
        known = {value["name"] for value in option["values"]}
        check_count(len(known | {pairs[number][1] for pairs in chosen}), place)


def check_values(values: Sequence[str], place: list[str]) -> None:
    check_count(len(values), place)
    for number, value in enumerate(values):
        if not value.strip() or len(value) > 255:
            message = f"An option value has 1 to 255 characters, this one has {len(value.strip())}."
            raise Refusal([*place, str(number)], message, "OPTION_VALUE_NAME_TOO_LONG")


def choose(options: Sequence[tuple[str, list[str]]], item: Mapping[str, Any], place: list[str]) -> Chosen:
    """The (option, value) pairs of a variant input, in the order of the options."""
    given: dict[str, str] = {}
    names = [name for name, _ in options]
    for number, value in enumerate(item.get("optionValues") or ()):
        name = value.get("optionName") or ""
        if name not in names:
            raise Refusal([*place, "optionValues", str(number)], "Option does not exist", "OPTION_DOES_NOT_EXIST")
        if name in given:
            raise Refusal([*place, "optionValues"], f"Duplicated option name '{name}'", "INVALID_INPUT")
        given[name] = value.get("name") or ""
    missing = [name for name in names if name not in given]
    if missing:
        message = f"You need to add option values for {', '.join(missing)}"
        raise Refusal(place, message, "NEED_TO_ADD_OPTION_VALUES")
    for name, values in options:
        if given[name] not in values:
            message = f"Option value '{given[name]}' does not exist in '{name}'."
            raise Refusal([*place, "optionValues"], message, "OPTION_VALUE_DOES_NOT_EXIST")
    return [(name, given[name]) for name in names]


def replace(
    shop: Shop,
    product: Node,
    options: Sequence[tuple[str, list[str]]],
    variants: Sequence[tuple[Chosen, Mapping[str, Any]]],
) -> None:
    """Gives a product exactly these options and variants; variants of the same values stay the same variant."""
    old = {tuple(shop.nodes[gid]["_options"]): gid for gid in product["_variants"]}
    product["_options"] = [new_option(shop, name, values) for name, values in options]
    kept: list[str] = []
    for chosen, item in variants:
        gid = old.pop(tuple(chosen), None)
        node = shop.nodes[gid] if gid else new_variant(shop, product, chosen)
        put_variant(shop, node, item)
        kept.append(node["id"])
    for gid in old.values():
        shop.drop(shop.nodes[gid])
    product["_variants"] = kept
    shop.touch(product)


def new_option(shop: Shop, name: str, values: Sequence[str]) -> Node:
    return {
        "id": f"gid://shopify/ProductOption/{shop.next_id()}",
        "name": name,
        "values": [new_value(shop, value) for value in values],
    }


def new_value(shop: Shop, name: str) -> Node:
    return {"id": f"gid://shopify/ProductOptionValue/{shop.next_id()}", "name": name}


def _title(chosen: Chosen) -> str:
    return " / ".join(value for _, value in chosen)
