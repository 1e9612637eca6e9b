"""The package that an XLSX is (ECMA-376 part 2): files in a ZIP, found by what they are to one another.

Their names mean nothing: Excel on the web calls a workbook ``xl/workbook22.xml``. Only the relationships of the package
begin at a known place, and lead to all others.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..archive.check import content_of
from ..archive.manifest import ArchiveError
from .read_xml import Parser

ROOT = ""  # the package itself, whose relationships begin it
RELATIONSHIPS = "_rels/.rels"  # by which a package is known
MAX_ELEMENTS = 100_000
_TYPES = (  # before the word that says what a relationship is: of the usual files, and of the strict ones
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/",
    "http://purl.oclc.org/ooxml/officeDocument/relationships/",
)

Element = tuple[str, dict[str, str]]  # a tag without its namespace, and its attributes


@dataclass(frozen=True, slots=True)
class Relationship:
    """`kind`: ``officeDocument``, ``styles``…; empty for one that is not of a workbook's. `target`: a part's name."""

    id: str
    kind: str
    target: str


@dataclass(slots=True)
class Package:
    archive: zipfile.ZipFile
    _infos: dict[str, zipfile.ZipInfo] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for info in self.archive.infolist():
            name = part_name(info.filename)
            if name in self._infos:
                raise ArchiveError(f"The file holds {name[:80]!r} twice.")
            self._infos[name] = info

    def content(self, part: str) -> Iterator[bytes]:
        """Raises ArchiveError, also where there is no such part."""
        info = self._infos.get(part)
        if info is None:
            raise ArchiveError(
                "A sheet or another part of the file is missing; save it again in a spreadsheet program."
            )
        return content_of(self.archive, info)

    def elements(self, part: str, *tags: str) -> list[Element]:
        """Some elements of a small part, in their order."""
        found: list[Element] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag in tags:
                found.append((tag, attributes))
                if len(found) > MAX_ELEMENTS:
                    raise ArchiveError(f"{part} holds more than a spreadsheet can.")

        Parser(part, start, lambda tag: None).read(self.content(part))
        return found

    def relationships(self, part: str) -> list[Relationship]:
        """What a part leads to within the package."""
        folder, name = posixpath.split(part)
        own = part_name(posixpath.join(folder, f"_rels/{name}.rels"))
        if own not in self._infos:
            return []
        return [
            Relationship(one.get("Id", ""), _kind(one.get("Type", "")), _target(folder, one.get("Target", "")))
            for _, one in self.elements(own, "Relationship")
            if one.get("TargetMode") != "External"
        ]


def part_name(name: str) -> str:
    """As names of parts are compared: in no capitals, and with the slashes that some programs write otherwise."""
    return name.replace("\\", "/").lower()


def _kind(type_: str) -> str:
    return next((type_.removeprefix(before) for before in _TYPES if type_.startswith(before)), "")


def _target(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/", folder, part_name(target))).lstrip("/")
