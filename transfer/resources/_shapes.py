"""Shapes that the fields and keys of several kinds have in common."""

from __future__ import annotations

import re

from .. import values
from ..resource import Fields
from ..shapes import Amount, Lacking, ListOf, Match, Maybe, Moment, Object, OneOf, Text

# Why no import takes it away.
STATE = "it is a state, and has no empty form"
OF_THE_FILE = "it is what the file itself is"

NAME = Text(least=1, most=255)
TEXT = Maybe(Text())
SHORT = Maybe(Text(most=255))
LANGUAGE = Maybe(Text("the code of a language", least=1, most=255))  # nothing that people read: it has no empty form
HTML = Maybe(Text("HTML"))
TEXTS = ListOf(Text(), "a list of texts")

# Shopify makes another handle of one that holds blanks or signs. What letters are is not decided by ASCII.
_SIGNS = r"\s\x00-\x2c\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f"


def handle(most: int = 255) -> Match:
    return Match(
        f"a handle (letters, digits, hyphens and underscores; 1 to {most} characters)",
        re.compile(rf"[^{_SIGNS}]{{1,{most}}}"),
    )


HANDLE = handle()

# A name that Shopify does not judge, beyond its length: of a type, a namespace, a key.
WORD = Match("a name without blanks (1 to 255 characters)", re.compile(r"[^\s\x00-\x1f\x7f]{1,255}"))

TYPE = Match("the name of a type, such as list.product_reference", values.TYPE)
TAGS = ListOf(Text(most=255), "a list of texts")
SEO = Maybe(Object("the search engine listing", {"title": TEXT, "description": TEXT}))
PRICE = Maybe(Amount('a text with an amount, such as "10.00"', re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,9})?")))
# Empty: without one, where null leaves the one that is there.
_OR_NONE = re.compile(r"(-?[0-9]{1,16}(\.[0-9]{1,9})?)?")
PRICE_OR_NONE = Maybe(Amount('a text with an amount, such as "10.00", or empty', _OR_NONE))
ADDRESS = Lacking(Match("an address that begins with https://, or empty", re.compile(r"(https?://.*)?", re.DOTALL)))
IMAGE = Maybe(Object("an image", {"name": Text(), "altText": Maybe(Text()), "thumbhash": TEXT}))

# Null or empty: hidden. A moment to come: a schedule.
VISIBLE = Maybe(Moment(empty=True))
STATUS = OneOf("ACTIVE", "ARCHIVED", "DRAFT", "UNLISTED", enum="ProductStatus")
UNIT = OneOf("GRAMS", "KILOGRAMS", "OUNCES", "POUNDS", enum="WeightUnit")


def _is_value(fields: Fields) -> str | None:
    """A value of a list type is the JSON text of a list; a reference in it stands as `shopsync:<resource>/<key>`, and
    never as an id of one store."""
    return values.validate(fields["type"], fields["value"])


def _is_value_or_empty(fields: Fields) -> str | None:
    """As of a metafield; and an empty text for none."""
    return _is_value(fields) if fields["value"] else None


VALUE = Object("a value", {"type": TYPE, "value": Text()}, also=_is_value)
ENTRY_VALUE = Object("a value", {"type": TYPE, "value": Text()}, also=_is_value_or_empty)
