"""stagedUploadsCreate: where a form with a file may be posted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..blobs import MIMES
from ..context import Info, shop_of
from ..errors import Refusal, user_error
from ..schema import field
from ..store import Node, Shop

FOLDERS = {"VIDEO": "video", "MODEL_3D": "models", "IMAGE": "products", "FILE": "files"}
SIZED = {"VIDEO": "video", "MODEL_3D": "3D model"}
NONE: Node = {"url": None, "resourceUrl": None, "parameters": []}


@field("Mutation", "stagedUploadsCreate")
def staged_uploads_create(_: Any, info: Info, input: Sequence[Mapping[str, Any]]) -> Node:
    """Positions are kept: what is refused is a target without an address, next to good ones."""
    shop = shop_of(info)
    targets: list[Node] = []
    errors: list[Node] = []
    for number, item in enumerate(input):
        try:
            targets.append(_target(shop, item, ["input", str(number)]))
        except Refusal as refusal:
            targets.append(NONE)
            errors.append(user_error(refusal.error["field"], refusal.error["message"]))
    return {"stagedTargets": targets, "userErrors": errors}


def _target(shop: Shop, item: Mapping[str, Any], place: list[str]) -> Node:
    resource, name, mime = item["resource"], item["filename"], item["mimeType"]
    size = int(item["fileSize"]) if item.get("fileSize") is not None else None
    if resource in SIZED and size is None:
        raise Refusal([*place, "fileSize"], f"file size is required for {SIZED[resource]} resources")
    if resource in ("IMAGE", *SIZED) and mime not in MIMES.values():
        raise Refusal([*place, "mimeType"], f"{name}: ({mime}) is not a recognized format")
    url, resource_url, staged = shop.blobs.stage(
        FOLDERS.get(resource, resource.lower()), name, mime, size if resource in SIZED else None, shop.next_id()
    )
    if resource in SIZED:
        parameters = {"GoogleAccessId": "sandbox", "key": staged.key, "policy": "e30=", "signature": "none"}
    elif item.get("httpMethod") == "POST":
        parameters = {
            "Content-Type": mime,
            "success_action_status": "201",
            "acl": "private",
            "key": staged.key,
            "x-goog-date": "20260101T000000Z",
            "x-goog-credential": "sandbox",
            "x-goog-algorithm": "GOOG4-RSA-SHA256",
            "x-goog-signature": "none",
            "policy": "e30=",
        }
    else:
        url, parameters = resource_url, {"content_type": mime, "acl": "private"}
    listed = [{"name": name, "value": value} for name, value in parameters.items()]
    return {"url": url, "resourceUrl": resource_url, "parameters": listed}
