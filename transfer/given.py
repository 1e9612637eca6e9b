"""What only a person can add to a store: told once of what the target lacks, in its own row (`resource.given`)."""

from __future__ import annotations

from collections.abc import Mapping

from .outcomes import Outcome, Verdict
from .work import Desk, Row, Where

WINDOW = 300


def tell_given(desk: Desk, told: Mapping[str, int]) -> None:
    """Says of what a person has to add how many records name it."""
    for name in (name for name, resource in desk.registry.items() if resource.given):
        where = Where(resource=name, verdicts=frozenset({Verdict.CANNOT}), outcomes=frozenset({Outcome.PENDING}))
        after = None
        while rows := desk.ledger.select(where, limit=WINDOW, after=after):
            after = (rows[-1].resource, rows[-1].key, rows[-1].number)
            untold = [row for row in rows if row.detail == desk.registry[name].given]
            for row in untold:
                _tell(row, told.get(str(row.target), 0))
            desk.ledger.put(untold)


def _tell(row: Row, count: int) -> None:
    if count:
        row.detail = f"{row.detail} {count:,} record{' names' if count == 1 else 's name'} it."
    else:
        row.detail = "The target store does not have it, and nothing in this import names it."
