"""Definitions that values of the target keep from being made: values of another type, which this import leaves there.

Shopify refuses such a definition whole. Whether these values stay is known once it is decided what is written and what
goes, so it is judged then; a definition whose values are all replaced, or deleted, comes after them (`Later.END`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .outcomes import Outcome, Reason, Verdict
from .resource import Resource
from .work import Checkpoint, Cursor, Desk, Row, Where

WINDOW = 300
NEW = Where(verdicts=frozenset({Verdict.CREATE}), outcomes=frozenset({Outcome.PENDING}))
# What the target has, and stays as it is.
LEFT = Where(
    verdicts=frozenset(Verdict) - {Verdict.CREATE, Verdict.UNCHANGED, Verdict.FULLER},
    outcomes=frozenset({Outcome.LEFT, Outcome.SKIPPED, Outcome.FAILED, Outcome.UNCHANGED}),
)


def judge_standing(desk: Desk, cursor: Cursor) -> Iterator[Checkpoint]:
    """Takes such definitions out of a plan that is decided on. The last cursor says in `fell` how many."""
    kinds = [resource for resource in desk.registry.values() if resource.precedes]
    cursor = cursor or {"kind": 0, "after": None, "fell": 0}
    while cursor["kind"] < len(kinds):
        resource, after = kinds[cursor["kind"]], cursor["after"]
        rows: list[Row] = []
        if desk.ledger.select(NEW.of(resource.governor), limit=1):
            start = (after[0], tuple(after[1]), after[2]) if after is not None else None
            rows = desk.ledger.select(LEFT.of(resource.name), limit=WINDOW, after=start)
        if rows:
            cursor["fell"] += _judge(desk, resource, rows)
            cursor["after"] = [rows[-1].resource, list(rows[-1].key), rows[-1].number]
        else:
            cursor |= {"kind": cursor["kind"] + 1, "after": None}
        yield Checkpoint(cursor)
        if desk.stopping():
            return
    yield Checkpoint(cursor, done=True)


def _judge(desk: Desk, resource: Resource, rows: Sequence[Row]) -> int:
    targets = {row.target: resource.governed_by(row.key) for row in rows}
    keys = {target.key for target in targets.values() if target is not None}
    definitions = desk.ledger.get(resource.governor, sorted(keys))
    fell = 0
    for row in rows:
        target = targets[row.target]
        own = definitions.get(target.key) if target is not None else None
        if own is None or own.verdict is not Verdict.CREATE or own.outcome is not Outcome.PENDING:
            continue
        said = resource.bars(row.key, row.before, own.after) if row.before and own.after else ""
        if said:
            own.verdict, own.reason, own.detail = Verdict.CANNOT, Reason.TYPE_CONFLICT, said
            desk.ledger.put([own])
            fell += 1
    return fell
