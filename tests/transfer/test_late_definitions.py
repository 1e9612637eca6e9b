"""Definitions against which the store's present values stand: they come once these are replaced, or deleted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.builder import Builder, troubles
from tests.meddle import row
from tests.support import Sandbox, archive_of, checksums, export, import_
from transfer.outcomes import Outcome, Reason, Verdict

Fill = Callable[[Builder, Builder], None]
TEXT, NUMBER = "single_line_text_field", "number_integer"
UNIQUE = {"uniqueValues": {"enabled": True}}


def product(shop: Builder, handle: str, type_: str, value: str) -> None:
    shop.metafield(shop.product(handle, {"Size": ["S"]}), "custom.size", type_, value)


def too_long(source: Builder, target: Builder) -> None:
    source.define_metafield("custom.size", TEXT, validations=[{"name": "max", "value": "3"}])
    product(source, "one", TEXT, "abc")
    product(target, "one", TEXT, "too long")


def of_another_type(source: Builder, target: Builder) -> None:
    source.define_metafield("custom.size", NUMBER, pin=True)
    product(source, "one", NUMBER, "3")
    product(target, "one", TEXT, "three")


def alike(source: Builder, target: Builder) -> None:
    source.define_metafield("custom.size", TEXT, capabilities=UNIQUE)
    target.define_metafield("custom.size", TEXT)
    for handle in ("one", "two"):
        product(source, handle, TEXT, f"size of {handle}")
        product(target, handle, TEXT, "alike")


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("fill", [too_long, of_another_type, alike])
def test_it_comes_after_the_values_that_are_replaced(sandbox: Sandbox, tmp_path: Path, fill: Fill, lost: bool) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    fill(source, target)
    archive = archive_of(sandbox, source.shop, tmp_path)
    if lost:
        names = ("CreateMetafieldDefinition", "UpdateMetafieldDefinition", "PinDefinition")
        for after in (0, 1):
            sandbox.faults(
                *({"kind": "lost_answer", "times": 1, "after": after, "match": n, "shop": target.shop} for n in names)
            )
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert troubles(desk) == {}
    definition = row(desk, "metafield_definitions", "PRODUCT", "custom", "size")
    assert definition.outcome in (Outcome.CREATED, Outcome.UPDATED)
    assert definition.verified
    again, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert again.client.writes == 0
    (_, here), (_, there) = (export(sandbox, shop.shop, tmp_path) for shop in (source, target))
    assert checksums(here) == checksums(there)


def test_a_mirror_deletes_what_stands_against_it_first(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    of_another_type(source, target)
    product(target, "extra", TEXT, "mine")
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    assert troubles(desk) == {}
    assert row(desk, "metafield_pins", "PRODUCT").verified
    again, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    assert again.client.writes == 0


def test_what_stays_stands_against_it_for_good(sandbox: Sandbox, tmp_path: Path) -> None:
    """The values arrive all the same, and what refers to the definition says that it is not there."""
    source, target = Builder(sandbox), Builder(sandbox)
    of_another_type(source, target)
    product(target, "extra", TEXT, "mine")
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    definition = row(desk, "metafield_definitions", "PRODUCT", "custom", "size")
    assert (definition.verdict, definition.outcome, definition.reason) == (
        Verdict.CANNOT,
        Outcome.FAILED,
        Reason.TYPE_CONFLICT,
    )
    assert definition.detail == (
        "The target store keeps values of this name that are of type single_line_text_field, such as that of extra; "
        "Shopify makes no definition of type number_integer beside them."
    )
    assert row(desk, "product_metafields", "one", "custom", "size").verified
    pins = row(desk, "metafield_pins", "PRODUCT")
    assert pins.reason is Reason.NOTHING_LANDS
    assert "PRODUCT/custom/size, which the target store does not have" in pins.detail
    again, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert again.client.writes == 0


@pytest.mark.parametrize(
    "chosen",
    [
        {"policy": "create_only"},
        {"excluded": {"resources": ["product_metafields"]}},
        {"policy": "mirror", "excluded": {"records": [["product_metafields", ["one", "custom", "size"]]]}},
    ],
)
def test_where_the_decision_leaves_the_values_the_definition_is_not_sent(
    sandbox: Sandbox, tmp_path: Path, chosen: dict[str, Any]
) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    of_another_type(source, target)
    archive = archive_of(sandbox, source.shop, tmp_path)
    import_(sandbox, target.shop, archive, tmp_path, **chosen)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, **chosen)
    assert row(desk, "metafield_definitions", "PRODUCT", "custom", "size").reason is Reason.TYPE_CONFLICT
    assert desk.client.writes == 0


def test_values_that_may_break_a_rule_are_shopify_s_to_judge(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    too_long(source, target)
    desk, _ = import_(sandbox, target.shop, archive_of(sandbox, source.shop, tmp_path), tmp_path, policy="create_only")
    own = row(desk, "metafield_definitions", "PRODUCT", "custom", "size")
    assert (own.outcome, own.reason) == (Outcome.FAILED, Reason.REFUSED)
    assert "Existing values do not fit." in own.detail


def test_a_mirror_lifts_what_a_definition_is_bound_to(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.define_metafield("custom.size", TEXT, pin=True)
    bound = {"key": "category", "values": ["gid://shopify/TaxonomyCategory/aa-1"]}
    target.define_metafield("custom.size", TEXT, constraints=bound)
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    assert troubles(desk) == {}
    again, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    assert again.client.writes == 0
    (_, here), (_, there) = (export(sandbox, shop.shop, tmp_path) for shop in (source, target))
    assert checksums(here) == checksums(there)


def test_a_mirror_takes_no_rule_from_a_definition_of_another_type(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.define_metafield("custom.size", TEXT, description="Other")
    scale = [{"name": "scale_min", "value": "1"}, {"name": "scale_max", "value": "5"}]
    target.define_metafield("custom.size", "rating", validations=scale)
    archive = archive_of(sandbox, source.shop, tmp_path)
    for verdict, writes in ((Verdict.UPDATE, 1), (Verdict.CONFLICT, 0)):
        desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
        own = row(desk, "metafield_definitions", "PRODUCT", "custom", "size")
        assert (own.verdict, own.reason, own.verified) == (verdict, Reason.PART_CONFLICT, True)
        assert "Shopify cannot change the type" in own.detail
        assert desk.client.writes == writes


@pytest.mark.parametrize("policy", ["update", "mirror"])
def test_what_a_capability_is_about_goes_with_it(sandbox: Sandbox, tmp_path: Path, policy: str) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    ask = """mutation D($definition: MetaobjectDefinitionCreateInput!) {
      metaobjectDefinitionCreate(definition: $definition) { metaobjectDefinition { id } userErrors { message } } }"""
    plain = {"type": "card", "fieldDefinitions": [{"key": "name", "type": TEXT, "required": True}]}
    shown = {"renderable": {"enabled": True, "data": {"metaTitleKey": "name"}}}
    source.ask(ask, definition=plain)
    target.ask(ask, definition={**plain, "capabilities": shown})
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy=policy)
    own = row(desk, "metaobject_definitions", "card")
    assert (own.changed, own.verified, own.reason) == (("capabilities.renderable.enabled",), True, Reason.NONE)
    again, _ = import_(sandbox, target.shop, archive, tmp_path, policy=policy)
    assert again.client.writes == 0


@pytest.mark.parametrize("lost", ["", "CreateMetaobjectDefinition", "UpdateMetaobjectDefinition"])
def test_a_definition_that_names_its_entries_by_nothing_does_so_in_the_copy(
    sandbox: Sandbox, tmp_path: Path, lost: str
) -> None:
    """Shopify chooses the first text field where a new definition does not say."""
    source, target = Builder(sandbox), Builder(sandbox)
    gid = source.define("card", {"key": "name", "type": TEXT})
    ask = """mutation R($id: ID!) { metaobjectDefinitionUpdate(id: $id, definition: {displayNameKey: null}) {
      metaobjectDefinition { displayNameKey } userErrors { message } } }"""
    source.ask(ask, id=gid)
    archive = archive_of(sandbox, source.shop, tmp_path)
    if lost:
        sandbox.faults({"kind": "lost_answer", "match": lost, "shop": target.shop, "times": 1})
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert troubles(desk) == {}
    assert row(desk, "metaobject_definitions", "card").outcome is Outcome.CREATED
    (_, here), (_, there) = (export(sandbox, shop.shop, tmp_path) for shop in (source, target))
    assert checksums(here) == checksums(there)
