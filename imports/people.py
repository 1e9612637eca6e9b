"""What is held of people: archives with customers in them, and the ledgers of imports of such archives.

It is removed a day after it was made. When a store asks for the removal of a customer, whatever of it is at rest goes
at once, with everything that tells of anybody: nobody has to search archives for one person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, cast

from django.db.models import Q

from exports.models import Export
from runs import expiry
from runs.models import LedgerEntry, Run
from runs.states import EXPIRING, FINAL
from transfer.outcomes import Outcome, Verdict
from transfer.registry import RESOURCES

from .models import Comparison, Copy, CopyStatus, Import

# A run that was cancelled or failed leaves rows that have come to nothing yet.
UNTAKEN = (Outcome.PENDING, Outcome.FAILED, Outcome.SKIPPED)
PERSONAL = frozenset(name for name, resource in RESOURCES.items() if resource.personal)


def redact(domain: str) -> bool:
    """Removes the runs that hold people of a store. False while one of them is still under way: ask again."""
    held = {run.pk: run for run in holding(domain)}
    removed = [run.status in EXPIRING and expiry.remove_now(run) for run in held.values()]
    # What is being handed over this moment has no run yet, and what was handed over meanwhile has one now.
    return all(removed) and not _handing(domain) and next(holding(domain), None) is None


def _handing(domain: str) -> bool:
    of_store = Q(source__domain=domain) | Q(target__domain=domain) | Q(beside_shop=domain)
    return Copy.objects.filter(of_store, status=CopyStatus.READING, handing_until__isnull=False).exists()


def holding(domain: str) -> Iterator[Run]:
    """The runs that hold people of a store, also those of the stores that got a copy of its data, or compare it."""
    for export in cast(list[Export], list(Export.objects.filter(shop__domain=domain))):
        chosen = {*export.selection.get("resources", ()), *export.selection.get("also", ())}
        chosen |= {name for name, _ in export.selection.get("records", ())}
        if _any({*chosen, *export.result.get("counts", {})}):
            yield export
    of_store = Q(shop__domain=domain)
    for run in Import.objects.filter(of_store | Q(source_shop=domain) | Q(copy__source__domain=domain)).distinct():
        if _holds(run, "check"):
            yield run
    beside = Copy.objects.filter(Q(target__domain=domain) | Q(beside_shop=domain), status=CopyStatus.READING)
    for copy in beside.exclude(beside="").exclude(export=None):
        yield cast(Export, copy.export)  # with which it waits, unread: it may hold anybody
    of_side = Q(copy__source__domain=domain) | Q(source_shop=domain) | Q(other_shop=domain)
    for comparison in Comparison.objects.filter(of_store | of_side).distinct():
        if _holds(comparison, "check") or _holds(comparison, "check_other"):
            yield comparison


def forget_untaken(run: Run) -> None:
    """What an ended import lists of the other store's records and did not write: why stays, what they hold does not.

    Of people not even who they are. What only the target has (extra) and what it holds besides (before) is its own.
    What its steps left behind goes too: the first and the last name of every file, and where its texts are from.
    """
    untaken = LedgerEntry.objects.filter(run_id=run.pk, outcome__in=UNTAKEN)
    untaken = untaken.exclude(verdict=Verdict.EXTRA)
    untaken.filter(resource__in=PERSONAL).delete()
    untaken.update(after=None, more=None, detail="")
    checked: Any = run.past.get("check") or {}
    kinds = list(checked.get("manifest", {}).get("resources", ()))
    slim = {"check": {"manifest": {"resources": kinds}}} if checked else {}  # what is asked of a run that has ended
    Run.objects.filter(pk=run.pk, status__in=FINAL).update(past=slim, cursor={})


def _holds(run: Run, step: str) -> bool:
    """An archive that was not checked yet may hold anybody."""
    checked: Any = run.past.get(step)
    if checked is None:
        return step == "check" or run.status not in EXPIRING
    return _any(checked.get("manifest", {}).get("resources", ()))


def _any(resources: Collection[str]) -> bool:
    return bool(PERSONAL & set(resources))
