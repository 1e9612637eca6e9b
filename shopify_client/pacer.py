"""The API budget of one shop: a mirror of Shopify's bucket that is spent before Shopify's is.

Shopify gives each pair of app and shop a bucket that is refilled at a steady rate and holds twenty seconds' worth. A
request needs its whole requested cost at its start; what it did not use is given back at its end. The mirror takes the
cost out *when the request is sent* and puts back what was not used *when its answer is here*. Requests start at Shopify
later than that and are refunded earlier, so the mirror never holds more than Shopify does, and nothing is THROTTLED.

While requests are in the air, the mirror is not filled beyond what is left above them: Shopify's bucket, where they may
not have started yet, would stand full and gain nothing meanwhile.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from .errors import BudgetSpent, TooLate

DEFAULT_MAXIMUM = 2000.0  # the smallest plan: wrong only until the first answer, and never too high
DEFAULT_RATE = 100.0


@dataclass(frozen=True, slots=True)
class BucketState:
    """The mirror at a moment. `at`: seconds since 1970, so that the next worker goes on where this one stopped."""

    level: float = DEFAULT_MAXIMUM
    maximum: float = DEFAULT_MAXIMUM
    rate: float = DEFAULT_RATE
    at: float = 0.0

    def to_json(self) -> dict[str, float]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> Self:
        return cls(**{name: float(data[name]) for name in ("level", "maximum", "rate", "at")}) if data else cls()


@dataclass(slots=True)
class Spending:
    """`lost`: points restored while the bucket stood full though requests were waiting to be made."""

    requests: int = 0
    points: float = 0.0
    lost: float = 0.0
    throttled: int = 0

    def __add__(self, other: Spending) -> Spending:
        return Spending(
            self.requests + other.requests,
            self.points + other.points,
            self.lost + other.lost,
            self.throttled + other.throttled,
        )


@dataclass(frozen=True, slots=True)
class Throttle:
    """Shopify's own `throttleStatus`."""

    maximum: float
    available: float
    rate: float


@dataclass(frozen=True, slots=True)
class Reservation:
    """Points taken out for one request. `spent`: what had been spent by then, to tell what was spent since."""

    cost: float
    spent: float


class Pacer:
    """Reservations for one shop. Thread-safe; whoever asks first is served first."""

    def __init__(
        self,
        state: BucketState | None = None,
        *,
        share: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
        wait: Callable[[threading.Condition, float], object] = lambda condition, seconds: condition.wait(seconds),
    ) -> None:
        """`share`: the part of the budget that may be used (0 to 1]; the rest stays free for others of this app."""
        state = state or BucketState()
        self._clock, self._now, self._wait = clock, now, wait
        self._keep = 1.0 - share
        self._maximum, self._rate = state.maximum, state.rate
        idle = max(0.0, now() - state.at) if state.at else 0.0
        self._level = min(state.maximum, state.level + idle * state.rate)
        self._reserved = 0.0
        self._at = clock()
        self._first, self._next = 0, 0
        self._over: set[int] = set()
        self._changed = threading.Condition()
        self._busy = 0
        self.spending = Spending()

    # -- reserving ---------------------------------------------------------------------------------------------

    def reserve(
        self,
        cost: float,
        *,
        until: float | None = None,
        max_wait: float = 30.0,
        halted: Callable[[], bool] = lambda: False,
    ) -> Reservation:
        """Takes `cost` points, waiting for them if need be, first come first served.

        Raises BudgetSpent where that would take longer than `max_wait`, TooLate where it would take beyond `until`, or
        once `halted` says so.
        """
        with self._changed:
            number = self._next
            self._next += 1
            try:
                self._await(cost, number, until, max_wait, halted)
                self._level -= cost
                self._reserved += cost
                return Reservation(cost, self.spending.points)
            finally:
                self._over.add(number)
                while self._first in self._over:
                    self._over.discard(self._first)
                    self._first += 1
                self._changed.notify_all()

    def _await(
        self, cost: float, number: int, until: float | None, max_wait: float, halted: Callable[[], bool]
    ) -> None:
        deadline = self._clock() + max_wait
        while True:
            if halted():
                raise TooLate
            self._restore()
            mine = number == self._first
            need = min(cost, self._maximum) + self._keep * self._maximum - self._level
            if mine and (need <= 0 or (self._reserved == 0 and self._level >= self._maximum)):
                return
            missing = max(0.0, need) / self._rate
            if until is not None and self._clock() + (missing if mine and not self._reserved else 0.0) > until:
                raise TooLate
            if self._clock() + (missing if mine and not self._reserved else 0.0) > deadline:
                raise BudgetSpent(missing)
            self._wait(self._changed, min(max(missing, 0.005), 0.25) if mine else 0.25)

    def settle(self, reservation: Reservation, actual: float, throttle: Throttle | None = None) -> None:
        """The answer to a reservation: gives back what it did not use, and corrects the mirror by Shopify's figures."""
        with self._changed:
            self._restore()
            self._reserved -= reservation.cost
            self._level += reservation.cost - actual
            if throttle is not None:
                self._maximum, self._rate = throttle.maximum, throttle.rate
                # Shopify's figure may be older than the answers that overtook this one, and of what is in the air it
                # may count all or nothing. What it certainly had is what remains when both are taken out.
                since = self.spending.points - reservation.spent
                certain = throttle.available - self._reserved - since
                self._level = min(throttle.available, max(self._level, certain))
            self.spending.requests += 1
            self.spending.points += actual
            self._level = min(self._level, self._maximum - self._reserved)
            self._changed.notify_all()

    def throttled(self, reservation: Reservation, throttle: Throttle | None) -> None:
        """The mirror was wrong: counted, and set to what Shopify says."""
        with self._changed:
            self._restore()
            self._reserved -= reservation.cost
            self.spending.requests += 1
            self.spending.throttled += 1
            if throttle is not None:
                self._maximum, self._rate = throttle.maximum, throttle.rate
                self._level = throttle.available - self._reserved
            else:
                self._level = min(self._level, 0.0)
            self._changed.notify_all()

    def _restore(self) -> None:
        now = self._clock()
        room = self._maximum - self._reserved - self._level
        gained = (now - self._at) * self._rate
        if self._busy and gained > room:
            self.spending.lost += gained - max(0.0, room)
        self._level += min(gained, max(0.0, room))
        self._at = now

    # -- for the lane ------------------------------------------------------------------------------------------

    def busy(self, working: bool) -> None:
        """Says that requests are ready to be made: from now on a full bucket is a loss."""
        with self._changed:
            self._restore()
            self._busy += 1 if working else -1

    @property
    def state(self) -> BucketState:
        with self._changed:
            self._restore()
            return BucketState(self._level, self._maximum, self._rate, self._now())

    @property
    def rate(self) -> float:
        """Points restored a second, as far as Shopify has said."""
        with self._changed:
            return self._rate

    @property
    def spent(self) -> bool:
        """Whether the bucket is nearly empty, so that another shop may as well have the worker."""
        with self._changed:
            self._restore()
            return self._level < 0.1 * self._maximum

    def idle_until_full(self) -> float:
        """Seconds until points overflow: when to come back at the latest."""
        with self._changed:
            self._restore()
            return max(0.0, (self._maximum - self._level) / self._rate)
