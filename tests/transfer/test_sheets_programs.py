"""What spreadsheet programs make of a file: other codings and marks, numbers and dates, one sheet of many."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from babel.dates import get_day_names, get_month_names

from tests.transfer.test_sheets_by_hand import book, records
from transfer.archive import ArchiveError
from transfer.keys import Key
from transfer.local import offline_desk
from transfer.registry import RESOURCES
from transfer.sheets import convert
from transfer.sheets.csv_rows import csv_restored, csv_row
from transfer.sheets.lone import bound
from transfer.sheets.misread import LANGUAGES, is_misread

ROW = "Key{0}title{0}vendor\r\nshirt{0}Größe 上着{0}Nord\r\n"
SAVED = {
    "UTF-8 with a mark": ROW.format(",").encode("utf-8-sig"),
    "UTF-8, semicolons": ROW.format(";").encode(),
    "Unicode text of Excel": ROW.format("\t").encode("utf-16"),
    "UTF-16, big end first": b"\xfe\xff" + ROW.format(";").encode("utf-16-be"),
    "with a line for Excel": f"sep=;\r\n{ROW.format(';')}".encode(),
    "UTF-32": ROW.format(",").encode("utf-32"),
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


MISREAD = [
    "007", "4012345678901", "12E5", "1.5E+10", "3/4", "1-2", "2026-01-31", "31.1.2026", "12:30", "'007", "''", "1.50",
    ".5", "5.", "1,234", "1,5", "50%", "$5", "5 €", "5 EUR", "(5)", "May 2024", "mar-24", "1. Mai", "SEPT2", "Ağu 5",
    "3月5日", "5 a", "10:30 AM", "2024-01-05 10:00", "2024-01-05T10:00:00", "99999999999.10", "true", "Vrai", "1 1/2",
    "v1.0", "5 lut 2024", "Mo 5 Mai", "5,5,5",
]  # fmt: skip


@pytest.mark.parametrize("text", MISREAD)
def test_what_a_program_would_change_is_written_so_that_it_does_not(text: str) -> None:
    (cell,) = next(csv.reader(io.StringIO(csv_row([text]), newline="")))
    assert cell.startswith("'")
    assert csv_restored(cell) == text


@pytest.mark.parametrize("text", ["12", "0", "shirt", "S-M", "a/b", "A4", "May", "SKU-5", "Marble 24", "5 kg"])
def test_what_no_program_changes_is_left_as_it_is(text: str) -> None:
    (cell,) = next(csv.reader(io.StringIO(csv_row([text]), newline="")))
    assert cell == csv_restored(cell) == text


@pytest.mark.parametrize("text", ["12.50", "1,5", "0.5", "true", "5."])
def test_where_a_number_is_meant_none_is_marked(text: str) -> None:
    (cell,) = next(csv.reader(io.StringIO(csv_row([text], steady={0}), newline="")))
    assert cell == csv_restored(cell) == text


def dated(language: str) -> list[str]:
    """Dates and times in words, as somebody may call a product."""
    months = [name for width in ("wide", "abbreviated") for name in get_month_names(width, "format", language).values()]
    forms = ("5 {}", "{} 5", "5. {} 2024", "{} 2024", "5-{}-24")
    return [form.format(name) for name in months for form in forms]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_program_takes_for_a_date_is_known_in_every_language(language: str) -> None:
    days = get_day_names("abbreviated", "format", language).values()
    assert [text for text in (*dated(language), *(f"{day} 5.5.2024" for day in days)) if not is_misread(text)] == []


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize(
    ("language", "number"),
    {
        "en": 1033,
        "de": 1031,
        "fr": 1036,
        "nb": 1044,
        "fi": 1035,
        "cs": 1029,
        "tr": 1055,
        "th": 1054,
        "zh_CN": 2052,
    }.items(),
)
def test_texts_come_back_from_a_program_of_any_language(language: str, number: int, tmp_path: Path) -> None:
    """Opened with its eager recognition of numbers, and saved as it shows them. `number`: Windows's of the language."""
    texts = [*MISREAD, *dated(language)]
    (tmp_path / "texts.csv").write_text("".join(csv_row([text]) for text in texts), encoding="utf-8-sig", newline="")
    given, taken = f"CSV:44,34,76,1,,{number},false,true", "csv:Text - txt - csv (StarCalc):44,34,76,1"
    home = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", home, "--headless", f"--infilter={given}", "--convert-to", taken, "--outdir", "saved"]
    subprocess.run([*command, "texts.csv"], cwd=tmp_path, check=True, capture_output=True, timeout=180)
    with (tmp_path / "saved" / "texts.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [csv_restored(row[0]) for row in csv.reader(file)] == texts


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


@pytest.mark.parametrize(
    ("mark", "coding", "first"),
    [(",", "utf-8", ""), (";", "utf-8-sig", ""), (";", "utf-8", "sep=;\r\n"), ("\t", "utf-16", "")],
)
def test_a_csv_file_comes_back_as_the_program_wrote_it(mark: str, coding: str, first: str, tmp_path: Path) -> None:
    """Excel opens by a double click what parts cells as it does itself, and nothing else."""
    rows = [["Key", "title", "#note", "status"], ["shirt", "Größe; 1,5", "keep", "SOON"]]
    text = "".join(mark.join(f'"{cell}"' if mark in cell else cell for cell in row) + "\r\n" for row in rows)
    with bound(io.BytesIO((first + text).encode(coding)), "products.csv", RESOURCES) as file:
        _, back = refused(file.read(), tmp_path)
    with zipfile.ZipFile(io.BytesIO(back)) as opened:
        content = opened.read("products.csv")
    assert content.startswith(b"\xff\xfe" if coding == "utf-16" else b"sep" if first else b"\xef\xbb\xbf")
    lines = content.decode("utf-16" if coding == "utf-16" else "utf-8-sig").removeprefix(first)
    made = list(csv.reader(io.StringIO(lines, newline=""), delimiter=mark))
    assert made[0] == ["Error", *rows[0]]
    assert made[1][1:] == rows[1] and made[1][0].startswith("status: this must be one of")


def formatted(cells: list[tuple[str, object, str]]) -> bytes:
    """A sheet of variants, with one row: (header, value, number format)."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    sheet = made.create_sheet("products.variants")
    sheet.append(["Key", *(header for header, _, _ in cells)])
    sheet.append(["shirt", *(value for _, value, _ in cells)])
    for column, (_, _, code) in enumerate(cells, 2):
        sheet.cell(2, column).number_format = code
    made.save(buffer := io.BytesIO())
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("00000", 501, "00501"),
        ("0000000000000", 12345678905, "0012345678905"),
        ('"SKU-"0', 501, "SKU-501"),
        ("00000-0000", 5011234, "00501-1234"),
        ("+49 000 0000", 1234567, "+49 123 4567"),
        ("0%", 0.15, "15%"),
        ("000;(000)", -12, "(012)"),
        ("[Red]000", 5, "005"),
        ("General", 4011, "4011"),
        ("#,##0", 1234567, "1234567"),
        ("0.00", 3.5, "3.5"),
        ('"€" 0.00', 3.5, "3.5"),
        ("# ?/?", 0.5, "0.5"),
        ("@", 7, "7"),
        ("0" * 300, 7, "7"),
    ],
)
def test_a_number_is_read_as_its_cell_shows_it_where_a_text_is_meant(
    code: str, number: float, shown: str, tmp_path: Path
) -> None:
    found = records(formatted([("sku", number, code), ("price", number, code)]), tmp_path)["products"]
    assert found == [(("shirt",), {"variants": [{"sku": shown, "price": str(number)}]})]


def test_a_date_of_a_strict_file_is_read_as_it_is_shown(tmp_path: Path) -> None:
    made = openpyxl.load_workbook(io.BytesIO(book({"products.variants": [{"Key": "shirt", "sku": "", "barcode": ""}]})))
    made.iso_dates = True
    sheet = made["products.variants"]
    sheet["B2"], sheet["C2"] = datetime(2026, 1, 31), datetime(2026, 1, 31, 9, 5)
    made.save(buffer := io.BytesIO())
    found = records(buffer.getvalue(), tmp_path)["products"]
    assert found == [(("shirt",), {"variants": [{"sku": "2026-01-31", "barcode": "2026-01-31T09:05:00"}]})]


def test_a_key_is_read_as_its_cell_shows_it(tmp_path: Path) -> None:
    made = openpyxl.load_workbook(io.BytesIO(book({"products": [{"Key": 7, "title": "A"}]})))
    made["products"]["B2"].number_format = "000"
    made.save(buffer := io.BytesIO())
    assert [key for key, _ in records(buffer.getvalue(), tmp_path)["products"]] == [("007",)]


def refused(file: bytes, folder: Path) -> tuple[str, bytes]:
    """Why a file is refused, and the file that comes back."""
    desk = offline_desk(folder)
    with pytest.raises(ArchiveError) as refusal:
        convert.load(desk, io.BytesIO(file))
    name = convert.errors_of(desk)
    assert name is not None
    with desk.storage.read(name) as made:
        return str(refusal.value), made.read()


def test_what_had_no_value_is_not_taken_for_empty_when_the_file_comes_back(tmp_path: Path) -> None:
    made = openpyxl.load_workbook(io.BytesIO(book({"products": [{"Key": "a", "title": "x", "vendor": "Nord"}]})))
    sheet = made["products"]
    sheet["C2"] = "#N/A"
    assert sheet["C2"].data_type == "e"
    sheet.append(["NEW", "b", 12345678901234567890, "Nord"])
    sheet.append(["NEW", "c", '="A"&"B"', "Nord"])
    sheet.append(["NWE", "d", '="A"&"B"', "Nord"])
    made.save(buffer := io.BytesIO())
    first, back = refused(buffer.getvalue(), tmp_path / "a")
    assert first.startswith("Sheet products, row 2, column title: this formula failed (#N/A). 4 more places")
    shown = openpyxl.load_workbook(io.BytesIO(back))["products"]
    assert [shown.cell(row, 4).value for row in (2, 4)] == ["#N/A", "#N/A"]
    assert shown.cell(3, 4).value == pytest.approx(12345678901234567890)
    assert "Command: this must be one of" in shown.cell(5, 1).value, "one upload says all that is wrong"
    assert "title: this formula has no value" in shown.cell(5, 1).value
    again, _ = refused(back, tmp_path / "b")
    assert again.startswith("Sheet products, row 2, column title: this formula failed (#N/A). 4 more places")


@pytest.mark.parametrize("text", ["4.01E+12", "#N/A", "#NAME?", "#BEZUG!", "Err:508"])
def test_what_csv_lost_is_not_taken_for_a_text_when_the_file_comes_back(text: str, tmp_path: Path) -> None:
    with bound(io.BytesIO(f"Key,title\r\nshirt,{text}\r\n".encode()), "products.csv", RESOURCES) as file:
        first, back = refused(file.read(), tmp_path / "a")
    again, _ = refused(back, tmp_path / "b")
    assert first == again
    assert "row 2, column title: " in first
    (cell,) = next(csv.reader(io.StringIO(csv_row([text]), newline="")))
    assert cell == f"'{text}" and csv_restored(cell) == text, "a text that only looks like it comes back"


def test_what_comes_back_shows_numbers_as_they_were_shown(tmp_path: Path) -> None:
    _, back = refused(formatted([("sku", 501, "00000"), ("price", 3, '"€ "0'), ("taxable", 5, "0")]), tmp_path / "a")
    made = openpyxl.load_workbook(io.BytesIO(back))
    made["products.variants"].cell(2, 5).value = "TRUE"
    made.save(buffer := io.BytesIO())
    found = records(buffer.getvalue(), tmp_path / "b")["products"]
    assert found == [(("shirt",), {"variants": [{"sku": "00501", "price": "3", "taxable": True}]})]


def test_a_sheet_of_notes_comes_back_as_it_was(tmp_path: Path) -> None:
    made = openpyxl.load_workbook(io.BytesIO(book({"products": [{"Key": "a", "title": "A"}]}, "NWE")))
    notes = made.create_sheet("#notes")
    for row in (["hello", 1], ["more", None]):
        notes.append(row)
    made.save(buffer := io.BytesIO())
    _, back = refused(buffer.getvalue(), tmp_path)
    sheet = openpyxl.load_workbook(io.BytesIO(back))["#notes"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [["hello", "1"], ["more", None]]


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("Body (HTML)", "column Body (HTML): products have no such field; begin the header with #"),
        ("Handle", "column Handle: products have no such field; what names a record stands in the column Key: call"),
        ("Größe", "column Größe: products have no such field"),
    ],
)
def test_a_header_is_told_as_it_stands(header: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError) as refusal:
        records(book({"products": [{"Key": "a", header: "x"}]}), tmp_path)
    assert str(refusal.value).startswith(f"Sheet products, row 1, {says}")


def test_an_empty_sheet_beside_a_wrong_one_comes_back_empty(tmp_path: Path) -> None:
    made = openpyxl.load_workbook(io.BytesIO(book({"products": [{"Key": "a", "title": "A"}]}, "NWE")))
    made.create_sheet("Sheet2")
    made.save(buffer := io.BytesIO())
    _, back = refused(buffer.getvalue(), tmp_path / "a")
    mended = openpyxl.load_workbook(io.BytesIO(back))
    assert mended.sheetnames[-1] == "Sheet2"
    mended["products"]["B2"] = "NEW"
    mended.save(again := io.BytesIO())
    assert list(records(again.getvalue(), tmp_path / "b")) == ["products"]


@pytest.mark.parametrize("content", [b"", b"Key,title\r\n", b"Key,title\r\n,\r\n"])
def test_a_file_without_a_row_is_no_success(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"holds no|column is missing|there is nothing to import"):
        lone(content, tmp_path)
