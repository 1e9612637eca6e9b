"""Files of runs on a local disk."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from .work import FileGone

CHUNK = 1 << 20


@contextmanager
def _there(name: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as missing:
        raise FileGone(missing.errno, "A file of a run is gone", name) from None


@dataclass(frozen=True, slots=True)
class LocalStorage:
    """Implements `work.Storage` in one directory. Names are relative paths; nothing outside can be named."""

    root: Path

    @contextmanager
    def write(self, name: str) -> Iterator[BinaryIO]:
        """The file appears under its name when the block ends well, whole and on the disk; else not at all."""
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            with beside.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)

    def read(self, name: str) -> BinaryIO:
        with _there(name):
            return self._path(name).open("rb")

    def keep(self, content: BinaryIO, name: str) -> str:
        """A file of its own with this content. What is stored here already is shared by a link, however large it is:
        no file is ever changed, and each name can be deleted by itself. Disks without links get a copy.
        """
        own = self._stored(content)
        if own is not None:
            path = self._path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(own, path)
                return name
            except OSError:
                pass  # another disk, or one that knows no links
        content.seek(0)
        with self.write(name) as file:
            shutil.copyfileobj(content, file, CHUNK)
        return name

    def _stored(self, content: BinaryIO) -> Path | None:
        """The file of this storage that was opened, if it is one of them."""
        named = getattr(content, "name", None)
        path = Path(named).resolve() if isinstance(named, str) else None
        return path if path is not None and path.is_relative_to(self.root.resolve()) and path.is_file() else None

    def size(self, name: str) -> int:
        with _there(name):
            return self._path(name).stat().st_size

    def exists(self, name: str) -> bool:
        return self._path(name).is_file()

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def delete_tree(self, prefix: str) -> None:
        """Removes everything under a prefix that ends in ``/``. Raises OSError where something stays, all else being
        gone."""
        stays: list[OSError] = []

        def note(_function: object, _path: object, error: tuple[object, BaseException, object]) -> None:
            if isinstance(error[1], OSError) and not isinstance(error[1], FileNotFoundError):
                stays.append(error[1])

        shutil.rmtree(self._path(prefix), onerror=note)
        if stays:
            raise stays[0]

    def folders(self, *, older_than: float) -> Sequence[str]:
        """The topmost folders in which nothing was put or removed for so many seconds."""
        limit = time.time() - older_than
        with suppress(FileNotFoundError):
            return sorted(
                entry.name for entry in os.scandir(self.root) if entry.is_dir() and entry.stat().st_mtime < limit
            )
        return []

    def list(self, prefix: str) -> Iterator[str]:
        """The names under a prefix that ends in ``/`` (all, for an empty one), sorted.

        Files that are still being written are not there.
        """
        folder = self._path(prefix) if prefix else self.root
        names: list[str] = []
        with suppress(FileNotFoundError):
            names = [
                path.relative_to(self.root).as_posix()
                for path in folder.rglob("*")
                if path.is_file() and not path.name.startswith(".")
            ]
        yield from sorted(names)

    def _path(self, name: str) -> Path:
        root = self.root.resolve()
        path = (root / name).resolve()
        if not path.is_relative_to(root) or path == root:
            raise ValueError("A file's name must stay inside the storage.")
        return path
