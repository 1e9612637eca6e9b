"""Reading metafield definitions: of merchants, page by page and owner by owner, and how many only apps have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from shopify_client import AccessDenied, BadRequest

from ..resource import Ask, Fields, Page, Reading, Talk
from . import _validations as validations
from ._common import OF_APP, RESERVED, paged, read_nodes
from ._owners import SOLD, may_not_read

# Namespaces that begin as Shopify's own and are open nevertheless: those of its standard definitions, which every app
# may switch on and fill. All others of that beginning refuse what apps write. Search & Discovery's recommendations and
# search boosts, and the manufacturer's part number, are templates 14 to 17 and 22 of `standardMetafieldDefinition-
# Templates`: https://shopify.dev/docs/apps/build/metafields/list-of-standard-definitions
OPEN = frozenset(
    {
        "shopify--discovery--product_recommendation",
        "shopify--discovery--product_search_boost",
        "shopify--facts",
    }
)

CAPABILITIES = (
    "adminFilterable",
    "analyticsQueryable",
    "cartToOrderCopyable",
    "smartCollectionCondition",
    "uniqueValues",
)

_FIELDS = f"""
  id ownerType namespace key name description
  type {{ name }} validations {{ name value }} access {{ storefront customerAccount }}
  capabilities {{ {" ".join(f"{name} {{ enabled }}" for name in CAPABILITIES)} }}
  constraints {{ key values(first: 50) {{ nodes {{ value }} pageInfo {{ hasNextPage endCursor }} }} }}
  standardTemplate {{ id }}
"""
_READ = f"""
query MetafieldDefinitions($ownerType: MetafieldOwnerType!, $after: String, $counts: Boolean = false) {{
  metafieldDefinitions(ownerType: $ownerType, first: 50, after: $after) {{
    nodes {{ {_FIELDS} metafieldsCount @include(if: $counts) }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
_REST = """
query MoreConstraints($id: ID!, $after: String) {
  node(id: $id) {
    ... on MetafieldDefinition {
      constraints { values(first: 250, after: $after) { nodes { value } pageInfo { hasNextPage endCursor } } }
    }
  }
}
"""
_OF_APPS = """
query DefinitionsOfApps($ownerType: MetafieldOwnerType!, $after: String) {
  metafieldDefinitions(ownerType: $ownerType, first: 250, after: $after) {
    nodes { id ownerType namespace key } pageInfo { hasNextPage endCursor }
  }
}
"""
_BACK = f"""
query MetafieldDefinitionsById($ids: [ID!]!) {{
  nodes(ids: $ids) {{ ... on MetafieldDefinition {{ {_FIELDS} }} }}
}}
"""


def foreign(namespace: str) -> str | None:
    """Why a namespace is not ours to carry, or None."""
    if namespace.startswith(("app--", "$app")):
        return OF_APP
    if namespace in ("shopify_standard", "protected") or (namespace.startswith("shopify--") and namespace not in OPEN):
        return RESERVED
    return None


def read_of(owner: str) -> Callable[[str | None, str | None], Talk[Page]]:
    inner = paged(
        _READ,
        "metafieldDefinitions",
        reading,
        variables={"ownerType": owner, "counts": owner in SOLD},
        skipped=_skipped,
        more=whole,
        filters=False,
    )

    def read(after: str | None, changed_since: str | None) -> Talk[Page]:
        try:
            return (yield from inner(after, changed_since))
        except AccessDenied:
            return Page((), None, ((owner, may_not_read(owner)),))

    return read


def of_apps(owner: str) -> Callable[[str | None, str | None], Talk[Page]]:
    """Counts what apps define on what merchants cannot; where the store does not show it, it is not there for us."""
    inner = paged(
        _OF_APPS,
        "metafieldDefinitions",
        lambda node: None,
        variables={"ownerType": owner},
        skipped=lambda node: [(_named(node), ONLY_APPS)],
        filters=False,
    )

    def read(after: str | None, changed_since: str | None) -> Talk[Page]:
        try:
            return (yield from inner(after, changed_since))
        except (AccessDenied, BadRequest):
            return Page((), None)

    return read


ONLY_APPS = "only apps can use definitions of this kind of owner"
VALUES = "values of orders, draft orders and transfers belong to what was sold and moved; this is how many there are"


def _named(node: Mapping[str, Any]) -> str:
    return f"{node['ownerType']} {node['namespace']}.{node['key']}"


def whole(node: Mapping[str, Any]) -> Talk[Mapping[str, Any]]:
    """With all the categories, or what else it is for."""
    own = node.get("constraints")
    if not own:
        return node
    nodes, page = list(own["values"]["nodes"]), own["values"]["pageInfo"]
    while page["hasNextPage"]:
        data = yield Ask(_REST, {"id": node["id"], "after": page["endCursor"]})
        if data["node"] is None:
            break  # deleted while we read: the definition is not there any more when that is asked
        more = data["node"]["constraints"]["values"]
        nodes, page = [*nodes, *more["nodes"]], more["pageInfo"]
    return {**node, "constraints": {**own, "values": {"nodes": nodes}}}


def reading(node: Mapping[str, Any]) -> Reading | None:
    if not node or foreign(node["namespace"]):
        return None
    constraints = node["constraints"]
    fields = {
        "name": node["name"],
        "description": node["description"],
        "type": node["type"]["name"],
        "validations": validations.as_map(node["validations"]),
        "access": node["access"],
        "capabilities": {name: own["enabled"] for name, own in node["capabilities"].items()},
        "constraints": None,
    }
    if constraints and constraints["key"]:
        values = sorted(item["value"] for item in constraints["values"]["nodes"])
        fields["constraints"] = {"key": constraints["key"], "values": values}
    if node["standardTemplate"] or node["namespace"] in OPEN:  # where nothing else than switching on makes one
        fields = _standard(node["namespace"], fields)
    key = (node["ownerType"], node["namespace"], node["key"])
    return Reading("metafield_definitions", key, node["id"], fields)


def _standard(namespace: str, fields: Fields) -> Fields:
    """Shopify's template says the rest, in every store. Shopify's own namespaces do not even let access be chosen."""
    kept = {name: fields["validations"][name] for name in (validations.ONE,) if name in fields["validations"]}
    access = {} if namespace == "shopify" or namespace in OPEN else fields["access"]
    words = {"name": None, "description": None, "constraints": None}
    return {**fields, **words, "standard": True, "validations": kept, "access": access}


def _skipped(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    why = foreign(node["namespace"])
    if why is not None:
        yield _named(node), why
    if node.get("metafieldsCount"):
        yield f"{_named(node)}: {node['metafieldsCount']}", VALUES


def back(gids: Sequence[str]) -> Talk[list[Reading]]:
    """The present state of known definitions."""
    nodes: list[Mapping[str, Any]] = []
    yield from read_nodes(_BACK, gids, lambda node: nodes.append(node))
    found = []
    for node in nodes:
        found.append(reading((yield from whole(node))))
    return [one for one in found if one is not None]
