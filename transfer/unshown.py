"""Records that the target has and lists to nobody, found by their names: without them they would be planned anew.

Shopify leaves entries that lack a field which became required out of every list, the admin's too. A snapshot is read
from lists, so of what it does not show, and whose definition demands something, the store is asked by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .archive.members import MemberSet
from .keys import Key
from .namesakes import Present
from .present import located, now
from .references import Target
from .resource import Resource
from .work import Desk

WINDOW = 100  # keys that are looked for together

Side = tuple[Key, list[Present], list[Present]]


def beside(desk: Desk, resource: Resource, snapshot: MemberSet, sides: Iterable[Side]) -> Iterator[Side]:
    """The two sides (`compare.side_by_side`), the target's with what it does not show."""
    hiding = _hiding(desk, resource, snapshot)
    if not hiding:
        yield from sides
        return
    held: list[Side] = []
    for side in sides:
        held.append(side)
        if len(held) == WINDOW:
            yield from _looked(desk, resource, hiding, held)
            held = []
    yield from _looked(desk, resource, hiding, held)


def _hiding(desk: Desk, resource: Resource, snapshot: MemberSet) -> set[Target]:
    """The definitions of the target under which there may be such records."""
    if resource.listed_whole or resource.governor not in snapshot.resources or resource.name not in desk.reachable:
        return set()
    lines = snapshot.records(resource.governor)
    return {Target(resource.governor, line.key) for line in lines if resource.hides(line.fields)}


def _looked(desk: Desk, resource: Resource, hiding: set[Target], held: list[Side]) -> Iterator[Side]:
    missing = [Target(resource.name, key) for key, wanted, there in held if wanted and not there]
    missing = [target for target in missing if resource.governed_by(target.key) in hiding]
    gids = located(desk, {resource.name: missing}).found if missing else {}
    found = now(desk, resource, list(gids.values())).found if gids else {}
    for key, wanted, there in held:
        current = found.get(gids.get(Target(resource.name, key), ""))
        if current is not None and not there:
            yield key, wanted, [Present(key, current.fields, current.reading.gid, unlisted=True)]
        else:
            yield key, wanted, there
