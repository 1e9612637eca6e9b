"""Files are carried from and to known hosts only, whole or not at all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from shopify_client import FileHosts, Upload, UploadFailed
from shopify_client.uploads import carry

FILE = b"film" * 50_000


class Storage(BaseHTTPRequestHandler):
    """Serves one file, forwards, fails, and keeps what is posted whole."""

    posted: list[tuple[str, bytes]] = []
    failures = 0

    def do_GET(self) -> None:
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "/film.mp4")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(FILE)))
        self.end_headers()
        if Storage.failures:
            Storage.failures -= 1
            self.wfile.write(FILE[:1000])
            self.close_connection = True
            return
        self.wfile.write(FILE)

    def do_POST(self) -> None:
        promised = int(self.headers["Content-Length"])
        body = self.rfile.read(promised)
        if len(body) < promised:
            return  # a storage keeps nothing that was cut off
        Storage.posted.append((self.headers["Content-Type"], body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def origin() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Storage)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    Storage.posted, Storage.failures = [], 0
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def upload(origin: str, path: str = "/film.mp4", size: int = len(FILE), **parameters: str) -> Upload:
    return Upload(f"{origin}{path}", f"{origin}/staged", "film.mp4", "video/mp4", size, parameters)


def test_the_form_holds_the_parameters_in_order_and_the_file_last(origin: str) -> None:
    carry(upload(origin, key="c/o/v/1.mp4", policy="p"), FileHosts((origin,)))
    ((kind, body),) = Storage.posted
    boundary = kind.partition("boundary=")[2].encode()
    parts = body.split(b"--" + boundary)[1:-1]
    assert [part.split(b'name="')[1].split(b'"')[0] for part in parts] == [b"key", b"policy", b"file"]
    assert parts[-1].split(b"\r\n\r\n", 1)[1] == FILE + b"\r\n"


def test_a_broken_line_is_tried_again(origin: str) -> None:
    Storage.failures = 2
    carry(upload(origin), FileHosts((origin,)))
    assert FILE in Storage.posted[-1][1]


@pytest.mark.parametrize(
    "path,size,words",
    [
        ("/elsewhere", len(FILE), "HTTP 302"),
        ("/film.mp4", len(FILE) - 1, "larger than"),
        ("/film.mp4", len(FILE) + 1, "shorter than"),
        ("/film.mp4", 1 << 40, "at most"),
    ],
)
def test_what_is_not_as_promised_is_not_carried(origin: str, path: str, size: int, words: str) -> None:
    with pytest.raises(UploadFailed, match=words):
        carry(upload(origin, path, size), FileHosts((origin,)))
    assert not any(FILE in body for _, body in Storage.posted)


@pytest.mark.parametrize(
    "url",
    [
        "http://cdn.shopify.com/a.mp4",
        "https://cdn.shopify.com.evil.example/a.mp4",
        "https://cdn.shopify.com@evil.example/a.mp4",
        "https://cdn.shopify.com:8443/a.mp4",
        "https://169.254.169.254/latest",
        "http://127.0.0.1/a",
        "file:///etc/passwd",
        "https://[::1]/a",
        "https://[broken/a",
    ],
)
def test_other_addresses_are_not_asked(url: str) -> None:
    assert not FileHosts().admits(url)


def test_the_stores_own_addresses_are_asked() -> None:
    assert FileHosts().admits("https://cdn.shopify.com/s/files/1/1/files/a.png?v=1")


def test_a_name_that_leads_into_a_private_network_is_not_asked() -> None:
    with pytest.raises(UploadFailed, match="private network"):
        FileHosts(("localhost",)).pool("https://localhost/a.mp4")
