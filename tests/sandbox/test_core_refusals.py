"""Documents, variables and scopes that are refused, in the words a real store used."""

from __future__ import annotations

from typing import Any

import pytest

from .core import SET, SET_PRODUCT, Core

GID = "gid://shopify/Product/1"


@pytest.mark.parametrize(
    "query,code,path",
    [
        ("query Q { nope }", "undefinedField", ["query Q", "nope"]),
        (
            "query Q { products(first: 1) { nodes { nope } } }",
            "undefinedField",
            ["query Q", "products", "nodes", "nope"],
        ),
        ("query Q { shop }", "selectionMismatch", ["query Q", "shop"]),
        ("query Q { product { id } }", "missingRequiredArguments", ["query Q", "product"]),
        (f'query Q {{ product(id: "{GID}", nope: 1) {{ id }} }}', "argumentNotAccepted", ["query Q", "product"]),
        ('query Q { product(id: "x") { id } }', "argumentLiteralsIncompatible", ["query Q", "product", "id"]),
        ("query Q { product(id: $id) { id } }", "variableNotDefined", ["query Q", "product"]),
        ("query Q($id: ID!) { shop { id } }", "variableNotUsed", ["query Q"]),
    ],
)
def test_a_bad_document_is_refused_with_its_place(query: str, code: str, path: list[str]) -> None:
    core = Core()
    body = core.ask(query)
    assert set(body) == {"errors"}
    assert (body["errors"][0]["extensions"]["code"], body["errors"][0]["path"]) == (code, path)
    assert core.bucket.status()["currentlyAvailable"] == core.bucket.maximum


def test_a_document_that_cannot_be_read_is_a_parse_error() -> None:
    assert Core().ask("query {")["errors"][0]["extensions"]["code"] == "PARSE_ERROR"


@pytest.mark.parametrize(
    "given,path,explanation",
    [
        ({"title": "x", "nope": 1}, ["nope"], "Field is not defined on ProductSetInput"),
        ({"title": 5}, ["title"], "Could not coerce value 5 to String"),
        ({"status": "LOUD"}, ["status"], 'Expected "LOUD" to be one of: ACTIVE, ARCHIVED, DRAFT, UNLISTED'),
        ({"category": "not-a-gid"}, ["category"], "Invalid global id 'not-a-gid'"),
        ({"variants": [{}]}, ["variants", 0, "optionValues"], "Expected value to not be null"),
        (None, [], "Expected value to not be null"),
    ],
)
def test_a_bad_variable_names_every_problem(given: Any, path: list[Any], explanation: str) -> None:
    body = Core().ask(SET_PRODUCT, input=given)
    assert set(body) == {"errors"}
    (error,) = body["errors"]
    assert error["message"].startswith("Variable $input of type ProductSetInput! was provided invalid value")
    assert error["extensions"] == {
        "code": "INVALID_VARIABLE",
        "value": given,
        "problems": [{"path": path, "explanation": explanation}],
    }


def test_an_identifier_is_one_of_its_kinds() -> None:
    query = "query P($identifier: ProductIdentifierInput!) { productByIdentifier(identifier: $identifier) { id } }"
    body = Core().ask(query, identifier={"handle": "x", "id": GID})
    assert "exactly one" in body["errors"][0]["extensions"]["problems"][0]["explanation"]


def test_a_malformed_owner_stops_all_metafields() -> None:
    core = Core()
    item = {"ownerId": "1", "namespace": "abc", "key": "key", "value": "1", "type": "number_integer"}
    body = core.ask(SET, metafields=[{**item, "ownerId": core.shop.shop_id}, item])
    assert body["errors"][0]["extensions"]["problems"] == [
        {"path": [1, "ownerId"], "explanation": "Invalid global id '1'"}
    ]
    assert core.shop.metafields == {}


def test_a_missing_scope_denies_its_field_and_leaves_the_rest() -> None:
    core = Core("plain")
    core.scopes = frozenset({"read_content"})
    body = core.ask(f'{{ shop {{ id }} product(id: "{GID}") {{ id }} }}')
    assert body["data"] == {"shop": {"id": core.shop.shop_id}, "product": None}
    (error,) = body["errors"]
    assert error["path"] == ["product"]
    assert error["extensions"]["code"] == "ACCESS_DENIED"
    assert error["extensions"]["requiredAccess"] == "`read_products` access scope."


def test_writing_includes_reading_but_not_the_other_way() -> None:
    core = Core("plain")
    core.scopes = frozenset({"read_products"})
    assert core.ask(SET_PRODUCT, input={"title": "x"})["data"] == {"productSet": None}
    core.scopes = frozenset({"write_products"})
    assert len(core.data("{ products(first: 5) { nodes { id } } }")["products"]["nodes"]) == 3


@pytest.mark.parametrize("owner,scope", [("CUSTOMER", "read_customers"), ("PAGE", "read_content")])
def test_definitions_demand_the_scope_of_their_owner(owner: str, scope: str) -> None:
    core = Core()
    core.scopes = frozenset({"read_products"})
    query = f"{{ metafieldDefinitions(ownerType: {owner}, first: 1) {{ nodes {{ id }} }} }}"
    assert scope in core.ask(query)["errors"][0]["message"]
    core.scopes = frozenset({scope})
    assert core.data(query) == {"metafieldDefinitions": {"nodes": []}}


def test_a_mistake_of_the_sandbox_is_logged_and_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    core = Core("plain")
    del next(core.shop.each("Product"))["vendor"]
    body = core.ask("{ products(first: 1) { nodes { vendor } } }")
    (error,) = body["errors"]
    assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR"}
    assert "vendor" not in error["message"]
    assert "vendor" in caplog.text
