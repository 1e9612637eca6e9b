"""On which sales channels a shop shows what it has."""

from __future__ import annotations

from collections.abc import Sequence

from ..resolvers import publications
from ..store import Node, Shop
from .tools import honest

DATES = ("2024-03-01T08:00:00Z", "2024-11-11T23:59:59Z", "2075-01-01T00:00:00+01:00")


def plant(shop: Shop, products: Sequence[Node]) -> None:
    """Some on none, some on several, one from a day in fifty years on; drafts and archived ones among them."""
    store, till, app = (shop.nodes[f"gid://shopify/Publication/{number}"] for number in shop.order["Publication"][:3])
    for number, node in enumerate(products[:PUBLISHED]):
        if number % 4 != 3:
            on(shop, node, store, date=DATES[2 if number == 6 else number % 2])
        if number % 3 == 0:
            on(shop, node, till, app)
    for number, collection in enumerate(shop.each("Collection")):
        if number:
            on(shop, collection, store, date=DATES[number % 3])
        on(shop, collection, app)


PUBLISHED = 60  # products: each takes a request of its own to publish


def plant_awkward(shop: Shop, node: Node) -> None:
    """Channels that no new shop has, two of them called alike, and one of a name that says little."""
    made = [shop.add_channel(name) for name in ("Wholesale", "Amazon", "Amazon", "a/b.c, %2F 'd' \u200d")]
    on(shop, node, *made)
    only = next(shop.each("Product"))
    on(shop, only, made[0])


def on(shop: Shop, node: Node, *channels: Node, date: str | None = None) -> None:
    given = [{"publicationId": channel["id"], "publishDate": date} for channel in channels]
    honest(publications.put, shop, node, given)
