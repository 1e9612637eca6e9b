"""When two values mean the same, and when they only look alike."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transfer.values import decimal, normalise, validate

SAME = [
    ("boolean", " TRUE ", "true"),
    ("boolean", "0", "false"),
    ("list.boolean", '["t", "F"]', '["true","false"]'),
    ("number_integer", "5.0", "5"),
    ("number_decimal", "1.1234567899", "1.123456789"),
    ("number_decimal", "2", "2.0"),
    ("number_decimal", "-0.0", "0"),
    ("list.number_decimal", '["10.40", 3]', '["10.4","3.0"]'),
    ("float", "1.50", "1.5"),
    ("date_time", "2026-02-28T12:30:00", "2026-02-28T12:30:00+00:00"),
    ("date_time", "2026-02-28T14:30:00+02:00", "2026-02-28T12:30:00+00:00"),
    ("color", "#ABCDEF", "#abcdef"),
    ("dimension", '{"value": 25, "unit": "centimeters"}', '{"unit":"CENTIMETERS","value":25.0}'),
    ("list.dimension", '[{"value": 25, "unit": "cm"}]', '[{"value":25.0,"unit":"CM"}]'),
    ("rating", '{"value":"3","scale_max":"5","scale_min":"1"}', '{"scale_min":"1.0","scale_max":"5.0","value":"3.0"}'),
    ("money", '{"amount":"12.5","currency_code":"EUR"}', '{"amount":"12.50","currency_code":"EUR"}'),
    ("link", '{"url":"https://a.example"}', '{"text":null,"url":"https://a.example"}'),
    ("json", '{"b": 1, "a": [1, 2]}', '{"a":[1,2],"b":1}'),
    ("rich_text_field", '{"type": "root", "children": []}', '{"children":[],"type":"root"}'),
]
OTHER = [
    ("boolean", "true", "false"),
    ("number_integer", "9007199254740991", "9007199254740990"),
    ("number_decimal", "12345678901234567890123456789.1", "12345678901234567890123456789.2"),
    ("single_line_text_field", '{"value":1,"unit":"x"}', '{"value":1.0,"unit":"X"}'),
    (
        "list.single_line_text_field",
        '["{\\"value\\":1,\\"unit\\":\\"x\\"}"]',
        '["{\\"value\\":1.0,\\"unit\\":\\"X\\"}"]',
    ),
    ("multi_line_text_field", "a\n", "a"),
    ("list.product_reference", '["a","b"]', '["b","a"]'),
    ("dimension", '{"value":1,"unit":"CM"}', '{"value":1,"unit":"M"}'),
    ("json", "[1,2]", "[2,1]"),
    ("json", "{}", "[]"),
    ("json", '"1"', "1"),
    ("json", '"null"', "null"),
    ("json", '"{}"', "{}"),
    ("json_string", '"true"', "true"),
]


@pytest.mark.parametrize(("type_", "one", "other"), SAME)
def test_values_that_mean_the_same_are_equal(type_: str, one: str, other: str) -> None:
    assert normalise(type_, one) == normalise(type_, other)


@pytest.mark.parametrize(("type_", "one", "other"), OTHER)
def test_values_that_differ_are_not(type_: str, one: str, other: str) -> None:
    assert normalise(type_, one) != normalise(type_, other)


@pytest.mark.parametrize("text", ["1e999999999", "-1e999999999", "1e-999999999", "9" * 100_000, "NaN", "Infinity", ""])
def test_a_number_is_never_longer_than_it_stands_there(text: str) -> None:
    """Written out, 1e999999999 has a thousand million digits."""
    assert decimal(text) == text
    assert len(normalise("money", json.dumps({"amount": text, "currency_code": "EUR"})) or "") < len(text) + 100


TYPES = sorted({type_ for type_, _, _ in SAME + OTHER})


@given(
    st.sampled_from(TYPES), st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps)
)
def test_no_text_breaks_the_comparison(type_: str, value: str) -> None:
    normal = normalise(type_, value)
    assert normal is not None
    validate(type_, value)


def test_an_archive_never_names_another_stores_ids() -> None:
    assert "another store" in str(validate("product_reference", "gid://shopify/Product/1"))
    assert "another store" in str(validate("list.metaobject_reference", '["gid://shopify/Metaobject/1"]'))
    assert validate("product_taxonomy_value_reference", "gid://shopify/TaxonomyValue/1") is None
    assert validate("product_reference", "shopsync:products/shirt") is None
    assert validate("single_line_text_field", "gid://shopify/Product/1") is None
