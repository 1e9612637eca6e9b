"""The rows of CSV files: what no program that opens one computes, or changes without being asked."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

from . import cells
from .found import FAILED, Broken
from .misread import is_misread

_MARKS = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-32-le": codecs.BOM_UTF32_LE}


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file is written: what parts its cells; in which coding, and whether this is marked; whether its first line
    tells Excel what parts them. A program opens by a double click what is written as it writes itself."""

    mark: str = ","
    coding: str = "utf-8"
    marked: bool = True
    told: bool = False

    def head(self) -> bytes:
        told = f"sep={self.mark}\r\n" if self.told else ""
        return (_MARKS[self.coding] if self.marked else b"") + told.encode(self.coding)

    def row(self, row: Sequence[str], steady: Container[int] = ()) -> bytes:
        """`steady`: the places of cells that say the same however a program shows them."""
        return csv_row(row, self.mark, steady).encode(self.coding)


OURS = Manner()

_LEADING = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")


# Numbers that a program that opens CSV shows as others, even where nothing but a number can be meant: an EAN, ``12E5``,
# and what it makes a date of.
_SHAKY = re.compile(
    r"0\d+|\d{12,}|-?\d+(?:[.,]\d+)?[eE][+-]?\d+|\d{1,4}[-/]\d{1,2}(?:[-/]\d{1,4})?|\d{1,4}\.\d{1,2}\.\d{1,4}|"
    r"\d{1,2}:\d{2}(?::\d{2})?",
    re.ASCII,
)


def _needs_mark(cell: str, *, steady: bool = False) -> bool:
    if cell.startswith(_LEADING) or FAILED.fullmatch(cell) is not None:
        return True
    return _SHAKY.fullmatch(cell) is not None if steady else is_misread(cell)


def csv_row(row: Sequence[str], mark: str = ",", steady: Container[int] = ()) -> str:
    """Nothing that a spreadsheet would compute: https://owasp.org/www-community/attacks/CSV_Injection.

    And nothing that it would lose: LibreOffice takes every tab out of the cells of a CSV file, and all of them make
    other numbers of long ones and dates of sizes. `steady`: the places of cells in which ``12.50`` is ``12.5``.
    """
    buffer = io.StringIO()
    neutral = [_neutral(cell, steady=place in steady) for place, cell in enumerate(row)]
    csv.writer(buffer, delimiter=mark).writerow(neutral)
    return buffer.getvalue()


def _neutral(cell: str, *, steady: bool) -> str:
    if isinstance(cell, Broken):
        return cell.raw  # it stays what it is, so that nobody takes it for a text
    return cells.escaped(f"'{cell}" if _needs_mark(cell, steady=steady) else cell).replace("\t", "_x0009_")


def csv_restored(cell: str) -> str:
    """The inverse of what `csv_row` does to a cell."""
    cell = cells.unescaped(cell)
    return cell[1:] if cell.startswith("'") and _needs_mark(cell[1:]) else cell
