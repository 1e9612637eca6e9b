"""The Admin API's one address: parse, price, take from the bucket, execute, settle."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    parse,
    validate,
)

from . import refusals
from .bucket import Bucket
from .context import AppAccess, Context
from .cost import Meter
from .executor import execute
from .schema import build
from .store import Shop

MAX_QUERY_COST = 1000

SCHEMA = build()
LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class GraphQLAnswer:
    status: int
    body: dict[str, Any]


@dataclass
class Stats:
    """What one shop was asked, for tests and benchmarks."""

    requests: int = 0
    queries: int = 0
    throttled: int = 0
    points: float = 0.0
    mutations: Counter[str] = field(default_factory=Counter)

    def to_json(self) -> dict[str, Any]:
        return {
            "requests": self.requests,
            "queries": self.queries,
            "throttled": self.throttled,
            "points": round(self.points, 1),
            "mutations": dict(self.mutations),
            "writes": sum(self.mutations.values()),
        }


@lru_cache(maxsize=1024)
def _document(text: str) -> tuple[DocumentNode, list[dict[str, Any]]]:
    """A parsed document and what is wrong with it, kept: an app sends the same few texts again and again."""
    document = parse(text)
    return document, refusals.document_errors(SCHEMA, document, validate(SCHEMA, document))


def answer(
    shop: Shop, app: AppAccess, bucket: Bucket, stats: Stats, body: Mapping[str, Any], *, refused: bool = False
) -> GraphQLAnswer:
    """One request's answer. HTTP 200 for everything that is said in GraphQL's own words.

    `refused`: the bucket behaves as if it were empty.
    """
    stats.requests += 1
    try:
        document, problems = _document(str(body.get("query") or ""))
    except GraphQLError as problem:
        return _refused([refusals.syntax_error(problem)])
    if problems:
        return _refused(problems)
    operation = _operation(document, body.get("operationName"))
    variables = body.get("variables") or {}
    if operation is None or not isinstance(variables, dict):
        return _refused([{"message": "An operation name is required", "extensions": {"code": "BAD_REQUEST"}}])
    wrong = refusals.variable_errors(SCHEMA, operation, variables)
    if wrong:
        return _refused(wrong)
    return _priced(shop, app, bucket, stats, document, operation, variables, refused=refused)


def _priced(
    shop: Shop,
    app: AppAccess,
    bucket: Bucket,
    stats: Stats,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: dict[str, Any],
    *,
    refused: bool,
) -> GraphQLAnswer:
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    meter = Meter(SCHEMA, fragments, variables)
    requested = meter.price(operation)
    if requested > MAX_QUERY_COST:
        message = f"Query cost is {requested:.0f}, which exceeds the single query max cost limit ({MAX_QUERY_COST})."
        return _refused([{"message": message, "extensions": {"code": "MAX_COST_EXCEEDED"}}])
    if refused or not bucket.take(requested):
        stats.throttled += 1
        return _throttled(bucket, requested)
    oversized = refusals.size_error(SCHEMA, operation, variables)
    if oversized is not None:  # what it asked for stays charged, as was seen
        return GraphQLAnswer(200, {"errors": [oversized], "extensions": {"cost": _cost(requested, None, bucket)}})
    context = Context(shop, app)
    name = operation.name.value if operation.name else None
    with shop.writing() if operation.operation is OperationType.MUTATION else nullcontext():
        result = execute(SCHEMA, document, context, variables, name)
    actual = min(requested, meter.price(operation, result.data)) if result.data is not None else 0.0
    bucket.give_back(requested - actual)
    _count(stats, operation, actual)
    response: dict[str, Any] = {}
    if result.errors:
        response["errors"] = [_formatted(error) for error in result.errors]
    if result.data is not None or not result.errors:
        response["data"] = result.data
    elif operation.operation is OperationType.QUERY:
        response["data"] = None
    response["extensions"] = {"cost": _cost(requested, actual, bucket)}
    if context.searches:
        response["extensions"]["search"] = context.searches
    return GraphQLAnswer(200, response)


def _count(stats: Stats, operation: OperationDefinitionNode, actual: float) -> None:
    stats.points += actual
    if operation.operation is not OperationType.MUTATION:
        stats.queries += 1
        return
    for node in operation.selection_set.selections:
        if isinstance(node, FieldNode):
            stats.mutations[node.name.value] += 1


def _throttled(bucket: Bucket, requested: float) -> GraphQLAnswer:
    """HTTP 200, no data, and the figures to wait by."""
    error = {
        "message": "Throttled",
        "extensions": {
            "code": "THROTTLED",
            "documentation": "https://shopify.dev/api/usage/rate-limits",
        },
    }
    return GraphQLAnswer(200, {"errors": [error], "extensions": {"cost": _cost(requested, None, bucket)}})


def _cost(requested: float, actual: float | None, bucket: Bucket) -> dict[str, Any]:
    return {
        "requestedQueryCost": _whole(requested),
        "actualQueryCost": _whole(actual) if actual is not None else None,
        "throttleStatus": bucket.status(),
    }


def _whole(cost: float) -> int:
    """Costs are shown as whole numbers."""
    return int(cost + 0.5)


def _operation(document: DocumentNode, name: Any) -> OperationDefinitionNode | None:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is None:
        return operations[0] if len(operations) == 1 else None
    return next((node for node in operations if node.name is not None and node.name.value == name), None)


def _formatted(error: GraphQLError) -> dict[str, Any]:
    """An error of our own wording, or Shopify's words for a mistake in the sandbox (which the log explains)."""
    if error.extensions and "code" in error.extensions:
        return dict(error.formatted)
    LOG.error("the sandbox failed at %s: %s", error.path, error.message, exc_info=error.original_error)
    message = "Internal error. Looks like something went wrong on our end.\nRequest ID: sandbox"
    return {"message": message, "path": error.path, "extensions": {"code": "INTERNAL_SERVER_ERROR"}}


def _refused(errors: list[dict[str, Any]]) -> GraphQLAnswer:
    return GraphQLAnswer(200, {"errors": errors})
