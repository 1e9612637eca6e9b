"""A copy from a linked store: one click, two runs, one page; and what becomes of it when anything ends."""

from __future__ import annotations

import json
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from exports.models import Export
from imports import copies, services
from imports.commands import report_table
from imports.models import Copy, CopyStatus, Import
from imports.tasks import copies as work_off
from runs import lane
from runs.expiry import purge_expired
from runs.models import LedgerEntry, Run
from runs.states import Status
from runs.storage import storage
from shops.crypto import seal
from shops.links import Who
from shops.models import Link, LinkStatus, Shop
from shops.services import Refused
from shops.tasks import webhooks
from tests.runs.test_lane import work
from tests.shops.test_links import Store, linked
from tests.shops.test_webhooks import deliver, traces
from tests.support import Sandbox
from transfer.registry import RESOURCES, order, scopes, withheld

RESOURCES_IN_ORDER = order()

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


PAGE = """mutation Page($page: PageCreateInput!) { pageCreate(page: $page) { page { id } userErrors { message } } }"""
DEFINITIONS = "{ metaobjectDefinitions(first: 1) { nodes { id metaobjects(first: 1) { nodes { id } } } } }"
REFER = """
mutation Refer($definition: ID!, $change: MetaobjectDefinitionUpdateInput!, $entry: ID!, $value: MetaobjectUpdateInput!,
  $metafields: [MetafieldsSetInput!]!) {
  metaobjectDefinitionUpdate(id: $definition, definition: $change) { userErrors { message } }
  metaobjectUpdate(id: $entry, metaobject: $value) { userErrors { message } }
  metafieldsSet(metafields: $metafields) { userErrors { message } }
}
"""


def with_a_page(sandbox: Sandbox, store: Store) -> None:
    """A page, an entry that refers to it in one of its fields, and a product whose metafield is nothing else."""
    page = sandbox.graphql(store.domain, PAGE, page={"title": "Care", "body": ""})["pageCreate"]["page"]["id"]
    definition = sandbox.graphql(store.domain, DEFINITIONS)["metaobjectDefinitions"]["nodes"][0]
    product = sandbox.graphql(store.domain, "{ products(first: 1) { nodes { id } } }")["products"]["nodes"][0]["id"]
    answers = sandbox.graphql(
        store.domain,
        REFER,
        definition=definition["id"],
        change={"fieldDefinitions": [{"create": {"key": "care", "type": "page_reference"}}]},
        entry=definition["metaobjects"]["nodes"][0]["id"],
        value={"fields": [{"key": "care", "value": page}]},
        metafields=[
            {"namespace": "custom", "key": "care", "type": "page_reference", "ownerId": product, "value": page}
        ],
    )
    assert [answer["userErrors"] for answer in answers.values()] == [[], [], []]


def without_pages(sandbox: Sandbox, store: Store) -> None:
    """The app in this store may read all but what `read_content` lets it."""
    granted = sorted({*scopes().read, *scopes().write} - {"read_content", "write_content"})
    token = seal(sandbox.token(store.domain, granted))
    Shop.objects.filter(pk=store.shop.pk).update(scopes=granted, sealed_token=token)
    store.shop.refresh_from_db()


def test_a_tick_that_needs_more_asks_for_it_where_the_link_is_made_and_later(
    a: Store, b: Store, sandbox: Sandbox
) -> None:
    without_pages(sandbox, a)
    page = a.get("/links").content.decode()
    assert re.search(r'name="resources" value="pages" data-scopes="read_content">', page)
    assert re.search(r'name="resources" value="products" checked>', page)
    linked(a, b, "pages", "products")
    page = a.get("/links").content.decode()
    assert "may not read Pages in this store" in page
    assert page.count('data-scopes="read_content"><button') == 1


def test_whole_kinds_that_were_withheld_are_named_wherever_the_copy_is_told_of(
    app: Any, sandbox: Sandbox, client: Client
) -> None:
    a, b = Store(sandbox, client, "plain"), Store(sandbox, client)
    without_pages(sandbox, a)
    copy = started(linked(a, b, *RESOURCES), b)
    unread = sorted(withheld(a.shop.scopes, "read"))
    assert sorted(kept["resource"] for kept in status(copy, b)["withheld"]) == unread
    page = b.get(f"/copies/{copy.pk}/").content.decode()
    assert page.count('class="banner') == 1
    assert re.search("Not copied: [^.]*Pages", page)
    assert "read_content" not in page
    work(export_of(copy))
    work_off()
    copy.refresh_from_db()
    run = work(run_of(copy))
    assert [kind["resource"] for kind in run.plan["withheld"]] == [n for n in RESOURCES_IN_ORDER if n in unread]
    assert re.search("Not copied: [^.]*Pages", b.get(f"/imports/{run.pk}/plan").content.decode())
    assert b.post(f"/imports/{run.pk}/confirm", policy="update").status_code == 302
    work(run)
    said = f"records arrived. {len(unread)} kinds could not be read in the source store."
    assert said in b.get(f"/imports/{run.pk}/report").content.decode()
    lines = [json.loads(line) for line in services.report_jsonl(run)]
    kinds = [line for line in lines if line["key"] is None]
    assert {line["resource"]: line["reason"] for line in kinds} == dict.fromkeys(unread, "not_permitted")
    assert b"The app may not read Pages in the source store; grant it read_content there" in b"".join(
        services.report_csv(run)
    )
    assert "may not read Pages in the source store" in report_table(run.result)
    places = [RESOURCES_IN_ORDER.index(line["resource"]) for line in lines if line["key"] is not None]
    assert places == sorted(places)


def test_a_reference_to_what_was_withheld_says_so(app: Any, sandbox: Sandbox, client: Client) -> None:
    a, b = Store(sandbox, client, "plain"), Store(sandbox, client)
    with_a_page(sandbox, a)
    without_pages(sandbox, a)
    copy = started(linked(a, b, *RESOURCES), b)
    work(export_of(copy))
    work_off()
    copy.refresh_from_db()
    run = work(run_of(copy))
    entries = LedgerEntry.objects.filter(run=run, detail__contains=": points at Page ")
    reasons = {entry.resource: entry.reason for entry in entries}
    assert reasons == {"metaobjects": "unread_reference", "product_metafields": "missing_required"}
    for entry in entries:
        assert "may not read in the source store; grant it read_content there, then copy again." in entry.detail
        assert "no longer had" not in entry.detail
    assert b"arrived without a reference, because the app may not read" in b"".join(services.report_csv(run))


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


def test_a_target_that_uninstalls_stops_what_is_read_for_it(a: Store, b: Store, client: Client) -> None:
    export = export_of(started(linked(a, b), b))
    deliver(client, "app/uninstalled", b.domain)
    webhooks()
    webhooks()
    assert traces(b.domain) == []
    export.refresh_from_db()
    assert export.status == Status.CANCELLED


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
    Copy.objects.update(handing_until=timezone.now() - timedelta(seconds=1))
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


def test_a_copy_that_goes_on_holds_its_export_and_ends_after_a_day(a: Store, b: Store) -> None:
    copy = planned(a, b)
    soon = timezone.now() + timedelta(minutes=1)
    Run.objects.filter(pk=export_of(copy).pk).update(expires_at=soon)
    work_off()
    held_until = export_of(copy).expires_at
    assert held_until is not None
    assert held_until > soon + timedelta(hours=23)
    Run.objects.filter(pk=run_of(copy).pk).update(expires_at=timezone.now() - timedelta(seconds=1))
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
