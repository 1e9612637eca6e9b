"""A spreadsheet becomes members that an import can believe, in constant memory.

`rows` turns every row into lines (its record, the items of a list, the metafields of an owner), which are sorted in
parts like those of an export; the merge puts the lines of one key together and judges the whole record. What is wrong
is collected, with sheet, row and column, and comes back as the same file with an error column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from ..archive.check import MOST_TYPES, facts_of
from ..archive.manifest import ArchiveError
from ..archive.members import MEMBER_BYTES, Line
from ..archive.merge import merge
from ..archive.parts import write_part
from ..commands import Command
from ..jsonl import dumps
from ..keys import Key, sort_key
from ..registry import order
from ..work import Checkpoint, Cursor, Desk
from .book import Book, open_file
from .columns import KEY
from .errors import Wrong, annotate
from .first import FIRST_ROWS, First, first_of
from .headers import Head, head_of
from .judging import doubled, judged, placed, taken_away, with_items
from .layout import place_of
from .rows import said_by
from .write import FIRST

PART_BYTES = 16_000_000
WINDOW = 2000  # rows between two looks whether the slice is over
MAX_ERRORS = 500  # as many as anybody corrects at once
TWICE = (
    "another row has this key too; say all of a record in one row",
    "two cells of this row are of one metafield; leave one of them empty",
)
MAX_ITEMS = 20_000  # of the lists of one record


def read(
    desk: Desk, cursor: Cursor, *, source: str, form: str, member_bytes: int = MEMBER_BYTES
) -> Iterator[Checkpoint]:
    """Like `archive.check.unpack`, for the spreadsheet stored as `source`. Raises ArchiveError.

    The last cursor holds ``{"members": {...}, "manifest": {...}, "types": [...]}``, as that of an archive does.
    """
    cursor = cursor or {
        "sheet": 0,
        "row": 0,
        "parts": {},
        "part": 0,
        "rows": {},
        "wrong": [],
        "types": [],
        "merge": None,
    }
    with desk.storage.read(source) as file, open_file(file, form) as book:
        reading = _Reading(desk, cursor, book, first_of(book))
        if cursor["merge"] is None:
            yield from reading.rows()
        if cursor["merge"] is not None:
            yield from reading.merged(member_bytes)


@dataclass(slots=True)
class _Reading:
    """`lines`: what has been read and is not in a part yet. `size`: of their texts."""

    desk: Desk
    cursor: Cursor
    book: Book
    first: First
    lines: dict[str, list[tuple[bytes, bytes, bytes]]] = field(default_factory=dict)
    size: int = 0
    types: set[str] = field(default_factory=set)

    def wrong(self, sheet: str, row: int, column: str, sentence: str) -> None:
        if len(self.cursor["wrong"]) < MAX_ERRORS:
            self.cursor["wrong"].append([sheet, row, column, sentence])

    def _wrong(self, line: Mapping[str, Any], column: str, sentence: str) -> None:
        sheet, row = line["at"]
        self.wrong(sheet, row, column or line.get("column", ""), sentence)

    @property
    def hopeless(self) -> bool:
        return len(self.cursor["wrong"]) >= MAX_ERRORS

    # -- rows to parts

    def rows(self) -> Iterator[Checkpoint]:
        names = self.book.names
        while self.cursor["sheet"] < len(names) and not self.hopeless:
            name = names[self.cursor["sheet"]]
            if name.lower() != FIRST and not name.startswith("#"):
                for number in self._sheet(name):
                    self.cursor["row"] = number
                    stopping = self.desk.stopping()
                    if self.size > PART_BYTES or stopping:
                        yield self._save()
                    if stopping:
                        return
            self.cursor["sheet"] += 1
            self.cursor["row"] = 0
        if not self.cursor["parts"] and not self.cursor["wrong"]:
            raise ArchiveError("The spreadsheet holds no sheet of a resource; upload one that an export gave you.")
        by_hand = all(name.lower() != FIRST for name in names)
        if by_hand and not any(self.cursor["rows"].values()) and not self.cursor["wrong"]:
            raise ArchiveError("The spreadsheet holds headers and no row below them; there is nothing to import.")
        self.cursor["merge"] = {}
        yield self._save()

    def _sheet(self, name: str) -> Iterator[int]:
        """Reads a sheet from where it was left. Yields the number of a row now and then, and of the last one."""
        rows = self.book.rows(name)
        top = next(rows, None)
        if top is None and place_of(name, self.desk.registry) is None:
            return  # the empty sheet that spreadsheet programs add by themselves
        header = top[1] if top is not None else []
        failing = lambda column, sentence: self.wrong(name, 0 if not column else 1, column, sentence)  # noqa: E731
        few = lambda: [row for _, row in islice(self.book.rows(name), 1, FIRST_ROWS)]  # noqa: E731
        fail = failing if not self.cursor["row"] else _silent
        head = head_of(name, header, self.first, self.desk.registry, fail, few)
        if head is None:
            return
        self.cursor["parts"].setdefault(head.resource.name, [])
        number = 0
        for number, row in rows:
            if number > self.cursor["row"]:
                self._row(head, name, number, row)
                if self.hopeless:
                    break
                if number % WINDOW == 0 or self.size > PART_BYTES:
                    yield number
        yield number

    def _row(self, head: Head, name: str, number: int, row: list[str]) -> None:
        resource = head.resource.name
        for said in said_by(head, row, lambda column, sentence: self.wrong(name, number, column, sentence)):
            line = dumps(said.line((name, number)))
            self.lines.setdefault(resource, []).append((sort_key(said.key), dumps(said.fields), line))
            self.size += len(line)
            if resource == "metaobjects" and len(self.types) <= MOST_TYPES:
                self.types.add(said.key[0])
        self.cursor["rows"][resource] = self.cursor["rows"].get(resource, 0) + 1

    def _save(self) -> Checkpoint:
        for resource, lines in self.lines.items():
            self.cursor["part"] += 1
            name = f"{self.desk.prefix}rows/{resource}/{self.cursor['part']:05}.{self.desk.ticket}"
            lines.sort()
            write_part(self.desk.storage, name, (text for _, _, text in lines))
            self.cursor["parts"][resource].append(name)
        self.lines, self.size = {}, 0
        self.cursor["types"] = sorted(self.types.union(self.cursor["types"]))
        return Checkpoint(self.cursor, self._counts())

    def _counts(self) -> dict[str, tuple[int, int | None]]:
        return {name: (count, None) for name, count in self.cursor["rows"].items()}

    # -- parts to members

    def merged(self, member_bytes: int) -> Iterator[Checkpoint]:
        steps = merge(
            self.desk,
            self.cursor["merge"],
            parts=self.cursor["parts"],
            member_bytes=member_bytes,
            fold=self._fold,
            side=lambda resource: False,
            folder="source-",
        )
        for checkpoint in steps:
            if not checkpoint.done:
                self.cursor["merge"] = checkpoint.cursor
                yield Checkpoint(self.cursor, self._counts())
                continue
            if self.cursor["wrong"]:
                yield from self._refused()
            yield self._ended(checkpoint.cursor["members"])

    def _refused(self) -> Iterator[Checkpoint]:
        wrong = [Wrong(*one) for one in self.cursor["wrong"]]
        yield from annotate(self.desk, Checkpoint(self.cursor), self.book, wrong)
        rest = len(wrong) - 1
        many = "At least " if self.hopeless else ""  # nobody looked any further
        more = f" {many}{rest} more {'place has' if rest == 1 else 'places have'} errors." if rest else ""
        raise ArchiveError(f"{wrong[0]}{more} Download the file with its errors, correct it and upload it again.")

    def _ended(self, members: Mapping[str, Any]) -> Checkpoint:
        names = [name for name in self.first.manifest.resources if name in members]
        names += [name for name in order() if name in members and name not in names]
        names += [name for name in members if name not in names]
        facts = facts_of(self.first.of(names))
        facts["whole"] = []  # a row that is not there says nothing; who wants a record deleted writes DELETE
        types = self.cursor["types"] if len(self.cursor["types"]) <= MOST_TYPES else []
        past = {"members": {name: members[name] for name in names}, "manifest": facts, "types": types}
        return Checkpoint(past, {}, done=True)

    def _fold(self, resource: str, lines: list[dict[str, Any]]) -> Iterable[Line]:
        """The records of one key: rows that are records, and the items that belong to them."""
        records = [line for line in lines if line["item"] is None]
        items = [line for line in lines if line["item"] is not None]
        if items and len(records) > 1:
            self._wrong(records[1], KEY, "another row has this key too; nobody can say whose items are whose")
            return
        if len(items) > MAX_ITEMS:
            self._wrong(items[0], KEY, f"a record has at most {MAX_ITEMS} items in its lists")
            return
        if items and not records:
            records = [{**items[0], "fields": {}, "command": Command.MERGE, "whole": False, "half": False}]
        if len(records) > 1 and self.desk.registry[resource].unique:
            one_row = records[0]["at"] == records[1]["at"]
            self._wrong(records[1], records[1].get("column", "") if one_row else KEY, TWICE[one_row])
        for line in records:
            yield self._record(resource, line, items)

    def _record(self, resource: str, line: dict[str, Any], items: list[dict[str, Any]]) -> Line:
        key: Key = tuple(line["key"])
        kind = self.desk.registry[resource]
        fields = with_items(line["fields"], items, kind.keyed_lists)
        command = line["command"]
        if command in (Command.DELETE, Command.IGNORE):
            return Line(key, fields, "", "", command=command)
        problem = kind.key_problem(key)
        if problem is None and command == Command.MERGE and kind.judged(key, fields) is None:
            return Line(key, fields, "", "")  # it stands for itself
        again = list(doubled(kind, items))
        whole = command == Command.MERGE and line["whole"] and not taken_away(line["fields"], fields)
        half = any(one.get("half") for one in (line, *items))
        doubtful = half or problem is not None or bool(again)  # what its rows say together is not known then
        new = self.desk.now() if command == Command.NEW and not doubtful else None
        fields, wrong = judged(kind, key, fields, whole=whole and not doubtful, new=new)
        found = [*again, *(placed(one, line, items) for one in wrong)]
        if problem is not None:
            found.insert(0, (line, KEY, problem.removesuffix(".")))
        for one in found:
            self._wrong(*one)
        return Line(key, fields, "", "", command=command)


def _silent(column: str, sentence: str) -> None:
    """The header was judged in an earlier slice."""
