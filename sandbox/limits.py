"""The limit of a day that large stores have on new variants (https://shopify.dev/docs/api/usage/limits).

Shopify words it as public answers show it: an error beside the data, and nothing carried out. When its day ends it does
not say; here a variant counts for the 24 hours after it was made.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .errors import top_level

if TYPE_CHECKING:
    from .store import Shop

DAY = 86_400.0
PAST = 50_000  # a store with fewer variants has no limit
MESSAGE = (
    "Daily variant creation limit reached. Please try again later. See https://shopify.dev/docs/api/usage/limits "
    "for more information about rate limits and how to avoid them."
)


@dataclass
class DailyVariants:
    """`most`: new variants a day, once a store has `past`. `made`: (when, how many) of the last day."""

    most: int
    past: int = PAST
    made: deque[tuple[float, int]] = field(default_factory=deque)

    def take(self, now: float, present: int, count: int) -> bool:
        """Whether the store, which has `present`, may have `count` more; if so they are counted."""
        while self.made and self.made[0][0] <= now - DAY:
            self.made.popleft()
        if present + count > self.past and sum(number for _, number in self.made) + count > self.most:
            return False
        self.made.append((now, count))
        return True


def demand_variants(shop: Shop, count: int) -> None:
    """Refuses the whole mutation where a store may not have so many more variants today."""
    limit = shop.daily_variants
    if limit is not None and count and not limit.take(shop.clock(), len(shop.order["ProductVariant"]), count):
        raise top_level(MESSAGE, "VARIANT_THROTTLE_EXCEEDED")
