"""Values of a record as the admin says them: its words for Shopify's, a field to a line where a value has several."""

from __future__ import annotations

import re
from textwrap import indent

from .naming import said, type_said
from .pointing import readable
from .registry import RESOURCES
from .shapes import Lacking, ListOf, MapOf, Match, Object, OneOf, OrNull, Shape, Text

_WORD = re.compile(r"[A-Z][A-Z_]+")


def told(value: object, path: str, resource: str) -> object:
    """A value as the admin says it: "Draft" for DRAFT, a field to a line for what has fields of Shopify's own names.

    What people wrote, JSON of theirs included, stays as it is.
    """
    kind = RESOURCES.get(resource)
    at: Shape | None = kind.shape if kind is not None else None
    for name in path.split("."):
        inner = dict(at.inner()) if at is not None else {}
        at = inner.get(name) or inner.get("[]") or at if inner else None
    at = _bare(at)
    if isinstance(value, str):
        typed = isinstance(at, OneOf) or path.split(".")[-1] == TYPE
        return _word(value, at) if typed else value
    if path == TYPES and isinstance(value, dict):
        return "\n".join(f"{name}: {type_said(str(own))}" for name, own in value.items())
    return _told(value, at) if at is not None and value and _has_fields(at) else value


TYPES = "types"  # of translated texts that hold links or references
TYPE = "type"  # of a value or of a field: a type of metafields, or a word of Shopify's


def _has_fields(shape: Shape) -> bool:
    """Whether a value has fields of Shopify's own names, or is made of such values."""
    inner = _bare(shape.shape) if isinstance(shape, ListOf | MapOf) else shape
    return isinstance(inner, Object) or (isinstance(shape, MapOf) and isinstance(inner, Text | Match))


def _word(value: str, shape: Shape | None) -> str:
    return _of_shopify(value) if isinstance(shape, OneOf) else type_said(value)


def _bare(shape: Shape | None) -> Shape | None:
    while isinstance(shape, OrNull | Lacking):
        shape = shape.shape
    return shape


def _of_shopify(value: str) -> str:
    return value.replace("_", " ").capitalize() if _WORD.fullmatch(value) else value


def _told(value: object, shape: Shape | None) -> str:
    """Fields to a line each; what has several lines stands below its name, and items apart from each other."""
    shape = _bare(shape)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, str):
        return _of_shopify(value) if isinstance(shape, OneOf) else readable(value)
    if isinstance(value, dict):
        own = shape.fields if isinstance(shape, Object) else {}
        each = shape.shape if isinstance(shape, MapOf) else None
        found = [
            (said(name) if name in own else name, _field(name if name in own else "", inner, own.get(name) or each))
            for name, inner in value.items()
        ]
        return "\n".join(_line(name, text) for name, text in found if text)
    if isinstance(value, list):
        item = shape.shape if isinstance(shape, ListOf) else None
        texts = [_told(one, item) for one in value]
        return ("\n\n" if any("\n" in text for text in texts) else ", ").join(filter(None, texts))
    return "" if value is None else str(value)


def _field(name: str, value: object, shape: Shape | None) -> str:
    return _word(value, _bare(shape)) if name == TYPE and isinstance(value, str) else _told(value, shape)


def _line(name: str, text: str) -> str:
    return f"{name}:\n{indent(text, '  ')}" if "\n" in text else f"{name}: {text}"
