"""How a variant is named: by its product, and by the values of its options, these in the order of their names."""

from __future__ import annotations

from .keys import Key

ONLY = ("Title", "Default Title")  # the option of a product that has none, and its value
UNSORTED = "its options must stand in the order of their names"


def is_sorted(key: Key) -> bool:
    """Whether the options of a variant's key, ``(product, name, value, name, value, …)``, stand in their order."""
    return list(key[1::2]) == sorted(key[1::2])


def ordered(key: Key) -> Key:
    """The key of a variant that somebody typed: with the options in whatever order, or with none where it has none."""
    if len(key) == 1:
        return (*key, *ONLY)
    if len(key) % 2 == 0:
        return key
    return (key[0], *(part for pair in sorted(zip(key[1::2], key[2::2], strict=True)) for part in pair))
