"""Many new redirects go through one import of Shopify's; each of them is found, proven, or named."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.builder import Builder
from tests.meddle import import_while, planned
from tests.support import Sandbox, archive_of, import_, total
from transfer.keys import encode
from transfer.outcomes import Outcome, Reason
from transfer.registry import RESOURCES
from transfer.resources.url_redirects import KEPT
from transfer.work import Desk, Where

CREATE = """mutation C($urlRedirect: UrlRedirectInput!) {
  urlRedirectCreate(urlRedirect: $urlRedirect) { userErrors { message } } }"""
COUNT = "{ urlRedirectsCount(limit: null) { count } }"


def sheet(rows: list[tuple[str, str]]) -> bytes:
    text, buffer = io.StringIO(newline=""), io.BytesIO()
    csv.writer(text).writerows([("Key", "target"), *((encode((path,)), target) for path, target in rows)])
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("url_redirects.csv", text.getvalue())
    return buffer.getvalue()


def redirects(number: int) -> list[tuple[str, str]]:
    return [(f"/old/{place:04}", f'https://example.com/{place}?a=b,c&d="e"') for place in range(number)]


def left(desk: Desk) -> dict[tuple[str, ...], Any]:
    rows = desk.ledger.select(Where(outcomes=frozenset({Outcome.FAILED, Outcome.SKIPPED})), limit=500)
    return {row.key: (row.reason, row.detail) for row in rows}


def test_many_are_imported_at_once_and_few_one_by_one(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = sandbox.shop()
    desk, _ = import_(sandbox, shop, sheet(redirects(400)), tmp_path)
    assert total(desk, "verified") == total(desk, "outcome:created") == 400
    assert sandbox.graphql(shop, COUNT)["urlRedirectsCount"]["count"] == 400
    assert desk.client.pacer.spending.points < 400, "one by one they cost ten points each"
    assert desk.client.pacer.spending.points / 3 < RESOURCES["url_redirects"].price(400, 0) < 400
    again, _ = import_(sandbox, shop, archive_of(sandbox, shop, tmp_path), tmp_path)
    assert again.client.writes == 0
    few, _ = import_(sandbox, shop, sheet([("/few", "/"), ("/odd path?x=ü", "/"), *redirects(3)]), tmp_path)
    assert (few.client.writes, total(few, "outcome:created"), total(few, "verified")) == (2, 2, 5)


def test_what_an_import_does_not_take_is_named_with_the_reason(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = sandbox.shop()
    rows = [*redirects(30), ("/too-long", "/" + "x" * 1100)]
    desk, _ = import_(sandbox, shop, sheet(rows), tmp_path)
    assert total(desk, "verified") == 30
    ((key, (_, detail)),) = left(desk).items()
    assert key == ("/too-long",) and "too long" in detail


def test_what_somebody_made_since_the_plan_is_kept(sandbox: Sandbox, tmp_path: Path) -> None:
    """Shopify's import would overwrite it without a word."""
    source, target = Builder(sandbox), Builder(sandbox)
    for path, address in redirects(40):
        source.ask(CREATE, urlRedirect={"path": path, "target": address})

    def deed(desk: Desk) -> None:
        own = {"path": "/old/0007", "target": "/theirs"}
        same = {"path": "/old/0009", "target": redirects(10)[9][1]}
        for redirect in (own, same):
            target.ask(CREATE, urlRedirect=redirect)

    desk = import_while(source, target, tmp_path, planned, deed)
    assert left(desk) == {("/old/0007",): (Reason.CHANGED_MEANWHILE, KEPT)}
    found = target.ask("{ urlRedirects(first: 100) { nodes { path target } } }")["urlRedirects"]["nodes"]
    now = {node["path"]: node["target"] for node in found}
    assert now == {**dict(redirects(40)), "/old/0007": "/theirs"}
    assert desk.ledger.tally()["url_redirects"]["verified"] == 39


@pytest.mark.parametrize("mutation", ["urlRedirectImportSubmit", "urlRedirectImportCreate", "stagedUploadsCreate"])
def test_a_lost_answer_doubles_and_loses_nothing(sandbox: Sandbox, tmp_path: Path, mutation: str) -> None:
    shop = sandbox.shop()
    sandbox.faults({"kind": "lost_answer", "match": mutation, "shop": shop, "times": 1})
    desk, _ = import_(sandbox, shop, sheet(redirects(60)), tmp_path)
    assert (total(desk, "verified"), left(desk)) == (60, {})
    assert sandbox.graphql(shop, COUNT)["urlRedirectsCount"]["count"] == 60


def test_an_import_that_takes_long_is_waited_for(sandbox: Sandbox, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("transfer.resources.url_redirects.PATIENT", 1)
    shop = sandbox.shop()
    desk, _ = import_(sandbox, shop, sheet(redirects(60)), tmp_path)
    assert total(desk, "verified") == 60


def test_the_plan_is_priced_as_it_will_be_written() -> None:
    own = RESOURCES["url_redirects"]
    assert [own.price(number, 0) for number in (1, 19, 20, 150, 151, 300, 400)] == [10, 190, 100, 100, 110, 200, 300]
    assert own.price(20, 3) == 130
    assert own.price(0, 0, 2) == 2 * own.removal
    assert RESOURCES["pages"].price(2, 1) == 3 * RESOURCES["pages"].points
