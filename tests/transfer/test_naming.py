"""Pages speak as Shopify's admin does: no scope, no enum word, no name of a field as the API writes it."""

from __future__ import annotations

import re

import pytest

from transfer.naming import GROUPS, OTHERS, field, group_of, key, owners, permissions, plain
from transfer.registry import RESOURCES
from transfer.shapes import Shape
from transfer.told import told

RAW = re.compile(r"[a-z][A-Z]|_|^[a-z]")


def _paths(shape: Shape, before: str = "") -> list[str]:
    found = []
    for name, inner in shape.inner():
        path = f"{before}.{name}" if before else name
        found += [path, *_paths(inner, path)] if name.isidentifier() else []
    return found


@pytest.mark.parametrize("name", list(RESOURCES))
def test_every_field_of_every_kind_has_a_name_for_people(name: str) -> None:
    said = [part for path in _paths(RESOURCES[name].shape) for part in field(path, name).split(" › ")[:1]]
    assert said or name in ("locations", "sales_channels")
    assert [word for word in said if RAW.search(word)] == []


def test_names_that_people_gave_stay() -> None:
    assert field("fields.main_colour", "metaobjects") == "Fields › main_colour"
    assert field("variants.1.5 / Deep red.compareAtPrice", "products") == "Variants › 1.5 / Deep red › Compare-at price"
    assert field("custom.descriptionHtml", "product_metafields") == "custom.descriptionHtml"
    assert field("seo.title", "products") == "Search engine listing › Title"


def test_a_key_names_its_owner_as_the_admin_does() -> None:
    assert key("DRAFTORDER/custom/PRODUCT", "metafield_definitions") == "draft orders/custom/PRODUCT"
    assert key("PRODUCT/custom", "metaobjects") == "PRODUCT/custom"


def test_a_key_names_the_kind_of_whose_translation_it_is() -> None:
    assert key("product_metafields/shirt/custom/care/de", "translations") == "product metafields/shirt/custom/care/de"
    assert key("shop_policies/REFUND_POLICY/de", "translations") == "policies/Refund policy/de"
    assert key("%2Fold%20shop", "url_redirects") == "/old shop"
    assert key("product_options/shirt/Size/de", "translations") == "product options/shirt/Size/de"


def test_scopes_and_owners_are_said() -> None:
    assert permissions(["read_files", "read_locales", "write_online_store_navigation"]) == (
        "read files and languages, and write menus and URL redirects"
    )
    assert [owners(word) for word in ("DRAFTORDER", "COMPANY", "PRODUCT")] == ["draft orders", "companies", "products"]
    scopes = {scope for kind in RESOURCES.values() for scope in (*kind.scopes.read, *kind.scopes.write)}
    assert [scope for scope in scopes if "_" in permissions([scope])] == []


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("The app may not write this; grant it write_files, and import again.",
         "The app may not write this; let it write files, and import again."),
        ("the app may not read definitions on DRAFTORDER; grant it read_draft_orders",
         "the app may not read definitions on draft orders; let it read draft orders"),
        ("Required access: `write_content` access scope or `write_online_store_pages` access scope.",
         "Required access: leave to write pages, blogs and articles or `write_online_store_pages` access scope."),
        ("descriptionHtml: points at ProductVariant 40000000000001, which the source store no longer had.",
         "Description: points at variant 40000000000001, which the source store no longer had."),
        ("owner: points at shopsync:url_redirects/%2Fa, which the target store does not have.",
         "Owner: points at the URL redirect %2Fa, which the target store does not have."),
        ("bulb: seo.title: Product 5862285664", "bulb: Search engine listing › Title: product 5862285664"),
        ("media: points at shopsync:files/video/film.mp4, which the target store does not have.",
         "Media: points at the file video/film.mp4, which the target store does not have."),
        ("It is of type number_integer in the target store and of type list.single_line_text_field in the archive.",
         "It is of type Integer in the target store and of type List of Single line text in the archive."),
        ("of type product_reference, with a date and a my_own_word", "of type Product, with a date and a my_own_word"),
        ("A read_me of 2024 says PRODUCTION: stays.", "A read_me of 2024 says PRODUCTION: stays."),
    ],
)  # fmt: skip
def test_a_sentence_loses_what_only_programs_say(sentence: str, said: str) -> None:
    assert plain(sentence, "products") == said


def test_every_kind_has_a_place_on_forms() -> None:
    assert {group_of(name) for name in RESOURCES} <= set(GROUPS)
    assert group_of("something_new") == OTHERS


def test_words_of_shopify_are_said_and_words_of_people_stay() -> None:
    assert told("DRAFT", "status", "products") == "Draft"
    assert told("DENY", "variants.S / 1.5.inventoryPolicy", "products") == "Deny"
    assert told("PUBLIC_READ", "access.storefront", "metaobject_definitions") == "Public read"
    assert told("ACME", "vendor", "products") == "ACME"
    assert told(["ACTIVE"], "tags", "products") == ["ACTIVE"]


def test_what_has_fields_of_shopifys_names_is_told_a_field_to_a_line() -> None:
    variant = {
        "price": "10.00",
        "options": [["Size", "S"]],
        "taxable": False,
        "sku": "",
        "weight": {"unit": "GRAMS", "value": 5},
    }
    lines = ["Price: 10.00", "Options: Size, S", "Charge tax: No", "Weight:", "  Unit: Grams", "  Value: 5"]
    assert str(told([variant], "variants", "products")).splitlines() == lines
    assert told({"my_name": {"a": 1}}, "value", "product_metafields") == {"my_name": {"a": 1}}
    entry = {"mentor": {"type": "list.metaobject_reference", "value": '["shopsync:metaobjects/designer/anna"]'}}
    lines = ["mentor:", "  Type: List of Metaobject", "  Value:", "    [", '      "Metaobject: designer/anna"', "    ]"]
    assert str(told(entry, "fields", "metaobjects")).splitlines() == lines
    assert told("single_line_text_field", "type", "product_metafields") == "Single line text"
    assert told({"value": "rich_text_field"}, "types", "translations") == "value: Rich text"
    assert "_" not in str(told([{"name": "Colour", "values": ["Deep red"]}], "options", "products"))
