"""Colours that are entries: options of products are linked to them, and they name the products in turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..resolvers import linked_options
from ..store import Node, Shop
from .tools import define, define_metafield, entry, refers_to

FIRST, EVERY = 10, 24  # products with a colour option
COLOUR = {"namespace": "custom", "key": "colour"}


def plant(shop: Shop, products: Sequence[Node]) -> None:
    fields: list[dict[str, Any]] = [
        {"key": "label", "type": "single_line_text_field", "required": True},
        {"key": "shown_on", "type": "product_reference"},
    ]
    colour = define(shop, "colour", fields, name="Colour", displayNameKey="label")
    define_metafield(shop, "PRODUCT", "custom.colour", "list.metaobject_reference", validations=refers_to(colour))
    for product in products[FIRST::EVERY]:
        for option in (own for own in product["_options"] if own["name"] == "Color"):
            _link(shop, product, option)


def _link(shop: Shop, product: Node, option: Node) -> None:
    links = {}
    for value in option["values"]:
        values = {"label": value["name"], "shown_on": product["id"]}
        made = entry(shop, "colour", value["name"].lower().replace(" ", "-"), values)
        links[option["name"], value["name"]] = made["id"]
    option["linked"] = dict(COLOUR)
    linked_options.settle(shop, product, links)
