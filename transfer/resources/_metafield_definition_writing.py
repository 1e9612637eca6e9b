"""Writing metafield definitions: a new one, one of Shopify's own, and what differs of one that exists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..resource import Ask, Fields, Ids, Job, Later, Result, Talk
from . import _validations as validations
from ._common import beside, given, refused, touches
from ._metafield_definition_reading import CAPABILITIES

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

# Of what Shopify says against a definition, what the store's values may be the cause of: values of another type or that
# break its rules, and two that are equal where no two may be.
OF_VALUES = frozenset({"UNSTRUCTURED_ALREADY_EXISTS", "INVALID_CAPABILITY"})


def _identity(job: Job) -> dict[str, Any]:
    return dict(zip(("ownerType", "namespace", "key"), job.key, strict=True))


def _capabilities(own: Fields) -> dict[str, Any]:
    return {name: {"enabled": bool(own.get(name))} for name in CAPABILITIES}


def enable(job: Job) -> Talk[Result]:
    """Switches on one of Shopify's own. One that is on already comes back, so that it may be asked for again."""
    choices = {name: own for name, own in _capabilities(job.after["capabilities"]).items() if own["enabled"]}
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
        return _refused(job, payload["userErrors"])
    return Result(job.key, payload["createdDefinition"]["id"])


def create(job: Job, ids: Ids) -> Talk[Result]:
    fields = job.after
    definition = given(
        {
            **_identity(job),
            "type": fields["type"],
            "name": fields.get("name") or job.key[2],
            "description": fields.get("description"),
            "validations": validations.as_list(fields["validations"], ids.translate),
            "access": given(fields["access"]),
            "capabilities": {
                name: own for name, own in _capabilities(fields["capabilities"]).items() if own["enabled"]
            },
            "constraints": fields.get("constraints"),
        }
    )
    data = yield Ask(_CREATE, {"definition": definition})
    payload = data["metafieldDefinitionCreate"]
    if payload["userErrors"]:
        return _refused(job, payload["userErrors"])
    return Result(job.key, payload["createdDefinition"]["id"])


def update(job: Job, ids: Ids) -> Talk[Result]:
    """Only what the plan says differs."""
    fields, theirs = job.after, job.before or {}
    rules = validations.beside(theirs.get("validations", {}), fields["validations"])
    wanted = {
        "name": fields.get("name"),
        "description": fields.get("description"),
        "validations": validations.as_list(rules, ids.translate),
        "access": beside(theirs.get("access"), fields["access"]),
        "capabilities": _capabilities(beside(theirs.get("capabilities"), fields["capabilities"])),
    }
    definition = {name: value for name, value in wanted.items() if touches(job.changed, name)}
    if touches(job.changed, "constraints"):
        definition["constraintsUpdates"] = _constraints(job)
    data = yield Ask(_UPDATE, {"definition": {**_identity(job), **definition}}, repeatable=True)
    errors = data["metafieldDefinitionUpdate"]["userErrors"]
    return _refused(job, errors) if errors else Result(job.key, job.gid)


def _refused(job: Job, errors: Sequence[Mapping[str, Any]]) -> Result:
    """Values that stand there are against it: this import may be about to replace or to delete them."""
    if not job.late and any(error["code"] in OF_VALUES for error in errors):
        return Result(job.key, later=Later.END)
    return refused(job.key, errors)


def _constraints(job: Job) -> dict[str, Any]:
    """The step from the target's values to the archive's. Without a key there is no constraint at all any more."""
    wanted = job.after["constraints"]
    if not wanted["key"]:
        return {"key": None}
    present = ((job.before or {}).get("constraints") or {}).get("values") or []
    return {
        "key": wanted["key"],
        "values": [
            *({"create": value} for value in wanted["values"] if value not in present),
            *({"delete": value} for value in present if value not in wanted["values"]),
        ],
    }
