"""What the target holds right now, in portable form: for drift, for recovery after a crash, and for the proof."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from shopify_client import ShopifyError

from .called import by_gid
from .halves import by_halves
from .references import Target
from .resource import Fields, Ids, Reading, Resource, Talk
from .storefront import storefront
from .talk import ask_all
from .translation import Translation, gids
from .work import Desk, Id, Row


@dataclass(frozen=True, slots=True)
class Current:
    """A record as the target has it now: `fields` are portable, and so comparable with an archive's."""

    reading: Reading
    fields: Fields


@dataclass(frozen=True, slots=True)
class Look:
    """GID -> its present state; what is gone is missing. `unread`: GID -> why it could not be read."""

    found: dict[str, Current]
    unread: dict[str, ShopifyError]


# GID -> what a run knows of a record, by whose names its parts are to go: first what is wanted of it.
Sides = Mapping[str, Sequence[Fields]]
NO_SIDES: Sides = MappingProxyType({})


def sides(rows: Iterable[Row]) -> Sides:
    return {row.gid: [fields for fields in (row.after, row.base) if fields] for row in rows if row.gid}


def now(desk: Desk, resource: Resource, ids: Sequence[str], sides: Sides = NO_SIDES) -> Look:
    """What the target has of these right now, and what could not be read."""
    size = resource.read_batch
    talks = {start: read_back(resource, ids[start : start + size]) for start in range(0, len(ids), size)}
    readings: list[Reading] = []
    unread: dict[str, ShopifyError] = {}
    for found, failed in ask_all(desk, talks).values():
        readings += found
        unread |= failed
    present = {current.reading.gid: current for current in portable(desk, resource, readings, sides)}
    return Look(present, unread)


def read_back(resource: Resource, ids: Sequence[str]) -> Talk[tuple[list[Reading], dict[str, ShopifyError]]]:
    """What the target has of these, and why what could not be read could not."""
    answers, errors = yield from by_halves(resource.read_back, ids)
    return [reading for answer in answers for reading in answer], errors


def portable(desk: Desk, resource: Resource, readings: Sequence[Reading], sides: Sides = NO_SIDES) -> list[Current]:
    """Turns GIDs into natural keys, and remembers what the readings name. `sides`: by whose names."""
    readings = by_gid(desk, resource, readings)
    desk.ids.put(Id(one.gid, Target(one.resource, one.key)) for one in readings)
    known = desk.ids.by_gid({gid for one in readings for _, _, gid in one.also})
    new = {gid: Target(kind, key) for one in readings for kind, key, gid in one.also if gid not in known}
    desk.ids.put(Id(gid, target) for gid, target in new.items())
    current = _translated(desk, resource, readings, sides)
    renamed = {
        gid: target for one in current for gid, target in _inside(resource, one) if new.get(gid, target) != target
    }
    if renamed:  # records may refer to what lives in them
        desk.ids.put(Id(gid, target) for gid, target in renamed.items())
        current = _translated(desk, resource, readings, sides)
    return current


def _translated(desk: Desk, resource: Resource, readings: Sequence[Reading], sides: Sides) -> list[Current]:
    translate = Translation(desk, lenient=True)
    translate.learn(gids(desk, resource, (reading.fields for reading in readings)))
    found = ((reading, resource.rewrite(reading.fields, translate)) for reading in readings)
    return [Current(one, resource.aligned(fields, *sides.get(one.gid, ()))) for one, fields in found]


def _inside(resource: Resource, current: Current) -> Iterable[tuple[str, Target]]:
    """(GID, name) of what lives inside a record."""
    reading = current.reading
    targets = resource.embedded(reading.key, current.fields) if reading.also else ()
    return zip((gid for _, _, gid in reading.also), targets, strict=True)


LOCATE = 25  # targets in one conversation of `locate`


@dataclass(frozen=True, slots=True)
class Located:
    """Target -> GID of what is there. `unlooked`: target -> why it could not be looked for."""

    found: dict[Target, str]
    unlooked: dict[Target, ShopifyError]


def located(desk: Desk, targets: Mapping[str, Sequence[Target]]) -> Located:
    """Finds records by their natural keys, in the shop and not in our memory of it. `targets`: by their resource."""
    talks = {
        (name, start): by_halves(desk.registry[name].locate, own[start : start + size])
        for name, own in targets.items()
        for size in [max(1, min(desk.registry[name].read_batch, LOCATE))]
        for start in range(0, len(own), size)
    }
    found: dict[Target, str] = {}
    unlooked: dict[Target, ShopifyError] = {}
    for answers, errors in ask_all(desk, talks).values():
        for answer in answers:
            found |= answer
        unlooked |= errors
    return Located(found, unlooked)


class KnownIds(Ids):
    """The ids that one window of jobs needs, fetched at once; what the window itself creates is asked for singly."""

    def __init__(self, desk: Desk, targets: Iterable[Target] = ()) -> None:
        self._store = desk.ids
        self._known = desk.ids.by_target(targets)
        self._home = storefront(desk)

    def __contains__(self, target: Target) -> bool:
        return target in self._known

    def gid(self, target: Target) -> str | None:
        if target not in self._known:
            self._known |= self._store.by_target([target])
        return self._known.get(target)

    def local(self, link: str) -> str:
        return self._home.local(link)
