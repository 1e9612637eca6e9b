"""Sentences on references that lead nowhere: which, where they stand, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import accumulate

from .paths import ENTRY_PAGES
from .references import CARRIED_TYPES
from .registry import RESOURCES
from .resource import Place
from .unread import Lacks, kind_of

ENOUGH = 2_000  # characters on what of one record leads nowhere


def explained(lost: Iterable[Place], say: Callable[[Place], str]) -> str:
    """A sentence for each reference that lands nowhere, and where that would be too long a number for the rest."""
    sentences = list(dict.fromkeys(say(place) for place in lost))
    lengths = accumulate(len(sentence) + 1 for sentence in sentences)
    named = max(1, sum(length <= ENOUGH for length in lengths))
    more = len(sentences) - named
    return " ".join(sentences[:named] + ([f"And {more} more references like these."] if more > 0 else []))


ALL = Lacks()  # of an archive that lacks nothing


def explain(place: Place, lacks: Lacks = ALL) -> str:
    """One sentence on a reference that lands nowhere. `lacks`: what the archive does not hold."""
    kind = kind_of(place.target)
    scopes = lacks.unread.get(kind)
    if place.target.unknown and kind in lacks.unnamed:
        why = f"which the archive does not name, because nobody asked for {RESOURCES[kind].label.lower()}"
    elif lacks.left_out(place.target):
        absent = "" if place.target.unknown else "which the target store does not have, "
        why = f"{absent}and no {RESOURCES[kind].label.lower()} came with it"
    elif scopes is not None:
        why = "which the app may not read in the source store"
        why += f"; grant it {', '.join(scopes)} there, then copy again" if scopes else ""
    elif place.locale:
        why = "which the target store has not, or only by a translated handle"
    elif lacks.unsure(place.target):
        own = lacks.short.get(kind, {}).get(f"gid://shopify/{'/'.join(place.target.key)}")
        why = f"which did not come: {own}" if own else "which the source store no longer had, or could not show"
    elif place.target.unknown and place.target.key[0] in CARRIED_TYPES:
        why = "which the source store no longer had"
    elif place.target.unknown:
        why = "and such things are not carried"
    else:
        why = "which the target store does not have"
    return f"{pointing(place)}, {why}."


def pointing(place: Place) -> str:
    """Where a reference stands, and what it leads to."""
    what = str(place.target)
    if place.target.unknown:
        what = " ".join(place.target.key)
    elif place.target.resource == ENTRY_PAGES:
        what = f"/pages/{'/'.join(place.target.key)}"
    return f"{place.path}: {'links to' if place.link else 'points at'} {what}"
