"""Records that a store has and shows in no list: nobody can export them, so the archive says how many there are.

Shopify leaves entries that lack a field which became required out of every list, the admin's too, until it is filled;
only their number still counts them.
"""

from __future__ import annotations

from collections.abc import Collection

from .resource import Ask, Talk

WHY = (
    "Shopify lists them to nobody, because they lack a field that their definition requires; "
    "make that field optional in the source store, fill it, then export again"
)
_DEMANDING = """
query DemandingTypes($after: String) {
  metaobjectDefinitions(first: 250, after: $after) {
    nodes { type fieldDefinitions { required } } pageInfo { hasNextPage endCursor }
  }
}
"""
_NUMBER = "query NumberOfEntries($type: String!) { metaobjectDefinitionByType(type: $type) { metaobjectsCount } }"
_LISTED = """
query ListedEntries($type: String!, $after: String) {
  metaobjects(type: $type, first: 250, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }
}
"""


def entries(types: Collection[str]) -> Talk[dict[str, int]]:
    """Type -> how many of its entries no list shows; those of which all are shown are left out."""
    found = {}
    for type_ in sorted((yield from _demanding()) & set(types)):
        if missing := (yield from _missing(type_)):
            found[type_] = missing
    return found


def _demanding() -> Talk[set[str]]:
    """The types that require something: entries of others lack nothing."""
    found: set[str] = set()
    after = None
    while True:
        page = (yield Ask(_DEMANDING, {"after": after}))["metaobjectDefinitions"]
        found |= {one["type"] for one in page["nodes"] if any(own["required"] for own in one["fieldDefinitions"])}
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


def _missing(type_: str) -> Talk[int]:
    """Counted before and after they are listed, so that nobody's work meanwhile passes for a hidden entry."""
    before = yield from _number(type_)
    listed = 0
    after = None
    while True:
        page = (yield Ask(_LISTED, {"type": type_, "after": after}))["metaobjects"]
        listed += len(page["nodes"])
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    if listed >= before:
        return 0
    return max(0, min(before, (yield from _number(type_))) - listed)


def _number(type_: str) -> Talk[int]:
    definition = (yield Ask(_NUMBER, {"type": type_}))["metaobjectDefinitionByType"]
    return int(definition["metaobjectsCount"]) if definition is not None else 0
