"""Stock, where somebody asks for it, and what is noted about the places where it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.support import Sandbox, archive_of, export, import_, total
from transfer.outcomes import Outcome, Reason
from transfer.references import Target
from transfer.registry import RESOURCES
from transfer.resource import Ids, Job
from transfer.stages import IMPORT
from transfer.work import Desk, Where

from ..builder import Builder

PLACES = "{ locations(first: 50) { nodes { id name } } }"
ADD = """mutation A($name: String!) { locationAdd(input: {name: $name, address: {countryCode: DE}}) {
  location { id } userErrors { message } } }"""
ITEMS = """query I($handle: String!) { productByIdentifier(identifier: {handle: $handle}) {
  variants(first: 50) { nodes { id inventoryItem { id inventoryLevels(first: 50) {
    nodes { location { name } quantities(names: ["available"]) { quantity } } } } } } } }"""
SET = """mutation S($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { message } } }"""
KINDS = ["products", "locations", "inventory_levels"]
TRACKED = {"inventoryItem": {"tracked": True}}


class Shop(Builder):
    def items(self, handle: str = "shirt") -> list[dict[str, Any]]:
        return [
            node["inventoryItem"] for node in self.ask(ITEMS, handle=handle)["productByIdentifier"]["variants"]["nodes"]
        ]

    def stock(self, handle: str = "shirt") -> list[dict[str, int]]:
        return [
            {
                level["location"]["name"]: level["quantities"][0]["quantity"]
                for level in item["inventoryLevels"]["nodes"]
            }
            for item in self.items(handle)
        ]

    def set(self, **wanted: int) -> None:
        """Of every variant of the shirt."""
        places = {node["name"]: node["id"] for node in self.ask(PLACES)["locations"]["nodes"]}
        for name, quantity in wanted.items():
            for item in self.items():
                self.set_one(item["id"], places[name.replace("_", " ")], quantity)

    def set_one(self, item: str, place: str, quantity: int) -> bool:
        given = {"inventoryItemId": item, "locationId": place, "quantity": quantity, "changeFromQuantity": None}
        values = {"name": "available", "reason": "correction", "quantities": [given]}
        return not self.ask(SET, input=values, key=str(uuid4()))["inventorySetQuantities"]["userErrors"]

    def shirt(self, **more: Any) -> str:
        return self.product("shirt", {"Size": ["S", "M"]}, **{"fields": TRACKED, **more})


@pytest.fixture
def pair(sandbox: Sandbox) -> tuple[Shop, Shop]:
    source, target = Shop(sandbox), Shop(sandbox)
    source.shirt()
    return source, target


def copied(source: Shop, target: Shop, folder: Path, **more: Any) -> Desk:
    archive = archive_of(source.sandbox, source.shop, folder, resources=KINDS)
    return import_(target.sandbox, target.shop, archive, folder, **more)[0]


def outcomes(desk: Desk) -> set[tuple[Outcome, Reason]]:
    return {(row.outcome, row.reason) for row in desk.ledger.select(Where(resource="inventory_levels"), limit=99)}


def test_nobody_gets_stock_unasked(sandbox: Sandbox, tmp_path: Path) -> None:
    _, past = export(sandbox, sandbox.shop("boutique", products=4), tmp_path)
    assert "inventory_levels" not in past["merge"]["members"]


def test_stock_arrives_with_new_products_and_a_second_import_writes_nothing(
    pair: tuple[Shop, Shop], tmp_path: Path
) -> None:
    source, target = pair
    source.set(Shop_location=7)
    source.product("coat", {"Size": ["S"]})  # whose stock is not counted
    desk = copied(source, target, tmp_path)
    assert target.stock() == [{"Shop location": 7}] * 2
    assert outcomes(desk) == {(Outcome.CREATED, Reason.NONE)}
    assert total(desk, "outcome:failed") == 0
    assert desk.ledger.tally()["inventory_levels"]["verified"] == 2
    assert target.sandbox.stats(target.shop)["mutations"]["inventorySetQuantities"] == 1, "many in one request"
    assert copied(source, target, tmp_path).client.writes == 0


def test_a_location_that_the_target_lacks_is_told_once_and_the_rest_is_set(
    pair: tuple[Shop, Shop], tmp_path: Path
) -> None:
    source, target = pair
    source.ask(ADD, name="Depot")
    source.set(Shop_location=3, Depot=9)
    target.shirt()
    target.ask(ADD, name="Other")
    target.set(Other=4)
    desk = copied(source, target, tmp_path)
    assert target.stock() == [{"Shop location": 3, "Other": 4}] * 2
    row = desk.ledger.get("locations", [("Depot",)])[("Depot",)]
    assert (row.outcome, row.reason) == (Outcome.FAILED, Reason.NOT_PERMITTED)
    assert row.detail.endswith("2 records name it.")
    assert outcomes(desk) == {(Outcome.UPDATED, Reason.NONE)}
    lacking = "levels: points at shopsync:locations/Depot, which the target store does not have."
    again = copied(source, target, tmp_path)
    assert again.client.writes == 0
    for own in (desk, again):  # the report says of each record what of it is not there
        assert all(lacking in row.detail for row in own.ledger.select(Where(resource="inventory_levels"), limit=9))


def test_a_sale_after_the_plan_is_not_written_over(pair: tuple[Shop, Shop], tmp_path: Path) -> None:
    source, target = pair
    source.set(Shop_location=3)
    target.shirt()
    target.set(Shop_location=10)

    def sold(*arguments: Any) -> Any:
        target.set(Shop_location=9)
        return waiting.work(*arguments)

    waiting = next(stage for stage in IMPORT if stage.waits)
    stages = [replace(waiting, work=sold) if stage is waiting else stage for stage in IMPORT]
    desk = copied(source, target, tmp_path, stages=stages)
    assert outcomes(desk) == {(Outcome.SKIPPED, Reason.CHANGED_MEANWHILE)}
    assert target.stock() == [{"Shop location": 9}] * 2


class _Known(Ids):
    def __init__(self, ids: dict[Target, str]) -> None:
        self._ids = ids

    def gid(self, target: Target) -> str | None:
        return self._ids.get(target)

    def local(self, link: str) -> str:
        return link


def test_a_sale_between_the_last_look_and_the_write_is_not_written_over(pair: tuple[Shop, Shop]) -> None:
    """Shopify itself compares; the other records of the request are written all the same."""
    shop, _ = pair
    keys = [("shirt", "Size", size) for size in "SM"]
    (place,) = shop.ask(PLACES)["locations"]["nodes"]
    ids = dict(zip([Target("variants", key) for key in keys], shop.variants(shop_product(shop)), strict=True))
    known = _Known({**ids, Target("locations", ("Shop location",)): place["id"]})
    level = {"location": "shopsync:locations/Shop location", "available": 0}
    jobs = [
        Job("inventory_levels", key, {"levels": [{**level, "available": 3}]}, before={"levels": [level]}, gid="x")
        for key in keys
    ]
    talk, sold = RESOURCES["inventory_levels"].write(jobs, known), False
    ask = next(talk)
    try:
        while True:
            if "mutation" in ask.document and not sold:
                sold = bool(shop.set_one(shop.items()[0]["id"], place["id"], -1))
            ask = talk.send(shop.ask(ask.document, **ask.variables))
    except StopIteration as end:
        results = {result.key: result.reason for result in end.value}
    assert results == {keys[0]: Reason.CHANGED_MEANWHILE, keys[1]: ""}
    assert shop.stock() == [{"Shop location": -1}, {"Shop location": 3}]


def shop_product(shop: Shop) -> str:
    return str(shop.ask('{ productByIdentifier(identifier: {handle: "shirt"}) { id } }')["productByIdentifier"]["id"])


def test_what_the_target_does_not_count_is_named(pair: tuple[Shop, Shop], tmp_path: Path) -> None:
    source, target = pair
    source.set(Shop_location=3)
    target.shirt(fields={})
    archive = archive_of(source.sandbox, source.shop, tmp_path, resources=KINDS[1:])
    desk, _ = import_(target.sandbox, target.shop, archive, tmp_path)
    assert outcomes(desk) == {(Outcome.FAILED, Reason.NOT_PERMITTED)}
    assert target.stock() == [{"Shop location": 0}] * 2


def test_values_of_locations_arrive_by_name_and_of_two_called_alike_none(
    pair: tuple[Shop, Shop], tmp_path: Path
) -> None:
    source, target = pair
    (place,) = source.ask(PLACES)["locations"]["nodes"]
    source.metafield(place["id"], "custom.hours", "single_line_text_field", "10 to 6")
    for name in ("Depot", "Twin", "Twin"):
        gid = source.ask(ADD, name=name)["locationAdd"]["location"]["id"]
        source.metafield(gid, "custom.hours", "single_line_text_field", name)
    target.ask(ADD, name="Twin")
    kinds = ["locations", "location_metafields"]
    desk, past = export(source.sandbox, source.shop, tmp_path, resources=kinds)
    ((why, note),) = past["settle"]["skipped"]["location_metafields"].items()
    assert "nobody can say which is meant" in why and note["examples"] == ["Twin / custom / hours"]
    archive = archive_of(source.sandbox, source.shop, tmp_path, resources=kinds)
    desk, _ = import_(target.sandbox, target.shop, archive, tmp_path)
    rows = {row.key[0]: row for row in desk.ledger.select(Where(resource="location_metafields"), limit=9)}
    assert {name: (row.outcome, row.reason) for name, row in rows.items()} == {
        "Shop location": (Outcome.CREATED, Reason.NONE),
        "Depot": (Outcome.FAILED, Reason.MISSING_OWNER),
    }
    assert desk.ledger.get("locations", [("Depot",)])[("Depot",)].detail.endswith("1 record names it.")
