"""Parts: plain files of JSON lines in the storage, on the way to becoming members."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..work import Storage


def write_part(storage: Storage, name: str, lines: Iterable[bytes]) -> None:
    with storage.write(name) as file:
        for line in lines:
            file.write(line)
            file.write(b"\n")


def read_part(storage: Storage, name: str) -> Iterator[bytes]:
    with storage.read(name) as file:
        for line in file:
            yield line.rstrip(b"\n")


def read_from(storage: Storage, name: str, offset: int) -> Iterator[tuple[bytes, int]]:
    """Lines from a byte offset on, each with the offset behind it."""
    with storage.read(name) as file:
        file.seek(offset)
        for line in file:
            offset += len(line)
            yield line.rstrip(b"\n"), offset
