"""Records that an import leaves as they are, and that a new demand of the archive's definition hides: told in its row.

Shopify leaves entries that lack a field which became required out of every list, the admin's too, until it is filled.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from .outcomes import TO_WRITE, Outcome, Verdict
from .references import Target
from .work import Desk, Row, Where

WINDOW = 300


def tell_hidden(desk: Desk, *, mirroring: bool = False) -> None:
    """Says of definitions that demand more than before how many entries that stay as they are do not meet that.

    `mirroring`: it is decided that what only the target has goes.
    """
    for name, resource in desk.registry.items():
        if resource.governor in desk.registry:
            demanding = stricter(desk, resource.governor)
            if demanding:
                _count(desk, name, demanding, mirroring=mirroring)


Stricter = Mapping[Target, tuple[Row, frozenset[str]]]


def stricter(desk: Desk, governor: str) -> Stricter:
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


# What the target has and this import leaves as it is: by its verdict, or because somebody decided so.
LEFT = (
    Where(verdicts=frozenset({Verdict.EXTRA, Verdict.CANNOT, Verdict.CONFLICT})),
    Where(verdicts=TO_WRITE, outcomes=frozenset({Outcome.SKIPPED})),
)
_SENTENCE = re.compile(
    r" ?[\d,]+ entr(?:y|ies) of the target store that this import[^:]+: Shopify .+? until it is filled\."
)


def untold(detail: str) -> str:
    """What is told of a definition, without how many entries it hides."""
    return _SENTENCE.sub("", detail)


def _count(desk: Desk, name: str, demanding: Stricter, *, mirroring: bool) -> None:
    resource = desk.registry[name]
    hidden: Counter[Target] = Counter()
    for row in _left(desk, name):
        if mirroring and row.verdict is Verdict.EXTRA and row.outcome is Outcome.PENDING:
            continue  # it goes
        governor = resource.governed_by(row.key)
        own = demanding.get(governor) if governor is not None else None
        if own is not None and row.before is not None and resource.lacks(row.before, own[1]):
            hidden[own[0].target] += 1
    for target, (row, demands) in demanding.items():
        said = _sentence(hidden[target], demands) if hidden[target] else ""
        detail = f"{untold(row.detail)} {said}".strip()
        if detail != row.detail:
            row.detail = detail
            desk.ledger.put([row])


def _left(desk: Desk, name: str) -> Iterator[Row]:
    for where in LEFT:
        after = None
        while rows := desk.ledger.select(where.of(name), limit=WINDOW, after=after):
            after = (rows[-1].resource, rows[-1].key, rows[-1].number)
            yield from rows


def _sentence(count: int, demands: Collection[str]) -> str:
    entries, lack, them = ("entry", "lacks", "it") if count == 1 else ("entries", "lack", "them")
    return (
        f"{count:,} {entries} of the target store that this import leaves as {'it is' if count == 1 else 'they are'} "
        f"{lack} {', '.join(sorted(demands))}, which is required then: Shopify lists {them} no more until it is filled."
    )
