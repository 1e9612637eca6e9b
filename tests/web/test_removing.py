"""Whoever owns a run that has ended removes it before its day is over, and nobody else does."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from exports import services as exports
from imports.models import Import
from runs import lane
from runs.engine import work_slice
from runs.expiry import purge_expired
from runs.models import LedgerEntry, Run
from runs.states import Status
from runs.storage import storage
from runs.views import NOT_ALL
from tests.runs.test_lane import imported, installed, work
from tests.shops.test_copies import planned, run_of, status
from tests.shops.test_links import Store
from tests.support import Sandbox
from tests.web.test_pages import bearer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


def test_an_ended_run_is_removed_with_all_that_it_made(app: Any, sandbox: Sandbox, client: Client) -> None:
    shop, stranger = installed(sandbox, sandbox.shop("plain")), installed(sandbox, sandbox.shop())
    run, kept = work(exports.create(shop)), work(exports.create(shop))
    sheet = exports.spreadsheet(kept.export, "csv")
    address = f"/runs/{run.pk}/remove"
    page = client.get(f"/runs/{run.pk}/", headers={**bearer(shop.domain), "Accept": "text/html"}).content.decode()
    assert f'action="{address}"' in page
    assert client.post(address, headers=bearer(stranger.domain)).status_code == 404
    assert Run.objects.filter(pk=run.pk).exists()
    answer = client.post(address, headers=bearer(shop.domain))
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert set(Run.objects.values_list("pk", flat=True)) == {kept.pk, sheet.pk}
    assert not list(storage().list(run.prefix))
    assert client.get(f"/runs/{run.pk}/", headers=bearer(shop.domain)).status_code == 404


def test_a_spreadsheet_under_way_goes_with_its_export(app: Any, sandbox: Sandbox, client: Client) -> None:
    shop = installed(sandbox, sandbox.shop("plain"))
    run = work(exports.create(shop))
    exports.spreadsheet(run.export, "csv")
    held = lane.take("a worker in its slice")
    assert held is not None
    answer = client.post(f"/runs/{run.pk}/remove", headers=bearer(shop.domain))
    assert (answer.status_code, answer.json()["error"]) == (409, NOT_ALL)
    assert client.get(f"/runs/{run.pk}/", headers=bearer(shop.domain)).status_code == 410
    lane.release(held)
    work_slice()
    purge_expired()
    assert not Run.objects.exists()
    assert not list(storage().list(""))


def test_what_has_not_ended_is_not_removed(app: Any, sandbox: Sandbox, client: Client) -> None:
    source, target = (installed(sandbox, sandbox.shop(seed)) for seed in ("plain", "empty"))
    plan, queued = imported(sandbox, target, source), exports.create(target)
    for run in (plan, queued):
        page = {**bearer(target.domain), "Accept": "text/html"}
        assert "Remove it now" not in client.get(f"/runs/{run.pk}/", headers=page).content.decode()
        answer = client.post(f"/runs/{run.pk}/remove", headers=bearer(target.domain))
        assert (answer.status_code, "Cancel it" in answer.json()["error"]) == (409, True)
        assert Run.objects.filter(pk=run.pk).exists()
    client.post(f"/runs/{plan.pk}/cancel", headers=bearer(target.domain))
    assert client.post(f"/runs/{plan.pk}/remove", headers=bearer(target.domain)).status_code == 302
    assert not Import.objects.exists() and not LedgerEntry.objects.exists()


def test_a_copy_keeps_its_answer_although_its_import_is_removed_at_once(
    app: Any, sandbox: Sandbox, client: Client
) -> None:
    a, b = Store(sandbox, client, "plain"), Store(sandbox, client)
    copy = planned(a, b)
    run = copy.run_id
    assert b.post(f"/imports/{run}/confirm", policy="update").status_code == 302
    assert work(run_of(copy)).status == Status.SUCCEEDED
    assert b.post(f"/runs/{run}/remove").status_code == 302
    ended = status(copy, b)
    assert (ended["status"], ended["import_url"]) == ("succeeded", None)
    assert ended["import"]["totals"]["source"] > 0
    assert b.get(f"/runs/{run}/")["Location"] == f"/copies/{copy.pk}/"
    assert b.get(f"/copies/{copy.pk}/").status_code == 200
