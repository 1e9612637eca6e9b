"""Copies whose files the system does not let go of, or whose runs went away under them: each comes to its end, and none
of them keeps others from theirs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from exports import services as exports
from imports.models import Copy, CopyStatus
from imports.tasks import copies as work_off
from runs.models import Run
from runs.services import pause
from runs.storage import storage
from shops.models import Link, LinkStatus, Shop
from shops.tasks import webhooks
from tests.runs.test_lane import installed, work
from tests.shops.test_compare_ending import archive, begun, beside
from tests.shops.test_copies import export_of, planned, run_of, started, status
from tests.shops.test_links import Store, linked
from tests.shops.test_webhooks import deliver
from tests.support import Sandbox
from tests.web.test_import_rest import ended
from transfer.storage import LocalStorage

pytestmark = pytest.mark.django_db(transaction=True)
Held = set[str]


@pytest.fixture
def a(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client, "boutique")


@pytest.fixture
def b(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    """Names of files that cannot be deleted."""
    names: Held = set()
    delete = LocalStorage.delete

    def refuse(self: LocalStorage, name: str) -> None:
        if name in names:
            raise PermissionError(1, "Operation not permitted", name)
        delete(self, name)

    monkeypatch.setattr(LocalStorage, "delete", refuse)
    yield names


def test_a_link_ends_although_an_archive_stays_and_that_goes_later(
    a: Store, b: Store, held: Held, caplog: pytest.LogCaptureFixture
) -> None:
    copy = ended(a, b, "write_content", kinds=("pages", "products"))
    run = run_of(copy)
    held.add(run.archive)
    assert b.post(f"/links/{copy.link_id}/end").status_code == 302
    assert Link.objects.get().status == LinkStatus.ENDED
    assert storage().exists(run.archive)
    assert f"{run.archive} cannot be deleted: Operation not permitted" in caplog.text
    held.clear()
    work_off()
    assert not storage().exists(run.archive)


def test_a_source_that_leaves_is_there_until_its_archive_is_gone_and_nobody_waits_for_it(
    a: Store, b: Store, client: Client, sandbox: Sandbox, held: Held
) -> None:
    other = installed(sandbox, sandbox.shop("plain"))
    work(exports.create(other))
    copy = ended(a, b, "write_content", kinds=("pages", "products"))
    run = run_of(copy)
    held.add(run.archive)
    for domain in (a.domain, other.domain):
        deliver(client, "app/uninstalled", domain)
    webhooks()
    assert set(Shop.objects.values_list("domain", flat=True)) == {b.domain, f"left-{a.shop.pk}"}
    for address in ("/", "/links", "/copies/", f"/copies/{copy.pk}/", "/comparisons/new", f"/runs/{run.pk}/"):
        assert "left-" not in b.get(address).content.decode(), address
    assert "a store that removed the app" in b.get("/copies/").content.decode()
    assert "Copy from" not in (page := b.get("/links").content.decode()).partition('id="inward-links"')[2]
    assert "A store that was copied from has removed the app" in page
    assert status(copy, b)["source"] is None
    assert b.post(f"/links/{copy.link_id}/copy").json()["error"] == "The other store removed the app."
    held.clear()
    webhooks()
    assert Shop.objects.get().domain == b.domain
    assert not storage().exists(run.archive)


def test_what_waits_beside_and_stays_ends_its_comparison_and_keeps_no_other_waiting(
    a: Store, b: Store, client: Client, held: Held
) -> None:
    copy = begun(client, a, b, archive(b))
    held.add(copy.beside)
    assert b.post(f"/copies/{copy.pk}/cancel").status_code == 302
    work_off()
    assert (status(copy, b)["status"], len(beside())) == ("cancelled", 1)
    deliver(client, "app/uninstalled", b.domain)
    webhooks()
    assert Shop.objects.filter(domain=f"left-{b.shop.pk}").exists()
    held.clear()
    webhooks()
    assert beside() == []
    assert not Shop.objects.filter(domain=f"left-{b.shop.pk}").exists()


@pytest.mark.parametrize("end", ["link", "source", "cancel"])
def test_a_copy_whose_plan_is_gone_ends_whatever_happens_next(a: Store, b: Store, client: Client, end: str) -> None:
    copy = planned(a, b, "locales")
    Run.objects.filter(pk=run_of(copy).pk).delete()
    if end == "link":
        a.post(f"/links/{copy.link_id}/end")
    elif end == "source":
        deliver(client, "app/uninstalled", a.domain)
        webhooks()
    else:
        b.post(f"/copies/{copy.pk}/cancel")
    assert status(copy, b)["status"] == "cancelled"
    assert status(copy, b)["poll_ms"] is None


@pytest.mark.parametrize("end", ["source", "cancel"])
def test_a_copy_whose_export_is_gone_ends_whatever_happens_next(a: Store, b: Store, client: Client, end: str) -> None:
    copy = started(linked(a, b), b)
    pause(a.shop.pk, "an operator")
    Run.objects.filter(pk=export_of(copy).pk).delete()
    if end == "source":
        deliver(client, "app/uninstalled", a.domain)
        webhooks()
        assert status(copy, b)["message"] == "The other store removed the app."
    else:
        b.post(f"/copies/{copy.pk}/cancel")
    assert status(copy, b)["status"] == "cancelled"
    assert Copy.objects.get().status == CopyStatus.CANCELLED
