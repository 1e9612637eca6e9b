"""Only some records of an archive: those that an earlier import of it did not bring.

What that import made itself is there since: a row that says NEW of it has been carried out, and what is left is to
be merged into the record.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from .archive.members import Member, MemberSet, MemberWriter
from .commands import Command
from .jsonl import dumps
from .keys import Key, sort_key
from .work import Checkpoint, Cursor, Desk, Storage

BEAT = 1000  # lines between two signs of life


def keep_list(storage: Storage, name: str, records: Iterable[tuple[str, Key, bool]]) -> int:
    """Stores which records are meant, as (resource, key, whether the earlier import made it). How many there are."""
    count = 0
    with storage.write(name) as file:
        for resource, key, made in records:
            file.write(dumps([resource, list(key), made]) + b"\n")
            count += 1
    return count


def kept_list(storage: Storage, name: str) -> Iterator[tuple[str, Key, bool]]:
    """What `keep_list` stored."""
    with storage.read(name) as file:
        for text in file:
            line: Any = json.loads(text)
            yield line[0], tuple(line[1]), line[2]


def narrow(desk: Desk, cursor: Cursor, *, checked: Cursor, only: str) -> Iterator[Checkpoint]:
    """Goes on where checking an archive ended with `checked`, and ends with a cursor of the same shape.

    `only`: the list that `keep_list` stored; sixteen bytes of each of its records are held in memory. What is left out
    is not missing: nothing is deleted for it, and what refers to it finds it in the target by name. One checkpoint per
    member.
    """
    cursor = cursor or {"at": 0, "members": {}}
    wanted = _wanted(desk.storage, only)
    archive = MemberSet.from_cursor(desk.storage, checked)
    members = [member for member in archive.all() if member.resource in wanted]
    while cursor["at"] < len(members):
        own = members[cursor["at"]]
        kept = _kept(desk, archive, own, wanted[own.resource])
        if kept.count:
            cursor["members"].setdefault(own.resource, []).append(kept.to_json())
        cursor["at"] += 1
        yield Checkpoint(cursor)
        if desk.stopping():
            return
    manifest = {**checked["manifest"], "whole": []}
    yield Checkpoint({**checked, "members": cursor["members"], "manifest": manifest}, done=True)


def _kept(desk: Desk, archive: MemberSet, own: Member, wanted: dict[bytes, bool]) -> Member:
    stored = f"{desk.prefix}only/{own.name.replace('/', '-')}.{desk.ticket}"
    with MemberWriter(desk.storage, stored, own.name, own.resource, side=False) as writer:
        for number, line in enumerate(archive.lines(own), 1):
            made = wanted.get(_digest(line.key))
            if made is not None:
                writer.add(line._replace(command=Command.MERGE) if made and line.command == Command.NEW else line)
            if number % BEAT == 0:
                desk.beat()
        return writer.finish()


def _wanted(storage: Storage, only: str) -> dict[str, dict[bytes, bool]]:
    """Resource -> digests of the keys that are meant -> whether the earlier import made it."""
    found: dict[str, dict[bytes, bool]] = {}
    for resource, key, made in kept_list(storage, only):
        found.setdefault(resource, {})[_digest(key)] = made
    return found


def _digest(key: Key) -> bytes:
    return hashlib.blake2b(sort_key(key), digest_size=16).digest()
