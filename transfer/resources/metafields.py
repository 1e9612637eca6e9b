"""Metafield values, whoever owns them: what products', variants' and the shop's have in common.

Values are written twenty-five at a time, each with the digest of what it replaces (or with "must not exist"), so that a
value which somebody changed after the plan is refused by Shopify itself. A call is all or nothing: after a refusal the
values that it names have failed, and the others are sent again.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from shopify_client import BadRequest, Incomplete, ServerFault

from .. import values
from ..keys import Key
from ..outcomes import Reason
from ..references import Target
from ..resource import Ask, Fields, Ids, Job, Page, Place, Reading, Resource, Result, Talk, owned_by
from ._common import read_nodes, refused
from ._shapes import VALUE
from .metafield_definitions import foreign

# Whatever a value can refer to, of whichever owner it is.
REFERRED: tuple[str, ...] = (
    "products",
    "variants",
    "metaobjects",
    "metafield_definitions",
    "collections",
    "pages",
    "articles",
    "files",
    "customers",
    "companies",
)

FIELDS = "id namespace key type value updatedAt"
_BACK = f"query MetafieldsById($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Metafield {{ {FIELDS} %s }} }} }}"
_OWNED = f"""
query OwnedMetafields($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    id %s
    ... on HasMetafields {{ metafields(first: 50) {{ nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }} }}
  }}
}}
"""
_REST = f"""
query MetafieldsOfOwner($id: ID!, $after: String) {{
  node(id: $id) {{
    ... on HasMetafields {{
      metafields(first: 250, after: $after) {{ nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }}
    }}
  }}
}}
"""
_DIGESTS = """
query MetafieldDigests($ids: [ID!]!) { nodes(ids: $ids) { ... on Metafield { id type value compareDigest } } }
"""
_SET = """
mutation SetMetafields($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) { metafields { id namespace key } userErrors { field message code } }
}
"""
_OWNERS = """
query MetafieldOwners($ids: [ID!]!) {
  nodes(ids: $ids) { ... on Metafield { id namespace key owner { ... on Node { id } } } }
}
"""
_ONE = """
query MetafieldOfOwner($owner: ID!, $namespace: String!, $key: String!) {
  node(id: $owner) { ... on HasMetafields { metafield(namespace: $namespace, key: $key) { id type value } } }
}
"""
_DELETE = """
mutation DeleteMetafields($metafields: [MetafieldIdentifierInput!]!) {
  metafieldsDelete(metafields: $metafields) { deletedMetafields { key } userErrors { field message } }
}
"""


class Metafields(Resource):
    """Subclasses say who owns the values: `owner_selection`, `owner_key`, `owner_target` and `streams`."""

    shape = VALUE
    leaves = {"values in other apps' namespaces": "Shopify shows them to their own app only"}
    upsert = True
    unique = True
    batch = 25  # https://shopify.dev/docs/api/admin-graphql/latest/mutations/metafieldsSet
    read_batch = 250
    points = 0.6
    gid_types = ()  # nothing refers to a metafield
    translated = "METAFIELD"
    owner_selection = ""
    ownerless = "Its owner is not in the target store."

    @abstractmethod
    def owner_key(self, owner: Mapping[str, Any]) -> Key:
        """The key of an owner node, read with `owner_selection`."""

    @abstractmethod
    def owner_target(self, key: Key) -> Target | None:
        """Who owns the value of this key; None for the shop itself."""

    def owner_gid(self, key: Key, ids: Ids) -> Talk[str | None]:
        target = self.owner_target(key)
        return ids.gid(target) if target is not None else None
        yield  # makes this a conversation, if a silent one

    # -- reading

    def owned(self, gids: Sequence[str]) -> Talk[Page]:
        data = yield Ask(_OWNED % self.owner_selection, {"ids": list(gids)})
        readings: list[Reading] = []
        notes: list[tuple[str, str]] = []
        for node in data["nodes"]:
            if node and node.get("metafields"):
                owner = yield from all_metafields(node)
                key = self.owner_key(owner)
                for one in owner["metafields"]["nodes"]:
                    notes += self.skipped(one, key)
                    reading = self.reading(one, key)
                    readings += [reading] if reading is not None else []
        return Page(tuple(readings), None, tuple(notes))

    def value_of(self, key: Key) -> tuple[str, str]:
        return self.owner_types[0], key[-2]

    def needs(self, key: Key, fields: Fields) -> Iterator[Target]:
        yield Target("metafield_definitions", (self.owner_types[0], *key[-2:]))

    def reading(self, node: Mapping[str, Any], owner: Key) -> Reading | None:
        if foreign(node["namespace"]):
            return None
        fields = {"type": node["type"], "value": node["value"]}
        return Reading(self.name, (*owner, node["namespace"], node["key"]), node["id"], fields, node["updatedAt"])

    def skipped(self, node: Mapping[str, Any], owner: Key) -> Iterator[tuple[str, str]]:
        why = foreign(node["namespace"])
        if why is not None:
            yield " / ".join((*owner, f"{node['namespace']}.{node['key']}")), why

    def read_back(self, gids: Sequence[str]) -> Talk[list[Reading]]:
        selection = f"owner {{ {self.owner_selection} }}"
        return (
            yield from read_nodes(
                _BACK % selection, gids, lambda node: self.reading(node, self.owner_key(node["owner"]))
            )
        )

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        """Nothing refers to a metafield, and writing one again is harmless, so none is ever looked for."""
        return {}
        yield  # makes this a conversation, if a silent one

    # -- meaning

    def rewrite(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        return {**fields, "value": values.rewrite(fields["type"], fields["value"], translate)}

    def owners(self, key: Key) -> Iterator[Target]:
        owner = self.owner_target(key)
        if owner is not None:
            yield owner

    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        yield from owned_by(self.owners(key))
        yield from values.places("value", fields["type"], fields["value"], hard=not values.is_list(fields["type"]))

    def normalise(self, fields: Fields) -> Fields:
        return {**fields, "value": values.normalise(fields["type"], fields["value"])}

    def refuse(self, job: Job) -> Result | None:
        why = foreign(job.key[-2])
        if why is not None:
            return Result(job.key, reason=Reason.NOT_PERMITTED, detail=f"Not written: {why}.")
        if job.after["value"] is None:
            detail = "Nothing of its value is left: none of its references has a target in this store."
            return Result(job.key, reason=Reason.MISSING_REQUIRED, detail=detail)
        large = values.too_large(job.after["type"], job.after["value"])
        return Result(job.key, reason=Reason.TOO_LARGE, detail=large) if large is not None else None

    # -- writing

    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        results: list[Result] = []
        ready: list[tuple[Job, dict[str, Any]]] = []
        digests = yield from _digests([job.gid for job in jobs if job.gid is not None])
        for job in jobs:
            prepared = yield from self._prepared(job, ids, digests)
            if isinstance(prepared, Result):
                results.append(prepared)
            else:
                ready.append((job, prepared))
        if ready:
            results += yield from _set(ready)
        return results

    def _prepared(self, job: Job, ids: Ids, digests: Mapping[str, Mapping[str, Any]]) -> Talk[Result | dict[str, Any]]:
        """The input of one value, or why there is none."""
        owner = yield from self.owner_gid(job.key, ids)
        if owner is None:
            return Result(job.key, reason=Reason.MISSING_OWNER, detail=self.ownerless)
        if "value" in job.without:
            detail = "A record that its value refers to was not written."
            return Result(job.key, reason=Reason.DEPENDS_ON_FAILED, detail=detail)
        digest = None
        if job.gid is not None:
            present = digests.get(job.gid)
            if present is None:
                return Result(job.key, reason=Reason.GONE, detail="It vanished from the target store meanwhile.")
            digest = present["compareDigest"]
        return {
            "ownerId": owner,
            "namespace": job.key[-2],
            "key": job.key[-1],
            "type": job.after["type"],
            "value": values.rewrite(job.after["type"], job.after["value"], ids.translate) or "[]",
            "compareDigest": digest,
        }

    def remove(self, gids: Mapping[Key, str]) -> Talk[list[Result]]:
        data = yield Ask(_OWNERS, {"ids": list(gids.values())})
        names = {
            node["id"]: {"ownerId": node["owner"]["id"], "namespace": node["namespace"], "key": node["key"]}
            for node in data["nodes"]
            if node
        }
        wanted = [names[gid] for gid in gids.values() if gid in names]
        data = yield Ask(_DELETE, {"metafields": wanted}, repeatable=True)
        errors = data["metafieldsDelete"]["userErrors"]
        return [refused(key, errors) if errors else Result(key, gid) for key, gid in gids.items()]


def all_metafields(owner: Mapping[str, Any]) -> Talk[Mapping[str, Any]]:
    """The owner node with all of its metafields."""
    found = list(owner["metafields"]["nodes"])
    page = owner["metafields"]["pageInfo"]
    while page["hasNextPage"]:
        data = yield Ask(_REST, {"id": owner["id"], "after": page["endCursor"]})
        if data["node"] is None:
            break  # deleted while we read: it will be missing from the second look as well
        found += data["node"]["metafields"]["nodes"]
        page = data["node"]["metafields"]["pageInfo"]
    return {**owner, "metafields": {"nodes": found}}


def _digests(gids: Sequence[str]) -> Talk[dict[str, Mapping[str, Any]]]:
    """What stands in the target right now, with the digests that guard it."""
    if not gids:
        return {}
    data = yield Ask(_DIGESTS, {"ids": list(gids)})
    return {node["id"]: node for node in data["nodes"] if node}


def _set(ready: Sequence[tuple[Job, dict[str, Any]]]) -> Talk[list[Result]]:
    problem = ""
    errors: list[Any] = []
    try:
        data = yield Ask(_SET, {"metafields": [prepared for _, prepared in ready]}, repeatable=True)
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
            results += yield from _set(half)
        return results
    for number, errors in named.items():
        job, prepared = ready[number]
        results.append((yield from _settled(job, prepared, _refused(job, errors))))
    rest = [one for number, one in enumerate(ready) if number not in named]
    if rest:
        results += yield from _set(rest)
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
