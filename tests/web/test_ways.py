"""Where pages lead: to a file while its link is good, and to the report of what an import wrote before its end."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from exports import services as exports
from exports import views
from imports import services as imports
from runs.models import Run
from runs.states import Status
from tests.runs.test_lane import imported, installed, work
from tests.support import Sandbox
from tests.web.test_pages import bearer

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_link_to_a_file_is_good_for_a_minute_and_says_so(
    app: Any, sandbox: Sandbox, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = installed(sandbox, sandbox.shop("plain"))
    run = work(exports.create(shop))
    link = client.post(f"/exports/{run.pk}/download-link", headers=bearer(shop.domain)).json()["url"]
    answer = client.get(link)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    answer.close()
    monkeypatch.setattr(views, "LINK_SECONDS", -1)
    late = client.get(link)
    assert (late.status_code, "Press Download again" in late.content.decode()) == (410, True)


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.FAILED])
def test_what_was_written_before_the_end_is_one_click_away(
    app: Any, sandbox: Sandbox, client: Client, status: Status
) -> None:
    source, target = (installed(sandbox, sandbox.shop(seed)) for seed in ("plain", "empty"))
    run = imported(sandbox, target, source)
    page = {**bearer(target.domain), "Accept": "text/html"}
    assert imports.confirm(run, policy="update", excluded={})
    run.refresh_from_db()
    assert Run.objects.move(run, Status.WORKING)
    if status is Status.CANCELLED:
        assert Run.objects.move(run, Status.CANCELLING)
    assert Run.objects.move(run, status, finished_at=timezone.now())
    assert f"/imports/{run.pk}/report" in client.get(f"/runs/{run.pk}/", headers=page).content.decode()
    assert client.get(f"/imports/{run.pk}/report", headers=page).status_code == 200
