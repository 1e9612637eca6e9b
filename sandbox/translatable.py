"""What can be translated of whom: the keys, kinds of content and source texts of every translatable thing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from .store import Node, Shop


class Content(NamedTuple):
    key: str
    type: str
    value: str | None

    @property
    def digest(self) -> str | None:
        """SHA-256 of the source text, as every recorded one was."""
        if self.value is None:
            return None
        return hashlib.sha256(self.value.encode("utf-8", "surrogatepass")).hexdigest()


_FIELD_TYPES = {
    "single_line_text_field": "SINGLE_LINE_TEXT_FIELD",
    "multi_line_text_field": "MULTI_LINE_TEXT_FIELD",
    "rich_text_field": "RICH_TEXT_FIELD",
    "json": "JSON",
    "link": "LINK",
    "url": "URL",
    "file_reference": "FILE_REFERENCE",
    "list.single_line_text_field": "LIST_SINGLE_LINE_TEXT_FIELD",
    "list.multi_line_text_field": "LIST_MULTI_LINE_TEXT_FIELD",
    "list.link": "LIST_LINK",
    "list.url": "LIST_URL",
    "list.file_reference": "LIST_FILE_REFERENCE",
}


def _seo(node: Node) -> Iterator[Content]:
    yield Content("meta_title", "STRING", node["seo"]["title"])
    yield Content("meta_description", "STRING", node["seo"]["description"])


def _meta(shop: Shop, node: Node) -> Iterator[Content]:
    """Pages, blogs and articles keep theirs in two metafields."""
    own = shop.metafields.get(node["id"], {})
    for key, name in (("meta_title", "title_tag"), ("meta_description", "description_tag")):
        value = own.get(("global", name))
        yield Content(key, "STRING", value["value"] if value else None)


def _product(shop: Shop, node: Node) -> Iterator[Content]:
    yield from _titled(node, node["descriptionHtml"])
    yield Content("product_type", "STRING", node["productType"])
    yield from _seo(node)


def _collection(shop: Shop, node: Node) -> Iterator[Content]:
    yield from _titled(node, node["descriptionHtml"])
    yield from _seo(node)


def _page(shop: Shop, node: Node) -> Iterator[Content]:
    yield from _titled(node, node["body"])
    yield from _meta(shop, node)


def _article(shop: Shop, node: Node) -> Iterator[Content]:
    yield from _titled(node, node["body"])
    yield Content("summary_html", "HTML", node.get("summary"))
    yield from _meta(shop, node)


def _blog(shop: Shop, node: Node) -> Iterator[Content]:
    yield Content("title", "SINGLE_LINE_TEXT_FIELD", node["title"])
    yield Content("handle", "URI", node["handle"])
    yield from _meta(shop, node)


def _titled(node: Node, html: str) -> Iterator[Content]:
    yield Content("title", "SINGLE_LINE_TEXT_FIELD", node["title"])
    yield Content("body_html", "HTML", html)
    yield Content("handle", "URI", node["handle"])


def _metaobject(shop: Shop, node: Node) -> Iterator[Content]:
    definition = shop.definition(node["type"])
    if definition is None or not definition["capabilities"]["translatable"]["enabled"]:
        return
    for field in definition["fieldDefinitions"]:
        kind = _FIELD_TYPES.get(field["type"]["name"])
        if kind is not None:
            yield Content(field["key"], kind, node["_values"].get(field["key"]))


def _metafield(shop: Shop, node: Node) -> Iterator[Content]:
    kind = _FIELD_TYPES.get(node["type"])
    if kind is not None:
        yield Content("value", kind, node["value"])


def _image(shop: Shop, node: Node) -> Iterator[Content]:
    yield Content("alt", "SINGLE_LINE_TEXT_FIELD", node["alt"] or None)


def _policy(shop: Shop, node: Node) -> Iterator[Content]:
    yield Content("body", "HTML", node["body"])


def _menu(shop: Shop, node: Node) -> Iterator[Content]:
    yield Content("title", "SINGLE_LINE_TEXT_FIELD", node["title"])


def _named(shop: Shop, node: Node) -> Iterator[Content]:
    yield Content("name", "SINGLE_LINE_TEXT_FIELD", node["name"])


_CONTENT: dict[str, Callable[[Shop, Node], Iterator[Content]]] = {
    "Article": _article,
    "Blog": _blog,
    "Collection": _collection,
    "MediaImage": _image,
    "Link": _menu,
    "Menu": _menu,
    "Metafield": _metafield,
    "Metaobject": _metaobject,
    "Page": _page,
    "Product": _product,
    "ProductOption": _named,
    "ProductOptionValue": _named,
    "ShopPolicy": _policy,
}


def kind_of(gid: str) -> str:
    return gid.split("/")[3]


def content(shop: Shop, gid: str, inside: Node | None = None) -> list[Content]:
    """What there is to translate; `inside`: the option or value itself, where that is known already."""
    node = inside if inside is not None else shop.nodes.get(gid)
    found = _CONTENT.get(kind_of(gid))
    return list(found(shop, node)) if node is not None and found is not None else []


def is_inside(gid: str) -> bool:
    """Whether it lives in a product or a menu, and has no place of its own."""
    return kind_of(gid) in ("Link", "ProductOption", "ProductOptionValue")


def options(shop: Shop) -> dict[str, Node]:
    """Every option of every product, every value of it, and every item of every menu, by its GID."""

    def make() -> dict[str, Node]:
        return {node["id"]: node for node in each_option(shop)} | dict(links(shop))

    return shop.remembered("options", make=make)


def links(shop: Shop) -> Iterator[tuple[str, Node]]:
    """An item of a menu is translated as the link of its number."""

    def within(items: Sequence[Node]) -> Iterator[tuple[str, Node]]:
        for item in items:
            yield item["id"].replace("/MenuItem/", "/Link/"), item
            yield from within(item["items"])

    for menu in shop.each("Menu"):
        yield from within(menu["_items"])


def each_option(shop: Shop) -> Iterator[Node]:
    """As `options`, in the order of products."""
    for product in shop.each("Product"):
        for option in product["_options"]:
            yield option
            yield from option["values"]


def ids(shop: Shop, resource_type: str) -> Sequence[str]:
    """Everything of one TranslatableResourceType that has something to translate, in the order of ids."""
    kind = "".join(word.title() for word in resource_type.split("_"))
    return shop.remembered("translatable", kind, make=lambda: _ids(shop, kind))


def _ids(shop: Shop, kind: str) -> list[str]:
    if kind in ("Link", "ProductOption", "ProductOptionValue"):
        return [gid for gid in options(shop) if kind_of(gid) == kind]
    every = (gid for gid, node in shop.nodes.items() if node["__typename"] == kind)
    return [gid for gid in every if content(shop, gid)]
