"""Metafield values, whoever owns them: what products', variants' and the shop's have in common.

Values are written twenty-five at a time, each with the digest of what it replaces (or with "must not exist"), so that a
value which somebody changed after the plan is refused by Shopify itself. A call is all or nothing: after a refusal the
values that it names have failed, and the others are sent again.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .. import values
from ..keys import Key
from ..outcomes import Reason
from ..references import Target
from ..resource import Ask, Conceded, Fields, Ids, Job, Page, Place, Reading, Resource, Result, Talk, owned_by
from . import _metafield_writing as writing
from . import _unique_metafields as unique
from . import _validations as validations
from . import _value_rules as value_rules
from ._common import read_nodes, refused
from ._metafield_definition_reading import foreign
from ._shapes import VALUE

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
_OWNERS = """
query MetafieldOwners($ids: [ID!]!) {
  nodes(ids: $ids) { ... on Metafield { id namespace key owner { ... on Node { id } } } }
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
    leaves = {
        "values in other apps' namespaces": "Shopify shows them to their own app only",
        "values in namespaces that Shopify keeps to itself": "no app may write them",
    }
    upsert = True
    unique = True
    batch = 25  # https://shopify.dev/docs/api/admin-graphql/latest/mutations/metafieldsSet
    read_batch = 250
    points = removal = 0.6
    gid_types = ()  # nothing refers to a metafield
    translated = "METAFIELD"
    governor = "metafield_definitions"
    precedes = True
    exclusive = True
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
                    reading = self.of_owner(owner, one)
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

    def of_owner(self, owner: Mapping[str, Any], node: Mapping[str, Any]) -> Reading | None:
        reading = self.reading(node, self.owner_key(owner))
        return replace(reading, on=owner.get("id", "")) if reading is not None else None

    def skipped(self, node: Mapping[str, Any], owner: Key) -> Iterator[tuple[str, str]]:
        why = foreign(node["namespace"])
        if why is not None:
            yield " / ".join((*owner, f"{node['namespace']}.{node['key']}")), why

    def read_back(self, gids: Sequence[str]) -> Talk[list[Reading]]:
        selection = f"owner {{ {self.owner_selection} }}"
        return (yield from read_nodes(_BACK % selection, gids, lambda node: self.of_owner(node["owner"], node)))

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

    def governed_by(self, key: Key) -> Target | None:
        return next(iter(self.needs(key, {})), None)

    def demand(self, path: str) -> str:
        """A value that is a reference is nothing without it: that cannot be relaxed, as a demand of its definition."""
        return ""

    def fit(self, before: Fields | None, after: Fields, governor: Fields) -> Conceded | None:
        """A value of another type than its definition's is refused, as is one that names other entries."""
        if after["type"] != governor["type"]:
            sentence = (
                f"Its definition is of type {governor['type']} in the target store, and the value of type "
                f"{after['type']}."
            )
            return Conceded(None, (sentence,))
        other = validations.stranger(after["type"], after["value"], governor["validations"])
        if other is not None:
            return Conceded(None, (f"Its definition in the target store lets it name no entry of type {other}.",))
        rule = value_rules.broken(after["type"], after["value"], governor["validations"])
        if rule is None:
            return None
        return Conceded(None, (f"Its value {rule}, which its definition in the target store does not allow.",))

    def bars(self, key: Key, before: Fields, governor: Fields) -> str:
        """Only another type is told here: what breaks a rule may be let stand, which is Shopify's to say."""
        if before["type"] == governor["type"]:
            return ""
        owner = f", such as that of {' / '.join(key[:-2])}" if key[:-2] else ""
        return (
            f"The target store keeps values of this name that are of type {before['type']}{owner}; Shopify makes no "
            f"definition of type {governor['type']} beside them."
        )

    def claims(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[tuple[str, ...]]:
        if governor is not None and governor["capabilities"].get("uniqueValues") and fields["value"]:
            yield (*key[-2:], values.normalise(fields["type"], fields["value"]) or "")

    def stand_in(self, key: Key, before: Fields, governor: Fields | None) -> Fields:
        assert governor is not None
        return unique.stand_in(key, before, governor)

    def normalise(self, fields: Fields) -> Fields:
        return {**fields, "value": values.normalise(fields["type"], fields["value"])}

    def with_theirs(self, before: Fields, after: Fields, paths: Sequence[str]) -> Fields:
        if before["type"] != after["type"]:
            return after
        return {**after, "value": values.with_theirs(after["type"], after["value"], before["value"])}

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
        digests = yield from writing.digests_of([job.gid for job in jobs if job.gid is not None])
        for job in jobs:
            prepared = yield from self._prepared(job, ids, digests)
            if isinstance(prepared, Result):
                results.append(prepared)
            else:
                ready.append((job, prepared))
        if ready:
            results += yield from writing.set_values(ready)
        return results

    def _prepared(self, job: Job, ids: Ids, digests: Mapping[str, Mapping[str, Any]]) -> Talk[Result | dict[str, Any]]:
        """The input of one value, or why there is none."""
        owner = yield from self.owner_gid(job.key, ids)
        if owner is None:
            return Result(job.key, reason=Reason.MISSING_OWNER, detail=self.ownerless)
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

    def make_way(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        """A value that no stand-in is taken for is taken away."""
        standing = [job for job in jobs if job.after]
        results = (yield from self.write(standing, ids)) if standing else []
        done = {result.key for result in results if result.ok}
        going = {job.key: job.gid for job in jobs if job.gid is not None and job.key not in done}
        removed = (yield from self.remove(going)) if going else []
        return [result for result in results if result.ok] + [replace(result, gid=None) for result in removed]

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
