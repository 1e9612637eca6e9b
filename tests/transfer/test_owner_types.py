"""Definitions on every kind of owner arrive, each by scopes of its own; what apps alone can use is counted."""

from __future__ import annotations

from pathlib import Path

from tests.builder import Builder, copy
from tests.support import Sandbox, export, total
from transfer.outcomes import Outcome
from transfer.registry import RESOURCES, withheld_parts
from transfer.resources._owners import OF_APPS, OWNERS, SOLD
from transfer.work import Where


def test_definitions_and_pins_of_every_owner_type_arrive_and_stay(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    for owner in OWNERS:
        source.define_metafield("custom.of_owner", "single_line_text_field", owner=owner, pin=True)
    desk, _ = copy(source, target, tmp_path)
    made = desk.ledger.select(Where(outcomes=frozenset({Outcome.CREATED}), verified=(True,)), limit=100)
    assert {row.key[0] for row in made if row.resource == "metafield_definitions"} == set(OWNERS)
    assert {row.key[0] for row in made if row.resource == "metafield_pins"} == set(OWNERS)
    again, _ = copy(source, target, tmp_path)
    assert again.client.writes == 0 and total(again, "outcome:unchanged") >= 2 * len(OWNERS)


def test_what_only_apps_use_is_counted_and_so_are_values_of_orders(sandbox: Sandbox, tmp_path: Path) -> None:
    _, past = export(sandbox, sandbox.shop("nasty"), tmp_path, resources=["metafield_definitions"])
    notes = past["settle"]["skipped"]["metafield_definitions"]
    examples = [example for note in notes.values() for example in note["examples"]]
    assert "VALIDATION odd-name.of_owner" in examples and "SELLING_PLAN odd-name.of_owner" in examples
    assert "ORDER custom.points: 1" in examples
    assert not any(example.startswith("DRAFTORDER") for example in examples), "there are no values of these"


def test_every_owner_type_of_shopify_is_carried_or_named(sandbox: Sandbox) -> None:
    (answer,) = sandbox.graphql(
        sandbox.shop(), '{ __type(name: "MetafieldOwnerType") { enumValues { name } } }'
    ).values()
    assert {own["name"] for own in answer["enumValues"]} - {"MEDIA_IMAGE"} == {*OWNERS, *OF_APPS}
    assert set(SOLD) <= set(OWNERS)


def test_each_owner_type_asks_for_its_own_scopes() -> None:
    granted = ["write_products", "write_metaobject_definitions", "read_customers"]
    missing = withheld_parts(granted, "write")["metafield_definitions"]
    assert missing["CUSTOMER"] == ("write_customers",) and missing["ORDER"] == ("write_orders",)
    assert "PRODUCT" not in missing and "SHOP" not in missing
    assert "CUSTOMER" not in withheld_parts(granted, "read")["metafield_definitions"]
    assert RESOURCES["metafield_pins"].parts == RESOURCES["metafield_definitions"].parts


def test_an_owner_type_that_the_store_does_not_show_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    from shopify_client import AdminClient, Origins
    from transfer.local import local_desk, run
    from transfer.stages import EXPORT

    shop = sandbox.shop("boutique", products=1)
    token = sandbox.token(shop, ["read_products", "read_metaobject_definitions", "read_customers"])
    client = AdminClient(shop, token=token, origins=Origins(sandbox.origin))
    past = run(local_desk(client, tmp_path / "e"), EXPORT, {"shop": shop, "resources": ["metafield_definitions"]})
    notes = past["settle"]["skipped"]["metafield_definitions"]
    assert "the app may not read definitions on ORDER; grant it read_orders" in notes
    assert past["settle"]["read"]["metafield_definitions"] > 2
