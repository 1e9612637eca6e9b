"""From members to one ZIP file, byte for byte the same for the same content.

Members are stored deflated already, so this copies. Fixed timestamps and one fixed order (manifest first) leave nothing
that could differ. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT is the format; ZIP64 where sizes need it.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from ..work import Checkpoint, Cursor, Desk
from .manifest import MANIFEST, Manifest, MemberEntry
from .members import MemberSet, Packed

_CHUNK = 1 << 20
_BIG = 0xFFFFFFFF
_DATE = (1 << 5) | 1  # 1980-01-01, the earliest that the format can say
_UTF8_NAMES = 0x800
_HEARTBEAT = 64 << 20


def entries(members: MemberSet) -> tuple[MemberEntry, ...]:
    return tuple(MemberEntry(m.name, m.resource, m.count, m.main.size, m.main.sha256) for m in members.all())


def assemble(desk: Desk, cursor: Cursor, *, members: MemberSet, manifest: Manifest) -> Iterator[Checkpoint]:
    """Writes the archive. The last cursor: ``{"archive": name, "size": bytes, "sha256": hex}``.

    Copying is quick, and a file appears only when whole, so a killed worker begins it again; the checkpoints on the way
    only say that somebody is at it.
    """
    name = f"{desk.prefix}archive.{desk.ticket}.zip"
    with desk.storage.write(name) as file:
        writer = ZipWriter(file)
        writer.add(MANIFEST, manifest.to_bytes())
        told = 0
        for member in members.all():
            for path, packed in ((member.name, member.main), (f"side/{member.name}", member.side)):
                if packed is None:
                    continue
                with desk.storage.read(packed.stored) as source:
                    writer.copy(path, packed, source)
                if writer.size - told > _HEARTBEAT:
                    told = writer.size
                    yield Checkpoint(cursor)
        writer.finish()
    yield Checkpoint({"archive": name, "size": writer.size, "sha256": writer.sha256}, done=True)


@dataclass(slots=True)
class ZipWriter:
    """A ZIP whose entries' sizes and checksums are known before they are written."""

    file: BinaryIO
    size: int = 0
    _sha: hashlib._Hash = field(default_factory=hashlib.sha256)
    _central: list[bytes] = field(default_factory=list)

    @property
    def sha256(self) -> str:
        return self._sha.hexdigest()

    def add(self, name: str, text: bytes) -> None:
        """A small entry, from memory."""
        deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = deflate.compress(text) + deflate.flush()
        self._head(name, len(text), len(packed), zlib.crc32(text))
        self._put(packed)

    def copy(self, name: str, packed: Packed, source: BinaryIO) -> None:
        """An entry that is deflated already."""
        self._head(name, packed.size, packed.packed, packed.crc)
        while chunk := source.read(_CHUNK):
            self._put(chunk)

    def _head(self, name: str, size: int, packed: int, crc: int) -> None:
        path = name.encode()
        offset = self.size
        wide = max(size, packed, offset) >= _BIG
        version = 45 if wide else 20
        common = struct.pack("<HHHHHI", version, _UTF8_NAMES, 8, 0, _DATE, crc)
        sizes = struct.pack("<II", _BIG, _BIG) if wide else struct.pack("<II", packed, size)
        extra = struct.pack("<HHQQ", 1, 16, size, packed) if wide else b""
        self._put(b"PK\x03\x04" + common + sizes + struct.pack("<HH", len(path), len(extra)) + path + extra)
        extra = struct.pack("<HHQQQ", 1, 24, size, packed, offset) if wide else b""
        self._central.append(
            b"PK\x01\x02"
            + struct.pack("<H", (3 << 8) | version)
            + common
            + sizes
            + struct.pack("<HHHHHII", len(path), len(extra), 0, 0, 0, 0o644 << 16, _BIG if wide else offset)
            + path
            + extra
        )

    def finish(self) -> None:
        start = self.size
        for record in self._central:
            self._put(record)
        length, count = self.size - start, len(self._central)
        if start >= _BIG or count >= 0xFFFF:
            end = self.size
            self._put(struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, length, start))
            self._put(struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1))
        short = min(count, 0xFFFF)
        self._put(struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, short, short, length, min(start, _BIG), 0))

    def _put(self, data: bytes) -> None:
        self.file.write(data)
        self._sha.update(data)
        self.size += len(data)
