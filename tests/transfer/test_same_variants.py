"""Variants whose options are called otherwise in the target are found by SKU and barcode, where these say which."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.builder import Builder, copy, troubles
from tests.meddle import import_while, planned, row
from tests.support import Sandbox, archive_of, import_
from transfer import same_variants
from transfer.fidelity import summary
from transfer.local import LocalRun, local_desk, offline_desk, run
from transfer.outcomes import Outcome, Policy, Reason, Verdict
from transfer.sheets import convert
from transfer.stages import COMPARISON, IMPORT
from transfer.work import Desk

TEXT = "single_line_text_field"
READ = """query R($handle: String!) { productByIdentifier(identifier: {handle: $handle}) {
  id title descriptionHtml options { name values }
  variants(first: 50) { nodes { id title sku price metafields(first: 9) { nodes { key value } } } } } }"""
PAGE = """mutation P($page: PageCreateInput!) { pageCreate(page: $page) { page { id } userErrors { message } } }"""
PAGES = "{ pages(first: 9) { nodes { body } } }"


class Shop(Builder):
    def bag(self, option: str, *variants: tuple[str, str, str], handle: str = "bag", **more: Any) -> dict[str, str]:
        """`variants`: value, SKU, barcode. Value -> GID."""
        given = [
            {"optionValues": [{"optionName": option, "name": value}], "price": "1.00", "sku": sku, "barcode": barcode}
            for value, sku, barcode in variants
        ]
        values = [value for value, _, _ in variants]
        gid = self.product(handle, {option: values}, variants=given, **more)
        return dict(zip(values, self.variants(gid), strict=True))

    def read(self, handle: str = "bag") -> dict[str, Any]:
        found: dict[str, Any] = self.ask(READ, handle=handle)["productByIdentifier"]
        return found

    def notes(self, handle: str = "bag") -> dict[str, dict[str, str]]:
        return {
            node["title"]: {own["key"]: own["value"] for own in node["metafields"]["nodes"]}
            for node in self.read(handle)["variants"]["nodes"]
        }


def number(gid: str) -> str:
    return gid.rsplit("/", 1)[1]


def shops(sandbox: Sandbox) -> tuple[Shop, Shop, dict[str, str], dict[str, str]]:
    """A bag with the same variants on both sides, in two languages; in the source, all that can name one names it."""
    source, target = Shop(sandbox), Shop(sandbox)
    ours = source.bag("Farbe", ("Rot", "B-R", "1"), ("Blau", "B-B", "2"))
    theirs = target.bag("Color", ("Red", "B-R", "1"), ("Blue", "", "2"))
    for value, gid in ours.items():
        source.metafield(gid, "custom.note", TEXT, value)
    return source, target, ours, theirs


@pytest.mark.parametrize("policy", [Policy.UPDATE, Policy.MIRROR])
def test_values_references_and_links_land_on_them(sandbox: Sandbox, tmp_path: Path, policy: Policy) -> None:
    source, target, ours, theirs = shops(sandbox)
    cap = source.product("cap", {"Size": ["S"]})
    source.metafield(cap, "custom.goes_with", "variant_reference", ours["Rot"])
    source.metafield(cap, "custom.all", "list.variant_reference", json.dumps(list(ours.values())))
    source.define("look", {"key": "piece", "type": "variant_reference"})
    source.entry("look", "one", piece=ours["Blau"])
    links = "".join(f'<a href="/products/bag?variant={number(gid)}">x</a>' for gid in ours.values())
    source.ask(PAGE, page={"title": "Look", "body": f"{links}<a href='/cart/{number(ours['Rot'])}:2'>y</a>"})
    desk, _ = copy(source, target, tmp_path, policy=policy)
    assert troubles(desk) == {("products", "bag"): Reason.PART_CONFLICT}
    assert row(desk, "products", "bag").detail.endswith(
        "By SKU or barcode 2 of 2 variants are found here, with what hangs on them and names them."
    )
    assert target.notes() == {"Red": {"note": "Rot"}, "Blue": {"note": "Blau"}}
    assert {node["title"]: node["id"] for node in target.read()["variants"]["nodes"]} == theirs
    own = """query C { productByIdentifier(identifier: {handle: "cap"}) { metafields(first: 9) { nodes { key value } } }
      metaobjectByHandle(handle: {type: "look", handle: "one"}) { fields { value } } }"""
    found = target.ask(own)
    values = {node["key"]: node["value"] for node in found["productByIdentifier"]["metafields"]["nodes"]}
    assert values == {"goes_with": theirs["Red"], "all": json.dumps(list(theirs.values()), separators=(",", ":"))}
    assert found["metaobjectByHandle"]["fields"] == [{"value": theirs["Blue"]}]
    (page,) = target.ask(PAGES)["pages"]["nodes"]
    assert re.findall(r"(?:variant=|cart/)(\d+)", page["body"]) == [
        number(theirs[name]) for name in ("Red", "Blue", "Red")
    ]
    again, _ = copy(source, target, tmp_path, policy=policy)
    assert again.client.writes == 0
    assert troubles(again) == troubles(desk)


def test_what_the_target_has_of_them_is_the_same_record(sandbox: Sandbox, tmp_path: Path) -> None:
    """Equal values stay as they are, others are changed, and what only the target has goes with a mirror alone."""
    source, target, ours, theirs = shops(sandbox)
    source.metafield(ours["Rot"], "custom.use", TEXT, "Rain")
    for key, value in {"note": "Rot", "use": "Sun", "mine": "Mine"}.items():
        target.metafield(theirs["Red"], f"custom.{key}", TEXT, value)
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    values = ("variant_metafields", "bag", "Farbe", "Rot", "custom")
    assert row(desk, *values, "note").outcome is Outcome.UNCHANGED
    assert row(desk, *values, "use").changed == ("value",) and row(desk, *values, "use").verified
    assert row(desk, *values, "mine").verdict is Verdict.EXTRA
    assert target.notes() == {"Red": {"note": "Rot", "use": "Rain", "mine": "Mine"}, "Blue": {"note": "Blau"}}
    mirrored, _ = import_(sandbox, target.shop, archive, tmp_path, policy=Policy.MIRROR)
    assert row(mirrored, *values, "mine").outcome is Outcome.DELETED
    assert target.notes() == {"Red": {"note": "Rot", "use": "Rain"}, "Blue": {"note": "Blau"}}
    assert import_(sandbox, target.shop, archive, tmp_path, policy=Policy.MIRROR)[0].client.writes == 0


def test_its_product_may_change_with_them_and_name_them_itself(sandbox: Sandbox, tmp_path: Path) -> None:
    """Its record is read again on the way, and says what the store calls them; no name is lost by that."""
    source, target, ours, theirs = shops(sandbox)
    link = """mutation T($product: ProductUpdateInput!) {
      productUpdate(product: $product) { userErrors { message } } }"""
    for shop, own in ((source, ours["Rot"]), (target, theirs["Blue"])):
        text = f'<a href="/products/bag?variant={number(own)}">x</a>'
        made = shop.ask(link, product={"id": shop.read()["id"], "title": shop.shop, "descriptionHtml": text})
        assert not made["productUpdate"]["userErrors"]
    desk, _ = copy(source, target, tmp_path)
    assert {"descriptionHtml", "title"} <= {*row(desk, "products", "bag").changed}
    assert (row(desk, "products", "bag").outcome, row(desk, "products", "bag").verified) == (Outcome.UPDATED, True)
    assert f'variant={number(theirs["Red"])}"' in target.read()["descriptionHtml"]
    assert [option["name"] for option in target.read()["options"]] == ["Color"]
    assert target.notes() == {"Red": {"note": "Rot"}, "Blue": {"note": "Blau"}}
    again, _ = copy(source, target, tmp_path)
    assert again.client.writes == 0


def test_what_several_have_says_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Shop(sandbox), Shop(sandbox)
    ours = source.bag("Farbe", ("Rot", "TWO", "1"), ("Blau", "TWO", "2"), ("Grün", "G", ""), ("Gelb", "", ""))
    theirs = target.bag("Color", ("Red", "G", "1"), ("Blue", "G", "2"), ("Green", "TWO", "3"), ("Yellow", "", ""))
    for value, gid in ours.items():
        source.metafield(gid, "custom.note", TEXT, value)
    desk, _ = copy(source, target, tmp_path)
    assert target.notes() == {"Red": {"note": "Rot"}, "Blue": {"note": "Blau"}, "Green": {}, "Yellow": {}}
    assert len(theirs) == 4
    for value in ("Grün", "Gelb"):
        key = ("variant_metafields", "bag", "Farbe", value, "custom", "note")
        assert troubles(desk)[key] is Reason.MISSING_OWNER
    assert "2 of 4 variants are found here" in row(desk, "products", "bag").detail


def test_a_variant_that_can_be_made_is_made(sandbox: Sandbox, tmp_path: Path) -> None:
    """Where only a value is called otherwise, the variant comes beside the target's, whatever their SKUs."""
    source, target = Shop(sandbox), Shop(sandbox)
    ours = source.bag("Size", ("Small", "S", ""))
    source.metafield(ours["Small"], "custom.note", TEXT, "ours")
    target.bag("Size", ("S", "S", ""))
    desk, _ = copy(source, target, tmp_path)
    assert troubles(desk) == {("products", "bag"): Reason.FULLER}
    assert target.notes() == {"S": {}, "Small": {"note": "ours"}}


def test_a_product_without_options_is_one_with_options(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Shop(sandbox), Shop(sandbox)
    ours = source.bag("Title", ("Default Title", "MUG", ""))
    theirs = target.bag("Size", ("L", "MUG", ""), ("XL", "", ""))
    source.metafield(ours["Default Title"], "custom.note", TEXT, "ours")
    target.metafield(theirs["XL"], "custom.note", TEXT, "theirs")
    copy(source, target, tmp_path)
    assert target.notes() == {"L": {"note": "ours"}, "XL": {"note": "theirs"}}
    assert copy(source, target, tmp_path)[0].client.writes == 0


STOCK = """query S($handle: String!) { productByIdentifier(identifier: {handle: $handle}) { variants(first: 9) { nodes {
  title inventoryItem { id inventoryLevels(first: 9) { nodes { quantities(names: ["available"]) { quantity } } } } } } }
  locations(first: 1) { nodes { id } } }"""
SET = """mutation S($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { message } } }"""
DISCOUNT = """mutation D($discount: DiscountAutomaticBasicInput!) {
  discountAutomaticBasicCreate(automaticBasicDiscount: $discount) { userErrors { message } } }"""
DISCOUNTS = """{ automaticDiscountNodes(first: 9) { nodes { automaticDiscount { ... on DiscountAutomaticBasic {
  customerGets { items { ... on DiscountProducts { productVariants(first: 9) { nodes { id } } } } } } } } } }"""
VALUE = """query V($id: ID!, $key: String!) {
  node(id: $id) { ... on ProductVariant { metafield(namespace: "custom", key: $key) { id } } } }"""
TEXTS = """query T($id: ID!) { translatableResource(resourceId: $id) {
  translatableContent { digest } translations(locale: "de") { value } } }"""
REGISTER = """mutation R($id: ID!, $given: [TranslationInput!]!) {
  translationsRegister(resourceId: $id, translations: $given) { userErrors { message } } }"""
ENABLE = 'mutation { shopLocaleEnable(locale: "de") { userErrors { message } } }'
TRACKED = {"inventoryItem": {"tracked": True}}


def value_of(shop: Shop, variant: str) -> str:
    return str(shop.ask(VALUE, id=variant, key="note")["node"]["metafield"]["id"])


def test_stock_discounts_and_translations_land_on_them(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target, ours, theirs = shops(sandbox)
    track = """mutation T($id: ID!, $variants: [ProductVariantsBulkInput!]!) {
      productVariantsBulkUpdate(productId: $id, variants: $variants) { userErrors { message } } }"""
    for shop, own, left in ((source, ours, 7), (target, theirs, 2)):
        given = [{"id": gid, **TRACKED} for gid in own.values()]
        assert not shop.ask(track, id=shop.read()["id"], variants=given)["productVariantsBulkUpdate"]["userErrors"]
        read = shop.ask(STOCK, handle="bag")
        items = [node["inventoryItem"]["id"] for node in read["productByIdentifier"]["variants"]["nodes"]]
        place = read["locations"]["nodes"][0]["id"]
        quantities = [
            {"inventoryItemId": item, "locationId": place, "quantity": left, "changeFromQuantity": None}
            for item in items
        ]
        values = {"name": "available", "reason": "correction", "quantities": quantities}
        assert not shop.ask(SET, input=values, key=shop.shop)["inventorySetQuantities"]["userErrors"]
    everything = {"value": {"percentage": 0.1}, "items": {"products": {"productVariantsToAdd": [ours["Blau"]]}}}
    given_ = {"title": "Blue", "startsAt": "2024-01-01T00:00:00Z", "customerGets": everything}
    assert not source.ask(DISCOUNT, discount=given_)["discountAutomaticBasicCreate"]["userErrors"]
    target.metafield(theirs["Red"], "custom.note", TEXT, "Rot")
    source.ask(ENABLE)
    note = value_of(source, ours["Rot"])
    (content,) = source.ask(TEXTS, id=note)["translatableResource"]["translatableContent"]
    text = {"key": "value", "locale": "de", "value": "Rötlich", "translatableContentDigest": content["digest"]}
    assert not source.ask(REGISTER, id=note, given=[text])["translationsRegister"]["userErrors"]
    kinds = ["products", "variant_metafields", "locations", "inventory_levels", "discounts", "locales", "translations"]
    archive = archive_of(sandbox, source.shop, tmp_path, resources=kinds)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert troubles(desk) == {("products", "bag"): Reason.PART_CONFLICT}
    stock = target.ask(STOCK, handle="bag")["productByIdentifier"]["variants"]["nodes"]
    levels = [node["inventoryItem"]["inventoryLevels"]["nodes"][0]["quantities"][0]["quantity"] for node in stock]
    assert levels == [7, 7]
    (found,) = target.ask(DISCOUNTS)["automaticDiscountNodes"]["nodes"]
    (named,) = found["automaticDiscount"]["customerGets"]["items"]["productVariants"]["nodes"]
    assert named["id"] == theirs["Blue"]
    said = target.ask(TEXTS, id=value_of(target, theirs["Red"]))["translatableResource"]["translations"]
    assert said == [{"value": "Rötlich"}]
    for policy in (Policy.UPDATE, Policy.MIRROR):
        again, _ = import_(sandbox, target.shop, archive, tmp_path, policy=policy)
        assert again.client.writes == 0


def test_it_goes_on_wherever_a_slice_ends(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target, _, theirs = shops(sandbox)
    for shop, option, value in ((source, "Größe", "Klein"), (target, "Size", "Small")):
        (gid,) = shop.bag(option, (value, "C", ""), handle="cap").values()
        shop.metafield(gid, "custom.note", TEXT, "Cap")
    target.metafield(theirs["Red"], "custom.note", TEXT, "Rot")
    monkeypatch.setattr(same_variants, "WINDOW", 1)
    desk = local_desk(sandbox.client(target.shop), tmp_path / "slices", settling=0.0)
    with desk.storage.write("source.zip") as file:
        file.write(archive_of(sandbox, source.shop, tmp_path))
    work = LocalRun(desk, {"archive": "source.zip", "policy": Policy.UPDATE, "excluded": {}}, {})
    at = [stage.name for stage in IMPORT].index("snapshot_match")
    work.work(IMPORT[:at])
    ends = cycle([False, True])
    work.desk = replace(desk, stopping=lambda: next(ends))
    work.work(IMPORT[at : at + 1])
    work.desk = desk
    work.work(IMPORT[at + 1 :])
    assert len(work.past["snapshot_match"]["same"]) == 2
    assert {key[1]: reason for key, reason in troubles(desk).items()} == dict.fromkeys(
        ("bag", "cap"), Reason.PART_CONFLICT
    )
    assert row(desk, "variant_metafields", "cap", "Größe", "Klein", "custom", "note").outcome is Outcome.UNCHANGED
    assert row(desk, "variant_metafields", "bag", "Farbe", "Rot", "custom", "note").outcome is Outcome.UNCHANGED
    assert target.notes() == {"Red": {"note": "Rot"}, "Blue": {"note": "Blau"}}


def test_what_is_called_otherwise_meanwhile_is_the_same_variant(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target, _, theirs = shops(sandbox)
    target.metafield(theirs["Red"], "custom.note", TEXT, "Theirs")
    change = """mutation O($id: ID!, $option: OptionUpdateInput!, $values: [OptionValueUpdateInput!]) {
      productOptionUpdate(productId: $id, option: $option, optionValuesToUpdate: $values) {
        userErrors { message } } }"""
    read = """{ productByIdentifier(identifier: {handle: "bag"}) {
      id options { id optionValues { id name } } } }"""

    def rename(desk: Desk) -> None:
        own = target.ask(read)["productByIdentifier"]
        (option,) = own["options"]
        values = [{"id": value["id"], "name": "Crimson"} for value in option["optionValues"] if value["name"] == "Red"]
        made = target.ask(change, id=own["id"], option={"id": option["id"]}, values=values)
        assert not made["productOptionUpdate"]["userErrors"]

    desk = import_while(source, target, tmp_path, planned, rename)
    assert row(desk, "variant_metafields", "bag", "Farbe", "Rot", "custom", "note").verified
    assert target.notes() == {"Crimson": {"note": "Rot"}, "Blue": {"note": "Blau"}}


def test_rows_of_a_spreadsheet_find_them_as_well(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target, _, _ = shops(sandbox)
    desk = offline_desk(tmp_path / "sheet")
    archive = archive_of(sandbox, source.shop, tmp_path, resources=["products", "variant_metafields"])
    with desk.storage.read(convert.save(desk, *convert.load(desk, io.BytesIO(archive)), "xlsx")) as file:
        book = openpyxl.load_workbook(io.BytesIO(file.read()))
    for sheet in book.worksheets:
        if sheet.cell(1, 1).value == "Command":
            for number_ in range(2, sheet.max_row + 1):
                sheet.cell(number_, 1).value = "MERGE"
    edited = io.BytesIO()
    book.save(edited)
    done, _ = import_(sandbox, target.shop, edited.getvalue(), tmp_path)
    assert troubles(done) == {("products", "bag"): Reason.PART_CONFLICT}
    assert target.notes() == {"Red": {"note": "Rot"}, "Blue": {"note": "Blau"}}


def test_a_comparison_finds_them_as_well(sandbox: Sandbox, tmp_path: Path) -> None:
    """In the store, and in a file of it; what differs of their product is told of that alone."""
    source, target, _, _ = shops(sandbox)
    copy(source, target, tmp_path)
    ours, theirs = (archive_of(sandbox, one.shop, tmp_path) for one in (source, target))
    for other in ("", "theirs.zip"):
        desk = local_desk(sandbox.client(target.shop), tmp_path / f"compare{other}", settling=0.0)
        for name, content in (("ours.zip", ours), ("theirs.zip", theirs)):
            with desk.storage.write(name) as file:
                file.write(content)
        past = run(desk, COMPARISON, {"archive": "ours.zip", "other": other})
        found = summary(past["compare"]["resources"])["resources"]
        assert found["variant_metafields"]["fidelity"] == 1.0
        assert found["products"]["examples"]["differing"] == ["bag"]
