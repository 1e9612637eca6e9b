"""Kinds that are carried only where somebody ticks them, on the pages, over a link and on the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils.html import escape

from exports import services
from exports.models import Export
from imports.models import Copy
from shops.services import Refused
from tests.runs.test_lane import installed, work
from tests.shops.test_links import Store, linked
from tests.support import Sandbox
from transfer.registry import RESOURCES, order
from transfer.resource import Selection

pytestmark = pytest.mark.django_db(transaction=True)

WHY = "only a test says so"


@pytest.fixture(autouse=True)
def pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RESOURCES["pages"], "optional", WHY)


@pytest.fixture
def a(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client, "plain")


@pytest.fixture
def b(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client)


def _boxes(page: str, field: str = "resources") -> dict[str, bool]:
    """The kinds that a page offers, and whether they are ticked."""
    found = re.findall(rf'<input type="checkbox" name="{field}" value="(\w+)"([^>]*)>', page)
    return {name: rest.endswith(" checked") for name, rest in found}


def test_a_form_offers_it_unticked_with_the_reason(a: Store) -> None:
    for path in ("/exports/new", "/links"):
        page = a.get(path).content.decode()
        boxes = _boxes(page)
        assert set(boxes) == set(order())
        assert {name for name, ticked in boxes.items() if not ticked} == {
            name for name, resource in RESOURCES.items() if resource.optional
        }
        for resource in RESOURCES.values():
            assert escape(resource.optional) in page


def test_an_export_of_what_was_ticked_says_what_was_not(a: Store) -> None:
    ticked = [name for name, is_ticked in _boxes(a.get("/exports/new").content.decode()).items() if is_ticked]
    assert a.post("/exports/new", resources=ticked).status_code == 302
    run = work(Export.objects.get())
    assert (run.export.selection["resources"], run.export.selection["also"]) == ([], [])
    assert "pages" in run.result["not_chosen"]
    assert "Not chosen: " in a.get(f"/runs/{run.pk}/").content.decode()


def test_ticking_it_besides_is_no_filter(a: Store) -> None:
    usual = {name for name, resource in RESOURCES.items() if resource.by_default}
    run = services.create(a.shop, Selection(frozenset({*usual, "pages"})))
    assert (run.selection["resources"], run.selection["also"]) == ([], ["pages"])
    assert run.shop_id == a.shop.pk
    with pytest.raises(Refused, match="no resource 'dogs'"):
        services.create(a.shop, Selection(also=frozenset({"dogs"})))


def test_a_copy_brings_it_only_where_both_sides_tick_it(a: Store, b: Store) -> None:
    link = linked(a, b, "products", "pages")
    assert _boxes(b.get("/links").content.decode(), "also") == {"pages": False}
    assert b.post(f"/links/{link.pk}/copy").status_code == 302
    copy = Copy.objects.get()
    assert copy.export is not None
    assert copy.export.selection["resources"] == ["products"]
    assert b.post(f"/copies/{copy.pk}/cancel").status_code == 302
    assert b.post(f"/links/{link.pk}/copy", also=["metaobjects"]).status_code == 422
    assert b.post(f"/links/{link.pk}/copy", also=["pages"]).status_code == 302
    export = Export.objects.get(copy=Copy.objects.latest("created_at"))
    assert export.selection["resources"] == ["pages", "products"]


def test_a_link_that_allows_nothing_else_copies_nothing_unasked(a: Store, b: Store) -> None:
    link = linked(a, b, "pages")
    answer = b.post(f"/links/{link.pk}/copy")
    assert (answer.status_code, Copy.objects.count()) == (422, 0)
    assert "Tick what is to be copied" in answer.json()["error"]


def test_the_command_takes_it_beside_the_rest(app: Any, sandbox: Sandbox, tmp_path: Path, capsys: Any) -> None:
    domain = sandbox.shop("plain")
    installed(sandbox, domain)
    for chosen, gets in (([], False), (["--with", "pages"], True), (["--only", "pages"], True)):
        call_command("export_store", domain, "--out", str(tmp_path / "x.zip"), *chosen, "--inline", "--json")
        printed = json.loads(capsys.readouterr().out)
        assert ("pages" in printed["counts"]) is gets
        assert ("pages" in printed["not_chosen"]) is not gets
        assert ("products" in printed["counts"]) is ("--only" not in chosen)
