"""One sandbox and one broker for all tests; shops of their own for each."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.db import connections
from django.test import override_settings
from xdist.scheduler import LoadScopeScheduling

from runs import broker
from runs.supervisor import die_with_parent

from . import servers
from .support import CLIENT_ID, CLIENT_SECRET, Sandbox


def pytest_xdist_auto_num_workers() -> int:
    """For `-n auto`: two more than there are processors, because much of these tests is waiting."""
    return (os.cpu_count() or 1) + 2


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """What shares costly fixtures stays in one process: half of what a browser is needed for, and else a file."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file.startswith("tests/browser/"):  # a program with a browser in each half; together they would end last
            return f"tests/browser/{file > 'tests/browser/test_linked'}"
        return nodeid if file == "tests/faults/test_lane.py" else file  # there, every test starts processes of its own


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    config.option.loadscopereorder = False  # by number of tests; ours is by time
    return Together(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest starts first."""
    items.sort(key=lambda item: not (any(item.iter_markers("browser")) or any(item.iter_markers("faults"))))


def pytest_collection_finish() -> None:
    """Thousands of tests are here to stay: no collection of garbage need walk them, which it does for ever else."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_the_disk() -> Iterator[None]:
    """Nobody pulls the plug of the machine during a test, and whoever kills a process loses nothing that it wrote."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda number: None)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    tmp_path_factory: pytest.TempPathFactory, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """SQLite in a file, as in service: in memory, a thread that meets another one's lock fails instead of waiting."""
    own = connections["default"].settings_dict
    if own["ENGINE"].endswith("sqlite3"):
        own["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "db.sqlite3")


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    own = Sandbox("--plan", "enterprise")
    yield own
    own.stop()


@pytest.fixture(autouse=True)
def no_faults(request: pytest.FixtureRequest) -> Iterator[None]:
    """What one test breaks, the next finds whole."""
    yield
    if "sandbox" in request.fixturenames:
        request.getfixturevalue("sandbox").faults()


@pytest.fixture(scope="session")
def rung(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The settings of a broker that takes the bells of pages and commands: a Redis, or the one of the install."""
    folder = tmp_path_factory.mktemp("broker")
    with servers.broker() as redis:
        own = {"VAR_DIR": folder, "BROKER_SOCKET": folder / "broker.sock", "REDIS_URL": redis}
        current_app.conf.update(broker_url=redis or f"redis+socket://{own['BROKER_SOCKET']}?virtual_host=0")
        with override_settings(**own):
            process = start_broker()
        yield own
        if process is not None:
            process.terminate()
            process.wait(60)


def start_broker() -> subprocess.Popen[bytes] | None:
    """The one of the install; none where settings name another."""
    if (command := broker.command()) is None:
        return None
    broker.prepare()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, preexec_fn=die_with_parent if sys.platform == "linux" else None
    )
    while not broker.alive():
        time.sleep(0.02)
    return process


@pytest.fixture
def app(settings: Any, sandbox: Sandbox, rung: dict[str, Any], tmp_path: Path) -> Any:
    """Django's settings, pointed at the sandbox, at the broker and at a folder of the test's own."""
    settings.SHOPIFY_API_KEY = CLIENT_ID
    settings.SHOPIFY_API_SECRETS = [CLIENT_SECRET]
    settings.SHOPIFY_API_ORIGIN = sandbox.origin
    settings.SHOPIFY_ADMIN_ORIGIN = sandbox.url
    settings.SHOPIFY_FILE_HOSTS = [sandbox.url]
    settings.SHOPIFY_APP_BRIDGE_URL = f"{sandbox.url}/app-bridge.js"
    settings.FILES_DIR = tmp_path / "files"
    settings.BROKER_SOCKET, settings.REDIS_URL = rung["BROKER_SOCKET"], rung["REDIS_URL"]
    settings.SETTLING_SECONDS = 0.0
    return settings


@pytest.fixture
def no_broker(app: Any, tmp_path: Path) -> None:
    """Nobody hears a bell."""
    app.BROKER_SOCKET, app.REDIS_URL = tmp_path / "no-broker.sock", ""


@pytest.fixture(scope="session")
def schema_file() -> Path:
    """Shopify's published schema; tests that need it are skipped on machines without."""
    path = os.environ.get("SHOPIFY_SCHEMA_FILE")
    if not path:
        pytest.skip("SHOPIFY_SCHEMA_FILE does not name Shopify's published schema")
    return Path(path)
