"""A file that the system does not let go of: nothing is called deleted that is not, and nobody else waits for it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from exports import services as exports
from runs.expiry import purge_expired
from runs.models import Run
from runs.storage import storage
from runs.views import NOT_ALL
from shops.models import Delivery, Shop
from shops.tasks import webhooks
from tests.runs.test_lane import installed, work
from tests.shops.test_webhooks import deliver
from tests.support import Sandbox
from tests.web.test_pages import bearer
from transfer.resource import Selection

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = Selection(frozenset({"customers"}))
Stuck = Callable[[Run], pytest.MonkeyPatch]


@pytest.fixture
def stick(monkeypatch: pytest.MonkeyPatch) -> Stuck:
    """Lets nobody delete the archive of a run, until that is undone."""
    unlink = os.unlink

    def of(run: Run) -> pytest.MonkeyPatch:
        held = Path(run.export.archive).name, (storage().root / run.prefix).stat().st_ino

        def refuse(path: Any, *, dir_fd: int | None = None) -> None:
            folder = os.fstat(dir_fd) if dir_fd is not None else Path(path).parent.stat()
            if (Path(path).name, folder.st_ino) == held:
                raise PermissionError(1, "Operation not permitted", str(path))
            unlink(path, dir_fd=dir_fd)

        monkeypatch.setattr(os, "unlink", refuse)
        return monkeypatch

    return of


def test_people_count_as_forgotten_once_their_files_are_gone(
    app: Any, sandbox: Sandbox, client: Client, stick: Stuck
) -> None:
    shop = installed(sandbox, sandbox.shop("boutique", products=1))
    run = work(exports.create(shop, PEOPLE))
    stuck = stick(run)
    deliver(client, "customers/redact", shop.domain, b"{}")
    webhooks()
    assert Delivery.objects.get().done_at is None
    assert storage().exists(run.export.archive)
    stuck.undo()
    Delivery.objects.update(not_before=None)
    webhooks()
    assert Delivery.objects.get().outcome == "The app keeps nothing about customers of this store."
    assert list(storage().list("")) == []
    assert not Run.objects.exists()


def test_a_store_that_left_goes_although_a_file_of_another_one_stays(
    app: Any, sandbox: Sandbox, client: Client, stick: Stuck
) -> None:
    first, second = (installed(sandbox, sandbox.shop("plain")) for _ in "ab")
    runs = [work(exports.create(shop)) for shop in (first, second)]
    stuck = stick(runs[0])
    for shop in (first, second):
        deliver(client, "app/uninstalled", shop.domain)
    webhooks()
    assert list(Shop.objects.values_list("pk", flat=True)) == [first.pk]
    assert not list(storage().list(runs[1].prefix))
    stuck.undo()
    webhooks()
    assert not Shop.objects.exists()
    assert list(storage().list("")) == []


def test_what_cannot_be_deleted_is_not_said_to_be_removed(
    app: Any, sandbox: Sandbox, client: Client, stick: Stuck
) -> None:
    shop = installed(sandbox, sandbox.shop("plain"))
    run = work(exports.create(shop))
    stuck = stick(run)
    answer = client.post(f"/runs/{run.pk}/remove", headers=bearer(shop.domain))
    assert (answer.status_code, answer.json()["error"]) == (409, NOT_ALL)
    gone = client.get(f"/runs/{run.pk}/", headers=bearer(shop.domain))
    assert (gone.status_code, "removed" in gone.json()["error"]) == (410, False)
    assert storage().exists(run.export.archive)
    stuck.undo()
    purge_expired()
    assert not Run.objects.exists()
    assert not list(storage().list(""))
