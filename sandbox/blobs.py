"""The bytes behind the sandbox's files: what its CDN serves, and what was uploaded to its staging area.

Content is made when somebody asks for it: a real PNG of the right size for images, and a line that says what it is,
filled up to the right length, for everything else. Uploads are kept as they came.
"""

from __future__ import annotations

import re
import struct
import uuid
import zlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

MIMES: Mapping[str, str] = {
    "csv": "text/csv",
    "gif": "image/gif",
    "glb": "model/gltf-binary",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "json": "application/json",
    "jsonl": "text/jsonl",
    "mov": "video/quicktime",
    "mp4": "video/mp4",
    "pdf": "application/pdf",
    "png": "image/png",
    "txt": "text/plain",
    "usdz": "model/vnd.usdz+zip",
    "webp": "image/webp",
    "zip": "application/zip",
}
_HEAD = re.compile(rb"SANDBOX-FILE (\d+)x(\d+) (\d+)ms\n")


def extension(name: str) -> str:
    return name.rsplit(".", 1)[1] if "." in name else ""


def mime_of(name: str) -> str:
    return MIMES.get(extension(name).lower(), "application/octet-stream")


@dataclass(frozen=True)
class Blob:
    """One file's content. `data`: as it was uploaded; None where it is made on demand."""

    mime: str
    size: int
    width: int = 0
    height: int = 0
    milliseconds: int = 0
    shade: int = 0
    data: bytes | None = None

    def content(self) -> bytes:
        if self.data is not None:
            return self.data
        if self.mime == "image/png":
            return _png(self.width, self.height, self.shade)
        head = f"SANDBOX-FILE {self.width}x{self.height} {self.milliseconds}ms\n".encode()
        return (head + b"." * self.size)[: self.size]


def thumbhash(blob: Blob) -> str | None:
    """The ThumbHash of an image, as far as one of a single grey has one: its brightness and its form, and no details.

    https://evanw.github.io/thumbhash/
    """
    if not blob.mime.startswith("image/"):
        return None
    long, short = max(blob.width, blob.height, 1), max(min(blob.width, blob.height), 1)
    landscape = blob.width > blob.height
    few = max(1, round(7 * short / long))
    head = round(63 * _shade(blob) / 255) | 32 << 6 | 32 << 12
    more = few | landscape << 15
    return b64encode(struct.pack("<I", head)[:3] + struct.pack("<H", more) + b"\x88" * (7 * few // 2)).decode()


def _shade(blob: Blob) -> int:
    """The brightness of the first dot."""
    if blob.data is None or not blob.data.startswith(b"\x89PNG"):
        return blob.shade % 256
    packed = blob.data.partition(b"IDAT")[2]
    return zlib.decompressobj().decompress(packed, 2)[1] if packed else 0


def picture(width: int, height: int, shade: int = 0) -> Blob:
    return Blob("image/png", len(_png(width, height, shade)), width, height, shade=shade)


def uploaded(mime: str, data: bytes) -> Blob:
    """What the content says about itself."""
    head = _HEAD.match(data)
    width, height, milliseconds = (int(part) for part in head.groups()) if head else (0, 0, 0)
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) > 24:
        width, height = struct.unpack(">II", data[16:24])
    return Blob(mime, len(data), width, height, milliseconds, data=data)


@lru_cache(maxsize=512)
def _png(width: int, height: int, shade: int) -> bytes:
    """One plain grey, eight bits a pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + bytes([shade % 256]) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")


@dataclass
class Staged:
    """An upload that was announced: what may be posted under its key. `size`: None where nobody said."""

    key: str
    mime: str
    size: int | None
    blob: Blob | None = None


@dataclass
class Blobs:
    """The CDN and the staging area of all shops. `origin`: where the sandbox is reached."""

    origin: str = "https://cdn.example"
    contents: dict[str, Blob] = field(default_factory=dict)
    shown: dict[str, Blob] = field(default_factory=dict)  # images of articles and collections, by address
    staged: dict[str, Staged] = field(default_factory=dict)  # by resourceUrl
    by_key: dict[str, Staged] = field(default_factory=dict)

    def url(self, path: str, version: int) -> str:
        return f"{self.origin}/cdn/{quote(path)}?v={version}"

    def fetch(self, url: str) -> Blob | None:
        """What Shopify finds at an address: this stand-in knows its own CDN and its own staging area."""
        if url in self.staged:
            return self.staged[url].blob
        if not url.startswith(f"{self.origin}/cdn/"):
            return None
        return self.contents.get(unquote(urlsplit(url).path.removeprefix("/cdn/")))

    def look(self, url: str) -> Blob:
        """What an image at an address shows: what this stand-in knows, else a grey of that address's own."""
        own = zlib.crc32(url.partition("?")[0].encode()) % 256
        return self.fetch(url) or self.shown.get(url) or picture(160, 90, own)

    def stage(self, folder: str, name: str, mime: str, size: int | None, number: int) -> tuple[str, str, Staged]:
        """(where to post, the address to name later, the announcement)."""
        token = uuid.uuid5(uuid.NAMESPACE_URL, f"{folder}/{number}")
        if folder == "video":
            staged = Staged(f"c/o/v/{token.hex}.{extension(name)}", mime, size)
            url = f"{self.origin}/staged/video"
            resource = f"{url}?external_video_id={number}"
        elif folder == "models":
            staged = Staged(f"models/{token.hex[:16]}/{name}", mime, size)
            url = resource = f"{self.origin}/staged/{staged.key}?external_model3d_id={number}"
        else:
            staged = Staged(f"tmp/{folder}/{token}/{name}", mime, size)
            url, resource = f"{self.origin}/staged/", f"{self.origin}/staged/{quote(staged.key)}"
        self.staged[resource] = self.by_key[staged.key] = staged
        return url, resource, staged

    def accept(self, key: str, data: bytes) -> bool:
        """Takes a posted form's file. The storage behind Shopify refuses what is not as it was announced."""
        staged = self.by_key.get(key)
        if staged is None or (staged.size is not None and staged.size != len(data)):
            return False
        staged.blob = uploaded(staged.mime, data)
        return True
