"""From what a person typed, on a page or on a command line, to a selection."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.http import QueryDict

from shops.services import Refused
from transfer.naming import owners
from transfer.product_search import SelectionError
from transfer.registry import RESOURCES
from transfer.resource import Selection
from transfer.selection import check, record_named

# What the page shows again after a refusal.
TEXTS = ("products", "records", "metaobject_types", "namespaces", "owner_types")


def selection_of_form(data: QueryDict) -> Selection:
    """Single records stand for themselves: where some are named, the kinds are not looked at."""
    records = [line for line in data.get("records", "").splitlines() if line.strip()]
    resources = data.getlist("resources")
    if not resources and not records:
        raise Refused("Choose at least one kind of data.")
    return selection(
        resources=() if records else resources,
        metaobject_types=_words(data.get("metaobject_types", "")),
        namespaces=_words(data.get("namespaces", "")),
        owner_types=_owners(data.get("owner_types", "")),
        products="" if records else data.get("products", "").strip(),
        records=records,
        closure="closure" in data,
    )


def blamed(data: QueryDict) -> str:
    """Which of the texts of a refused form cannot be meant, even by itself; empty where none of them is at fault."""
    for name in TEXTS:
        alone = data.copy()
        for other in TEXTS:
            if other != name:
                alone.pop(other, None)
        alone.setlist("resources", ["products"])
        try:
            selection_of_form(alone)
        except Refused:
            return name
    return ""


def selection(
    *,
    resources: Iterable[str] = (),
    also: Iterable[str] = (),
    metaobject_types: Iterable[str] = (),
    namespaces: Iterable[str] = (),
    owner_types: Iterable[str] = (),
    products: str = "",
    records: Iterable[str] = (),
    closure: bool = False,
) -> Selection:
    """Raises Refused with one sentence. `records`: as in ``products/blue-shirt``."""
    try:
        found = Selection(
            resources=frozenset(resources),
            also=frozenset(also),
            metaobject_types=frozenset(metaobject_types),
            namespaces=frozenset(namespaces),
            owner_types=frozenset(name.upper() for name in owner_types),
            products=products,
            records=frozenset(record_named(text) for text in records),
            closure=closure,
        )
        check(found)
    except SelectionError as problem:
        raise Refused(str(problem)) from None
    return found


def _owners(text: str) -> list[str]:
    """Owner types, by the API's name of each or by the admin's: "PRODUCT, draft orders"."""
    said = {owners(part): part for kind in RESOURCES.values() for part in kind.parts}
    found: list[str] = []
    for word in filter(None, (" ".join(part.split()) for part in re.split(r"[,\n]", text))):
        named = said.get(word.lower()) or said.get(f"{word.lower()}s")
        found += [named] if named else _words(word)
    return found


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\s,]+", text) if word]
