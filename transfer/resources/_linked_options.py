"""Options whose values are entries: they name a metafield of the product, and an entry for each of their values.

``{"name": "Colour", "values": ["Red"], "linkedMetafield": "shopify.color-pattern", "linkedValues": [<reference>]}``.
Shopify labels each value with its entry's display name, and that may be another one in the other store, or by the time
that the product is written. So a value is its entry: it goes by the archive's name for that, in the plan and all along
while it is carried out, and its label in the store is known only here, to what reads and writes a product. An option is
linked as a whole or not at all: where one entry has no counterpart, the option is written with plain values.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from ..diff import Change
from ..references import Target, parse
from ..refusals import told
from ..resource import Ask, Fields, Job, Place, Result, Talk
from ._common import refused, touches
from ._linked_losses import NOTHING, UNLINKABLE, Losses, definition_of, not_linked

Entries = Mapping[tuple[str, str], str]  # (option's name, value's name) -> GID of the entry

FIELDS = "name linkedMetafield { namespace key } optionValues { name linkedMetafieldValue }"
NOW = f"options @include(if: $linked) {{ {FIELDS} }}"
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


Called = Mapping[str, Mapping[str, str]]  # option's name -> a value's label in the store -> the name it goes by


def aligned(present: Fields, *sides: Fields, apart: Collection[str] = ()) -> Fields:
    """The target's product with its linked values called as these sides call the same entries."""
    return renamed(present, called_in(present, *sides, apart=apart))


def called_in(present: Fields, *sides: Fields, apart: Collection[str] = ()) -> Called:
    """What the linked values of `present` go by, where that is not their label.

    An entry goes by the name that the first of the sides has for it which knows it. What none knows keeps its label,
    but where that is already the name of another entry. `apart`: entries that are not what the first side calls so.
    """
    options = present.get("options") or ()
    return {option["name"]: _called(option, sides, apart) for option in options if option.get("linkedMetafield")}


def alike(present: Fields, wanted: Fields) -> Iterator[tuple[str, str, str]]:
    """(entry here, entry there or nothing, label) of values that have one label, and not one entry, on the two sides.

    They may be the same: the stores have an entry each, of which the other does not know. Or a plain value there, whose
    label no entry can take away from the value here.
    """
    for option in present.get("options") or ():
        other = _of_name(wanted, option["name"])
        here, there = _by_name(option), _by_name(other)
        if not option.get("linkedMetafield"):
            continue
        if other.get("linkedMetafield") == option["linkedMetafield"]:
            both = {*here.values()} & {*there.values()}
            yield from (
                (entry, there[label], label)
                for label, entry in here.items()
                if entry not in both and there.get(label, entry) not in {*both, entry}
            )
        else:
            yield from ((entry, "", label) for label, entry in here.items() if label in (other.get("values") or ()))


def _of_name(fields: Fields, name: str) -> Fields:
    return next((option for option in fields.get("options") or () if option.get("name") == name), {})


def renamed(fields: Fields, called: Called) -> Fields:
    """A product whose values go by other names."""
    if not any(called.values()):
        return fields
    options = [
        {**option, "values": [called.get(option["name"], {}).get(value, value) for value in option["values"]]}
        for option in fields["options"]
    ]
    found = {**fields, "options": options}
    if "variants" in fields:
        found["variants"] = [
            {**item, "options": [[name, called.get(name, {}).get(value, value)] for name, value in item["options"]]}
            for item in fields["variants"]
        ]
    return found


def called_now(job: Job, nodes: Sequence[Mapping[str, Any]]) -> Called:
    """The same for the options of a job's product, as they are read while it is written."""
    return called_in({"options": [reading(node) for node in nodes]}, *filter(None, (job.after, job.before)))


def is_linked(job: Job) -> bool:
    """Whether values of a job's product have labels of their own in the store."""
    sides = filter(None, (job.after, job.before))
    return any(option.get("linkedMetafield") for side in sides for option in side["options"])


def _called(option: Fields, sides: Sequence[Fields], apart: Collection[str]) -> dict[str, str]:
    """A value's label -> the name that it goes by, where that is another one."""
    entries = _by_name(option)
    found: dict[str, str] = {}
    for side in sides:
        names = _names_in(side, option)
        more = {label: names[entry] for label, entry in entries.items() if label not in found and entry in names}
        found |= {label: name for label, name in more.items() if name not in found.values()}
    labels = option.get("values") or ()
    wanted = _of_name(sides[0], option["name"]).get("values") or () if sides else ()
    for label in labels:
        if label not in found:
            entry, taken = entries.get(label, ""), set(found.values())
            other = label in taken or (entry in apart and label in wanted)
            found[label] = _unlike(label, entry, taken, labels) if other else label
    return {label: name for label, name in found.items() if name != label}


def _names_in(side: Fields, option: Fields) -> dict[str, str]:
    """Entry -> the name of its value, where this side links the option to the same metafield."""
    other = _of_name(side, option["name"])
    if other.get("linkedMetafield") != option["linkedMetafield"]:
        return {}
    return {entry: name for name, entry in _by_name(other).items()}


def _unlike(label: str, entry: str, *taken: Collection[str]) -> str:
    """A name for a value whose label is that of another: with its entry's handle, "Red (red-2)"."""
    name = f"{label} ({entry.rsplit('/', 1)[-1]})"
    while any(name in own for own in taken):
        name += "'"
    return name


def made_of(options: Sequence[Fields], changed: Sequence[str] | None) -> Iterator[str]:
    """The metafields (namespace.key) that Shopify writes when these options change (None: at any time)."""
    for option in options:
        if option.get("linkedMetafield") and (changed is None or touches(changed, f"options.{option['name']}")):
            yield option["linkedMetafield"]


def names_of(options: Sequence[Mapping[str, Any]]) -> set[str]:
    """The metafields (namespace.key) behind a product's options as Shopify has them."""
    own = (option["linkedMetafield"] for option in options)
    return {f"{linked['namespace']}.{linked['key']}" for linked in own if linked}


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


def strange(option: Fields, variants: Sequence[Fields]) -> str:
    """Why a linked option cannot have a value that variants have chosen, and that no entry stands behind."""
    used = (value for item in variants for name, value in item["options"] if name == option["name"])
    value = next((value for value in used if value not in option["values"]), None)
    if not option.get("linkedMetafield") or value is None:
        return ""
    return STRANGE.format(name=option["name"], linked=option["linkedMetafield"], value=value)


STRANGE = (
    "The option {name} is linked to {linked}, and no entry is named for its value {value}: add it to the values of the "
    "option, with its entry."
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
