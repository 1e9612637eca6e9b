"""Which sheets a resource becomes.

- its records, one per row (`metaobjects`: a sheet per type, because the types have different fields);
- the items of its lists that have names (variants of products): a sheet of their own, ``products.variants``, in which
  ``Key`` says whose they are;
- metafields: one row per owner, and a column per metafield, ``custom.designer [metaobject_reference]``.

A survey of the records decides which columns there are, and which cells are so long that they need more than one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, count
from typing import Any, Self

from .. import typed_keys
from ..archive.members import Line
from ..keys import Key
from ..resource import Fields, Resource
from ..resources.metafields import Metafields
from . import cells
from .cells import MISSING
from .columns import COMMAND, KEY, POSITION, Column, Shape
from .plain import columns_of, is_amount, shape_of

MAX_COLUMNS = 1000
SPEAKING = frozenset({"title", "name", "options"})  # what people know a record by stands first
MAX_PARTS = 60  # sheets of one resource; what comes after them shares one
# What spreadsheets refuse in a sheet's name, what XML cannot hold, and what takes two of the 31 characters.
_FORBIDDEN = re.compile("[\\[\\]:*?/\\\\()'\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff\U00010000-\U0010ffff]")
_LENGTH = 28  # a sheet's name has at most 31 characters, and ``~2`` may have to follow
CUT = "~"  # behind a type of which a sheet's name holds the beginning alone; types have no such character
_MORE = re.compile(r"~\d+\Z")
_PART = re.compile(r" \(([^()]+)\)\Z")
_TAIL = re.compile(r"(?: \([^()]*\))?(?:~\d+)?\Z")

Cells = list[str]


@dataclass(slots=True)
class Sheet:
    """`part`: the first part of the keys that stand here. `items`: the list whose items do. `values`: metafields."""

    name: str
    resource: str
    part: str | None = None
    items: str | None = None
    values: bool = False
    columns: tuple[Column, ...] = ()

    @property
    def headers(self) -> Cells:
        head = [KEY, POSITION] if self.items else [COMMAND, KEY]
        return head + [header for column in self.columns for header in column.headers]

    def steady(self, resource: Resource) -> frozenset[int]:
        """The places in its rows of what says the same however a program shows it."""
        own = frozenset(header for column in self._natural(resource) if column.steady for header in column.headers)
        return frozenset(place for place, header in enumerate(self.headers) if header == POSITION or header in own)

    def _natural(self, resource: Resource) -> Iterator[Column]:
        for column in self.columns:
            amount = column.kind == "text" and is_amount(shape_of(resource, self.items, column.path))
            yield replace(column, amount=amount)

    def cells(self, fields: Mapping[str, Any]) -> Cells:
        return [cell for column in self.columns for cell in column.cells(fields)]

    def to_json(self) -> list[Any]:
        columns = [column.to_json() for column in self.columns]
        return [self.name, self.resource, self.part, self.items, self.values, columns]

    @classmethod
    def from_json(cls, data: Any) -> Self:
        name, resource, part, items, values, columns = data
        return cls(name, resource, part, items, values, tuple(map(Column.from_json, columns)))


def name_of(resource: str, list_: str | None = None) -> str:
    return (f"{resource}.{list_}" if list_ else resource)[:_LENGTH]


def bare_of(sheet: str) -> str:
    """The name of a sheet that may go on in another, ``products~2``."""
    return _MORE.sub("", sheet)


def part_of(sheet: str) -> str:
    """What stands behind a sheet's name: the type, or as much of it as there was room for."""
    match = _PART.search(bare_of(sheet))
    return match[1] if match is not None else ""


def is_cut(sheet: str) -> bool:
    return CUT in part_of(sheet)


def place_of(name: str, registry: Mapping[str, Resource]) -> tuple[str, str | None] | None:
    """(resource, list) of a sheet that is named as `Survey` names them; None for any other sheet."""
    bare = _TAIL.sub("", name.strip()).lower()
    for resource in registry.values():
        for list_ in (None, *resource.keyed_lists):
            whole = f"{resource.name}.{list_}" if list_ else resource.name  # as a file's name can be
            if bare in (whole.lower(), name_of(resource.name, list_).lower()):
                return resource.name, list_
    return None


@dataclass(slots=True)
class _Table:
    """What is known of the rows of one sheet."""

    total: int = 0
    fields: dict[str, Shape] = field(default_factory=dict)
    wide: bool = False

    def see(self, fields: Mapping[str, Any]) -> None:
        self.total += 1
        for name, value in fields.items():
            self.fields.setdefault(name, Shape()).see(value)
        if len(self.fields) > MAX_COLUMNS:
            self.wide = True
            self.fields.clear()

    def columns(self) -> tuple[Column, ...]:
        found: list[Column] = []
        for name in sorted(self.fields, key=lambda name: name not in SPEAKING):  # a sort that keeps the rest in order
            found += self.fields[name].columns((name,), self.total)
        return tuple(found)


@dataclass(slots=True)
class _Part:
    records: _Table = field(default_factory=_Table)
    whole: int = 1  # cells that the longest record takes as JSON
    lists: dict[str, _Table] = field(default_factory=dict)
    mixed: set[str] = field(default_factory=set)  # lists that cannot be a sheet

    def see(self, resource: Resource, fields: Fields) -> None:
        self.records.see(fields)
        if self.records.wide:
            self.whole = max(self.whole, len(cells.pieces(cells.said("json", fields))))
        for name in resource.keyed_lists:
            items = fields.get(name, MISSING)
            if "." in name or items is MISSING or items is None:
                continue
            table = self.lists.setdefault(name, _Table())
            if isinstance(items, list) and all(isinstance(item, dict) for item in items):
                for item in items:
                    table.see(item)
            else:
                self.mixed.add(name)

    def sheets(self, name: str, resource: Resource, part: str | None) -> Iterator[Sheet]:
        apart = {one for one, table in self.lists.items() if one not in self.mixed and not table.wide}
        lists = {one: table for one, table in self.lists.items() if one in apart and part is None}
        columns = tuple(
            Column(column.path, "rows", null=column.null) if column.path[0] in lists else column
            for column in self.records.columns()
        )
        if self.records.wide or sum(column.pieces for column in columns) > MAX_COLUMNS:
            yield Sheet(name, resource.name, part, columns=(Column((), "json", pieces=max(self.whole, 1)),))
            return
        yield Sheet(name, resource.name, part, columns=columns)
        for one, table in lists.items():
            yield Sheet(name_of(resource.name, one), resource.name, items=one, columns=table.columns())


@dataclass(slots=True)
class Survey:
    """Sees every record of one resource, and says which sheets they become."""

    resource: Resource
    parts: dict[str | None, _Part] = field(default_factory=dict)
    values: dict[tuple[str, str, str], int] | None = field(default_factory=dict)
    last: Key = ()

    def see(self, line: Line) -> None:
        self._value(line)
        part = self.parts.setdefault(self._part(line.key), _Part())
        part.see(self.resource, line.fields)
        if line.key == self.last:  # whose items would be whose?
            part.mixed.update(self.resource.keyed_lists)
        self.last = line.key

    def _part(self, key: Key) -> str | None:
        if not self.resource.parted or len(key) < 2:
            return None
        return key[0] if key[0] in self.parts or len(self.parts) < MAX_PARTS else None

    def _value(self, line: Line) -> None:
        """Metafields are columns of their owners' rows, as long as there are not too many different ones."""
        plain = isinstance(self.resource, Metafields) and len(line.key) > 2 and cells.kind_of(line.fields) == "typed"
        if not plain:
            self.values = None
        if self.values is not None:
            name = (line.key[-2], line.key[-1], line.fields["type"])
            size = len(cells.pieces(cells.said("typed", line.fields)))
            self.values[name] = max(size, self.values.get(name, 1))
            if sum(self.values.values()) > MAX_COLUMNS:
                self.values = None

    def sheets(self) -> list[Sheet]:
        if self.values:
            columns = tuple(Column((n, k), "typed", t, pieces=size) for (n, k, t), size in sorted(self.values.items()))
            return [Sheet(name_of(self.resource.name), self.resource.name, values=True, columns=columns)]
        found: list[Sheet] = []
        if not self.parts:
            return list(_blank(self.resource))
        for part, table in self.parts.items():
            name = name_of(self.resource.name) if part is None else _part_name(self.resource.name, part, found)
            found += table.sheets(name, self.resource, part)
        return found


def _blank(resource: Resource) -> Iterator[Sheet]:
    """The sheets of a kind of which there is nothing yet, with the columns that a new row would need."""
    known = not isinstance(resource, Metafields) and not resource.parted
    named = [name for name in resource.keyed_lists if "." not in name] if known else []
    columns = [Column(path, kind) for path, kind in columns_of(resource.shape)] if known else []
    own = [replace(column, kind="rows") if column.path[0] in named else column for column in columns]
    own = [column for number, column in enumerate(own) if column not in own[:number]]
    yield Sheet(name_of(resource.name), resource.name, columns=tuple(own))
    for name in named:
        shape = shape_of(resource, name, ())
        assert shape is not None
        items = tuple(Column(path, kind) for path, kind in columns_of(shape))
        yield Sheet(name_of(resource.name, name), resource.name, items=name, columns=items)


def _part_name(resource: str, part: str, others: Iterable[Sheet]) -> str:
    """A name that spreadsheets accept: at most 31 characters, and no two that differ only by case.

    One that does not say the whole part says so by `CUT`, lest a short type is taken for a longer one.
    """
    taken = {sheet.name.lower() for sheet in others}
    shown = _FORBIDDEN.sub("-", part)
    room = _LENGTH - 3 - len(resource)
    whole = [part] if shown == part and len(part) <= room and CUT not in part else []
    tails = chain([CUT], (f"{CUT}{number}" for number in count(2)))
    names = chain(whole, (shown[: room - len(tail)] + tail for tail in tails))
    return next(name for one in names if (name := f"{resource} ({one})").lower() not in taken)


def rows(resource: Resource, sheets: list[Sheet], lines: Iterable[Line]) -> Iterator[tuple[Sheet, Cells]]:
    """The rows of one resource's records, each with the sheet on which it stands."""
    if sheets[0].values:
        yield from _owners(sheets[0], lines, typed_keys.parts_of(resource, values=True))
        return
    parts = typed_keys.parts_of(resource, values=False)
    records = {sheet.part: sheet for sheet in sheets if not sheet.items}
    lists = {sheet.items: sheet for sheet in sheets if sheet.items}
    for line in lines:
        sheet = (records.get(line.key[0]) if len(line.key) > 1 else None) or records[None]
        key = key_cell(line.key, parts)
        shown = line.fields
        for name, items in lists.items():
            assert name is not None
            if isinstance(shown.get(name), list):
                for number, item in enumerate(shown[name], 1):
                    yield items, [key, str(number), *items.cells(item)]
                shown = {**shown, name: len(shown[name])}
        yield sheet, [line.command or MERGE, key, *sheet.cells(shown)]


MERGE = "MERGE"


def _owners(sheet: Sheet, lines: Iterable[Line], parts: int) -> Iterator[tuple[Sheet, Cells]]:
    """One row per owner; two values of one name and type (a group of duplicates) need a row each."""
    columns = {(*column.path, column.type): column for column in sheet.columns}
    owner: tuple[Key, str] | None = None
    row: dict[Column, str] = {}
    for line in lines:
        column = columns[line.key[-2], line.key[-1], line.fields["type"]]
        place = (line.key[:-2], line.command)
        if place != owner or column in row:
            if owner is not None:
                yield sheet, _owner_row(sheet, owner, row, parts)
            owner, row = place, {}
        row[column] = cells.said("typed", line.fields)
    if owner is not None:
        yield sheet, _owner_row(sheet, owner, row, parts)


def _owner_row(sheet: Sheet, owner: tuple[Key, str], row: Mapping[Column, str], parts: int) -> Cells:
    found = [cell for column in sheet.columns for cell in column.padded(row.get(column, ""))]
    return [owner[1] or MERGE, key_cell(owner[0], parts), *found]


def key_cell(key: Key, parts: int) -> str:
    return cells.said("text", typed_keys.shown(key, parts))
