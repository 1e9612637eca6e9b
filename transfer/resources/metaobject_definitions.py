"""Metaobject definitions: types of entries, with fields that may refer to other types, in circles too.

A field that refers to a type which does not exist yet is left out when the definition is created, and added when it is
linked; ``resetFieldOrder`` then puts it where it belongs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

from ..diff import Change
from ..keys import Key
from ..outcomes import Reason
from ..references import Target
from ..resource import Conceded, Fields, Ids, Job, Place, Reading, Resource, Result, Scopes, Selection, Stream, Talk
from ..shapes import Always, Flag, Lacking, ListOf, Maybe, Object, OneOf, Text
from . import _metaobject_definition_writing as writing
from . import _other_type as other_type
from . import _validations as validations
from ._common import OF_APP, by_alias, paged, read_nodes
from ._shapes import STATE, TYPE, WORD

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


def foreign(type_: str) -> str | None:
    """Why a type is not ours to carry, or None."""
    if type_.startswith(("app--", "$app")):
        return OF_APP
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


WITH_THEM = "It is switched off with this import, so that no entry of this type shows any longer"
_SWITCHED_OFF = {
    "translatable": "what it is called in other languages",
    "onlineStore": "a page of its own",
    "renderable": "what search engines are told of it",
}


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
    made_at_once = True
    lowered = (0,)
    leaves = {
        "other apps' types": "Shopify lets nobody else create them",
    }
    lasting = {
        "name": "a definition has one",
        "displayNameKey": "entries are always called by one of their fields",
        "access.storefront": STATE,
        "access.customerAccount": STATE,
        "capabilities.publishable": STATE,
        "capabilities.translatable": STATE,
        "capabilities.renderable": STATE,
        "capabilities.onlineStore": STATE,
        "capabilities.renderable.data": STATE,
        "capabilities.onlineStore.data": STATE,
        "capabilities.renderable.data.metaTitleKey": "Shopify says nothing of taking it away",
        "capabilities.renderable.data.metaDescriptionKey": "Shopify says nothing of taking it away",
        "capabilities.onlineStore.data.urlHandle": "the pages of entries have an address",
        "fieldDefinitions.name": "a field has one",
        "fieldDefinitions.adminFilterable": STATE,
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
        return {**fields, "capabilities": _capabilities(fields), "fieldDefinitions": items}

    def changes(self, before: Fields, after: Fields) -> list[Change]:
        if after.get("standard"):
            return []  # what Shopify's template says is the same in every store, or not ours to change
        found = super().changes(before, after)
        wanted = [item["key"] for item in after["fieldDefinitions"]]
        present = [item["key"] for item in before["fieldDefinitions"] if item["key"] in wanted]
        if present != [key for key in wanted if key in present]:
            found.append(Change("fieldOrder", present, wanted))
        return found

    def concede(self, before: Fields, after: Fields) -> Conceded | None:
        """The type of a field stays the target's, with what goes with it or is made of it; the rest is written."""
        present = {item["key"]: item for item in before["fieldDefinitions"]}
        fixed = {
            item["key"]: _of_type(present[item["key"]], item)
            for item in after["fieldDefinitions"]
            if present.get(item["key"], item)["type"] != item["type"]
        }
        if not fixed:
            return None
        items = [fixed.get(item["key"], item) for item in after["fieldDefinitions"]]
        rest = {**after, **_made_of(fixed.keys(), before, after), "fieldDefinitions": items}
        sentences = tuple(
            f"The field {item['key']} is of type {fixed[item['key']]['type']} in the target store and of type "
            f"{item['type']} in the archive; Shopify cannot change the type of a field."
            for item in after["fieldDefinitions"]
            if item["key"] in fixed
        )
        return Conceded(rest, sentences, other_type.left_of(self.changes(before, after), self.changes(before, rest)))

    def loosened(self, before: Fields, after: Fields, more: Fields) -> Fields:
        """Rules of the fields that are of one type on both sides."""
        types = {item["key"]: item["type"] for item in before["fieldDefinitions"]}
        alike = {item["key"] for item in after["fieldDefinitions"] if types.get(item["key"]) == item["type"]}
        items = [item for item in more.get("fieldDefinitions", ()) if item["key"] in alike]
        made_of = ("capabilities", "displayNameKey")  # fields, of which some may be of another type
        rest = {name: value for name, value in more.items() if name not in ("fieldDefinitions", *made_of)}
        return {**rest, **({"fieldDefinitions": items} if items else {})}

    def beyond(self, before: Fields, after: Fields) -> str:
        """With a field go its values in every entry, so a person has to delete it."""
        named = {item["key"] for item in after["fieldDefinitions"]}
        more = [item["key"] for item in before["fieldDefinitions"] if item["key"] not in named]
        fields = f"the field {more[0]}" if len(more) == 1 else f"the fields {', '.join(more)}"
        return f"Only the definition in the target store has {fields}, which no import takes away." if more else ""

    def warning(self, changed: Sequence[str], after: Fields) -> str:
        """What all entries of the type lose, those that only the target has among them."""
        lost = [what for name, what in _SWITCHED_OFF.items() if f"capabilities.{name}.enabled" in changed]
        off = [what for name, what in _SWITCHED_OFF.items() if what in lost and not _is_on(after, name)]
        return f"{WITH_THEM} {' and '.join(off)}." if off else ""

    def demands(self, governor: Fields) -> frozenset[str]:
        return frozenset(item["key"] for item in governor["fieldDefinitions"] if item["required"])

    def drafts(self, governor: Fields) -> bool:
        return _is_on(governor, "publishable")

    def deferrable(self, governor: Fields, names: Iterable[str]) -> frozenset[str]:
        plain = {item["key"] for item in governor["fieldDefinitions"] if not item["type"].endswith("_reference")}
        return frozenset(f"fieldDefinitions.{key}.required" for key in plain.intersection(names))

    def eased(self, governor: Fields, names: Collection[str]) -> Fields:
        items = [{**i, "required": i["required"] and i["key"] not in names} for i in governor["fieldDefinitions"]]
        return {**governor, "fieldDefinitions": items}

    def contradiction(self, key: Key, fields: Fields) -> str | None:
        if bool(fields.get("standard")) == standard(key[0]):
            return None
        return "standard must be true for types that begin with shopify--, and for no others."

    def refuse(self, job: Job) -> Result | None:
        why = foreign(job.key[0])
        if why is not None:
            return Result(job.key, reason=Reason.NOT_PERMITTED, detail=f"Not written: {why}.")
        own, theirs = (
            {i["key"] for i in fields["fieldDefinitions"]} for fields in (job.after, job.before or job.after)
        )
        if len(own | theirs) <= MAX_FIELDS:
            return None
        more = len(theirs - own)
        beside = f" Only the definition in the target store has {more} more, and these would stay." if more else ""
        detail = f"Shopify allows at most {MAX_FIELDS} fields, and the archive has {len(own)}.{beside}"
        return Result(job.key, reason=Reason.TOO_LARGE, detail=detail)

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

    def unasked(self, present: Fields, after: Fields) -> tuple[str, ...]:
        chosen = present["displayNameKey"] and not after.get("displayNameKey") and not after.get("standard")
        return ("displayNameKey",) if chosen else ()

    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        (job,) = jobs
        if job.gid is None:
            return [(yield from (writing.enable(job) if standard(job.key[0]) else writing.create(job, ids)))]
        if job.changed and job.relaxed.issuperset(job.changed):  # what is left of it is held back
            return [Result(job.key, job.gid)]
        definition = writing.link(job, ids) if job.linking else writing.update(job, ids)
        return [(yield from writing.send(job, definition))]

    def tighten(self, job: Job, ids: Ids) -> Talk[list[Result]]:
        keys = [path.split(".")[1] for path in sorted(job.relaxed)]
        operations = [{"update": {"key": key, "required": True}} for key in keys]
        return [(yield from writing.send(job, {"fieldDefinitions": operations}))]


def _capabilities(fields: Fields) -> Fields:
    """With what is switched off goes what it was about."""
    own: Fields = fields["capabilities"]
    return {name: one if one is None or one["enabled"] else {"enabled": False} for name, one in own.items()}


def _of_type(present: Fields, wanted: Fields) -> Fields:
    """What a field that is of another type in the target can become. A demand stays: its values could not meet it."""
    here, there = present["type"], wanted["type"]
    words = {name: wanted[name] for name in ("name", "description") if wanted.get(name) is not None}
    filterable = other_type.uses(
        here, *({"adminFilterable": item.get("adminFilterable")} for item in (present, wanted))
    )
    rules = other_type.rules(here, there, present["validations"], wanted["validations"])
    return {**present, **words, **filterable, "validations": rules}


def _made_of(fixed: Set[str], before: Fields, after: Fields) -> Fields:
    """What the archive makes of fields that are of another type in the target, as the target has it."""
    capabilities = dict(after["capabilities"])
    for name, own in after["capabilities"].items():
        if own is not None and fixed & set((own.get("data") or {}).values()):
            capabilities[name] = before["capabilities"].get(name)
    shown = before["displayNameKey"] if after.get("displayNameKey") in fixed else after.get("displayNameKey")
    return {"capabilities": capabilities, "displayNameKey": shown}


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


RESOURCE = MetaobjectDefinitions()


def _is_on(governor: Fields, name: str) -> bool:
    return bool((governor["capabilities"].get(name) or {}).get("enabled"))
