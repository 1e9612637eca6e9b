"""Kinds of the target store that may lose what they show or refer to, as an import deletes it: the file holds not all
of them, so that no plan has rows for the records that do, and nobody has read these."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from runs.models import Run
from runs.templatetags.words import spoken
from transfer.outcomes import Reason
from transfer.registry import RESOURCES, order


def kinds(run: Run, going: Collection[str]) -> list[str]:
    """By their names. `going`: kinds of which records are deleted."""
    gone = {*going, *(inner for name in going for inner in RESOURCES[name].embeds)}
    whole = run.past["check"]["manifest"]["whole"]
    unheld = [name for name in order() if RESOURCES[name].by_default and name not in whole]
    return [name for name in unheld if gone.intersection(RESOURCES[name].refers_to)]


def of_result(run: Run) -> list[str]:
    """Of an import that has ended; those that ended under an older version have noted none."""
    found: list[str] = run.result.get("losing", [])
    return found


def before(names: Iterable[str]) -> str:
    """What a plan says of them; empty where there are none."""
    told = _spoken(names)
    return told and f"{told} of this store may lose what they show or refer to: not all of these were brought here."


def after(names: Iterable[str]) -> str:
    """What a report says of them; empty where there are none."""
    told = _spoken(names)
    return told and (
        f"{told} of this store may have lost what they showed or referred to: not all of these were brought here, "
        "so that nobody looked which did. Look through them in the admin. Of entries that were deleted, up to 250 name "
        "in their rows what showed them."
    )


def lines(run: Run) -> list[dict[str, Any]]:
    """A line of the report for each kind, of no record."""
    reason = str(Reason.UNRESOLVED_REFERENCE)
    return [{"resource": name, "reason": reason, "detail": after([name])} for name in of_result(run)]


def _spoken(names: Iterable[str]) -> str:
    return spoken([RESOURCES[name].label for name in names if name in RESOURCES])
