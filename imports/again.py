"""A plan made anew from the same archive: after the app was allowed more, or with people's names replaced; and, once an
import has ended, a plan of what it did not bring."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import IntegrityError
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from exports.people import secret
from runs import expiry
from runs.models import LedgerEntry, Run
from runs.states import Status
from runs.storage import storage
from shops import links
from shops.models import LinkStatus
from shops.services import Refused
from transfer.anonymise import alias_with
from transfer.keys import Key, decode
from transfer.narrow import kept_list
from transfer.outcomes import TO_WRITE, Outcome, Reason
from transfer.registry import RESOURCES, order, withheld, withheld_parts

from . import services
from .choices import NOT_WAITING
from .models import Copy, CopyStatus, Import, Purpose
from .people import PERSONAL

GONE = "The archive of this import is gone; export it again, or upload it."
NOTHING = "Everything of this import arrived whole: there is nothing to import again."
BUSY = "A copy or comparison over this link is under way: see it under Copies, and wait until it is done."
ENDED = "The link to the other store was ended, so its data may not be planned any more."


@dataclass(frozen=True, slots=True)
class Lacking:
    """What the app may not write in this store. `records`: how many a plan gives up, or an import lacks, for that."""

    labels: tuple[str, ...]
    scopes: tuple[str, ...]
    records: int


def lacking(run: Import) -> Lacking:
    """What a merchant could allow, for a plan that waits, or for an import that has ended."""
    found: dict[str, set[str]] = {}
    records = 0
    whole, parts = withheld(run.shop.scopes, "write"), withheld_parts(run.shop.scopes, "write")
    # What was left out of a plan did not fail, whatever else stood in its way.
    # What a plan is about to write counts as well: the permission may have been taken since.
    planned = Q(outcome=Outcome.PENDING, verdict__in=TO_WRITE)
    given_up = LedgerEntry.objects.filter(Q(reason=Reason.NOT_PERMITTED) | planned, run=run)
    given_up = given_up.exclude(outcome=Outcome.SKIPPED)
    counts = Counter(given_up.filter(resource__in=[*whole, *parts]).values_list("resource", flat=True))
    for name, count in counts.items():
        if name in whole:
            found[name] = set(whole[name])
            records += count
            continue
        keys = given_up.filter(resource=name).values_list("key", flat=True)
        lost = [parts[name][part] for key in keys if (part := RESOURCES[name].part(decode(key))) in parts[name]]
        if lost:
            found[name] = {scope for scopes in lost for scope in scopes}
            records += len(lost)
    labels = tuple(RESOURCES[name].label for name in order() if name in found)
    return Lacking(labels, tuple(sorted({scope for own in found.values() for scope in own})), records)


def names_people(run: Import) -> bool:
    """Whether the plan names people whose names could be replaced."""
    counts = run.plan.get("counts", {})
    return not run.plan.get("anonymised") and any(sum(counts.get(name, {}).values()) for name in PERSONAL)


def plan_again(run: Import, *, anonymise: bool = False) -> Import:
    """A new run over the archive of one that waits, which it takes the place of, choices included. Raises Refused.

    Of the same records: a plan of what an earlier import did not bring stays one.
    """

    def claim(new: Import) -> None:
        # The same condition as a decision's: of two presses, and of a press and a decision, one wins.
        waiting = Run.objects.filter(status=Status.WAITING)
        if not waiting.move(run, Status.CANCELLED, finished_at=Now()):
            raise Refused(NOT_WAITING)
        new.policy, new.excluded = run.policy, run.excluded
        new.save(update_fields=["policy", "excluded"])
        copy = Copy.objects.filter(run=run).first()
        if copy is not None:
            if not links.holds(copy.link_id):
                raise Refused(ENDED)
            Copy.objects.filter(pk=copy.pk).update(run=new, anonymise=new.anonymise)

    if run.status != Status.WAITING:
        raise Refused(NOT_WAITING)
    if not all(storage().exists(name) for name in (run.archive, run.only) if name):
        raise Refused(GONE)
    anonymise = anonymise or run.anonymise
    with storage().read(run.archive) as archive:
        new = services.create(
            run.shop,
            name=run.source_name,
            upload=archive,
            anonymise=anonymise,
            only=_same_places(run, anonymise) if run.only else None,
            claim=claim,
        )
    expiry.remove_now(run)
    return new


def _same_places(run: Import, anonymise: bool) -> Iterator[tuple[str, Key, bool]]:
    """What a plan of the rest means, by the names that its records will have once nobody is named any more."""
    renamed = PERSONAL if anonymise and not run.anonymise and not run.plan.get("anonymised") else frozenset()
    alias = alias_with(secret())
    for resource, key, made in kept_list(storage(), run.only):
        yield resource, RESOURCES[resource].anonymous_key(key, alias) if resource in renamed else key, made


# -- what an import did not bring -----------------------------------------------------------------------------------


def unbrought(run: Run) -> QuerySet[LedgerEntry]:
    """What failed, what arrived without something that it refers to, and what somebody changed before it was written.
    What was left alone on purpose is none of these."""
    lacks = Q(outcome=Outcome.FAILED) | Q(losing=True) | Q(reason=Reason.PART_CONFLICT)
    meanwhile = Q(outcome=Outcome.SKIPPED, reason=Reason.CHANGED_MEANWHILE)
    return LedgerEntry.objects.filter(meanwhile | (lacks & ~Q(outcome=Outcome.SKIPPED)), run=run)


def worth_keeping(run: Import) -> bool:
    """Whether an import that ends may be wanted again: then its archive stays for as long as its report does."""
    copy = Copy.objects.select_related("link").filter(run=run.pk).first()
    allowed = copy is None or (copy.link is not None and copy.link.status == LinkStatus.ACTIVE)
    return allowed and unbrought(run).exists()


@dataclass(frozen=True, slots=True)
class Rest:
    """What could be imported again of an import that has ended. `lacking`: what of it the app may not write so far."""

    records: int
    lacking: Lacking


def rest_of(run: Import) -> Rest | None:
    """None where all arrived whole, or nothing is there to import it from."""
    if not run.result or not storage().exists(run.archive):
        return None
    records = unbrought(run).count()
    return Rest(records, lacking(run)) if records else None


def import_rest(run: Import) -> Import:
    """A new run over the archive of one that has ended, of nothing but what that one did not bring. Raises Refused."""
    if not run.result or not storage().exists(run.archive):
        raise Refused(GONE)
    if not unbrought(run).exists():
        raise Refused(NOTHING)
    copy = Copy.objects.filter(run=run).first()

    def claim(new: Import) -> None:
        new.policy = run.policy
        new.save(update_fields=["policy"])
        if copy is not None:
            _copied_again(copy, new)

    try:
        with storage().read(run.archive) as archive:
            return services.create(
                run.shop,
                name=run.source_name,
                upload=archive,
                anonymise=run.anonymise,
                only=_places(run),
                claim=claim,
            )
    except IntegrityError:
        raise Refused(BUSY) from None


def _places(run: Import) -> Iterator[tuple[str, Key, bool]]:
    """What is meant, and whether this run made it: what is there, and was no conflict with its row's NEW."""
    found = unbrought(run).order_by("place").values_list("resource", "key", "gid", "reason")
    for resource, key, gid, reason in found.iterator():
        yield resource, decode(key), bool(gid) and reason != Reason.EXISTS


def _copied_again(copy: Copy, new: Import) -> None:
    """What comes of a linked store goes as soon as the link does: a copy of its own watches over the new run."""
    if not links.holds(copy.link_id):
        raise Refused(ENDED)
    Copy.objects.create(
        link_id=copy.link_id,
        source_id=copy.source_id,
        target_id=copy.target_id,
        run=new,
        purpose=Purpose.COPY,
        status=CopyStatus.IMPORTING,
        withheld=copy.withheld,
        unlinked=copy.unlinked,
        anonymise=copy.anonymise,
        seen={name: own for name, own in copy.seen.items() if name == "export"},
        started_by=copy.started_by,
    )
