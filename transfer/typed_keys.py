"""How people read and type a natural key: as archives encode it, save that a path may be a path.

In an encoded key a ``/`` parts, and one that belongs to a name is written ``%2F``. Where only the last part can hold
one (a redirect's path, a file's address, a discount's title) nothing else can be meant, so there it stands as it is,
and with it everything else in that part: ``/old/caf%C3%A9`` is the path of just these characters.
"""

from __future__ import annotations

from .keys import Key, decode, encode
from .references import Target
from .registry import RESOURCES
from .resource import Resource
from .variant_keys import ordered

_OWN = 2  # parts of a key behind its owner's: namespace and key of a metafield


def parts_of(resource: Resource, *, values: bool) -> int:
    """How many parts a key in a sheet has (of an owner, where its values are columns); 0: that differs."""
    return max(len(resource.key_shape) - (_OWN if values else 0), 0)


def shown(key: Key, parts: int) -> str:
    if len(key) == parts and parts in (1, 2) and "/" in key[-1]:
        return "/".join([*(encode((part,)) for part in key[:-1]), key[-1]])
    return encode(key)


def typed(text: str, parts: int, resource: Resource | None = None) -> Key:
    """The inverse of `shown`; what `keys.encode` gives is understood as well."""
    # Of a kind whose keys differ in length, the first part says how long this one is.
    longer = resource is not None and resource.length_of(decode(text)) > parts
    if not longer and parts in (1, 2) and text.count("/") >= parts:
        *head, tail = text.split("/", parts - 1)
        return (*(decode(part)[0] for part in head), tail)
    return decode(text)


def named(kind: str, parts: int, text: str) -> str:
    """A reference, of which its key alone may be typed: ``blue-shirt`` for ``shopsync:products/blue-shirt``."""
    if not text or text.startswith(("shopsync:", "gid:")):
        return text
    if kind == "variants":
        return str(Target(kind, ordered(decode(text))))
    return str(Target(kind, typed(text, parts, RESOURCES.get(kind))))
