"""What copies do when a run comes to rest, a link ends, or a shop leaves."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.models.signals import pre_delete
from django.urls import reverse

from runs import bell
from runs.signals import absent, removing, rested
from shops import signals
from shops.models import Link, Shop

from . import copies, parting, people
from .models import OPEN, Copy, CopyStatus, Import
from .overtaken import noted
from .tasks import COPIES


def connect() -> None:
    rested.connect(_rested, dispatch_uid="imports.rested")
    pre_delete.connect(noted, sender=Import, dispatch_uid="imports.overtaken")
    removing.connect(_removing, dispatch_uid="imports.removing")
    absent.connect(_absent, dispatch_uid="imports.absent")
    signals.link_ended.connect(_link_ended, dispatch_uid="imports.link_ended")
    signals.people_asked.connect(_people_asked, dispatch_uid="imports.people_asked")
    signals.people_redacted.connect(_people_redacted, dispatch_uid="imports.people_redacted")
    signals.leaving.connect(_leaving, dispatch_uid="imports.leaving")


def _rested(run_id: UUID, **_: Any) -> None:
    """The next step is taken at once, and not only when beat asks for it."""
    if Copy.objects.filter(Q(export_id=run_id) | Q(run_id=run_id) | Q(comparison_id=run_id), status__in=OPEN).exists():
        bell.call(COPIES)


def _removing(run_id: UUID, **_: Any) -> None:
    """A copy whose import or comparison has ended has ended with it, and says how, also where that goes at once."""
    for copy in Copy.objects.filter(Q(run_id=run_id) | Q(comparison_id=run_id), status=CopyStatus.IMPORTING):
        copies.advance(copy)


def _absent(shop: Shop, run_id: UUID, **_: Any) -> str | None:
    """A copy or comparison that was called off, or whose plan was removed, says so."""
    seen = Q(seen__import__id=str(run_id)) | Q(seen__comparison__id=str(run_id))
    copy = Copy.objects.filter(seen, target=shop).first()
    return reverse("imports:copy", args=[copy.pk]) if copy is not None else None


def _link_ended(link: Link, **_: Any) -> None:
    parting.link_ended(link)


def _leaving(shop: Shop, **_: Any) -> bool:
    return parting.leaving(shop)


def _people_asked(domain: str, **_: Any) -> int:
    return sum(1 for _ in people.holding(domain))


def _people_redacted(domain: str, **_: Any) -> bool:
    return people.redact(domain)
