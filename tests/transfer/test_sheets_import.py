"""A spreadsheet that somebody edited is planned, row by row, as its rows ask."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.support import Sandbox, archive_of, import_, total
from transfer.archive import ArchiveError
from transfer.local import offline_desk
from transfer.outcomes import Outcome, Reason, Verdict
from transfer.sheets import convert
from transfer.sheets.csv_rows import csv_restored, csv_row
from transfer.stages import IMPORT
from transfer.work import Desk, Row, Where

PLAN = IMPORT[: next(place for place, stage in enumerate(IMPORT) if stage.waits) + 1]


@pytest.fixture(scope="module")
def shop(sandbox: Sandbox) -> str:
    """A boutique that no test of this module writes to."""
    return sandbox.shop("boutique")


@pytest.fixture(scope="module")
def boutique(sandbox: Sandbox, shop: str, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return archive_of(sandbox, shop, tmp_path_factory.mktemp("boutique"))


def sheet_of(archive: bytes, form: str, folder: Path) -> bytes:
    desk = offline_desk(folder)
    with desk.storage.read(convert.save(desk, *convert.load(desk, io.BytesIO(archive)), form)) as file:
        return file.read()


@pytest.fixture(scope="module")
def xlsx(boutique: bytes, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return sheet_of(boutique, "xlsx", tmp_path_factory.mktemp("xlsx"))


def edited(xlsx: bytes, change: Callable[[Any], None]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(xlsx))
    change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    book.close()
    return buffer.getvalue()


def cell(sheet: Any, header: str, row: int) -> Any:
    """The cell of a row under a header that begins so."""
    column = next(c.column for c in sheet[1] if str(c.value).startswith(header))
    return sheet.cell(row, column)


def row_of(sheet: Any, key: str) -> int:
    column = next(c.column for c in sheet[1] if c.value == "Key")
    return int(next(c.row for c in sheet.iter_cols(column, column).__next__() if c.value == key))


def planned(sandbox: Sandbox, shop: str, file: bytes, folder: Path) -> Desk:
    desk, _ = import_(sandbox, shop, file, folder, stages=PLAN)
    return desk


def test_a_metafield_on_the_wrong_sheet_is_told_with_the_type_that_it_has(
    sandbox: Sandbox, shop: str, xlsx: bytes, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx))
    header = next(str(c.value) for c in book["product_metafields"][1] if "[number_" in str(c.value))
    name = header.partition(" [")[0]
    file = edited(xlsx, lambda made: setattr(made["products"].cell(1, made["products"].max_column + 1), "value", name))
    with pytest.raises(ArchiveError) as refusal:
        planned(sandbox, shop, file, tmp_path)
    assert f"product_metafields, with its type behind its name: {header}." in str(refusal.value)


def verdicts(desk: Desk) -> dict[str, int]:
    return {str(verdict): total(desk, f"verdict:{verdict}") for verdict in Verdict}


def of(desk: Desk, *wanted: Verdict) -> list[Row]:
    return desk.ledger.select(Where(verdicts=frozenset(wanted)), limit=100)


def _two_cells(book: Any) -> None:
    cell(book["products"], "title", 3).value = "Ümläut ＝ title"
    variants = book["products.variants"]
    cell(variants, "price", row_of(variants, cell(book["products"], "Key", 5).value)).value = 99.5


def test_two_changed_cells_are_two_updates(sandbox: Sandbox, shop: str, xlsx: bytes, tmp_path: Path) -> None:
    desk = planned(sandbox, shop, edited(xlsx, _two_cells), tmp_path)
    assert [len(row.changed) for row in of(desk, Verdict.UPDATE)] == [1, 1]
    assert {k: v for k, v in verdicts(desk).items() if v and k != "unchanged"} == {"update": 2}
    assert total(desk, "verdict:unchanged") > 3000


needs_libreoffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")


def _saved(folder: Path, form: str, *files: str) -> None:
    """Opened in LibreOffice and saved in another form, under the same names."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    reading = ["--infilter=CSV:44,34,76,1,,0,false,true"] if files[0].endswith(".csv") else []
    command = ["soffice", profile, "--headless", *reading, "--convert-to", form, "--outdir", str(folder), *files]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=200)


@needs_libreoffice
@pytest.mark.timeout(300)
def test_libreoffice_changes_nothing_by_itself(sandbox: Sandbox, shop: str, xlsx: bytes, tmp_path: Path) -> None:
    """Saved as ODS and back as XLSX, with two cells changed in between."""
    (tmp_path / "in.xlsx").write_bytes(edited(xlsx, _two_cells))
    _saved(tmp_path, "ods", "in.xlsx")
    _saved(tmp_path, "xlsx:Calc MS Excel 2007 XML", "in.ods")
    desk = planned(sandbox, shop, (tmp_path / "in.xlsx").read_bytes(), tmp_path)
    assert {k: v for k, v in verdicts(desk).items() if v and k != "unchanged"} == {"update": 2}


def test_line_ends_alone_are_no_edit(sandbox: Sandbox, tmp_path: Path) -> None:
    """Programs save a line of a cell with a line feed, and Shopify keeps what browsers send."""
    shop = sandbox.shop("nasty")
    book = sheet_of(archive_of(sandbox, shop, tmp_path), "xlsx", tmp_path)
    ends = 0

    def change(book: Any) -> None:
        nonlocal ends
        for sheet in book:
            for line in sheet.iter_rows():
                for one in line:
                    if isinstance(one.value, str) and "_x000D_\n" in one.value:
                        one.value = one.value.replace("_x000D_\n", "\n")
                        ends += 1

    desk = planned(sandbox, shop, edited(book, change), tmp_path)
    assert ends
    assert {verdict for verdict, count in verdicts(desk).items() if count} == {"unchanged"}


@needs_libreoffice
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", ["boutique", "nasty"])
def test_libreoffice_changes_nothing_of_a_book(seed: str, sandbox: Sandbox, tmp_path: Path) -> None:
    """Opened, and saved as what it is."""
    shop = sandbox.shop(seed)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "book.xlsx").write_bytes(sheet_of(archive_of(sandbox, shop, tmp_path), "xlsx", tmp_path))
    _saved(tmp_path, "xlsx:Calc MS Excel 2007 XML", "in/book.xlsx")
    desk = planned(sandbox, shop, (tmp_path / "book.xlsx").read_bytes(), tmp_path)
    assert {verdict for verdict, count in verdicts(desk).items() if count} == {"unchanged"}


@needs_libreoffice
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", ["boutique", "nasty"])
def test_libreoffice_changes_nothing_of_csv_files(seed: str, sandbox: Sandbox, tmp_path: Path) -> None:
    """Each opened with all that is recognised as a number or a date, saved as ODS and back as CSV."""
    shop = sandbox.shop(seed)
    with zipfile.ZipFile(io.BytesIO(sheet_of(archive_of(sandbox, shop, tmp_path), "csv", tmp_path))) as archive:
        archive.extractall(tmp_path)
        names = archive.namelist()
    _saved(tmp_path, "ods", *names)
    _saved(tmp_path, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true", *(f"{n[:-4]}.ods" for n in names))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as saved:
        for name in names:
            saved.write(tmp_path / name, name)
    desk = planned(sandbox, shop, buffer.getvalue(), tmp_path)
    assert {verdict for verdict, count in verdicts(desk).items() if count} == {"unchanged"}


def test_a_tab_is_written_so_that_no_program_takes_it_out() -> None:
    row = ["a\tb", "\tc", "d\n\t<p>", "_x0009_"]
    text = csv_row(row)
    assert "\t" not in text
    assert [csv_restored(cell) for cell in next(csv.reader(io.StringIO(text, newline="")))] == row


def test_csv_files_are_planned_alike(sandbox: Sandbox, shop: str, boutique: bytes, tmp_path: Path) -> None:
    """As Excel in Germany saves them, in a folder, zipped on a Mac."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(sheet_of(boutique, "csv", tmp_path))) as source,
        zipfile.ZipFile(buffer, "w") as target,
    ):
        for name in source.namelist():
            rows = list(csv.reader(io.StringIO(source.read(name).decode("utf-8-sig"), newline="")))
            if name == "products.csv":
                rows[1][rows[0].index("title")] = "Another title"
            text = io.StringIO(newline="")
            csv.writer(text, delimiter=";").writerows(rows)
            target.writestr(f"export/{name}", text.getvalue())
        target.writestr("__MACOSX/export/._products.csv", b"\x00\x05")
    desk = planned(sandbox, shop, buffer.getvalue(), tmp_path)
    (row,) = of(desk, Verdict.UPDATE)
    assert row.changed == ("title",)
    assert total(desk, "verdict:unchanged") > 3000


def test_an_empty_cell_clears_nothing_and_a_marker_does(
    sandbox: Sandbox, shop: str, xlsx: bytes, tmp_path: Path
) -> None:
    def change(book: Any) -> None:
        products = book["products"]
        for header in ("title", "descriptionHtml", "vendor", "tags", "seo.title"):
            cell(products, header, 3).value = None
        cell(products, "vendor", 4).value = "[empty]"
        cell(products, "tags", 4).value = "[Empty]"

    desk = planned(sandbox, shop, edited(xlsx, change), tmp_path)
    (row,) = of(desk, Verdict.UPDATE)
    assert row.changed == ("tags", "vendor")
    assert row.after is not None
    assert (row.after["vendor"], row.after["tags"]) == ("", [])
    assert not of(desk, Verdict.CANNOT, Verdict.CONFLICT)


def test_columns_and_rows_that_are_taken_away_are_left_alone(
    sandbox: Sandbox, shop: str, xlsx: bytes, tmp_path: Path
) -> None:
    """A merchant keeps just what is to be changed: one column of two products, and one variant's price."""

    def change(book: Any) -> None:
        for name in book.sheetnames:
            if name not in ("shopsync", "products", "products.variants"):
                del book[name]
        products, variants = book["products"], book["products.variants"]
        key = cell(products, "Key", 2).value
        products.delete_rows(4, products.max_row)
        cell(products, "vendor", 2).value = "New vendor"
        keep = {"Key", "vendor", "Command"}
        for column in sorted((c.column for c in products[1] if c.value not in keep), reverse=True):
            products.delete_cols(column)
        last = row_of(variants, key) + 1
        price, options = cell(variants, "price", last).value, cell(variants, "options", last).value
        variants.delete_rows(1, variants.max_row)
        variants.append(["price", "Key", "options (pairs)", "# my notes"])
        variants.append([str(float(price) + 1), key, options, "dearer"])

    desk = planned(sandbox, shop, edited(xlsx, change), tmp_path)
    rows = of(desk, Verdict.UPDATE)
    assert [set(row.changed) for row in rows] == [{"vendor", next(c for c in rows[0].changed if c != "vendor")}]
    assert any(path.startswith("variants.") and path.endswith(".price") for path in rows[0].changed)
    assert total(desk, "verdict:unchanged") == 1


def test_every_command_does_what_merchants_know_it_for(
    sandbox: Sandbox, shop: str, xlsx: bytes, tmp_path: Path
) -> None:
    keys: dict[str, str] = {}

    def change(book: Any) -> None:
        products = book["products"]
        for row, command in enumerate(("NEW", "merge", "UPDATE", "REPLACE", "DELETE", "IGNORE"), 2):
            keys[command] = cell(products, "Key", row).value
            cell(products, "Command", row).value = command
            cell(products, "title", row).value = f"Title of {command}"
            cell(products, "vendor", row).value = None
        definitions = book["metafield_definitions"]
        cell(definitions, "Command", 2).value = "DELETE"
        values = book["product_metafields"]
        owner = next(c.row for c in values[2][:1])
        named = next(c for c in values[owner][2:] if c.value)
        named.value = "[delete]"
        keys["value"] = named.coordinate
        title = cell(products, "title", 1).column
        for command, key in (("UPDATE", "not-there"), ("NEW", "new-one"), ("DELETE", "never-was")):
            row = products.max_row + 1
            for column, value in ((1, command), (2, key), (title, "Title")):
                products.cell(row, column).value = value

    desk = planned(sandbox, shop, edited(xlsx, change), tmp_path)
    found = {row.key[0]: row for row in desk.ledger.select(Where(resource="products"), limit=1000)}
    assert (found[keys["NEW"]].verdict, found[keys["NEW"]].reason) == (Verdict.CONFLICT, Reason.EXISTS)
    for command in ("merge", "UPDATE"):
        assert (found[keys[command]].verdict, found[keys[command]].changed) == (Verdict.UPDATE, ("title",))
    assert found[keys["REPLACE"]].changed == ("title", "vendor")
    assert found[keys["DELETE"]].verdict is Verdict.DELETE
    assert (found[keys["IGNORE"]].outcome, found[keys["IGNORE"]].reason) == (Outcome.SKIPPED, Reason.EXCLUDED)
    assert (found["not-there"].verdict, found["not-there"].reason) == (Verdict.CANNOT, Reason.NOT_THERE)
    assert (found["new-one"].verdict, found["new-one"].reason) == (Verdict.CREATE, Reason.NONE)
    assert found["never-was"].outcome is Outcome.UNCHANGED
    refused = [row for row in of(desk, Verdict.CANNOT) if row.resource == "metafield_definitions"]
    assert [row.reason for row in refused] == [Reason.NOT_PERMITTED]
    (value,) = desk.ledger.select(Where(resource="product_metafields", verdicts=frozenset({Verdict.DELETE})), limit=9)
    assert value.before is not None


def test_a_delete_is_carried_out_and_proven(sandbox: Sandbox, tmp_path: Path) -> None:
    own = sandbox.shop("plain")
    xlsx = sheet_of(archive_of(sandbox, own, tmp_path), "xlsx", tmp_path / "sheet")

    def change(book: Any) -> None:
        cell(book["products"], "Command", 2).value = "DELETE"
        cell(book["products"], "title", 3).value = "Another"

    desk, _ = import_(sandbox, own, edited(xlsx, change), tmp_path)
    (row,) = desk.ledger.select(Where(verdicts=frozenset({Verdict.DELETE})), limit=9)
    assert (row.outcome, row.verified) == (Outcome.DELETED, True)
    assert total(desk, "outcome:updated") == 1
    again = archive_of(sandbox, own, tmp_path / "again")
    members, _ = convert.load(offline_desk(tmp_path / "look"), io.BytesIO(again))
    titles = {line.key: line.fields["title"] for line in members.records("products")}
    assert row.key not in titles
    assert "Another" in titles.values()


# -- errors ------------------------------------------------------------------------------------------------------


def _wrong(book: Any) -> None:
    products = book["products"]
    cell(products, "Command", 2).value = "DESTROY"
    cell(products, "giftCard", 3).value = "maybe"
    cell(products, "Key", 4).value = None
    cell(products, "title", 5).value = "=A1"
    cell(book["products.variants"], "options", 3).value = "no equals sign"


def test_an_error_of_an_item_stands_at_the_items_own_row(xlsx: bytes, tmp_path: Path) -> None:
    desk = offline_desk(tmp_path)

    def change(book: Any) -> None:
        cell(book["products.variants"], "price", 7).value = "dear"
        cell(book["products"], "status", 3).value = "SOON"

    with pytest.raises(ArchiveError, match=r"Sheet products\.variants, row 7, column price: this must be a text "):
        convert.load(desk, io.BytesIO(edited(xlsx, change)))
    name = convert.errors_of(desk)
    assert name is not None
    with desk.storage.read(name) as file:
        book = openpyxl.load_workbook(io.BytesIO(file.read()))
    assert str(book["products.variants"].cell(7, 1).value).startswith("price: this must be a text with an amount")
    assert str(book["products"].cell(3, 1).value).startswith("status: this must be ")
    assert book["products.variants"].cell(2, 1).value is None


def test_rows_of_items_that_are_taken_away_clear_nothing(
    sandbox: Sandbox, shop: str, xlsx: bytes, tmp_path: Path
) -> None:
    """Those of one product, and the sheets of all; what still stands there is planned."""

    def some(book: Any) -> None:
        variants = book["products.variants"]
        for row in range(variants.max_row, 1, -1):
            if cell(variants, "Key", row).value == cell(book["products"], "Key", 3).value:
                variants.delete_rows(row)
        cell(book["products"], "title", 3).value = "Another title"

    def all_(book: Any) -> None:
        for name in ("products.options", "products.variants"):
            del book[name]
        cell(book["products"], "title", 3).value = "Another title"

    for number, change in enumerate((some, all_)):
        desk = planned(sandbox, shop, edited(xlsx, change), tmp_path / str(number))
        (row,) = of(desk, Verdict.UPDATE)
        assert row.changed == ("title",)
        assert not of(desk, Verdict.CANNOT, Verdict.CONFLICT)


def test_errors_name_sheet_row_and_column_and_come_back_in_the_file(
    sandbox: Sandbox, shop: str, xlsx: bytes, tmp_path: Path
) -> None:
    desk = offline_desk(tmp_path)
    with pytest.raises(ArchiveError) as refusal:
        convert.load(desk, io.BytesIO(edited(xlsx, _wrong)))
    assert str(refusal.value).startswith("Sheet products, row 2, column Command: this must be one of NEW, MERGE")
    assert "\n" not in str(refusal.value)
    name = convert.errors_of(desk)
    assert name is not None
    with desk.storage.read(name) as file:
        annotated = file.read()
    book = openpyxl.load_workbook(io.BytesIO(annotated))
    found = {row: book["products"].cell(row, 1).value for row in range(1, 8)}
    assert found[1] == "Error"
    assert "Command" in found[2] and "TRUE or FALSE" in found[3] and "Key" in found[4] and "formula" in found[5]
    assert found[6] is None
    assert "Size=M" in book["products.variants"].cell(3, 1).value
    assert (
        cell(book["products"], "title", 6).value
        == cell(openpyxl.load_workbook(io.BytesIO(xlsx))["products"], "title", 6).value
    )
    book.close()

    def mend(book: Any) -> None:
        """What was wrong is put right; the error column stays."""
        original = openpyxl.load_workbook(io.BytesIO(xlsx))
        for sheet, header, row in (
            ("products", "Command", 2),
            ("products", "giftCard", 3),
            ("products", "Key", 4),
            ("products", "title", 5),
            ("products.variants", "options", 3),
        ):
            cell(book[sheet], header, row).value = cell(original[sheet], header, row).value
        original.close()

    mended = edited(annotated, mend)
    desk = planned(sandbox, shop, mended, tmp_path / "mended")
    assert {k for k, v in verdicts(desk).items() if v} == {"unchanged"}


def test_what_was_not_written_comes_back_in_the_file(sandbox: Sandbox, tmp_path: Path) -> None:
    own = sandbox.shop("plain")
    xlsx = sheet_of(archive_of(sandbox, own, tmp_path), "xlsx", tmp_path / "sheet")
    file = edited(xlsx, lambda book: setattr(cell(book["products"], "Command", 3), "value", "NEW"))
    desk, _ = import_(sandbox, own, file, tmp_path)
    with desk.storage.read(f"{desk.prefix}errors.xlsx") as made:
        book = openpyxl.load_workbook(io.BytesIO(made.read()))
    assert [book["products"].cell(row, 1).value for row in (1, 2)] == ["Error", None]
    assert book["products"].cell(3, 1).value.startswith("It exists already")
    book.close()


BAD: dict[str, tuple[Callable[[Any], None], str]] = {
    "another's sheet": (lambda b: b.create_sheet("Orders").append(["a"]), "Sheet Orders: this sheet is no resource"),
    "an unknown field": (
        lambda b: setattr(b["products"].cell(1, 40), "value", "colour"),
        "Sheet products, row 1, column colour: products have no such field",
    ),
    "no key": (
        lambda b: setattr(cell(b["products.variants"], "Key", 1), "value", "# key"),
        "Sheet products.variants, row 1, column Key: this column is missing",
    ),
    "a header twice": (
        lambda b: setattr(b["products"].cell(1, 40), "value", "title"),
        "Sheet products, row 1, column title: two columns",
    ),
    "a metafield without type": (
        lambda b: setattr(b["product_metafields"].cell(1, 300), "value", "custom.x"),
        "Sheet product_metafields, row 1, column custom.x: a metafield's header",
    ),
    "a row twice": (
        lambda b: b["metafield_definitions"].append([c.value for c in b["metafield_definitions"][2]]),
        "column Key: another row has this key too",
    ),
    "a damaged first sheet": (
        lambda b: setattr(b["shopsync"].cell(2, 2), "value", "{"),
        "The sheet shopsync, manifest: this is not JSON",
    ),
    "a later version": (lambda b: setattr(b["shopsync"].cell(1, 2), "value", "9"), "another version"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_with_a_whole_sheet_is_said(xlsx: bytes, tmp_path: Path, name: str) -> None:
    change, sentence = BAD[name]
    with pytest.raises(ArchiveError) as refusal:
        convert.load(offline_desk(tmp_path), io.BytesIO(edited(xlsx, change)))
    assert sentence in str(refusal.value)


def test_a_sheet_made_by_hand_needs_no_first_sheet(sandbox: Sandbox, shop: str, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("products").append(["Key", "title", "#note"])
    book["products"].append(["blue-00011", "By hand", "x"])
    book.create_sheet("# notes").append(["anything", "=1"])
    buffer = io.BytesIO()
    book.save(buffer)
    desk = planned(sandbox, shop, buffer.getvalue(), tmp_path)
    (row,) = of(desk, Verdict.UPDATE)
    assert (row.key, row.changed) == (("blue-00011",), ("title",))


def test_a_translation_stays_older_than_its_text_until_somebody_says_otherwise(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """An upload of the same file, or of one with another edit, says nothing of it."""
    shop = sandbox.shop("boutique", products=3)
    book = sheet_of(archive_of(sandbox, shop, tmp_path), "xlsx", tmp_path)

    def change(made: Any) -> None:
        sheet = made["products"]
        cell(sheet, "title", row_of(sheet, "iron-00002")).value = "Quite new"

    file = edited(book, change)
    desk, _ = import_(sandbox, shop, file, tmp_path)
    told = [row for row in desk.ledger.select(Where(resource="translations"), limit=500) if "older" in row.detail]
    assert {row.key[:2] for row in told} == {("products", "iron-00002")}
    for _ in range(2):
        again, _ = import_(sandbox, shop, file, tmp_path)
        assert again.client.writes == 0
