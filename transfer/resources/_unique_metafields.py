"""What stands in for a unique value while another record takes it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from ..keys import Key, encode
from ..resource import Fields

# What nobody else has, of the types that can be unique; a value of another type gives way to nothing.
_OF_TYPE: Mapping[str, str] = {
    "single_line_text_field": "shopsync-{text}",
    "multi_line_text_field": "shopsync-{text}",
    "id": "shopsync-{text}",
    "url": "https://{text}.invalid/",
    "number_integer": "-{number}",
}


def stand_in(key: Key, before: Fields, governor: Fields) -> Fields:
    """A value that says whose it is, as long as its definition has no rules that it might break.

    A stand-in keeps the value's translations; where there is none, they go with the value, and are written anew.
    """
    form = _OF_TYPE.get(before["type"])
    if form is None or governor["validations"]:
        return {}
    digest = hashlib.blake2b(encode(key).encode(), digest_size=6)
    value = form.format(text=digest.hexdigest(), number=int.from_bytes(digest.digest()))
    return {"type": before["type"], "value": value}


def name_of(key: Key) -> str:
    """A name, or a handle, that says whose it is."""
    return f"shopsync-{hashlib.blake2b(encode(key).encode(), digest_size=6).hexdigest()}"
