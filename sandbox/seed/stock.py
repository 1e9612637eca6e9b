"""What is in stock, and what merchants note about the places where it is."""

from __future__ import annotations

from collections.abc import Sequence

from ..resolvers.inventory import levels_of
from ..store import Node, Shop
from .tools import set_metafield, variants_of
from .types import AWKWARD

HOURS = '{"mo":["10:00","18:00"],"su":null}'


def plant(shop: Shop, products: Sequence[Node]) -> None:
    """Counted for every other product; some of it sold before it came."""
    (place,) = shop.each("Location")
    set_metafield(shop, place, "custom.opening_hours", HOURS)
    for number, node in enumerate(products):
        for step, variant in enumerate(variants_of(shop, node)):
            if number % 2 == 0:
                variant["inventoryItem"]["tracked"] = True
                levels_of(shop, variant["inventoryItem"])[place["id"]] = (number * 7 + step) % 40 - 3


def plant_awkward(shop: Shop, node: Node) -> None:
    """Places that a new store does not have, two of them called alike."""
    made = [shop.add_location(name) for name in ("Atelier", "Depot", "Depot", AWKWARD[:80])]
    for place in made:
        set_metafield(shop, place, "odd-name.of_owner", AWKWARD[:100])
    for variant in variants_of(shop, node):
        variant["inventoryItem"]["tracked"] = True
        levels_of(shop, variant["inventoryItem"]).update({place["id"]: 5 for place in made})
