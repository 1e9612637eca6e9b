"""Reading the sources of a collection: every kind of condition that Shopify's API can both tell and make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..resource import Ask, Fields, Talk
from ._common import given

MANY = "matchType relation values"
ONE = "relation value"
DEFINITION = "definition { id }"
CATEGORY = "matchType relation values { category { id } includeDescendants }"
INCLUSION: Mapping[str, str] = {
    "metafieldBoolean": f"{ONE} {DEFINITION}",
    "metafieldDecimal": f"{ONE} {DEFINITION}",
    "metafieldInteger": f"{ONE} {DEFINITION}",
    "metafieldMetaobject": f"{ONE} {{ id }} {DEFINITION}",
    "metafieldMetaobjectList": f"{MANY} {{ id }} {DEFINITION}",
    "metafieldString": f"{MANY} {DEFINITION}",
    "metafieldStringList": f"{MANY} {DEFINITION}",
    "productCategory": CATEGORY,
    "productStatus": MANY,
    "productTag": MANY,
    "productTitle": MANY,
    "productType": MANY,
    "productVendor": MANY,
    "variantCompareAtPrice": f"{ONE} {{ amount currencyCode }}",
    "variantInventory": ONE,
    "variantPrice": f"{ONE} {{ amount currencyCode }}",
    "variantTitle": MANY,
    "variantWeight": f"{ONE} {{ unit value }}",
}
EXCLUSION: Mapping[str, str] = {
    "collection": "values { id }",
    "productCategory": CATEGORY,
    "productTag": MANY,
    "productType": MANY,
    "productVendor": MANY,
}
# Kinds whose value is a reference. `definitionId` is one wherever it stands.
REFERRING = ("metafieldMetaobject", "metafieldMetaobjectList", "collection")
_FIRST = 50  # selections that are read with their source


def _kind_name(side: str, kind: str) -> str:
    return f"CollectionSource{side}Condition{kind[0].upper()}{kind[1:]}"


def _conditions(side: str, kinds: Mapping[str, str]) -> str:
    """Every kind of condition. Its fields are named after it: they have the same names everywhere, and other types."""
    fragments = [
        f"... on {_kind_name(side, kind)} {{ {' '.join(_aliased(kind, selection))} }}"
        for kind, selection in kinds.items()
    ]
    return f"conditions {{ __typename {' '.join(fragments)} }}"


def _aliased(kind: str, selection: str) -> Iterator[str]:
    depth = 0
    for word in selection.split():
        depth -= word == "}"
        yield f"{kind}_{word}: {word}" if depth == 0 and word not in "{}" else word
        depth += word == "{"


_CHOSEN = f"""
  selections(first: {_FIRST}) {{ nodes {{ product {{ id }} variantIds }} pageInfo {{ hasNextPage endCursor }} }}
"""
_EXCLUDED = f"""
  selections(first: {_FIRST}) {{ nodes {{ product {{ id }} }} pageInfo {{ hasNextPage endCursor }} }}
"""
FIELDS = f"""
  sources {{
    __typename id title description
    ... on CollectionConditionsSource {{
      shareable targetType
      inclusion {{ matchType {_conditions("Inclusion", INCLUSION)} {_CHOSEN} }}
      exclusion {{ matchType {_conditions("Exclusion", EXCLUSION)} {_EXCLUDED} }}
    }}
    ... on CollectionSubCollectionsSource {{ collections {{ id }} }}
  }}
"""
_REST = """
query %s($id: ID!, $after: String) {
  node(id: $id) {
    ... on CollectionConditionsSource {
      %s { selections(first: 250, after: $after) { nodes { %s } pageInfo { hasNextPage endCursor } } }
    }
  }
}
"""
_MORE_CHOSEN = _REST % ("MoreSelections", "inclusion", "product { id } variantIds")
_MORE_EXCLUDED = _REST % ("MoreExclusions", "exclusion", "product { id }")
SIDES = (("inclusion", INCLUSION, _MORE_CHOSEN), ("exclusion", EXCLUSION, _MORE_EXCLUDED))


def whole(collection: Mapping[str, Any]) -> Talk[Mapping[str, Any]]:
    """The collection with all selections of all its sources."""
    sources = []
    for source in collection["sources"]:
        for side, _, document in SIDES:
            if source.get(side):
                source = {**source, side: (yield from _side(source, side, document))}
        sources.append(source)
    return {**collection, "sources": sources}


def _side(source: Mapping[str, Any], side: str, document: str) -> Talk[Mapping[str, Any]]:
    own = source[side]
    nodes, page = list(own["selections"]["nodes"]), own["selections"]["pageInfo"]
    while page["hasNextPage"]:
        data = yield Ask(document, {"id": source["id"], "after": page["endCursor"]})
        if data["node"] is None:
            break  # deleted while we read: the collection has moved and is read again
        nodes += data["node"][side]["selections"]["nodes"]
        page = data["node"][side]["selections"]["pageInfo"]
    return {**own, "selections": {"nodes": nodes}}


def obstacle(source: Mapping[str, Any]) -> str | None:
    """Why the API cannot make this source again, or None."""
    if source["__typename"] not in ("CollectionConditionsSource", "CollectionSubCollectionsSource"):
        return "is of a kind that Shopify's API does not tell"
    if source.get("shareable"):
        return "is shared by an app, and only that app can make it"
    for side, kinds, _ in SIDES:
        known = {_kind_name(side.title(), kind) for kind in kinds}
        if any(condition["__typename"] not in known for condition in (source.get(side) or {}).get("conditions", ())):
            return "has a condition that Shopify's API cannot make"
    return None


def portable(source: Mapping[str, Any]) -> Fields:
    """A source as its creating input, with the GIDs of its shop."""
    fields: Fields = {"title": source["title"], "description": source["description"]}
    if source["__typename"] == "CollectionSubCollectionsSource":
        return {"subCollections": {**fields, "collectionIds": [node["id"] for node in source["collections"]]}}
    sides = {side: _input(source.get(side), side.title(), kinds) for side, kinds, _ in SIDES}
    return {"source": {**fields, "targetType": source["targetType"], **sides}}


def _input(own: Mapping[str, Any] | None, side: str, kinds: Mapping[str, str]) -> Fields | None:
    if own is None or not (own["conditions"] or own["selections"]["nodes"]):
        return None
    by_type = {_kind_name(side, kind): kind for kind in kinds}
    selections = [
        {"productId": node["product"]["id"], **given({"variantIds": node.get("variantIds") or None})}
        for node in own["selections"]["nodes"]
    ]
    return {
        "matchType": own["matchType"],
        "conditions": [_condition(by_type[item["__typename"]], item) for item in own["conditions"]],
        "selections": selections,
    }


def _condition(kind: str, item: Mapping[str, Any]) -> Fields:
    own = {name.removeprefix(f"{kind}_"): value for name, value in item.items() if name.startswith(f"{kind}_")}
    if "definition" in own:
        own["definitionId"] = own.pop("definition")["id"]
    if kind == "metafieldMetaobject":
        own["value"] = own["value"]["id"]
    elif kind in REFERRING:
        own["values"] = [value["id"] for value in own["values"]]
    elif kind == "productCategory":
        own["values"] = [
            {"categoryId": value["category"]["id"], "includeDescendants": value["includeDescendants"]}
            for value in own["values"]
        ]
    return {kind: given(own)}
