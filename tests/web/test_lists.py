"""Lists of records: in the order of kinds, page after page, opening on what matters."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from imports import listing
from imports.listing import Filters
from runs.models import LedgerEntry
from tests.runs.test_lane import imported, installed
from tests.support import Sandbox
from tests.web.test_pages import bearer
from transfer.registry import order

pytestmark = pytest.mark.django_db(transaction=True)


def test_records_come_kind_by_kind_and_none_is_missed(
    app: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = (installed(sandbox, sandbox.shop(seed)) for seed in ("plain", "empty"))
    run = imported(sandbox, target, source)
    entry = LedgerEntry.objects.filter(run=run, resource="products").first()
    assert entry is not None
    LedgerEntry.objects.filter(pk=entry.pk).update(after={"title": None}, before=None)
    monkeypatch.setattr(listing, "PAGE", 3)
    lines, after = listing.page(run, Filters(), "")
    seen = list(lines)
    while after:
        lines, after = listing.page(run, Filters(), after)
        seen += lines
    assert len(seen) == len({line["id"] for line in seen}) == LedgerEntry.objects.filter(run=run).count()
    places = [order().index(line["resource"]) for line in seen]
    assert places == sorted(places)
    assert [line["title"] for line in seen if line["name"] == entry.key] == [""]


def test_a_report_opens_on_what_failed(app: Any, sandbox: Sandbox, client: Client) -> None:
    source, target = (installed(sandbox, sandbox.shop(seed)) for seed in ("plain", "empty"))
    run = imported(sandbox, target, source)
    assert listing.opened(run, Filters()).outcome == listing.ALL
    entry = LedgerEntry.objects.filter(run=run).first()
    assert entry is not None
    LedgerEntry.objects.filter(pk=entry.pk).update(outcome="failed")
    assert listing.opened(run, Filters()).outcome == "failed"
    assert listing.opened(run, Filters(resource="pages")).outcome == listing.ALL
    assert listing.opened(run, Filters.of(QueryDict("outcome=all"))).outcome == listing.ALL
    lines, _ = listing.page(run, listing.opened(run, Filters()), "")
    assert [line["name"] for line in lines] == [entry.key]


def test_a_first_visit_names_the_linked_stores(app: Any, sandbox: Sandbox, client: Client) -> None:
    headers = {**bearer(installed(sandbox, sandbox.shop()).domain), "Accept": "text/html"}
    assert "copy with one click" in client.get("/", headers=headers).content.decode()
