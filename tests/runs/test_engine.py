"""Slices that meet trouble: cancelled, starved, overrun, out of disk, or taken over."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from exports import services as exports
from runs import engine, kinds, lane
from runs.engine import SAY_AFTER, work_slice
from runs.expiry import purge_expired
from runs.models import Lane, Run, Service
from runs.services import cancel, drain
from runs.states import Status
from runs.status import DRAINED, FULL, PAUSED, status_of
from shopify_client import AccessDenied
from shops.models import Shop
from tests.runs.test_lane import installed, work
from tests.support import ROOT, Sandbox
from tests.web.test_pages import bearer
from transfer.resource import Ask, Talk
from transfer.stages import Stage
from transfer.stages.step import without_names
from transfer.talk import ask_all
from transfer.work import Checkpoint, Cursor, Desk

pytestmark = pytest.mark.django_db(transaction=True)

Work = Callable[[Desk, Cursor], Iterator[Checkpoint]]


class Died(BaseException):
    """What a killed process leaves: nothing is tidied up."""


def only_stage(monkeypatch: pytest.MonkeyPatch, work_: Work) -> None:
    """Exports consist of this one stage."""
    stage = Stage("only", "Only", lambda desk, cursor, past, options: work_(desk, cursor))
    kind = kinds.kind_of(Run(kind="export"))
    finish = lambda run, desk: kinds.Finish(Status.SUCCEEDED, {})  # noqa: E731
    fields = {name: getattr(kind, name) for name in kind.__slots__} | {"stages": (stage,), "finish": finish}
    monkeypatch.setitem(kinds._KINDS, "export", kinds.RunKind(**fields))


def die(monkeypatch: pytest.MonkeyPatch) -> None:
    """Works a slice whose process dies in it, and lets its lease run out."""
    with monkeypatch.context() as patch, pytest.raises(Died):
        patch.setattr(lane, "release", lambda held: None)
        work_slice()
    Lane.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


# -- cancelling --------------------------------------------------------------------------------------------------


def test_two_seconds_after_cancelling_nothing_new_is_sent(app: Any) -> None:
    """The hard case: a spent budget, so that requests stand in line for points for longer than that."""
    own = Sandbox("--plan", "standard", "--latency-ms", "100")
    try:
        domain = own.shop("boutique", products=150)
        app.SHOPIFY_API_ORIGIN = own.origin
        shop = installed(own, domain)
        Shop.objects.update(bucket={"level": -500.0, "maximum": 2000.0, "rate": 100.0, "at": time.time()})
        run = exports.create(shop)
        began = time.monotonic()
        acknowledged: list[float] = []

        def stop() -> bool:
            if not acknowledged and time.monotonic() - began > 1:
                assert cancel(run)
                acknowledged.append(time.monotonic())
                run.refresh_from_db()
                assert status_of(run)["status"] == "cancelling"
                threading.Timer(2.0, lambda: counts.append(own.stats(domain)["requests"])).start()
            return False

        counts: list[int] = []
        work_slice(stop=stop)
        run.refresh_from_db()
        assert run.status == Status.CANCELLED
        assert time.monotonic() - acknowledged[0] < 3
        time.sleep(4)
        assert counts == [own.stats(domain)["requests"]]
    finally:
        own.stop()


def test_cancelling_does_not_wait_for_the_time_that_the_run_waits_for(app: Any, sandbox: Sandbox) -> None:
    run = exports.create(installed(sandbox, sandbox.shop("plain")))
    held = lane.take("dies")
    assert held is not None
    Run.objects.update(status=Status.WORKING, not_before=timezone.now() + timedelta(hours=1))
    assert cancel(run)
    Lane.objects.update(lease_until=timezone.now() - timedelta(seconds=1), paused_at=timezone.now())
    assert work_slice()
    run.refresh_from_db()
    assert run.status == Status.CANCELLED


def test_a_run_that_waits_without_a_worker_is_cancelled_by_the_view(app: Any, sandbox: Sandbox) -> None:
    run = exports.create(installed(sandbox, sandbox.shop("plain")))
    app.SHOPIFY_API_ORIGIN = "http://127.0.0.1:9/{shop}"
    work_slice()
    assert cancel(run)
    run.refresh_from_db()
    assert run.status == Status.CANCELLED


# -- whose turn it is --------------------------------------------------------------------------------------------


def test_a_slice_gives_way_to_another_shop_but_never_before_it_got_somewhere(
    app: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.TURN_SECONDS = 0.1
    monkeypatch.setattr(engine, "LOOK_SECONDS", 0.0)
    asked: list[bool] = []

    def steps(desk: Desk, cursor: Cursor) -> Iterator[Checkpoint]:
        time.sleep(0.2)
        asked.append(desk.stopping())
        yield Checkpoint({"at": 1})
        asked.append(desk.stopping())
        yield Checkpoint({"at": 2})

    only_stage(monkeypatch, steps)
    for _ in range(2):
        exports.create(installed(sandbox, sandbox.shop()))
    work_slice()
    assert asked == [False, True]


def test_a_paused_lane_is_left_alone_and_keeps_its_line(app: Any, sandbox: Sandbox) -> None:
    shop = installed(sandbox, sandbox.shop("plain"))
    runs = [exports.create(shop) for _ in range(3)]
    Lane.objects.update(paused_at=timezone.now())
    assert not work_slice()
    assert [status_of(run)["ahead"] for run in runs] == [0, 1, 2]
    assert all(status_of(run)["lane_paused"] and status_of(run)["halted_label"] == PAUSED for run in runs)
    Lane.objects.update(paused_at=None)
    assert all(work(run).status == Status.SUCCEEDED for run in runs)


def test_a_drained_service_is_told_to_those_who_wait(app: Any, sandbox: Sandbox) -> None:
    run = exports.create(installed(sandbox, sandbox.shop("plain")))
    before = status_of(run)["updated"]
    drain(True, "ada")
    told = status_of(run)
    assert (told["drained"], told["halted_label"]) == (True, DRAINED)
    assert told["updated"] != before
    assert not work_slice()
    drain(False, "ada")
    assert status_of(run)["halted_label"] is None
    assert status_of(work(run))["halted_label"] is None


def test_a_full_disk_is_told_although_nobody_can_write_it_down(
    app: Any, sandbox: Sandbox, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even a checkpoint: where SQLite is on the same disk, what has no room cannot say so."""
    shop = installed(sandbox, sandbox.shop("plain"))
    run = exports.create(shop)
    before = status_of(run)
    assert before["waits_for"] is None
    monkeypatch.setattr("runs.storage.LEAST", 1 << 62)
    told = status_of(run)
    assert (told["waits_for"], told["waits_for_label"]) == ("no_room", FULL)
    assert told["updated"] != before["updated"]
    assert told["rate"] is told["seconds_left"] is None
    page = client.get(f"/runs/{run.pk}/status.json?updated={before['updated']}", headers=bearer(shop.domain))
    assert page.json()["waits_for_label"] == FULL
    monkeypatch.undo()
    assert status_of(run)["waits_for_label"] is None
    assert status_of(work(run))["waits_for_label"] is None


def test_pausing_ends_the_slice(app: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "LOOK_SECONDS", 0.0)
    asked: list[bool] = []

    def steps(desk: Desk, cursor: Cursor) -> Iterator[Checkpoint]:
        Lane.objects.update(paused_at=timezone.now())
        asked.append(desk.stopping())
        yield Checkpoint({"at": 1})

    only_stage(monkeypatch, steps)
    exports.create(installed(sandbox, sandbox.shop()))
    work_slice()
    assert asked == [True]


def test_while_the_service_is_drained_no_lane_is_taken(app: Any, sandbox: Sandbox) -> None:
    run = exports.create(installed(sandbox, sandbox.shop("plain")))
    Service.objects.create(pk=1, drained_at=timezone.now())
    assert not work_slice()
    Service.objects.update(drained_at=None)
    assert work(run).status == Status.SUCCEEDED


# -- leases ------------------------------------------------------------------------------------------------------


def test_signs_of_life_keep_the_lane_through_work_that_outlasts_its_lease(
    app: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.LEASE_SECONDS, app.REQUEST_TIMEOUT = 0.8, 0.1
    thieves: list[Any] = []

    def steps(desk: Desk, cursor: Cursor) -> Iterator[Checkpoint]:
        for _ in range(20):
            time.sleep(0.1)
            desk.beat()
            thieves.append(lane.take("thief"))
        yield Checkpoint({}, done=True)

    only_stage(monkeypatch, steps)
    run = exports.create(installed(sandbox, sandbox.shop()))
    work_slice()
    run.refresh_from_db()
    assert thieves == [None] * 20
    assert run.status == Status.SUCCEEDED


def test_what_may_be_sent_lasts_as_long_as_the_lease_that_is_renewed(
    app: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Steps work at a copy of the desk, for longer than the time to send in that the slice began with."""
    app.LEASE_SECONDS, app.REQUEST_TIMEOUT = 13.0, 10.0

    def talk() -> Talk[Any]:
        return (yield Ask("query Name { shop { name } }", {}))

    def steps(desk: Desk, cursor: Cursor) -> Iterator[Checkpoint]:
        own = without_names(desk, set())
        for number in range(8):
            time.sleep(0.5)
            ask_all(own, {number: talk()})
            yield Checkpoint({"number": number}, done=number == 7)

    only_stage(monkeypatch, steps)
    run = exports.create(installed(sandbox, sandbox.shop()))
    work_slice()
    run.refresh_from_db()
    assert run.status == Status.SUCCEEDED


def test_a_worker_that_was_overtaken_finds_out_and_leaves_the_budget_alone(
    app: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = {"level": 1.0, "maximum": 2000.0, "rate": 100.0, "at": 1.0}

    def steps(desk: Desk, cursor: Cursor) -> Iterator[Checkpoint]:
        Lane.objects.update(lease_until=timezone.now() - timedelta(seconds=1))  # it was frozen for so long
        assert lane.take("another") is not None
        Shop.objects.update(bucket=newer)
        yield Checkpoint({"at": "written by a ghost"})

    only_stage(monkeypatch, steps)
    run = exports.create(installed(sandbox, sandbox.shop()))
    work_slice()
    run.refresh_from_db()
    assert (run.cursor, run.shop.bucket) == ({}, newer)
    assert Lane.objects.get().holder == "another"


def test_after_a_death_the_budget_is_taken_for_spent(
    app: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    levels: list[float] = []

    def steps(desk: Desk, cursor: Cursor) -> Iterator[Checkpoint]:
        levels.append(desk.client.pacer.state.level)
        if len(levels) == 1:
            raise Died
        yield Checkpoint({}, done=True)

    only_stage(monkeypatch, steps)
    exports.create(installed(sandbox, sandbox.shop()))
    die(monkeypatch)
    work_slice()
    assert levels[0] == 2000
    assert levels[1] < 100


def test_saying_the_same_again_forgives_no_death(app: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that saves something before it dies, each time the same, is poison all the same."""

    def steps(desk: Desk, cursor: Cursor) -> Iterator[Checkpoint]:
        yield Checkpoint({"at": 1, "sent_at": time.time()})
        raise Died

    only_stage(monkeypatch, steps)
    run = exports.create(installed(sandbox, sandbox.shop()))
    for _ in range(app.POISON_LIMIT + 1):
        die(monkeypatch)
    work_slice()
    run.refresh_from_db()
    assert (run.status, run.reason) == (Status.FAILED, "poison")
    assert run.message == f"The worker died {app.POISON_LIMIT} times in a row at the step only."


def test_progress_forgives_deaths(app: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def steps(desk: Desk, cursor: Cursor) -> Iterator[Checkpoint]:
        at = cursor.get("at", 0) + 1
        yield Checkpoint({"at": at}, done=at == 9)
        raise Died

    only_stage(monkeypatch, steps)
    run = exports.create(installed(sandbox, sandbox.shop()))
    for _ in range(8):
        die(monkeypatch)
    work_slice()
    run.refresh_from_db()
    assert run.status == Status.SUCCEEDED


def test_a_worker_that_hangs_is_ended(tmp_path: Path) -> None:
    script = "import time, django; django.setup()\nfrom runs import watchdog\nwith watchdog.armed(): time.sleep(30)"
    environment = {
        **os.environ,
        "LEASE_SECONDS": "0.1",
        "REQUEST_TIMEOUT": "0.05",
        "VAR_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "shopsync.settings",
    }
    command = [sys.executable, "-c", script]
    hung = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=20, check=False)
    assert hung.returncode == 1
    assert b"Timeout" in hung.stderr


# -- trouble -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trouble", "words"), [(errno.ENOSPC, "There is no room for"), (errno.EROFS, "This run's files cannot be written;")]
)
def test_a_disk_that_takes_no_files_is_waited_out(
    app: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, trouble: int, words: str
) -> None:
    run = exports.create(installed(sandbox, sandbox.shop("plain")))

    def full(number: int) -> None:
        raise OSError(trouble, os.strerror(trouble))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        work_slice()
    run.refresh_from_db()
    assert (run.status, run.failures) == (Status.WORKING, 0)
    assert run.not_before is not None
    Run.objects.update(not_before=None, outage_since=timezone.now() - timedelta(seconds=SAY_AFTER + 1))
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        work_slice()
    run.refresh_from_db()
    assert run.outage_words.startswith(words)
    Run.objects.update(not_before=None)
    assert work(run).status == Status.SUCCEEDED


def test_a_disk_that_stays_full_ends_the_run(app: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    run = exports.create(installed(sandbox, sandbox.shop("plain")))

    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    work_slice()
    Run.objects.update(not_before=None, outage_since=timezone.now() - timedelta(seconds=app.OUTAGE_LIMIT_SECONDS + 1))
    work_slice()
    run.refresh_from_db()
    assert (run.status, run.reason) == (Status.FAILED, "no_room")


def test_an_outage_ends_at_its_limit(app: Any, sandbox: Sandbox) -> None:
    run = exports.create(installed(sandbox, sandbox.shop("plain")))
    app.SHOPIFY_API_ORIGIN = "http://127.0.0.1:9/{shop}"
    work_slice()
    Run.objects.update(not_before=None, outage_since=timezone.now() - timedelta(seconds=app.OUTAGE_LIMIT_SECONDS + 1))
    work_slice()
    run.refresh_from_db()
    assert (run.status, run.reason) == (Status.FAILED, "unreachable")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Access denied for products field.", "Access denied for products field. Open the app in {}, allow it that"),
        (
            "Access denied for nodes field. Required access: `read_content` access scope.",
            "blogs and articles in {} any more. Open it there, allow it that, and start anew.",
        ),
    ],
)
def test_a_missing_scope_is_no_fault_of_ours(
    app: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, words: str, said: str
) -> None:
    def steps(desk: Desk, cursor: Cursor) -> Iterator[Checkpoint]:
        raise AccessDenied(words)
        yield

    only_stage(monkeypatch, steps)
    run = exports.create(installed(sandbox, sandbox.shop()))
    work_slice()
    run.refresh_from_db()
    assert (run.status, run.reason) == (Status.FAILED, "not_authorised")
    assert said.format(run.shop.domain) in run.message


def test_one_run_that_cannot_be_removed_does_not_keep_the_others(
    app: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = installed(sandbox, sandbox.shop())
    stuck, other = exports.create(shop), exports.create(shop)
    for run in (stuck, other):
        cancel(run)
    Run.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    from transfer.storage import LocalStorage

    remove = LocalStorage.delete_tree

    def refuse(self: LocalStorage, prefix: str) -> None:
        if prefix == stuck.prefix:
            raise PermissionError
        remove(self, prefix)

    with monkeypatch.context() as patch:
        patch.setattr(LocalStorage, "delete_tree", refuse)
        assert purge_expired() == 1
    assert Run.objects.get().pk == stuck.pk
    assert purge_expired() == 1
