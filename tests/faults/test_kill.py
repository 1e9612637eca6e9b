"""Workers are killed at random moments of export and import: it costs time, never data.

``ROUNDS=10`` for more rounds. Lease and sweep are shortened, or every kill would cost a minute.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from demo.copy import Copy
from tests.support import CLIENT_ID, CLIENT_SECRET, ROOT, Sandbox

pytestmark = [pytest.mark.faults, pytest.mark.broker, pytest.mark.timeout(900)]

ROUNDS = int(os.environ.get("ROUNDS", "1"))
KILLS = 3
SHORT = {
    "SLICE_SECONDS": "2",
    "LEASE_SECONDS": "3",
    "SWEEP_SECONDS": "1",
    "REQUEST_TIMEOUT": "1",
    "SETTLING_SECONDS": "0.5",
}


class Program:
    """`manage.py up`, and a way to kill its worker."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        with socket.socket() as own:
            own.bind(("127.0.0.1", 0))
            port = own.getsockname()[1]
        environment = {
            **os.environ,
            **SHORT,
            "VAR_DIR": str(folder),
            "SHOPIFY_API_KEY": CLIENT_ID,
            "SHOPIFY_API_SECRET": CLIENT_SECRET,
            "SHOPIFY_API_ORIGIN": sandbox.origin,
            "SHOPIFY_ADMIN_ORIGIN": sandbox.url,
        }
        environment.pop("DATABASE_URL", None)
        environment.pop("REDIS_URL", None)
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "manage.py", "up", "--quiet", "--port", str(port)]
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self._output = self._process.stdout
        for line in self._output:
            if "ready |" in line:
                break
        self._reader = threading.Thread(target=self._output.read, daemon=True)
        self._reader.start()

    def kill_worker(self) -> bool:
        listing = subprocess.run(
            ["ps", "--ppid", str(self._process.pid), "-o", "pid=,args="], capture_output=True, text=True, check=False
        )
        for line in listing.stdout.splitlines():
            pid, _, arguments = line.strip().partition(" ")
            if "-Q shopify" in arguments:
                os.kill(int(pid), signal.SIGKILL)
                return True
        return False

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(90)
        self._reader.join(10)
        self._output.close()


@pytest.fixture
def busy() -> Iterator[Sandbox]:
    """Slow enough that a kill hits something."""
    own = Sandbox("--plan", "enterprise", "--latency-ms", "40")
    yield own
    own.stop()


def _members(archive: bytes) -> dict[str, str]:
    with zipfile.ZipFile(BytesIO(archive)) as opened:
        return {
            name: hashlib.sha256(opened.read(name)).hexdigest()
            for name in opened.namelist()
            if not name.startswith("side/") and name != "manifest.json"
        }


@pytest.mark.parametrize("number", range(ROUNDS))
def test_killed_workers_lose_nothing_and_double_nothing(busy: Sandbox, tmp_path: Path, number: int) -> None:
    source, target = busy.shop("boutique", products=60), busy.shop()
    program = Program(busy, tmp_path / "var")
    names = [shop.removesuffix(".myshopify.com") for shop in (source, target)]
    copy = Copy(program.url, busy.url, names[0], names[1])
    chance = random.Random(number)
    over = threading.Event()
    killed: list[float] = []

    def kill() -> None:
        while len(killed) < KILLS and not over.wait(chance.uniform(0.3, 4.0)):
            if program.kill_worker():
                killed.append(time.monotonic())

    try:
        undisturbed, _ = copy._export()
        killer = threading.Thread(target=kill)
        killer.start()
        archive, _ = copy._export()
        result = copy._import(archive)
        over.set()
        killer.join()
        again, _ = Copy(program.url, busy.url, names[1], names[0])._export()
    finally:
        over.set()
        program.stop()
    assert killed
    assert _members(archive) == _members(undisturbed)
    assert result["status"] == "succeeded", result["result"]
    assert result["result"]["totals"]["verified"] == result["result"]["totals"]["source"]
    assert _members(again) == _members(undisturbed)
