"""Copying from a linked store: an export on the source's lane, handed to an import on the target's.

The row is the parent of both and stands in no line. `advance` looks at the children and takes the next step; beat asks
for it every few seconds, and a child that comes to rest asks at once. So a killed worker or a dead broker costs time:
every step is one conditional UPDATE, or is done again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from exports import services as exports
from exports.kind import BESIDE
from exports.models import Export
from runs import expiry
from runs import services as runs
from runs.models import Run
from runs.states import FINAL, FailReason, Status
from runs.storage import deleted, storage
from shops import links
from shops.links import Who
from shops.models import Link, LinkStatus
from shops.services import Refused
from transfer.archive import ArchiveError
from transfer.registry import RESOURCES, order, withheld
from transfer.resource import Selection
from transfer.work import FileGone

from . import comparisons, people, services
from .models import OPEN, Comparison, Copy, CopyStatus, Import, Purpose
from .status import children
from .words import of_source

logger = logging.getLogger(__name__)

BEGUN = Q(run__isnull=False) | Q(comparison__isnull=False)
# Longer than a link and a transaction take. Where a slow disk copies for longer, two may be at it: the UPDATE decides.
HANDING = timedelta(seconds=30)
NOT_ALLOWED = "This link does not allow copying (any more)."
LEFT = "The other store removed the app."
ENDED = "The comparison is gone. Start it anew when you want it."
REMOVED = (
    "The plan was removed before anybody decided on it: by the operators of this app, or because somebody's data had "
    "to be erased. Start the copy anew when you want it."
)
NOBODY = "Nobody confirmed the plan in time. Start the copy anew when you want it."


class _Taken(Exception):
    """Somebody else took this step, or the copy was ended meanwhile."""


def start(link: Link, who: Who, *, also: Collection[str] = (), anonymise: bool = False) -> Copy:
    """Starts copying what the link allows. Raises Refused with one sentence.

    `also`: what the link allows and nobody gets without asking (`Resource.optional`).
    """
    allowed = _allowed(link, also)
    missing = services.missing_scopes(who.shop, allowed)
    if missing:
        raise Refused(f"The app may not write this yet; grant it {', '.join(missing)} by opening it in the store.")
    return _begun(link, who, allowed, Copy(purpose=Purpose.COPY, anonymise=anonymise))


def compare(link: Link, who: Who, beside: comparisons.File | None = None, *, also: Collection[str] = ()) -> Copy:
    """Starts comparing what the link allows with a file, or with the store that asks. Raises Refused, ArchiveError.

    `also`: as for a copy.
    """
    copy = Copy(purpose=Purpose.COMPARE, beside_name=beside[0][:255] if beside else "")
    if beside is None:
        return _begun(link, who, _allowed(link, also), copy)
    with comparisons.bound_one(beside) as file:
        copy.beside_shop = services.looked_at(file[1])[0][:255]
        return _begun(link, who, _allowed(link, also), copy, file)


def _begun(link: Link, who: Who, allowed: Sequence[str], copy: Copy, beside: comparisons.File | None = None) -> Copy:
    """The copy, saved, with an export at the end of the source's line. Raises Refused."""
    source, target = link.source, who.shop
    if link.target_id != target.pk or link.status != LinkStatus.ACTIVE:
        raise Refused(NOT_ALLOWED)
    if source.uninstalled_at is not None:
        raise Refused(LEFT)
    if not source.usable:
        raise Refused(f"{source.domain} has to be opened once, before anything can be read from it.")
    unreadable = withheld(source.scopes, "read")
    wanted = [name for name in allowed if name not in unreadable]
    if not wanted:
        raise Refused(f"{source.domain} has not let the app read any of this; open the app there, and grant it.")
    copy.link, copy.source, copy.target, copy.started_by = link, source, target, who.user
    copy.unlinked = [name for name in order() if name not in link.resources]
    copy.withheld = [{"resource": name, "scopes": unreadable[name]} for name in allowed if name in unreadable]
    try:
        with transaction.atomic():
            if not links.holds(link.pk):  # it was read a while ago, and may have been ended since
                raise Refused(NOT_ALLOWED)
            chosen = Selection(resources=frozenset(wanted))
            copy.export = exports.create(source, chosen, made_for=target, anonymise=copy.anonymise)
            if beside is not None:
                copy.beside = services.keep(beside[1], f"{copy.export.prefix}{BESIDE}zip")
            copy.save(force_insert=True)
    except IntegrityError:
        raise Refused(
            "A copy or comparison over this link is under way: see it under Copies, and wait until it is done."
        ) from None
    copy.refresh_from_db()
    return copy


def _allowed(link: Link, also: Collection[str]) -> list[str]:
    if not set(also) <= set(link.resources):
        raise Refused("This link does not allow reading that; the other store has to tick it in a new code.")
    allowed = [name for name in link.resources if name in also or (name in RESOURCES and RESOURCES[name].by_default)]
    if not allowed:
        raise Refused("Tick what is to be copied: this link allows only what is not copied by default.")
    return allowed


def cancel(copy: Copy) -> None:
    """The target does not want it any more. What is being written is awaited, and shown."""
    if copy.status == CopyStatus.READING:
        if copy.export is not None:
            runs.cancel(copy.export)
        _end(copy, CopyStatus.CANCELLED, f"The {copy.get_purpose_display().lower()} was cancelled.")
        if copy.child is not None:  # it was handed over this very moment
            runs.cancel(copy.child)
    else:
        if copy.child is not None:
            runs.cancel(copy.child)
        advance(copy)


def call_off(copy: Copy, why: str) -> None:
    """The source does not allow it any more: what is not confirmed stops, and its archive goes."""
    copy.refresh_from_db()
    if _confirmed(copy):
        return  # what the target confirmed is the target's
    run = copy.export if copy.status == CopyStatus.READING else copy.child
    if run is not None:  # a source that leaves takes its runs with it, and a plan may be removed
        runs.cancel(run)
    if _end(copy, CopyStatus.CANCELLED, why):
        Copy.objects.filter(pk=copy.pk).update(discard=True)
        discard(copy)


def discard(copy: Copy) -> bool:
    """Removes the target's run of a copy that was called off. False while a worker still ends its slice."""
    copy.refresh_from_db()
    return copy.child is None or expiry.remove_now(copy.child)


def work_off() -> int:
    """Advances every open copy, and removes what is over. How many are still open."""
    for copy in Copy.objects.filter(BEGUN, discard=True):
        discard(copy)
    for copy in Copy.objects.filter(status__in=OPEN).order_by("created_at"):
        try:
            advance(copy)
        except Exception:
            logger.exception("copy %s could not go on; it is looked at again in a while", copy.pk)
    forget_beside(Copy.objects.all())
    Copy.objects.filter(expires_at__lte=Now()).exclude(BEGUN, discard=True).delete()
    return Copy.objects.filter(status__in=OPEN).count()


def advance(copy: Copy) -> None:
    """Takes the step that the children are ready for, if any."""
    copy.refresh_from_db()
    if copy.status in OPEN and not _confirmed(copy) and (why := _revoked(copy)):
        call_off(copy, why)
    elif copy.status == CopyStatus.READING:
        _after_export(copy, copy.export)
    elif copy.status == CopyStatus.IMPORTING:
        _after_child(copy, copy.child)


def _revoked(copy: Copy) -> str:
    """Why the source allows it no more; empty where it does."""
    if copy.source is None or copy.source.uninstalled_at is not None:
        return LEFT
    return "The link was ended." if copy.link is None or copy.link.status != LinkStatus.ACTIVE else ""


def _confirmed(copy: Copy) -> bool:
    return copy.run is not None and copy.run.confirmed_at is not None


def _after_export(copy: Copy, export: Export | None) -> None:
    if export is None or export.status == Status.PURGING or export.reason == FailReason.FILES_GONE:
        _files_gone(copy)
    elif export.status == Status.SUCCEEDED:
        _hand_over(copy, export)
    elif export.status == Status.CANCELLED:
        _end(copy, CopyStatus.CANCELLED, "Reading the other store was cancelled there.")
    elif export.status in FINAL:
        _end(copy, CopyStatus.FAILED, f"The other store could not be read. {of_source(export.message)}")


def _files_gone(copy: Copy) -> None:
    words = f"What was read in the other store is gone. Start the {copy.get_purpose_display().lower()} anew."
    _end(copy, CopyStatus.FAILED, words)


def _after_child(copy: Copy, run: Import | Comparison | None) -> None:
    """The export stays as long as its copy goes on: both are looked at together."""
    if run is None or _unanswered(run):
        _end(copy, CopyStatus.CANCELLED, _why_gone(copy) if copy.purpose == Purpose.COPY else ENDED)
    elif run.status in FINAL:
        if copy.link is None or copy.link.status != LinkStatus.ACTIVE:
            people.forget_untaken(run)  # the link ended while it wrote
        _end(copy, CopyStatus(run.status), run.message)
    elif copy.export_id is not None:
        _hold(copy.export_id)


def _why_gone(copy: Copy) -> str:
    """A plan that was there for less than its day was removed on purpose."""
    day = timedelta(hours=settings.EXPIRE_AFTER_HOURS)
    return NOBODY if copy.created_at <= timezone.now() - day else REMOVED


def _unanswered(run: Import | Comparison) -> bool:
    over = run.expires_at is not None and run.expires_at <= timezone.now()
    return run.status == Status.PURGING or (run.status == Status.WAITING and over)


def _hold(export_id: Any) -> None:
    """A child's day begins anew while its copy goes on; moved no more often than every hour."""
    day = timedelta(hours=settings.EXPIRE_AFTER_HOURS)
    older = Run.objects.filter(pk=export_id, status__in=FINAL, expires_at__lt=timezone.now() + day * 23 / 24)
    older.update(expires_at=Now() + day)


def _hand_over(copy: Copy, export: Export) -> None:
    """Gives the target a run with an archive of its own. Whoever has the lease does it; the UPDATE decides."""
    free = Q(handing_until=None) | Q(handing_until__lt=Now())
    if not Copy.objects.filter(free, pk=copy.pk, status=CopyStatus.READING).update(handing_until=Now() + HANDING):
        return

    def claim(run: Import | Comparison) -> None:
        mine = Copy.objects.filter(pk=copy.pk, status=CopyStatus.READING)
        child = {"run": run} if isinstance(run, Import) else {"comparison": run}
        if not links.holds(copy.link_id) or not mine.update(status=CopyStatus.IMPORTING, handing_until=None, **child):
            raise _Taken

    try:
        with ExitStack() as files:
            _give(copy, files, files.enter_context(storage().read(export.archive)), claim)
    except _Taken:
        return
    except (ArchiveError, Refused) as refusal:
        _end(copy, CopyStatus.FAILED, str(refusal))
    except FileGone:  # no further try brings it back
        _files_gone(copy)
    except OSError:
        logger.exception("copy %s could not be handed over; it is tried again", copy.pk)
        Copy.objects.filter(pk=copy.pk).update(handing_until=None)
    else:
        forget_beside(Copy.objects.filter(pk=copy.pk))


def _give(copy: Copy, files: ExitStack, archive: BinaryIO, claim: Callable[[Import | Comparison], None]) -> None:
    name = copy.source.domain if copy.source is not None else ""
    if copy.purpose == Purpose.COPY:
        services.create(copy.target, name=name, upload=archive, anonymise=copy.anonymise, claim=claim)
        return
    beside = files.enter_context(storage().read(copy.beside)) if copy.beside else None
    other = (copy.beside_name, beside) if beside is not None else None
    comparisons.create(copy.target, (name, archive), other, claim=claim)


def _end(copy: Copy, status: CopyStatus, message: str) -> bool:
    """The last word on a copy, with what is known of its children. False: it was ended before."""
    copy.refresh_from_db()
    day = timedelta(hours=settings.EXPIRE_AFTER_HOURS)
    changed = Copy.objects.filter(pk=copy.pk, status__in=OPEN).update(
        status=status, message=message, seen=children(copy), ended_at=Now(), expires_at=Now() + day, handing_until=None
    )
    forget_beside(Copy.objects.filter(pk=copy.pk))
    copy.refresh_from_db()
    return bool(changed)


def forget_beside(found: QuerySet[Copy]) -> bool:
    """What a linked store is compared with is the target's, or a third store's, and waits in the source's folder only
    until it is handed over: the comparison has it under a name of its own, and whatever ended before needs it no more.
    False while something of it cannot be deleted: ask again.
    """
    over = list(found.exclude(status=CopyStatus.READING).exclude(beside=""))
    gone = [copy.pk for copy in over if deleted(copy.beside)]
    Copy.objects.filter(pk__in=gone).update(beside="", beside_shop="")
    return len(gone) == len(over)
