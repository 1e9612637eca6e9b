"""GraphQL's own executor, with a short way for what most fields are: a plain value out of a dictionary."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLEnumType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    execute_sync,
    get_nullable_type,
    is_non_null_type,
)
from graphql.execution import Executor
from graphql.pyutils import Path

PLAIN = frozenset((str, int, float, bool))

Coerce = Callable[[Any], Any]


def execute(
    schema: GraphQLSchema, document: DocumentNode, context: object, variables: dict[str, Any], name: str | None
) -> ExecutionResult:
    """Runs the operation of this name, or the only one."""
    return execute_sync(
        schema,
        document,
        context_value=context,
        variable_values=variables,
        operation_name=name,
        executor_class=_ShortExecutor,
    )


class _ShortExecutor(Executor[Any]):
    """Answers as `Executor` does, where nothing is awaited. What the short way cannot settle goes the long one, which
    also words the errors."""

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Any,
        grouped_field_set: Any,
        position_context: Any,
    ) -> Any:
        if type(source_value) is not dict:
            return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)
        results: dict[str, Any] = {}
        for response_name, details in grouped_field_set.items():
            name = details[0].node.name.value
            settled, value = _settled(parent_type, name, source_value)
            if not settled:
                own = Path(path, response_name, parent_type.name)
                value = self.execute_field(parent_type, source_value, details, own, position_context)
            results[response_name] = value
        return results


def _settled(parent: GraphQLObjectType, name: str, source: dict[str, Any]) -> tuple[bool, Any]:
    """Whether the field is a plain value, and which."""
    if name == "__typename":
        return True, parent.name
    coerce, nullable = _leaf(parent, name)
    value = source.get(name) if coerce is not None else None
    if coerce is None or (value is None and not nullable):
        return False, None
    if value is None:
        return True, None
    if type(value) not in PLAIN:
        return False, None
    try:
        coerced = coerce(value)
    except Exception:
        return False, None
    return coerced is not None, coerced


@cache
def _leaf(parent: GraphQLObjectType, name: str) -> tuple[Coerce | None, bool]:
    """How the value of a field is coerced, and whether it may be null. (None, False) for a field that has a resolver,
    arguments or a selection."""
    field = parent.fields.get(name)
    if field is None or field.resolve is not None or field.args:
        return None, False
    type_ = get_nullable_type(field.type)
    if not isinstance(type_, GraphQLScalarType | GraphQLEnumType):
        return None, False
    return type_.coerce_output_value, not is_non_null_type(field.type)
