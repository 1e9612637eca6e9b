"""Options of a product that exists: create, update, delete, reorder."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..context import Info, demand, shop_of
from ..errors import Refusal
from ..schema import field
from ..store import Node, Shop
from . import linked_options as linked
from . import product_shape as shape
from . import variant_shape


def change_product(info: Info, gid: str, change: Callable[[Shop, Node], None]) -> Node:
    """Runs a change of one product, whole or not at all; a refused one still answers with the product, as was seen."""
    demand(info, "write_products")
    shop = shop_of(info)
    product = shop.get(gid, "Product")
    if product is None:
        refusal = Refusal(["productId"], "Product does not exist", "PRODUCT_DOES_NOT_EXIST")
        return {"product": None, "userErrors": [refusal.error]}
    restore = _kept(shop, product)
    try:
        change(shop, product)
    except Refusal as refusal:
        restore()
        return {"product": product, "userErrors": [refusal.error]}
    shop.touch(product)
    return {"product": product, "userErrors": []}


def _kept(shop: Shop, product: Node) -> Callable[[], None]:
    """How to put options back. Changes make and drop variants last, when nothing can refuse them any more."""
    options = [{**item, "values": [dict(value) for value in item["values"]]} for item in product["_options"]]
    chosen = [(shop.nodes[gid], shop.nodes[gid]["_options"]) for gid in product["_variants"]]

    def restore() -> None:
        product["_options"] = options
        for node, pairs in chosen:
            node["_options"] = pairs

    return restore


# -- create ------------------------------------------------------------------------------------------------------


@field("Mutation", "productOptionsCreate")
def create(
    _: Any,
    info: Info,
    productId: str,
    options: list[dict[str, Any]],
    variantStrategy: str = "LEAVE_AS_IS",
) -> Node:
    return change_product(info, productId, lambda shop, product: _create(shop, product, options, variantStrategy))


def _create(shop: Shop, product: Node, given: Sequence[Mapping[str, Any]], strategy: str) -> None:
    default = shape.is_default(product)
    present = [] if default else [item["name"] for item in product["_options"]]
    if len(present) + len(given) > shape.MAX_OPTIONS:
        raise Refusal(["options"], "Can only specify a maximum of 3 options", "OPTIONS_OVER_LIMIT")
    given, links = linked.named(shop, given, ["options"], "CANNOT_COMBINE_LINKED_METAFIELD_AND_OPTION_VALUES")
    for number, item in enumerate(given):
        _check_free(product, item.get("linkedMetafield"), ["options", str(number)])
    ready: list[tuple[str, list[str]]] = []
    for number, item in enumerate(given):
        place, name = ["options", str(number)], item.get("name") or ""
        if name in present:
            raise Refusal(place, f"Option '{name}' already exists.", "OPTION_ALREADY_EXISTS")
        values = [value.get("name") or "" for value in item.get("values") or ()]
        shape.check_option(name, values, [other for other, _ in ready], place)
        ready.append((name, values))
    every = list(itertools.product(*(values for _, values in ready)))
    if strategy == "CREATE" and len(every) * len(product["_variants"]) > shape.MAX_VARIANTS:
        message = "The number of created variants would exceed the 2048 variants per product limit"
        raise Refusal(["options"], message, "TOO_MANY_VARIANTS_CREATED")
    made = [shape.new_option(shop, name, values) for name, values in ready]
    product["_options"] = made if default else [*product["_options"], *made]
    for gid in list(product["_variants"]):
        node = shop.nodes[gid]
        before = [] if default else list(node["_options"])
        first, *others = ([*before, *zip((name for name, _ in ready), values, strict=True)] for values in every)
        node["_options"] = first
        for chosen in others if strategy == "CREATE" else ():
            _copy(shop, product, node, chosen)
    linked.link(product, given)
    linked.settle(shop, product, links)


def _check_free(product: Node, asked: Mapping[str, Any] | None, place: list[str]) -> None:
    """A metafield says the values of one option of a product."""
    name = {"namespace": asked["namespace"], "key": asked["key"]} if asked else None
    if name is not None and any(item.get("linked") == name for item in product["_options"]):
        message = "The metafield is already linked to another option."
        raise Refusal(place, message, "OPTION_LINKED_METAFIELD_ALREADY_TAKEN")


def _copy(shop: Shop, product: Node, like: Node, chosen: variant_shape.Chosen) -> None:
    node = variant_shape.new_variant(shop, product, chosen)
    node |= {name: like[name] for name in ("price", "compareAtPrice", "taxable", "inventoryPolicy")}
    product["_variants"].append(node["id"])


# -- update ------------------------------------------------------------------------------------------------------


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
    manage = variantStrategy == "MANAGE"

    def change(shop: Shop, product: Node) -> None:
        own = _option(product, option["id"], ["option"])
        if option.get("name") and option["name"] != own["name"]:
            _rename(shop, product, own, option["name"])
        updates = optionValuesToUpdate or []
        _link(shop, product, own, option.get("linkedMetafield"), updates)
        links: linked.Links = {}
        for item in _named_values(shop, own, updates, "optionValuesToUpdate", links):
            _rename_value(shop, product, own, item)
        _move(shop, product, own, option.get("position"))
        more = _named_values(shop, own, optionValuesToAdd or (), "optionValuesToAdd", links)
        going = len(optionValuesToDelete or ())
        added = _add_values(shop, own, [item.get("name") or "" for item in more], going)
        _remove_values(shop, product, own, optionValuesToDelete or (), manage=manage)
        for value in added if manage else ():
            _fill(shop, product, own["name"], value)
        linked.settle(shop, product, links)

    return change_product(info, productId, change)


def _link(
    shop: Shop, product: Node, option: Node, asked: Mapping[str, Any] | None, updates: Sequence[Mapping[str, Any]]
) -> None:
    """A plain option becomes a linked one when each of its values gets an entry."""
    if asked is None:
        return
    if option.get("linked") != {"namespace": asked["namespace"], "key": asked["key"]}:
        _check_free(product, asked, ["option", "linkedMetafield"])
    given = {item["id"] for item in updates if item.get("linkedMetafieldValue")}
    if {value["id"] for value in option["values"]} - given:
        message = "All option values must be given a linked metafield value."
        raise Refusal(["option", "linkedMetafield"], message, "LINKED_OPTION_UPDATE_MISSING_VALUES")
    option["linked"] = {"namespace": asked["namespace"], "key": asked["key"]}


def _named_values(
    shop: Shop, option: Node, items: Sequence[Mapping[str, Any]], name: str, links: linked.Links
) -> list[Mapping[str, Any]]:
    """Values with the names of the entries that they are; `links` learns which. Raises Refusal."""
    named: list[Mapping[str, Any]] = []
    for number, item in enumerate(items):
        place, gid = [name, str(number)], item.get("linkedMetafieldValue")
        if (gid is None) != (option.get("linked") is None):
            raise Refusal(place, "Cannot combine linked and nonlinked option values.", linked.MIXED)
        if gid is not None:
            shown = linked.entry_name(shop, option["linked"], gid, place)
            links[option["name"], shown] = gid
            item = {**item, "name": shown}
        named.append(item)
    return named


def _rename(shop: Shop, product: Node, option: Node, name: str) -> None:
    shape.check_name(name, ["option"])
    if any(item["name"] == name for item in product["_options"]):
        raise Refusal(["option", "name"], f"Option '{name}' already exists.", "OPTION_ALREADY_EXISTS")
    for gid in product["_variants"]:
        node = shop.nodes[gid]
        node["_options"] = [(name if old == option["name"] else old, value) for old, value in node["_options"]]
    option["name"] = name


def _rename_value(shop: Shop, product: Node, option: Node, item: Mapping[str, Any]) -> None:
    place = ["optionValuesToUpdate"]
    value = next((known for known in option["values"] if known["id"] == item["id"]), None)
    if value is None:
        raise Refusal(place, "Option value does not exist", "OPTION_VALUE_DOES_NOT_EXIST")
    name = item.get("name") or value["name"]
    shape.check_values([name], place)
    if any(known["name"] == name and known is not value for known in option["values"]):
        raise Refusal(place, f"Option value '{name}' already exists.", "OPTION_VALUE_ALREADY_EXISTS")
    old = (option["name"], value["name"])
    for gid in product["_variants"]:
        node = shop.nodes[gid]
        node["_options"] = [(option["name"], name) if pair == old else pair for pair in node["_options"]]
    value["name"] = name


def _move(shop: Shop, product: Node, option: Node, position: int | None) -> None:
    if position is None:
        return
    if not 1 <= position <= len(product["_options"]):
        raise Refusal(["option", "position"], "Position is out of bounds", "INVALID_POSITION")
    product["_options"].remove(option)
    product["_options"].insert(position - 1, option)
    shape.sort_pairs(shop, product)


def _add_values(shop: Shop, option: Node, names: Sequence[str], going: int) -> list[str]:
    """`going`: values that the same request deletes, which make room."""
    known = [value["name"] for value in option["values"]]
    for name in names:
        if name in known:
            message = f"Option value '{name}' already exists."
            raise Refusal(["optionValuesToAdd"], message, "OPTION_VALUE_ALREADY_EXISTS")
        known.append(name)
    shape.check_count(len(known) - going, ["optionValuesToAdd"])
    shape.check_values(names, ["optionValuesToAdd"])
    option["values"] = [*option["values"], *(shape.new_value(shop, name) for name in names)]
    return list(names)


def _remove_values(shop: Shop, product: Node, option: Node, gids: Iterable[str], *, manage: bool) -> None:
    """A value that variants have goes only with them, and only when that is asked for."""
    gone = [value for value in option["values"] if value["id"] in set(gids)]
    if not gone:
        return
    if len(gone) == len(option["values"]):
        message = "Cannot delete all option values in an option"
        raise Refusal(["optionValuesToDelete"], message, "CANNOT_DELETE_ALL_OPTION_VALUES_IN_OPTION")
    pairs = {(option["name"], value["name"]) for value in gone}
    lost = [gid for gid in product["_variants"] if pairs & set(shop.nodes[gid]["_options"])]
    if lost and not manage:
        message = "Cannot delete an option value that variants use"
        raise Refusal(["optionValuesToDelete"], message, "OPTION_VALUE_HAS_VARIANTS")
    if len(lost) == len(product["_variants"]):
        message = "Cannot leave a product without variants"
        raise Refusal(["optionValuesToDelete"], message, "CANNOT_LEAVE_OPTIONS_WITHOUT_VARIANTS")
    option["values"] = [value for value in option["values"] if value not in gone]
    for gid in lost:
        product["_variants"].remove(gid)
        shop.drop(shop.nodes[gid])


def _fill(shop: Shop, product: Node, name: str, value: str) -> None:
    """Gives a new value the variants that the option's other values have."""
    nodes = [shop.nodes[gid] for gid in product["_variants"]]
    present = {tuple(node["_options"]) for node in nodes}
    for node in nodes:
        chosen = [(own, value if own == name else old) for own, old in node["_options"]]
        if tuple(chosen) not in present:
            present.add(tuple(chosen))
            _copy(shop, product, node, chosen)


# -- delete --------- ---------------------------------------------------------------------------------------------


@field("Mutation", "productOptionsDelete")
def delete(_: Any, info: Info, productId: str, options: list[str], strategy: str = "DEFAULT") -> Node:
    result = change_product(info, productId, lambda shop, product: _delete(shop, product, options, strategy))
    return {**result, "deletedOptionsIds": [] if result["userErrors"] else options}


def _delete(shop: Shop, product: Node, gids: Sequence[str], strategy: str) -> None:
    gone = [_option(product, gid, ["options", str(number)]) for number, gid in enumerate(gids)]
    if strategy == "DEFAULT" and any(len(own["values"]) > 1 for own in gone):
        message = "Cannot delete an option with several values."
        raise Refusal(["options"], message, "CANNOT_DELETE_OPTION_WITH_MULTIPLE_VALUES")
    names = {own["name"] for own in gone}
    kept: dict[shape.Pairs, str] = {}
    for gid in product["_variants"]:
        pairs = tuple(pair for pair in shop.nodes[gid]["_options"] if pair[0] not in names)
        kept.setdefault(pairs, gid)
    if strategy == "NON_DESTRUCTIVE" and len(kept) < len(product["_variants"]):
        message = "Some variants would be deleted."
        raise Refusal(["options"], message, "CANNOT_USE_NON_DESTRUCTIVE_STRATEGY")
    product["_options"] = [own for own in product["_options"] if own not in gone]
    if not product["_options"]:
        ((name, values),) = shape.DEFAULT_OPTIONS
        product["_options"] = [shape.new_option(shop, name, values)]
    for gid in set(product["_variants"]) - set(kept.values()):
        shop.drop(shop.nodes[gid])
    product["_variants"] = list(kept.values())
    for pairs, gid in kept.items():
        shop.nodes[gid]["_options"] = list(pairs) or [("Title", "Default Title")]
