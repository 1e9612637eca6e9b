"""Which variants of a product are the same in both stores although their options are not, by SKU and barcode."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..resource import Fields
from . import product_variants as variants

TELLING = ("sku", "barcode")  # the first that says which it is

Items = Mapping[variants.Chosen, Fields]


class Found(NamedTuple):
    """`pairs`: the target's variant -> the archive's. `left`: how many of the archive's the target cannot get."""

    pairs: Mapping[variants.Chosen, variants.Chosen]
    left: int


def found(before: Fields, after: Fields, becoming: Fields | None) -> Found:
    """`becoming`: what the target's product can become; what of the archive's variants is in it is found, or made.

    A SKU or barcode says which variant one is where one variant of each product has it: of the archive's product, and,
    of the target's, of those that are none of the archive's by their options.
    """
    present, wanted = (dict(variants.by_options(fields["variants"])) for fields in (before, after))
    coming = dict(variants.by_options((becoming or before)["variants"])).keys() | present.keys()
    left = wanted.keys() - coming
    free = {chosen: item for chosen, item in present.items() if chosen not in wanted}
    pairs: dict[variants.Chosen, variants.Chosen] = {}
    for name in TELLING:
        there = _holders(name, {chosen: item for chosen, item in free.items() if chosen not in pairs})
        both = {there[value]: chosen for value, chosen in _holders(name, wanted).items() if value in there}
        pairs |= {own: chosen for own, chosen in both.items() if chosen in left}
        left = left - set(pairs.values())
    return Found(pairs, len(pairs) + len(left))


def _holders(name: str, items: Items) -> dict[str, variants.Chosen]:
    """Value -> the only variant that has it."""
    holders: dict[str, list[variants.Chosen]] = {}
    for chosen, item in items.items():
        if item.get(name):
            holders.setdefault(item[name], []).append(chosen)
    return {value: own[0] for value, own in holders.items() if len(own) == 1}


def sentence(one: Found) -> str:
    """What is told of the archive's variants that the target's product cannot get; empty where none is found."""
    if not one.pairs:
        return ""
    are, them = ("are", "them") if len(one.pairs) > 1 else ("is", "it")
    which = f"{len(one.pairs)} of {one.left} variants" if one.left > 1 else "its variant"
    return f"By SKU or barcode {which} {are} found here, with what hangs on {them} and names {them}."
