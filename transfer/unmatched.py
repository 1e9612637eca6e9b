"""Names of a filter to which nothing in the store answers: most likely mistyped, so an export says them."""

from __future__ import annotations

from collections.abc import Iterable

from .archive.members import MemberSet
from .registry import RESOURCES
from .resource import Json, Selection
from .work import Desk

NO_TYPE = "the store has no entries of such a type"
NO_NAMESPACE = "the store has nothing in such a namespace"
BEAT = 5000  # records between two signs of life


def unmatched(desk: Desk, selection: Selection, members: MemberSet) -> dict[str, Json]:
    """resource -> reason -> how many names, and which; as what is not carried is told."""
    found: dict[str, Json] = {}
    if "metaobjects" in members.resources and (absent := selection.metaobject_types - _types(desk, members)):
        found |= {"metaobjects": {NO_TYPE: _told(absent)}}
    holding = [name for name in members.resources if RESOURCES[name].owner_types]
    if holding and (absent := selection.namespaces - _namespaces(desk, members, holding)):
        found |= {"metafield_definitions": {NO_NAMESPACE: _told(absent)}}
    return found


def _told(names: frozenset[str]) -> Json:
    return {"count": len(names), "examples": sorted(names)}


def _types(desk: Desk, members: MemberSet) -> set[str]:
    found = {line.key[0] for line in members.records("metaobject_definitions")}
    for number, line in enumerate(members.records("metaobjects")):
        found.add(line.key[0])
        if number % BEAT == 0:
            desk.beat()
    return found


def _namespaces(desk: Desk, members: MemberSet, holding: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for name in holding:
        for number, line in enumerate(members.records(name)):
            found.add(RESOURCES[name].value_of(line.key)[1])
            if number % BEAT == 0:
                desk.beat()
    return found
