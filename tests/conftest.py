"""One sandbox for all tests; shops of their own for each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .support import CLIENT_ID, CLIENT_SECRET, Sandbox


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


@pytest.fixture
def app(settings: Any, sandbox: Sandbox, tmp_path: Path) -> Any:
    """Django's settings, pointed at the sandbox and at a folder of the test's own."""
    settings.SHOPIFY_API_KEY = CLIENT_ID
    settings.SHOPIFY_API_SECRETS = [CLIENT_SECRET]
    settings.SHOPIFY_API_ORIGIN = sandbox.origin
    settings.SHOPIFY_ADMIN_ORIGIN = sandbox.url
    settings.SHOPIFY_FILE_HOSTS = [sandbox.url]
    settings.SHOPIFY_APP_BRIDGE_URL = f"{sandbox.url}/app-bridge.js"
    settings.FILES_DIR = tmp_path / "files"
    settings.BROKER_SOCKET = tmp_path / "no-broker.sock"
    settings.REDIS_URL = ""
    settings.SETTLING_SECONDS = 0.0
    return settings


@pytest.fixture(scope="session")
def schema_file() -> Path:
    """Shopify's published schema; tests that need it are skipped on machines without."""
    path = os.environ.get("SHOPIFY_SCHEMA_FILE")
    if not path:
        pytest.skip("SHOPIFY_SCHEMA_FILE does not name Shopify's published schema")
    return Path(path)
