"""Customers: found by e-mail address or phone, and protected: an app that was not approved sees none of it.

Addresses are compared without their case and blanks, and lists that are given replace what there was, as recorded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..context import Context, Info, demand, shop_of
from ..errors import Refusal, top_level, user_error
from ..paging import connection
from ..schema import field
from ..store import Node, Shop, timestamp
from . import addresses, companies
from .listing import count, listed
from .translations import LOCALES

READ, WRITE = "read_customers", "write_customers"
MAX_TEXT, MAX_NOTE, MAX_TAGS = 255, 5_000, 250
PROTECTED = "https://shopify.dev/docs/apps/launch/protected-customer-data"
TEXTS = ("firstName", "lastName")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+\Z")
_PHONE = re.compile(r"\+\d{7,15}\Z")


def approved(info: Info, *scopes: str) -> None:
    """Scopes are not enough: an app is approved for protected customer data, or sees no customer at all."""
    demand(info, *scopes)
    context: Context = info.context
    if not context.app.protected:
        message = f"This app is not approved to access the Customer object. See {PROTECTED} for more details."
        raise top_level(message, "ACCESS_DENIED")


@field("QueryRoot", "customers")
def customers(_: Any, info: Info, query: str | None = None, sortKey: str | None = None, **arguments: Any) -> Node:
    approved(info, READ)
    return listed(info, "Customer", query, sortKey, **arguments)


@field("QueryRoot", "customersCount")
def customers_count(_: Any, info: Info, query: str | None = None, limit: int | None = 10_000) -> Node:
    approved(info, READ)
    return count(info, "Customer", query, limit)


@field("QueryRoot", "customer")
def customer(_: Any, info: Info, id: str) -> Node | None:
    approved(info, READ)
    return shop_of(info).get(id, "Customer")


@field("QueryRoot", "customerByIdentifier")
def by_identifier(_: Any, info: Info, identifier: dict[str, Any]) -> Node | None:
    approved(info, READ)
    words = {"emailAddress": "email", "phoneNumber": "phone", "id": "id"}
    return _found(shop_of(info), {words[name]: value for name, value in identifier.items()})


@field("Customer", "addressesV2")
def addresses_of(source: Node, info: Info, **arguments: Any) -> Node:
    return connection(source["_addresses"], **arguments)


@field("Customer", "defaultAddress")
def default_address(source: Node, info: Info) -> Node | None:
    return next((one for one in source["_addresses"] if one["id"] == source["_default"]), None)


@field("Customer", "defaultEmailAddress")
def default_email(source: Node, info: Info) -> Node | None:
    own = source["_email"]
    if source["email"] is None:
        return None
    said = {"marketingState": own["state"], "marketingOptInLevel": own["level"], "marketingUpdatedAt": own["at"]}
    return {"emailAddress": source["email"], **said}


@field("Customer", "defaultPhoneNumber")
def default_phone(source: Node, info: Info) -> Node | None:
    own = source["_sms"]
    if source["phone"] is None:
        return None
    state = "NEVER_SUBSCRIBED" if own["state"] == "NOT_SUBSCRIBED" else own["state"]
    said = {"state": state, "optInLevel": own["level"], "updatedAt": own["at"]}
    return {"phoneNumber": source["phone"], "smsMarketingConsent": said}


@field("Customer", "displayName")
def display_name(source: Node, info: Info) -> str:
    named = " ".join(part for part in (source["firstName"], source["lastName"]) if part)
    return named or source["email"] or source["phone"] or ""


@field("Mutation", "customerSet")
def set_(_: Any, info: Info, input: dict[str, Any], identifier: dict[str, Any] | None = None) -> Node:
    approved(info, WRITE)
    try:
        return {"customer": put(shop_of(info), identifier, input), "userErrors": []}
    except Refusal as refusal:
        return {"customer": None, "userErrors": [refusal.error]}


@field("Mutation", "customerDelete")
def delete(_: Any, info: Info, input: dict[str, Any]) -> Node:
    approved(info, WRITE)
    shop = shop_of(info)
    node = shop.get(input["id"], "Customer")
    if node is None:
        return {"deletedCustomerId": None, "userErrors": [user_error(["id"], "Customer can't be found")]}
    if not node["canDelete"]:
        message = "Customer can’t be deleted because they have associated orders"
        return {"deletedCustomerId": None, "userErrors": [user_error(["id"], message)]}
    for name in ("email", "phone"):
        if node[name]:
            shop.names.pop(("Customer", name, _plain(node[name])), None)
    for contact in companies.contacts_of(shop, node["id"]):
        companies.drop_contact(shop, contact)
    shop.drop(node)
    return {"deletedCustomerId": node["id"], "userErrors": []}


@field("Mutation", "customerUpdateDefaultAddress")
def set_default(_: Any, info: Info, customerId: str, addressId: str) -> Node:
    approved(info, WRITE)
    node = shop_of(info).get(customerId, "Customer")
    if node is None or all(one["id"] != addressId for one in node["_addresses"]):
        place = ["customerId"] if node is None else ["addressId"]
        return {"customer": None, "userErrors": [user_error(place, f"{place[0][:-2].title()} does not exist")]}
    node["_default"] = addressId
    shop_of(info).touch(node)
    return {"customer": node, "userErrors": []}


# -- consent


@field("Mutation", "customerEmailMarketingConsentUpdate")
def email_consent(_: Any, info: Info, input: dict[str, Any]) -> Node | None:
    return _consent(info, input, "email", "emailMarketingConsent")


@field("Mutation", "customerSmsMarketingConsentUpdate")
def sms_consent(_: Any, info: Info, input: dict[str, Any]) -> Node | None:
    return _consent(info, input, "phone", "smsMarketingConsent")


def _consent(info: Info, input: Mapping[str, Any], contact: str, name: str) -> Node | None:
    approved(info, WRITE)
    shop, place = shop_of(info), ["input", name]
    node = shop.get(input["customerId"], "Customer")
    try:
        if node is None:
            raise Refusal(["input", "customerId"], "Customer not found", "INVALID")
        given = _asked_consent(shop, input[name], place)
        if node[contact] is not None:
            node["_email" if contact == "email" else "_sms"] = given
            shop.touch(node)
        elif contact == "phone":
            raise Refusal(place, "A phone number is required to set the SMS consent state.", "INVALID")
    except Refusal as refusal:
        return {"customer": node, "userErrors": [refusal.error]}
    return {"customer": node, "userErrors": []}


def _asked_consent(shop: Shop, given: Mapping[str, Any], place: Sequence[str]) -> Node:
    state, level, at = given["marketingState"], given.get("marketingOptInLevel"), given.get("consentUpdatedAt")
    if state not in ("SUBSCRIBED", "UNSUBSCRIBED", "PENDING"):
        raise top_level(f"Cannot specify {state} as a marketing state input", "INVALID")
    if level is None and state != "UNSUBSCRIBED":
        raise Refusal([*place, "marketingOptInLevel"], "Marketing opt in level must exist", "MISSING_ARGUMENT")
    if state == "PENDING" and level != "CONFIRMED_OPT_IN":
        message = "Marketing opt in level must be confirmed opt-in for pending consent state"
        raise Refusal([*place, "marketingOptInLevel"], message, "INVALID")
    if at is not None and at > timestamp(int(shop.clock())):
        message = "Consent updated at must not be in the future"
        raise Refusal([*place, "consentUpdatedAt"], message, "INVALID")
    return {"state": state, "level": level or "SINGLE_OPT_IN", "at": at or shop.now()}


# -- writing


def put(shop: Shop, identifier: Mapping[str, Any] | None, given: Mapping[str, Any]) -> Node:
    """Creates or changes a customer. Raises Refusal, and then nothing has changed."""
    node = _found(shop, identifier or {})
    if identifier is not None:
        _identified(node, identifier, given)
    fields = {name: given[name] for name in ("taxExempt", "taxExemptions") if given.get(name) is not None}
    fields |= {name: _name(given[name], name) for name in TEXTS if name in given}
    fields |= {name: _contact(shop, node, name, given[name]) for name in ("email", "phone") if name in given}
    fields |= _others(given)
    whole = {**(node or {}), **fields}
    if not any(whole.get(name) for name in ("email", "phone", *TEXTS)):
        raise Refusal(["input"], "A name, phone number, or email address must be present", "BLANK")
    new = [
        addresses.cleaned(one, ["input", "addresses", str(number)], whole)
        for number, one in enumerate(given.get("addresses") or ())
    ]
    if node is None:
        node = shop.add("Customer", **_fresh())
    for name in ("email", "phone"):
        _rename(shop, node, name, whole.get(name))
    node |= fields
    if given.get("addresses") is not None:
        node["_addresses"] = addresses.kept(shop, new)
        node["_default"] = node["_addresses"][0]["id"] if new else None
    shop.touch(node)
    return node


def _fresh() -> Node:
    never = {"state": "NOT_SUBSCRIBED", "level": "SINGLE_OPT_IN", "at": None}
    names = dict.fromkeys((*TEXTS, "email", "phone", "note", "_default"))
    more = {"tags": [], "locale": "en", "taxExempt": False, "taxExemptions": [], "canDelete": True, "_addresses": []}
    return {**names, **more, "_email": never, "_sms": never}


def _found(shop: Shop, identifier: Mapping[str, Any]) -> Node | None:
    for name, value in identifier.items():
        return shop.get(value, "Customer") if name == "id" else shop.named("Customer", name, _plain(value))
    return None


def _identified(node: Node | None, identifier: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    ((name, value),) = identifier.items()
    if name == "id":
        if node is None:
            raise Refusal(["input"], "Resource matching the identifier was not found.", "NOT_FOUND")
        return
    if not given.get(name):
        message = "The input field corresponding to the identifier is required."
        raise Refusal(["input"], message, "MISSING_FIELD_REQUIRED")
    if _plain(given[name]) != _plain(value):
        message = "The identifier value does not match the value of the corresponding field in the input."
        raise Refusal(["input"], message, "INPUT_MISMATCH")


def _contact(shop: Shop, node: Node | None, name: str, text: str | None) -> str | None:
    """An e-mail address or a phone number, without blanks (and brackets), which nobody else has."""
    label = name.title()
    text = re.sub(r"\s" if name == "email" else r"[\s().-]", "", text or "")
    if not text:
        return None
    if len(text) > MAX_TEXT:
        raise Refusal(["input", name], f"{label} is too long (maximum is {MAX_TEXT} characters)", "TOO_LONG")
    if not (_EMAIL if name == "email" else _PHONE).match(text):
        raise Refusal(["input", name], f"{label} is invalid", "INVALID")
    other = shop.named("Customer", name, _plain(text))
    if other is not None and other is not node:
        raise Refusal(["input", name], f"{label} has already been taken", "TAKEN")
    return text


def _plain(text: str) -> str:
    return re.sub(r"[\s().-]" if text.strip().startswith("+") else r"\s", "", text).lower()


def _rename(shop: Shop, node: Node, name: str, text: str | None) -> None:
    if node[name]:
        shop.names.pop(("Customer", name, _plain(node[name])), None)
    if text:
        shop.names["Customer", name, _plain(text)] = node["id"]


def _name(text: str | None, name: str) -> str | None:
    text = (text or "").strip()
    label = "First name" if name == "firstName" else "Last name"
    if len(text) > MAX_TEXT:
        raise Refusal(["input", name], f"{label} is too long (maximum is {MAX_TEXT} characters)", "TOO_LONG")
    return text or None


def _others(given: Mapping[str, Any]) -> Node:
    fields: Node = {}
    if "note" in given:
        if len(given["note"] or "") > MAX_NOTE:
            raise Refusal(["input", "note"], f"Note is too long (maximum is {MAX_NOTE} characters)", "TOO_LONG")
        fields["note"] = given["note"]
    if given.get("locale") is not None:
        if given["locale"].split("-")[0] not in LOCALES:
            raise Refusal(["input", "locale"], "Locale is invalid", "INVALID")
        fields["locale"] = given["locale"]
    if given.get("tags") is not None:
        split = {part.strip().lower(): part.strip() for tag in reversed(given["tags"]) for part in tag.split(",")}
        if len(split) > MAX_TAGS:
            raise Refusal(["input", "tags"], f"Tags cannot be more than {MAX_TAGS}", "INVALID")
        fields["tags"] = sorted(tag for tag in split.values() if tag)
    return fields
