"""What a link does not carry is named wherever a copy is told of, with what brings it, and never as forbidden."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from imports import services
from imports.models import Copy, Import
from imports.outside import sentence
from imports.tasks import copies as work_off
from runs.models import LedgerEntry
from runs.services import cancel
from shops.crypto import seal
from shops.models import Shop
from shops.scopes import HEART, required
from tests.runs.test_lane import work
from tests.shops.test_copies import export_of, run_of, started, status
from tests.shops.test_links import Store, linked
from tests.support import Sandbox
from transfer.registry import order, scopes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

DEFAULT = ("metaobject_definitions", "metafield_definitions", "metaobjects", "products", "product_metafields")


@pytest.fixture
def a(app: Any, sandbox: Sandbox, client: Client) -> Store:
    """A store that granted what installing the app grants, and no more."""
    store = Store(sandbox, client, "boutique")
    grant(sandbox, store, required())
    return store


@pytest.fixture
def b(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client)


def grant(sandbox: Sandbox, store: Store, granted: list[str]) -> None:
    token = seal(sandbox.token(store.domain, granted))
    Shop.objects.filter(pk=store.shop.pk).update(scopes=granted, sealed_token=token)
    store.shop.refresh_from_db()


def copied(copy: Copy) -> Import:
    work(export_of(copy))
    work_off()
    return Import.objects.get(pk=work(run_of(copy)).pk)


@pytest.mark.again
def test_kinds_that_the_link_leaves_out_are_told_with_what_brings_them(a: Store, b: Store, sandbox: Sandbox) -> None:
    assert set(HEART) <= set(DEFAULT)
    copy = started(linked(a, b, *DEFAULT), b)
    told = status(copy, b)
    assert told["unlinked"] == [name for name in order() if name not in DEFAULT]
    assert told["withheld"] == []
    page = b.get(f"/copies/{copy.pk}/").content.decode()
    assert "does not carry Files, " in page
    run = copied(copy)
    missed = {kind["resource"]: kind for kind in run.plan["outside"]}
    assert missed["files"] == {"resource": "files", "by": "link", "scopes": ["read_files"]}
    assert run.plan["withheld"] == []
    page = b.get(f"/imports/{run.pk}/plan").content.decode()
    assert f"the link with {a.domain} does not carry Files" in page
    assert f"Make a new code in {a.domain} with Files" in page
    b.post(f"/imports/{run.pk}/confirm", policy="update")
    run = Import.objects.get(pk=work(run).pk)
    reasons = {group["reason"]: group for group in run.result["answer"]["reasons"]}
    assert set(reasons) - {"names_source"} == {"outside_required", "outside_reference"}
    for word in ("outside_required", "outside_reference"):
        assert reasons[word]["advice"].startswith("Make a new code in the other store with Files, ")
    details = LedgerEntry.objects.filter(run=run, reason__startswith="outside").values_list("detail", flat=True)
    assert all("may not" not in detail and "came with it." in detail for detail in details)
    report = b.get(f"/imports/{run.pk}/report").content.decode()
    assert "archive" not in "".join(re.findall(r'<div class="banner.*?</div>', report))
    assert "may not read" not in report
    lines = [json.loads(line) for line in services.report_jsonl(run)]
    assert {line["resource"] for line in lines if line["key"] is None} == set(missed)


def test_with_a_wider_link_the_same_click_brings_what_was_left_out(a: Store, b: Store, sandbox: Sandbox) -> None:
    link = linked(a, b, *DEFAULT)
    narrow = copied(started(link, b))
    assert narrow.plan["outside"]
    cancel(narrow)
    work_off()
    missed = [kind["resource"] for kind in narrow.plan["outside"]]
    grant(sandbox, a, sorted({*scopes().read}))
    assert b.post("/links/enter", code=a.code(*missed)).status_code == 302
    link.refresh_from_db()
    assert a.post(f"/links/{link.pk}/confirm", more=link.more).status_code == 302
    b.post(f"/copies/{narrow.copy.pk}/cancel")
    told = b.get(f"/imports/{narrow.pk}/plan").content.decode()
    assert "The link carries Files, " in told
    assert "by now: copy again." in told
    assert "Make a new code" not in told
    wide = copied(started(link, b))
    assert [kind["resource"] for kind in wide.plan["outside"] if kind["resource"] in missed] == []
    assert sum(own["lost"] for own in wide.plan["counts"].values()) < 10


def test_what_the_link_carries_and_nobody_ticked_is_no_fault_of_the_link(a: Store, b: Store, sandbox: Sandbox) -> None:
    grant(sandbox, a, sorted({*scopes().read}))
    run = copied(started(linked(a, b, *order()), b))
    assert {kind["by"] for kind in run.plan["outside"]} <= {"copy"}
    for kind in run.plan["outside"]:
        assert "were not ticked for this copy" in sentence(kind)
        assert "when you copy again" in sentence(kind)
