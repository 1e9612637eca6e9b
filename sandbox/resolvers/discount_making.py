"""The rules by which discounts are made and changed, in the words and with the codes that were seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ..errors import Refusal
from ..store import Node, Shop

NODES = {"code": "DiscountCodeNode", "automatic": "DiscountAutomaticNode"}
TAKEN = "Code must be unique. Please try a different code."
TITLE_TAKEN = "Title must be unique for automatic discount."
_LISTS = {
    "products": ("Product", "productsToAdd", "productsToRemove"),
    "variants": ("ProductVariant", "productVariantsToAdd", "productVariantsToRemove"),
}
_WORDS = {"Product": "Product", "ProductVariant": "Product variant", "Collection": "Collection"}


def put(shop: Shop, method: str, kind: str, node: Node | None, given: Mapping[str, Any], place: str) -> Node:
    """Creates or changes a discount. `place`: the argument's name, where errors point. Raises Refusal."""
    own = dict(node["_discount"]) if node is not None else _fresh(shop, method, kind)
    _say(own, given, place)
    if given.get("code") is not None:
        _rename(shop, node, own, given["code"], place)
    elif node is None and method == "code":
        raise Refusal([place, "code"], "Code can't be blank", "BLANK")
    _entitle(shop, own, given, kind, place)
    own["_context"] = _context(shop, own["_context"], given.get("context"), place)
    own["updatedAt"] = shop.now()
    if node is None:
        node = shop.add(NODES[method])
    node["_discount"] = own
    shop.touch(node)
    for code in own.get("_codes", ()):
        shop.names["DiscountCode", code["code"].lower()] = node["id"]
    return node


def demand_title(shop: Shop, method: str, node: Node | None, given: Mapping[str, Any], place: str) -> None:
    """Of automatic discounts, none gets the title of another. Seeds plant such, as stores may hold. Raises Refusal."""
    others = (other["_discount"] for other in shop.each(NODES["automatic"]) if other is not node)
    kept = node is not None and given.get("title") in (None, node["_discount"]["title"])
    if method == "automatic" and not kept and any(other["title"] == given.get("title") for other in others):
        raise Refusal([place, "title"], TITLE_TAKEN, "TAKEN")


def _fresh(shop: Shop, method: str, kind: str) -> Node:
    own: Node = {"__typename": f"Discount{method.title()}{kind}", "createdAt": shop.now(), "endsAt": None, "tags": []}
    combines = dict.fromkeys(("orderDiscounts", "productDiscounts", "shippingDiscounts"), False)
    own |= {"combinesWith": {**combines, "productDiscountsWithTagsOnSameCartLine": []}, "_context": {"all": "ALL"}}
    if method == "code":
        own |= {"_codes": [], "usageLimit": None, "appliesOncePerCustomer": False}
    if kind == "Bxgy":
        own |= {"usesPerOrderLimit": None}
    else:
        own |= {"minimumRequirement": None, "recurringCycleLimit": 1}
    if kind == "FreeShipping":
        own |= {"maximumShippingPrice": None, "appliesOnOneTimePurchase": True, "appliesOnSubscription": False}
        own |= {"destinationSelection": {"__typename": "DiscountCountryAll", "allCountries": True}}
    return own


def _say(own: Node, given: Mapping[str, Any], place: str) -> None:
    """Titles, dates, numbers."""
    if "title" in given or "title" not in own:
        if not (given.get("title") or "").strip():
            raise Refusal([place, "title"], "Title can't be blank", "BLANK")
        own["title"] = given["title"]
    if given.get("startsAt"):
        own["startsAt"] = _moment(given["startsAt"])
    if "startsAt" not in own:
        raise Refusal([place, "startsAt"], "Starts at can't be blank", "BLANK")
    if "endsAt" in given:
        own["endsAt"] = _moment(given["endsAt"]) if given["endsAt"] else None
    if own["endsAt"] and own["endsAt"] <= own["startsAt"]:
        raise Refusal([place, "endsAt"], "Ends at needs to be after starts_at", "INVALID")
    for name in ("usageLimit", "usesPerOrderLimit", "recurringCycleLimit", "appliesOncePerCustomer", "tags"):
        if name in given and name in own:
            own[name] = int(given[name]) if name == "usesPerOrderLimit" and given[name] else given[name]
    own["tags"] = sorted(own["tags"] or [])
    own["combinesWith"] = _combined(own["combinesWith"], given.get("combinesWith"))
    if given.get("minimumRequirement"):
        own["minimumRequirement"] = _minimum(given["minimumRequirement"], place)
    if "maximumShippingPrice" in given:
        own["maximumShippingPrice"] = money(given["maximumShippingPrice"]) if given["maximumShippingPrice"] else None
    if given.get("destination"):
        own["destinationSelection"] = _destination(own["destinationSelection"], given["destination"])


def _moment(text: str) -> str:
    """As the store writes it: in UTC, without fractions."""
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def money(amount: Any) -> Node:
    number = Decimal(str(amount))
    text = format(number.normalize(), "f")
    return {"amount": text if "." in text else f"{text}.0", "currencyCode": "EUR"}


def _combined(own: Node, given: Mapping[str, Any] | None) -> Node:
    if given is None:
        return own
    tags = given.get("productDiscountsWithTagsOnSameCartLine") or {}
    kept = [tag for tag in own["productDiscountsWithTagsOnSameCartLine"] if tag not in (tags.get("remove") or ())]
    switches = {name: bool(given.get(name)) for name in ("orderDiscounts", "productDiscounts", "shippingDiscounts")}
    return {**switches, "productDiscountsWithTagsOnSameCartLine": sorted({*kept, *(tags.get("add") or ())})}


def _minimum(given: Mapping[str, Any], place: str) -> Node | None:
    quantity = (given.get("quantity") or {}).get("greaterThanOrEqualToQuantity")
    subtotal = (given.get("subtotal") or {}).get("greaterThanOrEqualToSubtotal")
    if quantity and subtotal:
        message = "Minimum subtotal cannot be defined when minimum quantity is."
        where = [place, "minimumRequirement", "subtotal", "greaterThanOrEqualToSubtotal"]
        raise Refusal(where, message, "CONFLICT")
    if quantity:
        return {"__typename": "DiscountMinimumQuantity", "greaterThanOrEqualToQuantity": str(quantity)}
    if subtotal:
        return {"__typename": "DiscountMinimumSubtotal", "greaterThanOrEqualToSubtotal": money(subtotal)}
    return None


def _destination(own: Node, given: Mapping[str, Any]) -> Node:
    if given.get("all"):
        return {"__typename": "DiscountCountryAll", "allCountries": True}
    change = given.get("countries") or {}
    kept = [code for code in own.get("countries", ()) if code not in (change.get("remove") or ())]
    return {
        "__typename": "DiscountCountries",
        "countries": sorted({*kept, *(change.get("add") or ())}),
        "includeRestOfWorld": bool(change.get("includeRestOfWorld")),
    }


# -- codes ---------------------------------------------------------------------------------------------------------


def _rename(shop: Shop, node: Node | None, own: Node, code: str, place: str) -> None:
    """The first code; a discount has one from the start."""
    holder = shop.names.get(("DiscountCode", code.lower()))
    if holder is not None and (node is None or holder != node["id"]):
        raise Refusal([place, "code"], TAKEN, "TAKEN")
    if own["_codes"]:
        shop.names.pop(("DiscountCode", own["_codes"][0]["code"].lower()), None)
        own["_codes"] = [{**own["_codes"][0], "code": code}, *own["_codes"][1:]]
    else:
        own["_codes"] = [new_code(shop, code)]


def new_code(shop: Shop, code: str) -> Node:
    return {"id": f"gid://shopify/DiscountRedeemCode/{shop.next_id()}", "code": code, "asyncUsageCount": 0}


# -- what it applies to, and for whom ------------------------------------------------------------------------------


def _entitle(shop: Shop, own: Node, given: Mapping[str, Any], kind: str, place: str) -> None:
    for name, effect in (("customerGets", _gets_value), ("customerBuys", _buys_value)):
        side = given.get(name)
        if side is None or kind == "FreeShipping":
            continue
        items = _items(shop, (own.get(name) or {}).get("_items"), side.get("items"), [place, name, "items"])
        if kind == "Bxgy" and items.get("all"):
            raise Refusal([place, name], "Items in 'customer get' cannot be set to all", "INVALID")
        value = effect(side["value"], kind, [place, name, "value"]) if side.get("value") else own[name]["value"]
        times = ("isOneTimePurchase", "isSubscription") if name == "customerBuys" else _TIMES
        told = {word: bool(side.get(word, default)) for word, default in zip(times, (True, False), strict=True)}
        own[name] = {"_items": items, "value": value, **told}


_TIMES = ("appliesOnOneTimePurchase", "appliesOnSubscription")


def _items(shop: Shop, before: Node | None, given: Mapping[str, Any] | None, place: Sequence[str]) -> Node:
    if given is None:
        return before or {"all": True}
    if given.get("all"):
        return {"all": True}
    products, collections = given.get("products") or {}, given.get("collections") or {}
    if collections.get("add") and (products.get("productsToAdd") or products.get("productVariantsToAdd")):
        message = "Cannot entitle collections in combination with product variants or products"
        raise Refusal([*place, "collections", "add"], message, "CONFLICT")
    old = before or {}
    found: Node = {
        name: _step(shop, old.get(name, ()), products.get(add), products.get(take), kind, [*place, "products", add])
        for name, (kind, add, take) in _LISTS.items()
    }
    added, taken = collections.get("add"), collections.get("remove")
    where = [*place, "collections", "add"]
    found["collections"] = _step(shop, old.get("collections", ()), added, taken, "Collection", where)
    if not any(found.values()):
        raise Refusal(place, "Items must be defined", "BLANK")
    return found


def _step(shop: Shop, before: Sequence[str], added: Any, taken: Any, kind: str, place: Sequence[str]) -> list[str]:
    for gid in added or ():
        if shop.get(gid, kind) is None:
            message = f"{_WORDS[kind]} with id: {gid.rsplit('/', 1)[1]} is invalid"
            raise Refusal(place, message, "INVALID")
    return [*(gid for gid in before if gid not in (taken or ())), *(gid for gid in added or () if gid not in before)]


def _gets_value(given: Mapping[str, Any], kind: str, place: Sequence[str]) -> Node:
    several = given.get("discountOnQuantity")
    if (several is not None) != (kind == "Bxgy"):
        message = "Value is not permitted for this kind of discount"
        raise Refusal([*place, "discountOnQuantity"], message, "INVALID")
    if several is not None:
        quantity = {"quantity": str(several["quantity"])}
        effect = _effect(several["effect"], False, place)
        return {"__typename": "DiscountOnQuantity", "quantity": quantity, "effect": effect}
    amount = given.get("discountAmount")
    if amount is not None:
        return _effect({"amount": amount["amount"]}, bool(amount.get("appliesOnEachItem")), place)
    return _effect(given, False, place)


def _effect(given: Mapping[str, Any], each: bool, place: Sequence[str]) -> Node:
    if given.get("amount") is not None:
        return {"__typename": "DiscountAmount", "amount": money(given["amount"]), "appliesOnEachItem": each}
    percentage = given.get("percentage")
    if percentage is None or not 0 < percentage <= 1:
        raise Refusal([*place, "percentage"], "Value must be between 0.0 and 1.0", "VALUE_OUTSIDE_RANGE")
    return {"__typename": "DiscountPercentage", "percentage": percentage}


def _buys_value(given: Mapping[str, Any], kind: str, place: Sequence[str]) -> Node:
    if given.get("quantity") is not None:
        return {"__typename": "DiscountQuantity", "quantity": str(given["quantity"])}
    return {"__typename": "DiscountPurchaseAmount", "amount": money(given["amount"])["amount"]}


def _context(shop: Shop, before: Node, given: Mapping[str, Any] | None, place: str) -> Node:
    if given is None:
        return before
    if given.get("all"):
        return {"all": "ALL"}
    for name, kind in (("customers", "Customer"), ("markets", "Market"), ("customerSegments", "Segment")):
        if given.get(name) is not None:
            added, taken = given[name].get("add") or [], given[name].get("remove") or []
            if any(shop.get(gid, kind) is None for gid in added):
                raise Refusal([place, "context", name, "add"], f"{kind} is invalid", "INVALID")
            kept = [gid for gid in before.get(name, ()) if gid not in taken and gid not in added]
            if not kept and not added:
                raise Refusal([place, "context", name], "Context can't be blank", "BLANK")
            return {name: [*kept, *added]}
    return before
