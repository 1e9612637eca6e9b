"""Rate and time left, from the counts that checkpoints bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

SMOOTHING = 0.3  # weight of the newest measurement: a page should neither jump nor lie
SAMPLE_SECONDS = 1.0


def summed(counts: Mapping[str, Sequence[int | None]]) -> tuple[int, int | None]:
    """(done, total) over all resources; the total is None while one of them is not known."""
    done = sum(pair[0] or 0 for pair in counts.values())
    totals = [pair[1] for pair in counts.values()]
    return done, sum(total for total in totals if total is not None) if totals and None not in totals else None


def advanced(before: Mapping[str, Any], counts: Mapping[str, Sequence[int | None]], now: float) -> dict[str, Any]:
    """The next state of a run's `progress`: records a second, smoothed, and when that was measured."""
    done, _ = summed(counts)
    if not before:
        return {"at": now, "done": done, "rate": None}
    seconds = now - before["at"]
    if seconds < SAMPLE_SECONDS:
        return dict(before)
    measured = max(0.0, (done - before["done"]) / seconds)
    rate = measured if before["rate"] is None else SMOOTHING * measured + (1 - SMOOTHING) * before["rate"]
    return {"at": now, "done": done, "rate": rate}


def seconds_left(progress: Mapping[str, Any], counts: Mapping[str, Sequence[int | None]]) -> int | None:
    done, total = summed(counts)
    rate = progress.get("rate")
    return round((total - done) / rate) if total is not None and rate else None
