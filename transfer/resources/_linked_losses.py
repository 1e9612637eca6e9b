"""What an option that is linked to entries cannot be in this store, and what its product is without that.

The metafield of the option may have no definition there that Shopify could link it to: then its values are plain. Or a
value of an option that is linked there has no entry: then the product goes without the value and its variants. All else
of the product is written. What is lost is named by paths:

- ``options.Colour.linkedMetafield``: the option is not linked
- ``options.Colour.values.Red``: the option does not get this value, nor the product the variants with it
- ``options.Colour.linkedValues``: values that the target has keep the entries that they have there
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

from ..governed import Definitions
from ..references import Target, parse
from ..refusals import told
from ..resource import Conceded, Fields, Job, Result
from ._validations import stranger

# https://shopify.dev/docs/api/admin-graphql/latest/enums/ProductSetUserErrorCode and ProductOptionUpdateUserErrorCode
UNLINKABLE = frozenset(
    {
        "DUPLICATED_OPTION_VALUE",  # two of its entries are called alike there
        "DUPLICATE_LINKED_OPTION",
        "INVALID_METAFIELD_VALUE_FOR_LINKED_OPTION",
        "LINKED_METAFIELD_DEFINITION_NOT_FOUND",
        "LINKED_OPTIONS_NOT_SUPPORTED_FOR_SHOP",
        "OPTION_LINKED_METAFIELD_ALREADY_TAKEN",
        "OPTION_VALUE_ALREADY_EXISTS",
    }
)
TYPE = "list.metaobject_reference"
PLAIN = "The option {name} cannot be linked to {metafield} in this store, so that its values are plain. {words}"
KEPT = "The values of the option {name} cannot be other entries of {metafield} in this store. {words}"
MISSING = "The option {name} cannot get the value {value}: the target store does not have {entry}."


class Losses(NamedTuple):
    """Paths as above, and a sentence for each thing that is lost."""

    paths: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()

    def __or__(self, other: Losses) -> Losses:
        return Losses((*self.paths, *other.paths), (*self.sentences, *other.sentences))

    def of(self, result: Result) -> Result:
        """The result of a write that went without these."""
        if not self.paths or not result.ok:
            return result
        detail = " ".join(filter(None, (result.detail, *self.sentences)))
        return replace(result, detail=detail, untaken=(*result.untaken, *self.paths))


NOTHING = Losses()


def definition_of(option: Fields) -> Target:
    """The definition of the metafield to which an option is linked."""
    return Target("metafield_definitions", ("PRODUCT", *option["linkedMetafield"].split(".", 1)))


def without(before: Fields | None, after: Fields, paths: Collection[str]) -> Fields:
    """A product that goes without what these paths name. `before`: what the target has of it."""
    present = {option["name"]: option for option in before["options"]} if before is not None else {}
    options = [_option(present.get(option["name"], {}), option, paths) for option in after["options"]]
    variants = [
        item
        for item in after["variants"]
        if not any(f"options.{name}.values.{value}" in paths for name, value in item["options"])
    ]
    if not variants and before is not None:  # a product has to have one, so that none of the target's goes
        options, variants = before["options"], before["variants"]
    return {**after, "options": options, "variants": variants}


def _option(present: Fields, option: Fields, paths: Collection[str]) -> Fields:
    name = option["name"]
    values = [value for value in option["values"] if f"options.{name}.values.{value}" not in paths]
    entries = dict(zip(option["values"], option.get("linkedValues") or (), strict=False))
    if f"options.{name}.linkedMetafield" in paths or not entries:
        return {**_plain(option), "values": values}
    if f"options.{name}.linkedValues" in paths:
        entries |= dict(zip(present.get("values", ()), present.get("linkedValues") or (), strict=False))
    return {**option, "values": values, "linkedValues": [entries[value] for value in values if value in entries]}


def _plain(option: Fields) -> Fields:
    return {name: value for name, value in option.items() if name not in ("linkedMetafield", "linkedValues")}


def missing(before: Fields | None, after: Fields, translate: Callable[[str], str | None]) -> Losses:
    """What is lost of options that are linked in the target as in the archive, where it lacks entries for new values.

    `after`: as the archive says it, with the entries' natural keys.
    """
    present = {option["name"]: option for option in before["options"]} if before is not None else {}
    lost = NOTHING
    for option in after["options"]:
        own = present.get(option["name"])
        if own is None or not option.get("linkedMetafield") or own.get("linkedMetafield") != option["linkedMetafield"]:
            continue
        pairs = dict(zip(option["values"], option["linkedValues"], strict=False))  # others may have added values
        lacking = {value: entry for value, entry in pairs.items() if translate(entry) is None}
        if lacking:
            lost |= Losses((f"options.{option['name']}", f"options.{option['name']}.linkedValues"))
        for value, entry in lacking.items():
            if value not in own["values"]:
                lost |= _lacks(option["name"], value, entry)
    return lost


def _lacks(name: str, value: str, entry: str) -> Losses:
    target = parse(entry)
    called = "/".join((target.resource, *target.key)) if target is not None else "its entry"
    return Losses((f"options.{name}.values.{value}",), (MISSING.format(name=name, value=value, entry=called),))


def conceded(before: Fields | None, after: Fields, lost: Losses) -> Conceded | None:
    return Conceded(without(before, after, lost.paths), lost.sentences) if lost.paths else None


def confined(before: Fields | None, after: Fields, definitions: Definitions) -> Losses:
    """What is lost of options to whose metafields the target has no definition that fits, as far as that is known."""
    present = {option["name"]: option for option in before["options"]} if before is not None else {}
    lost = NOTHING
    for option in after["options"]:
        if not option.get("linkedMetafield") or option.get("linkedValues") == present.get(option["name"], {}).get(
            "linkedValues"
        ):
            continue
        target = definition_of(option)
        why = _misfit(option, definitions[target]) if target in definitions else ""
        if why:
            lost |= not_linked(present.get(option["name"], {}), option, why)
    return lost


def _misfit(option: Fields, definition: Fields | None) -> str:
    if definition is None:
        return "It has no definition there, and none is written with it."
    if definition["type"] != TYPE:
        return f"Its definition there is of type {definition['type']}."
    other = stranger(TYPE, json.dumps(option["linkedValues"]), definition["validations"])
    return f"Its definition there lets it name no entry of type {other}." if other is not None else ""


def unlinkable(job: Job, errors: Sequence[Mapping[str, Any]]) -> Losses:
    """The options that Shopify says it cannot link, where it says nothing else. Its path may name which one it is."""
    if not errors or any(error.get("code") not in UNLINKABLE for error in errors):
        return NOTHING
    linked = {str(n): option for n, option in enumerate(job.after["options"]) if option.get("linkedMetafield")}
    meant = {number for error in errors for number in _numbers(error)}
    words = told(errors)
    lost = NOTHING
    for number in sorted(meant & linked.keys() if meant else linked):
        lost |= not_linked({}, linked[number], words)
    return lost


def not_linked(present: Fields, option: Fields, words: str) -> Losses:
    """What is lost of an option that Shopify does not link. `present`: the target's option of this name."""
    name = option["name"]
    told_of = {"name": name, "metafield": option["linkedMetafield"], "words": words}
    if not present.get("linkedMetafield"):
        return Losses((f"options.{name}.linkedMetafield",), (PLAIN.format(**told_of),))
    new = (f"options.{name}.values.{value}" for value in option["values"] if value not in present["values"])
    return Losses((f"options.{name}.linkedValues", *new), (KEPT.format(**told_of),))


def _numbers(error: Mapping[str, Any]) -> Iterator[str]:
    """``["input", "productOptions", "0", ...]``: the number of the option."""
    path = [str(part) for part in error.get("field") or ()]
    for name, number in pairwise(path):
        if name == "productOptions":
            yield number
