"""Plans that another import of the same store has overtaken: what they know of the store is not so any more.

Two people, two tabs or a double upload can have two plans wait at once. The first that is carried out makes records
which the second one still means to create.
"""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Q

from .models import Import

WRITTEN = (
    "Another import has written into this store since this plan was made. Plan again, so that it starts from what is "
    "there by now; your choices are kept."
)
WRITING = (
    "Another import of this store is confirmed and not over yet. Plan this one again once it is, so that it starts "
    "from what is there by then; your choices are kept."
)


def overtaken(run: Import) -> str:
    """Why a plan that waits cannot be decided on; empty where it can."""
    others = Import.objects.filter(shop=run.shop_id, confirmed_at__isnull=False).exclude(pk=run.pk)
    if others.filter(finished_at__isnull=True).exists():
        return WRITING
    if Import.objects.filter(pk=run.pk, overtaken=True).exists():
        return WRITTEN
    since = others.filter(Q(finished_at__gt=run.started_at) if run.started_at else Q())
    return WRITTEN if any(stats.get("writes") for stats in since.values_list("stats", flat=True)) else ""


def noted(instance: Import, **_: Any) -> None:
    """An import is removed: what it overtook keeps that, because nothing else will tell."""
    if instance.confirmed_at and instance.finished_at and instance.stats.get("writes"):
        others = Import.objects.filter(shop=instance.shop_id, confirmed_at__isnull=True).exclude(pk=instance.pk)
        for plan in cast(list[Import], list(others.filter(started_at__lt=instance.finished_at))):
            plan.overtaken = True
            plan.save(update_fields=["overtaken"])
