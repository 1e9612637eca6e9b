"""The Dockerfile's steps, one after the other, in clean folders: as far as they go without Docker.

Paths of the image are paths below a folder of the test. Not run: the base image, useradd and chown (they would change
this machine), and so the user that the image switches to.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.operations.stack import wait_for
from tests.servers import free_port
from tests.support import ROOT

pytestmark = [pytest.mark.timeout(600)]

LINES = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
STEPS = [tuple(line.split(" ", 1)) for line in LINES if line and not line.startswith("#")]
NOT_RUN = ("useradd", "chown")


class Image:
    """What the steps have made so far."""

    def __init__(self, folder: Path) -> None:
        self.root, self.workdir, self.user = folder, "/", "root"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        self.command: list[str] = []
        self.skipped: list[str] = []

    def place(self, path: str) -> Path:
        whole = path if path.startswith("/") else f"{self.workdir}/{path}"
        return self.root / whole.lstrip("/")

    def inside(self, text: str) -> str:
        """A text with the image's own paths in it, for this machine."""
        return re.sub(r"(?<![\w.])/(venv|app|var/lib/shopsync|tmp/collecting)\b", rf"{self.root}/\1", text)

    def take(self, word: str, rest: str) -> None:
        step = getattr(self, f"do_{word.lower()}")
        step(rest)

    def do_from(self, rest: str) -> None:
        assert rest.split()[0] == "python:3.11-slim"
        self.workdir = "/"

    def do_workdir(self, rest: str) -> None:
        self.workdir = rest
        self.place(".").mkdir(parents=True, exist_ok=True)

    def do_env(self, rest: str) -> None:
        for pair in shlex.split(rest):
            name, _, value = pair.partition("=")
            self.environment[name] = self.inside(value).replace("$PATH", self.environment["PATH"])

    def do_copy(self, rest: str) -> None:
        words = [word for word in rest.split() if not word.startswith("--from")]
        for source in words[:-1]:
            if source.startswith("/"):
                assert self.place(source).exists()  # made by an earlier stage, in the same folders here
                continue
            target = self.place(words[-1])
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                target.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / source, target)

    def do_run(self, rest: str) -> None:
        if rest.split()[0] in NOT_RUN:
            self.skipped.append(rest)
            return
        # `python` is the base image's, until the environment is on the path.
        own = {**self.environment, "PATH": f"{self.environment['PATH']}:{Path(sys.executable).resolve().parent}"}
        if rest.startswith("python -m venv"):
            rest = rest.replace("python", shlex.quote(str(Path(sys.executable).resolve())), 1)
        subprocess.run(self.inside(rest), shell=True, cwd=self.place("."), env=own, check=True)

    def do_user(self, rest: str) -> None:
        self.user = rest

    def do_expose(self, rest: str) -> None:
        assert rest == "8000"

    def do_stopsignal(self, rest: str) -> None:
        assert rest == "SIGTERM"

    def do_cmd(self, rest: str) -> None:
        self.command = [word.strip('", ') for word in rest.strip("[]").split(", ")]


def test_the_steps_make_a_program_that_serves_and_ends_when_asked(tmp_path: Path) -> None:
    image = Image(tmp_path)
    for word, rest in STEPS:
        image.take(word, rest)
    assert image.user == "shopsync"
    assert len(image.skipped) == 2
    assert (image.place("/app/staticfiles") / "admin" / "css" / "base.css").exists()
    assert (image.place("/app/staticfiles") / "shopsync.css").exists()
    assert not image.place("/app/tests").exists()
    assert not image.place("/app/.env").exists()
    port = free_port()
    environment = {**image.environment, "SECRET_KEY": "of-a-test"}
    subprocess.run(
        ["python", "manage.py", "migrate", "--noinput", "--verbosity", "0"],
        cwd=image.place("."),
        env=environment,
        check=True,
    )
    command = [word.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in image.command]
    server = subprocess.Popen(command, cwd=image.place("."), env=environment)
    try:
        wait_for(lambda: _answers(port, "/healthz"), "the server")
        assert _answers(port, "/readyz")
        assert _answers(port, "/static/operators.js")
        assert _answers(port, "/static/admin/css/base.css")
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(180) == 0


def _answers(port: int, path: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def test_nothing_of_this_machine_gets_into_the_image() -> None:
    """Everything is left out that is not named; what is named holds no secret and no test."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert lines[0] == "*"
    named = {line[1:] for line in lines if line.startswith("!")}
    copied = {w for word, rest in STEPS if word == "COPY" for w in rest.split()[:-1] if not w.startswith(("-", "/"))}
    assert named == copied
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "sandbox", "demo", "bench"}
    assert packages <= copied
