"""Status and template of entries whose type in the target has none of these, or has them where the source's has not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.builder import NAME, Builder, copy, troubles
from tests.meddle import row
from tests.support import Sandbox, archive_of, import_
from tests.transfer.test_faults import INTERNAL
from tests.transfer.test_sheets_by_hand import book
from transfer.outcomes import Outcome, Reason, Verdict

PART = Reason.PART_CONFLICT
KIND = ("metaobject_definitions", "kind")
PAGES = {"publishable": {"enabled": True}, "onlineStore": {"enabled": True, "data": {"urlHandle": "kinds"}}}
MANY = [{"key": f"f{number}", "type": "single_line_text_field"} for number in range(30)]
ASK = """{ metaobjects(type: "kind", first: 9) { nodes {
  handle displayName capabilities { publishable { status } onlineStore { templateSuffix } } } } }"""
DEFINE = """mutation D($definition: MetaobjectDefinitionCreateInput!) {
  metaobjectDefinitionCreate(definition: $definition) { userErrors { message } } }"""
CREATE = """mutation E($metaobject: MetaobjectCreateInput!) {
  metaobjectCreate(metaobject: $metaobject) { userErrors { message } } }"""
SHOWN = "Entries of its type have no status in the target store; all of them are shown there."
DRAFT = "Entries of its type are never drafts in the target store, so this draft is shown there."


def shops(sandbox: Sandbox) -> tuple[Builder, Builder]:
    return Builder(sandbox), Builder(sandbox)


def entries(shop: Builder) -> dict[str, tuple[str, str | None]]:
    """handle -> (name, status)."""
    nodes = shop.ask(ASK)["metaobjects"]["nodes"]
    return {
        node["handle"]: (node["displayName"], (node["capabilities"]["publishable"] or {}).get("status"))
        for node in nodes
    }


def drafts(source: Builder, target: Builder, *more: dict[str, Any]) -> None:
    """The source's type has drafts, and the target's has none."""
    source.define("kind", NAME, *more, publishable=True)
    target.define("kind", NAME)
    source.entry("kind", "one", active=True, name="New")
    source.entry("kind", "two", active=True, name="Two")
    three = source.entry("kind", "three", name="Three")
    source.metafield(source.product("shirt", {"Size": ["S"]}), "custom.look", "metaobject_reference", three)
    target.entry("kind", "one", name="Old")


@pytest.mark.parametrize(
    "chosen",
    [
        {"excluded": {"resources": ["metaobject_definitions"]}},
        {"excluded": {"records": [["metaobject_definitions", ["kind"]]]}},
        {"policy": "create_only"},
    ],
)
def test_where_their_type_has_no_status_entries_come_without(
    sandbox: Sandbox, tmp_path: Path, chosen: dict[str, Any]
) -> None:
    source, target = shops(sandbox)
    drafts(source, target)
    desk, _ = copy(source, target, tmp_path, **chosen)
    for handle, told in (("two", SHOWN), ("three", DRAFT)):
        own = row(desk, "metaobjects", "kind", handle)
        assert (own.outcome, own.verified, own.reason, own.detail) == (Outcome.CREATED, True, PART, told)
    assert row(desk, "product_metafields", "shirt", "custom", "look").verified
    mine = "Old" if "policy" in chosen else "New"
    assert entries(target) == {"one": (mine, None), "two": ("Two", None), "three": ("Three", None)}
    again, _ = copy(source, target, tmp_path, **chosen)
    assert again.client.writes == 0
    assert all(r is not Reason.REFUSED for r in troubles(again).values())


def test_an_archive_of_entries_alone_goes_by_the_target_s_type(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shops(sandbox)
    drafts(source, target)
    archive = archive_of(sandbox, source.shop, tmp_path, resources=["metaobjects"])
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    one = row(desk, "metaobjects", "kind", "one")
    assert (one.outcome, one.verified, one.changed, one.detail) == (
        Outcome.UPDATED,
        True,
        ("fields.name.value",),
        SHOWN,
    )
    again, _ = import_(sandbox, target.shop, archive, tmp_path)
    one = row(again, "metaobjects", "kind", "one")
    assert (again.client.writes, one.verdict, one.outcome) == (0, Verdict.CONFLICT, Outcome.UNCHANGED)


def test_where_its_type_has_no_pages_an_entry_comes_without_its_template(sandbox: Sandbox, tmp_path: Path) -> None:
    """One that has no template misses nothing."""
    source, target = shops(sandbox)
    own = {"type": "kind", "fieldDefinitions": [NAME], "capabilities": PAGES}
    assert not source.ask(DEFINE, definition=own)["metaobjectDefinitionCreate"]["userErrors"]
    target.define("kind", NAME, publishable=True)
    source.entry("kind", "plain", active=True, name="Plain")
    fancy = {
        "type": "kind",
        "handle": "fancy",
        "fields": [{"key": "name", "value": "Fancy"}],
        "capabilities": {"publishable": {"status": "ACTIVE"}, "onlineStore": {"templateSuffix": "big"}},
    }
    assert not source.ask(CREATE, metaobject=fancy)["metaobjectCreate"]["userErrors"]
    desk, _ = copy(source, target, tmp_path, policy="create_only")
    assert troubles(desk) == {KIND: Reason.POLICY, ("metaobjects", "kind", "fancy"): PART}
    assert row(desk, "metaobjects", "kind", "fancy").detail == (
        "Entries of its type have no pages in the target store, so it goes without the template big."
    )
    assert entries(target) == {"plain": ("Plain", "ACTIVE"), "fancy": ("Fancy", "ACTIVE")}


def test_where_its_definition_could_not_be_written_shopify_says_what_an_entry_goes_without(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    source, target = shops(sandbox)
    source.define("kind", NAME, publishable=True)
    target.define("kind", NAME)
    for handle in ("one", "two"):
        source.entry("kind", handle, active=True, name=handle)
    target.entry("kind", "one", name="one")
    sandbox.faults({**INTERNAL, "times": None, "match": "UpdateMetaobjectDefinition", "shop": target.shop})
    desk, _ = copy(source, target, tmp_path)
    sandbox.faults()
    assert row(desk, *KIND).outcome is Outcome.FAILED
    one, two = (row(desk, "metaobjects", "kind", handle) for handle in ("one", "two"))
    assert (one.outcome, one.verified, one.reason) == (Outcome.UNCHANGED, True, PART)
    assert (two.outcome, two.verified, two.reason) == (Outcome.CREATED, True, PART)
    assert two.detail == (
        "Shopify says of capabilities, publishable: “Capability publishable is not enabled on this definition”."
    )
    assert entries(target) == {"one": ("one", None), "two": ("two", None)}


def test_a_type_with_more_fields_in_both_stores_than_shopify_allows_is_not_sent(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Its entries go by what stays of it."""
    source, target = shops(sandbox)
    source.define("kind", NAME, *MANY, publishable=True)
    target.define("kind", NAME, *({**field, "key": f"t{field['key']}"} for field in MANY))
    source.entry("kind", "one", active=True, name="One", f0="Lost")
    desk, _ = copy(source, target, tmp_path)
    own, one = row(desk, *KIND), row(desk, "metaobjects", "kind", "one")
    assert (own.verdict, own.outcome, own.reason) == (Verdict.CANNOT, Outcome.FAILED, Reason.TOO_LARGE)
    assert own.detail == (
        "Shopify allows at most 40 fields, and the archive has 31. "
        "Only the definition in the target store has 30 more, and these would stay."
    )
    assert (one.outcome, one.verified, one.reason) == (Outcome.CREATED, True, PART)
    assert one.detail == f"Its definition in the target store has no field f0. {SHOWN}"
    again, _ = copy(source, target, tmp_path)
    assert again.client.writes == 0


def test_a_new_entry_that_everybody_sees_is_no_draft_where_there_are_drafts(sandbox: Sandbox, tmp_path: Path) -> None:
    """The target's own one stays what it is there."""
    source, target = shops(sandbox)
    source.define("kind", NAME)
    target.define("kind", NAME, publishable=True)
    for handle in ("one", "two"):
        source.entry("kind", handle, name=handle)
    target.entry("kind", "one", name="one")
    desk, _ = copy(source, target, tmp_path, policy="create_only")
    assert troubles(desk) == {KIND: Reason.POLICY}
    assert row(desk, "metaobjects", "kind", "two").verified
    assert entries(target) == {"one": ("one", "DRAFT"), "two": ("two", "ACTIVE")}
    again, _ = copy(source, target, tmp_path, policy="create_only")
    assert (again.client.writes, troubles(again)) == (0, {KIND: Reason.POLICY})


def test_a_row_without_a_status_publishes_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    target = Builder(sandbox)
    target.define("kind", NAME, publishable=True)
    made = book({"metaobjects": [{"Key": "kind/one", "fields.name [single_line_text_field]": "One"}]})
    desk, _ = import_(sandbox, target.shop, made, tmp_path)
    assert (troubles(desk), entries(target)) == ({}, {"one": ("One", "DRAFT")})
