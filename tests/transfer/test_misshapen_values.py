"""Values that are not of the shape that their type asks for: Shopify keeps what it once took; archives are edited."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.archives import edited, opened
from tests.builder import NAME, Builder, copy, troubles
from tests.support import Sandbox, archive_of, import_
from tests.transfer.test_sheets_import import sheet_of
from transfer.local import local_desk, offline_desk, run
from transfer.outcomes import Reason
from transfer.references import Target
from transfer.resources import _value_rules as value_rules
from transfer.sheets.typed import value_of
from transfer.stages.comparing import COMPARISON
from transfer.values import TYPE, normalise, places, rewrite, validate, with_theirs
from transfer.work import Id, Where

KINDS = (
    *("product_reference", "metaobject_reference", "customer_reference", "file_reference", "mixed_reference", "url"),
    *("single_line_text_field", "number_integer", "number_decimal", "boolean", "color", "date", "date_time", "link"),
    *("rating", "money", "dimension", "weight", "volume", "rich_text_field", "json", "id", "language", "float"),
)
TYPES = (*KINDS, *(f"list.{kind}" for kind in KINDS))
SHAPES = (
    *("", " ", "null", "{}", '{"a":1}', "plain", '"a text"', "[", "[[]]", '[["a"],[1]]', "[null]", "[1]", "true"),
    *('{"value":{}}', '{"value":[],"unit":null,"url":3}', '[{"value":"x","unit":[]}]', "1e999", "9" * 5000),
    *("[" * 20_000, '["\\ud800"]', '{"type":"root"}', '{"type":"root","children":5}', "gid://shopify/Product/1"),
    *("shopsync:products/a", '"shopsync:products/a"', '[["shopsync:products/a"]]', '{"u":"shopsync:products/a"}'),
)


def _kept(said: str) -> str:
    return said


def _gone(said: str) -> None:
    return None


@pytest.mark.parametrize("type_", TYPES)
def test_no_shape_of_a_value_ends_what_is_done_with_it(type_: str) -> None:
    assert TYPE.match(type_)
    for shape in SHAPES:
        assert rewrite(type_, shape, _kept) in (shape, normalise(type_, shape))
        rewrite(type_, shape, _gone)
        if type_.endswith("_reference") and "shopsync:" in shape and (type_.startswith("list.") or shape[:1] == "s"):
            assert [place.target for place in places("value", type_, shape, hard=True)] == [Target("products", ("a",))]
        for other in SHAPES[:12]:
            assert with_theirs(type_, shape, other) == shape
        value_rules.broken(type_, shape, {"min": "1", "max": "2", "list.max": "1", "choices": '["a"]'})
        problem = validate(type_, shape)
        assert problem is None or "names an id of another store" in problem


@pytest.mark.parametrize(
    ("type_", "cell"),
    [("list.dimension", "12 cm"), ("list.link", "[{]"), ("list.product_reference", "[[]]"), ("list.url", "[")],
)
def test_a_cell_that_is_no_list_is_told_where_it_stands(type_: str, cell: str) -> None:
    assert value_of(type_, cell) == (cell, 'a JSON list such as ["one", "two"]')
    assert value_of(type_, "[]") == ("[]", "")


def test_an_object_is_not_the_list_of_its_names() -> None:
    assert normalise("list.single_line_text_field", '{"a":1}') != normalise("list.single_line_text_field", '["a"]')
    assert normalise("list.single_line_text_field", '"ab"') != normalise("list.single_line_text_field", '["a","b"]')


HELD = ("null", "{}", "plain", '"a text"', '[["a"]]', "[1]", '{"value":{}}', "GID", '[["GID"]]', '{"u":"GID"}')


def _store(sandbox: Sandbox) -> Builder:
    """A store that holds each of these under each type, on a product, and in entries."""
    shop = Builder(sandbox)
    shirt = shop.product("shirt", {"Size": ["S"]})
    for number, shape in enumerate(HELD):
        value = shape.replace("GID", shirt)
        for type_ in TYPES:
            key = f"{type_.replace('.', '_')}_{number}"
            _put(shop, shirt, value, namespace="custom", key=key, type=type_)
    fields = [{"key": type_.replace(".", "_"), "type": type_, **MORE.get(type_, {})} for type_ in FIELDS]
    shop.define("old", NAME, *fields)
    for number, shape in enumerate(HELD):
        entry = shop.entry("old", f"e{number}", name="One")
        for field in fields:
            _put(shop, entry, shape.replace("GID", shirt), key=field["key"])
    return shop


FIELDS = (
    *("rating", "money", "dimension", "link", "rich_text_field", "list.product_reference", "list.file_reference"),
    *("list.single_line_text_field", "list.url", "list.dimension", "list.number_integer", "product_reference"),
)
MORE = {"rating": {"validations": [{"name": "scale_min", "value": "1"}, {"name": "scale_max", "value": "5"}]}}


def _put(shop: Builder, owner: str, value: str, **name: Any) -> None:
    shop.sandbox.ask("/sandbox/values", {"shop": shop.shop, "owner": owner, "value": value, **name})


@pytest.fixture(scope="module")
def store(sandbox: Sandbox) -> Builder:
    return _store(sandbox)


@pytest.mark.parametrize(
    "options", [{}, {"records": [["products", ["shirt"]]], "closure": True}, {"anonymise": "secret"}]
)
def test_a_store_that_holds_them_is_exported_and_imported_and_what_is_refused_is_listed(
    options: dict[str, Any], store: Builder, sandbox: Sandbox, tmp_path: Path
) -> None:
    target = Builder(sandbox)
    archive = archive_of(sandbox, store.shop, tmp_path, **options)
    members = opened(archive)
    records = [json.loads(line) for line in members["product_metafields/00001.jsonl"].splitlines()]
    assert len(records) == len(HELD) * len(TYPES)
    lists = [one["fields"]["value"] for one in records if one["fields"]["type"] == "list.product_reference"]
    assert not [value for value in lists if "gid://shopify/Product/" in value]
    assert sum("shopsync:products/shirt" in value for value in lists) == 3
    for _ in range(2):
        desk, past = import_(sandbox, target.shop, archive, tmp_path)
        assert past["verify"]
        found = troubles(desk)
        assert ("products", "shirt") not in found
        lists = [f"list_product_reference_{number}" for number in range(len(HELD))]
        told = {found.get(("product_metafields", "shirt", "custom", key)) for key in lists}
        assert None not in told
        assert Reason.REFUSED in told
    for form in ("xlsx", "csv"):
        assert sheet_of(archive, form, tmp_path / form)


def test_they_are_compared_with_what_the_target_has_of_them(store: Builder, sandbox: Sandbox, tmp_path: Path) -> None:
    twin = _store(sandbox)
    archive = archive_of(sandbox, store.shop, tmp_path)
    desk = local_desk(sandbox.client(twin.shop), tmp_path / "comparing")
    with desk.storage.write("source.zip") as file:
        file.write(archive)
    past = run(desk, COMPARISON, {"archive": "source.zip", "other": ""})
    assert past["compare"]
    differing = {row.key[-1] for row in desk.ledger.select(Where(resource="product_metafields"), limit=1000)}
    assert not [key for key in differing if key[-1] not in "789" or key.startswith("list_product_reference")]
    desk, _ = copy(store, twin, tmp_path, policy="mirror")
    assert not [key for key in troubles(desk) if key[-1] == "list_product_reference_7"]


def test_an_archive_into_which_somebody_wrote_one_is_imported(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    shirt = source.product("shirt", {"Size": ["S"]})
    source.metafield(shirt, "custom.related", "list.product_reference", json.dumps([shirt]))
    source.metafield(shirt, "custom.care", "single_line_text_field", "cold")

    def edit(resource: str, number: int, record: dict[str, Any]) -> list[dict[str, Any]]:
        if record["fields"].get("type") == "list.product_reference":
            record["fields"]["value"] = "shopsync:products/shirt"
        return [record]

    archive = edited(archive_of(sandbox, source.shop, tmp_path), edit)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert troubles(desk) == {("product_metafields", "shirt", "custom", "related"): Reason.REFUSED}
    members = opened(archive_of(sandbox, target.shop, tmp_path))
    assert len(members["product_metafields/00001.jsonl"].splitlines()) == 1


def test_a_link_with_half_a_character_is_carried_by_the_kernel_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    """An emoji that an app cut in two: JSON may say that, and what the link leads to has it in its name then."""
    source, target = Builder(sandbox), Builder(sandbox)
    shirt = source.product("shirt", {"Size": ["S"]})
    link = f'{{"type":"link","url":"https://{source.shop}/products/a\\ud83d","children":[]}}'
    source.metafield(shirt, "custom.more", "rich_text_field", f'{{"type":"root","children":[{link}]}}')
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert desk.ledger.tally()["product_metafields"]["outcome:created"] == 1


def test_a_half_of_a_character_comes_back_out_of_a_key_as_it_was(tmp_path: Path) -> None:
    ids, target = offline_desk(tmp_path).ids, Target("url_redirects", ("/a\ud83d/b%2F", ""))
    ids.put([Id("gid://shopify/UrlRedirect/1", target)])
    assert ids.by_target([target]) == {target: "gid://shopify/UrlRedirect/1"}
    assert ids.by_gid(["gid://shopify/UrlRedirect/1"])["gid://shopify/UrlRedirect/1"].target == target
