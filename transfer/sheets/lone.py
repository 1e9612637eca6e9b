"""One CSV file uploaded alone: its name says which sheet it is."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import PurePath
from typing import BinaryIO

from ..archive.manifest import ArchiveError
from ..resource import Resource
from .layout import place_of

_ZIP = b"PK"


def bound(file: BinaryIO, name: str, known: Mapping[str, Resource]) -> BinaryIO:
    """The file itself; a CSV file as a ZIP that holds it, as all others expect it. Raises ArchiveError."""
    path = PurePath(name)
    start = file.read(len(_ZIP))
    file.seek(0)
    if path.suffix.lower() not in (".csv", ".tsv", ".txt") or start == _ZIP:
        return file
    if place_of(path.stem, known) is None:
        such = "products.csv, or metaobjects (designer).csv"
        raise ArchiveError(f"The name of a CSV file says which sheet it is: call it as the sheet is called, {such}.")
    made = tempfile.TemporaryFile()  # noqa: SIM115  # whoever reads it lets go of it
    with (
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(f"{path.stem.strip()}.csv", "w", force_zip64=True) as target,
    ):
        shutil.copyfileobj(file, target, 1 << 20)
    made.seek(0)
    return made
