"""What the target has under the same key is of another type: a conflict is told, and the rest arrives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builder import NAME, Builder, troubles
from tests.meddle import row
from tests.support import Sandbox, archive_of, import_
from tests.transfer.test_unsure import LISTED, products, unsure
from transfer.outcomes import Reason
from transfer.references import gid_type

PLAIN = [
    ("single_line_text_field", "Red"),
    ("list.single_line_text_field", '["Red"]'),
    ("number_integer", "5"),
    ("multi_line_text_field", "a\nb"),
    ("json", '{"a":1}'),
]
LINKED = """mutation P($input: ProductSetInput!) {
  productSet(input: $input, synchronous: true) { product { id } userErrors { message } } }"""


def _with_linked_option(shop: Builder) -> None:
    colour = shop.define("colour", NAME)
    meant = [{"name": "metaobject_definition_id", "value": colour}]
    shop.define_metafield("custom.colour", "list.metaobject_reference", validations=meant)
    red = shop.entry("colour", "red", name="Red")
    option = {"name": "Colour", "linkedMetafield": {"namespace": "custom", "key": "colour", "values": [red]}}
    variant = {"optionValues": [{"optionName": "Colour", "linkedMetafieldValue": red}], "price": "3.00"}
    own = {"title": "Shirt", "handle": "shirt", "productOptions": [option], "variants": [variant]}
    assert not shop.ask(LINKED, input=own)["productSet"]["userErrors"]


@pytest.mark.parametrize("policy", ["update", "mirror"])
@pytest.mark.parametrize(("type_", "value"), PLAIN)
def test_a_plain_value_where_the_target_has_a_linked_option(
    sandbox: Sandbox, tmp_path: Path, type_: str, value: str, policy: str
) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    product = source.product("shirt", {"Colour": ["Red"]})
    source.product("other", {"Size": ["S"]})
    source.metafield(product, "custom.colour", type_, value)
    _with_linked_option(target)
    desk, _ = import_(sandbox, target.shop, archive_of(sandbox, source.shop, tmp_path), tmp_path, policy=policy)
    own = row(desk, "product_metafields", "shirt", "custom", "colour")
    assert own.reason is Reason.TYPE_CONFLICT
    assert row(desk, "products", "other").verified
    assert list(troubles(desk)) == [("product_metafields", "shirt", "custom", "colour")]


@pytest.mark.parametrize("policy", ["update", "mirror"])
@pytest.mark.parametrize(("type_", "value"), PLAIN)
def test_a_list_that_could_not_be_named_whole_where_the_target_has_another_type(
    sandbox: Sandbox, tmp_path: Path, type_: str, value: str, policy: str
) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    own, theirs = products(source, "first", "second"), products(target, "first", "second")
    source.define("card", NAME, LISTED)
    target.define("card", NAME, {"key": "seen", "type": type_})
    source.entry("card", "one", name="One", seen=json.dumps(own))
    target.entry("card", "one", name="One", seen=value)
    source.metafield(own[0], "custom.seen", "list.product_reference", json.dumps(own))
    target.metafield(theirs[0], "custom.seen", type_, value)
    archive = unsure(archive_of(sandbox, source.shop, tmp_path))
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy=policy)
    assert row(desk, "metaobjects", "card", "one").reason in (Reason.TYPE_CONFLICT, Reason.PART_CONFLICT)
    seen = row(desk, "product_metafields", "first", "custom", "seen")  # without a definition, it may become another
    assert (seen.reason, seen.lost, seen.verified) == (Reason.UNRESOLVED_REFERENCE, ("value",), True)
    told = {("metaobject_definitions", "card"), ("metaobjects", "card", "one")}
    assert set(troubles(desk)) == {*told, ("product_metafields", "first", "custom", "seen")}


def test_pins_of_which_none_can_land_leave_the_targets_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    colour = source.define("colour", NAME)
    meant = [{"name": "metaobject_definition_id", "value": colour}]
    source.define_metafield("custom.colour", "metaobject_reference", validations=meant, pin=True)
    source.product("shirt", {"Size": ["S"]})
    target.define_metafield("custom.other", "single_line_text_field", pin=True)
    kinds = ["metafield_definitions", "metafield_pins", "products"]
    archive = archive_of(sandbox, source.shop, tmp_path, resources=kinds)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert row(desk, "products", "shirt").verified
    assert row(desk, "metafield_pins", "PRODUCT").reason


@pytest.mark.parametrize(
    "behind", [",gid://shopify/Product/2", ";", "|", "/x", "#a", ")", ": ours", "?a=1,b", "\n", "'"]
)
def test_a_text_that_begins_with_an_id_is_a_text(behind: str) -> None:
    assert gid_type(f"gid://shopify/Product/1{behind}") is None


@pytest.mark.parametrize("name", ["Product/1", "TaxonomyCategory/aa-1-2", "InventoryLevel/5?inventory_item_id=7"])
def test_an_id_is_an_id(name: str) -> None:
    assert gid_type(f"gid://shopify/{name}") == name.partition("/")[0]


TRANSLATE = """mutation T($id: ID!, $given: [TranslationInput!]!) {
  translationsRegister(resourceId: $id, translations: $given) { userErrors { message } } }"""
CONTENT = """query C($id: ID!) { translatableResource(resourceId: $id) { translatableContent { key digest } } }"""
VALUE = """query V($id: ID!) { product(id: $id) { metafield(namespace: "custom", key: "care") { id } } }"""
ENABLE = 'mutation { shopLocaleEnable(locale: "de") { userErrors { message } } }'


def _with_translated_care(shop: Builder) -> str:
    shop.ask(ENABLE)
    product = shop.product("shirt", {"Size": ["S"]})
    shop.metafield(product, "custom.care", "single_line_text_field", "Care")
    value = shop.ask(VALUE, id=product)["product"]["metafield"]["id"]
    (content,) = shop.ask(CONTENT, id=value)["translatableResource"]["translatableContent"]
    given = {"key": content["key"], "locale": "de", "value": "Pflege", "translatableContentDigest": content["digest"]}
    assert not shop.ask(TRANSLATE, id=value, given=[given])["translationsRegister"]["userErrors"]
    return product


@pytest.mark.parametrize("type_", ["list.url", "list.link", "list.product_reference"])
def test_a_translation_of_what_is_a_list_by_now_is_the_text_that_it_is(
    sandbox: Sandbox, tmp_path: Path, type_: str
) -> None:
    """The store can be exported, and imported into, whatever became of the value that was translated."""
    shop, other = Builder(sandbox), Builder(sandbox)
    product = _with_translated_care(shop)
    items = {"list.url": ["https://a.b/c"], "list.link": [{"text": "A", "url": "https://a.b/c"}]}
    shop.metafield(product, "custom.care", type_, json.dumps(items.get(type_, [product])))
    archive = archive_of(sandbox, shop.shop, tmp_path)
    _with_translated_care(other)
    for _ in range(2):
        desk, _ = import_(sandbox, other.shop, archive, tmp_path)
        assert row(desk, "product_metafields", "shirt", "custom", "care").reason is Reason.NONE
    archive_of(sandbox, other.shop, tmp_path)


def test_a_field_that_was_deleted_and_made_again_holds_nothing_of_before(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    own = products(source, "first", "second")
    card = source.define("card", NAME, {"key": "seen", "type": "product_reference"})
    entry = source.entry("card", "one", name="One", seen=own[0])
    source.redefine(card, {"delete": {"key": "seen"}})
    source.redefine(card, {"create": LISTED})
    read = '{ metaobjects(type: "card", first: 1) { nodes { id seen: field(key: "seen") { value } } } }'
    assert source.ask(read)["metaobjects"]["nodes"] == [{"id": entry, "seen": {"value": None}}]
    desk, _ = import_(sandbox, target.shop, archive_of(sandbox, source.shop, tmp_path), tmp_path)
    assert troubles(desk) == {}
