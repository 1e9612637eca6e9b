"""Texts that a program which opens a CSV file takes for something else, and saves as what it took them for.

``1.50`` becomes ``1.5``, ``May 2024`` becomes ``05/01/24``, ``true`` becomes ``TRUE``, an EAN ``4.01235E+12``. What is
taken for what depends on the program and on the language of whoever opens the file. What months, days and halves of a
day are called is Unicode's to say (CLDR, by way of Babel). A text that is marked for nothing costs an apostrophe; one
that is not marked is lost.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from babel import Locale

# The languages in which Shopify's own admin components speak: the locales of Polaris.
LANGUAGES = (
    *("bg", "cs", "da", "de", "el", "en", "es", "fi", "fr", "hi", "hu", "id", "it", "ja", "ko", "lt", "nb", "nl", "pl"),
    *("pt_BR", "pt_PT", "ro", "ru", "sv", "th", "tr", "vi", "zh_CN", "zh_TW"),
)

_LONGEST = 40  # characters: no date or amount with words in it is longer
_PLAIN = re.compile(r"0|-?[1-9][0-9]{0,10}")  # whole numbers, as far as every program shows them in full
_FIGURES = re.compile(r"(?=\D*\d)[\W\d_]++")  # no letter in it, and a figure
_WORD = re.compile(r"[^\W\d_]+")
_SIZE = re.compile(r"[^\W\d_]+[ -]?\d+")  # A4
_SHORTEST = 3  # letters of a name that programs take for the whole of it


def _said(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Hours, powers, ISO's T, 2nd: a figure stands before them.
_BEHIND = _said("a p m am pm e t nd rd th uhr h")
_SIGNS = _said(
    "st de of i ii iii iv v vi vii viii ix x xi xii sept mrz mrt "  # 5 de mayo, 5.X., and how programs cut some months
    "年 月 日 時 时 分 秒 년 월 일 시 분 초 "
    "eur usd gbp chf jpy cny krw sek nok dkk pln czk try brl cad aud nzd mxn kr zł kč tl r lei fr"
)
_TRUTHS = _said(
    "true false wahr falsch vrai faux verdadero falso vero verdadeiro waar onwaar sant sann falskt sand falsk usann "
    "prawda fałsz pravda nepravda tosi epätosi doğru yanlış 참 거짓"
)


def is_misread(text: str) -> bool:
    """Whether some program takes this text for a number, an amount, a date, a time or a truth value."""
    if _FIGURES.fullmatch(text):
        return _PLAIN.fullmatch(text) is None
    if len(text) > _LONGEST:
        return False
    if not any(sign.isdecimal() for sign in text):
        return text.strip().lower() in _TRUTHS
    words = _words(text)
    if words[0] in _BEHIND and _SIZE.fullmatch(text):
        return False
    return all(word in _BEHIND or word in _names() for word in words)


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFC", text).lower())


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    """The words of months and days, and what they begin with, and the other words of dates and amounts."""
    named = {word for name in _called() for word in _words(name)}
    begun = {word[:length] for word in named for length in range(_SHORTEST, len(word))}
    return frozenset(named | begun | _SIGNS) - _BEHIND


def _called() -> Iterator[str]:
    for locale in map(Locale.parse, LANGUAGES):
        for kind in (locale.months, locale.days, locale.day_periods):
            for width, names in (pair for own in kind.values() for pair in own.items()):
                if width != "narrow":  # one letter each
                    yield from names.values()
