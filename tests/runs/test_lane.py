"""One shop, one run at a time; and twenty-four hours after its end, nothing."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.utils import timezone

from exports import services as exports
from imports import services as imports
from runs import lane
from runs.engine import work_slice
from runs.expiry import purge_expired, sweep_files
from runs.models import IdEntry, Lane, LedgerEntry, Run
from runs.services import cancel, confirm_waiting
from runs.states import ACTIVE, EXPIRING, TRANSITIONS, Status
from runs.storage import storage
from shops.models import Grant, Shop
from tests.support import Sandbox

pytestmark = pytest.mark.django_db(transaction=True)


def installed(sandbox: Sandbox, domain: str) -> Shop:
    shop = Shop(domain=domain, grant=Grant.FIXED)
    from shops.crypto import seal

    shop.sealed_token = seal(sandbox.token(domain))
    shop.save()
    return shop


def work(run: Run, slices: int = 200) -> Run:
    for _ in range(slices):
        run.refresh_from_db()
        if run.status not in ACTIVE:
            return run
        work_slice()
    raise AssertionError(f"{run} did not come to rest: {run.status} {run.step} {run.message}")


def imported(sandbox: Sandbox, target: Shop, source: Shop) -> Any:
    exported = work(exports.create(source))
    with storage().read(exported.export.archive) as archive:
        run = imports.create(target, name="a.zip", upload=archive)
    assert work(run).status == Status.WAITING
    return run


def test_every_status_is_active_or_expiring_and_every_edge_is_known() -> None:
    assert set(Status) == ACTIVE | EXPIRING
    assert not ACTIVE & EXPIRING
    assert set(TRANSITIONS) == set(Status)


def test_export_and_import_through_the_rows(app: Any, sandbox: Sandbox) -> None:
    source, target = (installed(sandbox, sandbox.shop(seed)) for seed in ("plain", "empty"))
    run = imported(sandbox, target, source)
    assert imports.confirm(run, policy="update", excluded={})
    assert work(run).status == Status.SUCCEEDED
    assert run.result["totals"]["verified"] == run.result["totals"]["source"] > 10
    assert not imports.confirm(run, policy="update", excluded={})


def test_a_worker_that_lost_its_lease_saves_nothing(app: Any, sandbox: Sandbox) -> None:
    shop = installed(sandbox, sandbox.shop("plain"))
    exports.create(shop)
    held = lane.take("first")
    assert held is not None
    assert lane.take("second") is None
    Lane.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    other = lane.take("second")
    assert other is not None
    assert other.abandoned
    with pytest.raises(lane.Fenced), lane.fenced(held):
        Run.objects.update(message="written by a ghost")
    assert not Run.objects.filter(message="written by a ghost").exists()


def test_shops_take_turns(app: Any, sandbox: Sandbox) -> None:
    app.SLICE_SECONDS = 0.05
    shops = [installed(sandbox, sandbox.shop("plain")) for _ in range(8)]
    runs = [exports.create(shop) for shop in shops]
    served = []
    for _ in range(len(shops)):
        work_slice()
        served.append(Lane.objects.exclude(served_at=None).latest("served_at").shop_id)
    assert sorted(served) == sorted(shop.pk for shop in shops)
    assert all(work(run).status == Status.SUCCEEDED for run in runs)


def test_runs_of_one_shop_go_oldest_first(app: Any, sandbox: Sandbox) -> None:
    shop = installed(sandbox, sandbox.shop("plain"))
    first, second = exports.create(shop), exports.create(shop)
    work(first)
    second.refresh_from_db()
    assert second.status == Status.QUEUED


def test_a_run_whose_workers_keep_dying_fails_and_the_next_goes_on(app: Any, sandbox: Sandbox) -> None:
    shop = installed(sandbox, sandbox.shop("plain"))
    poison, following = exports.create(shop), exports.create(shop)
    for _ in range(app.POISON_LIMIT + 1):
        assert lane.take("dies") is not None
        Run.objects.filter(pk=poison.pk).update(failures=Run.objects.get(pk=poison.pk).failures + 1)
        Lane.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    work_slice()
    poison.refresh_from_db()
    assert (poison.status, poison.reason) == (Status.FAILED, "poison")
    assert work(following).status == Status.SUCCEEDED


def test_an_unreachable_shop_keeps_its_place_and_says_so(app: Any, sandbox: Sandbox) -> None:
    domain = sandbox.shop("plain")
    run = exports.create(installed(sandbox, domain))
    app.SHOPIFY_API_ORIGIN = "http://127.0.0.1:9/{shop}"
    work_slice()
    run.refresh_from_db()
    assert run.status == Status.WORKING
    assert run.not_before is not None
    assert run.outage_since is not None
    assert not work_slice()


def test_cancelling_before_a_worker_came_is_immediate(app: Any, sandbox: Sandbox) -> None:
    run = exports.create(installed(sandbox, sandbox.shop("plain")))
    assert cancel(run)
    run.refresh_from_db()
    assert run.status == Status.CANCELLED
    assert not cancel(run)


def test_a_bad_archive_is_refused_before_anything_is_written(app: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    from transfer.archive import ArchiveError

    path = tmp_path / "bad.zip"
    path.write_bytes(b"no zip")
    with path.open("rb") as file, pytest.raises(ArchiveError):
        imports.create(installed(sandbox, sandbox.shop()), name="bad.zip", upload=file)
    assert not Run.objects.exists()
    assert list(storage().list("")) == []


def test_after_the_purge_neither_rows_nor_files_remain(app: Any, sandbox: Sandbox) -> None:
    source, target = (installed(sandbox, sandbox.shop(seed)) for seed in ("plain", "empty"))
    imported(sandbox, target, source)
    assert purge_expired() == 0
    Run.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert purge_expired() == 2
    assert not any(model.objects.exists() for model in (Run, LedgerEntry, IdEntry))
    assert list(storage().list("")) == []


def test_confirming_and_purging_exclude_each_other(app: Any, sandbox: Sandbox) -> None:
    source, target = (installed(sandbox, sandbox.shop(seed)) for seed in ("plain", "empty"))
    run = imported(sandbox, target, source)
    Run.objects.filter(pk=run.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert not confirm_waiting(run, "decide")
    assert purge_expired() >= 1


def test_files_without_a_row_are_swept(app: Any, sandbox: Sandbox) -> None:
    name = "00000000-0000-4000-8000-000000000000/left behind"
    with storage().write(name) as file:
        file.write(b"x")
    assert sweep_files() == 0  # it may be an upload whose row comes in a moment
    os.utime((storage().root / name).parent, (0, 0))
    assert sweep_files() == 1
    assert not storage().exists(name)


def test_what_was_being_uploaded_when_the_web_died_is_swept(app: Any, settings: Any, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    upload = TemporaryUploadedFile("archive.zip", "application/zip", 3, None)
    path = Path(upload.temporary_file_path())
    assert sweep_files() == 0  # it may still come
    os.utime(path, (0, 0))
    assert sweep_files() == 1
    assert not path.exists()
    upload.close()
