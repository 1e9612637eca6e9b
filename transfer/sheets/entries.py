"""The headers of a sheet of entries, and the types behind the names of values.

A value of an entry or of a metafield has its type in its header. Where the file itself says which one is meant (the
header that it had when it was made), the name is enough; else a sentence says what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ..naming import TYPES
from ..resource import Resource
from ..resources.metaobjects import Metaobjects
from ..values import TYPE
from .columns import Column, Path, name_of, parsed
from .typed import TEXT, suggested

FIELDS = "fields"
LIKELY = TEXT
# What people write, and the admin calls it. Not “integer” and “string”: some old values are of types of these names.
_MEANT = {label.lower(): name for name, label in TYPES.items() if label.lower() not in (name, "integer")}
_MEANT |= {
    "text": LIKELY,
    "number": "number_integer",
    "decimal number": "number_decimal",
    "reference": "product_reference",
}


def of_entry(resource: Resource, column: Column, known: Sequence[str]) -> Column:
    """The column of an entry's field as somebody means it who typed its name alone. `known`: headers the file had."""
    if not _of_field(resource, column, known):
        return column
    name = column.path[-1]
    if column.kind == "typed":
        return replace(column, path=(FIELDS, name))
    found = [own for own, _ in map(parsed, known) if own.path[:1] == (FIELDS,) and _same(own.path, name)]
    return replace(found[0], null=column.null, pieces=column.pieces) if len(found) == 1 else column


def untyped(resource: Resource, column: Column, known: Sequence[str], texts: Callable[[], Iterable[str]]) -> str:
    """What to write instead of a header that names a field of an entry without its type; empty: it is none.

    `texts`: what the first cells of the column say, of which the type is proposed that they look like.
    """
    if column.kind != "text" or not _of_field(resource, column, known):
        return ""
    key = "_".join(column.path[-1].lower().split())
    like, such = suggested(texts()), name_of((FIELDS, key))
    if like:
        return f"a field of an entry has its type behind its name; its cells look like {such} [{like}]"
    return f"a field of an entry has its type behind its name, which nothing here shows; of a text: {such} [{LIKELY}]"


def no_type(type_: str) -> str:
    """Why this is the name of no type of values; empty where it may be one."""
    item = type_.removeprefix("list.")
    meant = _MEANT.get(item.lower(), "")
    if TYPE.match(type_) is not None and not meant:
        return ""
    such = f"{type_[: len(type_) - len(item)]}{meant}" if meant else "number_integer"
    return f"{type_} is the name of no type; types are written small, such as {such}"


def _of_field(resource: Resource, column: Column, known: Sequence[str]) -> bool:
    if not isinstance(resource, Metaobjects) or column.kind not in ("text", "typed") or column.header in known:
        return False
    own = dict(resource.shape.inner())
    return (len(column.path) == 1 and column.path[0] not in own) or (len(column.path) == 2 and column.path[0] == FIELDS)


def _same(path: Path, name: str) -> bool:
    return len(path) == 2 and path[1].lower() == "_".join(name.lower().split())
