"""Metaobjects: entries of the definitions, one stream per type.

An entry that refers to entries which do not exist yet is written without those fields, created as a draft where its
type can have drafts, and gets them (and its status) from its link write.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from .. import unlisted, values
from ..diff import Change
from ..keys import Key
from ..outcomes import Reason
from ..references import Target
from ..resource import (
    Ask,
    Conceded,
    Fields,
    Ids,
    Job,
    Place,
    Reading,
    Resource,
    Result,
    Scopes,
    Selection,
    Stream,
    Talk,
    owned_by,
)
from ..shapes import MapOf, Maybe, Object, OneOf
from . import _metaobject_fitting as fitting
from . import _metaobject_writing as writing
from ._common import by_alias, given, nothing, paged, read_nodes, refused, touches
from ._shapes import ENTRY_VALUE, HANDLE, STATE, TEXT, WORD
from .metaobject_definitions import foreign

_FIELDS = """
  id type handle updatedAt fields { key type value }
  capabilities { publishable { status } onlineStore { templateSuffix } }
"""
_READ = f"""
query Metaobjects($type: String!, $after: String, $query: String) {{
  metaobjects(type: $type, first: 250, after: $after, query: $query) {{
    nodes {{ {_FIELDS} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
_BACK = f"query MetaobjectsById($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Metaobject {{ {_FIELDS} }} }} }}"
_COUNTS = """
query MetaobjectCounts($after: String) {
  metaobjectDefinitions(first: 250, after: $after) {
    nodes { type metaobjectsCount } pageInfo { hasNextPage endCursor }
  }
}
"""
_DELETE = """
mutation DeleteMetaobject($id: ID!) { metaobjectDelete(id: $id) { deletedId userErrors { field message code } } }
"""


_STATUS = OneOf("ACTIVE", "DRAFT", enum="MetaobjectStatus")


class Metaobjects(Resource):
    name = "metaobjects"
    label = "Metaobjects"
    key_is = "type, handle"
    key_like = "designer/anna"
    shape = Object(
        "a metaobject",
        {
            "fields": MapOf(ENTRY_VALUE, "an object of values"),
            "capabilities": Object(
                "capabilities",
                {
                    "publishable": Maybe(Object("a capability", {"status": Maybe(_STATUS)})),
                    "onlineStore": Maybe(Object("a capability", {"templateSuffix": TEXT})),
                },
            ),
        },
    )
    key_shape = (WORD, HANDLE)
    made_at_once = True
    leaves = {
        "entries of other apps' types": "Shopify shows them to their own app only",
        "entries that lack a field which became required": "Shopify lists them to nobody; an export counts them",
    }
    parted = True
    lasting = {
        "capabilities.publishable": STATE,
        "capabilities.publishable.status": STATE,
    }
    scopes = Scopes(
        read=("read_metaobjects", "read_metaobject_definitions"),
        write=("write_metaobjects", "read_metaobject_definitions"),
    )
    gid_types = ("Metaobject",)
    translated = "METAOBJECT"
    unique = True
    refers_to = (
        "customers",
        "companies",
        "metaobject_definitions",
        "metaobjects",
        "products",
        "variants",
        "collections",
        "pages",
        "articles",
        "files",
    )
    listed_whole = False
    governor = "metaobject_definitions"
    identify = {"Metaobject": "type handle"}
    read_batch = 100

    # -- reading

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        found = []
        for type_ in types:
            why = foreign(type_)
            read = nothing(type_, why) if why else paged(_READ, "metaobjects", _reading, variables={"type": type_})
            found.append(Stream(f"metaobjects/{type_}", read))
        return found

    def read_back(self, gids: Sequence[str]) -> Talk[list[Reading]]:
        return (yield from read_nodes(_BACK, gids, _reading))

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        return (
            yield from by_alias(
                targets,
                "MetaobjectHandleInput!",
                "metaobjectByHandle(handle: $v) { id type handle }",
                lambda target: {"type": target.key[0], "handle": target.key[1]},
                lambda target, node: node["id"] if (node["type"], node["handle"]) == target.key else None,
            )
        )

    def total(self) -> Talk[int | None]:
        count = 0
        after = None
        while True:
            data = yield Ask(_COUNTS, {"after": after})
            page = data["metaobjectDefinitions"]
            count += sum(int(node["metaobjectsCount"]) for node in page["nodes"] if not foreign(node["type"]))
            if not page["pageInfo"]["hasNextPage"]:
                return count
            after = page["pageInfo"]["endCursor"]

    def unlisted(self, types: Collection[str]) -> Talk[dict[str, int]]:
        return (yield from unlisted.entries([type_ for type_ in types if not foreign(type_)]))

    def identified(self, gid_type: str, node: Mapping[str, Any]) -> Target | None:
        return Target(self.name, (node["type"], node["handle"]))

    # -- meaning

    def filled(self, key: Key, fields: Fields) -> Fields:
        """A row without a status leaves that open, where a whole record says that its type has none."""
        own = super().filled(key, fields)
        return {**own, "capabilities": {"publishable": None, **(own.get("capabilities") or {})}}

    def text_path(self, text: str) -> str:
        return f"fields.{text}"

    def shown(self, fields: Fields, governor: Fields | None) -> str:
        own = fields["fields"].get((governor or {}).get("displayNameKey")) or {}
        return str(own.get("value") or "") if own.get("type") == "single_line_text_field" else ""

    def rewrite(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        kept = {}
        for key, item in fields["fields"].items():
            value = values.rewrite(item["type"], item["value"], translate)
            if value is not None:
                kept[key] = {**item, "value": value}
        return {**fields, "fields": kept}

    def owners(self, key: Key) -> Iterator[Target]:
        yield Target("metaobject_definitions", key[:1])

    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        yield from owned_by(self.owners(key))
        required = {item["key"] for item in (governor or {}).get("fieldDefinitions", ()) if item["required"]}
        for name, item in fields["fields"].items():
            yield from values.places(f"fields.{name}", item["type"], item["value"], hard=name in required)

    def governed_by(self, key: Key) -> Target | None:
        return Target("metaobject_definitions", key[:1])

    def follows(self, path: str, governor: Sequence[str]) -> bool:
        """Entries get a status when their definition becomes publishable, and lose it when it is no more; a field that
        comes back to a definition may bring the values that it had."""
        head, *rest = path.split(".")
        if head == "fields" and rest:
            return f"fieldDefinitions.{rest[0]}" in governor
        return head == "capabilities" and touches(governor, "capabilities")

    def demand(self, path: str) -> str:
        return f"fieldDefinitions.{path.split('.')[1]}.required"

    def normalise(self, fields: Fields) -> Fields:
        normal = {
            k: {**item, "value": values.normalise(item["type"], item["value"])} for k, item in fields["fields"].items()
        }
        return {**fields, "fields": normal}

    def changes(self, before: Fields, after: Fields) -> list[Change]:
        """An entry keeps no empty value: an empty text takes one away, where there is one."""
        return [
            change
            for change in super().changes(before, after)
            if not (change.before is None and isinstance(change.after, dict) and change.after.get("value") == "")
        ]

    def unspoken(self, governor: Fields) -> bool:
        own = governor["capabilities"].get("translatable")
        return own is not None and not own["enabled"]

    def lacking(self, fields: Fields, governor: Fields) -> str:
        own = fields["fields"]
        required = [item["key"] for item in governor["fieldDefinitions"] if item["required"]]
        names = [key for key in required if not (key in own and own[key]["value"])]
        if not names:
            return ""
        return f"Its definition in the target store requires {', '.join(names)}, of which the archive has nothing."

    def is_draft(self, fields: Fields) -> bool:
        return bool(fields["capabilities"].get("publishable") == writing.DRAFT)

    def lacks(self, fields: Fields, demands: Iterable[str]) -> bool:
        return any(key not in fields["fields"] for key in demands)

    def fit(self, before: Fields | None, after: Fields, governor: Fields) -> Conceded | None:
        """A value says nothing of its type when it is written: a field for texts would take a reference as its id."""
        fields = {item["key"]: item for item in governor["fieldDefinitions"]}
        there = before["fields"] if before is not None else {}
        wrong = {
            key: sentence
            for key, item in after["fields"].items()
            if there.get(key) != item and (sentence := fitting.misfit(key, item, fields.get(key))) is not None
        }
        rest = {key: item for key, item in after["fields"].items() if key not in wrong}
        own, amiss = fitting.granted(before, after["capabilities"], governor["capabilities"])
        lacking = self.lacking({"fields": there | rest}, governor)
        if lacking:
            hidden = "" if before is None else f" {self.hidden}"
            return Conceded(None, tuple(wrong.values()) or (f"{lacking}{hidden}",))
        if not wrong and own == after["capabilities"]:
            return None
        return Conceded({**after, "fields": rest, "capabilities": own}, (*wrong.values(), *amiss))

    def refuse(self, job: Job) -> Result | None:
        why = foreign(job.key[0])
        if why is not None:
            return Result(job.key, reason=Reason.NOT_PERMITTED, detail=f"Not written: {why}.")
        for key, item in job.after["fields"].items():
            large = values.too_large(item["type"], item["value"])
            if large is not None and (job.before is None or touches(job.changed, f"fields.{key}")):
                return Result(job.key, reason=Reason.TOO_LARGE, detail=f"{key}: {large}")
        return None

    # -- writing

    def begun(self, job: Job) -> Fields:
        if not job.without:
            return job.after
        present = job.before or {"fields": {}, "capabilities": {"publishable": writing.DRAFT}}
        left = {path.removeprefix("fields.") for path in job.without}
        own = {key: item for key, item in job.after["fields"].items() if key not in left}
        own |= {key: item for key, item in present["fields"].items() if key in left}
        capabilities = dict(job.after["capabilities"])
        if capabilities.get("publishable") and present["capabilities"].get("publishable"):
            capabilities["publishable"] = present["capabilities"]["publishable"]
        return {**job.after, "fields": own, "capabilities": capabilities}

    def with_theirs(self, before: Fields, after: Fields, paths: Sequence[str]) -> Fields:
        fields = dict(after["fields"])
        for key in {path.removeprefix("fields.") for path in paths} & fields.keys() & before["fields"].keys():
            own, theirs = fields[key], before["fields"][key]
            if own["type"] == theirs["type"]:
                fields[key] = {**own, "value": values.with_theirs(own["type"], own["value"], theirs["value"])}
        return {**after, "fields": fields}

    def unwanted(self, before: Fields | None, after: Fields, paths: Sequence[str]) -> Fields:
        keys = {path.removeprefix("fields.") for path in paths}
        there = before["fields"] if before is not None else {}
        kept = {key: item for key, item in after["fields"].items() if key not in keys}
        own = {name: one for name, one in after["capabilities"].items() if f"capabilities.{name}" not in paths}
        return {**after, "fields": kept | {key: there[key] for key in keys & there.keys()}, "capabilities": own}

    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        (job,) = jobs
        if job.gid is None:
            return [(yield from writing.create(job, ids))]
        return [(yield from writing.update(job, ids))]

    def remove(self, gids: Mapping[Key, str]) -> Talk[list[Result]]:
        results = []
        for key, gid in gids.items():
            data = yield Ask(_DELETE, {"id": gid}, repeatable=True)
            errors = [e for e in data["metaobjectDelete"]["userErrors"] if e["code"] != "RECORD_NOT_FOUND"]
            results.append(refused(key, errors) if errors else Result(key, gid))
        return results


def _reading(node: Mapping[str, Any]) -> Reading | None:
    fields = {
        "fields": {
            item["key"]: {"type": item["type"], "value": item["value"]}
            for item in node["fields"]
            if item["value"] is not None
        },
        "capabilities": given(node["capabilities"]),
    }
    return Reading("metaobjects", (node["type"], node["handle"]), node["id"], fields, node["updatedAt"])


RESOURCE = Metaobjects()
