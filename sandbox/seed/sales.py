"""Discounts of every kind that can be made without an app, and some that cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..resolvers import discount_making
from ..store import Node, Shop
from .tools import define_metafield, honest, product, set_metafield, variants_of
from .types import AWKWARD

SINCE, UNTIL, TO_COME = "2024-05-01T00:00:00Z", "2024-06-01T00:00:00Z", "2075-01-01T00:00:00Z"


def discount(shop: Shop, method: str, kind: str, **given: Any) -> Node:
    made: Node = honest(discount_making.put, shop, method, kind, None, {"startsAt": SINCE, **given}, "input")
    return made


def gets(items: Mapping[str, Any], **value: Any) -> dict[str, Any]:
    return {"items": items, "value": value}


def plant(shop: Shop, products: Sequence[Node]) -> None:
    """A season's sale that is over, a code for newsletters, a gift with two shirts, and freight for free."""
    some = {"products": {"productsToAdd": [node["id"] for node in products[:2]]}}
    shelf = next(iter(shop.each("Collection")), None)
    sale = discount(
        shop, "code", "Basic", title="Summer sale", code="SUMMER24", endsAt=UNTIL, usageLimit=100, tags=["season"],
        customerGets=gets(some, percentage=0.15), appliesOncePerCustomer=True, combinesWith={"shippingDiscounts": True},
        minimumRequirement={"subtotal": {"greaterThanOrEqualToSubtotal": "40.00"}},
    )  # fmt: skip
    for number in range(3):
        code = discount_making.new_code(shop, f"FRIEND-{number}")
        sale["_discount"]["_codes"].append(code)
        shop.names["DiscountCode", code["code"].lower()] = sale["id"]
    five = {"discountAmount": {"amount": "5", "appliesOnEachItem": False}}
    discount(shop, "code", "Basic", title="Newsletter", code="HELLO", customerGets=gets({"all": True}, **five))
    buys = {"items": some, "value": {"quantity": "2"}}
    one = {"discountOnQuantity": {"quantity": "1", "effect": {"percentage": 1.0}}}
    variant = {"products": {"productVariantsToAdd": [variants_of(shop, products[0])[0]["id"]]}} if products else {}
    gift = {"collections": {"add": [shelf["id"]]}} if shelf is not None else variant
    if products:
        discount(shop, "automatic", "Bxgy", title="A gift with two", customerBuys=buys, customerGets=gets(gift, **one))
        discount(
            shop, "code", "Bxgy", title="Third one free", code="THIRD", usesPerOrderLimit=1,
            customerBuys=buys, customerGets=gets(variant, **one),
        )  # fmt: skip
    north = {"countries": {"add": ["DK", "SE"], "includeRestOfWorld": False}}
    freight = discount(
        shop, "automatic", "FreeShipping", title="Freight to the north", startsAt=TO_COME, destination=north,
        maximumShippingPrice="20.00", minimumRequirement={"quantity": {"greaterThanOrEqualToQuantity": "3"}},
    )  # fmt: skip
    discount(shop, "code", "FreeShipping", title="Free freight", code="FREIGHT", destination={"all": True})
    alps = shop.named("Market", "alps")
    if alps is not None:
        only = {"markets": {"add": [alps["id"]]}}
        offer = gets({"all": True}, percentage=0.1)
        discount(shop, "automatic", "Basic", title="Alpine days", context=only, customerGets=offer)
    define_metafield(shop, "DISCOUNT", "custom.campaign", "single_line_text_field")
    set_metafield(shop, sale, "custom.campaign", "Summer 24")
    set_metafield(shop, freight, "custom.note", AWKWARD[:100], "single_line_text_field")


def plant_awkward(shop: Shop) -> None:
    """Two of one title, more codes than fit into a page, what an app makes, and what is for a segment."""
    everything = gets({"all": True}, percentage=0.333)
    for percentage in (0.1, 0.2):
        offer = gets({"all": True}, percentage=percentage)
        discount(shop, "automatic", "Basic", title="Twins", customerGets=offer)
    many = discount(shop, "code", "Basic", title=AWKWARD[:100], code="ÜBER 10 %", customerGets=everything)
    codes = [discount_making.new_code(shop, f"BULK{number:03}") for number in range(300)]
    many["_discount"]["_codes"] += codes
    shop.names |= {("DiscountCode", code["code"].lower()): many["id"] for code in codes}
    segment = shop.add("Segment", name="Regulars")
    only = {"customerSegments": {"add": [segment["id"]]}}
    discount(shop, "automatic", "Basic", title="For regulars", context=only, customerGets=everything)
    app = shop.add("DiscountCodeNode")
    made_by = {"title": "Volume pricing", "appKey": "key", "functionId": "function"}
    app["_discount"] = {
        "__typename": "DiscountCodeApp",
        "title": "By volume",
        "startsAt": SINCE,
        "endsAt": None,
        "updatedAt": shop.now(),
        "appDiscountType": made_by,
        "_codes": [discount_making.new_code(shop, "VOLUME")],
    }
    set_metafield(shop, app, "custom.tiers", "[]", "json")
    gone = product(shop, title="Gone from a discount")
    left = {"products": {"productsToAdd": [gone["id"], next(iter(shop.each("Product")))["id"]]}}
    discount(shop, "code", "Basic", title="Partly gone", code="PARTLY", customerGets=gets(left, percentage=0.5))
    for gid in gone["_variants"]:
        shop.drop(shop.nodes[gid])
    shop.product_by_handle.pop(gone["handle"])
    shop.drop(gone)
