"""Workers are killed at random moments of export and import: it costs time, never data.

``ROUNDS=10`` for more rounds. Lease and sweep are shortened, or every kill would cost a minute.
"""

from __future__ import annotations

import hashlib
import os
import random
import threading
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO

import pytest

from demo.copy import Copy
from tests.program import Program
from tests.support import Sandbox

pytestmark = [pytest.mark.faults, pytest.mark.broker, pytest.mark.timeout(900)]

ROUNDS = int(os.environ.get("ROUNDS", "1"))
KILLS = 3
SHORT = {
    "SLICE_SECONDS": "2",
    "LEASE_SECONDS": "5",
    "SWEEP_SECONDS": "1",
    "REQUEST_TIMEOUT": "2",
    "SETTLING_SECONDS": "0.5",
}


@pytest.fixture(scope="module")
def busy() -> Iterator[Sandbox]:
    """Slow enough that a kill hits something."""
    own = Sandbox("--plan", "enterprise", "--latency-ms", "40")
    yield own
    own.stop()


@pytest.fixture(scope="module")
def program(busy: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The same for all rounds: each has stores of its own."""
    own = Program(busy, tmp_path_factory.mktemp("kill") / "var", SHORT)
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
def test_killed_workers_lose_nothing_and_double_nothing(busy: Sandbox, program: Program, number: int) -> None:
    source, target = busy.shop("boutique", products=60), busy.shop()
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
    assert killed
    assert _members(archive) == _members(undisturbed)
    assert result["status"] == "succeeded", result["result"]
    assert result["result"]["totals"]["verified"] == result["result"]["totals"]["source"]
    assert _members(again) == _members(undisturbed)
