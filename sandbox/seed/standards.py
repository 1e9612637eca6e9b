"""Shopify's own definitions, switched on, with entries that name taxonomy values and products that name the entries."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ..resolvers import standard
from ..store import Node, Shop
from .tools import entry, product, set_metafield

COLORS = {"black": 1, "blue": 2, "beige": 6}  # handle -> taxonomy value
SOLID = "gid://shopify/TaxonomyValue/2874"


def plant(shop: Shop, products: Sequence[Node], library: Sequence[Node]) -> None:
    for type_ in ("shopify--color-pattern", "shopify--material", "shopify--qa-pair"):
        standard.metaobject(shop, type_)
    for namespace, key in (("shopify", "color-pattern"), ("shopify", "material")):
        standard.metafield(shop, "PRODUCT", {"namespace": namespace, "key": key})
    standard.metafield(shop, "PRODUCT", {"namespace": "descriptors", "key": "subtitle", "pin": True})
    colors = [
        entry(
            shop,
            "shopify--color-pattern",
            handle,
            {
                "label": handle.title(),
                "color": f"#{number:06x}",
                "image": library[0]["id"],
                "color_taxonomy_reference": json.dumps([f"gid://shopify/TaxonomyValue/{number}"]),
                "pattern_taxonomy_reference": SOLID,
            },
        )
        for handle, number in COLORS.items()
    ]
    values = {"label": "Linen", "taxonomy_reference": "gid://shopify/TaxonomyValue/22511"}
    linen = entry(shop, "shopify--material", "linen", values)
    entry(shop, "shopify--qa-pair", "returns", {"question": "May I return it?", "answer": "Within a month."})
    for number, node in enumerate(products[::6]):
        set_metafield(shop, node, "shopify.color-pattern", json.dumps([colors[number % 3]["id"], colors[0]["id"]]))
        set_metafield(shop, node, "shopify.material", json.dumps([linen["id"]]))
        set_metafield(shop, node, "descriptors.subtitle", "Woven slowly")


def recommend(shop: Shop, odd: Node) -> None:
    """What Search & Discovery keeps on products: two that recommend each other and themselves, and one value whose
    definition is not switched on."""
    recommended, boosts = "shopify--discovery--product_recommendation", "shopify--discovery--product_search_boost"
    for namespace, key in (
        (recommended, "related_products"),
        (recommended, "related_products_display"),
        (recommended, "complementary_products"),
        (boosts, "queries"),
    ):
        standard.metafield(shop, "PRODUCT", {"namespace": namespace, "key": key, "pin": key == "queries"})
    lamp = product(shop, title="Reading lamp", handle="reading-lamp")
    both = json.dumps([odd["id"], lamp["id"]])
    for node in (odd, lamp):
        set_metafield(shop, node, f"{recommended}.related_products", both)
        set_metafield(shop, node, f"{recommended}.related_products_display", "only manual")
    set_metafield(shop, lamp, f"{recommended}.complementary_products", json.dumps([odd["id"]]))
    set_metafield(shop, lamp, f"{boosts}.queries", json.dumps(["lamp", "lampe, à lire"]))
    set_metafield(shop, lamp, "shopify--facts.mpn", "RL-7", "single_line_text_field")
