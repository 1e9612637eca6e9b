"""Records that Shopify wrote itself, when this import wrote the one on which they hang: nobody else changed these.

An option that is linked to entries keeps its values in a metafield of its product (`Resource.echoes`).
"""

from __future__ import annotations

from collections.abc import Sequence

from .halves import whole
from .keys import Key
from .outcomes import Outcome
from .present import portable
from .resource import Fields, Page, Resource, Talk
from .talk import ask_all
from .work import Desk, Row, tell

MADE = (Outcome.CREATED, Outcome.UPDATED)
OTHER = "It holds what the values of its product's option are by now; what else the archive has in it is not there."
OWNERS = 20  # owners whose values are read with one request


class Echoes:
    """Which rows of a window have been written by what this import wrote of the records on which they hang."""

    def __init__(self, desk: Desk, rows: Sequence[Row]) -> None:
        self._desk = desk
        wanted: dict[str, set[Key]] = {}
        for row in rows:
            resource = desk.registry[row.resource]
            for target in resource.owners(row.key) if resource.echoing else ():
                wanted.setdefault(target.resource, set()).add(target.key)
        found = (row for name, keys in wanted.items() for row in desk.ledger.get(name, sorted(keys)).values())
        self._owners = {row.target: row for row in found if row.outcome in MADE}

    def of(self, resource: Resource, row: Row) -> bool:
        owners = (self._owners.get(target) for target in resource.owners(row.key)) if self._owners else ()
        return any(
            resource.echoes(row.key, own.after, _changed(own)) for own in owners if own is not None and own.after
        )

    def hear_new(self, resource: Resource, rows: Sequence[Row]) -> None:
        """Rows that were to be created, and are there by now."""
        new = [row for row in rows if row.stands is None and not row.gid and self.of(resource, row)]
        if not new:
            return
        owners = sorted(self._desk.ids.by_target(t for row in new for t in resource.owners(row.key)).values())
        talks: dict[int, Talk[list[Page]]] = {
            start: whole(resource.owned, owners[start : start + OWNERS]) for start in range(0, len(owners), OWNERS)
        }
        pages = [page for pages in ask_all(self._desk, talks).values() for page in pages]
        current = portable(self._desk, resource, [reading for page in pages for reading in page.readings])
        found = {one.reading.key: one for one in current}
        for row in new:
            if row.key in found:
                heard(row, resource, found[row.key].reading.gid, found[row.key].fields)


def _changed(owner: Row) -> Sequence[str] | None:
    return owner.changed if owner.outcome is Outcome.UPDATED else None  # of what is new, all is


def heard(row: Row, resource: Resource, gid: str, current: Fields) -> None:
    """The row is what is there now: what it is behind says what that is to be. What it lacks of the plan is told."""
    assert row.after is not None
    if resource.changes(current, resource.echo(row.after, current)):
        tell(row, OTHER)
    row.gid, row.stood, row.after, row.changed = gid, current, current, ()
