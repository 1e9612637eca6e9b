"""What is asked of Shopify, and what one shop gives: conversations, and the records read in them.

Whatever needs Shopify is a *conversation*: a generator that yields `Ask` (one GraphQL request), is sent the `data` of
the answer, and returns its result. The scheduler (`transfer.talk`) holds many conversations at once over one pool of
requests in flight, so that nothing here knows threads, budgets or retries. An error of the client is thrown into the
generator at the `yield`; what it does not catch fails the records of that conversation, never the run.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from shopify_client import Upload

from .keys import Key
from .references import Target

Json = Any  # what json.loads gives; a recursive alias would say no more and cost every reader
Fields = dict[str, Json]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ask:
    """One GraphQL request of a conversation.

    `repeatable`: None = queries are, mutations are not; True for a mutation that is an upsert by nature.
    `upload`: instead of a document, a file that is to be carried through this machine; the answer is ``{}``. `faults`:
    how often Shopify itself may fail at it before it is given up; None: as often as the client says.
    """

    document: str
    variables: Mapping[str, Json] = field(default_factory=dict)
    repeatable: bool | None = None
    upload: Upload | None = None
    faults: int | None = None


Talk = Generator[Ask, Mapping[str, Json], T]


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it stands in an archive: no GID of any shop, every reference in its portable form."""

    key: Key
    fields: Fields


@dataclass(frozen=True, slots=True)
class Reading:
    """A record as one shop gave it: references in `fields` are still GIDs of that shop.

    `also` names things that live inside this record and can be referred to on their own (a product's variants).
    `on`: the GID of what it hangs on, where that lives inside another record and its name may change (a variant's).
    `source`: where the bytes of a file can be fetched. It differs from shop to shop and from day to day, and so stands
    beside the record, where no comparison sees it. `beside`: what a filter judges by and the record does not hold.
    """

    resource: str
    key: Key
    gid: str
    fields: Fields
    updated_at: str = ""
    also: tuple[tuple[str, Key, str], ...] = ()  # (resource, key, gid)
    source: str = ""
    beside: Mapping[str, Json] = field(default_factory=dict)
    on: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records a run carries: a filter, never a list of ids. Empty means all kinds that are carried by default
    (`transfer.selection`).

    `also`: kinds beside these, for those that are carried only where somebody asks (`Resource.optional`). `products`: a
    search (`transfer.product_search`), for products and the values that hang on them. `records`: single ones; without
    `resources` nothing but these. `closure`: with everything they need, until nothing is missing.
    """

    resources: frozenset[str] = frozenset()
    also: frozenset[str] = field(default=frozenset(), kw_only=True)
    metaobject_types: frozenset[str] = frozenset()
    namespaces: frozenset[str] = frozenset()
    owner_types: frozenset[str] = frozenset()
    products: str = ""
    records: frozenset[Target] = frozenset()
    closure: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """What one step of reading gave, and where the next one starts (None: the stream is at its end).

    `skipped`: what stands in the shop and is not carried, as (its name for people, the reason).
    """

    readings: tuple[Reading, ...]
    after: str | None
    skipped: tuple[tuple[str, str], ...] = ()


Read = Callable[[str | None, str | None], Talk[Page]]


@dataclass(frozen=True, slots=True)
class Stream:
    """One line of pages that can be read independently of all others: a connection, or one type of it.

    `read(after, changed_since)` is a conversation that reads one page. `changed_since` (RFC 3339, Shopify's time)
    asks for what moved since; streams that cannot filter (`moves = False`) read all again. What costs much and cannot
    filter is `late`: where what moved is read again in the end, it is read just before that.
    """

    name: str
    read: Read
    moves: bool = True
    late: bool = False
