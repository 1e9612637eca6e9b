"""Opening an uploaded spreadsheet, whichever of the two forms it has. It is as hostile as any upload."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from ..archive.check import check_names, content_of, opened_zip
from ..archive.manifest import MANIFEST, ArchiveError
from ..resource import Resource
from .layout import place_of
from .read_xlsx import Workbook
from .write import CSV, XLSX, csv_restored

ARCHIVE = "archive"
MAX_TOTAL = 4_000_000_000
MAX_RATIO = 1_100  # sheets are repetitive, and deflate cannot do better than this: the total is what bounds them
MAX_COLUMNS = 16_384

Row = tuple[int, list[str]]  # the number that the spreadsheet shows, and the cells


class Book(Protocol):
    form: str

    @property
    def names(self) -> list[str]:
        """The sheets, in their order."""

    def hidden(self, name: str) -> bool: ...

    def rows(self, name: str) -> Iterator[Row]:
        """The rows that hold anything, the header among them. Raises ArchiveError."""


def form_of(file: BinaryIO) -> str:
    """``xlsx``, ``csv`` or ``archive``. Raises ArchiveError for what is none of them."""
    with opened_zip(file) as archive:
        names = {info.filename for info in archive.infolist()}
    if "xl/workbook.xml" in names:
        return XLSX
    if MANIFEST in names or not any(name.lower().endswith(".csv") for name in names):
        return ARCHIVE
    return CSV


def quick_look(file: BinaryIO, form: str, known: Mapping[str, Resource]) -> list[str]:
    """The resources that a spreadsheet holds, for the request that uploads it. Raises ArchiveError."""
    with open_file(file, form) as book:
        places = [place for name in book.names if (place := place_of(name, known)) is not None]
    if not places:
        raise ArchiveError("The spreadsheet holds no sheet of a resource; upload one that an export gave you.")
    return list(dict.fromkeys(resource for resource, _ in places))


@contextmanager
def open_file(file: BinaryIO, form: str) -> Iterator[Book]:
    """Raises ArchiveError."""
    with opened_zip(file) as archive:
        check_names(archive.infolist(), ratio=MAX_RATIO, most=MAX_TOTAL)
        if form == XLSX:
            with Workbook(archive) as workbook:
                yield workbook
        else:
            yield CsvBook(archive)


@dataclass(slots=True)
class CsvBook:
    """A ZIP of CSV files, UTF-8, with commas, semicolons or tabs."""

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
        text = io.TextIOWrapper(io.BufferedReader(_Stream(content_of(self.archive, info))), "utf-8-sig", newline="")
        try:
            first = text.readline()
            mark = max(",;\t", key=first.count)
            for number, row in enumerate(csv.reader(_chain(first, text), delimiter=mark, strict=True), 1):
                if len(row) > MAX_COLUMNS:
                    raise ArchiveError(f"{name}, row {number}: a row has at most {MAX_COLUMNS} columns.")
                if any(row):
                    yield number, [csv_restored(cell) for cell in row]
        except UnicodeDecodeError:
            raise ArchiveError(f"{name}.csv is not UTF-8; save it as CSV UTF-8.") from None
        except csv.Error as problem:
            raise ArchiveError(f"{name}.csv is not CSV ({problem}).") from None


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
