"""A part of a record conflicts for good: all else is written, the part is named, and what hangs on it is not sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.builder import NAME, Builder, copy, refers, troubles
from tests.meddle import row
from tests.support import Sandbox
from transfer.outcomes import Outcome, Reason, Verdict

TEXT = "single_line_text_field"
PART, TYPE = Reason.PART_CONFLICT, Reason.TYPE_CONFLICT
SET = "SetMetafields"


def shops(sandbox: Sandbox) -> tuple[Builder, Builder]:
    return Builder(sandbox), Builder(sandbox)


def text(key: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "type": TEXT, **more}


def fields_of(shop: Builder, type_: str) -> dict[str, tuple[str, str, bool]]:
    read = "fieldDefinitions { key description required type { name } }"
    own = shop.ask(f'{{ metaobjectDefinitionByType(type: "{type_}") {{ {read} }} }}')["metaobjectDefinitionByType"]
    return {
        item["key"]: (item["type"]["name"], item["description"], item["required"]) for item in own["fieldDefinitions"]
    }


def entry(shop: Builder, type_: str, handle: str) -> dict[str, str | None]:
    read = f'metaobjectByHandle(handle: {{type: "{type_}", handle: "{handle}"}}) {{ fields {{ key value }} }}'
    own = shop.ask(f"{{ {read} }}")["metaobjectByHandle"]
    return {item["key"]: item["value"] for item in own["fields"]} if own else {}


def values(shop: Builder, handle: str) -> dict[str, str]:
    nodes = product(shop, handle, "metafields(first: 50) { nodes { key value } }")["metafields"]["nodes"]
    return {node["key"]: node["value"] for node in nodes}


def product(shop: Builder, handle: str, selection: str) -> dict[str, Any]:
    read = f'productByIdentifier(identifier: {{handle: "{handle}"}}) {{ {selection} }}'
    own: dict[str, Any] = shop.ask(f"{{ {read} }}")["productByIdentifier"]
    return own


def test_the_other_fields_of_a_definition_are_written(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shops(sandbox)
    size = {"key": "size", "type": "number_integer", "description": "Ours", "required": True}
    source.define("shoe", NAME, size, text("use", description="Ours"), text("new"))
    target.define("shoe", NAME, text("size", description="Theirs"), text("use"))
    source.entry("shoe", "boot", name="Boot", size="9", use="Rain", new="Yes")
    source.entry("shoe", "clog", name="Clog", size="7", use="Garden")
    target.entry("shoe", "clog", name="Wood", size="large")
    desk, _ = copy(source, target, tmp_path)
    definition = row(desk, "metaobject_definitions", "shoe")
    assert (definition.verdict, definition.outcome, definition.verified) == (Verdict.UPDATE, Outcome.UPDATED, True)
    assert definition.detail == (
        "The field size is of type single_line_text_field in the target store and of type number_integer in the "
        "archive; Shopify cannot change the type of a field. What goes with the type stays as the target has it: "
        "Fields › size › Required."
    )
    assert fields_of(target, "shoe") == {
        "name": (TEXT, None, False),
        "size": (TEXT, "Ours", False),
        "use": (TEXT, "Ours", False),
        "new": (TEXT, None, False),
    }
    entries = [("metaobjects", "shoe", handle) for handle in ("boot", "clog")]
    assert troubles(desk) == dict.fromkeys([("metaobject_definitions", "shoe"), *entries], PART)
    assert entry(target, "shoe", "boot") == {"name": "Boot", "size": None, "use": "Rain", "new": "Yes"}
    assert entry(target, "shoe", "clog") == {"name": "Clog", "size": "large", "use": "Garden", "new": None}
    assert row(desk, "metaobjects", "shoe", "boot").detail == (
        "The field size is of type single_line_text_field in the target store, not number_integer."
    )
    again, _ = copy(source, target, tmp_path)
    assert again.client.writes == 0
    assert troubles(again) == troubles(desk)
    assert row(again, "metaobject_definitions", "shoe").verdict is Verdict.CONFLICT
    assert row(again, "metaobject_definitions", "shoe").outcome is Outcome.UNCHANGED


def test_an_entry_that_cannot_fill_a_required_field_is_not_sent(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shops(sandbox)
    source.define("shoe", NAME, {"key": "size", "type": "number_integer"})
    target.define("shoe", NAME, text("size", required=True))
    for handle in ("boot", "clog"):
        source.entry("shoe", handle, name=handle, size="9")
    target.entry("shoe", "clog", name="Theirs", size="large")
    desk, _ = copy(source, target, tmp_path)
    boot = row(desk, "metaobjects", "shoe", "boot")
    assert (boot.verdict, boot.reason) == (Verdict.CANNOT, TYPE)
    assert entry(target, "shoe", "boot") == {}
    assert entry(target, "shoe", "clog") == {"name": "clog", "size": "large"}


def test_what_is_made_of_a_conflicting_field_stays_with_it(sandbox: Sandbox, tmp_path: Path) -> None:
    """A display name, and the titles of pages, are made of fields, which must be of some types for it."""
    source, target = shops(sandbox)
    source.define("shoe", NAME, text("label"))
    target.define("shoe", NAME, {"key": "label", "type": "json"})
    change = """mutation C($id: ID!, $definition: MetaobjectDefinitionUpdateInput!) {
      metaobjectDefinitionUpdate(id: $id, definition: $definition) { userErrors { message } } }"""
    known = source.ask('{ metaobjectDefinitionByType(type: "shoe") { id } }')["metaobjectDefinitionByType"]["id"]
    made = {"displayNameKey": "label", "name": "Ours"}
    assert not source.ask(change, id=known, definition=made)["metaobjectDefinitionUpdate"]["userErrors"]
    desk, _ = copy(source, target, tmp_path)
    assert troubles(desk) == {("metaobject_definitions", "shoe"): PART}
    read = '{ metaobjectDefinitionByType(type: "shoe") { name displayNameKey } }'
    assert target.ask(read)["metaobjectDefinitionByType"] == {"name": "Ours", "displayNameKey": "name"}


def test_a_metafield_definition_of_another_type_gets_its_name_and_its_values_are_not_sent(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    source, target = shops(sandbox)
    unique, filtered = ({name: {"enabled": True}} for name in ("uniqueValues", "adminFilterable"))
    rules = [{"name": "max", "value": "9"}]
    source.define_metafield("custom.size", TEXT, description="Ours", capabilities=unique)
    target.define_metafield(
        "custom.size", "number_decimal", description="Theirs", capabilities=filtered, validations=rules
    )
    for shop in (source, target):
        shop.define_metafield("custom.use", TEXT)
    shirt = source.product("shirt", {"Size": ["S"]})
    source.metafield(shirt, "custom.size", TEXT, "large")
    source.metafield(shirt, "custom.use", TEXT, "Rain")
    desk, _ = copy(source, target, tmp_path)
    own = row(desk, "metafield_definitions", "PRODUCT", "custom", "size")
    assert (own.outcome, own.verified, own.reason) == (Outcome.UPDATED, True, PART)
    assert own.detail.endswith("What goes with the type stays as the target has it: Features › Unique values.")
    value = row(desk, "product_metafields", "shirt", "custom", "size")
    assert (value.verdict, value.reason) == (Verdict.CANNOT, TYPE)
    assert (
        value.detail
        == "Its definition is of type number_decimal in the target store, and the value of type " + TEXT + "."
    )
    assert values(target, "shirt") == {"use": "Rain"}
    read = '{ metafieldDefinitions(first: 5, ownerType: PRODUCT, key: "size") { nodes { description '
    read += "validations { value } capabilities { adminFilterable { enabled } } } } }"
    assert target.ask(read)["metafieldDefinitions"]["nodes"] == [
        {
            "description": "Ours",
            "validations": [{"value": "9"}],
            "capabilities": {"adminFilterable": {"enabled": False}},
        }
    ]
    again, _ = copy(source, target, tmp_path)
    assert again.client.writes == 0
    assert troubles(again) == troubles(desk)


@pytest.mark.parametrize(
    ("there", "here", "theirs", "ours", "left"),
    [
        ("multi_line_text_field", TEXT, {"max": "50", "choices": '["a"]'}, {"max": "80", "regex": "a"}, ""),
        ("number_integer", "number_decimal", {"max": "9.5"}, {"max": "20"}, ""),
        ("number_decimal", "number_integer", {"min": "1"}, {"min": "0.5"}, "min"),
        ("list.date", f"list.{TEXT}", {"list.max": "3", "max": "20"}, {"list.max": "4", "max": "2030-01-01"}, "max"),
        ("json", TEXT, {"max": "5"}, {"schema": "{}"}, "schema"),
    ],
)
def test_rules_that_mean_the_same_for_both_types_are_written(
    there: str, here: str, theirs: dict[str, str], ours: dict[str, str], left: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    """`there`: the archive's type, `here`: the target's. Of a definition and of a field of one alike."""
    source, target = shops(sandbox)
    for shop, type_, rules in ((source, there, ours), (target, here, theirs)):
        given = [{"name": name, "value": value} for name, value in rules.items()]
        shop.define_metafield("custom.size", type_, validations=given)
        shop.define("shoe", NAME, {"key": "size", "type": type_, "validations": given})
    desk, _ = copy(source, target, tmp_path)
    wanted = {**theirs, **{name: value for name, value in ours.items() if name != left}}
    read = """{ metafieldDefinitions(first: 1, ownerType: PRODUCT) { nodes { validations { name value } } }
      metaobjectDefinitionByType(type: "shoe") { fieldDefinitions { key validations { name value } } } }"""
    found = target.ask(read)
    (own,), (_, field) = (
        found["metafieldDefinitions"]["nodes"],
        found["metaobjectDefinitionByType"]["fieldDefinitions"],
    )
    for node in (own, field):
        assert {one["name"]: one["value"] for one in node["validations"] if one["value"]} == wanted
    told = {
        "": row(desk, "metafield_definitions", "PRODUCT", "custom", "size").detail,
        "Fields › size › ": row(desk, "metaobject_definitions", "shoe").detail,
    }
    for place, detail in told.items():
        assert ("stays as the target has it" in detail) is bool(left)
        assert not left or detail.endswith(f": {place}Rules › {left}.")
    again, _ = copy(source, target, tmp_path)
    assert again.client.writes == 0
    assert troubles(again) == troubles(desk)


@pytest.mark.parametrize("type_", ["metaobject_reference", "list.metaobject_reference"])
def test_values_that_name_entries_of_another_type_are_not_sent(sandbox: Sandbox, tmp_path: Path, type_: str) -> None:
    source, target = shops(sandbox)
    for shop, mine in ((source, "colour"), (target, "shape")):
        kinds = {kind: shop.define(kind, NAME) for kind in ("colour", "shape")}
        shop.define_metafield(
            "custom.look",
            type_,
            description=mine,
            validations=[{"name": "metaobject_definition_id", "value": kinds[mine]}],
        )
    red = source.entry("colour", "red", name="Red")
    shirt = source.product("shirt", {"Size": ["S"]})
    source.metafield(shirt, "custom.look", type_, red if type_[0] == "m" else f'["{red}"]')
    desk, _ = copy(source, target, tmp_path)
    assert troubles(desk) == {
        ("metafield_definitions", "PRODUCT", "custom", "look"): PART,
        ("product_metafields", "shirt", "custom", "look"): TYPE,
    }
    value = row(desk, "product_metafields", "shirt", "custom", "look")
    assert (value.verdict, value.detail) == (
        Verdict.CANNOT,
        "Its definition in the target store lets it name no entry of type colour.",
    )
    assert row(desk, "metafield_definitions", "PRODUCT", "custom", "look").outcome is Outcome.UPDATED


def test_without_its_definition_a_value_goes_by_the_target_s(sandbox: Sandbox, tmp_path: Path) -> None:
    """Left out of the plan, the archive's definition says nothing of what the target takes."""
    source, target = shops(sandbox)
    source.define("shoe", NAME, text("use"), refers("look", source.define("colour", NAME)))
    target.define("shoe", NAME)
    source.entry("shoe", "boot", name="Boot", use="Rain")
    left = {"excluded": {"resources": ["metaobject_definitions"]}}
    desk, _ = copy(source, target, tmp_path, **left)
    boot = row(desk, "metaobjects", "shoe", "boot")
    assert (boot.outcome, boot.reason, boot.verified) == (Outcome.CREATED, PART, True)
    assert boot.detail == "Its definition in the target store has no field use."
    assert entry(target, "shoe", "boot") == {"name": "Boot"}


def test_a_product_of_other_options_gets_all_but_these(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shops(sandbox)
    chosen = [["S", "Red"], ["M", "Red"]]
    shirt = source.product("shirt", {"Size": ["S", "M"], "Colour": ["Red"]}, chosen=chosen, vendor="Ours", tags=["new"])
    source.metafield(shirt, "custom.use", TEXT, "Rain")
    source.metafield(source.variants(shirt)[0], "custom.note", TEXT, "first")
    target.product("shirt", {"Length": ["Long"]}, vendor="Theirs")
    desk, _ = copy(source, target, tmp_path)
    own = row(desk, "products", "shirt")
    assert (own.outcome, own.verified, own.reason) == (Outcome.UPDATED, True, PART)
    assert own.detail.startswith("The product has the options Length in the target store and Size, Colour in the")
    own_fields = product(target, "shirt", "vendor tags options { name }")
    assert own_fields == {"vendor": "Ours", "tags": ["new"], "options": [{"name": "Length"}]}
    assert values(target, "shirt") == {"use": "Rain"}
    note = ("variant_metafields", "shirt", "Size", "S", "Colour", "Red", "custom", "note")
    assert {key: why for key, why in troubles(desk).items() if key[0] == note[0]}.popitem()[1] is Reason.MISSING_OWNER
    again, _ = copy(source, target, tmp_path)
    assert again.client.writes == 0
    assert troubles(again) == troubles(desk)
