"""Addresses that a row of a spreadsheet gives, and from which nothing is fetched: the store has the picture already.

Whether two pictures are one is told by their names and looks, and the address is used where one is new. Somebody who
types another address beside the name of a picture that is there means to replace it, and is told how.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import unquote, urlsplit

from .dead_links import say
from .namesakes import Present
from .outcomes import Verdict
from .resource import Resource
from .work import Row, tell

UNFETCHED = (
    "Nothing is fetched from its source: the store has a file of this name, which stays as it is. To replace it, give "
    "the new one another name."
)
_FOLDERS = "/s/files/1/"  # of stores, on the CDN


def unfetched(resource: Resource, row: Row, wanted: Present, present: Present, home: Collection[str]) -> None:
    """Tells of a row whose address is another one than the store's. `home`: where the store that the file is of has
    its files; under the same name there it is the one that was exported."""
    source = wanted.fields.get("source")
    if not resource.replaceable(row.key) or not isinstance(source, str) or not source or resource.fetches(row.changed):
        return
    if row.verdict not in (Verdict.UNCHANGED, Verdict.FULLER, Verdict.UPDATE):
        return
    if _bare(source) == _bare(present.source) or (_at_home(source, home) and _name(source) == _name(present.source)):
        return
    (tell if row.verdict is Verdict.UPDATE else say)(row, UNFETCHED)


def _bare(address: str) -> str:
    return address.partition("?")[0]


def _name(address: str) -> str:
    return unquote(urlsplit(address).path.rsplit("/", 1)[-1])


def _at_home(address: str, home: Collection[str]) -> bool:
    folders = (own.partition(_FOLDERS)[2] for own in home)
    return any(folder and f"{_FOLDERS}{folder}" in address for folder in folders)
