"""What a spreadsheet says of a record, made comparable: what it leaves out is as the other side has it.

A sheet says what its cells say, and no more: a column, a cell or a row that is not there is no difference, as it is no
change for an import. So its record is the other side's with what is said laid over it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import commands, line_ends
from .commands import Command
from .namesakes import Present
from .resource import Fields, Resource
from .shapes import ITEM, Amount, Flag, ListOf, MapOf, Moment, Number, Object, OneOf, OrNull, Reference, Shape

Pair = tuple[Fields, Fields]


def completed(resource: Resource, left: Present, right: Present, sheets: tuple[bool, bool]) -> Pair:
    """Both records as they can be compared. `sheets`: which of the two sides say a part."""
    ours = _beside(resource, left, right) if sheets[0] else left.fields
    theirs = _beside(resource, right, left) if sheets[1] else right.fields
    if not any(sheets):
        return ours, theirs
    return _filled(resource, ours), _filled(resource, theirs)


def rewritten(resource: Resource, fields: Fields, rewrite: Callable[[Fields], Fields]) -> Fields:
    """What a row says of a part, as `rewrite`, which is for whole records, leaves it."""
    said = _without_nulls(fields)
    return _laid(fields, rewrite(_filled(resource, said))) if said else fields


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(own) for name, own in value.items() if own is not None}
    return value


def _laid(said: Any, whole: Any) -> Any:
    """Of a whole value that which was said."""
    if isinstance(said, dict) and isinstance(whole, dict):
        return {name: _laid(own, whole.get(name)) for name, own in said.items()}
    return said if said is None or whole is None else whole


def spoken(one: Present) -> frozenset[str] | None:
    """The fields that a row of a sheet says; None: all, because its command is about all of them."""
    if one.command == Command.REPLACE:
        return None
    return frozenset(name for name, value in one.fields.items() if value is not None)


def _beside(resource: Resource, one: Present, other: Present) -> Fields:
    said, before = line_ends.kept(other.fields, one.fields), _filled(resource, other.fields)
    said = resource.meant(before, said)
    if one.command == Command.REPLACE:
        return resource.tidied(commands.replaced(resource, before, said))
    return resource.tidied(commands.completed(resource, before, said))


def _filled(resource: Resource, fields: Fields) -> Fields:
    """With something in what neither side says and no record is without, for equality is judged on whole records."""
    found = _whole(resource.shape, fields)
    return found if isinstance(found, dict) else fields


def _whole(shape: Shape, value: Any) -> Any:
    """A value in which nothing that its shape needs is missing."""
    if isinstance(value, list):
        item = dict(shape.inner()).get(ITEM)
        return value if item is None else [_whole(item, one) for one in value]
    if not isinstance(value, dict):
        return value
    inner: Mapping[str, Shape] = dict(shape.inner())
    found = {name: _whole(inner[name], own) if name in inner else own for name, own in value.items()}
    if not isinstance(_bare(shape), Object):
        return found
    return found | {name: _least(own) for name, own in inner.items() if own.needed and name not in found}


def _bare(shape: Shape) -> Shape:
    inner = getattr(shape, "shape", None)
    return _bare(inner) if isinstance(shape, OrNull) and inner is not None else shape


def _least(shape: Shape) -> Any:
    """The plainest value of a shape; both sides get the same one."""
    match shape:
        case OrNull():
            return None
        case ListOf():
            return []
        case Object():
            return _whole(shape, {})
        case MapOf():
            return {}
        case Flag():
            return False
        case Number() | Amount():
            return "0" if isinstance(shape, Amount) else 0
        case Moment():
            return "2000-01-01T00:00:00Z"
        case OneOf():
            return min(shape.words)
        case Reference():
            return "shopsync:unknown/nothing"
        case _:
            return ""
