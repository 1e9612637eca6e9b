"""Collections that exclude each other, or themselves: a circle that no definition makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.archives import Record, edited
from tests.builder import Builder, equal, troubles
from tests.meddle import row
from tests.support import Sandbox, archive_of, import_
from transfer.outcomes import Outcome, Reason, Verdict

CREATE = """mutation C($c: CollectionCreateInput!) {
  collectionCreate(collection: $c) { collection { id } userErrors { message field } } }"""
UPDATE = """mutation U($c: CollectionUpdateInput!) {
  collectionUpdate(collection: $c) { userErrors { message field } } }"""
TAGGED = {"productTag": {"matchType": "ANY", "relation": "TAGGED_WITH", "values": ["a"]}}


def source(*excluded: str) -> dict[str, Any]:
    return {
        "source": {
            "title": "Tagged",
            "targetType": "PRODUCTS",
            "inclusion": {"matchType": "ALL", "conditions": [TAGGED]},
            "exclusion": {"matchType": "ANY", "conditions": [{"collection": {"values": list(excluded)}}]},
        }
    }


def made(shop: Builder, handle: str, *excluded: str, **more: str) -> str:
    given = {"title": handle.title(), "handle": handle, "sources": [source(*excluded)] if excluded else [], **more}
    answer = shop.ask(CREATE, c=given)["collectionCreate"]
    assert not answer["userErrors"]
    return str(answer["collection"]["id"])


def circle(sandbox: Sandbox) -> Builder:
    """`one` excludes `two`, `two` excludes `one`, and `own` excludes itself."""
    shop = Builder(sandbox)
    one, own = made(shop, "one"), made(shop, "own")
    two = made(shop, "two", one)
    for gid, excluded in ((one, two), (own, own)):
        answer = shop.ask(UPDATE, c={"id": gid, "sourcesToCreate": [source(excluded)]})
        assert not answer["collectionUpdate"]["userErrors"]
    return shop


def test_they_arrive_as_they_are(sandbox: Sandbox, tmp_path: Path) -> None:
    shop, target = circle(sandbox), Builder(sandbox)
    archive = archive_of(sandbox, shop.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert troubles(desk) == {}
    assert {row(desk, "collections", handle).outcome for handle in ("one", "two", "own")} == {Outcome.CREATED}
    assert equal(shop, target, tmp_path)
    again, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert again.client.writes == 0


INSIDE = """{ collections(first: 9) { nodes { handle productsCount { count }
  products(first: 9, sortKey: MANUAL) { nodes { handle } } } } }"""
REORDER = """mutation R($id: ID!, $moves: [MoveInput!]!) {
  collectionReorderProducts(id: $id, moves: $moves) { userErrors { message } } }"""


def test_what_they_hold_and_its_order_arrive(sandbox: Sandbox, tmp_path: Path) -> None:
    shop, target = Builder(sandbox), Builder(sandbox)
    products = [shop.product(handle, {"Size": ["S"]}, tags=["a"]) for handle in ("x", "y", "z")]
    one = made(shop, "one", sortOrder="MANUAL")
    two = made(shop, "two", one, sortOrder="MANUAL")
    picked = {"source": {"title": "Picked", "inclusion": {"selections": [{"productId": gid} for gid in products]}}}
    assert not shop.ask(UPDATE, c={"id": one, "sourcesToCreate": [source(two), picked]})["collectionUpdate"][
        "userErrors"
    ]
    moves = [{"id": products[2], "newPosition": "0"}]
    assert not shop.ask(REORDER, id=one, moves=moves)["collectionReorderProducts"]["userErrors"]
    wanted = shop.ask(INSIDE)["collections"]["nodes"]
    assert [node["handle"] for node in wanted[0]["products"]["nodes"]] == ["z", "x", "y"]
    desk, _ = import_(sandbox, target.shop, archive_of(sandbox, shop.shop, tmp_path), tmp_path)
    assert troubles(desk) == {}
    arrived = target.ask(INSIDE)["collections"]["nodes"]  # in the order in which they were made, which is any
    assert sorted(arrived, key=lambda node: str(node["handle"])) == wanted


def test_one_that_does_not_come_to_be_makes_no_wider_collection(sandbox: Sandbox, tmp_path: Path) -> None:
    shop, target = circle(sandbox), Builder(sandbox)

    def without(resource: str, number: int, record: Record) -> list[Record]:
        return [] if (resource, record["key"]) == ("collections", ["two"]) else [record]

    archive = edited(archive_of(sandbox, shop.shop, tmp_path), without)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    one = row(desk, "collections", "one")
    assert (one.verdict, one.reason) == (Verdict.CANNOT, Reason.MISSING_REQUIRED)
    assert one.detail == "condition 2: points at shopsync:collections/two, which the target store does not have."
    assert row(desk, "collections", "own").verified


def test_one_that_shopify_refuses_leaves_the_other_without_its_sources(sandbox: Sandbox, tmp_path: Path) -> None:
    """Nobody could know it when the plan was made: what waited for it is told, and is no wider collection either."""
    shop, target = circle(sandbox), Builder(sandbox)
    archive = archive_of(sandbox, shop.shop, tmp_path)
    refused = '{"data": {"collectionCreate": {"collection": null, "userErrors": [{"field": null, "message": "No."}]}}}'
    sandbox.faults({"kind": "body", "match": '"handle": "two"', "shop": target.shop, "body": refused, "times": 1})
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    sandbox.faults()
    assert row(desk, "collections", "two").reason is Reason.REFUSED
    one = row(desk, "collections", "one")
    assert (one.outcome, one.reason) == (Outcome.FAILED, Reason.DEPENDS_ON_FAILED)
    read = '{ collectionByIdentifier(identifier: { handle: "one" }) { sources { id } } }'
    assert target.ask(read)["collectionByIdentifier"] == {"sources": []}
    again, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert troubles(again) == {}
    assert equal(shop, target, tmp_path)
