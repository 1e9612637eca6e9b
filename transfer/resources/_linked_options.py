"""Options whose values are entries: they name a metafield of the product, and an entry for each of their values.

``{"name": "Colour", "values": ["Red"], "linkedMetafield": "shopify.color-pattern", "linkedValues": [<reference>]}``.
Shopify shows each value by its entry's display name, which is the same in both stores where the entry is. An option is
linked as a whole or not at all: where one entry has no counterpart, the option is written with plain values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from ..diff import Change
from ..keys import Key
from ..references import Target, parse
from ..refusals import told
from ..resource import Ask, Fields, Job, Place, Result, Talk
from ._common import refused, touches
from ._linked_losses import NOTHING, UNLINKABLE, Losses, definition_of, not_linked

Pairs = tuple[tuple[str, str], ...]  # (option's name, value's name), of a variant
Entries = Mapping[tuple[str, str], str]  # (option's name, value's name) -> GID of the entry

FIELDS = "name linkedMetafield { namespace key } optionValues { name linkedMetafieldValue }"
_NAMES = "query EntryNames($ids: [ID!]!) { nodes(ids: $ids) { ... on Metaobject { id displayName } } }"
_LINK = """
mutation LinkOption($id: ID!, $option: OptionUpdateInput!, $values: [OptionValueUpdateInput!]!) {
  productOptionUpdate(
    productId: $id, option: $option, optionValuesToUpdate: $values, variantStrategy: LEAVE_AS_IS
  ) { userErrors { field message code } }
}
"""


def reading(option: Mapping[str, Any]) -> Fields:
    values = option["optionValues"]
    fields: Fields = {"name": option["name"], "values": [value["name"] for value in values]}
    linked, entries = option["linkedMetafield"], [value["linkedMetafieldValue"] for value in values]
    if linked and all(entries):
        fields |= {"linkedMetafield": f"{linked['namespace']}.{linked['key']}", "linkedValues": entries}
    return fields


def rewrite(options: Sequence[Fields], translate: Callable[[str], str | None]) -> list[Fields]:
    return [_rewritten(option, translate) if option.get("linkedValues") else option for option in options]


def _rewritten(option: Fields, translate: Callable[[str], str | None]) -> Fields:
    entries = [translate(text) for text in option["linkedValues"]]
    if all(entry is not None for entry in entries):
        return {**option, "linkedValues": entries}
    return {name: value for name, value in option.items() if name not in ("linkedMetafield", "linkedValues")}


def places(options: Sequence[Fields]) -> Iterator[Place]:
    for option in options:
        for text in option.get("linkedValues") or ():
            target = parse(text)
            if target is not None:
                yield Place(f"options.{option['name']}", target)


def definitions(options: Sequence[Fields]) -> Iterator[Target]:
    """The definitions of the metafields that options are linked to."""
    for option in options:
        if option.get("linkedMetafield"):
            yield definition_of(option)


def changes(before: Sequence[Fields], after: Sequence[Fields]) -> Iterator[Change]:
    """Values that are other entries, or none yet. Values that the target lacks are for the option to tell."""
    present = {option["name"]: option for option in before}
    for option in after:
        own = present.get(option["name"], {"values": []})
        here, there = _by_name(own), _by_name(option)
        if any(here.get(name) != entry for name, entry in there.items() if name in own["values"]):
            yield Change(f"options.{option['name']}.linkedValues", own.get("linkedValues"), option["linkedValues"])


def aligned(present: Fields, wanted: Fields) -> Fields:
    """The target's product with its linked values called as the archive calls the same entries.

    Shopify shows a linked value by its entry's name. An import writes entries before products, so that a name which
    was changed in the source is changed here as well by the time the product is written.
    """
    return renamed(present, called_in(present, wanted))


Called = Mapping[str, Mapping[str, str]]  # option's name -> a value's name -> another name for it


def called_in(present: Fields, wanted: Fields) -> Called:
    """What `wanted` calls the linked values of `present`, where it is another name."""
    return {option["name"]: _called(option, wanted) for option in present["options"]}


def renamed(fields: Fields, called: Called) -> Fields:
    """A product whose values go by other names."""
    if not any(called.values()):
        return fields
    options = [
        {**option, "values": [called.get(option["name"], {}).get(value, value) for value in option["values"]]}
        for option in fields["options"]
    ]
    variants = [
        {**item, "options": [[name, called.get(name, {}).get(value, value)] for name, value in item["options"]]}
        for item in fields["variants"]
    ]
    return {**fields, "options": options, "variants": variants}


def _called(option: Fields, wanted: Fields) -> dict[str, str]:
    """A value's name here -> what the archive calls the same entry, where that is another name."""
    same = (other for other in wanted.get("options") or () if other.get("name") == option["name"])
    other = next((one for one in same if one.get("linkedMetafield")), None)
    if other is None or other["linkedMetafield"] != option.get("linkedMetafield"):
        return {}
    there = {entry: name for name, entry in _by_name(other).items()}
    found = {name: there[entry] for name, entry in _by_name(option).items() if there.get(entry, name) != name}
    kept = [value for value in option["values"] if value not in found]
    return {} if set(found.values()) & set(kept) else found  # a name that another value has is not given twice


def names_of(gids: Sequence[str]) -> Talk[dict[str, str]]:
    """GID -> display name of these entries."""
    data = yield Ask(_NAMES, {"ids": list(gids)})
    return {node["id"]: node["displayName"] for node in data["nodes"] if node and "displayName" in node}


def names_in(
    targets: Collection[Target], lookup: Callable[[str, Sequence[Key]], Mapping[Key, Fields]]
) -> dict[Target, str]:
    """What the entries of an archive are called: by the text that their definition says shows them."""
    definitions = lookup("metaobject_definitions", sorted({target.key[:1] for target in targets}))
    entries = lookup("metaobjects", sorted(target.key for target in targets))
    found = {}
    for target in targets:
        definition, entry = definitions.get(target.key[:1]), entries.get(target.key)
        shown = (entry or {"fields": {}})["fields"].get((definition or {}).get("displayNameKey")) or {}
        if shown.get("type") == "single_line_text_field" and shown.get("value"):
            found[target] = shown["value"]
    return found


def expected(other: Fields | None, fields: Fields, called: Mapping[Target, str]) -> Iterator[tuple[Pairs, Pairs]]:
    """(options of a variant by what its entries are called, as the record has them), where these differ, and neither
    the record nor the other side's has another variant of that name."""
    names = dict(_renamings(fields.get("options") or (), called))
    if not names:
        return
    own, others = ([_pairs(item) for item in (side or {}).get("variants") or ()] for side in (fields, other))
    here = [tuple((name, names.get((name, value), value)) for name, value in options) for options in own]
    taken, times = {*own, *others}, Counter(here)
    for named, mine in zip(here, own, strict=True):
        if named not in taken and times[named] == 1:
            yield named, mine


def _pairs(variant: Fields) -> Pairs:
    return tuple((name, value) for name, value in variant["options"])


def _renamings(options: Sequence[Fields], called: Mapping[Target, str]) -> Iterator[tuple[tuple[str, str], str]]:
    """(option, the record's name of a value) -> what its entry is called."""
    for option in options:
        for value, text in _by_name(option).items():
            target = parse(text)
            if target is not None and called.get(target, value) != value:
                yield (option["name"], value), called[target]


def made_of(options: Sequence[Fields], changed: Sequence[str] | None) -> Iterator[str]:
    """The metafields (namespace.key) that Shopify writes when these options change (None: at any time)."""
    for option in options:
        if option.get("linkedMetafield") and (changed is None or touches(changed, f"options.{option['name']}")):
            yield option["linkedMetafield"]


def conceded(present: Fields, option: Fields) -> tuple[Fields, str] | None:
    """What an option that exists can become, where it cannot be linked as it is in the archive; and why not."""
    linked, own = option.get("linkedMetafield"), present.get("linkedMetafield")
    name = option["name"]
    if linked is None and own is not None:
        more = [value for value in option["values"] if value not in present["values"]]
        return (present, PLAIN.format(name=name, own=own, value=more[0])) if more else None
    if linked is None or own == linked:
        return None
    if own is not None:
        return present, (
            f"The option {name} is linked to {own} in the target store and to {linked} in the archive; link it to the "
            "same metafield in one of the stores."
        )
    extra = [value for value in present.get("values", ()) if value not in option["values"]]
    if not extra:
        return None
    return {"name": name, "values": option["values"]}, (
        f"The option {name} is linked to {linked} in the archive, and in the target store it has the value "
        f"{extra[0]}, for which there is no entry; remove that value there."
    )


PLAIN = (
    "The option {name} is linked to {own} in the target store and not in the archive, so that it cannot get the value "
    "{value}; link it in the source store, too."
)


def _by_name(option: Fields) -> dict[str, str]:
    return dict(zip(option.get("values") or (), option.get("linkedValues") or (), strict=False))


# -- writing -----------------------------------------------------------------------------------------------------


def begun(job: Job) -> list[Fields]:
    """The options as a first write leaves them: those that could not be linked have the values that they have here."""
    present = {option["name"]: option for option in job.before["options"]} if job.before is not None else {}
    return [
        _begun(option, present.get(option["name"], {})) if f"options.{option['name']}" in job.without else option
        for option in job.after["options"]
    ]


def _begun(option: Fields, present: Fields) -> Fields:
    values = [*option["values"], *(value for value in present.get("values", ()) if value not in option["values"])]
    linked: Fields = {name: present[name] for name in ("linkedMetafield", "linkedValues") if name in present}
    return {"name": option["name"], "values": values, **linked}


def input_of(option: Fields) -> dict[str, Any]:
    """An option of a new product. What is linked must not be named, and what is not must be."""
    if not option.get("linkedValues"):
        return {"name": option["name"], "values": [{"name": value} for value in option["values"]]}
    return {"name": option["name"], "linkedMetafield": {**_metafield(option), "values": option["linkedValues"]}}


def entries_of(job: Job) -> Entries:
    """What stands behind the values of a product's linked options, in this store."""
    found: dict[tuple[str, str], str] = {}
    for fields in filter(None, (job.before, job.after)):
        for option in fields["options"]:
            found |= {(option["name"], name): entry for name, entry in _by_name(option).items()}
    return found


def choice(item: Fields, entries: Entries) -> list[dict[str, str]]:
    """The option values of a variant."""
    return [
        {"optionName": name, "linkedMetafieldValue": entries[name, value]}
        if (name, value) in entries
        else {"optionName": name, "name": value}
        for name, value in item["options"]
    ]


def new_value(option: Fields, name: str) -> dict[str, str]:
    entry = _by_name(option).get(name)
    return {"linkedMetafieldValue": entry} if entry is not None else {"name": name}


def _metafield(option: Fields) -> dict[str, str]:
    namespace, _, key = option["linkedMetafield"].partition(".")
    return {"namespace": namespace, "key": key}


def link(job: Job, present: Mapping[str, Mapping[str, Any]]) -> Talk[Result | Losses]:
    """Links the options that are to be linked, and puts other entries behind values. `present`: name -> option.

    Returns what of it Shopify does not take, or the refusal of all.
    """
    lost = NOTHING
    before = {option["name"]: option for option in job.before["options"]} if job.before is not None else {}
    for option in job.after["options"]:
        name, own = option["name"], present.get(option["name"])
        if not option.get("linkedValues") or own is None or not _asked(job, name):
            continue
        entries = _by_name(option)
        values = [
            {"id": value["id"], "linkedMetafieldValue": entries[value["name"]]}
            for value in own["optionValues"]
            if value["name"] in entries and value["linkedMetafieldValue"] != entries[value["name"]]
        ]
        if values:
            linked = {} if own["linkedMetafield"] else {"linkedMetafield": _metafield(option)}
            variables = {"id": job.gid, "option": {"id": own["id"], **linked}, "values": values}
            data = yield Ask(_LINK, variables, repeatable=True)
            errors = data["productOptionUpdate"]["userErrors"]
            if any(error.get("code") not in UNLINKABLE for error in errors):
                return refused(job.key, errors)
            if errors:
                lost |= not_linked(before.get(name, {}), option, told(errors))
    return lost


def _asked(job: Job, name: str) -> bool:
    return f"options.{name}" in job.changed or touches(job.changed, f"options.{name}.linkedValues")
