"""Archives taken apart and put together again."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

from transfer.keys import sort_key

Members = dict[str, bytes]
Record = dict[str, Any]
Edit = Callable[[str, int, Record], list[Record]]


def opened(archive: bytes) -> Members:
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        return {name: file.read(name) for name in file.namelist()}


def closed(members: Members) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return buffer.getvalue()


def relist(members: Members) -> None:
    """Makes the manifest agree with the members again."""
    manifest = json.loads(members["manifest.json"])
    for entry in manifest["members"]:
        content = members[entry["name"]]
        entry |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "count": content.count(b"\n")}
    manifest["counts"] = {
        name: sum(e["count"] for e in manifest["members"] if e["resource"] == name) for name in manifest["counts"]
    }
    members["manifest.json"] = json.dumps(manifest).encode()


def noted(archive: bytes, not_carried: dict[str, dict[str, Any]]) -> bytes:
    """The archive with more of what it says that it does not hold: resource -> reason -> how many, and examples."""
    members = opened(archive)
    manifest = json.loads(members["manifest.json"])
    for name, reasons in not_carried.items():
        manifest["notCarried"][name] = {**manifest["notCarried"].get(name, {}), **reasons}
    return closed({**members, "manifest.json": json.dumps(manifest).encode()})


def edited(archive: bytes, edit: Edit) -> bytes:
    """`edit(resource, number, record)` says what stands in the place of each record, with a `command` if it likes."""
    members = opened(archive)
    for name in [name for name in members if name.endswith(".jsonl") and not name.startswith("side/")]:
        records = list(_edited(members, name, edit))
        own = ("command", "fields", "key")
        members[name] = _lines({part: one[part] for part in own if part in one} for one in records)
        members[f"side/{name}"] = _lines({**one["side"], "key": one["key"]} for one in records)
    relist(members)
    return closed(members)


def _edited(members: Members, name: str, edit: Edit) -> list[Record]:
    resource = name.split("/")[0]
    mains, sides = ([json.loads(line) for line in members[own].splitlines()] for own in (name, f"side/{name}"))
    found: list[Record] = []
    for number, (main, side) in enumerate(zip(mains, sides, strict=True)):
        found += edit(resource, number, {**main, "side": side})
    return sorted(found, key=lambda record: sort_key(tuple(record["key"])))


def _lines(records: Iterator[Record]) -> bytes:
    return b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records)
