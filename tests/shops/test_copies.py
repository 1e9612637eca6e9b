"""A copy from a linked store: one click, two runs, one page; and what becomes of it when anything ends."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from exports.models import Export
from imports import copies
from imports.models import Copy, CopyStatus, Import
from imports.tasks import copies as work_off
from runs.expiry import purge_expired
from runs.models import LedgerEntry, Run
from runs.services import drain, expire_now, pause, resume
from runs.states import Status
from runs.status import DRAINED, PAUSED
from runs.storage import storage
from shops.crypto import seal
from shops.models import Link, Shop
from shops.tokens import REOPEN
from tests.runs.test_lane import work
from tests.shops.test_links import Store, linked
from tests.support import Sandbox
from transfer.registry import RESOURCES

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def a(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client, "plain")


@pytest.fixture
def b(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client)


def started(link: Link, target: Store) -> Copy:
    answer = target.post(f"/links/{link.pk}/copy")
    assert answer.status_code == 302
    return Copy.objects.get(pk=answer["Location"].split("/")[2])


def export_of(copy: Copy) -> Export:
    copy.refresh_from_db()
    assert copy.export is not None
    export: Export = copy.export
    return export


def run_of(copy: Copy) -> Import:
    copy.refresh_from_db()
    assert copy.run is not None
    run: Import = copy.run
    return run


def planned(a: Store, b: Store, *resources: str) -> Copy:
    """A copy whose plan waits for B."""
    copy = started(linked(a, b, *(resources or tuple(RESOURCES))), b)
    work(export_of(copy))
    work_off()
    copy.refresh_from_db()
    assert copy.status == CopyStatus.IMPORTING
    work(run_of(copy))
    return copy


def status(copy: Copy, store: Store) -> dict[str, Any]:
    return store.json(f"/copies/{copy.pk}/status.json")


def files(run: Run | None) -> list[str]:
    assert run is not None
    return list(storage().list(run.prefix))


def test_one_click_copies_a_store_and_one_page_tells_of_both_runs(a: Store, b: Store) -> None:
    copy = started(linked(a, b, *RESOURCES), b)
    reading = status(copy, b)
    assert (reading["status"], reading["export"]["status"], reading["import"]) == ("reading", "queued", None)
    assert reading["poll_ms"]
    assert "id" not in reading["export"]
    work(export_of(copy))
    assert work_off() == 1
    copy.refresh_from_db()
    run = work(run_of(copy))
    waiting = status(copy, b)
    records = export_of(copy).result["records"]
    assert (waiting["status"], waiting["export"]["records"]) == ("waiting", records)
    assert a.domain in b.get(f"/copies/{copy.pk}/").content.decode()
    assert f"/copies/{copy.pk}/" in b.get(f"/runs/{run.pk}/").content.decode()
    assert b.post(f"/imports/{run.pk}/confirm", policy="update").status_code == 302
    work(run)
    assert work_off() == 0
    done = status(copy, b)
    assert (done["status"], done["poll_ms"]) == ("succeeded", None)
    assert done["import"]["totals"]["verified"] == done["export"]["records"] == records > 10
    assert done["expires_in"] > 86_000
    assert b.get("/copies/").content.decode().count(str(copy.pk)) == 1


def test_the_source_sees_for_whom_it_is_read_and_may_cancel_it(a: Store, b: Store) -> None:
    copy = started(linked(a, b), b)
    page = a.get(f"/runs/{copy.export_id}/").content.decode()
    assert b.domain in page
    assert f"for <bdi>{b.domain}</bdi>" in a.get("/").content.decode()
    assert a.post(f"/runs/{copy.export_id}/cancel").status_code == 302
    assert work_off() == 0
    ended = status(copy, b)
    assert (ended["status"], ended["message"]) == ("cancelled", "Reading the other store was cancelled there.")


def test_a_copy_that_was_cancelled_says_so_and_nothing_of_waiting(a: Store, b: Store) -> None:
    copy = started(linked(a, b), b)
    b.post(f"/copies/{copy.pk}/cancel")
    page = b.get(f"/copies/{copy.pk}/").content.decode()
    assert "The copy was cancelled." in page
    assert "Was not read to its end" in page
    assert "Waiting in line" not in page


def test_nobody_sees_the_others_runs(a: Store, b: Store, sandbox: Sandbox, client: Client) -> None:
    copy, stranger = planned(a, b), Store(sandbox, client)
    own = (f"/copies/{copy.pk}/", f"/copies/{copy.pk}/status.json")
    for store, pages in (
        (stranger, (*own, f"/runs/{copy.export_id}/", f"/runs/{copy.run_id}/")),
        (a, (*own, f"/runs/{copy.run_id}/")),
        (b, (f"/runs/{copy.export_id}/", f"/runs/{copy.export_id}/status.json", f"/copies/{uuid.uuid4()}/")),
    ):
        assert [store.get(page).status_code for page in pages] == [404] * len(pages)
        if store is not b:
            assert store.post(f"/copies/{copy.pk}/cancel").status_code == 404
            assert str(copy.pk) not in store.get("/copies/").content.decode()
    assert b.post(f"/exports/{copy.export_id}/download-link").status_code == 404
    assert b.post(f"/runs/{copy.export_id}/cancel").status_code == 404
    copy.refresh_from_db()
    assert copy.status == CopyStatus.IMPORTING


def test_only_what_the_link_allows_is_read(a: Store, b: Store) -> None:
    copy = planned(a, b, "metaobject_definitions")
    assert copy.export is not None
    assert copy.export.result["counts"].keys() == {"metaobject_definitions"}


def test_one_source_feeds_many_targets_one_after_the_other(
    a: Store, b: Store, sandbox: Sandbox, client: Client
) -> None:
    c = Store(sandbox, client)
    first, second = (started(linked(a, target), target) for target in (b, c))
    assert b.post(f"/links/{first.link_id}/copy").status_code == 422  # one at a time over one link
    work(export_of(first))
    assert export_of(second).status == Status.QUEUED
    work(export_of(second))
    work_off()
    for copy, target in ((first, b), (second, c)):
        copy.refresh_from_db()
        assert copy.run is not None
        assert copy.run.shop == target.shop
        assert files(copy.run)


def test_failures_on_either_side_are_told(a: Store, b: Store, sandbox: Sandbox) -> None:
    link = linked(a, b)
    broken = started(link, b)
    Shop.objects.filter(pk=a.shop.pk).update(sealed_token="")
    assert work(export_of(broken)).status == Status.FAILED
    work_off()
    assert status(broken, b)["message"].startswith("The other store could not be read.")
    assert b.post(f"/links/{link.pk}/copy").status_code == 422  # it has to be opened first
    Shop.objects.filter(pk=a.shop.pk).update(sealed_token=seal(sandbox.token(a.domain)))
    refused = started(link, b)
    work(export_of(refused))
    Shop.objects.filter(pk=b.shop.pk).update(sealed_token="")
    work_off()
    refused.refresh_from_db()
    work(run_of(refused))
    work_off()
    assert status(refused, b)["status"] == "failed"
    assert status(refused, b)["message"]


def test_a_copy_that_goes_on_holds_its_export_and_ends_after_a_day(a: Store, b: Store) -> None:
    copy = planned(a, b)
    soon = timezone.now() + timedelta(minutes=1)
    Run.objects.filter(pk=export_of(copy).pk).update(expires_at=soon)
    work_off()
    held_until = export_of(copy).expires_at
    assert held_until is not None
    assert held_until > soon + timedelta(hours=23)
    Run.objects.filter(pk=run_of(copy).pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    Copy.objects.update(created_at=timezone.now() - timedelta(hours=25))
    work_off()
    assert status(copy, b)["message"] == copies.NOBODY
    assert purge_expired() == 1
    assert status(copy, b)["export"]["records"] > 10  # told after the runs are gone
    Copy.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert b.get(f"/copies/{copy.pk}/").status_code == 410
    work_off()
    assert b.get(f"/copies/{copy.pk}/").status_code == 404


def test_the_target_cancels_on_either_side(a: Store, b: Store) -> None:
    link = linked(a, b)
    reading = started(link, b)
    assert b.post(f"/copies/{reading.pk}/cancel").status_code == 302
    assert export_of(reading).status == Status.CANCELLED
    importing = started(link, b)
    work(export_of(importing))
    work_off()
    assert b.post(f"/copies/{importing.pk}/cancel").status_code == 302
    assert status(importing, b)["status"] == "cancelled"


def test_a_plan_that_was_removed_on_purpose_is_not_said_to_have_waited_too_long(a: Store, b: Store) -> None:
    copy = planned(a, b)
    assert expire_now(run_of(copy))
    assert purge_expired() == 1
    work_off()
    assert status(copy, b)["message"] == copies.REMOVED


def test_the_page_of_a_copy_tells_what_the_other_stores_run_waits_for(a: Store, b: Store) -> None:
    copy = started(linked(a, b), b)
    drain(True, "ada")
    halted = status(copy, b)["export"]
    assert halted["halted_label"] == DRAINED
    assert DRAINED in b.get(f"/copies/{copy.pk}/").content.decode()
    drain(False, "ada")
    pause(a.shop.pk, "ada")
    told = "The operators of this app have paused the work on the other store. Its runs keep their place."
    assert status(copy, b)["export"]["halted_label"] == told
    assert told in b.get(f"/copies/{copy.pk}/").content.decode()
    assert PAUSED in a.get(f"/runs/{export_of(copy).pk}/").content.decode()
    resume(a.shop.pk, "ada")
    later = timezone.now() + timedelta(minutes=5)
    Run.objects.filter(pk=export_of(copy).pk).update(
        status="working",
        not_before=later,
        outage="unreachable",
        outage_words="Shopify answers HTTP 503.",
        outage_since=timezone.now(),
    )
    waits = status(copy, b)["export"]
    assert waits["waits_for"] == "unreachable"
    assert waits["waits_for_label"].startswith("Shopify answers HTTP 503. It tries again at ")
    assert "Shopify answers HTTP 503." in b.get(f"/copies/{copy.pk}/").content.decode()
    Run.objects.filter(pk=export_of(copy).pk).update(outage="not_authorised", outage_words=REOPEN)
    page = b.get(f"/copies/{copy.pk}/").content.decode()
    assert "The other store does not accept this app any more" in page
    assert "Open the app in the other store" in page


def test_a_copy_that_reads_the_other_store_is_seen_on_the_first_page(a: Store, b: Store) -> None:
    copy = started(linked(a, b), b)
    page = b.get("/").content.decode()
    assert f'href="/copies/{copy.pk}/">Copy</a> <small>from <bdi>{a.domain}</bdi>' in page
    assert "Copy this store, or into it" not in page
    assert "data-refresh" in page
    assert "/copies/" not in a.get("/").content.decode()
    under_way = f'<a href="/copies/{copy.pk}/">A copy over this link is under way</a>'
    assert under_way in b.get("/links").content.decode()
    assert under_way not in a.get("/links").content.decode()
    work(export_of(copy))
    work_off()
    page = b.get("/").content.decode()
    assert f"/runs/{run_of(copy).pk}/" in page  # from here on its import stands there
    assert "/copies/" not in page


def test_a_bar_is_full_at_the_end_and_not_before(a: Store, b: Store) -> None:
    copy = started(linked(a, b), b)
    assert status(copy, b)["export"]["share"] is None
    Run.objects.filter(pk=export_of(copy).pk).update(status="working", step="settle", counts={"products": [5, 5]})
    own = status(copy, b)["export"]
    assert (own["step_number"], own["steps"], own["share"]) == (2, 6, 0.333)
    assert 'value="0.333"' in b.get(f"/copies/{copy.pk}/").content.decode()


def test_a_plan_of_a_copy_knows_no_archive(a: Store, b: Store) -> None:
    copy = planned(a, b)
    told = "Its values are numbers in the target store and texts in the archive; Shopify cannot change that."
    LedgerEntry.objects.filter(run=run_of(copy)).update(detail=told, reason="type_conflict")
    said = "in the target store and texts in the other store"
    page = b.get(f"/imports/{copy.run_id}/plan?verdict=all").content.decode()
    assert said in page
    assert "archive" not in page
    record = page.split('data-record="')[1].split('"')[0]
    assert said in b.get(record).content.decode()


def test_a_copy_leads_to_the_plan_that_waits_and_lists_say_who_decides(a: Store, b: Store) -> None:
    copy = planned(a, b)
    plan = f"/imports/{copy.run_id}/plan"
    assert status(copy, b)["plan_url"] == plan
    assert f'href="{plan}">Decide on the plan' in b.get(f"/copies/{copy.pk}/").content.decode()
    listed = b.get("/copies/").content.decode()
    assert "Your decision" in listed and "data-refresh" in listed
    b.post(f"/copies/{copy.pk}/cancel")
    assert "data-refresh" not in b.get("/copies/").content.decode()
    assert status(copy, b)["plan_url"] is None
    page = b.get(f"/copies/{copy.pk}/").content.decode()
    assert "Nothing was written" in page
    assert "Applying your choices" not in page


def test_what_is_not_there_is_called_what_it_is(b: Store) -> None:
    nowhere = uuid.uuid4()
    assert "There is no such copy or comparison in this store." in b.get(f"/copies/{nowhere}/").content.decode()
    assert "There is no such link in this store." in b.post(f"/links/{nowhere}/copy").content.decode()


def test_a_copy_that_was_cancelled_counts_no_steps_any_more(a: Store, b: Store) -> None:
    copy = planned(a, b)
    Copy.objects.update(
        status=CopyStatus.CANCELLED, ended_at=timezone.now(), expires_at=timezone.now() + timedelta(days=1)
    )
    own = {"status": "working", "poll_ms": 1000, "step_label": "Comparing", "step_number": 7, "steps": 15}
    Copy.objects.update(seen={"import": {**own, "decided": False}, "export": None})
    page = b.get(f"/copies/{copy.pk}/").content.decode()
    assert "Nothing was written" in page and "Step 7" not in page
