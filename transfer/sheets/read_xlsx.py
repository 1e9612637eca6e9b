"""Reading XLSX as a stream: expat over the sheet's XML, shared strings on disk, every byte counted.

The libraries that read XLSX hold a sheet, or all its strings, in memory; this holds a row. It reads what spreadsheet
programs write: shared, inline and computed strings, numbers, booleans, and dates by the style of their cell.
"""

from __future__ import annotations

import tempfile
import zipfile
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import PurePosixPath
from typing import BinaryIO, Self
from xml.parsers import expat

from ..archive.check import content_of
from ..archive.manifest import ArchiveError
from . import cells, formats
from .formats import Pattern
from .found import Broken, Shown

MAX_TEXT = 1_000_000  # characters in one cell; spreadsheets write at most 32,767
MAX_TOKEN = 8_000_000  # bytes of one tag with its attributes
MAX_ROW_TEXT = 50_000_000  # characters in all cells of a row
MAX_COLUMNS = 16_384
MAX_ROW = 1_048_576
MAX_STRINGS = 50_000_000
DIGITS = 15  # that Excel keeps of a number
NO_VALUE = "#N/A"  # stands for a formula that nobody computed
UNCOMPUTED = "this formula has no value; save the file in a spreadsheet program, or write the value"
TOO_LONG = f"a spreadsheet keeps {DIGITS} digits of a number; write this one into a cell of text"
Style = tuple[bool, tuple[Pattern, ...]]  # whether its numbers are dates; how whole numbers are shown otherwise
_GENERAL: Style = (False, ())


class _Parser:
    """Feeds a file of the workbook to expat. No document type, so no entities that could grow."""

    def __init__(self, name: str, start: Callable[[str, dict[str, str]], None], end: Callable[[str], None]) -> None:
        self._name, self._start, self._end = name, start, end
        self._parser = expat.ParserCreate(namespace_separator="}")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = lambda tag, attributes: start(_local(tag), attributes)
        self._parser.EndElementHandler = lambda tag: end(_local(tag))
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype
        self.collect = False
        self.texts: list[str] = []
        self._size = 0

    def feed(self, chunks: Iterator[bytes]) -> Iterator[None]:
        """Yields after every chunk, so that the caller can hand on what came of it."""
        fed = 0
        try:
            for chunk in chunks:
                self._parser.Parse(chunk, False)
                fed += len(chunk)
                if fed - self._parser.CurrentByteIndex > MAX_TOKEN:
                    raise ArchiveError(f"{self._name} holds a tag that is longer than {MAX_TOKEN} bytes.")
                yield
            self._parser.Parse(b"", True)
            yield
        except expat.ExpatError:
            raise ArchiveError(f"{self._name} is damaged; save the file again in a spreadsheet program.") from None

    def begin(self) -> None:
        self.collect, self._size = True, 0
        self.texts.clear()

    def take(self) -> str:
        self.collect = False
        return "".join(self.texts)

    def _text(self, text: str) -> None:
        if self.collect:
            self._size += len(text)
            if self._size > MAX_TEXT:
                raise ArchiveError(f"{self._name}: a cell holds more than {MAX_TEXT} characters.")
            self.texts.append(text)

    def _doctype(self, *_: object) -> None:
        raise ArchiveError(f"{self._name} declares a document type, which no spreadsheet does.")


def _local(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]


@dataclass(slots=True)
class Strings:
    """The workbook's shared strings, spooled to disk; only their offsets are held."""

    file: BinaryIO
    offsets: array[int]

    def __getitem__(self, number: int) -> str:
        self.file.seek(self.offsets[number])
        return self.file.read(self.offsets[number + 1] - self.offsets[number]).decode("utf-8", "surrogatepass")


@dataclass(slots=True)
class Workbook:
    """Implements `book.Book`."""

    archive: zipfile.ZipFile
    form: str = "xlsx"
    _sheets: dict[str, tuple[str, bool]] = field(default_factory=dict)  # name -> (file, hidden)
    _formats: list[Style] = field(default_factory=list)
    _epoch: datetime = datetime(1899, 12, 30)
    _strings: Strings | None = None

    def __post_init__(self) -> None:
        links = {one["Id"]: one["Target"] for one in self._elements("xl/_rels/workbook.xml.rels", "Relationship")}
        for tag in self._elements("xl/workbook.xml", "sheet", "workbookPr"):
            if "name" not in tag:
                if tag.get("date1904") in ("1", "true"):
                    self._epoch = datetime(1904, 1, 1)
                continue
            link = next((value for name, value in tag.items() if name.endswith("}id")), "")
            target = links.get(link, "").replace("\\", "/")
            file = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
            if tag["name"] in self._sheets:
                raise ArchiveError(f"The file has two sheets named {tag['name'][:31]!r}.")
            self._sheets[tag["name"]] = (file, tag.get("state", "visible") != "visible")
        self._styles()

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

    def _info(self, file: str) -> zipfile.ZipInfo:
        try:
            return self.archive.getinfo(file)
        except KeyError:
            raise ArchiveError("A sheet of the file is missing; save it again in a spreadsheet program.") from None

    def _elements(self, file: str, *tags: str) -> list[dict[str, str]]:
        """The attributes of some elements of a small file."""
        found: list[dict[str, str]] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag in tags:
                found.append(attributes)
                if len(found) > 100_000:
                    raise ArchiveError(f"{file} holds more than a spreadsheet can.")

        for _ in _Parser(file, start, lambda tag: None).feed(content_of(self.archive, self._info(file))):
            pass
        return found

    def _styles(self) -> None:
        if "xl/styles.xml" not in self.archive.namelist():
            return
        inside: list[str] = []
        custom: dict[str, Style] = {formats.PERCENT: (False, formats.patterns_of("0%"))}

        def start(tag: str, attributes: dict[str, str]) -> None:
            inside.append(tag)
            if tag == "numFmt":
                code = attributes.get("formatCode", "")
                custom[attributes.get("numFmtId", "")] = (formats.is_date(code), formats.patterns_of(code))
            elif tag == "xf" and "cellXfs" in inside:
                number = attributes.get("numFmtId", "0")
                dated = number.isdigit() and int(number) in formats.DATES
                self._formats.append(custom.get(number, (dated, ())))

        def end(tag: str) -> None:
            inside.pop()

        parser = _Parser("xl/styles.xml", start, end)
        for _ in parser.feed(content_of(self.archive, self._info("xl/styles.xml"))):
            pass

    def _shared(self) -> Strings:
        """The shared strings, read when a cell first asks for one."""
        if self._strings is None:
            file = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the workbook
            self._strings = Strings(file, array("Q", [0]))
            name = "xl/sharedStrings.xml"
            if name in self.archive.namelist():
                _spool(_Strings(name, self._strings), content_of(self.archive, self._info(name)))
        return self._strings

    def rows(self, name: str) -> Iterator[tuple[int, list[str]]]:
        file, _ = self._sheets[name]
        reader = _Rows(name, self._shared(), self._formats, self._epoch)
        for _ in reader.parser.feed(content_of(self.archive, self._info(file))):
            yield from reader.ready
            reader.ready.clear()


class _Strings:
    def __init__(self, name: str, strings: Strings) -> None:
        self.parser = _Parser(name, self._start, self._end)
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


def _spool(strings: _Strings, chunks: Iterator[bytes]) -> None:
    for _ in strings.parser.feed(chunks):
        pass


class _Rows:
    """Collects the rows of one sheet as its XML goes by."""

    def __init__(self, name: str, strings: Strings, formats: list[Style], epoch: datetime) -> None:
        self.parser = _Parser(f"The sheet {name}", self._start, self._end)
        self.ready: list[tuple[int, list[str]]] = []
        self._name, self._strings, self._formats, self._epoch = name, strings, formats, epoch
        self._number, self._place, self._size = 0, -1, 0
        self._row: list[str] = []
        self._kind, self._style = "n", 0
        self._text, self._value, self._formula, self._phonetic = "", "", False, False

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._cell(attributes)
        elif tag == "row":
            number = _whole(attributes.get("r"), self._number + 1, MAX_ROW)
            if number <= self._number:
                raise ArchiveError(f"The sheet {self._name} is damaged: its rows are out of order.")
            self._number = number
            self._row, self._place, self._size = [], -1, 0
        elif tag == "f":
            self._formula = True
        elif tag == "rPh":
            self._phonetic = True
        elif tag == "v" or (tag == "t" and not self._phonetic):
            self.parser.begin()

    def _cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r", "")
        letters = place.rstrip("0123456789")
        self._place = _column(letters) if letters else self._place + 1
        if self._place >= MAX_COLUMNS or self._place < len(self._row):
            raise ArchiveError(f"The sheet {self._name} is damaged: the cells of row {self._number} are out of order.")
        self._kind, self._style = attributes.get("t", "n"), _whole(attributes.get("s"), 0, 1 << 20)
        self._text, self._value, self._formula = "", "", False

    def _end(self, tag: str) -> None:
        if tag == "v":
            self._value = self.parser.take()
        elif tag == "t" and not self._phonetic and self.parser.collect:
            self._text += self.parser.take()
            if len(self._text) > MAX_TEXT:
                raise ArchiveError(f"The sheet {self._name}: a cell holds more than {MAX_TEXT} characters.")
        elif tag == "rPh":
            self._phonetic = False
        elif tag == "c":
            shown = self._shown()
            self._size += len(shown)
            if self._size > MAX_ROW_TEXT:
                raise ArchiveError(f"The sheet {self._name}: row {self._number} is longer than any record.")
            if shown:
                self._row += [""] * (self._place - len(self._row)) + [shown]
        elif tag == "row" and any(self._row):
            self.ready.append((self._number, self._row))

    def _shown(self) -> str:
        """What the cell says, as text."""
        if self._kind == "inlineStr":
            return cells.unescaped(self._text)
        if self._formula and not self._value and self._kind != "str":
            return Broken(UNCOMPUTED, NO_VALUE)
        if self._kind == "e":
            return Broken(f"this formula failed ({self._value[:20]})", self._value[:20])
        if self._kind == "s":
            try:
                return cells.unescaped(self._strings[int(self._value)])
            except (ValueError, IndexError):
                raise ArchiveError(f"The sheet {self._name} names a text that the file does not hold.") from None
        if self._kind == "b":
            return "TRUE" if self._value.strip() in ("1", "true") else "FALSE"
        if self._kind in ("str", "d"):
            return cells.unescaped(self._value)
        return self._number_text(self._value.strip())

    def _number_text(self, text: str) -> str:
        """As people see it: fifteen digits, and a date where the cell's style makes it one."""
        if not text:
            return ""
        try:
            number = float(text)
            dated, patterns = self._formats[self._style] if self._style < len(self._formats) else _GENERAL
            if dated:
                return _date(self._epoch, number)
            if abs(number) >= 10**DIGITS:
                return Broken(TOO_LONG, text)
            exact = Decimal(format(number, f".{DIGITS}g"))
            shown = formats.shown(patterns, exact)
            return Shown(f"{exact:f}", shown) if shown else f"{exact:f}"
        except (ValueError, ArithmeticError):
            return Broken("this is no number", NO_VALUE)


def _date(epoch: datetime, number: float) -> str:
    moment = epoch + timedelta(seconds=round(number * 86_400))
    if number < 1:
        return moment.time().isoformat()
    midnight = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    return moment.date().isoformat() if midnight else moment.isoformat()


def _whole(text: str | None, other: int, most: int) -> int:
    if text is None:
        return other
    if not text.isdigit() or len(text) > 9 or int(text) > most:
        raise ArchiveError("The file is damaged: a row or style has a number that none can have.")
    return int(text)


_columns: dict[str, int] = {}


def _column(letters: str) -> int:
    """0 for ``A``, 26 for ``AA``; too large a number for what names no column."""
    if letters not in _columns:
        if not letters.isalpha() or not letters.isascii() or len(letters) > 3:
            return MAX_COLUMNS
        number = 0
        for letter in letters.upper():
            number = number * 26 + ord(letter) - 64
        _columns[letters] = number - 1
    return _columns[letters]
