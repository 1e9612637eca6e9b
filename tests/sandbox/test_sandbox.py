"""The sandbox answers as a real store was seen to."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import jwt
import pytest

from sandbox.seed import SEEDS
from sandbox.store import Shop
from shopify_client import DailyLimit
from tests.builder import Builder
from tests.support import CLIENT_ID, CLIENT_SECRET, Sandbox

SET = """mutation Set($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) {
    metafields { id compareDigest } userErrors { field message code elementIndex }
  }
}"""


def post(sandbox: Sandbox, shop: str, query: str, variables: Any = None, token: str | None = None) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{sandbox.url}/shops/{shop}/admin/api/2026-10/graphql.json",
        json.dumps({"query": query, "variables": variables or {}}).encode(),
        {"Content-Type": "application/json", "X-Shopify-Access-Token": token or sandbox.token(shop)},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        answer: dict[str, Any] = json.load(response)
        return answer


def oauth(sandbox: Sandbox, shop: str, **fields: str) -> tuple[int, dict[str, Any]]:
    body = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **fields}
    request = urllib.request.Request(
        f"{sandbox.url}/shops/{shop}/admin/oauth/access_token",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as problem:
        with problem:
            return problem.code, json.load(problem)


@pytest.mark.parametrize(
    "query,requested",
    [
        ("{ products(first: 1) { nodes { id } } }", 3),
        ("{ products(first: 10) { nodes { id } } }", 6),
        ("{ products(first: 250) { nodes { id } } }", 13),
        ("{ products(first: 20) { nodes { variants(first: 5) { nodes { id } } } } }", 32),
        ('{ nodes(ids: ["gid://shopify/Product/1", "gid://shopify/Product/2"]) { __typename id } }', 1),
        ("{ productsCount { count } }", 10),
        ("{ shop { id } }", 1),
    ],
)
def test_costs_are_those_that_were_recorded(sandbox: Sandbox, query: str, requested: int) -> None:
    assert post(sandbox, sandbox.shop(), query)["extensions"]["cost"]["requestedQueryCost"] == requested


def test_a_query_over_the_limit_is_refused_before_it_runs(sandbox: Sandbox) -> None:
    inner = "variants(first: 250) { nodes { metafields(first: 250) { nodes { id } } } }"
    deep = f"{{ products(first: 250) {{ nodes {{ {inner} }} }} }}"
    answer = post(sandbox, sandbox.shop(), deep)
    assert "data" not in answer
    assert "1000" in answer["errors"][0]["message"]


def test_an_empty_bucket_says_throttled_and_how_long() -> None:
    own = Sandbox("--plan", "standard")
    try:
        shop = own.shop("plain")
        dear = "{ products(first: 250) { nodes { variants(first: 100) { nodes { id } } } } }"
        answers = [post(own, shop, dear, token=own.token(shop)) for _ in range(60)]
        refused = [answer for answer in answers if "data" not in answer]
        assert not refused  # what is requested and not used is given back
        own.ask("/sandbox/faults", {"rules": [{"kind": "throttled", "times": 1}]})
        answer = post(own, shop, dear)
        assert answer["errors"][0]["extensions"]["code"] == "THROTTLED"
        assert answer["extensions"]["cost"]["actualQueryCost"] is None
        assert answer["extensions"]["cost"]["throttleStatus"]["maximumAvailable"] == 2000
    finally:
        own.stop()


def test_metafields_are_all_or_nothing_and_at_most_25(sandbox: Sandbox) -> None:
    shop = sandbox.shop()
    owner = sandbox.graphql(shop, "query Id { shop { id } }")["shop"]["id"]

    def item(number: int, value: str = "1") -> dict[str, str]:
        return {"ownerId": owner, "namespace": "abc", "key": f"k{number}", "type": "number_integer", "value": value}

    many = post(sandbox, shop, SET, {"metafields": [item(n) for n in range(26)]})["data"]["metafieldsSet"]
    assert many["metafields"] is None
    assert many["userErrors"][0]["code"] == "LESS_THAN_OR_EQUAL_TO"
    mixed = post(sandbox, shop, SET, {"metafields": [item(1), item(2, "x")]})["data"]["metafieldsSet"]
    assert mixed["metafields"] == []
    assert mixed["userErrors"][0]["field"] == ["metafields", "1", "value"]
    assert (
        sandbox.graphql(shop, 'query A { shop { metafield(namespace: "abc", key: "k1") { id } } }')["shop"]["metafield"]
        is None
    )


@pytest.mark.parametrize(
    "change,code",
    [
        ({"namespace": "app--1--x"}, "APP_NOT_AUTHORIZED"),
        ({"namespace": "ab"}, "TOO_SHORT"),
        ({"value": " "}, "INVALID_VALUE"),
        ({"type": "product_reference", "value": "gid://shopify/Product/1"}, "INVALID_VALUE"),
        ({"compareDigest": "x"}, "INVALID_COMPARE_DIGEST"),
        ({"type": "nonsense"}, "INCLUSION"),
    ],
)
def test_bad_metafields_get_shopifys_codes(sandbox: Sandbox, change: dict[str, str], code: str) -> None:
    shop = sandbox.shop()
    owner = sandbox.graphql(shop, "query Id { shop { id } }")["shop"]["id"]
    item = {
        "ownerId": owner,
        "namespace": "abc",
        "key": "key",
        "type": "single_line_text_field",
        "value": "x",
        **change,
    }
    assert post(sandbox, shop, SET, {"metafields": [item]})["data"]["metafieldsSet"]["userErrors"][0]["code"] == code


def test_an_unknown_search_field_drops_its_filter(sandbox: Sandbox) -> None:
    shop = sandbox.shop("plain")
    query = "query A($q: String) { products(first: 10, query: $q) { nodes { handle } } }"
    found = sandbox.graphql(shop, query, q="handle:shirt-1")["products"]["nodes"]
    assert found == [{"handle": "shirt-1"}]
    assert len(sandbox.graphql(shop, query, q="hnadle:shirt-1")["products"]["nodes"]) == 3


def test_a_missing_scope_is_denied_and_a_bad_token_is_401(sandbox: Sandbox) -> None:
    shop = sandbox.shop("plain")
    answer = post(
        sandbox,
        shop,
        "{ shop { id } products(first: 1) { nodes { id } } }",
        token=sandbox.token(shop, ["read_content"]),
    )
    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    with pytest.raises(urllib.error.HTTPError) as refused:
        post(sandbox, shop, "{ shop { id } }", token="wrong")
    with refused.value:
        assert refused.value.code == 401


def test_paging_is_bounded(sandbox: Sandbox) -> None:
    answer = post(sandbox, sandbox.shop(), "{ products(first: 251) { nodes { id } } }")
    assert answer["errors"]


def test_product_set_replaces_its_lists_and_refuses_a_taken_handle(sandbox: Sandbox) -> None:
    shop = sandbox.shop("plain")
    query = "mutation P($input: ProductSetInput!) { productSet(input: $input) { userErrors { field code } } }"
    taken = sandbox.graphql(shop, query, input={"title": "x", "handle": "shirt-1"})["productSet"]
    assert taken["userErrors"] == [{"field": ["input", "handle"], "code": "HANDLE_NOT_UNIQUE"}]


def test_tokens_are_exchanged_refreshed_and_die(sandbox: Sandbox) -> None:
    shop = sandbox.shop()
    exchange = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": sandbox.id_token(shop),
        "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
        "expiring": "1",
    }
    status, first = oauth(sandbox, shop, **exchange)
    assert (status, first["expires_in"]) == (200, 3600)
    status, second = oauth(sandbox, shop, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert status == 200
    assert second["access_token"] != first["access_token"]
    stale = jwt.encode({"aud": CLIENT_ID, "dest": f"https://{shop}", "exp": 1}, CLIENT_SECRET, algorithm="HS256")
    assert oauth(sandbox, shop, **{**exchange, "subject_token": stale}) == (400, {"error": "invalid_subject_token"})
    assert oauth(sandbox, shop, grant_type="refresh_token", refresh_token="x") == (400, {"error": "invalid_grant"})
    assert oauth(sandbox, shop, grant_type="client_credentials")[0] == 200
    assert oauth(sandbox, shop, grant_type="client_credentials", client_secret="x")[1] == {"error": "invalid_client"}


@pytest.mark.parametrize("seed", SEEDS)
def test_seeds_are_the_same_every_time(seed: str) -> None:
    from sandbox.seed import plant

    shops = [Shop("same.myshopify.com", lambda: 1.0) for _ in range(2)]
    for shop in shops:
        plant(shop, seed, products=20)
    assert shops[0].dump() == shops[1].dump()


def test_the_boutique_is_as_large_as_promised() -> None:
    from sandbox.seed import plant

    shop = Shop("large.myshopify.com", lambda: 1.0)
    plant(shop, "boutique")
    assert len(shop.order["Product"]) >= 200
    assert len(shop.order["Metaobject"]) >= 300
    assert sum(len(own) for own in shop.metafields.values()) >= 2000


def test_a_day_has_so_many_new_variants(sandbox: Sandbox) -> None:
    """Shopify's words, in a top-level error beside empty data; what is refused is not carried out at all."""
    shop = Builder(sandbox)
    shirt = shop.product("shirt", {"Size": ["S"]})
    sandbox.a_day(shop.shop, 1)
    add = """mutation A($id: ID!, $variants: [ProductVariantsBulkInput!]!) {
      productVariantsBulkCreate(productId: $id, variants: $variants) { userErrors { message } } }"""
    new = [{"optionValues": [{"optionName": "Size", "name": size}]} for size in ("M", "L")]
    create = 'mutation { productCreate(product: { title: "Hat" }) { product { id } userErrors { message } } }'
    with pytest.raises(DailyLimit, match="Daily variant creation limit reached"):
        shop.ask(add, id=shirt, variants=new)
    assert len(shop.variants(shirt)) == 1
    shop.ask(add, id=shirt, variants=new[:1])
    for full in (lambda: shop.ask(create), lambda: shop.product("cap", {"Size": ["S"]})):
        with pytest.raises(DailyLimit):
            full()
    assert shop.ask("{ productsCount { count } }")["productsCount"]["count"] == 1
    sandbox.a_day(shop.shop, None)
    shop.ask(create)
