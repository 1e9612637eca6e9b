"""Options that are linked to entries arrive linked to the entries of the other store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support import Sandbox, archive_of, checksums, export, import_, total
from tests.transfer.test_sheets_by_hand import book
from transfer.outcomes import Reason, Verdict
from transfer.work import Where

DEFINE = """mutation D($entries: MetaobjectDefinitionCreateInput!) {
  metaobjectDefinitionCreate(definition: $entries) { metaobjectDefinition { id } userErrors { message } } }"""
DEFINE_VALUE = """mutation D($definition: MetafieldDefinitionInput!) {
  metafieldDefinitionCreate(definition: $definition) { userErrors { message } } }"""
ENTRY = """mutation E($handle: MetaobjectHandleInput!, $metaobject: MetaobjectUpsertInput!) {
  metaobjectUpsert(handle: $handle, metaobject: $metaobject) { metaobject { id } userErrors { message code } } }"""
SET = """mutation S($input: ProductSetInput!, $identifier: ProductSetIdentifiers) {
  productSet(input: $input, identifier: $identifier, synchronous: true) { product { id }
    userErrors { field message code } } }"""
READ = """query R($handle: String!) { productByIdentifier(identifier: {handle: $handle}) { id
  options { id name linkedMetafield { namespace key } optionValues { id name linkedMetafieldValue } }
  metafield(namespace: "custom", key: "colour") { value }
  variants(first: 20) { nodes { id title price } } } }"""
UPDATE = """mutation U($id: ID!, $option: OptionUpdateInput!, $values: [OptionValueUpdateInput!]) {
  productOptionUpdate(productId: $id, option: $option, optionValuesToUpdate: $values) {
    userErrors { field message code } } }"""
LINK = {"namespace": "custom", "key": "colour"}
Colours = dict[str, str]


def defined(sandbox: Sandbox, shop: str, *names: str, prefix: str = "") -> Colours:
    """A shop's colours: handle -> id."""
    fields = [
        {"key": "label", "type": "single_line_text_field", "required": True},
        {"key": "shown_on", "type": "product_reference"},
    ]
    given = {"type": "colour", "displayNameKey": "label", "fieldDefinitions": fields}
    data = sandbox.graphql(shop, DEFINE, entries=given)["metaobjectDefinitionCreate"]
    gid = data["metaobjectDefinition"]["id"]
    validations = [{"name": "metaobject_definition_id", "value": gid}]
    own = {"ownerType": "PRODUCT", **LINK, "name": "Colour", "type": "list.metaobject_reference"}
    sandbox.graphql(shop, DEFINE_VALUE, definition={**own, "validations": validations})
    return {name: entry(sandbox, shop, name, label=f"{prefix}{name.title()}") for name in names}


def entry(sandbox: Sandbox, shop: str, handle: str, **values: str) -> str:
    fields = [{"key": key, "value": value} for key, value in values.items()]
    answer = sandbox.graphql(shop, ENTRY, handle={"type": "colour", "handle": handle}, metaobject={"fields": fields})[
        "metaobjectUpsert"
    ]
    assert not answer["userErrors"], answer
    return str(answer["metaobject"]["id"])


def lamp(colours: Colours, *, linked: bool = True, extra: tuple[str, ...] = ()) -> dict[str, Any]:
    """A product with a colour and a size."""
    names = [name.title() for name in colours]
    values = [{"linkedMetafieldValue": gid} for gid in colours.values()] if linked else [{"name": n} for n in names]
    option = {"name": "Colour", "linkedMetafield": {**LINK, "values": list(colours.values())}}
    plain = {"name": "Colour", "values": [{"name": name} for name in (*names, *extra)]}
    variants = [
        {"optionValues": [{"optionName": "Colour", **value}, {"optionName": "Size", "name": size}], "price": price}
        for value in values
        for size, price in (("S", "10.00"), ("L", "12.00"))
    ]
    sizes = {"name": "Size", "values": [{"name": "S"}, {"name": "L"}]}
    return {
        "title": "Lamp",
        "handle": "lamp",
        "productOptions": [option if linked else plain, sizes],
        "variants": variants,
    }


def put(sandbox: Sandbox, shop: str, given: dict[str, Any]) -> str:
    answer = sandbox.graphql(shop, SET, input=given)["productSet"]
    assert not answer["userErrors"], answer
    return str(answer["product"]["id"])


def read(sandbox: Sandbox, shop: str) -> dict[str, Any]:
    node: dict[str, Any] = sandbox.graphql(shop, READ, handle="lamp")["productByIdentifier"]
    return node


def links(node: dict[str, Any]) -> dict[str, str | None]:
    return {value["name"]: value["linkedMetafieldValue"] for value in node["options"][0]["optionValues"]}


@pytest.fixture
def source(sandbox: Sandbox) -> str:
    """Red and blue, and the red one names the lamp: lamp and colour need each other."""
    shop = sandbox.shop()
    colours = defined(sandbox, shop, "red", "blue")
    gid = put(sandbox, shop, lamp(colours))
    entry(sandbox, shop, "red", shown_on=gid)
    return shop


def test_they_arrive_linked_and_a_second_import_writes_nothing(sandbox: Sandbox, source: str, tmp_path: Path) -> None:
    target = sandbox.shop()
    _, past = export(sandbox, source, tmp_path)
    archive = archive_of(sandbox, source, tmp_path)
    first, _ = import_(sandbox, target, archive, tmp_path)
    assert total(first, "verified") == total(first, "outcome:created") + total(first, "outcome:unchanged")
    here, there = read(sandbox, source), read(sandbox, target)
    assert there["options"][0]["linkedMetafield"] == LINK
    assert list(links(there)) == list(links(here)) == ["Red", "Blue"]
    assert not set(links(here).values()) & set(links(there).values()), "each store has entries of its own"
    assert [v["title"] for v in there["variants"]["nodes"]] == [v["title"] for v in here["variants"]["nodes"]]
    second, _ = import_(sandbox, target, archive, tmp_path)
    assert second.client.writes == 0
    _, copied = export(sandbox, target, tmp_path)
    assert checksums(copied) == checksums(past)


def test_a_plain_option_of_the_target_is_linked(sandbox: Sandbox, source: str, tmp_path: Path) -> None:
    """The variants stay the same variants."""
    target = sandbox.shop()
    colours = defined(sandbox, target, "red", "blue")
    put(sandbox, target, lamp(colours, linked=False))
    before = read(sandbox, target)
    archive = archive_of(sandbox, source, tmp_path)
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert desk.ledger.get("products", [("lamp",)])[("lamp",)].verified
    after = read(sandbox, target)
    assert links(after) == {"Red": colours["red"], "Blue": colours["blue"]}
    assert after["variants"] == before["variants"]
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0


def test_values_and_variants_are_added_to_a_linked_option(sandbox: Sandbox, source: str, tmp_path: Path) -> None:
    target = sandbox.shop()
    colours = defined(sandbox, target, "red")
    put(sandbox, target, lamp(colours))
    archive = archive_of(sandbox, source, tmp_path)
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert desk.ledger.get("products", [("lamp",)])[("lamp",)].verified
    after = read(sandbox, target)
    assert set(links(after)) == {"Red", "Blue"} and None not in links(after).values()
    assert len(after["variants"]["nodes"]) == 4
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0


def test_a_value_without_an_entry_there_is_a_conflict(sandbox: Sandbox, source: str, tmp_path: Path) -> None:
    target = sandbox.shop()
    colours = defined(sandbox, target, "red", "blue")
    put(sandbox, target, lamp(colours, linked=False, extra=("Green",)))
    desk, _ = import_(sandbox, target, archive_of(sandbox, source, tmp_path), tmp_path)
    row = desk.ledger.get("products", [("lamp",)])[("lamp",)]
    assert (row.verdict, row.reason, row.verified) == (Verdict.UPDATE, Reason.PART_CONFLICT, True)
    assert set(links(read(sandbox, target)).values()) == {None}
    assert "the value Green" in row.detail


def test_without_its_entries_an_option_arrives_plain_and_is_named(
    sandbox: Sandbox, source: str, tmp_path: Path
) -> None:
    target = sandbox.shop()
    desk, _ = import_(sandbox, target, archive_of(sandbox, source, tmp_path, resources=["products"]), tmp_path)
    (row,) = desk.ledger.select(Where(resource="products"), limit=10)
    assert (row.reason, row.lost) == (Reason.OUTSIDE_REFERENCE, ("options.Colour",))
    assert row.verified
    assert links(read(sandbox, target)) == {"Red": None, "Blue": None}


def test_a_row_may_say_a_part_of_a_linked_option(sandbox: Sandbox, source: str, tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"Key": "lamp", "name": "Colour", "linkedMetafield": "custom.colour"}]
    file = book({"products": [{"Key": "lamp", "title": "Light"}], "products.options": [*rows]}, "UPDATE")
    desk, _ = import_(sandbox, source, file, tmp_path)
    (row,) = desk.ledger.select(Where(resource="products"), limit=10)
    assert (row.changed, row.verified) == (("title",), True)


def test_a_product_picked_alone_brings_what_its_options_are_made_of(
    sandbox: Sandbox, source: str, tmp_path: Path
) -> None:
    target = sandbox.shop()
    chosen = {"records": [["products", ["lamp"]]], "closure": True}
    archive = archive_of(sandbox, source, tmp_path, **chosen)
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert total(desk, "verified") == total(desk, "outcome:created") + total(desk, "outcome:unchanged")
    assert None not in links(read(sandbox, target)).values()


def test_a_lost_answer_makes_no_second_product(sandbox: Sandbox, source: str, tmp_path: Path) -> None:
    archive, target = archive_of(sandbox, source, tmp_path), sandbox.shop()
    lost = [
        {"kind": "lost_answer", "times": 1, "match": name, "shop": target} for name in ("CreateProduct", "LinkOption")
    ]
    sandbox.faults(*lost)
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert desk.ledger.get("products", [("lamp",)])[("lamp",)].verified
    assert None not in links(read(sandbox, target)).values()


# -- as Shopify judges them --------------------------------------------------------------------------------------


def refused(sandbox: Sandbox, shop: str, given: dict[str, Any]) -> str:
    (error,) = sandbox.graphql(shop, SET, input=given)["productSet"]["userErrors"]
    return str(error["code"])


def test_what_shopify_refuses(sandbox: Sandbox) -> None:
    shop = sandbox.shop()
    stranger = lamp({"red": "gid://shopify/Metaobject/1"})
    assert refused(sandbox, shop, stranger) == "LINKED_METAFIELD_DEFINITION_NOT_FOUND"
    colours = defined(sandbox, shop, "red", "blue")
    assert refused(sandbox, shop, stranger) == "INVALID_METAFIELD_VALUE_FOR_LINKED_OPTION"
    both = lamp(colours)
    both["variants"][0]["optionValues"][0] = {"optionName": "Colour", "name": "Red"}
    assert refused(sandbox, shop, both) == "CANNOT_COMBINE_LINKED_AND_NONLINKED_OPTION_VALUES"
    put(sandbox, shop, lamp(colours))
    node = read(sandbox, shop)
    assert node["metafield"]["value"] == f'["{colours["red"]}","{colours["blue"]}"]', "the metafield says the same"
    handle = {"type": "colour", "handle": "blue"}
    taken = {"fields": [{"key": "label", "value": "Red"}]}
    (error,) = sandbox.graphql(shop, ENTRY, handle=handle, metaobject=taken)["metaobjectUpsert"]["userErrors"]
    assert error["code"] == "DISPLAY_NAME_CONFLICT"
    entry(sandbox, shop, "blue", label="Navy")
    assert list(links(read(sandbox, shop))) == ["Red", "Navy"], "values are called as their entries are"


def test_a_plain_option_is_linked_as_a_whole(sandbox: Sandbox) -> None:
    shop = sandbox.shop()
    colours = defined(sandbox, shop, "red", "blue")
    gid = put(sandbox, shop, lamp(colours, linked=False))
    option = read(sandbox, shop)["options"][0]
    some = [{"id": option["optionValues"][0]["id"], "linkedMetafieldValue": colours["red"]}]
    given = {"id": option["id"], "linkedMetafield": LINK}
    (error,) = sandbox.graphql(shop, UPDATE, id=gid, option=given, values=some)["productOptionUpdate"]["userErrors"]
    assert error["code"] == "LINKED_OPTION_UPDATE_MISSING_VALUES"
    assert read(sandbox, shop)["options"][0]["linkedMetafield"] is None
