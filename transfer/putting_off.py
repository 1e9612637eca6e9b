"""What waits for records that were put off (`Result.later`), while a wave is prepared.

Such a record comes at the end of its group, or behind everything else. What refers to it waits where it must: where it
is nothing without it, or where no second pass would link it any more. So does what goes by its name, as long as that is
to change: two entries whose names change places have one name for a while, and a product cannot show both by then.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from .keys import Key
from .order import behind, end, put_off
from .outcomes import TO_WRITE, Outcome
from .present import KnownIds
from .references import Target
from .registry import owner
from .resource import Place
from .work import Desk, Row


def wait(desk: Desk, now: int, rows: Sequence[Row], places: Mapping[Target, Sequence[Place]], known: KnownIds) -> None:
    """Gives later waves to rows of wave `now` that have to wait. What is behind everything else waits no more: those
    may refer to each other, and to themselves."""
    last = end(desk.registry)
    if now >= last:
        return
    needed = {row.target: _needed(desk, row, places[row.target], known) for row in rows}
    named = {row.target: _named_by(desk, row) for row in rows}
    homes = {owner(target, desk.registry) for found in needed.values() for target in found}
    late = _late(desk, now, {*homes, *(target for own in named.values() for target in own)})
    for row in rows:
        first = [
            late[home]
            for target, hard in needed[row.target].items()
            if (home := owner(target, desk.registry)) in late and (hard or (late[home].wave or 0) >= last)
        ]
        first += [own for target in named[row.target] if (own := late.get(target)) and own.stands is not None]
        row.wave = max((behind(own.wave or 0, last) for own in first), default=row.wave)


def _needed(desk: Desk, row: Row, places: Sequence[Place], known: KnownIds) -> dict[Target, bool]:
    """What a row refers to that is not there yet -> whether it is nothing without."""
    missing = [place for place in places if place.target not in known]
    hard = {place.target for place in missing if place.hard}
    made = desk.registry[row.resource].made_by(row.key, row.after or {})
    return {target: target in hard for target in (*(place.target for place in missing), *made)}


def _named_by(desk: Desk, row: Row) -> set[Target]:
    resource = desk.registry[row.resource]
    return {target for fields in (row.after, row.base) if fields for target in resource.named_by(fields)}


def _late(desk: Desk, now: int, targets: Collection[Target | None]) -> dict[Target | None, Row]:
    """Those of these records that have been put off, and come after this wave."""
    wanted: dict[str, list[Key]] = {}
    for target in filter(None, targets):
        wanted.setdefault(target.resource, []).append(target.key)
    rows = [row for name, keys in wanted.items() for row in desk.ledger.get(name, sorted(keys)).values()]
    late = (row for row in rows if row.outcome is Outcome.PENDING and row.verdict in TO_WRITE and row.wave is not None)
    return {row.target: row for row in late if (row.wave or 0) > now and put_off(row.wave or 0, end(desk.registry))}
