"""Definitions on what is no product: customers, orders, places, and the rest that metafields can stand on."""

from __future__ import annotations

from ..store import Shop
from .tools import define_metafield
from .types import AWKWARD

TEXT = "single_line_text_field"
MERCHANTS = (
    "COMPANY",
    "COMPANY_LOCATION",
    "CUSTOMER",
    "DISCOUNT",
    "DRAFTORDER",
    "LOCATION",
    "MARKET",
    "ORDER",
    "TRANSFER",
)


def plant(shop: Shop) -> None:
    define_metafield(shop, "CUSTOMER", "custom.shoe_size", "number_decimal", pin=True)
    define_metafield(shop, "CUSTOMER", "custom.birthday", "date")
    define_metafield(shop, "ORDER", "custom.gift_note", "multi_line_text_field", pin=True)
    define_metafield(shop, "LOCATION", "custom.opening_hours", "json")


def plant_awkward(shop: Shop) -> None:
    """On every kind of owner, on some that only apps use, and a value on an order that stays where it is."""
    for owner in (*MERCHANTS, "VALIDATION", "SELLING_PLAN"):
        define_metafield(shop, owner, "odd-name.of_owner", TEXT, description=AWKWARD[:200], pin=True)
    define_metafield(shop, "ORDER", "custom.points", "number_integer")
    order = shop.add("Order", name="#1001")
    shop.put_metafield(order, namespace="custom", key="points", type_="number_integer", value="7")
