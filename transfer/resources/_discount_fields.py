"""A discount as a record: what a node says, what it may hold, and what it names.

``items`` is ``{"all": true}``, ``{"products": […], "variants": […]}`` or ``{"collections": […]}``; ``for`` is
``{"all": true}``, ``{"customers": […]}`` or ``{"markets": […]}``; all of these lists hold references.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ..keys import Key
from ..references import parse
from ..resource import Fields, Json, Place
from ._discount_documents import AUTOMATIC, BXGY, CODE, FREE_SHIPPING, TYPES

SIDES = ("gets", "buys")
LISTS = ("products", "variants", "collections")
WHOM = ("customers", "markets")


def key_of(discount: Mapping[str, Any]) -> Key | None:
    """Its first code, which Shopify reads whatever the case, or its title; None for what an app made."""
    method, _ = TYPES.get(discount["__typename"], ("", ""))
    if not method:
        return None
    codes = discount["codes"]["nodes"] if method == CODE else ()
    return (CODE, codes[0]["code"].lower()) if codes else (method, discount["title"])


def whole(discount: Mapping[str, Any]) -> str:
    """Why a discount cannot be carried as it is; empty where it can."""
    if discount["__typename"] not in TYPES:
        return f"it is made by an app's function ({discount['appDiscountType']['title']})"
    context = discount["context"]
    whom = context["__typename"]
    if whom == "DiscountCustomerSegments":
        names = ", ".join(segment["name"] for segment in context.get("segments", ())) or "one"
        return f"it is for a segment of customers ({names}), and segments are not carried"
    if whom != "DiscountBuyerSelectionAll" and not context.keys() & {"customers", "markets"}:
        return "whom it is for is not shown to the app; grant it read_customers and read_markets"
    pages = [discount[side]["items"] for side in ("customerGets", "customerBuys") if side in discount]
    found = [own for page in (*pages, context) for own in page.values() if isinstance(own, dict)]
    if any(own["pageInfo"]["hasNextPage"] for own in found):
        return "it names more than 250 things of a kind"
    return ""


def fields_of(discount: Mapping[str, Any]) -> Fields:
    method, kind = TYPES[discount["__typename"]]
    combines = discount["combinesWith"]
    fields: Fields = {
        "kind": kind,
        "title": discount["title"],
        "startsAt": discount["startsAt"],
        "endsAt": discount["endsAt"],
        "tags": discount["tags"],
        "combinesWith": {
            "order": combines["orderDiscounts"],
            "product": combines["productDiscounts"],
            "shipping": combines["shippingDiscounts"],
            "tags": combines["productDiscountsWithTagsOnSameCartLine"] or [],
        },
        "for": _whom(discount["context"]),
    }
    if method == CODE:
        fields["codes"] = [node["code"] for node in discount["codes"]["nodes"]]
        fields |= {name: discount[name] for name in ("usageLimit", "appliesOncePerCustomer")}
    if kind == BXGY:
        fields["usesPerOrderLimit"] = discount["usesPerOrderLimit"]
        fields["buys"] = _buys(discount["customerBuys"])
    else:
        fields["minimum"] = _minimum(discount["minimumRequirement"])
        fields["cycles"] = discount["codeCycles" if method == CODE else "cycles"]
    fields |= {"shipping": _shipping(discount)} if kind == FREE_SHIPPING else {"gets": _gets(discount["customerGets"])}
    return fields


def _ids(connection: Mapping[str, Any] | None) -> list[str]:
    return [node["id"] for node in connection["nodes"]] if connection else []


def _whom(context: Mapping[str, Any]) -> Fields:
    if "customers" in context:
        return {"customers": [customer["id"] for customer in context["customers"]]}
    return {"markets": _ids(context["markets"])} if "markets" in context else {"all": True}


def _items(items: Mapping[str, Any]) -> Fields:
    if "allItems" in items:
        return {"all": True}
    if "collections" in items:
        return {"collections": _ids(items["collections"])}
    return {"products": _ids(items["products"]), "variants": _ids(items["productVariants"])}


def _gets(own: Mapping[str, Any]) -> Fields:
    value = own["value"]
    if value["__typename"] == "DiscountOnQuantity":
        effect: Fields = {"quantity": value["quantity"]["quantity"], **_effect(value["effect"])}
    else:
        effect = _effect(value)
    times = {"oneTime": own["appliesOnOneTimePurchase"], "subscription": own["appliesOnSubscription"]}
    return {"items": _items(own["items"]), **effect, **times}


def _effect(value: Mapping[str, Any]) -> Fields:
    if "percentage" in value:
        return {"percentage": value["percentage"]}
    return {"amount": value["amount"]["amount"], "each": value["appliesOnEachItem"]}


def _buys(own: Mapping[str, Any]) -> Fields:
    value = {name: own["value"][name] for name in ("quantity", "amount") if name in own["value"]}
    times = {"oneTime": own["isOneTimePurchase"], "subscription": own["isSubscription"]}
    return {"items": _items(own["items"]), **value, **times}


def _minimum(own: Mapping[str, Any] | None) -> Fields | None:
    if own is None:
        return None
    if "greaterThanOrEqualToQuantity" in own:
        return {"quantity": own["greaterThanOrEqualToQuantity"]}
    return {"subtotal": own["greaterThanOrEqualToSubtotal"]["amount"]}


def _shipping(discount: Mapping[str, Any]) -> Fields:
    to, most = discount["destinationSelection"], discount["maximumShippingPrice"]
    return {
        "countries": sorted(to["countries"]) if "countries" in to else None,
        "restOfWorld": to.get("includeRestOfWorld", False),
        "most": most["amount"] if most else None,
        "oneTime": discount["appliesOnOneTimePurchase"],
        "subscription": discount["appliesOnSubscription"],
    }


# -- what it names -------------------------------------------------------------------------------------------------


def rewrite(fields: Fields, translate: Callable[[str], str | None]) -> Fields:
    def kept(texts: list[str]) -> list[str]:
        return [new for text in texts if (new := translate(text)) is not None]

    new = {**fields, "for": {name: kept(own) if name in WHOM else own for name, own in fields["for"].items()}}
    for side in SIDES:
        if side in fields:
            items = {name: kept(own) if name in LISTS else own for name, own in fields[side]["items"].items()}
            new[side] = {**fields[side], "items": items}
    return new


def places(fields: Fields) -> Iterator[Place]:
    own = [(f"{side}.items.{name}", texts) for side in SIDES if side in fields for name, texts in _lists(fields, side)]
    own += [(f"for.{name}", fields["for"][name]) for name in WHOM if name in fields["for"]]
    for path, texts in own:
        for text in texts:
            target = parse(text)
            if target is not None:
                yield Place(path, target)


def _lists(fields: Fields, side: str) -> Iterator[tuple[str, list[str]]]:
    items = fields[side]["items"]
    return ((name, items[name]) for name in LISTS if name in items)


def empty(fields: Fields) -> str:
    """What of it has come to apply to nothing, or to nobody; empty where nothing has."""
    whom = [fields["for"][name] for name in WHOM if name in fields["for"]]
    if whom and not any(whom):
        return "whom it is for"
    for side, words in (("gets", "what it applies to"), ("buys", "what has to be bought for it")):
        own = [texts for _, texts in _lists(fields, side)] if side in fields else []
        if own and not any(own):
            return words
    return ""


# -- equality ------------------------------------------------------------------------------------------------------


def normalise(fields: Fields) -> Fields:
    return {name: _normal(name, value) for name, value in fields.items()}


def _normal(name: str, value: Json) -> Json:
    if isinstance(value, dict):
        return {inner: _normal(inner, own) for inner, own in value.items()}
    if name == "codes":
        return sorted({code.lower() for code in value})
    if isinstance(value, list):
        return sorted(value)
    if name in ("startsAt", "endsAt") and value:
        return datetime.fromisoformat(value).astimezone(UTC).replace(microsecond=0).isoformat()
    if name in ("amount", "subtotal", "most", "quantity", "percentage", "cycles") and value not in (None, ""):
        return format(Decimal(str(value)).normalize(), "f")
    return value


def more_codes(before: Fields, after: Fields) -> list[str]:
    """The codes that only the target's discount has."""
    wanted = {code.lower() for code in after.get("codes") or ()}
    return [code for code in before.get("codes") or () if code.lower() not in wanted]


def everywhere(before: Fields, after: Fields) -> bool:
    """Whether freight comes to be free in all countries, which the record says by naming none."""
    own, wanted = before.get("shipping") or {}, after.get("shipping") or {}
    return own.get("countries") is not None and "countries" in wanted and wanted["countries"] is None


def contradiction(key: Key, fields: Fields) -> str | None:
    """What a key and its record, each well shaped, say of each other."""
    if key[0] == AUTOMATIC:
        return "an automatic discount has no codes." if "codes" in fields else None
    if not any(code.lower() == key[1] for code in fields.get("codes", ())):
        return "one of the codes must be that of the key, which is in lower case."
    return None if "appliesOncePerCustomer" in fields else "appliesOncePerCustomer is missing: it belongs to codes."
