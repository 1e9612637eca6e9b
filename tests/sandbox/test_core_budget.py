"""What the stand-in charges, and what it refuses for the price or the size alone."""

from __future__ import annotations

import pytest

from sandbox.bucket import Plan

from .core import SET_PRODUCT, Core, chosen, shaped

NESTED = """{ products(first: %d) { nodes { variants(first: %d) { nodes { metafields(first: %d) {
  nodes { id } } } } } } }"""
RECORDED = [
    ("{ products(first: 3) { nodes { id } } }", 4),
    ("{ products(first: 5) { nodes { id } } }", 5),
    ("{ products(first: 100) { nodes { id } } }", 11),
    ("{ products(first: 200) { nodes { id } } }", 12),
    ("{ products(first: 250) { nodes { id } } }", 13),
    ("{ products(first: 0) { nodes { id } } }", 2),
    ("{ products(first: 1) { nodes { id } edges { node { id } } } }", 4),
    ("{ products(first: 20) { nodes { variants(first: 5) { nodes { id } } } } }", 32),
    ("{ productsCount { count } }", 10),
    ('{ product(id: "gid://shopify/Product/1") { id title } }', 1),
    ('{ product(id: "gid://shopify/Product/1") @skip(if: true) { id } shop { id } }', 1),
    ("{ shop { id metafields(first: 10) { nodes { owner { __typename } } } } }", 11),
]


@pytest.mark.parametrize("query,points", RECORDED)
def test_a_query_costs_what_was_recorded(query: str, points: int) -> None:
    assert Core().ask(query)["extensions"]["cost"]["requestedQueryCost"] == points


def test_a_mutation_costs_ten_and_what_lies_below_its_payload() -> None:
    core = Core()
    product = core.product("shirt")
    reading = (
        "product { id options { id optionValues { id } } variants(first: 10) { nodes { selectedOptions { name } } } }"
    )
    query = f"""mutation O($id: ID!, $options: [OptionCreateInput!]!) {{
      productOptionsCreate(productId: $id, options: $options) {{ {reading} userErrors {{ field }} }} }}"""
    options = [{"name": "Color", "values": [{"name": "Red"}, {"name": "Green"}]}]
    cost = core.ask(query, id=product, options=options)["extensions"]["cost"]
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (22, 16)


@pytest.mark.parametrize("count,points", [(1, 10), (3, 11), (100, 30), (1499, 310)])
def test_variants_are_charged_for_when_they_are_created(count: int, points: int) -> None:
    core = Core()
    product = core.product("shirt", **shaped({"Size": ["S"]}, {"Size": "S"}))
    query = """mutation V($id: ID!, $variants: [ProductVariantsBulkInput!]!) {
      productVariantsBulkCreate(productId: $id, variants: $variants) {
        productVariants { id } userErrors { field } } }"""
    variants = [{"optionValues": chosen({"Size": f"s{number}"})} for number in range(count)]
    assert core.ask(query, id=product, variants=variants)["extensions"]["cost"]["requestedQueryCost"] == points


def test_what_an_answer_does_not_hold_is_given_back() -> None:
    core = Core("plain")
    before = core.bucket.status()["currentlyAvailable"]
    cost = core.ask("{ products(first: 250) { nodes { id } } }")["extensions"]["cost"]
    assert cost["actualQueryCost"] == 4  # three products: 2 + 2 ln 3
    assert cost["throttleStatus"]["currentlyAvailable"] == before - 4


def test_an_empty_connection_costs_what_was_asked_for() -> None:
    cost = Core().ask("{ products(first: 250) { nodes { id } } }")["extensions"]["cost"]
    assert cost["actualQueryCost"] == cost["requestedQueryCost"] == 13


def test_an_empty_bucket_refuses_until_the_arithmetic_of_its_answer_says_otherwise() -> None:
    core = Core(plan=Plan.STANDARD)
    dear = NESTED % (250, 100, 5)
    core.bucket.take(1500)
    body = core.ask(dear)
    cost = body["extensions"]["cost"]
    assert "data" not in body
    assert body["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert cost["actualQueryCost"] is None
    assert cost["throttleStatus"] == {"maximumAvailable": 2000.0, "currentlyAvailable": 500.0, "restoreRate": 100.0}
    wait = (cost["requestedQueryCost"] - 500) / 100
    core.wait(wait - 0.1)
    assert "data" not in core.ask(dear)
    core.wait(0.1)
    assert "data" in core.ask(dear)


def test_a_throttled_mutation_writes_nothing() -> None:
    core = Core(plan=Plan.STANDARD)
    core.bucket.take(1995)
    assert "data" not in core.ask(SET_PRODUCT, input={"title": "Shirt"})
    assert core.shop.order["Product"] == []


def test_a_bucket_never_holds_more_than_twenty_seconds() -> None:
    core = Core(plan=Plan.PLUS)
    core.wait(3600)
    assert core.bucket.status() == {"maximumAvailable": 20000.0, "currentlyAvailable": 20000.0, "restoreRate": 1000.0}


def test_more_than_a_thousand_points_are_refused_and_not_charged() -> None:
    core = Core()
    body = core.ask(NESTED % (250, 250, 250))
    assert "data" not in body
    assert body["errors"][0]["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert core.bucket.status()["currentlyAvailable"] == core.bucket.maximum


def test_a_list_that_is_too_long_refuses_everything_and_stays_charged() -> None:
    core = Core(plan=Plan.STANDARD)
    variants = [{"Size": f"s{number}"} for number in range(2049)]
    body = core.ask(SET_PRODUCT, input={"title": "Wide", **shaped({"Size": ["s0"]}, *variants)})
    assert body["errors"][0]["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"
    assert body["errors"][0]["path"] == ["productSet", "input", "variants"]
    cost = body["extensions"]["cost"]
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (420, None)
    assert cost["throttleStatus"]["currentlyAvailable"] == 1580
    assert core.shop.order["Product"] == []


def test_more_than_250_ids_are_refused() -> None:
    ids = [f"gid://shopify/Product/{number}" for number in range(251)]
    body = Core().ask("query N($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    assert "greater than the maximum allowed of 250" in body["errors"][0]["message"]
    assert "data" not in body
