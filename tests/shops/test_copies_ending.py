"""A copy whose link ends, whose store leaves or whose worker dies: it stops, or goes on, and leaves nothing behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from imports import copies, services
from imports.models import Copy, Import
from imports.tasks import copies as work_off
from runs import lane
from runs.models import Run
from runs.states import Status
from runs.storage import storage
from shops.departure import leave
from shops.links import Who
from shops.models import Link, LinkStatus
from shops.services import Refused
from shops.tasks import webhooks
from tests.runs.test_lane import work
from tests.shops.test_copies import export_of, files, planned, run_of, started, status
from tests.shops.test_links import Store, linked
from tests.shops.test_webhooks import deliver, traces
from tests.support import Sandbox
from tests.web.test_pages import token

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def a(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client, "plain")


@pytest.fixture
def b(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client)


@pytest.mark.parametrize("side", ["a", "b"])
def test_ending_a_link_stops_what_is_not_confirmed_and_removes_its_copy(
    a: Store, b: Store, sandbox: Sandbox, client: Client, side: str
) -> None:
    reading = started(linked(a, b), b)
    {"a": a, "b": b}[side].post(f"/links/{reading.link_id}/end")
    assert status(reading, b)["status"] == "cancelled"
    assert export_of(reading).status == Status.CANCELLED
    waiting = planned(a, b)
    run, kept = waiting.run, files(waiting.run)
    assert kept
    {"a": a, "b": b}[side].post(f"/links/{waiting.link_id}/end")
    assert "link was ended" in status(waiting, b)["message"]
    assert files(run) == []
    assert not Import.objects.exists()


def test_who_asks_for_a_plan_that_was_called_off_is_led_to_what_says_why(a: Store, b: Store, client: Client) -> None:
    copy = planned(a, b)
    run = copy.run_id
    a.post(f"/links/{copy.link_id}/end")
    for answer in (
        b.get(f"/imports/{run}/plan"),
        b.get(f"/runs/{run}/"),
        b.post(f"/imports/{run}/confirm", policy="update"),
    ):
        assert (answer.status_code, answer["Location"]) == (302, f"/copies/{copy.pk}/")
    query = f"shop={b.domain}&embedded=1&id_token={token(b.domain)}"
    opened = client.get(f"/imports/{run}/plan?{query}", headers={"Accept": "text/html"})
    assert opened["Location"] == f"/copies/{copy.pk}/?{query}"
    page = client.get(opened["Location"], headers={"Accept": "text/html"}).content.decode()
    assert "The link was ended by the other store." in page
    assert "Nothing was written" in page and "to its end" not in page
    assert b.json(f"/runs/{run}/status.json")["status"] == 404
    assert a.get(f"/imports/{run}/plan").status_code == 404


def test_what_was_confirmed_goes_on_when_the_link_ends(a: Store, b: Store) -> None:
    copy = planned(a, b)
    assert b.post(f"/imports/{copy.run_id}/confirm", policy="update").status_code == 302
    a.post(f"/links/{copy.link_id}/end")
    assert work(run_of(copy)).status == Status.SUCCEEDED
    work_off()
    assert status(copy, b)["status"] == "succeeded"


def test_a_copy_that_a_worker_still_holds_goes_when_it_lets_go(a: Store, b: Store) -> None:
    copy = started(linked(a, b), b)
    work(export_of(copy))
    work_off()
    copy.refresh_from_db()
    run = copy.run
    held = lane.take("a worker in its slice")
    assert held is not None
    a.post(f"/links/{copy.link_id}/end")
    assert status(copy, b)["status"] == "cancelled"
    work_off()
    assert Import.objects.exists()
    lane.release(held)
    work_off()
    assert not Import.objects.exists()
    assert files(run) == []


def test_a_source_that_uninstalls_leaves_nothing_in_the_target(a: Store, b: Store, client: Client) -> None:
    copy = planned(a, b)
    run = copy.run
    deliver(client, "app/uninstalled", a.domain)
    webhooks()
    webhooks()
    assert traces(a.domain) == []
    assert files(run) == []
    ended = status(copy, b)
    assert (ended["status"], ended["message"]) == ("cancelled", "The other store removed the app.")
    assert "a store that removed the app" in b.get(f"/copies/{copy.pk}/").content.decode()
    assert "A store that was copied from has removed the app" in b.get("/links").content.decode()


@pytest.mark.parametrize("first", ["webhooks", "copies"])
def test_a_source_that_uninstalls_before_it_was_read_is_said_to_have_done_so(
    a: Store, b: Store, client: Client, first: str
) -> None:
    copy = started(linked(a, b), b)
    assert export_of(copy).status == Status.QUEUED
    deliver(client, "app/uninstalled", a.domain)
    if first == "copies":
        assert leave(a.domain, timezone.now() + timedelta(hours=1))
        work_off()
    webhooks()
    work_off()
    ended = status(copy, b)
    assert (ended["status"], ended["message"]) == ("cancelled", "The other store removed the app.")
    assert traces(a.domain) == []
    assert not Run.objects.exists()


def test_a_source_that_uninstalls_is_named_nowhere_in_what_was_confirmed(a: Store, b: Store, client: Client) -> None:
    copy = planned(a, b)
    run = copy.run
    assert run is not None
    services.confirm(run, policy="update", excluded={})
    work(run)
    deliver(client, "app/uninstalled", a.domain)
    webhooks()
    webhooks()
    assert Import.objects.get(pk=run.pk).status == Status.SUCCEEDED
    assert traces(a.domain) == []
    assert "From <bdi>a store that removed the app</bdi>" in b.get(f"/runs/{run.pk}/").content.decode()


def test_a_target_that_uninstalls_stops_what_is_read_for_it(a: Store, b: Store, client: Client) -> None:
    export = export_of(started(linked(a, b), b))
    deliver(client, "app/uninstalled", b.domain)
    webhooks()
    webhooks()
    assert traces(b.domain) == []
    export.refresh_from_db()
    assert export.status == Status.CANCELLED


def test_a_killed_hand_over_is_done_again_and_done_once(a: Store, b: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = started(linked(a, b), b)
    work(export_of(copy))

    class Killed(BaseException):
        pass

    def dies(run: Any) -> Any:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("imports.services.enqueue", dies)
        with pytest.raises(Killed):
            work_off()
    work_off()
    assert not Import.objects.exists()  # somebody may still be at it
    Copy.objects.update(handing_until=F("handing_until") - timedelta(seconds=31))  # so much later
    work_off()
    work_off()
    assert Import.objects.count() == 1
    copy.refresh_from_db()
    assert copy.run is not None


def test_a_link_that_ends_during_the_hand_over_wins(a: Store, b: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = started(linked(a, b), b)
    work(export_of(copy))
    check = services.quick_check  # type: ignore[attr-defined]

    def ended_meanwhile(*given: Any, **more: Any) -> Any:
        a.post(f"/links/{copy.link_id}/end")
        return check(*given, **more)

    monkeypatch.setattr(services, "quick_check", ended_meanwhile)
    work_off()
    assert not Import.objects.exists()
    assert status(copy, b)["status"] == "cancelled"
    assert all(name.startswith(str(copy.export_id)) for name in storage().list(""))


def revoked_unheard(copy: Copy) -> None:
    """A revocation that reached the link, and none of its copies."""
    Link.objects.filter(copies=copy).update(status=LinkStatus.ENDED)


def test_a_link_that_ended_since_it_was_read_starts_nothing(a: Store, b: Store) -> None:
    link = linked(a, b)
    read_before = Link.objects.select_related("source").get(pk=link.pk)
    assert a.post(f"/links/{link.pk}/end").status_code == 302
    with pytest.raises(Refused, match="does not allow"):
        copies.start(read_before, Who(b.shop, b.user))
    assert not Run.objects.exists()
    assert not Copy.objects.exists()


def test_the_link_is_asked_again_at_the_hand_over(a: Store, b: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = started(linked(a, b), b)
    work(export_of(copy))
    check = services.quick_check  # type: ignore[attr-defined]

    def revoked_meanwhile(*given: Any, **more: Any) -> Any:
        revoked_unheard(copy)
        return check(*given, **more)

    monkeypatch.setattr(services, "quick_check", revoked_meanwhile)
    work_off()
    assert not Import.objects.exists()
    work_off()
    ended = status(copy, b)
    assert (ended["status"], ended["message"]) == ("cancelled", "The link was ended.")


def test_the_link_is_asked_again_when_the_plan_is_confirmed(a: Store, b: Store) -> None:
    copy = planned(a, b)
    run = run_of(copy)
    revoked_unheard(copy)
    answer = b.post(f"/imports/{run.pk}/confirm", policy="update")
    assert (answer.status_code, "link" in answer.json()["error"]) == (422, True)
    run.refresh_from_db()
    assert (run.status, run.confirmed_at) == (Status.WAITING, None)
    work_off()
    assert status(copy, b)["status"] == "cancelled"
    assert not Import.objects.exists()
