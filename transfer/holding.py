"""Demands that a plan makes of records which are there, and which it is to fill: they come when that is done.

Shopify lists a record to nobody once its definition requires what it lacks, and nobody knows beforehand whether it will
take the value that is to fill it. So the demand is left off at first (`Row.relaxed`, `easing`). Not so what a reference
fills: that would count as a place that may be linked later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .hiding import Stricter, stricter
from .outcomes import Verdict
from .references import Target
from .resource import Resource
from .trace import WRITABLE
from .work import Desk, Row

WINDOW = 300


def hold_back(desk: Desk) -> None:
    """Leaves off what the plan demands, and records lack that it fills."""
    for resource in desk.registry.values():
        if resource.listed_whole or resource.governor not in desk.registry:
            continue
        demanding, own = stricter(desk, resource.governor), desk.registry[resource.governor]
        for target, names in (_lacked(desk, resource, demanding) if demanding else {}).items():
            row = demanding[target][0]
            paths = own.deferrable(row.after or {}, names)
            row.relaxed = tuple(sorted({*row.relaxed, *paths}))
            desk.ledger.put([row])


def _lacked(desk: Desk, resource: Resource, demanding: Stricter) -> Mapping[Target, set[str]]:
    found: dict[Target, set[str]] = {}
    for row in _updates(desk, resource.name):
        governor = resource.governed_by(row.key)
        if governor is not None and governor in demanding and row.before is not None:
            lacked = (name for name in demanding[governor][1] if resource.lacks(row.before, [name]))
            found.setdefault(governor, set()).update(lacked)
    return found


def _updates(desk: Desk, kind: str) -> Iterator[Row]:
    after = None
    while rows := desk.ledger.select(WRITABLE.of(kind), limit=WINDOW, after=after):
        after = (rows[-1].resource, rows[-1].key, rows[-1].number)
        desk.beat()
        yield from (row for row in rows if row.verdict is Verdict.UPDATE)
