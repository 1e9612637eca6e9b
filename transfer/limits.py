"""Limits of a day: what Shopify takes no more of until tomorrow, and what to tell of it.

Waiting for one is not an outage. The step that meets it offers a checkpoint that names it, and goes on from there;
until then the run steps aside, so that the store can be exported meanwhile.
"""

from __future__ import annotations

from enum import StrEnum

# Shopify does not say when its day ends; a look costs the requests in the air at that moment, some ten points each.
LOOK_SECONDS = 3600.0


class Limit(StrEnum):
    NONE = ""
    DAILY_VARIANTS = "daily_variants"  # of stores past 50,000 variants: 1,000 new ones a day, save on Plus


NAMES: dict[Limit, str] = {Limit.DAILY_VARIANTS: "New variants of the day"}
LIMITS: dict[Limit, str] = {
    Limit.DAILY_VARIANTS: (
        "Shopify makes no more variants in this store today: with more than 50,000 of them, it may have 1,000 new "
        "ones a day. What is written so far stays, and the import goes on by itself"
    ),
}
