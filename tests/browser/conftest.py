"""The whole program behind the sandbox's admin, and Chromium in front of it.

Every page that a test opens is watched: a script that fails, a request that the page should not have made, a violation
of the content security policy or a message on the console's error channel fails the test that caused it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.program import Program
from tests.servers import free_port
from tests.support import Sandbox

from .admin import PATIENCE_MS, Admin

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
expect.set_options(timeout=PATIENCE_MS)  # what a page is to show: Playwright's own five are few on a busy machine
SETTINGS = {"SWEEP_SECONDS": "1", "SETTLING_SECONDS": "0.5"}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(f"{CHROMIUM} is missing, and REQUIRE_BROWSER is set")
        pytest.skip(f"{CHROMIUM} is missing")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def port() -> int:
    return free_port()


@pytest.fixture(scope="session")
def stores(port: int) -> Iterator[Sandbox]:
    """A sandbox whose admin embeds the program. Slow enough to be watched."""
    own = Sandbox("--plan", "advanced", "--latency-ms", "60", "--app-url", f"http://127.0.0.1:{port}")
    yield own
    own.stop()


@pytest.fixture(scope="session")
def program(stores: Sandbox, port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    own = Program(stores, tmp_path_factory.mktemp("browser") / "var", SETTINGS, port=port)
    yield own
    own.stop()


@pytest.fixture
def admin(chromium: Browser, stores: Sandbox, program: Program) -> Iterator[Admin]:
    own = Admin(chromium, stores, program)
    yield own
    own.close()
    assert own.complaints == []
