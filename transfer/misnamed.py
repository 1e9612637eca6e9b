"""References of an archive that cannot name anything: with fewer or more parts than the keys of their kind have."""

from __future__ import annotations

from .keys import Key
from .references import UNKNOWN, parse
from .registry import RESOURCES
from .resource import Fields, Resource
from .resources.files import OLDER
from .shapes import shown
from .variant_keys import is_sorted

_VARIANT = "product, name of an option, its value, and so on for each option in the order of their names"


def misnamed(resource: Resource, fields: Fields) -> str | None:
    """One sentence on the first reference of a well-shaped record that can name nothing, or None.

    A kind that this version does not know is another matter: such a reference is read, and lands nowhere.
    """
    found: list[str] = []

    def look(text: str) -> str:
        target = parse(text)
        if target is not None and (keys := _wanted(target.resource, target.key)):
            says = own.key_problem(target.key) if (own := RESOURCES.get(target.resource)) is not None else None
            keys = f"{keys}. {OLDER}" if (says or "").endswith(OLDER) else f"{keys}."
            found.append(f"“{shown(text)}” names no record; after shopsync:{target.resource}/ must stand: {keys}")
        return text

    resource.rewrite(fields, look)
    return found[0] if found else None


def _wanted(kind: str, key: Key) -> str:
    """What a key of this kind is made of, where this one cannot be one; empty where it can."""
    if kind == UNKNOWN:
        return "" if len(key) == 2 else "type of the GID, id"
    if kind == "variants":
        return "" if len(key) % 2 and len(key) > 1 and is_sorted(key) else _VARIANT
    own = RESOURCES.get(kind)
    if own is None or not own.key_shape:
        return ""
    parts = own.length_of(key)
    return "" if len(key) == parts else own.key_is
