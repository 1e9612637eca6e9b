"""Metafield definitions, one stream per kind of owner."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from shopify_client import AccessDenied, BadRequest

from ..diff import Change
from ..keys import Key
from ..outcomes import Reason
from ..references import Target, parse
from ..resource import Ask, Fields, Ids, Job, Page, Place, Reading, Resource, Result, Scopes, Selection, Stream, Talk
from ..shapes import Always, Flag, Lacking, Maybe, Object, OneOf, Text
from . import _validations as validations
from ._common import by_alias, given, paged, read_nodes, refused, touches
from ._owners import OF_APPS, OWNERS, SOLD, may_not_read
from ._shapes import TEXTS, TYPE, WORD

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
_CREATE = """
mutation CreateMetafieldDefinition($definition: MetafieldDefinitionInput!) {
  metafieldDefinitionCreate(definition: $definition) { createdDefinition { id } userErrors { field message code } }
}
"""
_ENABLE = """
mutation EnableMetafieldDefinition(
  $ownerType: MetafieldOwnerType!, $namespace: String!, $key: String!
  $capabilities: MetafieldCapabilityCreateInput, $access: StandardMetafieldDefinitionAccessInput
) {
  standardMetafieldDefinitionEnable(
    ownerType: $ownerType, namespace: $namespace, key: $key, capabilities: $capabilities, access: $access
  ) { createdDefinition { id } userErrors { field message code } }
}
"""
_UPDATE = """
mutation UpdateMetafieldDefinition($definition: MetafieldDefinitionUpdateInput!) {
  metafieldDefinitionUpdate(definition: $definition) { updatedDefinition { id } userErrors { field message code } }
}
"""


OWN = ("access", "capabilities")  # what a store may choose about a standard definition


def foreign(namespace: str) -> str | None:
    """Why a namespace is not ours to carry, or None."""
    if namespace.startswith(("app--", "$app")):
        return "it belongs to another app"
    if namespace in ("shopify_standard", "protected") or namespace.startswith("shopify--"):
        return "its namespace is reserved by Shopify"
    return None


_STOREFRONT = OneOf("NONE", "PUBLIC_READ", enum="MetafieldStorefrontAccess")
_CUSTOMER = OneOf("NONE", "READ", "READ_WRITE", enum="MetafieldCustomerAccountAccess")


class MetafieldDefinitions(Resource):
    name = "metafield_definitions"
    label = "Metafield definitions"
    key_is = "owner type, namespace, key"
    key_like = "PRODUCT/custom/care"
    shape = Object(
        "a metafield definition",
        {
            "name": Maybe(Text()),
            "description": Maybe(Text()),
            "type": TYPE,
            "validations": validations.SHAPE,
            "access": Object("access", {"storefront": Maybe(_STOREFRONT), "customerAccount": Maybe(_CUSTOMER)}),
            "capabilities": Object("capabilities", {name: Maybe(Flag()) for name in CAPABILITIES}),
            "constraints": Maybe(Object("constraints", {"key": Maybe(Text()), "values": TEXTS})),
            "standard": Lacking(Always()),
        },
    )
    key_shape = (OneOf(*OWNERS), WORD, WORD)
    leaves = {
        "other apps' definitions": "Shopify lets nobody else create them",
        "values on orders, draft orders and transfers": "they belong to what was sold and moved; only how many is told",
        "definitions on selling plans, functions and gift card transactions": "only apps can use them",
    }
    scopes = Scopes(
        read=("read_products", "read_metaobject_definitions"), write=("write_products", "write_metaobject_definitions")
    )
    gid_types = ("MetafieldDefinition",)
    unique = True
    refers_to = ("metaobject_definitions",)
    key_parts = 3
    owner_types = tuple(OWNERS)
    parts = OWNERS
    deletable = False  # deleting one may delete the values of every owner
    identify = {"MetafieldDefinition": "ownerType namespace key"}

    # -- reading

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        own = [Stream(f"metafield_definitions/{owner}", _read(owner), moves=False) for owner in OWNERS]
        return [*own, *(Stream(f"metafield_definitions/{owner}", _of_apps(owner), moves=False) for owner in OF_APPS)]

    def part(self, key: Key) -> str:
        return key[0] if key else ""

    def read_back(self, gids: Sequence[str]) -> Talk[list[Reading]]:
        nodes: list[Mapping[str, Any]] = []
        yield from read_nodes(_BACK, gids, lambda node: nodes.append(node))
        readings = []
        for node in nodes:
            readings.append(_reading((yield from _whole(node))))
        return [reading for reading in readings if reading is not None]

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        return (
            yield from by_alias(
                targets,
                "MetafieldDefinitionIdentifierInput!",
                "metafieldDefinition(identifier: $v) { id }",
                lambda target: dict(zip(("ownerType", "namespace", "key"), target.key, strict=True)),
                lambda target, node: node["id"],
            )
        )

    def identified(self, gid_type: str, node: Mapping[str, Any]) -> Target | None:
        return Target(self.name, (node["ownerType"], node["namespace"], node["key"]))

    def value_of(self, key: Key) -> tuple[str, str]:
        return key[0], key[1]

    # -- meaning

    def rewrite(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        rewritten = validations.rewrite(fields["validations"], translate)
        return {**fields, "validations": rewritten if rewritten is not None else {}}

    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        for target in validations.targets(fields["validations"]):
            yield Place("validations", target, hard=True)

    def normalise(self, fields: Fields) -> Fields:
        constraints = fields.get("constraints")
        return {
            **fields,
            "validations": validations.normalise(fields["validations"]),
            "constraints": {**constraints, "values": sorted(constraints["values"])} if constraints else None,
        }

    def changes(self, before: Fields, after: Fields) -> list[Change]:
        """Of a standard definition, only what a store may choose about it."""
        found = super().changes(before, after)
        return [c for c in found if touches(OWN, c.path.split(".")[0])] if after.get("standard") else found

    def conflict(self, before: Fields, after: Fields) -> str | None:
        if before["type"] == after["type"]:
            return self._other_entries(before, after)
        return (
            f"It is of type {before['type']} in the target store and of type {after['type']} in the archive; Shopify "
            "cannot change the type of a definition."
        )

    def _other_entries(self, before: Fields, after: Fields) -> str | None:
        """What a metaobject reference may lead to is fixed when its definition is created."""
        here, there = (fields["validations"].get(validations.ONE) for fields in (before, after))
        if here is None or there is None or here == there or not after["type"].endswith("metaobject_reference"):
            return None
        return (
            f"Its values are {_type_of(here)} in the target store and {_type_of(there)} in the archive; Shopify cannot "
            "change which metaobjects a definition refers to."
        )

    def refuse(self, job: Job) -> Result | None:
        why = foreign(job.key[1])
        if why is not None:
            return Result(job.key, reason=Reason.NOT_PERMITTED, detail=f"Not written: {why}.")
        if job.key[0] not in OWNERS:
            detail = f"Definitions on {job.key[0][:40]} are not carried by this version."
            return Result(job.key, reason=Reason.NOT_PERMITTED, detail=detail)
        return None

    # -- writing

    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        (job,) = jobs
        if job.gid is not None:
            return [(yield from _update(job, ids))]
        if job.after.get("standard"):
            return [(yield from _enable(job))]
        return [(yield from _create(job, ids))]


def _type_of(text: str) -> str:
    target = parse(text)
    return target.key[0] if target is not None else text


def _read(owner: str) -> Callable[[str | None, str | None], Talk[Page]]:
    inner = paged(
        _READ,
        "metafieldDefinitions",
        _reading,
        variables={"ownerType": owner, "counts": owner in SOLD},
        skipped=_skipped,
        more=_whole,
        filters=False,
    )

    def read(after: str | None, changed_since: str | None) -> Talk[Page]:
        try:
            return (yield from inner(after, changed_since))
        except AccessDenied:
            return Page((), None, ((owner, may_not_read(owner)),))

    return read


def _of_apps(owner: str) -> Callable[[str | None, str | None], Talk[Page]]:
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


def _whole(node: Mapping[str, Any]) -> Talk[Mapping[str, Any]]:
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


def _reading(node: Mapping[str, Any]) -> Reading | None:
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
    if node["standardTemplate"]:
        fields = _standard(node["namespace"], fields)
    key = (node["ownerType"], node["namespace"], node["key"])
    return Reading("metafield_definitions", key, node["id"], fields)


def _standard(namespace: str, fields: Fields) -> Fields:
    """Shopify's template says the rest, in every store. Category metafields do not even let their access be chosen."""
    kept = {name: fields["validations"][name] for name in (validations.ONE,) if name in fields["validations"]}
    access = {} if namespace == "shopify" else fields["access"]
    words = {"name": None, "description": None, "constraints": None}
    return {**fields, **words, "standard": True, "validations": kept, "access": access}


def _skipped(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    why = foreign(node["namespace"])
    if why is not None:
        yield _named(node), why
    if node.get("metafieldsCount"):
        yield f"{_named(node)}: {node['metafieldsCount']}", VALUES


def _identity(job: Job) -> dict[str, Any]:
    return dict(zip(("ownerType", "namespace", "key"), job.key, strict=True))


def _capabilities(fields: Fields) -> dict[str, Any]:
    return {name: {"enabled": bool(fields["capabilities"].get(name))} for name in CAPABILITIES}


def _enable(job: Job) -> Talk[Result]:
    """Switches on one of Shopify's own. One that is on already comes back, so that it may be asked for again."""
    choices = {name: own for name, own in _capabilities(job.after).items() if own["enabled"]}
    variables = given(
        {
            **_identity(job),
            "capabilities": choices or None,
            "access": given(job.after["access"]) or None,
        }
    )
    data = yield Ask(_ENABLE, variables, repeatable=True)
    payload = data["standardMetafieldDefinitionEnable"]
    if payload["userErrors"]:
        return refused(job.key, payload["userErrors"])
    return Result(job.key, payload["createdDefinition"]["id"])


def _create(job: Job, ids: Ids) -> Talk[Result]:
    fields = job.after
    definition = given(
        {
            **_identity(job),
            "type": fields["type"],
            "name": fields.get("name") or job.key[2],
            "description": fields.get("description"),
            "validations": validations.as_list(fields["validations"], ids.translate),
            "access": given(fields["access"]),
            "capabilities": {name: own for name, own in _capabilities(fields).items() if own["enabled"]},
            "constraints": fields.get("constraints"),
        }
    )
    data = yield Ask(_CREATE, {"definition": definition})
    payload = data["metafieldDefinitionCreate"]
    if payload["userErrors"]:
        return refused(job.key, payload["userErrors"])
    return Result(job.key, payload["createdDefinition"]["id"])


def _update(job: Job, ids: Ids) -> Talk[Result]:
    """Only what the plan says differs."""
    fields = job.after
    rules = validations.beside((job.before or {}).get("validations", {}), fields["validations"])
    wanted = {
        "name": fields.get("name"),
        "description": fields.get("description"),
        "validations": validations.as_list(rules, ids.translate),
        "access": given(fields["access"]),
        "capabilities": _capabilities(fields),
    }
    definition = {name: value for name, value in wanted.items() if touches(job.changed, name)}
    if touches(job.changed, "constraints"):
        definition["constraintsUpdates"] = _constraints(job)
    data = yield Ask(_UPDATE, {"definition": {**_identity(job), **definition}}, repeatable=True)
    errors = data["metafieldDefinitionUpdate"]["userErrors"]
    return refused(job.key, errors) if errors else Result(job.key, job.gid)


def _constraints(job: Job) -> dict[str, Any]:
    """The step from the target's values to the archive's."""
    wanted = job.after["constraints"]
    present = ((job.before or {}).get("constraints") or {}).get("values") or []
    return {
        "key": wanted["key"],
        "values": [
            *({"create": value} for value in wanted["values"] if value not in present),
            *({"delete": value} for value in present if value not in wanted["values"]),
        ],
    }


RESOURCE = MetafieldDefinitions()
