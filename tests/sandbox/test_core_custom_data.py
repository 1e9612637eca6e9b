"""Definitions, entries and metafields: what is accepted, what is refused, and with which words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .core import (
    CREATE_ENTRY,
    DEFINE,
    DEFINE_METAFIELD,
    REDEFINE,
    REDEFINE_METAFIELD,
    SET,
    UPDATE_ENTRY,
    UPSERT,
    Core,
)

TEXT = "single_line_text_field"
DELETE_DEFINITION = """mutation D($id: ID!) { metaobjectDefinitionDelete(id: $id) {
  deletedId userErrors { field message code } } }"""


def reference(definition: str) -> list[dict[str, str]]:
    return [{"name": "metaobject_definition_id", "value": definition}]


# -- metaobject definitions --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given,error",
    [
        ({"type": "note"}, (("definition", "type"), "TAKEN")),
        ({"type": "a b"}, (("definition", "type"), "INVALID")),
        ({"type": "shopify--color"}, (("definition",), "NOT_AUTHORIZED")),
        (
            {"type": "new", "access": {"admin": "MERCHANT_READ"}},
            (("definition", "access", "admin"), "ADMIN_ACCESS_INPUT_NOT_ALLOWED"),
        ),
        ({"type": "new", "displayNameKey": "no"}, (("definition", "displayNameKey"), "UNDEFINED_OBJECT_FIELD")),
    ],
)
def test_a_bad_definition_is_refused(given: dict[str, Any], error: Any) -> None:
    core = Core()
    core.define("note")
    assert core.refused(DEFINE, definition=given) == [error]


@pytest.mark.parametrize(
    "field,code",
    [
        ({"key": "handle", "type": TEXT}, "RESERVED_NAME"),
        ({"key": "x", "type": TEXT}, "INVALID"),
        ({"key": "one", "type": TEXT}, "OBJECT_FIELD_TAKEN"),
        ({"key": "two", "type": "list.boolean"}, "INVALID_TYPE"),
        ({"key": "two", "type": "metaobject_reference"}, "INVALID_OPTION"),
        ({"key": "two", "type": "rating"}, "INVALID_OPTION"),
        (
            {
                "key": "two",
                "type": "metaobject_reference",
                "validations": reference("gid://shopify/MetaobjectDefinition/1"),
            },
            "INVALID_OPTION",
        ),
    ],
)
def test_a_bad_field_is_refused_at_its_place(field: dict[str, Any], code: str) -> None:
    fields = [{"key": "one", "type": TEXT}, field]
    place = ("definition", "fieldDefinitions", "1")
    assert Core().refused(DEFINE, definition={"type": "note", "fieldDefinitions": fields}) == [(place, code)]


def test_a_definition_has_at_most_40_fields() -> None:
    fields = [{"key": f"field_{number}", "type": TEXT} for number in range(41)]
    ((_, code),) = Core().refused(DEFINE, definition={"type": "note", "fieldDefinitions": fields})
    assert code == "INPUT_LIMIT_EXCEEDED"


def test_definitions_can_refer_to_each_other_in_a_circle_once_both_exist() -> None:
    core = Core()
    one = core.define("one")
    two = core.define("two", {"key": "other", "type": "metaobject_reference", "validations": reference(one)})
    create = {"create": {"key": "other", "type": "metaobject_reference", "validations": reference(two)}}
    assert core.refused(REDEFINE, id=one, definition={"fieldDefinitions": [create]}) == []


def test_a_refused_update_changes_nothing() -> None:
    core = Core()
    note = core.define("note", {"key": "text", "type": TEXT})
    operations = [{"update": {"key": "text", "name": "New"}}, {"delete": {"key": "nope"}}]
    before = json.dumps(core.shop.dump())
    assert core.refused(REDEFINE, id=note, definition={"name": "New", "fieldDefinitions": operations}) == [
        (("definition", "fieldDefinitions", "1", "delete"), "UNDEFINED_OBJECT_FIELD")
    ]
    assert json.dumps(core.shop.dump()) == before


def test_deleting_a_definition_deletes_its_entries_and_the_metafields_that_could_refer_to_them() -> None:
    core = Core()
    note = core.define("note")
    entry = core.entry("note", "one")
    core.define_metafield("SHOP", "custom.note", "metaobject_reference", validations=reference(note))
    item = {"ownerId": core.shop.shop_id, "namespace": "custom", "key": "note", "value": entry}
    assert core.refused(SET, metafields=[item]) == []
    core.data(DELETE_DEFINITION, id=note)
    assert {kind for kind, nodes in core.shop.dump().items() if nodes} == {
        "Location",
        "Market",
        "Menu",
        "Publication",
        "Shop",
    }


# -- entries -----------------------------------------------------------------------------------------------------


@pytest.fixture
def notes() -> Core:
    core = Core()
    core.define("note", {"key": "text", "type": TEXT, "required": True}, {"key": "count", "type": "number_integer"})
    core.entry("note", "one", text="One")
    return core


@pytest.mark.parametrize(
    "handle,metaobject,error",
    [
        ({"type": "nope", "handle": "x"}, {}, (("metaobject", "type"), "UNDEFINED_OBJECT_TYPE")),
        ({"type": "note", "handle": "new"}, {}, (("metaobject",), "OBJECT_FIELD_REQUIRED")),
        ({"type": "note", "handle": "hello world!"}, {}, (("handle", "handle"), "INVALID")),
        ({"type": "note", "handle": "x" * 256}, {}, (("handle", "handle"), "TOO_LONG")),
        (
            {"type": "note", "handle": "one"},
            {"fields": [{"key": "nope", "value": "x"}]},
            (("metaobject", "fields", "0"), "UNDEFINED_OBJECT_FIELD"),
        ),
        (
            {"type": "note", "handle": "one"},
            {"fields": [{"key": "count", "value": "x"}]},
            (("metaobject", "fields", "0"), "INVALID_VALUE"),
        ),
        (
            {"type": "note", "handle": "one"},
            {"fields": [{"key": "text", "value": ""}]},
            (("metaobject",), "OBJECT_FIELD_REQUIRED"),
        ),
        (
            {"type": "note", "handle": "one"},
            {"capabilities": {"publishable": {"status": "ACTIVE"}}},
            (("metaobject", "capabilities", "publishable"), "CAPABILITY_NOT_ENABLED"),
        ),
    ],
)
def test_a_bad_entry_is_refused(notes: Core, handle: Any, metaobject: Any, error: Any) -> None:
    assert notes.refused(UPSERT, handle=handle, metaobject=metaobject) == [error]


def test_an_upsert_changes_only_the_fields_that_it_gives(notes: Core) -> None:
    fields = [{"key": "count", "value": "5.0"}]
    notes.data(UPSERT, handle={"type": "note", "handle": "one"}, metaobject={"fields": fields})
    read = '{ metaobjectByHandle(handle: {type: "note", handle: "one"}) { values } }'
    assert notes.data(read)["metaobjectByHandle"]["values"] == {"text": "One", "count": "5"}


def test_a_handle_that_is_taken_or_blank_is_refused_on_update(notes: Core) -> None:
    two = notes.entry("note", "two", text="Two")
    assert notes.refused(UPDATE_ENTRY, id=two, metaobject={"handle": "one"}) == [(("metaobject", "handle"), "TAKEN")]
    assert notes.refused(UPDATE_ENTRY, id=two, metaobject={"handle": ""}) == [(("metaobject", "handle"), "BLANK")]
    given = {"type": "note", "handle": "one", "fields": [{"key": "text", "value": "x"}]}
    assert notes.refused(CREATE_ENTRY, metaobject=given) == [(("metaobject", "handle"), "TAKEN")]


def test_a_field_that_became_required_blocks_every_update_of_old_entries(notes: Core) -> None:
    operation = {"update": {"key": "count", "required": True}}
    definition = notes.shop.definition("note")
    assert definition is not None
    notes.data(REDEFINE, id=definition["id"], definition={"fieldDefinitions": [operation]})
    fields = [{"key": "text", "value": "New"}]
    assert notes.refused(UPSERT, handle={"type": "note", "handle": "one"}, metaobject={"fields": fields}) == [
        (("metaobject",), "OBJECT_FIELD_REQUIRED")
    ]


def test_names_come_from_the_display_field_or_the_handle_or_are_made_up() -> None:
    core = Core()
    core.define("plain_thing", {"key": "count", "type": "number_integer"}, name="Plain Thing")
    made = core.data(CREATE_ENTRY, metaobject={"type": "plain_thing"})["metaobjectCreate"]["metaobject"]
    prefix, _, letters = made["handle"].rpartition("-")
    assert prefix == "plain-thing"
    assert made["displayName"] == f"Plain Thing #{letters.upper()}"
    assert len(letters) == 8
    named = core.data(CREATE_ENTRY, metaobject={"type": "plain_thing", "handle": "MyHandle"})["metaobjectCreate"]
    assert named["metaobject"]["displayName"] == "My Handle"
    core.define("note", {"key": "text", "type": TEXT})
    given = {"type": "note", "fields": [{"key": "text", "value": "Two words"}]}
    assert core.data(CREATE_ENTRY, metaobject=given)["metaobjectCreate"]["metaobject"] | {"id": ""} == {
        "id": "",
        "handle": "two-words",
        "displayName": "Two words",
    }


# -- metafield definitions ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change,error",
    [
        ({"key": "taken"}, (("definition", "key"), "TAKEN")),
        ({"key": "x"}, (("definition", "key"), "TOO_SHORT")),
        ({"key": "x" * 65}, (("definition", "key"), "TOO_LONG")),
        ({"key": "a b"}, (("definition", "key"), "INVALID_CHARACTER")),
        ({"namespace": "ab"}, (("definition", "namespace"), "TOO_SHORT")),
        ({"namespace": "shopify--x"}, (("definition", "namespace"), "RESERVED_NAMESPACE_KEY")),
        ({"namespace": "descriptors", "key": "subtitle"}, (("definition",), "RESERVED_NAMESPACE_KEY")),
        ({"type": "nonsense"}, (("definition", "type"), "INCLUSION")),
        ({"name": " "}, (("definition", "name"), "BLANK")),
        ({"name": "x" * 256}, (("definition", "name"), "TOO_LONG")),
        ({"type": "rating"}, (("definition", "validations"), "INVALID_OPTION")),
        (
            {"type": "json", "capabilities": {"uniqueValues": {"enabled": True}}},
            (("definition", "capabilities"), "INVALID_CAPABILITY"),
        ),
        (
            {"pin": True, "constraints": {"key": "category", "values": ["gid://shopify/TaxonomyCategory/aa"]}},
            (("definition",), "UNSUPPORTED_PINNING"),
        ),
    ],
)
def test_a_bad_metafield_definition_is_refused(change: dict[str, Any], error: Any) -> None:
    core = Core()
    core.define_metafield("PRODUCT", "custom.taken", TEXT)
    given = {"ownerType": "PRODUCT", "namespace": "custom", "key": "new", "name": "New", "type": TEXT, **change}
    assert core.refused(DEFINE_METAFIELD, definition=given) == [error]


def test_a_dollar_in_a_name_is_accepted() -> None:
    assert Core().define_metafield("PRODUCT", "bad$namespace.$key", TEXT)


def test_what_a_metafield_may_refer_to_cannot_be_changed() -> None:
    core = Core()
    one, two = core.define("one"), core.define("two")
    core.define_metafield("SHOP", "custom.ref", "metaobject_reference", validations=reference(one))
    given = {"ownerType": "SHOP", "namespace": "custom", "key": "ref", "validations": reference(two)}
    assert core.refused(REDEFINE_METAFIELD, definition=given) == [
        (("definition", "validations"), "METAOBJECT_DEFINITION_CHANGED")
    ]


def test_values_that_stand_there_must_fit_a_new_definition() -> None:
    core = Core("plain")
    given = {"ownerType": "SHOP", "namespace": "custom", "key": "motto", "name": "Motto", "type": "number_integer"}
    assert core.refused(DEFINE_METAFIELD, definition=given) == [(("definition",), "UNSTRUCTURED_ALREADY_EXISTS")]
    assert core.refused(DEFINE_METAFIELD, definition={**given, "type": TEXT}) == []


def test_a_definition_of_references_is_deleted_only_with_its_values() -> None:
    core = Core("plain")
    delete = """mutation D($id: ID!, $all: Boolean!) {
      metafieldDefinitionDelete(id: $id, deleteAllAssociatedMetafields: $all) { userErrors { field code } } }"""
    own = core.shop.metafield_definition("PRODUCT", "custom", "color")
    assert own is not None
    assert core.refused(delete, id=own["id"], all=False) == [(("id",), "REFERENCE_TYPE_DELETION_ERROR")]
    assert core.refused(delete, id=own["id"], all=True) == []
    assert all(metafield["key"] != "color" for metafield in core.shop.dump()["Metafield"])


def test_fifty_definitions_are_pinned_at_most() -> None:
    core = Core()
    for number in range(50):
        core.define_metafield("PRODUCT", f"custom.key_{number}", TEXT, pin=True)
    given = {"ownerType": "PRODUCT", "namespace": "custom", "key": "more", "name": "More", "type": TEXT, "pin": True}
    assert core.refused(DEFINE_METAFIELD, definition=given) == [(("definition",), "PINNED_LIMIT_REACHED")]


# -- metafields --------------------------------------------------------------------------------------------------


def metafield(core: Core, value: str = "x", **more: Any) -> dict[str, Any]:
    owner = {"ownerId": core.shop.shop_id, "namespace": "custom", "key": "text", "type": TEXT}
    return {**owner, "value": value, **more}


@pytest.mark.parametrize(
    "change,error",
    [
        ({"ownerId": "gid://shopify/Product/1"}, (("metafields", "1", "ownerId"), "INVALID_VALUE")),
        ({"namespace": "app--1--x"}, (("metafields", "1"), "APP_NOT_AUTHORIZED")),
        ({"namespace": "protected"}, (("metafields", "1", "namespace"), None)),
        ({"key": "x"}, (("metafields", "1", "key"), "TOO_SHORT")),
        ({"type": None}, (("metafields", "1", "type"), "BLANK")),
        ({"type": "nonsense"}, (("metafields", "1", "type"), "INCLUSION")),
        ({"value": "  "}, (("metafields", "1", "value"), "INVALID_VALUE")),
        ({"value": "x" * 65_537}, (("metafields", "1", "value"), "TOO_LONG")),
        ({"value": "a\nb"}, (("metafields", "1", "value"), "INVALID_VALUE")),
        ({"compareDigest": "x"}, (("metafields", "1"), "INVALID_COMPARE_DIGEST")),
    ],
)
def test_one_bad_metafield_refuses_all(change: dict[str, Any], error: Any) -> None:
    core = Core()
    payload = core.data(SET, metafields=[metafield(core), metafield(core, **{"key": "other", **change})])
    assert payload["metafieldsSet"]["metafields"] == []
    (problem,) = payload["metafieldsSet"]["userErrors"]
    assert (tuple(problem["field"]), problem["code"]) == error
    assert core.shop.metafields == {}


def test_at_most_25_metafields_are_set_at_once() -> None:
    core = Core()
    many = [metafield(core, key=f"key_{number}") for number in range(26)]
    payload = core.data(SET, metafields=many)["metafieldsSet"]
    assert payload["metafields"] is None
    assert [error["code"] for error in payload["userErrors"]] == ["LESS_THAN_OR_EQUAL_TO"]
    assert len(core.data(SET, metafields=many[:25])["metafieldsSet"]["metafields"]) == 25


def test_of_two_values_for_one_metafield_the_last_stays_and_both_are_shown() -> None:
    core = Core()
    first, second = core.data(SET, metafields=[metafield(core, "a"), metafield(core, "b")])["metafieldsSet"][
        "metafields"
    ]
    assert first["id"] == second["id"]
    assert (first["value"], second["value"]) == ("a", "b")
    assert [node["value"] for node in core.shop.dump()["Metafield"]] == ["b"]


def test_a_digest_locks_a_metafield_until_it_is_read_again() -> None:
    core = Core()
    (first,) = core.data(SET, metafields=[metafield(core, "a", compareDigest=None)])["metafieldsSet"]["metafields"]
    assert core.refused(SET, metafields=[metafield(core, "b", compareDigest=None)]) == [
        (("metafields", "0"), "STALE_OBJECT")
    ]
    assert core.refused(SET, metafields=[metafield(core, "a", compareDigest="nonsense")]) == []  # nothing changes
    assert core.refused(SET, metafields=[metafield(core, "b", compareDigest=first["compareDigest"])]) == []
    assert core.refused(SET, metafields=[metafield(core, "c", compareDigest=first["compareDigest"])]) == [
        (("metafields", "0"), "STALE_OBJECT")
    ]


def test_a_type_must_be_the_definitions() -> None:
    core = Core()
    core.define_metafield("SHOP", "custom.text", "number_integer")
    assert core.refused(SET, metafields=[metafield(core)]) == [(("metafields", "0", "type"), "INVALID_TYPE")]
    assert core.refused(SET, metafields=[metafield(core, "5", type=None)]) == []


def test_a_unique_value_is_held_by_one_owner_only() -> None:
    core = Core()
    core.define_metafield("PRODUCT", "custom.text", TEXT, capabilities={"uniqueValues": {"enabled": True}})
    one, two = core.product("one"), core.product("two")
    assert core.refused(SET, metafields=[metafield(core, ownerId=one)]) == []
    assert core.refused(SET, metafields=[metafield(core, ownerId=two)]) == [
        (("metafields", "0", "value"), "CAPABILITY_VIOLATION")
    ]
    assert core.refused(SET, metafields=[metafield(core, "y", ownerId=one), metafield(core, "z", ownerId=two)]) == []
    assert core.refused(SET, metafields=[metafield(core, ownerId=two)]) == []  # the first has let go of it


def test_an_object_is_found_by_its_own_id() -> None:
    core = Core()
    core.define_metafield("PRODUCT", "custom.code", "id")
    product = core.product("one")
    core.data(SET, metafields=[metafield(core, "a-1", key="code", type="id", ownerId=product)])
    query = """query P($value: String!) { productByIdentifier(
      identifier: {customId: {namespace: "custom", key: "code", value: $value}}) { id } }"""
    assert core.data(query, value="a-1")["productByIdentifier"] == {"id": product}
    assert core.data(query, value="a-2")["productByIdentifier"] is None


def test_deleting_metafields_can_be_repeated() -> None:
    core = Core()
    core.data(SET, metafields=[metafield(core)])
    delete = """mutation D($metafields: [MetafieldIdentifierInput!]!) { metafieldsDelete(metafields: $metafields) {
      deletedMetafields { key } userErrors { field } } }"""
    item = {name: metafield(core)[name] for name in ("ownerId", "namespace", "key")}
    assert core.data(delete, metafields=[item])["metafieldsDelete"]["deletedMetafields"] == [{"key": "text"}]
    assert core.data(delete, metafields=[item])["metafieldsDelete"]["deletedMetafields"] == [None]
    foreign = {**item, "namespace": "app--1--x"}
    assert core.data(delete, metafields=[foreign])["metafieldsDelete"] == {
        "deletedMetafields": [],
        "userErrors": [{"field": ["metafields"]}],
    }


def test_references_must_exist_in_this_shop_and_be_of_the_right_kind() -> None:
    core, other = Core(), Core()
    product = other.product("elsewhere")
    reference_ = metafield(core, product, type="product_reference")
    body = core.data(SET, metafields=[reference_])["metafieldsSet"]["userErrors"]
    assert body[0]["message"] == f"Value references non-existent resource {product}."
    own = core.product("here")
    assert core.refused(SET, metafields=[{**reference_, "value": own}]) == []
    assert core.refused(SET, metafields=[metafield(core, own, key="two", type="variant_reference")]) == [
        (("metafields", "0", "value"), "INVALID_VALUE")
    ]
    dangling = metafield(core, json.dumps([own, product]), key="many", type="list.product_reference")
    (error,) = core.data(SET, metafields=[dangling])["metafieldsSet"]["userErrors"]
    assert error["elementIndex"] is None
