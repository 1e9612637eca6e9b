"""What a row that a person typed becomes: the handle that Shopify makes of a title, and the fields that nobody types.

A record of an archive says all that its kind has. A person who types a new one says what a form of Shopify's admin asks
for; the rest is what that form holds before anybody touches it: empty lists, nothing ticked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, Final

from .shapes import Flag, Lacking, ListOf, MapOf, Object, OrNull, Shape

MOST = 255  # characters of a handle
_NONE: Final = object()
_DROPPED = re.compile("['’\"“”()\\[\\]]")
_SIGNS = re.compile(r"[\W_]+")
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "þ": "th", "ı": "i"})


def handle_of(text: str) -> str:
    """``"Women's blue shirt"`` becomes ``"womens-blue-shirt"``; empty where nothing in it can stand in a handle.

    https://shopify.dev/docs/api/liquid/basics#handles. Letters beyond Latin stay as they are.
    """
    plain = _DROPPED.sub("", text.lower()).translate(_LETTERS)
    parts: list[str] = []
    for sign in unicodedata.normalize("NFKD", plain):
        # An accent goes from a Latin letter; the marks of other scripts are part of their letters.
        if not (unicodedata.combining(sign) and parts and parts[-1].isascii()):
            parts.append(sign)
    return _SIGNS.sub("-", unicodedata.normalize("NFC", "".join(parts))).strip("-")[:MOST].strip("-")


def moment_of(seconds: float) -> str:
    """Seconds since 1970 as ``2026-01-31T09:00:00Z``."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def filled(shape: Object, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields, and for those that an object of this shape must have and that are not said what a form has in them.

    What has no such value (a title, a price, a type) stays missing. Fields that are said must be of their shapes.
    """
    found = {
        name: _inside(shape.fields[name], value) if name in shape.fields else value for name, value in fields.items()
    }
    for name, inner in shape.fields.items():
        if inner.needed and found.get(name) is None:
            blank = _blank(inner)
            if blank is not _NONE:
                found[name] = blank
    return found


def items_filled(shape: Object, fields: dict[str, Any], but: Collection[str]) -> dict[str, Any]:
    """The fields, with the items of their lists filled. `but`: lists whose items may be said in part."""
    return {
        name: _inside(shape.fields[name], value)
        if isinstance(value, list) and name in shape.fields.keys() - but
        else value
        for name, value in fields.items()
    }


def _inside(shape: Shape, value: Any) -> Any:
    while isinstance(shape, OrNull | Lacking):
        shape = shape.shape
    if isinstance(shape, Object) and isinstance(value, dict):
        return filled(shape, value)
    if isinstance(shape, ListOf) and isinstance(value, list):
        return [_inside(shape.shape, item) for item in value]
    return value


def _blank(shape: Shape) -> Any:
    if isinstance(shape, OrNull):
        return None
    if isinstance(shape, ListOf):
        return [] if not shape.least else _NONE
    if isinstance(shape, MapOf):
        return {} if not shape.least else _NONE
    if isinstance(shape, Flag):
        return False
    if isinstance(shape, Object):
        own = filled(shape, {})
        return own if shape.wrong(own) is None else _NONE
    return _NONE
