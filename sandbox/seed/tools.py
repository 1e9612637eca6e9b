"""Short ways to make things in a shop, by the rules that requests obey."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..blobs import Blob, mime_of, picture
from ..errors import Refusal
from ..resolvers import (
    collections,
    file_making,
    metafield_definitions,
    metafields,
    metaobject_definitions,
    metaobjects,
    pages,
    products,
)
from ..store import Node, Shop


def define(shop: Shop, type_: str, fields: Sequence[Mapping[str, Any]], **more: Any) -> Node:
    """A metaobject definition. `fields`: key, type, and what else the input takes."""
    made: Node = honest(metaobject_definitions._create, shop, {"type": type_, "fieldDefinitions": list(fields), **more})
    return made


def redefine(shop: Shop, node: Node, **given: Any) -> None:
    honest(metaobject_definitions._update, shop, node, given)


def refers_to(*definitions: Node) -> list[dict[str, str]]:
    """The validation that says where a metaobject reference may lead."""
    if len(definitions) == 1:
        return [{"name": "metaobject_definition_id", "value": definitions[0]["id"]}]
    return [{"name": "metaobject_definition_ids", "value": json.dumps([node["id"] for node in definitions])}]


def entry(
    shop: Shop,
    type_: str,
    handle: str,
    values: Mapping[str, str],
    status: str | None = None,
    template: str | None = None,
) -> Node:
    given: dict[str, Any] = {"fields": [{"key": key, "value": value} for key, value in values.items()]}
    capabilities: dict[str, Any] = {"publishable": {"status": status}} if status else {}
    if template:
        capabilities["onlineStore"] = {"templateSuffix": template}
    given["capabilities"] = capabilities
    node = shop.metaobject(type_, handle)
    made: Node = honest(metaobjects._write, shop, type_, node, handle, given, ["metaobject"])
    return made


def define_metafield(shop: Shop, owner: str, name: str, type_: str, **more: Any) -> Node:
    """`name`: namespace and key, with a dot."""
    namespace, key = name.split(".")
    given = {"ownerType": owner, "namespace": namespace, "key": key, "type": type_, "name": key.title(), **more}
    made: Node = honest(metafield_definitions._create, shop, given)
    return made


def set_metafield(shop: Shop, owner: Node, name: str, value: str, type_: str | None = None) -> Node:
    namespace, key = name.split(".")
    item = {"ownerId": owner["id"], "namespace": namespace, "key": key, "value": value, "type": type_}
    return shop.put_metafield(**honest(metafields._checked, shop, item, 0))


def product(shop: Shop, **given: Any) -> Node:
    made: Node = honest(products._set, shop, None, given)
    return made


def collection(shop: Shop, **given: Any) -> Node:
    made: Node = honest(collections.put, shop, None, given)
    return made


def page(shop: Shop, **given: Any) -> Node:
    made: Node = honest(pages.put, shop, None, given)
    return made


def shaped(options: Mapping[str, Sequence[str]], variants: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Options and variants of a productSet input. `variants`: {"values": {option: value}, and other fields}."""
    return {
        "productOptions": [
            {"name": name, "values": [{"name": value} for value in values]} for name, values in options.items()
        ],
        "variants": [
            {
                **{name: value for name, value in variant.items() if name != "values"},
                "optionValues": [{"optionName": name, "name": value} for name, value in variant["values"].items()],
            }
            for variant in variants
        ],
    }


def image(shop: Shop, name: str, alt: str = "", *, width: int = 48, height: int = 64, shade: int = 0) -> Node:
    fields = {"kind": "MediaImage", "name": name, "source": "", "alt": alt}
    return file_making.make(shop, fields, picture(width, height, shade))


def file(shop: Shop, kind: str, name: str, alt: str = "", *, size: int = 2_000, **measures: Any) -> Node:
    fields = {"kind": kind, "name": name, "source": "", "alt": alt}
    return file_making.make(shop, fields, Blob(mime_of(name), size, **measures))


def external_video(shop: Shop, url: str, alt: str = "") -> Node:
    node = file_making.make(shop, {"kind": "ExternalVideo", "name": url, "source": url, "alt": alt})
    node["_status"] = "READY"
    return node


def show(node: Node, *files: Node) -> None:
    """Puts files onto a product, in this order."""
    node["_media"] = [one["id"] for one in files]


def variants_of(shop: Shop, node: Node) -> list[Node]:
    return [shop.nodes[gid] for gid in node["_variants"]]


def rich_text(*paragraphs: str, url: str = "https://example.com/care") -> str:
    children = [{"type": "paragraph", "children": [{"type": "text", "value": text}]} for text in paragraphs]
    link = {
        "type": "paragraph",
        "children": [
            {"type": "text", "value": "See ", "bold": True},
            {
                "type": "link",
                "url": url,
                "title": "Care",
                "children": [{"type": "text", "value": "care"}],
            },
        ],
    }
    return json.dumps({"type": "root", "children": [*children, link]}, ensure_ascii=False)


def honest(function: Any, *arguments: Any) -> Any:
    """A seed that Shopify would refuse is a mistake in the seed."""
    try:
        return function(*arguments)
    except Refusal as refusal:
        raise AssertionError(f"The seed is not valid: {refusal.error}") from refusal
