"""From what a shop told to what an archive holds: the second half of an export, and of every snapshot.

What was deleted meanwhile is left out (`transfer.gone`), GIDs in values become natural keys (`transfer.translation`),
and parts are sorted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, takewhile
from typing import Any

from .archive.parts import read_part, write_part
from .entry_pages import meant
from .gone import forget, still_called
from .jsonl import dumps, loads
from .keys import encode, sort_key
from .languages import primary_language
from .mentions import Mentions
from .passes import PART_BYTES
from .reader import EXAMPLES
from .redirected import leading_on
from .references import UNKNOWN, Target
from .registry import owner
from .resource import Place, Resource
from .storefront import storefront
from .translation import Translation, gids
from .unread import kind_of
from .work import Checkpoint, Cursor, Desk

HOSTS = 500  # foreign hosts named in the manifest; links to the rest are counted together
OTHERS = "(others)"


def resolve(
    desk: Desk,
    cursor: Cursor,
    *,
    parts: Mapping[str, Iterable[str]],
    beyond: Collection[str] = (),
    mentioning: bool = False,
) -> Iterator[Checkpoint]:
    """Turns raw parts into sorted, portable ones, one part per checkpoint. Stale readings are dropped.

    First of all parts it is asked what is there still: what is not has no name, wherever it is referred to.

    `beyond`: resources of which not everything was read, so what the records refer to outside of it is counted.
    `mentioning`: whether it is told by what addresses and in what language the shop's texts are, and texts that name it
    and stay as they are, are counted.
    """
    cursor = cursor or {
        "asked": 0,
        "at": 0,
        "sorted": {},
        "kept": {},
        "gone": [],
        "deleted": {},
        "dangling": 0,
        "external": {},
        "outside": {},
        "addresses": storefront(desk).addresses if mentioning else [],
        "mentions": {},
        "language": primary_language(desk) if mentioning else "",
    }
    mentions = Mentions(cursor.get("addresses", ())) if mentioning else None
    todo = [(resource, name) for resource, names in sorted(parts.items()) for name in names]
    yield from _ask(desk, cursor, todo)
    if cursor["asked"] < len(todo):
        return
    while cursor["at"] < len(todo):
        if desk.stopping():
            yield Checkpoint(cursor)
            return
        resource = desk.registry[todo[cursor["at"]][0]]
        some = _together(desk, resource, todo[cursor["at"] :])
        _resolve(desk, cursor, resource, some, beyond, mentions)
        cursor["at"] += len(some)
        yield Checkpoint(cursor)
    yield Checkpoint(cursor, done=True)


def _ask(desk: Desk, cursor: Cursor, todo: Sequence[tuple[str, str]]) -> Iterator[Checkpoint]:
    """Asks what of all that was read is there still, as long as the slice lasts."""
    while cursor.setdefault("asked", 0) < len(todo):
        if desk.stopping():
            yield Checkpoint(cursor)
            return
        asked = _at_once(desk, todo[cursor["asked"] :])
        kinds = groupby(asked, lambda own: own[0])
        read = [(desk.registry[kind], _read(desk, [part for _, part in own])) for kind, own in kinds]
        forget(desk, read, cursor["gone"])
        cursor["asked"] += len(asked)
        yield Checkpoint(cursor)


def _resolve(
    desk: Desk,
    cursor: Cursor,
    resource: Resource,
    some: Sequence[str],
    beyond: Collection[str],
    mentions: Mentions | None,
) -> None:
    """Makes a sorted part of these, and notes in the cursor what there is to tell of them."""
    readings = still_called(desk, resource, _read(desk, some), cursor["gone"])
    translate = Translation(desk, renamed=True)
    translate.learn(gids(desk, resource, (line["fields"] for line in readings)))
    lines = [_sortable(resource, line, translate) for line in readings]
    if beyond:
        records = (loads(record) for _, _, record in lines)
        _outside(desk, cursor["outside"], resource, records, beyond)
    if mentions is not None:
        _mentioned(cursor["mentions"], resource, mentions, (loads(record) for _, _, record in lines))
    if translate.gone:
        _deleted(cursor["deleted"], resource, (record for _, _, record in lines), translate.gone)
    cursor["dangling"] += translate.dangled
    lines.sort()
    name = f"{desk.prefix}sorted/{resource.name}/{cursor['at']:05}.{desk.ticket}"
    write_part(desk.storage, name, (text for _, _, text in lines))
    cursor["sorted"].setdefault(resource.name, []).append(name)
    cursor["kept"][resource.name] = cursor["kept"].get(resource.name, 0) + len(lines)
    cursor["external"] = _few({**cursor["external"]}, translate.external)


def _together(desk: Desk, resource: Resource, todo: Sequence[tuple[str, str]]) -> list[str]:
    """The next parts of a resource, as many as make up one: small ones would each wait for answers of their own."""
    own = takewhile(lambda one: one[0] == resource.name, todo)
    return [part for _, part in _at_once(desk, own)]


def _at_once(desk: Desk, todo: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The next parts, of whichever kind, as many as make up one."""
    some: list[tuple[str, str]] = []
    size = 0
    for name, part in todo:
        size += desk.storage.size(part)
        if some and size > PART_BYTES:
            break
        some.append((name, part))
    return some


def _sortable(resource: Resource, line: Mapping[str, Any], translate: Translation) -> tuple[bytes, bytes, bytes]:
    """(what it is sorted by, its fields to sort duplicates by, the line of a sorted part)."""
    portable = resource.rewrite(line["fields"], translate)
    record = {
        "fields": portable,
        "gid": line["gid"],
        "key": line["key"],
        "source": line["source"],
        "updatedAt": line["updatedAt"],
    }
    return sort_key(tuple(line["key"])), dumps(portable), dumps(record)


def _outside(
    desk: Desk, outside: Cursor, resource: Resource, records: Iterable[Mapping[str, Any]], beyond: Collection[str]
) -> None:
    """Counts what these records refer to, or are made by, and the archive does not hold, per resource, with examples:
    but for people, whom nobody asked for, and who are not named."""
    homes: Counter[Target] = Counter()
    for record in records:
        places = meant(desk, resource.places(tuple(record["key"]), record["fields"], None))
        targets = [place.target for place in _leading(desk, places)]
        targets += set(resource.made_by(tuple(record["key"]), record["fields"])).difference(targets)
        for target in targets:
            home, kind = owner(target, desk.registry), kind_of(target)
            if home is not None and home.resource in beyond:
                homes[home] += 1
            elif target.unknown and kind in desk.unnamed and kind in beyond:
                outside.setdefault(kind, {"count": 0, "examples": []})["count"] += 1
    ids = desk.ids.by_target(homes)
    known = desk.ids.by_gid(ids.values())
    for home, count in homes.items():
        if home not in ids or not known[ids[home]].reading:
            note = outside.setdefault(home.resource, {"count": 0, "examples": []})
            note["count"] += count
            note["examples"] = sorted({*note["examples"], encode(home.key)})[:EXAMPLES]


def _leading(desk: Desk, places: Sequence[Place]) -> Iterator[Place]:
    """Without links from which a redirect leads on that is in the archive."""
    detours = {place: leading_on(place.page, place.locale) for place in places if place.link}
    known = desk.ids.by_target({target for own in detours.values() for target in own})
    read = desk.ids.by_gid(known.values())
    there = {target for target, gid in known.items() if read[gid].reading}
    yield from (place for place in places if there.isdisjoint(detours.get(place, ())))


def _deleted(deleted: Cursor, resource: Resource, records: Iterable[bytes], gone: Collection[Target]) -> None:
    """Counts what these records refer to and the shop does not have any more, with examples."""
    for text in records:
        if UNKNOWN.encode() not in text:
            continue
        record = loads(text)
        key = encode(tuple(record["key"]))
        for place in resource.places(tuple(record["key"]), record["fields"], None):
            if place.target in gone:
                note = deleted.setdefault(resource.name, {"count": 0, "examples": []})
                note["count"] += 1
                example = f"{key}: {place.path}: {' '.join(place.target.key)}"
                note["examples"] = sorted({*note["examples"], example})[:EXAMPLES]


def _mentioned(notes: Cursor, resource: Resource, mentions: Mentions, records: Iterable[Mapping[str, Any]]) -> None:
    """Counts the texts of these records that name the shop and stay as they are, with examples."""
    for record in records:
        for mention in mentions.of(resource, record["fields"]):
            note = notes.setdefault(resource.name, {"count": 0, "examples": []})
            note["count"] += 1
            example = f"{encode(tuple(record['key']))}: {mention.path}: {mention.found[0]}"
            note["examples"] = sorted({*note["examples"], example})[:EXAMPLES]


def _few(hosts: dict[str, int], more: Mapping[str, int]) -> dict[str, int]:
    """Adds up links per host; of very many hosts those that come first by name, so that order changes nothing."""
    rest = hosts.pop(OTHERS, 0)
    for host, count in more.items():
        hosts[host] = hosts.get(host, 0) + count
    kept = sorted(hosts)[:HOSTS]
    rest += sum(hosts.values()) - sum(hosts[host] for host in kept)
    return {host: hosts[host] for host in kept} | ({OTHERS: rest} if rest else {})


def _read(desk: Desk, names: Iterable[str]) -> list[dict[str, Any]]:
    """The lines of these parts that are the latest reading of their GID."""
    return latest(desk, [loads(line) for name in names for line in read_part(desk.storage, name)])


def latest(desk: Desk, lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keeps the lines that are the latest reading of their GID."""
    known = desk.ids.by_gid(line["gid"] for line in lines)
    return [line for line in lines if known[line["gid"]].reading == line["reading"]]
