"""The proof: what was written is read back and compared with what was wanted.

Records that were equal before the plan were proven by the snapshot, unless what they hang on has gone since
(`hanging`); everything that this import wrote is read again by its GID. A record that reads back differently counts as
failed, whatever Shopify answered to the write; where all that differs was seen to be changed by others and kept on
purpose, it counts as changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from shopify_client import ShopifyError

from .drift import within
from .hanging import hanging
from .outcomes import Outcome, Reason
from .pour import Batch, Task, pour
from .present import portable, read_back, sides
from .resource import Reading, Resource
from .talk import Ended
from .unseen import unseen
from .work import Checkpoint, Cursor, Desk, Row, Where, tell
from .writing import fail

UNPROVEN = Where(outcomes=frozenset({Outcome.CREATED, Outcome.UPDATED}), verified=(None,))
DELETED = Where(outcomes=frozenset({Outcome.DELETED}), verified=(None,))
WINDOW = 600

Back = tuple[list[Reading], dict[str, ShopifyError]]


def verify(desk: Desk, cursor: Cursor) -> Iterator[Checkpoint]:
    """Marks every written row as verified or as failed."""
    cursor = cursor or {"done": {}, "total": _totals(desk)}
    for where in (UNPROVEN, DELETED):
        finished = yield from pour(desk, _Proofs(desk, cursor, where))
        if not finished:
            return
    yield Checkpoint(cursor, _counts(cursor))  # a tally counts what is saved
    for checkpoint in unseen(desk, cursor.setdefault("unseen", {})):
        finished = checkpoint.done
        yield Checkpoint(cursor, _counts(cursor))
    if not finished:
        return
    for checkpoint in hanging(desk, cursor.get("hanging", {})):
        cursor["hanging"] = checkpoint.cursor
        yield Checkpoint(cursor, _counts(cursor), done=checkpoint.done)


def _totals(desk: Desk) -> dict[str, int]:
    totals: dict[str, int] = {}
    for resource, tally in desk.ledger.tally().items():
        written = sum(tally.get(f"outcome:{word}", 0) for word in (Outcome.CREATED, Outcome.UPDATED, Outcome.DELETED))
        if written:
            totals[resource] = written
    return totals


def _counts(cursor: Cursor) -> dict[str, tuple[int, int | None]]:
    return {name: (cursor["done"].get(name, 0), total) for name, total in cursor["total"].items()}


@dataclass
class _Proofs(Task[Back]):
    desk: Desk
    cursor: Cursor
    where: Where
    after: tuple[str, tuple[str, ...], int] | None = None

    def supply(self) -> list[Batch[Back]]:
        rows = self.desk.ledger.select(self.where, limit=WINDOW, after=self.after)
        if rows:
            self.after = (rows[-1].resource, rows[-1].key, rows[-1].number)
        return [
            batch for name, group in groupby(rows, lambda row: row.resource) for batch in self._some(name, [*group])
        ]

    def _some(self, name: str, rows: list[Row]) -> Iterator[Batch[Back]]:
        resource = self.desk.registry[name]
        for start in range(0, len(rows), resource.read_batch):
            some = rows[start : start + resource.read_batch]
            yield Batch(some, read_back(resource, [row.gid for row in some]))

    def take(self, batch: Batch[Back], ended: Ended[Batch[Back], Back]) -> None:
        if ended.error is not None:
            raise ended.error  # what is about single records is an answer about these
        resource = self.desk.registry[batch.rows[0].resource]
        readings, unread = ended.value or ([], {})
        current_ = portable(self.desk, resource, readings, sides(batch.rows))
        present = {current.reading.gid: current for current in current_}
        for row in batch.rows:
            current = present.get(row.gid)
            if row.gid in unread:
                _unproven(row, unread[row.gid])
            elif row.outcome is Outcome.DELETED:
                self._deleted(row, gone=current is None)
            elif current is None and resource.void(row.after or {}):
                row.verified = True  # it was to be nothing, and is
            elif current is None:
                fail(row, Reason.GONE, "It was written, but the target store does not have it any more.")
                row.verified = False
            else:
                _prove(resource, row, current.reading, current.fields)
        self.desk.ledger.put(batch.rows)
        done = self.cursor["done"]
        done[resource.name] = done.get(resource.name, 0) + len(batch.rows)

    def _deleted(self, row: Row, *, gone: bool) -> None:
        row.verified = gone
        if not gone:
            fail(row, Reason.DIFFERS, "It was deleted, but the target store still has it.")

    def give_back(self, batch: Batch[Back], *, begun: bool) -> None:
        """Nothing to undo: a row that is not proven is asked for again."""

    def checkpoint(self) -> Checkpoint:
        return Checkpoint(self.cursor, _counts(self.cursor))


def _unproven(row: Row, error: ShopifyError) -> None:
    """What cannot be read back is not proven, and does not count as a success."""
    what = "deleted" if row.outcome is Outcome.DELETED else "written"
    fail(row, Reason.LOST, f"It was {what}, but could not be read back: {error}")
    row.verified = False


def _prove(resource: Resource, row: Row, reading: Reading, current: dict[str, object]) -> None:
    assert row.after is not None
    differing = [change.path for change in resource.changes(current, row.after)]
    if not resource.same(row.key, reading.key, row.before):
        differing.append(f"key (the target store named it {' / '.join(reading.key)})")
    row.verified = not differing
    if not differing:
        return
    if all(any(within(path, place) for place in row.theirs) for path in differing):
        tell(row, "All else was written.")
        fail(row, Reason.CHANGED_MEANWHILE, row.detail)
    else:
        tell(row, f"It was written, but reads back differently: {', '.join(differing)}.")
        fail(row, Reason.DIFFERS, row.detail)
