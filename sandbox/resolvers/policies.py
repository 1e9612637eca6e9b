"""The shop's legal policies: one of each type, once it was written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..context import Info, demand, shop_of
from ..errors import Refusal
from ..schema import field
from ..store import Node, Shop

MAX_BODY = 524_288  # bytes


@field("Shop", "shopPolicies")
def policies(_: Any, info: Info) -> list[Node]:
    demand(info, "read_legal_policies")
    return list(shop_of(info).each("ShopPolicy"))


@field("Mutation", "shopPolicyUpdate")
def update(_: Any, info: Info, shopPolicy: Mapping[str, str]) -> Node:
    demand(info, "write_legal_policies")
    try:
        return {"shopPolicy": put(shop_of(info), shopPolicy), "userErrors": []}
    except Refusal as refusal:
        return {"shopPolicy": None, "userErrors": [refusal.error]}


def put(shop: Shop, given: Mapping[str, str]) -> Node:
    """Writes a policy, whether there is one or not. Raises Refusal."""
    if len(given["body"].encode("utf-8", "surrogatepass")) > MAX_BODY:
        raise Refusal(["shopPolicy", "body"], "Body is too big (maximum is 512 KB)", "TOO_BIG")
    node = shop.named("ShopPolicy", given["type"])
    if node is None:
        title = given["type"].replace("_", " ").capitalize()
        url = f"https://{shop.domain}/policies/{given['type'].lower().replace('_', '-')}"
        node = shop.add("ShopPolicy", type=given["type"], title=title, url=url, body="")
        shop.name(node, given["type"])
    node["body"] = given["body"]
    shop.touch(node)
    return node
