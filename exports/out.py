"""Where a command is to put its files: doubted before a store is read for hours, and not after."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from shops.commands import Broken
from transfer.archive.directory import doubt_folder


def wanted(text: str) -> Path:
    """The path that somebody typed. Raises Broken where nothing can be put there, or ArchiveError at other files."""
    if text.strip() in ("", "-"):
        raise Broken("Name a file or a directory after --out; an archive does not go to standard output.")
    out = Path(text)
    try:
        if names_folder(text):
            doubt_folder(out)
            _try(_nearest(out))
        elif out.exists() and not out.is_file():
            raise Broken(f"{text} is no file that an archive could go into.")
        else:
            _try(_nearest(out.parent))
    except OSError as problem:
        raise Broken(f"The archive cannot be written to {text}: {problem.strerror}.") from None
    return out


def errors_wanted(text: str) -> Path:
    """The file that the errors of a spreadsheet are to go into. Raises Broken where it cannot be written."""
    if not text.strip() or names_folder(text):
        raise Broken("Name a file after --errors, such as errors.xlsx.")
    try:
        _try(_nearest(Path(text).parent))
    except OSError as problem:
        raise Broken(f"The errors cannot be written to {text}: {problem.strerror}.") from None
    return Path(text)


def names_folder(text: str) -> bool:
    return text.endswith(os.sep) or Path(text).is_dir() or Path(text).suffix == ""


def _nearest(folder: Path) -> Path:
    """The folder itself, or the first of those above it that is there: the rest is made when it is needed."""
    return next((one for one in (folder, *folder.absolute().parents) if one.exists()), folder)


def _try(folder: Path) -> None:
    with suppress(FileExistsError), tempfile.NamedTemporaryFile(dir=folder, prefix=".shopsync-"):
        pass
