"""Reading XLSX as a stream: a sheet's XML row by row, shared strings on disk, every byte counted.

The libraries that read XLSX hold a sheet, or all its strings, in memory; this holds a row. It reads what spreadsheet
programs write: shared, inline and computed strings, numbers, booleans, and dates by the style of their cell.
"""

from __future__ import annotations

import tempfile
import zipfile
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Self

from ..archive.manifest import ArchiveError
from . import formats
from .csv_rows import OURS, Manner
from .formats import Style
from .read_package import ROOT, Package, Relationship
from .read_rows import Rows
from .read_xml import MAX_TEXT, Parser

MAX_STRINGS = 50_000_000
NO_WORKBOOK = "This file is no workbook; save it as XLSX in a spreadsheet program, and upload that."
BINARY = "This is a binary workbook (XLSB); save it as XLSX in a spreadsheet program, and upload that."


@dataclass(slots=True)
class Strings:
    """The workbook's shared strings, spooled to disk; only their offsets are held."""

    file: BinaryIO
    offsets: array[int]

    def __getitem__(self, number: int) -> str:
        if number < 0:
            raise IndexError(number)
        self.file.seek(self.offsets[number])
        return self.file.read(self.offsets[number + 1] - self.offsets[number]).decode("utf-8", "surrogatepass")


@dataclass(slots=True)
class Workbook:
    """Implements `book.Book`."""

    archive: zipfile.ZipFile
    form: str = "xlsx"
    _sheets: dict[str, tuple[str, bool]] = field(default_factory=dict)  # name -> (part, hidden)
    _styles: list[Style] = field(default_factory=list)
    _epoch: datetime = datetime(1899, 12, 30)
    _strings: Strings | None = None
    _package: Package = field(init=False)
    _parts: list[Relationship] = field(init=False)

    def __post_init__(self) -> None:
        self._package = Package(self.archive)
        main = _one(self._package.relationships(ROOT), "officeDocument") or ""
        if main.endswith(".bin"):
            raise ArchiveError(BINARY)
        self._parts = self._package.relationships(main)
        tags = self._package.elements(main, "workbook", "workbookPr", "sheet") if main else []
        if not any(tag == "workbook" for tag, _ in tags):
            raise ArchiveError(NO_WORKBOOK)
        for tag, attributes in tags:
            if tag == "workbookPr" and attributes.get("date1904") in ("1", "true"):
                self._epoch = datetime(1904, 1, 1)
            elif tag == "sheet":
                self._sheet(attributes)
        styles = _one(self._parts, "styles")
        if styles is not None:
            self._styles = _styles_of(self._package, styles)

    def _sheet(self, attributes: dict[str, str]) -> None:
        name = attributes.get("name", "")
        link = next((value for attribute, value in attributes.items() if attribute.endswith("}id")), "")
        part = next((one.target for one in self._parts if one.id == link), "")
        if name in self._sheets:
            raise ArchiveError(f"The file has two sheets named {name[:31]!r}.")
        self._sheets[name] = (part, attributes.get("state", "visible") != "visible")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._strings is not None:
            self._strings.file.close()

    @property
    def names(self) -> list[str]:
        return list(self._sheets)

    def hidden(self, name: str) -> bool:
        return self._sheets[name][1]

    def _shared(self) -> Strings:
        """The shared strings, read when a cell first asks for one."""
        if self._strings is None:
            file = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the workbook
            self._strings = Strings(file, array("Q", [0]))
            part = _one(self._parts, "sharedStrings")
            if part is not None:
                _Strings(part, self._strings).parser.read(self._package.content(part))
        return self._strings

    def manner(self, name: str) -> Manner:
        return OURS

    def rows(self, name: str) -> Iterator[tuple[int, list[str]]]:
        part, _ = self._sheets[name]
        reader = Rows(name, self._shared(), self._styles, self._epoch)
        for _ in reader.parser.feed(self._package.content(part)):
            yield from reader.ready
            reader.ready.clear()


def _one(parts: list[Relationship], kind: str) -> str | None:
    return next((one.target for one in parts if one.kind == kind), None)


def _styles_of(package: Package, part: str) -> list[Style]:
    """What the cells' styles make of numbers, in the order by which cells name them."""
    inside: list[str] = []
    found: list[Style] = []
    custom: dict[str, Style] = {formats.PERCENT: (False, formats.patterns_of("0%"))}

    def start(tag: str, attributes: dict[str, str]) -> None:
        inside.append(tag)
        if tag == "numFmt":
            code = attributes.get("formatCode", "")
            custom[attributes.get("numFmtId", "")] = (formats.is_date(code), formats.patterns_of(code))
        elif tag == "xf" and "cellXfs" in inside:
            number = attributes.get("numFmtId", "0")
            dated = number.isdecimal() and len(number) <= 9 and int(number) in formats.DATES
            found.append(custom.get(number, (dated, ())))

    def end(tag: str) -> None:
        inside.pop()

    Parser(part, start, end).read(package.content(part))
    return found


class _Strings:
    def __init__(self, name: str, strings: Strings) -> None:
        self.parser = Parser(name, self._start, self._end)
        self._strings, self._own, self._phonetic = strings, "", False

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "si":
            self._own = ""
        elif tag == "rPh":
            self._phonetic = True
        elif tag == "t" and not self._phonetic:
            self.parser.begin()

    def _end(self, tag: str) -> None:
        if tag == "rPh":
            self._phonetic = False
        elif tag == "t" and not self._phonetic:
            self._own += self.parser.take()
            if len(self._own) > MAX_TEXT:
                raise ArchiveError(f"A cell holds more than {MAX_TEXT} characters.")
        elif tag == "si":
            offsets = self._strings.offsets
            offsets.append(offsets[-1] + self._strings.file.write(self._own.encode("utf-8", "surrogatepass")))
            if len(offsets) > MAX_STRINGS:
                raise ArchiveError(f"The file holds more than {MAX_STRINGS} texts.")
