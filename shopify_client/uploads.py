"""Files that pass through this machine: fetched from one store's storage and posted to where another one takes uploads.

Shopify fetches images and documents itself, from an address that it is given. Videos and 3D models it takes only by a
form that is posted to a *staged upload* (https://shopify.dev/docs/api/admin-graphql/latest/mutations/stagedUploadsCreate).
The address to fetch from comes out of an archive, and so from a stranger: only hosts on a list are asked, none of them
may lead into a private network, nobody is followed elsewhere, and never more bytes are taken than were promised.
"""

from __future__ import annotations

import ipaddress
import socket
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from .errors import TooLate, UploadFailed

SHOPIFY = (
    "cdn.shopify.com",
    "shopify-staged-uploads.storage.googleapis.com",
    "shopify-video-production-core-originals.storage.googleapis.com",
    "storage.googleapis.com",
)
CHUNK = 1 << 17
ATTEMPTS = 3
LIMITS = urllib3.Timeout(connect=5.0, read=30.0)
LARGEST = 1_073_741_824  # what Shopify takes of a video; https://help.shopify.com/manual/products/product-media


@dataclass(frozen=True, slots=True)
class FileHosts:
    """Which hosts may be asked for files, and be given some.

    A host is a name (``cdn.shopify.com``). A stand-in for Shopify is an origin (``http://127.0.0.1:4010``): it alone
    may go without TLS and live in a private network.
    """

    hosts: tuple[str, ...] = SHOPIFY

    def admits(self, url: str) -> bool:
        """Whether this machine may talk to this address, as far as its name tells."""
        try:
            parts = urlsplit(url)
            return self._stand_in(parts) or (
                parts.scheme == "https" and parts.hostname in self.hosts and parts.port in (None, 443)
            )
        except ValueError:
            return False

    def _stand_in(self, parts: SplitResult) -> bool:
        return f"{parts.scheme}://{parts.netloc}" in self.hosts

    def pool(self, url: str) -> urllib3.HTTPConnectionPool:
        """A connection to the host of an address, at one of the addresses that were looked at, so that it cannot
        change between the look and the request. Raises UploadFailed."""
        parts = urlsplit(url)
        if not self.admits(url):
            raise UploadFailed(f"Files are not fetched from {(parts.hostname or 'this address')[:80]}.")
        if self._stand_in(parts):
            own: urllib3.HTTPConnectionPool = urllib3.connection_from_url(f"{parts.scheme}://{parts.netloc}")
            return own
        assert parts.hostname is not None
        address = _public_address(parts.hostname)
        return urllib3.HTTPSConnectionPool(
            address, 443, server_hostname=parts.hostname, assert_hostname=parts.hostname, maxsize=1
        )


def _public_address(host: str) -> str:
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)}
    except OSError:
        raise UploadFailed(f"The host {host} could not be found.") from None
    if not found or not all(ipaddress.ip_address(one).is_global for one in found):
        raise UploadFailed(f"The host {host} leads into a private network.")
    return sorted(found)[0]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to be carried. `size`: its bytes, exactly, as the upload was announced with it. `data`: these bytes, where
    they are at hand; else they are fetched from `source`."""

    source: str
    target: str
    filename: str
    mime: str
    size: int
    parameters: Mapping[str, str] = field(default_factory=dict)
    data: bytes = b""


def carry(upload: Upload, hosts: FileHosts, halted: Callable[[], bool] = lambda: False) -> None:
    """Fetches and posts, a piece at a time. The same form may be posted again, so that a broken line costs time only.

    Raises UploadFailed; TooLate where `halted` says, between two pieces, that it is to be left.
    """
    if upload.size > LARGEST:
        raise UploadFailed(f"The file has {upload.size} bytes, and at most {LARGEST} are carried.")
    for attempt in range(ATTEMPTS):
        try:
            _once(upload, hosts, halted)
            return
        except (HTTPError, OSError):
            if attempt == ATTEMPTS - 1:
                raise UploadFailed("The connection broke while the file was being carried.") from None


def _once(upload: Upload, hosts: FileHosts, halted: Callable[[], bool]) -> None:
    if upload.data:
        _post(upload, hosts, iter((upload.data,)))
        return
    source = hosts.pool(upload.source)
    with source:
        fetched = source.request("GET", _path(upload.source), headers=_host(upload.source), **_OPTIONS)
        try:
            if fetched.status != 200:
                raise UploadFailed(f"The file could not be fetched (HTTP {fetched.status}).")
            _post(upload, hosts, _exactly(fetched, upload.size, halted))
        finally:
            fetched.close()


def _post(upload: Upload, hosts: FileHosts, pieces: Iterator[bytes]) -> None:
    boundary = uuid.uuid4().hex
    head, tail = _form(upload, boundary)
    headers = {
        **_host(upload.target),
        "Content-Type": f"multipart/form-data; boundary={boundary}",
        "Content-Length": str(len(head) + upload.size + len(tail)),
    }
    with hosts.pool(upload.target) as target:
        body = _body(head, pieces, tail)
        answer = target.request("POST", _path(upload.target), body=body, headers=headers, **_OPTIONS)
        answer.drain_conn()
        if not 200 <= answer.status < 300:
            raise UploadFailed(f"The upload was not accepted (HTTP {answer.status}).")


_OPTIONS: dict[str, Any] = {"timeout": LIMITS, "retries": False, "redirect": False, "preload_content": False}


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def _host(url: str) -> dict[str, str]:
    return {"Host": urlsplit(url).netloc, "Accept-Encoding": "identity", "User-Agent": "shopsync"}


def _form(upload: Upload, boundary: str) -> tuple[bytes, bytes]:
    """What stands before and after the file: all parameters in their order, then the file as the last part."""
    lines = []
    for name, value in upload.parameters.items():
        lines += [f"--{boundary}", f'Content-Disposition: form-data; name="{_quoted(name)}"', "", value]
    lines += [
        f"--{boundary}",
        f'Content-Disposition: form-data; name="file"; filename="{_quoted(upload.filename)}"',
        f"Content-Type: {_quoted(upload.mime)}",
        "",
        "",
    ]
    return "\r\n".join(lines).encode(), f"\r\n--{boundary}--\r\n".encode()


def _quoted(text: str) -> str:
    return "".join("_" if character in '"\\\r\n' else character for character in text)


def _exactly(fetched: urllib3.BaseHTTPResponse, size: int, halted: Callable[[], bool]) -> Iterator[bytes]:
    left = size
    for piece in fetched.stream(CHUNK):
        if halted():
            raise TooLate
        left -= len(piece)
        if left < 0:
            raise UploadFailed(f"The file is larger than the {size} bytes that the archive says.")
        yield piece
    if left:
        raise UploadFailed(f"The file is {left} bytes shorter than the archive says.")


def _body(head: bytes, pieces: Iterator[bytes], tail: bytes) -> Iterator[bytes]:
    yield head
    yield from pieces
    yield tail
