"""What a resource is: one kind of thing that is carried from shop to shop, as one module in `transfer.resources`.

A resource says how its records are named (natural key), read, compared, referred to, written, found again and read
back. It says nothing about pages, slices, order, retries, ledgers or progress: those are the engine's, once for all.
What it reads is told in `transfer.conversation`, what it writes in `transfer.job`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .conversation import Ask, Fields, Json, Page, Read, Reading, Record, Selection, Stream, Talk
from .diff import Change, changes
from .governed import Governed
from .job import OWNER, Conceded, Ids, Job, Later, Place, Result, gather, owned_by
from .keys import Key
from .references import Target
from .shaped import Shaped

__all__ = [
    "OWNER",
    "Ask",
    "Conceded",
    "Fields",
    "Ids",
    "Job",
    "Json",
    "Later",
    "Page",
    "Place",
    "Read",
    "Reading",
    "Record",
    "Resource",
    "Result",
    "Scopes",
    "Selection",
    "Stream",
    "Talk",
    "gather",
    "owned_by",
]


@dataclass(frozen=True, slots=True)
class Scopes:
    read: tuple[str, ...]
    write: tuple[str, ...]


class Resource(Shaped, Governed):
    """One kind of thing. Subclassed once per module in `transfer.resources`; instances hold no state."""

    name: str
    label: str  # what a merchant calls it, plural: "Products"
    scopes: Scopes
    leaves: Mapping[str, str] = {}  # what of these records is not carried -> why, for people
    lasting: Mapping[str, str] = {}  # what no import takes away, by its path (without names of items) -> why not
    uncarried: frozenset[str] = frozenset()  # fields that are told and cannot be carried: comparisons pass over them
    gid_types: tuple[str, ...]  # GID types that stand for a record of this resource: ("Product",)
    refers_to: tuple[str, ...] = ()  # resources that a record may name; the default order is derived from it
    keyed_by: str = ""  # the kind by whose names these go as well, without having moved where one of it is renamed
    goes_by: tuple[str, ...] = ()  # kinds by whose records parts of these go (`named_by`): they must not go before
    renamed_inside = False  # parts of a record may go by other names there, and be the same (`counterparts`)
    embeds: tuple[str, ...] = ()  # kinds that live inside a record and can be referred to: ("variants",)
    upsert = False  # writing twice is harmless by nature: no intent row, and a lost answer is simply repeated
    batch = 1  # jobs per conversation of `write`
    least = 1  # fewer than these take a conversation each
    read_batch = 50  # records per conversation of `read_back`
    points = 12.0  # what writing one record costs on average, for the plan's estimate
    removal = 10.5  # what deleting one does, with the look before it
    # Of kinds that only a person can add to a store: the sentence on one that the target lacks (`transfer.trace`).
    given: str = ""
    hangs_on: str = ""  # the kind of thing whose values these are, where `owned` reads them owner by owner
    translated: str = ""  # the TranslatableResourceType of these records, where Shopify holds translations of them
    text_paths: Mapping[str, str] = {}  # the fields of such texts, where Shopify has another name for them
    seo_in: str = ""  # the values among which Shopify keeps the SEO title and description of these records
    owner_types: tuple[str, ...] = ()  # of metafields, and of their definitions
    unique = False  # no two records of a shop share a key: of two readings of one key, the later counts
    deletable = True  # whether a mirror may delete what the archive does not have
    nothing: Mapping[str, Json] | None = None  # what a record says that the store has none of, where it may say so
    made_at_once = False  # all single values of a new record are in the request that makes it
    sourced = False  # an archive says beside each record where its bytes are: they are put into it as `source`
    exclusive = False  # no two records may hold the same of something (`claims`), always or by a definition's demand
    claimed = "value"  # what people call that
    held_by = ""  # the kind that holds what a new one of these claims, where it is made together with one of that
    holds_many = False  # one record may hold any number of them
    freed = ""  # one sentence on what a person can do about it, where a record is nothing without
    nests = ""  # where a record may hold others of its kind (`nested`), which may hold none then
    seo = False  # values of this kind say what search engines show of the records on which they hang
    settles = False  # Shopify goes on working on a record after the write; nothing that needs it is written before
    optional = ""  # why a run carries these only where somebody asks for them, one sentence; empty: it always does
    personal = False  # they tell of people: nobody who did not ask for them is told even their names
    told_apart = True  # False: several may share a key, and then a reference does not say which is meant
    lowered: tuple[int, ...] = ()  # parts of a key that Shopify writes in lower case, whatever it is given
    two_names = False  # some go by an id and others by what people call them (`called`, `by_name`)
    of_others = False  # each is of a record of another kind, which its key names first: kind, that record's key
    tail = 0  # how many parts behind that other key say more: a language, a market
    tells_of: tuple[str, ...] = ()  # other kinds that tell of people, whose names stand in the keys of these
    parted = False  # records whose key begins differently have different fields: a sheet of their own each
    # Parts of a kind that take scopes of their own beside `scopes`. What the app may not touch is named, part by part.
    parts: Mapping[str, Scopes] = {}
    # Lists whose items have a name of their own, and the item's field(s) that hold it: changes are shown per item.
    # `normalise` keeps their items in their places.
    keyed_lists: Mapping[str, str] = {}

    # Fields that belong to what may conflict for good: where it does, no mirror takes anything out of them.
    bound: frozenset[str] = frozenset()

    # Of these, the ones from which a row with REPLACE takes away the items that it does not name.
    exact_lists: frozenset[str] = frozenset()
    of_bytes: tuple[str, ...] = ()  # fields that say what the file itself is, and that nobody can change

    @property
    def by_default(self) -> bool:
        """Whether a run carries these without being asked for them."""
        return not self.optional

    @property
    def holders(self) -> tuple[str, ...]:
        """All kinds of things that these hang on."""
        return (self.hangs_on,) if self.hangs_on else ()

    @property
    def stands_alone(self) -> bool:
        """Whether a single one of these can be chosen: what only tells of another record comes with that one."""
        return bool(self.identify) or not (self.holders or self.of_others)

    def price(self, creates: int, updates: int, removals: int = 0) -> float:
        """What writing and deleting so many of these costs, for the plan's estimate."""
        return self.points * (creates + updates) + self.removal * removals

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

    def text_path(self, text: str) -> str:
        """The path of the field that Shopify translates under this name."""
        return self.text_paths.get(text, text)

    def sources(self, key: Key, fields: Fields) -> Iterator[tuple[Target, str, str]]:
        """(record, path in it, path here): what of this record is to be written again where that path changes."""
        return iter(())

    def awaits(self, key: Key, before: Fields, after: Fields) -> Iterator[tuple[Target, str]]:
        """(record, path here): what is to be written again where that record is, although nothing differs as yet."""
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

    def beyond(self, before: Fields, after: Fields) -> str:
        """One sentence on what only the target has of a record, and no policy takes away; empty: nothing."""
        return ""

    def mirrored(self, wanted: Fields) -> Fields:
        """What a mirror makes of a record beyond its values, where a kind can take away what the source lacks."""
        return wanted

    def surplus(self, before: Fields, wanted: Fields) -> Fields:
        """What a mirror lays over a record to take away items that only the target has, where a kind can."""
        return {}

    def taken(self, key: Key, before: Fields, after: Fields) -> Iterator[Target]:
        """What lives inside a record, and goes with an update to `after`."""
        return iter(())

    def behind(self, gids: Sequence[str]) -> Talk[set[str]]:
        """Those of these of which a part of their owner is made at this moment, of a kind that is `echoing`."""
        return set()
        yield  # makes this a conversation, if a silent one

    def chosen(self, fields: Fields, namespaces: Collection[str]) -> Fields:
        """What a selection of these namespaces takes in of a record."""
        return fields

    def as_old(self, fields: Fields, present: Fields) -> Fields:
        """What a row says that somebody may have edited: of whether it fits what it is made for, nothing."""
        return fields

    def with_theirs(self, before: Fields, after: Fields, paths: Sequence[str]) -> Fields:
        """A record whose lists at these paths keep what only the target has, since the source could not name all."""
        return after

    def void(self, fields: Fields) -> bool:
        """Whether a record says no more than that the store has none: then nothing is written, and none is found."""
        return self.nothing is not None and not self.changes(dict(self.nothing), fields)

    def vain(self, fields: Fields) -> bool:
        """Whether nothing is left to be written, once the references that land nowhere are taken out."""
        return False

    def replaceable(self, key: Key) -> bool:
        """Whether Shopify could be given another picture or file in place of that of a record, by an address."""
        return self.sourced

    def fetches(self, changed: Sequence[str]) -> bool:
        """Whether an update of these places fetches bytes from `source`, of a kind that is `sourced`."""
        return False

    def twins(self, one: Fields, other: Fields) -> bool:
        """Whether two records of one key are the same thing, whatever differs of what can be written."""
        return False

    def warning(self, changed: Sequence[str], after: Fields) -> str:
        """What else comes of an update of these places, for whoever decides on it; empty where nothing does."""
        return ""

    def concede(self, before: Fields, after: Fields) -> Conceded | None:
        """What of the archive's record the target's can become, where it can never become all of it; None: it can."""
        return None

    def crowded(self, before: Fields, after: Fields) -> Conceded | None:
        """What of the archive's record fits beside what only the target has in it, where not all does (a limit of
        Shopify's); None: all does. It is asked of an update, and asked again once it is decided what goes."""
        return None

    def loosened(self, before: Fields, after: Fields, more: Fields) -> Fields:
        """What of `more` a mirror may take away where a part of the record conflicts: no item of a list, for which part
        that is is not known, and nothing that is bound to what conflicts."""
        spared = {"exact", *self.bound, *(path.partition(".")[0] for path in self.keyed_lists)}
        return {name: value for name, value in more.items() if name not in spared}

    def barred(self, key: Key, language: str) -> str:
        """One sentence on why a store whose primary language this is can have no such record; empty where it can, or
        where the language is not known."""
        return ""

    def named_by(self, fields: Fields) -> Iterator[Target]:
        """Records by whose names parts of this one go: those are written before, so that the parts are found."""
        return iter(())

    def aligned(self, present: Fields, *sides: Fields, apart: Collection[str] = ()) -> Fields:
        """The target's record by the names that the same things have on these sides, of which the first counts most.

        `apart`: references by which parts go that have the name of a part of the first side, and are no such part.
        """
        return present

    def alike(self, present: Fields, wanted: Fields) -> Iterator[tuple[str, str, str]]:
        """Parts of two records that have one name and go by different records: (reference by which the target's goes,
        the archive's, or nothing where that goes by none, name)."""
        return iter(())

    def shown(self, fields: Fields, governor: Fields | None) -> str:
        """What a record by whose name others go is called; empty where it does not say."""
        return ""

    def counterparts(self, key: Key, before: Fields, after: Fields) -> Iterator[tuple[Target, Target]]:
        """(what lives inside the target's record, what it is in the archive's), of what is the same thing although
        nothing in its name says so."""
        return iter(())

    def renamed(self, fields: Fields, old: Key, new: Key) -> Fields:
        """A record of the target's, whose thing will be called as in `new` by what this import writes of another."""
        return fields

    def meant(self, before: Fields, said: Fields) -> Fields:
        """What a row says of a record that is there, with what the record makes plain and the row leaves out."""
        return said

    def length_of(self, key: Key) -> int:
        """How many parts this key should have, where a person may write one."""
        return len(self.key_shape)

    def refuse(self, job: Job) -> Result | None:
        """Why this cannot be written at all (a limit, another app's data), known before asking Shopify."""
        return None

    def nested(self, fields: Fields) -> frozenset[Key] | None:
        """The keys of the records that this one holds, of a kind with `nests`; None: it is none that holds others."""
        raise NotImplementedError(f"{self.name} hold nothing of their kind")

    def released(self, fields: Fields, gone: Collection[Key] | None) -> Fields:
        """A record without these in it; None: as one that holds none at all."""
        raise NotImplementedError(f"{self.name} hold nothing of their kind")

    # -- writing -----------------------------------------------------------------------------------------------

    @abstractmethod
    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        """Creates or updates at most `batch` records; one result per job, in any order."""

    def unwanted(self, before: Fields | None, after: Fields, paths: Sequence[str]) -> Fields:
        """A record with these places as the target has them, for kinds whose results may name some as `untaken`."""
        raise NotImplementedError(f"{self.name} are written whole")

    def begun(self, job: Job) -> Fields:
        """What the first write of a job leaves in the target: where places are left out, and demands relaxed.

        By default the write leaves no place out: it writes what lands of it, and what did not land is lost for good.
        """
        return job.after

    def unasked(self, present: Fields, after: Fields) -> tuple[str, ...]:
        """The places of a new record for which Shopify has chosen something, and that are to have nothing."""
        return ()

    def alone(self, job: Job) -> bool:
        """Whether this record takes a conversation of its own, however many go into one."""
        return False

    def remove(self, gids: Mapping[Key, str]) -> Talk[list[Result]]:
        """Deletes records that the archive does not have (mirror policy)."""
        raise NotImplementedError(f"{self.name} are never deleted")

    def settled(self, gids: Mapping[Key, str]) -> Talk[list[Result]]:
        """What became of records that Shopify was at work on; those that it still is at work on are missing."""
        raise NotImplementedError(f"{self.name} are there as soon as they are written")

    def make_way(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        """Writes what stands in (`after`) for what others are about to take; a result without a GID: nothing does."""
        raise NotImplementedError(f"{self.name} take nothing from each other")

    def tighten(self, job: Job, ids: Ids) -> Talk[list[Result]]:
        """Restores what `relaxed` left out, after the links are written."""
        raise NotImplementedError(f"{self.name} are never relaxed")
