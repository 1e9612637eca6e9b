"""Writing metafield values: all of a request or none, so that what is refused is named and the others go again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shopify_client import AccessDenied, BadRequest, Incomplete, ServerFault

from .. import values
from ..outcomes import Reason
from ..resource import Ask, Job, Result, Talk
from ._common import refused
from ._metafield_definition_reading import OPEN

_DIGESTS = """
query MetafieldDigests($ids: [ID!]!) { nodes(ids: $ids) { ... on Metafield { id type value compareDigest } } }
"""
SET = """
mutation SetMetafields($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) { metafields { id namespace key } userErrors { field message code } }
}
"""
_ONE = """
query MetafieldOfOwner($owner: ID!, $namespace: String!, $key: String!) {
  node(id: $owner) { ... on HasMetafields { metafield(namespace: $namespace, key: $key) { id type value } } }
}
"""


def digests_of(gids: Sequence[str]) -> Talk[dict[str, Mapping[str, Any]]]:
    """What stands in the target right now, with the digests that guard it."""
    if not gids:
        return {}
    data = yield Ask(_DIGESTS, {"ids": list(gids)})
    return {node["id"]: node for node in data["nodes"] if node}


def set_values(ready: Sequence[tuple[Job, dict[str, Any]]]) -> Talk[list[Result]]:
    problem = ""
    errors: list[Any] = []
    try:
        data = yield Ask(SET, {"metafields": [prepared for _, prepared in ready]}, repeatable=True)
    except AccessDenied as denial:
        return (yield from _by_name(ready, denial))
    except (BadRequest, Incomplete, ServerFault) as refusal:
        problem = str(refusal)
    else:
        payload = data["metafieldsSet"]
        errors = payload["userErrors"]
        if not errors:
            return [Result(job.key, node["id"]) for (job, _), node in zip(ready, payload["metafields"], strict=True)]
    if len(ready) == 1:
        ((job, prepared),) = ready
        if problem:
            return [Result(job.key, reason=Reason.REFUSED, detail=problem)]
        return [(yield from _settled(job, prepared, _refused(job, errors)))]
    return (yield from _apart(ready, _by_place(errors, len(ready))))


def _by_name(ready: Sequence[tuple[Job, dict[str, Any]]], denial: AccessDenied) -> Talk[list[Result]]:
    """A denial is about all that is sent, or about names in Shopify's own namespaces: these are sent apart."""
    names: dict[tuple[str, ...], list[tuple[Job, dict[str, Any]]]] = {}
    for one in ready:
        name = one[0].key[-2:]
        names.setdefault(name if name[0] in OPEN else (), []).append(one)
    if len(names) == 1:
        raise denial
    results: list[Result] = []
    for own in names.values():
        try:
            results += yield from set_values(own)
        except AccessDenied as again:
            results += [Result(job.key, reason=Reason.NOT_PERMITTED, detail=str(again)) for job, _ in own]
    return results


def _by_place(errors: Sequence[Mapping[str, Any]], count: int) -> dict[int, list[Mapping[str, Any]]]:
    """Errors by the number of the value that they name: ``["metafields", "3", "value"]`` names the fourth."""
    named: dict[int, list[Mapping[str, Any]]] = {}
    for error in errors:
        place = [str(part) for part in error.get("field") or ()]
        if len(place) > 1 and place[0] == "metafields" and place[1].isdecimal() and int(place[1]) < count:
            named.setdefault(int(place[1]), []).append(error)
    return named


def _apart(
    ready: Sequence[tuple[Job, dict[str, Any]]], named: Mapping[int, Sequence[Mapping[str, Any]]]
) -> Talk[list[Result]]:
    """After a refusal: what it names has failed, the rest is sent again; where it names nothing, both halves are."""
    results: list[Result] = []
    if not named:
        middle = len(ready) // 2
        for half in (ready[:middle], ready[middle:]):
            results += yield from set_values(half)
        return results
    for number, errors in named.items():
        job, prepared = ready[number]
        results.append((yield from _settled(job, prepared, _refused(job, errors))))
    rest = [one for number, one in enumerate(ready) if number not in named]
    if rest:
        results += yield from set_values(rest)
    return results


def _refused(job: Job, errors: Sequence[Mapping[str, Any]]) -> Result:
    """Ids of owners are the target's own: one that Shopify does not know was deleted meanwhile."""
    if any((error.get("field") or ("",))[-1] == "ownerId" for error in errors):
        return Result(job.key, reason=Reason.GONE, detail="What it belongs to vanished from the target store.")
    return refused(job.key, errors)


def _settled(job: Job, prepared: Mapping[str, Any], refusal: Result) -> Talk[Result]:
    """A value that was written, and whose answer was lost, is in its own way: what is wanted stands there already."""
    if refusal.reason != Reason.CHANGED_MEANWHILE:
        return refusal
    owner = {"owner": prepared["ownerId"], "namespace": prepared["namespace"], "key": prepared["key"]}
    data = yield Ask(_ONE, owner)
    present = (data["node"] or {}).get("metafield")
    wanted = values.normalise(prepared["type"], prepared["value"])
    if (
        present
        and present["type"] == prepared["type"]
        and values.normalise(present["type"], present["value"]) == wanted
    ):
        return Result(job.key, present["id"])
    return refusal
