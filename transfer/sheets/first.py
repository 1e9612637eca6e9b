"""The first, hidden sheet: the manifest, and what the columns meant when the file was made.

It is a help and no condition: a file without it is read as well, with headers that explain themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from shopify_client import API_VERSION

from ..archive.check import json_of
from ..archive.manifest import ArchiveError, Manifest, MemberEntry
from ..keys import decode
from . import cells
from .book import Book
from .columns import KEY
from .layout import bare_of, is_cut
from .write import FIRST, VERSION

FIRST_ROWS = 100  # that are looked at for what a sheet's name does not say


@dataclass(slots=True)
class First:
    """`columns`: sheet -> headers that it had. `null`: sheet -> headers whose empty cells stood for null."""

    manifest: Manifest = field(default_factory=lambda: Manifest(source_shop="", api_version=API_VERSION))
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    null: Mapping[str, Sequence[str]] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)  # sheet -> what the keys of its rows begin with

    def of(self, resources: Iterable[str], members: Sequence[MemberEntry] = ()) -> Manifest:
        """The manifest of an archive of just these resources; whole are those that lost no row."""
        now = replace(self.manifest, resources=tuple(resources), members=tuple(members))
        before = self.manifest.counts
        whole = tuple(name for name in now.whole if now.counts.get(name) == before.get(name))
        return replace(now, whole=whole)


def first_of(book: Book) -> First:
    """Raises ArchiveError."""
    name = next((name for name in book.names if name.lower() == FIRST), None)
    if name is None:
        return First(parts=_parts(book, {}))
    rows = {row[0]: cells.joined(row[1:] or [""]) for _, row in book.rows(name)}
    if rows.get(FIRST) != VERSION:
        raise ArchiveError(f"The sheet {FIRST} has another version than this program reads; export the store again.")
    if "manifest" not in rows:
        return First(parts=_parts(book, {}))
    known = json_of(rows.get("columns", "{}").encode("utf-8", "replace"), f"The sheet {FIRST}, columns")
    manifest = json_of(rows["manifest"].encode("utf-8", "replace"), f"The sheet {FIRST}, manifest")
    if not isinstance(known, dict) or not all(_is_known(one) for one in known.values()):
        raise ArchiveError(f"The sheet {FIRST} is damaged; remove it, and upload the file again.")
    columns, null = ({name: one[word] for name, one in known.items()} for word in ("columns", "null"))
    parts = {name: str(one.get("part") or "") for name, one in known.items()}
    return First(Manifest.from_json(manifest), columns, null, _parts(book, parts))


def _parts(book: Book, known: Mapping[str, str]) -> dict[str, str]:
    """With what the keys of other sheets begin whose names are cut, as the first keys on them say."""
    found = dict(known)
    for name in book.names:
        bare = bare_of(name)
        if bare not in found and not name.startswith("#") and is_cut(bare):
            found[bare] = _begins(islice(book.rows(name), FIRST_ROWS))
    return found


def _begins(rows: Iterator[tuple[int, list[str]]]) -> str:
    """What the first whole key begins with; empty where there is none."""
    place: int | None = None
    for _, row in rows:
        if place is None:
            place = next((at for at, text in enumerate(row) if text.strip().lower() == KEY.lower()), len(row))
        elif place < len(row) and "/" in row[place]:
            return decode(row[place])[0]
    return ""


def _is_known(data: Any) -> bool:
    return isinstance(data, dict) and all(
        isinstance(data.get(word), list) and all(isinstance(item, str) for item in data[word])
        for word in ("columns", "null")
    )
