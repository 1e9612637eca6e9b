"""Companies that buy from a store: what they are called, and who speaks for them.

Every company has at least one place: one that is made without saying which gets one of its own name, as recorded. Two
may have the same name, but not the same external id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..context import Info, demand_b2b, shop_of
from ..errors import Refusal, user_error
from ..paging import connection
from ..schema import field
from ..store import Node, Shop
from . import company_locations
from .listing import count, listed

MAX_TEXT, MAX_NOTE, MAX_ID = 255, 5_000, 64
ROLES = ("Location admin", "Ordering only")
_EXTERNAL_ID = re.compile(r"""[A-Za-z0-9!@#$%^&*(){}\[\]\\/?<>_\-~,.;:'`"]+\Z""")
_BAD_ID = (
    "External Id can only contain numbers, letters, and some special characters, including "
    "!@#$%^&*(){}[]\\/?<>_-~,.;:'`\""
)
GONE = "RESOURCE_NOT_FOUND"


# -- reading


@field("QueryRoot", "companies")
def companies(_: Any, info: Info, query: str | None = None, sortKey: str | None = None, **arguments: Any) -> Node:
    demand_b2b(info, "read")
    return listed(info, "Company", query, sortKey, **arguments)


@field("QueryRoot", "companiesCount")
def companies_count(_: Any, info: Info, limit: int | None = 10_000) -> Node:
    demand_b2b(info, "read")
    return count(info, "Company", None, limit)


@field("QueryRoot", "company")
def company(_: Any, info: Info, id: str) -> Node | None:
    demand_b2b(info, "read")
    return shop_of(info).get(id, "Company")


def _paged(shop: Shop, gids: Sequence[str], **arguments: Any) -> Node:
    return connection(gids, load=shop.get, ascending=False, **arguments)


@field("Company", "locations")
def locations(source: Node, info: Info, **arguments: Any) -> Node:
    return _paged(shop_of(info), source["_locations"], **arguments)


@field("Company", "contacts")
def contacts(source: Node, info: Info, **arguments: Any) -> Node:
    return _paged(shop_of(info), source["_contacts"], **arguments)


@field("Company", "contactRoles")
def roles(source: Node, info: Info, **arguments: Any) -> Node:
    return _paged(shop_of(info), source["_roles"], **arguments)


@field("Company", "mainContact")
def main_contact(source: Node, info: Info) -> Node | None:
    return shop_of(info).get(source["_main"] or "")


# -- writing


@field("Mutation", "companyCreate")
def create(_: Any, info: Info, input: dict[str, Any]) -> Node:
    demand_b2b(info, "write")
    try:
        return {"company": made(shop_of(info), input), "userErrors": []}
    except Refusal as refusal:
        return {"company": None, "userErrors": [refusal.error]}


@field("Mutation", "companyUpdate")
def update(_: Any, info: Info, companyId: str, input: dict[str, Any]) -> Node:
    demand_b2b(info, "write")
    shop = shop_of(info)
    try:
        node = there(shop, companyId, "Company", ["companyId"])
        if not input:
            raise Refusal(["input"], "At least one attribute to change must be present", "INVALID")
        if "customerSince" in input:
            raise Refusal(["input", "customerSince"], "This field may only be set on creation.", "INVALID_INPUT")
        fields = _checked(shop, input, ["input"], node)
    except Refusal as refusal:
        return {"company": None, "userErrors": [refusal.error]}
    put(shop, node, fields)
    return {"company": node, "userErrors": []}


@field("Mutation", "companyDelete")
def delete(_: Any, info: Info, id: str) -> Node:
    demand_b2b(info, "write")
    shop = shop_of(info)
    node = shop.get(id, "Company")
    if node is None:
        return {"deletedCompanyId": None, "userErrors": [user_error(["id"], "Company does not exist.", GONE)]}
    drop(shop, node)
    return {"deletedCompanyId": id, "userErrors": []}


@field("Mutation", "companiesDelete")
def delete_many(_: Any, info: Info, companyIds: list[str]) -> Node:
    demand_b2b(info, "write")
    shop, gone, errors = shop_of(info), [], []
    for number, gid in enumerate(companyIds):
        node = shop.get(gid, "Company")
        if node is None:
            place = ["companyIds", str(number)]
            errors.append(user_error(place, "Resource requested does not exist.", GONE))
        else:
            drop(shop, node)
            gone.append(gid)
    return {"deletedCompanyIds": gone, "userErrors": errors}


@field("Mutation", "companyAssignMainContact")
def assign_main(_: Any, info: Info, companyId: str, companyContactId: str) -> Node:
    demand_b2b(info, "write")
    shop = shop_of(info)
    try:
        node = there(shop, companyId, "Company", ["companyId"])
        there(shop, companyContactId, "CompanyContact", ["companyContactId"])
        if companyContactId not in node["_contacts"]:
            message = "The company contact does not belong to the company."
            raise Refusal(["companyContactId"], message, "INVALID_INPUT")
    except Refusal as refusal:
        return {"company": None, "userErrors": [refusal.error]}
    node["_main"] = companyContactId
    shop.touch(node)
    return {"company": node, "userErrors": []}


@field("Mutation", "companyRevokeMainContact")
def revoke_main(_: Any, info: Info, companyId: str) -> Node:
    demand_b2b(info, "write")
    shop = shop_of(info)
    try:
        node = there(shop, companyId, "Company", ["companyId"])
    except Refusal as refusal:
        return {"company": None, "userErrors": [refusal.error]}
    node["_main"] = None
    shop.touch(node)
    return {"company": node, "userErrors": []}


def there(shop: Shop, gid: str, kind: str, place: Sequence[str], said: str = "") -> Node:
    """An object that a mutation names. Raises Refusal."""
    node = shop.get(gid, kind)
    if node is None:
        raise Refusal(place, said or "Resource requested does not exist.", GONE)
    return node


def made(shop: Shop, given: Mapping[str, Any]) -> Node:
    """A company and its first place. Raises Refusal, and then nothing has changed."""
    own = given["company"]
    fields = _checked(shop, own, ["input", "company"], None)
    if not fields.get("name"):
        raise Refusal(["input", "company", "name"], "Name can't be blank", "BLANK")
    place = {**(given.get("companyLocation") or {})}
    place["name"] = place.get("name") or fields["name"]
    inner = company_locations.checked(shop, place, ["input", "companyLocation"], None)
    lists: Node = {"_locations": [], "_contacts": [], "_roles": []}
    node = shop.add("Company", name="", externalId=None, note=None, _main=None, **lists)
    node["customerSince"] = own.get("customerSince") or node["createdAt"]
    put(shop, node, fields)
    for role in ROLES:
        note = f"System-defined {role} role"
        node["_roles"].append(shop.add("CompanyContactRole", name=role, note=note)["id"])
    company_locations.add(shop, node, inner)
    return node


def put(shop: Shop, node: Node, fields: Mapping[str, Any]) -> None:
    if "externalId" in fields:
        shop.names.pop((node["__typename"], "external", node["externalId"] or ""), None)
        if fields["externalId"]:
            shop.names[node["__typename"], "external", fields["externalId"]] = node["id"]
    node |= fields
    shop.touch(node)


def drop(shop: Shop, node: Node) -> None:
    for gid in list(node["_locations"]):
        company_locations.drop(shop, shop.nodes[gid])
    for gid in list(node["_contacts"]):
        drop_contact(shop, shop.nodes[gid])
    for gid in node["_roles"]:
        shop.drop(shop.nodes[gid])
    shop.names.pop(("Company", "external", node["externalId"] or ""), None)
    shop.drop(node)


def contacts_of(shop: Shop, customer: str) -> list[Node]:
    """What a customer is to companies."""
    contacts = (shop.nodes[gid] for own in shop.each("Company") for gid in own["_contacts"])
    return [node for node in contacts if node["_customer"] == customer]


def drop_contact(shop: Shop, node: Node) -> None:
    """Takes somebody out of a company, with the roles that they had."""
    own = shop.nodes[node["_company"]]
    for gid in node["_assigned"]:
        shop.drop(shop.nodes[gid])
    own["_contacts"].remove(node["id"])
    if own["_main"] == node["id"]:
        own["_main"] = None
    shop.drop(node)


def _checked(shop: Shop, given: Mapping[str, Any], place: Sequence[str], node: Node | None) -> Node:
    """What is to be stored of the texts that companies and their places have in common. Raises Refusal."""
    fields = {name: given[name] for name in ("name", "note", "externalId") if name in given}
    if "name" in fields:
        if not (fields["name"] or "").strip():
            raise Refusal([*place, "name"], "Name can't be blank", "BLANK")
        if len(fields["name"]) > MAX_TEXT:
            raise Refusal([*place, "name"], f"Name is too long (maximum is {MAX_TEXT} characters)", "TOO_LONG")
    if len(fields.get("note") or "") > MAX_NOTE:
        raise Refusal([*place, "notes"], f"Notes is too long (maximum is {MAX_NOTE} characters)", "TOO_LONG")
    if "externalId" in fields:
        fields["externalId"] = external_id(shop, "Company", fields["externalId"], [*place, "externalId"], node)
    return fields


def external_id(shop: Shop, kind: str, text: str | None, place: Sequence[str], node: Node | None) -> str | None:
    """An external id that nobody else of the kind has. Raises Refusal."""
    if not text:
        return None
    if len(text) > MAX_ID:
        raise Refusal(place, f"External Id must be {MAX_ID} characters or less.", "TOO_LONG")
    if not _EXTERNAL_ID.match(text):
        raise Refusal(place, _BAD_ID, "INVALID")
    other = shop.names.get((kind, "external", text))
    if other is not None and (node is None or other != node["id"]):
        raise Refusal(place, "External id has already been taken.", "TAKEN")
    return text
