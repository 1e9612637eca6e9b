"""The lines of docs/sandbox.md do what they say, as they stand there."""

from __future__ import annotations

import json
import shlex
import urllib.request
from typing import Any
from urllib.error import HTTPError

import pytest

from sandbox.seed import SEEDS
from sandbox.world import Fault
from tests.support import ROOT, Sandbox

PAGE = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")


def _sent(line: str, url: str) -> bytes:
    """What curl would get; not every machine has it."""
    words = shlex.split(line)[2:]
    address, body = words[0].replace("$S", url), words[words.index("-d") + 1].encode() if "-d" in words else None
    request = urllib.request.Request(address, body, method="POST" if "-X" in words else None)
    with urllib.request.urlopen(request, timeout=30) as response:
        answer: bytes = response.read()
        return answer


def test_every_line_of_the_page_is_answered() -> None:
    lines = [line for line in PAGE.splitlines() if line.startswith("curl ")]
    assert len(lines) >= 10
    sandbox = Sandbox()
    try:
        answers = {line: json.loads(_sent(line, sandbox.url)) for line in lines}
        assert set(answers[next(line for line in lines if line.endswith("/sandbox/stats"))]["shops"]) > {
            "mine.myshopify.com",
            "big.myshopify.com",
        }
        names = set(json.loads(_sent("curl -s $S/sandbox/config", sandbox.url)))
    finally:
        sandbox.stop()
    assert [name for name in {*names, *SEEDS, *Fault.KINDS} if f"`{name}`" not in PAGE] == []
    assert "(docs/sandbox.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("given", [{"latencyms": 300}, {"latency_ms": -1}, {"file_seconds": "soon"}, {"plan": "free"}])
def test_a_setting_that_there_is_not_is_refused(sandbox: Sandbox, given: dict[str, Any]) -> None:
    """Or what was to be measured at 300 ms would be measured at none."""
    before = sandbox.ask("/sandbox/config")
    with pytest.raises(HTTPError):
        sandbox.ask("/sandbox/config", given)
    assert sandbox.ask("/sandbox/config") == before
