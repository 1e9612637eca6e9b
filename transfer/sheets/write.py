"""Members become a spreadsheet: a survey of the records, the sheets one resource after another, then the file.

A resource is the unit of resuming: a killed worker repeats the one that it was at. Nothing is held but the rows under
way. The first sheet, hidden, keeps the manifest, so that a sheet that nobody changed gives back the same archive.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

from ..archive.assemble import ZipWriter
from ..archive.manifest import Manifest
from ..archive.members import MemberSet, Packed, Packer
from ..jsonl import dumps
from ..work import Checkpoint, Cursor, Desk, Storage
from . import cells, xlsx
from .csv_rows import OURS, Manner
from .layout import Sheet, Survey, rows

XLSX, CSV = "xlsx", "csv"
FORMS = (XLSX, CSV)
FIRST = "shopsync"  # the name of the sheet that keeps the manifest
VERSION = "1"
HEARTBEAT = 5000  # records between two checkpoints that only say that somebody is at it


def write(
    desk: Desk, cursor: Cursor, *, members: MemberSet, manifest: Manifest, form: str, max_rows: int = xlsx.MAX_ROWS
) -> Iterator[Checkpoint]:
    """The last cursor: ``{"file": name, "size": bytes, "sha256": hex}``."""
    cursor = cursor or {"surveyed": {}, "written": [], "sheets": []}
    for resource in members.resources:
        if resource in cursor["surveyed"]:
            continue
        survey = Survey(desk.registry[resource])
        for number, line in enumerate(members.records(resource), 1):
            survey.see(line)
            if number % HEARTBEAT == 0:
                yield Checkpoint(cursor, {resource: (number, members.count(resource))})
        cursor["surveyed"][resource] = [sheet.to_json() for sheet in survey.sheets()]
        yield Checkpoint(cursor)
        if desk.stopping():
            return
    for resource in members.resources:
        if resource not in cursor["written"]:
            yield from _resource(desk, cursor, members, resource, form, max_rows)
            if desk.stopping():
                return
    yield _bound(desk, cursor, manifest, form)


def _resource(
    desk: Desk, cursor: Cursor, members: MemberSet, resource: str, form: str, max_rows: int
) -> Iterator[Checkpoint]:
    sheets = [Sheet.from_json(data) for data in cursor["surveyed"][resource]]
    made: list[dict[str, Any]] = []
    with ExitStack() as stack:
        writers = {
            own.name: SheetWriter(
                desk, stack, form, own.name, own.headers, made, max_rows, steady=own.steady(desk.registry[resource])
            )
            for own in sheets
        }
        for number, (sheet, row) in enumerate(rows(desk.registry[resource], sheets, members.records(resource)), 1):
            writers[sheet.name].add(row)
            if number % HEARTBEAT == 0:
                yield Checkpoint(cursor, {resource: (number, None)})
        for writer in writers.values():
            writer.finish()
    cursor["sheets"] += sorted(made, key=lambda one: list(writers).index(one["of"]))
    cursor["written"].append(resource)
    yield Checkpoint(cursor)


class SheetWriter:
    """One sheet; a longer one than a spreadsheet can show goes on in ``name~2``."""

    def __init__(
        self,
        desk: Desk,
        stack: ExitStack,
        form: str,
        name: str,
        headers: Sequence[str],
        made: Any,
        max_rows: int,
        manner: Manner = OURS,
        steady: Container[int] = (),
    ) -> None:
        """`manner`: how a CSV file is written. `steady`: the places of cells that no program can change."""
        self._desk, self._stack, self._form, self._name = desk, stack, form, name
        self._headers, self._made, self._max, self._manner = list(headers), made, max_rows, manner
        self._steady = steady
        self._number = self._row = 0
        self._wrong = headers.index("Error") if "Error" in headers else -1
        self._open()

    def _open(self) -> None:
        self._number += 1
        self.name = self._name if self._number == 1 else f"{self._name}~{self._number}"
        stored = f"{self._desk.prefix}sheets/{self._form}-{self.name.encode().hex()}.{self._desk.ticket}"
        self._packer = Packer(self._desk.storage, stored, self._stack)
        self._row = 0
        self._packer.write(xlsx.sheet_head(len(self._headers)) if self._form == XLSX else self._manner.head())
        self._put(self._headers, range(len(self._headers)))

    def add(self, row: Sequence[str]) -> None:
        if self._row > self._max:
            self.finish()
            self._open()
        self._put(row, self._steady)

    def _put(self, row: Sequence[str], steady: Container[int]) -> None:
        self._row += 1
        own = xlsx.row(self._row, row, self._wrong) if self._form == XLSX else self._manner.row(row, steady)
        self._packer.write(own)

    def finish(self) -> None:
        if self._form == XLSX:
            self._packer.write(xlsx.SHEET_FOOT)
        self._made.append({"of": self._name, "name": self.name, "packed": asdict(self._packer.finish())})


def _bound(desk: Desk, cursor: Cursor, manifest: Manifest, form: str) -> Checkpoint:
    name = f"{desk.prefix}spreadsheet.{desk.ticket}.{'xlsx' if form == XLSX else 'zip'}"
    known = {
        sheet.name: {
            "null": [c.header for c in sheet.columns if c.null],
            "columns": [c.header for c in sheet.columns],
            "part": sheet.part or "",
        }
        for sheets in cursor["surveyed"].values()
        for sheet in map(Sheet.from_json, sheets)
    }
    first = [[FIRST, VERSION], ["manifest", *cells.pieces(manifest.to_bytes().decode())]]
    first.append(["columns", *cells.pieces(dumps(known).decode())])
    with desk.storage.write(name) as file:
        writer = ZipWriter(file)
        bind(writer, desk.storage, cursor["sheets"], form, first)
        size, sha256 = writer.size, writer.sha256
    return Checkpoint({"file": name, "size": size, "sha256": sha256}, done=True)


def bind(
    writer: ZipWriter, storage: Storage, sheets: Sequence[Mapping[str, Any]], form: str, first: Sequence[Sequence[str]]
) -> None:
    """Sheets that are written already, and the first one, become one file."""
    names = [FIRST, *(sheet["name"] for sheet in sheets)]
    if form == XLSX:
        for name, text in xlsx.frame(names, [FIRST]).items():
            writer.add(name, text)
        body = b"".join(xlsx.row(number, row) for number, row in enumerate(first, 1))
        writer.add(xlsx.path(1), xlsx.sheet_head(1) + body + xlsx.SHEET_FOOT)
    else:
        writer.add(f"{FIRST}.csv", OURS.head() + b"".join(map(OURS.row, first)))
    for number, sheet in enumerate(sheets, 2):
        packed = Packed(**sheet["packed"])
        with storage.read(packed.stored) as source:
            writer.copy(xlsx.path(number) if form == XLSX else f"{sheet['name']}.csv", packed, source)
    writer.finish()
