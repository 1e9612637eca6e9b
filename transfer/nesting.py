"""Records that may hold others of their kind, one deep: what is held holds none, as Shopify has it with collections.

Such a change goes by many writes, and each must be allowed when it is sent. So what is to go goes first: before any is
written, each lets go of what stands against what others are to become (`Row.aside`). It never lets go of what it is to
keep, so nothing is put back if the rest does not come.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .drift import touching
from .keys import Key
from .outcomes import REMOVALS, TO_WRITE, Outcome
from .resource import Fields, Resource
from .work import Desk, Row, Where

WINDOW = 500


@dataclass(slots=True)
class Nesting:
    """The records of one resource, once it is decided what is to be written and deleted of them."""

    desk: Desk
    resource: Resource
    holding: set[Key] = field(default_factory=set)  # those that are to hold others
    held: set[Key] = field(default_factory=set)  # those that are to be held

    def settle(self) -> None:
        """Gives those that have to let go what they hold until their own write."""
        for rows in self._windows():
            for row in rows:
                nested = self._then(row)
                if nested is not None:
                    self.holding.add(row.key)
                    self.held |= nested
        for rows in self._windows() if self.holding else ():
            stepping = [row for row in rows if self._lets_go(row)]
            self.desk.ledger.put(stepping)

    def _windows(self) -> Iterator[Sequence[Row]]:
        where = Where(resource=self.resource.name, verdicts=TO_WRITE | REMOVALS, outcomes=frozenset({Outcome.PENDING}))
        after = None
        while rows := self.desk.ledger.select(where, limit=WINDOW, after=after):
            after = (rows[-1].resource, rows[-1].key, rows[-1].number)
            self.desk.beat()
            yield rows

    def _then(self, row: Row) -> frozenset[Key] | None:
        """What it is to hold; None: it is to be none that holds others."""
        if row.verdict in REMOVALS:
            return None
        fields = row.after if row.before is None or touching(row.changed, [self.resource.nests]) else row.before
        return self._nested(fields)

    def _nested(self, fields: Fields | None) -> frozenset[Key] | None:
        return self.resource.nested(fields) if fields else None

    def _lets_go(self, row: Row) -> bool:
        """Whether it has to: it holds others and is to be held, or holds what is to hold others."""
        now, then = self._nested(row.before), self._then(row)
        if now is None or row.before is None:
            return False
        gone = (now & self.holding) - (then or frozenset())
        if then is None and row.key in self.held:
            row.aside = self.resource.released(row.before, None)
        elif gone:
            row.aside = self.resource.released(row.before, gone)
        else:
            return False
        row.stepped = False
        return True
