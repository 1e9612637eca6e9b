"""docker-compose.yml, without a container: checked by docker-compose, and brought up as processes.

On PostgreSQL and Redis from the system's packages, with two `shopify` workers: either may be killed at any time.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.copy import Copy
from tests.faults.test_kill import _members
from tests.operations.stack import COMPOSE, Stack, wait_for
from tests.servers import Redis, postgres, postgres_binaries
from tests.support import ROOT, Sandbox

pytestmark = [pytest.mark.broker, pytest.mark.timeout(400)]

SHORTENED = {
    "SLICE_SECONDS": "3",
    "LEASE_SECONDS": "4",
    "SWEEP_SECONDS": "1",
    "REQUEST_TIMEOUT": "1",
    "SETTLING_SECONDS": "0.5",
}
SERVICES = {"migrate", "web", "worker-shopify", "worker-upkeep", "beat", "postgres", "redis"}


def test_every_address_of_shopify_can_be_a_stand_ins() -> None:
    settings = (ROOT / "shopsync" / "settings.py").read_text()
    addresses = set(re.findall(r'env\.\w+\("(SHOPIFY_\w+)"', settings))
    assert addresses == {name for name in COMPOSE["services"]["web"]["environment"] if name.startswith("SHOPIFY_")}


def test_the_file_names_every_service_and_what_it_waits_for() -> None:
    services = COMPOSE["services"]
    assert set(services) == SERVICES
    for name in ("web", "worker-shopify", "worker-upkeep", "beat"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
        assert services[name]["init"] is True
    for name in SERVICES - {"migrate", "worker-shopify"}:
        assert services[name]["healthcheck"]["test"][0] == "CMD"
    assert not any("ports" in services[name] for name in SERVICES - {"web"})


@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="docker-compose is not installed")
def test_docker_compose_takes_the_file_and_asks_for_what_is_missing() -> None:
    given = {"SECRET_KEY": "a", "SHOPIFY_API_KEY": "b", "SHOPIFY_API_SECRET": "c", "POSTGRES_PASSWORD": "d"}
    command = ["docker-compose", "--file", str(ROOT / "docker-compose.yml"), "config", "--services"]
    for missing in (None, *given):
        environment = {"PATH": os.environ["PATH"], **{n: v for n, v in given.items() if n != missing}}
        checked = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd="/")
        if missing is None:
            assert (checked.returncode, set(checked.stdout.split())) == (0, SERVICES)
        else:
            assert checked.returncode != 0


@pytest.fixture
def busy() -> Iterator[Sandbox]:
    own = Sandbox("--plan", "enterprise", "--latency-ms", "40")
    yield own
    own.stop()


@pytest.fixture
def stack(busy: Sandbox, tmp_path: Path) -> Iterator[Stack]:
    if postgres_binaries() is None or shutil.which("redis-server") is None:
        pytest.skip("PostgreSQL or Redis is not installed")
    (tmp_path / "redis").mkdir()
    redis = Redis(tmp_path / "redis")
    with postgres() as database:
        redis.start()
        own = Stack(busy, tmp_path / "var", redis=redis, database=database, shortened=SHORTENED)
        try:
            own.up(workers=2)
            yield own
        finally:
            own.down()
            redis.stop()


def test_the_services_copy_the_boutique_whichever_worker_is_killed(busy: Sandbox, stack: Stack) -> None:
    source, target = busy.shop("boutique", products=30), busy.shop()
    names = [shop.removesuffix(".myshopify.com") for shop in (source, target)]
    copy = Copy(stack.url, busy.url, names[0], names[1])
    undisturbed, _ = copy._export()
    wait_for(lambda: stack.answers("/readyz"), "readyz")
    over = threading.Event()
    kills: list[int] = []

    def kill() -> None:
        """One, then the other: the one killed last is the one started last."""
        while not over.wait(2.5) and len(kills) < 6:
            stack.kill("worker-shopify", 0)
            kills.append(0)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        archive, _ = copy._export()
        result = copy._import(archive)
    finally:
        over.set()
        killer.join()
    again, _ = Copy(stack.url, busy.url, names[1], names[0])._export()
    assert len(kills) >= 2
    assert _members(archive) == _members(undisturbed)
    assert result["status"] == "succeeded", result["result"]
    assert result["result"]["totals"]["verified"] == result["result"]["totals"]["source"]
    assert _members(again) == _members(undisturbed)
    assert stack.manage("swept").returncode == 0
    _logs_are_json_and_hold_no_token(stack)
    _everything_ends_when_asked(stack)


def _logs_are_json_and_hold_no_token(stack: Stack) -> None:
    text = stack.logs()
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    slices = [line for line in lines if line["logger"] == "runs.engine" and "slice" in line["message"]]
    assert len({line["process"] for line in slices}) >= 2, "one worker did everything"
    assert all(line["run"] and line["shop"] and line["ticket"] for line in slices)
    for secret in ("shpat_", "shprt_", "eyJ"):
        assert secret not in text


def _everything_ends_when_asked(stack: Stack) -> None:
    for service in ("worker-shopify", "worker-shopify", "worker-upkeep", "beat", "web"):
        assert stack.stop(service, how=signal.SIGTERM) == 0, service
