"""Searching, paging, and what reading shows."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.paging import MAX_DEPTH

from .core import DEFINE, REDEFINE, SET, UPSERT, Core, chosen, shaped

FIND = """query F(
  $query: String, $first: Int = 50, $after: String, $last: Int, $reverse: Boolean, $sort: ProductSortKeys
) {
  products(query: $query, first: $first, last: $last, after: $after, reverse: $reverse, sortKey: $sort) {
    nodes { handle } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


@pytest.fixture
def store() -> Core:
    core = Core()
    for handle, title, tags, status in (
        ("anna", "Blue Shirt", ["new"], "ACTIVE"),
        ("berta", "Red Shirt", ["new", "sale"], "DRAFT"),
        ("clara", "Blue Coat", ["Sale"], "ACTIVE"),
        ("dora", "Grey Coat", [], "ARCHIVED"),
    ):
        core.product(handle, title=title, tags=tags, status=status)
    return core


def handles(core: Core, **arguments: Any) -> list[str]:
    return [node["handle"] for node in core.data(FIND, **arguments)["products"]["nodes"]]


@pytest.mark.parametrize(
    "query,found",
    [
        ("handle:anna", "a"),
        ("handle:'anna' OR handle:dora", "ad"),
        ("tag:sale", "bc"),
        ("tag:new AND tag:sale", "b"),
        ("tag:new tag:sale", "b"),
        ("-tag:new", "cd"),
        ("NOT tag:new", "cd"),
        ("status:active AND (tag:sale OR tag:new)", "ac"),
        ("(handle:anna OR handle:berta) AND -status:draft", "a"),
        ("title:'blue shirt'", "a"),
        ("title:Coat", "cd"),
        ("handle:b*", "b"),
        ("shirt", "ab"),
        ("", "abcd"),
        ("status:nonsense", ""),
    ],
)
def test_a_search_string_is_read_whole(store: Core, query: str, found: str) -> None:
    assert [handle[0] for handle in handles(store, query=query)] == list(found)


def test_an_unknown_field_drops_its_filter_and_warns(store: Core) -> None:
    body = store.ask(FIND, query="hnadle:anna AND tag:sale")
    assert [node["handle"] for node in body["data"]["products"]["nodes"]] == ["berta", "clara"]
    assert body["extensions"]["search"] == [
        {
            "path": ["products"],
            "query": "hnadle:anna AND tag:sale",
            "parsed": {"and": [{"field": "hnadle", "match_all": "anna"}, {"field": "tag", "match_all": "sale"}]},
            "warnings": [
                {"field": "hnadle", "message": "Invalid search field for this query.", "code": "invalid_field"}
            ],
        }
    ]
    assert len(handles(store, query="hnadle:anna")) == 4


def test_ids_and_times_bound_what_is_found(store: Core) -> None:
    second = int(store.data("{ products(first: 4) { nodes { id } } }")["products"]["nodes"][1]["id"].rsplit("/", 1)[1])
    assert handles(store, query=f"id:>{second}") == ["clara", "dora"]
    assert handles(store, query=f"id:>={second} AND id:<={second}") == ["berta"]
    assert handles(store, query=f"id:>{second} AND tag:sale") == ["clara"]
    before = store.shop.now()
    store.wait(5)
    store.product("emma")
    assert handles(store, query=f"updated_at:>'{before}'") == ["emma"]
    assert handles(store, query="updated_at:>2020-01-01")[-1] == "emma"


def test_only_metafields_that_are_filterable_filter(store: Core) -> None:
    store.define_metafield("PRODUCT", "custom.fit", "single_line_text_field")
    body = store.ask(FIND, query="metafields.custom.fit:slim")
    assert "data" not in body or body["data"] is None
    filterable = {"adminFilterable": {"enabled": True}}
    store.define_metafield("PRODUCT", "custom.cut", "single_line_text_field", capabilities=filterable)
    owner = store.data("{ products(first: 1) { nodes { id } } }")["products"]["nodes"][0]["id"]
    item = {"ownerId": owner, "namespace": "custom", "key": "cut", "value": "slim"}
    store.data(SET, metafields=[item])
    assert handles(store, query="metafields.custom.cut:slim") == ["anna"]


def test_a_search_lags_behind_a_write_and_a_list_does_not(store: Core) -> None:
    store.shop.search_lag = 300
    store.product("late", tags=["new"])
    assert "late" in handles(store)
    assert "late" not in handles(store, query="tag:new")
    store.wait(300)
    assert "late" in handles(store, query="tag:new")


def test_pages_meet_forwards_backwards_and_in_reverse(store: Core) -> None:
    first = store.data(FIND, first=3)["products"]
    assert first["pageInfo"] | {"startCursor": "", "endCursor": ""} == {
        "hasNextPage": True,
        "hasPreviousPage": False,
        "startCursor": "",
        "endCursor": "",
    }
    assert handles(store, first=3, after=first["pageInfo"]["endCursor"]) == ["dora"]
    assert handles(store, first=None, last=2) == ["clara", "dora"]
    assert handles(store, first=2, reverse=True) == ["dora", "clara"]
    assert handles(store, sort="TITLE") == ["clara", "anna", "dora", "berta"]


@pytest.mark.parametrize("reverse", [False, True])
def test_a_page_after_a_deletion_leaves_nothing_out(store: Core, reverse: bool) -> None:
    page = store.data(FIND, first=2, reverse=reverse)["products"]
    gone = page["nodes"][-1]["handle"]
    node = store.shop.product(gone)
    assert node is not None
    delete = "mutation D($id: ID!) { productDelete(input: {id: $id}) { deletedProductId } }"
    store.data(delete, id=node["id"])
    rest = handles(store, first=5, after=page["pageInfo"]["endCursor"], reverse=reverse)
    assert rest == (["berta", "anna"] if reverse else ["clara", "dora"])


@pytest.mark.parametrize("arguments", [{"first": 251}, {"first": -1}, {"first": None}, {"after": "nonsense"}])
def test_bad_pages_are_refused(store: Core, arguments: dict[str, Any]) -> None:
    assert store.ask(FIND, **arguments)["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


def test_paging_ends_at_25_000() -> None:
    from sandbox.paging import connection

    numbers = range(MAX_DEPTH + 10)
    cursor = connection(numbers, first=250)["pageInfo"]["endCursor"]
    seen = 250
    with pytest.raises(Exception, match="25,000"):
        while True:
            page = connection(numbers, first=250, after=cursor)
            cursor, seen = page["pageInfo"]["endCursor"], seen + len(page["nodes"])
    assert seen == MAX_DEPTH


def test_entries_that_lack_what_became_required_are_not_listed() -> None:
    core = Core()
    definition = core.define("note", {"key": "text", "type": "single_line_text_field"})
    core.entry("note", "full", text="x")
    core.entry("note", "bare")
    operation = {"update": {"key": "text", "required": True}}
    core.data(REDEFINE, id=definition, definition={"fieldDefinitions": [operation]})
    listed = core.data('{ metaobjects(type: "note", first: 9) { nodes { handle } } }')["metaobjects"]["nodes"]
    assert listed == [{"handle": "full"}]
    assert core.data('{ metaobjectByHandle(handle: {type: "note", handle: "bare"}) { handle } }')["metaobjectByHandle"]


def test_values_without_variants_are_among_the_option_values_only() -> None:
    core = Core()
    core.product("shirt", **shaped({"Size": ["S", "M"]}, {"Size": "S"}))
    query = """{ productByIdentifier(identifier: {handle: "shirt"}) {
      options { values optionValues { name hasVariants } } } }"""
    assert core.data(query)["productByIdentifier"]["options"] == [
        {"values": ["S"], "optionValues": [{"name": "S", "hasVariants": True}, {"name": "M", "hasVariants": False}]}
    ]


def test_metafields_read_by_key_show_the_whole_name() -> None:
    core = Core("plain")
    product = "products(first: 1) { nodes { metafields(first: 5, %s) { nodes { namespace key } } } }"
    by_key = core.data("{" + product % 'keys: ["custom.color"]' + "}")["products"]["nodes"][0]["metafields"]["nodes"]
    assert by_key == [{"namespace": "custom", "key": "custom.color"}]
    plain = core.data("{" + product % 'namespace: "custom"' + "}")["products"]["nodes"][0]["metafields"]["nodes"]
    assert plain == [{"namespace": "custom", "key": "color"}]


def test_references_that_dangle_resolve_to_nothing_and_stay_in_the_value() -> None:
    core = Core("nasty")
    query = """{ productByIdentifier(identifier: {handle: "kept"}) {
      one: metafield(namespace: "custom", key: "friend") { value reference { __typename } }
      many: metafield(namespace: "custom", key: "friends") {
        value references(first: 5) { nodes { __typename } } } } }"""
    kept = core.data(query)["productByIdentifier"]
    assert kept["one"]["value"].startswith("gid://shopify/Product/")
    assert kept["one"]["reference"] is None
    assert kept["many"]["references"]["nodes"] == [{"__typename": "Product"}]


def test_ids_of_two_shops_never_meet() -> None:
    one, two = Core("plain"), Core("plain")
    assert {*one.shop.nodes} & {*two.shop.nodes} == set()


def test_every_write_moves_updated_at() -> None:
    core = Core()
    core.define("note", {"key": "text", "type": "single_line_text_field"})
    gid = core.entry("note", "one", text="x")
    read = "query M($id: ID!) { metaobject(id: $id) { updatedAt } }"
    before = core.data(read, id=gid)["metaobject"]["updatedAt"]
    fields = {"fields": [{"key": "text", "value": "y"}]}
    core.data(UPSERT, handle={"type": "note", "handle": "one"}, metaobject=fields)
    assert core.data(read, id=gid)["metaobject"]["updatedAt"] > before


def test_a_variants_change_moves_its_product() -> None:
    core = Core()
    product = core.product("shirt", **shaped({"Size": ["S"]}, {"Size": "S"}))
    read = "query P($id: ID!) { product(id: $id) { updatedAt } }"
    before = core.data(read, id=product)["product"]["updatedAt"]
    add = """mutation V($id: ID!, $variants: [ProductVariantsBulkInput!]!) {
      productVariantsBulkCreate(productId: $id, variants: $variants) { userErrors { code } } }"""
    core.data(add, id=product, variants=[{"optionValues": chosen({"Size": "M"})}])
    assert core.data(read, id=product)["product"]["updatedAt"] > before


def test_a_type_is_lower_case_whatever_was_sent() -> None:
    core = Core()
    core.define("Shop_Note")
    assert core.data('{ metaobjectDefinitionByType(type: "shop_note") { type } }') == {
        "metaobjectDefinitionByType": {"type": "shop_note"}
    }
    assert core.refused(DEFINE, definition={"type": "SHOP_NOTE"}) == [(("definition", "type"), "TAKEN")]
