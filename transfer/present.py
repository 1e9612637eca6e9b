"""What the target holds right now, in portable form: for drift, for recovery after a crash, and for the proof."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shopify_client import ShopifyError

from .references import Target
from .resource import Fields, Ids, Reading, Resource, Talk
from .storefront import storefront
from .talk import ask_all, ask_each
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


def now(desk: Desk, resource: Resource, ids: Sequence[str]) -> Look:
    size = resource.read_batch
    talks = {start: resource.read_back(ids[start : start + size]) for start in range(0, len(ids), size)}
    answers, errors = ask_each(desk, talks)
    readings = [reading for found in answers.values() for reading in found]
    return Look(
        found={current.reading.gid: current for current in portable(desk, resource, readings)},
        unread={gid: error for start, error in errors.items() for gid in ids[start : start + size]},
    )


def portable(desk: Desk, resource: Resource, readings: Sequence[Reading]) -> list[Current]:
    """Turns GIDs into natural keys, and remembers what the readings name."""
    for reading in readings:
        desk.ids.put([Id(reading.gid, Target(reading.resource, reading.key))])
        desk.ids.put(Id(gid, Target(kind, key)) for kind, key, gid in reading.also)
    translate = Translation(desk)
    translate.learn(gids(desk, resource, (reading.fields for reading in readings)))
    return [Current(reading, resource.rewrite(reading.fields, translate)) for reading in readings]


def located(desk: Desk, resource: Resource, rows: Iterable[Row]) -> dict[Target, str]:
    """Finds records by their natural key, in the shop and not in our memory of it."""
    targets = [Target(row.resource, row.key) for row in rows]
    size = max(1, min(resource.read_batch, 25))
    talks: dict[int, Talk[dict[Target, str]]] = {
        start: resource.locate(targets[start : start + size]) for start in range(0, len(targets), size)
    }
    return {target: gid for found in ask_all(desk, talks).values() for target, gid in found.items()}


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
