"""Commands and the line of runs: interrupted, inline, without a worker, without a broker."""

from __future__ import annotations

import json
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from exports import services as exports
from runs import broker, engine, follow
from runs.models import Lane, Run
from runs.states import Status
from runs.stranded import stranded
from shops.models import Shop
from tests.commands.said import Said
from tests.runs.test_lane import installed
from tests.support import Sandbox, archive_of
from tests.transfer.test_unique_values import codes, shop
from tests.web.test_pages import bearer

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_no_file_is_not_read(target: str, capsys: Any) -> None:
    said = Said(capsys, "import_archive", target, "/dev/zero", inline=True, plan_only=True)
    assert (said.code, said.sentence) == (2, "/dev/zero is neither a file nor a directory.")


@pytest.mark.parametrize("number", [None, signal.SIGTERM])
def test_interrupting_cancels_the_run(
    source: str, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch, number: signal.Signals | None
) -> None:
    """By a person, or by whoever gave the command so much time and no more."""
    before = signal.getsignal(signal.SIGTERM)

    def interrupt(**how: Any) -> bool:
        if number is None:  # as Ctrl-C, which what runs in the background ignores
            raise KeyboardInterrupt
        signal.raise_signal(number)
        return True

    monkeypatch.setattr(follow, "work_slice", interrupt)
    said = Said(capsys, "export_store", source, out=str(tmp_path / "a.zip"), inline=True)
    assert (said.code, said.sentence) == (
        2,
        "Interrupted: the run is cancelled; nothing was written into the store.",
    )
    assert Run.objects.get().status == Status.CANCELLED
    assert signal.getsignal(signal.SIGTERM) == before


def test_interrupting_an_import_tells_what_it_left(
    target: str, file: str, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it plans nothing is written; once its plan is confirmed, something may be."""
    work = engine.work_slice

    def interrupt_at(*steps: str) -> None:
        def slice_(**how: Any) -> bool:
            if Run.objects.latest("created_at").step in steps:
                raise KeyboardInterrupt
            return work(**how)

        monkeypatch.setattr(follow, "work_slice", slice_)

    for step, left in (("", "nothing was written into the store."), ("decide", "what it wrote so far stays.")):
        interrupt_at(step)
        said = Said(capsys, "import_archive", target, file, yes=True, inline=True, json=True)
        assert (said.code, said.sentence) == (2, f"Interrupted: the run is cancelled; {left}")
        assert Run.objects.latest("created_at").status == Status.CANCELLED


def test_without_a_worker_the_command_says_so(
    source: str, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(follow, "PATIENCE_SECONDS", -1.0)
    monkeypatch.setattr(broker, "alive", lambda: True)
    defaults = follow.follow.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "sleep", sleep)
    said = Said(capsys, "export_store", source, out=str(tmp_path / "a.zip"))
    assert said.progress.count("--inline") == 1


def test_work_that_is_done_inline_rings_for_nobody(
    app: Any, source: str, target: str, capsys: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Without a broker nothing is said of it: nobody else is needed."""
    app.REDIS_URL = "redis://127.0.0.1:9/0"
    assert Said(capsys, "copy_store", source, target, yes=True, inline=True).code == 0
    assert [line for line in caplog.messages if "broker" in line] == []


def test_without_a_broker_the_command_ends(
    app: Any, source: str, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script would wait for ever: nobody hears of the run."""
    app.REDIS_URL = "redis://127.0.0.1:9/0"
    monkeypatch.setattr(follow, "PATIENCE_SECONDS", -1.0)
    said = Said(capsys, "export_store", source, out=str(tmp_path / "a.zip"), json=True)
    assert (said.code, "--inline" in said.sentence) == (2, True)
    assert json.loads(said.out) == {"error": said.sentence}
    assert Run.objects.get().status == Status.CANCELLED


@pytest.mark.parametrize("inline", [False, True])
def test_a_line_in_which_somebody_works_is_no_reason_to_look_for_a_worker(
    source: str, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch, inline: bool
) -> None:
    """Behind another run, and behind a process that was killed and whose lease is not over."""
    looks: list[float] = []

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            raise KeyboardInterrupt

    shop = Shop.objects.get(domain=source)
    exports.create(shop)
    Lane.objects.update_or_create(shop=shop, defaults={"lease_until": timezone.now() + timedelta(minutes=5)})
    monkeypatch.setattr(follow, "PATIENCE_SECONDS", -1.0)
    monkeypatch.setattr(broker, "alive", lambda: False)
    defaults = follow.follow.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "sleep", sleep)
    said = Said(capsys, "export_store", source, out=str(tmp_path / "a.zip"), inline=inline)
    assert said.sentence.startswith("Interrupted")
    assert "in line, 1 before it" in said.progress
    assert said.progress.count("holds this store's line") == inline
    assert "manage.py up" not in said.progress


def test_a_cancelled_rotation_of_unique_values_is_told_and_mended_by_the_next_import(
    app: Any, sandbox: Sandbox, client: Client, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is sent any more once it is cancelled, so a stand-in stays: whoever cancels is told of it."""
    here = shop(sandbox, {"a": "1", "b": "2", "c": "3"})
    there = shop(sandbox, {"a": "2", "b": "3", "c": "1"})
    target = installed(sandbox, there.shop).domain
    file, report = tmp_path / "codes.zip", tmp_path / "report.csv"
    file.write_bytes(archive_of(sandbox, here.shop, tmp_path))
    work = engine.work_slice

    def slice_(*, stop: Any) -> bool:
        def stopping() -> bool:
            if any(value.startswith("shopsync-") for value in codes(there).values()):
                raise KeyboardInterrupt
            return bool(stop())

        return work(stop=stopping)

    monkeypatch.setattr(follow, "work_slice", slice_)
    said = Said(capsys, "import_archive", target, str(file), yes=True, inline=True, report=str(report))
    left = (
        "1 record has made way for another, and holds a stand-in (shopsync-…) for a value that must be unique, or "
        "nothing. Import the archive again: that gives each the value that is meant for it."
    )
    assert (said.code, said.sentence) == (
        2,
        f"Interrupted: the run is cancelled; what it wrote so far stays. {left}",
    )
    assert report.read_text().count("product_metafields,") == 3
    assert any(value.startswith("shopsync-") for value in codes(there).values())
    run = Run.objects.get()
    assert stranded(run) == left
    for page in (f"/runs/{run.pk}/", f"/imports/{run.pk}/report"):
        assert left in client.get(page, headers={**bearer(target), "Accept": "text/html"}).content.decode()
    monkeypatch.setattr(follow, "work_slice", work)
    app.REQUEST_TIMEOUT = 0.5  # what was in the air is looked up no sooner
    assert Said(capsys, "import_archive", target, str(file), yes=True, inline=True).code == 0
    assert codes(there) == codes(here)


def test_an_import_without_a_plan_leaves_no_empty_report(target: str, capsys: Any, tmp_path: Path) -> None:
    broken, report = tmp_path / "broken.zip", tmp_path / "report.csv"
    broken.write_bytes(b"PK nothing")
    said = Said(capsys, "import_archive", target, str(broken), yes=True, inline=True, report=str(report))
    assert said.code == 2
    assert not report.exists()
