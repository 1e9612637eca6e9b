"""What becomes of copies, and of what a target holds of another store, when a link ends or a store removes the app."""

from __future__ import annotations

from typing import cast

from django.db.models import QuerySet

from runs.states import FINAL
from runs.storage import deleted, storage
from shops.models import Link, LinkStatus, Shop

from . import copies, people
from .models import OPEN, Copy, CopyStatus, Import


def link_ended(link: Link) -> None:
    who = {link.target_id: " in this store", link.source_id: " by the other store"}.get(link.ended_by_shop_id or 0, "")
    for copy in Copy.objects.filter(link=link, status__in=OPEN):
        copies.call_off(copy, f"The link was ended{who}.")
    _forget_compared(Copy.objects.filter(link=link))
    _forget_archives(Copy.objects.filter(link=link))


def _forget_compared(found: QuerySet[Copy]) -> list[bool]:
    """What a comparison shows is the other store's, and was never the target's to keep. Which are gone by now."""
    compared = list(found.filter(comparison__isnull=False))
    Copy.objects.filter(pk__in=[copy.pk for copy in compared]).update(discard=True)
    return [copies.discard(copy) for copy in compared]


def _forget_archives(found: QuerySet[Copy]) -> bool:
    """What the target wrote is the target's; the archive that it could import the rest from is not. False while one of
    them cannot be deleted: ask again."""
    gone = True
    for copy in found.filter(run__status__in=FINAL):
        run = cast(Import, copy.run)
        gone = deleted(run.archive) and gone
        people.forget_untaken(run)
    return gone


def forget_archives_left() -> None:
    """Those that stayed when their link ended, because they could not be deleted or their import was still writing."""
    for copy in Copy.objects.filter(run__status__in=FINAL).exclude(link__status=LinkStatus.ACTIVE):
        if storage().exists(cast(Import, copy.run).archive):
            _forget_archives(Copy.objects.filter(pk=copy.pk))


def leaving(shop: Shop) -> bool:
    """Stops what is under way for or from a shop that uninstalls the app, and removes what others hold of it."""
    for copy in Copy.objects.filter(target=shop, status=CopyStatus.READING):
        copies.cancel(copy)
    gone = [copies.forget_beside(Copy.objects.filter(target=shop))]
    for copy in Copy.objects.filter(source=shop, status__in=OPEN):
        copies.call_off(copy, copies.LEFT)
    gone += _forget_compared(Copy.objects.filter(source=shop))
    gone.append(_forget_archives(Copy.objects.filter(source=shop)))
    gone += [copies.discard(copy) for copy in Copy.objects.filter(source=shop, discard=True)]
    for copy in Copy.objects.filter(source=shop, run__isnull=False):
        run = cast(Import, copy.run)
        run.plan.pop("source_shop", None)
        run.source_name = run.source_shop = ""
        run.save(update_fields=["source_name", "source_shop", "plan"])
    return all(gone)
