"""What a run that is cancelled, or fails, leaves half done: told of each record, in the transaction that ends it.

Nothing new is sent once a run has ended, so what was in the air, and what waited for others, is looked at no more by
this run. The next import of the archive finds it, and writes what is missing.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Concat, Trim

from transfer.outcomes import Outcome, Reason, State
from transfer.registry import RESOURCES

from .models import LedgerEntry, Run

NESTING = frozenset(name for name, resource in RESOURCES.items() if resource.nests)
UNSURE = "The run ended while it was being written: whether it arrived, nobody has looked."
WAITING = "The run ended before its own turn came."
UNLINKED = "The run ended before what it refers to was written into it."
LOOSE = "The run ended before all that it demands was demanded again."


def tell_half_done(run: Run) -> None:
    """Values that make way for others are told as a whole (`stranded`); what lets others go is told of each."""
    entries = LedgerEntry.objects.filter(run_id=run.pk)
    made = entries.filter(outcome__in=(Outcome.CREATED, Outcome.UPDATED))
    pending = entries.filter(outcome=Outcome.PENDING)
    sent = pending.filter(Q(stepped=False, stepping=False) | Q(resource__in=NESTING), state=State.SENT)
    _tell(made.filter(state__in=(State.WRITTEN, State.SENT), linkable=True), UNLINKED, lost=F("open"), losing=True)
    _tell(made.filter(tightenable=True), LOOSE)
    _tell(pending.filter(resource__in=NESTING, stepped=True, state=State.PLANNED), WAITING)
    _tell(sent, UNSURE)


def half_done(run: Run) -> str:
    """One sentence on what the end of a run left half done, with what to do; empty where that is nothing."""
    count = LedgerEntry.objects.filter(run_id=run.pk, reason=Reason.BROKEN_OFF).count()
    if not count:
        return ""
    records = "1 record was" if count == 1 else f"{count:,} records were"
    return f"{records} left half done, or may be; the report names {'it' if count == 1 else 'them'}. {AGAIN}"


AGAIN = "Import the archive again: that writes what is missing."


def _tell(entries: QuerySet[LedgerEntry], sentence: str, **columns: Any) -> None:
    reason = Case(When(Q(reason=""), then=Value(Reason.BROKEN_OFF.value)), default=F("reason"))
    entries.update(reason=reason, detail=Trim(Concat(F("detail"), Value(f" {sentence}"))), **columns)
