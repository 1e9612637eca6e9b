"""REPLACE: a record becomes what its rows say, and nothing more, as far as Shopify lets a record be without it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.archives import Record, edited
from tests.builder import NAME, Builder, troubles
from tests.meddle import import_while, planned
from tests.support import Sandbox, archive_of, import_
from transfer.outcomes import Outcome, Reason, Verdict
from transfer.work import Desk, Row, Where

PRODUCT = """query P($handle: String!) { productByIdentifier(identifier: { handle: $handle }) {
  id title status vendor tags descriptionHtml options { name optionValues { name } } media(first: 9) { nodes { id } }
  variants(first: 50) { nodes { id barcode price sku selectedOptions { value } } } } }"""
ADD = """mutation A($id: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkCreate(productId: $id, variants: $variants) { userErrors { message } } }"""
PICTURES = "{ files(first: 50) { nodes { ... on MediaImage { image { url } } } } }"
FILES = "{ files(first: 9) { nodes { fileStatus } } }"
Change = Callable[[dict[str, Any]], None]


def replaced(sandbox: Sandbox, shop: Builder, folder: Path, resource: str, change: Change) -> Desk:
    """The shop's own archive, in which the records of a kind are changed and say REPLACE, imported into it."""

    def edit(name: str, number: int, record: Record) -> list[Record]:
        if name == resource:
            change(record["fields"])
            record["command"] = "REPLACE"
        return [record]

    archive = edited(archive_of(sandbox, shop.shop, folder), edit)
    return import_(sandbox, shop.shop, archive, folder)[0]


def rows(desk: Desk, resource: str) -> list[Row]:
    return desk.ledger.select(Where(resource=resource), limit=100)


def shirt(shop: Builder) -> dict[str, Any]:
    own: dict[str, Any] = shop.ask(PRODUCT, handle="shirt")["productByIdentifier"]
    return own


def picture(sandbox: Sandbox) -> str:
    """Where there is one."""
    nodes = sandbox.graphql(sandbox.shop("boutique", products=1), PICTURES)["files"]["nodes"]
    return next(str(node["image"]["url"]) for node in nodes if node)


def wardrobe(sandbox: Sandbox) -> Builder:
    shop = Builder(sandbox)
    shop.product(
        "shirt",
        {"Size": ["S", "M", "L"]},
        fields={"barcode": "400", "inventoryItem": {"sku": "S-1"}},
        tags=["a", "b"],
        vendor="Plain Goods",
        descriptionHtml="<p>Blue.</p>",
        status="DRAFT",
        files=[{"originalSource": picture(sandbox), "contentType": "IMAGE"}],
    )
    sandbox.ask("/sandbox/config", {"clock_offset_seconds": 5})  # until the picture is there
    shop.ask(FILES)
    sandbox.ask("/sandbox/config", {"clock_offset_seconds": 0})
    return shop


def test_variants_values_and_media_that_no_row_names_are_taken_away(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = wardrobe(sandbox)
    small, medium, _ = shop.variants(shirt(shop)["id"])
    for variant in (small, medium):
        shop.metafield(variant, "custom.care", "single_line_text_field", "Cold")

    def change(fields: dict[str, Any]) -> None:
        fields["variants"] = [item for item in fields["variants"] if item["options"] == [["Size", "S"]]]
        fields["options"][0]["values"] = ["S"]
        fields["media"] = []

    desk = replaced(sandbox, shop, tmp_path, "products", change)
    assert troubles(desk) == {}
    (row,) = rows(desk, "products")
    assert sorted(row.changed) == ["media", "options.Size.values", "variants.L", "variants.M"]
    assert (row.outcome, row.verified) == (Outcome.UPDATED, True)
    own = shirt(shop)
    assert [node["id"] for node in own["variants"]["nodes"]] == [small]
    assert own["options"] == [{"name": "Size", "optionValues": [{"name": "S"}]}]
    assert own["media"]["nodes"] == []
    values = {row.key[2]: (row.outcome, row.verified) for row in rows(desk, "variant_metafields")}
    assert values == {"S": (Outcome.UNCHANGED, True), "M": (Outcome.DELETED, True)}, "what hung on it went with it"
    details = [row.detail for row in rows(desk, "variant_metafields") if row.detail]
    assert details == ["It went with shopsync:variants/shirt/Size/M, on which it hung."]


def test_a_variant_that_somebody_adds_meanwhile_stays(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = wardrobe(sandbox)

    def edit(name: str, number: int, record: Record) -> list[Record]:
        if name == "products":
            kept = [item for item in record["fields"]["variants"] if item["options"] == [["Size", "S"]]]
            record |= {"command": "REPLACE", "fields": {**record["fields"], "variants": kept}}
        return [record]

    def deed(desk: Desk) -> None:
        wanted = [{"price": "3.00", "optionValues": [{"optionName": "Size", "name": "XL"}]}]
        shop.ask(ADD, id=shirt(shop)["id"], variants=wanted)

    desk = import_while(shop, shop, tmp_path, planned, deed, edit=lambda archive: edited(archive, edit))
    sizes = [node["selectedOptions"][0]["value"] for node in shirt(shop)["variants"]["nodes"]]
    assert sizes == ["S", "XL"], "those that the plan named are gone, and theirs is there"
    (row,) = rows(desk, "products")
    assert row.reason is Reason.CHANGED_MEANWHILE


def test_what_the_rows_say_already_is_no_change(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = wardrobe(sandbox)
    desk = replaced(sandbox, shop, tmp_path, "products", lambda fields: None)
    assert [row.verdict for row in rows(desk, "products")] == [Verdict.UNCHANGED]


def test_what_cannot_be_empty_stays_and_the_rest_is_cleared(sandbox: Sandbox, tmp_path: Path) -> None:
    """A state, a price and a name have no empty form; texts and lists do, those of the variants that are named too."""
    shop = wardrobe(sandbox)

    def change(fields: dict[str, Any]) -> None:
        kept = next(item["options"] for item in fields["variants"] if item["options"] == [["Size", "S"]])
        fields.clear()
        fields |= {"title": "Another", "variants": [{"options": kept}]}

    desk = replaced(sandbox, shop, tmp_path, "products", change)
    assert troubles(desk) == {}
    own = shirt(shop)
    assert (own["title"], own["status"], own["tags"], own["descriptionHtml"]) == ("Another", "DRAFT", [], "")
    (variant,) = own["variants"]["nodes"]
    assert (variant["price"], variant["barcode"], variant["sku"]) == ("1.00", None, None)


def test_without_a_row_for_a_variant_all_of_them_stay(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = wardrobe(sandbox)

    def change(fields: dict[str, Any]) -> None:
        del fields["variants"], fields["options"]

    desk = replaced(sandbox, shop, tmp_path, "products", change)
    assert troubles(desk) == {}
    assert [row.verdict for row in rows(desk, "products")] == [Verdict.UNCHANGED]


def test_the_fields_of_an_entry_that_are_not_said_are_cleared(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = Builder(sandbox)
    more = [{"key": key, "type": type_} for key, type_ in (("note", "date"), ("words", "list.single_line_text_field"))]
    shop.define("look", NAME, *more)
    shop.entry("look", "one", name="One", note="2026-01-31", words='["a"]')

    def change(fields: dict[str, Any]) -> None:
        fields["fields"] = {"name": fields["fields"]["name"]}

    desk = replaced(sandbox, shop, tmp_path, "metaobjects", change)
    assert troubles(desk) == {}
    (row,) = rows(desk, "metaobjects")
    assert (row.outcome, row.verified) == (Outcome.UPDATED, True)
    found = shop.ask('{ metaobjectByHandle(handle: { type: "look", handle: "one" }) { fields { key value } } }')
    assert {item["key"]: item["value"] for item in found["metaobjectByHandle"]["fields"]} == {
        "name": "One",
        "note": None,
        "words": None,
    }
    again = replaced(sandbox, shop, tmp_path, "metaobjects", lambda fields: None)
    assert [row.verdict for row in rows(again, "metaobjects")] == [Verdict.UNCHANGED]


def test_the_values_of_options_follow_the_variants_that_are_said(sandbox: Sandbox, tmp_path: Path) -> None:
    """Its rows name variants alone: a value that none of them has goes, and one that is new comes."""
    shop = Builder(sandbox)
    shop.product("shirt", {"Size": ["S", "M"]})

    def edit(name: str, number: int, record: Record) -> list[Record]:
        if name == "products":
            variants = [
                {**item, "options": [["Size", size]]}
                for item, size in zip(record["fields"]["variants"], ("S", "Large"), strict=True)
            ]
            record |= {"command": "REPLACE", "fields": {"title": "Shirt", "variants": variants}}
        return [record]

    archive = edited(archive_of(sandbox, shop.shop, tmp_path), edit)
    desk, _ = import_(sandbox, shop.shop, archive, tmp_path)
    assert troubles(desk) == {}
    node = shop.ask(PRODUCT, handle="shirt")["productByIdentifier"]
    assert [value["name"] for value in node["options"][0]["optionValues"]] == ["S", "Large"]
    again, _ = import_(sandbox, shop.shop, archive, tmp_path)
    assert again.client.writes == 0
