"""Rate and time left, from the counts that checkpoints bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from transfer.registry import RESOURCES

WRITING = "apply"  # the step whose pace the API budget sets, record by record
SMOOTHING = 0.3  # weight of the newest measurement: a page should neither jump nor lie
SAMPLE_SECONDS = 1.0
# Points a second, a tenth of what the smallest plan gives: a run that is slower waits for something (files, mostly);
# what it would take at that pace says nothing.
SLOWEST = 10.0


def summed(counts: Mapping[str, Sequence[int | None]]) -> tuple[int, int | None]:
    """(done, total) over all resources; the total is None while one of them is not known."""
    done = sum(pair[0] or 0 for pair in counts.values())
    totals = [pair[1] for pair in counts.values()]
    return done, sum(total for total in totals if total is not None) if totals and None not in totals else None


def prices(step: str) -> Mapping[str, float]:
    """What a record of each kind costs, in API points, where the step's time goes by that. Empty: by number."""
    return {name: resource.points for name, resource in RESOURCES.items()} if step == WRITING else {}


def advanced(
    before: Mapping[str, Any],
    counts: Mapping[str, Sequence[int | None]],
    now: float,
    priced: Mapping[str, float] = MappingProxyType({}),
) -> dict[str, Any]:
    """The next state of a run's `progress`: records and work a second, smoothed, and when that was measured.

    A record is one unit of work, or as many as `priced` says: a product takes as long as thirty metafields.
    """
    done, work = summed(counts)[0], _work(counts, priced)[0]
    if not before or "work" not in before:
        return {"at": now, "done": done, "rate": None, "work": work, "pace": None}
    seconds = now - before["at"]
    if seconds < SAMPLE_SECONDS:
        return dict(before)
    if before["pace"] is None and work <= before["work"]:  # it has not begun: waiting is no pace
        return {**before, "at": now, "done": done, "work": work}
    rate = _smoothed(before["rate"], (done - before["done"]) / seconds)
    pace = _smoothed(before["pace"], (work - before["work"]) / seconds)
    return {"at": now, "done": done, "rate": rate, "work": work, "pace": pace}


def _smoothed(before: float | None, measured: float) -> float:
    measured = max(0.0, measured)
    return measured if before is None else SMOOTHING * measured + (1 - SMOOTHING) * before


def _work(counts: Mapping[str, Sequence[int | None]], priced: Mapping[str, float]) -> tuple[float, float]:
    """(done, total) in units of work; what has no total yet counts as done."""
    pairs = [(priced.get(name, 1.0), pair[0] or 0, pair[1]) for name, pair in counts.items()]
    return sum(price * done for price, done, _ in pairs), sum(price * (total or done) for price, done, total in pairs)


def seconds_left(
    progress: Mapping[str, Any],
    counts: Mapping[str, Sequence[int | None]],
    priced: Mapping[str, float] = MappingProxyType({}),
) -> int | None:
    """None while a total or the pace is not known, or where the pace is that of a run that waits."""
    pace = progress.get("pace")
    done, total = _work(counts, priced)
    if priced and pace is not None and pace < SLOWEST:
        return None
    return round((total - done) / pace) if summed(counts)[1] is not None and pace else None
