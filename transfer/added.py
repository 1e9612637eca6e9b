"""What somebody wrote onto records that are to be deleted, after the plan was made: these stay then.

A record goes with all that hangs on it. By the time it is to go, whatever of that stood in the plan has gone before, or
has been left because somebody changed it; what is left is read, and held against what there was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .archive.members import MemberSet
from .halves import whole
from .outcomes import REMOVALS
from .present import Current, portable
from .references import Target
from .resource import Page, Reading, Resource, Talk
from .talk import ask_all
from .work import Desk, Row

OWNERS = 20  # owners whose values are read with one request


def added(
    desk: Desk, going: Mapping[Target, str], snapshot: MemberSet, read: frozenset[str]
) -> tuple[dict[Target, str], dict[Target, str]]:
    """Of records that are to go (target -> GID): target -> the metafield on it that is new, or not as the plan knew it;
    and target -> the metafield on it that the archive has, although it has not the record itself.

    `read`: the kinds of which the snapshot says all that there was; of others nobody knows what is new.
    """
    found: dict[Target, str] = {}
    wanted: dict[Target, str] = {}
    for kind in desk.reachable.values():
        owners = [gid for target, gid in going.items() if target.resource in kind.holders]
        if not (owners and kind.owner_types and kind.name in read):
            continue
        current = portable(desk, kind, _read(desk, kind, owners))
        keys = [one.reading.key for one in current]
        before, own = snapshot.lookup(kind.name, keys), desk.ledger.get(kind.name, keys)
        for one in current:
            key, line = one.reading.key, before.get(one.reading.key)
            ours = key in own and own[key].stepped  # it holds the stand-in that this import gave it
            if key in own and own[key].verdict not in REMOVALS:
                wanted.setdefault(next(kind.owners(key)), ".".join(key[-2:]))
            if not ours and (line is None or kind.changes(line.fields, one.fields)):
                found.setdefault(next(kind.owners(key)), ".".join(key[-2:]))
    return found, wanted


def with_inside(desk: Desk, resource: Resource, going: Sequence[tuple[Row, Current]]) -> dict[Target, str]:
    """Target -> GID of these records, and of what lives inside them."""
    inside = [one for row, current in going for one in resource.embedded(row.key, current.fields)]
    return {row.target: row.gid for row, _ in going} | desk.ids.by_target(inside)


def _read(desk: Desk, kind: Resource, owners: Sequence[str]) -> list[Reading]:
    talks: dict[int, Talk[list[Page]]] = {
        start: whole(kind.owned, owners[start : start + OWNERS]) for start in range(0, len(owners), OWNERS)
    }
    return [reading for pages in ask_all(desk, talks).values() for page in pages for reading in page.readings]
