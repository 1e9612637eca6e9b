"""Discounts: one connection over both kinds of nodes, with a mutation each for what codes and shops can give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..context import Info, demand, shop_of
from ..errors import Refusal, user_error
from ..paging import connection
from ..schema import field
from ..store import Node, Shop
from .discount_making import NODES, TAKEN, demand_title, new_code, put
from .listing import numbers

READ, WRITE = "read_discounts", "write_discounts"
_ARGUMENTS = {
    ("code", "Basic"): "basicCodeDiscount",
    ("code", "Bxgy"): "bxgyCodeDiscount",
    ("code", "FreeShipping"): "freeShippingCodeDiscount",
    ("automatic", "Basic"): "automaticBasicDiscount",
    ("automatic", "Bxgy"): "automaticBxgyDiscount",
    ("automatic", "FreeShipping"): "freeShippingAutomaticDiscount",
}

# -- reading -------------------------------------------------------------------------------------------------------


@field("QueryRoot", "discountNodes")
def discount_nodes(_: Any, info: Info, query: str | None = None, sortKey: str | None = None, **arguments: Any) -> Node:
    demand(info, READ)
    shop = shop_of(info)
    gids = {
        number: f"gid://shopify/{kind}/{number}" for kind in NODES.values() for number in numbers(info, kind, query)
    }
    return connection(sorted(gids), load=lambda number: shop.nodes[gids[number]], **arguments)


@field("QueryRoot", "automaticDiscountNodes")
def automatic_nodes(_: Any, info: Info, query: str | None = None, sortKey: str | None = None, **arguments: Any) -> Node:
    demand(info, READ)
    shop, found = shop_of(info), numbers(info, "DiscountAutomaticNode", query)
    return connection(found, load=lambda n: shop.nodes[f"gid://shopify/DiscountAutomaticNode/{n}"], **arguments)


@field("QueryRoot", "discountNode")
def discount_node(_: Any, info: Info, id: str) -> Node | None:
    demand(info, READ)
    found = shop_of(info).get(id)
    return found if found is not None and found["__typename"] in NODES.values() else None


@field("QueryRoot", "codeDiscountNode")
def code_node(_: Any, info: Info, id: str) -> Node | None:
    demand(info, READ)
    return shop_of(info).get(id, "DiscountCodeNode")


@field("QueryRoot", "codeDiscountNodeByCode")
def by_code(_: Any, info: Info, code: str) -> Node | None:
    """Whatever the case, as was seen."""
    demand(info, READ)
    shop = shop_of(info)
    return shop.nodes.get(shop.names.get(("DiscountCode", code.lower()), ""))


def _discount(source: Node, info: Info) -> Node:
    own: Node = source["_discount"]
    now = shop_of(info).now()
    over = own["endsAt"] is not None and own["endsAt"] <= now
    return {**own, "status": "EXPIRED" if over else "SCHEDULED" if own["startsAt"] > now else "ACTIVE"}


field("DiscountNode", "discount")(_discount)
field("DiscountCodeNode", "codeDiscount")(_discount)
field("DiscountAutomaticNode", "automaticDiscount")(_discount)


def _codes(source: Node, info: Info, **arguments: Any) -> Node:
    return connection(source["_codes"], ascending=False, **arguments)


for _kind in ("Basic", "Bxgy", "FreeShipping", "App"):
    field(f"DiscountCode{_kind}", "codes")(_codes)


def _context(source: Node, info: Info) -> Node:
    """Customers and segments take the scope of customers, markets that of markets."""
    own, shop = source["_context"], shop_of(info)
    kinds = {"customers": "DiscountCustomers", "markets": "DiscountMarkets"}
    name = next(iter(own))
    there = [shop.nodes[gid] for gid in own[name] if gid in shop.nodes] if name != "all" else []
    if name == "all":
        return {"__typename": "DiscountBuyerSelectionAll", "all": "ALL"}
    return {"__typename": kinds.get(name, "DiscountCustomerSegments"), "_there": there}


for _type in ("CodeBasic", "CodeBxgy", "CodeFreeShipping", "AutomaticBasic", "AutomaticBxgy", "AutomaticFreeShipping"):
    field(f"Discount{_type}", "context")(_context)


@field("DiscountCustomers", "customers")
def customers(source: Node, info: Info) -> Sequence[Node]:
    demand(info, "read_customers")
    found: list[Node] = source["_there"]
    return found


@field("DiscountCustomerSegments", "segments")
def segments(source: Node, info: Info) -> Sequence[Node]:
    demand(info, "read_customers")
    found: list[Node] = source["_there"]
    return found


@field("DiscountMarkets", "markets")
def markets(source: Node, info: Info, **arguments: Any) -> Node:
    demand(info, "read_markets")
    return connection(source["_there"], ascending=False, **arguments)


@field("DiscountMarkets", "marketsCount")
def markets_count(source: Node, info: Info) -> int:
    return len(source["_there"])


def _items(source: Node, info: Info) -> Node:
    own = source["_items"]
    if own.get("all"):
        return {"__typename": "AllDiscountItems", "allItems": True}
    return {"__typename": "DiscountCollections" if own["collections"] else "DiscountProducts", **own}


field("DiscountCustomerGets", "items")(_items)
field("DiscountCustomerBuys", "items")(_items)


@field("DiscountCollections", "collections")
def collections(source: Node, info: Info, **arguments: Any) -> Node:
    return _there(info, source["collections"], **arguments)


@field("DiscountProducts", "products")
def products(source: Node, info: Info, **arguments: Any) -> Node:
    return _there(info, source["products"], **arguments)


@field("DiscountProducts", "productVariants")
def variants(source: Node, info: Info, **arguments: Any) -> Node:
    return _there(info, source["variants"], **arguments)


def _there(info: Info, gids: Sequence[str], **arguments: Any) -> Node:
    """What was deleted is entitled to nothing any more."""
    shop = shop_of(info)
    there = [gid for gid in gids if gid in shop.nodes]
    return connection(there, load=shop.nodes.__getitem__, ascending=False, **arguments)


# -- writing -------------------------------------------------------------------------------------------------------


def _make(method: str, kind: str) -> None:
    place, payload = _ARGUMENTS[method, kind], f"{method}DiscountNode"

    def create(_: Any, info: Info, **given: Any) -> Node:
        demand(info, WRITE)
        try:
            demand_title(shop_of(info), method, None, given[place], place)
            return {payload: put(shop_of(info), method, kind, None, given[place], place), "userErrors": []}
        except Refusal as refusal:
            return {payload: None, "userErrors": [refusal.error]}

    def update(_: Any, info: Info, id: str, **given: Any) -> Node:
        demand(info, WRITE)
        shop = shop_of(info)
        node = shop.get(id, NODES[method])
        if node is None or node["_discount"]["__typename"] != f"Discount{method.title()}{kind}":
            return {payload: None, "userErrors": [user_error(["id"], "Discount does not exist", None)]}
        try:
            demand_title(shop, method, node, given[place], place)
            return {payload: put(shop, method, kind, node, given[place], place), "userErrors": []}
        except Refusal as refusal:
            return {payload: None, "userErrors": [refusal.error]}

    field("Mutation", f"discount{method.title()}{kind}Create")(create)
    field("Mutation", f"discount{method.title()}{kind}Update")(update)


for _own in _ARGUMENTS:
    _make(*_own)


def _gone(method: str, name: str) -> None:
    def delete(_: Any, info: Info, id: str) -> Node:
        demand(info, WRITE)
        shop = shop_of(info)
        node = shop.get(id, NODES[method])
        if node is None:
            return {
                name: None,
                "userErrors": [user_error(["id"], f"{method.title()} discount does not exist.", "INVALID")],
            }
        for code in node["_discount"].get("_codes", ()):
            shop.names.pop(("DiscountCode", code["code"].lower()), None)
        shop.drop(node)
        return {name: id, "userErrors": []}

    field("Mutation", f"discount{method.title()}Delete")(delete)


_gone("code", "deletedCodeDiscountId")
_gone("automatic", "deletedAutomaticDiscountId")


@field("Mutation", "discountRedeemCodeBulkAdd")
def add_codes(_: Any, info: Info, discountId: str, codes: list[dict[str, str]]) -> Node:
    """Asynchronous: the answer says that nothing is done yet, and the next look that all is."""
    demand(info, WRITE)
    shop = shop_of(info)
    node = shop.get(discountId, "DiscountCodeNode")
    if node is None:
        error = user_error(["discountId"], "Code discount does not exist.", "INVALID")
        return {"bulkCreation": None, "userErrors": [error]}
    creation = shop.add("DiscountRedeemCodeBulkCreation", codesCount=len(codes), done=False, _left=1)
    creation["_codes"] = [_added(shop, node, item["code"]) for item in codes]
    failed = sum(bool(item["errors"]) for item in creation["_codes"])
    creation |= {"_failed": failed, "importedCount": 0, "failedCount": 0}
    shop.touch(node)
    return {"bulkCreation": creation, "userErrors": []}


def _added(shop: Shop, node: Node, code: str) -> Node:
    if ("DiscountCode", code.lower()) in shop.names:
        return {"code": code, "errors": [user_error(["code"], TAKEN, "TAKEN", extraInfo=None)]}
    shop.names["DiscountCode", code.lower()] = node["id"]
    node["_discount"]["_codes"] = [*node["_discount"]["_codes"], new_code(shop, code)]
    return {"code": code, "errors": []}


@field("QueryRoot", "discountRedeemCodeBulkCreation")
def adding(_: Any, info: Info, id: str) -> Node | None:
    node = shop_of(info).get(id, "DiscountRedeemCodeBulkCreation")
    if node is None:
        return None
    if node["_left"]:
        node["_left"] -= 1
    else:
        node |= {"done": True, "failedCount": node["_failed"], "importedCount": node["codesCount"] - node["_failed"]}
    return node


@field("DiscountRedeemCodeBulkCreation", "codes")
def added_codes(source: Node, info: Info, **arguments: Any) -> Node:
    return connection(source["_codes"], ascending=False, **arguments)
