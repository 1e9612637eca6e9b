"""Reading the metafields of many owners: a page of owners, each with the first of its metafields.

An owner that has more than fit into the page is read to its end in the same conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..keys import Key
from ..references import Target
from ..resource import Page, Selection, Stream, Talk
from ..shapes import Shape
from ._common import paged
from ._shapes import HANDLE, WORD
from .metafields import REFERRED, Metafields, all_metafields


def owned_stream(resource: Metafields, document: str, path: str) -> Callable[[str | None, str | None], Talk[Page]]:
    """A `Stream.read` over owners, whose readings are their metafields."""
    owners: list[Mapping[str, Any]] = []
    inner = paged(document, path, lambda node: owners.append(node), more=all_metafields)

    def read(after: str | None, changed_since: str | None) -> Talk[Page]:
        owners.clear()
        page = yield from inner(after, changed_since)
        readings = []
        notes: list[tuple[str, str]] = []
        for owner in owners:
            key = resource.owner_key(owner)
            for node in owner["metafields"]["nodes"]:
                notes += resource.skipped(node, key)
                reading = resource.of_owner(owner, node)
                if reading is not None:
                    readings.append(reading)
        return Page(tuple(readings), page.after, tuple(notes))

    return read


class HandleOwned(Metafields):
    """Values of owners that a handle names: a subclass says which connection they are in, and what they hang on."""

    document: str
    connection: str
    refers_to = REFERRED
    key_shape: tuple[Shape, ...] = (HANDLE, WORD, WORD)
    moves = True  # whether the owners can be searched by updated_at

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        read = owned_stream(self, self.document, self.connection)
        return [Stream(self.name, read if self.moves else lambda after, _: read(after, None), moves=self.moves)]

    def owner_key(self, owner: Mapping[str, Any]) -> Key:
        return (owner["handle"],)

    def owner_target(self, key: Key) -> Target:
        return Target(self.hangs_on, key[:-2])
