"""The rows of one sheet of a workbook, as its XML goes by: what each cell says, as people see it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from ..archive.manifest import ArchiveError
from . import cells, formats
from .formats import GENERAL, Style
from .found import Broken, Shown
from .read_xml import MAX_TEXT, Parser

MAX_ROW_TEXT = 50_000_000  # characters in all cells of a row
MAX_COLUMNS = 16_384
MAX_ROW = 1_048_576
DIGITS = 15  # that Excel keeps of a number
NO_VALUE = "#N/A"  # stands for a formula that nobody computed
UNCOMPUTED = "this formula has no value; save the file in a spreadsheet program, or write the value"
TOO_LONG = f"a spreadsheet keeps {DIGITS} digits of a number; write this one into a cell of text"

_DAY = re.compile(r"(\d{4}-\d\d-\d\d)T00:00(?::00(?:\.0+)?)?Z?")  # as strict files say a date


class Texts(Protocol):
    def __getitem__(self, number: int) -> str:
        """A text that cells share. Raises IndexError."""


class Rows:
    """Collects the rows of one sheet as its XML goes by."""

    def __init__(self, name: str, strings: Texts, styles: list[Style], epoch: datetime) -> None:
        self.parser = Parser(f"The sheet {name}", self._start, self._end)
        self.ready: list[tuple[int, list[str]]] = []
        self._name, self._strings, self._styles, self._epoch = name, strings, styles, epoch
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
            day = _DAY.fullmatch(self._value) if self._kind == "d" else None
            return day[1] if day is not None else cells.unescaped(self._value)
        return self._number_text(self._value.strip())

    def _number_text(self, text: str) -> str:
        """As people see it: fifteen digits, and a date where the cell's style makes it one."""
        if not text:
            return ""
        try:
            number = float(text)
            dated, patterns = self._styles[self._style] if self._style < len(self._styles) else GENERAL
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
    if not text.isdecimal() or len(text) > 9 or int(text) > most:
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
