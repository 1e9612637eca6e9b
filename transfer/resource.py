"""What a resource is: one kind of thing that is carried from shop to shop, as one module in `transfer.resources`.

A resource says how its records are named (natural key), read, compared, referred to, written, found again and read
back. It says nothing about pages, slices, order, retries, ledgers or progress: those are the engine's, once for all.

Whatever needs Shopify is a *conversation*: a generator that yields `Ask` (one GraphQL request), is sent the `data` of
the answer, and returns its result. The scheduler (`transfer.talk`) holds many conversations at once over one pool of
requests in flight, so that nothing here knows threads, budgets or retries. An error of the client is thrown into the
generator at the `yield`; what it does not catch fails the records of that conversation, never the run.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from shopify_client import Upload

from .by_hand import filled, handle_of
from .diff import Change, changes
from .keys import Key
from .references import Target, parse
from .shapes import Object, Shape, Wrong

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
    written. `locale`: it leads to the pages in one language (fr, fr-ca), where handles may be translated ones.
    """

    path: str
    target: Target
    hard: bool = False
    link: bool = False
    page: str = ""
    locale: str = ""


def owned_by(owners: Iterable[Target]) -> Iterator[Place]:
    return (Place(OWNER, owner, hard=True) for owner in owners)


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
    filter is `late`: where what moved is read again in the end anyway, it is read then for the first time.
    """

    name: str
    read: Read
    moves: bool = True
    late: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """One record to be written.

    `after`: the record's whole wanted fields (portable). `before`: the target's present ones (portable), None where
    the record is to be created. `changed`: paths of the planned changes. `gid`: the record in the target, if known.
    `without`: reference paths to leave out now, because their targets are not there (yet); they are never cleared.
    A publishable record of which something is left out is not published before its link write.
    `relaxed`: places whose demand (`required`) is left off now, to be restored by `tighten`, after the links.
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
    linking: bool = False

    @property
    def creates(self) -> bool:
        return self.gid is None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one job. `reason` is a closed word of `transfer.outcomes.Reason`, `detail` one sentence.

    `pending`: Shopify has taken it and is still at work on it; `Resource.settled` says when it is through.
    """

    key: Key
    gid: str | None = None
    reason: str = ""
    detail: str = ""
    also: tuple[tuple[str, Key, str], ...] = ()
    pending: bool = False

    @property
    def ok(self) -> bool:
        return not self.reason


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


@dataclass(frozen=True, slots=True)
class Scopes:
    read: tuple[str, ...]
    write: tuple[str, ...]


class Resource(ABC):
    """One kind of thing. Subclassed once per module in `transfer.resources`; instances hold no state."""

    name: str
    label: str  # what a merchant calls it, plural: "Products"
    scopes: Scopes
    shape: Object  # of a record's fields; of a file's address too, which an archive keeps beside the record
    key_shape: tuple[Shape, ...] = ()  # of each part of its key
    key_is: str  # what the natural key is made of, for people: "handle", "type, handle"
    key_like: str  # a key as people type one, for sentences: "blue-shirt", "designer/anna"
    handle_from = ""  # the field of which Shopify makes the handle of a new record, where nobody gives one
    leaves: Mapping[str, str] = {}  # what of these records is not carried -> why, for people
    uncarried: frozenset[str] = frozenset()  # fields that are told and cannot be carried: comparisons pass over them
    gid_types: tuple[str, ...]  # GID types that stand for a record of this resource: ("Product",)
    refers_to: tuple[str, ...] = ()  # resources that a record may name; the default order is derived from it
    keyed_by: str = ""  # the kind by whose names these go as well, without having moved where one of it is renamed
    embeds: tuple[str, ...] = ()  # kinds that live inside a record and can be referred to: ("variants",)
    upsert = False  # writing twice is harmless by nature: no intent row, and a lost answer is simply repeated
    batch = 1  # jobs per conversation of `write`
    least = 1  # fewer than these take a conversation each
    read_batch = 50  # records per conversation of `read_back`
    points = 12.0  # what writing one record costs on average, for the plan's estimate
    governor: str = ""  # the resource whose records say what a record of this one must hold
    # Of kinds that only a person can add to a store: the sentence on one that the target lacks (`transfer.trace`).
    given: str = ""
    key_parts = 1  # how many parts a key has, where a person may write one
    hangs_on: str = ""  # the kind of thing whose values these are, where `owned` reads them owner by owner
    translated: str = ""  # the TranslatableResourceType of these records, where Shopify holds translations of them
    text_paths: Mapping[str, str] = {}  # the fields of such texts, where Shopify has another name for them
    seo_in: str = ""  # the values among which Shopify keeps the SEO title and description of these records
    owner_types: tuple[str, ...] = ()  # of metafields, and of their definitions
    unique = False  # no two records of a shop share a key: of two readings of one key, the later counts
    deletable = True  # whether a mirror may delete what the archive does not have
    sourced = False  # an archive says beside each record where its bytes are: they are put into it as `source`
    settles = False  # Shopify goes on working on a record after the write; nothing that needs it is written before
    optional = ""  # why a run carries these only where somebody asks for them, one sentence; empty: it always does
    personal = False  # they tell of people: nobody who did not ask for them is told even their names
    told_apart = True  # False: several may share a key, and then a reference does not say which is meant
    two_names = False  # some go by an id and others by what people call them (`called`, `by_name`)
    of_others = False  # each is of a record of another kind, which its key names first: kind, that record's key
    tells_of: tuple[str, ...] = ()  # other kinds that tell of people, whose names stand in the keys of these
    parted = False  # records whose key begins differently have different fields: a sheet of their own each
    # Parts of a kind that take scopes of their own beside `scopes`. What the app may not touch is named, part by part.
    parts: Mapping[str, Scopes] = {}
    # Lists whose items have a name of their own, and the item's field(s) that hold it: changes are shown per item.
    # `normalise` keeps their items in their places.
    keyed_lists: Mapping[str, str] = {}

    # Of these, the ones from which a row with REPLACE takes away the items that it does not name.
    exact_lists: frozenset[str] = frozenset()

    @property
    def by_default(self) -> bool:
        """Whether a run carries these without being asked for them."""
        return not self.optional

    @property
    def names_itself(self) -> bool:
        """Whether a new record can do without a key that somebody gave it (`named`)."""
        return bool(self.handle_from) or type(self).named is not Resource.named

    @property
    def holders(self) -> tuple[str, ...]:
        """All kinds of things that these hang on."""
        return (self.hangs_on,) if self.hangs_on else ()

    def price(self, creates: int, updates: int) -> float:
        """What writing so many of these costs, for the plan's estimate."""
        return self.points * (creates + updates)

    # -- reading -----------------------------------------------------------------------------------------------

    @abstractmethod
    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        """The lines of pages to read. `types`: the shop's metaobject types, for those that are paged by type."""

    @abstractmethod
    def read_back(self, gids: Sequence[str]) -> Talk[list[Reading]]:
        """The present state of known records, at most `read_batch`; what is gone is missing from the list."""

    def node(self, gid: str) -> str:
        """Under which GID Shopify knows the object of which a record tells; empty, where it is no node of its own."""
        return gid

    @abstractmethod
    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        """Finds records (or what they embed) by natural key, by identifier and never by search alone -> GID."""

    def embedded(self, key: Key, fields: Fields) -> Iterator[Target]:
        """What lives inside this record and can be referred to: a product's variants."""
        return iter(())

    def embedding(self, key: Key) -> Key:
        """The key of the record in which an embedded thing of key `key` lives."""
        raise NotImplementedError(f"nothing lives inside {self.name}")

    def owned(self, gids: Sequence[str]) -> Talk[Page]:
        """All values of these owners, for resources that hang on something."""
        raise NotImplementedError(f"{self.name} hang on nothing")

    def value_of(self, key: Key) -> tuple[str, str]:
        """(owner type, namespace) of a metafield, or of the definition of one."""
        raise NotImplementedError(f"{self.name} are no metafields")

    def part(self, key: Key) -> str:
        """To which of `parts` a record belongs; empty where none is meant."""
        return ""

    def needs(self, key: Key, fields: Fields) -> Iterator[Target]:
        """What a record should come with although it does not refer to it, if there is one: a value's definition."""
        return iter(())

    def total(self) -> Talk[int | None]:
        """How many records the shop holds, as far as that can be asked cheaply. For progress, never for proof."""
        return None
        yield  # makes this a conversation, if a silent one

    def unlisted(self, types: Collection[str]) -> Talk[dict[str, int]]:
        """Part of the kind -> how many of its records the shop has and shows in no list. `types`: of entries, read."""
        return {}
        yield  # makes this a conversation, if a silent one

    # GID type -> the selection that names such a node: {"Product": "handle"}. Used with `nodes(ids:)` for references
    # to what a run did not read itself.
    identify: Mapping[str, str] = {}

    def identified(self, gid_type: str, node: Mapping[str, Json]) -> Target | None:
        """The target that a node read with `identify` stands for."""
        return None

    # -- meaning -----------------------------------------------------------------------------------------------

    @abstractmethod
    def rewrite(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        """A copy of `fields` with every reference string replaced; None drops the reference (from a list: the item).

        The one walk that finds and rewrites: `translate` sees each GID or portable form exactly where one stands, and
        each address of a text (`transfer.links`), which stays as it is where None comes back.
        """

    @abstractmethod
    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        """Every reference of a portable record, its owner included.

        `governor`: the fields of the record named by `governed_by`, which say which places must be filled (hard).
        """

    def owners(self, key: Key) -> Iterator[Target]:
        """What a record hangs on, as its key says: without these it cannot be."""
        return iter(())

    def governed_by(self, key: Key) -> Target | None:
        """The record of `governor` (a definition) that says what this one must hold; None where nothing does."""
        return None

    def stricter(self, before: Fields, after: Fields) -> frozenset[str]:
        """What a governor demands of its records as it is to become, and does not as it is."""
        return frozenset()

    def lacks(self, fields: Fields, demands: Iterable[str]) -> bool:
        """Whether a record has nothing where its governor (`stricter`) is going to demand something."""
        return False

    def misfit(self, fields: Fields, governor: Fields) -> str | None:
        """One sentence on what of a record the target's own governor does not take, and may not refuse either."""
        return None

    def follows(self, path: str, governor: Sequence[str]) -> bool:
        """Whether a change at `path` follows by itself from these changes of the governor: then nobody else made it."""
        return False

    def demand(self, path: str) -> str:
        """The path in the governor that makes the place at `path` hard: what `relaxed` would have to name."""
        raise NotImplementedError(f"nothing governs {self.name}")

    def text_path(self, text: str) -> str:
        """The path of the field that Shopify translates under this name."""
        return self.text_paths.get(text, text)

    def sources(self, key: Key, fields: Fields) -> Iterator[tuple[Target, str, str]]:
        """(record, path in it, path here): what of this record is to be written again where that path changes."""
        return iter(())

    def called(self, key: Key, fields: Fields) -> str:
        """What people call a record, of a kind with `two_names`; empty where it is not said."""
        raise NotImplementedError(f"{self.name} have one name")

    def by_name(self, key: Key) -> bool:
        """Whether the key of a record, of a kind with `two_names`, is what people call it."""
        raise NotImplementedError(f"{self.name} have one name")

    def same(self, key: Key, other: Key, before: Fields | None) -> bool:
        """Whether what the target has under `other` is still the record of `key`, which was as `before` in the plan."""
        return key == other

    def first_of(self, fields: Fields) -> str:
        """The kind of which Shopify makes a record together with a new one of these, where it does not say which."""
        return ""

    def with_first(self, fields: Fields, key: Key, first: Fields) -> Fields:
        """A new record that says which is to be the first of what Shopify makes together with it."""
        raise NotImplementedError(f"{self.name} are made alone")

    def anonymous_key(self, key: Key, alias: Callable[[str], str]) -> Key:
        """The key of a record of people that must name nobody; the same for the same one, always."""
        raise NotImplementedError(f"{self.name} do not tell of people")

    def anonymous(self, key: Key, fields: Fields, alias: Callable[[str], str]) -> Fields | None:
        """The fields of a record of people without anybody in them, or None where it has to be left out."""
        return None

    def normalise(self, fields: Fields) -> Fields:
        """What equality is judged on: Shopify rewrites dates, decimals, units and JSON key order."""
        return fields

    def changes(self, before: Fields, after: Fields) -> list[Change]:
        """What would have to be written so that `before` (the target) becomes `after` (the archive).

        Judged on `normalise`. What only the target has and what the archive does not mention is left alone.
        """
        return changes(self.normalise(before), self.normalise(after), self.keyed_lists)

    def replaced(self, before: Fields, said: Fields) -> Fields:
        """What a row with REPLACE says beyond what it names, where a kind can take away what is not named."""
        return said

    def mirrored(self, wanted: Fields) -> Fields:
        """What a mirror makes of a record beyond its values, where a kind can take away what the source lacks."""
        return wanted

    def taken(self, key: Key, before: Fields, after: Fields) -> Iterator[Target]:
        """What lives inside a record, and goes with an update to `after`."""
        return iter(())

    def vain(self, fields: Fields) -> bool:
        """Whether nothing is left to be written, once the references that land nowhere are taken out."""
        return False

    def conflict(self, before: Fields, after: Fields) -> str | None:
        """One sentence on why the target's record can never become the archive's (another type), or None."""
        return None

    def validate(self, key: Key, fields: Fields, *, part: bool = False) -> str | None:
        """One sentence on what is wrong with a record from an archive (hostile input), or None.

        `part`: only what is there is judged, because a row may say a part of a record.
        """
        wrong = self.key_problem(key) or self.judged(key, fields, part=part)
        return str(wrong) if wrong is not None else None

    def judged(self, key: Key, fields: Fields, *, part: bool = False) -> Wrong | None:
        """What is wrong with the fields of a record whose key is none of a problem, and where in them."""
        wrong = self.shape.wrong(fields, part)
        if wrong is not None or part:
            return wrong
        says = self.contradiction(key, fields)
        return Wrong((), says, of_it=False) if says is not None else None

    def filled(self, key: Key, fields: Fields) -> Fields:
        """The record that a row of a new one means: where it is silent, what a form of the admin has in it."""
        return filled(self.shape, fields)

    def named(self, fields: Fields) -> Key | None:
        """The key that a new record gets where nobody gives it one; None where its fields do not say it."""
        handle = handle_of(str(fields.get(self.handle_from) or "")) if self.handle_from else ""
        return (handle,) if handle else None

    def key_problem(self, key: Key) -> str | None:
        """One sentence on why this cannot be the key of a record, or None."""
        if len(key) != len(self.key_shape):
            return f"the key of {self.shape.noun} must be: {self.key_is}; such as {self.key_like}."
        for number, (shape, part) in enumerate(zip(self.key_shape, key, strict=True)):
            wrong = shape.wrong(part)
            if wrong is not None:
                return str(wrong.inside(number).inside("key"))
        return None

    def contradiction(self, key: Key, fields: Fields) -> str | None:
        """One sentence where the key and the fields, each well shaped, cannot be of one record."""
        return None

    def refuse(self, job: Job) -> Result | None:
        """Why this cannot be written at all (a limit, another app's data), known before asking Shopify."""
        return None

    # -- writing -----------------------------------------------------------------------------------------------

    @abstractmethod
    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        """Creates or updates at most `batch` records; one result per job, in any order."""

    def begun(self, job: Job) -> Fields:
        """What the first write of a job leaves in the target: where places are left out, and demands relaxed.

        By default the write leaves no place out: it writes what lands of it, and what did not land is lost for good.
        """
        return job.after

    def alone(self, job: Job) -> bool:
        """Whether this record takes a conversation of its own, however many go into one."""
        return False

    def remove(self, gids: Mapping[Key, str]) -> Talk[list[Result]]:
        """Deletes records that the archive does not have (mirror policy)."""
        raise NotImplementedError(f"{self.name} are never deleted")

    def settled(self, gids: Mapping[Key, str]) -> Talk[list[Result]]:
        """What became of records that Shopify was at work on; those that it still is at work on are missing."""
        raise NotImplementedError(f"{self.name} are there as soon as they are written")

    def tighten(self, job: Job, ids: Ids) -> Talk[list[Result]]:
        """Restores what `relaxed` left out, after the links are written."""
        raise NotImplementedError(f"{self.name} are never relaxed")


def gather(results: Iterable[Result]) -> dict[Key, Result]:
    return {result.key: result for result in results}
