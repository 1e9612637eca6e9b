"""What was equal when the plan was made, and is gone since: deleted by somebody, or with what it hangs on.

A product that somebody deletes takes its metafields, their translations and its places on sales channels with it; a
variant takes its metafields and its stock. Nothing of these was to be written, so nothing looked at them again. Their
owners' rows tell what became of them, and which variants a row with REPLACE took away; of everything that is a node of
its own, the store is asked whether it is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .existence import existing
from .outcomes import Outcome, Reason, Verdict
from .references import Target
from .registry import in_order, owner
from .work import Checkpoint, Cursor, Desk, Row, Where
from .writing import fail

WINDOW = 1000


def hanging(desk: Desk, cursor: Cursor) -> Iterator[Checkpoint]:
    """Judges every unchanged row, owners before what hangs on them, to any depth.

    What went with a record that a row asked to delete is deleted; what vanished, alone or with any other, has failed.
    """
    cursor = cursor or {"kind": 0, "after": None}
    names = in_order(desk.registry)
    while cursor["kind"] < len(names):
        where = Where(resource=names[cursor["kind"]], outcomes=frozenset({Outcome.UNCHANGED}))
        after = cursor["after"]
        rows = desk.ledger.select(
            where, limit=WINDOW, after=(after[0], tuple(after[1]), after[2]) if after is not None else None
        )
        fallen = list(_fallen(desk, rows))
        desk.ledger.put([*fallen, *_vanished(desk, [row for row in rows if row.outcome is Outcome.UNCHANGED])])
        if rows:
            cursor["after"] = [rows[-1].resource, list(rows[-1].key), rows[-1].number]
        else:
            cursor["kind"], cursor["after"] = cursor["kind"] + 1, None
        if rows or cursor["kind"] == len(names):
            yield Checkpoint(cursor, done=cursor["kind"] == len(names))
        if desk.stopping():
            return


def _vanished(desk: Desk, rows: Sequence[Row]) -> Iterator[Row]:
    """Those that the store does not know any more. Of what it does not say, the snapshot's word stands."""
    nodes = {id(row): desk.registry[row.resource].node(row.gid) for row in rows if row.gid}
    there, unsaid = existing(desk, sorted({*nodes.values()} - {""}))
    for row in rows:
        node = nodes.get(id(row), "")
        if node and node not in there and node not in unsaid:
            fail(row, Reason.GONE, "It vanished from the target store after the plan was made.")
            row.verified = False
            yield row


def _fallen(desk: Desk, rows: Sequence[Row]) -> Iterator[Row]:
    rows = [row for row in rows if row.gid]  # the others were to be deleted, and not there
    homes = {row.target: _homes(desk, row) for row in rows}
    gone = _gone(desk, {home for own in homes.values() for home in own.values()})
    for row in rows:
        own = homes[row.target]
        place = next((place for name in own for place in (name, own[name]) if place in gone), None)
        if place is not None:
            _fall(row, place, gone[place])
            yield row


def _fall(row: Row, place: Target, home: Row) -> None:
    """`place`: what it hung on, `home`: the row that tells what became of that."""
    if home.outcome in (Outcome.DELETED, Outcome.UPDATED) and home.verdict is not Verdict.EXTRA:
        row.outcome, row.verified = Outcome.DELETED, home.verified
        row.detail = f"It went with {place}, on which it hung."
    else:
        fail(row, Reason.GONE, f"It vanished from the target store with {place}, on which it hung.")
        row.verified = False


def _homes(desk: Desk, row: Row) -> dict[Target, Target]:
    """What a row hangs on -> the record in which that is: for a variant's value, the variant and the product."""
    found = ((target, owner(target, desk.registry)) for target in desk.registry[row.resource].owners(row.key))
    return {target: home for target, home in found if home is not None}


def _gone(desk: Desk, targets: Iterable[Target]) -> dict[Target, Row]:
    """Those that are gone, and what was taken out of them -> the row that tells of it."""
    wanted: dict[str, list[tuple[str, ...]]] = {}
    for target in targets:
        wanted.setdefault(target.resource, []).append(target.key)
    rows = {name: desk.ledger.get(name, sorted(keys)) for name, keys in wanted.items()}
    found: dict[Target, Row] = {}
    for row in (row for own in rows.values() for row in own.values()):
        if _is_gone(row):
            found[row.target] = row
        elif row.outcome is Outcome.UPDATED and row.before is not None and row.after is not None:
            taken = desk.registry[row.resource].taken(row.key, row.before, row.after)
            found |= dict.fromkeys(taken, row)
    return found


def _is_gone(row: Row) -> bool:
    return row.reason is Reason.GONE or row.outcome is Outcome.DELETED
