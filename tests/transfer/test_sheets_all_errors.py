"""All that is wrong with a record comes back at once, however many of its places and rows that are."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.transfer.test_registry import each, records
from tests.transfer.test_shapes import TYPES, every, put
from tests.transfer.test_sheets_by_hand import Cells, book
from transfer.all_wrong import all_wrong
from transfer.archive import ArchiveError
from transfer.local import offline_desk
from transfer.resource import Resource
from transfer.sheets import convert


def _refused(file: bytes, folder: Path) -> tuple[str, dict[str, list[str]]]:
    """The refusal, and what the error column of each sheet says, row by row."""
    desk = offline_desk(folder)
    with pytest.raises(ArchiveError) as refusal:
        convert.load(desk, io.BytesIO(file))
    name = convert.errors_of(desk)
    assert name is not None
    with desk.storage.read(name) as made:
        found = openpyxl.load_workbook(io.BytesIO(made.read()))
    said = {sheet.title: [row[0] or "" for row in sheet.iter_rows(min_row=2, values_only=True)] for sheet in found}
    found.close()
    return str(refusal.value), {name: [str(one) for one in own] for name, own in said.items()}


def _variants(key: str, **more: object) -> list[Cells]:
    return [{"Key": key, "options": f"Size={size}", **more} for size in ("S", "M", "L", "XL")]


@pytest.mark.parametrize("command", ["", "MERGE", "UPDATE", "REPLACE", "NEW"])
def test_every_row_of_a_record_is_told_at_once(command: str, tmp_path: Path) -> None:
    rows: list[Cells] = [
        {"Key": "lamp", "title": "x" * 300, "status": "live", "category": "Shoes"},
        {"Key": "bulb", "title": "Bulb", "status": "ACTIVE", "category": ""},
    ]
    dear: dict[str, object] = {"price": "21.00 €"}
    variants = [*_variants("lamp", **dear), *_variants("bulb", **dear)]
    refusal, said = _refused(book({"products": rows, "products.variants": variants}, command), tmp_path)
    assert [name for name in ("title:", "status:", "category:") if name in said["products"][0]] == [
        *("title:", "status:", "category:")
    ]
    assert said["products"][1] == ""
    assert ["price: " in one for one in said["products.variants"]] == [True] * 8
    assert " 10 more places have errors." in refusal


def test_what_a_new_record_lacks_is_told_beside_what_is_wrong_with_it(tmp_path: Path) -> None:
    rows: list[Cells] = [{"Key": "PRODUCT/custom/care", "access.storefront": "nobody"}]
    _, said = _refused(book({"metafield_definitions": rows}), tmp_path)
    (told,) = said["metafield_definitions"]
    assert "access.storefront: " in told and "type: this is missing" in told


@pytest.mark.parametrize("command", ["", "REPLACE", "NEW"])
def test_a_cell_that_cannot_be_read_hides_nothing_of_its_record(command: str, tmp_path: Path) -> None:
    rows: list[Cells] = [{"Key": "lamp", "giftCard (boolean)": "perhaps", "status": "live"}]
    variants: list[Cells] = [
        *({"Key": "lamp", "options (pairs)": "S", "price": "1"}, {"Key": "lamp", "options (pairs)": "M", "price": "x"}),
        {"Key": "lamp", "options (pairs)": "Size=L", "taxable (boolean)": "yes", "price": "2 €"},
    ]
    refusal, said = _refused(book({"products": rows, "products.variants": variants}, command), tmp_path)
    columns = [[one.split(":")[0] for one in row.split(". ") if ":" in one] for row in said["products.variants"]]
    assert [name in said["products"][0] for name in ("giftCard (boolean): ", "status: ")] == [True] * 2
    assert columns == [["options (pairs)"], ["options (pairs)", "price"], ["taxable (boolean)", "price"]]
    assert " 6 more places have errors." in refusal


def test_a_key_that_is_none_hides_nothing_of_its_row(tmp_path: Path) -> None:
    refusal, said = _refused(book({"products": [{"Key": "a b/c", "status": "live"}]}, "MERGE"), tmp_path)
    assert "Key: " in said["products"][0] and "status: " in said["products"][0]
    assert " 1 more place has errors." in refusal


def test_of_more_than_can_be_told_no_number_is_claimed(tmp_path: Path) -> None:
    rows: list[Cells] = [{"Key": f"lamp-{number}", "status": "live"} for number in range(600)]
    refusal, _ = _refused(book({"products": rows}, "MERGE"), tmp_path)
    assert " At least 499 more places have errors." in refusal


@each
def test_the_first_of_all_is_the_one_that_is_told_alone(resource: Resource) -> None:
    for record in records(resource):
        assert list(all_wrong(resource.shape, record.fields)) == []
        for path, _ in every(record.fields):
            for junk in TYPES:
                changed: Any = put(record.fields, path, junk) if path else junk
                for part in (False, True):
                    assert next(all_wrong(resource.shape, changed, part), None) == resource.shape.wrong(changed, part)


@each
def test_two_places_that_are_wrong_are_both_told(resource: Resource) -> None:
    for record in records(resource):
        strange = {"bogus": 1, **record.fields}
        for name in record.fields:
            both = {**strange, name: ["\x07"] if not isinstance(record.fields[name], list) else "\x07"}
            alone = resource.shape.wrong({**record.fields, name: both[name]})
            told = list(all_wrong(resource.shape, both))
            assert "bogus" in str(told[0]) and (alone is None or alone in told)
