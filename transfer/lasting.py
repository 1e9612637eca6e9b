"""What of a record stays in a target whatever the source says: what has no empty form, or none that Shopify would take.

Each kind names it with the reason (`Resource.lasting`). An import says where it leaves some, and refuses the row that
would empty it: otherwise a record would count as equal that is not.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any

from .diff import text_of
from .naming import field, listed
from .reasons import MOST
from .resource import Fields, Resource

_NONE: tuple[Any, ...] = (None, "", [])


class _Whatever(Container[Any]):
    """What a record mentions, whatever it says of it."""

    def __contains__(self, value: object) -> bool:
        return True


def kept(resource: Resource, before: Fields, after: Fields) -> str:
    """One sentence on what the source says that it has none of, and the target keeps; empty where there is nothing.

    What a record does not mention is nothing that it says to have none of; nor is what goes with something that it has
    switched off, or what is as good as none.
    """
    normal = resource.normalise(before), resource.normalise(after)
    paths = [
        path
        for path in resource.lasting
        if _lost(path, resource, before, after, _NONE)
        and not _is_off(path, resource, *normal)
        and not counts_as_none(path, normal[0])
    ]
    if not paths:
        return ""
    names = list(dict.fromkeys(field(path, resource.name) for path in paths))
    said = listed(names) if len(names) <= MOST else f"{', '.join(names[:MOST])} and {len(names) - MOST} more"
    return f"This store keeps what the source has none of, and no import takes away: {said}."


def refusal(resource: Resource, before: Fields, said: Fields) -> str:
    """One sentence on what a row would empty, and cannot be; empty where there is nothing."""
    own = ((path, why) for path, why in resource.lasting.items() if _lost(path, resource, before, said, _NONE[1:]))
    return next((f"{field(path, resource.name)} cannot be emptied: {why}." for path, why in own), "")


def _is_off(path: str, resource: Resource, before: Fields, after: Fields) -> bool:
    """Whether it is compared where it is, and went with something that is switched off. Both as they are compared."""
    compared = _lost(path, resource, before, before, _Whatever())
    return compared and not _lost(path, resource, before, after, _Whatever())


def counts_as_none(path: str, normal: Any) -> bool:
    """Whether what stands there is compared as if it were nothing: a state, say, in which nobody decided anything."""
    for name in path.split("."):
        if not isinstance(normal, dict) or name not in normal:
            return False
        normal = normal[name]
    return not has(normal)


def _lost(path: str, resource: Resource, before: Fields, after: Fields, nothing: Container[Any]) -> bool:
    return _inside("", path.split("."), before, after, (resource.keyed_lists, nothing))


Terms = tuple[Mapping[str, str], Container[Any]]  # lists whose items have names -> the item's field; what says none


def _inside(place: str, parts: Sequence[str], before: Any, after: Any, terms: Terms) -> bool:
    """Whether something has a value there in `before`, and none in `after`, which mentions it."""
    names, nothing = terms
    if not parts:
        return after in nothing and has(before)
    if place in names and isinstance(before, list) and isinstance(after, list):
        old = {text_of(item[names[place]]): item for item in before}
        pairs = ((old.get(text_of(item[names[place]])), item) for item in after if item.get(names[place]))
        return any(_of(place, parts, one, other, terms) for one, other in pairs)
    return _of(place, parts, before, after, terms)


def _of(place: str, parts: Sequence[str], before: Any, after: Any, terms: Terms) -> bool:
    name = parts[0]
    if not isinstance(before, dict) or not isinstance(after, dict) or name not in after:
        return False
    return _inside(f"{place}.{name}" if place else name, parts[1:], before.get(name), after[name], terms)


def has(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(has, value.values()))
    return value not in _NONE and value is not False
