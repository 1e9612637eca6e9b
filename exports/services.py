"""Starting an export."""

from __future__ import annotations

from collections.abc import Sequence

from runs.models import Kind
from runs.services import enqueue
from shops.models import Shop
from shops.services import Refused
from transfer.registry import RESOURCES, order, withheld

from .models import Export


def create(shop: Shop, *, resources: Sequence[str] = (), metaobject_types: Sequence[str] = ()) -> Export:
    """A new export at the end of the shop's line. Raises Refused with one sentence.

    What is chosen by name must be readable. Without a choice, everything that is readable is exported, and the archive
    says what is not.
    """
    unknown = sorted(set(resources) - set(RESOURCES))
    if unknown:
        raise Refused(f"There is no resource {unknown[0]!r}; there are {', '.join(order())}.")
    if set(resources) == set(RESOURCES):
        resources = ()
    missing = missing_scopes(shop, resources)
    if missing:
        raise Refused(f"The app may not read this yet; grant it {', '.join(missing)} by opening it in the store.")
    selection = {
        "resources": [name for name in order() if name in resources],
        "metaobject_types": sorted(metaobject_types),
    }
    return enqueue(Export(shop=shop, kind=Kind.EXPORT, selection=selection))


def missing_scopes(shop: Shop, resources: Sequence[str]) -> list[str]:
    """What the shop has to grant before these can be read; without a choice, before anything can."""
    missing = withheld(shop.scopes, "read")
    if not resources and len(missing) < len(RESOURCES):
        return []
    return sorted({scope for name in resources or RESOURCES for scope in missing.get(name, ())})
