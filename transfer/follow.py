"""What a selection takes along: single records, the values that hang on what was chosen, and what all these need.

A third step of reading, after `export.read` and `export.settle`. It walks over what was read, window by window, looks
up what that refers to and reads it by its id; what this adds is walked over in turn, until a walk adds nothing. No list
of the store is ever held: what was read already is asked of the ids that every reading leaves behind.

What is only referred to comes as a *shell*: the record itself, in all languages and with its SEO, and what it needs,
but without the values that hang on it. Else one product would bring its related ones, and these theirs, and so the
whole store.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from .archive.parts import read_from
from .entry_pages import meant
from .halves import whole
from .jsonl import loads
from .keys import encode
from .passes import counted
from .paths import ENTRY_PAGES
from .reader import Reader
from .redirected import REDIRECTS, leading_on, unnamed
from .references import Target
from .registry import RESOURCES, missing_owner, owner, owner_of
from .resolve import latest
from .resource import Page, Place, Reading, Resource, Selection, Talk
from .selection import SEO, asked, by_kind, hanging, restricted, seo_of_all, seo_only, takes
from .talk import ask_all, ask_shown
from .translation import Translation, gids
from .work import Checkpoint, Cursor, Desk

WINDOW = 100  # records whose references are looked up together
PICKS = 25  # records in one look-up by name
OWNERS = 20  # owners whose values are read with one request
NOT_THERE = "the store has no such record"


def follow(desk: Desk, cursor: Cursor, *, selection: Selection, settled: Cursor) -> Iterator[Checkpoint]:
    """Adds to what was settled. `todo` holds the parts to walk over: [resource, part, were its records chosen?]."""
    if not cursor:
        todo = [[name, part, True] for name, parts in sorted(settled["parts"].items()) for part in parts]
        needed = selection.products or (selection.closure and restricted(selection))
        cursor = {**settled, "picked": 0, "todo": todo if needed else [], "offset": 0}
    yield from _Following(desk, cursor, selection).run()


@dataclass(slots=True)
class _Following:
    desk: Desk
    cursor: Cursor
    selection: Selection
    looked: set[Target] = field(default_factory=set)  # redirects that were looked for already

    def run(self) -> Iterator[Checkpoint]:
        picks = sorted(self.selection.records)
        while self.cursor["picked"] < len(picks):
            self._pick(picks[self.cursor["picked"] : self.cursor["picked"] + PICKS])
            self.cursor["picked"] += PICKS
            yield Checkpoint(self.cursor, counted(self.cursor))
            if self.desk.stopping():
                return
        while self.cursor["todo"]:
            self._walk(*self.cursor["todo"][0])
            yield Checkpoint(self.cursor, counted(self.cursor))
            if self.desk.stopping():
                return
        yield Checkpoint(self.cursor, counted(self.cursor), done=True)

    def _pick(self, wanted: Sequence[Target]) -> None:
        found = self._read(wanted)
        self._keep(found, chosen=True)
        there = {Target(reading.resource, reading.key) for reading in found}
        for target in wanted:
            if target not in there and not self._was_read([target]):
                self._note(target.resource, encode(target.key), NOT_THERE)

    def _walk(self, name: str, part: str, chosen: bool) -> None:
        """The next window of a part."""
        resource = self.desk.registry[name]
        every = [own for own in self.desk.reachable.values() if self._hangs(own, resource)]
        holding = [own for own in every if chosen or own.of_others or own.seo]
        read = read_from(self.desk.storage, part, self.cursor["offset"])
        window = list(islice(read, WINDOW)) if holding or self.selection.closure else []
        lines = [loads(text) for text, _ in window]
        records = list(self._portable(resource, latest(self.desk, lines)))
        if holding:
            owned = self._owned(resource, holding, records)
            self._keep([one for one in owned if chosen or _of_shell(one)], chosen=chosen)
        if self.selection.closure:
            self._keep(self._read(self._needed(resource, records)), chosen=False)
            self._keep(self._read(self._leading_on(resource, records)), chosen=False)
        if len(window) == WINDOW:  # only now: an outage on the way begins the window anew, and adds nothing twice
            self.cursor["offset"] = window[-1][1]
        else:
            self.cursor["todo"].pop(0)
            self.cursor["offset"] = 0

    def _portable(self, resource: Resource, lines: Sequence[dict[str, Any]]) -> Iterator[tuple[str, Reading]]:
        """(GID, the record with natural keys in it)."""
        translate = Translation(self.desk)
        translate.learn(gids(self.desk, resource, (line["fields"] for line in lines)))
        for line in lines:
            fields = resource.rewrite(line["fields"], translate)
            yield line["gid"], Reading(resource.name, tuple(line["key"]), line["gid"], fields)

    # -- values that hang on what was chosen

    def _owned(
        self, resource: Resource, holding: Sequence[Resource], records: Sequence[tuple[str, Reading]]
    ) -> list[Reading]:
        talks: dict[tuple[str, int], Talk[list[Page]]] = {}
        for values in holding:
            kinds = [kind for kind in values.holders if owner_of(kind, self.desk.registry) == resource.name]
            owners = [gid for kind in kinds for gid in self._owners(resource, kind, records)]
            for start in range(0, len(owners), OWNERS):
                talks[values.name, start] = whole(values.owned, owners[start : start + OWNERS])
        found: list[Reading] = []
        for (name, _), pages in ask_all(self.desk, talks).items():
            values = self.desk.registry[name]
            for page in pages:
                found += [one for one in page.readings if takes(self.selection, values, one.key, one.fields)]
                for what, why in page.skipped:
                    self._note(name, what, why)
        return found

    def _hangs(self, values: Resource, resource: Resource) -> bool:
        """Whether values of this kind hang on a resource, and are read here and not by a stream of their own."""
        if all(owner_of(kind, self.desk.registry) != resource.name for kind in values.holders):
            return False
        if by_kind(self.selection, values.name):
            return hanging(self.selection, values)
        if seo_only(self.selection, values.name):
            return not seo_of_all(self.selection, values.name)
        return asked(self.selection, values.name) and (self.selection.closure or not self.selection.resources)

    def _owners(self, resource: Resource, kind: str, records: Sequence[tuple[str, Reading]]) -> list[str]:
        if kind == resource.name:
            return [gid for gid, _ in records]
        inside = [one for _, record in records for one in resource.embedded(record.key, record.fields)]
        return list(self.desk.ids.by_target(inside).values())

    # -- what it all needs

    def _needed(self, resource: Resource, records: Sequence[tuple[str, Reading]]) -> list[Target]:
        found: set[Target] = set()
        for _, record in records:
            places = meant(self.desk, resource.places(record.key, record.fields, None))
            found |= {place.target for place in places}
            found |= set(resource.needs(record.key, record.fields))
        return sorted(set(self._homes(found).values()))

    def _homes(self, targets: Iterable[Target]) -> dict[Target, Target]:
        """Target -> the record that it is, or in which it is, of those that may come."""
        homes = {target: owner(target, self.desk.registry) for target in targets if not target.unknown}
        return {target: home for target, home in homes.items() if home is not None and self._comes(home.resource)}

    def _comes(self, name: str) -> bool:
        return name in self.desk.reachable and asked(self.selection, name)

    def _leading_on(self, resource: Resource, records: Sequence[tuple[str, Reading]]) -> list[Target]:
        """The redirects that may lead on from links to what the store does not have."""
        if not self._comes(REDIRECTS) or by_kind(self.selection, REDIRECTS):  # all of them are there already
            return []
        found: set[Target] = set()
        links: list[Place] = []
        for _, record in records:
            own = [place for place in resource.places(record.key, record.fields, None) if place.link]
            found.update(unnamed(resource, record.fields, own))
            links += own
        found.update(one for place in self._dead(links) for one in leading_on(place.page, place.locale))
        found -= self.looked
        self.looked |= found
        return sorted(found)

    def _dead(self, links: Sequence[Place]) -> Iterator[Place]:
        """The links to what the store does not have: what may come was read by now."""
        targets = [place.target for place in meant(self.desk, links)]
        homes = self._homes(targets)
        read = self._was_read(list(homes.values()))
        for place, target in zip(links, targets, strict=True):
            if (target in homes and homes[target] not in read) or target.resource == ENTRY_PAGES:
                yield place

    def _read(self, targets: Iterable[Target]) -> list[Reading]:
        """Reads what was not read yet. What the store does not have is missing."""
        wanted = [target for target in targets if not missing_owner(target, self.desk.registry)]
        read = self._was_read(wanted)
        wanted = [target for target in wanted if target not in read]
        values = self._values(wanted)
        wanted = [target for target in wanted if not _holds_values(self.desk.registry[target.resource])]
        known = self.desk.ids.by_target(wanted) | self._located(wanted)
        talks: dict[tuple[str, int], Talk[list[list[Reading]]]] = {}
        for name in sorted({target.resource for target in known}):
            resource = self.desk.registry[name]
            own = sorted(gid for target, gid in known.items() if target.resource == name)
            for start in range(0, len(own), resource.read_batch):
                talks[name, start] = whole(resource.read_back, own[start : start + resource.read_batch])
        found = (reading for pieces in ask_all(self.desk, talks).values() for piece in pieces for reading in piece)
        return [*values, *found]

    def _values(self, targets: Iterable[Target]) -> list[Reading]:
        """The metafields among these, which have translations: they are found on what they hang on."""
        wanted: dict[str, dict[Target, Target]] = {}
        for target in targets:
            kind = self.desk.registry[target.resource]
            for home in kind.owners(target.key) if _holds_values(kind) else ():
                wanted.setdefault(kind.name, {})[target] = home
        homes = sorted({home for own in wanted.values() for home in own.values()})
        gids = self.desk.ids.by_target(homes) | self._located(homes)
        talks: dict[tuple[str, int], Talk[list[Page]]] = {}
        for name, own in wanted.items():
            owners = sorted({gids[home] for home in own.values() if home in gids})
            for start in range(0, len(owners), OWNERS):
                talks[name, start] = whole(self.desk.registry[name].owned, owners[start : start + OWNERS])
        pages = [(name, page) for (name, _), found in ask_all(self.desk, talks).items() for page in found]
        readings = [(name, reading) for name, page in pages for reading in page.readings]
        return [reading for name, reading in readings if Target(name, reading.key) in wanted[name]]

    def _located(self, targets: Sequence[Target]) -> dict[Target, str]:
        known = self.desk.ids.by_target(targets)
        strangers = [target for target in targets if target not in known]
        talks: dict[tuple[str, int], Talk[dict[Target, str]]] = {}
        for name in sorted({target.resource for target in strangers}):
            own = [target for target in strangers if target.resource == name]
            for start in range(0, len(own), PICKS):
                talks[name, start] = self.desk.registry[name].locate(own[start : start + PICKS])
        return {target: gid for found in ask_shown(self.desk, talks).values() for target, gid in found.items()}

    def _was_read(self, targets: Sequence[Target]) -> set[Target]:
        ids = self.desk.ids.by_target(targets)
        known = self.desk.ids.by_gid(ids.values())
        return {target for target, gid in ids.items() if gid in known and known[gid].reading}

    # -- keeping

    def _keep(self, readings: Sequence[Reading], *, chosen: bool) -> None:
        """Writes new readings into parts of their own, and walks over these later."""
        known = self.desk.ids.by_gid(reading.gid for reading in readings)
        fresh = [one for one in readings if one.gid not in known or not known[one.gid].reading]
        reader = Reader(self.desk, self.cursor)
        for reading in sorted(fresh, key=lambda one: one.gid):
            reader.line(reading)
        for name, part in reader.save():
            self.cursor["todo"].append([name, part, chosen])
        for reading in fresh:
            self.cursor["read"][reading.resource] = self.cursor["read"].get(reading.resource, 0) + 1

    def _note(self, resource: str, what: str, why: str) -> None:
        Reader(self.desk, self.cursor).note(resource, what, why)


def _of_shell(reading: Reading) -> bool:
    """Whether what hangs on a record is a part of the record to everybody but Shopify: what it says in other languages,
    and to search engines."""
    return RESOURCES[reading.resource].of_others or reading.key[-2:] in SEO


def _holds_values(resource: Resource) -> bool:
    """Whether records of a kind are metafields, and not the definitions of these."""
    return bool(resource.owner_types and resource.hangs_on)
