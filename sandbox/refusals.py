"""How Shopify words what it refuses before it runs anything: documents, variables, and input that is too large.

Follows recorded answers: HTTP 200, codes of documents in camelCase with a path that begins with the operation, one
error for each bad variable with all its problems, and no `data`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    OperationType,
    StringValueNode,
    Undefined,
    VariableDefinitionNode,
    get_named_type,
    is_input_type,
    print_ast,
    type_from_ast,
    value_from_ast_untyped,
)

MAX_ITEMS = 250
MAX_VARIANTS = 2048

Answer = dict[str, Any]
Path = tuple[str | int, ...]

_GID = re.compile(r"gid://shopify/[A-Za-z0-9]+/[^\s]+\Z")
_WORDING: Sequence[tuple[str, str, str]] = (
    (r"Cannot query field '(\w+)' on type '(\w+)'", "undefinedField", "Field '{0}' doesn't exist on type '{1}'"),
    (r"Field '(\w+)' of type '(.+?)' must have", "selectionMismatch", "Field must have selections (field '{0}')"),
    (r"Unknown argument '(\w+)' on field '\w+\.(\w+)'", "argumentNotAccepted", "Field '{1}' doesn't accept '{0}'"),
    (r"Argument '\w+\.(\w+)\((\w+):\)'", "missingRequiredArguments", "Field '{0}' is missing required arguments: {1}"),
    (
        r"Expected value of type '(\w+)' to include required field '(\w+)'",
        "missingRequiredInputObjectAttribute",
        "Argument '{1}' on InputObject '{0}' is required",
    ),
    (
        r"Expected value of type '(\w+)' not to include unknown field '(\w+)'",
        "argumentNotAccepted",
        "InputObject '{0}' doesn't accept argument '{1}'",
    ),
    (r"Variable '\$(\w+)' is never used", "variableNotUsed", "Variable ${0} is declared but not used"),
    (r"Variable '\$(\w+)' is not defined", "variableNotDefined", "Variable ${0} is used but not declared"),
    (r"Variable '\$(\w+)' of type '(.+?)' used", "variableMismatch", "Type mismatch on variable ${0} ({1})"),
)


# -- documents ---------------------------------------------------------------------------------------------------


def syntax_error(problem: GraphQLError) -> Answer:
    return {**_place(problem), "message": problem.message, "extensions": {"code": "PARSE_ERROR"}}


def document_errors(schema: GraphQLSchema, document: DocumentNode, problems: Iterable[GraphQLError]) -> list[Answer]:
    """What is wrong with a document, empty where nothing is. `problems`: of GraphQL's own validation."""
    found = [_document_error(document, problem) for problem in problems]
    return found or list(_bad_literal_ids(schema, document))


def _document_error(document: DocumentNode, problem: GraphQLError) -> Answer:
    path = next((_path_to(document, node) for node in problem.nodes or ()), [])
    for pattern, code, wording in _WORDING:
        match = re.match(pattern, problem.message)
        if match is not None:
            message = wording.format(*match.groups())
            return {**_place(problem), "message": message, "path": path, "extensions": {"code": code}}
    code = "argumentLiteralsIncompatible"
    return {**_place(problem), "message": problem.message, "path": path, "extensions": {"code": code}}


def _place(problem: GraphQLError) -> Answer:
    return {"locations": [{"line": at.line, "column": at.column} for at in problem.locations or ()]}


def _path_to(document: DocumentNode, wanted: Node) -> list[str]:
    """From the operation down to a node of the document."""

    def walk(node: Node, path: list[str]) -> list[str] | None:
        if node is wanted:
            return path
        for name in node.keys:
            below = getattr(node, name)
            for child in below if isinstance(below, list | tuple) else [below]:
                if isinstance(child, Node):
                    found = walk(child, [*path, _step(child)] if _step(child) else path)
                    if found is not None:
                        return found
        return None

    return walk(document, []) or []


def _step(node: Node) -> str:
    if isinstance(node, OperationDefinitionNode):
        return f"{node.operation.value} {node.name.value}" if node.name else node.operation.value
    if isinstance(node, FragmentDefinitionNode):
        return f"fragment {node.name.value}"
    return node.name.value if isinstance(node, FieldNode) else ""


def _bad_literal_ids(schema: GraphQLSchema, document: DocumentNode) -> Iterator[Answer]:
    """Ids written into the document at the root's fields."""
    for operation in document.definitions:
        if not isinstance(operation, OperationDefinitionNode):
            continue
        for node, name, type_, value in _arguments(schema, operation):
            if type_.name != "ID" or not isinstance(value, StringValueNode) or _GID.match(value.value):
                continue
            yield {
                "message": f"Invalid global id '{value.value}'",
                "path": [_step(operation), node.name.value, name],
                "extensions": {"code": "argumentLiteralsIncompatible", "typeName": "CoercionError"},
            }


def _arguments(schema: GraphQLSchema, operation: OperationDefinitionNode) -> Iterator[tuple[FieldNode, str, Any, Any]]:
    """(field, argument, named type, value) of the fields at the root."""
    mutation = operation.operation is OperationType.MUTATION
    root = schema.mutation_type if mutation else schema.query_type
    for node in operation.selection_set.selections:
        own = root.fields.get(node.name.value) if root and isinstance(node, FieldNode) else None
        if own is not None and isinstance(node, FieldNode):
            for argument in node.arguments or ():
                name = argument.name.value
                yield node, name, get_named_type(own.args[name].type), argument.value


# -- variables ---------------------------------------------------------------------------------------------------


def variable_errors(
    schema: GraphQLSchema, operation: OperationDefinitionNode, given: Mapping[str, Any]
) -> list[Answer]:
    """One error for each bad variable, with all that is wrong with it."""
    return [
        error
        for definition in operation.variable_definitions or ()
        if (error := _variable_error(schema, definition, given)) is not None
    ]


def _variable_error(
    schema: GraphQLSchema, definition: VariableDefinitionNode, given: Mapping[str, Any]
) -> Answer | None:
    name = definition.variable.name.value
    if name not in given and definition.default_value is not None:
        return None
    type_ = type_from_ast(schema, definition.type)
    assert is_input_type(type_)
    value = given.get(name)
    problems = [{"path": list(path), "explanation": why} for path, why in _problems(type_, value, ())]
    if not problems:
        return None
    places = [f"{'.'.join(map(str, p['path']))} ({p['explanation']})" for p in problems if p["path"]]
    message = f"Variable ${name} of type {print_ast(definition.type)} was provided invalid value"
    if places:
        message = f"{message} for {', '.join(places)}"
    return {"message": message, "extensions": {"code": "INVALID_VARIABLE", "value": value, "problems": problems}}


def _problems(type_: Any, value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(type_, GraphQLNonNull):
        if value is None:
            yield path, "Expected value to not be null"
            return
        type_ = type_.of_type
    if value is None:
        return
    if isinstance(type_, GraphQLList):
        for number, item in enumerate(value if isinstance(value, list) else [value]):
            yield from _problems(type_.of_type, item, (*path, number))
    elif isinstance(type_, GraphQLInputObjectType):
        yield from _object_problems(type_, value, path)
    else:
        yield from _leaf_problems(type_, value, path)


def _object_problems(type_: GraphQLInputObjectType, value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if not isinstance(value, dict):
        yield path, f"Expected {value!r} to be a key-value object."
        return
    for name in value:
        if name not in type_.fields:
            yield (*path, name), f"Field is not defined on {type_.name}"
    for name, own in type_.fields.items():
        if name in value or own.default_value is Undefined:
            yield from _problems(own.type, value.get(name), (*path, name))
    if type_.is_one_of and len(value) != 1:
        yield path, f"'{type_.name}' requires exactly one argument, but {len(value)} were provided."


def _leaf_problems(type_: GraphQLScalarType | GraphQLEnumType, value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if type_.name == "ID":
        if not isinstance(value, str) or _GID.match(value) is None:
            yield path, f"Invalid global id '{value}'"
        return
    if isinstance(type_, GraphQLEnumType):
        if value not in type_.values:
            yield path, f'Expected "{value}" to be one of: {", ".join(type_.values)}'
        return
    try:
        type_.coerce_input_value(value)
    except GraphQLError:
        yield path, f"Could not coerce value {value!r} to {type_.name}"


# -- sizes -------------------------------------------------------------------------------------------------------


def size_error(
    schema: GraphQLSchema, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> Answer | None:
    """A list that is too long refuses the whole request, whatever else it holds.
    https://shopify.dev/docs/api/usage/limits"""
    for node, name, type_, ast in _arguments(schema, operation):
        value = value_from_ast_untyped(ast, dict(variables))
        for path, size, most in _too_long(type_, value, (node.alias or node.name).value, name):
            at = node.loc.start_token if node.loc else None
            return {
                "message": f"The input array size of {size} is greater than the maximum allowed of {most}.",
                "locations": [{"line": at.line, "column": at.column}] if at else [],
                "path": list(path),
                "extensions": {"code": "MAX_INPUT_SIZE_EXCEEDED"},
            }
    return None


def _too_long(type_: Any, value: Any, *path: str) -> Iterator[tuple[Path, int, int]]:
    if isinstance(value, list):
        most = MAX_VARIANTS if path[-1] in ("variants", "variantsIds", "positions") else MAX_ITEMS
        if isinstance(type_, GraphQLScalarType) and type_.name == "JSON":
            return
        if len(value) > most:
            yield path, len(value), most
        for item in value:
            yield from _too_long(type_, item, *path)
    elif isinstance(value, dict) and isinstance(type_, GraphQLInputObjectType):
        for name, item in value.items():
            if name in type_.fields and isinstance(item, list | dict):
                yield from _too_long(get_named_type(type_.fields[name].type), item, *path, name)
