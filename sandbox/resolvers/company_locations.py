"""The places of companies: where they are, what they pay in taxes, and how they check out.

A company keeps its last place. One without a name is called after its address, or else after its company, as recorded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..context import Info, demand_b2b, shop_of
from ..errors import Refusal
from ..paging import connection
from ..schema import field
from ..store import Node, Shop
from . import companies, company_addresses
from .listing import listed

OWN = ("name", "note", "phone", "locale", "externalId")
TAXES = ("taxExempt", "taxExemptions", "taxRegistrationId")
ADDRESSES = {"billingAddress": "_billing", "shippingAddress": "_shipping"}
PLAIN_CHECKOUT: Node = {
    "checkoutToDraft": False,
    "editableShippingAddress": False,
    "_terms": None,
    "deposit": None,
}
TERMS: Sequence[tuple[int, str, str, int | None]] = (
    (1, "Due on receipt", "RECEIPT", None),
    (9, "Due on fulfillment", "FULFILLMENT", None),
    *((number, f"Net {days}", "NET", days) for number, days in ((2, 7), (3, 15), (4, 30), (8, 45), (5, 60), (6, 90))),
    (7, "Fixed", "FIXED", None),
)
TEMPLATES: Mapping[str, Node] = {
    f"gid://shopify/PaymentTermsTemplate/{number}": {
        "__typename": "PaymentTermsTemplate",
        "id": f"gid://shopify/PaymentTermsTemplate/{number}",
        "name": name,
        "translatedName": name,
        "description": f"Within {days} days" if days else name,
        "dueInDays": days,
        "paymentTermsType": kind,
    }
    for number, name, kind, days in TERMS
}
NOWHERE = "The company location doesn't exist"


# -- reading


@field("QueryRoot", "companyLocations")
def locations(_: Any, info: Info, query: str | None = None, sortKey: str | None = None, **arguments: Any) -> Node:
    demand_b2b(info, "read")
    return listed(info, "CompanyLocation", query, sortKey, **arguments)


@field("QueryRoot", "companyLocation")
def location(_: Any, info: Info, id: str) -> Node | None:
    demand_b2b(info, "read")
    return shop_of(info).get(id, "CompanyLocation")


@field("QueryRoot", "paymentTermsTemplates")
def templates(_: Any, info: Info, paymentTermsType: str | None = None) -> list[Node]:
    return [node for node in TEMPLATES.values() if paymentTermsType in (None, node["paymentTermsType"])]


@field("CompanyLocation", "company")
def company_of(source: Node, info: Info) -> Node:
    return shop_of(info).nodes[source["_company"]]


@field("CompanyLocation", "roleAssignments")
def assignments(source: Node, info: Info, **arguments: Any) -> Node:
    shop = shop_of(info)
    own = [shop.nodes[gid] for gid in shop.nodes[source["_company"]]["_contacts"]]
    found = [gid for contact in own for gid in contact["_assigned"] if shop.nodes[gid]["_location"] == source["id"]]
    return connection(found, load=shop.get, ascending=False, **arguments)


@field("CompanyLocation", "catalogsCount")
def catalogs_count(source: Node, info: Info, limit: int | None = 10_000) -> Node:
    """Which catalogs a location sees is of no concern to anybody here, but that there are some."""
    found: int = source["_catalogs"]
    most = found if limit is None else limit
    return {"count": min(found, most), "precision": "EXACT" if found <= most else "AT_LEAST"}


@field("CompanyLocation", "staffMemberAssignments")
def staff(source: Node, info: Info, **arguments: Any) -> Node:
    return connection(source["_staff"], load=shop_of(info).get, ascending=False, **arguments)


@field("CompanyLocationStaffMemberAssignment", "companyLocation")
def staffed(source: Node, info: Info) -> Node:
    return shop_of(info).nodes[source["_location"]]


@field("BuyerExperienceConfiguration", "paymentTermsTemplate")
def terms_of(source: Node, info: Info) -> Node | None:
    return TEMPLATES.get(source["_terms"] or "")


# -- writing


@field("Mutation", "companyLocationCreate")
def create(_: Any, info: Info, companyId: str, input: dict[str, Any]) -> Node:
    demand_b2b(info, "write")
    shop = shop_of(info)
    try:
        company = companies.there(shop, companyId, "Company", ["companyId"], "The company doesn't exist")
        if not set(input) - {*ADDRESSES, "billingSameAsShipping"}:
            raise Refusal(None, "Company location create input is empty.", "NO_INPUT")
        address = (input.get("shippingAddress") or {}).get("address1")
        own = {**input, "name": input.get("name") or address or company["name"]}
        fields = checked(shop, own, ["input"], None)
    except Refusal as refusal:
        return {"companyLocation": None, "userErrors": [refusal.error]}
    return {"companyLocation": add(shop, company, fields), "userErrors": []}


@field("Mutation", "companyLocationUpdate")
def update(_: Any, info: Info, companyLocationId: str, input: dict[str, Any]) -> Node:
    demand_b2b(info, "write")
    shop = shop_of(info)
    try:
        node = companies.there(shop, companyLocationId, "CompanyLocation", ["input"], NOWHERE)
        if not input:
            raise Refusal(None, "Company location update input is empty.", "NO_INPUT")
        if "name" in input and input["name"] is None:
            raise Refusal(["input", "name"], "Name is of unexpected type NilClass", "UNEXPECTED_TYPE")
        fields = checked(shop, input, ["input"], node)
    except Refusal as refusal:
        return {"companyLocation": None, "userErrors": [refusal.error]}
    companies.put(shop, node, fields)
    return {"companyLocation": node, "userErrors": []}


@field("Mutation", "companyLocationTaxSettingsUpdate")
def taxes(
    _: Any,
    info: Info,
    companyLocationId: str,
    exemptionsToAssign: list[str] | None = None,
    exemptionsToRemove: list[str] | None = None,
    **given: Any,
) -> Node:
    demand_b2b(info, "write")
    shop = shop_of(info)
    try:
        node = companies.there(shop, companyLocationId, "CompanyLocation", ["companyLocationId"], NOWHERE)
    except Refusal as refusal:
        return {"companyLocation": None, "userErrors": [refusal.error]}
    own = node["taxSettings"]
    kept = [one for one in own["taxExemptions"] if one not in (exemptionsToRemove or ())]
    kept += [one for one in exemptionsToAssign or () if one not in kept]
    node["taxSettings"] = {**own, **given, "taxExemptions": kept}
    shop.touch(node)
    return {"companyLocation": node, "userErrors": []}


@field("Mutation", "companyLocationDelete")
def delete(_: Any, info: Info, companyLocationId: str) -> Node:
    demand_b2b(info, "write")
    shop = shop_of(info)
    place = ["companyLocationId"]
    try:
        node = companies.there(shop, companyLocationId, "CompanyLocation", place, NOWHERE)
        if len(shop.nodes[node["_company"]]["_locations"]) == 1:
            raise Refusal(place, "Failed to delete the company location.", "FAILED_TO_DELETE")
    except Refusal as refusal:
        return {"deletedCompanyLocationId": None, "userErrors": [refusal.error]}
    drop(shop, node)
    return {"deletedCompanyLocationId": companyLocationId, "userErrors": []}


def checked(shop: Shop, given: Mapping[str, Any], place: Sequence[str], node: Node | None) -> Node:
    """What is to be stored of a place. Raises Refusal, and then nothing has changed."""
    fields: Node = {name: given[name] for name in OWN if name in given}
    if "name" in fields and not (fields["name"] or "").strip():
        raise Refusal([*place, "name"], "Name can't be blank", "BLANK")
    if len(fields.get("name") or "") > companies.MAX_TEXT:
        message = f"Name is too long (maximum is {companies.MAX_TEXT} characters)"
        raise Refusal([*place, "name"], message, "TOO_LONG")
    if len(fields.get("note") or "") > companies.MAX_NOTE:
        message = f"Notes is too long (maximum is {companies.MAX_NOTE} characters)"
        raise Refusal([*place, "notes"], message, "TOO_LONG")
    if "phone" in fields:
        fields["phone"] = company_addresses.phone(fields["phone"], [*place, "phone"])
    if "externalId" in fields:
        own_place = [*place, "externalId"]
        fields["externalId"] = companies.external_id(shop, "CompanyLocation", fields["externalId"], own_place, node)
    if "buyerExperienceConfiguration" in given:
        own_place = [*place, "buyerExperienceConfiguration"]
        fields["buyerExperienceConfiguration"] = _checkout(given["buyerExperienceConfiguration"], own_place, node)
    if node is None:
        fields |= _first(given, place)
    return fields


def _first(given: Mapping[str, Any], place: Sequence[str]) -> Node:
    """What can be said when a place is made, and has mutations of its own afterwards."""
    if "taxExempt" in given and given["taxExempt"] is None:
        raise Refusal([*place, "taxExempt"], "Invalid input.", "INVALID_INPUT")
    addresses = {name: given.get(name) for name in ADDRESSES}
    if given.get("billingSameAsShipping"):
        for name, wrong in (("billingAddress", addresses["billingAddress"]), ("shippingAddress", None)):
            if wrong or (name == "shippingAddress" and not addresses[name]):
                raise Refusal([*place, name], "Invalid input.", "INVALID_INPUT")
        addresses["billingAddress"] = addresses["shippingAddress"]
    sides = {ADDRESSES[name]: company_addresses.checked(own, [*place, name]) for name, own in addresses.items() if own}
    plain = {"taxExempt": False, "taxExemptions": [], "taxRegistrationId": None}
    settings = {**plain, **{name: given[name] for name in TAXES if given.get(name) is not None}}
    return {"taxSettings": settings, "_sides": sides}


def _checkout(given: Mapping[str, Any] | None, place: Sequence[str], node: Node | None) -> Node:
    if not given:
        raise Refusal(place, "Invalid input.", "INVALID_INPUT")
    own = {**(node["buyerExperienceConfiguration"] if node is not None else PLAIN_CHECKOUT)}
    own |= {name: given[name] for name in ("checkoutToDraft", "editableShippingAddress") if given.get(name) is not None}
    if "paymentTermsTemplateId" in given:
        own["_terms"] = given["paymentTermsTemplateId"]
        if own["_terms"] is not None and own["_terms"] not in TEMPLATES:
            raise Refusal([*place, "paymentTermsTemplateId"], "Resource requested does not exist.", companies.GONE)
    if "deposit" in given:
        own["deposit"] = given["deposit"] and {"__typename": "DepositPercentage", **given["deposit"]}
    if own["deposit"] and not own["_terms"]:
        raise Refusal([*place, "deposit"], "Deposit requires a payment terms template.", "INVALID")
    if own["deposit"] and not 1 <= own["deposit"]["percentage"] <= 99:
        raise Refusal([*place, "deposit", "percentage"], "Percentage must be between 1 and 99", "INVALID")
    return own


def add(shop: Shop, company: Node, fields: Mapping[str, Any]) -> Node:
    """A new place of a company, of what `checked` gave."""
    own = {name: value for name, value in fields.items() if name not in ("_sides", "externalId")}
    bare = {"phone": None, "note": None, "externalId": None, "_billing": None, "_shipping": None, "locale": "en"}
    more = {"buyerExperienceConfiguration": dict(PLAIN_CHECKOUT), "_catalogs": 0, "_staff": []}
    node = shop.add("CompanyLocation", **{**bare, **more, **own, "_company": company["id"]})
    node["locale"] = node["locale"] or "en"
    companies.put(shop, node, {"externalId": fields.get("externalId")})
    company_addresses.put_all(shop, node, fields["_sides"])
    company["_locations"].append(node["id"])
    return node


def drop(shop: Shop, node: Node) -> None:
    """With the roles that people had there."""
    company = shop.nodes[node["_company"]]
    for contact in (shop.nodes[gid] for gid in company["_contacts"]):
        for gid in [gid for gid in contact["_assigned"] if shop.nodes[gid]["_location"] == node["id"]]:
            contact["_assigned"].remove(gid)
            shop.drop(shop.nodes[gid])
    for gid in filter(None, (node["_billing"], node["_shipping"])):
        shop.drop(shop.nodes[gid])
    company["_locations"].remove(node["id"])
    shop.names.pop(("CompanyLocation", "external", node["externalId"] or ""), None)
    shop.drop(node)
