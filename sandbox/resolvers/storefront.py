"""The addresses at which customers find a shop: its own domains, the primary one first, and the permanent one."""

from __future__ import annotations

from typing import Any

from ..context import Info, shop_of
from ..schema import field
from ..store import Node, Shop


def domain(shop: Shop, place: int) -> Node:
    """A domain of the shop. Its permanent one is always there, and last."""
    host = [*shop.hosts, shop.domain][place]
    number = int(shop.shop_id.rsplit("/", 1)[1]) * 10 + place
    return {
        "__typename": "Domain",
        "id": f"gid://shopify/Domain/{number}",
        "host": host,
        "url": f"https://{host}",
        "sslEnabled": True,
    }


@field("Shop", "primaryDomain")
def primary_domain(_: Any, info: Info) -> Node:
    return domain(shop_of(info), 0)


@field("Shop", "domains")
def domains(_: Any, info: Info) -> list[Node]:
    shop = shop_of(info)
    return [domain(shop, place) for place in range(len(shop.hosts) + 1)]


@field("Shop", "url")
def url(_: Any, info: Info) -> str:
    return str(domain(shop_of(info), 0)["url"])
