"""Which items of a menu are which: they have no names of their own, and one that keeps its id keeps its translations.

Titles are changed in the admin, and so are the addresses to which items lead: an item is found by its title; else by
the place that it alone leads to; else by where it stands between those that are found. One that alone leads to a place
and has the same items below it is the same even where another has got its title.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from typing import Any

ITEMS = "menu_items"  # by this name their translations go
Item = Mapping[str, Any]  # an item of a record, or of what Shopify is sent
Path = tuple[str, ...]  # the titles that lead to an item, its own last
Become = tuple[Path, Path]  # of an item as it stands there, and of what it becomes


def renamed(wanted: Sequence[Item], present: Sequence[Item]) -> dict[Path, Path]:
    """What stands there -> what it is among the wanted ones, by other titles. Two of one name have none."""
    both = list(_both(wanted, present))
    names = [Counter(paths(items)) for items in (present, wanted)]
    return {old: new for old, new in both if old != new and names[0][old] == 1 == names[1][new]}


def pairs(wanted: Sequence[Item], present: Sequence[Item]) -> dict[int, int]:
    """Of items side by side: number of the wanted one -> number of the one that stands there, each once."""
    found: dict[int, int] = {}
    _equal(found, wanted, present, lambda item: (item["title"], _leads(item), _below(item)))
    titles = {item["title"] for item in present}
    new = {number for number, item in enumerate(wanted) if item["title"] not in titles}
    _equal(found, wanted, present, lambda item: (_leads(item), _below(item)) if _below(item) else None, only=new)
    _equal(found, wanted, present, lambda item: (item["title"], _leads(item)))
    _equal(found, wanted, present, lambda item: item["title"])
    _equal(found, wanted, present, _leads, only=range(len(wanted)))
    _between(found, len(wanted), len(present))
    return found


def going(wanted: Sequence[Item], present: Sequence[Item], above: Path = ()) -> Iterator[Path]:
    """What stands there, and goes when the wanted ones take its place."""
    kept = {there: wanted[here] for here, there in pairs(wanted, present).items()}
    for number, item in enumerate(present):
        path = (*above, item["title"])
        own = kept.get(number)
        if own is None:
            yield path
        yield from going(own["items"] if own is not None else (), item["items"], path)


def becoming(wanted: Sequence[Item], present: Sequence[Item], above: Path = (), here: Path = ()) -> Iterator[Become]:
    """What stands there, and becomes another item, with another title that leads elsewhere."""
    for new, old, become in _pairs(wanted, present, above, here):
        if old["title"] != new["title"] and _leads(old) != _leads(new):
            yield become
        yield from becoming(new["items"], old["items"], *become)


def paths(items: Sequence[Item], above: Path = ()) -> Iterator[Path]:
    """The titles that lead to each."""
    for item in items:
        yield (*above, item["title"])
        yield from paths(item["items"], (*above, item["title"]))


def shared(items: Sequence[Item]) -> set[Path]:
    """Titles that lead to several items, which have no name therefore."""
    return {path for path, count in Counter(paths(items)).items() if count > 1}


def unclear(wanted: Sequence[Item], present: Sequence[Item]) -> set[Path]:
    """What stands there, and is or becomes one of several wanted ones of one title."""
    twins = shared(wanted)
    return twins | {old for old, new in _both(wanted, present) if new in twins}


def _both(wanted: Sequence[Item], present: Sequence[Item], above: Path = (), here: Path = ()) -> Iterator[Become]:
    for new, old, become in _pairs(wanted, present, above, here):
        yield become
        yield from _both(new["items"], old["items"], *become)


def _pairs(
    wanted: Sequence[Item], present: Sequence[Item], above: Path, here: Path
) -> Iterator[tuple[Item, Item, Become]]:
    for number, there in pairs(wanted, present).items():
        new, old = wanted[number], present[there]
        yield new, old, ((*above, old["title"]), (*here, new["title"]))


def _leads(item: Item) -> Hashable:
    """The address of a record follows from the record."""
    resource = item.get("resourceId") or item.get("resource") or ""
    return item["type"], resource, "" if resource else item.get("url") or ""


def _below(item: Item) -> Hashable:
    return tuple((inner["title"], _below(inner)) for inner in item.get("items", ()))


def _equal(
    found: dict[int, int],
    wanted: Sequence[Item],
    present: Sequence[Item],
    of: Callable[[Item], Hashable],
    *,
    only: Collection[int] | None = None,
) -> None:
    """Pairs what is not found as yet, in its order. `of`: None where it cannot be found like this; `only`: these alone,
    and what is so on either side just once."""
    taken = set(found.values())
    there: dict[Hashable, list[int]] = {}
    for number, item in enumerate(present):
        if number not in taken and of(item) is not None:
            there.setdefault(of(item), []).append(number)
    many = Counter(map(of, wanted)) | Counter(map(of, present))  # the greater of the two
    for number, item in enumerate(wanted):
        own = there.get(of(item), [])
        alone = only is None or (number in only and many[of(item)] == 1)
        if number not in found and own and alone:
            found[number] = own.pop(0)


def _between(found: dict[int, int], wanted: int, present: int) -> None:
    """Pairs those that stand between the same two neighbours, or at the same end, where they are as many."""
    here, there = _gaps(wanted, found), _gaps(present, {number: number for number in found.values()})
    for neighbours, own in here.items():
        others = there.get(neighbours, [])
        if len(own) == len(others):
            found |= dict(zip(own, others, strict=True))


def _gaps(count: int, found: Mapping[int, int]) -> dict[tuple[int | None, int | None], list[int]]:
    """(the one before, the one behind, by their numbers in the store) -> what stands between them, and is not found."""
    gaps: dict[tuple[int | None, int | None], list[int]] = {}
    before, own = None, []
    for number in range(count):
        if number not in found:
            own.append(number)
            continue
        gaps[before, found[number]] = own
        before, own = found[number], []
    gaps[before, None] = own
    return gaps
