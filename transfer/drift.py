"""What somebody else does to a record while this run is at work on it.

Drift is judged place by place, against the last value that this run read or wrote there. Where somebody was quicker,
their value stays and the record is listed; what they changed elsewhere in the record stays as well, and nothing that
is written reaches beyond what was planned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .diff import text_of
from .resource import Fields, Json, Resource


def moved(resource: Resource, before: Fields, current: Fields, ours: Sequence[str] = ()) -> set[str]:
    """What is not as it was. `ours`: what this run changed in the record's governor, and so in the record."""
    both_ways = ((before, current), (current, before))
    paths = {change.path for one, other in both_ways for change in resource.changes(one, other)}
    return {path for path in paths if not resource.follows(path, ours)}


def within(path: str, other: str) -> bool:
    return path == other or path.startswith(f"{other}.")


def touching(paths: Iterable[str], others: Iterable[str]) -> list[str]:
    """Those of `paths` that are one of the others, lie in one, or hold one."""
    known = list(others)
    return sorted(path for path in paths if any(within(path, one) or within(one, path) for one in known))


def named(paths: Iterable[str]) -> str:
    return ", ".join(sorted(paths))


def strangers(resource: Resource, before: Fields | None, begun: Fields, after: Fields, current: Fields) -> list[str]:
    """The places of a record that stand neither as they did nor as a write of ours that was cut short may leave them.

    `before`: None where the record was to be created. `begun`: what our first write makes of it, which leaves out what
    is not there yet. Only of single
    values: a list may stand half way, for it may take several requests.
    """
    if before is None:
        found = resource.changes(begun, current) if resource.made_at_once else []
        return sorted(change.path for change in found if _single(change.before) and _single(change.after))
    wanted, first = ({own.path: own.after for own in resource.changes(before, side)} for side in (after, begun))
    return sorted(
        change.path
        for change in resource.changes(before, current)
        if change.path in wanted
        and _single(change.after)
        and change.after not in (wanted[change.path], first.get(change.path))
    )


def _single(value: Json) -> bool:
    return isinstance(value, str | int | float)


@dataclass(frozen=True, slots=True)
class Rest:
    """What the second pass over a record still has to write, and what it must not.

    `going`: the places to write. `changed`: what somebody changed of what this run wrote or has yet to write.
    `blocked`: so that a place stays unlinked. `unpublished`: so that it stays a draft. `stirred`: all that is not as
    the first write left it.
    """

    going: tuple[str, ...]
    changed: tuple[str, ...]
    blocked: bool
    unpublished: bool
    stirred: frozenset[str]

    @property
    def sentence(self) -> str:
        """What to tell of it, if anything."""
        if not self.changed:
            return ""
        more = " It stays a draft." if self.unpublished else ""
        return f"Somebody changed {named(self.changed)} after it was written, and that was kept.{more}"


def rest(
    resource: Resource, begun: Fields, after: Fields, current: Fields, *, open_: Sequence[str], ours: Sequence[str]
) -> Rest:
    """`begun`: the record as its first write left it, `after`: as it is to become, `current`: as it is now.

    A place that was left open is filled as a whole, or not at all where somebody has put anything into it.
    """
    left = {change.path for change in resource.changes(begun, after)}
    still = touching(left, (change.path for change in resource.changes(current, after)))
    stirred = moved(resource, begun, current, ours)
    taken = touching(open_, stirred)
    blocked = [path for path in still if touching([path], (*taken, *stirred))]
    undone = (change.path for change in resource.changes(current, begun))
    edited = [path for path in undone if path in stirred and not touching([path], (*left, *open_))]
    going = [path for path in still if path not in blocked]
    status = [path for path in going if not touching([path], open_)]
    unpublished = bool(status and (blocked or edited))
    return Rest(
        going=tuple(path for path in going if not (unpublished and path in status)),
        changed=tuple(touching(stirred, (*edited, *blocked, *touching(taken, blocked)))),
        blocked=bool(blocked),
        unpublished=unpublished,
        stirred=frozenset(stirred),
    )


def kept(resource: Resource, after: Fields, current: Fields, stirred: Iterable[str], planned: Iterable[str]) -> Fields:
    """`after`, with what somebody changed and nobody planned to write as it is in the target now.

    A mutation may take more than the one field that is to change: a definition's field goes as a whole.
    """
    stirred, planned = list(stirred), list(planned)
    theirs = [path for path in stirred if not touching([path], planned)]
    if not theirs:
        return after
    return _kept(_Walk(resource.keyed_lists, theirs, planned), "", after, resource.normalise(after), current)


@dataclass(frozen=True, slots=True)
class _Walk:
    keyed: Mapping[str, str]
    theirs: Sequence[str]
    planned: Sequence[str]

    def is_theirs(self, place: str) -> bool:
        return any(within(place, path) for path in self.theirs)


def _kept(walk: _Walk, path: str, after: Fields, normal: Fields, current: Fields) -> Fields:
    return {
        name: _value(walk, f"{path}.{name}" if path else name, wanted, normal.get(name), current.get(name))
        for name, wanted in after.items()
    }


def _value(walk: _Walk, place: str, wanted: Json, normal: Json, present: Json) -> Json:
    if walk.is_theirs(place):
        return present
    if isinstance(wanted, dict) and isinstance(present, dict) and isinstance(normal, dict):
        return _kept(walk, place, wanted, normal, present)
    if place in walk.keyed and isinstance(wanted, list) and isinstance(present, list):
        return _items(walk, place, wanted, normal, present)
    return wanted


def _items(walk: _Walk, place: str, wanted: list[Fields], normal: list[Fields], present: list[Fields]) -> list[Fields]:
    """Items go by the names that changes call them by, which are those of their normal form."""
    name = walk.keyed[place]
    there = {_name(item[name]): item for item in present}
    found = []
    for item, own in zip(wanted, normal, strict=True):
        spot = f"{place}.{text_of(own[name])}"
        current = there.get(_name(item[name]))
        if current is not None:
            found.append(_kept(walk, spot, item, own, current))
        elif not walk.is_theirs(spot):  # what somebody took away is not brought back
            found.append(item)
    return found


def _name(name: Any) -> str:
    """Pairs of a variant's options are told apart whatever order they stand in."""
    return name if isinstance(name, str) else repr(sorted(map(list, name)))
