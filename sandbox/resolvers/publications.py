"""On which sales channels a product or a collection is, and from when on.

A new one is on none. One that is not active, or whose date is still to come, is *staged*: it is listed only where
somebody asks for more than what is published. https://shopify.dev/docs/apps/build/sales-channels/product-publishing
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ..context import Info, demand, shop_of
from ..errors import Refusal, top_level, user_error
from ..paging import connection
from ..schema import field
from ..store import Node, Shop, gid_number, timestamp
from .listing import listed

_SEEN = ("ACTIVE", "UNLISTED")  # statuses in which customers can see a product
_OLDEST = datetime(1970, 1, 1, tzinfo=UTC)


# -- reading ---------------------------------------------------------------------------------------------------


@field("QueryRoot", "publications")
def publications(_: Any, info: Info, catalogType: str | None = None, **arguments: Any) -> Node:
    demand(info, "read_publications")
    if catalogType not in (None, "APP"):  # this stand-in has no catalogs of markets or companies
        return connection([], **arguments)
    return listed(info, "Publication", None, None, **arguments)


@field("QueryRoot", "publication")
def publication(_: Any, info: Info, id: str) -> Node | None:
    demand(info, "read_publications")
    return shop_of(info).get(id, "Publication")


@field("QueryRoot", "catalogs")
def catalogs(_: Any, info: Info, type: str | None = None, **arguments: Any) -> Node:
    """Of markets and companies; those of sales channels are told with their publications."""
    demand(info, "read_products")
    arguments = {name: value for name, value in arguments.items() if name not in ("query", "sort_key")}
    nodes = shop_of(info).nodes
    own = [nodes[gid] for gid in nodes[shop_of(info).shop_id].get("_catalogs", ())]
    return connection([one for one in own if type in (None, _TYPES[one["__typename"]])], **arguments)


_TYPES = {"MarketCatalog": "MARKET", "CompanyLocationCatalog": "COMPANY_LOCATION"}


def add_catalog(shop: Shop, kind: str, title: str, currency: str, prices: int) -> None:
    """A catalog with a price list of so many fixed prices, which nobody here reads."""
    prices_of = shop.add("PriceList", name=title, currency=currency, fixedPricesCount=prices)
    made = shop.add(kind, title=title, status="ACTIVE", priceList=prices_of, publication=None)
    shop.nodes[shop.shop_id].setdefault("_catalogs", []).append(made["id"])


@field("Publication", "catalog")
def catalog(source: Node, info: Info) -> Node:
    demand(info, "read_products")
    number = gid_number(source["id"])
    own = {"id": f"gid://shopify/AppCatalog/{number}", "title": source["name"], "status": "ACTIVE"}
    return {"__typename": "AppCatalog", **own, "publication": source}


def places_of(shop: Shop, source: Node, *, only_published: bool) -> list[Node]:
    """Where it is, in the order of the channels' ids."""
    found = []
    for gid, date in sorted(source.get("_channels", {}).items(), key=lambda item: gid_number(item[0])):
        shown = source.get("status", "ACTIVE") in _SEEN and _moment(date).timestamp() <= shop.clock()
        if shown or not only_published:
            own = {"isPublished": shown, "publishDate": date, "publishable": source}
            found.append({"publication": shop.nodes[gid], **own})
    return found


@field("Product", "resourcePublicationsV2")
@field("Collection", "resourcePublicationsV2")
def resource_publications(
    source: Node, info: Info, onlyPublished: bool = True, catalogType: str | None = None, **arguments: Any
) -> Node:
    demand(info, "read_publications")
    if source["__typename"] == "Product" and catalogType not in (None, "APP"):
        return connection([], **arguments)
    return connection(places_of(shop_of(info), source, only_published=onlyPublished), **arguments)


@field("Product", "resourcePublicationsCount")
@field("Collection", "resourcePublicationsCount")
def resource_publications_count(source: Node, info: Info, onlyPublished: bool = True) -> Node:
    return {"count": len(places_of(shop_of(info), source, only_published=onlyPublished)), "precision": "EXACT"}


@field("Product", "publishedOnPublication")
@field("Collection", "publishedOnPublication")
def published_on(source: Node, info: Info, publicationId: str) -> bool:
    found = places_of(shop_of(info), source, only_published=True)
    return any(place["publication"]["id"] == publicationId for place in found)


# -- writing ---------------------------------------------------------------------------------------------------


@field("Mutation", "publishablePublish")
def publish(_: Any, info: Info, id: str, input: Sequence[Mapping[str, Any]]) -> Node:
    return _change(info, id, input, publish=True)


@field("Mutation", "publishableUnpublish")
def unpublish(_: Any, info: Info, id: str, input: Sequence[Mapping[str, Any]]) -> Node:
    return _change(info, id, input, publish=False)


def _change(info: Info, gid: str, given: Sequence[Mapping[str, Any]], *, publish: bool) -> Node:
    """All of it, or nothing; what was asked for is answered with either way, as was seen."""
    demand(info, "write_publications")
    shop = shop_of(info)
    node = shop.get(gid, "Product") or shop.get(gid, "Collection")
    own = {"publishable": node, "shop": shop.nodes[shop.shop_id]}
    if node is None:
        return {**own, "userErrors": [user_error(["id"], "Resource does not exist")]}
    try:
        put(shop, node, given, publish=publish)
    except Refusal as refusal:
        return {**own, "userErrors": [refusal.error]}
    return {**own, "userErrors": []}


def put(shop: Shop, node: Node, given: Sequence[Mapping[str, Any]], *, publish: bool = True) -> None:
    """Raises Refusal."""
    seen: set[str] = set()
    for number, item in enumerate(given):
        _check(shop, node, item, seen, ["input", str(number)], publish=publish)
    channels = dict(node.get("_channels", {}))
    for item in given:
        if publish:
            date = item.get("publishDate")
            channels[item["publicationId"]] = timestamp(int(_moment(date).timestamp())) if date else shop.now()
        else:
            channels.pop(item["publicationId"], None)
    node["_channels"] = channels
    shop.touch(node)


def _check(shop: Shop, node: Node, item: Mapping[str, Any], seen: set[str], place: list[str], *, publish: bool) -> None:
    gid, date = item.get("publicationId"), item.get("publishDate")
    if gid is None:
        raise Refusal([*place, "publicationId"], "PublicationId cannot be empty")
    channel = shop.get(gid, "Publication")
    if channel is None:
        raise Refusal([*place, "publicationId"], "Publication does not exist or is not publishable")
    if gid in seen:
        raise Refusal([*place, "publicationId"], "The same publication was specified more than once")
    seen.add(gid)
    if date is not None and _moment(date) < _OLDEST:
        raise Refusal([*place, "publishDate"], "Publish date must be a date after the year 1969")
    if not publish:
        return
    if date is not None and _moment(date).timestamp() > shop.clock() and not channel["supportsFuturePublishing"]:
        raise Refusal([*place, "publishDate"], "Future publishing is not supported by this publication")
    if node.get("requiresSellingPlan") and not channel["supportsFuturePublishing"]:
        message = "Subscription only products can only be published to online stores"
        raise Refusal([*place, "publicationId"], message)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        raise top_level(f"Invalid DateTime '{text}'", "INVALID_VARIABLE") from None
