"""The shape of a collection's sources: what its creating input takes, kind by kind."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..shapes import (
    Amount,
    Flag,
    Kind,
    Lacking,
    ListOf,
    Match,
    Maybe,
    Number,
    Object,
    OneOf,
    OrNull,
    Reference,
    Shape,
    Text,
)
from ._collection_reading import SIDES
from ._shapes import STATUS, UNIT

_RELATION = Match("a relation, such as EQUALS", re.compile(r"[A-Z][A-Z_]{1,40}"))
_MATCH = OneOf("ALL", "ANY", enum="CollectionConditionMatchType")
_AMOUNT = Amount("the text of a number", re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?"))
_MONEY = Object("an amount", {"amount": _AMOUNT, "currencyCode": Match("a currency", re.compile(r"[A-Z]{3}"))})
_WEIGHT = Object("a weight", {"unit": UNIT, "value": Number(least=0)})
_CATEGORY = Object(
    "a category",
    {
        "categoryId": Match("a category", re.compile(r"gid://shopify/TaxonomyCategory/[\w-]+")),
        "includeDescendants": Maybe(Flag()),
    },
)
_CATEGORIES = ListOf(_CATEGORY, "a list of categories", least=1)
_INTEGER = Number("a whole number", whole=True)
_METAOBJECT = Reference("metaobjects")
# What a condition compares with; texts, where nothing else is said.
_VALUES: Mapping[str, Shape] = {
    "metafieldBoolean": Flag(),
    "metafieldDecimal": _AMOUNT,
    "metafieldInteger": _INTEGER,
    "metafieldMetaobject": _METAOBJECT,
    "metafieldMetaobjectList": ListOf(_METAOBJECT, "a list of references", least=1),
    "productCategory": _CATEGORIES,
    "productStatus": ListOf(STATUS, "a list of states"),
    "collection": ListOf(Reference("collections"), "a list of references", least=1),
    "variantCompareAtPrice": Maybe(_MONEY),
    "variantInventory": _INTEGER,
    "variantPrice": _MONEY,
    "variantWeight": _WEIGHT,
}
_TEXTS = ListOf(Text(), "a list of texts")


def _condition(kind: str, selection: str) -> Object:
    words = selection.split()
    fields: dict[str, Shape] = {}
    if "definition" in words:
        fields["definitionId"] = Reference("metafield_definitions")
    if "matchType" in words:
        fields["matchType"] = _MATCH
    if "relation" in words:
        fields["relation"] = _RELATION
    fields["values" if "values" in words else "value"] = _VALUES.get(kind, _TEXTS)
    return Object("a condition of this kind", fields)


_SELECTION = Object(
    "a selected product",
    {
        "productId": Reference("products"),
        "variantIds": Lacking(ListOf(Reference("variants"), "a list of references", least=1)),
    },
)


def _side(kinds: Mapping[str, str]) -> Object:
    conditions = Kind("a kind of condition", {kind: _condition(kind, fields) for kind, fields in kinds.items()})
    return Object(
        "one side of a source",
        {
            "matchType": OrNull(_MATCH),
            "conditions": ListOf(conditions, "a list of conditions"),
            "selections": ListOf(_SELECTION, "a list of selected products"),
        },
    )


_TITLES: Mapping[str, Shape] = {"title": Text(), "description": Maybe(Text())}
_SOURCE = Object(
    "a source of conditions",
    {
        **_TITLES,
        "targetType": OneOf("PRODUCTS", "VARIANTS", enum="CollectionSourceTargetType"),
        **{side: OrNull(_side(kinds)) for side, kinds, _ in SIDES},
    },
)
_NESTED = Object(
    "a source of collections",
    {**_TITLES, "collectionIds": ListOf(Reference("collections"), "a list of references")},
)
SOURCES = ListOf(Kind("a kind of source", {"source": _SOURCE, "subCollections": _NESTED}), "a list of sources")
