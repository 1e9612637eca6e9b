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
from .found import FAILED, Broken
from .write import CSV, csv_restored

MAX_COLUMNS = 16_384
_CODINGS = (  # the longer ones begin with the shorter
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SHORTENED = "a spreadsheet program has shortened this number; format the cell as text, and write the number out"
_SHORTENED = re.compile(r"-?\d(?:[.,]\d+)?E\+\d{1,3}")  # as Excel writes 4012345678901: we never do
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

    def rows(self, name: str) -> Iterator[Row]:
        info = next(
            i for i in self.archive.infolist() if i.filename.rsplit("/", 1)[-1].lower() == f"{name}.csv".lower()
        )
        text = _text(content_of(self.archive, info))
        try:
            first, mark, skipped = _first(text)
            for number, row in enumerate(csv.reader(_chain(first, text), delimiter=mark, strict=True), 1 + skipped):
                if len(row) > MAX_COLUMNS:
                    raise ArchiveError(f"{name}, row {number}: a row has at most {MAX_COLUMNS} columns.")
                if any(row):
                    yield number, [_cell(cell) for cell in row]
        except UnicodeError:
            raise ArchiveError(f"{name}.csv is not UTF-8; save it as CSV UTF-8.") from None
        except csv.Error as problem:
            raise ArchiveError(f"{name}.csv is not CSV ({problem}).") from None


def _text(chunks: Iterator[bytes]) -> io.TextIOWrapper:
    """As UTF-8, or as what begins with a mark: the UTF-16 that Excel calls Unicode text, and UTF-32."""
    start = next(chunks, b"")
    coding = next((name for mark, name in _CODINGS if start.startswith(mark)), "utf-8-sig")
    return io.TextIOWrapper(io.BufferedReader(_Stream(chain([start], chunks))), coding, newline="")


def _first(text: io.TextIOWrapper) -> tuple[str, str, int]:
    """The header's line, what parts its cells, and how many lines stand before it: Excel reads ``sep=;`` for a mark."""
    first = text.readline()
    if (told := _SEP.fullmatch(first.strip('\r\n"'))) is not None:
        return text.readline(), told[1], 1
    return first, max(",;\t", key=first.count), 0


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
