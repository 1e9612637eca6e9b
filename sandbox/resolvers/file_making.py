"""What becomes of a file: checked at once, fetched and processed later, as a real store was seen to.

A file keeps ``_name``, ``_path`` (on the CDN), ``_source`` (where it is fetched from) and ``_ready_at``.
Images and documents share one folder of names; videos and models may share theirs.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from ..blobs import Blob, extension, mime_of
from ..errors import Refusal, top_level
from ..store import Node, Shop, cdn_folder, gid_number, timestamp

TYPES = {
    "IMAGE": "MediaImage",
    "FILE": "GenericFile",
    "VIDEO": "Video",
    "MODEL_3D": "Model3d",
    "EXTERNAL_VIDEO": "ExternalVideo",
}
MAX_ALT = 512
MAX_SOURCE = 2048
MAX_IMAGE = 20_000_000
NAMED = ("MediaImage", "GenericFile")  # whose names are unique in a shop
_HOSTS = {"www.youtube.com": "YOUTUBE", "youtu.be": "YOUTUBE", "youtube.com": "YOUTUBE", "vimeo.com": "VIMEO"}


def checked(shop: Shop, item: Mapping[str, Any], place: list[str]) -> Node:
    """The fields of the file that an input asks for. Raises Refusal."""
    source = item["originalSource"]
    if not source or len(source) > MAX_SOURCE:
        raise top_level("originalSource is invalid", "INVALID_FIELD_ARGUMENTS")
    parts = urlsplit(source)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise Refusal([*place, "originalSource"], "File URL is invalid", "INVALID_IMAGE_SOURCE_URL")
    check_alt(item, place)
    staged = shop.blobs.staged.get(source)
    origin = staged.key if staged else unquote(parts.path)
    kind = TYPES[item.get("contentType") or _guess(parts.netloc, staged.mime if staged else mime_of(origin))]
    name = clean(item.get("filename") or origin.rsplit("/", 1)[-1])
    if item.get("filename") and extension(name) != extension(origin) and kind != "ExternalVideo":
        message = "Provided filename extension must match original source."
        raise Refusal([*place, "filename"], message, "MISMATCHED_FILENAME_AND_ORIGINAL_SOURCE")
    if kind == "ExternalVideo" and parts.netloc not in _HOSTS:
        message = "External video URLs must be from YouTube or Vimeo."
        raise Refusal([*place, "originalSource"], message, "INVALID")
    if kind in ("Video", "Model3d") and staged is None:
        message = "Videos and 3D models need a staged upload URL."
        raise Refusal([*place, "originalSource"], message, "INVALID")
    return {"kind": kind, "name": _named(shop, item, kind, name, place), "source": source, "alt": item.get("alt") or ""}


def check_alt(item: Mapping[str, Any], place: list[str]) -> None:
    if len(item.get("alt") or "") > MAX_ALT:
        message = f"The alt value exceeds the maximum limit of {MAX_ALT} characters."
        raise Refusal([*place, "alt"], message, "ALT_VALUE_LIMIT_EXCEEDED")


def _guess(host: str, mime: str) -> str:
    if host in _HOSTS:
        return "EXTERNAL_VIDEO"
    family = mime.split("/")[0]
    return {"image": "IMAGE", "video": "VIDEO"}.get(family, "FILE")


def clean(name: str) -> str:
    """Letters, digits, dots, dashes and underscores are kept."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)


def _named(shop: Shop, item: Mapping[str, Any], kind: str, name: str, place: list[str]) -> str:
    """The name that the file gets, by the way in which a name that is taken is dealt with."""
    mode = item.get("duplicateResolutionMode") or "APPEND_UUID"
    if mode == "REPLACE":
        if item.get("contentType") not in ("IMAGE", "FILE"):
            shown = item.get("contentType") or "MISSING"
            message = f"Duplicate resolution mode 'REPLACE' is not supported for '{shown}' media type."
            raise Refusal([*place, "duplicateResolutionMode"], message, "INVALID_DUPLICATE_MODE_FOR_TYPE")
        if not item.get("filename"):
            message = "Missing filename argument when attempting to use REPLACE duplicate mode."
            raise Refusal([*place, "filename"], message, "MISSING_FILENAME_FOR_DUPLICATE_MODE_REPLACE")
    if mode == "RAISE_ERROR" and kind in NAMED and by_name(shop, name) is not None:
        raise Refusal([*place, "filename"], "A file with this filename already exists.", "FILENAME_ALREADY_EXISTS")
    return name


def free_name(shop: Shop, kind: str, name: str) -> str:
    """The name, with a UUID where it is taken."""
    if kind not in NAMED or by_name(shop, name) is None:
        return name
    stem, dot, ending = name.rpartition(".")
    token = uuid.uuid5(uuid.NAMESPACE_URL, f"{shop.domain}/{name}/{len(shop.files)}")
    return f"{stem}_{token}.{ending}" if dot else f"{name}_{token}"


def by_name(shop: Shop, name: str) -> Node | None:
    """The image or document of this name, however far it has come."""
    gid = shop.file_by_name.get(name)
    return shop.nodes[gid] if gid is not None else None


def each(shop: Shop) -> Iterator[Node]:
    for gid in shop.files:
        yield shop.nodes[gid]


def make(shop: Shop, fields: Mapping[str, Any], blob: Blob | None = None) -> Node:
    """A file that is to be fetched; with `blob` one that is there."""
    kind = fields["kind"]
    node = shop.add(
        kind,
        alt=fields["alt"],
        fileErrors=[],
        _name=fields["name"],
        _path="",
        _source=fields["source"],
        _version=0,
        _status="UPLOADED",
        _ready_at=shop.clock() + shop.file_seconds,
    )
    node["_seen"] = shop.clock()
    shop.files[node["id"]] = None
    if kind in NAMED:
        shop.file_by_name.setdefault(node["_name"], node["id"])
    if kind == "ExternalVideo":
        node |= {"originUrl": fields["source"], "host": _HOSTS[urlsplit(fields["source"]).netloc]}
        node["embedUrl"] = fields["source"]
    if blob is not None:
        put(shop, node, blob)
    return node


def rename(shop: Shop, node: Node, name: str) -> None:
    blob = shop.blobs.contents.pop(node["_path"], None)
    forget(shop, node)
    node["_name"] = clean(name)
    shop.file_by_name.setdefault(node["_name"], node["id"])
    if blob is not None:
        put(shop, node, blob)


def forget(shop: Shop, node: Node) -> None:
    """The file's name is free again."""
    if shop.file_by_name.get(node["_name"]) == node["id"]:
        del shop.file_by_name[node["_name"]]


def put(shop: Shop, node: Node, blob: Blob) -> None:
    """The content is there."""
    folder = {"Video": f"videos/c/o/v/{gid_number(node['id'])}", "Model3d": f"3d/models/{gid_number(node['id'])}"}
    own = folder.get(node["__typename"], cdn_folder(shop).removeprefix("https://cdn.shopify.com/"))
    node["_path"] = f"{own}/{node['_name']}"
    shop.blobs.contents[node["_path"]] = blob
    node["_version"] = int(shop.clock())
    node["_status"] = "READY"


def settle(shop: Shop, node: Node) -> None:
    """Brings a file as far as it has come by now."""
    if node["_status"] not in ("UPLOADED", "PROCESSING"):
        return
    if shop.clock() < node["_ready_at"]:
        node["_status"] = "UPLOADED" if shop.clock() < node["_seen"] + shop.file_seconds / 4 else "PROCESSING"
        return
    node["updatedAt"] = timestamp(int(node["_ready_at"]))
    blob = shop.blobs.fetch(node["_source"])
    if node["__typename"] == "ExternalVideo":
        node["_status"] = "READY"
        return
    code = _fault(node["__typename"], blob)
    if code is not None:
        node["_status"] = "FAILED"
        node["fileErrors"] = [{"code": code, "message": _WORDS[code], "details": None}]
        return
    assert blob is not None
    put(shop, node, blob)


def _fault(kind: str, blob: Blob | None) -> str | None:
    """Why no such file can be made of this content."""
    if blob is None:
        return "IMAGE_DOWNLOAD_FAILURE" if kind == "MediaImage" else "GENERIC_FILE_DOWNLOAD_FAILURE"
    tests: Mapping[str, tuple[tuple[str, Callable[[Blob], bool]], ...]] = {
        "MediaImage": (
            ("UNSUPPORTED_IMAGE_FILE_TYPE", lambda own: not own.mime.startswith("image/")),
            ("INVALID_IMAGE_FILE_SIZE", lambda own: own.size > MAX_IMAGE),
            ("IMAGE_PROCESSING_FAILURE", lambda own: own.width == 0),
        ),
        "GenericFile": (("GENERIC_FILE_INVALID_SIZE", lambda own: own.size == 0),),
        "Video": (
            ("VIDEO_INVALID_FILETYPE_ERROR", lambda own: not own.mime.startswith("video/")),
            ("VIDEO_METADATA_READ_ERROR", lambda own: own.width == 0),
        ),
        "Model3d": (("MODEL3D_VALIDATION_ERROR", lambda own: not own.mime.startswith("model/")),),
    }
    return next((code for code, broken in tests[kind] if broken(blob)), None)


_WORDS = {
    "GENERIC_FILE_DOWNLOAD_FAILURE": "The file could not be downloaded.",
    "GENERIC_FILE_INVALID_SIZE": "The file is empty.",
    "IMAGE_DOWNLOAD_FAILURE": "The image could not be downloaded.",
    "IMAGE_PROCESSING_FAILURE": "The image could not be processed.",
    "INVALID_IMAGE_FILE_SIZE": "The image is larger than 20 MB.",
    "MODEL3D_VALIDATION_ERROR": "The model is not valid.",
    "UNSUPPORTED_IMAGE_FILE_TYPE": "The image has a file type that is not supported.",
    "VIDEO_INVALID_FILETYPE_ERROR": "The video has a file type that is not supported.",
    "VIDEO_METADATA_READ_ERROR": "The video could not be read.",
}
