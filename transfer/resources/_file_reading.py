"""Files as Shopify gives them: their names, their measures, and where their bytes are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from ..keys import Key
from ..resource import Fields, Reading

KINDS = {
    "MediaImage": "image",
    "GenericFile": "file",
    "Video": "video",
    "Model3d": "model",
    "ExternalVideo": "external",
}
NAME = """
  __typename id
  ... on MediaImage { image { url } } ... on GenericFile { url }
  ... on Video { filename originalSource { fileSize } } ... on Model3d { filename originalSource { filesize } }
  ... on ExternalVideo { originUrl }
"""
SIZED = frozenset({"video", "model"})  # several may share their name: how large they are is part of their keys
FIELDS = """
  __typename
  ... on File { id alt updatedAt fileStatus }
  ... on MediaImage { mimeType image { url width height thumbhash } }
  ... on GenericFile { mimeType url originalFileSize }
  ... on Video { filename originalSource { url fileSize mimeType width height } }
  ... on Model3d { filename originalSource { url filesize mimeType } }
  ... on ExternalVideo { originUrl }
"""


def key_of(node: Mapping[str, Any]) -> Key | None:
    """Kind and file name, of films and models the size as well; None where Shopify does not say the name (yet).

    The size is empty as long as Shopify does not say it.
    """
    kind = KINDS.get(node["__typename"])
    url = (node.get("image") or {}).get("url") if kind == "image" else node.get("url")
    name = node.get("filename") or node.get("originUrl") or (url and unquote(urlsplit(url).path.rsplit("/", 1)[1]))
    if kind is None or not name:
        return None
    return (kind, name, str(source_of(node)["size"] or "")) if kind in SIZED else (kind, name)


def term(key: Key) -> str:
    kind, name = key[:2]
    return "media_type:EXTERNAL_VIDEO" if kind == "external" else f"filename:'{name.replace(chr(39), ' ')}'"


def reading(node: Mapping[str, Any]) -> Reading | None:
    key = key_of(node) if node.get("fileStatus") == "READY" else None
    if key is None:
        return None
    source = source_of(node)
    fields: Fields = {"alt": node["alt"] or ""}
    if key[0] != "external":
        fields["mimeType"] = source.get("mimeType") or node.get("mimeType")
    if key[0] in ("image", "video"):
        fields |= {"width": source.get("width"), "height": source.get("height")}
    if key[0] == "image":
        fields["thumbhash"] = source.get("thumbhash")
    if key[0] != "image":  # Shopify may store an image anew: its bytes say nothing, its measures do
        fields |= {"size": source.get("size")} if key[0] != "external" else {}
    url = source.get("url") or node.get("originUrl") or ""
    return Reading("files", key, node["id"], fields, node["updatedAt"], source=url)


def source_of(node: Mapping[str, Any]) -> dict[str, Any]:
    """Address, size and measures, wherever the type of the file has them."""
    if node["__typename"] == "GenericFile":
        return {"url": node["url"], "size": node["originalFileSize"]}
    own = dict(node.get("image") or node.get("originalSource") or {})
    return {**own, "size": own.get("fileSize", own.get("filesize"))}


def skipped(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if node.get("fileStatus") == "FAILED":
        yield node["id"], "Shopify could not process it, so that there is nothing to copy"
    elif reading(node) is None:
        yield node["id"], "Shopify was still processing it when it was read; export again"
