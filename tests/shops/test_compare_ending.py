"""What a comparison holds of either side goes with that side: when a customer is to be forgotten, a link ends, a store
leaves; and a file that a linked store is compared with stays no longer than until it is handed over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from exports import services as exports
from imports.models import Comparison, Copy
from imports.tasks import copies as work_off
from runs.models import LedgerEntry, Run
from runs.storage import storage
from shops.models import Delivery
from shops.tasks import webhooks
from tests.runs.test_lane import work
from tests.shops.test_links import Store, linked
from tests.shops.test_webhooks import deliver, traces
from tests.support import Sandbox
from tests.web.test_compare import sent
from transfer.resource import Selection

pytestmark = pytest.mark.django_db(transaction=True)

KINDS = ("customers", "locales")
FORGOTTEN = "The app keeps nothing about customers of this store."
PERSON = 'mutation { customerSet(input: {email: "bee@example.com"}) { customer { id } userErrors { message } } }'
ENDS: dict[str, Callable[[Store, Store, Copy], Any]] = {
    "handed over": lambda a, b, copy: seen_through(copy),
    "cancelled in the target": lambda a, b, copy: b.post(f"/copies/{copy.pk}/cancel"),
    "cancelled in the source": lambda a, b, copy: a.post(f"/runs/{copy.export_id}/cancel"),
    "ended link": lambda a, b, copy: a.post(f"/links/{copy.link_id}/end"),
}


@pytest.fixture
def a(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client, "boutique")


@pytest.fixture
def b(app: Any, sandbox: Sandbox, client: Client) -> Store:
    store = Store(sandbox, client)
    sandbox.graphql(store.domain, PERSON)
    return store


def archive(store: Store) -> bytes:
    """The store's people in a file, of which nothing stays here."""
    run = work(exports.create(store.shop, Selection(frozenset(KINDS))))
    with storage().read(run.export.archive) as file:
        content: bytes = file.read()
    storage().delete_tree(run.prefix)
    run.delete()
    return content


def begun(client: Client, a: Store, b: Store, file: bytes | None) -> Copy:
    """A comparison of A with a file or with B, asked for in B."""
    link = linked(a, b, *KINDS)
    second = {"second": "store"} if file is None else {"second": "file", "other": SimpleUploadedFile("b.zip", file)}
    answer = sent(client, b, first=f"link:{link.pk}", also="customers", **second)
    assert answer.status_code == 201, answer.content
    return Copy.objects.select_related("export").get(pk=answer.json()["url"].split("/")[2])


def seen_through(copy: Copy) -> Run:
    assert copy.export is not None
    work(copy.export)
    work_off()
    copy.refresh_from_db()
    assert copy.comparison is not None
    run = work(copy.comparison)
    work_off()
    assert LedgerEntry.objects.filter(run=run, resource="customers").exists()
    return run


def forgotten(client: Client, store: Store) -> str:
    """What became of a wish to forget a customer of a store, as far as it has come."""
    Delivery.objects.filter(topic="customers/redact").delete()
    assert deliver(client, "customers/redact", store.domain, b"{}").status_code == 200
    webhooks()
    outcome: str = Delivery.objects.get(topic="customers/redact").outcome
    return outcome


def beside() -> list[str]:
    return [name for name in storage().list("") if "beside" in name]


@pytest.mark.parametrize("end", ENDS)
def test_what_a_linked_store_is_compared_with_leaves_its_folder(a: Store, b: Store, client: Client, end: str) -> None:
    copy = begun(client, a, b, archive(b))
    assert len(beside()) == 1
    ENDS[end](a, b, copy)
    work_off()
    assert beside() == []


def test_what_a_killed_worker_left_beside_goes_with_the_next_look(a: Store, b: Store, client: Client) -> None:
    copy = begun(client, a, b, archive(b))
    ended = {"ended_at": timezone.now(), "expires_at": timezone.now() + timedelta(hours=24)}
    Copy.objects.filter(pk=copy.pk).update(status="cancelled", **ended)
    work_off()
    assert beside() == []


def test_a_target_that_leaves_takes_what_waits_for_a_comparison(a: Store, b: Store, client: Client) -> None:
    begun(client, a, b, archive(b))
    deliver(client, "app/uninstalled", b.domain)
    webhooks()
    assert beside() == []
    assert traces(b.domain) == []


@pytest.mark.parametrize("second", ["itself", "a file"])
@pytest.mark.parametrize("who", ["source", "target"])
def test_whoever_is_forgotten_is_compared_nowhere(a: Store, b: Store, client: Client, who: str, second: str) -> None:
    run = seen_through(begun(client, a, b, archive(b) if second == "a file" else None))
    assert forgotten(client, a if who == "source" else b) == FORGOTTEN
    assert not Comparison.objects.exists()
    assert not LedgerEntry.objects.filter(run=run).exists()
    assert not list(storage().list(run.prefix))


@pytest.mark.parametrize("side", ["archive", "other"])
def test_a_third_stores_people_are_found_on_either_side(
    a: Store, b: Store, client: Client, sandbox: Sandbox, side: str
) -> None:
    third = Store(sandbox, client)
    sides = {"archive": a, "other": b} if side == "archive" else {"archive": b, "other": a}
    uploads = {name: SimpleUploadedFile(f"{name}.zip", archive(store)) for name, store in sides.items()}
    answer = sent(client, third, first="file", second="file", **uploads)
    run = work(Run.objects.get(pk=answer.json()["run"]))
    deliver(client, "customers/data_request", a.domain)
    webhooks()
    assert Delivery.objects.get(topic="customers/data_request").outcome.startswith("1 run holds customers, for a day")
    assert forgotten(client, a) == FORGOTTEN
    assert not Run.objects.filter(pk=run.pk).exists()


def test_what_waits_unread_may_hold_anybody(a: Store, b: Store, client: Client) -> None:
    copy = begun(client, a, b, archive(b))
    assert forgotten(client, b) == "", "asked again until the other store was read"
    assert copy.export is not None
    work(copy.export)
    assert forgotten(client, b) == FORGOTTEN
    assert beside() == []
    work_off()
    copy.refresh_from_db()
    assert copy.message == "What was read in the other store is gone. Start the comparison anew."


def test_what_is_being_handed_over_is_waited_for(a: Store, b: Store, client: Client) -> None:
    copy = begun(client, a, b, None)
    assert copy.export is not None
    work(copy.export)
    Copy.objects.update(handing_until=timezone.now() + timedelta(minutes=10))
    assert forgotten(client, a) == ""
    Copy.objects.update(handing_until=timezone.now() - timedelta(minutes=1))
    work_off()
    assert forgotten(client, a) == FORGOTTEN
