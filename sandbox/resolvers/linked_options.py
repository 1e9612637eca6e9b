"""Options linked to a metafield: their values are entries, shown by the entries' display names.

Requests name entries by id. They are turned into names before the rules of plain options judge them (`named`,
`named_variants`), and what is then stored is linked (`settle`). The product's metafield says what the option says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..errors import Refusal
from ..store import Node, Shop
from ..values import definition_ids
from .metaobject_definitions import validation_map

Links = dict[tuple[str, str], str]  # (option's name, value's name) -> entry
MIXED = "CANNOT_COMBINE_LINKED_AND_NONLINKED_OPTION_VALUES"
INVALID = "INVALID_METAFIELD_VALUE_FOR_LINKED_OPTION"
_CONFLICT = (
    "The display name you have chosen is already in use as an option value. Choose a different name to avoid conflicts."
)


def named(
    shop: Shop, options: Sequence[Mapping[str, Any]], place: list[str], mixed: str = MIXED
) -> tuple[list[dict[str, Any]], Links]:
    """Options of an input, with the names of the entries as values. Raises Refusal."""
    found: list[dict[str, Any]] = []
    links: Links = {}
    taken: set[tuple[str, str]] = set()
    for number, item in enumerate(options):
        where, linked = [*place, str(number)], item.get("linkedMetafield")
        if linked is None:
            if any(value.get("linkedMetafieldValue") for value in item.get("values") or ()):
                raise Refusal(where, "The option is not linked to a metafield.", mixed)
            found.append(dict(item))
            continue
        if item.get("values"):
            raise Refusal(where, "Cannot combine linked and nonlinked option values.", mixed)
        if (linked["namespace"], linked["key"]) in taken:
            raise Refusal(where, "Cannot link multiple options to the same metafield.", "DUPLICATE_LINKED_OPTION")
        taken.add((linked["namespace"], linked["key"]))
        own = [(gid, entry_name(shop, linked, gid, where)) for gid in linked.get("values") or ()]
        links |= {(item.get("name") or "", name): gid for gid, name in own}
        found.append({**item, "values": [{"name": name} for _, name in own]})
    return found, links


def entry_name(shop: Shop, linked: Mapping[str, Any], gid: str, place: list[str]) -> str:
    """The name that an entry gives to the value of an option that is linked so. Raises Refusal."""
    types = _types(shop, linked, place)
    entry = shop.get(gid, "Metaobject")
    if entry is None or entry["type"] not in types:
        raise Refusal(place, "Invalid metafield value for linked option.", INVALID)
    return str(entry["_display"])


def _types(shop: Shop, linked: Mapping[str, Any], place: list[str]) -> set[str]:
    definition = shop.metafield_definition("PRODUCT", linked["namespace"], linked["key"])
    if definition is None or definition["type"]["name"] != "list.metaobject_reference":
        message = "No valid metafield definition found for linked option."
        raise Refusal(place, message, "LINKED_METAFIELD_DEFINITION_NOT_FOUND")
    return {shop.nodes[gid]["type"] for gid in definition_ids(validation_map(definition)) if gid in shop.nodes}


def named_variants(
    shop: Shop,
    options: Sequence[Mapping[str, Any]],
    variants: Sequence[Mapping[str, Any]],
    place: list[str],
    named_code: str = MIXED,
) -> tuple[list[dict[str, Any]], Links]:
    """Variants of an input, with names for entries. `options`: ``{"name", "linked"}``. Raises Refusal."""
    linked = {item["name"]: item.get("linked") for item in options}
    found: list[dict[str, Any]] = []
    links: Links = {}
    for number, item in enumerate(variants):
        values = []
        for value in item.get("optionValues") or ():
            where, option = [*place, str(number), "optionValues"], value.get("optionName") or ""
            gid, own = value.get("linkedMetafieldValue"), linked.get(option)
            if own is not None and gid is None:
                raise Refusal(where, f"Cannot set name for the linked option '{option}'.", named_code)
            if gid is not None:
                if own is None:
                    raise Refusal(where, f"The option '{option}' is not linked to a metafield.", MIXED)
                name = entry_name(shop, own, gid, where)
                links[option, name] = gid
                value = {"optionName": option, "name": name}
            values.append(value)
        found.append({**item, "optionValues": values} if item.get("optionValues") is not None else dict(item))
    return found, links


def settle(shop: Shop, product: Node, links: Links) -> None:
    """Links what has been stored by name, and gives the product's metafields the values of their options."""
    for option in product["_options"]:
        if option.get("linked") is None:
            continue
        for value in option["values"]:
            value["linked"] = links.get((option["name"], value["name"]), value.get("linked"))
        entries = [value["linked"] for value in option["values"]]
        text = json.dumps(entries, separators=(",", ":"))
        linked = option["linked"]
        own = {"namespace": linked["namespace"], "key": linked["key"], "type_": "list.metaobject_reference"}
        present = shop.metafields.get(product["id"], {}).get((linked["namespace"], linked["key"]))
        if present is None or sorted(json.loads(present["value"])) != sorted(entries):
            shop.put_metafield(product, value=text, **own)


def link(product: Node, options: Sequence[Mapping[str, Any]]) -> None:
    """Tells the options of a product what an input linked them to."""
    asked = {item.get("name"): item.get("linkedMetafield") for item in options}
    for option in product["_options"]:
        linked = asked.get(option["name"])
        if linked is not None:
            option["linked"] = {"namespace": linked["namespace"], "key": linked["key"]}


# -- entries that are values -------------------------------------------------------------------------------------


def _showing(shop: Shop, entry: str) -> Iterator[tuple[Node, Node, Node]]:
    """(product, option, value) of every option value that an entry is."""
    for product in shop.each("Product"):
        for option in product["_options"] if any(item.get("linked") for item in product["_options"]) else ():
            for value in option["values"]:
                if value.get("linked") == entry:
                    yield product, option, value


def check_rename(shop: Shop, entry: Node, name: str, place: list[str]) -> None:
    """An entry may not take the name of another one of its type that is an option value. Raises Refusal."""
    same = (shop.nodes[f"gid://shopify/Metaobject/{n}"] for n in shop.metaobjects_by_type.get(entry["type"], ()))
    for other in same:
        if other is not entry and other["_display"] == name and next(_showing(shop, other["id"]), None) is not None:
            raise Refusal(place, _CONFLICT, "DISPLAY_NAME_CONFLICT")


def rename(shop: Shop, entry: Node) -> None:
    """Option values are called as their entries are."""
    for product, option, value in _showing(shop, entry["id"]):
        old, new = (option["name"], value["name"]), (option["name"], entry["_display"])
        for gid in product["_variants"]:
            node = shop.nodes[gid]
            node["_options"] = [new if tuple(pair) == old else pair for pair in node["_options"]]
        value["name"] = entry["_display"]
        shop.touch(product)
