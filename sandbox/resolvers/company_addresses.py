"""Where a company's place is, and where it gets its bills: two addresses, each with an id that stays, as recorded."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..context import Info, demand_b2b, shop_of
from ..errors import Refusal
from ..schema import field
from ..store import Node, Shop
from .addresses import COUNTRIES, REGIONS

TEXTS = ("address1", "address2", "city", "firstName", "lastName", "recipient", "zip")
SIDES = {"BILLING": "_billing", "SHIPPING": "_shipping"}
_LABELS = {"firstName": "First name", "lastName": "Last name"}
_UNFIT = re.compile("<[^>]*>|://|[\U0001f300-\U0001faff\u2600-\u27bf]")
_ZIPS = {"US": re.compile(r"\d{5}(-\d{4})?\Z")}


@field("CompanyLocation", "billingAddress")
def billing(source: Node, info: Info) -> Node | None:
    return shop_of(info).get(source["_billing"] or "")


@field("CompanyLocation", "shippingAddress")
def shipping(source: Node, info: Info) -> Node | None:
    return shop_of(info).get(source["_shipping"] or "")


@field("CompanyAddress", "companyName")
def company_name(source: Node, info: Info) -> str:
    shop = shop_of(info)
    name: str = shop.nodes[shop.nodes[source["_location"]]["_company"]]["name"]
    return name


@field("Mutation", "companyLocationAssignAddress")
def assign(_: Any, info: Info, locationId: str, address: dict[str, Any], addressTypes: list[str]) -> Node:
    demand_b2b(info, "write")
    shop = shop_of(info)
    node = shop.get(locationId, "CompanyLocation")
    try:
        if node is None:
            raise Refusal(["locationId"], "The company location doesn't exist", "RESOURCE_NOT_FOUND")
        if len(set(addressTypes)) < len(addressTypes):
            raise Refusal(None, "Invalid input.", "INVALID_INPUT")
        fields = checked(address, ["address"])
    except Refusal as refusal:
        return {"addresses": None, "userErrors": [refusal.error]}
    put_all(shop, node, {SIDES[kind]: fields for kind in addressTypes})
    return {"addresses": [shop.nodes[node[SIDES[kind]]] for kind in addressTypes], "userErrors": []}


def checked(given: Mapping[str, Any], place: Sequence[str]) -> Node:
    """What is to be stored of an address. Raises Refusal."""
    fields = {name: (given[name] or "").strip() or None for name in TEXTS if name in given}
    for name, text in fields.items():
        if _UNFIT.search(text or ""):
            label = _LABELS.get(name, name.capitalize())
            raise Refusal([*place, name], f"{label} is invalid", "INVALID")
    code, zone = given.get("countryCode"), given.get("zoneCode")
    if code is None or code == "ZZ":
        raise Refusal([*place, "countryCode"], "Country code is invalid", "INVALID")
    regions = REGIONS.get(code, {})
    if zone and regions and zone not in regions:
        raise Refusal([*place, "zoneCode"], "Zone code is invalid", "INVALID")
    if fields.get("zip") and code in _ZIPS and not _ZIPS[code].match(fields["zip"] or ""):
        raise Refusal([*place, "zip"], "Zip is invalid", "INVALID")
    fields |= {"countryCode": code, "country": COUNTRIES.get(code, code), "zoneCode": zone if zone in regions else None}
    fields["province"] = regions.get(fields["zoneCode"] or "")
    if "phone" in given:
        fields["phone"] = phone(given["phone"], [*place, "phone"])
    return fields


def phone(text: str | None, place: Sequence[str]) -> str | None:
    digits = re.sub(r"[\s().-]", "", text or "")
    if not digits:
        return None
    if not re.fullmatch(r"\+?\d{7,15}", digits):
        raise Refusal(place, "Phone is invalid", "INVALID")
    return digits if digits.startswith("+") else f"+1{digits}"


def put_all(shop: Shop, location: Node, wanted: Mapping[str, Mapping[str, Any]]) -> None:
    """`wanted`: side -> fields; those that are not given stay as they are."""
    for side, fields in wanted.items():
        node = shop.get(location[side] or "")
        if node is None:
            bare = dict.fromkeys((*TEXTS, "phone", "zoneCode", "province"))
            node = shop.add("CompanyAddress", **{**bare, "address1": "", "_location": location["id"]})
            location[side] = node["id"]
        node |= {**fields, "address1": fields.get("address1", node["address1"]) or ""}
        shop.touch(node)
    shop.touch(location)
