"""What Shopify is asked about translations: what there is to translate, and what is said of it in which tongue.

A tongue is a language, or a language in one market. Each takes an alias of its own, so that a request holds only so
many of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from ..resource import Ask, Read, Talk
from ._common import paged
from .locales import read_locales

IDS = 250  # resources in one request
TONGUES = 40  # in one request: 250 resources in so many cost less than half of what a request may

_CONTENT = "resourceId translatableContent { key type %s }"
_READ_MARKETS = """
query TranslatedMarkets($after: String) {
  markets(first: 250, after: $after, sortKey: ID) { nodes { id handle } pageInfo { hasNextPage endCursor } }
}
"""
_REMOVE = """
mutation RemoveTranslations($id: ID!, $keys: [String!]!, $locales: [String!]!, $markets: [ID!]) {
  translationsRemove(resourceId: $id, translationKeys: $keys, locales: $locales, marketIds: $markets) {
    translations { key } userErrors { field message code }
  }
}
"""

Item = TypeVar("Item")


class Tongue(NamedTuple):
    """`market`: the GID of the market for which alone it is said; empty for all."""

    locale: str
    market: str = ""


NO_TONGUE = Tongue("")


@dataclass(slots=True)
class Translatable:
    """One thing: what there is to translate of it, and what is said of it in which tongue."""

    gid: str
    content: Sequence[Mapping[str, Any]]
    said: dict[Tongue, Sequence[Mapping[str, Any]]] = field(default_factory=dict)


def other_languages() -> Talk[list[Tongue]]:
    """The languages that things are translated into."""
    return sorted(Tongue(node["locale"]) for node in (yield from read_locales()) if not node["primary"])


def read_markets() -> Talk[dict[str, str]]:
    """GID -> handle."""
    found: dict[str, str] = {}
    after = None
    while True:
        page = (yield Ask(_READ_MARKETS, {"after": after}))["markets"]
        found |= {node["id"]: node["handle"] for node in page["nodes"]}
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


def listing(kind: str, tongues: Sequence[Tongue], found: list[Translatable]) -> Read:
    """A `Stream.read` over what is translatable of one kind, which puts what it reads into `found`."""
    document = (
        f"query Translations($kind: TranslatableResourceType!, $after: String{_declared(tongues)}) {{ "
        "translatableResources(first: 250, after: $after, resourceType: $kind) { "
        f"nodes {{ {_CONTENT % 'locale'} {_said(tongues)} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    )
    return paged(
        document,
        "translatableResources",
        lambda node: found.append(_translatable(node, tongues)),
        variables={"kind": kind, **_variables(tongues)},
        filters=False,
    )


def content(gids: Sequence[str], tongues: Sequence[Tongue]) -> Talk[dict[str, Translatable]]:
    """GID -> what there is to translate, with the digests of the present texts, and what is translated."""
    found: dict[str, Translatable] = {}
    for own in parts(tongues, TONGUES):
        document = (
            f"query TranslationsById($ids: [ID!]!{_declared(own)}) {{ "
            f"translatableResourcesByIds(first: {IDS}, resourceIds: $ids) {{ "
            f"nodes {{ {_CONTENT % 'digest locale'} {_said(own)} }} }} }}"
        )
        data = yield Ask(document, {"ids": list(gids), **_variables(own)})
        for node in data["translatableResourcesByIds"]["nodes"]:
            read = _translatable(node, own)
            found.setdefault(read.gid, read).said.update(read.said)
    return found


def remove(gid: str, tongue: Tongue) -> Talk[str]:
    """Takes away all that is said of a thing in one tongue. What Shopify has against it, or nothing."""
    present = (yield from content([gid], [tongue])).get(gid)
    keys = [said["key"] for said in present.said[tongue]] if present else []
    return (yield from forget(gid, tongue, keys)) if keys else ""


def forget(gid: str, tongue: Tongue, keys: Sequence[str]) -> Talk[str]:
    """Takes away these texts of a thing in one tongue. What Shopify has against it, or nothing."""
    markets = [tongue.market] if tongue.market else None
    wanted = {"id": gid, "keys": list(keys), "locales": [tongue.locale], "markets": markets}
    errors = (yield Ask(_REMOVE, wanted, repeatable=True))["translationsRemove"]["userErrors"]
    return str(errors[0]["message"]) if errors else ""


def parts(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _translatable(node: Mapping[str, Any], tongues: Sequence[Tongue]) -> Translatable:
    said = {tongue: node[f"l{number}"] for number, tongue in enumerate(tongues)}
    return Translatable(node["resourceId"], node["translatableContent"], said)


def _said(tongues: Sequence[Tongue]) -> str:
    market = {number: f", marketId: $m{number}" for number, tongue in enumerate(tongues) if tongue.market}
    return " ".join(
        f"l{number}: translations(locale: $l{number}{market.get(number, '')}) {{ key value outdated }}"
        for number in range(len(tongues))
    )


def _declared(tongues: Sequence[Tongue]) -> str:
    return "".join(
        f", $l{number}: String!" + (f", $m{number}: ID" if tongue.market else "")
        for number, tongue in enumerate(tongues)
    )


def _variables(tongues: Sequence[Tongue]) -> dict[str, str]:
    locales = {f"l{number}": tongue.locale for number, tongue in enumerate(tongues)}
    return {**locales, **{f"m{number}": tongue.market for number, tongue in enumerate(tongues) if tongue.market}}
