"""What products a collection takes: conditions, selections and exclusions, or other collections.

A conditions source keeps ``inclusion`` and ``exclusion``: ``{"matchType", "conditions": [...], "_selections": [...]}``.
A condition keeps what its input gave, beside ``_kind``, the name of the input.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as also
from typing import Any

from ..context import Info, shop_of
from ..errors import Refusal
from ..paging import connection
from ..schema import field
from ..store import Node, Shop

_CATEGORY = re.compile(r"gid://shopify/TaxonomyCategory/[a-z]{2}(-\d+)*\Z")
_METAFIELD_TYPES = {
    "metafieldBoolean": ("boolean",),
    "metafieldDecimal": ("number_decimal",),
    "metafieldInteger": ("number_integer",),
    "metafieldMetaobject": ("metaobject_reference",),
    "metafieldMetaobjectList": ("list.metaobject_reference",),
    "metafieldString": ("single_line_text_field",),
    "metafieldStringList": ("list.single_line_text_field",),
}
METAOBJECTS = ("metafieldMetaobject", "metafieldMetaobjectList")


@dataclass
class Planned:
    """What an input asks for, checked: sources to make, to change (node, input), to take away."""

    create: list[Node] = also(default_factory=list)
    change: list[tuple[Node, Mapping[str, Any]]] = also(default_factory=list)
    delete: list[str] = also(default_factory=list)


def planned(shop: Shop, collection: Node | None, given: Mapping[str, Any]) -> Planned:
    """Checks the sources of an input. Raises Refusal."""
    name = "sources" if collection is None else "sourcesToCreate"
    plan = Planned()
    for number, item in enumerate(given.get(name) or ()):
        plan.create.append(_made(shop, collection, item, [name, str(number)]))
    own = collection["_sources"] if collection is not None else []
    for number, item in enumerate(given.get("sourcesToUpdate") or ()):
        (kind, inner) = next((k, v) for k, v in item.items() if v is not None)
        place = ["sourcesToUpdate", str(number), kind]
        if inner["id"] not in own:
            raise Refusal([*place, "id"], "Source does not exist")
        plan.change.append((shop.nodes[inner["id"]], _changed(shop, collection, kind, inner, place)))
    for number, gid in enumerate(given.get("sourcesToDelete") or ()):
        if gid not in own:
            raise Refusal(["sourcesToDelete", str(number)], "Source does not exist")
        plan.delete.append(gid)
    return plan


def carry_out(shop: Shop, collection: Node, plan: Planned) -> None:
    for gid in plan.delete:
        collection["_sources"].remove(gid)
        shop.drop(shop.nodes[gid])
    for source, fields in plan.change:
        source |= fields
    for fields in plan.create:
        collection["_sources"].append(shop.add(fields["__typename"], **fields)["id"])


# -- checking --------------------------------------------------------------------------------------------------


def _made(shop: Shop, collection: Node | None, item: Mapping[str, Any], place: list[str]) -> Node:
    if item.get("shareableSource") is not None:
        raise Refusal([*place, "shareableSource"], "Source does not exist or is not shareable")
    inner = item.get("source") or item["subCollections"]
    name = "source" if item.get("source") else "subCollections"
    if not (inner.get("title") or "").strip():
        raise Refusal([*place, name, "title"], "Title can't be blank")
    fields: Node = {"title": inner["title"], "description": inner.get("description")}
    if name == "subCollections":
        ids = inner["collectionIds"]
        _check_nested(shop, collection, ids, [*place, name])
        return {"__typename": "CollectionSubCollectionsSource", **fields, "_collections": list(ids)}
    excluded = inner.get("exclusion")
    return {
        "__typename": "CollectionConditionsSource",
        **fields,
        "targetType": inner.get("targetType") or "PRODUCTS",
        "shareable": False,
        "inclusion": _side(shop, inner.get("inclusion") or {}, "Inclusion", [*place, name, "inclusion"]),
        "exclusion": _side(shop, excluded, "Exclusion", [*place, name, "exclusion"]) if excluded else None,
    }


def _check_nested(shop: Shop, collection: Node | None, ids: Sequence[str], place: list[str]) -> None:
    """Sub-collections go one deep: what takes others cannot be taken, and nothing takes itself."""
    for gid in ids:
        node = shop.get(gid, "Collection")
        if node is None:
            raise Refusal([*place, "collectionIds"], "Collection does not exist")
        if node is collection:
            raise Refusal([*place, "collectionIds"], "A collection can't include itself")
        if any(shop.nodes[own]["__typename"] == "CollectionSubCollectionsSource" for own in node["_sources"]):
            raise Refusal([*place, "collectionIds"], "A collection that includes collections can't be included")
    if collection is not None and _taken(shop, collection["id"]):
        raise Refusal([*place, "collectionIds"], "A collection that is included can't include collections")


def _taken(shop: Shop, gid: str) -> bool:
    nested = (
        shop.nodes[own]
        for node in shop.each("Collection")
        for own in node["_sources"]
        if shop.nodes[own]["__typename"] == "CollectionSubCollectionsSource"
    )
    return any(gid in source["_collections"] for source in nested)


def _side(shop: Shop, given: Mapping[str, Any], side: str, place: list[str]) -> Node:
    conditions = [
        _condition(shop, item, side, [*place, "conditions", str(number)])
        for number, item in enumerate(given.get("conditions") or ())
    ]
    if conditions and given.get("matchType") is None and len(conditions) > 1:
        raise Refusal([*place, "matchType"], "Match type can't be blank")
    return {
        "matchType": (given.get("matchType") or "ALL") if conditions else None,
        "conditions": conditions,
        "_selections": _selections(shop, given.get("selections") or (), [*place, "selections"]),
    }


def _selections(shop: Shop, given: Sequence[Mapping[str, Any]], place: list[str]) -> dict[str, list[str] | None]:
    """Product -> variants, or None for all of them."""
    found: dict[str, list[str] | None] = {}
    for number, item in enumerate(given):
        product = shop.get(item["productId"], "Product")
        if product is None:
            raise Refusal([*place, str(number), "productId"], "Product does not exist")
        variants = item.get("variantIds") or None
        if any(gid not in product["_variants"] for gid in variants or ()):
            raise Refusal([*place, str(number), "variantIds"], "Variant does not exist")
        found[item["productId"]] = list(variants) if variants else None
    return found


def _condition(shop: Shop, item: Mapping[str, Any], side: str, place: list[str]) -> Node:
    kind, inner = next((k, v) for k, v in item.items() if v is not None)
    place = [*place, kind]
    if kind in _METAFIELD_TYPES:
        _check_metafield(shop, kind, inner, place)
    for gid in _listed(inner) if kind in (*METAOBJECTS, "collection") else ():
        if shop.get(gid, "Metaobject" if kind in METAOBJECTS else "Collection") is None:
            raise Refusal(place, "The value does not exist")
    if kind == "productCategory" and not all(_CATEGORY.match(value["categoryId"]) for value in inner["values"]):
        raise Refusal([*place, "values"], "Category does not exist")
    money = inner.get("value") if kind in ("variantPrice", "variantCompareAtPrice") else None
    if money is not None and money["currencyCode"] != shop.currency:
        raise Refusal([*place, "value"], "Currency must be the shop's currency")
    name = f"CollectionSource{side}Condition{kind[0].upper()}{kind[1:]}"
    given = {key: value for key, value in inner.items() if value is not None}
    if kind == "collection":
        given["matchType"] = "ANY"
    return {"__typename": name, "id": f"gid://shopify/{name}/{shop.next_id()}", "_kind": kind, **given}


def _listed(inner: Mapping[str, Any]) -> list[str]:
    return list(inner["values"]) if "values" in inner else [inner["value"]]


def _check_metafield(shop: Shop, kind: str, inner: Mapping[str, Any], place: list[str]) -> None:
    own = shop.get(inner["definitionId"], "MetafieldDefinition")
    if own is None or own["ownerType"] not in ("PRODUCT", "PRODUCTVARIANT"):
        raise Refusal([*place, "definitionId"], "Metafield definition does not exist")
    if not own["capabilities"]["smartCollectionCondition"]["enabled"]:
        message = "Metafield definition is not enabled for use in collection conditions"
        raise Refusal([*place, "definitionId"], message)
    if own["type"]["name"] not in _METAFIELD_TYPES[kind]:
        raise Refusal([*place, "definitionId"], f"Metafield definition is of type {own['type']['name']}")


def _changed(
    shop: Shop, collection: Node | None, kind: str, given: Mapping[str, Any], place: list[str]
) -> Mapping[str, Any]:
    fields = {name: given[name] for name in ("title", "description") if given.get(name) is not None}
    if kind == "subCollections":
        if given.get("collectionIds") is not None:
            _check_nested(shop, collection, given["collectionIds"], place)
            fields["_collections"] = list(given["collectionIds"])
        return fields
    source = shop.nodes[given["id"]]
    for side in ("inclusion", "exclusion"):
        if given.get(side) is not None:
            own = source[side] or {"matchType": None, "conditions": [], "_selections": {}}
            fields[side] = _altered(shop, own, given[side], side.title(), [*place, side])
    return fields


def _altered(shop: Shop, own: Node, given: Mapping[str, Any], side: str, place: list[str]) -> Node:
    added = [
        _condition(shop, item, side, [*place, "conditionsToCreate", str(number)])
        for number, item in enumerate(given.get("conditionsToCreate") or ())
    ]
    gone = given.get("conditionsToDelete") or ()
    removed = {item["productId"] for item in given.get("selectionsToRemove") or ()}
    conditions = [item for item in own["conditions"] if item["id"] not in gone] + added
    kept = {gid: variants for gid, variants in own["_selections"].items() if gid not in removed}
    return {
        "matchType": (given.get("matchType") or own["matchType"] or "ALL") if conditions else None,
        "conditions": conditions,
        "_selections": kept | _selections(shop, given.get("selectionsToAdd") or (), [*place, "selectionsToAdd"]),
    }


# -- showing ---------------------------------------------------------------------------------------------------


def _chosen(source: Node, info: Info, **arguments: Any) -> Node:
    shop = shop_of(info)
    present = [gid for gid in source["_selections"] if shop.get(gid) is not None]

    def load(gid: str) -> Node:
        return {"product": shop.nodes[gid], "variantIds": source["_selections"][gid]}

    return connection(present, load=load, **arguments)


field("CollectionSourceInclusion", "selections")(_chosen)
field("CollectionSourceExclusion", "selections")(_chosen)


@field("CollectionSubCollectionsSource", "collections")
def sub_collections(source: Node, info: Info) -> list[Node]:
    shop = shop_of(info)
    return [node for gid in source["_collections"] if (node := shop.get(gid)) is not None]


@field("CollectionSourceExclusionConditionCollection", "values")
def excluded_collections(source: Node, info: Info) -> list[Node]:
    shop = shop_of(info)
    return [node for gid in source["values"] if (node := shop.get(gid)) is not None]


@field("CollectionSourceInclusionConditionMetafieldMetaobject", "value")
def metaobject_value(source: Node, info: Info) -> Node | None:
    return shop_of(info).get(source["value"])


@field("CollectionSourceInclusionConditionMetafieldMetaobjectList", "values")
def metaobject_values(source: Node, info: Info) -> list[Node]:
    shop = shop_of(info)
    return [node for gid in source["values"] if (node := shop.get(gid)) is not None]


def _definition(source: Node, info: Info) -> Node | None:
    return shop_of(info).get(source["definitionId"])


for _kind in _METAFIELD_TYPES:
    field(f"CollectionSourceInclusionCondition{_kind[0].upper()}{_kind[1:]}", "definition")(_definition)


def _category(source: Node, info: Info) -> Node:
    name = source["categoryId"].rsplit("/", 1)[1]
    return {"id": source["categoryId"], "name": name, "fullName": name}


for _side_name in ("Inclusion", "Exclusion"):
    field(f"CollectionSource{_side_name}ConditionProductCategoryValue", "category")(_category)
