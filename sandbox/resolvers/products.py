"""Products: reading, productSet, productCreate, productUpdate, productDelete."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..context import Info, demand, shop_of
from ..errors import Refusal, top_level, user_error
from ..limits import demand_variants
from ..paging import connection
from ..schema import field
from ..store import OWNER_TYPES, Node, Shop
from . import linked_options as linked
from . import product_media as media
from . import product_shape as shape
from .listing import count, listed

_CATEGORY = re.compile(r"gid://shopify/TaxonomyCategory/[a-z]{2}(-\d+)*\Z")
_TEXTS = {"title": "Title", "vendor": "Vendor", "productType": "Product type", "handle": "Handle"}
MAX_TEXT = 255
# The rules of options and variants are shared; productSet has words of its own for some.
SET_CODES = {
    "INVALID_NAME": "INVALID_INPUT",
    "NEED_TO_ADD_OPTION_VALUES": "INVALID_VARIANT",
    "OPTION_NAME_TOO_LONG": "INVALID_INPUT",
    "OPTION_VALUE_NAME_TOO_LONG": "INVALID_INPUT",
    "VARIANT_ALREADY_EXISTS": "INVALID_VARIANT",
}


# -- reading ---------------------------------------------------------------------------------------------------


@field("QueryRoot", "products")
def products(_: Any, info: Info, query: str | None = None, sortKey: str | None = None, **arguments: Any) -> Node:
    demand(info, "read_products")
    return listed(info, "Product", query, sortKey, **arguments)


@field("QueryRoot", "productsCount")
def products_count(_: Any, info: Info, query: str | None = None, limit: int | None = 10_000) -> Node:
    demand(info, "read_products")
    return count(info, "Product", query, limit)


@field("QueryRoot", "product")
def product(_: Any, info: Info, id: str) -> Node | None:
    demand(info, "read_products")
    return shop_of(info).get(id, "Product")


@field("QueryRoot", "productByIdentifier")
def product_by_identifier(_: Any, info: Info, identifier: Mapping[str, Any]) -> Node | None:
    demand(info, "read_products")
    return find(shop_of(info), identifier)


def find(shop: Shop, identifier: Mapping[str, Any]) -> Node | None:
    if identifier.get("id") is not None:
        return shop.get(identifier["id"], "Product")
    if identifier.get("handle") is not None:
        return shop.product(identifier["handle"])
    return by_custom_id(shop, "Product", identifier.get("customId"))


def by_custom_id(shop: Shop, kind: str, custom: Mapping[str, Any] | None) -> Node | None:
    """What has this value in a metafield of type id."""
    if custom is None:
        return None
    name = (OWNER_TYPES[kind], custom.get("namespace") or "$app", custom["key"])
    definition = shop.metafield_definition(*name)
    if definition is None or definition["type"]["name"] != "id":
        return None
    return next((shop.nodes[gid] for gid in shop.owners_of(name, custom["value"])), None)


@field("Product", "options")
def options(source: Node, info: Info, first: int | None = None) -> list[Node]:
    shop = shop_of(info)
    return [shape.option_node(shop, source, item, place) for place, item in enumerate(source["_options"])][:first]


@field("Product", "variants")
def product_variants(source: Node, info: Info, **arguments: Any) -> Node:
    shop = shop_of(info)
    arguments.pop("sortKey", None)
    most = 2048 if info.path.prev is not None and info.path.prev.prev is None else 250
    return connection(source["_variants"], load=lambda gid: shop.nodes[gid], most=most, **arguments)


@field("Product", "variantsCount")
def variants_count(source: Node, info: Info) -> Node:
    return {"count": len(source["_variants"]), "precision": "EXACT"}


@field("Product", "hasOnlyDefaultVariant")
def only_default(source: Node, info: Info) -> bool:
    return shape.is_default(source)


@field("Product", "category")
def category(source: Node, info: Info) -> Node | None:
    gid = source["_category"]
    return {"id": gid, "name": gid.rsplit("/", 1)[1], "fullName": gid.rsplit("/", 1)[1]} if gid else None


# -- writing ---------------------------------------------------------------------------------------------------


@field("Mutation", "productSet")
def product_set(
    _: Any,
    info: Info,
    input: dict[str, Any],
    identifier: Mapping[str, Any] | None = None,
    synchronous: bool = True,
) -> Node:
    demand(info, "write_products")
    shop = shop_of(info)
    _check_category(input)
    node: Node | None = None
    try:
        node = _set_target(shop, identifier, input)
        if identifier and identifier.get("handle"):
            input = {**input, "handle": identifier["handle"]}
        node = _set(shop, node, input)
    except Refusal as refusal:
        return {"product": node, "productSetOperation": None, "userErrors": [refusal.said(SET_CODES)]}
    if synchronous:
        return {"product": node, "productSetOperation": None, "userErrors": []}
    operation = shop.add("ProductSetOperation", status="COMPLETE", product=node, userErrors=[])
    return {
        "product": None,
        "productSetOperation": {**operation, "status": "CREATED", "product": None},
        "userErrors": [],
    }


@field("QueryRoot", "productOperation")
def product_operation(_: Any, info: Info, id: str) -> Node | None:
    demand(info, "read_products")
    return shop_of(info).get(id, "ProductSetOperation")


def _set_target(shop: Shop, identifier: Mapping[str, Any] | None, given: Mapping[str, Any]) -> Node | None:
    if identifier and given.get("id"):
        raise Refusal(["input", "id"], "Id is not allowed together with an identifier.", "ID_NOT_ALLOWED")
    if given.get("id"):
        identifier = {"id": given["id"]}
    if not identifier:
        return None
    node = find(shop, identifier)
    if node is None and identifier.get("id"):
        raise Refusal(["input", "id"], "Product does not exist", "PRODUCT_DOES_NOT_EXIST")
    if node is None and identifier.get("customId"):
        # Creating takes the value among the input's metafields, which this stand-in does not have.
        raise Refusal(["input"], "The metafields must contain the customId value.", "METAFIELD_MISMATCH")
    if identifier.get("handle") and given.get("handle") not in (None, identifier["handle"]):
        raise Refusal(["input", "handle"], "Handle must match the identifier.", "INPUT_MISMATCH")
    return node


def _set(shop: Shop, node: Node | None, given: Mapping[str, Any]) -> Node:
    """Creates or replaces; lists that are given replace what was there."""
    has_options, has_variants = given.get("productOptions") is not None, given.get("variants") is not None
    if has_options != has_variants:
        if has_options:
            message = "Variants input is required when updating product options"
            raise Refusal(["input", "variants"], message, "VARIANTS_INPUT_MISSING")
        message = "Product options input is required when updating variants"
        raise Refusal(["input", "productOptions"], message, "PRODUCT_OPTIONS_INPUT_MISSING")
    if node is not None and given.get("giftCard") not in (None, node["isGiftCard"]):
        message = "The product gift_card attribute cannot be changed after creation."
        raise Refusal(["input", "giftCard"], message, "GIFT_CARD_ATTRIBUTE_CANNOT_BE_CHANGED")
    new = node is None
    fields = check_fields(shop, node, given, ["input"])
    asked, links = _by_name(shop, given) if has_options else (given, {})
    options_, variants_ = shape.planned(asked) if has_options else (shape.DEFAULT_OPTIONS, shape.DEFAULT_VARIANTS)
    files = media.planned(shop, given)
    kept = files if given.get("files") is not None else (node or {}).get("_media", [])
    for number, (_, item) in enumerate(variants_):
        media.check_variant(item, kept, ["input", "variants", str(number)])
    if new or has_options:
        own = {tuple(shop.nodes[gid]["_options"]) for gid in (node or {}).get("_variants", ())}
        demand_variants(shop, sum(tuple(chosen) not in own for chosen, _ in variants_))
    if node is None:
        node = make(shop, fields)
    else:
        put_fields(shop, node, fields)
    if new or has_options:
        shape.replace(shop, node, options_, variants_)
        linked.link(node, given.get("productOptions") or ())
        linked.settle(shop, node, links)
    if given.get("files") is not None:
        media.put(shop, node, files)
    return node


def _by_name(shop: Shop, given: Mapping[str, Any]) -> tuple[Mapping[str, Any], linked.Links]:
    """The input with the names of entries for their ids. Raises Refusal."""
    options_, links = linked.named(shop, given["productOptions"], ["input", "productOptions"])
    own = [{"name": item.get("name") or "", "linked": item.get("linkedMetafield")} for item in options_]
    variants_, more = linked.named_variants(shop, own, given["variants"], ["input", "variants"])
    return {**given, "productOptions": options_, "variants": variants_}, links | more


@field("Mutation", "productCreate")
def product_create(_: Any, info: Info, product: dict[str, Any] | None = None) -> Node:
    demand(info, "write_products")
    shop = shop_of(info)
    given = product or {}
    _check_category(given)
    try:
        fields = check_fields(shop, None, given, [])
        named, links = linked.named(shop, given.get("productOptions") or (), ["productOptions"])
        options_, variants_ = shape.first_variant({**given, "productOptions": named})
    except Refusal as refusal:
        return {"product": None, "userErrors": [refusal.error]}
    demand_variants(shop, len(variants_))
    node = make(shop, fields)
    shape.replace(shop, node, options_, variants_)
    linked.link(node, named)
    linked.settle(shop, node, links)
    return {"product": node, "userErrors": []}


@field("Mutation", "productUpdate")
def product_update(
    _: Any,
    info: Info,
    product: dict[str, Any] | None = None,
    identifier: Mapping[str, Any] | None = None,
) -> Node:
    demand(info, "write_products")
    shop = shop_of(info)
    given = product or {}
    _check_category(given)
    node = find(shop, identifier or {"id": given.get("id") or ""})
    if node is None:
        return {"product": None, "userErrors": [user_error(["id"], "Product does not exist")]}
    try:
        put_fields(shop, node, check_fields(shop, node, given, []))
    except Refusal as refusal:
        return {"product": node, "userErrors": [refusal.error]}
    return {"product": node, "userErrors": []}


@field("Mutation", "productDelete")
def product_delete(_: Any, info: Info, input: Mapping[str, str], synchronous: bool = True) -> Node:
    demand(info, "write_products")
    shop = shop_of(info)
    node = shop.get(input["id"], "Product")
    if node is None:
        return {"deletedProductId": None, "userErrors": [user_error(["id"], "Product does not exist")]}
    for gid in list(node["_variants"]):
        shop.drop(shop.nodes[gid])
    shop.product_by_handle.pop(node["handle"], None)
    shop.drop(node)
    return {"deletedProductId": input["id"], "userErrors": []}


def _check_category(given: Mapping[str, Any]) -> None:
    if given.get("category") and _CATEGORY.match(given["category"]) is None:
        raise top_level("Invalid product_taxonomy_node_id", "INVALID_PRODUCT_TAXONOMY_NODE_ID")


def check_fields(shop: Shop, node: Node | None, given: Mapping[str, Any], place: list[str]) -> Node:
    """The product's own fields, checked. Raises Refusal."""
    title = given.get("title")
    if (node is None and not (title or "").strip()) or (title is not None and not title.strip()):
        raise Refusal([*place, "title"], "Title can't be blank", "INVALID_INPUT")
    for name, label in _TEXTS.items():
        if len(given.get(name) or "") > MAX_TEXT:
            where = place if place and name != "title" else [*place, name]
            raise Refusal(where, f"{label} is too long (maximum is {MAX_TEXT} characters)", "INVALID_INPUT")
    if any(len(tag) > MAX_TEXT for tag in given.get("tags") or ()):
        raise Refusal([*place, "tags"], "Product tags is invalid", "INVALID_INPUT")
    fields: Node = {
        name: given[name]
        for name in ("title", "descriptionHtml", "vendor", "productType", "status", "requiresSellingPlan")
        if given.get(name) is not None
    }
    for name in ("templateSuffix", "giftCardTemplateSuffix"):
        if name in given:
            fields[name] = given[name] or None
    if node is None and given.get("combinedListingRole"):
        fields["combinedListingRole"] = given["combinedListingRole"]
    if given.get("seo") is not None:
        old = node["seo"] if node is not None else {"title": None, "description": None}
        fields["seo"] = {name: (given["seo"].get(name, old[name]) or None) for name in ("title", "description")}
    if given.get("tags") is not None:
        fields["tags"] = _tags(given["tags"])
    if "category" in given:
        fields["_category"] = given["category"]
    if node is None and given.get("giftCard"):
        fields["isGiftCard"] = True
    handle = _handle(shop, node, given, title or "")
    if handle is not None:
        fields["handle"] = handle
    return fields


def _tags(given: Sequence[str]) -> list[str]:
    """Trimmed, sorted, each once whatever its case."""
    kept: dict[str, str] = {}
    for tag in given:
        if tag.strip():
            kept.setdefault(tag.strip().lower(), tag.strip())
    return sorted(kept.values(), key=str.lower)


def _handle(shop: Shop, node: Node | None, given: Mapping[str, Any], title: str) -> str | None:
    asked = slug(given.get("handle") or "")
    if asked:
        other = shop.product(asked)
        if other is not None and other is not node:
            message = f"Handle '{asked}' already in use. Please provide a new handle."
            raise Refusal(["input", "handle"], message, "HANDLE_NOT_UNIQUE")
        return asked
    if node is not None:
        return None
    base = (slug(title) if not (given.get("handle") or "").strip() else "") or "product"
    handle, number = base, 0
    while shop.product(handle) is not None:
        number += 1
        handle = f"{base}-{number}"
    return handle


def slug(text: str) -> str:
    return re.sub(r"[^\w]+", "-", text.strip().lower()).strip("-")


def make(shop: Shop, fields: Node) -> Node:
    node = shop.add(
        "Product",
        **{
            "title": "",
            "descriptionHtml": "",
            "vendor": shop.nodes[shop.shop_id]["name"],
            "productType": "",
            "tags": [],
            "status": "ACTIVE",
            "templateSuffix": None,
            "seo": {"title": None, "description": None},
            "isGiftCard": False,
            "requiresSellingPlan": False,
            "combinedListingRole": None,
            "giftCardTemplateSuffix": None,
            "hasVariantsThatRequiresComponents": False,
            "_category": None,
            "_options": [],
            "_variants": [],
            "_media": [],
            **fields,
        },
    )
    shop.product_by_handle[node["handle"]] = node["id"]
    return node


def put_fields(shop: Shop, node: Node, fields: Node) -> None:
    if "handle" in fields and fields["handle"] != node["handle"]:
        shop.product_by_handle.pop(node["handle"], None)
        shop.product_by_handle[fields["handle"]] = node["id"]
    node |= fields
    shop.touch(node)
