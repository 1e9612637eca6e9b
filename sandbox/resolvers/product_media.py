"""Media of products and variants: a product lists files in an order, a variant shows at most one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..context import Info, demand, shop_of
from ..errors import Refusal
from ..paging import connection
from ..schema import field
from ..store import Node, Shop
from . import file_making as making

MAX_PAIRS = 100


@field("Product", "media")
def product_media(source: Node, info: Info, sortKey: str = "POSITION", **arguments: Any) -> Node:
    shop = shop_of(info)
    return connection(source["_media"], load=lambda gid: shop.nodes[gid], **arguments)


@field("Product", "mediaCount")
def media_count(source: Node, info: Info) -> Node:
    return {"count": len(source["_media"]), "precision": "EXACT"}


@field("ProductVariant", "media")
def variant_media(source: Node, info: Info, **arguments: Any) -> Node:
    shop = shop_of(info)
    own = [source["_media"]] if source["_media"] else []
    return connection(own, load=lambda gid: shop.nodes[gid], **arguments)


# -- as part of productSet -------------------------------------------------------------------------------------------


def planned(shop: Shop, given: Mapping[str, Any]) -> list[Any]:
    """The files of a productSet input: GIDs of those that exist, fields of those to be made. Raises Refusal."""
    found: list[Any] = []
    for number, item in enumerate(given.get("files") or ()):
        place = ["input", "files", str(number)]
        if item.get("id") is None:
            found.append(making.checked(shop, {**item, "originalSource": item.get("originalSource") or ""}, place))
        elif item["id"] not in shop.files or shop.nodes[item["id"]]["__typename"] == "GenericFile":
            raise Refusal(place, f"File id {item['id']} does not exist.", "INVALID_INPUT")
        else:
            found.append(item["id"])
    return found


def put(shop: Shop, product: Node, files: Sequence[Any]) -> None:
    """Gives a product exactly these files, in this order."""
    product["_media"] = [one if isinstance(one, str) else making.make(shop, one)["id"] for one in files]
    for gid in product["_variants"]:
        if shop.nodes[gid]["_media"] not in product["_media"]:
            shop.nodes[gid]["_media"] = None


def check_variant(item: Mapping[str, Any], files: Sequence[Any], place: list[str]) -> None:
    own = (item.get("file") or {}).get("id")
    if own is not None and own not in files:
        message = "The file of a variant must be among the files of the product."
        raise Refusal([*place, "file"], message, "INVALID_INPUT")


def choose(shop: Shop, product: Node, gid: str, place: list[str]) -> None:
    """Checks the `mediaId` of a variant. Raises Refusal."""
    if gid not in product["_media"]:
        raise Refusal([*place, "mediaId"], "Media does not exist on the specified product.", "INVALID_INPUT")
    fault = _unfit(shop, gid)
    if fault is not None:
        raise Refusal([*place, "mediaId"], fault[0], "INVALID_INPUT")


def _unfit(shop: Shop, gid: str) -> tuple[str, str] | None:
    node = shop.nodes[gid]
    making.settle(shop, node)
    if node["__typename"] != "MediaImage":
        return "Non-image media cannot be attached to variants.", "INVALID_MEDIA_TYPE"
    if node["_status"] != "READY":
        return "Non-ready media cannot be attached to variants.", "NON_READY_MEDIA"
    return None


# -- mutations -------------------------------------------------------------------------------------------------------


@field("Mutation", "productReorderMedia")
def reorder(_: Any, info: Info, id: str, moves: Sequence[Mapping[str, Any]]) -> Node:
    """A job; here it is done by the time that its answer arrives."""
    demand(info, "write_products")
    shop = shop_of(info)
    product = shop.get(id, "Product")
    try:
        if product is None:
            raise Refusal(["id"], "Product does not exist", "PRODUCT_DOES_NOT_EXIST")
        for number, move in enumerate(moves):
            if move["id"] not in product["_media"]:
                message = f"Media id {move['id']} does not exist on the product."
                raise Refusal(["moves", str(number), "id"], message, "MEDIA_DOES_NOT_EXIST")
    except Refusal as refusal:
        return {"job": None, "mediaUserErrors": [refusal.error]}
    for move in moves:
        product["_media"].remove(move["id"])
        product["_media"].insert(int(move["newPosition"]), move["id"])
    shop.touch(product)
    return {"job": {"id": shop.add("Job", done=True)["id"], "done": False}, "mediaUserErrors": []}


@field("QueryRoot", "job")
def job(_: Any, info: Info, id: str) -> Node | None:
    return shop_of(info).get(id, "Job")


@field("Mutation", "productVariantAppendMedia")
def append(_: Any, info: Info, productId: str, variantMedia: Sequence[Mapping[str, Any]]) -> Node:
    demand(info, "write_products")
    shop = shop_of(info)
    try:
        pairs = _pairs(shop, productId, variantMedia)
        for number, (variant, gid) in enumerate(pairs):
            place = ["variantMedia", str(number)]
            fault = _unfit(shop, gid)
            if fault is not None:
                raise Refusal([*place, "mediaIds"], *fault)
            if variant["_media"] is not None:
                message = "The given variant already has attached media."
                raise Refusal([*place, "variantId"], message, "PRODUCT_VARIANT_ALREADY_HAS_MEDIA")
    except Refusal as refusal:
        return {"product": None, "productVariants": None, "userErrors": [refusal.error]}
    for variant, gid in pairs:
        variant["_media"] = gid
        shop.touch(variant)
    own = [variant for variant, _ in pairs]
    return {"product": shop.nodes[productId], "productVariants": own, "userErrors": []}


@field("Mutation", "productVariantDetachMedia")
def detach(_: Any, info: Info, productId: str, variantMedia: Sequence[Mapping[str, Any]]) -> Node:
    demand(info, "write_products")
    shop = shop_of(info)
    try:
        pairs = _pairs(shop, productId, variantMedia)
        for number, (variant, gid) in enumerate(pairs):
            if variant["_media"] != gid:
                message = "The specified media is not attached to the specified variant."
                raise Refusal(["variantMedia", str(number), "variantId"], message, "MEDIA_IS_NOT_ATTACHED_TO_VARIANT")
    except Refusal as refusal:
        return {"product": None, "productVariants": None, "userErrors": [refusal.error]}
    for variant, _gid in pairs:
        variant["_media"] = None
        shop.touch(variant)
    own = [variant for variant, _ in pairs]
    return {"product": shop.nodes[productId], "productVariants": own, "userErrors": []}


def _pairs(shop: Shop, product_id: str, given: Sequence[Mapping[str, Any]]) -> list[tuple[Node, str]]:
    """(variant, media) of each entry, in the order of checks that was recorded. Raises Refusal."""
    product = shop.get(product_id, "Product")
    if product is None:
        raise Refusal(["productId"], "Product does not exist", "PRODUCT_DOES_NOT_EXIST")
    if len(given) > MAX_PAIRS:
        message = f"Exceeded {MAX_PAIRS} variant-media pairs per mutation."
        raise Refusal(["variantMedia"], message, "MAXIMUM_VARIANT_MEDIA_PAIRS_EXCEEDED")
    seen: set[str] = set()
    pairs = []
    for number, item in enumerate(given):
        place, media = ["variantMedia", str(number)], item["mediaIds"]
        if len(media) > 1:
            message = "Only one mediaId is allowed per media input."
            raise Refusal([*place, "mediaIds"], message, "TOO_MANY_MEDIA_PER_INPUT_PAIR")
        if not media:
            raise Refusal([*place, "mediaIds"], "The mediaIds list cannot be empty.", "BLANK")
        if item["variantId"] in seen:
            message = "Variant was specified in more than one media input."
            raise Refusal([*place, "variantId"], message, "PRODUCT_VARIANT_SPECIFIED_MULTIPLE_TIMES")
        if item["variantId"] not in product["_variants"]:
            message = "Variant does not exist on the specified product."
            raise Refusal([*place, "variantId"], message, "PRODUCT_VARIANT_DOES_NOT_EXIST_ON_PRODUCT")
        if media[0] not in product["_media"]:
            message = "Media does not exist on the specified product."
            raise Refusal([*place, "mediaIds"], message, "MEDIA_DOES_NOT_EXIST_ON_PRODUCT")
        seen.add(item["variantId"])
        pairs.append((shop.nodes[item["variantId"]], media[0]))
    return pairs
