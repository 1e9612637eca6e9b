"""From one file to another without a store: an archive, a spreadsheet, an archive again."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from ..archive.assemble import assemble, entries
from ..archive.check import quick_check, unpack
from ..archive.directory import pack_directory
from ..archive.manifest import ArchiveError, Manifest
from ..archive.members import Member, MemberSet, MemberWriter
from ..registry import RESOURCES
from ..work import Checkpoint, Cursor, Desk
from .book import ARCHIVE, form_of, open_file
from .errors import name_of
from .first import first_of
from .lone import bind, is_lone
from .read import read
from .write import write

Listener = Callable[[Checkpoint], None]
SOURCE = "source.file"


def load(desk: Desk, source: BinaryIO, listen: Listener = lambda checkpoint: None) -> tuple[MemberSet, Manifest]:
    """The members of a file of any form, checked as an import checks them. Raises ArchiveError."""
    form = take(desk, source)
    name = f"{desk.prefix}{SOURCE}"
    if form == ARCHIVE:
        with desk.storage.read(name) as file:
            manifest = quick_check(file, known=desk.registry)
        past = _run(unpack, listen, desk, archive=name)
        return MemberSet.from_cursor(desk.storage, past), manifest
    past = _run(read, listen, desk, source=name, form=form)
    members = MemberSet.from_cursor(desk.storage, past)
    with desk.storage.read(name) as file, open_file(file, form) as book:
        return members, first_of(book).of(members.resources, entries(members))


def take(desk: Desk, source: BinaryIO) -> str:
    """Copies a file into the storage. Its form. Raises ArchiveError."""
    form = form_of(source)
    source.seek(0)
    with desk.storage.write(f"{desk.prefix}{SOURCE}") as file:
        shutil.copyfileobj(source, file, 1 << 20)
    return form


def save(
    desk: Desk, members: MemberSet, manifest: Manifest, form: str, listen: Listener = lambda checkpoint: None
) -> str:
    """Writes members as a file of this form; its name in the storage."""
    if form == ARCHIVE:
        members = _apart(desk, members)
        whole = replace(manifest, resources=tuple(members.resources), members=entries(members))
        return str(_run(assemble, listen, desk, members=members, manifest=whole)["archive"])
    return str(_run(write, listen, desk, members=members, manifest=manifest, form=form)["file"])


def _apart(desk: Desk, members: MemberSet) -> MemberSet:
    """Where the bytes of a record are stands beside it in an archive; checking has put it into the record."""
    found: dict[str, list[Member]] = {name: [] for name in members.resources}
    for member in members.all():
        if not desk.registry[member.resource].sourced:
            found[member.resource].append(member)
            continue
        stored = f"{desk.prefix}apart/{member.name.replace('/', '-')}"
        with MemberWriter(desk.storage, stored, member.name, member.resource, side=True) as writer:
            for line in members.lines(member):
                fields = {name: value for name, value in line.fields.items() if name != "source"}
                writer.add(line._replace(fields=fields, source=str(line.fields.get("source") or "")))
            found[member.resource].append(writer.finish())
    return MemberSet(desk.storage, found)


def _run(step: Callable[..., Iterator[Checkpoint]], listen: Listener, desk: Desk, **more: Any) -> Cursor:
    last = Checkpoint({})
    for last in step(desk, {}, **more):
        listen(last)
    return last.cursor


def packed(path: Path, target: BinaryIO) -> BinaryIO:
    """A file, or a directory packed into `target`, at its beginning. Raises ArchiveError or OSError."""
    if path.is_dir():
        pack_directory(path, target)
    else:
        with path.open("rb") as file:
            if is_lone(file, path.name):
                bind(file, path.name, RESOURCES, target)
            else:
                shutil.copyfileobj(file, target, 1 << 20)
    target.seek(0)
    return target


def errors_of(desk: Desk) -> str | None:
    """The annotated file that `load` left behind when it refused a spreadsheet."""
    for form in ("xlsx", "csv"):
        name = f"{desk.prefix}{name_of(form)}"
        if desk.storage.exists(name):
            return name
    return None


__all__ = ["ArchiveError", "errors_of", "load", "packed", "save", "take"]
