"""``python -m transfer.described > docs/archive-records.md``: what an archive's check takes, field by field."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from .archive.manifest import SHAPE
from .registry import RESOURCES, order
from .resource import Resource
from .shapes import ANY_NAME, ITEM, Kind, Lacking, ListOf, MapOf, Object, OrNull, Shape

HEAD = """# Records, field by field

Made by `python -m transfer.described` from the shapes that the check of an archive walks; a test holds it to that. What
the values mean is told in [the archive format](archive-format.md).

Objects are closed: a field that is not in these tables is refused, and so is a value that is not what they say. Where
the last column says so, a field must be there; what is null or missing is left as the target has it, and never cleared.
"""


def described() -> str:
    """The page, in Markdown."""
    parts = [HEAD, *_section("manifest.json", (), SHAPE)]
    for resource in (RESOURCES[name] for name in order()):
        parts += _section(resource.name, _key(resource), resource.shape)
    return "\n".join(parts)


def _key(resource: Resource) -> tuple[str, ...]:
    parts = [f"{number}. {shape.said()}" for number, shape in enumerate(resource.key_shape, 1)]
    return (f"Key: {resource.key_is}", "", *parts, *([""] if parts else []))


def _section(name: str, key: tuple[str, ...], shape: Object) -> Iterator[str]:
    yield from (f"## {name}", "", *key, "| field | is | |", "|---|---|---|")
    rules = []
    for path, own, needed in _fields(shape):
        yield f"| `{path}` | {own.said()} | {needed} |"
    for rule in _rules(shape):
        rules.append(f"- {rule}")
    yield from ("", *rules, "") if rules else ("",)


def _fields(shape: Shape, path: str = "") -> Iterator[tuple[str, Shape, str]]:
    """(path, shape, when it must be there) of everything in it; of lists, what their items are besides."""
    for name, inner in shape.inner():
        place = f"{path}{name}" if name == ITEM else f"{path}.{name}" if path else name
        within = list(_fields(inner, place))
        if name not in (ITEM, ANY_NAME) or not (within or inner.said() == "a text"):
            yield place, inner, _needed(shape, inner)
        yield from within


def _needed(shape: Shape, inner: Shape) -> str:
    while isinstance(shape, OrNull | Lacking):
        shape = shape.shape
    if isinstance(shape, Kind):
        return "or another kind"
    return "must be there" if isinstance(shape, Object) and inner.needed else ""


def _rules(shape: Shape) -> Iterator[str]:
    if isinstance(shape, OrNull):
        shape = shape.shape
    if isinstance(shape, Object | MapOf) and shape.also is not None and shape.also.__doc__:
        yield " ".join(shape.also.__doc__.split())
    if isinstance(shape, Object | MapOf | ListOf | Kind):
        for _, inner in shape.inner():
            yield from (rule for rule in _rules(inner))


if __name__ == "__main__":
    sys.stdout.write(described())
