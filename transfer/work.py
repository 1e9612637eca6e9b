"""What a step of a run works with, and how it says where it is.

A *step* is a generator: it works, and yields a `Checkpoint` wherever everything so far may be saved. It knows nothing
of leases, databases or Celery. The engine (package `runs`, or `transfer.local` without Django) runs it:

    for checkpoint in step(desk, cursor):
        save cursor, counts and whatever ledger and ids have buffered, in one transaction

Ledger and ids buffer what they are given until the engine saves it, and answer questions as if it were saved. A step
asks `desk.stopping()` often; when it says yes, the step sends nothing new, waits for what is in the air, yields a last
checkpoint and returns. The last checkpoint of a finished step has `done=True`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO, Protocol

from shopify_client import AdminClient

from .keys import Key
from .limits import Limit
from .outcomes import Outcome, Reason, State, Verdict
from .references import Target
from .resource import Fields, Json, Resource

if TYPE_CHECKING:
    from .storefront import Storefront

Cursor = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`counts`: resource -> what is done / how many there are, as far as known (`{"products": [250, 812]}`).

    `pause`: seconds in which there is nothing to do but wait; the step goes on later from `cursor`. `limit`: what is
    waited for is the end of a day, so that others may pass.
    """

    cursor: Cursor
    counts: Mapping[str, tuple[int, int | None]] = field(default_factory=dict)
    done: bool = False
    pause: float = 0.0
    limit: Limit = Limit.NONE


@dataclass(slots=True)
class Row:
    """One line of the ledger: one record of one run, from its plan to its proof.

    `key` with `number` is unique in (run, resource): `number` tells apart the members of a group of duplicates (0).
    `before`/`after`: whole portable fields of the target (before-image, for undo) and of the archive (wanted);
    both None where nothing will be written. `changed`: paths that differ. `open`: reference places left out of the
    first write, to be linked; of an unchanged row, what its texts link to (`dead_links`). `lost`: places whose target
    does not exist in the target shop: written without them. `relaxed`: demands left off at creation. `theirs`: places
    that somebody else changed meanwhile, which was kept.
    `aside`: what it holds for a while before its write, so that another may take a unique value, or hold what this one
    may not hold any more; an empty mapping: nothing. `stepped`: it does by now. `stood`: what a write that was cut
    short left of it. `more`: what a mirror lays over the record, where the source has nothing.
    `wave`: place in the computed order; rows of one wave do not depend on each other.
    """

    resource: str
    key: Key
    number: int = 0
    verdict: Verdict = Verdict.UNCHANGED
    outcome: Outcome = Outcome.PENDING
    state: State = State.PLANNED
    reason: Reason = Reason.NONE
    detail: str = ""
    gid: str = ""
    before: Fields | None = None
    after: Fields | None = None
    changed: tuple[str, ...] = ()
    wave: int | None = None
    open: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    relaxed: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()
    aside: Fields | None = None
    more: Fields | None = None
    stepped: bool = False
    stood: Fields | None = None
    verified: bool | None = None

    @property
    def target(self) -> Target:
        return Target(self.resource, self.key)

    @property
    def stands(self) -> Fields | None:
        """What this run last read or wrote of it, before its first write; None where that is nothing."""
        return (self.aside or None) if self.stepped else self.base

    @property
    def base(self) -> Fields | None:
        """From where its own write begins; `before` stays what there was, so that it can be undone."""
        return self.before if self.stood is None else self.stood


def tell(row: Row, sentence: str) -> None:
    """Adds a sentence to what is told of a row, once."""
    if sentence and sentence not in row.detail:
        row.detail = f"{row.detail} {sentence}".strip()


@dataclass(frozen=True, slots=True)
class Where:
    """A filter on ledger rows; what is None does not filter. Rows come ordered by (resource, sort_key(key), number)."""

    resource: str | None = None
    verdicts: frozenset[Verdict] | None = None
    outcomes: frozenset[Outcome] | None = None
    states: frozenset[State] | None = None
    wave: int | None = None
    linkable: bool | None = None  # has open links
    tightenable: bool | None = None  # has relaxed demands
    stepping: bool | None = None  # has to make way for another, and has not yet
    verified: tuple[bool | None, ...] | None = None

    def of(self, resource: str) -> Where:
        return replace(self, resource=resource)


class Ledger(Protocol):
    def put(self, rows: Iterable[Row]) -> None:
        """Inserts or replaces rows by (resource, key, number); saved with the next checkpoint."""

    def get(self, resource: str, keys: Sequence[Key]) -> dict[Key, Row]:
        """Rows by key (the first of a group)."""

    def select(self, where: Where, *, limit: int, after: tuple[str, Key, int] | None = None) -> list[Row]:
        """The next `limit` rows, after (resource, key, number) in the order of the ledger."""

    def waves(self, where: Where) -> list[int]:
        """The distinct waves of the rows that match, ascending."""

    def tally(self) -> dict[str, dict[str, int]]:
        """resource -> {verdict:<v>, outcome:<o>, reason:<r>, verified, open, lost: count}."""


@dataclass(frozen=True, slots=True)
class Id:
    """`reading`: the number of the reading that gave it; `mark`: a digest of what was read, to see what moved."""

    gid: str
    target: Target
    reading: int = 0
    mark: str = ""


class IdStore(Protocol):
    """Which GID is which record, in the one shop that a run reads or writes."""

    def put(self, ids: Iterable[Id]) -> None:
        """Inserts or replaces by GID; saved with the next checkpoint."""

    def by_gid(self, gids: Iterable[str]) -> dict[str, Id]: ...

    def by_target(self, targets: Iterable[Target]) -> dict[Target, str]: ...


class FileGone(FileNotFoundError):
    """A file of a run is not there any more: it was stored before, and no step can make it again."""


class Storage(Protocol):
    """Files of runs, by name (`<run>/parts/…`). A file appears under its name only when it is whole."""

    def write(self, name: str) -> AbstractContextManager[BinaryIO]: ...

    def read(self, name: str) -> BinaryIO:
        """Opened for reading, seekable. FileGone if there is none."""

    def size(self, name: str) -> int:
        """In bytes. FileGone if there is none."""

    def exists(self, name: str) -> bool: ...

    def delete(self, name: str) -> None:
        """Absent is fine."""

    def list(self, prefix: str) -> Iterator[str]: ...


@dataclass(slots=True)
class Desk:
    """Everything a step works with.

    `prefix`: where the run's files live in `storage`; `ticket`: the fencing token, part of every part's name, so that
    a worker that lost its lease can write but never be read. `until`: the value of `clock` after which nothing may be
    sent. `withheld`: resources that the app may not touch in this shop -> the scopes that it would take;
    `withheld_parts`: the same of parts of them. `settling`:
    seconds after which a request whose sender died is surely over (time-out, plus what Shopify may take). `stopping`:
    the slice is over, somebody cancelled, or another shop waits. `now`: seconds since 1970 by our own clock, for what
    has to outlive this process. `called_off`: somebody cancelled, so that not even a file under way is awaited. `beat`:
    to be called every few thousand lines between two checkpoints; keeps the lane. `unnamed`: resources that tell of
    people, whose records are not even named in references, because nobody asked for any of them.
    """

    client: AdminClient
    storage: Storage
    ledger: Ledger
    ids: IdStore
    registry: Mapping[str, Resource]
    prefix: str
    ticket: int = 0
    stopping: Callable[[], bool] = lambda: False
    called_off: Callable[[], bool] = lambda: False
    beat: Callable[[], None] = lambda: None
    until: Callable[[], float | None] = lambda: None
    withheld: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    withheld_parts: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    unnamed: frozenset[str] = frozenset()
    in_flight: int = 16
    settling: float = 25.0
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    storefront: Storefront | None = None  # the shop's own addresses, once somebody has asked (`transfer.storefront`)
    entry_pages: Mapping[str, str] | None = None  # its types with pages, likewise (`transfer.entry_pages`)

    @property
    def reachable(self) -> Mapping[str, Resource]:
        """The resources that the app may touch in this shop."""
        return {name: resource for name, resource in self.registry.items() if name not in self.withheld}
