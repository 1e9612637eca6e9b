"""Addresses that a row of a spreadsheet gives, and from which nothing is fetched: the store has the picture already.

Whether two pictures are one is told by their names and looks, and the address is used where one is new. Somebody who
types another address beside the name of a picture that is there means to replace it, and is told how. What a row says
of the bytes themselves, beside the address that the store has them under, is no edit: nobody can change that.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import unquote, urlsplit

from .dead_links import say
from .namesakes import Present
from .naming import field, listed
from .outcomes import Verdict
from .resource import Resource
from .work import Row, tell

UNFETCHED = (
    "Nothing is fetched from its source: the store has a file of this name, which stays as it is. To replace it, give "
    "the new one another name."
)
MEASURED = "The file keeps its own {}: to have another file, give the new one another name."
_TOLD = (Verdict.UNCHANGED, Verdict.FULLER, Verdict.UPDATE)
_FOLDERS = "/s/files/1/"  # of stores, on the CDN


def unfetched(
    resource: Resource, row: Row, wanted: Present, present: Present, home: Collection[str], stays: str = ""
) -> None:
    """Tells of a row whose address is another one than the store's. `home`: where the store that the file is of has
    its files; under the same name there it is the one that was exported. `stays`: what else is told (`measured`)."""
    if stays and row.verdict in _TOLD:
        (tell if row.verdict is Verdict.UPDATE else say)(row, stays)
    source = wanted.fields.get("source")
    if not resource.replaceable(row.key) or not isinstance(source, str) or not source or resource.fetches(row.changed):
        return
    if row.verdict not in _TOLD:
        return
    if _bare(source) == _bare(present.source) or (_at_home(source, home) and _name(source) == _name(present.source)):
        return
    (tell if row.verdict is Verdict.UPDATE else say)(row, UNFETCHED)


def measured(resource: Resource, said: Present, present: Present) -> tuple[Present, str]:
    """(what a row says without what it says of the bytes, one sentence on that): of bytes that the store has under the
    very address that the row gives, or gives none."""
    source = said.fields.get("source")
    own = not source or (isinstance(source, str) and _bare(source) == _bare(present.source))
    names = [name for name in resource.of_bytes if said.fields.get(name)] if own else []
    changes = resource.changes(present.fields, {**present.fields, **{name: said.fields[name] for name in names}})
    differing = [name for name in names if name in {change.path for change in changes}]
    if not differing:
        return said, ""
    kept = {name: present.fields.get(name) for name in differing}
    return said._replace(fields={**said.fields, **kept}), MEASURED.format(
        listed([field(name, resource.name) for name in differing])
    )


def _bare(address: str) -> str:
    return address.partition("?")[0]


def _name(address: str) -> str:
    return unquote(urlsplit(address).path.rsplit("/", 1)[-1])


def _at_home(address: str, home: Collection[str]) -> bool:
    folders = (own.partition(_FOLDERS)[2] for own in home)
    return any(folder and f"{_FOLDERS}{folder}" in address for folder in folders)
