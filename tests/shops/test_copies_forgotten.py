"""What a target may still read of a copy once its link has ended or its source has left: what it wrote, and no more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from imports import services
from imports.models import Copy
from imports.tasks import copies as work_off
from runs.models import LedgerEntry, Run
from shops.tasks import webhooks
from tests.runs.test_lane import work
from tests.shops.test_copies import export_of, planned, run_of
from tests.shops.test_links import Store, linked
from tests.shops.test_webhooks import deliver, traces
from tests.support import Sandbox

pytestmark = pytest.mark.django_db(transaction=True)

PERSON = 'mutation { customerSet(input: {email: "quux@example.com"}) { customer { id } userErrors { message } } }'
NAMING = 'mutation { pageCreate(page: {title: "Quux", body: "See https://%s/cart"}) { page { id } } }'


@pytest.fixture
def a(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client, "plain")


@pytest.fixture
def b(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client)


@pytest.mark.parametrize("first", ["written", "ended"])
def test_what_was_left_out_is_not_readable_once_the_link_ends(a: Store, b: Store, first: str) -> None:
    copy = planned(a, b)
    run = run_of(copy)
    excluded = {"resources": ["products"]}
    services.confirm(run, policy="update", excluded=excluded)
    if first == "written":
        work(run)
        work_off()
        a.post(f"/links/{copy.link_id}/end")
    else:
        a.post(f"/links/{copy.link_id}/end")
        work(run)
        work_off()
    rows = LedgerEntry.objects.filter(run=run.pk, resource="products")
    assert rows and all((row.after, row.detail, row.outcome) == (None, "", "skipped") for row in rows)
    assert b.get(f"/imports/{run.pk}/plan?resource=products").status_code == 200
    shown = b.json(f"/imports/{run.pk}/plan?resource=products")
    assert shown["rows"] and not any(row["changes"] for row in shown["rows"])
    assert b.get(f"/imports/{run.pk}/report").status_code == 200
    assert LedgerEntry.objects.filter(run=run.pk, outcome="created", after__isnull=False).exists()


def test_what_a_cancelled_import_did_not_come_to_is_not_readable_once_the_link_ends(a: Store, b: Store) -> None:
    copy = planned(a, b)
    run = run_of(copy)
    services.confirm(run, policy="update", excluded={})
    b.post(f"/runs/{run.pk}/cancel")
    work_off()
    assert LedgerEntry.objects.filter(run=run.pk, after__isnull=False).exists()
    a.post(f"/links/{copy.link_id}/end")
    assert not LedgerEntry.objects.filter(run=run.pk, verdict="create", after__isnull=False).exists()


DEPARTS: dict[str, Callable[[Client, Store, Copy], Any]] = {
    "link": lambda client, a, copy: a.post(f"/links/{copy.link_id}/end"),
    "store": lambda client, a, copy: deliver(client, "app/uninstalled", a.domain),
}


@pytest.mark.parametrize("departs", DEPARTS)
@pytest.mark.parametrize("end", ["plan cancelled", "cancelled while writing", "left out"])
def test_an_ended_copy_keeps_nothing_of_people_and_does_not_say_where_it_came_from(
    b: Store, sandbox: Sandbox, client: Client, end: str, departs: str
) -> None:
    a = Store(sandbox, client)
    sandbox.graphql(a.domain, PERSON)
    sandbox.graphql(a.domain, NAMING % a.domain)
    link = linked(a, b, "customers", "pages", "locales")
    copy = Copy.objects.get(pk=b.post(f"/links/{link.pk}/copy", also="customers")["Location"].split("/")[2])
    work(export_of(copy))
    work_off()
    run = work(run_of(copy))
    assert {row.split(":")[0] for row in traces("quux@example.com")} >= {"Run", "LedgerEntry"}
    if end != "plan cancelled":
        left_out = ["customers", "pages"] if end == "left out" else []
        services.confirm(run_of(copy), policy="update", excluded={"resources": left_out})
    if end == "left out":
        work(run)
    else:
        b.post(f"/runs/{run.pk}/cancel")
    work_off()
    DEPARTS[departs](client, a, copy)
    webhooks()
    webhooks()
    kept = Run.objects.get(pk=run.pk)
    assert a.domain not in f"{kept.past} {kept.cursor}"
    Run.objects.exclude(pk=run.pk).delete()  # what A's own export holds is A's
    assert traces("quux@example.com") == []
    assert b.get(f"/runs/{run.pk}/").status_code == 200
    assert b.get(f"/copies/{copy.pk}/").status_code == 200
    assert b.get(f"/imports/{run.pk}/plan").status_code == 200
    if end == "left out":
        assert b.get(f"/imports/{run.pk}/report").status_code == 200
