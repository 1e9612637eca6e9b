"""What a command says where standard output takes nothing, or its database no word: never that some records failed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from shops.commands import AWAY, LOCKED, Sentences
from tests.support import ROOT, Sandbox, archive_of


def _converted(folder: Path, archive: Path, shell: str, *more: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "manage.py", "convert_archive", str(archive), str(folder / "out.csv.zip"), *more]
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "VAR_DIR": str(folder)}
    command = ["sh", "-c", f'exec "$@" {shell}', "sh", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=180)


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_standard_output_that_takes_nothing(sandbox: Sandbox, tmp_path: Path, more: tuple[str, ...]) -> None:
    archive = tmp_path / "source.zip"
    archive.write_bytes(archive_of(sandbox, sandbox.shop("plain"), tmp_path))
    full = _converted(tmp_path, archive, ">/dev/full", *more)
    assert (full.returncode, full.stderr) == (
        2,
        "Standard output cannot be read or written: No space left on device.\n",
    )
    refused = _converted(tmp_path, tmp_path / "none.zip", ">/dev/full", *more)
    assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1)
    closed = _converted(tmp_path, archive, ">&-", *more)
    assert (closed.returncode, closed.stderr) == (0, "")


@pytest.mark.parametrize(("words", "said"), [("database is locked", LOCKED), ("no such table: shop", AWAY)])
def test_a_database_that_is_locked_is_not_called_away(
    capsys: pytest.CaptureFixture[str], words: str, said: str
) -> None:
    class Command(Sentences):
        requires_system_checks = ()

        def handle(self, **options: Any) -> None:
            raise OperationalError(words)

    with pytest.raises(SystemExit) as ended:
        Command().run_from_argv(["manage.py", "own"])
    assert (ended.value.code, capsys.readouterr().err) == (2, f"{said}\n")
