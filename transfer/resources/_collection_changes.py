"""From the sources that a collection has to those that it should have, in requests that Shopify takes.

Sources that differ only in what is selected by hand are changed by what differs; any other difference makes a source
another one. What the API cannot make is not among them, on either side, and so is never deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..outcomes import Reason
from ..resource import Fields
from ._collection_sources import normalise
from ._common import given

MOST = 250  # items of any list of an input: https://shopify.dev/docs/api/usage/limits
STILL_BUSY = (Reason.REFUSED, "Shopify is still at work on the collection; import again to add the rest.")


@dataclass(frozen=True, slots=True)
class Step:
    """One update. `last`: nothing remains after it."""

    input: dict[str, Any]
    last: bool


def fits(source: Fields) -> bool:
    """Whether one request can make this source."""
    if "subCollections" in source:
        return len(source["subCollections"]["collectionIds"]) <= MOST
    return all(len((source["source"][side] or {}).get("selections", ())) <= MOST for side in ("inclusion", "exclusion"))


def too_large(sources: Sequence[Fields]) -> str | None:
    """One sentence on what no request can say, and so nobody can make.

    What is selected by hand is added bit by bit; conditions, what they compare with, and collections in a collection
    are told all at once.
    """
    for source in sources:
        if "subCollections" in source:
            own = source["subCollections"]
            lists = [("collections", own["collectionIds"])]
        else:
            own = source["source"]
            sides = [own[side] for side in ("inclusion", "exclusion") if own[side] is not None]
            conditions = [(side, condition) for side in sides for condition in side["conditions"]]
            lists = [("conditions", side["conditions"]) for side in sides]
            lists += [("values", next(iter(item.values())).get("values") or ()) for _, item in conditions]
        for what, items in lists:
            if len(items) > MOST:
                return f"The source “{own['title'][:60]}” has {len(items)} {what}, and Shopify takes {MOST} at a time."
    return None


def truncated(source: Fields) -> Fields:
    """The input that makes a source, with as much of what is selected as one request takes."""
    if "subCollections" in source:
        own = given(source["subCollections"])
        return {"subCollections": {**own, "collectionIds": own["collectionIds"][:MOST]}}
    own = given(source["source"])
    for side in ("inclusion", "exclusion"):
        if side in own:
            own[side] = given({**own[side], "selections": own[side]["selections"][:MOST]})
    return {"source": own}


def step(present: Sequence[tuple[str, Fields]], wanted: Sequence[Fields]) -> Step | None:
    """The next update, or None where there is nothing to do. `present`: (id, source), both sides in one shop's ids."""
    have = [(gid, normalise(source)) for gid, source in present]
    want = [(source, normalise(source)) for source in wanted]
    _paired(have, want, lambda source: source)
    updates = [_difference(gid, old, new) for (gid, old), (_, new) in _paired(have, want, _bare)]
    if not (have or want or updates):
        return None
    changes = {
        "sourcesToCreate": [truncated(source) for source, _ in want],
        "sourcesToUpdate": [update for update, _ in updates],
        "sourcesToDelete": [gid for gid, _ in have],
    }
    whole = all(whole for _, whole in updates) and all(fits(source) for source, _ in want)
    return Step({name: items for name, items in changes.items() if items}, last=whole)


def _paired(
    have: list[tuple[str, Fields]], want: list[tuple[Fields, Fields]], part: Callable[[Fields], Fields]
) -> list[tuple[tuple[str, Fields], tuple[Fields, Fields]]]:
    """Takes out of both lists those that agree in a part of them."""
    found = []
    for one in list(want):
        twin = next((other for other in have if part(other[1]) == part(one[1])), None)
        if twin is not None:
            have.remove(twin)
            want.remove(one)
            found.append((twin, one))
    return found


def _bare(source: Fields) -> Fields:
    """What of a source cannot be changed piece by piece."""
    if "subCollections" in source:
        return {"subCollections": {**source["subCollections"], "collectionIds": []}}
    own = source["source"]
    sides = {
        side: ((own[side] or {}).get("matchType"), (own[side] or {}).get("conditions") or [])
        for side in ("inclusion", "exclusion")
    }
    return {"source": {**own, **sides}}


def _difference(gid: str, before: Fields, after: Fields) -> tuple[Fields, bool]:
    """The input that changes a source, and whether it does so wholly."""
    if "subCollections" in after:
        own = after["subCollections"]
        return {
            "subCollections": {"id": gid, "title": own["title"], "collectionIds": own["collectionIds"][:MOST]}
        }, True
    sides: Fields = {}
    whole = True
    for side in ("inclusion", "exclusion"):
        old, new = (_selected(one["source"][side]) for one in (before, after))
        added = [item for product, item in new.items() if old.get(product) != item]
        removed = [{"productId": product} for product in old if product not in new]
        if added or removed:
            sides[side] = {"selectionsToAdd": added[:MOST], "selectionsToRemove": removed[:MOST]}
        whole = whole and len(added) <= MOST and len(removed) <= MOST
    return {"condition": {"id": gid, **sides}}, whole


def _selected(side: Mapping[str, Any] | None) -> dict[str, Fields]:
    return {item["productId"]: item for item in (side["selections"] if side is not None else ())}
