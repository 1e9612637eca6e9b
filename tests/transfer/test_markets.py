"""Markets arrive as drafts, keep what their merchant decided, and bring their metafields."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support import Sandbox, archive_of, export, import_
from transfer.outcomes import Outcome, Reason, Verdict
from transfer.work import Desk, Row

CREATE = """mutation C($input: MarketCreateInput!) {
  marketCreate(input: $input) { market { id } userErrors { field message code } }
}"""
READ = """{ markets(first: 50) { nodes {
  handle name status currencySettings { localCurrencies }
  conditions { regionsCondition { applicationLevel regions(first: 9) { nodes { name } } } }
} } }"""
KINDS = ["markets", "market_metafields"]


def market(sandbox: Sandbox, shop: str, name: str, *countries: str, **more: Any) -> str:
    regions = {"regionsCondition": {"regions": [{"countryCode": code} for code in countries]}}
    given = {"name": name, **({"conditions": regions} if countries else {}), **more}
    made = sandbox.graphql(shop, CREATE, input=given)["marketCreate"]
    assert not made["userErrors"], made["userErrors"]
    return str(made["market"]["id"])


def markets(sandbox: Sandbox, shop: str) -> dict[str, Any]:
    return {node["handle"]: node for node in sandbox.graphql(shop, READ)["markets"]["nodes"]}


def row(desk: Desk, handle: str) -> Row:
    return desk.ledger.get("markets", [(handle,)])[(handle,)]


def test_an_active_market_arrives_as_a_draft_with_its_regions_and_metafields(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("boutique", products=2), sandbox.shop()
    market(sandbox, source, "Isles", "GB", "IE", status="ACTIVE")
    archive = archive_of(sandbox, source, tmp_path, resources=[*KINDS, "products", "metafield_definitions"])
    desk, _ = import_(sandbox, target, archive, tmp_path)
    alps = markets(sandbox, target)["alps"]
    isles = markets(sandbox, target)["isles"]
    assert isles["status"] == "DRAFT" and markets(sandbox, source)["isles"]["status"] == "ACTIVE"
    assert alps["currencySettings"] == {"localCurrencies": True}
    names = [node["name"] for node in alps["conditions"]["regionsCondition"]["regions"]["nodes"]]
    assert sorted(names) == ["AT", "CH"]
    assert row(desk, "alps").verified and row(desk, "de").outcome is Outcome.UNCHANGED
    key = ("alps", "custom", "best")
    assert desk.ledger.get("market_metafields", [key])[key].verified
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0


def test_of_a_market_that_is_there_only_the_name_is_changed(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop(), sandbox.shop()
    market(sandbox, source, "Nordics", "SE", "NO", handle="north", status="ACTIVE")
    market(sandbox, target, "North", "FI", handle="north")
    desk, _ = import_(sandbox, target, archive_of(sandbox, source, tmp_path, resources=KINDS), tmp_path)
    assert row(desk, "north").changed == ("name",) and row(desk, "north").verified
    north = markets(sandbox, target)["north"]
    assert (north["name"], north["status"]) == ("Nordics", "DRAFT")
    assert [node["name"] for node in north["conditions"]["regionsCondition"]["regions"]["nodes"]] == ["FI"]


def test_a_currency_that_the_store_cannot_have_is_left_out_and_told(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("nasty"), sandbox.shop()
    archive = archive_of(sandbox, source, tmp_path, resources=KINDS)
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert markets(sandbox, target)["everywhere"]["conditions"]["regionsCondition"]["applicationLevel"] == "ALL"
    assert markets(sandbox, target)["everywhere"]["currencySettings"] is None
    assert row(desk, "everywhere").detail.startswith("Made without its currency settings: ")
    assert row(desk, "übermarkt").verified
    by_hand = row(desk, "resellers")
    assert (by_hand.verdict, by_hand.reason) == (Verdict.CANNOT, Reason.NOT_PERMITTED)
    assert "Create it in the admin with the handle resellers" in by_hand.detail


def test_catalogs_and_their_price_lists_are_named_and_counted(sandbox: Sandbox, tmp_path: Path) -> None:
    _, past = export(sandbox, sandbox.shop("boutique", products=2), tmp_path, resources=["markets"])
    ((why, note),) = past["settle"]["skipped"]["markets"].items()
    assert why.startswith("catalogs and their price lists are not carried by this version; make them in the admin")
    assert (note["count"], sorted(note["examples"])) == (
        2,
        ["Alpine prices (CHF, 12 fixed prices)", "Hotels (EUR, 1 fixed prices)"],
    )
