"""A definition, or a field of one, that is of another type in the target: what of it does not depend on the type.

The type stays the target's, with the rules and the uses that go with it. Names, descriptions and access are written,
uses that the archive switches off are switched off, and so are rules that mean the same for both types.
https://shopify.dev/docs/apps/build/custom-data/metafields/list-of-validation-options
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..diff import Change
from . import _validations as validations

_LIST = "list."
_OF_LISTS = frozenset({"list.min", "list.max"})
# Types of which rules of these names mean the same.
_ALIKE: Mapping[str, tuple[str, frozenset[str]]] = {
    "single_line_text_field": ("text", frozenset({"min", "max", "regex"})),
    "multi_line_text_field": ("text", frozenset({"min", "max", "regex"})),
    "number_integer": ("number", frozenset({"min", "max"})),
    "number_decimal": ("number", frozenset({"min", "max"})),
}


def rules(here: str, there: str, present: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """The rules of a definition of type `here` that is wanted with those of type `there`."""
    own = {name: text for name, text in wanted.items() if _means_the_same(name, text, here, there)}
    return {**present, **own}


def _means_the_same(name: str, text: str, here: str, there: str) -> bool:
    if name in _OF_LISTS:
        return here.startswith(_LIST) and there.startswith(_LIST)
    if name in (validations.ONE, validations.MANY):
        return False
    one, other = here.removeprefix(_LIST), there.removeprefix(_LIST)
    if one == other:
        return True
    (kind, names), (same, _) = _ALIKE.get(one, ("", frozenset())), _ALIKE.get(other, ("-", frozenset()))
    whole = one != "number_integer" or not text or text.removeprefix("-").isdecimal()
    return kind == same and name in names and whole


def uses(here: str, present: Mapping[str, bool | None], wanted: Mapping[str, bool | None]) -> dict[str, bool | None]:
    """What a definition of this type may be used for: less than before, at most. Which types can be used for more is
    Shopify's to say, and it would refuse all else that is sent along."""
    lasting = {"uniqueValues"} if here == "id" else set()
    off = {name: own for name, own in wanted.items() if own is False and present.get(name) and name not in lasting}
    return {**present, **off}


def left_of(asked: Sequence[Change], made: Sequence[Change]) -> tuple[str, ...]:
    """Of the paths that differ, those that are not written, but for the type, of which a sentence of its own tells."""
    written = {change.path for change in made}
    paths = (change.path for change in asked)
    return tuple(path for path in paths if path not in written and path.rpartition(".")[2] != "type")
