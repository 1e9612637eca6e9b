"""Where a command is to put its files: doubted before a store is read for hours, and not after."""

from __future__ import annotations

import os
import tempfile
from codecs import BOM_UTF8
from contextlib import suppress
from pathlib import Path

from shops.commands import Broken
from transfer.archive import ArchiveError
from transfer.archive.directory import doubt_folder
from transfer.sheets.book import ARCHIVE, form_of
from transfer.sheets.columns import ERROR
from transfer.sheets.lone import SUFFIXES, is_lone
from transfer.sheets.write import XLSX

_FIRST_LINE = 100_000  # bytes of it that are looked at


def wanted(text: str) -> Path:
    """The path that somebody typed. Raises Broken where nothing can be put there, or ArchiveError at other files."""
    if text.strip() in ("", "-"):
        raise Broken("Name a file or a directory after --out; an archive does not go to standard output.")
    out = _followed(text)
    try:
        if names_folder(text):
            doubt_folder(out)
            _try(_nearest(out))
            out.mkdir(parents=True, exist_ok=True)  # a path does not remember that a / made it a directory
        elif out.exists() and not out.is_file():
            raise Broken(f"{text} is no file that an archive could go into.")
        else:
            _spare(out)
            _try(_nearest(out.parent))
    except OSError as problem:
        raise Broken(f"The archive cannot be written to {text}: {problem.strerror}.") from None
    return out


def errors_wanted(text: str, source: Path) -> Path:
    """The file that the errors of `source` are to go into. Raises Broken where it cannot be written, or will not be."""
    if not text.strip() or names_folder(text):
        raise Broken("Name a file after --errors, such as errors.xlsx.")
    if source.is_dir() or (source.is_file() and _is_archive(source)):
        raise Broken(f"--errors is for spreadsheets, and {source} is none; what is wrong with it is said at once.")
    like = _form_like(source)
    if like and not text.lower().endswith(like):
        raise Broken(f"{source} comes back as what it is: name a file after --errors that ends in {' or '.join(like)}.")
    out = _followed(text)
    try:
        _spare(out, lone=like == SUFFIXES)
        _try(_nearest(out.parent))
    except OSError as problem:
        raise Broken(f"The errors cannot be written to {text}: {problem.strerror}.") from None
    return out


def _followed(text: str) -> Path:
    """The file that a path leads to: a link stays one. Raises Broken where that is what this command prints to."""
    out = Path(text)
    for stream in (1, 2):
        with suppress(OSError):
            if os.path.samestat(os.fstat(stream), out.stat()):
                raise Broken(f"{text} is where this command says what it does: name another file.")
    return Path(os.path.realpath(out)) if out.is_symlink() else out


def names_folder(text: str) -> bool:
    """Whether what somebody typed is a directory: one that is there, or what has neither a suffix nor is a file."""
    path = Path(text)
    return text.endswith(os.sep) or path.is_dir() or (path.suffix == "" and not path.is_file())


def _form_like(source: Path) -> tuple[str, ...]:
    """How the names end of files of the form of a spreadsheet; empty for what is none, as reading it will say."""
    with suppress(OSError, ArchiveError), source.open("rb") as file:
        return SUFFIXES if is_lone(file, source.name) else (".xlsx",) if form_of(file) == XLSX else (".zip",)
    return ()


def _spare(out: Path, *, lone: bool = False) -> None:
    """Archives and spreadsheets may be written again; whatever else is there was meant for something.

    `lone`: so may a CSV file that we wrote, with a column for errors.
    """
    if out.is_file():
        with out.open("rb") as file:
            first = file.readline(_FIRST_LINE)
            ours = lone and first.startswith(BOM_UTF8) and ERROR.encode() in first.strip().lstrip(BOM_UTF8).split(b",")
            if first[:2] not in (b"", b"PK") and not ours:
                raise Broken(f"{out} is there already, and is no archive: name another file, or delete it first.")


def _is_archive(source: Path) -> bool:
    with suppress(OSError, ArchiveError), source.open("rb") as file:
        return form_of(file) == ARCHIVE
    return False  # whatever it is, reading it will say so


def _nearest(folder: Path) -> Path:
    """The folder itself, or the first of those above it that is there: the rest is made when it is needed."""
    return next((one for one in (folder, *folder.absolute().parents) if one.exists()), folder)


def _try(folder: Path) -> None:
    with suppress(FileExistsError), tempfile.NamedTemporaryFile(dir=folder, prefix=".shopsync-"):
        pass
