"""Natural keys: what means the same in both shops.

A key is a tuple of strings, for example ``("designer", "anna-holm")`` for a metaobject. Its *encoding* is the one
text form used everywhere a key is stored, sorted, compared or put into a reference: the parts, percent-encoded where
they hold ``%``, ``/`` or a control character, joined by ``/``. Everything is ordered by the UTF-8 bytes of that
encoding, computed here and never by a database or a locale, so that two machines agree on the order of an archive.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

Key = tuple[str, ...]

_RESERVED = re.compile(r"[%/\x00-\x1f\x7f]")
_UNSAFE = re.compile(r"[%\x00-\x1f\x7f]")  # of these, what is reserved in an encoding as a whole


def encode(key: Key) -> str:
    """``("blue shirt", "50/50")`` becomes ``"blue shirt/50%2F50"``."""
    plain = "/".join(key)
    if plain.count("/") == len(key) - 1 and _UNSAFE.search(plain) is None:  # as nearly every key is: one look, not many
        return plain
    return "/".join(_RESERVED.sub(lambda match: f"%{ord(match[0]):02X}", part) for part in key)


def decode(text: str) -> Key:
    """The inverse of `encode`."""
    return tuple(unquote(part) for part in text.split("/"))


def sort_key(key: Key) -> bytes:
    """What archives are sorted by. Links name what they like, half a character as well."""
    return encode(key).encode("utf-8", "surrogatepass")


def key_of(sort: bytes) -> Key:
    """The inverse of `sort_key`."""
    return decode(sort.decode("utf-8", "surrogatepass"))
