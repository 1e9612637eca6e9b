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

STEPS = 250  # values of a constraint in one request: no list of an input is longer
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
        }
    )
    constraints = fields.get("constraints")
    if constraints:
        definition["constraints"] = {**constraints, "values": (constraints.get("values") or [])[:STEPS]}
    data = yield Ask(_CREATE, {"definition": definition})
    payload = data["metafieldDefinitionCreate"]
    if payload["userErrors"]:
        return _refused(job, payload["userErrors"])
    gid = payload["createdDefinition"]["id"]
    if not constraints:
        return Result(job.key, gid)
    return (yield from _constrain(job, gid, constraints["key"], _steps(constraints, definition["constraints"])))


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
    rest: list[dict[str, str]] = []
    if touches(job.changed, "constraints"):
        definition["constraintsUpdates"], rest = _constraints(job)
    data = yield Ask(_UPDATE, {"definition": {**_identity(job), **definition}}, repeatable=True)
    errors = data["metafieldDefinitionUpdate"]["userErrors"]
    if errors:
        return _refused(job, errors)
    assert job.gid is not None
    if not rest:
        return Result(job.key, job.gid)
    return (yield from _constrain(job, job.gid, job.after["constraints"]["key"], rest))


def _constrain(job: Job, gid: str, key: str, steps: Sequence[Mapping[str, str]]) -> Talk[Result]:
    """The rest of the steps, in as many requests as it takes."""
    for start in range(0, len(steps), STEPS):
        given_ = {**_identity(job), "constraintsUpdates": {"key": key, "values": steps[start : start + STEPS]}}
        data = yield Ask(_UPDATE, {"definition": given_}, repeatable=True)
        errors = data["metafieldDefinitionUpdate"]["userErrors"]
        if errors:
            return _refused(job, errors)
    return Result(job.key, gid)


def _refused(job: Job, errors: Sequence[Mapping[str, Any]]) -> Result:
    """Values that stand there are against it: this import may be about to replace or to delete them."""
    if not job.late and any(error["code"] in OF_VALUES for error in errors):
        return Result(job.key, later=Later.END)
    return refused(job.key, errors)


def _constraints(job: Job) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """The first steps from the target's values to the archive's, and the rest. Without a key there is no constraint at
    all any more."""
    wanted = job.after["constraints"]
    if not wanted["key"]:
        return {"key": None}, []
    steps = _steps(wanted, (job.before or {}).get("constraints") or {})
    return {"key": wanted["key"], "values": steps[:STEPS]}, steps[STEPS:]


def _steps(wanted: Fields, present: Fields) -> list[dict[str, str]]:
    """From the values that are present to those that are wanted. At no time there are none, if there ever are."""
    there, own = set(present.get("values") or ()), set(wanted.get("values") or ())
    return [
        *({"create": value} for value in wanted.get("values") or () if value not in there),
        *({"delete": value} for value in present.get("values") or () if value not in own),
    ]
