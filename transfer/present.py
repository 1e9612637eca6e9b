"""What the target holds right now, in portable form: for drift, for recovery after a crash, and for the proof."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from shopify_client import ShopifyError

from .called import Naming
from .halves import by_halves
from .references import Target
from .resource import Fields, Ids, Reading, Resource, Talk
from .storefront import storefront
from .talk import ask_all
from .translation import Translation, gids
from .work import Desk, Id


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


def now(desk: Desk, resource: Resource, ids: Sequence[str]) -> Look:
    size = resource.read_batch
    talks = {start: read_back(resource, ids[start : start + size]) for start in range(0, len(ids), size)}
    readings: list[Reading] = []
    unread: dict[str, ShopifyError] = {}
    for found, failed in ask_all(desk, talks).values():
        readings += found
        unread |= failed
    present = {current.reading.gid: current for current in portable(desk, resource, readings)}
    return Look(present, unread)


def read_back(resource: Resource, ids: Sequence[str]) -> Talk[tuple[list[Reading], dict[str, ShopifyError]]]:
    """What the target has of these, and why what could not be read could not."""
    answers, errors = yield from by_halves(resource.read_back, ids)
    return [reading for answer in answers for reading in answer], errors


def portable(desk: Desk, resource: Resource, readings: Sequence[Reading]) -> list[Current]:
    """Turns GIDs into natural keys, the archive's where that has others, and remembers what the readings name."""
    naming = Naming(desk.registry, desk.same)
    readings = [replace(one, key=naming.key(one.resource, one.key)) for one in readings]
    for reading in readings:
        desk.ids.put([Id(reading.gid, Target(reading.resource, reading.key))])
        desk.ids.put(Id(gid, Target(kind, key)) for kind, key, gid in reading.also)
    translate = Translation(desk, lenient=True)
    translate.learn(gids(desk, resource, (reading.fields for reading in readings)))
    return [Current(reading, resource.rewrite(reading.fields, translate)) for reading in readings]


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
