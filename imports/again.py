"""A plan made anew from the same archive: after the app was allowed more, or with people's names replaced."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models.functions import Now

from runs import expiry
from runs.models import LedgerEntry, Run
from runs.states import Status
from runs.storage import storage
from shops import links
from shops.services import Refused
from transfer.keys import decode
from transfer.outcomes import Reason, Verdict
from transfer.registry import RESOURCES, order, withheld, withheld_parts

from . import services
from .choices import NOT_WAITING
from .models import Copy, Import
from .people import PERSONAL

ENDED = "The link to the other store was ended, so its data may not be planned any more."


@dataclass(frozen=True, slots=True)
class Lacking:
    """What of a plan the app may not write in this store. `records`: how many the plan gives up for that."""

    labels: tuple[str, ...]
    scopes: tuple[str, ...]
    records: int


def lacking(run: Import) -> Lacking:
    """What a merchant could allow, for a plan that waits."""
    found: dict[str, set[str]] = {}
    records = 0
    whole, parts = withheld(run.shop.scopes, "write"), withheld_parts(run.shop.scopes, "write")
    for name, counts in run.plan.get("counts", {}).items():
        if name in whole and counts.get(Verdict.CANNOT):
            found[name] = set(whole[name])
            records += counts[Verdict.CANNOT]
        elif name in parts and counts.get(Verdict.CANNOT):
            lost = [parts[name][part] for part in _parts(run, name) if part in parts[name]]
            if lost:
                found[name] = {scope for scopes in lost for scope in scopes}
                records += len(lost)
    labels = tuple(RESOURCES[name].label for name in order() if name in found)
    return Lacking(labels, tuple(sorted({scope for own in found.values() for scope in own})), records)


def _parts(run: Import, name: str) -> list[str]:
    """Of each definition that the plan gives up for a lack of scopes, to which part of its kind it belongs."""
    query = LedgerEntry.objects.filter(run=run, resource=name, reason=Reason.NOT_PERMITTED)
    return [RESOURCES[name].part(decode(key)) for key in query.values_list("key", flat=True)]


def names_people(run: Import) -> bool:
    """Whether the plan names people whose names could be replaced."""
    counts = run.plan.get("counts", {})
    return not run.anonymise and any(sum(counts.get(name, {}).values()) for name in PERSONAL)


def plan_again(run: Import, *, anonymise: bool = False) -> Import:
    """A new run over the archive of one that waits, which it takes the place of, choices included. Raises Refused."""

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

    if run.status != Status.WAITING or not storage().exists(run.archive):
        raise Refused(NOT_WAITING)
    with storage().read(run.archive) as archive:
        new = services.create(
            run.shop, name=run.source_name, upload=archive, anonymise=anonymise or run.anonymise, claim=claim
        )
    expiry.remove_now(run)
    return new
