"""What moved and no list tells yet: a list by time of change comes from Shopify's search, which is seconds behind.

By its id a record is shown as it is. So the records that were read are asked once more, part by part, when they were
changed: 250 cost a point. Those that tell another time than when they were read are read again, and so are the values
that hang on them, of which one may be new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from .archive.parts import read_from
from .halves import by_halves
from .halves import whole as in_pieces
from .jsonl import loads
from .references import gid_type
from .resource import Ask, Page, Reading, Resource, Stream, Talk
from .work import Cursor, Storage

# Types whose records say when they were changed, as nodes (the published schema, version 2026-10).
# fmt: off
DATED = frozenset((
    "Article", "Blog", "Collection", "Company", "CompanyContact", "CompanyLocation", "Customer",
    "ExternalVideo", "GenericFile", "MediaImage", "Metafield", "Metaobject", "MetaobjectDefinition",
    "Model3d", "Page", "Product", "ProductVariant", "ShopPolicy", "Video",
))
# fmt: on
LOOKUP = 250  # ids in one `nodes(ids:)`: the most that an array argument may hold


def streams(storage: Storage, cursor: Cursor, resource: Resource) -> Iterator[Stream]:
    """A stream for each part of a kind that was there before this began (`stirring` of the cursor)."""
    for name, part in cursor["stirring"]:
        if name == resource.name:
            yield Stream(f"by id/{part}", _reading(storage, part, resource))


def _reading(storage: Storage, part: str, resource: Resource) -> Callable[[str | None, str | None], Talk[Page]]:
    def read(after: str | None, changed_since: str | None) -> Talk[Page]:
        lines = list(islice(read_from(storage, part, int(after or 0)), LOOKUP))
        if not lines:
            return Page((), None)
        known = {}
        for text, _ in lines:
            line = loads(text)
            if line["updatedAt"] and gid_type(resource.node(line["gid"])) in DATED:
                known[line["gid"]] = line["updatedAt"]
        times = yield from _times(sorted({resource.node(gid) for gid in known}))
        moved = [gid for gid, at in known.items() if times.get(resource.node(gid), at) != at]
        again: list[Reading] = []
        for start in range(0, len(moved), resource.read_batch):
            for found in (yield from in_pieces(resource.read_back, moved[start : start + resource.read_batch])):
                again += found
        return Page(tuple(again), str(lines[-1][1]))

    return read


def _times(nodes: Sequence[str]) -> Talk[dict[str, str]]:
    """GID -> when it was changed, of those that are there and say so."""
    answers, _ = (yield from by_halves(_ask, nodes)) if nodes else ([], {})
    return {gid: at for answer in answers for gid, at in answer.items()}


def _ask(nodes: Sequence[str]) -> Talk[dict[str, str]]:
    kinds = " ".join(f"... on {kind} {{ updatedAt }}" for kind in sorted({gid_type(gid) or "" for gid in nodes}))
    data = yield Ask(f"query ChangedAt($ids: [ID!]!) {{ nodes(ids: $ids) {{ id {kinds} }} }}", {"ids": list(nodes)})
    return {node["id"]: node["updatedAt"] for node in data["nodes"] if node and node.get("updatedAt")}
