"""The shape of a translation: the texts of one thing in one language."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .. import values
from ..resource import Fields
from ..shapes import Always, Lacking, ListOf, MapOf, Match, Object, OneOf, Shape, Text
from ._translation_texts import HTML, WALKED

# Empty: what is to be said no more.
_TEXT = Match("a text that is not blank, or empty", re.compile(r"(.*\S.*)?", re.DOTALL))
_FIELDS: Mapping[str, Shape] = {
    "texts": MapOf(_TEXT, "an object of texts, without those that are not translated", least=1, lasting=frozenset()),
    "types": Lacking(MapOf(OneOf(*sorted(WALKED)), "an object of types")),
    "outdated": Lacking(ListOf(Text(), "a list of names of texts")),
}


def _contradiction(fields: Fields) -> str | None:
    """A text that has a type (other than HTML) is a value of that type, as those of metafields are."""
    texts = {key: text for key, text in fields["texts"].items() if text}
    if not texts:
        return "at least one of its texts must say something; a row with DELETE takes all of them away."
    types = fields.get("types", {})
    walked = (values.validate(types[key], text) for key, text in texts.items() if types.get(key, "html") not in HTML)
    return next((problem for problem in walked if problem is not None), None)


TRANSLATION = Object("a translation", _FIELDS, also=_contradiction)
FOR_A_MARKET = Object("a translation for a market", {**_FIELDS, "primary": Lacking(Always())}, also=_contradiction)
