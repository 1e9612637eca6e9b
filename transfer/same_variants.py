"""Variants that the two stores name by other options, or by other values of them, and that are the same nevertheless.

A variant is named by the values of its options. Where an option is linked to entries, its values are the same where the
entries are, whatever these are called in either store (`Resource.aligned`). And where a product's options are called
otherwise in the target, it has none of the archive's variants: where one of these is not going to be made there, and
its SKU or barcode says which of the target's it is (`Resource.counterparts`), that one goes by its name. So does what
hangs on it and what refers to it, in the snapshot and in all that is read later (`transfer.called`). Items of a
menu that get other titles by this import are such parts as well: their translations go by the new ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby

from .archive.members import Line, MemberSet
from .archive.merge import merge
from .archive.parts import read_part, write_part
from .called import Naming, Sides
from .commands import Command, judge
from .compare import side_by_side
from .jsonl import dumps, loads
from .keys import decode, encode, sort_key
from .namesakes import Present, present_of
from .references import Target
from .resource import Fields, Resource
from .work import Checkpoint, Cursor, Desk, Id, IdStore, Row, Storage

WINDOW = 2_000  # records between two checkpoints


def match(
    desk: Desk, cursor: Cursor, *, archive: MemberSet, snapshot: MemberSet, merged: Cursor
) -> Iterator[Checkpoint]:
    """Goes on where sorting the snapshot ended with `merged`; its last cursor has the same shape.

    That has ``"same"`` besides: the files with the pairs, for `same_in`. Where there are none, the snapshot stays as
    it is.
    """
    cursor = cursor or {"at": 0, "after": None, "same": [], "made": 0, "parts": {}, "done": False, "merge": {}}
    kinds = [one for one in desk.registry.values() if (one.embeds or one.renamed_inside) and archive.count(one.name)]
    both = Sides(desk.registry, archive, snapshot)
    while not cursor["done"] and cursor["at"] < len(kinds):
        _look(desk, cursor, kinds[cursor["at"]], both)
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


def _look(desk: Desk, cursor: Cursor, resource: Resource, both: Sides) -> None:
    """Looks at the next window of what both sides have, and stores the pairs."""
    after = decode(cursor["after"]) if cursor["after"] is not None else None
    sides = (present_of(members, resource.name, after) for members in (both.archive, both.snapshot))
    pairs: dict[Target, Target] = {}
    for number, (key, wanted, present) in enumerate(side_by_side(*sides), 1):
        if len(wanted) == len(present) == 1:
            pairs |= _same(both, resource, wanted[0], present[0].fields)
        if number == WINDOW:
            cursor["after"] = encode(key)
            break
    else:
        cursor |= {"at": cursor["at"] + 1, "after": None}
    if pairs:
        _call(desk.ids, {gid: pairs[here] for here, gid in desk.ids.by_target(pairs).items()})
        cursor["made"] += 1
        stored = f"{desk.prefix}same/pairs/{cursor['made']:05}.{desk.ticket}"
        lines = ([here.resource, encode(here.key), encode(there.key)] for here, there in pairs.items())
        write_part(desk.storage, stored, map(dumps, lines))
        cursor["same"].append(stored)


def _same(both: Sides, resource: Resource, wanted: Present, before: Fields) -> dict[Target, Target]:
    """What lives inside the target's record -> what that is in the archive's, where it has another name there."""
    aligned = both.aligned(resource, wanted.fields, before)
    inside = zip(resource.embedded(wanted.key, before), resource.embedded(wanted.key, aligned), strict=True)
    pairs = {here: there for here, there in inside if here != there}
    if _is_whole(resource, wanted, before):
        pairs |= dict(resource.counterparts(wanted.key, before, wanted.fields))
    return pairs


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
    both = list(zip(named, lines, strict=True))
    moved = {one.gid: Target(resource.name, one.key) for one, line in both if one != line and one.gid}
    _call(desk.ids, moved)
    cursor["made"] += 1
    stored = f"{desk.prefix}same/parts/{resource.name}/{cursor['made']:05}.{desk.ticket}"
    write_part(desk.storage, stored, _sorted(resource, both, naming))
    cursor["parts"].setdefault(resource.name, []).append(stored)


def _sorted(resource: Resource, both: Iterable[tuple[Line, Line]], naming: Naming) -> Iterator[bytes]:
    """As `transfer.resolve` leaves a part. `both`: as it is called from now on, and as it was."""
    found = []
    for line, old in both:
        fields = naming.fields(resource, resource.renamed(line.fields, old.key, line.key))
        record = {
            "fields": fields,
            "gid": line.gid,
            "key": list(line.key),
            "source": line.source,
            "updatedAt": line.updated_at,
        }
        found.append((sort_key(line.key), dumps(fields), dumps(record)))
    return (text for _, _, text in sorted(found))
