"""What is said in one market alone arrives there; a text that an import changes is translated anew by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support import Sandbox, archive_of, checksums, export, import_
from tests.transfer.test_markets import market
from tests.transfer.test_translations import ENABLE, READ, RENAME, product, register, rows, said, small
from transfer.outcomes import Outcome, Reason
from transfer.resources import translations
from transfer.work import Desk, Row, Where

IN_MARKET = """query M($id: ID!, $locale: String!, $market: ID) {
  translatableResource(resourceId: $id) { translations(locale: $locale, marketId: $market) { key value outdated } }
}"""
REGISTER = """mutation R($id: ID!, $given: [TranslationInput!]!) {
  translationsRegister(resourceId: $id, translations: $given) { userErrors { field message code } }
}"""
FIND = "{ markets(first: 50) { nodes { id handle } } }"
KEY = ("products", "shirt-1", "de", "alps")


def speak(sandbox: Sandbox, shop: str, market: str, locale: str, value: str) -> None:
    gid = product(sandbox, shop, "shirt-1")
    content = sandbox.graphql(shop, READ, id=gid, locale=locale)["translatableResource"]["translatableContent"]
    digest = next(item["digest"] for item in content if item["key"] == "title")
    given = {"key": "title", "locale": locale, "value": value, "translatableContentDigest": digest, "marketId": market}
    assert not sandbox.graphql(shop, REGISTER, id=gid, given=[given])["translationsRegister"]["userErrors"]


def spoken(sandbox: Sandbox, shop: str, locale: str) -> dict[str, Any]:
    nodes = sandbox.graphql(shop, FIND)["markets"]["nodes"]
    alps = next(node["id"] for node in nodes if node["handle"] == "alps")
    ask = {"id": product(sandbox, shop, "shirt-1"), "locale": locale, "market": alps}
    found = sandbox.graphql(shop, IN_MARKET, **ask)["translatableResource"]["translations"]
    return {item["key"]: item["value"] for item in found}


def of_markets(desk: Desk) -> dict[tuple[str, ...], Row]:
    return {row.key: row for row in desk.ledger.select(Where(resource="market_translations"), limit=500)}


@pytest.fixture
def alpine(sandbox: Sandbox) -> str:
    """A store whose first shirt has names of its own in the Alps, in two languages."""
    shop = small(sandbox, {"title": "Hemd"})
    alps = market(sandbox, shop, "Alps", "AT")
    speak(sandbox, shop, alps, "de", "Pfoad")
    speak(sandbox, shop, alps, "en", "Mountain shirt")
    return shop


def test_what_a_market_says_arrives_in_it_and_nowhere_else(sandbox: Sandbox, alpine: str, tmp_path: Path) -> None:
    archive, target = archive_of(sandbox, alpine, tmp_path), sandbox.shop()
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert {row.outcome for row in of_markets(desk).values() if row.verified} == {Outcome.CREATED}
    assert set(of_markets(desk)) == {KEY, ("products", "shirt-1", "en", "alps")}
    assert spoken(sandbox, target, "de") == {"title": "Pfoad"}
    assert spoken(sandbox, target, "en") == {"title": "Mountain shirt"}
    assert said(sandbox, target) == {"title": "Hemd"}
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0


def test_a_market_that_is_not_there_is_named(sandbox: Sandbox, alpine: str, tmp_path: Path) -> None:
    kinds = ["products", "locales", "translations", "market_translations"]
    archive = archive_of(sandbox, alpine, tmp_path, resources=kinds)
    desk, _ = import_(sandbox, sandbox.shop(), archive, tmp_path)
    failed = of_markets(desk)[KEY]
    assert (failed.outcome, failed.reason) == (Outcome.FAILED, Reason.OUTSIDE_REQUIRED)
    assert "shopsync:markets/alps" in failed.detail


def test_a_mirror_takes_away_what_only_a_market_of_the_target_says(
    sandbox: Sandbox, alpine: str, tmp_path: Path
) -> None:
    source = small(sandbox, {"title": "Hemd"})
    speak(sandbox, source, market(sandbox, source, "Alps", "AT"), "en", "Mountain shirt")
    desk, _ = import_(sandbox, alpine, archive_of(sandbox, source, tmp_path), tmp_path, policy="mirror")
    assert of_markets(desk)[KEY].outcome is Outcome.DELETED
    assert spoken(sandbox, alpine, "de") == {}
    assert spoken(sandbox, alpine, "en") == {"title": "Mountain shirt"}
    assert said(sandbox, alpine) == {"title": "Hemd"}


def test_one_import_is_enough_where_it_changes_a_text(sandbox: Sandbox, alpine: str, tmp_path: Path) -> None:
    """The target says the same of another title: once the title is changed, that would be out of date."""
    archive = archive_of(sandbox, alpine, tmp_path)
    target = sandbox.shop("plain", products=2)
    sandbox.graphql(target, ENABLE, locale="de")
    gid = product(sandbox, target, "shirt-1")
    sandbox.graphql(target, RENAME, p={"id": gid, "title": "Another title"})
    register(sandbox, target, {"title": "Hemd"})
    speak(sandbox, target, market(sandbox, target, "Alps", "AT"), "de", "Pfoad")
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert rows(desk, Outcome.UPDATED)["products", "shirt-1", "de"].changed == ("outdated.title",)
    assert of_markets(desk)[KEY].changed == ("outdated.title",) and of_markets(desk)[KEY].verified
    (title,) = sandbox.graphql(target, READ, id=gid, locale="de")["translatableResource"]["translations"]
    assert not title["outdated"]
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0


def test_a_text_that_stays_keeps_its_translation_unwritten(sandbox: Sandbox, tmp_path: Path) -> None:
    archive = archive_of(sandbox, small(sandbox, {"title": "Hemd"}), tmp_path)
    target = small(sandbox, {"title": "Hemd"})
    gid = product(sandbox, target, "shirt-1")
    change = "mutation N($p: ProductUpdateInput) { productUpdate(product: $p) { userErrors { message } } }"
    sandbox.graphql(target, change, p={"id": gid, "vendor": "Somebody else"})
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert desk.ledger.get("products", [("shirt-1",)])[("shirt-1",)].outcome is Outcome.UPDATED
    assert rows(desk, Outcome.UNCHANGED)["products", "shirt-1", "de"]


def test_what_is_deeper_than_shopify_lists_is_read_by_way_of_its_records(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = sandbox.shop("boutique", products=4)
    kinds = {"resources": ["products", "locales", "markets", "translations", "market_translations"]}
    _, past = export(sandbox, shop, tmp_path, **kinds)
    monkeypatch.setattr(translations, "DEEPEST", 1)
    _, deep = export(sandbox, shop, tmp_path, **kinds)
    assert checksums(deep) == checksums(past)
    assert "25,000" not in str(deep["settle"]["skipped"])
