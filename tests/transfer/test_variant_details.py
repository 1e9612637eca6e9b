"""What a variant costs, is made of and measures arrives, is kept equal, and is said of products that had none of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.builder import Builder, copy, equal, troubles
from tests.support import Sandbox, archive_of, import_
from transfer.outcomes import Reason
from transfer.work import Where

COUNTRIES = ("CA", "CH", "CN", "GB", "US")
STOCK = {
    "cost": "4.50",
    "harmonizedSystemCode": "610910",
    "countryCodeOfOrigin": "CA",
    "provinceCodeOfOrigin": "QC",
    "countryHarmonizedSystemCodes": [
        {"countryCode": country, "harmonizedSystemCode": f"61091000{number:02}"}
        for number, country in enumerate(COUNTRIES)
    ],
}
MEASURED = {"quantityUnit": "ML", "quantityValue": 12.5, "referenceUnit": "L", "referenceValue": 1}
FULL = {"inventoryItem": STOCK, "showUnitPrice": True, "unitPriceMeasurement": MEASURED}
SIZES = {"Size": ["S", "M"]}


def details(shop: Builder, handle: str) -> dict[str, Any]:
    data = shop.ask(
        """query D($handle: String!) { productByIdentifier(identifier: { handle: $handle }) {
          variants(first: 1) { nodes { showUnitPrice
          unitPriceMeasurement { quantityUnit quantityValue referenceUnit referenceValue }
          inventoryItem { unitCost { amount } harmonizedSystemCode countryCodeOfOrigin provinceCodeOfOrigin
            countryHarmonizedSystemCodes(first: 250) { nodes { countryCode harmonizedSystemCode } } } } } } }""",
        handle=handle,
    )
    node = data["productByIdentifier"]["variants"]["nodes"][0]
    item = node.pop("inventoryItem")
    item["countryHarmonizedSystemCodes"] = item["countryHarmonizedSystemCodes"]["nodes"]
    item["cost"] = f"{float(item.pop('unitCost')['amount']):.2f}" if item["unitCost"] else item.pop("unitCost")
    return {**node, "inventoryItem": item}


def test_all_of_it_arrives_more_codes_than_a_page_holds_included(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.product("shirt", SIZES, fields=FULL)
    desk, _ = copy(source, target, tmp_path)
    assert troubles(desk) == {}
    assert details(target, "shirt") == FULL
    assert equal(source, target, tmp_path)


def test_a_product_that_had_none_of_it_is_told_all_of_it(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.product("shirt", SIZES, fields=FULL)
    target.product("shirt", SIZES)
    desk, _ = copy(source, target, tmp_path)
    assert troubles(desk) == {}
    assert details(target, "shirt") == FULL
    assert equal(source, target, tmp_path)


def test_only_what_differs_is_planned_and_amounts_are_compared_as_amounts(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.product("shirt", SIZES, fields=FULL, vendor="Plain Goods")
    archive = archive_of(sandbox, source.shop, tmp_path)
    dearer = {**FULL, "inventoryItem": {**STOCK, "cost": "5"}}
    target.product("shirt", SIZES, fields=dearer, vendor="Plain Goods")
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    (row,) = desk.ledger.select(Where(resource="products"), limit=10)
    assert sorted(row.changed) == ["variants.M.cost", "variants.S.cost"]
    again, _ = import_(sandbox, target.shop, archive, tmp_path)
    (row,) = again.ledger.select(Where(resource="products"), limit=10)
    assert row.changed == ()


def test_what_the_archive_does_not_say_stays(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.product("shirt", SIZES)
    target.product("shirt", SIZES, fields={**FULL, "showUnitPrice": False})
    desk, _ = copy(source, target, tmp_path)
    assert troubles(desk) == {("products", "shirt"): Reason.FULLER}
    found = details(target, "shirt")
    assert found["inventoryItem"]["cost"] == "4.50"
    assert found["unitPriceMeasurement"] == MEASURED


def test_a_gift_card_keeps_the_template_of_its_mail(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.product("card", {"Title": ["Default Title"]}, giftCard=True, giftCardTemplateSuffix="festive")
    desk, _ = copy(source, target, tmp_path)
    assert troubles(desk) == {}
    data = target.ask('{ productByIdentifier(identifier: { handle: "card" }) { isGiftCard giftCardTemplateSuffix } }')
    assert data["productByIdentifier"] == {"isGiftCard": True, "giftCardTemplateSuffix": "festive"}
