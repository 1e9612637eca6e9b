"""Which of several records of one key is which: those of equal content first, then what is the same thing otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .resource import Fields, Resource


def pairs(resource: Resource, wanted: Mapping[int, Fields], present: Sequence[Fields]) -> dict[int, int]:
    """Place of one that is wanted -> place of the one that it is."""
    found: dict[int, int] = {}
    for exactly in (True, False):
        for place, record in wanted.items():
            left = (other for other in range(len(present)) if other not in found.values())
            twins = (other for other in left if _meet(resource, record, present[other], exactly=exactly))
            twin = next(twins, None) if place not in found else None
            if twin is not None:
                found[place] = twin
    return found


def _meet(resource: Resource, wanted: Fields, present: Fields, *, exactly: bool) -> bool:
    return not resource.changes(present, wanted) if exactly else resource.twins(present, wanted)
