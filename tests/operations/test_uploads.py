"""Many slow uploads at once, against the program's own web processes: whoever wants a page gets one."""

from __future__ import annotations

import json
import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from demo.copy import Store
from tests.program import Program
from tests.support import Sandbox

pytestmark = pytest.mark.timeout(300)
SHOPS, EACH = 8, 4
PATIENCE = 60.0
HEAD = b'--x\r\nContent-Disposition: form-data; name="archive"; filename="a.zip"\r\n\r\n'
REST = b"this is no archive" + b" " * 400_000 + b"\r\n--x--\r\n"


@pytest.fixture
def program(tmp_path: Path) -> Iterator[tuple[Program, Sandbox]]:
    with ExitStack() as owned:
        sandbox = Sandbox()
        owned.callback(sandbox.stop)
        own = Program(sandbox, tmp_path / "var", {"SWEEP_SECONDS": "1"})
        owned.callback(own.stop)
        yield own, sandbox


def begin(program: Program, address: str) -> socket.socket:
    """An upload of which no more than its head has come."""
    parts = urlsplit(program.url)
    line = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=PATIENCE)
    head = f"POST {address} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    line.sendall(f"{head}Content-Length: {len(HEAD + REST)}\r\nConnection: close\r\n\r\n".encode() + HEAD)
    return line


def answer(line: socket.socket) -> tuple[int, dict[str, object]]:
    read = b"".join(iter(lambda: line.recv(65536), b""))
    head, _, body = read.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


def statuses(program: Program, address: str) -> Iterator[int]:
    """What one upload is answered, sent again for as long as anybody is patient."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with begin(program, address) as line:
            line.sendall(REST)
            yield answer(line)[0]
        time.sleep(0.1)


def refused(line: socket.socket) -> bool:
    line.settimeout(0)
    try:
        return bool(line.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return False
    finally:
        line.settimeout(PATIENCE)


def asked(program: Program, path: str) -> float:
    """How long an answer took. Raises OSError after ten seconds."""
    begun = time.monotonic()
    with urllib.request.urlopen(program.url + path, timeout=10) as found:
        found.read()
    return time.monotonic() - begun


def test_pages_are_there_while_uploads_hold_all_that_they_may(program: tuple[Program, Sandbox]) -> None:
    own, sandbox = program
    names = [sandbox.shop().removesuffix(".myshopify.com") for _ in range(SHOPS)]
    stores = [Store(own.url, sandbox.url, name) for name in names]
    for store in stores:
        store.ask("/")
    with ExitStack() as lines:
        sent = {}
        for store in stores * EACH:
            address = store.json("/imports/uploads", form=[])["address"]
            sent[address] = lines.enter_context(begin(own, address))
        deadline, turned_away = time.monotonic() + PATIENCE, 0
        while turned_away < SHOPS * EACH - 8:  # what two processes take
            assert time.monotonic() < deadline
            turned_away = sum(refused(line) for line in sent.values())
            time.sleep(0.1)
        assert max(asked(own, path) for path in ["/healthz", "/readyz"] * 10) < 5
        assert stores[0].ask("/imports/new")[0] == "/imports/new"
        waiting = {address: line for address, line in sent.items() if not refused(line)}
        assert 2 <= len(waiting) <= 8
        address, line = waiting.popitem()
        line.sendall(REST)
        assert answer(line)[0] == 422, "it was taken in, whole, and is no archive"
        away = sent.keys() - waiting.keys() - {address}
        for one in away:
            status, said = answer(sent[one])
            assert (status, said["retry_after"]) == (503, 10)
    # Those who held the room have gone, which a process notices when it reads their lines.
    assert next(status for status in statuses(own, min(away)) if status != 503) == 422
