"""Sorted parts become members: a k-way merge that may stop after any member.

Many small parts (reading saves often) are first merged in levels, so that the last merge never holds more than `FAN`
files open. A killed worker repeats at most one output file.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..jsonl import dumps, loads
from ..keys import sort_key
from ..work import Checkpoint, Cursor, Desk
from .members import MEMBER_BYTES, Line, MemberWriter
from .parts import read_from, write_part

FAN = 48  # parts merged at once: open files
BEAT = 1000  # lines between two signs of life


class _Head(NamedTuple):
    """The next line of one part, ordered by key, then by content, then by GID."""

    order: tuple[bytes, bytes, str]
    part: int
    text: bytes
    behind: int


def merge(
    desk: Desk, cursor: Cursor, *, parts: Mapping[str, Sequence[str]], member_bytes: int = MEMBER_BYTES
) -> Iterator[Checkpoint]:
    """Merges the sorted parts of every resource. The last cursor holds ``{"members": {resource: [...]}}``."""
    cursor = cursor or {"members": {}, "open": {}, "made": 0}
    for resource in [name for name in desk.registry if name in parts]:
        while not cursor["open"].get(resource, {}).get("done"):
            if desk.stopping():
                yield Checkpoint(cursor, _counts(cursor))
                return
            state = cursor["open"].setdefault(resource, {"parts": list(parts[resource]), "offsets": [], "done": False})
            if len(state["parts"]) > FAN:
                _level(desk, cursor, resource, state)
            else:
                _member(desk, cursor, resource, state, member_bytes)
            yield Checkpoint(cursor, _counts(cursor))
    yield Checkpoint({"members": cursor["members"]}, _counts(cursor), done=True)


def _counts(cursor: Cursor) -> dict[str, tuple[int, int | None]]:
    return {name: (sum(m["count"] for m in members), None) for name, members in cursor["members"].items()}


def _level(desk: Desk, cursor: Cursor, resource: str, state: dict[str, Any]) -> None:
    """Merges the first `FAN` parts into one, and puts it last."""
    some, rest = state["parts"][:FAN], state["parts"][FAN:]
    cursor["made"] += 1
    name = f"{desk.prefix}merged/{resource}/{cursor['made']:05}.{desk.ticket}"
    write_part(desk.storage, name, (head.text for head in _heads(desk, some, [0] * len(some))))
    state["parts"] = [*rest, name]


def _member(desk: Desk, cursor: Cursor, resource: str, state: dict[str, Any], member_bytes: int) -> None:
    """Writes the next member, and remembers how far into each part it came."""
    offsets = state["offsets"] or [0] * len(state["parts"])
    members = cursor["members"].setdefault(resource, [])
    number = len(members) + 1
    stored = f"{desk.prefix}members/{resource}-{number:05}.{desk.ticket}"
    heads = _heads(desk, state["parts"], offsets)
    first = next(heads, None)
    if first is None:
        state["done"] = True
        return
    with MemberWriter(desk.storage, stored, f"{resource}/{number:05}.jsonl", resource, side=True) as writer:
        head: _Head | None = first
        while head is not None:
            line = loads(head.text)
            writer.add(Line(tuple(line["key"]), line["fields"], line["gid"], line["updatedAt"], line["source"]))
            offsets[head.part] = head.behind
            if writer.size >= member_bytes:
                break
            head = next(heads, None)
        members.append(writer.finish().to_json())
    heads.close()
    state["offsets"], state["done"] = offsets, head is None


def _heads(desk: Desk, parts: Sequence[str], offsets: Sequence[int]) -> Any:
    """The lines of several sorted parts in one order. A generator: closing it closes the files."""
    readers = [read_from(desk.storage, name, offset) for name, offset in zip(parts, offsets, strict=True)]
    heap = [head for number, reader in enumerate(readers) if (head := _head(number, reader)) is not None]
    heapq.heapify(heap)
    for count in itertools.count(1):
        if not heap:
            return
        if count % BEAT == 0:
            desk.beat()
        head = heap[0]
        yield head
        following = _head(head.part, readers[head.part])
        if following is None:
            heapq.heappop(heap)
        else:
            heapq.heapreplace(heap, following)


def _head(number: int, reader: Iterator[tuple[bytes, int]]) -> _Head | None:
    text, behind = next(reader, (b"", -1))
    if behind < 0:
        return None
    line = loads(text)
    return _Head((sort_key(tuple(line["key"])), dumps(line["fields"]), line["gid"]), number, text, behind)
