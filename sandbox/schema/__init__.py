"""The typed schema: a true subset of Shopify's published one, and the resolvers of its fields."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema, build_schema

FOLDER = Path(__file__).parent

Resolver = Callable[..., Any]
_RESOLVERS: dict[tuple[str, str], Resolver] = {}


def field(type_name: str, name: str) -> Callable[[Resolver], Resolver]:
    """Says how a field is resolved: ``(source, info, **arguments)``. Without one, the dict's own value is served."""

    def register(resolver: Resolver) -> Resolver:
        _RESOLVERS[type_name, name] = resolver
        return resolver

    return register


def sdl() -> str:
    """The schema's text: ``admin.graphql``, and what other files add to it (``extend type QueryRoot { … }``)."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.graphql")))


def build() -> GraphQLSchema:
    """The executable schema."""
    from .. import resolvers  # resolvers register themselves, and need `field` from here

    assert resolvers
    schema = build_schema(sdl())
    for (type_name, name), resolver in _RESOLVERS.items():
        type_ = schema.type_map[type_name]
        assert isinstance(type_, GraphQLObjectType)
        type_.fields[name].resolve = resolver
    return schema
