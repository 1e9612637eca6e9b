"""Entries that an import leaves as they are, and that a change of their definition shows or hides: told in its row.

Where entries of a type may be drafts no more, Shopify shows all of them; where they may be from now on, each that is
there gets a state, of which nobody has said what it is to be.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice

from .archive.members import Line, MemberSet
from .outcomes import TO_WRITE, Outcome, Verdict
from .references import Target
from .resource import Fields, Resource
from .work import Desk, Row, Where

WINDOW = 300
_SENTENCE = re.compile(
    r" ?[\d,]+ entr(?:y|ies) of the target store (?:that (?:is a|are) drafts? \w+ shown|gets? a state)[^.]*\."
)

Turned = Mapping[Target, Row]  # definitions of which the plan turns drafts on or off


def tell_shown(desk: Desk, snapshot: MemberSet, *, mirroring: bool = False) -> None:
    """Says of definitions how many of the target's entries are shown, or are to be published, by what changes in them.

    `mirroring`: it is decided that what only the target has goes.
    """
    for name, resource in desk.registry.items():
        if resource.governor in desk.registry and (turned := _turned(desk, resource.governor)):
            counts = Counter(_affected(desk, resource, snapshot.records(name), turned, mirroring=mirroring))
            for target, row in turned.items():
                said = _sentence(counts[target], _drafts(desk.registry[resource.governor], row.after))
                detail = f"{untold(row.detail)} {said}".strip()
                if detail != row.detail:
                    row.detail = detail
                    desk.ledger.put([row])


def untold(detail: str) -> str:
    """What is told of a definition, without how many entries it shows or hides."""
    return _SENTENCE.sub("", detail)


def _turned(desk: Desk, governor: str) -> dict[Target, Row]:
    where = Where(resource=governor, verdicts=frozenset({Verdict.UPDATE}), outcomes=frozenset({Outcome.PENDING}))
    own, after = desk.registry[governor], None
    found: dict[Target, Row] = {}
    while rows := desk.ledger.select(where, limit=WINDOW, after=after):
        after = (rows[-1].resource, rows[-1].key, rows[-1].number)
        found |= {row.target: row for row in rows if _drafts(own, row.before) != _drafts(own, row.after)}
    return found


def _drafts(governor: Resource, fields: Fields | None) -> bool:
    return fields is not None and governor.drafts(fields)


def _affected(
    desk: Desk, resource: Resource, lines: Iterator[Line], turned: Turned, *, mirroring: bool
) -> Iterator[Target]:
    """The definitions of entries that are drafts, and are none any more, or of those that have no state and get one."""
    own = desk.registry[resource.governor]
    of_turned = ((line, target) for line in lines if (target := resource.governed_by(line.key)) in turned)
    while some := list(islice(of_turned, WINDOW)):
        rows = desk.ledger.get(resource.name, [line.key for line, _ in some])
        for line, target in some:
            assert target is not None
            row = rows.get(line.key)
            if row is not None and _goes(row, mirroring=mirroring):
                continue
            if _drafts(own, turned[target].after):
                written = row is not None and row.verdict in TO_WRITE and row.outcome is Outcome.PENDING
                if not written:
                    yield target
            elif resource.is_draft(line.fields):
                yield target


def _goes(row: Row, *, mirroring: bool) -> bool:
    return row.outcome is Outcome.PENDING and (
        row.verdict is Verdict.DELETE or (mirroring and row.verdict is Verdict.EXTRA)
    )


def _sentence(count: int, drafts: bool) -> str:
    if not count:
        return ""
    entries = f"{count:,} {'entry' if count == 1 else 'entries'} of the target store"
    if drafts:
        them = "it" if count == 1 else "them"
        return f"{entries} get{'s' if count == 1 else ''} a state then: where that is draft, nobody sees {them}."
    are = "that is a draft is" if count == 1 else "that are drafts are"
    return f"{entries} {are} shown to everybody then."
