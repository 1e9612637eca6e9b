"""Search strings (``status:active AND updated_at:>'2026-01-01T00:00:00Z'``), and how they fail silently.

A field that a connection does not know drops its filter with a warning nobody reads, so that the query returns
everything: that is Shopify's behaviour, and whoever searches must compare what comes back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from .store import Node, gid_number

_TERM = re.compile(r"(-)?([a-zA-Z_.$-]+):(<=|>=|<|>)?('[^']*'|\"[^\"]*\"|[^\s()]+)")

Getter = Callable[[Node], Any]


def _number(node: Node) -> int:
    return gid_number(node["id"])


COMMON: Mapping[str, Getter] = {
    "id": _number,
    "created_at": lambda node: node["createdAt"],
    "updated_at": lambda node: node["updatedAt"],
}
FIELDS: Mapping[str, Mapping[str, Getter]] = {
    "Product": {
        **COMMON,
        "handle": lambda node: node["handle"],
        "title": lambda node: node["title"],
        "status": lambda node: node["status"],
        "vendor": lambda node: node["vendor"],
        "product_type": lambda node: node["productType"],
        "tag": lambda node: node["tags"],
    },
    "ProductVariant": {
        **COMMON,
        "sku": lambda node: node["_sku"] or "",
        "barcode": lambda node: node["barcode"] or "",
        "product_id": lambda node: gid_number(node["_product"]),
        "title": lambda node: " / ".join(value for _, value in node["_options"]),
    },
    "Metaobject": {
        **COMMON,
        "handle": lambda node: node["handle"],
        "display_name": lambda node: node["_display"],
    },
    "MetafieldDefinition": {
        "id": _number,
        "key": lambda node: node["key"],
        "namespace": lambda node: node["namespace"],
        "type": lambda node: node["type"]["name"],
        "owner_type": lambda node: node["ownerType"],
    },
}


def matcher(kind: str, query: str | None) -> Callable[[Node], bool] | None:
    """Whether a node matches; None where nothing filters."""
    if not query or not query.strip():
        return None
    tests = [test for match in _TERM.finditer(query) if (test := _test(FIELDS[kind], match)) is not None]
    if not tests:
        return None
    return lambda node: all(test(node) for test in tests)


def _test(known: Mapping[str, Getter], match: re.Match[str]) -> Callable[[Node], bool] | None:
    negative, name, comparison, raw = match.groups()
    getter = known.get(name)
    if getter is None:
        return None
    wanted: Any = raw.strip("'\"")
    if name == "id" or name.endswith("_id"):
        digits = wanted.rsplit("/", 1)[-1]
        if not digits.isdigit():
            return lambda node: False
        wanted = int(digits)
    compare = _COMPARISONS[comparison]

    def test(node: Node) -> bool:
        value = getter(node)
        if isinstance(value, list):
            return any(_equal(item, wanted) for item in value) != bool(negative)
        result = _equal(value, wanted) if compare is None else compare(value, wanted)
        return bool(result) != bool(negative)

    return test


def _equal(value: Any, wanted: Any) -> bool:
    if isinstance(value, str):
        text = str(wanted).lower()
        return value.lower().startswith(text[:-1]) if text.endswith("*") else value.lower() == text
    return bool(value == wanted)


_COMPARISONS: Mapping[str | None, Callable[[Any, Any], bool] | None] = {
    None: None,
    "<": lambda value, wanted: value < wanted,
    ">": lambda value, wanted: value > wanted,
    "<=": lambda value, wanted: value <= wanted,
    ">=": lambda value, wanted: value >= wanted,
}
