"""Every record of every kind is judged by its shape: at each place in it, what does not belong there is refused with
one sentence that names the place, and nothing that JSON can say is an exception.

The loop is over the registry and the fixtures: a new kind is judged from its first day.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transfer.test_registry import each, records
from transfer.archive import ArchiveError
from transfer.archive.manifest import FORMAT_MINOR, Manifest
from transfer.resource import Resource, Selection
from transfer.selection import options_of
from transfer.shapes import Kind, Lacking, ListOf, MapOf, Maybe, Object, OrNull, Row, Shape

Path_ = tuple[str | int, ...]

# One of each type of JSON; which of them a place takes is for its shape to say.
TYPES: tuple[Any, ...] = (None, True, 7, -1.5, "\x07", ["\x07"], {"\x07": 1})


@each
def test_it_says_its_shape(resource: Resource) -> None:
    assert isinstance(resource.shape, Object)
    for record in records(resource):
        assert resource.key_problem((*record.key, "more")), "a key of another length is refused"
        assert resource.key_problem(record.key[:-1]) and resource.key_problem(())


@each
def test_an_unknown_field_is_refused_wherever_objects_are_closed(resource: Resource) -> None:
    for record in records(resource):
        for path, _ in places(resource.shape, record.fields):
            value, shape = at(record.fields, path), shape_at(resource.shape, record.fields, path)
            if isinstance(value, dict) and isinstance(shape, Object):
                changed = copy.deepcopy(record.fields)
                at(changed, path)["bogus"] = 1
                sentence = refused(resource, record.key, changed)
                assert "“bogus” is not a field of " in sentence
                assert all(str(name) in sentence for name in path if isinstance(name, str))


@each
def test_a_value_of_another_type_is_refused_with_its_place(resource: Resource) -> None:
    for record in records(resource):
        for path, shape in places(resource.shape, record.fields):
            taken = [junk for junk in TYPES if path and accepted(resource, record.key, put(record.fields, path, junk))]
            assert len({type(junk) for junk in taken}) <= 2, f"{path} takes {taken}: it is not described well"
            for junk in TYPES:
                if path and junk not in taken and shape.wrong(junk) is not None:
                    sentence = refused(resource, record.key, put(record.fields, path, junk))
                    assert all(str(name) in sentence for name in path if isinstance(name, str)), sentence


@each
def test_a_missing_field_is_refused_where_it_is_needed_and_no_harm_elsewhere(resource: Resource) -> None:
    for record in records(resource):
        for path, shape in places(resource.shape, record.fields):
            value = at(record.fields, path)
            for name, inner in shape.fields.items() if isinstance(shape, Object) and isinstance(value, dict) else ():
                changed = copy.deepcopy(record.fields)
                if at(changed, path).pop(name, None) is None:
                    continue
                if inner.needed:
                    assert f"{name} is missing" in refused(resource, record.key, changed)
                else:
                    sentence = resource.validate(record.key, changed)
                    assert sentence is None or "\n" not in sentence


@each
def test_a_part_of_a_record_is_judged_by_what_it_says(resource: Resource) -> None:
    """What a row with a command may leave out is no fault; what it may not say is."""
    for record in records(resource):
        assert resource.validate(record.key, {}, part=True) is None
        for name in record.fields:
            assert resource.validate(record.key, {name: record.fields[name]}, part=True) is None
            assert resource.validate(record.key, {name: None}, part=True) is None
        assert resource.validate(record.key, {"bogus": 1}, part=True)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@each
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_stands_in_a_place_is_no_exception(resource: Resource, data: st.DataObject) -> None:
    record = data.draw(st.sampled_from(records(resource)))
    path = data.draw(st.sampled_from([path for path, _ in every(record.fields)]))
    changed: Any = put(record.fields, path, data.draw(ANYTHING)) if path else data.draw(ANYTHING)
    key = data.draw(st.just(record.key) | st.lists(st.text(), max_size=5).map(tuple))
    for part in (False, True):
        sentence = resource.validate(key, changed, part=part)
        assert sentence is None or ("\n" not in sentence and len(sentence) < 600)
        if sentence is None and not part and isinstance(changed, dict):
            resource.normalise(changed)
            resource.rewrite(changed, lambda text: text)
            list(resource.places(key, changed, None))


MANIFEST = json.loads(
    Manifest(
        source_shop="a.myshopify.com",
        api_version="2026-10",
        selection=options_of(Selection()),
        not_carried={"products": {"because": {"count": 1, "examples": ["x"]}}},
        changed=(("products", ("shirt",)),),
        external={"example.com": 2},
        outside={"products": {"count": 1, "examples": ["y"]}},
    ).to_bytes()
)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_whatever_stands_in_a_manifest_is_an_archive_error_at_most(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([path for path, _ in every(MANIFEST)]))
    changed = put(MANIFEST, path, data.draw(ANYTHING)) if path else data.draw(ANYTHING)
    try:
        Manifest.from_json(changed)
    except ArchiveError as refusal:
        assert "\n" not in str(refusal)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"bogus": 1}, "“bogus” is not a field of a manifest"),
        ({"changedWhileReading": "x"}, "changedWhileReading must be a list"),
        ({"selection": {"products": 5}}, "selection: products must be a text"),
        ({"selection": {"records": [["products", "shirt"]]}}, "selection, records, item 1"),
        ({"selection": {"closure": "yes"}}, "selection: closure must be true or false"),
        ({"outside": {"products": {"count": 1, "examples": ["x"], "a": 1}}}, "outside, products: “a”"),
        ({"outside": {"products": {"count": "1", "examples": []}}}, "outside, products: count must be a count"),
        ({"scopes": [1]}, "scopes: item 1 must be a text"),
        ({"danglingReferences": True}, "danglingReferences must be a count"),
    ],
)
def test_a_manifest_of_another_shape_is_refused_with_the_place(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ArchiveError, match=sentence):
        Manifest.from_json({**MANIFEST, **change})


def test_what_a_newer_version_added_is_refused_with_the_advice_to_use_it() -> None:
    """An archive that does not use what was added is read; one that does would lose it without a word."""
    newer = {**MANIFEST, "formatMinor": FORMAT_MINOR + 1}
    assert Manifest.from_json(newer).minor == FORMAT_MINOR + 1
    with pytest.raises(ArchiveError, match="A newer version of this program wrote the archive"):
        Manifest.from_json({**newer, "added": 1})
    older = {name: value for name, value in MANIFEST.items() if name != "formatMinor"}
    assert Manifest.from_json(older).minor == 0


# -- places of a record ------------------------------------------------------------------------------------------


def refused(resource: Resource, key: tuple[str, ...], fields: Any) -> str:
    sentence = resource.validate(key, fields)
    assert sentence is not None, fields
    assert "\n" not in sentence and len(sentence) < 400 and sentence.endswith(".")
    return sentence


def accepted(resource: Resource, key: tuple[str, ...], fields: Any) -> bool:
    return resource.validate(key, fields) is None


def at(value: Any, path: Path_) -> Any:
    for name in path:
        value = value[name]
    return value


def put(value: Any, path: Path_, new: Any) -> Any:
    changed = copy.deepcopy(value)
    at(changed, path[:-1])[path[-1]] = copy.deepcopy(new)
    return changed


def every(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    yield path, value
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in children:
        yield from every(child, (*path, name))


def shape_at(shape: Shape, value: Any, path: Path_) -> Shape | None:
    return next((own for place, own in places(shape, value) if place == path), None)


def places(shape: Shape, value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Shape]]:
    """Every place of a record that has a shape, with it."""
    while isinstance(shape, OrNull | Maybe | Lacking):
        shape = shape.shape
    yield path, shape
    if value is None:
        return
    if isinstance(shape, Object):
        inner = [(name, shape.fields[name]) for name in value]
    elif isinstance(shape, Kind):
        inner = [(name, shape.kinds[name]) for name in value]
    elif isinstance(shape, MapOf):
        inner = [(name, shape.shape) for name in value]
    elif isinstance(shape, ListOf):
        inner = [(number, shape.shape) for number in range(len(value))]
    elif isinstance(shape, Row):
        inner = list(enumerate(shape.shapes))
    else:
        inner = []
    for name, own in inner:
        yield from places(own, value[name], (*path, name))
