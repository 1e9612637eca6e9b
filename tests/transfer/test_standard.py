"""Shopify's own definitions are switched on in the target, and what they hold is carried like everything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import Sandbox, archive_of, import_, total
from transfer.resources.metafield_definitions import RESOURCE as METAFIELD_DEFINITIONS
from transfer.resources.metaobject_definitions import RESOURCE as METAOBJECT_DEFINITIONS

COLORS = """query C { products(first: 20) { nodes { handle
  metafield(namespace: "shopify", key: "color-pattern") { value } } }
  metaobjects(type: "shopify--color-pattern", first: 10) { nodes { id handle
    field(key: "color_taxonomy_reference") { value } } } }"""
UPDATE = """mutation U($definition: MetafieldDefinitionUpdateInput!) {
  metafieldDefinitionUpdate(definition: $definition) { userErrors { message } } }"""


def test_category_metafields_arrive_with_their_entries(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("boutique", products=8), sandbox.shop()
    desk, _ = import_(sandbox, target, archive_of(sandbox, source, tmp_path), tmp_path)
    assert total(desk, "outcome:failed") == 0
    before, after = (sandbox.graphql(shop, COLORS) for shop in (source, target))
    values = [[node["field"]["value"] for node in answer["metaobjects"]["nodes"]] for answer in (before, after)]
    assert sorted(values[0]) == sorted(values[1]), "taxonomy values are the same in every store"
    own = {node["id"]: node["handle"] for node in after["metaobjects"]["nodes"]}
    named = [node["metafield"]["value"] for node in after["products"]["nodes"] if node["metafield"]]
    assert named and all(gid in own for value in named for gid in value.strip('[]"').split('","'))
    stats = sandbox.stats(target)["mutations"]
    assert stats["standardMetaobjectDefinitionEnable"] == 3
    assert stats["standardMetafieldDefinitionEnable"] == 3


@pytest.mark.parametrize("mutation", ["EnableMetaobjectDefinition", "EnableMetafieldDefinition"])
def test_a_lost_answer_costs_a_second_question_and_no_more(sandbox: Sandbox, tmp_path: Path, mutation: str) -> None:
    source, target = sandbox.shop("boutique", products=2), sandbox.shop()
    sandbox.faults({"kind": "lost_answer", "match": mutation, "shop": target, "times": 1})
    desk, _ = import_(sandbox, target, archive_of(sandbox, source, tmp_path), tmp_path)
    assert total(desk, "outcome:failed") == 0


def test_what_a_store_may_choose_is_put_right_and_the_rest_is_no_difference(sandbox: Sandbox, tmp_path: Path) -> None:
    kinds = {"resources": ["metafield_definitions", "metaobject_definitions"]}
    source, target = sandbox.shop("boutique", products=2), sandbox.shop("boutique", products=2)
    archive = archive_of(sandbox, source, tmp_path, **kinds)
    subtitle = {"ownerType": "PRODUCT", "namespace": "descriptors", "key": "subtitle"}
    sandbox.graphql(target, UPDATE, definition={**subtitle, "pin": False, "access": {"storefront": "PUBLIC_READ"}})
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert total(desk, "outcome:updated") == total(desk, "verified") - total(desk, "outcome:unchanged") == 1
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0


def test_only_shopifys_types_can_say_that_they_are_standard() -> None:
    fields = {"standard": True, "fieldDefinitions": [], "access": {}, "capabilities": {}}
    assert METAOBJECT_DEFINITIONS.validate(("designer",), fields) is not None
    assert METAOBJECT_DEFINITIONS.validate(("shopify--size",), fields) is None
    assert METAOBJECT_DEFINITIONS.validate(("shopify--size",), {**fields, "standard": False}) is not None
    wanted = {
        "standard": True,
        "type": "rating",
        "validations": {},
        "access": {},
        "capabilities": {"adminFilterable": True},
    }
    present = {**wanted, "name": "Rating", "validations": {"scale_max": "5.0"}, "capabilities": {}}
    assert [change.path for change in METAFIELD_DEFINITIONS.changes(present, wanted)] == [
        "capabilities.adminFilterable"
    ]
