"""The filter on products: a small part of Shopify's search language, read whole, checked, and judged again in code.

    tag:summer status:active -vendor:"Plain Goods" (product_type:Shirt OR title:shirt)

Shopify drops a field that it does not know and answers with everything, so only fields that are known here are
accepted, and what Shopify finds is judged once more on the records themselves. Shopify's own search only narrows what
has to be read: it gets nothing that could leave out too much. https://shopify.dev/docs/api/usage/search-syntax
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .keys import Key

Fields = Mapping[str, Any]
Ids = Mapping[str, str]
COLLECTION = "collection"
MAX_LENGTH, MAX_DEPTH = 500, 20
STATUSES = ("active", "archived", "draft", "unlisted")

_TOKEN = re.compile(
    r"\s*(?:(?P<mark>[()])|(?P<no>-)?(?:(?P<name>[A-Za-z_][\w.]*):)?"
    r"(?P<value>\"[^\"]*\"|'[^']*'|[^\s()\"':]+))"
)
_BARE = re.compile(r"\w+\Z")

# What a field of a product holds, as texts. Its collections stand beside a record, where a filter asks for them.
_VALUES: Mapping[str, Callable[[Key, Fields], Sequence[Any]]] = {
    "barcode": lambda key, fields: [item.get("barcode") for item in fields["variants"]],
    COLLECTION: lambda key, fields: fields.get(COLLECTION, ()),
    "handle": lambda key, fields: key,
    "product_type": lambda key, fields: [fields["productType"]],
    "sku": lambda key, fields: [item.get("sku") for item in fields["variants"]],
    "status": lambda key, fields: [fields["status"]],
    "tag": lambda key, fields: fields["tags"],
    "title": lambda key, fields: [fields["title"]],
    "vendor": lambda key, fields: [fields["vendor"]],
}
FIELDS = tuple(_VALUES)


class SelectionError(ValueError):
    """One sentence on what cannot be selected, and what to do."""


class Search(ABC):
    """A filter that has been understood."""

    @abstractmethod
    def takes(self, key: Key, fields: Fields) -> bool:
        """Whether a product, as it was read, is meant."""

    @abstractmethod
    def narrowed(self, ids: Ids) -> str | None:
        """A search string of Shopify's that finds all that is meant, and perhaps more. None: nothing less than all.

        `ids`: handle of a collection -> its number in this shop, of those that it has.
        """


@dataclass(frozen=True, slots=True)
class Term(Search):
    name: str
    value: str

    def takes(self, key: Key, fields: Fields) -> bool:
        return any(self._equal(str(own).casefold()) for own in _VALUES[self.name](key, fields) if own is not None)

    def _equal(self, own: str) -> bool:
        wanted = self.value.casefold()
        if self.name == "title":
            return f" {wanted.rstrip('*')}" in f" {own}"
        return own.startswith(wanted[:-1]) if wanted.endswith("*") else own == wanted

    def narrowed(self, ids: Ids) -> str | None:
        if self.name == COLLECTION:
            return f"collection_id:{ids.get(self.value.casefold(), '0')}"
        start = self.value.endswith("*")
        if start and not _BARE.match(self.value[:-1]):
            return None
        return f"{self.name}:{self.value}" if start else f"{self.name}:{_quoted(self.value)}"


@dataclass(frozen=True, slots=True)
class Words(Search):
    """A bare word: Shopify alone knows where it looks for it."""

    value: str

    def takes(self, key: Key, fields: Fields) -> bool:
        return True

    def narrowed(self, ids: Ids) -> str:
        return _quoted(self.value)


@dataclass(frozen=True, slots=True)
class Not(Search):
    inner: Search

    def takes(self, key: Key, fields: Fields) -> bool:
        return not self.inner.takes(key, fields)

    def narrowed(self, ids: Ids) -> None:
        return None


@dataclass(frozen=True, slots=True)
class All(Search):
    parts: tuple[Search, ...]

    def takes(self, key: Key, fields: Fields) -> bool:
        return all(part.takes(key, fields) for part in self.parts)

    def narrowed(self, ids: Ids) -> str | None:
        return " AND ".join(text for part in self.parts if (text := part.narrowed(ids))) or None


@dataclass(frozen=True, slots=True)
class Either(Search):
    parts: tuple[Search, ...]

    def takes(self, key: Key, fields: Fields) -> bool:
        return any(part.takes(key, fields) for part in self.parts)

    def narrowed(self, ids: Ids) -> str | None:
        texts = [part.narrowed(ids) for part in self.parts]
        return None if None in texts else f"({' OR '.join(text for text in texts if text)})"


def _quoted(value: str) -> str:
    return f'"{value}"' if "'" in value else f"'{value}'"


def parse(text: str) -> Search:
    """Reads a filter. Raises SelectionError with one sentence."""
    if len(text) > MAX_LENGTH:
        raise SelectionError(f"A filter on products may have {MAX_LENGTH} characters; this one has {len(text)}.")
    if "\\" in text or not text.isprintable():
        raise SelectionError("A filter on products may hold no backslash and no control character.")
    return _Parser(_tokens(text)).whole()


def _tokens(text: str) -> list[re.Match[str]]:
    found: list[re.Match[str]] = []
    at = 0
    while text[at:].strip():
        token = _TOKEN.match(text, at)
        if token is None:
            raise SelectionError(f"The filter on products cannot be read from {text[at:].strip()[:30]!r} on.")
        found.append(token)
        at = token.end()
    return found


class _Parser:
    """either := all (OR all)*; all := one ([AND] one)*; one := NOT one | -one | ( either ) | field:value | word."""

    def __init__(self, tokens: Sequence[re.Match[str]]) -> None:
        self._tokens, self._at, self._depth = tokens, 0, 0

    def whole(self) -> Search:
        found = self._either()
        if self._at < len(self._tokens):
            raise SelectionError("A parenthesis in the filter on products closes what was never opened.")
        return found

    def _word(self) -> str:
        return self._tokens[self._at][0].strip() if self._at < len(self._tokens) else ""

    def _either(self) -> Search:
        parts = [self._all()]
        while self._word() == "OR":
            self._at += 1
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _all(self) -> Search:
        parts: list[Search] = []
        while self._word() not in ("", "OR", ")"):
            if self._word() == "AND" and parts:
                self._at += 1
            parts.append(self._one())
        if not parts:
            raise SelectionError(
                "The filter on products ends, or has OR or an empty parenthesis, where a term belongs."
            )
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _one(self) -> Search:
        if self._at >= len(self._tokens) or self._word() in ("AND", "OR", ")"):
            raise SelectionError("The filter on products lacks a term after AND, OR or NOT.")
        token = self._tokens[self._at]
        self._at += 1
        if token["mark"] == "(" or token[0].strip() == "NOT":
            return self._inner(token)
        found = _term(token)
        return _negated(found) if token["no"] else found

    def _inner(self, token: re.Match[str]) -> Search:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise SelectionError("The filter on products is nested too deeply.")
        if token["mark"] is None:
            found = _negated(self._one())
        else:
            found = self._either()
            if self._word() != ")":
                raise SelectionError("A parenthesis in the filter on products is never closed.")
            self._at += 1
        self._depth -= 1
        return found


def _negated(inner: Search) -> Search:
    if _has_words(inner):
        raise SelectionError("A word without a field cannot be negated; name the field, as in -title:word.")
    return Not(inner)


def _has_words(search: Search) -> bool:
    if isinstance(search, All | Either):
        return any(_has_words(part) for part in search.parts)
    return isinstance(search, Words) or (isinstance(search, Not) and _has_words(search.inner))


def collections_of(search: Search) -> set[str]:
    """The handles of collections that a filter names."""
    if isinstance(search, All | Either):
        return {handle for part in search.parts for handle in collections_of(part)}
    if isinstance(search, Not):
        return collections_of(search.inner)
    return {search.value.casefold()} if isinstance(search, Term) and search.name == COLLECTION else set()


def _term(token: re.Match[str]) -> Search:
    name, value = token["name"], token["value"].strip("\"'")
    if name is None:
        return Words(value)
    if name not in _VALUES:
        raise SelectionError(f"Products cannot be filtered by {name[:40]!r}; there are {', '.join(FIELDS)}.")
    if not value.strip("*"):
        raise SelectionError(f"The filter on products has no value for {name}.")
    if name == COLLECTION and value.endswith("*"):
        raise SelectionError("Name a collection by its whole handle, as in collection:summer-sale.")
    if name == "status" and value.casefold() not in STATUSES:
        raise SelectionError(f"There is no status {value[:40]!r}; there are {', '.join(STATUSES)}.")
    return Term(name, value)
