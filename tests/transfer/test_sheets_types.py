"""Sheets of entries whose type is longer than a sheet's name has room for."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.transfer.test_sheets import _members
from tests.transfer.test_sheets_by_hand import Cells, book, records
from transfer.archive import ArchiveError, Manifest
from transfer.keys import Key
from transfer.local import offline_desk
from transfer.registry import RESOURCES
from transfer.sheets import convert
from transfer.sheets.lone import bound

NAMED = {"type": "single_line_text_field", "value": "A"}


def entries_of(types: Iterable[str], folder: Path) -> dict[str, bytes]:
    """The sheets of a CSV export of a store with an entry of each type, by their names."""
    lines = sorted(((type_, "a"), {"fields": {"name": NAMED}}) for type_ in types)
    desk = offline_desk(folder)
    made = convert.save(desk, _members(desk, "metaobjects", lines), Manifest("", "", resources=("metaobjects",)), "csv")
    with desk.storage.read(made) as file, zipfile.ZipFile(file) as opened:
        return {name: opened.read(name) for name in opened.namelist() if name != "shopsync.csv"}


def test_a_type_of_which_a_sheet_holds_the_beginning_is_not_taken_for_a_shorter_one(tmp_path: Path) -> None:
    types = ("size_chart_row", "size_chart_rows", "size_chart_rows_b", "Size_chart_row", "mat")
    sheets = entries_of(types, tmp_path)
    assert sorted(sheets) == [
        "metaobjects (Size_chart_row).csv",
        "metaobjects (mat).csv",
        "metaobjects (size_chart_ro~).csv",
        "metaobjects (size_chart_r~2).csv",
        "metaobjects (size_chart_r~3).csv",
    ]
    found: set[Key] = set()
    for number, (name, content) in enumerate(sheets.items()):
        header = content.decode("utf-8-sig").splitlines()[0]
        more = content + b"NEW,b" + b"," * (header.count(",") - 1) + b"\r\n"
        with bound(io.BytesIO(more), name, RESOURCES) as file:
            found |= {key for key, _ in records(file.read(), tmp_path / str(number))["metaobjects"]}
    assert found == {(type_, handle) for type_ in types for handle in "ab"}


def test_a_handle_alone_is_refused_where_a_sheet_does_not_say_its_type(tmp_path: Path) -> None:
    row: Cells = {"Key": "b", "fields.name [single_line_text_field]": "B"}
    with pytest.raises(ArchiveError, match="row 2, column Key: the name of this sheet is cut short; write the whole"):
        records(book({"metaobjects (size_chart_ro~)": [row]}), tmp_path / "a")
    whole: Cells = {**row, "Key": "size_chart_rows/b"}
    found = records(book({"metaobjects (size_chart_ro~)": [whole]}), tmp_path / "b")["metaobjects"]
    assert [key for key, _ in found] == [("size_chart_rows", "b")]
