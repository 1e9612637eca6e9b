"""An archive, and stores that commands may name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.runs.test_lane import installed
from tests.support import Sandbox, archive_of


@pytest.fixture(scope="module")
def archive(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return archive_of(sandbox, sandbox.shop("plain"), tmp_path_factory.mktemp("archive"))


@pytest.fixture
def file(archive: bytes, tmp_path: Path) -> str:
    path = tmp_path / "store.zip"
    path.write_bytes(archive)
    return str(path)


@pytest.fixture
def source(app: Any, sandbox: Sandbox) -> str:
    return installed(sandbox, sandbox.shop("plain")).domain


@pytest.fixture
def target(app: Any, sandbox: Sandbox) -> str:
    return installed(sandbox, sandbox.shop()).domain
