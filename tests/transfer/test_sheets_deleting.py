"""A row with DELETE beside rows of what hangs on its record: that goes with it, and is not written first."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builder import Builder
from tests.support import Sandbox, import_
from tests.transfer.test_sheets_by_hand import Cells, book
from tests.transfer.test_sheets_import import cell, edited
from transfer.outcomes import Outcome, Reason, Verdict
from transfer.work import Where

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
