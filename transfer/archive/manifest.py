"""The manifest: what an archive holds, from which shop, and what it does not hold and why.

It has no time, no run and no path in it, so that two exports of an unchanged shop have equal manifests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from ..jsonl import dumps

FORMAT_VERSION = 1
MANIFEST = "manifest.json"

_MEMBER = re.compile(r"([a-z_]+)/\d{5}\.jsonl\Z")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


class ArchiveError(Exception):
    """One sentence for a person that names the place: the member, the line."""


@dataclass(frozen=True, slots=True)
class MemberEntry:
    """`sha256`: of the uncompressed member."""

    name: str
    resource: str
    count: int
    size: int
    sha256: str

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "resource": self.resource,
            "count": self.count,
            "size": self.size,
            "sha256": self.sha256,
        }

    @classmethod
    def from_json(cls, data: Any) -> Self:
        if not isinstance(data, dict):
            raise ArchiveError(f"{MANIFEST}: every entry of members must be an object.")
        name, sha = _text(data, "name"), _text(data, "sha256")
        match = _MEMBER.match(name)
        if match is None or match[1] != data.get("resource"):
            raise ArchiveError(f"{MANIFEST}: {name[:80]!r} is no name of a member.")
        if _SHA256.match(sha) is None:
            raise ArchiveError(f"{MANIFEST}: the checksum of {name} is not a SHA-256.")
        return cls(name, match[1], _number(data, "count"), _number(data, "size"), sha)


@dataclass(frozen=True, slots=True)
class Manifest:
    """`not_carried`: resource -> reason -> {"count", "examples"}. `changed`: (resource, key) that moved to the end.

    `not_chosen`: resources that nobody asked for.
    `external`: host -> how many links in texts lead there, out of the shop. `selection`: what was chosen. `whole`: the
    resources that are here completely. `outside`: resource -> what records refer to and the archive does not hold.
    `deleted`: resource -> which of its references lead to what the source no longer had. `dangling`: how many lead to
    what it could not name for another reason.
    """

    source_shop: str
    api_version: str
    scopes: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    selection: Mapping[str, Any] = field(default_factory=dict)
    whole: tuple[str, ...] = ()
    members: tuple[MemberEntry, ...] = ()
    not_chosen: tuple[str, ...] = ()
    not_carried: Mapping[str, Any] = field(default_factory=dict)
    changed: tuple[tuple[str, tuple[str, ...]], ...] = ()
    deleted: Mapping[str, Any] = field(default_factory=dict)
    dangling: int = 0
    external: Mapping[str, int] = field(default_factory=dict)
    outside: Mapping[str, Any] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        counts = dict.fromkeys(self.resources, 0)
        for member in self.members:
            counts[member.resource] = counts.get(member.resource, 0) + member.count
        return counts

    def to_bytes(self) -> bytes:
        data = {
            "formatVersion": FORMAT_VERSION,
            "sourceShop": self.source_shop,
            "apiVersion": self.api_version,
            "scopes": sorted(self.scopes),
            "resources": list(self.resources),
            "selection": self.selection,
            "whole": list(self.whole),
            "counts": self.counts,
            "members": [member.to_json() for member in self.members],
            "notChosen": list(self.not_chosen),
            "notCarried": self.not_carried,
            "changedWhileReading": [[resource, list(key)] for resource, key in self.changed],
            "deletedReferences": self.deleted,
            "danglingReferences": self.dangling,
            "externalLinks": self.external,
            "outside": self.outside,
        }
        return dumps(data) + b"\n"

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Strict: a manifest that is not understood wholly is refused. Raises ArchiveError."""
        if not isinstance(data, dict):
            raise ArchiveError(f"{MANIFEST} does not hold an object.")
        version = data.get("formatVersion")
        if type(version) is not int or version != FORMAT_VERSION:  # to Python, True and 1.0 are 1 as well
            raise ArchiveError(
                f"{MANIFEST}: the archive has format version {str(version)[:20]}, and this program reads version "
                f"{FORMAT_VERSION}; export the store again with this program."
            )
        members = data.get("members")
        if not isinstance(members, list):
            raise ArchiveError(f"{MANIFEST}: members are missing.")
        manifest = cls(
            source_shop=_text(data, "sourceShop"),
            api_version=_text(data, "apiVersion"),
            scopes=_texts(data, "scopes"),
            resources=_texts(data, "resources"),
            selection=_selection(data),
            whole=_texts(data, "whole"),
            members=tuple(MemberEntry.from_json(member) for member in members),
            not_chosen=_texts(data, "notChosen"),
            not_carried=_not_carried(data),
            deleted=_noted(data, "deletedReferences") if "deletedReferences" in data else {},
            dangling=_number(data, "danglingReferences"),
            external=_counted(data, "externalLinks"),
            outside=_object(data, "outside"),
        )
        if data.get("counts") != manifest.counts:
            raise ArchiveError(f"{MANIFEST}: the counts do not match those of the members.")
        return manifest


def _selection(data: Mapping[str, Any]) -> Mapping[str, Any]:
    selection = _object(data, "selection")
    for name in selection.keys() & {"resources", "also", "metaobject_types", "namespaces", "owner_types"}:
        _texts(selection, name)
    return selection


def _not_carried(data: Mapping[str, Any]) -> Mapping[str, Any]:
    noted = _object(data, "notCarried")
    for name in noted:
        _noted(noted, name)
    return noted


def _noted(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    noted = _object(data, name)
    for what, note in noted.items():
        count = note.get("count") if isinstance(note, dict) else 0.5
        if not isinstance(count, int | None) or not isinstance(note.get("examples"), list):
            raise ArchiveError(f"{MANIFEST}: {name[:40]}, {what[:40]}: count or examples are missing.")
    return noted


def _object(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name)
    if not isinstance(value, dict):
        raise ArchiveError(f"{MANIFEST}: {name} is missing or no object.")
    return value


def _counted(data: Mapping[str, Any], name: str) -> Mapping[str, int]:
    value = _object(data, name)
    return {str(key): _number(value, key) for key in value}


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str):
        raise ArchiveError(f"{MANIFEST}: {name} is missing or no text.")
    return value


def _texts(data: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = data.get(name)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ArchiveError(f"{MANIFEST}: {name} is missing or no list of texts.")
    return tuple(value)


def _number(data: Mapping[str, Any], name: str) -> int:
    value = data.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ArchiveError(f"{MANIFEST}: {name} is missing or no count.")
    return value
