"""Writing entries: a new one, a draft as long as fields of it wait, and what differs of one that exists.

Shopify refuses an entry as a whole for one value that breaks a rule of its definition, or for a status where its type
has none. It is sent again without what Shopify named, so that one bad value does not hold up the others; what must be
filled is Shopify's to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from typing import Any

from .. import values
from ..refusals import told
from ..resource import Ask, Fields, Ids, Job, Later, Result, Talk
from ._common import given, refused, touches

_CREATE = """
mutation CreateMetaobject($metaobject: MetaobjectCreateInput!) {
  metaobjectCreate(metaobject: $metaobject) { metaobject { id handle } userErrors { field message code elementKey } }
}
"""
_UPDATE = """
mutation UpdateMetaobject($id: ID!, $metaobject: MetaobjectUpdateInput!) {
  metaobjectUpdate(id: $id, metaobject: $metaobject) { metaobject { id } userErrors { field message code elementKey } }
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
    capabilities = given(job.after["capabilities"])
    if job.without and capabilities.get("publishable"):
        capabilities = {**capabilities, "publishable": DRAFT}
    metaobject = {
        "type": type_,
        "handle": handle,
        "fields": _inputs(job, ids, lambda path: path not in job.without),
        **({"capabilities": capabilities} if capabilities else {}),
    }
    created, errors = yield from _taken(_CREATE, {}, metaobject, late=job.late, repeatable=False)
    if created is None and _named_alike(errors) and not job.late:
        return Result(job.key, later=Later.OTHERS)
    if created is None:
        return refused(job.key, errors)
    renamed = "" if created["handle"] == handle else f"Shopify named it {created['handle']}."
    detail = " ".join(filter(None, (renamed, told(errors))))
    return Result(job.key, created["id"], detail=detail, untaken=_paths(errors))


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
    if not _says(metaobject):
        return Result(job.key, job.gid)
    updated, errors = yield from _taken(_UPDATE, {"id": job.gid}, metaobject, late=job.late, repeatable=True)
    if updated is None and _named_alike(errors) and not job.late:
        return Result(job.key, later=Later.OTHERS)
    if updated is None:
        return refused(job.key, errors)
    return Result(job.key, job.gid, detail=told(errors), untaken=_paths(errors))


Errors = list[dict[str, Any]]


def _taken(
    document: str, variables: Fields, metaobject: Fields, *, late: bool, repeatable: bool
) -> Talk[tuple[Fields | None, Errors]]:
    """(what was written, None where it was refused; what Shopify says against it, or against what it goes without)."""
    said: Errors = []
    while True:
        data = yield Ask(document, {**variables, "metaobject": metaobject}, repeatable=repeatable)
        (payload,) = data.values()
        errors = [_at_field(error, metaobject["fields"]) for error in payload["userErrors"]]
        if not errors:
            return payload["metaobject"], said
        if _named_alike(errors) and not late:
            return None, errors
        untaken = set(_paths(errors))
        if not untaken <= {*_said(metaobject)}:
            return None, said or errors
        metaobject, said = _without(metaobject, untaken), [*said, *errors]
        if not _says(metaobject):
            return {}, said


def _named_alike(errors: Errors) -> bool:
    """Whether another entry has the name, and is a value of an option by it: two values can not be called the same."""
    return any(error["code"] == "DISPLAY_NAME_CONFLICT" for error in errors)


def _says(metaobject: Fields) -> bool:
    """Whether there is anything to write."""
    return bool(metaobject["fields"] or metaobject.keys() - {"fields"})


def _said(metaobject: Fields) -> Iterator[str]:
    """The paths of what can be left out of an entry."""
    yield from (f"fields.{item['key']}" for item in metaobject["fields"])
    yield from (f"capabilities.{name}" for name in metaobject.get("capabilities", ()))


def _without(metaobject: Fields, paths: Set[str]) -> Fields:
    fields = [item for item in metaobject["fields"] if f"fields.{item['key']}" not in paths]
    own = metaobject.get("capabilities", {})
    granted = {name: one for name, one in own.items() if f"capabilities.{name}" not in paths}
    rest = {name: value for name, value in metaobject.items() if name != "capabilities"}
    return {**rest, "fields": fields, **({"capabilities": granted} if granted else {})}


def _at_field(error: Mapping[str, Any], fields: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """An error with the key of the field of which it tells, which may stand as its number in the input alone."""
    match error["field"]:
        case ["metaobject", "fields", number, *_] if number.isdecimal() and int(number) < len(fields):
            key = error["elementKey"] or fields[int(number)]["key"]
            return {**error, "elementKey": key, "field": ["metaobject", key]}
    return dict(error)


def _paths(errors: Errors) -> tuple[str, ...]:
    return tuple(map(_path, errors))


def _path(error: Mapping[str, Any]) -> str:
    match error:
        case {"code": "CAPABILITY_NOT_ENABLED", "field": [*_, "capabilities", str(name)]}:
            return f"capabilities.{name}"
    return f"fields.{error['elementKey']}"
