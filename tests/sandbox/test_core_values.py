"""What is stored for a value of each type, and what `jsonValue` shows of it, as recorded."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.seed.types import list_values, plain_values
from sandbox.value_checks import Invalid
from sandbox.value_types import MEASUREMENTS, known
from sandbox.values import json_value, store_value

from .core import SET, Core

RATING = {"scale_min": "1.0", "scale_max": "5.0"}


@pytest.fixture(scope="module")
def core() -> Core:
    return Core()


@pytest.mark.parametrize(
    "type_,sent,stored",
    [
        ("boolean", "t", "true"),
        ("boolean", " TRUE ", "true"),
        ("boolean", "0", "false"),
        ("number_integer", "5.0", "5"),
        ("number_integer", "-9007199254740991", "-9007199254740991"),
        ("number_decimal", "1.23456789199", "1.234567891"),
        ("number_decimal", "10", "10.0"),
        ("date_time", "2026-02-28T12:30:00", "2026-02-28T12:30:00+00:00"),
        ("dimension", '{"unit":"centimeters","value":25}', '{"value":25.0,"unit":"CENTIMETERS"}'),
        (
            "rating",
            '{"value":"4","scale_min":"1","scale_max":"5"}',
            '{"scale_min":"1.0","scale_max":"5.0","value":"4.0"}',
        ),
        ("color", "#C0FFEE", "#c0ffee"),
        ("money", '{"amount":"5","currency_code":"EUR"}', '{"amount":"5.00","currency_code":"EUR"}'),
        ("json", '{"b": 1,\n "a": [2]}', '{"b":1,"a":[2]}'),
        ("list.number_decimal", "[10.4]", '["10.4"]'),
        ("list.number_integer", '["1", 2]', "[1,2]"),
        ("list.single_line_text_field", "[]", "[]"),
        ("product_taxonomy_value_reference", "gid://shopify/TaxonomyValue/1", "gid://shopify/TaxonomyValue/1"),
    ],
)
def test_a_value_is_stored_as_shopify_stores_it(core: Core, type_: str, sent: str, stored: str) -> None:
    assert store_value(type_, sent, {}, core.shop) == stored


@pytest.mark.parametrize(
    "type_,value,validations",
    [
        ("boolean", "yes", {}),
        ("number_integer", "+5", {}),
        ("number_integer", "5.5", {}),
        ("number_integer", "9007199254740992", {}),
        ("number_integer", "11", {"max": "10"}),
        ("number_decimal", "NaN", {}),
        ("number_decimal", "+1", {}),
        ("number_decimal", "100000000000000000000", {}),
        ("number_decimal", "1e999999", {}),
        ("date", "2026-02-30", {}),
        ("date_time", "yesterday", {}),
        ("color", "red", {}),
        ("url", "javascript:alert(1)", {}),
        ("money", '{"amount":"5","currency_code":"USD"}', {}),
        ("rating", '{"value":"6","scale_min":"1","scale_max":"5"}', {}),
        ("dimension", '{"value":"x","unit":"CENTIMETERS"}', {}),
        ("json", "{", {}),
        ("rich_text_field", '{"type":"paragraph"}', {}),
        ("link", '{"text":"no address"}', {}),
        ("single_line_text_field", "a\nb", {}),
        ("single_line_text_field", "toolong", {"max": "3"}),
        ("single_line_text_field", "blue", {"choices": '["red"]'}),
        ("single_line_text_field", "abc", {"regex": "^[0-9]+$"}),
        ("list.color", '["#000000", "red"]', {}),
        ("list.color", '"#000000"', {}),
        ("list.color", "[]", {"list.min": "1"}),
        ("list.number_integer", json.dumps(list(range(129))), {}),
        ("product_reference", "gid://shopify/Product/1", {}),
        ("product_reference", "shirt", {}),
        ("nonsense", "x", {}),
        ("single_line_text_field", "", {}),
    ],
)
def test_a_bad_value_is_refused(core: Core, type_: str, value: str, validations: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        store_value(type_, value, validations, core.shop)


def test_the_refusal_of_a_list_names_the_element(core: Core) -> None:
    with pytest.raises(Invalid) as refused:
        store_value("list.color", '["#000000", "red"]', {}, core.shop)
    assert refused.value.element == 1


def test_json_may_be_larger_than_texts(core: Core) -> None:
    large = json.dumps("x" * 100_000)
    assert store_value("json", large, {}, core.shop)
    with pytest.raises(Invalid, match="65536"):
        store_value("multi_line_text_field", large, {}, core.shop)
    with pytest.raises(Invalid, match="131072"):
        store_value("json", json.dumps("x" * 131_072), {}, core.shop)


@pytest.mark.parametrize(
    "type_,value,shown",
    [
        ("boolean", "true", True),
        ("boolean", "false", "false"),
        ("number_integer", "5", 5),
        ("dimension", '{"value":25.0,"unit":"CENTIMETERS"}', {"value": 25, "unit": "CENTIMETERS"}),
        ("list.dimension", '[{"value":2.5,"unit":"CENTIMETERS"}]', [{"value": 2.5, "unit": "cm"}]),
        ("single_line_text_field", "5", "5"),
    ],
)
def test_json_value_is_shown_as_recorded(type_: str, value: str, shown: Any) -> None:
    assert json_value(type_, value) == shown


def test_every_type_takes_its_own_stored_value_again(core: Core) -> None:
    values = [*plain_values(core.shop.currency).items(), *list_values(core.shop.currency)]
    assert {name for name, _ in values} >= MEASUREMENTS
    for type_, value in values:
        stored = store_value(type_, value, RATING if type_.endswith("rating") else {}, core.shop)
        assert store_value(type_, stored, {}, core.shop) == stored, type_


def test_the_types_that_are_listed_are_those_that_are_known() -> None:
    core = Core()
    names = [item["name"] for item in core.data("{ metafieldDefinitionTypes { name } }")["metafieldDefinitionTypes"]]
    assert len(names) == len(set(names)) > 90
    assert all(known(name) for name in names)
    assert "list.money" not in names


def test_a_list_of_booleans_can_be_set_as_a_metafield_and_not_be_defined() -> None:
    core = Core()
    item = {"ownerId": core.shop.shop_id, "namespace": "custom", "key": "flags", "type": "list.boolean"}
    assert core.refused(SET, metafields=[{**item, "value": "[true, false]"}]) == []
