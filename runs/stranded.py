"""What a cancelled or failed run leaves half done: records that made way for others, and have not got their own value.

Values that must be unique change places by way of stand-ins (`transfer.uniques`). A run that ends in between leaves
some; nothing new is sent once it is cancelled, so the next import puts them right.
"""

from __future__ import annotations

from django.db.models import Q

from transfer.outcomes import Outcome, State

from .broken_off import NESTING, half_done
from .models import LedgerEntry, Run
from .states import ACTIVE


def stranded(run: Run) -> str:
    """What a run that ended early left half done, with what to do; empty where that is nothing, or while it goes on."""
    if run.status in ACTIVE:
        return ""
    aside = Q(stepped=True) | Q(stepping=True, state=State.SENT)
    own = LedgerEntry.objects.filter(aside, run_id=run.pk, outcome=Outcome.PENDING)
    count = own.exclude(resource__in=NESTING).count()
    if not count:
        return half_done(run)
    who = "1 record has made way for another, and holds" if count == 1 else f"{count:,} records have made way, and hold"
    told = (
        f"{who} a stand-in (shopsync-…) for a value that must be unique, or nothing. Import the archive again: "
        "that gives each the value that is meant for it."
    )
    return f"{told} {half_done(run)}".strip()
