"""Writing entries: a new one, a draft as long as fields of it wait, and what differs of one that exists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import values
from ..resource import Ask, Ids, Job, Result, Talk
from ._common import refused, touches

_CREATE = """
mutation CreateMetaobject($metaobject: MetaobjectCreateInput!) {
  metaobjectCreate(metaobject: $metaobject) { metaobject { id handle } userErrors { field message code } }
}
"""
_UPDATE = """
mutation UpdateMetaobject($id: ID!, $metaobject: MetaobjectUpdateInput!) {
  metaobjectUpdate(id: $id, metaobject: $metaobject) { metaobject { id } userErrors { field message code } }
}
"""
DRAFT = {"status": "DRAFT"}


def _inputs(job: Job, ids: Ids, names: Callable[[str], bool]) -> list[dict[str, Any]]:
    found = []
    for key, item in job.after["fields"].items():
        if names(f"fields.{key}"):
            value = values.rewrite(item["type"], item["value"], ids.translate)
            if value is not None:
                found.append({"key": key, "value": value})
    return found


def create(job: Job, ids: Ids) -> Talk[Result]:
    type_, handle = job.key
    capabilities = job.after["capabilities"]
    if job.without and capabilities.get("publishable"):
        capabilities = {**capabilities, "publishable": DRAFT}
    metaobject = {
        "type": type_,
        "handle": handle,
        "fields": _inputs(job, ids, lambda path: path not in job.without),
        **({"capabilities": capabilities} if capabilities else {}),
    }
    data = yield Ask(_CREATE, {"metaobject": metaobject})
    payload = data["metaobjectCreate"]
    if payload["userErrors"]:
        return refused(job.key, payload["userErrors"])
    created = payload["metaobject"]
    detail = "" if created["handle"] == handle else f"Shopify named it {created['handle']}."
    return Result(job.key, created["id"], detail=detail)


def _waits(job: Job) -> bool:
    """Whether the status stays as it is until the links are there."""
    return bool(job.without and job.before is not None and job.before["capabilities"].get("publishable"))


def update(job: Job, ids: Ids) -> Talk[Result]:
    """The planned changes; the status waits for the fields that are left out."""
    wanted = _inputs(job, ids, lambda path: path not in job.without and touches(job.changed, path))
    metaobject: dict[str, Any] = {"fields": wanted}
    capabilities = {
        name: own
        for name, own in job.after["capabilities"].items()
        if touches(job.changed, f"capabilities.{name}") and not (name == "publishable" and _waits(job))
    }
    if capabilities:
        metaobject["capabilities"] = capabilities
    if not wanted and "capabilities" not in metaobject:
        return Result(job.key, job.gid)
    data = yield Ask(_UPDATE, {"id": job.gid, "metaobject": metaobject}, repeatable=True)
    errors = data["metaobjectUpdate"]["userErrors"]
    return refused(job.key, errors) if errors else Result(job.key, job.gid)
