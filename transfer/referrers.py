"""Who shows entries that are about to be deleted, of records that nobody has read: Shopify says it of each entry.

It lists the metafields and the fields of other entries that refer to an entry (``Metaobject.referencedBy``), and of
nothing else that can be deleted. What has rows of its own in the plan tells there what it loses (`severed`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from .archive.members import MemberSet
from .references import Target
from .resource import Ask, Resource, Talk
from .resources.metafields import Metafields
from .talk import ask_shown
from .work import Cursor, Desk, Row

TYPE = "Metaobject"
TOGETHER = 25  # entries in one request
MOST = 250  # entries of which one import asks: ten requests
NAMED = 5  # values named of one entry; one more is asked for, to know whether there are others
_ASK = """
query WhoRefersTo($ids: [ID!]!) {
  nodes(ids: $ids) { ... on Metaobject { id referencedBy(first: 6) {
    nodes { namespace key referencer { __typename ... on Metaobject { type handle } %s } }
  } } }
}
"""
_ON = re.compile(r"\.\.\. on (\w+)")
SHOWN = "It was shown by {}, at which this import has not looked: look through them in the admin."


def tell_referrers(
    desk: Desk, cursor: Cursor, resource: Resource, rows: Sequence[Row], snapshot: MemberSet, read: Collection[str]
) -> None:
    """Says of entries that are about to be deleted who shows them. `read`: the kinds of which the snapshot holds all;
    where it holds all that may show any, nobody is asked."""
    kinds = _unread(desk, read) if TYPE in resource.gid_types else {}
    rows = rows[: MOST - cursor.get("referrers", 0)] if kinds else ()
    if not rows:
        return
    cursor["referrers"] = cursor.get("referrers", 0) + len(rows)
    document = _ASK % " ".join(kind.owner_selection for kind in kinds.values())
    parts = {start: rows[start : start + TOGETHER] for start in range(0, len(rows), TOGETHER)}
    talks = {start: _ask(document, [row.gid for row in some]) for start, some in parts.items()}
    found = {gid: own for some in ask_shown(desk, talks).values() for gid, own in some.items()}
    for row in rows:
        names = sorted(_named(desk, resource, found.get(row.gid) or {}, kinds, snapshot))
        if names:
            more = ["others"] if len(names) > NAMED else []
            row.detail = " ".join(filter(None, (row.detail, SHOWN.format(_listed([*names[:NAMED], *more])))))


def _unread(desk: Desk, read: Collection[str]) -> dict[str, Metafields]:
    """What may own values -> these values, of kinds that nobody has read. People are not named, nor is what has no name
    of its own."""
    found: dict[str, Metafields] = {}
    for kind in desk.reachable.values():
        if isinstance(kind, Metafields) and kind.by_default and kind.unique and kind.name not in read:
            owner = _ON.search(kind.owner_selection)
            found |= {owner[1]: kind} if owner is not None and not kind.personal else {}
    return found


def _ask(document: str, gids: Sequence[str]) -> Talk[dict[str, Mapping[str, Any]]]:
    nodes = (yield Ask(document, {"ids": list(gids)}))["nodes"]
    return {node["id"]: node["referencedBy"] for node in nodes if node}


def _named(
    desk: Desk, resource: Resource, said: Mapping[str, Any], kinds: Mapping[str, Metafields], snapshot: MemberSet
) -> Iterator[str]:
    for node in said.get("nodes", ()):
        referrer = node["referencer"]
        if referrer["__typename"] == TYPE:
            key = (referrer["type"], referrer["handle"])
            if not snapshot.lookup(resource.name, [key]):
                yield f"{Target(resource.name, key)} ({node['key']})"
        elif (kind := kinds.get(referrer["__typename"])) is not None:
            value = (*kind.owner_key(referrer), node["namespace"], node["key"])
            home = next(iter(kind.owners(value)), None)
            yield f"{home or 'the shop'} ({node['namespace']}.{node['key']})"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]
