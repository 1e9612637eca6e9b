"""How a command ended, and what it said."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command


class Said:
    """The end of a command: its exit code, and what it said on both streams."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *command: str, **options: Any) -> None:
        out, err = io.StringIO(), io.StringIO()
        capsys.readouterr()
        try:
            call_command(*command, stdout=out, stderr=err, **options)
            self.code: Any = 0
        except SystemExit as end:
            self.code = end.code
        self.out, self.err = out.getvalue(), err.getvalue()
        self.progress = capsys.readouterr().err

    @property
    def sentence(self) -> str:
        """The one line that a refused command says."""
        (line,) = self.err.splitlines()
        assert line.endswith(".")
        assert "Traceback" not in line
        return line


def held_by(file: str | Path) -> int:
    """How many records an archive holds."""
    with zipfile.ZipFile(file) as archive:
        return sum(json.loads(archive.read("manifest.json"))["counts"].values())
