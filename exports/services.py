"""Starting an export."""

from __future__ import annotations

from collections.abc import Sequence

from runs.models import Kind
from runs.services import enqueue
from shops.models import Shop
from shops.services import Refused
from transfer.registry import RESOURCES, order

from .models import Export


def create(shop: Shop, *, resources: Sequence[str] = (), metaobject_types: Sequence[str] = ()) -> Export:
    """A new export at the end of the shop's line. Raises Refused with one sentence."""
    unknown = sorted(set(resources) - set(RESOURCES))
    if unknown:
        raise Refused(f"There is no resource {unknown[0]!r}; there are {', '.join(order())}.")
    missing = missing_scopes(shop, resources)
    if missing:
        raise Refused(f"The app may not read this yet; grant it {', '.join(missing)} by opening it in the store.")
    chosen = [name for name in order() if name in resources] if len(set(resources)) < len(RESOURCES) else []
    selection = {"resources": chosen, "metaobject_types": sorted(metaobject_types)}
    return enqueue(Export(shop=shop, kind=Kind.EXPORT, selection=selection))


def missing_scopes(shop: Shop, resources: Sequence[str]) -> list[str]:
    """What the shop has not granted of what reading these takes; `write_x` holds `read_x`."""
    from transfer.registry import scopes

    granted = set(shop.scopes) | {f"read_{scope[6:]}" for scope in shop.scopes if scope.startswith("write_")}
    return [scope for scope in scopes(resources).read if shop.scopes and scope not in granted]
