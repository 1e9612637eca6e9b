"""What shops hold at the start. Everything goes through the same rules as a request, so that every seed is valid."""

from __future__ import annotations

import gc
import random
from collections.abc import Callable

from ..resolvers import markets, menus
from ..store import Shop
from . import boutique, linking, nasty, plain

# A year before the sandbox was written: whatever asks for recent changes finds none in a seed.
PLANTED_AT = 1_764_000_000.0

Seed = Callable[[Shop, random.Random, int | None], None]

SEEDS: dict[str, Seed] = {
    "empty": lambda shop, chance, products: None,
    "plain": plain.plant,
    "boutique": boutique.plant,
    "links": linking.plant,
    "nasty": nasty.plant,
}


def plant(shop: Shop, seed: str, *, rng: int = 1, products: int | None = None) -> None:
    """Fills a shop. Equal arguments give equal shops."""
    clock, shop.clock = shop.clock, lambda: PLANTED_AT
    collecting = gc.isenabled()
    gc.disable()  # a large shop is millions of dicts and no rubbish: looking for some doubles the time
    try:
        with shop.writing():
            markets.plant(shop)
            menus.plant(shop)
            SEEDS[seed](shop, random.Random(rng), products)
    finally:
        shop.clock = clock
        if collecting:
            gc.enable()
