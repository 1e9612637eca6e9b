"""Metaobject definitions: types of entries, with fields that may refer to other types, in circles too.

A field that refers to a type which does not exist yet is left out when the definition is created, and added when it is
linked; ``resetFieldOrder`` then puts it where it belongs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..diff import Change
from ..keys import Key
from ..outcomes import Reason
from ..references import Target
from ..resource import Ask, Fields, Ids, Job, Place, Reading, Resource, Result, Scopes, Selection, Stream, Talk
from ..shapes import Always, Flag, Lacking, ListOf, Maybe, Object, OneOf, Text
from . import _validations as validations
from ._common import by_alias, given, paged, read_nodes, refused, touches
from ._shapes import TYPE, WORD

MAX_FIELDS = 40  # https://shopify.dev/docs/apps/build/custom-data/metaobjects/metaobject-limits

_FIELDS = """
  id type name description displayNameKey updatedAt
  access { storefront customerAccount }
  capabilities {
    publishable { enabled } translatable { enabled }
    renderable { enabled data { metaTitleKey metaDescriptionKey } }
    onlineStore { enabled data { urlHandle } }
  }
  fieldDefinitions {
    key name description required type { name } validations { name value } capabilities { adminFilterable { enabled } }
  }
"""
_READ = f"""
query MetaobjectDefinitions($after: String) {{
  metaobjectDefinitions(first: 100, after: $after) {{ nodes {{ {_FIELDS} }} pageInfo {{ hasNextPage endCursor }} }}
}}
"""
_BACK = f"""
query MetaobjectDefinitionsById($ids: [ID!]!) {{
  nodes(ids: $ids) {{ ... on MetaobjectDefinition {{ {_FIELDS} }} }}
}}
"""
_CREATE = """
mutation CreateMetaobjectDefinition($definition: MetaobjectDefinitionCreateInput!) {
  metaobjectDefinitionCreate(definition: $definition) {
    metaobjectDefinition { id type } userErrors { field message code }
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


def foreign(type_: str) -> str | None:
    """Why a type is not ours to carry, or None."""
    if type_.startswith(("app--", "$app")):
        return "it belongs to another app"
    return None


def standard(type_: str) -> bool:
    """Whether Shopify has made the definition: it is switched on in a store, and can never be changed."""
    return type_.startswith("shopify--")


_STOREFRONT = OneOf("NONE", "PUBLIC_READ", enum="MetaobjectStorefrontAccess")
_CUSTOMER = OneOf("NONE", "READ", enum="MetaobjectCustomerAccountAccess")
_DATA: Mapping[str, Object] = {
    "renderable": Object("its data", {"metaTitleKey": Maybe(Text()), "metaDescriptionKey": Maybe(Text())}),
    "onlineStore": Object("its data", {"urlHandle": Maybe(Text())}),
}
_CAPABILITIES = {
    **{name: Maybe(Object("a capability", {"enabled": Flag()})) for name in ("publishable", "translatable")},
    **{name: Maybe(Object("a capability", {"enabled": Flag(), "data": Maybe(own)})) for name, own in _DATA.items()},
}
_FIELD = Object(
    "a field of a definition",
    {
        "key": WORD,
        "name": Maybe(Text()),
        "description": Maybe(Text()),
        "required": Flag(),
        "adminFilterable": Maybe(Flag()),
        "type": TYPE,
        "validations": validations.SHAPE,
    },
)


def _own_keys(fields: Fields) -> str | None:
    """Fields have different keys. `standard` is there for the types that begin with `shopify--`, and for no others."""
    keys = [item["key"] for item in fields["fieldDefinitions"]]
    return "two field definitions have the same key." if len(set(keys)) < len(keys) else None


class MetaobjectDefinitions(Resource):
    name = "metaobject_definitions"
    label = "Metaobject definitions"
    key_is = "type"
    key_like = "designer"
    shape = Object(
        "a metaobject definition",
        {
            "name": Maybe(Text()),
            "description": Maybe(Text()),
            "displayNameKey": Maybe(Text()),
            "access": Object("access", {"storefront": Maybe(_STOREFRONT), "customerAccount": Maybe(_CUSTOMER)}),
            "capabilities": Object("capabilities", _CAPABILITIES),
            "fieldDefinitions": ListOf(_FIELD, "a list of fields"),
            "standard": Lacking(Always()),
        },
        also=_own_keys,
    )
    key_shape = (WORD,)
    leaves = {
        "other apps' types": "Shopify lets nobody else create them",
    }
    scopes = Scopes(read=("read_metaobject_definitions",), write=("write_metaobject_definitions",))
    gid_types = ("MetaobjectDefinition",)
    unique = True
    refers_to = ("metaobject_definitions",)
    deletable = False  # deleting one deletes its entries, and values of other owners too
    keyed_lists = {"fieldDefinitions": "key"}
    identify = {"MetaobjectDefinition": "type"}
    read_batch = 50

    # -- reading

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        read = paged(
            _READ,
            "metaobjectDefinitions",
            _reading,
            skipped=_skipped,
            filters=False,
        )
        return [Stream("metaobject_definitions", read, moves=False)]

    def read_back(self, gids: Sequence[str]) -> Talk[list[Reading]]:
        return (yield from read_nodes(_BACK, gids, _reading))

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        return (
            yield from by_alias(
                targets,
                "String!",
                "metaobjectDefinitionByType(type: $v) { id type }",
                lambda target: target.key[0],
                lambda target, node: node["id"] if node["type"] == target.key[0] else None,
            )
        )

    def identified(self, gid_type: str, node: Mapping[str, Any]) -> Target | None:
        return Target(self.name, (node["type"],))

    # -- meaning

    def rewrite(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        kept = []
        for item in fields["fieldDefinitions"]:
            rewritten = validations.rewrite(item["validations"], translate)
            if rewritten is not None:
                kept.append({**item, "validations": rewritten})
        return {**fields, "fieldDefinitions": kept}

    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        for item in fields["fieldDefinitions"]:
            for target in validations.targets(item["validations"]):
                yield Place(f"fieldDefinitions.{item['key']}", target)

    def normalise(self, fields: Fields) -> Fields:
        items = [{**i, "validations": validations.normalise(i["validations"])} for i in fields["fieldDefinitions"]]
        return {**fields, "fieldDefinitions": items}

    def changes(self, before: Fields, after: Fields) -> list[Change]:
        if after.get("standard"):
            return []  # what Shopify's template says is the same in every store, or not ours to change
        found = super().changes(before, after)
        wanted = [item["key"] for item in after["fieldDefinitions"]]
        present = [item["key"] for item in before["fieldDefinitions"] if item["key"] in wanted]
        if present != [key for key in wanted if key in present]:
            found.append(Change("fieldOrder", present, wanted))
        return found

    def conflict(self, before: Fields, after: Fields) -> str | None:
        types = {item["key"]: item["type"] for item in before["fieldDefinitions"]}
        for item in after["fieldDefinitions"]:
            if types.get(item["key"], item["type"]) != item["type"]:
                return (
                    f"The field {item['key']} is of type {types[item['key']]} in the target store and of type "
                    f"{item['type']} in the archive; Shopify cannot change the type of a field."
                )
        return None

    def stricter(self, before: Fields, after: Fields) -> frozenset[str]:
        demanded = {item["key"] for item in before["fieldDefinitions"] if item["required"]}
        return frozenset(item["key"] for item in after["fieldDefinitions"] if item["required"]) - demanded

    def contradiction(self, key: Key, fields: Fields) -> str | None:
        if bool(fields.get("standard")) == standard(key[0]):
            return None
        return "standard must be true for types that begin with shopify--, and for no others."

    def refuse(self, job: Job) -> Result | None:
        why = foreign(job.key[0])
        if why is not None:
            return Result(job.key, reason=Reason.NOT_PERMITTED, detail=f"Not written: {why}.")
        if len(job.after["fieldDefinitions"]) > MAX_FIELDS:
            return Result(job.key, reason=Reason.TOO_LARGE, detail=f"Shopify allows at most {MAX_FIELDS} fields.")
        return None

    # -- writing

    def begun(self, job: Job) -> Fields:
        present = {item["key"]: item for item in (job.before or {"fieldDefinitions": ()})["fieldDefinitions"]}
        items = []
        for item in job.after["fieldDefinitions"]:
            path = f"fieldDefinitions.{item['key']}"
            own = present.get(item["key"]) if path in job.without else item
            if own is not None:
                items.append({**own, "required": False} if f"{path}.required" in job.relaxed else own)
        return {**job.after, "fieldDefinitions": items}

    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        (job,) = jobs
        if job.gid is None:
            return [(yield from (_enable(job) if standard(job.key[0]) else _create(job, ids)))]
        definition = _link(job, ids) if job.linking else _update(job, ids)
        return [(yield from _send(job, definition))]

    def tighten(self, job: Job, ids: Ids) -> Talk[list[Result]]:
        keys = [path.split(".")[1] for path in sorted(job.relaxed)]
        operations = [{"update": {"key": key, "required": True}} for key in keys]
        return [(yield from _send(job, {"fieldDefinitions": operations}))]


def _reading(node: Mapping[str, Any]) -> Reading | None:
    if not node or foreign(node["type"]):
        return None
    fields = {name: node[name] for name in ("name", "description", "displayNameKey", "access", "capabilities")}
    fields["fieldDefinitions"] = [_of_field(item) for item in node["fieldDefinitions"]]
    if standard(node["type"]):
        fields["standard"] = True
    return Reading("metaobject_definitions", (node["type"],), node["id"], fields, node["updatedAt"])


def _of_field(item: Mapping[str, Any]) -> Fields:
    return {
        **{name: item[name] for name in ("key", "name", "description", "required")},
        "adminFilterable": item["capabilities"]["adminFilterable"]["enabled"],
        "type": item["type"]["name"],
        "validations": validations.as_map(item["validations"]),
    }


def _skipped(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    why = foreign(node["type"])
    if why is not None:
        yield node["type"], why


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


def _head(fields: Fields) -> dict[str, Any]:
    """Everything but the fields, as input. `access.admin` is never sent: merchants' types do not take it."""
    capabilities = {}
    for name, own in fields["capabilities"].items():
        if own is not None:
            data = given(own.get("data") or {})
            capabilities[name] = {"enabled": own["enabled"], **({"data": data} if own["enabled"] and data else {})}
    return given(
        {
            "name": fields.get("name"),
            "description": fields.get("description"),
            "displayNameKey": fields.get("displayNameKey"),
            "access": given({name: fields["access"].get(name) for name in ("storefront", "customerAccount")}),
            "capabilities": capabilities,
        }
    )


def _enable(job: Job) -> Talk[Result]:
    data = yield Ask(_ENABLE, {"type": job.key[0]}, repeatable=True)
    payload = data["standardMetaobjectDefinitionEnable"]
    if payload["userErrors"]:
        return refused(job.key, payload["userErrors"])
    return Result(job.key, payload["metaobjectDefinition"]["id"])


def _create(job: Job, ids: Ids) -> Talk[Result]:
    fields = [
        _new_field(item, job, ids)
        for item in job.after["fieldDefinitions"]
        if f"fieldDefinitions.{item['key']}" not in job.without
    ]
    definition = {"type": job.key[0], **_head(job.after), "fieldDefinitions": fields}
    data = yield Ask(_CREATE, {"definition": definition})
    payload = data["metaobjectDefinitionCreate"]
    if payload["userErrors"]:
        return refused(job.key, payload["userErrors"])
    return Result(job.key, payload["metaobjectDefinition"]["id"])


def _send(job: Job, definition: Mapping[str, Any]) -> Talk[Result]:
    data = yield Ask(_UPDATE, {"id": job.gid, "definition": definition}, repeatable=False)
    errors = data["metaobjectDefinitionUpdate"]["userErrors"]
    return refused(job.key, errors) if errors else Result(job.key, job.gid)


def _link(job: Job, ids: Ids) -> dict[str, Any]:
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


def _update(job: Job, ids: Ids) -> dict[str, Any]:
    """Only what the plan says differs."""
    assert job.before is not None
    definition = {name: value for name, value in _head(job.after).items() if touches(job.changed, name)}
    present = [item["key"] for item in job.before["fieldDefinitions"]]
    wanted = [
        item["key"] for item in job.after["fieldDefinitions"] if f"fieldDefinitions.{item['key']}" not in job.without
    ]
    reorder = touches(job.changed, "fieldOrder") or _between(present, wanted)
    operations = []
    for item in job.after["fieldDefinitions"]:
        path = f"fieldDefinitions.{item['key']}"
        if path in job.without:
            continue
        if item["key"] not in present:
            operations.append({"create": _new_field(item, job, ids)})
        elif touches(job.changed, path):
            operations.append({"update": _field(item, job, ids)})
        elif reorder:
            operations.append({"update": {"key": item["key"]}})
    return {**definition, "fieldDefinitions": operations, **({"resetFieldOrder": True} if reorder else {})}


RESOURCE = MetaobjectDefinitions()
