"""An archive unpacked into a directory, to be kept in git, read, compared and edited; and back again.

What a person edited by hand no longer fits the manifest, so packing a directory computes counts and checksums anew from
the members that are there. Everything else of the manifest, and every record, is then checked like any upload.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

from ..jsonl import dumps
from .assemble import ZipWriter
from .check import quick_check
from .manifest import MANIFEST, ArchiveError


def write_directory(archive: BinaryIO, folder: Path) -> None:
    """Unpacks an archive that has been checked. Members of an older export that are not in this one are removed."""
    manifest = quick_check(archive)
    archive.seek(0)
    names = [MANIFEST, *(entry.name for entry in manifest.members)]
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive) as opened:
        for name in names:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with opened.open(name) as source, path.open("wb") as target:
                while chunk := source.read(1 << 20):
                    target.write(chunk)
    for path in folder.glob("*/*.jsonl"):
        if path.relative_to(folder).as_posix() not in names:
            path.unlink()


def pack_directory(folder: Path, target: BinaryIO) -> None:
    """Makes the ZIP of an unpacked archive. Raises ArchiveError."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        raise ArchiveError(f"The directory holds no {MANIFEST}, so it is no archive of a store.") from None
    except ValueError:
        raise ArchiveError(f"{MANIFEST}: this is not JSON.") from None
    paths = sorted(folder.glob("*/*.jsonl"))
    members: list[dict[str, Any]] = []
    for path in paths:
        text = path.read_bytes()
        members.append(
            {
                "name": path.relative_to(folder).as_posix(),
                "resource": path.parent.name,
                "count": text.count(b"\n"),
                "size": len(text),
                "sha256": hashlib.sha256(text).hexdigest(),
            }
        )
    if isinstance(manifest, dict):
        names = manifest.get("resources")
        counts = dict.fromkeys(names if isinstance(names, list) else [], 0)
        for member in members:
            counts[member["resource"]] = counts.get(member["resource"], 0) + member["count"]
        order = {name: place for place, name in enumerate(counts)}
        members.sort(key=lambda member: (order[member["resource"]], member["name"]))
        manifest |= {"members": members, "counts": counts}
    writer = ZipWriter(target)
    writer.add(MANIFEST, dumps(manifest) + b"\n")
    for member in members:
        writer.add(str(member["name"]), (folder / str(member["name"])).read_bytes())
    writer.finish()
