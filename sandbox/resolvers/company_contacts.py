"""The people of a company: customers, each with a title, and at most one role in each of its places, as recorded."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..context import Info, demand_b2b, shop_of
from ..errors import Refusal, user_error
from ..paging import connection
from ..schema import field
from ..store import Node, Shop
from . import companies
from .customers import READ, approved

_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,4})?\Z")
NOBODY = "The company contact doesn't exist."
MISSING = "Resource requested does not exist."


# -- reading


@field("QueryRoot", "companyContact")
def contact(_: Any, info: Info, id: str) -> Node | None:
    demand_b2b(info, "read")
    return shop_of(info).get(id, "CompanyContact")


@field("Customer", "companyContactProfiles")
def profiles(source: Node, info: Info) -> list[Node]:
    demand_b2b(info, "read")
    return companies.contacts_of(shop_of(info), source["id"])


@field("CompanyContact", "company")
def company_of(source: Node, info: Info) -> Node:
    return shop_of(info).nodes[source["_company"]]


@field("CompanyContact", "customer")
def customer_of(source: Node, info: Info) -> Node:
    approved(info, READ)
    return shop_of(info).nodes[source["_customer"]]


@field("CompanyContact", "isMainContact")
def is_main(source: Node, info: Info) -> bool:
    return bool(shop_of(info).nodes[source["_company"]]["_main"] == source["id"])


@field("CompanyContact", "roleAssignments")
def assignments(source: Node, info: Info, **arguments: Any) -> Node:
    return connection(source["_assigned"], load=shop_of(info).get, ascending=False, **arguments)


for _name, _key in (("company", "_company"), ("companyContact", "_contact"), ("companyLocation", "_location")):
    field("CompanyContactRoleAssignment", _name)(lambda source, info, key=_key: shop_of(info).nodes[source[key]])
field("CompanyContactRoleAssignment", "role")(lambda source, info: shop_of(info).nodes[source["_role"]])


# -- writing


@field("Mutation", "companyAssignCustomerAsContact")
def assign_customer(_: Any, info: Info, companyId: str, customerId: str) -> Node:
    demand_b2b(info, "write")
    shop = shop_of(info)
    try:
        return {"companyContact": made(shop, companyId, customerId), "userErrors": []}
    except Refusal as refusal:
        return {"companyContact": None, "userErrors": [refusal.error]}


@field("Mutation", "companyContactUpdate")
def update(_: Any, info: Info, companyContactId: str, input: dict[str, Any]) -> Node:
    demand_b2b(info, "write")
    shop = shop_of(info)
    try:
        node = companies.there(shop, companyContactId, "CompanyContact", ["companyContactId"], NOBODY)
        if not input:
            raise Refusal(None, "Company contact update input is empty.", "NO_INPUT")
        change(shop, node, input)
    except Refusal as refusal:
        return {"companyContact": None, "userErrors": [refusal.error]}
    return {"companyContact": node, "userErrors": []}


@field("Mutation", "companyContactRemoveFromCompany")
def remove(_: Any, info: Info, companyContactId: str) -> Node:
    demand_b2b(info, "write")
    shop = shop_of(info)
    try:
        node = companies.there(shop, companyContactId, "CompanyContact", ["companyContactId"], NOBODY)
    except Refusal as refusal:
        return {"removedCompanyContactId": None, "userErrors": [refusal.error]}
    companies.drop_contact(shop, node)
    return {"removedCompanyContactId": companyContactId, "userErrors": []}


@field("Mutation", "companyContactAssignRoles")
def assign_roles(_: Any, info: Info, companyContactId: str, rolesToAssign: list[dict[str, str]]) -> Node:
    demand_b2b(info, "write")
    shop = shop_of(info)
    try:
        node = companies.there(shop, companyContactId, "CompanyContact", ["companyContactId"], NOBODY)
    except Refusal as refusal:
        return {"roleAssignments": None, "userErrors": [refusal.error]}
    given, errors = [], []
    for number, wanted in enumerate(rolesToAssign):
        try:
            given.append(assign(shop, node, wanted, ["rolesToAssign", str(number)]))
        except Refusal as refusal:
            errors.append(refusal.error)
    return {"roleAssignments": given, "userErrors": errors}


@field("Mutation", "companyContactRevokeRoles")
def revoke_roles(
    _: Any,
    info: Info,
    companyContactId: str,
    revokeAll: bool | None = None,
    roleAssignmentIds: Sequence[str] | None = None,
) -> Node:
    demand_b2b(info, "write")
    shop = shop_of(info)
    try:
        node = companies.there(shop, companyContactId, "CompanyContact", ["companyContactId"], NOBODY)
    except Refusal as refusal:
        return {"revokedRoleAssignmentIds": None, "userErrors": [refusal.error]}
    gone, errors = [], []
    for number, gid in enumerate(list(node["_assigned"]) if revokeAll else roleAssignmentIds or ()):
        if gid in node["_assigned"]:
            node["_assigned"].remove(gid)
            shop.drop(shop.nodes[gid])
            gone.append(gid)
        else:
            errors.append(user_error(["roleAssignmentIds", str(number)], MISSING, companies.GONE))
    shop.touch(node)
    return {"revokedRoleAssignmentIds": gone, "userErrors": errors}


def made(shop: Shop, company_id: str, customer_id: str) -> Node:
    """A customer as a contact of a company, without a title or a role. Raises Refusal."""
    company = companies.there(shop, company_id, "Company", ["companyId"], "Company does not exist.")
    customer = companies.there(shop, customer_id, "Customer", ["customerId"], "Customer does not exist.")
    if not customer["email"]:
        raise Refusal(["companyId"], "Customer must have an email address.", "INVALID_INPUT")
    if any(node["_company"] == company_id for node in companies.contacts_of(shop, customer_id)):
        raise Refusal(["companyId"], "Customer is already associated with a company contact.", "INVALID_INPUT")
    own = {"title": None, "locale": customer["locale"], "_assigned": []}
    node = shop.add("CompanyContact", _company=company_id, _customer=customer_id, **own)
    company["_contacts"].append(node["id"])
    return node


def change(shop: Shop, node: Node, given: Mapping[str, Any]) -> None:
    """Raises Refusal."""
    if given.get("locale") and not _LOCALE.match(given["locale"]):
        raise Refusal(["input", "locale"], "Invalid locale format.", "INVALID")
    node |= {name: given[name] for name in ("title", "locale") if name in given}
    shop.touch(node)


def assign(shop: Shop, node: Node, wanted: Mapping[str, str], place: Sequence[str]) -> Node:
    """A role in a place. Raises Refusal."""
    company = shop.nodes[node["_company"]]
    for name, kind in (("companyLocationId", "_locations"), ("companyContactRoleId", "_roles")):
        if wanted[name] not in company[kind]:
            raise Refusal([*place, name], MISSING, companies.GONE)
    where = wanted["companyLocationId"]
    if any(shop.nodes[gid]["_location"] == where for gid in node["_assigned"]):
        message = "Company contact has already been assigned a role in that company location."
        raise Refusal(place, message, "LIMIT_REACHED")
    own = {"_contact": node["id"], "_role": wanted["companyContactRoleId"], "_location": where}
    given = shop.add("CompanyContactRoleAssignment", _company=company["id"], **own)
    node["_assigned"].append(given["id"])
    shop.touch(node)
    return given
