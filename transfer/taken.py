"""What an update takes out of the store with a part of a record, and what others see of it who named that part.

A mirror takes variants away with the update of their product. Where a text, a link or a value named one, its id stays
and leads nowhere; a discount on it names one variant less, which Shopify sees to. Nobody else did either of that, so
that what was taken away is left out of account wherever a record is held against what was last seen of it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from .drift import moved
from .outcomes import Outcome
from .references import Target, parse
from .registry import owner
from .resource import Fields, Resource
from .work import Desk, Row


def moved_by_others(
    desk: Desk, resource: Resource, row: Row, before: Fields, current: Fields, ours: Sequence[str] = ()
) -> set[str]:
    """`drift.moved`, but for what this run has taken away since it last saw the record."""
    stirred = moved(resource, before, current, ours)
    gone = _gone(desk, resource, row, before) if stirred else set()
    if not gone:
        return stirred
    return stirred & moved(resource, _without(resource, before, gone), _without(resource, current, gone), ours)


def _without(resource: Resource, fields: Fields, gone: Collection[str]) -> Fields:
    """The record without what is gone, and without what nothing answers to any more."""

    def left(text: str) -> str | None:
        target = parse(text)
        return None if text in gone or (target is not None and target.unknown) else text

    return resource.rewrite(fields, left)


def _gone(desk: Desk, resource: Resource, row: Row, before: Fields) -> set[str]:
    """What the record named that lived inside another one, until an update of that one took it away."""
    named = {place.target for place in resource.places(row.key, before, None)}
    homes = {target: owner(target, desk.registry) for target in named}
    inside = {home for target, home in homes.items() if home is not None and home != target}
    return {str(target) for target in named & _taken(desk, inside)} if inside else set()


def _taken(desk: Desk, homes: Collection[Target]) -> set[Target]:
    """What updates of these records have taken out of them."""
    found: set[Target] = set()
    for name in {home.resource for home in homes}:
        resource = desk.registry[name]
        for row in desk.ledger.get(name, sorted(home.key for home in homes if home.resource == name)).values():
            if row.outcome is Outcome.UPDATED and row.before and row.after:
                found.update(resource.taken(row.key, row.before, row.after))
    return found
