"""Members: numbered, bounded JSONL files, sorted by natural key, stored the way a ZIP holds them.

A member is kept as its raw-deflated bytes together with checksum and sizes, so that making the ZIP is copying. Beside
each stands a *side* member with what is volatile (GID, updatedAt), line by line in the same order; no comparison reads
it.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, NamedTuple, Self

from ..jsonl import dumps, loads
from ..keys import Key, sort_key
from ..resource import Fields
from ..work import Storage

MEMBER_BYTES = 32_000_000  # of JSON text: what a reader may have to unpack to reach one record
_CHUNK = 1 << 16


class Line(NamedTuple):
    """One record of a member. `gid` is empty where the set has no side members (an uploaded archive).

    `command`: what an import is asked to do with it (`transfer.commands`); empty in every archive of a shop.
    """

    key: Key
    fields: Fields
    gid: str
    updated_at: str
    source: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Packed:
    """A deflated file in the storage. `size`: of the text; `packed`: of the stored bytes."""

    stored: str
    size: int
    packed: int
    crc: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Member:
    """`name`: in the archive (``products/00001.jsonl``). `first`/`last`: keys."""

    name: str
    resource: str
    count: int
    first: Key
    last: Key
    main: Packed
    side: Packed | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            data["name"],
            data["resource"],
            data["count"],
            tuple(data["first"]),
            tuple(data["last"]),
            Packed(**data["main"]),
            Packed(**data["side"]) if data["side"] else None,
        )


class Packer:
    """Writes text into a storage file as a raw deflate stream, and measures it."""

    def __init__(self, storage: Storage, name: str, stack: ExitStack) -> None:
        self._file: BinaryIO = stack.enter_context(storage.write(name))
        self._deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        self._sha = hashlib.sha256()
        self._name = name
        self._crc = self.size = self._packed = 0

    def write(self, text: bytes) -> None:
        self.size += len(text)
        self._crc = zlib.crc32(text, self._crc)
        self._sha.update(text)
        self._put(self._deflate.compress(text))

    def finish(self) -> Packed:
        self._put(self._deflate.flush())
        return Packed(self._name, self.size, self._packed, self._crc, self._sha.hexdigest())

    def _put(self, packed: bytes) -> None:
        self._packed += len(packed)
        self._file.write(packed)


class MemberWriter:
    """Writes one member (and its side) line by line."""

    def __init__(self, storage: Storage, stored: str, name: str, resource: str, *, side: bool) -> None:
        self._stack = ExitStack()
        self._name, self._resource = name, resource
        self._main = Packer(storage, f"{stored}.main", self._stack)
        self._side = Packer(storage, f"{stored}.side", self._stack) if side else None
        self.count = 0
        self._first: Key = ()
        self._last: Key = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    @property
    def size(self) -> int:
        return self._main.size

    def add(self, line: Line) -> None:
        self._first = self._first or line.key
        self._last = line.key
        self.count += 1
        command = {"command": line.command} if line.command else {}
        self._main.write(dumps({**command, "fields": line.fields, "key": line.key}) + b"\n")
        if self._side is not None:
            aside = {"gid": line.gid, "key": line.key, "updatedAt": line.updated_at}
            self._side.write(dumps(aside | ({"source": line.source} if line.source else {})) + b"\n")

    def finish(self) -> Member:
        """Call last inside the block: the files appear when the block ends."""
        side = self._side.finish() if self._side is not None else None
        return Member(self._name, self._resource, self.count, self._first, self._last, self._main.finish(), side)


def unpacked(storage: Storage, packed: Packed) -> Iterator[bytes]:
    """The lines of a stored file."""
    inflate = zlib.decompressobj(-15)
    rest = b""
    with storage.read(packed.stored) as file:
        while chunk := file.read(_CHUNK):
            *lines, rest = (rest + inflate.decompress(chunk)).split(b"\n")
            yield from lines
    rest += inflate.flush()
    if rest:
        yield rest


class MemberSet:
    """All members of one side, by resource."""

    def __init__(self, storage: Storage, members: Mapping[str, Sequence[Member]]) -> None:
        self._storage = storage
        self._members = members

    @classmethod
    def from_cursor(cls, storage: Storage, cursor: Mapping[str, Any]) -> Self:
        """From the last cursor of `merge` or `unpack`."""
        return cls(storage, {name: [Member.from_json(m) for m in ms] for name, ms in cursor["members"].items()})

    def to_cursor(self) -> dict[str, Any]:
        return {"members": {name: [member.to_json() for member in own] for name, own in self._members.items()}}

    @property
    def resources(self) -> list[str]:
        return list(self._members)

    def all(self) -> Iterator[Member]:
        for members in self._members.values():
            yield from members

    def count(self, resource: str) -> int:
        return sum(member.count for member in self._members.get(resource, ()))

    def records(self, resource: str, after: Key | None = None) -> Iterator[Line]:
        """The records in the order of their keys; those behind `after`, if it is given."""
        behind = sort_key(after) if after is not None else None
        for member in self._members.get(resource, ()):
            if behind is not None and sort_key(member.last) <= behind:
                continue
            for line in self.lines(member):
                if behind is None or sort_key(line.key) > behind:
                    yield line

    def lookup(self, resource: str, keys: Sequence[Key]) -> dict[Key, Line]:
        """The records of some keys; for few keys, or small resources."""
        wanted = set(keys)
        orders = [sort_key(key) for key in keys]
        found: dict[Key, Line] = {}
        for member in self._members.get(resource, ()):
            first, last = sort_key(member.first), sort_key(member.last)
            if any(first <= order <= last for order in orders):
                found |= {line.key: line for line in self.lines(member) if line.key in wanted}
        return found

    def lines(self, member: Member) -> Iterator[Line]:
        mains = unpacked(self._storage, member.main)
        if member.side is None:
            for text in mains:
                data = loads(text)
                yield Line(tuple(data["key"]), data["fields"], "", "", command=data.get("command", ""))
            return
        for text, aside in zip(mains, unpacked(self._storage, member.side), strict=True):
            data, side = loads(text), loads(aside)
            key, command = tuple(data["key"]), data.get("command", "")
            yield Line(key, data["fields"], side["gid"], side["updatedAt"], side.get("source", ""), command)
