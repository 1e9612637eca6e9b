"""Standard definitions: switched on from templates, unchangeable, and open for values once they are there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.core import DEFINE_METAFIELD, REDEFINE, REDEFINE_METAFIELD, SET, Core

ENABLE = """mutation E($type: String!) { standardMetaobjectDefinitionEnable(type: $type) {
  metaobjectDefinition { id type access { storefront } } userErrors { field message code } } }"""
ENABLE_METAFIELD = """mutation E($ownerType: MetafieldOwnerType!, $namespace: String, $key: String, $pin: Boolean,
    $access: StandardMetafieldDefinitionAccessInput) {
  standardMetafieldDefinitionEnable(
    ownerType: $ownerType, namespace: $namespace, key: $key, pin: $pin, access: $access
  ) { createdDefinition { id pinnedPosition } userErrors { field message code } } }"""
SUBTITLE = {"ownerType": "PRODUCT", "namespace": "descriptors", "key": "subtitle"}
RECOMMENDED = {
    "ownerType": "PRODUCT",
    "namespace": "shopify--discovery--product_recommendation",
    "key": "complementary_products",
}
DELETE = """mutation D($metafields: [MetafieldIdentifierInput!]!) {
  metafieldsDelete(metafields: $metafields) { deletedMetafields { key } userErrors { field message } } }"""
MATERIAL = {"ownerType": "PRODUCT", "namespace": "shopify", "key": "material"}


def test_enabling_twice_gives_the_same_definition() -> None:
    core = Core()
    ids = {
        core.data(ENABLE, type="shopify--qa-pair")["standardMetaobjectDefinitionEnable"]["metaobjectDefinition"]["id"]
        for _ in range(2)
    }
    assert len(ids) == 1
    first, second = (core.data(ENABLE_METAFIELD, **SUBTITLE, pin=pin) for pin in (False, True))
    made = [answer["standardMetafieldDefinitionEnable"]["createdDefinition"] for answer in (first, second)]
    assert made[0]["id"] == made[1]["id"]
    assert (made[0]["pinnedPosition"], made[1]["pinnedPosition"]) == (None, 1), "a requested pin is applied"


@pytest.mark.parametrize(
    "given,code",
    [
        ({**SUBTITLE, "key": "nothing"}, "TEMPLATE_NOT_FOUND"),
        ({**SUBTITLE, "access": {"admin": "MERCHANT_READ"}}, "INVALID"),
        ({**MATERIAL, "access": {"storefront": "PUBLIC_READ"}}, "INVALID"),
        ({**RECOMMENDED, "access": {"storefront": "PUBLIC_READ"}}, "INVALID"),
        ({**RECOMMENDED, "key": "others"}, "TEMPLATE_NOT_FOUND"),
        ({**MATERIAL, "pin": True}, "UNSUPPORTED_PINNING"),
        (MATERIAL, "INVALID_STANDARD_METAOBJECT"),
    ],
)
def test_what_cannot_be_enabled(given: dict[str, Any], code: str) -> None:
    assert [error for _, error in Core().refused(ENABLE_METAFIELD, **given)] == [code]


def test_a_standard_definition_is_never_changed() -> None:
    core = Core()
    node = core.data(ENABLE, type="shopify--qa-pair")["standardMetaobjectDefinitionEnable"]["metaobjectDefinition"]
    assert core.refused(REDEFINE, id=node["id"], definition={"name": "Mine"}) == [(("definition",), "IMMUTABLE")]
    core.data(ENABLE_METAFIELD, **SUBTITLE)
    renamed = {**SUBTITLE, "name": "Mine"}
    assert core.refused(REDEFINE_METAFIELD, definition=renamed) == [(("definition",), "INVALID_INPUT")]


def test_category_values_need_the_definition_and_an_entry_of_its_type() -> None:
    core = Core()
    product = core.product("chair")
    value = {"ownerId": product, "namespace": "shopify", "key": "material", "value": "[]"}
    assert [code for _, code in core.refused(SET, metafields=[value])] == ["APP_NOT_AUTHORIZED"]
    core.data(ENABLE, type="shopify--material")
    core.data(ENABLE_METAFIELD, **MATERIAL)
    linen = core.entry(
        "shopify--material", "linen", label="Linen", taxonomy_reference="gid://shopify/TaxonomyValue/22511"
    )
    assert core.refused(SET, metafields=[{**value, "value": json.dumps([linen])}]) == []


@pytest.mark.parametrize("enabled", [False, True])
def test_recommendations_are_any_apps_to_write_and_the_rest_of_shopifys_namespaces_is_not(enabled: bool) -> None:
    core = Core()
    chair, lamp = core.product("chair"), core.product("lamp")
    if enabled:
        core.data(ENABLE_METAFIELD, **RECOMMENDED)
    name = {"ownerId": chair, "namespace": RECOMMENDED["namespace"], "key": RECOMMENDED["key"]}
    value = {**name, "type": "list.product_reference", "value": json.dumps([lamp])}
    assert core.refused(SET, metafields=[value]) == []
    for change in ({"key": "others"}, {"namespace": "shopify--other"}, {"ownerId": core.shop.shop_id}):
        assert [code for _, code in core.refused(SET, metafields=[{**value, **change}])] == ["APP_NOT_AUTHORIZED"]
        assert core.data(DELETE, metafields=[{**name, **change}])["metafieldsDelete"]["userErrors"]
    assert core.data(DELETE, metafields=[name])["metafieldsDelete"]["deletedMetafields"] == [{"key": name["key"]}]


def test_nobody_defines_anything_of_their_own_where_shopify_has_standards() -> None:
    given = {**RECOMMENDED, "name": "Mine", "type": "list.product_reference"}
    errors = Core().refused(DEFINE_METAFIELD, definition=given)
    assert errors == [(("definition", "namespace"), "RESERVED_NAMESPACE_KEY")]
