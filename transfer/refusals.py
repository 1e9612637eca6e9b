"""What Shopify says when it refuses, for people: where in the record, in words, and its own message as a quotation.

Shopify names a place by the arguments of its API (``["input", "variants", "0", "price"]``) and things by ids of the
store. Neither means anything to a merchant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

MOST = 3  # errors told of one record
_GID = re.compile(r"gid://shopify/([A-Za-z0-9]+)(?:/[^\s\"'“”,;)\]}]*)?")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Arguments of mutations that hold the record itself.
_WRAPPERS = frozenset(
    {
        *(
            "article",
            "blog",
            "collection",
            "customer",
            "definition",
            "discount",
            "file",
            "input",
            "market",
            "metaobject",
        ),
        *("option", "page", "price", "priceList", "product", "shopLocale", "shopPolicy", "urlRedirect"),
    }
)
# Lists of what is written at once: the number says which record, and that is known.
_BATCHES = frozenset({"files", "metafields", "translations"})


def told(errors: Sequence[Mapping[str, Any]]) -> str:
    """One sentence for each of the first errors."""
    return " ".join(_told(error) for error in errors[:MOST])


def _told(error: Mapping[str, Any]) -> str:
    place = place_of(error.get("field") or ())
    message = nameless(str(error["message"])).strip()
    end = "" if message.endswith((".", "!", "?")) else "."  # a quotation that is a sentence ends this one
    return f"Shopify says{f' of {place}' if place else ''}: “{message}”{end}"


def place_of(field: Iterable[Any]) -> str:
    """``["input", "variants", "0", "price"]``: "variants, item 1, price"."""
    parts = [str(part) for part in field]
    if len(parts) > 1 and parts[0] in _BATCHES and parts[1].isdecimal():
        parts = parts[2:]
    elif len(parts) > 1 and parts[0] in _WRAPPERS:
        parts = parts[1:]
    return ", ".join(f"item {int(part) + 1}" if part.isdecimal() and len(part) < 9 else words(part) for part in parts)


def words(name: str) -> str:
    """``compareAtPrice``: "compare at price"."""
    return _HUMP.sub(" ", name).lower()


def nameless(text: str) -> str:
    """Without ids: they mean nothing to anybody, and nothing at all in another store."""
    return _GID.sub(lambda match: f"(a {words(match[1])} of the store)", text)
