"""Runs whose files are gone: the database was restored, and the files were not."""

from __future__ import annotations

import io
import logging
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from exports import services as exports
from exports.models import Spreadsheet
from imports import services as imports
from imports.models import Import
from imports.tasks import copies as work_off
from runs import engine
from runs.engine import work_slice
from runs.models import Run
from runs.states import Status
from runs.storage import storage
from tests.runs.test_lane import imported, installed, work
from tests.shops.test_copies import export_of, run_of, started
from tests.shops.test_copies import status as status_of_copy
from tests.shops.test_links import Store, linked
from tests.support import Sandbox
from tests.web.test_pages import bearer, streamed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

AGAIN = "The files of this run are gone; "


def lose(run: Any) -> None:
    """A restore of the database alone: the row is there, its files are not."""
    storage().delete_tree(run.prefix)


def reach(run: Run, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Works until this step is the next one: a slice that looks at every checkpoint ends with each stage."""
    with monkeypatch.context() as patch:
        patch.setattr(engine, "LOOK_SECONDS", -1.0)
        patch.setattr(engine._Slice, "_over", lambda self, worked: True)
        while run.step != step:
            assert work_slice()
            run.refresh_from_db()


def failed_at_once(run: Run, caplog: pytest.LogCaptureFixture) -> str:
    """The sentence of a run that one slice has ended, without a traceback."""
    caplog.clear()
    with caplog.at_level(logging.ERROR):
        work_slice()
    run.refresh_from_db()
    assert (run.status, run.reason, run.failures) == (Status.FAILED, "files_gone", 0)
    assert [record.exc_info for record in caplog.records] == [None]
    return str(run.message)


def test_an_upload_that_is_gone_before_its_check_is_to_be_uploaded_again(
    app: Any, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    source, target = (installed(sandbox, sandbox.shop(seed)) for seed in ("plain", "empty"))
    exported = work(exports.create(source))
    with storage().read(exported.export.archive) as archive:
        run = imports.create(target, name="a.zip", upload=archive)
    lose(run)
    assert failed_at_once(run, caplog) == f"{AGAIN}upload the archive again."


def test_an_export_whose_parts_are_gone_is_to_be_done_again(
    app: Any, sandbox: Sandbox, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = exports.create(installed(sandbox, sandbox.shop("plain")))
    reach(run, "resolve", monkeypatch)
    lose(run)
    assert failed_at_once(run, caplog) == f"{AGAIN}export again."


def test_what_is_written_and_proven_stands_without_its_archive(
    app: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = (installed(sandbox, sandbox.shop(seed)) for seed in ("plain", "empty"))
    run = imported(sandbox, target, source)
    run.refresh_from_db()
    assert imports.confirm(run, policy="update", excluded={})
    reach(run, "annotate", monkeypatch)
    lose(run)
    assert work(run).status == Status.SUCCEEDED, run.message
    assert run.result["totals"]["verified"] == run.result["totals"]["source"] > 10


def test_of_a_spreadsheet_only_the_annotated_file_is_missing(app: Any, sandbox: Sandbox, client: Client) -> None:
    target = installed(sandbox, sandbox.shop("plain"))
    address = client.post("/imports/uploads", headers=bearer(target.domain)).json()["address"]
    rows = "Key,title,vendor\nshirt-0,New,\nnot-there,Other,\n"
    answer = client.post(address, {"archive": SimpleUploadedFile("products.csv", rows.encode())})
    run = Import.objects.get(pk=answer.json()["run"])
    work(run)
    assert imports.confirm(run, policy="update", excluded={"resources": ["products"]})
    lose(run)
    work(run)
    assert (run.status, bool(run.result), run.annotated) == (Status.SUCCEEDED, True, "")


def test_an_export_without_its_file_offers_no_download_and_says_why(app: Any, sandbox: Sandbox, client: Client) -> None:
    shop = installed(sandbox, sandbox.shop("plain"))
    run = work(exports.create(shop))
    own, page = bearer(shop.domain), {**bearer(shop.domain), "Accept": "text/html"}
    link = client.post(f"/exports/{run.pk}/download-link", headers=own).json()["url"]
    assert "data-download" in client.get(f"/runs/{run.pk}/", headers=page).content.decode()
    lose(run)
    why = "The file of this export is gone; export again."
    shown = client.get(f"/runs/{run.pk}/", headers=page).content.decode()
    assert ("data-download" in shown, "As XLSX" in shown, why in shown) == (False, False, True)
    status = client.get(f"/runs/{run.pk}/status.json", headers=own).json()
    assert (status["status"], status["message"]) == ("succeeded", why)
    mint = client.post(f"/exports/{run.pk}/download-link", headers=own)
    sheet = client.post(f"/exports/{run.pk}/spreadsheet", {"form": "xlsx"}, headers=own)
    assert [(one.status_code, one.json()["error"]) for one in (mint, sheet)] == [(410, why)] * 2
    late = client.get(link)
    assert (late.status_code, why in late.content.decode()) == (410, True)
    assert f'value="{run.pk}"' not in client.get("/comparisons/new", headers=page).content.decode()


def test_a_spreadsheet_without_its_file_is_made_again(app: Any, sandbox: Sandbox, client: Client) -> None:
    shop = installed(sandbox, sandbox.shop("plain"))
    own = bearer(shop.domain)
    export = work(exports.create(shop))

    def made() -> Any:
        answer = client.post(f"/exports/{export.pk}/spreadsheet", {"form": "csv"}, headers=own)
        return work(Spreadsheet.objects.get(pk=answer["Location"].split("/")[2]))

    first = made()
    lose(first)
    status = client.get(f"/runs/{first.pk}/status.json", headers=own).json()
    assert status["message"] == "The file of this spreadsheet is gone; make the spreadsheet again."
    second = made()
    assert (second.status, second.pk == first.pk) == (Status.SUCCEEDED, False)
    link = client.post(f"/exports/{second.pk}/download-link", headers=own).json()["url"]
    assert io.BytesIO(streamed(client.get(link))).read(2) == b"PK"


def test_a_copy_whose_files_are_gone_ends_and_says_so(app: Any, sandbox: Sandbox, client: Client) -> None:
    a, b = Store(sandbox, client, "plain"), Store(sandbox, client)
    reading = started(linked(a, b), b)
    lose(work(export_of(reading)))
    work_off()
    told = status_of_copy(reading, b)
    assert (told["status"], told["message"]) == (
        "failed",
        "What was read in the other store is gone. Start the copy anew.",
    )


def test_a_copy_whose_import_lost_its_files_is_to_be_started_anew(app: Any, sandbox: Sandbox, client: Client) -> None:
    a, b = Store(sandbox, client, "plain"), Store(sandbox, client)
    copy = started(linked(a, b), b)
    work(export_of(copy))
    work_off()
    run = run_of(copy)
    lose(run)
    work(run)
    assert (run.reason, run.message) == ("files_gone", f"{AGAIN}start the copy anew.")
    work_off()
    assert status_of_copy(copy, b)["message"] == run.message
