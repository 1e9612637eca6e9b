"""Collections: what their sources take, the rules about them, and their order."""

from __future__ import annotations

from typing import Any

import pytest

from .core import SET, Core, chosen, shaped

ERRORS = "userErrors { field message }"
CREATE = f"""mutation C($collection: CollectionCreateInput!) {{
  collectionCreate(collection: $collection) {{ collection {{ id handle sources {{ id }} }} {ERRORS} }} }}"""
UPDATE = f"""mutation C($collection: CollectionUpdateInput!) {{
  collectionUpdate(collection: $collection) {{ collection {{ id handle }} job {{ done }} {ERRORS} }} }}"""
REORDER = """mutation R($id: ID!, $moves: [MoveInput!]!) { collectionReorderProducts(id: $id, moves: $moves) {
  job { id done } userErrors { field message code } } }"""
INSIDE = """query I($id: ID!, $sort: ProductCollectionSortKeys) { collection(id: $id) {
  productsCount { count } products(first: 50, sortKey: $sort) { nodes { handle } } } }"""
CHEAP = {"variantPrice": {"relation": "LESS_THAN", "value": {"amount": "20", "currencyCode": "EUR"}}}


@pytest.fixture
def store() -> Core:
    core = Core()
    for handle, tags, price in (("anna", ["new"], "10"), ("berta", ["new", "Sale"], "30"), ("clara", [], "15")):
        shape = shaped({"Size": ["S"]}, {"Size": "S"})
        shape["variants"] = [{"optionValues": chosen({"Size": "S"}), "price": price}]
        core.product(handle, tags=tags, vendor=handle, **shape)
    return core


def make(core: Core, *sources: dict[str, Any], **more: Any) -> dict[str, Any]:
    payload = core.data(CREATE, collection={"title": "All", "sources": list(sources), **more})["collectionCreate"]
    assert payload["userErrors"] == []
    made: dict[str, Any] = payload["collection"]
    return made


def rules(*conditions: dict[str, Any], match: str = "ALL", **more: Any) -> dict[str, Any]:
    return {"source": {"title": "x", "inclusion": {"matchType": match, "conditions": list(conditions)}, **more}}


def tag(*values: str, relation: str = "TAGGED_WITH", match: str = "ANY") -> dict[str, Any]:
    return {"productTag": {"matchType": match, "relation": relation, "values": list(values)}}


def inside(core: Core, gid: str, sort: str = "COLLECTION_DEFAULT") -> str:
    found = core.data(INSIDE, id=gid, sort=sort)["collection"]
    assert found["productsCount"]["count"] == len(found["products"]["nodes"])
    return "".join(node["handle"][0] for node in found["products"]["nodes"])


def gid_of(core: Core, handle: str) -> str:
    node = core.shop.product(handle)
    assert node is not None
    return str(node["id"])


@pytest.mark.parametrize(
    "source,found",
    [
        (rules(tag("new")), "ab"),
        (rules(tag("new", "sale", match="ALL")), "b"),
        (rules(tag("sale", relation="NOT_TAGGED_WITH")), "ac"),
        (rules(tag("new"), CHEAP), "a"),
        (rules(tag("new"), CHEAP, match="ANY"), "abc"),
        (rules({"productTitle": {"matchType": "ANY", "relation": "ENDS_WITH", "values": ["RTA", "ra"]}}), "bc"),
        (rules({"productVendor": {"matchType": "ANY", "relation": "DOES_NOT_CONTAIN", "values": ["a"]}}), ""),
        (rules({"variantCompareAtPrice": {"relation": "IS_NOT_SET"}}), "abc"),
        (rules(CHEAP, exclusion={"matchType": "ANY", "conditions": [tag("new")]}), "c"),
        ({"source": {"title": "nothing said"}}, ""),
    ],
)
def test_sources_take_what_fits(store: Core, source: dict[str, Any], found: str) -> None:
    assert inside(store, make(store, source)["id"]) == found


def test_metafields_decide_where_their_definition_may(store: Core) -> None:
    closed = store.define_metafield("PRODUCT", "custom.aa", "boolean")
    usable = {"capabilities": {"smartCollectionCondition": {"enabled": True}}}
    open_ = store.define_metafield("PRODUCT", "custom.bb", "boolean", **usable)
    item = {"ownerId": gid_of(store, "clara"), "namespace": "custom", "key": "bb", "value": "true"}
    assert store.refused(SET, metafields=[item]) == []

    def condition(gid: str, kind: str = "metafieldBoolean", value: Any = True) -> dict[str, Any]:
        return rules({kind: {"definitionId": gid, "relation": "EQUALS", "value": value}})

    assert inside(store, make(store, condition(open_))["id"]) == "c"
    place = ("sources", "0", "source", "inclusion", "conditions", "0", "metafieldBoolean", "definitionId")
    assert store.refused(CREATE, collection={"title": "x", "sources": [condition(closed)]}) == [(place, None)]
    place = (*place[:6], "metafieldInteger", "definitionId")
    wrong = condition(open_, "metafieldInteger", 1)
    assert store.refused(CREATE, collection={"title": "x", "sources": [wrong]}) == [(place, None)]


def test_collections_in_collections_go_one_deep(store: Core) -> None:
    inner = make(store, rules(tag("new")))
    outer = make(store, {"subCollections": {"title": "in", "collectionIds": [inner["id"]]}})
    assert inside(store, outer["id"]) == "ab"
    nested = {"subCollections": {"title": "deep", "collectionIds": [outer["id"]]}}
    assert store.refused(CREATE, collection={"title": "x", "sources": [nested]})
    chain = {"subCollections": {"title": "chain", "collectionIds": [outer["id"]]}}
    assert store.refused(UPDATE, collection={"id": inner["id"], "sourcesToCreate": [chain]})
    itself = {"subCollections": {"title": "self", "collectionIds": [outer["id"]]}}
    assert store.refused(UPDATE, collection={"id": outer["id"], "sourcesToCreate": [itself]})


def test_selections_are_added_and_removed(store: Core) -> None:
    picks = {"selections": [{"productId": gid_of(store, "anna")}]}
    made = make(store, {"source": {"title": "Picks", "inclusion": picks}})
    change = {
        "selectionsToAdd": [{"productId": gid_of(store, "clara")}],
        "selectionsToRemove": [{"productId": gid_of(store, "anna")}],
    }
    source = {"condition": {"id": made["sources"][0]["id"], "inclusion": change}}
    payload = store.data(UPDATE, collection={"id": made["id"], "sourcesToUpdate": [source]})["collectionUpdate"]
    assert payload["userErrors"] == [] and payload["job"] == {"done": False}
    assert inside(store, made["id"]) == "c"


def test_a_taken_handle_gets_a_number_silently(store: Core) -> None:
    assert [make(store, handle="all")["handle"] for _ in range(2)] == ["all", "all-1"]
    other = make(store, title="Other")
    payload = store.data(UPDATE, collection={"id": other["id"], "handle": "all"})["collectionUpdate"]
    assert payload["collection"]["handle"] == "all-2"


def test_order_is_given_by_moves_where_it_is_manual(store: Core) -> None:
    made = make(store, rules(CHEAP), sortOrder="MANUAL")
    moves = [{"id": gid_of(store, "clara"), "newPosition": "0"}]
    payload = store.data(REORDER, id=made["id"], moves=moves)["collectionReorderProducts"]
    assert payload["userErrors"] == [] and not payload["job"]["done"]
    assert store.data("query J($id: ID!) { job(id: $id) { done } }", id=payload["job"]["id"])["job"]["done"]
    assert inside(store, made["id"]) == "ca"
    assert inside(store, made["id"], "ID") == "ac"
    stranger = [{"id": gid_of(store, "berta"), "newPosition": "0"}]
    assert store.refused(REORDER, id=made["id"], moves=stranger) == [(("moves", "0", "id"), "INVALID_MOVE")]
    by_title = make(store, rules(CHEAP), sortOrder="ALPHA_DESC")
    assert inside(store, by_title["id"]) == "ca"
    assert store.refused(REORDER, id=by_title["id"], moves=moves) == [(("base",), "MANUALLY_SORTED_COLLECTION")]


def test_collections_that_exclude_each_other_hold_what_only_one_of_them_takes(store: Core) -> None:
    """Whichever is asked first; and one that excludes itself keeps all that it takes."""

    def excluding(gid: str, *conditions: dict[str, Any]) -> dict[str, Any]:
        out = {"matchType": "ANY", "conditions": [{"collection": {"values": [gid]}}]}
        return rules(*conditions, exclusion=out)

    new, cheap, own = make(store), make(store), make(store)
    for one, source in ((new, excluding(cheap["id"], tag("new"))), (cheap, excluding(new["id"], CHEAP))):
        assert store.refused(UPDATE, collection={"id": one["id"], "sourcesToCreate": [source]}) == []
    assert store.refused(UPDATE, collection={"id": own["id"], "sourcesToCreate": [excluding(own["id"], CHEAP)]}) == []
    assert [inside(store, one["id"]) for one in (cheap, new, own)] == ["c", "b", "ac"]
