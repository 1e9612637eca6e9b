"""All that is wrong with a value, where `Shape.wrong` stops at the first: for whoever corrects a file by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .shapes import Emptied, Json, Kind, Lacking, ListOf, MapOf, Object, OrNull, Row, Shape, Wrong


def all_wrong(shape: Shape, value: Json, part: bool = False) -> Iterator[Wrong]:
    """Every place in which something is wrong, in the order in which they stand. The first is what `Shape.wrong` says.

    What fields say of each other is judged where each is right for itself, as there.
    """
    if isinstance(shape, OrNull | Lacking):
        empty = value is None if isinstance(shape, OrNull) else False
        if not (empty or (value == "" and isinstance(shape, Emptied))):
            yield from all_wrong(shape.shape, value, part)
        return
    whole = shape.wrong(value, part)
    if whole is None:
        return
    inside = _inside(shape, value, part)
    first = next(inside, None)
    yield whole
    if first is not None and first == whole:
        yield from inside


def _inside(shape: Shape, value: Json, part: bool) -> Iterator[Wrong]:
    """What is wrong with what is in it, place by place."""
    if isinstance(shape, Object) and isinstance(value, dict):
        yield from _in_object(shape, value, part)
    elif isinstance(shape, MapOf) and isinstance(value, dict):
        named = ((name, shape.shape, item) for name, item in value.items())
        yield from _each(((name, own, item) for name, own, item in named if not (item is None and part)), part)
    elif isinstance(shape, ListOf) and isinstance(value, list):
        yield from _each(((at, shape.shape, item) for at, item in enumerate(value)), part)
    elif isinstance(shape, Row) and isinstance(value, list):
        pairs = zip(shape.shapes, value, strict=False)
        yield from _each(((at, own, item) for at, (own, item) in enumerate(pairs)), part)
    elif isinstance(shape, Kind) and isinstance(value, dict):
        yield from _each(((kind, shape.kinds[kind], own) for kind, own in value.items() if kind in shape.kinds), part)


def _each(items: Iterable[tuple[str | int, Shape, Json]], part: bool) -> Iterator[Wrong]:
    for name, shape, item in items:
        yield from (wrong.inside(name) for wrong in all_wrong(shape, item, part))


def _in_object(shape: Object, value: dict[str, Json], part: bool) -> Iterator[Wrong]:
    for name, item in value.items():
        if name not in shape.fields:
            yield shape.strange(name)
        elif not (item is None and part):
            yield from _each([(name, shape.fields[name], item)], part)
    for name, own in shape.fields.items() if not part else ():
        if own.needed and name not in value:
            yield shape.lacks(name)
