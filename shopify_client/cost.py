"""What a request will cost, in points, before it is asked.

Shopify does not publish the formula. Measured over thousands of recorded answers it is: a scalar 0, an object 1 plus
its selection, a list or `nodes(ids:)` like one object whatever its length, a connection
``2 + max(1, floor(2 ln first)) * (1 + selection)``, a mutation 10 plus its selection, a root count field 10. Estimates
err upwards; what Shopify itself said about the same document and sizes replaces them (`Prices`).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    parse,
)

MAX_QUERY_COST = 1000  # https://shopify.dev/docs/api/usage/limits: one query, every plan
MUTATION_COST = 10
FILE_CREATE_COST = 20  # recorded
COUNT_COST = 10
# What productSet charges for its input (schema, ProductSetInput.* and ProductVariantSetInput.*); for variants,
# productVariantsBulkCreate does so too (recorded).
VARIANT_COST, FILE_COST, VARIANT_FILE_COST = 0.2, 1.9, 0.6
_ROUNDING = 1e-6  # half a point may have been rounded either way: then it is the dearer one
_MARGIN = 1.25  # hand-set prices of single fields are not in the formula


@lru_cache(maxsize=512)
def _parsed(document: str) -> DocumentNode:
    return parse(document, no_location=True)


@lru_cache(maxsize=512)
def operation(document: str) -> tuple[str, bool]:
    """The operation's name and whether it is a mutation."""
    for node in _parsed(document).definitions:
        if isinstance(node, OperationDefinitionNode):
            return (node.name.value if node.name else "", node.operation is OperationType.MUTATION)
    raise ValueError("The document holds no operation.")


def estimate(document: str, variables: Mapping[str, Any]) -> float:
    """An upper estimate of what Shopify will reserve for this request."""
    fragments = {n.name.value: n for n in _parsed(document).definitions if isinstance(n, FragmentDefinitionNode)}
    for node in _parsed(document).definitions:
        if isinstance(node, OperationDefinitionNode):
            cost = _selection(node.selection_set, variables, fragments)
            if node.operation is OperationType.MUTATION:
                return cost * _MARGIN + sum(map(_base, node.selection_set.selections)) + _input_cost(variables)
            return max(1.0, cost * _MARGIN)
    return 1.0


def _selection(
    selection: SelectionSetNode, variables: Mapping[str, Any], fragments: Mapping[str, FragmentDefinitionNode]
) -> float:
    """Fields add up; of alternatives by type (inline fragments) the dearest counts."""
    total = 0.0
    dearest = 0.0
    for node in selection.selections:
        if isinstance(node, FieldNode):
            total += _field(node, variables, fragments)
        elif isinstance(node, InlineFragmentNode):
            dearest = max(dearest, _selection(node.selection_set, variables, fragments))
        elif isinstance(node, FragmentSpreadNode):
            total += _selection(fragments[node.name.value].selection_set, variables, fragments)
    return total + dearest


def _field(node: FieldNode, variables: Mapping[str, Any], fragments: Mapping[str, FragmentDefinitionNode]) -> float:
    if node.selection_set is None:
        return 0.0
    name = node.name.value
    if name.endswith("Count"):
        return COUNT_COST
    if name in ("nodes", "edges", "node", "pageInfo") and not node.arguments:
        # The items of a connection: their price is in the connection's.
        return _selection(node.selection_set, variables, fragments) if name != "pageInfo" else 0.0
    inner = _selection(node.selection_set, variables, fragments)
    first = _first(node, variables)
    return 1.0 + inner if first is None else connection(first, inner)


def connection(first: int, inner: float) -> float:
    """The price of a connection of `first` nodes, each of which costs `inner` besides itself."""
    if first <= 0:
        return 2.0
    return 2.0 + max(1, math.floor(2 * math.log(first))) * (1.0 + inner)


def _first(node: FieldNode, variables: Mapping[str, Any]) -> int | None:
    for argument in node.arguments or ():
        if argument.name.value in ("first", "last"):
            if isinstance(argument.value, VariableNode):
                return int(variables.get(argument.value.name.value) or 250)
            if isinstance(argument.value, IntValueNode):
                return int(argument.value.value)
    return None


def _base(mutation: SelectionNode) -> float:
    named = isinstance(mutation, FieldNode) and mutation.name.value == "fileCreate"
    return FILE_CREATE_COST if named else MUTATION_COST


def _input_cost(variables: Mapping[str, Any]) -> float:
    """What is charged for the input itself: a whole product, or variants that are added to one."""
    product = variables.get("input")
    if not isinstance(product, Mapping):
        return VARIANT_COST * len(_list(variables.get("variants")))
    variants = _list(product.get("variants"))
    pictured = sum(bool(variant.get("file")) for variant in variants)
    return VARIANT_COST * len(variants) + VARIANT_FILE_COST * pictured + FILE_COST * len(_list(product.get("files")))


def charged(shown: float, variables: Mapping[str, Any]) -> float:
    """What Shopify took for a request, by what it shows: the nearest whole number, also where it charges fractions.

    All but the input costs whole points. What is left out each time would add up to more than the mirror has.
    """
    taken = math.floor(shown) + _input_cost(variables) % 1
    return max(0.0, taken if taken < shown + 0.5 + _ROUNDING else taken - 1)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


Sizes = tuple[Any, ...]


class Prices:
    """What Shopify asked for requests of the same document and sizes: after the first, reservations are exact."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, Sizes], float] = {}
        self._lock = threading.Lock()

    def of(self, document: str, variables: Mapping[str, Any]) -> float:
        """Never less than what was asked before for the same; an estimate for what is new."""
        with self._lock:
            known = self._seen.get((document, _key(variables)))
        return known if known is not None else estimate(document, variables)

    def learn(self, document: str, variables: Mapping[str, Any], requested: float) -> None:
        key = (document, _key(variables))
        with self._lock:
            if len(self._seen) > 4096:
                self._seen.clear()
            self._seen[key] = max(charged(requested, variables), self._seen.get(key, 0.0))


def _key(variables: Mapping[str, Any]) -> Sizes:
    """All of the variables that a price may depend on: numbers, switches, lengths, and what the input is charged."""
    return (_input_cost(variables), *_sizes(variables))


def _sizes(variables: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    for name, value in sorted(variables.items()):
        if isinstance(value, int):
            yield name, int(value)
        elif isinstance(value, list):
            yield name, len(value)
        elif isinstance(value, Mapping):
            yield from ((f"{name}.{inner}", size) for inner, size in _sizes(value))
