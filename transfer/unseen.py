"""What this import could not wholly write, and its store lists to nobody: told when all is written.

Shopify refuses a value, or a record, of which nobody could know that before. Where the definition requires what is
missing then, the record is in no list of the store, the admin's neither: it has not arrived, whatever else of it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .keys import Key
from .naming import listed
from .outcomes import TO_WRITE, Outcome, Reason
from .present import located, now
from .references import Target
from .resource import Json, Resource
from .work import Checkpoint, Cursor, Desk, Row, Where, tell
from .writing import fail

WINDOW = 300
UNSEEN = "Its definition in the target store requires {}: Shopify lists it to nobody until that is filled."
_ENDED = Where(
    verdicts=TO_WRITE, outcomes=frozenset({Outcome.UPDATED, Outcome.UNCHANGED, Outcome.SKIPPED, Outcome.FAILED})
)
# What somebody decided, and what is not there: of these nobody expects to see anything.
_LEFT = frozenset({Reason.EXCLUDED, Reason.POLICY, Reason.GONE})

Demands = Mapping[Target, frozenset[str]]  # definition -> what its records must fill


def unseen(desk: Desk, cursor: Cursor) -> Iterator[Checkpoint]:
    """Marks every record that this import came to and that nobody sees. `cursor`: empty at the beginning."""
    for name, resource in desk.reachable.items():
        if resource.listed_whole or resource.governor not in desk.reachable or name in cursor.get("kinds", ()):
            continue
        for rows in short(desk, name, cursor):
            lacking = gaps(desk, resource, rows, _demands(desk, resource, rows))
            for row, names in lacking:
                _mark(row, UNSEEN.format(listed(names)))
            desk.ledger.put(row for row, _ in lacking)
            yield Checkpoint(cursor)
            if desk.stopping():
                return
        cursor["kinds"], cursor["after"] = [*cursor.get("kinds", ()), name], None
    yield Checkpoint(cursor, done=True)


def short(desk: Desk, kind: str, cursor: Cursor) -> Iterator[list[Row]]:
    """The records that the target has and this import did not make all that was planned. `cursor`: how far it is."""
    while rows := desk.ledger.select(_ENDED.of(kind), limit=WINDOW, after=_place(cursor.get("after"))):
        cursor["after"] = [rows[-1].resource, list(rows[-1].key), rows[-1].number]
        if found := [row for row in rows if row.gid and row.reason and row.reason not in _LEFT]:
            yield found


def _place(after: Json) -> tuple[str, Key, int] | None:
    return (after[0], tuple(after[1]), after[2]) if after is not None else None


def gaps(desk: Desk, resource: Resource, rows: Sequence[Row], demands: Demands) -> list[tuple[Row, list[str]]]:
    """Those of these records in which something that is demanded is not filled now, and what."""
    asked = {row.gid: wanted for row in rows if (wanted := _unfilled(resource, row, demands))}
    current = now(desk, resource, list(asked)).found
    lacking = (
        (row, [name for name in asked[row.gid] if resource.lacks(current[row.gid].fields, [name])])
        for row in rows
        if row.gid in asked and row.gid in current
    )
    return [(row, names) for row, names in lacking if names]


def _unfilled(resource: Resource, row: Row, demands: Demands) -> list[str]:
    """What is demanded, and was not there before the row was written, nor with it, as far as anybody here knows."""
    governor = resource.governed_by(row.key)
    wanted = demands.get(governor, frozenset()) if governor is not None else ()
    written = row.after if row.outcome is Outcome.UPDATED else None
    sides = [fields for fields in (row.base, written) if fields is not None]
    return [name for name in sorted(wanted) if all(resource.lacks(fields, [name]) for fields in sides)]


def _demands(desk: Desk, resource: Resource, rows: Sequence[Row]) -> Demands:
    """What the definitions of these records demand now, in the store."""
    targets = {target for row in rows if (target := resource.governed_by(row.key)) is not None}
    own = desk.registry[resource.governor]
    gids = located(desk, {own.name: sorted(targets)}).found
    found = now(desk, own, list(gids.values())).found
    return {target: own.demands(found[gid].fields) for target, gid in gids.items() if gid in found}


def _mark(row: Row, sentence: str) -> None:
    tell(row, sentence)
    if row.outcome in (Outcome.UPDATED, Outcome.UNCHANGED):
        fail(row, Reason.TYPE_CONFLICT, row.detail)
        row.verified = False
