"""Companies that one store knows by an external id and the other by their name alone: one company, not two.

Where each side has just one company of a name, and only one of the two has an external id, they are the same, and go by
that id on both sides: they, what hangs on them, and what refers to them. Where several are called alike, nobody can say
which is which, and the archive's are not written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import merge
from typing import NamedTuple, Self

from .archive.members import MemberSet
from .keys import Key, sort_key
from .references import Target, parse
from .resource import Fields, Resource
from .work import Desk, Id

UNCLEAR = (
    "Several {label} are called “{name}”, and some have no external id, so nobody can say which is which; give each "
    "the same external id in both stores, then import again."
)


class Present(NamedTuple):
    """One record of one side. `gid` stands where the side is a shop's snapshot, `command` where a row asks for more.
    `unlisted`: the shop has it, and lists it to nobody. `source`: where the shop has its bytes."""

    key: Key
    fields: Fields
    gid: str
    command: str = ""
    unlisted: bool = False
    source: str = ""


def present_of(members: MemberSet, resource: str, after: Key | None) -> Iterator[Present]:
    for line in members.records(resource, after=after):
        yield Present(line.key, line.fields, line.gid, line.command, source=line.source)


@dataclass(frozen=True, slots=True)
class Namesakes:
    """`keys`: of each kind, the name's key -> the id's. `unclear`: of each kind, a key of the archive -> a sentence."""

    keys: Mapping[str, Mapping[Key, Key]] = field(default_factory=dict)
    unclear: Mapping[str, Mapping[Key, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, desk: Desk, archive: MemberSet, snapshot: MemberSet) -> Self:
        kinds = [one for one in desk.registry.values() if one.two_names and one.name in archive.resources]
        pairs, unclear = {}, {}
        for kind in kinds:
            pairs[kind.name], unclear[kind.name] = _paired(kind, _called(kind, archive), _called(kind, snapshot))
        return cls({name: own for name, own in pairs.items() if own}, unclear)

    def side(self, desk: Desk, resource: Resource, members: MemberSet, after: Key | None) -> Iterator[Present]:
        """The records of one side by the keys that both sides have, in their order; in the shop's ids, too."""
        found = present_of(members, resource.name, after)
        for kind, keys in self.keys.items():
            if kind in (resource.name, resource.keyed_by, resource.hangs_on):
                found = _moved(desk, resource, members, after, found, keys)
            if {resource.name, *resource.refers_to} & self._holders(desk, kind):
                found = _said(resource, found, self._renaming(desk, kind))
        return found

    def note(self, resource: str, key: Key) -> str:
        """What is told of a record that was found by its name; empty for all others."""
        known = key in self.keys.get(resource, {}).values()
        return "Found by its name: only one of the stores has its external id." if known else ""

    def _holders(self, desk: Desk, kind: str) -> set[str]:
        return {one.name for one in desk.registry.values() if kind in (one.name, one.keyed_by, one.hangs_on)}

    def _renaming(self, desk: Desk, kind: str) -> Callable[[str], str]:
        keys, holders = self.keys[kind], self._holders(desk, kind)

        def translate(text: str) -> str:
            target = parse(text)
            if target is None or target.resource not in holders:
                return text
            return str(Target(target.resource, _renamed(target.key, keys)))

        return translate


def _called(kind: Resource, members: MemberSet) -> dict[str, list[Key]]:
    """What people call the records of one side -> their keys."""
    found: dict[str, list[Key]] = {}
    for line in members.records(kind.name):
        found.setdefault(kind.called(line.key, line.fields), []).append(line.key)
    return found


def _paired(
    kind: Resource, lefts: Mapping[str, list[Key]], rights: Mapping[str, list[Key]]
) -> tuple[dict[Key, Key], dict[Key, str]]:
    pairs: dict[Key, Key] = {}
    unclear: dict[Key, str] = {}
    known = {key for keys in rights.values() for key in keys}, {key for keys in lefts.values() for key in keys}
    for name, keys in lefts.items():
        left = [key for key in keys if key not in known[0]]
        right = [key for key in rights.get(name, ()) if key not in known[1]]
        other = [key for key in left if name and any(kind.by_name(key) != kind.by_name(one) for one in right)]
        if other and len(left) == len(right) == 1 and len(keys) == len(rights[name]) == 1:
            by_id, by_name = sorted((left[0], right[0]), key=kind.by_name)
            pairs[by_name] = by_id
        else:
            unclear |= dict.fromkeys(other, UNCLEAR.format(label=kind.label.lower(), name=name))
    return pairs, unclear


def _renamed(key: Key, keys: Mapping[Key, Key]) -> Key:
    size = len(next(iter(keys)))
    other = keys.get(key[:size])
    return (*other, *key[size:]) if other is not None else key


def _moved(
    desk: Desk,
    resource: Resource,
    members: MemberSet,
    after: Key | None,
    found: Iterator[Present],
    keys: Mapping[Key, Key],
) -> Iterator[Present]:
    """The records that come to other places by their new keys are held: those of companies that are paired."""
    moved = [
        one._replace(key=key)
        for one in present_of(members, resource.name, None)
        if (key := _renamed(one.key, keys)) != one.key
    ]
    desk.ids.put(Id(one.gid, Target(resource.name, one.key)) for one in moved if one.gid)
    moved = [one for one in moved if after is None or sort_key(one.key) > sort_key(after)]
    left = (one for one in found if _renamed(one.key, keys) == one.key)
    return merge(left, sorted(moved, key=lambda one: sort_key(one.key)), key=lambda one: sort_key(one.key))


def _said(resource: Resource, found: Iterator[Present], translate: Callable[[str], str]) -> Iterator[Present]:
    return (one._replace(fields=resource.rewrite(one.fields, translate) if one.fields else one.fields) for one in found)
