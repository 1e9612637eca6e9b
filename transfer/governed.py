"""What a definition says of the records of a kind: which places must be filled, what it takes, what must be unique."""

from __future__ import annotations

from abc import ABC
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from .conversation import Fields
from .job import Conceded
from .keys import Key
from .references import Target

Definitions = Mapping[Target, Fields | None]  # None: there is none; those of which nothing is known are missing


class Governed(ABC):
    """The part of a resource that knows of definitions: of those that govern it, and, where it is one, of itself."""

    name: str
    echoing = False  # whether Shopify writes some of them itself (`echoing_of`)
    echoed = ""  # why none of these is written by itself, in one sentence
    listed_whole = True  # False: records that lack what their governor demands are in no list of the store
    hidden = "Shopify lists it to nobody until that is filled."  # said of a record that lacks that (`lacking`)
    precedes = False  # whether the target may have some whose governor it has not (`bars`)
    governor: str = ""  # the resource whose records say what a record of this one must hold

    def governed_by(self, key: Key) -> Target | None:
        """The record of `governor` (a definition) that says what this one must hold; None where nothing does."""
        return None

    def demands(self, governor: Fields) -> frozenset[str]:
        """What a governor demands of its records: the names of what they must fill."""
        return frozenset()

    def stricter(self, before: Fields, after: Fields) -> frozenset[str]:
        """What a governor demands of its records as it is to become, and does not as it is."""
        return self.demands(after) - self.demands(before)

    def drafts(self, governor: Fields) -> bool:
        """Whether a governor lets its records be drafts, which nobody sees."""
        return False

    def is_draft(self, fields: Fields) -> bool:
        return False

    def unspoken(self, governor: Fields) -> bool:
        """Whether a governor has its records say nothing in other languages: what they are called there is unseen."""
        return False

    def deferrable(self, governor: Fields, names: Iterable[str]) -> frozenset[str]:
        """The paths of these demands (`Job.relaxed`), as far as no reference fills what they are made of."""
        return frozenset()

    def eased(self, governor: Fields, names: Collection[str]) -> Fields:
        """A governor without these demands."""
        return governor

    def lacking(self, fields: Fields, governor: Fields) -> str:
        """One sentence on what a record lacks of what its governor demands; empty where that is nothing."""
        return ""

    def lacks(self, fields: Fields, demands: Iterable[str]) -> bool:
        """Whether a record has nothing where its governor (`stricter`) is going to demand something."""
        return False

    def fit(self, before: Fields | None, after: Fields, governor: Fields) -> Conceded | None:
        """What is left of a record under a governor that does not take all of it, or does without refusing it.

        `governor`: as it will be in the target when the record is written. None: it takes all.
        """
        return None

    def made_by(self, key: Key, fields: Fields) -> Iterator[Target]:
        """Definitions, or other records, by which a record is what it says, although these do not govern it."""
        return iter(())

    looser = False  # whether a mirror may let parts be that these definitions do not: rows are judged anew then

    def confined(self, key: Key, before: Fields | None, after: Fields, definitions: Definitions) -> Conceded | None:
        """What is left of a record where the target's definitions (`made_by`) do not let parts of it be. None: all."""
        return None

    def losing(self, before: Fields, after: Fields, gone: Collection[str]) -> Conceded | None:
        """What a record that exists becomes where references are `gone`, if that is more than to go without them."""
        return None

    def bars(self, key: Key, before: Fields, governor: Fields) -> str:
        """One sentence on why a record that the target keeps lets it have no such governor; empty where it does."""
        return ""

    def claims(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[tuple[str, ...]]:
        """What only one record of a shop may hold, of what this one holds; within its definition, if it has one."""
        return iter(())

    def stand_in(self, key: Key, before: Fields, governor: Fields | None) -> Fields:
        """What a record holds while another takes what it claims; an empty mapping: nothing."""
        return {}

    def unclaimed(self, key: Key, fields: Fields, claims: Collection[tuple[str, ...]]) -> Fields | None:
        """What is left of a record that may not have these of what it claims; None where it is nothing without."""
        return None

    def follows(self, path: str, governor: Sequence[str]) -> bool:
        """Whether a change at `path` follows by itself from these changes of the governor: then nobody else made it."""
        return False

    def echoing_of(self, owner: Key, fields: Fields, changed: Sequence[str] | None = None) -> Iterator[Key]:
        """The records that Shopify writes itself when this one, on which they hang, is changed (at these paths)."""
        return iter(())

    def echo(self, wanted: Fields, present: Fields) -> Fields:
        """What such a record is to be where it exists: what is wanted, and what else its owner makes it of."""
        return wanted

    def echoes(self, key: Key, owner: Fields, changed: Sequence[str] | None = None) -> bool:
        """Whether Shopify writes this one itself when the record on which it hangs is changed (at these paths)."""
        return key in self.echoing_of(key[:-2], owner, changed)

    def demand(self, path: str) -> str:
        """The path in the governor that makes the place at `path` hard: what `relaxed` would have to name.

        Empty where it is hard whatever the governor says (none of these can refer to each other).
        """
        raise NotImplementedError(f"nothing governs {self.name}")
