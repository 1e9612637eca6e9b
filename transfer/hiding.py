"""Records that only the target has, and that a new demand of the archive's definition hides: told in its row.

Shopify leaves entries that lack a field which became required out of every list, the admin's too, until it is filled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from .outcomes import Outcome, Verdict
from .references import Target
from .work import Desk, Row, Where

WINDOW = 300


def tell_hidden(desk: Desk) -> None:
    """Says of definitions that demand more than before how many entries of the target's own do not meet that."""
    for name, resource in desk.registry.items():
        if resource.governor in desk.registry:
            stricter = _stricter(desk, resource.governor)
            if stricter:
                _count(desk, name, stricter)


def _stricter(desk: Desk, governor: str) -> dict[Target, tuple[Row, frozenset[str]]]:
    """The definitions of which the plan demands more, and what."""
    where = Where(resource=governor, verdicts=frozenset({Verdict.UPDATE}), outcomes=frozenset({Outcome.PENDING}))
    found = {}
    after = None
    while rows := desk.ledger.select(where, limit=WINDOW, after=after):
        after = (rows[-1].resource, rows[-1].key, rows[-1].number)
        for row in rows:
            assert row.before is not None
            assert row.after is not None
            demands = desk.registry[governor].stricter(row.before, row.after)
            if demands:
                found[row.target] = (row, demands)
    return found


def _count(desk: Desk, name: str, stricter: Mapping[Target, tuple[Row, frozenset[str]]]) -> None:
    resource = desk.registry[name]
    hidden: Counter[Target] = Counter()
    where = Where(resource=name, verdicts=frozenset({Verdict.EXTRA}))
    after = None
    while rows := desk.ledger.select(where, limit=WINDOW, after=after):
        after = (rows[-1].resource, rows[-1].key, rows[-1].number)
        for row in rows:
            governor = resource.governed_by(row.key)
            own = stricter.get(governor) if governor is not None else None
            if own is not None and row.before is not None and resource.lacks(row.before, own[1]):
                hidden[own[0].target] += 1
    for target, count in hidden.items():
        row, demands = stricter[target]
        fields = ", ".join(sorted(demands))
        lack, them = ("entry", "lacks") if count == 1 else ("entries", "lack"), "it" if count == 1 else "them"
        sentence = (
            f"{count:,} {lack[0]} that only the target store has {lack[1]} {fields}, which is required then: Shopify "
            f"lists {them} no more until it is filled."
        )
        if sentence not in row.detail:
            row.detail = f"{row.detail} {sentence}".strip()
            desk.ledger.put([row])
