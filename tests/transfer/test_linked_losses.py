"""Options linked to entries, in stores that cannot link them so, or call the entries otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.builder import Builder, equal, troubles
from tests.support import Sandbox, archive_of, import_
from tests.transfer.test_linked_options import SET
from transfer.outcomes import Reason
from transfer.work import Desk

SHADES = {"namespace": "custom", "key": "shades"}
STATE = """query S($handle: String!) { productByIdentifier(identifier: {handle: $handle}) { title descriptionHtml
  options { linkedMetafield { key } optionValues { name linkedMetafieldValue } }
  variants(first: 9) { nodes { title price metafield(namespace: "custom", key: "note") { value } } } } }"""
REORDER = """mutation R($id: ID!, $options: [OptionReorderInput!]!) {
  productOptionsReorder(productId: $id, options: $options) { userErrors { message } } }"""
DESCRIBE = "mutation D($product: ProductUpdateInput!) { productUpdate(product: $product) { userErrors { message } } }"
UNFIT = "cannot be linked to custom.shades in this store, so that its values are plain"


def shades(store: Builder, *names: str, type_: str = "shade") -> list[str]:
    """Entries s0, s1, … called so, and the metafield to which options can be linked."""
    definition = store.define(type_, {"key": "name", "type": "single_line_text_field"})
    entries = [store.entry(type_, f"s{number}", name=name) for number, name in enumerate(names)]
    rule = [{"name": "metaobject_definition_id", "value": definition}]
    store.define_metafield("custom.shades", "list.metaobject_reference", validations=rule)
    return entries


def linked(store: Builder, handle: str, entries: Sequence[str], price: str = "2.00", **more: Any) -> str:
    variants = [
        {"optionValues": [{"optionName": "Colour", "linkedMetafieldValue": entry}], "price": price} for entry in entries
    ]
    option = {"name": "Colour", "linkedMetafield": {**SHADES, "values": list(entries)}}
    given = {"title": handle, "handle": handle, "productOptions": [option], "variants": variants, **more}
    answer = store.ask(SET, input=given)["productSet"]
    assert not answer["userErrors"], answer
    return str(answer["product"]["id"])


@pytest.fixture
def source(sandbox: Sandbox) -> Builder:
    """A product in red and green; the green variant has a note, and the product refers and links to it."""
    store = Builder(sandbox)
    product = linked(store, "lamp", shades(store, "Red", "Green"), title="New")
    green = store.variants(product)[1]
    store.metafield(green, "custom.note", "single_line_text_field", "soft")
    store.define_metafield("custom.best", "variant_reference")
    store.metafield(product, "custom.best", "variant_reference", green)
    link = f'<a href="https://{store.shop}/products/lamp?variant={green.rpartition("/")[2]}">green</a>'
    store.ask(DESCRIBE, product={"id": product, "descriptionHtml": link})
    return store


def copied(sandbox: Sandbox, source: Builder, target: Builder, folder: Path, **how: Any) -> Desk:
    desk, _ = import_(sandbox, target.shop, archive_of(sandbox, source.shop, folder), folder, **how)
    return desk


def state(store: Builder) -> dict[str, Any]:
    """{"links": value -> entry, "notes": variant -> note, "prices": variant -> price, "title", "text"}"""
    node = store.ask(STATE, handle="lamp")["productByIdentifier"]
    variants = node["variants"]["nodes"]
    return {
        "links": {value["name"]: value["linkedMetafieldValue"] for value in node["options"][0]["optionValues"]},
        "notes": {item["title"]: (item["metafield"] or {}).get("value") for item in variants},
        "prices": {item["title"]: item["price"] for item in variants},
        "title": node["title"],
        "text": node["descriptionHtml"],
    }


# -- definitions that do not fit --------------------------------------------------------------------------------------


def nothing(store: Builder) -> None:
    pass


def of_texts(store: Builder) -> None:
    store.define_metafield("custom.shades", "single_line_text_field")


def of_other_entries(store: Builder) -> None:
    shades(store, type_="tint")


def taken(store: Builder) -> None:
    """Values without a definition stand against one of another type, and Shopify says so at the write alone."""
    other = store.product("other", {"Title": ["Default Title"]})
    store.metafield(other, "custom.shades", "single_line_text_field", "x")


@pytest.mark.parametrize(
    ("there", "excluded"),
    [
        (nothing, {"resources": ["metafield_definitions"]}),
        (of_texts, {}),
        (of_other_entries, {}),
        (taken, {}),
    ],
)
def test_a_new_product_arrives_with_plain_values_and_says_why(
    sandbox: Sandbox, source: Builder, tmp_path: Path, there: Callable[[Builder], None], excluded: dict[str, list[str]]
) -> None:
    target = Builder(sandbox)
    there(target)
    desk = copied(sandbox, source, target, tmp_path, excluded=excluded)
    row = desk.ledger.get("products", [("lamp",)])[("lamp",)]
    assert (row.reason, row.verified) == (Reason.PART_CONFLICT, True)
    assert UNFIT in row.detail
    found = state(target)
    assert found["links"] == {"Red": None, "Green": None}
    assert found["notes"] == {"Red": None, "Green": "soft"}
    assert "?variant=" in found["text"]
    again = copied(sandbox, source, target, tmp_path, excluded=excluded)
    assert state(target) == found
    if there is not taken:
        assert again.client.writes == 0


@pytest.mark.parametrize("values", [["Red"], ["Red", "Green"]])
def test_a_plain_product_that_cannot_be_linked_gets_all_else(
    sandbox: Sandbox, source: Builder, tmp_path: Path, values: list[str]
) -> None:
    target = Builder(sandbox)
    of_texts(target)
    target.product("lamp", {"Colour": values})
    row = copied(sandbox, source, target, tmp_path).ledger.get("products", [("lamp",)])[("lamp",)]
    assert (row.reason, row.verified) == (Reason.PART_CONFLICT, True)
    found = state(target)
    assert (found["title"], found["prices"]) == ("New", {"Red": "2.00", "Green": "2.00"})
    assert copied(sandbox, source, target, tmp_path).client.writes == 0


def test_a_mirror_makes_room_for_the_definition_and_then_links(
    sandbox: Sandbox, source: Builder, tmp_path: Path
) -> None:
    """The definition comes after the values that stand against it are gone, and the product after the definition."""
    target = Builder(sandbox)
    taken(target)
    assert troubles(copied(sandbox, source, target, tmp_path, policy="mirror")) == {}
    assert None not in state(target)["links"].values()
    assert copied(sandbox, source, target, tmp_path, policy="mirror").client.writes == 0
    assert equal(source, target, tmp_path)


def test_a_linked_product_goes_without_a_value_that_has_no_entry(
    sandbox: Sandbox, source: Builder, tmp_path: Path
) -> None:
    target = Builder(sandbox)
    (red,) = shades(target, "Red")
    linked(target, "lamp", [red], price="1.00")
    excluded = {"records": [["metaobjects", ["shade", "s1"]]]}
    row = copied(sandbox, source, target, tmp_path, excluded=excluded).ledger.get("products", [("lamp",)])[("lamp",)]
    assert (row.reason, row.verified) == (Reason.UNRESOLVED_REFERENCE, True)
    assert "cannot get the value Green" in row.detail
    found = state(target)
    assert (found["title"], found["prices"], found["links"]) == ("New", {"Red": "2.00"}, {"Red": red})
    assert copied(sandbox, source, target, tmp_path, excluded=excluded).client.writes == 0


def test_a_product_that_is_linked_to_entries_of_another_type_keeps_them(
    sandbox: Sandbox, source: Builder, tmp_path: Path
) -> None:
    """The target's definition takes none of the archive's entries: what is there stays, and no value is added."""
    target = Builder(sandbox)
    (red,) = shades(target, "Red", type_="tint")
    linked(target, "lamp", [red], price="1.00")
    row = copied(sandbox, source, target, tmp_path).ledger.get("products", [("lamp",)])[("lamp",)]
    assert (row.reason, row.verified) == (Reason.PART_CONFLICT, True)
    assert "cannot be other entries of custom.shades" in row.detail
    found = state(target)
    assert (found["title"], found["prices"], found["links"]) == ("New", {"Red": "2.00"}, {"Red": red})
    assert copied(sandbox, source, target, tmp_path).client.writes == 0


# -- other names ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("excluded", [{"resources": ["metaobjects"]}, {"records": [["metaobjects", ["shade", "s1"]]]}])
def test_a_new_product_whose_values_the_target_calls_otherwise_is_known(
    sandbox: Sandbox, source: Builder, tmp_path: Path, excluded: dict[str, Any]
) -> None:
    target = Builder(sandbox)
    shades(target, "Red", "Vert")
    desk = copied(sandbox, source, target, tmp_path, excluded=excluded)
    assert set(troubles(desk)) == {("metaobjects", "shade", "s1")}
    assert state(target)["notes"] == {"Red": None, "Vert": "soft"}
    assert desk.ledger.get("product_metafields", [("lamp", "custom", "best")])[("lamp", "custom", "best")].verified
    assert copied(sandbox, source, target, tmp_path, excluded=excluded).client.writes == 0


def test_a_new_variant_whose_value_the_target_calls_otherwise_is_known(
    sandbox: Sandbox, source: Builder, tmp_path: Path
) -> None:
    target = Builder(sandbox)
    red, _ = shades(target, "Red", "Vert")
    linked(target, "lamp", [red])
    excluded = {"resources": ["metaobjects"]}
    desk = copied(sandbox, source, target, tmp_path, excluded=excluded)
    assert set(troubles(desk)) == {("metaobjects", "shade", "s1")}
    assert state(target)["notes"] == {"Red": None, "Vert": "soft"}
    assert copied(sandbox, source, target, tmp_path, excluded=excluded).client.writes == 0


def test_a_mirror_takes_away_what_its_own_entries_have_renamed(sandbox: Sandbox, tmp_path: Path) -> None:
    """A product that only the target has, and a value that only the target's product has, with what hangs on them."""
    source, target = Builder(sandbox), Builder(sandbox)
    linked(source, "lamp", shades(source, "Rot", "Gruen")[:1])
    entries = shades(target, "Red", "Green")
    for product in (linked(target, "lamp", entries), linked(target, "other", entries)):
        target.metafield(target.variants(product)[1], "custom.note", "single_line_text_field", "soft")
    assert troubles(copied(sandbox, source, target, tmp_path, policy="mirror")) == {}
    assert list(state(target)["links"]) == ["Rot"]
    assert copied(sandbox, source, target, tmp_path, policy="mirror").client.writes == 0
    assert equal(source, target, tmp_path)


def test_values_in_another_order_than_their_metafield_arrive_at_once(
    sandbox: Sandbox, source: Builder, tmp_path: Path
) -> None:
    """Shopify writes the metafield of an option itself, in the order of the values."""
    product = source.ask("{ products(first: 1) { nodes { id } } }")["products"]["nodes"][0]["id"]
    order = [{"name": "Colour", "values": [{"name": "Green"}, {"name": "Red"}]}]
    source.ask(REORDER, id=product, options=order)
    target = Builder(sandbox)
    assert troubles(copied(sandbox, source, target, tmp_path)) == {}
    assert copied(sandbox, source, target, tmp_path).client.writes == 0


def test_a_plain_product_gets_linked_to_an_entry_of_another_name(
    sandbox: Sandbox, source: Builder, tmp_path: Path
) -> None:
    target = Builder(sandbox)
    shades(target, "Red", "Vert")
    target.product("lamp", {"Colour": ["Red", "Green"]})
    excluded = {"resources": ["metaobjects"]}
    desk = copied(sandbox, source, target, tmp_path, excluded=excluded)
    assert desk.ledger.get("products", [("lamp",)])[("lamp",)].verified
    assert state(target)["prices"] == {"Red": "2.00", "Vert": "2.00"}
    assert copied(sandbox, source, target, tmp_path, excluded=excluded).client.writes == 0


def test_a_mirror_leaves_a_product_the_variants_that_it_has_where_none_comes(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    linked(source, "lamp", shades(source, "Red", "Green", "Blue")[2:], title="New")
    linked(target, "lamp", shades(target, "Red", "Green"))
    excluded = {"records": [["metaobjects", ["shade", "s2"]]]}
    desk = copied(sandbox, source, target, tmp_path, policy="mirror", excluded=excluded)
    row = desk.ledger.get("products", [("lamp",)])[("lamp",)]
    assert (row.reason, row.verified) == (Reason.UNRESOLVED_REFERENCE, True)
    found = state(target)
    assert (found["title"], list(found["links"])) == ("New", ["Red", "Green"])
