"""A spreadsheet whose rows take something away, uploaded twice: what hung on it is not asked for in vain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.builder import Builder, troubles
from tests.support import Sandbox, archive_of, import_
from tests.transfer.test_emptied import LANGUAGE, REGISTER, TEXTS
from tests.transfer.test_sheets_import import cell, edited, row_of, sheet_of
from transfer.outcomes import Outcome, Verdict
from transfer.work import Desk, Where

TEXT = "single_line_text_field"
KINDS = ["products", "product_metafields", "variant_metafields", "inventory_levels", "locales", "translations"]
VALUES = """query V($id: ID!) {
  product(id: $id) { variants(first: 9) { nodes { metafields(first: 9) { nodes { id } } } } } }"""


def wardrobe(sandbox: Sandbox) -> Builder:
    shop = Builder(sandbox)
    shirt = shop.product("shirt", {"Size": ["S", "M"]})
    shop.metafield(shirt, "custom.care", TEXT, "Cold")
    for variant in shop.variants(shirt):
        shop.metafield(variant, "custom.care", TEXT, "Cold")
    shop.ask(LANGUAGE)
    for node in shop.ask(VALUES, id=shirt)["product"]["variants"]["nodes"]:
        (value,) = node["metafields"]["nodes"]
        (content,) = shop.ask(TEXTS, id=value["id"])["translatableResource"]["translatableContent"]
        own = {"key": content["key"], "locale": "de", "value": "Kalt", "translatableContentDigest": content["digest"]}
        assert not shop.ask(REGISTER, id=value["id"], given=[own])["translationsRegister"]["userErrors"]
    return shop


def without_medium(book: Any) -> None:
    variants = book["products.variants"]
    variants.delete_rows(next(row for row in range(2, 9) if "M" in str(cell(variants, "options", row).value)))
    cell(book["products"], "Command", 2).value = "REPLACE"
    cell(book["products"], "variants", 2).value = None


def deleted(book: Any) -> None:
    cell(book["products"], "Command", 2).value = "DELETE"


def changed(book: Any) -> None:
    """As somebody forgets a row of the variant that they take away."""
    without_medium(book)
    values = book["variant_metafields"]
    cell(values, "custom.care", row_of(values, "shirt/Size/M")).value = "Warm"


def told(desk: Desk) -> dict[tuple[str, ...], tuple[str, str]]:
    rows = desk.ledger.select(Where(resource="variant_metafields"), limit=9)
    return {row.key[2:3]: (row.outcome, row.detail) for row in rows}


@pytest.mark.parametrize("change", [without_medium, deleted, changed])
def test_the_second_upload_has_nothing_to_do(change: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    shop = wardrobe(sandbox)
    archive = archive_of(sandbox, shop.shop, tmp_path, resources=KINDS)
    file = edited(sheet_of(archive, "xlsx", tmp_path / "sheet"), change)
    first, _ = import_(sandbox, shop.shop, file, tmp_path)
    assert troubles(first) == {}
    home = "products/shirt" if change is deleted else "variants/shirt/Size/M"
    assert told(first)["M",] == (Outcome.DELETED, f"It went with shopsync:{home}, on which it hung.")
    again, _ = import_(sandbox, shop.shop, file, tmp_path)
    assert troubles(again) == {}
    assert again.client.writes == 0
    assert "translations" in again.ledger.tally()
    assert {str(row.verdict) for row in again.ledger.select(Where(), limit=99)} == {Verdict.UNCHANGED}
    assert told(again)["M",] == (
        Outcome.UNCHANGED,
        "It hangs on shopsync:variants/shirt/Size/M, which a row takes away.",
    )
    assert (told(again)["S",][1] == "") is (change is not deleted)
