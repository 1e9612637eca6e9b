"""Sorted parts become members: a k-way merge that may stop after any member.

Many small parts (reading saves often) are first merged in levels, so that the last merge never holds more than `FAN`
files open. A killed worker repeats at most one output file.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, count, groupby
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


Fold = Callable[[str, list[dict[str, Any]]], Iterable[Line]]


def each(resource: str, lines: list[dict[str, Any]]) -> Iterable[Line]:
    """Every line of a part is a record."""
    return (Line(tuple(line["key"]), line["fields"], line["gid"], line["updatedAt"], line["source"]) for line in lines)


def merge(
    desk: Desk,
    cursor: Cursor,
    *,
    parts: Mapping[str, Sequence[str]],
    member_bytes: int = MEMBER_BYTES,
    fold: Fold = each,
    side: Callable[[str], bool] = lambda resource: True,
    folder: str = "",
) -> Iterator[Checkpoint]:
    """Merges the sorted parts of every resource. The last cursor holds ``{"members": {resource: [...]}}``.

    `fold`: makes records of all lines of one key. `side`: of which kinds there is something to keep beside them.
    `folder`: keeps the files of two merges of one run apart.
    """
    cursor = cursor or {"members": {}, "open": {}, "made": 0}
    for resource in [name for name in desk.registry if name in parts]:
        while not cursor["open"].get(resource, {}).get("done"):
            if desk.stopping():
                yield Checkpoint(cursor, _counts(cursor))
                return
            state = cursor["open"].setdefault(resource, {"parts": list(parts[resource]), "offsets": [], "done": False})
            if len(state["parts"]) > FAN:
                _level(desk, cursor, resource, state, folder)
            else:
                _member(desk, cursor, resource, state, _Making(member_bytes, fold, side(resource), folder))
            yield Checkpoint(cursor, _counts(cursor))
    yield Checkpoint({"members": cursor["members"]}, _counts(cursor), done=True)


def _counts(cursor: Cursor) -> dict[str, tuple[int, int | None]]:
    return {name: (sum(m["count"] for m in members), None) for name, members in cursor["members"].items()}


def _level(desk: Desk, cursor: Cursor, resource: str, state: dict[str, Any], folder: str) -> None:
    """Merges the first `FAN` parts into one, and puts it last."""
    some, rest = state["parts"][:FAN], state["parts"][FAN:]
    cursor["made"] += 1
    name = f"{desk.prefix}{folder}merged/{resource}/{cursor['made']:05}.{desk.ticket}"
    write_part(desk.storage, name, (head.text for head in _heads(desk, some, [0] * len(some))))
    state["parts"] = [*rest, name]


class _Making(NamedTuple):
    member_bytes: int
    fold: Fold
    side: bool
    folder: str


def _member(desk: Desk, cursor: Cursor, resource: str, state: dict[str, Any], making: _Making) -> None:
    """Writes the next member, and remembers how far into each part it came."""
    offsets = state["offsets"] or [0] * len(state["parts"])
    members = cursor["members"].setdefault(resource, [])
    number = len(members) + 1
    stored = f"{desk.prefix}{making.folder}members/{resource}-{number:05}.{desk.ticket}"
    heads = _heads(desk, state["parts"], offsets)
    first = next(heads, None)
    if first is None:
        state["done"] = True
        return
    groups = groupby(chain([first], heads), lambda head: head.order[0])
    full = False
    with MemberWriter(desk.storage, stored, f"{resource}/{number:05}.jsonl", resource, side=making.side) as writer:
        for _, group in groups:
            some = list(group)
            for line in making.fold(resource, [loads(head.text) for head in some]):
                writer.add(line)
            for head in some:
                offsets[head.part] = head.behind
            full = writer.size >= making.member_bytes
            if full:
                break
        member = writer.finish()
    heads.close()
    if member.count:
        members.append(member.to_json())
    state["offsets"], state["done"] = offsets, not full


def _heads(desk: Desk, parts: Sequence[str], offsets: Sequence[int]) -> Any:
    """The lines of several sorted parts in one order. A generator: closing it closes the files."""
    readers = [read_from(desk.storage, name, offset) for name, offset in zip(parts, offsets, strict=True)]
    heap = [head for number, reader in enumerate(readers) if (head := _head(number, reader)) is not None]
    heapq.heapify(heap)
    for beat in count(1):
        if not heap:
            return
        if beat % BEAT == 0:
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
