"""What Shopify is told of a discount, to make or to change it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..references import parse
from ..resource import Fields, Ids, Job
from ._discount_documents import BASIC, BXGY, CODE

_ADD = {"products": "productsToAdd", "variants": "productVariantsToAdd"}
_TAKE = {"products": "productsToRemove", "variants": "productVariantsToRemove"}


def of(job: Job, ids: Ids) -> dict[str, Any]:
    """The whole discount: a change of one part is judged by Shopify together with the others.

    What the record does not say (null) stays as it is in the target; an empty text takes it away.
    """
    fields, before = job.after, job.before if job.gid is not None else None
    given: dict[str, Any] = {
        "title": fields["title"],
        "startsAt": fields["startsAt"],
        "endsAt": _limit("endsAt", fields, before),
        "tags": fields["tags"],
        "combinesWith": _combines(fields["combinesWith"], (before or {}).get("combinesWith")),
        "context": _context(fields["for"], (before or {}).get("for") or {}, ids),
    }
    if job.key[0] == CODE:
        given["usageLimit"] = _limit("usageLimit", fields, before)
        given["appliesOncePerCustomer"] = fields.get("appliesOncePerCustomer")
        if before is None:
            given["code"] = next(code for code in fields["codes"] if code.lower() == job.key[1])
    if fields["kind"] == BXGY:
        limit = _limit("usesPerOrderLimit", fields, before)
        given["usesPerOrderLimit"] = limit if job.key[0] == CODE or limit is None else str(limit)
        given["customerBuys"] = _buys(fields["buys"], _items_of(before, "buys"), ids)
    else:
        given["minimumRequirement"] = _minimum(_limit("minimum", fields, before), (before or {}).get("minimum"))
        if fields.get("cycles") is not None:
            given["recurringCycleLimit"] = fields["cycles"]
    if "gets" in fields and fields["kind"] in (BASIC, BXGY):
        given["customerGets"] = _gets(fields["gets"], _items_of(before, "gets"), ids)
    else:
        given |= _shipping(fields["shipping"], (before or {}).get("shipping") or {})
    return given


def _limit(name: str, fields: Fields, before: Fields | None) -> Any:
    value = fields.get(name)
    if value is None and before is not None:
        value = before.get(name)
    return None if value == "" else value


def _items_of(before: Fields | None, side: str) -> Fields:
    own: Fields = ((before or {}).get(side) or {}).get("items") or {}
    return own


def _gids(texts: Sequence[str], ids: Ids) -> list[str]:
    return [gid for text in texts if (target := parse(text)) and (gid := ids.gid(target))]


def _step(name: str, after: Fields, before: Fields, ids: Ids) -> tuple[list[str], list[str]]:
    """What is to be added to a list of references, and what is to be taken out of it."""
    wanted, present = after.get(name) or [], before.get(name) or []
    added = [text for text in wanted if text not in present]
    return _gids(added, ids), _gids([text for text in present if text not in wanted], ids)


def _items(after: Fields, before: Fields, ids: Ids) -> dict[str, Any]:
    if after.get("all"):
        return {"all": True}
    products: dict[str, Any] = {}
    for name in ("products", "variants"):
        added, taken = _step(name, after, before, ids)
        products |= {_ADD[name]: added} if added else {}
        products |= {_TAKE[name]: taken} if taken else {}
    added, taken = _step("collections", after, before, ids)
    collections = {**({"add": added} if added else {}), **({"remove": taken} if taken else {})}
    return {**({"products": products} if products else {}), **({"collections": collections} if collections else {})}


def _gets(own: Fields, before: Fields, ids: Ids) -> dict[str, Any]:
    """Subscriptions are mentioned where they count: a store that sells none refuses to hear of them."""
    if "percentage" in own:
        effect: dict[str, Any] = {"percentage": float(own["percentage"])}
    else:
        effect = {"amount": str(own["amount"])}
    if "quantity" in own:
        value: dict[str, Any] = {"discountOnQuantity": {"quantity": str(own["quantity"]), "effect": effect}}
    elif "amount" in own:
        value = {"discountAmount": {**effect, "appliesOnEachItem": own["each"]}}
    else:
        value = effect
    times = {"appliesOnOneTimePurchase": own["oneTime"], "appliesOnSubscription": own["subscription"]}
    return {"items": _items(own["items"], before, ids), "value": value, **(times if own["subscription"] else {})}


def _buys(own: Fields, before: Fields, ids: Ids) -> dict[str, Any]:
    value = {name: str(own[name]) for name in ("quantity", "amount") if name in own}
    times = {"isOneTimePurchase": own["oneTime"], "isSubscription": own["subscription"]}
    return {"items": _items(own["items"], before, ids), "value": value, **(times if own["subscription"] else {})}


def _minimum(own: Fields | None, before: Fields | None) -> dict[str, Any] | None:
    """Null takes a minimum away; there is nothing to take away from what has none."""
    told: dict[str, Any] = {}
    for name, field in (("quantity", "greaterThanOrEqualToQuantity"), ("subtotal", "greaterThanOrEqualToSubtotal")):
        if own and name in own:
            told[name] = {field: str(own[name])}
        elif before and name in before:
            told[name] = {field: None}
    return told or None


def _combines(own: Fields, before: Fields | None) -> dict[str, Any]:
    present = (before or {}).get("tags") or []
    added = [tag for tag in own["tags"] if tag not in present]
    taken = [tag for tag in present if tag not in own["tags"]]
    tags = {**({"add": added} if added else {}), **({"remove": taken} if taken else {})}
    return {
        "orderDiscounts": own["order"],
        "productDiscounts": own["product"],
        "shippingDiscounts": own["shipping"],
        **({"productDiscountsWithTagsOnSameCartLine": tags} if tags else {}),
    }


def _context(after: Fields, before: Fields, ids: Ids) -> dict[str, Any]:
    if after.get("all"):
        return {"all": "ALL"}
    (name,) = after
    added, taken = _step(name, after, before, ids)
    if before and not added and not taken:  # Shopify wants to be told something
        added = _gids(after[name], ids)
    return {name: {**({"add": added} if added else {}), **({"remove": taken} if taken else {})}}


def _shipping(own: Fields, before: Fields) -> dict[str, Any]:
    countries = own.get("countries")
    if countries is None:
        to: dict[str, Any] = {"all": True}
    else:
        present = before.get("countries") or []
        gone = [code for code in present if code not in countries]
        added = [code for code in countries if code not in present]
        taken = {"remove": gone} if gone else {}
        to = {"countries": {"add": added, **taken, "includeRestOfWorld": own["restOfWorld"]}}
    times = {"appliesOnOneTimePurchase": own["oneTime"], "appliesOnSubscription": own["subscription"]}
    return {
        "destination": to,
        "maximumShippingPrice": _limit("most", own, before),
        **(times if own["subscription"] else {}),
    }
