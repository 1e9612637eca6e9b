"""What somebody wrote onto records that are to be deleted, after the plan was made: these stay then.

A record goes with all that hangs on it. By the time it is to go, whatever of that stood in the plan has gone before, or
has been left because somebody changed it; what is left is read, and held against what there was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .archive.members import MemberSet
from .halves import whole
from .keys import Key
from .present import Current, portable
from .registry import owner, owner_of
from .resource import Page, Reading, Resource, Talk
from .talk import ask_all
from .work import Desk, Row

OWNERS = 20  # owners whose values are read with one request


def added(
    desk: Desk, resource: Resource, going: Sequence[tuple[Row, Current]], snapshot: MemberSet, read: frozenset[str]
) -> dict[Key, str]:
    """Key of a record -> the metafield on it that is new, or not as it was when the plan was made.

    `read`: the kinds of which the snapshot says all that there was; of others nobody knows what is new.
    """
    found: dict[Key, str] = {}
    for kind in _hanging(desk, resource, read):
        current = portable(desk, kind, _read(desk, kind, resource, going))
        keys = [one.reading.key for one in current]
        before = snapshot.lookup(kind.name, keys) if keys else {}
        own = desk.ledger.get(kind.name, keys)
        for one in current:
            key, line = one.reading.key, before.get(one.reading.key)
            ours = key in own and own[key].stepped  # it holds the stand-in that this import gave it
            if not ours and (line is None or kind.changes(line.fields, one.fields)):
                home = owner(next(kind.owners(key)), desk.registry)
                assert home is not None
                found.setdefault(home.key, ".".join(key[-2:]))
    return found


def _hanging(desk: Desk, resource: Resource, read: frozenset[str]) -> Iterator[Resource]:
    """The kinds of metafields on these records."""
    for kind in desk.reachable.values():
        on_these = any(owner_of(name, desk.registry) == resource.name for name in kind.holders)
        if kind.owner_types and on_these and kind.name in read:
            yield kind


def _read(desk: Desk, kind: Resource, resource: Resource, going: Sequence[tuple[Row, Current]]) -> list[Reading]:
    if kind.hangs_on == resource.name:
        owners = [row.gid for row, _ in going]
    else:
        inside = [one for row, current in going for one in resource.embedded(row.key, current.fields)]
        owners = list(desk.ids.by_target(inside).values())
    talks: dict[int, Talk[list[Page]]] = {
        start: whole(kind.owned, owners[start : start + OWNERS]) for start in range(0, len(owners), OWNERS)
    }
    return [reading for pages in ask_all(desk, talks).values() for page in pages for reading in page.readings]
