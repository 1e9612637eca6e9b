"""Kinds of which the source store has records that its archive does not hold: of these a mirror deletes nothing.

An entry that Shopify lists to nobody, a file that was still being processed, a discount that the app may not see: the
archive says that it is there, and not which one it is in the target.
"""

from __future__ import annotations

from collections.abc import Mapping

from .resource import Json
from .resources._common import OF_APP, RESERVED
from .resources._translated import NAMESAKES
from .resources.translations import ELSEWHERE, NO_HANDLE
from .unmatched import NO_NAMESPACE, NO_TYPE

WHY = "The source store has more of this kind than the archive holds, and this may be of it; so it is left alone."
# Ends of reasons that are about a part of a record which is carried; and reasons that are about no record at all, or
# about such as no plan holds: what is named by an app's prefix, or Shopify's, cannot be what the target has beside it.
_PARTS = ("(the product is)", "the collection is carried without it", "(Markets > Catalogs)")
_NONE = (ELSEWHERE, NAMESAKES, NO_HANDLE, NO_TYPE, NO_NAMESPACE, OF_APP, RESERVED)


_TAKEN = {"translations": "locales", "market_translations": "locales"}  # with a language go its translations


def incomplete(not_carried: Mapping[str, Mapping[str, Json]]) -> frozenset[str]:
    """From ``notCarried`` of a manifest: resource -> reason -> how many."""
    found = {
        name
        for name, reasons in not_carried.items()
        if any(not (why in _NONE or why.endswith(_PARTS)) for why in reasons)
    }
    return frozenset(found | {_TAKEN[name] for name in found if name in _TAKEN})
