"""On which sales channels things are, on their way into another store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.archives import Record, edited
from tests.support import Sandbox, archive_of, export, import_, total
from transfer.outcomes import Outcome, Reason
from transfer.work import Desk

from ..builder import Builder

CHANNELS = "{ publications(first: 50, catalogType: APP) { nodes { id catalog { title } } } }"
ON = """query On($handle: String!) { productByIdentifier(identifier: {handle: $handle}) { id status
  resourcePublicationsV2(first: 50, onlyPublished: false) {
    nodes { isPublished publishDate publication { catalog { title } } } } } }"""
PUBLISH = """mutation P($id: ID!, $input: [PublicationInput!]!) {
  publishablePublish(id: $id, input: $input) { userErrors { message } } }"""
NAMES = ["products", "sales_channels", "product_publications"]
FUTURE = "2075-01-01T00:00:00Z"


def publish(shop: Builder, gid: str, **dates: str | None) -> None:
    ids = {node["catalog"]["title"]: node["id"] for node in shop.ask(CHANNELS)["publications"]["nodes"]}
    given = [{"publicationId": ids[name.replace("_", " ")], "publishDate": date} for name, date in dates.items()]
    assert shop.ask(PUBLISH, id=gid, input=given)["publishablePublish"]["userErrors"] == []


def on(shop: Builder, handle: str = "shirt") -> dict[str, tuple[str, bool]]:
    nodes = shop.ask(ON, handle=handle)["productByIdentifier"]["resourcePublicationsV2"]["nodes"]
    return {node["publication"]["catalog"]["title"]: (node["publishDate"], node["isPublished"]) for node in nodes}


def shirt(shop: Builder, **more: Any) -> str:
    return shop.product("shirt", {"Size": ["S"]}, **more)


def row(desk: Desk, key: str = "shirt") -> Any:
    return desk.ledger.get("product_publications", [(key,)])[(key,)]


@pytest.fixture
def pair(sandbox: Sandbox) -> tuple[Builder, Builder]:
    return Builder(sandbox), Builder(sandbox)


def copied(source: Builder, target: Builder, folder: Path, **more: Any) -> Desk:
    archive = archive_of(source.sandbox, source.shop, folder, resources=NAMES)
    return import_(target.sandbox, target.shop, archive, folder, **more)[0]


def test_a_draft_a_schedule_and_a_date_arrive_and_a_second_import_writes_nothing(
    pair: tuple[Builder, Builder], tmp_path: Path
) -> None:
    source, target = pair
    publish(source, shirt(source, status="DRAFT"), Online_Store=FUTURE, Shop="2024-05-03T09:30:00Z")
    desk = copied(source, target, tmp_path)
    assert on(target) == on(source) == {"Online Store": (FUTURE, False), "Shop": ("2024-05-03T09:30:00Z", False)}
    assert total(desk, "verified") == total(desk, "outcome:created") + total(desk, "outcome:unchanged")
    assert copied(source, target, tmp_path).client.writes == 0


def test_a_channel_that_only_the_target_has_it_on_stays(pair: tuple[Builder, Builder], tmp_path: Path) -> None:
    source, target = pair
    publish(source, shirt(source), Online_Store=None)
    publish(target, shirt(target), Shop=None, Online_Store=FUTURE)
    desk = copied(source, target, tmp_path)
    assert (row(desk).outcome, row(desk).changed, row(desk).verified) == (
        Outcome.UPDATED,
        ("channels.Online Store",),
        True,
    )
    assert {name: shown for name, (_, shown) in on(target).items()} == {"Online Store": True, "Shop": True}


def test_dates_that_have_passed_are_not_written_over_each_other(pair: tuple[Builder, Builder], tmp_path: Path) -> None:
    source, target = pair
    publish(source, shirt(source), Online_Store="2024-05-03T09:30:00Z")
    publish(target, shirt(target), Online_Store="2025-01-01T00:00:00Z")
    desk = copied(source, target, tmp_path)
    assert row(desk).outcome is Outcome.UNCHANGED
    assert on(target)["Online Store"][0] == "2025-01-01T00:00:00Z"


def test_a_channel_that_the_target_lacks_is_told_once_and_counted(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("nasty"), sandbox.shop()
    chosen = ["products", "collections", "sales_channels", "product_publications", "collection_publications", "files"]
    desk, _ = import_(sandbox, target, archive_of(sandbox, source, tmp_path, resources=chosen), tmp_path)
    missing = desk.ledger.get("sales_channels", [("Wholesale",)])[("Wholesale",)]
    assert (missing.outcome, missing.reason) == (Outcome.FAILED, Reason.NOT_PERMITTED)
    assert "Add it in Settings" in missing.detail and "2 records name it." in missing.detail
    assert desk.ledger.tally()["sales_channels"]["outcome:failed"] == 2, "of two called alike nobody knows which"
    only = row(desk, "wide")
    assert (only.outcome, only.reason) == (Outcome.FAILED, Reason.NOTHING_LANDS)
    assert total(desk, "outcome:failed") == 2 + 2  # and what is on no other channel


def test_two_channels_of_one_name_are_told_of_in_the_manifest(sandbox: Sandbox, tmp_path: Path) -> None:
    _, past = export(sandbox, sandbox.shop("nasty"), tmp_path, resources=["sales_channels"])
    ((why, note),) = past["settle"]["skipped"]["sales_channels"].items()
    assert "nobody can say which is meant" in why
    assert note == {"count": 1, "examples": ["Amazon"]}


def test_a_channel_that_nothing_is_on_does_not_count_as_arrived(pair: tuple[Builder, Builder], tmp_path: Path) -> None:
    archive = archive_of(pair[0].sandbox, pair[0].sandbox.shop("nasty"), tmp_path, resources=["sales_channels"])
    desk, _ = import_(pair[1].sandbox, pair[1].shop, archive, tmp_path)
    assert desk.ledger.tally()["sales_channels"]["outcome:failed"] == 2
    assert "outcome:skipped" not in desk.ledger.tally()["sales_channels"]


def test_what_is_on_missing_channels_alone_is_not_written_and_fails(
    pair: tuple[Builder, Builder], tmp_path: Path
) -> None:
    sandbox, target = pair[0].sandbox, pair[1]
    archive = archive_of(sandbox, sandbox.shop("nasty"), tmp_path, resources=["products", "product_publications"])
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert (row(desk, "wide").outcome, row(desk, "wide").reason) == (Outcome.FAILED, Reason.NOTHING_LANDS)
    assert not row(desk, "wide").verified
    assert "outcome:skipped" not in desk.ledger.tally()["product_publications"]


def test_what_shopify_refuses_on_one_channel_is_named_and_the_rest_is_written(
    pair: tuple[Builder, Builder], tmp_path: Path
) -> None:
    """Sold by subscription alone in the target, which only online stores can."""
    source, target = pair
    publish(source, shirt(source), Online_Store=None, Shop=None)
    shirt(target, requiresSellingPlan=True)
    archive = archive_of(source.sandbox, source.shop, tmp_path, resources=NAMES[1:])
    desk, _ = import_(target.sandbox, target.shop, archive, tmp_path)
    assert (row(desk).outcome, row(desk).reason) == (Outcome.FAILED, Reason.REFUSED)
    assert row(desk).detail == "Shop: Subscription only products can only be published to online stores"
    assert list(on(target)) == ["Online Store"]


def test_a_mirror_takes_off_what_the_archive_has_on_no_channel(pair: tuple[Builder, Builder], tmp_path: Path) -> None:
    source, target = pair
    shirt(source)
    publish(source, source.product("coat", {"Size": ["S"]}), Shop=None)
    publish(target, shirt(target), Online_Store=None, Shop=None)
    copied(source, target, tmp_path)
    assert len(on(target)) == 2
    desk = copied(source, target, tmp_path, policy="mirror")
    assert (row(desk).outcome, row(desk).verified) == (Outcome.DELETED, True)
    assert on(target) == {}


def test_products_chosen_by_a_filter_bring_their_channels_and_no_others(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = Builder(sandbox)
    publish(shop, shirt(shop, tags=["mine"]), Shop=None)
    publish(shop, shop.product("coat", {"Size": ["S"]}), Shop=None)
    _, past = export(sandbox, shop.shop, tmp_path, products="tag:mine")
    counts = {name: sum(m["count"] for m in members) for name, members in past["merge"]["members"].items()}
    assert (counts["products"], counts["product_publications"]) == (1, 1)


def test_what_is_taken_off_its_last_channel_is_as_it_was_asked_for(
    pair: tuple[Builder, Builder], tmp_path: Path
) -> None:
    """What is on no channel has no record, in either store; a row may say so all the same."""
    source, target = pair
    for shop in pair:
        publish(shop, shirt(shop), Online_Store=None)

    def edit(resource: str, number: int, record: Record) -> list[Record]:
        if resource == "product_publications":
            off = [{**own, "published": False, "publishDate": None} for own in record["fields"]["channels"]]
            record |= {"command": "MERGE", "fields": {"channels": off}}
        return [record]

    archive = edited(archive_of(source.sandbox, source.shop, tmp_path, resources=NAMES), edit)
    desk, _ = import_(target.sandbox, target.shop, archive, tmp_path)
    assert (row(desk).outcome, row(desk).reason, row(desk).verified) == (Outcome.UPDATED, Reason.NONE, True)
    assert on(target) == {}
    again, _ = import_(target.sandbox, target.shop, archive, tmp_path)
    assert (row(again).outcome, row(again).verified, again.client.writes) == (Outcome.UNCHANGED, True, 0)
