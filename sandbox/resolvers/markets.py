"""Markets: who a store's visitors are by where they are. A store has one from the start.

A name is unique, and so is a handle that is asked for; one that comes from the name gets a number where it is taken. A
market is a draft unless it is asked to be active, as was seen. Of two active markets no two name the same region.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..context import Info, demand, shop_of
from ..errors import Refusal, user_error
from ..paging import connection
from ..schema import field
from ..store import Node, Shop
from .content import free_handle
from .listing import listed
from .products import slug

ACCESS = ("read_markets", "write_markets")
HOME = {"handle": "de", "name": "Germany", "status": "ACTIVE"}


def plant(shop: Shop) -> None:
    """What Shopify gives a new shop."""
    regions = {"regionsCondition": {"regions": [{"countryCode": "DE"}]}}
    put(shop, None, {**HOME, "conditions": regions})["_primary"] = True


# -- reading ---------------------------------------------------------------------------------------------------


@field("QueryRoot", "markets")
def markets(
    _: Any, info: Info, query: str | None = None, sortKey: str | None = None, type: str | None = None, **arguments: Any
) -> Node:
    demand(info, *ACCESS)
    return listed(info, "Market", query, sortKey if sortKey != "NAME" else "ID", **arguments)


@field("QueryRoot", "market")
def market(_: Any, info: Info, id: str) -> Node | None:
    demand(info, *ACCESS)
    return shop_of(info).get(id, "Market")


@field("Market", "type")
def type_of(source: Node, info: Info) -> str:
    return str(source.get("_type") or ("REGION" if _has_regions(source) else "NONE"))


def _has_regions(node: Node) -> bool:
    return node["_all"] or bool(node["_regions"])


@field("Market", "conditions")
def conditions(source: Node, info: Info) -> Node | None:
    if not _has_regions(source):
        return None
    return {"conditionTypes": ["REGION"], "regionsCondition": source}


@field("RegionsCondition", "applicationLevel")
def application_level(source: Node, info: Info) -> str:
    return "ALL" if source["_all"] else "SPECIFIED"


@field("RegionsCondition", "regions")
def regions(source: Node, info: Info, **arguments: Any) -> Node:
    return connection([_region(code) for code in source["_regions"]], ascending=False, **arguments)


def _region(code: str) -> Node:
    number = sum(ord(sign) << 8 * place for place, sign in enumerate(code))
    country, _, part = code.partition("-")
    if part:
        kind = {"__typename": "MarketRegionSubdivision", "code": part, "country": {"code": country}}
    else:
        kind = {"__typename": "MarketRegionCountry", "code": country}
    return {**kind, "id": f"gid://shopify/{kind['__typename']}/{number}", "name": code}


# -- writing ---------------------------------------------------------------------------------------------------


@field("Mutation", "marketCreate")
def create(_: Any, info: Info, input: dict[str, Any]) -> Node:
    demand(info, ACCESS[1])
    try:
        return {"market": put(shop_of(info), None, input), "userErrors": []}
    except Refusal as refusal:
        return {"market": None, "userErrors": [refusal.error]}


@field("Mutation", "marketUpdate")
def update(_: Any, info: Info, id: str, input: dict[str, Any]) -> Node:
    demand(info, ACCESS[1])
    shop = shop_of(info)
    node = shop.get(id, "Market")
    if node is None:
        return {"market": None, "userErrors": [user_error(["id"], "Market does not exist", "MARKET_NOT_FOUND")]}
    change = input.pop("conditions", None) or {}
    try:
        wanted = _changed(node, change)
        return {"market": put(shop, node, {**input, **wanted}), "userErrors": []}
    except Refusal as refusal:
        return {"market": None, "userErrors": [refusal.error]}


def _changed(node: Node, change: Mapping[str, Any]) -> Node:
    added, removed = (_codes(change.get(name) or {}) for name in ("conditionsToAdd", "conditionsToDelete"))
    kept = [code for code in node["_regions"] if code not in removed]
    return {"_regions": [*kept, *(code for code in added if code not in kept)]} if change else {}


@field("Mutation", "marketDelete")
def delete(_: Any, info: Info, id: str) -> Node:
    demand(info, ACCESS[1])
    shop = shop_of(info)
    node = shop.get(id, "Market")
    if node is None:
        return {"deletedId": None, "userErrors": [user_error(["id"], "Market does not exist", "MARKET_NOT_FOUND")]}
    if node.get("_primary"):
        error = user_error(["id"], "Can't delete the primary market", "CANNOT_DELETE_PRIMARY_MARKET")
        return {"deletedId": None, "userErrors": [error]}
    shop.drop(node)
    return {"deletedId": id, "userErrors": []}


def put(shop: Shop, node: Node | None, given: Mapping[str, Any]) -> Node:
    """Creates or changes a market. Raises Refusal."""
    name = given["name"] if node is None else given.get("name", node["name"])
    _check_name(shop, node, name)
    handle = _handle(shop, node, given.get("handle"), name)
    codes = given.get("_regions", _codes(given.get("conditions") or {}) if node is None else node["_regions"])
    everywhere = _everywhere(given.get("conditions") or {}) if node is None else node["_all"]
    status = given.get("status") or (node["status"] if node is not None else "DRAFT")
    if status == "ACTIVE":
        _check_regions(shop, node, codes)
    currency = _currency(shop, node, given.get("currencySettings"))
    if node is None:
        node = shop.add("Market", name=name, handle=handle, status=status)
    node |= {"name": name, "handle": handle, "status": status, "_regions": codes, "_all": everywhere}
    node["currencySettings"] = currency
    shop.name(node, handle)
    shop.touch(node)
    return node


def _check_name(shop: Shop, node: Node | None, name: str) -> None:
    if not name.strip():
        raise Refusal(["input", "name"], "Name can't be blank", "BLANK")
    if len(name) < 2:
        raise Refusal(["input", "name"], "Name is too short (minimum is 2 characters)", "TOO_SHORT")
    if any(other["name"] == name for other in shop.each("Market") if other is not node):
        raise Refusal(["input", "name"], "Name has already been taken", "TAKEN")


def _handle(shop: Shop, node: Node | None, asked: str | None, name: str) -> str:
    wanted = slug(asked or "")
    if not wanted:
        return str(node["handle"]) if node is not None else free_handle(shop, slug(name) or "market", "Market")
    other = shop.named("Market", wanted)
    if other is not None and other is not node:
        raise Refusal(["input", "handle"], "Handle has already been taken", "TAKEN")
    return wanted


def _codes(conditions: Mapping[str, Any]) -> list[str]:
    given = (conditions.get("regionsCondition") or {}).get("regions") or ()
    return [item["countryCode"] + (f"-{item['subdivision']}" if item.get("subdivision") else "") for item in given]


def _everywhere(conditions: Mapping[str, Any]) -> bool:
    return (conditions.get("regionsCondition") or {}).get("applicationLevel") == "ALL"


def _check_regions(shop: Shop, node: Node | None, codes: list[str]) -> None:
    for other in shop.each("Market"):
        if other is not node and other["status"] == "ACTIVE" and set(other["_regions"]) & set(codes):
            message = "A region is in another active market already"
            raise Refusal(["input", "conditions"], message, "DUPLICATE_REGION_MARKET")


def _currency(shop: Shop, node: Node | None, given: Mapping[str, Any] | None) -> Node | None:
    before: Node | None = node["currencySettings"] if node is not None else None
    if given is None:
        return before
    code = given.get("baseCurrency") or (before["baseCurrency"]["currencyCode"] if before else shop.currency)
    if code != shop.currency:
        message = "Multiple currencies are not supported by this shop's payment provider"
        raise Refusal(["input", "currencySettings", "baseCurrency"], message, "MULTIPLE_CURRENCIES_NOT_SUPPORTED")
    return {
        "baseCurrency": {"currencyCode": code, "currencyName": code, "enabled": True},
        "localCurrencies": given.get("localCurrencies", before["localCurrencies"] if before else False),
        "roundingEnabled": given.get("roundingEnabled", before["roundingEnabled"] if before else False),
    }
