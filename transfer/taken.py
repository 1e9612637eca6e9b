"""What an update takes out of the store with a part of a record: Shopify takes a variant out of what names it as well.

A discount on two variants names one of them as soon as a mirror has taken the other away. Nobody else did that.
"""

from __future__ import annotations

from collections.abc import Collection

from .outcomes import Outcome
from .references import Target
from .registry import owner
from .resource import Fields, Resource
from .work import Desk, Row


def standing(desk: Desk, resource: Resource, row: Row) -> Fields:
    """What this run last saw of a record, without the variants that it has taken away since."""
    assert row.stands is not None
    named = {place.target for place in resource.places(row.key, row.stands, None)}
    homes = {target: owner(target, desk.registry) for target in named}
    inside = {home for target, home in homes.items() if home is not None and home != target}
    gone = {str(target) for target in named & _taken(desk, inside)} if inside else set()
    return resource.rewrite(row.stands, lambda text: None if text in gone else text) if gone else row.stands


def _taken(desk: Desk, homes: Collection[Target]) -> set[Target]:
    """What updates of these records have taken out of them."""
    found: set[Target] = set()
    for name in {home.resource for home in homes}:
        resource = desk.registry[name]
        for row in desk.ledger.get(name, sorted(home.key for home in homes if home.resource == name)).values():
            if row.outcome is Outcome.UPDATED and row.before and row.after:
                found.update(resource.taken(row.key, row.before, row.after))
    return found
