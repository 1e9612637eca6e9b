"""Opening an uploaded spreadsheet, whichever of the two forms it has. It is as hostile as any upload."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO, Protocol

from ..archive.check import check_names, opened_zip
from ..archive.manifest import MANIFEST, ArchiveError
from ..resource import Resource
from .csv_rows import Manner
from .layout import place_of
from .read_csv import CsvBook
from .read_package import RELATIONSHIPS, part_name
from .read_xlsx import Workbook
from .write import CSV, XLSX

ARCHIVE = "archive"
OPEN_DOCUMENT = {"mimetype", "content.xml"}  # the names by which its files are known
MAX_TOTAL = 4_000_000_000
MAX_RATIO = 1_100  # sheets are repetitive, and deflate cannot do better than this: the total is what bounds them

Row = tuple[int, list[str]]  # the number that the spreadsheet shows, and the cells


class Book(Protocol):
    form: str

    @property
    def names(self) -> list[str]:
        """The sheets, in their order."""

    def hidden(self, name: str) -> bool: ...

    def manner(self, name: str) -> Manner:
        """How the sheet is written, where that is CSV. Raises ArchiveError."""

    def rows(self, name: str) -> Iterator[Row]:
        """The rows that hold anything, the header among them. Raises ArchiveError."""


def form_of(file: BinaryIO) -> str:
    """``xlsx``, ``csv`` or ``archive``. Raises ArchiveError for what is none of them."""
    with opened_zip(file) as archive:
        names = {info.filename for info in archive.infolist()}
    if RELATIONSHIPS in map(part_name, names):
        return XLSX
    if names >= OPEN_DOCUMENT:
        raise ArchiveError("This is an OpenDocument file (ODS); save it as XLSX, and upload that.")
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
