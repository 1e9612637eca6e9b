"""What a link to a store's own pages names: records by the handles in its path, variants and filters by ids.

Paths are made of handles, which are natural keys, so they need no change. An id of a variant means nothing in another
shop; in an archive a variant stands by its options there as everywhere, percent-encoded::

    /products/shirt?variant=123       /products/shirt?variant=shopsync%3Avariants%2Fshirt%2FSize%2FM
    /cart/123:2,456:1                 /cart/shopsync%3Avariants%2Fshirt%2FSize%2FM:2,shopsync%3A…:1
    /cart/add?id=123&quantity=1       /cart/add?id=shopsync%3Avariants%2Fshirt%2FSize%2FM&quantity=1

A filter of the storefront names what it looks for by its GID, in any parameter::

    /collections/all?filter.p.m.custom.fabric=gid%3A%2F%2Fshopify%2FMetaobject%2F1
    /collections/all?filter.p.m.custom.fabric=shopsync%3Ametaobjects%2Ffabric%2Fwool

Where the other store has no such record, the link goes without it: to the product, to all of the collection, or with
the rest of the cart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import quote, unquote

from .references import Target, gid_type, parse

Translate = Callable[[str], str | None]

OURS = "shopsync:"
VERBATIM = f"{OURS}verbatim:"
# Pages of entries, by their type's handle for addresses and their own (`transfer.entry_pages` knows the type).
ENTRY_PAGES = "entry_pages"
STORE, CDN = "store", "cdn"  # the words that stand for the shop's own hosts

_HEAD = re.compile(r"(?:shopsync:)?(?:https?:)?//([^/?#]*)", re.IGNORECASE)
_LOCALE = r"(?P<locale>[a-z]{2,3}(?:-[a-z0-9]{2,4})?/)?"
_PATH = re.compile(
    rf"/{_LOCALE}(?P<kind>products|collections|pages|blogs|policies|cdn/shop/files|cdn/shop/products)/(?P<rest>.+)",
    re.IGNORECASE,
)
_FILE = re.compile(r"/(?:files|products)/([^/]+)\Z")
_ENDING = re.compile(r"\.(?:js|json|oembed|atom)\Z", re.IGNORECASE)
_IMAGE = re.compile(r"\.(?:avif|bmp|gif|heic|jpe?g|png|svg|tiff?|webp)\Z", re.IGNORECASE)
# Sizes that a file's address may carry: name_600x.jpg, name_large.png, name_100x100_crop_center@2x.jpg
_SIZE = re.compile(
    r"_(?:\d+x\d*|x\d+|pico|icon|thumb|small|compact|medium|large|grande|original|master)(?:_crop_[a-z]+)?(?:@[23]x)?"
    r"(?:\.progressive)?(?=\.[a-z0-9]+\Z)",
    re.IGNORECASE,
)


# -- records, by the path ----------------------------------------------------------------------------------------


def named(link: str) -> Iterator[Target]:
    """The records that a portable link names, on its own shop: none for other hosts and unknown paths."""
    path = _own_path(link)
    if path is None:
        return
    path = re.split(r"[?#]", path, maxsplit=1)[0]
    head = _HEAD.match(link)
    if head is not None and head[1] == CDN:
        yield from _file(path)
        return
    found = _PATH.match(path)
    if found is not None:
        parts = [unquote(part) for part in found["rest"].split("/") if part]
        yield from _records(found["kind"].lower(), parts) if parts else ()


def page_of(link: str) -> str:
    """The path of a link on its own shop, without what asks or points behind it; empty for other hosts."""
    return unquote(re.split(r"[?#]", _own_path(link) or "", maxsplit=1)[0])


def locale_of(link: str) -> str:
    """The language (and country) whose pages a link leads to, where a handle may be a translated one; else empty."""
    found = _PATH.match(_own_path(link) or "")
    return (found["locale"] or "").rstrip("/").lower() if found is not None else ""


def _own_path(link: str) -> str | None:
    """A portable link's path and what follows it; None where it leads elsewhere."""
    head = _HEAD.match(link)
    if head is None:
        return None if link.startswith(OURS) else link
    ours = link.startswith(OURS) and head[1] in (STORE, CDN)
    return link[head.end() :] if ours else None


def _records(kind: str, parts: list[str]) -> Iterator[Target]:
    handles = [_ENDING.sub("", part).lower() for part in parts]
    if kind.startswith("cdn/"):
        yield from _file(f"/files/{parts[-1]}")
    elif kind == "collections":
        if handles[0] not in ("all", "vendors", "types"):  # every shop has these
            yield Target("collections", (handles[0],))
        if len(handles) > 2 and handles[1] == "products":
            yield Target("products", (handles[2],))
    elif kind == "blogs":
        yield Target("blogs", (handles[0],))
        if len(handles) > 1 and handles[1] != "tagged":
            yield Target("articles", (handles[0], handles[1]))
    elif kind == "policies":
        yield Target("shop_policies", (handles[0].replace("-", "_").upper(),))
    elif kind == "pages" and len(handles) == 2:
        yield Target(ENTRY_PAGES, tuple(handles))
    elif kind == "products" or len(handles) == 1:
        yield Target(kind, (handles[0],))


def _file(path: str) -> Iterator[Target]:
    found = _FILE.search(path)
    if found is not None:
        name = _SIZE.sub("", unquote(found[1]))
        yield Target("files", ("image" if _IMAGE.search(name) else "file", name))


# -- variants and what filters look for, by their ids -----------------------------------------------------------

_SELLING = re.compile(r"/(?:[a-z]{2,3}(?:-[a-z0-9]{2,4})?/)?(?:collections/[^/?#]+/)?products/[^/?#]+/?\Z", re.I)
_CART = re.compile(r"(/(?:[a-z]{2,3}(?:-[a-z0-9]{2,4})?/)?cart)/([^/]+)\Z", re.IGNORECASE)
_ITEM = re.compile(r"([^:]+)(:\d+)\Z")
# What adds to a cart or changes it, and the parameters by which it names variants: id=1, items[0][id]=1, updates[1]=2.
_CHANGING = re.compile(r"/(?:[a-z]{2,3}(?:-[a-z0-9]{2,4})?/)?cart/(?:add|change|update)(?:\.js)?/?\Z", re.IGNORECASE)
_OPEN, _SHUT = r"(?:\[|%5B)", r"(?:\]|%5D)"
_VARIANT_IN = re.compile(r"variant\Z")
_ITEM_IN = re.compile(rf"(?:id|items{_OPEN}\d*{_SHUT}{_OPEN}id{_SHUT})\Z", re.IGNORECASE)
_UPDATE = re.compile(rf"(updates{_OPEN})((?:(?!{_SHUT}).)+)({_SHUT})\Z", re.IGNORECASE)
_WHOLE = re.compile(r"(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?P<fragment>#.*)?\Z", re.DOTALL)
_VARIANT = "gid://shopify/ProductVariant/"
ESCAPED, _GID = quote(OURS, safe=""), quote("gid:", safe="")
_PORTABLE = f"{ESCAPED}variants%2F", f"{ESCAPED}unknown%2FProductVariant%2F"
# What a filter may look for. Of people nothing is said in a link: their GIDs stay, and are told.
_SOUGHT = {
    "Article": "articles",
    "Collection": "collections",
    **dict.fromkeys(("ExternalVideo", "GenericFile", "MediaImage", "Model3d", "Video"), "files"),
    "Metaobject": "metaobjects",
    "Page": "pages",
    "Product": "products",
    "ProductVariant": "variants",
}
NAMED = tuple(sorted(set(_SOUGHT.values())))  # the kinds that a link may name by an id


def with_ids(link: str, translate: Translate) -> str:
    """A link with the records translated that it names by ids: GIDs there, their ids here. Other hosts' stay."""
    path = _own_path(link)
    if not path or link.startswith(VERBATIM):
        return link
    whole = _WHOLE.match(path)
    assert whole is not None
    bare, query = whole["path"], whole["query"]
    cart = _CART.match(bare)
    if cart is not None:
        items = [_item(item, translate) for item in cart[2].split(",")]
        kept = ",".join(item for item in items if item)
        bare = f"{cart[1]}/{kept}" if kept else cart[1]
    names = _VARIANT_IN if _SELLING.match(bare) else _ITEM_IN if _CHANGING.match(bare) else None
    if query and (names is not None or _GID in query or ESCAPED in query or "gid:" in query):
        parts = [_parameter(part, names, translate) for part in query.split("&")]
        query = "&".join(part for part in parts if part is not None) or None
    asked = "" if query is None else f"?{query}"
    return f"{link[: len(link) - len(path)]}{bare}{asked}{whole['fragment'] or ''}"


def _item(item: str, translate: Translate) -> str | None:
    found = _ITEM.match(item)
    if found is None:
        return item
    new = _variant(found[1], translate)
    return None if new is None else f"{new}{found[2]}"


def _parameter(part: str, names: re.Pattern[str] | None, translate: Translate) -> str | None:
    """One parameter of a link, which names a record in its value, or a variant in its own name."""
    name, equals, value = part.partition("=")
    update = _UPDATE.match(name) if names is _ITEM_IN else None
    if update is not None:
        new = _variant(update[2], translate)
        return None if new is None else f"{update[1]}{new}{update[3]}{equals}{value}"
    if names is not None and names.match(name) is not None:
        new = _variant(value, translate)
    elif _sought(value):
        new = translate(unquote(value))
        new = value if new == unquote(value) else new and quote(new, safe="")
    else:
        return part
    return None if new is None else f"{name}{equals}{new}"


def _sought(value: str) -> bool:
    """Whether a value is a GID, or what stands for one in an archive, of something that a filter may look for."""
    if not value.startswith((_GID, ESCAPED, "gid:")):
        return False
    target = parse(unquote(value))
    if target is None:
        return gid_type(unquote(value)) in _SOUGHT
    return target.key[0] in _SOUGHT if target.unknown else target.resource in NAMED


def _variant(said: str, translate: Translate) -> str | None:
    number = unquote(said)
    if number.isascii() and number.isdigit():
        text = _VARIANT + number
    elif said.startswith(_PORTABLE):
        text = unquote(said)
    else:
        return said
    new = translate(text)
    if new is None or new == text:
        return None if new is None else said
    return new.removeprefix(_VARIANT) if gid_type(new) is not None else quote(new, safe="")
