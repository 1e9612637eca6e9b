"""One CSV file uploaded alone: its name says which sheet it is."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import PurePath
from typing import BinaryIO, cast

from ..archive.manifest import ArchiveError
from ..resource import Resource
from .layout import place_of
from .write import FIRST

_ZIP, SUFFIXES = b"PK", (".csv", ".tsv", ".txt")


@contextmanager
def bound(file: BinaryIO, name: str, known: Mapping[str, Resource]) -> Iterator[BinaryIO]:
    """The file itself; a CSV file as a ZIP that holds it, as all others expect it. Raises ArchiveError."""
    if not is_lone(file, name):
        yield file
        return
    with tempfile.TemporaryFile() as made:
        bind(file, name, known, made)
        yield made


def is_lone(file: BinaryIO, name: str) -> bool:
    if PurePath(name).suffix.lower() not in SUFFIXES:
        return False
    start = file.read(len(_ZIP))
    file.seek(0)
    return start != _ZIP


@contextmanager
def unbound(file: BinaryIO, name: str) -> Iterator[BinaryIO]:
    """The file itself; where `name` is that of a lone CSV file, the one sheet of which it is a ZIP."""
    if PurePath(name).suffix.lower() not in SUFFIXES:
        yield file
        return
    with zipfile.ZipFile(file) as archive:
        own = [one for one in archive.namelist() if PurePath(one).stem.lower() != FIRST]
        with archive.open(own[0]) as sheet:
            yield cast(BinaryIO, sheet)


def bind(file: BinaryIO, name: str, known: Mapping[str, Resource], target: BinaryIO) -> None:
    """Writes a CSV file into a ZIP of its own, and goes back to its beginning. Raises ArchiveError."""
    stem = PurePath(name).stem.strip()
    if place_of(stem, known) is None:
        such = "products.csv, or metaobjects (designer).csv"
        raise ArchiveError(f"The name of a CSV file says which sheet it is: call it as the sheet is called, {such}.")
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(f"{stem}.csv", "w", force_zip64=True) as sheet,
    ):
        shutil.copyfileobj(file, sheet, 1 << 20)
    target.seek(0)
