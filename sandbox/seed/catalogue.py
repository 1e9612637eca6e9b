"""A boutique's collections: every kind of condition, picks by hand in an order of their own, collections of
collections, and circles with the entries that name them."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from typing import Any

from ..resolvers import collections
from ..resolvers.collection_members import members
from ..store import Node, Shop
from .tools import collection, define_metafield, entry, redefine, refers_to, set_metafield
from .types import AWKWARD

TEXT = "single_line_text_field"
CATEGORY = "gid://shopify/TaxonomyCategory/aa-1-13"
CONDITIONS: dict[str, dict[str, Any]] = {
    "productCategory": {
        "matchType": "ANY",
        "relation": "EQUALS",
        "values": [{"categoryId": CATEGORY, "includeDescendants": True}],
    },
    "productStatus": {"matchType": "ANY", "relation": "EQUALS", "values": ["ACTIVE", "DRAFT"]},
    "productTag": {"matchType": "ALL", "relation": "NOT_TAGGED_WITH", "values": ["lot-1", "lot-2"]},
    "productTitle": {"matchType": "ANY", "relation": "STARTS_WITH", "values": ["Blue", AWKWARD]},
    "productType": {"matchType": "ANY", "relation": "CONTAINS", "values": ["o"]},
    "productVendor": {"matchType": "ANY", "relation": "NOT_EQUALS", "values": ["Nobody"]},
    "variantCompareAtPrice": {"relation": "IS_SET"},
    "variantInventory": {"relation": "LESS_THAN", "value": 1},
    "variantPrice": {"relation": "GREATER_THAN", "value": {"amount": "12.50", "currencyCode": "EUR"}},
    "variantTitle": {"matchType": "ANY", "relation": "DOES_NOT_CONTAIN", "values": ["XXL"]},
    "variantWeight": {"relation": "LESS_THAN", "value": {"value": 2.5, "unit": "KILOGRAMS"}},
}


def plant(shop: Shop, chance: random.Random, products: Sequence[Node], entries: Mapping[str, Sequence[Node]]) -> None:
    if not products:
        return
    made = [_plain(shop), _by_hand(shop, chance, products), _of_all_conditions(shop, products, entries)]
    made += [_without(shop, products, made[0]), _variants(shop, products)]
    made.append(_nested(shop, made[:2]))
    _refer(shop, products, made, entries)


def _conditions(*items: dict[str, Any], match: str = "ALL") -> dict[str, Any]:
    return {"matchType": match, "conditions": list(items)}


def _source(title: str, inclusion: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"source": {"title": title, "inclusion": inclusion, **more}}


def _plain(shop: Shop) -> Node:
    tagged = {"productTag": {"matchType": "ANY", "relation": "TAGGED_WITH", "values": ["Blue", "Golden"]}}
    return collection(
        shop,
        title=f"New arrivals {AWKWARD}",
        handle="new-arrivals",
        descriptionHtml='<p>See <a href="/pages/care">how to care</a> for them.</p>',
        sortOrder="CREATED_DESC",
        seo={"title": "New", "description": "What came last."},
        templateSuffix="grid",
        image={"src": "https://pictures.example/new arrivals.png?v=3", "altText": AWKWARD},
        sources=[_source("Tags", _conditions(tagged))],
    )


def _by_hand(shop: Shop, chance: random.Random, products: Sequence[Node]) -> Node:
    """In an order that nothing but the merchant's hand explains."""
    chosen = chance.sample(list(products), min(len(products), 80))
    picks = {"selections": [{"productId": node["id"]} for node in chosen]}
    node = collection(
        shop, title="Hand-picked", handle="hand-picked", sortOrder="MANUAL", sources=[_source("Picked", picks)]
    )
    order = [one["id"] for one in chosen]
    moves = [{"id": gid, "newPosition": place} for place, gid in enumerate(order)]
    collections._move(shop, node, members(shop, node, "MANUAL"), moves)
    return node


def _of_all_conditions(shop: Shop, products: Sequence[Node], entries: Mapping[str, Sequence[Node]]) -> Node:
    kinds = {**CONDITIONS, **_metafield_conditions(shop, products, entries)}
    items = [{kind: inner} for kind, inner in kinds.items()]
    return collection(
        shop,
        title="Everything at once",
        sortOrder="ALPHA_ASC",
        sources=[_source("Any of it", _conditions(*items, match="ANY"), description="One of each kind")],
    )


def _metafield_conditions(
    shop: Shop, products: Sequence[Node], entries: Mapping[str, Sequence[Node]]
) -> dict[str, dict[str, Any]]:
    """Definitions that may be used, values of them, and a condition of each kind."""
    designer, material = shop.definition("designer"), shop.definition("material")
    assert designer is not None and material is not None
    usable = {"capabilities": {"smartCollectionCondition": {"enabled": True}}}
    anna, linen = entries["designer"][1]["id"], entries["material"][1]["id"]
    rows: list[tuple[str, str, str, str, dict[str, Any], dict[str, Any]]] = [
        ("metafieldBoolean", "vegan", "boolean", "true", {}, {"value": True}),
        ("metafieldDecimal", "share", "number_decimal", "0.5", {}, {"relation": "LESS_THAN", "value": "0.75"}),
        ("metafieldInteger", "year", "number_integer", "1978", {}, {"relation": "GREATER_THAN", "value": 1970}),
        (
            "metafieldMetaobject",
            "made_by",
            "metaobject_reference",
            anna,
            {"validations": refers_to(designer)},
            {"value": anna},
        ),
        (
            "metafieldMetaobjectList",
            "made_of",
            "list.metaobject_reference",
            json.dumps([linen]),
            {"validations": refers_to(material)},
            {"matchType": "ANY", "relation": "INCLUDES", "values": [linen]},
        ),
        ("metafieldString", "season", TEXT, "winter", {}, {"matchType": "ANY", "values": ["winter", "autumn"]}),
        (
            "metafieldStringList",
            "tones",
            f"list.{TEXT}",
            '["warm"]',
            {},
            {"matchType": "ANY", "relation": "INCLUDES", "values": ["warm"]},
        ),
    ]
    conditions = {}
    for number, (kind, key, type_, value, more, inner) in enumerate(rows):
        own = define_metafield(shop, "PRODUCT", f"rules.{key}", type_, **usable, **more)
        for node in products[number % len(products) :: 7]:
            set_metafield(shop, node, f"rules.{key}", value)
        conditions[kind] = {"definitionId": own["id"], "relation": "EQUALS", **inner}
    return conditions


def _without(shop: Shop, products: Sequence[Node], other: Node) -> Node:
    cheap = {"variantPrice": {"relation": "LESS_THAN", "value": {"amount": "60", "currencyCode": "EUR"}}}
    once = {"variantCompareAtPrice": {"relation": "GREATER_THAN", "value": {"amount": "1", "currencyCode": "EUR"}}}
    exclusion = {
        "matchType": "ANY",
        "conditions": [
            {"collection": {"values": [other["id"]]}},
            {"productVendor": {"matchType": "ANY", "relation": "EQUALS", "values": ["Plain Goods"]}},
            {"productType": {"matchType": "ANY", "relation": "EQUALS", "values": ["Vase"]}},
            {"productTag": {"matchType": "ANY", "relation": "TAGGED_WITH", "values": ["lot-10"]}},
            {"productCategory": CONDITIONS["productCategory"]},
        ],
        "selections": [{"productId": products[0]["id"]}],
    }
    return collection(
        shop,
        title="Affordable",
        handle="affordable",
        sortOrder="MANUAL",
        sources=[_source("Cheap", _conditions(cheap, once, match="ANY"), exclusion=exclusion)],
    )


def _variants(shop: Shop, products: Sequence[Node]) -> Node:
    selections = [{"productId": node["id"], "variantIds": node["_variants"][:2]} for node in products[:5]]
    return collection(
        shop,
        title="Single pieces",
        handle="single-pieces",
        sources=[_source("Pieces", {"selections": selections}, targetType="VARIANTS")],
    )


def _nested(shop: Shop, inner: Sequence[Node]) -> Node:
    own = {"title": "Both", "description": "One beside the other", "collectionIds": [node["id"] for node in inner]}
    return collection(shop, title="All together", handle="a-first", sources=[{"subCollections": own}])


def _refer(shop: Shop, products: Sequence[Node], made: Sequence[Node], entries: Mapping[str, Sequence[Node]]) -> None:
    """Products, entries and collections name collections; one of these looks for products that name an entry."""
    used = {name: {"enabled": True} for name in ("analyticsQueryable", "cartToOrderCopyable")}
    define_metafield(shop, "PRODUCT", "custom.home", "collection_reference", capabilities=used)
    define_metafield(shop, "COLLECTION", "custom.beside", "list.collection_reference")
    for number, node in enumerate(products[::4]):
        set_metafield(shop, node, "custom.home", made[number % len(made)]["id"])
    for number, node in enumerate(made):
        set_metafield(shop, node, "custom.mood", ("calm", "loud")[number % 2])
        set_metafield(shop, node, "custom.beside", json.dumps([made[number - 1]["id"], node["id"]]))
        set_metafield(shop, node, "custom.designer", entries["designer"][number]["id"], "mixed_reference")
    designer = shop.definition("designer")
    assert designer is not None
    redefine(shop, designer, fieldDefinitions=[{"create": {"key": "collections", "type": "list.collection_reference"}}])
    for node in entries["designer"][:20]:
        entry(shop, "designer", node["handle"], {"collections": json.dumps([one["id"] for one in made[1:4]])})
