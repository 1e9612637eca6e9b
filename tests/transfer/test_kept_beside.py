"""What Shopify takes as one object keeps, beside what differs, what only the target has in it: as the report says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.archives import Record, edited
from tests.builder import NAME, Builder, copy
from tests.meddle import row
from tests.support import Sandbox, archive_of, import_

DEFINE = """mutation D($definition: MetaobjectDefinitionCreateInput!) {
  metaobjectDefinitionCreate(definition: $definition) { metaobjectDefinition { id } userErrors { message } } }"""
SHOWN = """{ metaobjectDefinitions(first: 9) { nodes {
  capabilities { renderable { enabled data { metaTitleKey metaDescriptionKey } } } } } }"""
COLLECT = """mutation C($collection: CollectionCreateInput!) {
  collectionCreate(collection: $collection) { userErrors { message } } }"""
LISTINGS = """{ products(first: 9) { nodes { seo { title description } } }
  collections(first: 9) { nodes { seo { title description } } } }"""
CHOSEN = """{ metafieldDefinitions(ownerType: PRODUCT, first: 9) { nodes {
  capabilities { adminFilterable { enabled } uniqueValues { enabled } } } } }"""


def shown(shop: Builder, *, title: str, description: str | None) -> None:
    data = {"metaTitleKey": title, "metaDescriptionKey": description}
    fields = [NAME, *({"key": key, "type": "single_line_text_field"} for key in ("first", "second"))]
    own = {"type": "kind", "fieldDefinitions": fields, "capabilities": {"renderable": {"enabled": True, "data": data}}}
    assert not shop.ask(DEFINE, definition=own)["metaobjectDefinitionCreate"]["userErrors"]


@pytest.mark.parametrize("policy", ["update", "mirror"])
def test_the_other_field_that_pages_of_entries_show(sandbox: Sandbox, tmp_path: Path, policy: str) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    shown(source, title="first", description=None)
    shown(target, title="name", description="second")
    desk, _ = copy(source, target, tmp_path, policy=policy)
    own = row(desk, "metaobject_definitions", "kind")
    assert own.changed == ("capabilities.renderable.data.metaTitleKey",) and own.verified
    assert "no import takes away" in own.detail
    (kind,) = target.ask(SHOWN)["metaobjectDefinitions"]["nodes"]
    assert kind["capabilities"]["renderable"]["data"] == {"metaTitleKey": "first", "metaDescriptionKey": "second"}


@pytest.mark.parametrize(("policy", "left"), [("update", "Theirs"), ("mirror", None)])
def test_the_other_text_of_a_search_engine_listing(
    sandbox: Sandbox, tmp_path: Path, policy: str, left: str | None
) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    for shop, seo in ((source, {"title": "New"}), (target, {"title": "Old", "description": "Theirs"})):
        shop.product("shirt", {"Size": ["M"]}, seo=seo)
        made = shop.ask(COLLECT, collection={"title": "Summer", "handle": "summer", "seo": seo})
        assert not made["collectionCreate"]["userErrors"]
    desk, _ = copy(source, target, tmp_path, policy=policy)
    assert row(desk, "products", "shirt").verified and row(desk, "collections", "summer").verified
    for (own,) in (kind["nodes"] for kind in target.ask(LISTINGS).values()):
        assert own["seo"] == {"title": "New", "description": left}


def test_what_an_archive_does_not_mention_of_a_definition(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.define_metafield("custom.code", "single_line_text_field")
    chosen = {"adminFilterable": {"enabled": True}, "uniqueValues": {"enabled": True}}
    target.define_metafield("custom.code", "single_line_text_field", capabilities=chosen)

    def only_filters(resource: str, number: int, record: Record) -> list[Record]:
        if resource == "metafield_definitions":
            record["fields"]["capabilities"] = {"adminFilterable": False}
        return [record]

    import_(sandbox, target.shop, edited(archive_of(sandbox, source.shop, tmp_path), only_filters), tmp_path)
    (own,) = target.ask(CHOSEN)["metafieldDefinitions"]["nodes"]
    assert own["capabilities"] == {"adminFilterable": {"enabled": False}, "uniqueValues": {"enabled": True}}


def test_a_field_of_the_target_s_own_keeps_its_place_among_new_ones(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    for shop, keys in ((source, ("first", "new", "last")), (target, ("mine", "first", "own", "last"))):
        shop.define("kind", *({"key": key, "type": "single_line_text_field"} for key in keys))
    copy(source, target, tmp_path)
    asked = "{ metaobjectDefinitions(first: 9) { nodes { fieldDefinitions { key } } } }"
    (kind,) = target.ask(asked)["metaobjectDefinitions"]["nodes"]
    assert [field["key"] for field in kind["fieldDefinitions"]] == ["mine", "first", "own", "new", "last"]
    again, _ = copy(source, target, tmp_path)
    assert again.client.writes == 0
