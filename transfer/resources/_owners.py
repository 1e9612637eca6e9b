"""Whose metafields a merchant can define, and what reading and writing the definitions takes.

Each kind of owner has scopes of its own, so that a store that keeps its customers to itself still shows the rest.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..resource import Scopes

_SCOPES: Mapping[str, str] = {
    "PRODUCT": "products",
    "PRODUCTVARIANT": "products",
    "COLLECTION": "products",
    "SHOP": "",
    "PAGE": "content",
    "BLOG": "content",
    "ARTICLE": "content",
    "CUSTOMER": "customers",
    "COMPANY": "companies",
    "COMPANY_LOCATION": "companies",
    "LOCATION": "locations",
    "MARKET": "markets",
    "DISCOUNT": "discounts",
    "ORDER": "orders",
    "DRAFTORDER": "draft_orders",
    "TRANSFER": "inventory_transfers",
}
OWNERS: Mapping[str, Scopes] = {
    owner: Scopes(*((f"{verb}_{scope}",) if scope else () for verb in ("read", "write")))
    for owner, scope in _SCOPES.items()
}
# Owners that are not carried themselves: their values are counted where their definitions are read.
SOLD = ("ORDER", "DRAFTORDER", "TRANSFER")
# What only apps define metafields on: functions, selling plans, and the app itself.
OF_APPS = (
    "API_PERMISSION",
    "CARTTRANSFORM",
    "DELIVERY_CUSTOMIZATION",
    "FULFILLMENT_CONSTRAINT_RULE",
    "GIFT_CARD_TRANSACTION",
    "ORDER_ROUTING_LOCATION_RULE",
    "PAYMENT_CUSTOMIZATION",
    "SELLING_PLAN",
    "VALIDATION",
)


def may_not_read(owner: str) -> str:
    return f"the app may not read definitions on {owner}; grant it {', '.join(OWNERS[owner].read)}"
