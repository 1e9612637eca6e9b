"""The time that is left, by what the records that are left cost."""

from __future__ import annotations

from itertools import pairwise

from runs.progress import WRITING, advanced, prices, seconds_left
from transfer.registry import RESOURCES
from transfer.stages import IMPORT


def test_every_kind_has_a_price_where_records_are_written() -> None:
    assert WRITING in {stage.name for stage in IMPORT}
    assert set(prices(WRITING)) == set(RESOURCES)
    assert prices("read") == {}


def test_dear_records_take_longer_than_many_cheap_ones() -> None:
    """After 100 cheap records in ten seconds, ten that cost twenty times as much take twenty seconds."""
    priced = {"cheap": 1.0, "dear": 20.0}
    began = advanced({}, {"cheap": (0, 100), "dear": (0, 10)}, 0.0, priced)
    counts = {"cheap": (100, 100), "dear": (0, 10)}
    progress = advanced(began, counts, 10.0, priced)
    assert progress["rate"] == 10.0
    assert seconds_left(progress, counts, priced) == 20
    assert seconds_left(progress, {"cheap": (100, 100), "dear": (10, 10)}, priced) == 0


def test_nothing_is_said_before_it_is_known() -> None:
    began = advanced({}, {"cheap": (0, 5)}, 0.0)
    assert seconds_left(began, {"cheap": (0, 5)}) is None
    progress = advanced(began, {"cheap": (1, None)}, 2.0)
    assert seconds_left(progress, {"cheap": (1, None)}) is None
    assert seconds_left(progress, {"cheap": (1, 5)}) == 8


def test_a_run_of_an_older_version_goes_on() -> None:
    assert advanced({"at": 0.0, "done": 3, "rate": 1.0}, {"cheap": (4, 5)}, 9.0)["pace"] is None


def test_a_run_that_waits_before_it_writes_tells_no_time_and_never_a_wild_one() -> None:
    """At the beginning it waits for files for 20 seconds, trickles for three, and then writes 100 points a second."""
    priced = {"file": 1.0, "product": 20.0}
    progress = advanced({}, {"file": (0, 20), "product": (0, 100)}, 0.0, priced)
    told: list[int | None] = []
    for second in range(1, 45):
        files, products = min(max(second - 20, 0), 3), max(second - 23, 0) * 5
        counts = {"file": (files, 20), "product": (products, 100)}
        progress = advanced(progress, counts, float(second), priced)
        told.append(seconds_left(progress, counts, priced))
    assert told[:23] == [None] * 23
    left = [seconds for seconds in told[23:] if seconds is not None]
    assert left and max(left) <= 2020 / 10  # ten times what the plan says of it, at most
    assert all(after <= before for before, after in pairwise(left))
