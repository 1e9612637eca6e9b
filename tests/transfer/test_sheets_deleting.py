"""A row with DELETE: what hangs on its record goes with it, and what names it says so, however equal it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.archives import Record
from tests.archives import edited as rewritten
from tests.builder import NAME, Builder, troubles
from tests.meddle import row
from tests.support import Sandbox, archive_of, import_
from tests.transfer.test_linked_options import LINK, defined, lamp, links, put, read
from tests.transfer.test_sheets_by_hand import Cells, book
from tests.transfer.test_sheets_import import PLAN, cell, edited, row_of, sheet_of
from transfer.deleting import MADE_OF
from transfer.outcomes import Outcome, Reason, Verdict
from transfer.registry import RESOURCES
from transfer.stages import COMPARISON
from transfer.work import Where

LOST = Reason.UNRESOLVED_REFERENCE
TEXT = "single_line_text_field"
GONE: Cells = {"Key": "shirt"}
HANGING: dict[str, dict[str, Cells]] = {
    "a value that is there": {"product_metafields": {"Key": "shirt", f"custom.note [{TEXT}]": "new"}},
    "a new value": {"product_metafields": {"Key": "shirt", f"custom.more [{TEXT}]": "new"}},
    "a value of a variant": {"variant_metafields": {"Key": "shirt/Size/S", f"custom.note [{TEXT}]": "new"}},
    "a translation": {"translations (products)": {"Key": "products/shirt/fr", "texts.title": "Chemise"}},
    "a place on a channel": {
        "product_publications": {"Key": "shirt"},
        "product_publications.channel": {"Key": "shirt", "channel": "Online Store", "published (boolean)": True},
    },
    "stock": {
        "inventory_levels": {"Key": "shirt/Size/S"},
        "inventory_levels.levels": {"Key": "shirt/Size/S", "location": "Shop location", "available (number)": 4},
    },
}


@pytest.mark.parametrize("what", HANGING)
def test_what_hangs_on_a_deleted_record_is_not_written_before(what: str, sandbox: Sandbox, tmp_path: Path) -> None:
    shop = Builder(sandbox)
    shop.metafield(shop.product("shirt", {"Size": ["S", "M"]}), "custom.note", TEXT, "old")
    shop.ask('mutation { shopLocaleEnable(locale: "fr") { userErrors { message } } }')
    sheets = {"products": [GONE], **{name: [row] for name, row in HANGING[what].items()}}
    made = edited(book(sheets, "MERGE"), lambda made: setattr(cell(made["products"], "Command", 2), "value", "DELETE"))
    desk, _ = import_(sandbox, shop.shop, made, tmp_path)
    (product,) = desk.ledger.select(Where(resource="products", verdicts=frozenset({Verdict.DELETE})), limit=9)
    assert (product.outcome, product.verified) == (Outcome.DELETED, True)
    (kind,) = {name.partition(".")[0].partition(" ")[0] for name in HANGING[what]}
    rows = [row for row in desk.ledger.select(Where(resource=kind), limit=9) if row.verdict is not Verdict.EXTRA]
    assert [(row.outcome, row.reason, row.detail) for row in rows] == [
        (Outcome.SKIPPED, Reason.EXCLUDED, f"It hangs on shopsync:{owner(kind)}, which a row deletes.")
    ]
    assert desk.client.writes == 1


def owner(kind: str) -> str:
    return "variants/shirt/Size/S" if kind in ("variant_metafields", "inventory_levels") else "products/shirt"


MENU = """mutation M($items: [MenuItemCreateInput!]!) {
  menuCreate(title: "More", handle: "more", items: $items) { menu { id } userErrors { message } } }"""
COLLECTION = """mutation C($collection: CollectionCreateInput!) {
  collectionCreate(collection: $collection) { collection { id } userErrors { message } } }"""
NAMING = [
    ("metaobjects", ("card", "one"), "fields.seen"),
    ("product_metafields", ("hat", "custom", "list"), "value"),
    ("product_metafields", ("hat", "custom", "one"), "value"),
    ("menus", ("more",), "items"),
    ("collections", ("chosen",), "sources"),
    ("collection_orders", ("chosen",), "products"),
]


def named_everywhere(shop: Builder) -> None:
    """A shirt, and everything that may refer to it."""
    shirt, hat = shop.product("shirt", {"Size": ["S", "M"]}), shop.product("hat", {"Size": ["S"]})
    shop.define("card", NAME, {"key": "seen", "type": "product_reference"})
    shop.entry("card", "one", name="One", seen=shirt)
    shop.metafield(hat, "custom.one", "product_reference", shirt)
    shop.metafield(hat, "custom.list", "list.product_reference", json.dumps([shirt, hat]))
    shop.metafield(hat, "custom.size", "variant_reference", shop.variants(shirt)[0])
    shop.ask(MENU, items=[{"title": "Shirt", "type": "PRODUCT", "resourceId": shirt}])
    chosen = {"inclusion": {"selections": [{"productId": own} for own in (shirt, hat)]}, "title": "Ours"}
    shop.ask(COLLECTION, collection={"title": "Chosen", "sortOrder": "MANUAL", "sources": [{"source": chosen}]})


def commanded(archive: bytes, folder: Path, word: str) -> bytes:
    def command(made: Any) -> None:
        cell(made["products"], "Command", row_of(made["products"], "shirt")).value = word

    return edited(sheet_of(archive, "xlsx", folder), command)


def test_what_names_a_deleted_record_and_is_equal_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    """The first import called it unchanged, and the second one found it lost."""
    shop = Builder(sandbox)
    named_everywhere(shop)
    file = commanded(archive_of(sandbox, shop.shop, tmp_path), tmp_path, "DELETE")
    plan, _ = import_(sandbox, shop.shop, file, tmp_path, stages=PLAN)
    desk, _ = import_(sandbox, shop.shop, file, tmp_path)
    for own in (plan, desk):
        for kind, key, place in NAMING:
            told = row(own, kind, *key)
            assert (told.outcome, told.reason, told.lost) == (Outcome.UNCHANGED, LOST, (place,)), kind
            assert told.detail == f"{place}: points at shopsync:products/shirt, which this import deletes."
        size = row(own, "product_metafields", "hat", "custom", "size")
        assert size.detail == "value: points at shopsync:variants/shirt/Size/S, which this import deletes."
    assert desk.client.writes == 1
    again, _ = import_(sandbox, shop.shop, file, tmp_path)
    assert {row(again, kind, *key).reason for kind, key, _ in NAMING} == {LOST, Reason.MISSING_REQUIRED}
    order = row(again, "collection_orders", "chosen")
    assert (order.verdict, order.outcome, order.lost) == (Verdict.UNCHANGED, Outcome.UNCHANGED, ("products",))


def test_a_row_that_is_left_out_takes_nothing_from_others(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = Builder(sandbox)
    named_everywhere(shop)
    file = commanded(archive_of(sandbox, shop.shop, tmp_path), tmp_path, "DELETE")
    excluded = {"records": [["products", ["shirt"]]]}
    desk, _ = import_(sandbox, shop.shop, file, tmp_path, excluded=excluded)
    assert troubles(desk) == {("products", "shirt"): Reason.EXCLUDED}
    assert desk.client.writes == 0


def test_what_names_a_variant_that_goes_and_is_equal_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    """A row with REPLACE takes the variant away of which it says nothing."""
    shop = Builder(sandbox)
    named_everywhere(shop)

    def replace(made: Any) -> None:
        cell(made["products"], "Command", row_of(made["products"], "shirt")).value = "REPLACE"
        made["products.variants"].delete_rows(row_of(made["products.variants"], "shirt"))
        cell(made["products"], "variants", row_of(made["products"], "shirt")).value = 1
        cell(made["products.options"], "values", row_of(made["products.options"], "shirt")).value = "M"

    file = edited(sheet_of(archive_of(sandbox, shop.shop, tmp_path), "xlsx", tmp_path), replace)
    desk, _ = import_(sandbox, shop.shop, file, tmp_path)
    assert row(desk, "products", "shirt").outcome is Outcome.UPDATED
    told = row(desk, "product_metafields", "hat", "custom", "size")
    assert (told.reason, told.lost) == (LOST, ("value",))
    assert not row(desk, "product_metafields", "hat", "custom", "one").lost


@pytest.mark.parametrize("word", ["IGNORE", "DELETE", "UPDATE"])
@pytest.mark.parametrize("alone", [True, False])
def test_a_row_of_a_value_behind_an_option_may_say_anything(
    word: str, alone: bool, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Such a value goes with its option alone: without it the option would have values that nothing holds."""
    shop = sandbox.shop()
    put(sandbox, shop, lamp(defined(sandbox, shop, "red", "blue")))
    only = {"resources": ["product_metafields"]} if alone else {}

    def command(resource: str, number: int, record: Record) -> list[Record]:
        own = resource == "product_metafields"
        return [{**record, "command": word, "fields": {} if word != "UPDATE" else record["fields"]} if own else record]

    file = rewritten(archive_of(sandbox, shop, tmp_path, **only), command)
    import_(sandbox, shop, file, tmp_path, stages=COMPARISON, other="")
    for _ in range(2):
        desk, _ = import_(sandbox, shop, file, tmp_path)
        told = row(desk, "product_metafields", "lamp", *LINK.values())
        if word == "DELETE":
            assert (told.outcome, told.detail) == (Outcome.LEFT, MADE_OF)
        else:
            assert told.outcome is (Outcome.SKIPPED if word == "IGNORE" else Outcome.UNCHANGED)
        assert set(links(read(sandbox, shop))) == {"Red", "Blue"}


@pytest.mark.parametrize("word", ["IGNORE", "DELETE"])
def test_every_row_of_a_store_may_say_nothing_of_its_record(word: str, sandbox: Sandbox, tmp_path: Path) -> None:
    shop = sandbox.shop("nasty")
    archive = archive_of(sandbox, shop, tmp_path)
    file = rewritten(archive, lambda resource, number, record: [{**record, "command": word, "fields": {}}])
    _, past = import_(sandbox, shop, file, tmp_path, stages=COMPARISON, other="")
    assert set(past["compare"]["resources"]) <= set(RESOURCES)
    desk, _ = import_(sandbox, shop, file, tmp_path, stages=PLAN)
    asked = desk.ledger.select(Where(verdicts=frozenset({Verdict.DELETE})), limit=1)
    assert bool(asked) == (word == "DELETE")
