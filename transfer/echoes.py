"""Records that Shopify wrote itself, when this import wrote the one on which they hang: nobody else changed these.

An option that is linked to entries keeps its values in a metafield of its product (`Resource.echoes`).
"""

from __future__ import annotations

from collections.abc import Sequence

from .halves import whole
from .outcomes import Outcome
from .present import portable
from .resource import Fields, Page, Resource, Talk
from .talk import ask_all
from .work import Desk, Row

OWNERS = 20  # owners whose values are read with one request


def echoes(desk: Desk, resource: Resource, row: Row) -> bool:
    """Whether what this import wrote of the record on which this one hangs has changed this one, too."""
    for target in resource.owners(row.key):
        owner = desk.ledger.get(target.resource, [target.key]).get(target.key)
        if owner is not None and owner.outcome is Outcome.UPDATED and owner.after is not None:
            return resource.echoes(row.key, owner.after, owner.changed)
    return False


def heard(row: Row, resource: Resource, gid: str, current: Fields) -> None:
    """The row starts with what is there now; of what is planned of it, what is not so yet is still to be written."""
    assert row.after is not None
    row.gid, row.stood = gid, current
    row.changed = tuple(change.path for change in resource.changes(current, row.after))


def hear_new(desk: Desk, resource: Resource, rows: Sequence[Row]) -> None:
    """Rows that were to be created, and are there by now."""
    new = [row for row in rows if row.stands is None and not row.gid and echoes(desk, resource, row)]
    owners = sorted(desk.ids.by_target(target for row in new for target in resource.owners(row.key)).values())
    talks: dict[int, Talk[list[Page]]] = {
        start: whole(resource.owned, owners[start : start + OWNERS]) for start in range(0, len(owners), OWNERS)
    }
    readings = [reading for pages in ask_all(desk, talks).values() for page in pages for reading in page.readings]
    found = {one.reading.key: one for one in portable(desk, resource, readings)}
    for row in new:
        if row.key in found:
            heard(row, resource, found[row.key].reading.gid, found[row.key].fields)
