"""Reading CSV files as a stream: whatever coding and mark the program used that saved them."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from ..archive.check import content_of
from ..archive.manifest import ArchiveError
from .csv_rows import Manner, csv_restored
from .found import FAILED, Broken
from .write import CSV

MAX_COLUMNS = 16_384
_CODINGS = (  # the longer ones begin with the shorter; in which one such a file is read, and written again
    (codecs.BOM_UTF32_LE, "utf-32", "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32", "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16-le"),
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
)
SHORTENED = "a spreadsheet program has shortened this number; format the cell as text, and write the number out"
_SHORTENED = re.compile(r"-?\d(?:[.,]\d+)?E\+\d{1,3}")  # as Excel writes 4012345678901: we never do
_NO_TEXT = "{}.csv is not UTF-8; save it as CSV UTF-8."
_SEP = re.compile(r"sep=([,;\t])", re.IGNORECASE)

Row = tuple[int, list[str]]  # the number that the spreadsheet shows, and the cells


@dataclass(slots=True)
class CsvBook:
    """A ZIP of CSV files, UTF-8 or UTF-16, with commas, semicolons or tabs."""

    archive: zipfile.ZipFile
    form: str = CSV

    @property
    def names(self) -> list[str]:
        found = [info.filename for info in self.archive.infolist() if info.filename.lower().endswith(".csv")]
        # A folder around the files, and what a Mac adds beside them, are how people zip.
        kept = [
            name for name in found if not name.startswith("__MACOSX/") and not name.rsplit("/", 1)[-1].startswith(".")
        ]
        names = [name.rsplit("/", 1)[-1][:-4] for name in kept]
        if len(set(names)) != len(names):
            raise ArchiveError("The ZIP file holds two CSV files of one name.")
        return names

    def hidden(self, name: str) -> bool:
        return False

    def manner(self, name: str) -> Manner:
        _, _, manner = self._begun(name)
        return manner

    def rows(self, name: str) -> Iterator[Row]:
        first, text, manner = self._begun(name)
        try:
            lines = csv.reader(_chain(first, text), delimiter=manner.mark, strict=True)
            for number, row in enumerate(lines, 1 + manner.told):
                if len(row) > MAX_COLUMNS:
                    raise ArchiveError(f"{name}, row {number}: a row has at most {MAX_COLUMNS} columns.")
                if any(row):
                    yield number, [_cell(cell) for cell in row]
        except UnicodeError:
            raise ArchiveError(_NO_TEXT.format(name)) from None
        except csv.Error as problem:
            raise ArchiveError(f"{name}.csv is not CSV ({problem}).") from None

    def _begun(self, name: str) -> tuple[str, io.TextIOWrapper, Manner]:
        """The header's line, what comes after it, and how both are written."""
        info = next(
            i for i in self.archive.infolist() if i.filename.rsplit("/", 1)[-1].lower() == f"{name}.csv".lower()
        )
        chunks = content_of(self.archive, info)
        start = next(chunks, b"")
        known = next((one for one in _CODINGS if start.startswith(one[0])), None)
        _, coding, again = known or (b"", "utf-8", "utf-8")
        text = io.TextIOWrapper(io.BufferedReader(_Stream(chain([start], chunks))), coding, newline="")
        try:
            first = text.readline()
            told = _SEP.fullmatch(first.strip('\r\n"'))  # Excel reads ``sep=;`` for a mark
            first = text.readline() if told is not None else first
        except UnicodeError:
            raise ArchiveError(_NO_TEXT.format(name)) from None
        mark = told[1] if told is not None else max(",;\t", key=first.count)
        return first, text, Manner(mark, again, marked=known is not None or told is None, told=told is not None)


def _cell(text: str) -> str:
    if _SHORTENED.fullmatch(text):
        return Broken(SHORTENED, text)
    return Broken(f"this formula failed ({text})", text) if FAILED.fullmatch(text) else csv_restored(text)


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from rest


class _Stream(io.RawIOBase):
    """Chunks as a file, never more than one of them in memory."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._rest = chunks, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._rest = self._rest or next(self._chunks, b"")
        some, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(some)] = some
        return len(some)
