"""A handful of each thing."""

from __future__ import annotations

import random

from ..store import Shop
from .tools import define, define_metafield, entry, product, refers_to, set_metafield, shaped, variants_of


def plant(shop: Shop, chance: random.Random, products: int | None) -> None:
    color = define(shop, "color", [{"key": "name", "type": "single_line_text_field", "required": True}])
    define_metafield(shop, "PRODUCT", "custom.color", "metaobject_reference", validations=refers_to(color))
    define_metafield(shop, "PRODUCTVARIANT", "custom.fit", "single_line_text_field")
    for name in ("red", "blue"):
        entry(shop, "color", name, {"name": name.title()})
    for number in range(products or 3):
        node = product(
            shop,
            title=f"Shirt {number}",
            handle=f"shirt-{number}",
            vendor="Plain Goods",
            **shaped(
                {"Size": ["S", "M"]},
                [{"values": {"Size": size}, "price": "10.00", "sku": f"S{number}{size}"} for size in "SM"],
            ),
        )
        red = shop.metaobject("color", "red")
        assert red is not None
        set_metafield(shop, node, "custom.color", red["id"])
        set_metafield(shop, variants_of(shop, node)[0], "custom.fit", "slim")
    set_metafield(shop, shop.nodes[shop.shop_id], "custom.motto", "Plain & simple", "single_line_text_field")
