"""Texts that a program which opens a CSV file takes for something else, and saves as what it took them for.

``1.50`` becomes ``1.5``, ``May 2024`` becomes ``05/01/24``, ``true`` becomes ``TRUE``, an EAN ``4.01235E+12``. What is
taken for what depends on the program and on the language of whoever opens the file, so that the words here are those of
all the languages in which Shopify's admin is spoken. A text that is marked for nothing costs an apostrophe; one that is
not marked is lost.
"""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 40  # characters: no date or amount with words in it is longer
_PLAIN = re.compile(r"0|-?[1-9][0-9]{0,10}")  # whole numbers, as far as every program shows them in full
_FIGURES = re.compile(r"(?=\D*\d)[\W\d_]++")  # no letter in it, and a figure
_WORD = re.compile(r"[^\W\d_]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MONTHS = _words("""
january february march april may june july august september sept october november december
januar jänner jaenner februar märz maerz mrz april mai juni juli august september oktober november dezember
janvier février fevrier mars avril mai juin juillet août aout septembre octobre novembre décembre decembre
enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
janeiro fevereiro março marco abril maio junho julho agosto setembro outubro novembro dezembro
januari februari maart mrt april mei juni juli augustus oktober december augusti maj marts
styczeń stycznia luty lutego marzec marca kwiecień kwietnia maja czerwiec czerwca lipiec lipca sierpień sierpnia
wrzesień września październik października listopad listopada grudzień grudnia
leden ledna únor února březen března duben dubna květen května červen června červenec července srpen srpna září
říjen října listopad prosinec prosince
tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu
ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
""")
_DAYS = _words("""
monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag sonntag
lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes sábado domingo
""")
# Hours, powers, ISO's T, 1st: a figure stands before them.
_BEHIND = _words("a p am pm e t st nd rd th uhr h")
_SIGNS = _BEHIND | _words(
    "de of i ii iii iv v vi vii viii ix x xi xii mo di mi do fr sa so lu ma me je ve "  # 5 de mayo, 5.X., Mo 5.5.
    "年 月 日 時 时 分 秒 년 월 일 시 분 초 "
    "eur usd gbp chf jpy cny krw sek nok dkk pln czk try brl cad aud nzd mxn kr zł kč tl r lei fr"
)
_TRUTHS = _words(
    "true false wahr falsch vrai faux verdadero falso vero verdadeiro waar onwaar sant sann falskt sand falsk usann "
    "prawda fałsz pravda nepravda tosi epätosi doğru yanlış 참 거짓"
)
_BEGINNINGS = frozenset(name[:length] for name in (*_MONTHS, *_DAYS) for length in range(3, len(name) + 1))


def is_misread(text: str) -> bool:
    """Whether some program takes this text for a number, an amount, a date, a time or a truth value."""
    if _FIGURES.fullmatch(text):
        return _PLAIN.fullmatch(text) is None
    if len(text) > _LONGEST:
        return False
    words = [unicodedata.normalize("NFC", word).lower() for word in _WORD.findall(unicodedata.normalize("NFC", text))]
    if any(sign.isdecimal() for sign in text):
        begins = _WORD.match(text.strip()) is not None and words[0] in _BEHIND
        return not begins and all(word in _SIGNS or word in _BEGINNINGS for word in words)
    return text.strip().lower() in _TRUTHS
