"""Demands that were held back (`holding`) and stay away: Shopify did not take what would fill them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .hiding import untold
from .naming import listed
from .outcomes import Outcome, Reason
from .present import Current
from .references import Target
from .resource import Resource
from .unseen import Demands, gaps, short
from .work import Cursor, Desk, Row, tell

_FEW = 3  # records that a sentence names

Gaps = Sequence[tuple[Row, list[str]]]


def ease(desk: Desk, own: Resource, pairs: Sequence[tuple[Row, Current]]) -> None:
    """Takes out of these definitions what would hide records that this import could not fill, and says so."""
    held = {row.target: (row, names) for row, current in pairs if (names := _held(own, row, current))}
    if not held:
        return
    unfilled = _unfilled(desk, own, {target: names for target, (_, names) in held.items()})
    for target, gaps_ in unfilled.items():
        _ease(own, held[target][0], gaps_)


def _held(own: Resource, row: Row, current: Current) -> frozenset[str]:
    assert row.after is not None
    waiting = own.demands(row.after) - own.demands(current.fields)
    return frozenset(name for name in waiting if {*own.deferrable(row.after, [name])} & {*row.relaxed})


def _unfilled(desk: Desk, own: Resource, demands: Demands) -> Mapping[Target, Gaps]:
    found: dict[Target, list[tuple[Row, list[str]]]] = {}
    for resource in desk.registry.values():
        cursor: Cursor = {}
        for rows in short(desk, resource.name, cursor) if resource.governor == own.name else ():
            for row, names in gaps(desk, resource, rows, demands):
                governor = resource.governed_by(row.key)
                if governor is not None:
                    found.setdefault(governor, []).append((row, names))
    return found


def _ease(own: Resource, row: Row, gaps_: Gaps) -> None:
    assert row.after is not None
    names = sorted({name for _, lacked in gaps_ for name in lacked})
    row.after = own.eased(row.after, names)
    still = {change.path for change in own.changes(row.base or {}, row.after)}
    row.changed = tuple(path for path in row.changed if path in still)
    row.reason = row.reason or Reason.PART_CONFLICT
    row.detail = untold(row.detail)
    tell(row, _sentence(names, [gap.key[-1] for gap, _ in gaps_]))
    if not row.changed:  # the look that this comes from is the proof
        row.outcome, row.verified = Outcome.UNCHANGED, True


def _sentence(names: Sequence[str], keys: Sequence[str]) -> str:
    entries, them = ("entry", "it") if len(keys) == 1 else ("entries", "them")
    few = f"{', '.join(keys[:_FEW])}{' and others' if len(keys) > _FEW else ''}"
    return (
        f"{listed(names)} {'is' if len(names) == 1 else 'are'} not required in the target store as in the source: "
        f"{len(keys):,} {entries} ({few}) could not be filled, and Shopify would list {them} to nobody."
    )
