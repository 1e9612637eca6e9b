"""The mirror against a simulated bucket: never THROTTLED, nothing lost while requests are ready."""

from __future__ import annotations

import heapq
import random
import threading
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopify_client import BucketState, BudgetSpent, Pacer, TooLate
from shopify_client.pacer import Reservation, Throttle


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def wait(self, condition: threading.Condition, seconds: float) -> None:
        self.now += seconds


@dataclass(order=True)
class Event:
    at: float
    number: int
    what: str = field(compare=False)
    cost: float = field(compare=False)
    reservation: Reservation | None = field(compare=False, default=None)
    throttle: Throttle | None = field(compare=False, default=None)


class Shopify:
    """The real bucket: takes at the start of a request, refunds at its end."""

    def __init__(self, clock: Clock, rate: float) -> None:
        self.clock, self.rate, self.maximum = clock, rate, rate * 20
        self.level, self.at = self.maximum, clock()
        self.overflow = 0.0

    def refill(self) -> None:
        gained = (self.clock() - self.at) * self.rate
        self.overflow += max(0.0, self.level + gained - self.maximum)
        self.level, self.at = min(self.maximum, self.level + gained), self.clock()

    def status(self) -> Throttle:
        self.refill()
        return Throttle(self.maximum, float(int(self.level)), self.rate)


def _come_back_later(condition: threading.Condition, seconds: float) -> None:
    """The simulation has one thread: instead of waiting, it goes on with what else happens."""
    raise BudgetSpent(seconds)


def simulate(rate: float, costs: list[float], latencies: list[float], size: int, seed: int) -> tuple[int, float, float]:
    """Runs all requests with at most `size` in flight. (THROTTLED, seconds, points)."""
    clock, chance = Clock(), random.Random(seed)
    shop = Shopify(clock, rate)
    pacer = Pacer(clock=clock, now=clock, wait=_come_back_later)
    events: list[Event] = []
    waiting, throttled, number, points, open_ = list(costs), 0, 0, 0.0, 0
    while waiting or events:
        while waiting and open_ < size:
            try:
                reservation = pacer.reserve(waiting[0], max_wait=0.0)
            except BudgetSpent:
                break
            cost = waiting.pop(0)
            open_ += 1
            number += 1
            heapq.heappush(events, Event(clock() + chance.choice(latencies) / 2, number, "start", cost, reservation))
        if not events or (waiting and open_ < size and events[0].at > clock() + 0.05):
            clock.now += 0.05
            continue
        event = heapq.heappop(events)
        clock.now = max(clock.now, event.at)
        number += 1
        if event.what == "start":
            shop.refill()
            if event.cost > shop.level + 1e-6:
                throttled += 1
            shop.level -= event.cost
            actual = event.cost * chance.choice((0.3, 1.0))
            shop.level += event.cost - actual
            later = clock() + chance.choice(latencies) / 2
            heapq.heappush(events, Event(later, number, "end", actual, event.reservation, shop.status()))
        else:
            assert event.reservation is not None
            pacer.settle(event.reservation, event.cost, event.throttle)
            points += event.cost
            open_ -= 1
    return throttled, clock() - 1000.0, points


@settings(max_examples=60, deadline=None)
@given(
    rate=st.sampled_from([100.0, 200.0, 1000.0]),
    costs=st.lists(st.floats(1, 400), min_size=20, max_size=200),
    latencies=st.lists(st.floats(0.01, 3.0), min_size=1, max_size=5),
    size=st.integers(1, 32),
    seed=st.integers(0, 1000),
)
def test_nothing_is_throttled_whatever_the_order_of_answers(
    rate: float, costs: list[float], latencies: list[float], size: int, seed: int
) -> None:
    throttled, _, _ = simulate(rate, costs, latencies, size, seed)
    assert throttled == 0


def test_the_budget_is_spent_as_fast_as_it_is_restored() -> None:
    _, seconds, points = simulate(100.0, [12.0] * 1000, [0.3], 16, 1)
    best = (points - 2000) / 100
    assert seconds < best * 1.1 + 2


def test_a_request_that_would_wait_too_long_is_not_waited_for() -> None:
    clock = Clock()
    pacer = Pacer(BucketState(0, 2000, 100, clock()), clock=clock, now=clock, wait=clock.wait)
    with pytest.raises(BudgetSpent) as spent:
        pacer.reserve(1000, max_wait=5)
    assert 4 < spent.value.wait <= 10
    with pytest.raises(TooLate):
        pacer.reserve(1000, until=clock() + 1)


def test_waiting_takes_what_arithmetic_says() -> None:
    clock = Clock()
    pacer = Pacer(BucketState(0, 2000, 100, clock()), clock=clock, now=clock, wait=clock.wait)
    pacer.reserve(500)
    assert clock() - 1000 == pytest.approx(5.0, abs=0.3)


def test_the_next_slice_goes_on_with_what_the_last_one_left() -> None:
    clock = Clock()
    first = Pacer(clock=clock, now=clock)
    first.settle(first.reserve(1500), 1500)
    state = BucketState.from_json(first.state.to_json())
    clock.now += 3
    assert Pacer(state, clock=clock, now=clock).state.level == pytest.approx(800)


def test_points_that_overflow_while_requests_are_ready_are_counted() -> None:
    clock = Clock()
    pacer = Pacer(clock=clock, now=clock)
    clock.now += 10
    assert pacer.spending.lost == 0
    pacer.busy(True)
    clock.now += 2
    pacer.busy(False)
    assert pacer.spending.lost == pytest.approx(200)


def test_a_share_of_the_budget_stays_free() -> None:
    clock = Clock()
    pacer = Pacer(clock=clock, now=clock, share=0.5, wait=clock.wait)
    pacer.reserve(1000)
    with pytest.raises(BudgetSpent):
        pacer.reserve(100, max_wait=0.0)
