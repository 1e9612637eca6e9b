"""From records to columns and back.

A column is a path into a record: ``seo.title``. Its header says what its cells hold, so that a sheet explains itself:
``tags (list)``, ``published (boolean)``, ``custom.designer [metaobject_reference]``; ``body (2)`` continues ``body``.
Objects become a column per field where every record has them as objects; whatever has no readable form is JSON.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import unquote

from ..typed_keys import named
from . import cells
from .cells import MISSING, CellError
from .found import as_shown, with_point
from .typed import NUMBERS

MAX_FIELDS = 80  # an object with more different fields than this stays in one cell
MAX_NAME = 200
COMMAND, KEY, POSITION, ERROR, RECORD = "Command", "Key", "Position", "Error", "Record (json)"
RESERVED = frozenset({"command", "key", "position", "error"})
KINDS = frozenset({"text", "json", "list", "pairs", "boolean", "number", "rows"})

Path = tuple[str, ...]

_QUOTED = re.compile(r"[%.()\[\]\x00-\x1f\x7f]|^\s|\s$|^#")
_HEADER = re.compile(
    r"(?P<path>.*?)(?: \((?P<kind>[a-z]+)\)| \[(?P<type>[^\[\]]+)\])?(?: \((?P<piece>[1-9]\d*)\))?\Z", re.S
)


@dataclass(frozen=True, slots=True)
class Column:
    """`null`: whether an empty cell of this sheet stands for null; neither null nor nothing clears anything.
    `plain`: the kind of cell that is understood beside JSON, where nothing else can be meant. `refers`: the kind that
    it names records of, and how many parts their keys have: these may be typed without what stands before them.
    `amount`: whether its texts are numbers, whatever a program shows around them. `words`: of which a text has to be
    one, and may be typed in other capitals.

    The empty path is the whole record, for records that have no readable columns.
    """

    path: Path
    kind: str = "text"
    type: str = ""
    null: bool = False
    pieces: int = 1
    plain: str = ""
    refers: tuple[str, int] | None = None
    amount: bool = False
    words: frozenset[str] = frozenset()

    @property
    def numeric(self) -> bool:
        """Whether nothing but numbers can stand in its cells."""
        return self.amount or self.kind in ("number", "rows", "json") or self.type.removeprefix("list.") in NUMBERS

    @property
    def steady(self) -> bool:
        """Whether its cells say the same however a program shows them: ``12.50`` as ``12.5``, ``true`` as ``TRUE``."""
        return self.numeric or "boolean" in (self.kind, self.type)

    @property
    def header(self) -> str:
        if not self.path:
            return RECORD
        name = name_of(self.path)
        if self.kind == "typed":
            return f"{name} [{self.type}]"
        if self.kind == "text":
            return f"{name} (text)" if name.lower() in RESERVED else name
        header = f"{name} ({self.kind})"
        return header if header.lower() != RECORD.lower() else f"%{ord(name[0]):02X}{header[1:]}"

    @property
    def headers(self) -> list[str]:
        return [self.header, *(f"{self.header} ({number})" for number in range(2, self.pieces + 1))]

    def cells(self, fields: Mapping[str, Any]) -> list[str]:
        """The cells of a record, one per piece."""
        value = find(fields, self.path)
        if value is MISSING:
            text = cells.ABSENT if self.null else ""
        elif value is None:
            text = "" if self.null else cells.NULL
        else:
            text = cells.said(self.kind, value)
        return self.padded(text)

    def padded(self, text: str) -> list[str]:
        parts = cells.pieces(text)
        return parts + [""] * (self.pieces - len(parts))

    def value(self, text: str) -> Any:
        """What a cell says. Raises CellError."""
        if text == "":
            return None if self.null else MISSING
        text = self._number(text) if self.numeric else as_shown(text)
        plain = self.plain if self.kind == "json" and not text.lstrip().startswith(("[", '"', "{")) else ""
        value = cells.meant(plain or self.kind, text, self.type)
        if isinstance(value, list):
            return [self._said(item) if isinstance(item, str) else item for item in value]
        return self._said(value) if isinstance(value, str) else value

    def _said(self, text: str) -> str:
        """What is meant by a text, or by an item of a list."""
        if self.refers is not None:
            return named(*self.refers, text)
        if text in self.words:
            return text
        like = [word for word in self.words if word.lower() == text.strip().lower()]
        return like[0] if len(like) == 1 else text

    def _number(self, text: str) -> str:
        if not (self.amount or self.kind == "number" or self.type in NUMBERS):
            return str(text)
        try:
            return with_point(str(text))
        except ValueError as problem:
            raise CellError(str(problem)) from None

    def to_json(self) -> list[Any]:
        return [list(self.path), self.kind, self.type, self.null, self.pieces]

    @classmethod
    def from_json(cls, data: Sequence[Any]) -> Self:
        return cls(tuple(data[0]), data[1], data[2], data[3], data[4])


def name_of(path: Path) -> str:
    return ".".join(_quoted(part) for part in path)


def _quoted(part: str) -> str:
    """Percent-encodes what would be read as something else; an empty name is a lone ``%``."""
    return _QUOTED.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), part) or "%"


def parsed(header: str) -> tuple[Column, int]:
    """The column that a header names, and which piece of it. Raises CellError."""
    match = _HEADER.match(header.strip())
    if match is not None and header.strip().lower().startswith(RECORD.lower()):
        return Column((), "json"), int(match["piece"] or 1)
    if match is None or not match["path"] or (match["kind"] and match["kind"] not in KINDS):
        raise CellError(
            "this header names no field; remove the column, or begin its header with # to keep it as a note"
        )
    path = tuple("" if part == "%" else unquote(part) for part in match["path"].split("."))
    kind = "typed" if match["type"] else match["kind"] or "text"
    return Column(path, kind, match["type"] or ""), int(match["piece"] or 1)


def find(fields: Any, path: Path) -> Any:
    for name in path:
        if not isinstance(fields, dict) or name not in fields:
            return MISSING
        fields = fields[name]
    return fields


def put(fields: dict[str, Any], path: Path, value: Any) -> None:
    """Raises CellError where the whole record is no object."""
    if not path:
        if not isinstance(value, dict):
            raise CellError("the record must be an object")
        fields.update(value)
        return
    for name in path[:-1]:
        fields = fields.setdefault(name, {})
    fields[path[-1]] = value


@dataclass(slots=True)
class Shape:
    """What has been seen at one place of many records, as much as choosing columns takes."""

    seen: int = 0
    nulls: int = 0
    objects: int = 0
    bare: bool = False  # an object without fields was seen, or one that is no set of columns
    kinds: set[str] = field(default_factory=set)
    types: set[str] = field(default_factory=set)
    emptied: bool = False  # an empty list was seen
    longest: int = 1
    fields: dict[str, Shape] = field(default_factory=dict)

    def see(self, value: Any) -> None:
        self.seen += 1
        if value is None:
            self.nulls += 1
        elif value == []:
            self.emptied = True
        else:
            kind = cells.kind_of(value)
            self.kinds.add(kind)
            if kind == "typed":
                self.types.add(value["type"])
            self.longest = max(self.longest, _longest(kind, value))
            if isinstance(value, dict):
                self.see_fields(value)

    def see_fields(self, value: Mapping[str, Any]) -> None:
        self.objects += 1
        self.bare = self.bare or not value or any(len(name) > MAX_NAME for name in value)
        if not self.bare:
            for name, inner in value.items():
                self.fields.setdefault(name, Shape()).see(inner)
            self.bare = len(self.fields) > MAX_FIELDS
        if self.bare:
            self.fields.clear()

    def columns(self, path: Path, total: int) -> Iterator[Column]:
        """The columns of this place. `total`: how many records there are."""
        typed = self.kinds == {"typed"} and len(self.types) == 1
        if typed or self.bare or self.objects < self.seen or not self.objects:
            yield self._column(path, total)
            return
        for name, shape in self.fields.items():
            yield from shape.columns((*path, name), total)

    def _column(self, path: Path, total: int) -> Column:
        kind = next(iter(self.kinds)) if len(self.kinds) == 1 else "json" if self.kinds else "text"
        type_ = next(iter(self.types)) if kind == "typed" and len(self.types) == 1 else ""
        if not self.kinds and self.emptied:
            kind = "list"
        elif (self.emptied and kind not in ("list", "pairs")) or (kind == "typed" and not _TYPE.fullmatch(type_)):
            kind, type_ = "json", ""
        return Column(path, kind, type_, self.nulls > total - self.seen, self.longest)


_SHORT = 2000  # nothing below this is ever cut


def _longest(kind: str, value: Any) -> int:
    """How many cells the value needs, in its own form or as JSON."""
    if isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) < _SHORT):
        return 1
    return max(len(cells.pieces(cells.said(form, value))) for form in {kind, "json"})


_TYPE = re.compile(r"[a-z][a-z0-9_.]{0,63}")


def read_row(
    columns: Sequence[tuple[Column, Sequence[int]]], row: Sequence[str], fail: Callable[[int, str], None]
) -> dict[str, Any]:
    """The fields that a row says. `columns`: with the places of their pieces; `fail` gets a place and a sentence."""
    fields: dict[str, Any] = {}
    for column, places in columns:
        try:
            value = column.value(cells.joined([row[place] if place < len(row) else "" for place in places]))
            if value is not MISSING:
                put(fields, column.path, value)
        except CellError as problem:
            fail(places[0], str(problem))
    return fields
