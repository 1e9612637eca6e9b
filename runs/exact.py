"""Columns for what strangers wrote: every text that JSON can hold comes back as it was.

PostgreSQL refuses two kinds of it, wherever they stand: U+0000, and half a surrogate pair. In JSON they are kept behind
a mark of ours, U+001A with four digits, and so is that mark itself. Sentences for people do without them.
"""

from __future__ import annotations

import json
import re
from typing import Any

from django.db import models

_MARK = "\\u001a"
_SUSPECT = re.compile(r"\\u(?:0000|001a|d[89a-f])")
# Escapes are read one by one: in `\\u0000` the first backslash belongs to the second, and no NUL is meant. Pairs of
# surrogates are a character each, and stay.
_ESCAPES = re.compile(r"\\(?:ud[89ab]..\\ud[c-f]..|u(0000|001a|d[89a-f]..)|.)")
_MARKED = re.compile(r"\\(?:u001a(0000|001a|d[89a-f]..)|.)")
_SHOWN = re.compile("\x1a(?:0000|001a|d[89a-f]..)")
_UNFIT = re.compile("[\x00\ud800-\udfff]")
UNKNOWN = "\ufffd"


class Encoder(json.JSONEncoder):
    def encode(self, o: Any) -> str:
        text = super().encode(o)
        if not _SUSPECT.search(text):
            return text
        return _ESCAPES.sub(lambda found: f"{_MARK}{found[1]}" if found[1] else found[0], text)


class Decoder(json.JSONDecoder):
    def decode(self, s: str, *args: Any) -> Any:
        if _MARK in s:
            s = _MARKED.sub(lambda found: f"\\u{found[1]}" if found[1] else found[0], s)
        return super().decode(s, *args)


class ExactJSONField(models.JSONField):
    """JSON of which nothing is lost."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "encoder": Encoder, "decoder": Decoder})


class _Fit:
    def get_prep_value(self, value: Any) -> Any:
        return fit(value) if isinstance(value, str) else value


class FitTextField(_Fit, models.TextField):  # type: ignore[type-arg]  # not generic at run time
    """A sentence, in which Shopify or a file may be quoted."""


class FitCharField(_Fit, models.CharField):  # type: ignore[type-arg]
    """A short name that somebody else chose."""


def fit(text: str) -> str:
    """A text as every database takes it."""
    return _UNFIT.sub(UNKNOWN, text)


def shown(text: str) -> str:
    """A text that the database itself took out of a column of JSON, for people."""
    return _SHOWN.sub(UNKNOWN, text)
