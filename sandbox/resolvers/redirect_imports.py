"""Redirects from a CSV file: announced, submitted, and worked through while somebody looks on."""

from __future__ import annotations

import csv
import io
from typing import Any

from ..context import Info, demand, shop_of
from ..errors import Refusal, user_error
from ..schema import field
from ..store import Node, Shop
from .menus import READ, WRITE
from .redirects import MAX_TEXT, by_path, put

LOOKS = 2  # at an import that is under way, before it is finished
PREVIEWED = 3


@field("QueryRoot", "urlRedirectImport")
def redirect_import(_: Any, info: Info, id: str) -> Node | None:
    demand(info, READ)
    shop = shop_of(info)
    node = shop.get(id, "UrlRedirectImport")
    if node is not None and node["_looks"] is not None and not node["finished"]:
        node["_looks"] += 1
        if node["_looks"] >= LOOKS:
            _work(shop, node)
    return node


@field("Mutation", "urlRedirectImportCreate")
def create(_: Any, info: Info, url: str) -> Node:
    demand(info, WRITE)
    shop = shop_of(info)
    blob = shop.blobs.fetch(url)
    if blob is None:
        error = user_error(["url"], "CSV file does not exist at given URL", "FILE_DOES_NOT_EXIST")
        return {"urlRedirectImport": None, "userErrors": [error]}
    rows = _rows(blob.content())
    node = shop.add(
        "UrlRedirectImport",
        count=len(rows),
        createdCount=None,
        updatedCount=None,
        failedCount=None,
        finished=False,
        finishedAt=None,
        previewRedirects=[{"path": path, "target": target} for path, target in rows[:PREVIEWED]],
        _rows=rows,
        _looks=None,
    )
    return {"urlRedirectImport": node, "userErrors": []}


@field("Mutation", "urlRedirectImportSubmit")
def submit(_: Any, info: Info, id: str) -> Node:
    demand(info, WRITE)
    shop = shop_of(info)
    node = shop.get(id, "UrlRedirectImport")
    if node is None:
        return _refused("URL redirect import not found", "NOT_FOUND")
    if node["finished"]:
        return _refused("Import has already completed", "ALREADY_IMPORTED")
    if node["_looks"] is not None:
        return _refused("Import is already in progress", "IN_PROGRESS")
    node["_looks"] = 0
    return {"job": {**shop.add("Job", done=True), "done": False}, "userErrors": []}


def _refused(message: str, code: str) -> Node:
    return {"job": None, "userErrors": [user_error(["id"], message, code)]}


def _rows(data: bytes) -> list[tuple[str, str]]:
    """The lines behind the header, of two cells each."""
    lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig", "replace"), newline="")))
    return [(line[0], line[1]) for line in lines[1:] if len(line) > 1]


def _work(shop: Shop, node: Node) -> None:
    """What is there already is changed; what cannot be made is counted, and no more is said of it."""
    counts = {"createdCount": 0, "updatedCount": 0, "failedCount": 0}
    for path, target in node["_rows"]:
        present = by_path(shop, path)
        try:
            put(shop, present, {"path": path[: MAX_TEXT + 1], "target": target})
            counts["updatedCount" if present is not None else "createdCount"] += 1
        except Refusal:
            counts["failedCount"] += 1
    node |= {**counts, "finished": True, "finishedAt": shop.now()}
