"""What differs between the record a shop has and the record that is wanted.

Differences are named by path, for people and for the ledger: ``"title"``, ``"seo.title"``, and, in lists whose items
have a name of their own, ``"fieldDefinitions.designer.required"``. The comparison is one-sided: what only the target
has, and what the archive leaves unsaid (absent, or None), is no difference. An empty text or list is said, and counts;
but for an empty text where there is none: Shopify keeps some as nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between what the target has and what the archive wants."""

    path: str
    before: Any
    after: Any


def changes(before: Mapping[str, Any], after: Mapping[str, Any], keyed_lists: Mapping[str, str]) -> list[Change]:
    """`keyed_lists`: path of a list -> the field that names its items (``{"fieldDefinitions": "key"}``)."""
    return list(_mapping("", before, after, keyed_lists))


def _mapping(
    path: str, before: Mapping[str, Any], after: Mapping[str, Any], keyed_lists: Mapping[str, str]
) -> Iterator[Change]:
    for name in sorted(after):
        if after[name] is not None:
            yield from _value(f"{path}.{name}" if path else name, before.get(name), after[name], keyed_lists)


def _value(path: str, before: Any, after: Any, keyed_lists: Mapping[str, str]) -> Iterator[Change]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _mapping(path, before, after, keyed_lists)
    elif path in keyed_lists and isinstance(before, list) and isinstance(after, list):
        name = keyed_lists[path]
        yield from _mapping(path, _named(before, name), _named(after, name), keyed_lists)
    elif before != after and not (before is None and after == ""):
        yield Change(path, before, after)


def _named(items: list[Any], name: str) -> dict[str, Any]:
    """Items by their name; an item whose name is itself a list (a variant's options) is named by its JSON text."""
    return {text_of(item[name]): item for item in items}


def text_of(name: Any) -> str:
    if isinstance(name, str):
        return name
    return " / ".join(str(part[-1]) if isinstance(part, list) else str(part) for part in name)
