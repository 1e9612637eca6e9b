"""The manifest: what an archive holds, from which shop, and what it does not hold and why.

It has no time, no run and no path in it, so that two exports of an unchanged shop have equal manifests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from ..jsonl import dumps
from ..shapes import Flag, Lacking, ListOf, MapOf, Match, Number, Object, OrNull, Row, Text, found

FORMAT_VERSION = 1  # raised when an archive means something else than before
FORMAT_MINOR = 1  # raised when fields or kinds are added; without them, older programs read the archive as before
MANIFEST = "manifest.json"
_AGAIN = "export the store again with this program."

MEMBER = re.compile(r"([a-z_]+)/\d{5}\.jsonl\Z")
# None where a spreadsheet that does not say whose it is was made an archive.
_SHOP = Match(
    "a store's domain, like my-store.myshopify.com", re.compile(r"(?:[a-z0-9][a-z0-9-]{0,240}\.myshopify\.com)?")
)
_COUNT = Number("a count", least=0, most=2**53, whole=True)
_TEXT = Text()
_TEXTS = ListOf(_TEXT, "a list of texts")
_KEY = ListOf(_TEXT, "a key: a list of texts")
_NAMED = Row("[resource, key]", _TEXT, _KEY)
_NOTED = {"examples": ListOf(_TEXT, "a list of texts")}
_OUTSIDE = Object("what is referred to", {"count": _COUNT, **_NOTED})
_SELECTION = {
    **{name: Lacking(_TEXTS) for name in ("resources", "also", "metaobject_types", "namespaces", "owner_types")},
    "products": Lacking(_TEXT),
    "records": Lacking(ListOf(_NAMED, "a list of [resource, key]")),
    "closure": Lacking(Flag()),
}
_MEMBER_SHAPE = Object(
    "a member",
    {
        "name": _TEXT,
        "resource": _TEXT,
        "count": _COUNT,
        "size": _COUNT,
        "sha256": Match("a SHA-256 in hexadecimal digits", re.compile(r"[0-9a-f]{64}")),
    },
)
SHAPE = Object(
    "a manifest",
    {
        "formatVersion": _COUNT,
        "formatMinor": Lacking(_COUNT),
        "sourceShop": _SHOP,
        "apiVersion": _TEXT,
        "scopes": _TEXTS,
        "resources": _TEXTS,
        "selection": Object("a selection", _SELECTION),
        "whole": _TEXTS,
        "notChosen": Lacking(_TEXTS),
        "counts": MapOf(_COUNT, "an object of counts"),
        "members": ListOf(_MEMBER_SHAPE, "a list of members"),
        "notCarried": MapOf(
            MapOf(Object("what was not carried", {"count": OrNull(_COUNT), **_NOTED}), "an object: reason by reason"),
            "an object: resource by resource",
        ),
        "changedWhileReading": ListOf(_NAMED, "a list of [resource, key]", most=1_000),
        "deletedReferences": Lacking(MapOf(_OUTSIDE, "an object: resource by resource")),
        "danglingReferences": _COUNT,
        "externalLinks": MapOf(_COUNT, "an object of counts"),
        "outside": MapOf(_OUTSIDE, "an object: resource by resource"),
        "anonymised": Lacking(Flag()),
        "sourceAddresses": Lacking(_TEXTS),
        "sourceLanguage": Lacking(_TEXT),
        "sourceMentions": Lacking(MapOf(_OUTSIDE, "an object: resource by resource")),
    },
)


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
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """From an entry that has the shape of one. Raises ArchiveError."""
        name = data["name"]
        match = MEMBER.match(name)
        if match is None or match[1] != data["resource"]:
            raise ArchiveError(f"{MANIFEST}: {name[:80]!r} is no name of a member of {data['resource'][:40]!r}.")
        return cls(name, match[1], data["count"], data["size"], data["sha256"])


@dataclass(frozen=True, slots=True)
class Manifest:
    """`not_carried`: resource -> reason -> {"count", "examples"}. `changed`: (resource, key) that moved to the end.

    `not_chosen`: resources that nobody asked for.
    `external`: host -> how many links in texts lead there, out of the shop. `selection`: what was chosen. `whole`: the
    resources that are here completely. `outside`: resource -> what records refer to and the archive does not hold.
    `anonymised`: nobody's name is in it (`transfer.anonymise`).
    `deleted`: resource -> which of its references lead to what the source no longer had. `dangling`: how many lead to
    what it could not name for another reason. `addresses`: the hosts of the source store, and its folder on the CDN;
    `language`: its primary one, empty where the app might not ask; `mentions`: resource -> which of its texts name the
    addresses, or ids of the store, and stay as they are.
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
    anonymised: bool = False
    addresses: tuple[str, ...] = ()
    language: str = ""
    mentions: Mapping[str, Any] = field(default_factory=dict)
    minor: int = FORMAT_MINOR

    @property
    def counts(self) -> dict[str, int]:
        counts = dict.fromkeys(self.resources, 0)
        for member in self.members:
            counts[member.resource] = counts.get(member.resource, 0) + member.count
        return counts

    def to_bytes(self) -> bytes:
        data = {
            "formatVersion": FORMAT_VERSION,
            "formatMinor": FORMAT_MINOR,
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
            **({"anonymised": True} if self.anonymised else {}),  # other archives are as those of older versions
            "sourceAddresses": list(self.addresses),
            "sourceLanguage": self.language,
            "sourceMentions": self.mentions,
        }
        return dumps(data) + b"\n"

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Strict: a manifest that is not understood wholly is refused. Raises ArchiveError."""
        if not isinstance(data, dict):
            raise ArchiveError(f"{MANIFEST} does not hold an object.")
        _understood(data)
        wrong = SHAPE.wrong(data)
        if wrong is not None:
            raise ArchiveError(f"{MANIFEST}: {wrong}{newer(data.get('formatMinor'))}")
        manifest = cls(
            source_shop=data["sourceShop"],
            api_version=data["apiVersion"],
            scopes=tuple(data["scopes"]),
            resources=tuple(data["resources"]),
            selection=data["selection"],
            whole=tuple(data["whole"]),
            members=tuple(MemberEntry.from_json(member) for member in data["members"]),
            not_chosen=tuple(data.get("notChosen", ())),
            not_carried=data["notCarried"],
            changed=tuple((resource, tuple(key)) for resource, key in data["changedWhileReading"]),
            deleted=data.get("deletedReferences", {}),
            dangling=data["danglingReferences"],
            external=data["externalLinks"],
            outside=data["outside"],
            anonymised=data.get("anonymised", False),
            addresses=tuple(data.get("sourceAddresses", ())),
            language=data.get("sourceLanguage", ""),
            mentions=data.get("sourceMentions", {}),
            minor=data.get("formatMinor", 0),
        )
        if data["counts"] != manifest.counts:
            raise ArchiveError(f"{MANIFEST}: the counts do not match those of the members.")
        return manifest


def _understood(data: Mapping[str, Any]) -> None:
    version = data.get("formatVersion")
    if type(version) is not int:  # to Python, True and 1.0 are 1 as well
        what = str(version)[:20] if isinstance(version, float) else found(version)
        raise ArchiveError(f"{MANIFEST}: formatVersion must be a whole number, and is {what}; {_AGAIN}")
    if version != FORMAT_VERSION:
        raise ArchiveError(
            f"{MANIFEST}: the archive has format version {str(version)[:20]}, and this program reads version "
            f"{FORMAT_VERSION}; {_AGAIN}"
        )


def newer(minor: Any) -> str:
    """What to say besides of an archive that is not understood, and whose writer knew more than we do."""
    if type(minor) is not int or minor <= FORMAT_MINOR:
        return ""
    return f" A newer version of this program wrote the archive (format {FORMAT_VERSION}.{minor}); use that one."
