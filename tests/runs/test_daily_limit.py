"""A limit of a day: the import steps aside for what only reads, stays before what writes, and loses nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from exports import services as exports
from imports import services as imports
from imports.models import Import
from runs import lane, operators
from runs.engine import work_slice
from runs.models import Run
from runs.services import cancel
from runs.states import Status
from runs.status import status_of
from runs.storage import storage
from shops import signals
from shops.models import Shop
from tests.builder import Builder, equal, troubles
from tests.runs.test_lane import imported, installed, work
from tests.support import Sandbox, archive_of, total
from tests.web.test_pages import bearer
from transfer.local import LocalRun, local_desk
from transfer.stages import IMPORT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


def stuck(sandbox: Sandbox) -> tuple[Builder, Builder, Run]:
    """A confirmed import that has met the limit."""
    source, target = Builder(sandbox), Builder(sandbox)
    for number in range(6):
        source.product(f"shirt-{number}", {"Size": ["S", "M"]})
    sandbox.a_day(target.shop, 5)
    own = installed(sandbox, target.shop)
    run = imported(sandbox, own, installed(sandbox, source.shop))
    assert imports.confirm(run, policy="update", excluded={})
    while work_slice():
        pass
    run.refresh_from_db()
    assert run.is_aside
    return source, target, run


def again(run: Run) -> None:
    """Its time has come."""
    Run.objects.filter(pk=run.pk).update(not_before=timezone.now() - timedelta(seconds=1))


def test_an_import_waits_for_the_limit_and_goes_on_without_losing_a_record(
    app: Any, sandbox: Sandbox, tmp_path: Path, client: Client
) -> None:
    source, target, run = stuck(sandbox)
    assert run.not_before is not None
    assert timedelta(minutes=50) < run.not_before - timezone.now() <= timedelta(hours=1)
    status = status_of(run)
    assert (status["status"], status["waits_for"], status["seconds_left"]) == ("working", "daily_variants", None)
    assert "50,000 of them, it may have 1,000 new ones a day" in status["waits_for_label"]
    assert status["waits_for_label"].endswith(f"it tries again at {run.not_before:%H:%M} UTC.")
    page = client.get(f"/runs/{run.pk}/", headers=bearer(target.shop) | {"Accept": "text/html"}).content.decode()
    assert status["waits_for_label"] in page
    told = client.get(f"/runs/{run.pk}/status.json", headers=bearer(target.shop)).json()
    assert (told["waits_for"], told["poll_ms"]) == ("daily_variants", 10_000)
    for _ in range(7):  # more days than a record has lost answers before it is given up
        again(run)
        sandbox.a_day(target.shop, 1)
        assert work_slice()
        run.refresh_from_db()
        assert run.is_aside
    again(run)
    sandbox.a_day(target.shop, None)
    assert work(run).status == Status.SUCCEEDED
    assert (run.waits_for, run.result["totals"]["failed"], run.stats["throttled"]) == ("", 0, 0)
    assert equal(source, target, tmp_path)


def test_opening_the_app_lifts_no_limit(app: Any, sandbox: Sandbox) -> None:
    _, _, run = stuck(sandbox)
    signals.reopened.send(Shop, shop=run.shop)
    run.refresh_from_db()
    assert run.is_aside


@pytest.mark.again
def test_exports_pass_and_imports_keep_behind(app: Any, sandbox: Sandbox) -> None:
    _, target, run = stuck(sandbox)
    shop = run.shop
    with storage().read(Import.objects.get(pk=run.pk).archive) as file:
        second = imports.create(shop, name="b.zip", upload=file)
    third = exports.create(shop)
    assert [status_of(one)["ahead"] for one in (second, third)] == [1, 0]
    assert work(third).status == Status.SUCCEEDED
    assert not work_slice(), "the second import stays behind the first"
    second.refresh_from_db()
    assert second.status == Status.QUEUED
    sandbox.a_day(target.shop, None)
    again(run)
    assert work(run).status == Status.SUCCEEDED
    assert work(second).status == Status.WAITING


def test_either_may_be_cancelled_while_the_other_is_served(app: Any, sandbox: Sandbox) -> None:
    _, _, run = stuck(sandbox)
    passing = exports.create(run.shop)
    held = lane.take("somebody")
    assert held is not None
    head = lane.head(held)
    assert head is not None
    assert head.pk == passing.pk
    (line,) = [own for own in operators.overview()["lanes"] if own["shop"] == run.shop_id]
    assert (line["state"], line["run"]["id"]) == ("served", str(passing.pk))
    Run.objects.filter(pk=passing.pk).update(status=Status.WORKING)
    again(run)  # it is first again, and the other one is under way
    assert cancel(passing)
    passing.refresh_from_db()
    assert passing.status == Status.CANCELLING, "somebody is at work on it"
    lane.release(held)
    assert work(passing).status == Status.CANCELLED
    run.refresh_from_db()
    assert run.status == Status.WORKING
    assert cancel(run)
    run.refresh_from_db()
    assert run.status == Status.CANCELLED


def test_a_product_that_takes_several_days_is_made_once_and_whole(app: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    """It is found half made day after day, which is no fault of it."""
    source, target = Builder(sandbox), Builder(sandbox)
    sizes = [f"{number}" for number in range(90)]
    chosen = [[size, colour] for colour in "abcdefgh" for size in sizes]
    source.product("wide", {"Size": sizes, "Colour": list("abcdefgh")}, chosen=chosen)
    archive = archive_of(sandbox, source.shop, tmp_path)
    sandbox.a_day(target.shop, 100)
    desk = local_desk(sandbox.client(target.shop), tmp_path / "import", settling=0.0)
    with desk.storage.write("source.zip") as file:
        file.write(archive)
    days: list[float] = []

    def sleep(seconds: float) -> None:
        days.append(seconds)
        sandbox.a_day(target.shop, 100)

    LocalRun(desk, {"archive": "source.zip", "policy": "update", "excluded": {}}, {}, sleep=sleep).work(IMPORT)
    assert len(days) > 5
    assert troubles(desk) == {}
    assert total(desk, "verified") == total(desk, "outcome:created") + total(desk, "outcome:unchanged")
    assert equal(source, target, tmp_path)
