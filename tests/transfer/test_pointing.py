"""References and links as people read them, wherever in a value they stand."""

from __future__ import annotations

import json

import pytest

from tests.transfer.test_registry import records
from transfer.pointing import readable, spelled
from transfer.registry import RESOURCES
from transfer.told import told

ALONE = {
    "shopsync:products/blue shirt": "Product: blue shirt",
    "shopsync:metaobjects/designer/anna-holm": "Metaobject: designer/anna-holm",
    "shopsync:files/image/a%2Fb.png": "File: a/b.png",
    "shopsync:variants/shirt/Size/M": "Variant: shirt/Size/M",
    "shopsync:metafield_definitions/PRODUCT/custom/subtitle": "Metafield definition: products/custom/subtitle",
    "shopsync:company_contacts/id/1/a@example.com": "Contact of a company: id/1/a@example.com",
    "shopsync:unknown/Order/42": "Order that the source store could not name",
    "shopsync:unicorns/a": "shopsync:unicorns/a",
    "shopsync:verbatim:shopsync:products/a": "shopsync:products/a",
    "shopsync:https://store/products/a?b=1#c": "https://the store/products/a?b=1#c",
    "shopsync://cdn/files/a.png?v=1": "//the store's files/files/a.png?v=1",
    "/products/a?variant=shopsync%3Avariants%2Fa%2FSize%2FM&b=1": "/products/a?variant=Variant: a/Size/M&b=1",
    "/cart/shopsync%3Avariants%2Fa%2FSize%2FM:2": "/cart/Variant: a/Size/M:2",
    "A text about shopsync: it copies.": "A text about shopsync: it copies.",
}


@pytest.mark.parametrize("value", ALONE)
def test_a_reference_or_link_that_is_the_value(value: str) -> None:
    assert readable(value) == ALONE[value]


def test_in_json_and_in_texts() -> None:
    value = json.dumps(["shopsync:products/a", {"url": "shopsync:https://store/pages/b", "n": [1, None, "text"]}])
    assert json.loads(readable(value)) == ["Product: a", {"url": "https://the store/pages/b", "n": [1, None, "text"]}]
    assert spelled({"value": '["shopsync:pages/b"]', "other": "[1]"}) == {"value": ["Page: b"], "other": "[1]"}
    assert spelled({"shopsync:products/a": "shopsync:pages/b"}) == {"shopsync:products/a": "Page: b"}
    html = '<a href="shopsync:https://store/products/a">A</a> <img src="shopsync:https://cdn/files/x.png">'
    assert (
        readable(html)
        == '<a href="https://the store/products/a">A</a> <img src="https://the store\'s files/files/x.png">'
    )
    assert readable("[not json shopsync:https://store/a") == "[not json https://the store/a"
    assert readable('{"a":1}') == '{\n  "a": 1\n}'


@pytest.mark.parametrize("name", RESOURCES)
def test_no_value_of_any_kind_shows_our_own_form(name: str) -> None:
    for record in records(RESOURCES[name]):
        for field, value in record.fields.items():
            shown = told(value, field, name)
            text = readable(shown) if isinstance(shown, str) else json.dumps(spelled(shown), ensure_ascii=False)
            assert "shopsync:" not in text.replace("shopsync:verbatim", ""), (field, text)
            assert "shopsync%3A" not in text, (field, text)
