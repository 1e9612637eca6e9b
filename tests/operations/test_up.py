"""`manage.py up` and the demo never take somebody else's program for their own, and never its files."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import demo.__main__ as show
from demo.copy import Trouble
from runs.management.commands.up import said
from runs.supervisor import Child, Supervisor
from tests.program import Program
from tests.servers import free_port
from tests.support import ROOT, Sandbox


@pytest.fixture
def taken() -> Iterator[int]:
    """A port at which another program listens, and answers nothing."""
    with socket.create_server(("127.0.0.1", 0)) as own:
        yield own.getsockname()[1]


def _up(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "VAR_DIR": str(folder)}
    command = [sys.executable, "manage.py", "up", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=180)


@pytest.mark.parametrize("words", [["--port", "{taken}"], ["--port", "99999"], ["--host", "no-such-host.invalid"]])
def test_an_address_that_cannot_be_had_is_refused_with_a_sentence(tmp_path: Path, taken: int, words: list[str]) -> None:
    done = _up(tmp_path, *(word.format(taken=taken) for word in words))
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("Cannot listen on ")
    assert "choose another --port" in line
    assert not (tmp_path / "db.sqlite3").exists(), "nothing was begun"


@pytest.mark.broker
@pytest.mark.timeout(120)
def test_a_second_program_leaves_the_first_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    port = free_port()
    first = Program(sandbox, tmp_path / "first", {}, port=port)
    try:
        done = _up(tmp_path / "second", "--port", str(port))
        assert (done.returncode, done.stdout) == (2, "")
        assert "another program listens there" in done.stderr
        assert Sandbox.ask(first, "/healthz") == {"status": "ok"}  # type: ignore[arg-type]
    finally:
        first.stop()


@pytest.mark.broker
@pytest.mark.timeout(120)
def test_two_programs_do_not_share_their_files_and_a_killed_one_leaves_them_free(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    first = Program(sandbox, tmp_path, {})
    try:
        done = _up(tmp_path, "--port", str(free_port()))
        assert (done.returncode, done.stdout) == (2, "")
        (line,) = done.stderr.splitlines()
        assert line.startswith("Another `manage.py up` works with the files in ")
        assert line.endswith("choose another VAR_DIR.")
        assert Sandbox.ask(first, "/healthz") == {"status": "ok"}  # type: ignore[arg-type]
    finally:
        first.stop(signal.SIGKILL)
    Program(sandbox, tmp_path, {}).stop()


def test_who_answers_for_a_dead_child_is_somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signal.signal", lambda *_: None)  # the signals of the tests stay the tests'
    child = Child("web", [sys.executable, "-c", "raise SystemExit(1)"])
    heard: list[str] = []

    def ready() -> bool:
        assert child.process is not None
        child.process.wait()
        return True

    def say(name: str, line: str) -> None:
        heard.append(line)
        supervisor.stop()

    child.ready = ready
    supervisor = Supervisor([child], say)
    supervisor.run(lambda: heard.append("ready"))
    assert len(heard) == 1
    assert heard[0].startswith("died (exit 1)")


@pytest.mark.parametrize("bound", [True, False])
def test_only_who_asked_for_it_ends_with_the_process_that_started_it(
    monkeypatch: pytest.MonkeyPatch, bound: bool
) -> None:
    monkeypatch.setattr("signal.signal", lambda *_: None)
    heard: list[str] = []

    def say(name: str, line: str) -> None:
        heard.append(line)
        supervisor.stop()

    child = Child(
        "web", [sys.executable, "-c", "import time; time.sleep(1.5); print('still here', flush=True); time.sleep(9)"]
    )
    supervisor = Supervisor(
        [child], say, parent=os.getpid() if bound else None
    )  # our parent is another one: it is gone
    supervisor.run()
    assert heard == ([] if bound else ["still here"])


def test_a_second_demo_leaves_the_files_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(show, "VAR", tmp_path / "demo")
    kept = tmp_path / "demo" / "db.sqlite3"
    kept.parent.mkdir()
    kept.touch()
    with show.claim():
        assert show.main() == 2
    assert "A demo runs in this folder already" in capsys.readouterr().err
    assert kept.exists()
    show.claim().close()


@pytest.mark.parametrize("target", ["demo", "play", "run"])
def test_the_port_is_chosen_as_for_the_program_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    port = free_port()
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):  # of the make that may have started these tests
        monkeypatch.delenv(name, raising=False)
    said = subprocess.run(["make", "-n", target, f"PORT={port}"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"{port}" in said.stdout.splitlines()[-1]
    asked: list[int] = []
    monkeypatch.setenv("PORT", str(port))
    monkeypatch.setattr(show, "VAR", tmp_path / "demo")
    monkeypatch.setattr(show, "_show", lambda lock, web, sandbox: asked.append(web))
    show.main()
    assert asked == [port]


@pytest.mark.parametrize("port", ["web", "0", "65536", "-1", "9" * 5000])
def test_a_port_that_is_none_is_refused_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], port: str
) -> None:
    monkeypatch.setenv("PORT", port)
    monkeypatch.setattr(show, "VAR", tmp_path / "demo")
    assert show.main() == 2
    assert capsys.readouterr().err == "PORT must be a number from 1 to 65535.\n"


@pytest.mark.broker
@pytest.mark.timeout(120)
def test_the_demo_does_not_take_another_program_for_its_sandbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: int
) -> None:
    monkeypatch.setattr(show, "VAR", tmp_path / "demo")
    with show.claim() as lock:
        processes = show.Processes(free_port(), taken, lock)
        try:
            with pytest.raises(Trouble, match="The sandbox did not come up"):
                processes.wait()
        finally:
            processes.stop()


def test_logs_for_machines_are_passed_on_as_they_are(settings: Any) -> None:
    line = '{"level": "INFO", "message": "a slice ended"}'
    settings.LOG_FORMAT = "line"
    assert said("worker", line) == f"  worker | {line}"
    settings.LOG_FORMAT = "json"
    assert said("worker", line) == line
    assert said("broker", "Ready to accept connections") == "  broker | Ready to accept connections"
