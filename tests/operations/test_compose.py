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
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from demo.copy import Copy
from tests.faults.test_kill import _members
from tests.operations.stack import COMPOSE, Stack, wait_for
from tests.servers import Redis, postgres, postgres_binaries
from tests.support import ROOT, Sandbox

pytestmark = [pytest.mark.broker, pytest.mark.timeout(400)]

SHORTENED = {
    "SLICE_SECONDS": "3",
    "LEASE_SECONDS": "5",
    "SWEEP_SECONDS": "1",
    "REQUEST_TIMEOUT": "2",
    "SETTLING_SECONDS": "0.5",
}
GIVEN = ("SECRET_KEY", "SHOPIFY_API_KEY", "SHOPIFY_API_SECRET", "POSTGRES_PASSWORD")
SETTINGS = set(re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "shopsync" / "settings.py").read_text()))
PLACES = {"ENV_FILE", "VAR_DIR", "FILES_DIR", "STATIC_ROOT"}  # of a container, the same for everybody
SERVICES = {"migrate", "web", "worker-shopify", "worker-upkeep", "beat", "postgres", "redis"}


@pytest.mark.parametrize("service", ["migrate", "web", "worker-shopify", "worker-upkeep", "beat"])
def test_every_setting_reaches_every_container(service: str) -> None:
    assert "BUDGET_SHARE" in SETTINGS
    assert set(COMPOSE["services"][service]["environment"]) == SETTINGS - PLACES


def test_the_operators_page_and_the_example_name_every_setting() -> None:
    page = (ROOT / "docs" / "operating.md").read_text()
    assert {name for name in SETTINGS if not re.search(rf"\b{name}\b", page)} == set()
    asked_for = set(re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text()))
    example = (ROOT / ".env.example").read_text()
    assert {name for name in asked_for if not re.search(rf"^(# )?{name}=", example, re.MULTILINE)} == set()


def _settings(tmp_path: Path, **given: str) -> list[Any]:
    """Some settings of a process in this environment."""
    names = ("BUDGET_SHARE", "MAX_UPLOAD_BYTES", "LEASE_SECONDS", "ALLOWED_HOSTS", "SECURE_PROXY_SSL_HEADER")
    code = "import json; from shopsync import settings as s; print(json.dumps([getattr(s, n) for n in {}]))"
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "VAR_DIR": str(tmp_path), **given}
    command = [sys.executable, "-c", code.format(names)]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    values: list[Any] = json.loads(done.stdout)
    return values


def test_an_empty_setting_is_one_that_is_not_set(tmp_path: Path) -> None:
    empty = dict.fromkeys(SETTINGS - {"VAR_DIR", "ENV_FILE"}, "")
    assert _settings(tmp_path, **empty) == _settings(tmp_path)
    share, _, _, hosts, _ = _settings(tmp_path, **empty | {"BUDGET_SHARE": "0.5", "ALLOWED_HOSTS": "shopsync.example"})
    assert share == 0.5
    assert "shopsync.example" in hosts
    assert "127.0.0.1" in hosts, "the container's health check asks there"


@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="docker-compose is not installed")
def test_what_stands_in_the_env_file_reaches_the_containers(tmp_path: Path) -> None:
    lines = [*(f"{name}=a" for name in GIVEN), "BUDGET_SHARE=0.5", "EXPIRE_AFTER_HOURS=12"]
    (tmp_path / ".env").write_text("\n".join(lines))
    shutil.copy(ROOT / "docker-compose.yml", tmp_path)
    command = ["docker-compose", "config"]
    done = subprocess.run(
        command, env={"PATH": os.environ["PATH"]}, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    environment = yaml.safe_load(done.stdout)["services"]["worker-shopify"]["environment"]
    assert (environment["BUDGET_SHARE"], environment["EXPIRE_AFTER_HOURS"]) == ("0.5", "12")


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
    command = ["docker-compose", "--file", str(ROOT / "docker-compose.yml"), "config", "--services"]
    for missing in (None, *GIVEN):
        environment = {"PATH": os.environ["PATH"], **{name: "a" for name in GIVEN if name != missing}}
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
