"""Is that all of it? Whatever Shopify says of a store's goods and pages is either read, or named with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import FieldNode, GraphQLObjectType, GraphQLSchema, TypeInfo, TypeInfoVisitor, Visitor, parse, visit

from transfer.catalogue import BEYOND
from transfer.registry import RESOURCES

from .test_schema import documents
from .unread import DERIVED, ELSEWHERE, LEFT, TYPES

pytestmark = pytest.mark.published_schema
NAMED = [*DERIVED, *ELSEWHERE, *LEFT]


def read(schema: GraphQLSchema) -> set[tuple[str, str]]:
    """(type, field) of all that is asked for; a field of an interface, for its types."""
    info = TypeInfo(schema)
    found: set[tuple[str, str]] = set()

    class Noted(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            parent = info.get_parent_type()
            if parent is not None:
                kinds = [parent] if isinstance(parent, GraphQLObjectType) else schema.get_possible_types(parent)
                found.update((kind.name, node.name.value) for kind in kinds)

    for name, text in documents():
        if name.startswith("transfer.") and "%s" not in text:
            visit(parse(text), TypeInfoVisitor(info, Noted()))
    return found


def told(schema: GraphQLSchema) -> Iterator[str]:
    """The fields of these types that no document asks for. How many there are of a thing follows from what is read."""
    asked = read(schema)
    for name in TYPES:
        type_ = schema.type_map[name]
        assert isinstance(type_, GraphQLObjectType)
        for field, own in type_.fields.items():
            if not (own.deprecation_reason or field.endswith("Count") or (name, field) in asked):
                yield f"{name}.{field}"


def test_what_is_told_is_read_or_named(schema: GraphQLSchema) -> None:
    unsaid = [name for name in told(schema) if not {name, f"*.{name.split('.')[1]}"} & set(NAMED)]
    assert not unsaid, "carry these, or say in unread.py why they are not"


def test_what_is_named_is_neither_read_nor_gone(schema: GraphQLSchema) -> None:
    unread = set(told(schema))
    unread |= {f"*.{name.split('.')[1]}" for name in unread}
    assert sorted(set(NAMED) - unread) == []
    assert len(set(NAMED)) == len(NAMED), "named twice"


def test_what_is_left_is_told_in_the_documents() -> None:
    for name, (kind, what) in LEFT.items():
        assert what in (RESOURCES[kind].leaves if kind else BEYOND), name
