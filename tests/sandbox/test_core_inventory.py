"""Quantities, as recorded: set against what was there, with a key that makes a second sending harmless."""

from __future__ import annotations

from typing import Any

from .core import Core

CREATE = """mutation C($product: ProductCreateInput!) { productCreate(product: $product) {
  product { id variants(first: 1) { nodes { id inventoryItem { id } } } } } }"""
PLACES = "{ locations(first: 10) { nodes { id name } } }"
SET = """mutation S($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id } userErrors { field message code } } }"""
LEVELS = """query L($id: ID!) { node(id: $id) { ... on ProductVariant { inventoryItem { inventoryLevels(first: 10) {
  nodes { location { name } quantities(names: ["available", "on_hand"]) { name quantity } } } } } } }"""
ADD = """mutation A { locationAdd(input: {name: "Depot", address: {countryCode: DE}}) {
  location { id } userErrors { message } } }"""


class Stocked:
    def __init__(self) -> None:
        self.core = Core()
        (self.place,) = (node["id"] for node in self.core.data(PLACES)["locations"]["nodes"])
        self.depot = self.core.data(ADD)["locationAdd"]["location"]["id"]
        made = self.core.data(CREATE, product={"title": "Shirt"})["productCreate"]["product"]["variants"]["nodes"][0]
        self.variant, self.item = made["id"], made["inventoryItem"]["id"]

    def one(self, quantity: int, before: int | None, **more: Any) -> dict[str, Any]:
        own = {"inventoryItemId": self.item, "locationId": self.place, "quantity": quantity}
        return {**own, "changeFromQuantity": before, **more}

    def set(self, *quantities: dict[str, Any], key: str = "a", name: str = "available") -> list[Any]:
        given = {"name": name, "reason": "correction", "quantities": list(quantities)}
        return self.core.refused(SET, input=given, key=key)

    def levels(self) -> dict[str, int]:
        item = self.core.data(LEVELS, id=self.variant)["node"]["inventoryItem"]
        return {
            node["location"]["name"]: node["quantities"][0]["quantity"] for node in item["inventoryLevels"]["nodes"]
        }


def test_a_new_variant_is_stocked_with_nothing_and_a_quantity_can_be_set_anywhere() -> None:
    own = Stocked()
    assert own.levels() == {"Shop location": 0}
    assert own.set(own.one(5, 0), own.one(7, None, locationId=own.depot)) == []
    assert own.levels() == {"Shop location": 5, "Depot": 7}


def test_what_moved_is_not_written_over_and_nothing_else_either() -> None:
    own = Stocked()
    stale = (("input", "quantities", "1", "changeFromQuantity"), "CHANGE_FROM_QUANTITY_STALE")
    assert own.set(own.one(5, 0), own.one(7, 3, locationId=own.depot)) == [stale]
    assert own.levels() == {"Shop location": 0}


def test_a_key_is_answered_once_and_for_all() -> None:
    own = Stocked()
    assert own.set(own.one(5, 0)) == []
    assert own.set(own.one(5, 0)) == [], "the same again is the same answer, though it would be stale by now"
    assert own.set(own.one(6, 5)) == [(None, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH")]
    assert own.levels() == {"Shop location": 5}


def test_what_the_input_lacks_is_said_at_the_top() -> None:
    own = Stocked()
    given = {"name": "available", "reason": "correction", "quantities": [own.one(5, 0)]}
    (error,) = own.core.ask(SET.replace("@idempotent(key: $key)", "").replace(", $key: String!", ""), input=given)[
        "errors"
    ]
    assert error["message"] == "The @idempotent directive is required for this mutation but was not provided."
    given["quantities"] = [{name: value for name, value in own.one(5, 0).items() if name != "changeFromQuantity"}]
    (error,) = own.core.ask(SET, input=given, key="b")["errors"]
    assert error["extensions"]["code"] == "INVALID_FIELD_ARGUMENTS"


def test_what_is_not_there_is_named() -> None:
    own = Stocked()
    refusals = [
        (own.one(5, 0, inventoryItemId="gid://shopify/InventoryItem/999999999999"), "INVALID_INVENTORY_ITEM"),
        (own.one(5, 0, locationId="gid://shopify/Location/999999999999"), "INVALID_LOCATION"),
        (own.one(1_000_000_001, 0), "INVALID_QUANTITY_TOO_HIGH"),
    ]
    for quantity, code in refusals:
        assert [word for _, word in own.set(quantity)] == [code]
    assert own.set(own.one(5, 0), name="committed") == [(("input", "name"), "INVALID_NAME")]
