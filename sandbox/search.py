"""Search strings (``status:active AND (tag:new OR -tag:old)``), and how they fail silently.

A field that a connection does not know drops its filter with a warning that nobody reads, so that the query returns
everything: that is Shopify's behaviour, and whoever searches must compare what comes back.
https://shopify.dev/docs/api/usage/search-syntax
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from .store import Node, Shop, gid_number

Test = Callable[[Shop, Node], bool]
Getter = Callable[[Shop, Node], Any]

_TOKEN = re.compile(
    r"\(|\)|(?P<no>-)?(?P<name>[a-zA-Z_][\w.$-]*):(?P<op><=|>=|<|>)?(?P<value>'[^']*'|\"[^\"]*\"|[^\s()]+)"
    r"|'[^']*'|\"[^\"]*\"|[^\s()]+"
)
_DATES = ("created_at", "published_at", "updated_at")
_PHRASES = ("title", "display_name", "vendor", "variant_title")


def _own(name: str) -> Getter:
    return lambda _, node: node[name]


def _variants(name: str) -> Getter:
    return lambda shop, node: [shop.nodes[gid][name] or "" for gid in node["_variants"]]


def _collections(shop: Shop, node: Node) -> list[int]:
    """The numbers of the collections that a product is in."""
    from .resolvers.collection_members import holds

    return [gid_number(one["id"]) for one in shop.each("Collection") if holds(shop, one, node)]


def _visibility(shop: Shop, node: Node) -> list[str]:
    """What `published_status` compares with: ``any`` is on everything."""
    visible = node["publishedAt"] is not None and node["publishedAt"] <= shop.now()
    return ["any", "published" if visible else "unpublished"]


_COMMON: Mapping[str, Getter] = {
    "id": lambda _, node: gid_number(node["id"]),
    "created_at": _own("createdAt"),
    "updated_at": _own("updatedAt"),
}
_MEDIA_TYPES = {
    "MediaImage": "IMAGE",
    "GenericFile": "GENERIC_FILE",
    "Video": "VIDEO",
    "Model3d": "MODEL_3D",
    "ExternalVideo": "EXTERNAL_VIDEO",
}
FIELDS: Mapping[str, Mapping[str, Getter]] = {
    "Product": {
        **_COMMON,
        "barcode": _variants("barcode"),
        "collection_id": _collections,
        "gift_card": lambda _, node: str(node["isGiftCard"]).lower(),
        "handle": _own("handle"),
        "product_type": _own("productType"),
        "sku": _variants("_sku"),
        "status": _own("status"),
        "tag": _own("tags"),
        "title": _own("title"),
        "variant_id": lambda _, node: [gid_number(gid) for gid in node["_variants"]],
        "vendor": _own("vendor"),
    },
    "ProductVariant": {
        **_COMMON,
        "barcode": lambda _, node: node["barcode"] or "",
        "product_id": lambda _, node: gid_number(node["_product"]),
        "sku": lambda _, node: node["_sku"] or "",
        "title": lambda _, node: " / ".join(value for _, value in node["_options"]),
    },
    "Article": {
        **_COMMON,
        "author": lambda _, node: node["author"]["name"],
        "blog_id": lambda _, node: gid_number(node["_blog"]),
        "blog_title": lambda shop, node: shop.nodes[node["_blog"]]["title"],
        "handle": _own("handle"),
        "published_at": lambda _, node: node["publishedAt"] or "",
        "published_status": _visibility,
        "tag": _own("tags"),
        "title": _own("title"),
    },
    "Blog": {**_COMMON, "handle": _own("handle"), "title": _own("title")},
    "DiscountAutomaticNode": {**_COMMON, "title": lambda _, node: node["_discount"]["title"]},
    "DiscountCodeNode": {**_COMMON, "title": lambda _, node: node["_discount"]["title"]},
    "Market": {"id": _COMMON["id"], "name": _own("name"), "status": _own("status")},
    "Menu": {"id": _COMMON["id"], "title": _own("title")},
    "UrlRedirect": {
        "created_at": _COMMON["created_at"],
        "id": _COMMON["id"],
        "path": _own("path"),
        "target": _own("target"),
    },
    "Company": {**_COMMON, "external_id": lambda _, node: node["externalId"] or "", "name": _own("name")},
    "CompanyLocation": {
        **_COMMON,
        "company_id": lambda _, node: gid_number(node["_company"]),
        "external_id": lambda _, node: node["externalId"] or "",
        "name": _own("name"),
    },
    "Customer": {
        **_COMMON,
        "email": lambda _, node: node["email"] or "",
        "first_name": lambda _, node: node["firstName"] or "",
        "last_name": lambda _, node: node["lastName"] or "",
        "phone": lambda _, node: node["phone"] or "",
        "tag": _own("tags"),
    },
    "Collection": {**_COMMON, "handle": _own("handle"), "title": _own("title")},
    "Page": {
        **_COMMON,
        "handle": _own("handle"),
        "published_at": lambda _, node: node["publishedAt"] or "",
        "published_status": _visibility,
        "title": _own("title"),
    },
    "Metaobject": {**_COMMON, "display_name": _own("_display"), "handle": _own("handle")},
    "File": {
        **_COMMON,
        "filename": _own("_name"),
        "media_type": lambda _, node: _MEDIA_TYPES[node["__typename"]],
        "status": _own("_status"),
    },
    "MetafieldDefinition": {
        **_COMMON,
        "key": _own("key"),
        "namespace": _own("namespace"),
        "owner_type": _own("ownerType"),
        "type": lambda _, node: node["type"]["name"],
    },
}


@dataclass(frozen=True)
class Search:
    """What a search string asks. `test` is None where nothing filters but the ids' bounds (both included).
    `metafields`: the names of those that it filters by."""

    test: Test | None = None
    lowest: int = 0
    highest: int = 1 << 62
    parsed: Mapping[str, Any] = field(default_factory=dict)
    warnings: Sequence[Mapping[str, str]] = ()
    metafields: Sequence[str] = ()

    def bounded(self, numbers: Sequence[int]) -> Sequence[int]:
        """Those of ascending ids that the bounds leave."""
        if self.lowest == 0 and self.highest == 1 << 62:
            return numbers
        return numbers[bisect.bisect_left(numbers, self.lowest) : bisect.bisect_right(numbers, self.highest)]


@lru_cache(maxsize=256)
def search(kind: str, query: str | None) -> Search:
    """Reads a search string of a connection of `kind`."""
    tokens = [match for match in _TOKEN.finditer(query or "") if match[0] != "AND"]
    if not tokens:
        return Search()
    parser = _Parser(FIELDS[kind], tokens)
    test, parsed = parser.either()
    lowest, highest, only = _bounds(tokens)
    metafields = tuple(token["name"] for token in tokens if (token["name"] or "").startswith("metafields."))
    return Search(None if only else test, lowest, highest, parsed, tuple(parser.warnings), metafields)


def _bounds(tokens: Sequence[re.Match[str]]) -> tuple[int, int, bool]:
    """What plain ``id:>1 AND id:<9`` leaves of the ids, and whether that is all the string says."""
    lowest, highest, ids = 0, 1 << 62, 0
    if any(token[0] in ("(", ")", "OR", "NOT") for token in tokens):
        return lowest, highest, False
    for token in tokens:
        digits = (token["value"] or "").strip("'\"").rsplit("/", 1)[-1]
        if token["name"] != "id" or token["no"] or not digits.isdigit():
            continue
        ids, number, operator = ids + 1, int(digits), token["op"]
        if operator in (None, ">", ">="):
            lowest = max(lowest, number + (operator == ">"))
        if operator in (None, "<", "<="):
            highest = min(highest, number - (operator == "<"))
    return lowest, highest, ids == len(tokens)


class _Parser:
    """either := all (OR all)*; all := one one*; one := NOT one | ( either ) | term."""

    def __init__(self, known: Mapping[str, Getter], tokens: Sequence[re.Match[str]]) -> None:
        self._known, self._tokens, self._place = known, tokens, 0
        self.warnings: list[dict[str, str]] = []

    def _word(self) -> str:
        return self._tokens[self._place][0] if self._place < len(self._tokens) else ""

    def either(self) -> tuple[Test | None, dict[str, Any]]:
        parts = [self._all()]
        while self._word() == "OR":
            self._place += 1
            parts.append(self._all())
        tests = [test for test, _ in parts if test is not None]
        if len(parts) == 1:
            return parts[0]
        parsed = {"or": [part for _, part in parts]}
        return ((lambda shop, node: any(test(shop, node) for test in tests)) if tests else None), parsed

    def _all(self) -> tuple[Test | None, dict[str, Any]]:
        parts = list(self._each())
        if len(parts) == 1:
            return parts[0]
        tests = [test for test, _ in parts if test is not None]
        parsed = {"and": [part for _, part in parts]}
        return ((lambda shop, node: all(test(shop, node) for test in tests)) if tests else None), parsed

    def _each(self) -> Iterator[tuple[Test | None, dict[str, Any]]]:
        while self._word() not in ("", "OR", ")"):
            yield self._one()

    def _one(self) -> tuple[Test | None, dict[str, Any]]:
        token = self._tokens[self._place]
        self._place += 1
        if token[0] == "NOT":
            test, parsed = self._one() if self._word() not in ("", "OR", ")") else (None, {})
            return (_not(test) if test else None), {"not": parsed}
        if token[0] == "(":
            inner = self.either()
            self._place += self._word() == ")"
            return inner
        return self._term(token)

    def _term(self, token: re.Match[str]) -> tuple[Test | None, dict[str, Any]]:
        name, raw = token["name"] or "default", (token["value"] or token[0]).strip("'\"")
        parsed = {"field": name, _PARSED[token["op"]]: raw}
        if name == "default" and "title" in self._known:
            return _text_test(raw), parsed
        getter = _metafield(name) if name.startswith("metafields.") else self._known.get(name)
        if getter is None:
            code = "invalid_field" if token["name"] else "missing_named_field"
            self.warnings.append({"field": name, "message": _WARNINGS[code], "code": code})
            return None, parsed
        test = _field_test(name, getter, token["op"], raw)
        return (_not(test) if token["no"] else test), ({"not": parsed} if token["no"] else parsed)


def _metafield(name: str) -> Getter:
    """``metafields.namespace.key``. Whether it may be used as a filter is the shop's to say."""
    namespace, _, key = name.removeprefix("metafields.").partition(".")

    def value(shop: Shop, node: Node) -> str:
        own = shop.metafields.get(node["id"], {}).get((namespace, key))
        return str(own["value"]) if own is not None else ""

    return value


def _not(test: Test) -> Test:
    return lambda shop, node: not test(shop, node)


def _text_test(raw: str) -> Test:
    """A bare word: somewhere in the title."""
    words = raw.lower().rstrip("*")
    return lambda _, node: words in str(node.get("title") or "").lower()


def _field_test(name: str, getter: Getter, operator: str | None, raw: str) -> Test:
    wanted: Any = raw
    if name == "id" or (name.endswith("_id") and name != "external_id"):
        digits = raw.rsplit("/", 1)[-1]
        if not digits.isdigit():
            return lambda _, __: False
        wanted = int(digits)
    elif name in _DATES:
        wanted = _instant(raw)
        if wanted is None:
            return lambda _, __: False
    compare = _COMPARE[operator] if operator else _phrase if name in _PHRASES else _equal

    def test(shop: Shop, node: Node) -> bool:
        value = getter(shop, node)
        return any(compare(item, wanted) for item in value) if isinstance(value, list) else compare(value, wanted)

    return test


def _instant(raw: str) -> str | None:
    """A date as the store writes its own, so that texts compare."""
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _equal(value: Any, wanted: Any) -> bool:
    if not isinstance(value, str):
        return bool(value == wanted)
    own, text = value.lower(), str(wanted).lower()
    return own.startswith(text[:-1]) if text.endswith("*") else own == text


def _phrase(value: Any, wanted: Any) -> bool:
    """Titles match by the words in them."""
    return f" {str(wanted).lower().rstrip('*')}" in f" {str(value).lower()}"


_PARSED = {None: "match_all", "<": "range_lt", ">": "range_gt", "<=": "range_lte", ">=": "range_gte"}
_WARNINGS = {
    "invalid_field": "Invalid search field for this query.",
    "missing_named_field": "Input must use named search fields in this query.",
}
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": lambda value, wanted: bool(value < wanted),
    ">": lambda value, wanted: bool(value > wanted),
    "<=": lambda value, wanted: bool(value <= wanted),
    ">=": lambda value, wanted: bool(value >= wanted),
}
