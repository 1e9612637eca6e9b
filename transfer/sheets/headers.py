"""What the header row of an uploaded sheet says: which cells of a row belong to which field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ..registry import RESOURCES
from ..resource import Resource
from ..resources.metafields import Metafields
from ..typed_keys import parts_of
from .cells import CellError, marker
from .columns import COMMAND, ERROR, KEY, POSITION, Column, Path, parsed
from .entries import LIKELY, no_type, of_entry, untyped
from .first import First
from .layout import bare_of, is_cut, name_of, part_of, place_of
from .plain import is_amount, kind_of, refers_to, shape_of, spelt, words_of

Fail = Callable[[str, str], None]  # gets a header and a sentence


@dataclass(frozen=True, slots=True)
class Head:
    """`columns`: each with the places of its pieces. `whole`: no column of the file is missing from this sheet."""

    sheet: str
    resource: Resource
    items: str | None
    values: bool
    special: Mapping[str, int]
    columns: tuple[tuple[Column, tuple[int, ...]], ...]
    names: Sequence[str]
    whole: bool
    part: str = ""  # what the keys of its rows begin with, where one sheet is for these

    def cell(self, name: str, row: Sequence[str]) -> str:
        place = self.special.get(name)
        return row[place] if place is not None and place < len(row) else ""

    def header(self, place: int) -> str:
        """The header above a cell; empty where none is."""
        return self.names[place].strip() if place < len(self.names) else ""

    @property
    def cut(self) -> bool:
        """Whether nothing says what the keys of its rows begin with: the sheet's name holds a piece of it alone."""
        return not self.part and self.resource.parted and is_cut(self.sheet)

    def name(self, place: int) -> str:
        return self.names[place]


def head_of(
    sheet: str,
    row: Sequence[str],
    first: First,
    registry: Mapping[str, Resource],
    fail: Fail,
    few: Callable[[], Iterable[Sequence[str]]] = tuple,
) -> Head | None:
    """None where the header cannot be read: `fail` was told why. `few`: the first rows below it, where that helps."""
    place = place_of(sheet, registry)
    if place is None:
        fail("", "this sheet is no resource; remove it, or begin its name with # to keep it as a note")
        return None
    bad = []
    typed: dict[str, str] = {}  # a header as we would write it -> as it stands there

    def wrong(header: str, sentence: str) -> None:
        bad.append(header)
        fail(typed.get(header, header), sentence)

    special, found = _placed(row, wrong)
    resource = registry[place[0]]
    bare = bare_of(sheet)
    columns = _columns(found, set(first.null.get(bare, ())), wrong)
    had = first.columns.get(bare, ())
    typed |= {column.header: row[at[0]].strip() for column, at in columns}
    columns = tuple((of_entry(resource, _spelt(resource, place[1], column, had), had), at) for column, at in columns)
    typed |= {column.header: row[at[0]].strip() for column, at in columns}
    for column, (at, *_) in columns:
        if sentence := untyped(resource, column, had, partial(_cells, few, at)):
            wrong(column.header, sentence)
    columns = tuple((_natural(registry, resource, place[1], column, had), at) for column, at in columns)
    values = isinstance(resource, Metafields) and not any(column.path in (("type",), ()) for column, _ in columns)
    if not bad:
        _judge(resource, place[1], bare, first, columns, values=values, wrong=wrong)
    if KEY not in special and not _needless(resource, place[1], values=values):
        wrong(KEY, "this column is missing; it says which record a row is")
    known = set(had)
    whole = bool(known) and known <= {column.header for column, _ in columns}
    part = first.parts.get(bare, part_of(bare) if resource.parted and not is_cut(bare) else "")
    return None if bad else Head(sheet, resource, place[1], values, special, columns, row, whole, part)


def _needless(resource: Resource, items: str | None, *, values: bool) -> bool:
    """Whether rows can do without a key: those of new records that name themselves, and the shop's own values."""
    if values:
        return bool(resource.key_shape) and not parts_of(resource, values=True)
    return items is None and resource.names_itself


def _spelt(resource: Resource, items: str | None, column: Column, known: Sequence[str]) -> Column:
    if column.header in known or not column.path or isinstance(resource, Metafields):
        return column
    return replace(column, path=spelt(resource, items, column.path))


def _natural(
    registry: Mapping[str, Resource], resource: Resource, items: str | None, column: Column, known: Sequence[str]
) -> Column:
    """The column as somebody means it who typed its header, or types into it, without knowing our forms."""
    if not column.path or column.kind not in ("text", "json", "list"):
        return column
    shape = shape_of(resource, items, column.path)
    column = replace(column, amount=column.kind == "text" and is_amount(shape), words=words_of(shape))
    kind, refers = kind_of(shape), registry.get(refers_to(shape))
    if refers is not None:
        column = replace(column, refers=(refers.name, parts_of(refers, values=False)))
    if column.kind == "list":
        return column
    if column.kind == "json":
        return replace(column, plain=kind if kind in ("list", "pairs") else "")
    return column if column.header in known else replace(column, kind=kind)


def _placed(row: Sequence[str], wrong: Fail) -> tuple[dict[str, int], dict[str, dict[int, int]]]:
    """Where the columns of our own stand, and for every header of a field where its pieces do."""
    special: dict[str, int] = {}
    found: dict[str, dict[int, int]] = {}
    own = {name.lower(): name for name in (COMMAND, KEY, POSITION, ERROR)}
    for at, text in enumerate(row):
        header = text.strip()
        if not header or header.startswith("#"):
            continue
        if header.lower() in own:
            if special.setdefault(own[header.lower()], at) != at:
                wrong(header, "two columns have this header; remove one of them")
            continue
        try:
            column, piece = parsed(header)
        except CellError as problem:
            wrong(header, str(problem))
            continue
        if found.setdefault(column.header, {}).setdefault(piece, at) != at:
            wrong(header, "two columns have this header; remove one of them")
    return special, found


def _cells(few: Callable[[], Iterable[Sequence[str]]], at: int) -> list[str]:
    return [row[at] for row in few() if at < len(row) and marker(row[at]) is None]


def _columns(
    found: Mapping[str, Mapping[int, int]], null: set[str], wrong: Fail
) -> tuple[tuple[Column, tuple[int, ...]], ...]:
    columns = []
    for header, places in found.items():
        column, _ = parsed(header)
        if sorted(places) != list(range(1, len(places) + 1)):
            wrong(header, "a column that this one continues is missing")
            continue
        column = replace(column, null=header in null, pieces=len(places))
        columns.append((column, tuple(places[number] for number in sorted(places))))
    return tuple(columns)


def _has(resource: Resource, items: str | None, path: Path) -> bool:
    return not path or shape_of(resource, items, path) is not None


def _typed(first: First, sheet: str, column: Column) -> str:
    """A metafield's header with the type that it has in the file; with that of a text where the file does not say."""
    names = (header for name, own in first.columns.items() if bare_of(name) == sheet for header in own)
    known = (parsed(header)[0] for header in names)
    found = next((own.header for own in known if own.kind == "typed" and own.path == column.path), "")
    return found or f"{column.header} [{LIKELY}]"


def _elsewhere(resource: Resource, items: str | None, column: Column, first: First) -> str:
    """Where a field stands that this sheet has not, or how it can stay."""
    if [name.lower() for name in column.path] == ["handle"] and "handle" in resource.key_is.split(", "):
        return f"what names a record stands in the column {KEY}: call this one so, or remove it"
    sheets = {name: name_of(resource.name, name) for name in (None, *resource.keyed_lists) if name != items}
    for name, sheet in sheets.items():
        if _has(resource, name, spelt(resource, name, column.path)[:1]):
            return f"it stands on the sheet {sheet}"
    values = next((kind for kind in RESOURCES.values() if kind.owner_types and resource.name in kind.holders), None)
    if len(column.path) == 2 and values is not None:
        named = column.header if column.kind == "typed" else _typed(first, values.name, column)
        return f"a metafield stands on the sheet {values.name}, with its type behind its name: {named}"
    return "begin the header with # to keep it as a note"


def _judge(
    resource: Resource,
    items: str | None,
    sheet: str,
    first: First,
    columns: Sequence[tuple[Column, tuple[int, ...]]],
    *,
    values: bool,
    wrong: Fail,
) -> None:
    """Fields that the resource has not, and fields that lie in one another, are mistakes."""
    known = {parsed(header)[0].path[:1] for header in first.columns.get(sheet, ())}
    paths: set[Path] = {column.path for column, _ in columns}
    for column, _ in columns:
        if values and (column.kind != "typed" or len(column.path) != 2):
            wrong(
                column.header,
                "a metafield's header is its namespace, its key and its type: custom.size [number_integer]",
            )
        elif column.kind == "typed" and (values or len(column.path) == 2) and no_type(column.type):
            wrong(column.header, no_type(column.type))
        elif not (values or column.path[:1] in known or _has(resource, items, column.path[:1])):
            wrong(column.header, f"{resource.name} have no such field; {_elsewhere(resource, items, column, first)}")
        elif any(column.path[:length] in paths for length in range(len(column.path))):
            wrong(column.header, "another column holds this field already")
    if not values and len(paths) < len(columns):
        wrong(columns[-1][0].header, "two columns hold the same field in different forms")
