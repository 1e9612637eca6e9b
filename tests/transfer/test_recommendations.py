"""What Search & Discovery keeps on products is carried, though its namespaces begin as Shopify's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.archives import Record, edited
from tests.builder import Builder, copy, equal
from tests.support import Sandbox, archive_of, export, import_, total
from tests.transfer.test_sheets_import import cell, of, planned, sheet_of
from tests.transfer.test_sheets_import import edited as typed
from transfer.outcomes import Outcome, Reason, Verdict
from transfer.resources._metafield_definition_reading import foreign
from transfer.work import Where

RECOMMENDED = "shopify--discovery--product_recommendation"
BOOSTS = "shopify--discovery--product_search_boost"
PRODUCTS, TEXT = "list.product_reference", "single_line_text_field"
ENABLE = """mutation E($namespace: String!, $key: String!) { standardMetafieldDefinitionEnable(
  ownerType: PRODUCT, namespace: $namespace, key: $key) { createdDefinition { id } userErrors { message } } }"""
READ = """query R($handle: String!) { productByIdentifier(identifier: {handle: $handle}) {
  related: metafield(namespace: "shopify--discovery--product_recommendation", key: "related_products") {
    type value definition { standardTemplate { id } } references(first: 5) { nodes { ... on Product { handle } } } }
  boosts: metafield(namespace: "shopify--discovery--product_search_boost", key: "queries") { value }
  mpn: metafield(namespace: "shopify--facts", key: "mpn") { value definition { id } } } }"""


@pytest.fixture
def source(sandbox: Sandbox) -> Builder:
    """Two products that recommend each other; one of the definitions is not switched on."""
    shop = Builder(sandbox)
    for namespace, key in (
        (RECOMMENDED, "related_products"),
        (RECOMMENDED, "related_products_display"),
        (BOOSTS, "queries"),
    ):
        shop.ask(ENABLE, namespace=namespace, key=key)
    lamp, shade = (shop.product(handle, {"Size": ["S"]}) for handle in ("lamp", "shade"))
    for one, other in ((lamp, shade), (shade, lamp)):
        shop.metafield(one, f"{RECOMMENDED}.related_products", PRODUCTS, json.dumps([other, one]))
        shop.metafield(one, f"{RECOMMENDED}.related_products_display", TEXT, "only manual")
    shop.metafield(lamp, f"{BOOSTS}.queries", f"list.{TEXT}", json.dumps(["lamp", "light"]))
    shop.metafield(lamp, "shopify--facts.mpn", TEXT, "L-7")
    return shop


def _of(shop: Builder, handle: str) -> dict[str, Any]:
    found: dict[str, Any] = shop.ask(READ, handle=handle)["productByIdentifier"]
    return found


def test_recommendations_arrive_with_their_definitions_and_name_the_targets_products(
    sandbox: Sandbox, source: Builder, tmp_path: Path
) -> None:
    target = Builder(sandbox)
    desk, _ = copy(source, target, tmp_path)
    assert total(desk, "outcome:failed") == total(desk, "lost") == 0
    lamp = _of(target, "lamp")
    assert [own["handle"] for own in lamp["related"]["references"]["nodes"]] == ["shade", "lamp"]
    assert lamp["related"]["definition"]["standardTemplate"]["id"].endswith("/14")
    assert (lamp["boosts"]["value"], lamp["mpn"]) == ('["lamp","light"]', {"value": "L-7", "definition": None})
    stats = sandbox.stats(target.shop)["mutations"]
    assert stats["standardMetafieldDefinitionEnable"] == 3 and "metafieldDefinitionCreate" not in stats
    again, _ = copy(source, target, tmp_path)
    assert again.client.writes == 0
    assert equal(source, target, tmp_path)


def test_they_are_chosen_by_their_namespace(sandbox: Sandbox, source: Builder, tmp_path: Path) -> None:
    _, past = export(
        sandbox,
        source.shop,
        tmp_path,
        resources=["metafield_definitions", "product_metafields"],
        namespaces=[RECOMMENDED],
    )
    counts = {name: sum(one["count"] for one in members) for name, members in past["merge"]["members"].items()}
    assert counts == {"metafield_definitions": 2, "product_metafields": 4}


def test_a_spreadsheet_shows_and_changes_them(sandbox: Sandbox, source: Builder, tmp_path: Path) -> None:
    book = sheet_of(archive_of(sandbox, source.shop, tmp_path), "xlsx", tmp_path)
    column = f"{RECOMMENDED}.related_products_display [{TEXT}]"

    def change(opened: Any) -> None:
        cell(opened["product_metafields"], column, 2).value = "ahead"

    desk = planned(sandbox, source.shop, typed(book, change), tmp_path)
    (row,) = of(desk, Verdict.UPDATE)
    assert (row.key, row.after["value"] if row.after else "") == (
        ("lamp", RECOMMENDED, "related_products_display"),
        "ahead",
    )


def test_what_shopify_refuses_there_is_named_and_nothing_else(
    sandbox: Sandbox, source: Builder, tmp_path: Path
) -> None:
    """A key that has no standard definition: Shopify lets no app write it."""

    def other(resource: str, number: int, record: Record) -> list[Record]:
        if record["key"][-1] != "mpn":
            return [record]
        return [{**record, "key": [*record["key"][:-1], "mpo"]}]

    archive = edited(archive_of(sandbox, source.shop, tmp_path), other)
    desk, _ = import_(sandbox, sandbox.shop(), archive, tmp_path)
    (row,) = desk.ledger.select(Where(outcomes=frozenset({Outcome.FAILED})), limit=20)
    assert (row.key, row.reason) == (("lamp", "shopify--facts", "mpo"), Reason.NOT_PERMITTED)
    assert "Access to this namespace and key" in row.detail


@pytest.mark.parametrize("match,names", [("EnableMetafieldDefinition", ("related", "boosts")), ("L-7", ("mpn",))])
def test_what_a_store_denies_altogether_is_named_and_nothing_else(
    sandbox: Sandbox, source: Builder, tmp_path: Path, match: str, names: tuple[str, ...]
) -> None:
    """Definitions that it does not switch on hold up no values, and a value none of those that are sent beside it."""
    words = "Access denied for the field. Required access: API client to have access to the namespace."
    body = json.dumps({"errors": [{"message": words, "extensions": {"code": "ACCESS_DENIED"}}]})
    archive = archive_of(sandbox, source.shop, tmp_path)
    target = Builder(sandbox)
    sandbox.faults({"kind": "body", "body": body, "match": match, "shop": target.shop})
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    sandbox.faults()
    rows = desk.ledger.select(Where(outcomes=frozenset({Outcome.FAILED})), limit=20)
    assert {(row.resource, row.reason, row.detail) for row in rows} == {
        ("product_metafields" if names == ("mpn",) else "metafield_definitions", Reason.NOT_PERMITTED, words)
    }
    assert len(rows) == (1 if names == ("mpn",) else 3)
    there = _of(target, "lamp")
    assert [own["handle"] for own in there["related"]["references"]["nodes"]] == ["shade", "lamp"]
    assert bool(there["mpn"]) == (names != ("mpn",))


@pytest.mark.parametrize("namespace", ["shopify--other", "shopify_standard", "protected", "app--1--x"])
def test_namespaces_that_refuse_every_app_are_not_carried(namespace: str) -> None:
    assert foreign(namespace)
    assert not foreign(RECOMMENDED) and not foreign(BOOSTS) and not foreign("shopify--facts")
