"""What somebody may type who knows nothing of our headers and forms: which kind of cell a field has by its nature.

A header without a kind is read as the field's own: ``tags`` as ``tags (list)``. A cell of a ``(json)`` column may hold
a list as people write it, for what begins with no bracket is no JSON list.
"""

from __future__ import annotations

from ..references import UNKNOWN
from ..resource import Resource
from ..shapes import (
    ANY_NAME,
    ITEM,
    Amount,
    Flag,
    Lacking,
    ListOf,
    Match,
    Nothing,
    Number,
    Object,
    OneOf,
    OrNull,
    Reference,
    Row,
    Shape,
    Text,
)
from .columns import Path

_TEXTS = (Text, Match, OneOf, Reference)


def shape_of(resource: Resource, items: str | None, path: Path) -> Shape | None:
    """What stands at a path of a record, or of an item of its list; None where its kind has no such place."""
    shape: Shape | None = resource.shape
    for name in (*((items, ITEM) if items else ()), *path):
        inner = dict(bare(shape).inner()) if shape is not None else {}
        shape = inner.get(name, inner.get(ANY_NAME))
    return shape


def spelt(resource: Resource, items: str | None, path: Path) -> Path:
    """The path with each name as the record has it, where somebody wrote it with other capitals, or as words: ``Product
    Type``. What names nothing stays as it is."""
    found: list[str] = []
    for name in path:
        shape = shape_of(resource, items, tuple(found))
        known = {one for one, _ in bare(shape).inner()} - {ITEM, ANY_NAME} if shape is not None else set()
        like = [one for one in known if _letters(one) == _letters(name)]
        found.append(like[0] if name not in known and len(like) == 1 else name)
    return tuple(found)


def _letters(name: str) -> str:
    return "".join(sign for sign in name.lower() if sign.isalnum())


def bare(shape: Shape) -> Shape:
    while isinstance(shape, OrNull | Lacking):
        shape = shape.shape
    return shape


def kind_of(shape: Shape | None) -> str:
    """The kind of cell that such a value has, as people type it."""
    own = bare(shape) if shape is not None else None
    if isinstance(own, Flag):
        return "boolean"
    if isinstance(own, Number):
        return "number"
    if isinstance(own, ListOf):
        item = bare(own.shape)
        if isinstance(item, _TEXTS):
            return "list"
        if isinstance(item, Row) and len(item.shapes) == 2:
            return "pairs"
    return "text" if own is None or isinstance(own, _TEXTS) or not _is_structure(own) else "json"


def _is_structure(shape: Shape) -> bool:
    return isinstance(shape, Object | ListOf | Nothing) or any(True for _ in shape.inner())


def is_amount(shape: Shape | None) -> bool:
    """Whether such a text is a number."""
    return shape is not None and isinstance(bare(shape), Amount)


def refers_to(shape: Shape | None) -> str:
    """The one kind of which a text, or each item of a list, names a record; empty for all others."""
    own = bare(shape) if shape is not None else None
    own = bare(own.shape) if isinstance(own, ListOf) else own
    kinds = own.kinds - {UNKNOWN} if isinstance(own, Reference) else frozenset()
    return next(iter(kinds)) if len(kinds) == 1 else ""


def words_of(shape: Shape | None) -> frozenset[str]:
    """The words of which a text, or each item of a list, has to be one; empty for all others."""
    own = bare(shape) if shape is not None else None
    own = bare(own.shape) if isinstance(own, ListOf) else own
    return own.words if isinstance(own, OneOf) else frozenset()


def columns_of(shape: Shape, path: Path = ()) -> list[tuple[Path, str]]:
    """(path, kind) of the columns that records of this shape have, for a sheet on which none stands yet."""
    own = bare(shape)
    if not isinstance(own, Object):
        return [(path, kind_of(own))]
    return [found for name, inner in own.fields.items() for found in columns_of(inner, (*path, name))]
