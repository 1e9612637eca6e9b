"""Whatever the source has none of is told, and taken away by a mirror, by `[empty]` and by REPLACE; or the kind names
it as what stays, with the reason. Looped over all kinds, and over every place of their fixtures, so that none is
forgotten."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.transfer.test_registry import each, records
from transfer import commands, lasting
from transfer.commands import Command, judge
from transfer.keys import Key
from transfer.registry import RESOURCES
from transfer.resource import Fields, Resource
from transfer.shapes import ANY_NAME, ITEM, Emptied, MapOf, Shape
from transfer.work import Row

Path = tuple[str | int, ...]
DROPPED = object()
EMPTIES: tuple[Any, ...] = (None, "", [])
NOTHING = {"metafield_pins": ("unpinned",)}  # what is pinned nowhere: there is nothing to lose
NEVER = {"discounts": ("buys.items.collections",)}  # beside products: Shopify takes one of the two
# Of rows of their own, which REPLACE leaves (docs/spreadsheets.md).
KEPT = {"metaobject_definitions": ("fieldDefinitions",)}


def places(resource: Resource, fields: Fields) -> Iterator[tuple[Path, str, Shape, Any]]:
    """(path, its name in `lasting`, shape, value) of all that has a value, and may have none."""
    yield from (one for one in _places(resource, (), "", resource.shape, fields) if lasting.has(one[3]))


def _places(
    resource: Resource, path: Path, name: str, shape: Shape, value: Any
) -> Iterator[tuple[Path, str, Shape, Any]]:
    """Lists whose items have no names are written whole: what is in them is nothing by itself."""
    for part, inner in shape.inner():
        if part == ITEM:
            if name in resource.keyed_lists:
                for number, item in enumerate(value or ()):
                    yield from _places(resource, (*path, number), name, inner, item)
        elif isinstance(value, dict):
            for own in sorted(value) if part == ANY_NAME else [part] if part in value else ():
                place = f"{name}.{own}" if name else own
                yield (*path, own), place, inner, value[own]
                yield from _places(resource, (*path, own), place, inner, value[own])


def without(fields: Fields, path: Path, value: Any) -> Fields:
    found: Fields = copy.deepcopy(fields)
    inner: Any = found
    for part in path[:-1]:
        inner = inner[part]
    if value is DROPPED:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return found


def around(resource: Resource, path: Path) -> Shape:
    """The shape of what holds the last part of a path."""
    shape: Shape = resource.shape
    for part in path[:-1]:
        inner = dict(shape.inner())
        shape = inner[ITEM] if isinstance(part, int) else inner.get(part) or inner[ANY_NAME]
    return shape


def none_of(resource: Resource, path: Path, shape: Shape) -> list[Any]:
    """How a record of an archive says that there is none; nothing where it always says something."""
    outer = around(resource, path)
    if isinstance(outer, MapOf):
        return [DROPPED] if outer.lasting is not None and path[-1] not in outer.lasting else []
    empties: tuple[Any, ...] = (None, [])
    return [value for value in empties if shape.wrong(value) is None][:1]


def cases(resource: Resource) -> Iterator[tuple[Key, Fields, Path, str, Shape, Any]]:
    """But for definitions that Shopify has made, which nobody changes, and what only counts when a record is made."""
    for record in records(resource):
        fields = _to_come(record.fields)
        for path, name, shape, value in cases_of(resource, fields):
            yield record.key, fields, path, name, shape, value


def cases_of(resource: Resource, fields: Fields) -> Iterator[tuple[Path, str, Shape, Any]]:
    passed = {*resource.uncarried, *NOTHING.get(resource.name, ())}
    if not fields.get("standard"):
        yield from (case for case in places(resource, fields) if str(case[0][0]) not in passed)


def _to_come(value: Any) -> Any:
    """With moments that have not passed: of the others not all is compared."""
    if isinstance(value, dict):
        return {name: _to_come(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_to_come(inner) for inner in value]
    return re.sub(r"^20\d\d(?=-\d\d-\d\dT)", "2099", value) if isinstance(value, str) else value


@each
def test_every_place_that_may_be_empty_is_filled_in_a_fixture(resource: Resource) -> None:
    filled = {name for _, _, _, name, _, _ in cases(resource)}
    wanted = {name for name in _empties(resource, "", resource.shape) if name not in NEVER.get(resource.name, ())}
    passed = {*resource.uncarried, *NOTHING.get(resource.name, ())}
    assert {name for name in wanted - filled if name.partition(".")[0] not in passed} == set()


def _empties(resource: Resource, name: str, shape: Shape) -> Iterator[str]:
    for part, inner in shape.inner():
        if part == ITEM and name in resource.keyed_lists:
            yield from _empties(resource, name, inner)
        elif part not in (ITEM, ANY_NAME):
            place = f"{name}.{part}" if name else part
            if any(inner.wrong(empty) is None for empty in EMPTIES):
                yield place
            yield from _empties(resource, place, inner)


@each
def test_what_the_source_has_none_of_is_told_and_goes(resource: Resource) -> None:
    silent = set()
    for key, fields, path, name, shape, _ in cases(resource):
        if lasting.counts_as_none(name, resource.normalise(fields)):
            continue  # a consent that nobody has given: nothing is lost with it
        for said in none_of(resource, path, shape):
            wanted = without(fields, path, said)
            if resource.validate(key, wanted) is None and not _told(resource, fields, wanted):
                silent.add(name)
    assert not silent, "neither taken away nor named in `lasting`"


def _told(resource: Resource, before: Fields, wanted: Fields) -> bool:
    if resource.changes(before, wanted) or resource.beyond(before, wanted) or lasting.kept(resource, before, wanted):
        return True
    cleared = commands.completed(resource, wanted, commands.emptiness(resource, before, wanted))
    return bool(resource.changes(before, cleared))


@each
def test_a_cell_that_says_empty_clears_or_is_refused(resource: Resource) -> None:
    silent = set()
    for key, fields, path, name, shape, value in cases(resource):
        if not _in_a_cell(shape, value):
            continue
        empty: Any = [] if isinstance(value, list) else ""
        outcome = judge(resource, key, Command.UPDATE, fields, without(fields, path, empty))
        if not isinstance(outcome, Row) and not resource.changes(fields, outcome):
            silent.add(name)
        elif isinstance(outcome, Row):
            assert outcome.detail
    assert not silent, "a cell with [empty] does nothing, and nobody says so"


def _in_a_cell(shape: Shape, value: Any) -> bool:
    """Objects have a column for each of their fields, and lists of objects rows of their own."""
    if isinstance(value, list):
        return not isinstance(value[0], dict)
    return isinstance(shape, Emptied) or not isinstance(value, dict)


@each
def test_replace_clears_what_its_row_does_not_say(resource: Resource) -> None:
    silent = set()
    for key, fields, path, name, shape, value in cases(resource):
        outer = around(resource, path)
        lasts = isinstance(outer, MapOf) and path[-1] in (outer.lasting or ())
        if name in (*resource.lasting, *KEPT.get(resource.name, ())) or lasts or not _clears(shape, value):
            continue
        outcome = judge(resource, key, Command.REPLACE, fields, without(fields, path, DROPPED))
        named = isinstance(value, str) and value.lower() in key
        if not named and not isinstance(outcome, Row) and not resource.changes(fields, outcome):
            silent.add(name)
    assert not silent, "REPLACE leaves it, and nobody says so"


def _clears(shape: Shape, value: Any) -> bool:
    """Texts and lists, where they may be empty."""
    empty: Any = [] if isinstance(value, list) else ""
    return isinstance(shape, Emptied) or (isinstance(value, str | list) and shape.wrong(empty) is None)


@pytest.mark.parametrize("resource", [one for one in RESOURCES.values() if one.lasting], ids=lambda one: one.name)
def test_what_stays_is_there_and_says_why(resource: Resource) -> None:
    for path, why in resource.lasting.items():
        shape: Shape = resource.shape
        for part in path.split("."):
            inner = dict(shape.inner())
            shape = (dict(inner[ITEM].inner()) if ITEM in inner else inner)[part]
        assert why and why[-1] not in ".!"
