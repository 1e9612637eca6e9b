"""Writing metaobject definitions: a new one, what differs of one that exists, and fields that had to wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..resource import Ask, Fields, Ids, Job, Result, Talk
from . import _validations as validations
from ._common import beside, given, refused, touches

_CREATE = """
mutation CreateMetaobjectDefinition($definition: MetaobjectDefinitionCreateInput!) {
  metaobjectDefinitionCreate(definition: $definition) {
    metaobjectDefinition { id type displayNameKey } userErrors { field message code }
  }
}
"""
_ENABLE = """
mutation EnableMetaobjectDefinition($type: String!) {
  standardMetaobjectDefinitionEnable(type: $type) {
    metaobjectDefinition { id type } userErrors { field message code }
  }
}
"""
_UPDATE = """
mutation UpdateMetaobjectDefinition($id: ID!, $definition: MetaobjectDefinitionUpdateInput!) {
  metaobjectDefinitionUpdate(id: $id, definition: $definition) {
    metaobjectDefinition { id } userErrors { field message code }
  }
}
"""


def _field(item: Mapping[str, Any], job: Job, ids: Ids) -> dict[str, Any]:
    """The input of a field, without the demand where it is relaxed."""
    path = f"fieldDefinitions.{item['key']}"
    relaxed = f"{path}.required" in job.relaxed
    filterable = bool(item.get("adminFilterable"))
    said = filterable or touches(job.changed, f"{path}.adminFilterable")  # some types take no word of it
    present = (job.before or {}).get("fieldDefinitions", ())
    theirs: dict[str, str] = next((own["validations"] for own in present if own["key"] == item["key"]), {})
    rules = validations.beside(theirs, item["validations"])
    return given(
        {
            "key": item["key"],
            "name": item.get("name"),
            "description": item.get("description"),
            "required": bool(item["required"]) and not relaxed,
            "validations": validations.as_list(rules, ids.translate),
            "capabilities": {"adminFilterable": {"enabled": filterable}} if said else None,
        }
    )


def _new_field(item: Mapping[str, Any], job: Job, ids: Ids) -> dict[str, Any]:
    return {"type": item["type"], **_field(item, job, ids)}


def _head(fields: Fields, before: Fields) -> dict[str, Any]:
    """Everything but the fields, as input. `access.admin` is never sent: merchants' types do not take it.

    `before`: what the target has, empty where that is nothing.
    """
    theirs = before.get("capabilities", {})
    capabilities = {
        name: _capability(own, theirs.get(name) or {}) for name, own in given(fields["capabilities"]).items()
    }
    access = beside(before.get("access"), fields["access"])
    return given(
        {
            "name": fields.get("name"),
            "description": fields.get("description"),
            "displayNameKey": fields.get("displayNameKey"),
            "access": {name: access[name] for name in ("storefront", "customerAccount") if name in access},
            "capabilities": capabilities,
        }
    )


def _capability(own: Fields, theirs: Fields) -> dict[str, Any]:
    data = beside(theirs.get("data") if theirs.get("enabled") else None, own.get("data"))
    return {"enabled": own["enabled"], **({"data": data} if own["enabled"] and data else {})}


def enable(job: Job) -> Talk[Result]:
    data = yield Ask(_ENABLE, {"type": job.key[0]}, repeatable=True)
    payload = data["standardMetaobjectDefinitionEnable"]
    if payload["userErrors"]:
        return refused(job.key, payload["userErrors"])
    return Result(job.key, payload["metaobjectDefinition"]["id"])


def create(job: Job, ids: Ids) -> Talk[Result]:
    fields = [
        _new_field(item, job, ids)
        for item in job.after["fieldDefinitions"]
        if f"fieldDefinitions.{item['key']}" not in job.without
    ]
    definition = {"type": job.key[0], **_head(job.after, {}), "fieldDefinitions": fields}
    data = yield Ask(_CREATE, {"definition": definition})
    payload = data["metaobjectDefinitionCreate"]
    if payload["userErrors"]:
        return refused(job.key, payload["userErrors"])
    made = payload["metaobjectDefinition"]
    if made["displayNameKey"] and not job.after.get("displayNameKey"):  # Shopify's own choice, where nobody made one
        yield Ask(_UPDATE, {"id": made["id"], "definition": {"displayNameKey": None}}, repeatable=True)
    return Result(job.key, made["id"])


def send(job: Job, definition: Mapping[str, Any]) -> Talk[Result]:
    data = yield Ask(_UPDATE, {"id": job.gid, "definition": definition}, repeatable=False)
    errors = data["metaobjectDefinitionUpdate"]["userErrors"]
    return refused(job.key, errors) if errors else Result(job.key, job.gid)


def link(job: Job, ids: Ids) -> dict[str, Any]:
    """Adds or completes the fields left out before. All others are mentioned, so that the order becomes the archive's:
    unless somebody has given them another meanwhile."""
    assert job.before is not None
    present = [item["key"] for item in job.before["fieldDefinitions"]]
    wanted = [item["key"] for item in job.after["fieldDefinitions"]]
    ordered = [key for key in present if key in wanted] == [key for key in wanted if key in present]
    operations = []
    for item in job.after["fieldDefinitions"]:
        if touches(job.changed, f"fieldDefinitions.{item['key']}"):
            known = item["key"] in present
            operations.append({"update": _field(item, job, ids)} if known else {"create": _new_field(item, job, ids)})
        elif item["key"] in present and ordered:
            operations.append({"update": {"key": item["key"]}})
    return {"fieldDefinitions": operations, **({"resetFieldOrder": True} if ordered else {})}


def _between(present: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether new fields belong among those that are there, which Shopify puts behind them: unless somebody has given
    these another order meanwhile."""
    there = [key for key in present if key in wanted]
    new = [key for key in wanted if key not in present]
    return there == [key for key in wanted if key in present] and [*there, *new] != wanted


def _placed(present: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """The wanted fields in their order, and what only the target has behind what it stands behind there."""
    found = list(wanted)
    for before, key in zip(["", *present], present, strict=False):
        if key not in wanted:
            found.insert(found.index(before) + 1 if before in found else 0, key)
    return found


def update(job: Job, ids: Ids) -> dict[str, Any]:
    """Only what the plan says differs."""
    assert job.before is not None
    definition = {name: value for name, value in _head(job.after, job.before).items() if touches(job.changed, name)}
    if "displayNameKey" in job.changed and not job.after.get("displayNameKey"):
        definition["displayNameKey"] = None
    present = [item["key"] for item in job.before["fieldDefinitions"]]
    wanted = [
        item["key"] for item in job.after["fieldDefinitions"] if f"fieldDefinitions.{item['key']}" not in job.without
    ]
    reorder = touches(job.changed, "fieldOrder") or _between(present, wanted)
    operations = []
    items = {item["key"]: item for item in job.after["fieldDefinitions"]}
    for key in _placed(present, wanted):
        if key not in present:
            operations.append({"create": _new_field(items[key], job, ids)})
        elif key in wanted and touches(job.changed, f"fieldDefinitions.{key}"):
            operations.append({"update": _field(items[key], job, ids)})
        elif reorder:
            operations.append({"update": {"key": key}})
    return {**definition, "fieldDefinitions": operations, **({"resetFieldOrder": True} if reorder else {})}
