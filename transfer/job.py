"""What is to be written of one record, where it names others, and what became of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from .conversation import Fields
from .keys import Key
from .references import Target, parse

OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Place:
    """A reference found in a record.

    `path` names the smallest piece that has to be left out when the target is not there, for people and for
    `Job.without`: ``"fields.designer"``, ``"fieldDefinitions.looks"``. The record that this one belongs to (a
    metafield's product, an entry's definition) stands at the path ``OWNER`` and is always hard.
    `hard`: that piece must be filled when the record is created, so the target must exist before.
    `link`: an address in a text names the target by its path. It needs no id, so it is written whether the target is
    there or not, waits for nothing, and is named in the report where it leads nowhere. `page`: its path, as it is
    written. `waits`: the path of what may wait for it, where the place itself must be filled in the end: a condition
    that names another collection, without which none of the sources are written. `locale`: it leads to the pages in
    one language (fr, fr-ca), where handles may be translated ones.
    """

    path: str
    target: Target
    hard: bool = False
    link: bool = False
    page: str = ""
    waits: str = ""
    locale: str = ""


def owned_by(owners: Iterable[Target]) -> Iterator[Place]:
    return (Place(OWNER, owner, hard=True) for owner in owners)


@dataclass(frozen=True, slots=True)
class Job:
    """One record to be written.

    `after`: the record's whole wanted fields (portable). `before`: the target's present ones (portable), None where
    the record is to be created. `changed`: paths of the planned changes. `gid`: the record in the target, if known.
    `without`: reference paths to leave out now, because their targets are not there (yet); they are never cleared.
    A publishable record of which something is left out is not published before its link write.
    `relaxed`: places whose demand (`required`) is left off now, to be restored by `tighten`, after the links.
    `late`: all others have had their turn, so that what stands against it stays.
    `linking`: this is the second pass, which writes only the places in `changed`, left out by the first; `before` is
    then what it finds there.
    """

    resource: str
    key: Key
    after: Fields
    before: Fields | None = None
    gid: str | None = None
    changed: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    relaxed: frozenset[str] = frozenset()
    late: bool = False
    linking: bool = False

    @property
    def creates(self) -> bool:
        return self.gid is None


class Later(StrEnum):
    """When something is tried again that the store does not take yet, but may in the course of this import."""

    NO = ""
    OTHERS = "others"  # after the records that are written together with it: one holds what this one is to have
    END = "end"  # after all else, deletions too: a definition that values which are to be replaced do not fit


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one job. `reason` is a closed word of `transfer.outcomes.Reason`, `detail` one sentence.

    `pending`: Shopify has taken it and is still at work on it; `Resource.settled` says when it is through.
    `later`: nothing was written, and when it is to be tried again. Never for a job that is `late`.
    `untaken`: paths that it does not take, and without which the record was written; `detail` says why.
    """

    key: Key
    gid: str | None = None
    reason: str = ""
    detail: str = ""
    also: tuple[tuple[str, Key, str], ...] = ()
    pending: bool = False
    later: Later = Later.NO
    untaken: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.reason


@dataclass(frozen=True, slots=True)
class Conceded:
    """What the target's record can become, where it can never become all of the archive's (another type).

    `after`: what is left to want, None where that is nothing; `sentences`: what is not, and why. None of these:
    nothing is lost, and it is only said as the target's definition has it. `left`: paths that differ and stay with
    what the sentences are about.
    """

    after: Fields | None
    sentences: tuple[str, ...]
    left: tuple[str, ...] = ()

    @property
    def detail(self) -> str:
        return " ".join(self.sentences)


class Ids(ABC):
    """Portable target -> GID in the shop that is written to. The writing side's only source of GIDs."""

    @abstractmethod
    def gid(self, target: Target) -> str | None:
        """The GID, or None where the shop has no such record."""

    @abstractmethod
    def local(self, link: str) -> str:
        """A link of an archive, as it leads to the same page of this shop."""

    def translate(self, text: str) -> str | None:
        """What `Resource.rewrite` takes to turn a portable record into this shop's."""
        target = parse(text)
        return self.gid(target) if target is not None else self.local(text)


def gather(results: Iterable[Result]) -> dict[Key, Result]:
    return {result.key: result for result in results}
