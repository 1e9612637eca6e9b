"""What is wrong with an uploaded spreadsheet, shown in the spreadsheet itself: a column that may stay in it.

Whoever uploads the file again need not remove the column: no reader reads it, and a second round fills it anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import islice
from typing import Any, NamedTuple

from ..archive.assemble import ZipWriter
from ..keys import Key
from ..outcomes import Outcome, Reason
from ..reasons import of_one, reason
from ..work import Checkpoint, Desk
from ..work import Row as Entry
from . import xlsx
from .book import Book, Row
from .columns import ERROR, Column
from .first import First, first_of
from .found import as_shown
from .headers import Head, head_of
from .rows import said_by
from .write import FIRST, XLSX, SheetWriter, bind

WINDOW = 500
Notes = Callable[[str, Sequence[str], Sequence[Row]], Mapping[int, str]]  # sheet, header, rows -> row -> sentence


class Wrong(NamedTuple):
    """`row` is the number that the spreadsheet shows, 0 for the sheet itself; `column` a header."""

    sheet: str
    row: int
    column: str
    sentence: str

    def __str__(self) -> str:
        place = [f"Sheet {self.sheet}"]
        place += [f"row {self.row}"] if self.row else []
        place += [f"column {self.column}"] if self.column else []
        return f"{', '.join(place)}: {self.sentence}."


def name_of(form: str) -> str:
    """Under which name the annotated file lies among the files of a run."""
    return f"errors.{'xlsx' if form == XLSX else 'zip'}"


def annotate(desk: Desk, here: Checkpoint, book: Book, wrong: Sequence[Wrong]) -> Iterator[Checkpoint]:
    """Writes the file with what `check` found wrong in it."""
    found: dict[tuple[str, int], list[str]] = {}
    for one in wrong:
        sentence = f"{one.column}: {one.sentence}." if one.column else f"{one.sentence}."
        found.setdefault((one.sheet, max(one.row, 1)), []).append(sentence)

    def notes(sheet: str, header: Sequence[str], rows: Sequence[Row]) -> Mapping[int, str]:
        return {number: " ".join(found[sheet, number]) for number, _ in rows if (sheet, number) in found}

    for _ in written(desk, book, notes, f"{desk.prefix}{name_of(book.form)}"):
        yield Checkpoint(here.cursor)


def report(desk: Desk, book: Book, first: First) -> Iterator[int]:
    """Writes the file with what became of the rows that were not written, or not wholly."""
    heads: dict[str, Head | None] = {}

    def notes(sheet: str, header: Sequence[str], rows: Sequence[Row]) -> Mapping[int, str]:
        if sheet not in heads:
            heads[sheet] = head_of(sheet, header, first, desk.registry, lambda column, sentence: None)
        head = heads[sheet]
        return _outcomes(desk, head, rows) if head is not None else {}

    yield from written(desk, book, notes, f"{desk.prefix}{name_of(book.form)}")


def _outcomes(desk: Desk, head: Head, rows: Sequence[Row]) -> dict[int, str]:
    keys = {number: [said.key for said in said_by(head, row, lambda *_: None)] for number, row in rows}
    entries = desk.ledger.get(head.resource.name, [key for own in keys.values() for key in own])
    found: dict[int, str] = {}
    for number, own in keys.items():
        sentences = [sentence for key in own if key in entries and (sentence := _sentence(head, key, entries[key]))]
        if sentences:
            found[number] = " ".join(sentences)
    return found


def _sentence(head: Head, key: Key, entry: Entry) -> str:
    """What became of one record; nothing where it was written, or left alone as its row asked."""
    asked = entry.outcome is Outcome.SKIPPED and entry.reason is Reason.EXCLUDED
    part = entry.lost or entry.reason is Reason.PART_CONFLICT
    if asked or not (entry.outcome in (Outcome.FAILED, Outcome.SKIPPED) or part):
        return ""
    place = f"{'.'.join(key[-2:])}: " if head.values else ""
    lost = (
        f"written without {', '.join(entry.lost)}, which point at what the store does not have." if entry.lost else ""
    )
    return place + (entry.detail or (lost if entry.lost else "") or f"It {of_one(reason(entry.reason)[0])}.")


def written(desk: Desk, book: Book, notes: Notes, name: str) -> Iterator[int]:
    """Writes a copy of the book with an error column as the file `name`. Yields now and then."""
    made: list[dict[str, Any]] = []
    first: list[list[str]] = []
    known = first_of(book)
    with ExitStack() as stack:
        for sheet in book.names:
            if sheet.lower() == FIRST:
                first = [row for _, row in book.rows(sheet)]
                continue
            yield from _sheet(desk, stack, book, sheet, notes, made, known)
    with desk.storage.write(name) as file:
        bind(ZipWriter(file), desk.storage, made, book.form, first or [[FIRST, "1"]])


def _sheet(
    desk: Desk, stack: ExitStack, book: Book, sheet: str, notes: Notes, made: list[dict[str, Any]], known: First
) -> Iterator[int]:
    rows, manner = book.rows(sheet), book.manner(sheet)
    top = next(rows, None)
    if sheet.startswith("#") or (top is None and not notes(sheet, [], [(1, [])])):  # nobody is told of it: as it was
        own = [as_shown(cell) for cell in top[1]] if top is not None else []
        writer = SheetWriter(desk, stack, book.form, sheet, own, made, xlsx.MAX_ROWS, manner)
        for number, row in rows:
            writer.add([as_shown(cell) for cell in row])
            if number % WINDOW == 0:
                yield number
        writer.finish()
        return
    top = top or (1, [""])
    header = top[1]
    head = head_of(sheet, header, known, desk.registry, lambda column, sentence: None)
    numbers = _places(head, lambda column: column.numeric)
    place = next((at for at, text in enumerate(header) if text.strip().lower() == ERROR.lower()), None)
    note = notes(sheet, header, [top]).get(top[0], "")  # on the header: nothing below it could be read
    shown = [ERROR, *header] if place is None else [*header[:place], ERROR, *header[place + 1 :]]
    steady = {at + (place is None) for at in _places(head, lambda column: column.steady)}
    writer = SheetWriter(desk, stack, book.form, sheet, shown, made, xlsx.MAX_ROWS, manner, steady)
    if note:
        writer.add([note if text == ERROR else "" for text in shown])
    while some := list(islice(rows, WINDOW)):
        sentences = notes(sheet, header, some)
        for number, row in some:
            row = [cell if at in numbers else as_shown(cell) for at, cell in enumerate(row)]
            sentence = sentences.get(number, "")
            if place is None:
                writer.add([sentence, *row])
            else:
                row += [""] * (place + 1 - len(row))
                writer.add([*row[:place], sentence, *row[place + 1 :]])
        yield some[-1][0]
    writer.finish()


def _places(head: Head | None, wanted: Callable[[Column], bool]) -> set[int]:
    """The places of cells of such columns."""
    columns = head.columns if head is not None else ()
    return {place for column, places in columns if wanted(column) for place in places}
