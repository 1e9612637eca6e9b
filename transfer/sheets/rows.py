"""What one row of an uploaded sheet says: a record, an item of a record's list, or the metafields of an owner."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..archive.check import MAX_DEPTH, MAX_LINE, depth, halved
from ..commands import Command
from ..jsonl import dumps
from ..keys import Key, decode
from ..resource import Fields
from ..typed_keys import parts_of, shown, typed
from . import cells
from .cells import CellError
from .columns import COMMAND, KEY, POSITION, put, read_row
from .found import Broken, as_shown
from .headers import Head
from .layout import name_of
from .xlsx import column_name

_VALUE = ("custom", "note")  # some namespace and key, for a key that a header completes
CUT_SHORT = "the name of this sheet is cut short; write the whole key, such as designer/anna"
Fail = Callable[[str, str], None]  # gets a column's header and a sentence


@dataclass(frozen=True, slots=True)
class Said:
    """`item`: the list and the position of an item. `whole`: nothing that the file could say is left unsaid. `column`:
    the header of the one cell that says all of it. `half`: a cell of its row could not be read."""

    key: Key
    fields: Fields
    command: str = ""
    item: tuple[str, int] | None = None
    whole: bool = False
    column: str = ""
    half: bool = False

    def line(self, place: tuple[str, int]) -> dict[str, Any]:
        """As a line of a part (`archive.merge`), with the place that errors name."""
        own = {"key": list(self.key), "fields": self.fields, "gid": "", "updatedAt": "", "at": list(place)}
        more = {"item": list(self.item) if self.item else None, "whole": self.whole, "column": self.column}
        return {**own, "command": self.command, **more, "half": self.half}


def said_by(head: Head, row: Sequence[str], fail: Fail) -> Iterator[Said]:
    """The lines of a row; none where it is empty, or where nobody can say what it is about (`fail` was told)."""
    bad: list[str] = []

    def wrong(header: str, sentence: str) -> None:
        if header not in bad:
            bad.append(header)
            fail(header, sentence)

    for place, cell in enumerate(row):
        if isinstance(cell, Broken) and (place in head.special.values() or _read(head, place)):
            wrong(head.name(place), str(cell))
    if bad:
        row = ["" if isinstance(cell, Broken) else cell for cell in row]
        bad.append(KEY)  # nobody knows what such a row would be called
    _homeless(head, row, wrong)
    key = _key(head, row, wrong)
    if head.values:
        found = list(_values(head, key, row, wrong))
    elif head.items is not None:
        found = list(_item(head, key, row, wrong))
    else:
        found = [_record(head, key, row, wrong)]
    if KEY not in bad:
        bounded = [said for said in found if _bounded(said, wrong)]
        yield from (replace(said, half=bool(bad)) for said in bounded)


def _read(head: Head, place: int) -> bool:
    return any(place in places for _, places in head.columns)


def _homeless(head: Head, row: Sequence[str], wrong: Fail) -> None:
    """What stands under no header would be lost without a word."""
    place = next((at for at, cell in enumerate(row) if cell.strip() and not head.header(at)), None)
    if place is not None:
        wrong(column_name(place), "this cell stands under no header; give its column one, or one that begins with #")


def _key(head: Head, row: Sequence[str], wrong: Fail) -> Key:
    """The natural key of a row. An owner may have none (the shop), a record always has one."""
    text = head.cell(KEY, row)
    parts = parts_of(head.resource, values=head.values)
    try:
        said = cells.meant("text", as_shown(text)) if text else None
    except CellError as problem:
        wrong(KEY, str(problem))
        return ()
    if isinstance(said, str):
        key = typed(said, parts, None if head.values else head.resource)
        if head.cut and len(key) == 1 < parts:
            wrong(KEY, CUT_SHORT)
        key = (head.part, *key) if head.part and parts == 2 and len(key) == 1 and said else key
        return _meant(head, key, wrong)
    if head.values and not parts and head.resource.key_shape:
        return ()
    new = head.items is None and not head.values and head.cell(COMMAND, row).strip().upper() == Command.NEW
    made = head.resource.named(read_row(head.columns, row, lambda place, sentence: None)) if new else None
    if made is None:
        like = shown(decode(head.resource.key_like)[: -2 if head.values else None], parts)
        wrong(KEY, f"this cell is empty; it says which record the row is, as {like} does")
    return made or ()


def _meant(head: Head, key: Key, wrong: Fail) -> Key:
    """The key that somebody means; of an owner, whose values name themselves, it is judged here."""
    whole = (*key, *_VALUE) if head.values else key
    if head.resource.key_problem(whole) is None:
        return key
    whole = head.resource.typed_key(whole)
    if head.values and head.resource.key_problem(whole) is not None:
        like = shown(decode(head.resource.key_like)[: -len(_VALUE)], parts_of(head.resource, values=True))
        wrong(KEY, f"this must be: {head.resource.key_is.removesuffix(', namespace, key')}; such as {like}")
    return whole[: -len(_VALUE)] if head.values else whole


def _command(head: Head, row: Sequence[str], wrong: Fail) -> str:
    text = head.cell(COMMAND, row).strip().upper()
    if text and text not in set(Command):
        wrong(COMMAND, f"this must be one of {', '.join(Command)}, or empty")
    return text or Command.MERGE


def _record(head: Head, key: Key, row: Sequence[str], wrong: Fail) -> Said:
    command = _command(head, row, wrong)
    if command in (Command.DELETE, Command.IGNORE):
        return Said(key, {}, command)
    fields = read_row(head.columns, row, lambda place, sentence: wrong(head.name(place), sentence))
    said = sum(1 for column, places in head.columns if column.null or any(row[p] for p in places if p < len(row)))
    return Said(key, fields, command, whole=head.whole and said == len(head.columns))


def _no_command(head: Head, row: Sequence[str], wrong: Fail) -> None:
    """What stands on a sheet of items goes with its record. MERGE says what such a row is anyway."""
    if head.cell(COMMAND, row).strip().upper() in ("", Command.MERGE):
        return
    sheet = name_of(head.resource.name)
    wrong(COMMAND, f"rows of this sheet have no command of their own, so leave this cell empty; {REST} {sheet}")


REST = "what no row here names is taken away where the record has the command REPLACE on the sheet"


def _item(head: Head, key: Key, row: Sequence[str], wrong: Fail) -> Iterator[Said]:
    _no_command(head, row, wrong)
    text = head.cell(POSITION, row).strip()
    position = 0
    if text:
        if not text.isdecimal() or len(text) > 9:
            wrong(POSITION, "this must be a whole number, or empty")
        else:
            position = int(text)
    fields = read_row(head.columns, row, lambda place, sentence: wrong(head.name(place), sentence))
    assert head.items is not None
    yield Said(key, fields, item=(head.items, position))


def _values(head: Head, owner: Key, row: Sequence[str], wrong: Fail) -> Iterator[Said]:
    """An owner's metafields. What an empty cell stands for is not said, so it stays."""
    command = _command(head, row, wrong)
    for column, places in head.columns:
        try:
            text = cells.joined([row[place] if place < len(row) else "" for place in places])
            key = (*owner, *column.path)
            if cells.marker(text) == cells.DELETE:
                yield Said(key, {}, Command.DELETE)
            elif text and command in (Command.DELETE, Command.IGNORE):
                yield Said(key, {}, command)
            elif text and isinstance(value := column.value(text), dict):
                fields: Fields = {}
                put(fields, (), value)
                yield Said(key, fields, command, whole=True, column=column.header)
        except CellError as problem:
            wrong(head.name(places[0]), str(problem))


def _bounded(said: Said, wrong: Fail) -> bool:
    """Whether an archive may hold it."""
    text = dumps([list(said.key), said.fields])
    if len(text) > MAX_LINE:
        wrong(KEY, f"the record is longer than {MAX_LINE} bytes")
        return False
    if depth(said.fields) > MAX_DEPTH:
        wrong(KEY, "a value is nested too deeply")
        return False
    half = halved({"key": list(said.key), **said.fields}) if b"\\ud" in text else None
    if half is not None:
        wrong(KEY, str(half).removesuffix("."))
    return half is None
