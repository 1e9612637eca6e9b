"""What merchants read is in their words: no name of a kind, a reason, a permission or a type as programs write it."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.test import Client

from imports.models import Import
from runs.ledger import address_of
from runs.models import LedgerEntry, Run
from runs.storage import storage
from shops.models import Shop
from shops.scopes import required
from tests.operations.test_admin import INTERNAL, shown
from tests.runs.test_lane import work
from tests.shops.test_copies import export_of, planned, run_of
from tests.shops.test_links import Store
from tests.support import Sandbox
from tests.web.test_plan_again import grant

pytestmark = pytest.mark.django_db(transaction=True)

PROGRAMS = re.compile(
    r"shopsync:|shopsync%3A|gid://|\b(?:read|write)_[a-z]+|\b(?:list\.)?[a-z_]+_(?:reference|field)\b"
)
READ_OUT = re.compile(r'(?:aria-label|title|alt)="([^"]*)"')


@pytest.fixture
def a(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client, "boutique")


@pytest.fixture
def b(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client)


def wrong_on(store: Store, path: str) -> list[str]:
    answer = store.get(path)
    assert answer.status_code == 200, path
    page = answer.content.decode()
    text = "\n".join([shown(page), *READ_OUT.findall(page)])
    found = {word for word in re.findall(r"[a-z]+(?:_[a-z]+)+", text) if word in INTERNAL}
    found |= set(PROGRAMS.findall(text))
    return [f"{path}: {sorted(found)}"] if found else []


def test_no_page_of_a_copy_shows_a_word_of_the_program(a: Store, b: Store, sandbox: Sandbox) -> None:
    scopes = [scope for scope in a.shop.scopes if scope not in ("read_locales", "read_legal_policies")]
    Shop.objects.filter(pk=a.shop.pk).update(scopes=scopes)
    grant(b, "write_files", "write_content")
    copy = planned(a, b)
    run = run_of(copy)
    pages = ["/", "/exports/new", "/imports/new", "/links", "/copies/", f"/copies/{copy.pk}/", "/comparisons/new"]
    wrong = [line for path in (*pages, f"/imports/{run.pk}/plan?verdict=all") for line in wrong_on(b, path)]
    wrong += wrong_on(a, f"/runs/{export_of(copy).pk}/")
    b.post(f"/imports/{run.pk}/confirm", policy="update")
    work(run)
    own = f"/imports/{run.pk}"
    words = ("created", "unchanged", "skipped", "failed")
    for path in (f"/runs/{run.pk}/", f"{own}/report", *(f"{own}/report?outcome={word}" for word in words)):
        wrong += wrong_on(b, path)
    # Records of which a text names the source store show what people wrote, ids and all.
    rows = LedgerEntry.objects.filter(run=run).exclude(reason="names_source").order_by("resource", "place")
    some: dict[tuple[str, str, str], LedgerEntry] = {(one.resource, one.outcome, one.reason): one for one in rows}
    for entry in some.values():
        wrong += wrong_on(b, f"{own}/records/{address_of(entry.place, entry.number)}")
    assert not wrong, "\n".join(wrong)


def test_an_upload_is_refused_in_the_words_of_the_admin(a: Store, b: Store, client: Client) -> None:
    made = planned(a, b, "products")
    with storage().read(run_of(made).archive) as file:
        archive = io.BytesIO(file.read())
    archive.name = "store.zip"
    Shop.objects.filter(pk=b.shop.pk).update(scopes=required())
    refused = client.post(b.post("/imports/uploads").json()["address"], {"archive": archive})
    assert refused.status_code == 422
    assert refused.json()["error"] == (
        "The app may not write this yet; let it write products by opening it in the store."
    )
    assert Run.objects.filter(pk__in=Import.objects.values("pk")).count() == 1
