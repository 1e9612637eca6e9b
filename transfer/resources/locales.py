"""The languages that a store speaks beside its primary one: which there are, and which of them customers see.

The primary language is decided in the admin alone. It is no record: each of the others says what it is translated
from. A locale has no GID in Shopify; it is given one here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..keys import Key
from ..outcomes import Reason
from ..references import Target
from ..resource import Ask, Fields, Ids, Job, Page, Place, Reading, Resource, Result, Scopes, Selection, Stream, Talk
from ..shapes import Flag, Match, Maybe, Object
from ._common import refused

_READ = "query Locales { shopLocales { locale primary published } }"
_ENABLE = """
mutation EnableLocale($locale: String!) {
  shopLocaleEnable(locale: $locale) { shopLocale { locale published } userErrors { field message } }
}
"""
_UPDATE = """
mutation UpdateLocale($locale: String!, $shopLocale: ShopLocaleInput!) {
  shopLocaleUpdate(locale: $locale, shopLocale: $shopLocale) { shopLocale { locale } userErrors { field message } }
}
"""
_DISABLE = """
mutation DisableLocale($locale: String!) {
  shopLocaleDisable(locale: $locale) { locale userErrors { field message } }
}
"""
_PREFIX = "gid://shopify/ShopLocale/"
CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z")
LANGUAGE = Match("the code of a language, such as fr or pt-BR", CODE)


def read_locales() -> Talk[list[Mapping[str, Any]]]:
    return list((yield Ask(_READ))["shopLocales"])


class Locales(Resource):
    name = "locales"
    label = "Languages"
    key_is = "code of the language"
    key_like = "fr"
    shape = Object("a language", {"published": Flag(), "translatedFrom": Maybe(LANGUAGE)})
    key_shape = (LANGUAGE,)
    leaves = {
        "the primary language": "only the admin can change it; a difference is told where a language is written",
        "the domains and markets of a language": "they are settings of markets; set them in the admin",
    }
    lasting = {"translatedFrom": "it is the target's own primary language"}
    scopes = Scopes(read=("read_locales",), write=("write_locales",))
    gid_types = ()
    unique = True
    points = 20.0

    # -- reading

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        return [Stream(self.name, self._read, moves=False)]

    def _read(self, after: str | None, changed_since: str | None) -> Talk[Page]:
        return Page(tuple(_readings((yield from read_locales()))), None)

    def read_back(self, gids: Sequence[str]) -> Talk[list[Reading]]:
        return [reading for reading in _readings((yield from read_locales())) if reading.gid in gids]

    def node(self, gid: str) -> str:
        """A language is told by the shop, and is no node."""
        return ""

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        found = {Target(self.name, (node["locale"],)): _gid(node["locale"]) for node in (yield from read_locales())}
        return {target: found[target] for target in targets if target in found}

    # -- meaning

    def rewrite(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        return fields

    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        return iter(())

    def normalise(self, fields: Fields) -> Fields:
        """The primary language of another store cannot be written: it is told, and not compared."""
        return {"published": fields["published"]}

    def barred(self, key: Key, language: str) -> str:
        return IS_PRIMARY if key == (language,) else ""

    # -- writing

    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        (job,) = jobs
        (code,) = job.key
        present = {node["locale"]: node for node in (yield from read_locales())}
        primary = next((name for name, node in present.items() if node["primary"]), code)
        if code == primary:
            return [Result(job.key, reason=Reason.NOT_PERMITTED, detail=IS_PRIMARY)]
        if code not in present:
            payload = (yield Ask(_ENABLE, {"locale": code}))["shopLocaleEnable"]
            if payload["userErrors"]:
                return [refused(job.key, payload["userErrors"])]
        if job.after["published"] != present.get(code, {"published": False})["published"]:
            wanted = {"locale": code, "shopLocale": {"published": job.after["published"]}}
            payload = (yield Ask(_UPDATE, wanted, repeatable=True))["shopLocaleUpdate"]
            if payload["userErrors"]:
                return [refused(job.key, payload["userErrors"])]
        source = job.after.get("translatedFrom") or primary
        detail = OTHER_PRIMARY.format(source=source, target=primary) if source != primary else ""
        return [Result(job.key, _gid(code), detail=detail)]

    def remove(self, gids: Mapping[Key, str]) -> Talk[list[Result]]:
        results = []
        for key, gid in gids.items():
            payload = (yield Ask(_DISABLE, {"locale": key[0]}))["shopLocaleDisable"]
            results.append(refused(key, payload["userErrors"]) if payload["userErrors"] else Result(key, gid))
        return results


IS_PRIMARY = (
    "This is the primary language of the target store, in which the texts of its records stand, and Shopify takes no "
    "translations into that. Give the target store the primary language of the source store (only the admin can, in "
    "Settings > Languages), then import again."
)
OTHER_PRIMARY = (
    "The primary language of the source store is {source}, that of the target store {target}: the texts of the records "
    "stand there as {target}. Only the admin can change that, in Settings > Languages."
)


def _gid(code: str) -> str:
    return f"{_PREFIX}{code}"


def _readings(nodes: Sequence[Mapping[str, Any]]) -> list[Reading]:
    primary = next((node["locale"] for node in nodes if node["primary"]), None)
    return [
        Reading(
            "locales",
            (node["locale"],),
            _gid(node["locale"]),
            {"published": node["published"], "translatedFrom": primary},
        )
        for node in nodes
        if not node["primary"]
    ]


RESOURCE = Locales()
