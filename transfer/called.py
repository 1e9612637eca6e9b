"""What lives inside the target's records, called as the archive calls it where the two name it otherwise.

A variant goes by the values of its options, and these by the names of entries: names that change while an import is at
work, that two stores give to each other's, and that a store may refuse to change. So a variant is told by its GID. It
gets its name once: where the target's snapshot is laid beside the archive (`same_variants`), or where its product is
first read or written after that, by the entries behind its values (`Resource.aligned`). Whatever hangs on it or refers
to it is named by way of its GID from then on, and only what is written of its product asks what the store calls it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .archive.members import Line, MemberSet
from .keys import Key
from .references import Target, parse
from .registry import owner_of
from .resource import Fields, Reading, Resource
from .work import Desk, Id


class Naming:
    """Calls records, what they hang on and what they refer to by the names that the archive has."""

    def __init__(self, registry: Mapping[str, Resource], same: Mapping[Target, Target]) -> None:
        self._registry, self._same = registry, same
        self._kinds = {target.resource for target in same}
        self._sizes = sorted({(target.resource, len(target.key)) for target in same})

    def touches(self, resource: Resource) -> bool:
        """Whether records of a kind may be called by such a name, or refer to what is."""
        return resource.of_others or bool(self._kinds & {resource.hangs_on, *resource.refers_to})

    def target(self, target: Target) -> Target:
        return self._same.get(target) or Target(target.resource, self.key(target.resource, target.key))

    def key(self, name: str, key: Key) -> Key:
        """A record's key: what it hangs on stands first in it."""
        resource = self._registry.get(name)
        if resource is None:
            return key
        if resource.of_others:
            end = len(key) - resource.tail
            found = self._same.get(Target(key[0], key[1:end]))
            return (key[0], *(found.key + key[end:] if found is not None else self.key(key[0], key[1:])))
        for kind, size in self._sizes:
            found = self._same.get(Target(kind, key[:size])) if kind == resource.hangs_on else None
            if found is not None:
                return (*found.key, *key[size:])
        return key

    def text(self, text: str) -> str:
        target = parse(text)
        return str(self.target(target)) if target is not None and target.resource in self._kinds else text

    def fields(self, resource: Resource, fields: Fields) -> Fields:
        return resource.rewrite(fields, self.text)


def by_gid(desk: Desk, resource: Resource, readings: Sequence[Reading]) -> list[Reading]:
    """Readings of what hangs on variants, or translates that, under the names that these go by here."""
    if resource.of_others:
        inside = {name for name, own in desk.registry.items() if _is_inside(desk, own.hangs_on)}
        told = {one.gid: resource.node(one.gid) for one in readings if one.key[0] in inside}
    elif _is_inside(desk, resource.hangs_on):
        told = {one.gid: one.on for one in readings}
    else:
        return list(readings)
    known = {gid: own.target for gid, own in desk.ids.by_gid(set(told.values())).items()}
    return [_renamed(resource, one, known.get(told.get(one.gid, ""))) for one in readings]


def holders(desk: Desk, resource: Resource, readings: Sequence[Reading]) -> list[Id]:
    """The names of the variants on which these hang, of those that have none as yet: of products that are not read."""
    if not _is_inside(desk, resource.hangs_on):
        return []
    found = {one.on: next(resource.owners(one.key)) for one in readings if one.on}
    known = desk.ids.by_gid(found)
    return [Id(gid, target) for gid, target in found.items() if gid not in known]


def _is_inside(desk: Desk, name: str) -> bool:
    return owner_of(name, desk.registry) != name


def _renamed(resource: Resource, reading: Reading, on: Target | None) -> Reading:
    """`on`: what the reading is of, as far as that has a name."""
    if on is None or on.resource not in (resource.hangs_on, reading.key[0]):
        return reading
    first = reading.key[:1] if resource.of_others else ()
    size = len(first) + len(next(resource.owners(reading.key)).key)
    return replace(reading, key=(*first, *on.key, *reading.key[size:]))


@dataclass(slots=True)
class Sides:
    """The two sides of an import, for records whose parts go by the names of others: by those of entries.

    Two entries of one name are not the same where a store has both. And where the archive's part goes by no entry, the
    target's must not go by one whose name this import changes: what is called so now is not when it is written.
    """

    registry: Mapping[str, Resource]
    archive: MemberSet
    snapshot: MemberSet
    _names: dict[str, dict[Key, str]] = field(default_factory=dict)  # of the archive's records, by their kind
    _there: dict[str, set[Key]] = field(default_factory=dict)

    def aligned(self, resource: Resource, wanted: Fields, present: Fields) -> Fields:
        """The target's record by the archive's names (`Resource.aligned`)."""
        alike = resource.alike(present, wanted)
        apart = {here for here, there, name in alike if self._are_apart(parse(here), parse(there), name)}
        return resource.aligned(present, wanted, apart=apart)

    def _are_apart(self, here: Target | None, there: Target | None, name: str) -> bool:
        if here is None or here.resource not in self.registry:
            return False
        names = self._named(here.resource)
        if there is None:
            return (names.get(here.key) or name) != name
        return here.key in names or there.key in self._having(there.resource)

    def _named(self, kind: str) -> dict[Key, str]:
        """All of a kind that the archive has. Read once, and only where it is asked for."""
        if kind not in self._names:
            resource = self.registry[kind]
            governors = {line.key: line.fields for line in self._whole(resource.governor)}
            self._names[kind] = {
                line.key: resource.shown(line.fields, governors.get(target.key) if target is not None else None)
                for line in self._whole(kind)
                for target in [resource.governed_by(line.key)]
            }
        return self._names[kind]

    def _whole(self, kind: str) -> Iterator[Line]:
        """Records that say all of themselves: a row that asks for something may lack what it is called."""
        return (line for line in self.archive.records(kind) if not line.command)

    def _having(self, kind: str) -> set[Key]:
        if kind not in self._there:
            self._there[kind] = {line.key for line in self.snapshot.records(kind)}
        return self._there[kind]
