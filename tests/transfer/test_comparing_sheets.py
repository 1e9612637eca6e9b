"""A spreadsheet beside another side: what it does not say is not compared."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.builder import Builder
from tests.support import Sandbox, archive_of
from tests.transfer.test_sheets_by_hand import book
from tests.transfer.test_sheets_import import sheet_of
from transfer.fidelity import Side, fidelity, summary
from transfer.local import offline_desk
from transfer.registry import RESOURCES
from transfer.sheets import convert
from transfer.sheets.book import ARCHIVE, form_of

TEXT = "single_line_text_field"
PAGE = "mutation P($p: PageCreateInput!) { pageCreate(page: $p) { page { id } userErrors { message } } }"
WORDS = ("equal", "differing", "only_left", "only_right", "ignored")
Sheets = dict[str, list[list[str]]]
NAMES = {name for kind in RESOURCES.values() for name in kind.keyed_lists.values()}  # what items are known by
KEPT = {"Command", "Key", "Position", *NAMES}
MOST = 32  # columns of a sheet that are looked at: all but those of many metafields
KINDS = ["customers", "companies", "company_locations", "company_contacts", "inventory_levels"]


@pytest.fixture(scope="module")
def archive(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    also = frozenset(KINDS)
    return archive_of(sandbox, sandbox.shop("boutique", products=3), tmp_path_factory.mktemp("a"), also=also)


@pytest.fixture(scope="module")
def sheets(archive: bytes, tmp_path_factory: pytest.TempPathFactory) -> Sheets:
    """The archive as CSV files: sheet -> rows, the header first."""
    with zipfile.ZipFile(io.BytesIO(sheet_of(archive, "csv", tmp_path_factory.mktemp("csv")))) as file:
        texts = {name: file.read(name).decode("utf-8-sig") for name in file.namelist()}
    read = {name: list(csv.reader(io.StringIO(text))) for name, text in texts.items()}
    return {name: rows for name, rows in read.items() if "shopsync" not in name and len(rows) > 1}


def written(sheets: Sheets) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, rows in sheets.items():
            text = io.StringIO()
            csv.writer(text).writerows(rows)
            file.writestr(name, text.getvalue())
    return made.getvalue()


def some(sheets: Sheets, at: int) -> Sheets:
    """Of every sheet the columns by which rows are known, and one more."""
    found: Sheets = {}
    for name, rows in sheets.items():
        head = rows[0]
        if "value" in head:  # a row per value says all of it
            continue
        known = [place for place, header in enumerate(head) if header.partition(" (")[0] in KEPT]
        rest = [place for place in range(len(head)) if place not in known]
        if at < len(rest):
            found[name] = [[row[place] for place in (*known, rest[at])] for row in rows]
    return found


@pytest.fixture
def compared(tmp_path: Path) -> Callable[[bytes, bytes], dict[str, Any]]:
    folders = (tmp_path / str(number) for number in range(1000))

    def side(file: bytes, folder: Path) -> Side:
        members, manifest = convert.load(offline_desk(folder), io.BytesIO(file))
        return Side(members, frozenset(manifest.whole), sheet=form_of(io.BytesIO(file)) != ARCHIVE)

    def compare(left: bytes, right: bytes) -> dict[str, Any]:
        desk = offline_desk(next(folders))
        *_, last = fidelity(desk, {}, left=side(left, next(folders)), right=side(right, next(folders)))
        return summary(last.cursor["resources"])

    return compare


@pytest.fixture(scope="module")
def store(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A store of four records, each of which has more than a row of these tests says."""
    shop = Builder(sandbox)
    shop.define("mat", {"key": "name", "type": TEXT}, {"key": "grade", "type": "number_integer"})
    shop.entry("mat", "wool", name="Wool", grade="3")
    shop.ask(PAGE, p={"title": "About", "handle": "about", "body": "<p>x</p>"})
    shop.product("bag", {"Size": ["S", "M"]}, title="Bag", vendor="V", tags=["a"])
    return archive_of(sandbox, shop.shop, tmp_path_factory.mktemp("store"))


def columns(sheets: Sheets) -> Iterator[Sheets]:
    yield from (some(sheets, at) for at in range(MOST))


def test_of_no_kind_is_compared_what_a_column_does_not_say(
    archive: bytes, sheets: Sheets, compared: Callable[[bytes, bytes], dict[str, Any]]
) -> None:
    """Every kind, one column after the other: against the archive in either order, and against the column before."""
    before = written(sheets)
    for number, own in enumerate(columns(sheets)):
        file = written(own)
        for sides in ((file, archive), (archive, file), (before, file)):
            told = compared(*sides)
            apart = {name: one["examples"] for name, one in told["resources"].items() if any(one["examples"].values())}
            assert (number, apart) == (number, {})
        before = file


Rows = list[list[str]]


@pytest.mark.parametrize(
    ("name", "rows", "expected"),
    [
        ("pages", [["Key", "title"], ["about", "About"]], {"equal": 1}),
        ("pages", [["Key", "title"], ["about", "Other"]], {"differing": 1}),
        ("pages", [["Command", "Key", "title"], ["NEW", "about", "About"]], {"equal": 1}),
        ("pages", [["Command", "Key", "title"], ["NEW", "", "Contact"]], {"only_left": 1}),
        ("pages", [["Command", "Key", "title"], ["IGNORE", "about", "Other"]], {"ignored": 1}),
        ("pages", [["Command", "Key", "title"], ["DELETE", "about", ""]], {"only_right": 1}),
        ("pages", [["Command", "Key", "title"], ["DELETE", "gone", ""]], {}),
        ("pages", [["Command", "Key", "title"], ["REPLACE", "about", "About"]], {"differing": 1}),
        ("pages", [["Key", "title", "body"], ["about", "About", "[empty]"]], {"differing": 1}),
        ("products", [["Key", "title"], ["bag", "Bag"]], {"equal": 1}),
        ("products", [["Key", "tags"], ["bag", "[empty]"]], {"differing": 1}),
        ("products", [["Command", "Key", "title"], ["REPLACE", "bag", "Bag"]], {"differing": 1}),
        ("products.variants", [["Key", "options", "price"], ["bag", "Size=S", "1.0"]], {"equal": 1}),
        ("products.variants", [["Key", "options", "price"], ["bag", "Size=S", "2"]], {"differing": 1}),
        ("products.variants", [["Key", "options", "price"], ["bag", "Size=L", "2"]], {"differing": 1}),
        ("metaobject_definitions", [["Key", "name"], ["mat", "Mat"]], {"equal": 1}),
        ("metaobjects (mat)", [["Key", f"fields.name [{TEXT}]"], ["wool", "Wool"]], {"equal": 1}),
        ("metaobjects (mat)", [["Key", f"fields.name [{TEXT}]"], ["wool", "Silk"]], {"differing": 1}),
    ],
)
def test_a_row_is_compared_by_what_it_means(
    name: str, rows: Rows, expected: dict[str, int], store: bytes, compared: Callable[[bytes, bytes], dict[str, Any]]
) -> None:
    sheet = written({f"{name}.csv": rows})
    told = compared(sheet, store)
    assert {word: told["totals"][word] for word in WORDS if told["totals"][word]} == expected
    assert told["equal"] is not bool(set(expected) - {"equal", "ignored"})
    turned = {"only_left": "only_right", "only_right": "only_left"}
    other = compared(store, sheet)["totals"]
    assert {turned.get(word, word): other[word] for word in WORDS if other[word]} == expected


def test_of_two_sheets_is_compared_what_both_say(
    compared: Callable[[bytes, bytes], dict[str, Any]],
) -> None:
    titles = written({"products.csv": [["Key", "title", "vendor"], ["bag", "Bag", "V"]]})
    others = written({"products.csv": [["Key", "title", "productType"], ["bag", "Sack", "T"]]})
    types = written({"products.csv": [["Key", "productType"], ["bag", "T"]]})
    told = compared(titles, others)["resources"]["products"]
    assert (told["differing"], set(told["fields"])) == (1, {"title"})
    assert compared(titles, types)["equal"]
    variants = written({"products.variants.csv": [["Key", "options", "price"], ["bag", "Size=S", "1"]]})
    dearer = written({"products.variants.csv": [["Key", "options", "price"], ["bag", "Size=S", "2"]]})
    assert compared(titles, variants)["equal"]
    assert compared(dearer, variants)["resources"]["products"]["fields"]["variants.price"]["differing"] == 1


def test_what_a_field_comes_to_is_counted_where_a_sheet_speaks_of_it(
    store: bytes, compared: Callable[[bytes, bytes], dict[str, Any]]
) -> None:
    told = compared(store, written({"products.csv": [["Key", "title"], ["bag", "Bag"]]}))["resources"]["products"]
    assert set(told["fields"]) == {"title"}


def test_rows_that_say_that_there_is_none_are_equal_to_none(
    store: bytes, compared: Callable[[bytes, bytes], dict[str, Any]]
) -> None:
    """Of what a store has none of it has no record: no pins, and no order of one product."""
    rows: Mapping[str, Mapping[str, object]] = {
        "metafield_pins": {"Key": "ORDER", "pinned (list)": "[empty]"},
        "collection_orders": {"Key": "all", "products (list)": "bag"},
    }
    for name, own in rows.items():
        file = book({name: [own]})
        for sides in ((file, store), (store, file)):
            totals = compared(*sides)["totals"]
            assert (totals["equal"], totals["only_left"], totals["only_right"]) == (1, 0, 0), name
