"""Variants that the two stores name by other options, and that their SKU or barcode says are the same.

A variant is named by the values of its options, so that a product whose options are called otherwise in the target has
none of the archive's. Where such a variant is not going to be made there, and its SKU or barcode says which of the
target's it is (`Resource.counterparts`), that one goes by the archive's name from here on: what hangs on it and what
refers to it in the snapshot, our ids, and all that is read later (`transfer.present`). Only its product's own record
says what the store calls it. So does a variant that is going to be made, where the target has another name for what one
of its values is (`Resource.expected`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from .archive.members import Line, MemberSet
from .archive.merge import merge
from .archive.parts import read_part, write_part
from .called import Naming
from .commands import Command, judge
from .compare import side_by_side
from .jsonl import dumps, loads
from .keys import Key, decode, encode, sort_key
from .namesakes import Present, present_of
from .references import Target
from .resource import Fields, Resource
from .talk import ask_shown
from .work import Checkpoint, Cursor, Desk, Id, IdStore, Row, Storage

WINDOW = 2_000  # records between two checkpoints
NAMES = 250  # records whose names are asked for with one request


def match(
    desk: Desk, cursor: Cursor, *, archive: MemberSet, snapshot: MemberSet, merged: Cursor
) -> Iterator[Checkpoint]:
    """Goes on where sorting the snapshot ended with `merged`; its last cursor has the same shape.

    That has ``"same"`` besides: the files with the pairs, for `same_in`. Where there are none, the snapshot stays as
    it is.
    """
    cursor = cursor or {"at": 0, "after": None, "same": [], "made": 0, "parts": {}, "done": False, "merge": {}}
    kinds = [one for one in desk.registry.values() if one.embeds and archive.count(one.name)]
    while not cursor["done"] and cursor["at"] < len(kinds):
        _look(desk, cursor, kinds[cursor["at"]], archive, snapshot)
        yield Checkpoint(cursor)
        if desk.stopping():
            return
    if not cursor["done"]:
        cursor |= {"done": True, "at": 0, "after": None}
    if not cursor["same"]:
        yield Checkpoint({"members": merged["members"], "same": []}, done=True)
        return
    naming = Naming(desk.registry, same_in(desk.storage, cursor["same"]))
    touched = [name for name in snapshot.resources if name in desk.registry and naming.touches(desk.registry[name])]
    while cursor["at"] < len(touched):
        _part(desk, cursor, desk.registry[touched[cursor["at"]]], snapshot, naming)
        yield Checkpoint(cursor)
        if desk.stopping():
            return
    parts = {name: cursor["parts"].get(name, []) for name in touched}
    for checkpoint in merge(desk, cursor["merge"], parts=parts, folder="same/"):
        if not checkpoint.done:
            yield Checkpoint({**cursor, "merge": checkpoint.cursor})
            continue
        members = {name: checkpoint.cursor["members"].get(name, own) for name, own in merged["members"].items()}
        yield Checkpoint({"members": members, "same": cursor["same"]}, done=True)


def same_in(storage: Storage, names: Iterable[str]) -> dict[Target, Target]:
    """What the target has -> what it is in the archive, of all pairs that were found."""
    lines = (loads(line) for name in names for line in read_part(storage, name))
    return {Target(kind, decode(here)): Target(kind, decode(there)) for kind, here, there in lines}


# -- finding -----------------------------------------------------------------------------------------------------


def _look(desk: Desk, cursor: Cursor, resource: Resource, archive: MemberSet, snapshot: MemberSet) -> None:
    """Looks at the next window of what both sides have, and stores the pairs."""
    after = decode(cursor["after"]) if cursor["after"] is not None else None
    sides = (present_of(members, resource.name, after) for members in (archive, snapshot))
    pairs: dict[Target, Target] = {}
    named: list[tuple[Key, Fields, Fields | None]] = []
    theirs: list[tuple[Key, Fields, Fields | None]] = []
    for number, (key, wanted, present) in enumerate(side_by_side(*sides), 1):
        if len(wanted) == 1 and len(present) <= 1 and next(resource.named_by(wanted[0].fields), None) is not None:
            named.append((key, wanted[0].fields, present[0].fields if present else None))
        if len(present) == 1 and len(wanted) <= 1 and next(resource.named_by(present[0].fields), None) is not None:
            theirs.append((key, present[0].fields, wanted[0].fields if wanted else None))
        if len(wanted) == len(present) == 1 and _is_whole(resource, wanted[0], present[0].fields):
            pairs |= dict(resource.counterparts(key, present[0].fields, wanted[0].fields))
        if number == WINDOW:
            cursor["after"] = encode(key)
            break
    else:
        cursor |= {"at": cursor["at"] + 1, "after": None}
    pairs = {
        **_expected(resource, theirs, resource.names_in(_named(resource, theirs), _lookup(archive))),
        **_expected(resource, named, _called(desk, resource, _named(resource, named))),
        **pairs,
    }
    if pairs:
        _call(desk.ids, {gid: pairs[here] for here, gid in desk.ids.by_target(pairs).items()})
        cursor["made"] += 1
        stored = f"{desk.prefix}same/pairs/{cursor['made']:05}.{desk.ticket}"
        lines = ([here.resource, encode(here.key), encode(there.key)] for here, there in pairs.items())
        write_part(desk.storage, stored, map(dumps, lines))
        cursor["same"].append(stored)


Named = Sequence[tuple[Key, Fields, Fields | None]]  # key, what goes by the names of others, and the other side's


def _named(resource: Resource, records: Named) -> set[Target]:
    return {target for _, fields, _ in records for target in resource.named_by(fields)}


def _lookup(members: MemberSet) -> Callable[[str, Sequence[Key]], dict[Key, Fields]]:
    return lambda kind, keys: {key: line.fields for key, line in members.lookup(kind, keys).items()}


def _called(desk: Desk, resource: Resource, targets: Iterable[Target]) -> dict[Target, str]:
    """What the target calls these."""
    gids = desk.ids.by_target(targets)
    ids = sorted(gids.values())
    talks = {start: resource.names_of(ids[start : start + NAMES]) for start in range(0, len(ids), NAMES)}
    names = {gid: name for found in ask_shown(desk, talks).values() for gid, name in found.items()}
    return {target: names[gid] for target, gid in gids.items() if gid in names}


def _expected(resource: Resource, records: Named, called: Mapping[Target, str]) -> dict[Target, Target]:
    """What parts that go by the names of other records may be called, where those are, or will be, called otherwise: of
    what comes, what the target calls it; of what the target has, what the archive's entries make of it."""
    return {
        here: there for key, fields, other in records for here, there in resource.expected(key, other, fields, called)
    }


def _is_whole(resource: Resource, wanted: Present, before: Fields) -> bool:
    """Whether a record says all of itself. A row that asks for something may be a part; and what it names may be made
    although the record itself could not."""
    if not wanted.command:
        return True
    asked = judge(resource, wanted.key, Command(wanted.command), before, wanted.fields)
    if isinstance(asked, Row) or resource.validate(wanted.key, wanted.fields) is not None:
        return False
    return resource.concede(before, asked) is not None


def _call(ids: IdStore, names: Mapping[str, Target]) -> None:
    """`names`: GID -> what it goes by from now on. When it was read stays known."""
    known = ids.by_gid(names)
    ids.put(replace(known.get(gid) or Id(gid, target), target=target) for gid, target in names.items())


# -- renaming ----------------------------------------------------------------------------------------------------


def _part(desk: Desk, cursor: Cursor, resource: Resource, snapshot: MemberSet, naming: Naming) -> None:
    """Rewrites the next window of a kind into a sorted part."""
    after = tuple(cursor["after"]) if cursor["after"] is not None else None
    groups = groupby(snapshot.records(resource.name, after=after), lambda line: line.key)
    lines: list[Line] = []
    for key, group in groups:
        lines += group
        cursor["after"] = list(key)
        if len(lines) >= WINDOW:
            break
    else:
        cursor |= {"at": cursor["at"] + 1, "after": None}
    if not lines:
        return
    named = [line._replace(key=naming.key(resource.name, line.key)) for line in lines]
    moved = {one.gid: Target(resource.name, one.key) for one, line in zip(named, lines, strict=True) if one != line}
    _call(desk.ids, moved)
    cursor["made"] += 1
    stored = f"{desk.prefix}same/parts/{resource.name}/{cursor['made']:05}.{desk.ticket}"
    write_part(desk.storage, stored, _sorted(resource, named, naming))
    cursor["parts"].setdefault(resource.name, []).append(stored)


def _sorted(resource: Resource, lines: Sequence[Line], naming: Naming) -> Iterator[bytes]:
    """As `transfer.resolve` leaves a part."""
    found = []
    for line in lines:
        fields = naming.fields(resource, line.fields)
        record = {
            "fields": fields,
            "gid": line.gid,
            "key": list(line.key),
            "source": line.source,
            "updatedAt": line.updated_at,
        }
        found.append((sort_key(line.key), dumps(fields), dumps(record)))
    return (text for _, _, text in sorted(found))
