"""What somebody may upload as a spreadsheet to do harm is refused with one sentence, before it costs anything."""

from __future__ import annotations

import io
import itertools
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.transfer.test_sheets import LOOSE, NASTY, _members
from transfer.archive import ArchiveError, Manifest
from transfer.local import offline_desk
from transfer.sheets import convert
from transfer.sheets.book import form_of
from transfer.sheets.read import read

Files = dict[str, bytes]


@pytest.fixture(scope="module", params=["xlsx", "csv"])
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _sheet(folder: Path, form: str, count: int = 3) -> bytes:
    desk = replace(offline_desk(folder), registry=LOOSE)
    members = _members(
        desk, "products", [((f"p{n:05}",), {"title": f"T{n}", "more": list(NASTY)}) for n in range(count)]
    )
    with desk.storage.read(convert.save(desk, members, Manifest("", "", resources=("products",)), form)) as file:
        return file.read()


def _files(content: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def _zip(files: Files) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return buffer.getvalue()


SHEET = "xl/worksheets/sheet2.xml"
_DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


def _sub(name: str, old: bytes, new: bytes) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)

    return change


def _add(name: str, content: bytes) -> Callable[[Files], None]:
    return lambda files: files.__setitem__(name, content)


_TEXT = b'<is><t xml:space="preserve">'
_CELL = b'<c r="C2" s="0" t="inlineStr">'
BAD_XLSX: dict[str, tuple[Callable[[Files], None], str]] = {
    "entities": (_sub(SHEET, b"<worksheet", _DOCTYPE + b"<worksheet"), "document type"),
    "entities in the workbook": (_sub("xl/workbook.xml", b"<workbook", _DOCTYPE + b"<workbook"), "document type"),
    "broken XML": (_sub(SHEET, b"</row>", b"</raw>"), "is damaged"),
    "cut off": (lambda files: files.__setitem__(SHEET, files[SHEET][:-40]), "is damaged"),
    "a sheet that is not there": (lambda files: files.__delitem__(SHEET), "is missing"),
    "no shared string": (_sub(SHEET, _CELL, b'<c r="C2" t="s"><v>7</v></c><c r="D2" t="inlineStr">'), "does not hold"),
    "a cell of megabytes": (
        _sub(SHEET, _CELL + b'<is><t xml:space="preserve">', _CELL + b"<is><t>" + b"x" * 2_000_000),
        "more than",
    ),
    "an endless tag": (
        _sub(SHEET, b"<sheetData>", b'<sheetData a="' + b"x" * 20_000_000 + b'">'),
        "tag that is longer",
    ),
    "cells out of order": (_sub(SHEET, _CELL, b'<c r="A2" t="inlineStr">'), "out of order"),
    "a row far away": (_sub(SHEET, b'<row r="2">', b'<row r="99999999">'), "a number that none can have"),
    "rows out of order": (_sub(SHEET, b'<row r="3">', b'<row r="2">'), "out of order"),
    "two sheets of a name": (_sub("xl/workbook.xml", b'name="shopsync"', b'name="products"'), "two sheets"),
    "a path that leads out": (_add("../x.xml", b""), "leads out"),
}


@pytest.mark.parametrize("name", BAD_XLSX)
def test_a_hostile_workbook_is_refused(tmp_path: Path, name: str) -> None:
    change, sentence = BAD_XLSX[name]
    files = _files(_sheet(tmp_path, "xlsx"))
    change(files)
    _refused(tmp_path / "b", _zip(files), sentence)


BAD_CSV: dict[str, tuple[Callable[[Files], None], str]] = {
    "not UTF-8": (_add("products.csv", b"Key,title\r\na,\xff\xfe\r\n"), "is not UTF-8"),
    "half a character": (
        _add("products.csv", b'Key,title (json)\r\na,"[""x\\ud800""]"\r\n'),
        "title: item 1 holds half a character",
    ),
    "an endless quote": (_add("products.csv", b'Key,title\r\na,"' + b"x" * 300_000), "is not CSV"),
    "two of one name": (_add("folder/products.csv", b"Key\r\n"), "two CSV files"),
}


@pytest.mark.parametrize("name", BAD_CSV)
def test_hostile_csv_is_refused(tmp_path: Path, name: str) -> None:
    change, sentence = BAD_CSV[name]
    files = _files(_sheet(tmp_path, "csv"))
    change(files)
    _refused(tmp_path / "b", _zip(files), sentence)


def _refused(folder: Path, content: bytes, sentence: str) -> None:
    desk = replace(offline_desk(folder), registry=LOOSE)
    with pytest.raises(ArchiveError) as refusal:
        convert.load(desk, io.BytesIO(content))
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_bomb_is_refused_by_what_it_says_of_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr("transfer.sheets.book.MAX_TOTAL", 2_000_000)
    files = _files(_sheet(tmp_path, form))
    files["xl/media/x.xml" if form == "xlsx" else "pages.csv"] = b" " * 3_000_000
    _refused(tmp_path / "b", _zip(files), "would unpack to more")


def test_a_bomb_that_lies_about_its_size_is_stopped(tmp_path: Path) -> None:
    """The ZIP's directory says that the sheet is small; more than it says is never unpacked."""
    content = bytearray(_zip(_files(_sheet(tmp_path, "xlsx", count=400))))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as opened:
        size = opened.getinfo(SHEET).file_size
    start = content.rfind(b"PK\x01\x02", 0, content.rfind(SHEET.encode()))
    assert int.from_bytes(content[start + 24 : start + 28], "little") == size
    content[start + 24 : start + 28] = (1000).to_bytes(4, "little")
    with pytest.raises(ArchiveError):
        convert.load(replace(offline_desk(tmp_path / "b"), registry=LOOSE), io.BytesIO(bytes(content)))


def test_a_run_that_is_stopped_often_reads_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """Begun again from its saved cursor, over and over."""
    monkeypatch.setattr("transfer.sheets.read.WINDOW", 7)
    content = _sheet(tmp_path, form, count=60)
    looks = itertools.cycle([False, True])
    desk = replace(offline_desk(tmp_path / "b"), registry=LOOSE, stopping=lambda: next(looks))
    source = f"{desk.prefix}{convert.SOURCE}"
    assert convert.take(desk, io.BytesIO(content)) == form
    cursor: dict[str, Any] = {}
    slices = 0
    while "manifest" not in cursor:
        for checkpoint in read(desk, json.loads(json.dumps(cursor)), source=source, form=form):
            cursor = checkpoint.cursor
        slices += 1
        assert slices < 100
    assert slices > 4
    whole = replace(offline_desk(tmp_path / "c"), registry=LOOSE)
    members, _ = convert.load(whole, io.BytesIO(content))
    assert [m["main"]["sha256"] for m in cursor["members"]["products"]] == [m.main.sha256 for m in members.all()]


def test_reading_holds_rows_and_not_sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.setattr("transfer.sheets.read.PART_BYTES", 300_000)
    monkeypatch.setattr("transfer.archive.merge.FAN", 4)
    peaks = []
    for count in (800, 2400):
        content = _sheet(tmp_path / str(count), form, count=count)
        desk = replace(offline_desk(tmp_path / f"read-{count}"), registry=LOOSE)
        tracemalloc.start()
        convert.load(desk, io.BytesIO(content))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5


def test_the_form_is_told_by_content_and_not_by_name(tmp_path: Path, form: str) -> None:
    assert form_of(io.BytesIO(_sheet(tmp_path, form))) == form
