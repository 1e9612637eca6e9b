"""The sandbox's short way through a document answers as GraphQL's own executor does, mistakes included."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import build_schema, execute_sync, parse

from sandbox.executor import execute

SCHEMA = build_schema("""
  enum Status { ACTIVE DRAFT }
  scalar Anything
  interface Named { title: String }
  type Item implements Named {
    id: ID!  title: String  size: Int  price: Float  hidden: Boolean  status: Status!  extra: Anything  tags: [String!]!
    inner: Item  long(than: Int = 3): String
  }
  type Query { items: [Item]  first: Item  named: Named }
""")
WHOLE: dict[str, Any] = {"__typename": "Item", "id": "1", "title": "a", "size": 3, "price": 1.5, "hidden": False}
WHOLE |= {"status": "DRAFT", "extra": {"any": [1]}, "tags": ["x"], "inner": None, "long": lambda info, than: "l" * than}
FIELDS = "__typename id title size price hidden status extra tags inner { id title } long(than: 2)"
ITEMS = {
    "whole": WHOLE,
    "null where it may be": WHOLE | {"title": None, "size": None},
    "not said": {"id": "1", "status": "ACTIVE", "tags": []},
    "null where it may not be": WHOLE | {"id": None},
    "nothing where there must be something": {"title": "a"},
    "other types": WHOLE | {"id": 7, "title": 5, "size": 3.0, "price": 2, "hidden": 1},
    "no number": WHOLE | {"size": "many"},
    "too large a number": WHOLE | {"size": 1 << 40},
    "no such value": WHOLE | {"status": "GONE"},
    "an object for a text": WHOLE | {"title": {"a": 1}},
    "computed": WHOLE | {"title": lambda info: "made"},
    "an error": WHOLE | {"title": ValueError("no title")},
    "an error inside": WHOLE | {"inner": WHOLE | {"id": None}},
}


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
@pytest.mark.parametrize(
    "document",
    [
        f"{{ first {{ {FIELDS} }} }}",
        f"{{ items {{ again: title title size @skip(if: true) ...more }} }} fragment more on Item {{ {FIELDS} }}",
        "{ named { title __typename ... on Item { status } } }",
    ],
)
def test_it_answers_as_the_long_way_does(item: dict[str, Any], document: str) -> None:
    root = {"first": item, "named": WHOLE | item, "items": [item, None, WHOLE]}
    asked = parse(document)
    for field in ("first", "named", "items"):
        SCHEMA.type_map["Query"].fields[field].resolve = lambda _, info: root[info.field_name]  # type: ignore[attr-defined]
    own = execute(SCHEMA, asked, None, {}, None)
    assert own.formatted == execute_sync(SCHEMA, asked).formatted
    assert list((own.data or {}).get("first") or ()) == list(
        (execute_sync(SCHEMA, asked).data or {}).get("first") or ()
    )
