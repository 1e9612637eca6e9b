"""Anonymised exports and imports: a box beside what is exported, uploaded or copied; a word on the command line."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from exports import services as exports
from exports.models import Export
from imports.models import Copy, Import
from imports.tasks import copies as work_off
from runs.models import LedgerEntry
from runs.storage import storage
from tests.runs.test_lane import work
from tests.shops.test_links import Store, linked
from tests.support import Sandbox
from transfer.resource import Selection

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = ("anna", "holm", "kaito", "33612345678")


@pytest.fixture
def a(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client, "boutique")


@pytest.fixture
def b(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client)


def _names_nobody(run: Import) -> None:
    rows = list(LedgerEntry.objects.filter(run=run).values())
    assert len(rows) == 3
    told = f"{rows} {run.plan} {run.past}".lower()
    assert not [word for word in NAMES if word in told]


def test_an_upload(a: Store, b: Store, client: Client) -> None:
    made = work(exports.create(a.shop, Selection(frozenset({"customers"}))))
    with storage().read(made.export.archive) as file:
        archive = io.BytesIO(file.read())
    archive.name = "people.zip"
    assert 'name="anonymise"' in b.get("/imports/new").content.decode()
    address = b.post("/imports/uploads").json()["address"]
    assert client.post(address, {"archive": archive, "anonymise": "1"}).status_code == 201
    work(Import.objects.get())
    run = Import.objects.get()
    assert run.plan["anonymised"] is True
    _names_nobody(run)
    assert "nothing of this import names anybody" in b.get(f"/imports/{run.pk}/plan").content.decode()


def test_a_copy(a: Store, b: Store) -> None:
    link = linked(a, b, "customers")
    assert 'name="anonymise"' in b.get("/links").content.decode()
    assert b.post(f"/links/{link.pk}/copy", also=["customers"], anonymise="1").status_code == 302
    assert Copy.objects.get().anonymise
    work(Export.objects.get())
    work_off()
    run = Import.objects.get()
    work(run)
    _names_nobody(Import.objects.get(pk=run.pk))


def test_commands(a: Store, b: Store, capsys: Any) -> None:
    chosen = ("--only", "customers", "--anonymise", "--yes", "--inline", "--json")
    for created in (3, 0):
        with pytest.raises(SystemExit) as end:
            call_command("copy_store", a.domain, b.domain, *chosen)
        assert end.value.code == 0
        printed = json.loads(capsys.readouterr().out)
        assert printed["result"]["resources"]["customers"]["created"] == created
        assert "anna" not in json.dumps(printed).lower()


def test_an_export(a: Store, b: Store, client: Client) -> None:
    """Whoever gets the archive cannot tell who anybody is, and is not asked to replace names again."""
    assert 'name="anonymise"' in a.get("/exports/new").content.decode()
    started = a.post("/exports/new", resources=["customers", "customer_metafields"], anonymise="1")
    work(Export.objects.get())
    made = Export.objects.get()
    assert (made.anonymise, made.result["anonymised"]) == (True, True)
    assert "the archive names nobody" in a.get(started["Location"]).content.decode()
    with storage().read(made.archive) as file:
        archive = io.BytesIO(file.read())
    with zipfile.ZipFile(archive) as opened:
        told = "".join(opened.read(name).decode() for name in opened.namelist()).lower()
    assert '"anonymised":true' in told
    assert not [word for word in NAMES if word in told + json.dumps(made.result).lower()]
    archive.seek(0)
    archive.name = "nobody.zip"
    assert client.post(b.post("/imports/uploads").json()["address"], {"archive": archive}).status_code == 201
    work(Import.objects.get())
    run = Import.objects.get()
    assert (run.anonymise, run.plan["anonymised"]) == (False, True)
    _names_nobody(run)
    page = b.get(f"/imports/{run.pk}/plan").content.decode()
    assert "nothing of this import names anybody" in page
    assert "Replace people's names and plan again" not in page


def test_a_form_that_is_refused_keeps_the_tick(a: Store) -> None:
    refused = a.post("/exports/new", anonymise="1")
    assert refused.status_code == 422
    assert 'name="anonymise" value="1" checked' in refused.content.decode()


def test_an_export_by_command(a: Store, tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "people.zip"
    call_command(
        *("export_store", a.domain, "--only", "customers", "--anonymise", "--inline", "--json", "--out", str(path))
    )
    assert json.loads(capsys.readouterr().out)["anonymised"] is True
    with zipfile.ZipFile(path) as opened:
        told = "".join(opened.read(name).decode() for name in opened.namelist()).lower()
    assert "@example.com" in told
    assert not [word for word in NAMES if word in told]
