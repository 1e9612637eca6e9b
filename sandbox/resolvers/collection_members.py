"""Which products a collection holds, and in which order."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ..store import Node, Shop


def members(shop: Shop, collection: Node, order: str) -> list[str]:
    """GIDs of products. `order`: of CollectionSortOrder; those that nobody put into order come last, oldest first."""
    found = shop.remembered("members", collection["id"], make=lambda: _members(shop, collection))
    if order == "MANUAL":
        place = {gid: number for number, gid in enumerate(collection["_order"])}
        return sorted(found, key=lambda gid: place.get(gid, len(place)))
    if order.startswith("ALPHA"):
        return sorted(found, key=lambda gid: str(shop.nodes[gid]["title"]).lower(), reverse=order == "ALPHA_DESC")
    if order.startswith("PRICE"):
        return sorted(found, key=lambda gid: _price(shop, gid), reverse=order == "PRICE_DESC")
    return found[::-1] if order == "CREATED_DESC" else found


def _members(shop: Shop, collection: Node) -> list[str]:
    return [gid for gid in _all(shop) if holds(shop, collection, shop.nodes[gid])]


def _all(shop: Shop) -> list[str]:
    return [f"gid://shopify/Product/{number}" for number in shop.numbers("Product")]


def _price(shop: Shop, gid: str) -> Decimal:
    return min(Decimal(shop.nodes[variant]["price"]) for variant in shop.nodes[gid]["_variants"])


def holds(shop: Shop, collection: Node, product: Node, asking: frozenset[str] = frozenset()) -> bool:
    """`asking`: collections whose answer waits for this one. Two may exclude each other: what waits counts as empty.

    So neither has what both take, in whichever order they are asked, and one that excludes itself loses nothing.
    """
    if collection["id"] in asking:
        return False
    asking |= {collection["id"]}
    return any(_supplies(shop, shop.nodes[gid], product, asking) for gid in collection["_sources"])


def _supplies(shop: Shop, source: Node, product: Node, asking: frozenset[str]) -> bool:
    if source["__typename"] == "CollectionSubCollectionsSource":
        return _in_any(shop, source["_collections"], product, asking)
    return _fits(shop, source["inclusion"], product, asking) and not (
        source["exclusion"] is not None and _fits(shop, source["exclusion"], product, asking)
    )


def _in_any(shop: Shop, gids: Sequence[str], product: Node, asking: frozenset[str]) -> bool:
    nested = [node for gid in gids if (node := shop.get(gid)) is not None]
    return any(holds(shop, node, product, asking) for node in nested)


def _fits(shop: Shop, side: Node, product: Node, asking: frozenset[str]) -> bool:
    if product["id"] in side["_selections"]:
        return True
    met = [_meets(shop, condition, product, asking) for condition in side["conditions"]]
    return bool(met) and (any(met) if side["matchType"] == "ANY" else all(met))


def _meets(shop: Shop, condition: Node, product: Node, asking: frozenset[str]) -> bool:
    kind = condition["_kind"]
    if kind == "collection":
        return _in_any(shop, condition["values"], product, asking)
    own = _own(shop, condition, product)
    if "values" in condition:
        matches = [_compared(condition["relation"], own, _plain(value)) for value in condition["values"]]
        return all(matches) if condition.get("matchType") == "ALL" else any(matches)
    value = _plain(condition.get("value"))
    return _compared(condition["relation"], own, Decimal(value) if kind == "metafieldDecimal" else value)


def _own(shop: Shop, condition: Node, product: Node) -> Sequence[Any]:
    """What of the product a condition looks at; of variants, every one's."""
    kind = condition["_kind"]
    if kind.startswith("metafield"):
        return _metafield(shop, condition, product)
    if kind.startswith("variant"):
        return [_OF_VARIANT[kind](shop.nodes[gid]) for gid in product["_variants"]]
    return list(_OF_PRODUCT[kind](product))


_OF_PRODUCT: Mapping[str, Callable[[Node], Sequence[Any]]] = {
    "productCategory": lambda node: [node["_category"]],
    "productStatus": lambda node: [node["status"].lower()],
    "productTag": lambda node: [tag.lower() for tag in node["tags"]],
    "productTitle": lambda node: [node["title"].lower()],
    "productType": lambda node: [node["productType"].lower()],
    "productVendor": lambda node: [node["vendor"].lower()],
}
_OF_VARIANT: Mapping[str, Callable[[Node], Any]] = {
    "variantCompareAtPrice": lambda node: Decimal(node["compareAtPrice"]) if node["compareAtPrice"] else None,
    "variantInventory": lambda node: Decimal(0),
    "variantPrice": lambda node: Decimal(node["price"]),
    "variantTitle": lambda node: " / ".join(value for _, value in node["_options"]).lower(),
    "variantWeight": lambda node: Decimal(str(node["inventoryItem"]["measurement"]["weight"]["value"])),
}


def _metafield(shop: Shop, condition: Node, product: Node) -> list[Any]:
    definition = shop.get(condition["definitionId"])
    if definition is None:
        return []
    owners = [product["id"]] if definition["ownerType"] == "PRODUCT" else product["_variants"]
    name = (definition["namespace"], definition["key"])
    texts = [own["value"] for gid in owners if (own := shop.metafields.get(gid, {}).get(name)) is not None]
    if definition["type"]["name"].startswith("list."):
        return [_plain(item) for text in texts for item in json.loads(text)]
    if condition["_kind"] in ("metafieldDecimal", "metafieldInteger"):
        return [Decimal(text) for text in texts]
    return [_plain(text) for text in texts]


def _plain(value: Any) -> Any:
    """A condition's value as `_own` gives its own."""
    if isinstance(value, Mapping):
        return value["categoryId"] if "categoryId" in value else Decimal(str(value.get("amount", value.get("value"))))
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return Decimal(str(value))
    return value.lower() if isinstance(value, str) and not value.startswith("gid:") else value


_RELATIONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "CONTAINS": lambda own, value: value in own,
    "ENDS_WITH": lambda own, value: bool(own.endswith(value)),
    "EQUALS": lambda own, value: bool(own == value),
    "GREATER_THAN": lambda own, value: own is not None and own > value,
    "INCLUDES": lambda own, value: bool(own == value),
    "IS_SET": lambda own, _: own is not None,
    "LESS_THAN": lambda own, value: own is not None and own < value,
    "STARTS_WITH": lambda own, value: bool(own.startswith(value)),
    "TAGGED_WITH": lambda own, value: bool(own == value),
}
_NEGATED = {
    "DOES_NOT_CONTAIN": "CONTAINS",
    "IS_NOT_SET": "IS_SET",
    "NOT_EQUALS": "EQUALS",
    "NOT_TAGGED_WITH": "TAGGED_WITH",
}


def _compared(relation: str, own: Sequence[Any], value: Any) -> bool:
    if relation in _NEGATED:
        return not _compared(_NEGATED[relation], own, value)
    return any(_RELATIONS[relation](item, value) for item in own)
