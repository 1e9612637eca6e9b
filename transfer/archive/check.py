"""Reading archives that somebody else made: everything is doubted before anything is believed.

`quick_check` is for the request that uploads: names, sizes, ratio, manifest. `unpack` is for the run: every byte and
line of every member. Both say in one sentence what is wrong and where. Neither trusts a size that it did not count.
"""

from __future__ import annotations

import hashlib
import json
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, BinaryIO, NoReturn

from ..commands import Command
from ..jsonl import dumps
from ..keys import sort_key
from ..misnamed import misnamed
from ..resource import Resource
from ..shapes import Anything, Lacking, ListOf, Object, OneOf, Text, Wrong, shown
from ..work import Checkpoint, Cursor, Desk
from .manifest import MANIFEST, ArchiveError, Manifest, MemberEntry, newer
from .members import MEMBER_BYTES, Line, MemberWriter

MAX_MANIFEST = 16_000_000
MAX_LINE = 32_000_000  # a record; an entry with forty JSON values of the largest size, all quotes, stays below
MAX_TOTAL = 64_000_000_000
MAX_RATIO = 300  # JSON lines deflate to a tenth, very repetitive ones to a hundredth; one letter, to a thousandth
MAX_DEPTH = 64
MOST_TYPES = 2_000  # of entries; a shop has a few hundred at most
# Below these sizes a ratio says nothing, for a store may hold the same all over: of a file, what an export puts into
# one at most (a member, and the line that fills it); of all together, what is soon unpacked, whoever made it.
RATIO_FROM = MEMBER_BYTES + MAX_LINE
TOTAL_FROM = 4_000_000_000
# What `zipfile` raises at bytes that are no ZIP; ValueError at names that are no text, and at places before its start.
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"  # how files of Office begin that are no ZIP: old ones, and all that are encrypted
BEAT = 1000  # lines between two signs of life
_WHOLE = "half a character (a lone surrogate); write the whole one."
_HALF = re.compile("[\ud800-\udfff]")
_KEY = ListOf(Text(), "a list of texts", least=1)
_LINE = Object(
    "a line",
    {"key": _KEY, "fields": Anything("an object"), "command": Lacking(OneOf(*Command))},
)
_ASIDE = Object(
    "a line of a side member",
    {"key": _KEY, "gid": Lacking(Text()), "updatedAt": Lacking(Text()), "source": Lacking(Text())},
)


def quick_check(file: BinaryIO, *, known: Mapping[str, Resource] | None = None) -> Manifest:
    """What can be said of an archive without reading its records. Raises ArchiveError."""
    with opened_zip(file) as archive:
        return _manifest(archive, known)


def opened_zip(file: BinaryIO) -> zipfile.ZipFile:
    file.seek(0)
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, OverflowError):
        file.seek(0)
        start = file.read(4)
        if start == b"PK\x03\x04":
            raise ArchiveError("The ZIP file is cut off or damaged at its end; upload it again.") from None
        if start == _OLD_OFFICE:
            raise ArchiveError("This file is XLS, or has a password; save it as XLSX without one.") from None
        raise ArchiveError("This is not a ZIP file; upload the archive that an export gave you.") from None


def _manifest(archive: zipfile.ZipFile, known: Mapping[str, Resource] | None) -> Manifest:
    infos = archive.infolist()
    check_names(infos)
    info = next((info for info in infos if info.filename == MANIFEST), None)
    if info is None:
        raise ArchiveError(f"The ZIP file holds no {MANIFEST}, so it is no archive of a store.")
    if info.file_size > MAX_MANIFEST:
        raise ArchiveError(f"{MANIFEST} is larger than {MAX_MANIFEST // 1_000_000} MB.")
    text = b"".join(content_of(archive, info))
    manifest = Manifest.from_json(json_of(text, MANIFEST))
    _members(manifest, {info.filename: info for info in infos}, known)
    return manifest


def check_names(infos: list[zipfile.ZipInfo], *, ratio: int = MAX_RATIO, most: int = MAX_TOTAL) -> None:
    """Doubts what the ZIP says of itself. `ratio`, `most`: how much one file and all files may unpack to."""
    seen: set[str] = set()
    total = packed = 0
    for info in infos:
        name = info.filename
        shown = repr(name[:80])
        if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name:
            raise ArchiveError(f"The archive holds a path that leads out of it: {shown}.")
        if name in seen:
            raise ArchiveError(f"The archive holds {shown} twice.")
        if info.flag_bits & 0x1:
            raise ArchiveError(f"{shown} is encrypted; archives are not.")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise ArchiveError(f"{shown} is a link; archives hold files only.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ArchiveError(f"{shown} is compressed in a way that archives are not.")
        if info.file_size > RATIO_FROM and info.file_size > ratio * max(1, info.compress_size):
            raise ArchiveError(f"{shown} would unpack to {info.file_size} bytes, which no export does.")
        seen.add(name)
        total += info.file_size
        packed += info.compress_size
    if total > TOTAL_FROM and total > ratio * packed:
        raise ArchiveError(f"The archive would unpack to {total} bytes, which no export does.")
    if total > most:
        raise ArchiveError(f"The archive would unpack to more than {most // 1_000_000_000} GB.")


def _members(manifest: Manifest, infos: Mapping[str, zipfile.ZipInfo], known: Mapping[str, Resource] | None) -> None:
    names = [entry.name for entry in manifest.members]
    if len(set(names)) != len(names):
        raise ArchiveError(f"{MANIFEST} lists a member twice.")
    for entry in manifest.members:
        if entry.name not in infos:
            raise ArchiveError(f"{entry.name} is listed in {MANIFEST} and missing from the archive.")
        if infos[entry.name].file_size != entry.size:
            raise ArchiveError(f"{entry.name} has another size than {MANIFEST} says.")
        if known is not None and entry.resource not in known:
            raise ArchiveError(
                f"{entry.name}: this program does not know {entry.resource[:40]!r}; use a newer version."
            )
    allowed = {MANIFEST, *names, *(f"side/{name}" for name in names)}
    for name in infos:
        if name not in allowed and not name.endswith("/"):
            raise ArchiveError(f"The archive holds an unknown member: {name[:80]!r}.")


def content_of(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content in chunks; never more than the archive says."""
    left = info.file_size
    try:
        with archive.open(info) as source:
            while chunk := source.read(1 << 16):
                left -= len(chunk)
                if left < 0:
                    raise ArchiveError(f"{info.filename} unpacks to more than the archive says.")
                yield chunk
    except _DAMAGED:
        raise ArchiveError(f"{info.filename} is damaged; upload the archive again.") from None
    if left > 0:
        raise ArchiveError(f"{info.filename} is cut off; upload the archive again.")


def json_of(text: bytes, place: str) -> Any:
    try:
        return json.loads(text.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite)
    except UnicodeDecodeError:
        raise ArchiveError(f"{place}: this is not UTF-8 text.") from None
    except (ValueError, RecursionError) as problem:
        what = problem.msg if isinstance(problem, json.JSONDecodeError) else "nested too deeply, or a number too large"
        raise ArchiveError(f"{place}: this is not JSON ({what}).") from None


def _finite(text: str) -> float:
    """1e999 is a number of JSON, and of no machine."""
    number = float(text)
    return number if isfinite(number) else _no_constant(text[:40])


def _no_constant(word: str) -> NoReturn:
    raise json.JSONDecodeError(f"{word} is no JSON", word, 0)


def unpack(desk: Desk, cursor: Cursor, *, archive: str) -> Iterator[Checkpoint]:
    """Checks every line of the archive stored as `archive`, and makes members of it that can be believed.

    The last cursor holds ``{"members": {...}, "manifest": {...}, "types": [...]}``: the types of entries, so that of
    the target only these are read (none: all). One checkpoint per member.
    """
    cursor = cursor or {"at": 0, "members": {}, "types": []}
    with desk.storage.read(archive) as file, opened_zip(file) as opened:
        manifest = _manifest(opened, desk.registry)
        hint = newer(manifest.minor)
        while cursor["at"] < len(manifest.members):
            entry = manifest.members[cursor["at"]]
            before = cursor["members"].setdefault(entry.resource, [])
            last = sort_key(tuple(before[-1]["last"])) if before else b""
            stored = f"{desk.prefix}source/{entry.name.replace('/', '-')}.{desk.ticket}"
            types = set(cursor["types"])
            with MemberWriter(desk.storage, stored, entry.name, entry.resource, side=False) as writer:
                for line in _Checking(desk.registry[entry.resource], entry, last, hint=hint).lines(opened):
                    writer.add(line)
                    if entry.resource == "metaobjects" and len(types) <= MOST_TYPES:
                        types.add(line.key[0])
                    if writer.count % BEAT == 0:
                        desk.beat()
                before.append(writer.finish().to_json())
            cursor["at"] += 1
            cursor["types"] = sorted(types)
            yield Checkpoint(cursor, _counts(manifest, cursor))
            if desk.stopping():
                return
    for name in manifest.resources:
        if name in desk.registry:
            cursor["members"].setdefault(name, [])
    types = set(cursor["types"]) if len(cursor["types"]) <= MOST_TYPES else set()
    past = {"members": cursor["members"], "manifest": facts_of(manifest), "types": sorted(types)}
    yield Checkpoint(past, _counts(manifest, cursor), done=True)


def facts_of(manifest: Manifest) -> dict[str, Any]:
    """What later steps and pages want to know of a manifest."""
    return {
        "sourceShop": manifest.source_shop,
        "scopes": list(manifest.scopes),
        "resources": list(manifest.resources),
        "selection": dict(manifest.selection),
        "whole": list(manifest.whole),
        "outside": dict(manifest.outside),
        "notCarried": manifest.not_carried,
        "deleted": dict(manifest.deleted),
        "dangling": manifest.dangling,
        "externalLinks": dict(manifest.external),
        "anonymised": manifest.anonymised,
        "addresses": list(manifest.addresses),
        "language": manifest.language,
        "mentions": dict(manifest.mentions),
    }


def _counts(manifest: Manifest, cursor: Cursor) -> dict[str, tuple[int, int | None]]:
    done = {name: sum(m["count"] for m in members) for name, members in cursor["members"].items()}
    return {name: (done.get(name, 0), count) for name, count in manifest.counts.items()}


@dataclass(slots=True)
class _Checking:
    """One member under doubt."""

    resource: Resource
    entry: MemberEntry
    order: bytes = b""  # of the record before
    seen: bytes = b""
    hint: str = ""

    def lines(self, archive: zipfile.ZipFile) -> Iterator[Line]:
        sha = hashlib.sha256()
        rest = b""
        number = 0
        asides = self._asides(archive)
        for chunk in content_of(archive, archive.getinfo(self.entry.name)):
            sha.update(chunk)
            *texts, rest = (rest + chunk).split(b"\n")
            for text in texts:
                number += 1
                yield self._line(text, number, next(asides, b""))
            if len(rest) > MAX_LINE:
                raise ArchiveError(f"{self.entry.name}, line {number + 1}: the line is longer than {MAX_LINE} bytes.")
        if rest:
            raise ArchiveError(f"{self.entry.name}, line {number + 1}: the last line is cut off.")
        if number != self.entry.count:
            raise ArchiveError(f"{self.entry.name} holds {number} records, and {MANIFEST} says {self.entry.count}.")
        if sha.hexdigest() != self.entry.sha256:
            raise ArchiveError(f"{self.entry.name} has another checksum than {MANIFEST} says: it was changed.")
        for _ in asides:
            pass  # the ZIP's checksum is compared at the end of the file, and nowhere before

    def _asides(self, archive: zipfile.ZipFile) -> Iterator[bytes]:
        """The lines of the side member, which an archive may lack. Raises ArchiveError where its bytes are damaged."""
        name = f"side/{self.entry.name}"
        if name not in archive.NameToInfo:
            return
        rest = b""
        for chunk in content_of(archive, archive.getinfo(name)):
            *texts, rest = (rest + chunk).split(b"\n")
            yield from texts
            if len(rest) > MAX_LINE:
                raise ArchiveError(f"{name}: a line is longer than {MAX_LINE} bytes.")

    def _line(self, text: bytes, number: int, aside: bytes) -> Line:
        place = f"{self.entry.name}, line {number}"
        data = json_of(text, place)
        wrong = _LINE.wrong(data)
        if wrong is not None:
            raise ArchiveError(f"{place}: {wrong}{self.hint}")
        content = dumps(data)
        if content != text:  # not as we write it; so it may say one thing twice
            _doubt(text, place)
        half = halved(data) if b"\\ud" in content else None
        if half is not None:
            raise ArchiveError(f"{place}: {half}")
        record = tuple(data["key"])
        order = sort_key(record)
        if order < self.order:
            raise ArchiveError(f"{place}: the records are not sorted by their keys.")
        if order == self.order and content == self.seen and self.resource.unique:
            raise ArchiveError(f"{place}: the same record stands here twice.")
        self.order, self.seen = order, content
        if aside and self.resource.sourced:
            data["fields"]["source"] = self._source(aside, data["key"], number)
        command = data.get("command", "")
        # A record with a command may be a part of one; it is judged whole when the target's record completes it.
        problem = self.resource.validate(record, data["fields"], part=command != "")
        if problem is None and not command:
            problem = misnamed(self.resource, data["fields"])
        if problem is not None:
            raise ArchiveError(f"{place}: {problem}{self.hint}")
        return Line(record, data["fields"], "", "", command=command)

    def _source(self, aside: bytes, key: Any, number: int) -> Any:
        """Where the bytes of this record are. The side member goes line by line with the member."""
        place = f"side/{self.entry.name}, line {number}"
        data = json_of(aside, place)
        wrong = _ASIDE.wrong(data)
        if wrong is not None:
            raise ArchiveError(f"{place}: {wrong}{self.hint}")
        if data["key"] != key:
            raise ArchiveError(f"{place}: this is not the line of the record beside it.")
        return data.get("source", "")


def depth(value: Any) -> int:
    """How deeply objects and lists are nested, counted without recursion."""
    deepest = 0
    waiting = [(value, 1)]
    while waiting:
        item, depth = waiting.pop()
        deepest = max(deepest, depth)
        if depth > MAX_DEPTH:
            break
        children = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        waiting += [(child, depth + 1) for child in children]
    return deepest


def halved(value: Any) -> Wrong | None:
    """Where half a character (a lone surrogate) stands: no UTF-8 can say it, and Shopify would put “�” in its place."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), value)]
    while waiting:
        path, item = waiting.pop()
        if isinstance(item, str) and _HALF.search(item):
            return Wrong(path, f"holds {_WHOLE}")
        if isinstance(item, dict):
            spoilt = next(filter(_HALF.search, item), None)
            if spoilt is not None:
                return Wrong((*path, spoilt), f"is a name with {_WHOLE}")
        children = item.items() if isinstance(item, dict) else enumerate(item) if isinstance(item, list) else ()
        waiting += [((*path, name), child) for name, child in children]
    return None


def _doubt(text: bytes, place: str) -> None:
    """Of a field that stands twice, one would be lost."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise ArchiveError(f"{place}: “{shown(twice)}” stands twice in one object.")
        return found

    json.loads(text, object_pairs_hook=once)
