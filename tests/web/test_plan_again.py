"""A plan made anew from the archive that is here already: with more scopes, or without anybody's name."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from imports import again
from imports.models import Copy, CopyStatus, Import
from imports.tasks import copies as work_off
from runs.models import LedgerEntry, Run
from runs.states import Status
from runs.storage import storage
from shops.models import Shop
from shops.scopes import optional, required
from shops.services import Refused
from tests.runs.test_lane import work
from tests.shops.test_copies import export_of, planned, run_of
from tests.shops.test_links import Store, linked
from tests.support import Sandbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def a(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client, "boutique")


@pytest.fixture
def b(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client)


ALLOW = "Allow it and plan again"


def grant(store: Store, *without: str) -> None:
    every = {*required(), *optional()}
    Shop.objects.filter(pk=store.shop.pk).update(scopes=sorted(every - set(without)))


def plan_page(store: Store, run: Run) -> str:
    page: str = store.get(f"/imports/{run.pk}/plan").content.decode()
    return page


def test_what_the_app_may_not_write_is_allowed_and_planned_without_another_upload(a: Store, b: Store) -> None:
    grant(b, "write_files", "write_content")
    copy = planned(a, b, "files", "pages", "blogs", "page_metafields", "menus", "metafield_definitions")
    old = run_of(copy)
    given_up = LedgerEntry.objects.filter(run=old, reason="not_permitted", detail__contains="grant it write_").count()
    assert given_up > 10
    page = plan_page(b, old)
    assert ALLOW in page
    assert f"<strong>{given_up} records cannot be written" in page
    assert 'data-scopes="write_content write_files"' in page
    old.excluded, old.policy = {"resources": ["menus"], "records": []}, "create_only"
    old.save(update_fields=["excluded", "policy"])
    grant(b)
    answer = b.post(f"/imports/{old.pk}/again")
    assert answer.status_code == 302
    new = run_of(copy)
    assert answer["Location"] == f"/runs/{new.pk}/"
    assert new.pk != old.pk
    assert not Run.objects.filter(pk=old.pk).exists()
    assert list(storage().list(old.prefix)) == []
    assert not LedgerEntry.objects.filter(run=old.pk).exists()
    work(new)
    new = run_of(copy)
    assert new.status == Status.WAITING
    assert (new.policy, new.excluded["resources"]) == ("create_only", ["menus"])
    assert ALLOW not in plan_page(b, new)
    assert sum(counts.get("cannot", 0) for counts in new.plan["counts"].values()) < given_up
    copy.refresh_from_db()
    assert copy.status == CopyStatus.IMPORTING
    b.post(f"/imports/{new.pk}/confirm", policy="update")
    assert work(new).status in (Status.SUCCEEDED, Status.INCOMPLETE)


def test_a_permission_that_was_taken_since_is_told_before_anybody_confirms(a: Store, b: Store) -> None:
    grant(b)
    run = run_of(planned(a, b, "pages", "products"))
    assert ALLOW not in plan_page(b, run)
    counts = run.plan["counts"]
    pages = counts["pages"]["create"] + counts["page_metafields"]["create"]  # their SEO comes with them
    grant(b, "write_content")
    page = plan_page(b, run)
    assert f"<strong>{pages} records cannot be written" in page and ALLOW in page
    assert 'data-scopes="write_content"' in page


def test_a_plan_that_was_decided_or_whose_link_ended_is_not_made_again(a: Store, b: Store) -> None:
    copy = planned(a, b, "products")
    run = run_of(copy)
    Run.objects.filter(pk=run.pk).update(status=Status.QUEUED, expires_at=None)
    refused = b.post(f"/imports/{run.pk}/again")
    assert refused.status_code == 422
    assert "does not wait" in refused.json()["error"]
    assert a.post(f"/imports/{run.pk}/again").status_code == 404
    assert Import.objects.count() == 1


def test_of_two_presses_one_wins(a: Store, b: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of(planned(a, b, "menus"))
    stale = Import.objects.get(pk=run.pk)  # as the second press read it, before the first one was through
    monkeypatch.setattr("runs.expiry.remove_now", lambda run: True)  # the first is not through yet
    again.plan_again(run)
    with pytest.raises(Refused, match="does not wait"):
        again.plan_again(stale)
    assert Import.objects.filter(status=Status.QUEUED).count() == 1
    assert len({name.split("/")[0] for name in storage().list("") if name.endswith("source.zip")}) == 2


def test_a_link_that_ended_gives_no_second_plan(a: Store, b: Store) -> None:
    run = run_of(planned(a, b, "products"))
    Copy.objects.update(link=None)  # as if it had ended this very moment, before anything was called off
    refused = b.post(f"/imports/{run.pk}/again")
    assert refused.status_code == 422
    assert "The link to the other store was ended" in refused.json()["error"]
    assert list(Import.objects.values_list("pk", flat=True)) == [run.pk]
    assert {name.split("/")[0] for name in storage().list("")} >= {str(run.pk)}


def test_names_of_people_are_replaced_where_the_plan_shows_them(sandbox: Sandbox, client: Client, b: Store) -> None:
    source = Store(sandbox, client, "boutique")
    link = linked(source, b, "customers")
    copy = Copy.objects.get(pk=b.post(f"/links/{link.pk}/copy", also="customers")["Location"].split("/")[2])
    work(export_of(copy))
    work_off()
    old = work(run_of(copy))
    assert "Replace people's names and plan again" in plan_page(b, old)
    assert b.post(f"/imports/{old.pk}/again", anonymise="1").status_code == 302
    work(run_of(copy))
    new = run_of(copy)
    assert new.plan["anonymised"] is True
    assert all(key.endswith("%40example.com") or "@example.com" in key for key in
               LedgerEntry.objects.filter(run=new, resource="customers").values_list("key", flat=True))  # fmt: skip
    assert "and plan again" not in plan_page(b, new)
