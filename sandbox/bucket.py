"""The leaky bucket of one app in one shop: holds twenty seconds' worth, and refills steadily."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Plan(Enum):
    """Points restored per second. https://shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits"""

    STANDARD = 100.0
    ADVANCED = 200.0
    PLUS = 1000.0
    ENTERPRISE = 2000.0

    @classmethod
    def named(cls, name: str) -> Plan:
        return cls[name.upper()]


SECONDS_HELD = 20
_ROUNDING = 1e-6  # the arithmetic of floats must not refuse who waited for exactly as long as it takes


@dataclass
class Bucket:
    plan: Plan
    clock: Callable[[], float]
    available: float = 0.0
    at: float = 0.0

    def __post_init__(self) -> None:
        self.available, self.at = self.maximum, self.clock()

    @property
    def rate(self) -> float:
        return self.plan.value

    @property
    def maximum(self) -> float:
        return self.plan.value * SECONDS_HELD

    def refill(self) -> None:
        now = self.clock()
        self.available = min(self.maximum, self.available + (now - self.at) * self.rate)
        self.at = now

    def take(self, cost: float) -> bool:
        """Takes the whole requested cost, or nothing."""
        self.refill()
        if cost > self.available + _ROUNDING:
            return False
        self.available -= cost
        return True

    def give_back(self, cost: float) -> None:
        self.refill()
        self.available = min(self.maximum, self.available + cost)

    def status(self) -> dict[str, float]:
        self.refill()
        return {
            "maximumAvailable": self.maximum,
            "currentlyAvailable": float(int(self.available)),
            "restoreRate": self.rate,
        }
