"""Is that all of it? Whatever Shopify lets an app set is either seen to be set, or named with the reason.

Held to the published schema, so that a field which a new version of the API brings is noticed here.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from graphql import GraphQLInputObjectType, GraphQLSchema

from tests.support import ROOT, Sandbox
from transfer.catalogue import BEYOND
from transfer.registry import RESOURCES

from .recorded import mutations, of_fixtures, sent
from .unsent import CONTROL, ELSEWHERE, LEFT, TESTED

pytestmark = pytest.mark.published_schema
NAMED = [*CONTROL, *ELSEWHERE, *TESTED, *LEFT]


@pytest.fixture(scope="module")
def told(sandbox: Sandbox, schema: GraphQLSchema, tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    requests = mutations(sandbox, tmp_path_factory.mktemp("told"))
    return sent(schema, [*requests, *of_fixtures("discounts", "metaobject_definitions")])


def settable(schema: GraphQLSchema, told: set[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """All fields of the inputs, and all arguments of the mutations, that are used at all."""
    mutation = schema.mutation_type
    assert mutation is not None
    for name in sorted({type_ for type_, _ in told}):
        if name.startswith("Mutation."):
            own = mutation.fields[name.removeprefix("Mutation.")].args
            yield from ((name, field) for field, argument in own.items() if not argument.deprecation_reason)
        else:
            type_ = schema.type_map[name]
            assert isinstance(type_, GraphQLInputObjectType)
            yield from ((name, field) for field, input_ in type_.fields.items() if not input_.deprecation_reason)


def test_what_can_be_set_is_set_or_named(schema: GraphQLSchema, told: set[tuple[str, str]]) -> None:
    unsaid = [
        f"{type_}.{field}"
        for type_, field in settable(schema, told)
        if (type_, field) not in told and not {f"{type_}.{field}", f"*.{field}"} & set(NAMED)
    ]
    assert not unsaid, "carry these, or say in unsent.py why they are not"


def test_what_is_named_is_neither_set_nor_gone(schema: GraphQLSchema, told: set[tuple[str, str]]) -> None:
    """But for what a test of its own makes."""
    there = {f"{type_}.{field}" for type_, field in settable(schema, told) if (type_, field) not in told}
    there |= {f"*.{name.rsplit('.', 1)[1]}" for name in there}
    assert sorted(set(NAMED) - there) == []
    assert len(set(NAMED)) == len(NAMED), "named twice"


def test_what_is_left_is_told_in_the_documents_and_what_is_tested_has_its_test() -> None:
    for name, (kind, what) in LEFT.items():
        assert what in (RESOURCES[kind].leaves if kind else BEYOND), name
    for name, path in TESTED.items():
        assert (ROOT / path).is_file(), name
