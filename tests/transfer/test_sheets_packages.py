"""The files inside an XLSX are found by their relationships, however they are called; what has none is no workbook."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.transfer.test_sheets_by_hand import records
from transfer.archive import ArchiveError
from transfer.registry import RESOURCES
from transfer.sheets.book import form_of, quick_look
from transfer.sheets.xlsx import MAIN, RELATIONS

Files = dict[str, bytes]
SAID = [(("shirt",), {"variants": [{"sku": "00501", "barcode": "2026-01-31"}]})]
STYLES, STRINGS, SHEET = "xl/styles.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"
LINKS = "xl/_rels/workbook.xml.rels"


def saved(*, since_1904: bool = False) -> Files:
    """The files of a workbook with shared texts, a format and a date."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    if since_1904:
        made.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = made.create_sheet("products.variants")
    sheet.append(["Key", "sku", "barcode"])
    sheet.append(["shirt", 501, datetime.date(2026, 1, 31)])
    sheet["B2"].number_format = "00000"
    made.save(buffer := io.BytesIO())
    with zipfile.ZipFile(buffer) as opened:
        return shared({name: opened.read(name) for name in opened.namelist()})


def shared(files: Files) -> Files:
    """With the texts of cells in a file of their own, as Excel writes them."""
    texts: list[bytes] = []

    def moved(match: re.Match[bytes]) -> bytes:
        texts.append(match[1])
        return b't="s"><v>%d</v>' % (len(texts) - 1)

    sheet = re.sub(rb't="inlineStr"><is><t>([^<]*)</t></is>', moved, files[SHEET])
    link = f'<Relationship Id="t" Type="{RELATIONS}/sharedStrings" Target="/{STRINGS}"/></Relationships>'.encode()
    links = files[LINKS].replace(b"</Relationships>", link)
    content = b'<sst xmlns="%b">%b</sst>' % (MAIN.encode(), b"".join(b"<si><t>%b</t></si>" % text for text in texts))
    return {**files, SHEET: sheet, LINKS: links, STRINGS: content}


def packed(files: Files) -> bytes:
    with zipfile.ZipFile(buffer := io.BytesIO(), "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return buffer.getvalue()


def called(**names: str) -> Callable[[Files], Files]:
    """Other names for files, and for what leads to them. As Excel on the web: ``xl/workbook22.xml``."""

    def change(files: Files) -> Files:
        found: Files = {}
        for name, content in files.items():
            for old, new in names.items():
                name = name.replace(f"{old}.xml", f"{new}.xml")
                content = content.replace(f"{old}.xml".encode(), f"{new}.xml".encode())
            found[name] = content
        return found

    return change


def linked(old: str, new: str) -> Callable[[Files], Files]:
    def change(files: Files) -> Files:
        assert old.encode() in files[LINKS]
        return {**files, LINKS: files[LINKS].replace(old.encode(), new.encode())}

    return change


OTHERWISE: dict[str, Callable[[Files], Files]] = {
    "as usual": lambda files: files,
    "the workbook": called(workbook="workbook22"),
    "the styles": called(styles="styles22"),
    "the texts": called(sharedStrings="sharedStrings22"),
    "all of them": called(workbook="w", styles="s", sharedStrings="t", sheet1="x/y"),
    "in other capitals": linked("sharedStrings.xml", "SharedStrings.XML"),
    "from the root": linked('Target="styles.xml"', 'Target="/xl/styles.xml"'),
    "around a corner": linked('Target="styles.xml"', 'Target="./worksheets/../styles.xml"'),
    "with other slashes": lambda files: {name.replace("/", "\\"): content for name, content in files.items()},
    "strict": lambda files: {
        name: content.replace(RELATIONS.encode(), b"http://purl.oclc.org/ooxml/officeDocument/relationships")
        for name, content in files.items()
    },
}


@pytest.mark.parametrize("how", OTHERWISE)
@pytest.mark.parametrize("since_1904", [False, True])
def test_a_workbook_is_read_whatever_its_files_are_called(how: str, since_1904: bool, tmp_path: Path) -> None:
    content = packed(OTHERWISE[how](saved(since_1904=since_1904)))
    assert quick_look(io.BytesIO(content), form_of(io.BytesIO(content)), RESOURCES) == ["products"]
    assert records(content, tmp_path)["products"] == SAID


def without(name: str) -> Callable[[Files], Files]:
    return lambda files: {own: content for own, content in files.items() if own != name}


def with_(name: str, content: bytes) -> Callable[[Files], Files]:
    return lambda files: {**files, name: content}


_DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><Relationships/>'
_MANY = b"<Relationships>" + b"<Relationship/>" * 100_001 + b"</Relationships>"
WORKBOOK = b'<a xmlns="x" xmlns:r="y"><Relationship Type="http://purl.oclc.org/ooxml/officeDocument/relationships/'
REFUSED: dict[str, tuple[Callable[[Files], Files], str]] = {
    "styles that are not there": (without(STYLES), "part of the file is missing"),
    "texts that are not there": (without(STRINGS), "part of the file is missing"),
    "texts that nothing leads to": (linked("relationships/sharedStrings", "relationships/x"), "names a text"),
    "styles on another machine": (linked("styles.xml", "http://example.com/s.xml"), "part of the file is missing"),
    "a path that leads out": (linked("styles.xml", "../../../etc/passwd"), "part of the file is missing"),
    "no relationships of the workbook": (without(LINKS), "part of the file is missing"),
    "one name in two capitals": (with_("xl/Styles.xml", b""), "twice"),
    "a document type": (with_("_rels/.rels", _DOCTYPE), "document type"),
    "too many relationships": (with_(LINKS, _MANY), "more than a spreadsheet can"),
    "relationships that say nothing": (with_("_rels/.rels", b"<a><Relationship/></a>"), "This file is no workbook"),
    "a workbook that is itself": (
        with_("_rels/.rels", WORKBOOK + b'officeDocument" Target="_rels/.rels"/></a>'),
        "This file is no workbook",
    ),
    "a text document": (with_("xl/workbook.xml", b"<document/>"), "This file is no workbook; save it as XLSX"),
    "a binary workbook": (
        with_("_rels/.rels", WORKBOOK + b'officeDocument" Target="xl/workbook.bin"/></a>'),
        "a binary workbook",
    ),
    "an OpenDocument file": (lambda files: {"mimetype": b"x", "content.xml": b"<a/>"}, "an OpenDocument file"),
    "a number that is none": (
        lambda files: {**files, SHEET: files[SHEET].replace(b' s="', ' s="²'.encode(), 1)},
        "a number that none can have",
    ),
    "a text before the first": (
        lambda files: {**files, SHEET: files[SHEET].replace(b"<v>0</v>", b"<v>-1</v>", 1)},
        "names a text that the file does not hold",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_workbook_or_lacks_a_part_is_refused(what: str, tmp_path: Path) -> None:
    change, sentence = REFUSED[what]
    with pytest.raises(ArchiveError, match=sentence):
        records(packed(change(saved())), tmp_path)


@pytest.mark.parametrize("number", ["²", "9" * 5000])
def test_a_format_that_has_no_number_shows_the_number_itself(number: str, tmp_path: Path) -> None:
    files = saved()
    files[STYLES] = files[STYLES].replace(b'numFmtId="14"', f'numFmtId="{number}"'.encode())
    files[STYLES] = files[STYLES].replace(b'numFmtId="165"', f'numFmtId="{number}"'.encode())
    ((_, fields),) = records(packed(files), tmp_path)["products"]
    assert fields["variants"][0]["sku"] in ("00501", "501")
