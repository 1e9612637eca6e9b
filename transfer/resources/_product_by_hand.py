"""A product that somebody typed: its options follow from its variants, or its variants from its options.

One that names neither has the one variant that Shopify gives to every product.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

from ..resource import Fields

MAX_VARIANTS = 2048  # https://shopify.dev/docs/api/admin-graphql/latest/mutations/productSet
ONLY = ["Title", "Default Title"]


def whole(fields: Fields) -> Fields:
    """With options and variants. What does not fit together is left to be judged."""
    options, variants = fields.get("options"), fields.get("variants")
    if not options and not variants:
        options, variants = [_option(*ONLY)], [{"options": [list(ONLY)]}]
    elif not variants:
        options = list(options or ())
        variants = _all(options)
    else:
        variants = in_order(options, fields)["variants"]
        if not options and len(variants) == 1 and not variants[0].get("options"):
            variants = [{**variants[0], "options": [list(ONLY)]}]
        options = _named(options, variants)
    return {**fields, "options": options, "variants": variants} if variants else {**fields, "options": options}


def of_the_only_one(before: Fields, said: Fields) -> Fields:
    """A row of a variant may do without its options, where the product has no other."""
    present, wanted = before.get("variants") or [], said.get("variants") or []
    if len(present) != 1 or len(wanted) != 1 or wanted[0].get("options"):
        return said
    return {**said, "variants": [{**wanted[0], "options": present[0]["options"]}]}


def followed(present: Sequence[Fields], said: Fields) -> Fields:
    """With the values that the variants have, of plain options of which a row that says all variants says nothing."""
    variants = said.get("variants")
    if not variants or said.get("options"):
        return said
    plain = [item for item in present if not item.get("linkedMetafield")]
    return {**said, "options": _named([{"name": item["name"]} for item in plain], variants)} if plain else said


def in_order(options: Sequence[Fields] | None, said: Fields) -> Fields:
    """The rows of variants with their options in the product's order, and named in its capitals, or as their first row.

    What names other options, or one twice, is left to be judged.
    """
    variants = said.get("variants")
    if not isinstance(variants, list) or not variants:
        return said
    first = [{"name": name} for name, _ in variants[0].get("options") or ()]
    names = {str(item.get("name")).lower(): item.get("name") for item in options or first}
    return {**said, "variants": [_in_order(names, item) for item in variants]}


def _in_order(names: Mapping[str, Any], variant: Fields) -> Fields:
    own = {name.lower(): value for name, value in variant.get("options") or ()}
    if not own or own.keys() != names.keys() or len(own) != len(variant["options"]):
        return variant
    return {**variant, "options": [[name, own[low]] for low, name in names.items()]}


def _option(name: str, *values: str) -> Fields:
    return {"name": name, "values": list(values)}


def _all(options: Sequence[Fields]) -> list[Fields]:
    """A variant for each choice of values, as the admin makes them."""
    names = [item.get("name") for item in options]
    values = [item.get("values") or [] for item in options]
    if None in names or not 0 < prod(map(len, values)) <= MAX_VARIANTS:
        return []
    return [{"options": [list(pair) for pair in zip(names, some, strict=True)]} for some in product(*values)]


def _named(options: Sequence[Fields] | None, variants: Sequence[Fields]) -> list[Fields]:
    """The options of the first variant, with the values of all; of options that are said, the values that are not."""
    found: dict[str, dict[str, None]] = {name: {} for name, _ in variants[0].get("options") or ()}
    for item in variants:
        for name, value in item.get("options") or ():
            if options or name in found:
                found.setdefault(name, {})[value] = None
    if not options:
        return [_option(name, *values) for name, values in found.items()]
    own = {name: list(values) for name, values in found.items()}
    return [item if item.get("values") else {**item, "values": own.get(item.get("name", ""), [])} for item in options]
