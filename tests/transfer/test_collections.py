"""Collections: sources made again in the target's own terms, and the order that a merchant gave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.archives import Record, edited
from tests.builder import Builder, troubles
from tests.builder import copy as copy_store
from tests.support import Sandbox, archive_of, export, import_, total
from transfer.archive.members import MemberSet
from transfer.jsonl import dumps
from transfer.outcomes import Outcome, Reason, Verdict
from transfer.resources.collection_orders import UNSORTED, moves_between
from transfer.resources.collections import UNORDERED
from transfer.stages import IMPORT
from transfer.work import Where

PLAN = IMPORT[: next(place for place, stage in enumerate(IMPORT) if stage.waits) + 1]
FAILED = Where(outcomes=frozenset({Outcome.FAILED}))
INSIDE = """query I($handle: String!) { collectionByIdentifier(identifier: {handle: $handle}) {
  id sortOrder products(first: 250) { nodes { handle } }
  sources { id ... on CollectionConditionsSource { inclusion { selections(first: 9) { nodes { product { id } } } } } }
} }"""
UPDATE = """mutation C($collection: CollectionUpdateInput!) {
  collectionUpdate(collection: $collection) { userErrors { message } } }"""
REORDER = """mutation R($id: ID!, $moves: [MoveInput!]!) {
  collectionReorderProducts(id: $id, moves: $moves) { userErrors { message } } }"""
HANDLES = "{ collections(first: 50) { nodes { handle } } }"


def collection(sandbox: Sandbox, shop: str, handle: str) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.graphql(shop, INSIDE, handle=handle)["collectionByIdentifier"]
    return found


def inside(sandbox: Sandbox, shop: str, handle: str) -> list[str]:
    return [node["handle"] for node in collection(sandbox, shop, handle)["products"]["nodes"]]


@pytest.fixture(scope="module")
def full(sandbox: Sandbox) -> str:
    return sandbox.shop("boutique", products=12)


@pytest.fixture
def archive(sandbox: Sandbox, full: str, tmp_path: Path) -> bytes:
    return archive_of(sandbox, full, tmp_path)


def test_collections_hold_the_same_products_in_the_same_order(
    sandbox: Sandbox, full: str, archive: bytes, tmp_path: Path
) -> None:
    target = sandbox.shop()
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert total(desk, "outcome:failed") == 0
    for node in sandbox.graphql(full, HANDLES)["collections"]["nodes"]:
        here, there = (inside(sandbox, shop, node["handle"]) for shop in (full, target))
        manual = collection(sandbox, full, node["handle"])["sortOrder"] == "MANUAL"
        assert there == here if manual else sorted(there) == sorted(here)


def test_only_what_differs_is_written_and_picks_are_not_made_anew(
    sandbox: Sandbox, full: str, archive: bytes, tmp_path: Path
) -> None:
    target = sandbox.shop("boutique", products=12)
    picked = collection(sandbox, target, "hand-picked")
    source = picked["sources"][0]
    gone = [{"productId": node["product"]["id"]} for node in source["inclusion"]["selections"]["nodes"][:2]]
    change = {"condition": {"id": source["id"], "inclusion": {"selectionsToRemove": gone}}}
    given_ = {"id": picked["id"], "title": "Other", "sourcesToUpdate": [change]}
    sandbox.graphql(target, UPDATE, collection=given_)
    rules = collection(sandbox, target, "everything-at-once")
    sandbox.graphql(target, UPDATE, collection={"id": rules["id"], "sourcesToDelete": [rules["sources"][0]["id"]]})
    desk, _ = import_(sandbox, target, archive, tmp_path)
    rows = desk.ledger.get("collections", [("hand-picked",), ("everything-at-once",)])
    assert {key[0]: row.changed for key, row in rows.items()} == {
        "hand-picked": ("sources", "title"),
        "everything-at-once": ("sources",),
    }
    assert total(desk, "outcome:failed") == 0
    assert collection(sandbox, target, "hand-picked")["sources"][0]["id"] == source["id"]
    for handle in ("hand-picked", "everything-at-once"):
        assert inside(sandbox, target, handle) == inside(sandbox, full, handle)


NESTED = """query N($handle: String!) { collectionByIdentifier(identifier: {handle: $handle}) { id sources { id
  ... on CollectionSubCollectionsSource { collections { handle } }
  ... on CollectionConditionsSource { exclusion { selections(first: 9) { nodes { product { handle id } } } } }
} } }"""


def test_excluded_products_and_collections_of_collections_are_changed_in_their_places(
    sandbox: Sandbox, archive: bytes, tmp_path: Path
) -> None:
    target = sandbox.shop("boutique", products=12)
    nested, cheap = (
        sandbox.graphql(target, NESTED, handle=handle)["collectionByIdentifier"] for handle in ("a-first", "affordable")
    )
    fewer = {"id": nested["sources"][0]["id"], "title": "Both", "collectionIds": [cheap["id"]]}
    given_ = {"id": nested["id"], "sourcesToUpdate": [{"subCollections": fewer}]}
    sandbox.graphql(target, UPDATE, collection=given_)
    (out,) = cheap["sources"][0]["exclusion"]["selections"]["nodes"]
    none = {"selectionsToRemove": [{"productId": out["product"]["id"]}]}
    change = {"condition": {"id": cheap["sources"][0]["id"], "exclusion": none}}
    sandbox.graphql(target, UPDATE, collection={"id": cheap["id"], "sourcesToUpdate": [change]})
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert total(desk, "outcome:failed") == 0
    for before in (nested, cheap):
        handle = "a-first" if before is nested else "affordable"
        assert sandbox.graphql(target, NESTED, handle=handle)["collectionByIdentifier"] == before


def test_what_no_request_can_say_is_refused_in_the_plan(sandbox: Sandbox, archive: bytes, tmp_path: Path) -> None:
    """More than 250 collections in a collection, conditions, or values of one: Shopify takes no longer lists."""
    many = [f"shopsync:collections/c-{number}" for number in range(251)]
    tag = {"productTag": {"matchType": "ANY", "relation": "TAGGED_WITH", "values": [str(n) for n in range(251)]}}
    one = {"productTag": {**tag["productTag"], "values": ["a"]}}
    side = {"matchType": "ANY", "selections": []}
    source = {"title": "Own", "description": None, "targetType": "PRODUCTS", "exclusion": None}
    sources = {
        "new-arrivals": {"subCollections": {"title": "Own", "description": None, "collectionIds": many}},
        "hand-picked": {"source": {**source, "inclusion": {**side, "conditions": [tag]}}},
        "affordable": {"source": {**source, "inclusion": {**side, "conditions": [one] * 251}}},
    }

    def edit(resource: str, number: int, record: Record) -> list[Record]:
        own = sources.get(record["key"][0]) if resource == "collections" else None
        return [{**record, "fields": {**record["fields"], "sources": [own]}} if own else record]

    desk, _ = import_(sandbox, sandbox.shop(), edited(archive, edit), tmp_path)
    rows = desk.ledger.get("collections", [(handle,) for handle in sources])
    assert {row.reason for row in rows.values()} == {Reason.TOO_LARGE}
    assert sorted(row.detail for row in rows.values()) == [
        f"The source “Own” has 251 {what}, and Shopify takes 250 at a time."
        for what in ("collections", "conditions", "values")
    ]


def test_an_order_is_restored_with_as_few_moves_as_it_takes(
    sandbox: Sandbox, full: str, archive: bytes, tmp_path: Path
) -> None:
    target = sandbox.shop("boutique", products=12)
    gid = collection(sandbox, target, "hand-picked")["id"]
    last = sandbox.graphql(target, "query P($h: String!) { productByIdentifier(identifier: {handle: $h}) { id } }",
                           h=inside(sandbox, target, "hand-picked")[-1])["productByIdentifier"]["id"]  # fmt: skip
    sandbox.graphql(target, REORDER, id=gid, moves=[{"id": last, "newPosition": "0"}])
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert desk.ledger.tally()["collection_orders"]["outcome:updated"] == 1
    assert inside(sandbox, target, "hand-picked") == inside(sandbox, full, "hand-picked")


@pytest.mark.parametrize("policy", ["update", "create_only"])
def test_of_a_collection_that_is_not_sorted_by_hand_no_order_is_written(
    policy: str, sandbox: Sandbox, full: str, archive: bytes, tmp_path: Path
) -> None:
    """Whether the plan knows how it is sorted, or nobody does before the write."""
    target = sandbox.shop("boutique", products=12)
    gid = collection(sandbox, target, "hand-picked")["id"]
    sandbox.graphql(target, UPDATE, collection={"id": gid, "sortOrder": "BEST_SELLING"})
    if policy == "update":
        archive = archive_of(sandbox, full, tmp_path, resources=["collection_orders"])
    for _ in range(2):
        desk, _ = import_(sandbox, target, archive, tmp_path, policy=policy)
        row = desk.ledger.get("collection_orders", [("hand-picked",)])[("hand-picked",)]
        assert (row.outcome, row.reason, row.detail) == (Outcome.FAILED, Reason.TYPE_CONFLICT, UNSORTED)
        assert desk.client.writes == 0


def test_a_collection_that_is_sorted_by_a_rule_says_what_becomes_of_its_order(
    sandbox: Sandbox, full: str, archive: bytes, tmp_path: Path
) -> None:
    def sort(resource: str, number: int, record: Record) -> list[Record]:
        if resource == "collections" and record["key"] == ["hand-picked"]:
            return [{**record, "fields": {**record["fields"], "sortOrder": "ALPHA_ASC"}}]
        return [record]

    desk, _ = import_(sandbox, full, edited(archive, sort), tmp_path, stages=PLAN)
    row = desk.ledger.get("collections", [("hand-picked",)])[("hand-picked",)]
    assert (row.changed, row.detail) == (("sortOrder",), UNORDERED)


@given(st.lists(st.integers(0, 30), unique=True), st.lists(st.integers(0, 30), unique=True))
def test_moves_bring_any_order_into_any_other(now: list[int], wanted: list[int]) -> None:
    present, order = [str(number) for number in now], [str(number) for number in wanted]
    moves = moves_between(present, order)
    moved = list(present)
    for product, place in moves:
        moved.remove(product)
        moved.insert(place, product)
    common = [one for one in order if one in present]
    assert [one for one in moved if one in common] == common
    assert len(moves) <= max(0, len(common) - 1)
    assert moves_between(moved, order) == []


@pytest.mark.parametrize("mutation", ["CreateCollection", "UpdateCollection", "ReorderCollection"])
def test_a_lost_answer_doubles_nothing(
    sandbox: Sandbox, full: str, archive: bytes, tmp_path: Path, mutation: str
) -> None:
    target = sandbox.shop()
    sandbox.faults({"kind": "lost_answer", "match": mutation, "shop": target, "times": 2})
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert total(desk, "outcome:failed") == 0
    assert sandbox.stats(target)["objects"]["Collection"] == sandbox.stats(full)["objects"]["Collection"]


def test_picks_beyond_one_request_arrive_and_what_cannot_be_made_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("nasty"), sandbox.shop()
    desk, past = export(sandbox, source, tmp_path)
    notes = past["settle"]["skipped"]["collections"]
    assert sorted(note["count"] for note in notes.values()) == [1, 1]
    assert all("the collection is carried without it" in why for why in notes)
    with desk.storage.read(past["assemble"]["archive"]) as file:
        archive = file.read()
    written, _ = import_(sandbox, target, archive, tmp_path)
    assert inside(sandbox, target, "many-picks") == inside(sandbox, source, "many-picks")
    assert inside(sandbox, target, "with-a-gap") == inside(sandbox, source, "with-a-gap") != []
    assert "collections" not in {row.resource for row in written.ledger.select(FAILED, limit=50)}


def test_a_rule_whose_entry_is_left_out_makes_no_wider_collection(
    sandbox: Sandbox, archive: bytes, tmp_path: Path
) -> None:
    target = sandbox.shop()
    desk, _ = import_(sandbox, target, archive, tmp_path, excluded={"resources": ["metaobjects"]})
    row = desk.ledger.get("collections", [("everything-at-once",)])[("everything-at-once",)]
    assert (row.outcome, row.reason) == (Outcome.FAILED, Reason.LEFT_BEHIND)
    assert collection(sandbox, target, "everything-at-once") is None
    others = desk.ledger.select(Where(resource="collections", outcomes=frozenset({Outcome.CREATED})), limit=20)
    assert {row.key[0] for row in others} >= {"hand-picked", "affordable", "a-first"}


def test_a_collection_picked_alone_brings_its_order(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = sandbox.shop("boutique", products=6)
    _, past = export(sandbox, shop, tmp_path, records=[["collections", ["hand-picked"]]])
    counts = {name: sum(m["count"] for m in members) for name, members in past["merge"]["members"].items()}
    assert (counts["collections"], counts["collection_orders"], counts["collection_publications"]) == (1, 1, 1)


def test_products_that_come_back_come_to_stand_where_they_stood(
    sandbox: Sandbox, full: str, archive: bytes, tmp_path: Path
) -> None:
    """Somebody deletes some while an import runs: the next brings them back in their places, the third has no work."""
    target = sandbox.shop()
    import_(sandbox, target, archive, tmp_path)
    wanted = inside(sandbox, full, "hand-picked")
    assert len(wanted) > 2
    read = "query P($h: String!) { productByIdentifier(identifier: {handle: $h}) { id } }"
    remove = "mutation D($id: ID!) { productDelete(input: {id: $id}) { userErrors { message } } }"
    for handle in wanted[:2]:
        gid = sandbox.graphql(target, read, h=handle)["productByIdentifier"]["id"]
        sandbox.graphql(target, remove, id=gid)
    desk, _ = import_(sandbox, target, archive, tmp_path)
    row = desk.ledger.get("collection_orders", [("hand-picked",)])[("hand-picked",)]
    assert (row.outcome, row.verified) == (Outcome.UPDATED, True)
    assert inside(sandbox, target, "hand-picked") == wanted
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0
    assert not again.ledger.select(Where(verdicts=frozenset({Verdict.UPDATE, Verdict.CREATE})), limit=9)


CREATE = """mutation C($collection: CollectionCreateInput!) {
  collectionCreate(collection: $collection) { collection { id } userErrors { message } } }"""


def _tagged(tag: str) -> dict[str, Any]:
    condition = {"productTag": {"matchType": "ANY", "relation": "TAGGED_WITH", "values": [tag]}}
    return {"conditions": [condition], "matchType": "ANY"}


def test_sources_with_and_without_exclusions_arrive_and_can_be_changed_later(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    both = [
        {"source": {"title": "A first", "inclusion": _tagged("summer"), "exclusion": _tagged("old")}},
        {"source": {"title": "B second", "inclusion": _tagged("winter")}},
    ]
    made = source.ask(CREATE, collection={"title": "Sale", "handle": "sale", "sources": both})["collectionCreate"]
    assert not made["userErrors"]
    for change in (
        {},
        {"title": "Great sale"},
        {"sourcesToCreate": [{"source": {"title": "C third", "inclusion": _tagged("spring")}}]},
    ):
        if change:
            source.ask(UPDATE, collection={"id": made["collection"]["id"], **change})
        desk, _ = copy_store(source, target, tmp_path)
        assert not troubles(desk)
    again, _ = copy_store(source, target, tmp_path)
    assert again.client.writes == 0


@pytest.mark.parametrize("seed", ["nasty", "boutique"])
def test_records_say_the_same_in_whatever_order_their_parts_come(sandbox: Sandbox, tmp_path: Path, seed: str) -> None:
    """Shopify's answers have the order of the question, records that were saved that of the alphabet."""
    desk, past = export(sandbox, sandbox.shop(seed), tmp_path)
    members = MemberSet.from_cursor(desk.storage, past["merge"])
    for name in members.resources:
        resource = desk.registry[name]
        for record in members.records(name):
            turned = resource.normalise(_turned(record.fields))
            assert dumps(turned) == dumps(resource.normalise(record.fields)), (name, record.key)


def _turned(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _turned(part) for name, part in reversed(value.items())}
    return [_turned(part) for part in value] if isinstance(value, list) else value
