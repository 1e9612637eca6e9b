"""What Shopify refuses is told in people's words: where, in words; its message as a quotation; and no id of a store."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import ROOT
from transfer.refusals import nameless, place_of, told
from transfer.resources._common import refused

PLACES = {
    ("input", "variants", "0", "price"): "variants, item 1, price",
    ("product", "compareAtPrice"): "compare at price",
    ("metafields", "12", "value"): "value",
    ("variants", "3"): "variants, item 4",
    ("title",): "title",
    ("input",): "input",
    ("definition", "fieldDefinitions", "0"): "field definitions, item 1",
    ("variants", "9" * 5000): f"variants, {'9' * 5000}",
    (): "",
}


@pytest.mark.parametrize("field", PLACES)
def test_places_are_told_in_words(field: tuple[str, ...]) -> None:
    assert place_of(field) == PLACES[field]


def test_ids_are_never_told() -> None:
    said = told([{"field": ["input", "id"], "message": "Invalid id: gid://shopify/ProductVariant/12?a=1, sorry"}])
    assert said == "Shopify says of id: “Invalid id: (a product variant of the store), sorry”."
    assert "gid:" not in nameless("gid://shopify/Product/ gid://shopify/X (gid://shopify/Metaobject/1)")


def test_whatever_the_sandbox_can_refuse_is_told_so() -> None:
    """Every message that stands in its resolvers."""
    messages = list(_messages())
    assert len(messages) > 100
    for message in messages:
        detail = refused(("x",), [{"field": ["input", "a", "0"], "message": message, "code": None}]).detail
        assert detail.startswith("Shopify says of a, item 1: “") and detail.endswith(("”.", ".”", "!”", "?”"))
        assert "gid://" not in detail and '["' not in detail


def _messages() -> Iterator[str]:
    """The texts that a Refusal or a user error is made of, with an id where a value is put in."""
    for path in sorted(Path(ROOT / "sandbox").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Refusal", "user_error", "Invalid"}:
                yield from filter(None, (_text(argument) for argument in node.args))


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(p.value) if isinstance(p, ast.Constant) else "gid://shopify/Product/7" for p in node.values)
    return ""
