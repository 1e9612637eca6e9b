"""What a record, or the manifest, may hold: described beside the fields of each kind, and judged here, in one walk.

A shape says of a value what is wrong with it, in one sentence for a person, and of itself what it takes, for the
documentation. Objects are closed: a field that nobody described is refused, because what is not understood would be
lost without a word.

Judged `part` by part (a row that says only some of a record), what is missing or null is no fault, and what fields say
of each other is left to the day when the record is whole.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from .references import is_local_gid, parse

Json = Any
Also = Callable[[dict[str, Any]], "Wrong | str | None"]

ITEM, ANY_NAME = "[]", "<name>"  # what `Shape.inner` calls the items of a list, and fields somebody named
CLIP = 60  # characters of what somebody else wrote that a sentence shows


@dataclass(frozen=True, slots=True)
class Wrong:
    """`path`: names of fields and places in lists, outermost first. `says`: of what stands there.

    `of_it`: the sentence is about what stands at the path ("price must be a text"), and not in it ("“a” is no field").
    """

    path: tuple[str | int, ...]
    says: str
    of_it: bool = True

    def inside(self, name: str | int) -> Wrong:
        return replace(self, path=(name, *self.path))

    def __str__(self) -> str:
        names = [f"item {name + 1}" if isinstance(name, int) else shown(name) for name in self.path]
        if len(names) > 12:
            names[6:-5] = ["…"]
        inner = [f"{names.pop()} {self.says}"] if self.of_it and names else [self.says]
        return ": ".join([*([", ".join(names)] if names else []), *inner])


def shown(text: str) -> str:
    """What a stranger wrote, as it can stand in a sentence."""
    clean = "".join(sign if sign.isprintable() else "�" for sign in text[: CLIP + 1])
    return clean if len(clean) <= CLIP else clean[:CLIP] + "…"


def found(value: Json) -> str:
    """What was found in place of what must be there."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"“{shown(value)}”" if value else "empty"
    if isinstance(value, int | float):
        return "a number"
    return "a list" if isinstance(value, list) else "an object"


class Shape(ABC):
    """`is_`: what such a value is, for a sentence: "a text". `needed`: whether an object must have such a field."""

    is_: str
    needed = True

    @abstractmethod
    def wrong(self, value: Json, part: bool = False) -> Wrong | None:
        """What is wrong with a value, or None. Never raises, whatever the value."""

    def inner(self) -> Iterator[tuple[str, Shape]]:
        """What is in it, for the documentation: (name, shape)."""
        return iter(())

    def said(self) -> str:
        """What it takes, for the documentation."""
        return self.is_

    def refuse(self, value: Json) -> Wrong:
        return Wrong((), f"must be {self.is_}, and is {found(value)}.")


@dataclass(frozen=True, slots=True)
class Text(Shape):
    is_: str = "a text"
    least: int = 0
    most: int = 0  # characters; 0: as many as a line can hold

    def wrong(self, value: Json, part: bool = False) -> Wrong | None:
        if type(value) is not str:
            return self.refuse(value)
        if len(value) < self.least:
            return Wrong((), "must not be empty.")
        if self.most and len(value) > self.most:
            return Wrong((), f"has {len(value)} characters, and at most {self.most} are allowed.")
        return None

    def said(self) -> str:
        if not (self.least or self.most):
            return self.is_
        if not self.most:
            return f"{self.is_}, not empty"
        return f"{self.is_}, {self.least} to {self.most} characters"


@dataclass(frozen=True, slots=True)
class Match(Shape):
    """A text of a form."""

    is_: str
    pattern: re.Pattern[str]

    def wrong(self, value: Json, part: bool = False) -> Wrong | None:
        return None if type(value) is str and self.pattern.fullmatch(value) is not None else self.refuse(value)


class Amount(Match):
    """A text that is a number: of money, for the most part."""

    __slots__ = ()


class OneOf(Shape):
    """One of some words. `enum`: Shopify's name for the list of them, to which a test holds it."""

    def __init__(self, *words: str, enum: str = "") -> None:
        self.words, self.enum = frozenset(words), enum
        self.is_ = f"one of {', '.join(words)}" if len(words) > 1 else words[0]

    def wrong(self, value: Json, part: bool = False) -> Wrong | None:
        return None if type(value) is str and value in self.words else self.refuse(value)


@dataclass(frozen=True, slots=True)
class Flag(Shape):
    is_: str = "true or false"

    def wrong(self, value: Json, part: bool = False) -> Wrong | None:
        return None if type(value) is bool else self.refuse(value)


@dataclass(frozen=True, slots=True)
class Always(Shape):
    """A mark that is there or is not."""

    is_: str = "true"

    def wrong(self, value: Json, part: bool = False) -> Wrong | None:
        return None if value is True else self.refuse(value)


@dataclass(frozen=True, slots=True)
class Number(Shape):
    is_: str = "a number"
    least: float = -1e12
    most: float = 1e12
    whole: bool = False

    def wrong(self, value: Json, part: bool = False) -> Wrong | None:
        # To Python, true is an int. Integers of JSON have no end, and are compared as what they are.
        if type(value) is not int and (self.whole or type(value) is not float):
            return self.refuse(value)
        return None if self.least <= value <= self.most else Wrong((), f"must be {self.said()}.")

    def said(self) -> str:
        return f"{self.is_} from {self.least:g} to {self.most:g}"


@dataclass(frozen=True, slots=True)
class Moment(Shape):
    is_: str = "a moment with its offset from UTC, such as 2026-01-31T09:00:00Z"
    empty: bool = False

    def wrong(self, value: Json, part: bool = False) -> Wrong | None:
        if value == "" and self.empty:
            return None
        if type(value) is not str or len(value) > 40 or "T" not in value:
            return self.refuse(value)
        try:
            moment = datetime.fromisoformat(value)
            moment.astimezone(UTC)  # the first and the last day that there are may have no counterpart there
        except (ValueError, OverflowError):
            return self.refuse(value)
        return None if moment.tzinfo is not None else self.refuse(value)


class Reference(Shape):
    """The portable form of a record of one of some kinds, or of what the source store could not name."""

    def __init__(self, *kinds: str) -> None:
        self.kinds = frozenset((*kinds, "unknown"))
        self.is_ = f"a reference (shopsync:{kinds[0]}/…)" if len(kinds) == 1 else "a reference (shopsync:<kind>/<key>)"

    def wrong(self, value: Json, part: bool = False) -> Wrong | None:
        if type(value) is not str:
            return self.refuse(value)
        if is_local_gid(value):
            return Wrong((), f"must be {self.is_}, and is an id of one store.")
        target = parse(value)
        return None if target is not None and target.resource in self.kinds else self.refuse(value)


class OrNull(Shape):
    """What may be null, and is never missing."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.is_ = f"{shape.is_}, or null"

    def wrong(self, value: Json, part: bool = False) -> Wrong | None:
        return None if value is None else self.shape.wrong(value, part)

    def said(self) -> str:
        return f"{self.shape.said()}, or null"

    def inner(self) -> Iterator[tuple[str, Shape]]:
        return self.shape.inner()


class Maybe(OrNull):
    """What may be null, and may be missing."""

    needed = False


class Emptied(Maybe):
    """What may also be taken away from a record that has it, by an empty text, whatever kind of value it is."""

    def wrong(self, value: Json, part: bool = False) -> Wrong | None:
        return None if value == "" else super().wrong(value, part)


class Lacking(Shape):
    """What may be missing, and is never null."""

    needed = False

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.is_ = shape.is_

    def wrong(self, value: Json, part: bool = False) -> Wrong | None:
        return self.shape.wrong(value, part)

    def said(self) -> str:
        return self.shape.said()

    def inner(self) -> Iterator[tuple[str, Shape]]:
        return self.shape.inner()


class Nothing(Shape):
    """A list that is always empty."""

    def __init__(self, why: str) -> None:
        self.is_ = f"an empty list: {why}"

    def wrong(self, value: Json, part: bool = False) -> Wrong | None:
        return None if value == [] else self.refuse(value)


class ListOf(Shape):
    def __init__(self, shape: Shape, is_: str, *, least: int = 0, most: int = 0, distinct: bool = False) -> None:
        self.shape, self.least, self.most, self.distinct = shape, least, most, distinct
        self.is_ = is_

    def wrong(self, value: Json, part: bool = False) -> Wrong | None:
        if type(value) is not list:
            return self.refuse(value)
        if len(value) < self.least and not part:
            return Wrong((), f"must be {self.is_}, and is empty.")
        if self.most and len(value) > self.most:
            return Wrong((), f"has {len(value)} items, and at most {self.most} are allowed.")
        judge = self.shape.wrong
        for number, item in enumerate(value):
            wrong = judge(item, part)
            if wrong is not None:
                return wrong.inside(number)
        if self.distinct and len(set(value)) < len(value):
            return Wrong((), "must name each thing once.")
        return None

    def said(self) -> str:
        bounds = [f"at least {self.least}"] if self.least else []
        bounds += [f"at most {self.most}"] if self.most else []
        return ", ".join([self.is_, *bounds, *(["each thing once"] if self.distinct else [])])

    def inner(self) -> Iterator[tuple[str, Shape]]:
        yield ITEM, self.shape


def together(also: Also | None, value: dict[str, Any]) -> Wrong | None:
    """What fields that are well shaped, each for itself, say of each other."""
    wrong = also(value) if also is not None else None
    return Wrong((), wrong, of_it=False) if isinstance(wrong, str) else wrong


class MapOf(Shape):
    """An object whose fields somebody chose the names of.

    `lasting`: of texts that an empty one takes away, the names of those that stay; None where none can be taken away.
    """

    def __init__(
        self,
        shape: Shape,
        is_: str,
        *,
        least: int = 0,
        also: Also | None = None,
        lasting: frozenset[str] | None = None,
    ) -> None:
        self.shape, self.is_, self.least, self.also, self.lasting = shape, is_, least, also, lasting

    def wrong(self, value: Json, part: bool = False) -> Wrong | None:
        if type(value) is not dict:
            return self.refuse(value)
        if len(value) < self.least and not part:
            return Wrong((), f"must be {self.is_}, and is empty.")
        for name, item in value.items():
            if item is None and part:
                continue
            wrong = self.shape.wrong(item, part)
            if wrong is not None:
                return wrong.inside(name)
        return None if part else together(self.also, value)

    def inner(self) -> Iterator[tuple[str, Shape]]:
        yield ANY_NAME, self.shape


class Row(Shape):
    """A list of so many things, each of its own shape: [name, value]."""

    def __init__(self, is_: str, *shapes: Shape) -> None:
        self.is_, self.shapes = is_, shapes

    def wrong(self, value: Json, part: bool = False) -> Wrong | None:
        if type(value) is not list or len(value) != len(self.shapes):
            return self.refuse(value)
        for number, (shape, item) in enumerate(zip(self.shapes, value, strict=True)):
            wrong = shape.wrong(item, part)
            if wrong is not None:
                return wrong.inside(number)
        return None


class Object(Shape):
    """A closed object. `noun`: what it is, for a sentence: "a product". `also`: what its fields say of each other."""

    def __init__(self, noun: str, fields: Mapping[str, Shape], also: Also | None = None) -> None:
        self.noun, self.fields, self.also = noun, fields, also
        self.is_ = f"an object: {noun}"
        self._needed = frozenset(name for name, shape in fields.items() if shape.needed)
        self._judges = {name: shape.wrong for name, shape in fields.items()}

    def wrong(self, value: Json, part: bool = False) -> Wrong | None:
        if type(value) is not dict:
            return self.refuse(value)
        judges = self._judges
        for name, item in value.items():
            judge = judges.get(name)
            if judge is None:
                return self.strange(name)
            if item is None and part:
                continue
            wrong = judge(item, part)
            if wrong is not None:
                return wrong.inside(name)
        if part:
            return None
        if not self._needed <= value.keys():
            return self.lacks(next(name for name in self.fields if name in self._needed - value.keys()))
        return together(self.also, value)

    def strange(self, name: str) -> Wrong:
        return Wrong((), f"“{shown(name)}” is not a field of {self.noun}.", of_it=False)

    def lacks(self, name: str) -> Wrong:
        return Wrong((name,), f"is missing: {self.noun} must have it, {self.fields[name].said()}.")

    def inner(self) -> Iterator[tuple[str, Shape]]:
        yield from self.fields.items()


@dataclass(frozen=True, slots=True)
class Anything(Shape):
    """An object that is judged elsewhere."""

    is_: str = "an object"

    def wrong(self, value: Json, part: bool = False) -> Wrong | None:
        return None if type(value) is dict else self.refuse(value)


class Kind(Shape):
    """An object with one field, which says what it is: {"productTag": {…}}."""

    def __init__(self, is_: str, kinds: Mapping[str, Shape]) -> None:
        self.is_, self.kinds = is_, kinds

    def wrong(self, value: Json, part: bool = False) -> Wrong | None:
        if type(value) is not dict or len(value) != 1:
            return Wrong((), f"must be {self.is_}: an object with one field, its kind.")
        ((kind, own),) = value.items()
        shape = self.kinds.get(kind)
        if shape is None:
            return Wrong((), f"“{shown(kind)}” is not {self.is_}.", of_it=False)
        wrong = shape.wrong(own, part)
        return wrong.inside(kind) if wrong is not None else None

    def inner(self) -> Iterator[tuple[str, Shape]]:
        yield from self.kinds.items()
