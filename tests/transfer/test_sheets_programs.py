"""What spreadsheet programs make of a file: other codings and marks, numbers and dates, one sheet of many."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.transfer.test_sheets_by_hand import book, records
from transfer.archive import ArchiveError
from transfer.keys import Key
from transfer.local import offline_desk
from transfer.registry import RESOURCES
from transfer.sheets import convert
from transfer.sheets.lone import bound
from transfer.sheets.write import csv_restored, csv_row

ROW = "Key{0}title{0}vendor\r\nshirt{0}Größe 上着{0}Nord\r\n"
SAVED = {
    "UTF-8 with a mark": ROW.format(",").encode("utf-8-sig"),
    "UTF-8, semicolons": ROW.format(";").encode(),
    "Unicode text of Excel": ROW.format("\t").encode("utf-16"),
    "UTF-16, big end first": b"\xfe\xff" + ROW.format(";").encode("utf-16-be"),
    "with a line for Excel": f"sep=;\r\n{ROW.format(';')}".encode(),
    "line ends of Unix": ROW.format(",").replace("\r\n", "\n").encode(),
    "empty rows and columns behind": f"{ROW.format(';')};;;;;\r\n;;;;;\r\n".replace("vendor", "vendor;;;").encode(),
}


def lone(content: bytes, folder: Path, name: str = "products.csv") -> dict[str, list[tuple[Key, dict[str, Any]]]]:
    with bound(io.BytesIO(content), name, RESOURCES) as file:
        return records(file.read(), folder)


@pytest.mark.parametrize("how", SAVED)
def test_a_csv_file_is_read_alone_however_it_was_saved(how: str, tmp_path: Path) -> None:
    fields = {"title": "Größe 上着", "vendor": "Nord"}
    assert lone(SAVED[how], tmp_path) == {"products": [(("shirt",), fields)]}


def test_the_name_of_a_lone_file_says_which_sheet_it_is(tmp_path: Path) -> None:
    assert list(lone(SAVED["UTF-8, semicolons"], tmp_path, "Products (2).CSV")) == ["products"]
    with pytest.raises(ArchiveError, match=r"call it as the sheet is called, products\.csv"):
        lone(SAVED["UTF-8, semicolons"], tmp_path, "my shop.csv")


def test_a_coding_that_nobody_can_tell_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"^products\.csv is not UTF-8; save it as CSV UTF-8\.$"):
        lone(ROW.format(";").replace("上着", "").encode("cp1252"), tmp_path)
    with pytest.raises(ArchiveError, match="is not UTF-8"):
        lone(ROW.format(";").encode("utf-16")[:-1], tmp_path)


def test_a_row_is_counted_as_the_program_counts_it(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"^Sheet products, row 3, column status: this must be one of"):
        lone(b"sep=;\r\nKey;status\r\nshirt;SOON\r\n", tmp_path)


def test_a_number_that_a_program_shortened_is_not_taken_for_what_it_was(tmp_path: Path) -> None:
    for text in ("4.01235E+12", "4,01235E+12", "1E+20"):
        with pytest.raises(ArchiveError, match=r"row 2, column title: a spreadsheet program has shortened this number"):
            lone(f"Key;title\r\nshirt;{text}\r\n".encode(), tmp_path / text)
    with pytest.raises(ArchiveError, match=r"row 2, column title: a spreadsheet keeps 15 digits of a number"):
        records(book({"products": [{"Key": "a", "title": 12345678901234567890}]}), tmp_path)
    found = records(book({"products": [{"Key": "a", "title": 4012345678901}]}), tmp_path)
    assert found["products"][0][1]["title"] == "4012345678901"


@pytest.mark.parametrize(
    "text", ["007", "4012345678901", "12E5", "1.5E+10", "3/4", "1-2", "2026-01-31", "31.1.2026", "12:30", "'007", "''"]
)
def test_what_a_program_would_change_is_written_so_that_it_does_not(text: str) -> None:
    (cell,) = next(csv.reader(io.StringIO(csv_row([text]).decode(), newline="")))
    assert cell.startswith("'")
    assert csv_restored(cell) == text


@pytest.mark.parametrize("text", ["12", "12.50", "shirt", "1,5", "0", "0.5", "S-M", "a/b", "2026-01-31T09:00:00Z"])
def test_what_no_program_changes_is_left_as_it_is(text: str) -> None:
    (cell,) = next(csv.reader(io.StringIO(csv_row([text]).decode(), newline="")))
    assert cell == csv_restored(cell) == text


def test_merged_cells_hidden_sheets_and_formulas_are_read_as_they_show(tmp_path: Path) -> None:
    made = openpyxl.load_workbook(io.BytesIO(book({"products": [{"Key": "a", "title": "A", "vendor": None}]})))
    sheet = made["products"]
    sheet.merge_cells("C2:D2")
    sheet["C3"] = '="A"&"B"'
    sheet["B3"] = "b"
    made.create_sheet("pages").append(["Key", "title"])
    made["pages"].append(["about", "About"])
    made["pages"].sheet_state = "hidden"
    buffer = io.BytesIO()
    made.save(buffer)
    with pytest.raises(ArchiveError, match="row 3, column title: this formula has no value; save the file"):
        records(buffer.getvalue(), tmp_path / "a")
    sheet["C3"] = "B"
    made.save(again := io.BytesIO())
    found = records(again.getvalue(), tmp_path / "b")
    assert [fields.get("title") for _, fields in found["products"]] == ["A", "B"]
    assert found["pages"] == [(("about",), {"title": "About"})]


def test_a_refused_lone_file_comes_back_with_its_errors(tmp_path: Path) -> None:
    desk = offline_desk(tmp_path)
    source = bound(io.BytesIO(b"Key;status\r\nshirt;SOON\r\n"), "products.csv", RESOURCES)
    with source as file, pytest.raises(ArchiveError):
        convert.load(desk, file)
    name = convert.errors_of(desk)
    assert name is not None
    with desk.storage.read(name) as made, pytest.raises(ArchiveError, match="row 2, column status"):
        convert.load(offline_desk(tmp_path / "again"), io.BytesIO(made.read()))
