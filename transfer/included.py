"""Records that are to hold others, or to be held, against which something stands that the import leaves as it is.

Shopify has them held one deep (`nesting`). What is written or deleted lets go before; what only the target has, or what
somebody left out, does not. Shopify would refuse such a write, so it is told in the plan.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from .archive.members import Line, MemberSet
from .drift import touching
from .keys import Key
from .outcomes import REMOVALS, TO_WRITE, Outcome, Verdict
from .resource import Resource
from .work import Desk, Row, Where

WINDOW = 300
_FEW = 3  # records that are named
_HELD = "It is to include others, but is included itself by {}, which stays as it is: take it out of that first."
_HOLDS = "It is to include {}, which includes others and stays as it is: take these out of that first."
_SENTENCE = re.compile(
    r" ?It is to include .+ stays? as (?:it is|they are): take (?:it|these) out of (?:that|them) first\."
)

Staying = Mapping[Key, frozenset[Key]]  # what holds others in the target, and goes on holding them


def tell_included(desk: Desk, snapshot: MemberSet, *, mirroring: bool = False) -> None:
    """Says of records that Shopify will not let include what they are to include, or be included, which others it is
    about. `mirroring`: it is decided that what only the target has goes."""
    for resource in desk.reachable.values():
        if not resource.nests or not any(_writing(desk, resource)):
            continue
        staying = _staying(desk, resource, snapshot, mirroring=mirroring)
        for row in _writing(desk, resource):
            detail = f"{untold(row.detail)} {_said(resource, row, staying)}".strip()
            if detail != row.detail:
                row.detail = detail
                desk.ledger.put([row])


def untold(detail: str) -> str:
    """What is told of a record, without what stands against it."""
    return _SENTENCE.sub("", detail)


def told(detail: str) -> str:
    """What is told to stand against a record; empty where nothing is."""
    found = _SENTENCE.search(detail)
    return found[0].strip() if found else ""


def _writing(desk: Desk, resource: Resource) -> Iterator[Row]:
    """The rows that change what a record holds, or make one."""
    where = Where(resource=resource.name, verdicts=TO_WRITE, outcomes=frozenset({Outcome.PENDING}))
    after = None
    while rows := desk.ledger.select(where, limit=WINDOW, after=after):
        after = (rows[-1].resource, rows[-1].key, rows[-1].number)
        desk.beat()
        yield from (row for row in rows if row.before is None or touching(row.changed, [resource.nests]))


def _staying(desk: Desk, resource: Resource, snapshot: MemberSet, *, mirroring: bool) -> Staying:
    found: dict[Key, frozenset[Key]] = {}
    lines: Iterator[Line] = snapshot.records(resource.name)
    while some := list(islice(lines, WINDOW)):
        rows = desk.ledger.get(resource.name, [line.key for line in some])
        for line in some:
            nested = resource.nested(line.fields)
            if nested is not None and not _lets_go(resource, rows.get(line.key), mirroring=mirroring):
                found[line.key] = nested
    return found


def _lets_go(resource: Resource, row: Row | None, *, mirroring: bool) -> bool:
    """Whether what a record holds is written, or goes with it."""
    if row is None or row.outcome is not Outcome.PENDING:
        return False
    if row.verdict in REMOVALS:
        return mirroring or row.verdict is Verdict.DELETE
    return row.verdict in TO_WRITE and bool(touching(row.changed, [resource.nests]))


def _said(resource: Resource, row: Row, staying: Staying) -> str:
    then = resource.nested(row.after) if row.after else None
    if then is None:
        return ""
    if holders := sorted(key for key, nested in staying.items() if row.key in nested):
        return _sentence(_HELD, holders)
    inner = sorted(then & staying.keys())
    return _sentence(_HOLDS, inner) if inner else ""


def _sentence(template: str, keys: Iterable[Key]) -> str:
    names = [f"“{' / '.join(key)}”" for key in keys]
    more = [f"{len(names) - _FEW} more"] if len(names) > _FEW else []
    listed = names[:_FEW] + more
    said = template.format(", ".join(listed[:-1]) + " and " + listed[-1] if len(listed) > 1 else listed[0])
    if len(names) == 1:
        return said
    said = said.replace("stays as it is", "stay as they are").replace("which includes others", "which include others")
    return said.replace("of that first", "of them first")
