"""The truth about Shopify: its published schema."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    parse,
    validate,
)

from tests.support import ROOT
from transfer.keys import Key
from transfer.references import Target
from transfer.registry import RESOURCES
from transfer.resources._discount_documents import CREATE, DELETE, UPDATE
from transfer.resources._redirect_import import present

pytestmark = pytest.mark.published_schema


def documents() -> Iterator[tuple[str, str]]:
    """Every GraphQL document in the packages that talk to Shopify, found as the constants of imported modules."""
    import importlib

    for package in ("transfer", "shopify_client", "shops"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            text = path.read_text(encoding="utf-8")
            if not re.search(r"\b(query|mutation) [A-Z]", text):
                continue
            module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
            for name in _constants(text):
                value = getattr(module, name, None)
                if isinstance(value, str) and re.match(r"\s*(query|mutation) [A-Z]", value):
                    yield f"{module.__name__}.{name}", value
    yield from _made_on_the_way()


def _constants(text: str) -> list[str]:
    tree = ast.parse(text)
    return [t.id for node in tree.body if isinstance(node, ast.Assign) for t in node.targets if isinstance(t, ast.Name)]


def _made_on_the_way() -> Iterator[tuple[str, str]]:
    """Documents that are put together at run time: look-ups by alias, read-backs, names of references."""
    keys: dict[str, Key] = {
        "files": ("image", "hero.png"),
        "metaobject_definitions": ("designer",),
        "metafield_definitions": ("PRODUCT", "custom", "care"),
        "products": ("shirt",),
        "metaobjects": ("designer", "anna"),
        "pages": ("about-us",),
        "blogs": ("news",),
        "articles": ("news", "first"),
        "menus": ("main-menu",),
        "url_redirects": ("/old",),
        "shop_policies": ("REFUND_POLICY",),
        "collections": ("new",),
        "customers": ("anna@example.com",),
        "companies": ("id", "HN-100"),
        "company_locations": ("id", "HN-100", "name", "Berlin"),
        "company_contacts": ("id", "HN-100", "anna@example.com"),
        "markets": ("de",),
        "discounts": ("code", "summer24"),
        "locations": ("Shop location",),
        "sales_channels": ("Online Store",),
    }
    for name, key in keys.items():
        ask = next(RESOURCES[name].locate([Target(name, key), Target(name, key)]))
        yield f"{name}.locate", ask.document
    yield "url_redirects.present", next(present(["/old", "/older"])).document
    for verb, own in (("create", CREATE), ("update", UPDATE), ("delete", DELETE)):
        yield from ((f"discounts.{verb} {which}", text) for which, text in own.items())
    for name, resource in RESOURCES.items():
        yield f"{name}.read_back", next(resource.read_back(["gid://shopify/Product/1"])).document
        for kind, selection in resource.identify.items():
            yield f"{name}.identify", f"query Identify {{ nodes(ids: []) {{ ... on {kind} {{ id {selection} }} }} }}"


@pytest.mark.parametrize(
    "name,text", [d for d in documents() if "%s" not in d[1]], ids=lambda v: v[:60] if "{" not in v else ""
)
def test_every_document_is_valid_in_the_published_schema(schema: GraphQLSchema, name: str, text: str) -> None:
    assert validate(schema, parse(text)) == []


def test_the_sandbox_is_a_true_subset(schema: GraphQLSchema) -> None:
    from sandbox.schema import sdl

    own = build_schema(sdl())
    assert list(_deviations(own, schema)) == []


def _deviations(own: GraphQLSchema, published: GraphQLSchema) -> Iterator[str]:
    for name, type_ in own.type_map.items():
        if name.startswith("__"):
            continue
        theirs = published.type_map.get(name)
        if theirs is None:
            yield f"{name} is not published"
            continue
        for field, value in getattr(type_, "fields", {}).items():
            other = getattr(theirs, "fields", {}).get(field)
            if other is None or str(other.type) != str(value.type):
                yield f"{name}.{field}: {value.type}, published {getattr(other, 'type', None)}"
                continue
            for argument, own_argument in getattr(value, "args", {}).items():
                other_argument = other.args.get(argument)
                if other_argument is None or str(other_argument.type) != str(own_argument.type):
                    yield f"{name}.{field}({argument})"
        for word in getattr(type_, "values", {}) or ():
            if word not in getattr(theirs, "values", {}):
                yield f"{name}.{word} is not published"


def test_the_scopes_that_a_resource_names_are_those_that_shopify_demands(
    published: dict[str, Any], schema: GraphQLSchema
) -> None:
    """Derived from the published table: what reading and writing each resource takes, and nothing else."""
    table = {
        (item.get("typeName"), item.get("fieldName")): set(item["offlineScopes"])
        for item in published["offline_scopes"]["items"]
        if item["offlineScopes"]
    }
    for name, text in documents():
        module = name.split(".")[-2] if name.count(".") > 1 else name.split(".")[0]
        resource = RESOURCES.get(module)
        if resource is None or "%s" in text:
            continue
        granted = set(resource.scopes.read) | set(resource.scopes.write)
        granted |= {f"read_{scope[6:]}" for scope in granted if scope.startswith("write_")}
        for root, field in _root_fields(parse(text)):
            demanded = table.get((root, field), set())
            assert not demanded or demanded & granted, f"{name}: {field} demands one of {sorted(demanded)}"


def _root_fields(document: DocumentNode) -> Iterator[tuple[str, str]]:
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            root = "Mutation" if node.operation.value == "mutation" else "QueryRoot"
            for field in node.selection_set.selections:
                if isinstance(field, FieldNode):
                    yield root, field.name.value
