"""Translations for a single market: what the texts of a record say there, and nowhere else.

Shopify lists none of them by themselves: every text is asked for in every language in every market. In a market even
the primary language may say something else, so that one is asked for as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..keys import Key
from ..references import Target
from ..resource import OWNER, Fields, Ids, Place, Read, Scopes, Talk
from ._translated import OF_NAMESAKES, Text
from ._translation_shape import FOR_A_MARKET
from ._translation_talk import Tongue, Translatable, read_markets
from .locales import CODE, read_locales
from .translations import Translations


class MarketTranslations(Translations):
    name = "market_translations"
    label = "Translations for one market"
    shape = FOR_A_MARKET
    key_is = "kind of record, that record's key, code of the language, handle of the market"
    key_like = "products/blue-shirt/fr/germany"
    leaves = {
        **OF_NAMESAKES,
        "the mark that a translation is older than its text": "Shopify takes translations of the present text only",
    }
    scopes = Scopes(
        read=("read_translations", "read_locales", "read_markets"),
        write=("write_translations", "read_translations", "read_locales", "read_markets"),
    )
    after = ("locales", "markets", "translations")  # what a market says must differ from what is said elsewhere
    tail = 2

    def tongues(self) -> Talk[dict[Tongue, Key]]:
        markets = yield from read_markets()
        locales = sorted(node["locale"] for node in (yield from read_locales()))
        return {
            Tongue(locale, gid): (locale, handle)
            for gid, handle in sorted(markets.items(), key=lambda pair: pair[1])
            for locale in locales
        }

    def tongue(self, key: Key, ids: Ids) -> Tongue | None:
        market = ids.gid(Target("markets", key[-1:]))
        return Tongue(key[-2], market) if market is not None else None

    def spoken(self, key: Key, fields: Fields) -> Iterator[Place]:
        """The primary language is no record, and is there in every store."""
        yield Place(OWNER, Target("markets", key[-1:]), hard=True)
        if not fields.get("primary"):
            yield Place(OWNER, Target("locales", key[-2:-1]), hard=True)

    def barred(self, key: Key, language: str) -> str:
        """In a market even the primary language may say something else."""
        return ""

    def tongue_problem(self, key: Key) -> str | None:
        return None if CODE.match(key[-2]) else "the last parts of its key must be a language and the market's handle."

    def fields_of(self, text: Text, read: Translatable) -> Fields:
        fields = super().fields_of(text, read)
        primary = any(item.get("locale") == text.tongue.locale for item in read.content)
        return {**fields, "primary": True} if fields and primary else fields

    def elsewhere(self) -> dict[str, Read]:
        return {}
