"""Spreadsheets on the command line: converted, exported, planned, refused with a copy that says why."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.archives import opened
from tests.commands.said import Said
from tests.runs.test_lane import installed
from tests.support import Sandbox
from tests.transfer.test_sheets_import import cell, edited

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


def _change(path: Path, **cells: Any) -> None:
    """Sets the second product's cells."""

    def change(book: Any) -> None:
        for header, value in cells.items():
            cell(book["products"], header, 3).value = value

    path.write_bytes(edited(path.read_bytes(), change))


@pytest.mark.parametrize("name", ["store.xlsx", "store.csv.zip"])
def test_an_archive_is_converted_there_and_back(
    capsys: pytest.CaptureFixture[str],
    file: str,
    tmp_path: Path,
    name: str,
) -> None:
    sheet, again = tmp_path / name, tmp_path / "again.zip"
    said = Said(capsys, "convert_archive", file, str(sheet), "--json")
    assert (said.code, json.loads(said.out)["out"]) == (0, str(sheet))
    assert Said(capsys, "convert_archive", str(sheet), str(again)).code == 0
    members = opened(Path(file).read_bytes())
    before = {member: text for member, text in members.items() if not member.startswith("side/")}
    assert opened(again.read_bytes()) == before


def test_a_wrong_spreadsheet_is_refused_with_a_copy_that_says_why(
    capsys: pytest.CaptureFixture[str],
    file: str,
    tmp_path: Path,
) -> None:
    sheet, errors = tmp_path / "store.xlsx", tmp_path / "wrong.xlsx"
    Said(capsys, "convert_archive", file, str(sheet))
    _change(sheet, Command="SMASH")
    said = Said(capsys, "convert_archive", str(sheet), str(tmp_path / "never.zip"), "--errors", str(errors))
    assert said.code == 2
    assert "Sheet products, row 3, column Command: " in said.sentence
    assert not (tmp_path / "never.zip").exists()
    book = openpyxl.load_workbook(io.BytesIO(errors.read_bytes()))
    assert "NEW, MERGE" in book["products"].cell(3, 1).value
    book.close()


def test_a_lone_csv_file_comes_back_as_one(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    sheet, errors, archive = tmp_path / "products.csv", tmp_path / "wrong.csv", tmp_path / "a.zip"
    sheet.write_bytes(b"Key;status\r\nshirt;SOON\r\n")
    arguments = ("convert_archive", str(sheet), str(archive), "--errors")
    for _ in range(2):  # what came back may be written again
        assert Said(capsys, *arguments, str(errors)).code == 2
        text = errors.read_text("utf-8-sig")
        assert text.splitlines()[0] == "Error;Key;status"
        assert text.splitlines()[1].startswith("status: this must be one of ACTIVE")
    assert "ends in .csv or .tsv or .txt" in Said(capsys, *arguments, str(tmp_path / "wrong.xlsx")).sentence
    assert "is no archive: name another" in Said(capsys, *arguments, str(sheet)).sentence, "its only copy is spared"
    mended = tmp_path / "again" / "products.csv"
    mended.parent.mkdir()
    mended.write_text(text.replace("SOON", "DRAFT"), "utf-8")
    assert Said(capsys, "convert_archive", str(mended), str(archive)).code == 0


def test_a_store_is_exported_as_a_spreadsheet_and_edited(
    capsys: pytest.CaptureFixture[str], app: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    shop = installed(sandbox, sandbox.shop("plain"))
    sheet, wrong = tmp_path / "store.xlsx", tmp_path / "wrong.xlsx"
    assert Said(capsys, "export_store", shop.domain, "--out", str(sheet), "--inline").code == 0
    _change(sheet, title="By hand", vendor=None)
    plan = Said(capsys, "import_archive", shop.domain, str(sheet), "--plan-only", "--inline", "--json")
    assert plan.code == 0
    told = json.loads(plan.out)
    assert told["source_shop"] == shop.domain
    assert {k: v for k, v in told["plan"]["counts"]["products"].items() if v and k != "unchanged"} == {"update": 1}
    _change(sheet, Command="DELETE")
    said = Said(capsys, "import_archive", shop.domain, str(sheet), "--yes", "--inline", "--json")
    result = json.loads(said.out)["result"]
    went = {name: line["deleted"] for name, line in result["resources"].items() if line["deleted"]}
    assert went == {"products": 1, "product_metafields": 1, "variant_metafields": 1}, "what hung on it went with it"
    assert (said.code, result["totals"]["failed"], result["totals"]["unverified"]) == (0, 0, 0)
    _change(sheet, Command="UPDATE")
    arguments = ("import_archive", shop.domain, str(sheet), "--yes", "--inline", "--json", "--errors", str(wrong))
    assert Said(capsys, *arguments).code == 1
    book = openpyxl.load_workbook(io.BytesIO(wrong.read_bytes()))
    assert book["products"].cell(3, 1).value.startswith("There is no such record")
    assert "shopsync:products/" in book["product_metafields"].cell(3, 1).value
    book.close()


def test_a_zip_that_is_neither_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("a.txt", "a")
    assert "manifest.json" in Said(capsys, "convert_archive", str(path), str(tmp_path / "y.xlsx")).sentence
