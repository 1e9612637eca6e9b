"""An archive unpacked into a directory, to be kept in git, read, compared and edited; and back again.

What a person edited by hand no longer fits the manifest, so packing a directory computes counts and checksums anew from
the members that are there. Everything else of the manifest, and every record, is then checked like any upload.

Of the side members a directory holds what an import cannot do without: the addresses of files and images, found again
by the key of the record. GIDs and times would only make every commit longer.
"""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections import Counter
from collections.abc import Sequence, Set
from pathlib import Path
from typing import Any, BinaryIO

from ..jsonl import dumps, loads
from .assemble import ZipWriter
from .check import json_of, quick_check
from .manifest import MANIFEST, MEMBER, ArchiveError

UNFINISHED = ".unfinished-export"  # where an export goes before it takes the place of an older one


def write_directory(archive: BinaryIO, folder: Path) -> None:
    """Unpacks an archive that has been checked. Members of an older export that are not in this one are removed.

    Everything is written beside the older export first, which stays whole where there is no room. While the files then
    take their places there is no manifest, so that half an archive is none: whoever is cut short writes it again.
    """
    manifest = quick_check(archive)
    archive.seek(0)
    doubt_folder(folder)
    names = [entry.name for entry in manifest.members]
    beside = folder / UNFINISHED
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        with zipfile.ZipFile(archive) as opened:
            for name in (MANIFEST, *names):
                _write_member(opened, name, beside)
            sides = [f"side/{name}" for name in names if _write_side(opened, f"side/{name}", beside)]
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    (folder / MANIFEST).unlink(missing_ok=True)
    _take_places(beside, folder, {*names, *sides})
    (beside / MANIFEST).replace(folder / MANIFEST)
    shutil.rmtree(beside)


def _write_member(archive: zipfile.ZipFile, name: str, folder: Path) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as source, path.open("wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)


def _take_places(beside: Path, folder: Path, names: Set[str]) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        (beside / name).replace(path)
    for path in (*folder.glob("*/*.jsonl"), *folder.glob("side/*/*.jsonl")):
        name = path.relative_to(folder).as_posix()
        if name not in names and MEMBER.match(name.removeprefix("side/")):
            path.unlink()


def doubt_folder(folder: Path) -> None:
    """Raises ArchiveError where an archive would come among files that are none of it."""
    ours = (folder / MANIFEST).exists() or (folder / UNFINISHED).exists()
    if folder.is_dir() and not ours and any(one.name[0] != "." for one in folder.iterdir()):
        raise ArchiveError(f"{folder} holds other files, and no archive; choose a directory that is empty.")


def _write_side(archive: zipfile.ZipFile, name: str, folder: Path) -> bool:
    """Writes the sources that a side member tells of, if it tells of any."""
    if name not in archive.NameToInfo:
        return False
    with archive.open(name) as lines:
        if not any("source" in loads(line) for line in lines):
            return False
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as lines, path.open("wb") as target:
        for data in map(loads, lines):
            target.write(dumps({"key": data["key"], "source": data.get("source", "")}) + b"\n")
    return True


def pack_directory(folder: Path, target: BinaryIO) -> None:
    """Makes the ZIP of an unpacked archive. Raises ArchiveError."""
    try:
        manifest = json_of((folder / MANIFEST).read_bytes(), MANIFEST)
    except FileNotFoundError:
        if (folder / UNFINISHED).exists():
            raise ArchiveError("An export into this directory was cut short; export the store into it again.") from None
        raise ArchiveError(f"The directory holds no {MANIFEST}, so it is no archive of a store.") from None
    members = _members(folder)
    if isinstance(manifest, dict):
        _doubt_missing(manifest.get("members"), {str(member["name"]) for member in members})
        manifest |= _counted(manifest.get("resources"), members)
    writer = ZipWriter(target)
    writer.add(MANIFEST, dumps(manifest) + b"\n")
    sides: dict[str, bytes] = {}
    for resource in {str(member["resource"]) for member in members}:
        sides |= _sides(folder, [str(member["name"]) for member in members if member["resource"] == resource])
    for member in members:
        name = str(member["name"])
        writer.add(name, (folder / name).read_bytes())
        if name in sides:
            writer.add(f"side/{name}", sides[name])
    writer.finish()


def _doubt_missing(listed: Any, there: Set[str]) -> None:
    """A file that was lost on the way must not be taken for a kind of which the store has nothing (any more)."""
    names = (one.get("name") for one in listed if isinstance(one, dict)) if isinstance(listed, list) else ()
    lost = next((name for name in names if isinstance(name, str) and name not in there), None)
    if lost is not None:
        raise ArchiveError(
            f"{MANIFEST} lists {lost}, which is not there. Fetch it again; if none of its records is to be carried, "
            "leave an empty file in its place."
        )


def _members(folder: Path) -> list[dict[str, Any]]:
    """What the manifest says of the members that are there. A link may lead to another place of the directory only."""
    paths = sorted(folder.glob("*/*.jsonl"))
    for path in (*paths, *folder.glob("side/*/*.jsonl")):
        name = path.relative_to(folder).as_posix()
        if not path.resolve().is_relative_to(folder.resolve()):
            raise ArchiveError(f"{name} is a link that leads out of the directory.")
        if not path.is_file():
            raise ArchiveError(f"{name} is no file.")
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
    return members


def _counted(names: Any, members: list[dict[str, Any]]) -> dict[str, Any]:
    """Members, in the order in which the manifest names their resources (`names`), and their counts."""
    counts = dict.fromkeys((name for name in names if isinstance(name, str)) if isinstance(names, list) else (), 0)
    for member in members:
        counts[member["resource"]] = counts.get(member["resource"], 0) + member["count"]
    order = {name: place for place, name in enumerate(counts)}
    members.sort(key=lambda member: (order[member["resource"]], member["name"]))
    return {"members": members, "counts": counts}


def _sides(folder: Path, names: Sequence[str]) -> dict[str, bytes]:
    """The side members of a resource, line by line beside its members as they are now.

    Records that share a key take their addresses in order. Where they are not as many as before, nobody can say whose
    is whose: they get none, and are listed as failed rather than written with another's picture.
    """
    sources = _sources(folder, sorted((folder / "side" / names[0]).parent.glob("*.jsonl")))
    if not sources:
        return {}
    keys = {name: [_key(line) for line in (folder / name).read_bytes().split(b"\n")[:-1]] for name in names}
    counts = Counter(key for some in keys.values() for key in some)
    waiting = {key: iter(found) for key, found in sources.items() if len(found) == counts[key]}

    def aside(key: bytes) -> bytes:
        return dumps({"key": loads(key), "source": next(waiting.get(key, iter(())), "")}) + b"\n"

    return {name: b"".join(map(aside, some)) for name, some in keys.items()}


def _sources(folder: Path, paths: Sequence[Path]) -> dict[bytes, list[str]]:
    """Key (canonical JSON) -> the addresses that stand in the side members."""
    found: dict[bytes, list[str]] = {}
    for path in paths:
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            place = f"{path.relative_to(folder).as_posix()}, line {number}"
            data = json_of(line, place)
            if not isinstance(data, dict) or not isinstance(data.get("source", ""), str):
                raise ArchiveError(f'{place}: a line must be {{"key": [...], "source": "..."}}.')
            found.setdefault(_spelt(data.get("key")), []).append(data.get("source", ""))
    return found


def _key(line: bytes) -> bytes:
    """The key of a record, in canonical JSON. What is no record is refused when the archive is checked."""
    try:
        data = json_of(line, "")
    except ArchiveError:
        return b"null"
    return _spelt(data.get("key") if isinstance(data, dict) else None)


def _spelt(key: Any) -> bytes:
    return dumps(key) if isinstance(key, list) and all(isinstance(part, str) for part in key) else b"null"
