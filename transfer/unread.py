"""What an archive lacks because the app was not let read it in the source store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .references import Target
from .registry import by_gid_type, order, owner_of, withheld

Facts = Mapping[str, Any]  # of a manifest, as `archive.check.facts_of` gives them
Scopes = tuple[str, ...]  # to grant in the source; empty where Shopify refused, and nobody knows why


def unread(facts: Facts) -> dict[str, Scopes]:
    """Every kind that the app may not read in the source, chosen or not: what points there cannot be named."""
    missing = withheld(facts["scopes"], "read")
    return {name: missing.get(name, ()) for name in order() if name in missing or _refused(facts, name)}


def withheld_kinds(facts: Facts, counts: Mapping[str, int]) -> dict[str, Scopes]:
    """The kinds of which the archive should hold everything, and holds nothing."""
    return {name: own for name, own in unread(facts).items() if _refused(facts, name) and not counts.get(name)}


def _refused(facts: Facts, name: str) -> bool:
    """Whether nobody could even count what there is."""
    return any(note["count"] is None for note in facts["notCarried"].get(name, {}).values())


def kind_of(target: Target) -> str:
    """The resource that a target belongs to, also where the source could tell no more than the type of its GID."""
    if not target.unknown:
        return owner_of(target.resource)
    namer = by_gid_type().get(target.key[0])
    return namer.name if namer is not None else ""
