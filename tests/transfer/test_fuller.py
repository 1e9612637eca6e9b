"""What the source store has no more stays in the target, is said, and goes under a mirror."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.archives import Record, edited
from tests.builder import NAME, Builder, copy, refers, troubles
from tests.support import Sandbox, archive_of, import_, total
from transfer import commands
from transfer.outcomes import Outcome, Reason, Verdict
from transfer.registry import RESOURCES
from transfer.work import Desk, Row, Where

VARIANTS = """mutation V($id: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkUpdate(productId: $id, variants: $variants) { userErrors { message } } }"""
PRODUCT = "mutation P($product: ProductUpdateInput!) { productUpdate(product: $product) { userErrors { message } } }"
ADD = """mutation A($id: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkCreate(productId: $id, variants: $variants) { userErrors { message } } }"""
LOOK = """query L($handle: String!) { productByIdentifier(identifier: { handle: $handle }) {
  id title vendor productType category { id } seo { title description }
  variants(first: 9) { nodes { id barcode sku price compareAtPrice inventoryItem {
    unitCost { amount } harmonizedSystemCode countryCodeOfOrigin } selectedOptions { value } } } } }"""
ENTRY = """query E($handle: MetaobjectHandleInput!) {
  metaobjectByHandle(handle: $handle) { fields { key value } } }"""
DESCRIBE = """mutation D($id: ID!, $definition: MetaobjectDefinitionUpdateInput!) {
  metaobjectDefinitionUpdate(id: $id, definition: $definition) { userErrors { message } } }"""
CATEGORY = "gid://shopify/TaxonomyCategory/aa-1"
FULL = {
    "barcode": "400",
    "compareAtPrice": "20.00",
    "inventoryItem": {"sku": "S-1", "cost": "3.00", "harmonizedSystemCode": "610910", "countryCodeOfOrigin": "DE"},
}
BARE = {
    "barcode": None,
    "compareAtPrice": None,
    "inventoryItem": {"sku": "", "cost": None, "harmonizedSystemCode": None, "countryCodeOfOrigin": None},
}


def filled(sandbox: Sandbox) -> Builder:
    shop = Builder(sandbox)
    seo = {"title": "Shirts", "description": "All of them"}
    shop.product("shirt", {"Size": ["M"]}, fields=FULL, seo=seo, vendor="Acme", category=CATEGORY)
    shop.define("card", NAME, {"key": "extra", "type": "single_line_text_field"})
    shop.entry("card", "one", name="One", extra="More")
    return shop


def look(shop: Builder) -> dict[str, Any]:
    own: dict[str, Any] = shop.ask(LOOK, handle="shirt")["productByIdentifier"]
    return own


def empty(shop: Builder) -> None:
    """Takes away what a merchant takes away when a sale is over."""
    own = look(shop)
    shop.ask(VARIANTS, id=own["id"], variants=[{"id": own["variants"]["nodes"][0]["id"], **BARE}])
    seo = {"title": "", "description": ""}
    shop.ask(PRODUCT, product={"id": own["id"], "seo": seo, "category": None})
    entry = shop.ask('{ metaobjects(type: "card", first: 1) { nodes { id } } }')["metaobjects"]["nodes"][0]["id"]
    shop.change(entry, extra="")


def bare(own: dict[str, Any]) -> None:
    """Asserts that nothing is left of what was taken away."""
    item = own["variants"]["nodes"][0]
    assert (item["compareAtPrice"], item["barcode"] or None, item["sku"] or None) == (None, None, None)
    assert item["inventoryItem"] == {"unitCost": None, "harmonizedSystemCode": None, "countryCodeOfOrigin": None}
    assert own["category"] is None
    assert (own["seo"]["title"] or "", own["seo"]["description"] or "") == ("", "")


def rows(desk: Desk) -> dict[str, Row]:
    found = desk.ledger.select(Where(), limit=1000)
    return {row.resource: row for row in found if row.resource in ("products", "metaobjects")}


@pytest.fixture
def emptied(sandbox: Sandbox, tmp_path: Path) -> tuple[Builder, Builder]:
    """(source, target): copied once; then the source lost values."""
    source, target = filled(sandbox), Builder(sandbox)
    copy(source, target, tmp_path)
    empty(source)
    return source, target


def test_what_the_source_has_no_more_is_kept_and_said(emptied: tuple[Builder, Builder], tmp_path: Path) -> None:
    source, target = emptied
    before = look(target)
    desk, _ = copy(source, target, tmp_path)
    assert look(target) == before
    found = rows(desk)
    for row in found.values():
        assert (row.verdict, row.outcome, row.reason) == (Verdict.FULLER, Outcome.UNCHANGED, Reason.FULLER)
    assert "Compare-at price" in found["products"].detail
    assert "extra" in found["metaobjects"].detail
    assert total(desk, f"outcome:{Outcome.UPDATED}") == 0


def test_an_update_says_what_it_keeps(emptied: tuple[Builder, Builder], tmp_path: Path) -> None:
    source, target = emptied
    source.ask(PRODUCT, product={"id": look(source)["id"], "title": "Better shirt"})
    desk, _ = copy(source, target, tmp_path)
    row = rows(desk)["products"]
    assert (row.outcome, row.verified, row.reason) == (Outcome.UPDATED, True, Reason.FULLER)
    assert look(target)["title"] == "Better shirt"
    assert look(target)["variants"]["nodes"][0]["compareAtPrice"] == "20.00"


REDEFINE = """mutation R($definition: MetafieldDefinitionUpdateInput!) {
  metafieldDefinitionUpdate(definition: $definition) { userErrors { message } } }"""
RULES = "{ metafieldDefinitions(ownerType: PRODUCT, first: 9) { nodes { key validations { name value } } } }"


def test_a_rule_that_the_source_has_no_more(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    rules = [{"name": "max", "value": "5"}, {"name": "min", "value": "1"}]
    source.define_metafield("custom.size", "number_integer", validations=rules)
    source.define("card", {**NAME, "validations": rules})
    copy(source, target, tmp_path)
    own = {"ownerType": "PRODUCT", "namespace": "custom", "key": "size"}
    source.ask(REDEFINE, definition={**own, "validations": rules[:1]})
    card = source.ask('{ metaobjectDefinitionByType(type: "card") { id } }')["metaobjectDefinitionByType"]["id"]
    source.redefine(card, {"update": {"key": "name", "validations": rules[1:]}})
    desk, _ = copy(source, target, tmp_path)
    verdicts = {row.resource: row.verdict for row in desk.ledger.select(Where(), limit=100)}
    assert (verdicts["metafield_definitions"], verdicts["metaobject_definitions"]) == (Verdict.FULLER, Verdict.FULLER)
    desk, _ = copy(source, target, tmp_path, policy="mirror")
    assert (troubles(desk), total(desk, f"outcome:{Outcome.UPDATED}")) == ({}, 2)
    (found,) = target.ask(RULES)["metafieldDefinitions"]["nodes"]
    assert found["validations"] == rules[:1]
    again, _ = copy(source, target, tmp_path, policy="mirror")
    assert again.client.writes == 0


@pytest.mark.parametrize("title", ["", "Better shirt"])
def test_a_mirror_takes_it_away(emptied: tuple[Builder, Builder], tmp_path: Path, title: str) -> None:
    source, target = emptied
    if title:
        source.ask(PRODUCT, product={"id": look(source)["id"], "title": title})
    desk, _ = copy(source, target, tmp_path, policy="mirror")
    bare(look(target))
    fields = target.ask(ENTRY, handle={"type": "card", "handle": "one"})["metaobjectByHandle"]["fields"]
    assert {field["key"]: field["value"] for field in fields} == {"name": "One", "extra": None}
    for row in rows(desk).values():
        assert (row.outcome, row.verified, row.reason) == (Outcome.UPDATED, True, Reason.NONE)
    again, _ = copy(source, target, tmp_path, policy="mirror")
    assert total(again, f"outcome:{Outcome.UPDATED}") == 0
    assert troubles(again) == {}


def test_a_mirror_takes_away_variants_with_their_values(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = filled(sandbox), Builder(sandbox)
    copy(source, target, tmp_path)
    gid = look(target)["id"]
    more = {"optionValues": [{"optionName": "Size", "name": "XL"}], "price": "2.00"}
    target.ask(ADD, id=gid, variants=[more])
    target.metafield(target.variants(gid)[1], "custom.words", "single_line_text_field", "Words")
    kept, _ = copy(source, target, tmp_path)
    assert rows(kept)["products"].verdict is Verdict.FULLER
    assert len(target.variants(gid)) == 2
    desk, _ = copy(source, target, tmp_path, policy="mirror")
    assert len(target.variants(gid)) == 1
    assert troubles(desk) == {}
    gone = [row for row in desk.ledger.select(Where(), limit=1000) if row.outcome is Outcome.DELETED]
    assert [(row.resource, row.verified) for row in gone] == [("variant_metafields", True)]


def test_what_is_left_out_or_only_created_keeps_its_values(emptied: tuple[Builder, Builder], tmp_path: Path) -> None:
    source, target = emptied
    before = look(target)
    copy(source, target, tmp_path, policy="mirror", excluded={"resources": ["products"]})
    assert look(target) == before
    copy(source, target, tmp_path, policy="create_only")
    assert look(target) == before


def test_what_an_archive_does_not_mention_stays_under_a_mirror(
    emptied: tuple[Builder, Builder], tmp_path: Path
) -> None:
    """As one does that was written before there was such a field."""
    source, target = emptied

    def without(name: str, number: int, record: Record) -> list[Record]:
        if name == "products":
            record["fields"].pop("category")
            record["fields"]["variants"][0].pop("compareAtPrice")
        return [record]

    archive = edited(archive_of(source.sandbox, source.shop, tmp_path), without)
    import_(target.sandbox, target.shop, archive, tmp_path, policy="mirror")
    own = look(target)
    assert own["category"]["id"] == CATEGORY
    assert own["variants"]["nodes"][0]["compareAtPrice"] == "20.00"
    assert not own["variants"]["nodes"][0]["barcode"]


def test_half_an_address_is_no_address() -> None:
    """What cannot be empty as a whole is not emptied in part."""
    own = RESOURCES["company_locations"]
    address = {"address1": "Street 1", "city": "Berlin", "countryCode": "DE"}
    before = {"name": "Home", "note": "Here", "shippingAddress": address}
    after = {"name": "Home", "note": None, "shippingAddress": None}
    assert commands.emptiness(own, before, after) == {"note": ""}


def fields_of(shop: Builder, type_: str, handle: str) -> dict[str, Any]:
    found = shop.ask(ENTRY, handle={"type": type_, "handle": handle})["metaobjectByHandle"]["fields"]
    return {field["key"]: field["value"] for field in found}


def test_a_mirror_takes_away_nothing_that_the_source_has(sandbox: Sandbox, tmp_path: Path) -> None:
    """A value that does not fit, and a reference that does not land, are no values that the source lacks."""
    source, target = Builder(sandbox), Builder(sandbox)
    text, number = "single_line_text_field", "number_integer"
    for shop, type_ in ((source, number), (target, text)):
        other = [
            {"key": "xx", "type": type_},
            {"key": "oth", "type": text},
            {"key": "prod", "type": "product_reference"},
        ]
        shop.define("thing", NAME, *other)
    away, home = source.product("away", {"Size": ["S"]}), target.product("home", {"Size": ["S"]})
    source.entry("thing", "one", name="One", xx="5", prod=away)
    target.entry("thing", "one", name="Before", xx="keep me", oth="only here", prod=home)
    archive = archive_of(sandbox, source.shop, tmp_path, resources=["metaobject_definitions", "metaobjects"])
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    row = desk.ledger.get("metaobjects", [("thing", "one")])["thing", "one"]
    assert row.detail.count("This store has more of it than the source: Fields › oth › Value.") == 1
    import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    assert fields_of(target, "thing", "one") == {"name": "One", "xx": "keep me", "oth": None, "prod": home}
    again, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    assert again.client.writes == 0


def test_a_definition_keeps_what_a_line_does_not_mention_beside_a_conflict(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("thing", NAME, {"key": "xx", "type": "number_integer"}, {"key": "zz", "type": "boolean"})
    target.define("thing", NAME, {"key": "xx", "type": "single_line_text_field"})
    kind = target.ask('{ metaobjectDefinitionByType(type: "thing") { id displayNameKey } }')
    named = """mutation N($id: ID!) { metaobjectDefinitionUpdate(id: $id, definition: { displayNameKey: "name" }) {
      userErrors { message } } }"""
    target.ask(named, id=kind["metaobjectDefinitionByType"]["id"])

    def without(name: str, number: int, record: Record) -> list[Record]:
        if name == "metaobject_definitions":
            record["fields"].pop("displayNameKey", None)
        return [record]

    archive = edited(archive_of(sandbox, source.shop, tmp_path, resources=["metaobject_definitions"]), without)
    import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    found = target.ask('{ metaobjectDefinitionByType(type: "thing") { displayNameKey fieldDefinitions { key } } }')
    own = found["metaobjectDefinitionByType"]
    assert (own["displayNameKey"], [field["key"] for field in own["fieldDefinitions"]]) == (
        "name",
        ["name", "xx", "zz"],
    )


@pytest.mark.parametrize("policy", ["update", "mirror"])
def test_a_reference_that_does_not_land_is_told_whatever_is_taken_away(
    sandbox: Sandbox, tmp_path: Path, policy: str
) -> None:
    """Once it is left out, nothing differs any more but what only the target has."""
    source, target = Builder(sandbox), Builder(sandbox)
    seen = {"key": "seen", "type": "list.product_reference"}
    for shop in (source, target):
        shop.define("card", NAME, {"key": "extra", "type": "single_line_text_field"}, seen)
    alive, dead = (source.product(handle, {"Size": ["M"]}) for handle in ("alive", "dead"))
    there = target.product("alive", {"Size": ["M"]})
    source.entry("card", "one", name="One", seen=json.dumps([alive, dead]))
    target.entry("card", "one", name="One", seen=json.dumps([there]), extra="More")
    source.ask("mutation D($id: ID!) { productDelete(input: { id: $id }) { deletedProductId } }", id=dead)
    desk, _ = copy(source, target, tmp_path, policy=policy)
    assert troubles(desk) == {("metaobjects", "card", "one"): Reason.UNRESOLVED_REFERENCE}
    own = desk.ledger.get("metaobjects", [("card", "one")])["card", "one"]
    assert own.verified
    assert "seen" in own.detail
    fields = target.ask(ENTRY, handle={"type": "card", "handle": "one"})["metaobjectByHandle"]["fields"]
    held = {field["key"]: field["value"] for field in fields}
    assert held == {"name": "One", "seen": json.dumps([there]), "extra": "More" if policy == "update" else None}


def test_a_mirror_does_not_empty_what_must_be_filled(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("card", NAME)
    target.define("card", NAME, {"key": "extra", "type": "single_line_text_field", "required": True})
    for handle, name in (("one", "New"), ("two", "Same")):
        source.entry("card", handle, name=name)
        target.entry("card", handle, name="Same", extra="Theirs")
    desk, _ = copy(source, target, tmp_path, policy="mirror")
    for handle, name in (("one", "New"), ("two", "Same")):
        own = desk.ledger.get("metaobjects", [("card", handle)])["card", handle]
        assert own.reason is Reason.PART_CONFLICT
        assert "The field extra must be filled in the target store, so it is not emptied." in own.detail
        fields = target.ask(ENTRY, handle={"type": "card", "handle": handle})["metaobjectByHandle"]["fields"]
        assert {field["key"]: field["value"] for field in fields} == {"name": name, "extra": "Theirs"}
    again, _ = copy(source, target, tmp_path, policy="mirror")
    assert again.client.writes == 0


def test_what_a_mirror_leaves_of_a_record_that_conflicts_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    """A field of another type, and one that is lost. A description and a rule that only the target has go."""
    source, target = Builder(sandbox), Builder(sandbox)
    other = source.define("other", NAME)
    source.define("card", NAME, {"key": "size", "type": "single_line_text_field"}, refers("see", other))
    ruled = {**NAME, "validations": [{"name": "min", "value": "1"}]}
    made = target.define("card", ruled, {"key": "size", "type": "number_integer"})
    target.ask(DESCRIBE, id=made, definition={"description": "Theirs"})
    source.entry("card", "one", name="One")
    chosen = {"records": [["metaobject_definitions", ["card"]]]}
    archive = archive_of(sandbox, source.shop, tmp_path, **chosen)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    own = desk.ledger.get("metaobject_definitions", [("card",)])["card",]
    assert (own.outcome, own.verified, own.reason) == (Outcome.UPDATED, True, Reason.PART_CONFLICT)
    assert own.changed == ("description", "fieldDefinitions.name.validations.min")
    for said in ("The field size is of type number_integer", "fieldDefinitions.see: points at"):
        assert said in own.detail
    assert "has more of it" not in own.detail


@pytest.mark.parametrize("policy", ["update", "mirror"])
@pytest.mark.parametrize("name", ["card", "Other"])
def test_a_field_that_only_the_target_s_definition_has_is_told(
    sandbox: Sandbox, tmp_path: Path, policy: str, name: str
) -> None:
    """It is never deleted, since its values in every entry would go with it."""
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("card", NAME)
    made = target.define("card", NAME, {"key": "extra", "type": "single_line_text_field"})
    target.ask(DESCRIBE, id=made, definition={"name": name})
    desk, _ = copy(source, target, tmp_path, policy=policy)
    own = desk.ledger.get("metaobject_definitions", [("card",)])["card",]
    assert own.verified
    assert own.detail == "Only the definition in the target store has the field extra, which no import takes away."
