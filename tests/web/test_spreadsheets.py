"""Spreadsheets on the pages: made when asked for, downloaded, edited, uploaded, given back with their errors."""

from __future__ import annotations

import io
import json
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from exports import services as exports
from exports.models import Spreadsheet
from imports.models import Import
from runs.expiry import purge_expired
from runs.models import LedgerEntry, Run
from runs.services import expire_now
from runs.states import Status
from runs.storage import storage
from tests.builder import Builder
from tests.runs.test_lane import installed, work
from tests.support import Sandbox
from tests.transfer.test_sheets_import import cell, edited
from tests.web.test_pages import bearer, streamed

TEXT = "single_line_text_field"

pytestmark = pytest.mark.django_db(transaction=True)


def _download(client: Client, shop: str, run: Any) -> Any:
    link = client.post(f"/exports/{run.pk}/download-link", headers=bearer(shop))
    return client.get(link.json()["url"])


def _asked(client: Client, shop: str, export: Any, form: str) -> Any:
    answer = client.post(f"/exports/{export.pk}/spreadsheet", {"form": form}, headers=bearer(shop))
    assert answer.status_code == 302
    return work(Spreadsheet.objects.get(form=form))


def _upload(client: Client, shop: str, content: bytes, name: str, **more: Any) -> Any:
    address = client.post("/imports/uploads", headers=bearer(shop)).json()["address"]
    answer = client.post(address, {"archive": SimpleUploadedFile(name, content), **more})
    assert answer.status_code == 201, answer.content
    return work(Run.objects.get(pk=answer.json()["run"]))


def test_a_store_is_downloaded_edited_and_uploaded(app: Any, sandbox: Sandbox, client: Client) -> None:
    shop = installed(sandbox, sandbox.shop("plain"))
    export = work(exports.create(shop)).export
    made = _asked(client, shop.domain, export, "xlsx")
    assert made.status == Status.SUCCEEDED
    again = client.post(f"/exports/{export.pk}/spreadsheet", {"form": "xlsx"}, headers=bearer(shop.domain))
    assert again["Location"] == f"/runs/{made.pk}/"
    page = client.get(f"/runs/{made.pk}/", headers={**bearer(shop.domain), "Accept": "text/html"})
    assert b"XLSX of" in page.content
    answer = _download(client, shop.domain, made)
    assert answer["Content-Disposition"].endswith('.xlsx"')
    xlsx = streamed(answer)
    changed = edited(xlsx, lambda book: setattr(cell(book["products"], "title", 2), "value", "By hand"))
    run = _upload(client, shop.domain, changed, "store.xlsx")
    assert run.status == Status.WAITING
    assert sum(own["update"] for own in run.plan["counts"].values()) == 1
    assert run.plan["source_shop"] == shop.domain


def test_csv_files_are_uploaded_as_a_zip(app: Any, sandbox: Sandbox, client: Client) -> None:
    shop = installed(sandbox, sandbox.shop("plain"))
    made = _asked(client, shop.domain, work(exports.create(shop)).export, "csv")
    answer = _download(client, shop.domain, made)
    assert answer["Content-Disposition"].endswith('.csv.zip"')
    run = _upload(client, shop.domain, streamed(answer), "store.csv.zip")
    assert {word for own in run.plan["counts"].values() for word, count in own.items() if count} == {"unchanged"}


def test_one_csv_file_is_uploaded_alone(app: Any, sandbox: Sandbox, client: Client) -> None:
    shop = installed(sandbox, sandbox.shop("plain"))
    content = "Key;title\r\nshirt-0;Größer\r\n".encode("utf-16")
    run = _upload(client, shop.domain, content, "products (1).csv")
    assert run.status == Status.WAITING
    assert {name: own["update"] for name, own in run.plan["counts"].items() if own["update"]} == {"products": 1}
    address = client.post("/imports/uploads", headers=bearer(shop.domain)).json()["address"]
    answer = client.post(address, {"archive": SimpleUploadedFile("my shop.csv", content)})
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("The name of a CSV file says which sheet it is")


def test_a_wrong_file_comes_back_with_its_errors(app: Any, sandbox: Sandbox, client: Client) -> None:
    shop, other = installed(sandbox, sandbox.shop("plain")), installed(sandbox, sandbox.shop())
    xlsx = streamed(
        _download(client, shop.domain, _asked(client, shop.domain, work(exports.create(shop)).export, "xlsx"))
    )
    wrong = edited(xlsx, lambda book: setattr(cell(book["products"], "Command", 2), "value", "SMASH"))
    run = _upload(client, shop.domain, wrong, "store.xlsx")
    assert run.status == Status.FAILED
    assert run.message.startswith("Sheet products, row 2, column Command: ")
    page = client.get(f"/runs/{run.pk}/", headers={**bearer(shop.domain), "Accept": "text/html"}).content.decode()
    assert f'href="/imports/{run.pk}/errors.xlsx"' in page
    assert client.get(f"/imports/{run.pk}/errors.xlsx", headers=bearer(other.domain)).status_code == 404
    answer = client.get(f"/imports/{run.pk}/errors.xlsx", headers=bearer(shop.domain))
    book = openpyxl.load_workbook(io.BytesIO(streamed(answer)))
    assert book["products"].cell(2, 1).value.startswith("Command: ")
    book.close()


def test_a_spreadsheet_is_nobody_elses_and_goes_with_its_export(app: Any, sandbox: Sandbox, client: Client) -> None:
    shop, other = installed(sandbox, sandbox.shop("plain")), installed(sandbox, sandbox.shop())
    export = work(exports.create(shop)).export
    made = _asked(client, shop.domain, export, "csv")
    for path in (f"/exports/{export.pk}/spreadsheet", f"/exports/{made.pk}/download-link"):
        assert client.post(path, {"form": "csv"}, headers=bearer(other.domain)).status_code == 404
    answer = client.post(f"/exports/{export.pk}/spreadsheet", {"form": "pdf"}, headers=bearer(shop.domain))
    assert (answer.status_code, json.loads(answer.content)["error"]) == (422, "A spreadsheet is one of xlsx, csv.")
    expire_now(export)
    purge_expired()
    assert not Run.objects.exists()
    assert not list(storage().list(""))


def test_a_file_is_compared_with_the_store_and_with_another_file(app: Any, sandbox: Sandbox, client: Client) -> None:
    shop = installed(sandbox, sandbox.shop("plain"))
    export = work(exports.create(shop)).export
    archive = streamed(_download(client, shop.domain, export))
    xlsx = streamed(_download(client, shop.domain, _asked(client, shop.domain, export, "xlsx")))
    changed = edited(xlsx, lambda book: setattr(cell(book["products"], "title", 2), "value", "By hand"))
    html = {**bearer(shop.domain), "Accept": "text/html"}
    assert b'name="purpose" value="compare"' in client.get("/comparisons/new", headers=html).content
    writes = sandbox.stats(shop.domain)["mutations"]
    same = _upload(client, shop.domain, archive, "store.zip", purpose="compare")
    assert (same.status, same.result["equal"]) == (Status.SUCCEEDED, True)
    assert same.result["totals"]["equal"] > 10
    other = SimpleUploadedFile("store.xlsx", changed)
    run = _upload(client, shop.domain, archive, "store.zip", purpose="compare", other=other)
    assert (run.status, run.result["totals"]["differing"]) == (Status.SUCCEEDED, 1)
    page = client.get(f"/runs/{run.pk}/", headers=html).content.decode()
    assert "store.zip" in page and "store.xlsx" in page and "<bdi>Title</bdi>" in page
    wrong = edited(xlsx, lambda book: setattr(cell(book["products"], "Command", 2), "value", "SMASH"))
    failed = _upload(client, shop.domain, wrong, "store.xlsx", purpose="compare")
    assert (failed.status, failed.message.partition(":")[0]) == (
        Status.FAILED,
        "Sheet products, row 2, column Command",
    )
    for known, second in ((failed, None), (None, SimpleUploadedFile("store.xlsx", wrong))):
        bad = known or _upload(client, shop.domain, archive, "store.zip", purpose="compare", other=second)
        book = openpyxl.load_workbook(
            io.BytesIO(streamed(client.get(f"/imports/{bad.pk}/errors.xlsx", headers=bearer(shop.domain))))
        )
        assert book["products"].cell(2, 1).value.startswith("Command: ")
        book.close()
    assert sandbox.stats(shop.domain)["mutations"] == writes


def test_a_comparison_names_what_a_row_leaves_out(app: Any, sandbox: Sandbox, client: Client) -> None:
    shop = installed(sandbox, sandbox.shop("plain"))
    rows = b"Command,Key,title\nIGNORE,shirt-0,Other\n,shirt-1,Another title\n"
    run = _upload(client, shop.domain, rows, "products.csv", purpose="compare")
    totals = run.result["totals"]
    assert (totals["differing"], totals["ignored"], totals["only_right"]) == (1, 1, 0)
    html = {**bearer(shop.domain), "Accept": "text/html"}
    page = client.get(f"/runs/{run.pk}/", headers=html).content.decode()
    assert "1 record was left out, because a row says IGNORE." in page
    assert "<bdi>shirt-0</bdi>" in page


def test_the_rest_of_a_new_row_is_merged(app: Any, sandbox: Sandbox, client: Client) -> None:
    """Its NEW was carried out; what it refers to came later. A row that met another's record stays a conflict."""
    shop = Builder(sandbox)
    shop.define("mat", {"key": "name", "type": TEXT}, {"key": "prod", "type": "product_reference"})
    shop.entry("mat", "own", name="Own")
    installed(sandbox, shop.shop)
    head = f"Command,Key,fields.name [{TEXT}],fields.prod [product_reference]"
    rows = f"{head}\nNEW,e1,E1,gone\nNEW,own,Ours,\n".encode()
    run = _ended(client, shop.shop, _upload(client, shop.shop, rows, "metaobjects (mat).csv"))
    assert _lines(run) == {"mat/e1": ("created", "unresolved_reference", 1), "mat/own": ("failed", "exists", 0)}
    for verdict, lost in (("unchanged", 1), ("update", 0)):  # twice over: what a rest does not bring either stays known
        client.post(f"/imports/{run.pk}/rest", headers=bearer(shop.shop))
        run = work(Import.objects.latest("created_at"))
        row = LedgerEntry.objects.get(run=run, key="mat/e1")
        assert (row.verdict, len(row.lost)) == (verdict, lost)
        if lost:
            shop.product("gone", {"Size": ["S"]})
            run = _ended(client, shop.shop, run)
    assert _lines(_ended(client, shop.shop, run)) == {"mat/e1": ("updated", "", 0), "mat/own": ("failed", "exists", 0)}


def _ended(client: Client, shop: str, run: Any) -> Any:
    assert run.status == Status.WAITING, run.message
    client.post(f"/imports/{run.pk}/confirm", {"policy": "update"}, headers=bearer(shop))
    return work(run)


def _lines(run: Any) -> dict[str, tuple[str, str, int]]:
    rows = LedgerEntry.objects.filter(run=run)
    return {row.key: (row.outcome, row.reason, len(row.lost)) for row in rows}
