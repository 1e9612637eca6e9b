"""The shape of a discount."""

from __future__ import annotations

import re

from ..resource import Fields
from ..shapes import (
    Always,
    Amount,
    Emptied,
    Flag,
    Lacking,
    ListOf,
    Match,
    Maybe,
    Moment,
    Number,
    Object,
    OneOf,
    OrNull,
    Reference,
    Text,
)
from ._discount_documents import BASIC, BXGY, FREE_SHIPPING
from ._shapes import NAME, TEXTS

_AMOUNT = Amount('a text with an amount, such as "10.00"', re.compile(r"[0-9]{1,16}(\.[0-9]{1,9})?"))
_QUANTITY = Amount('a text with a whole number, such as "2"', re.compile(r"[0-9]{1,15}"))
_COUNTRY = Match("the code of a country, such as DE", re.compile(r"[A-Z]{2}"))
_COUNT = Number("a whole number", least=0, most=2**31 - 1, whole=True)
_LIMIT = Emptied(_COUNT)
CODE_TEXT = Text(least=1, most=255)
_PARTS = {BASIC: ("gets",), BXGY: ("gets", "buys"), FREE_SHIPPING: ("shipping",)}


def _named(kind: str) -> Lacking:
    return Lacking(ListOf(Reference(kind), "a list of references", most=250))


def _one_way(fields: Fields) -> str | None:
    """A discount is about all, or about products and variants, or about collections."""
    ways = [bool(fields.keys() & way) for way in ({"all"}, {"products", "variants"}, {"collections"})]
    return None if sum(ways) == 1 else "it must say all, or name products and variants, or name collections."


def _one_circle(fields: Fields) -> str | None:
    """A discount is for all, or for customers, or for markets."""
    return None if len(fields) == 1 else "it must say all, or name customers, or name markets."


def _one_effect(fields: Fields) -> str | None:
    """Customers get a percentage or an amount off; of an amount it is said whether it counts for each item."""
    if len(fields.keys() & {"percentage", "amount"}) != 1:
        return "it must have a percentage or an amount."
    return None if ("amount" in fields) == ("each" in fields) else "each must stand beside an amount, and only there."


def _one_condition(fields: Fields) -> str | None:
    """What must be bought is a quantity or an amount."""
    return None if len(fields.keys() & {"quantity", "amount", "subtotal"}) == 1 else "it must have one of the two."


_ITEMS = Object(
    "what a discount is about",
    {
        "all": Lacking(Always()),
        "products": _named("products"),
        "variants": _named("variants"),
        "collections": _named("collections"),
    },
    also=_one_way,
)
_TIMES = {"oneTime": Flag(), "subscription": Flag()}
_GETS = Object(
    "what customers get",
    {
        "items": _ITEMS,
        "quantity": Lacking(_QUANTITY),
        "percentage": Lacking(Number(least=0, most=1)),
        "amount": Lacking(_AMOUNT),
        "each": Lacking(Flag()),
        **_TIMES,
    },
    also=_one_effect,
)
_BUYS = Object(
    "what customers must buy",
    {"items": _ITEMS, "quantity": Lacking(_QUANTITY), "amount": Lacking(_AMOUNT), **_TIMES},
    also=_one_condition,
)
_SHIPPING = Object(
    "where freight is free",
    {
        "countries": OrNull(ListOf(_COUNTRY, "a list of codes of countries")),
        "restOfWorld": Flag(),
        "most": Emptied(_AMOUNT),
        **_TIMES,
    },
)
_MINIMUM = Object(
    "what must be bought at least",
    {"quantity": Lacking(_QUANTITY), "subtotal": Lacking(_AMOUNT)},
    also=_one_condition,
)
_WHOM = Object(
    "whom a discount is for",
    {"all": Lacking(Always()), "customers": _named("customers"), "markets": _named("markets")},
    also=_one_circle,
)
_COMBINES = Object(
    "what a discount combines with", {"order": Flag(), "product": Flag(), "shipping": Flag(), "tags": TEXTS}
)


def _parts(fields: Fields) -> str | None:
    """A discount of the kind basic has gets, one of the kind bxgy gets and buys, one of free_shipping has shipping."""
    wanted = _PARTS[fields["kind"]]
    present = [name for name in ("gets", "buys", "shipping") if name in fields]
    if sorted(present) == sorted(wanted):
        return None
    return f"a discount of the kind {fields['kind']} has {' and '.join(wanted)}."


SHAPE = Object(
    "a discount",
    {
        "kind": OneOf(BASIC, BXGY, FREE_SHIPPING),
        "title": NAME,
        "startsAt": Moment(),
        "endsAt": Emptied(Moment()),
        "tags": TEXTS,
        "combinesWith": _COMBINES,
        "for": _WHOM,
        "codes": Lacking(ListOf(CODE_TEXT, "a list of codes", least=1)),
        "usageLimit": _LIMIT,
        "appliesOncePerCustomer": Lacking(Flag()),
        "usesPerOrderLimit": _LIMIT,
        "minimum": Emptied(_MINIMUM),
        "cycles": Maybe(_COUNT),
        "gets": Lacking(_GETS),
        "buys": Lacking(_BUYS),
        "shipping": Lacking(_SHIPPING),
    },
    also=_parts,
)
KEY = (OneOf("code", "automatic"), Text("the first code, or the title", least=1, most=255))
