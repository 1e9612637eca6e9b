"""What an uploaded cell can hold beside a text: a number that is shown as more, and nothing that can be meant; and how
people write numbers."""

from __future__ import annotations

import re
from typing import Self

# What Excel and LibreOffice show, and save as CSV, where a formula failed: in five languages.
FAILED = re.compile(
    r"#(?:N/[AD]|NV|NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|SPILL!|CALC!|FIELD!|BEZUG!|WERT!|ZAHL!|ÜBERLAUF!|NUL!|VALEUR!|"
    r"NOM\?|NOMBRE!|VALORE!|RIF!|NOME\?|¡VALOR!|¡REF!|¿NOMBRE\?|¡NUM!)|Err:\d{3}"
)


class Broken(str):
    """A cell that has no value to speak of: a formula that was never computed, or one that failed; a number that lost
    digits. The text says so; `raw` is what the cell holds, by which whoever gets the file back sees it again."""

    raw: str

    def __new__(cls, sentence: str, raw: str) -> Self:
        own = super().__new__(cls, sentence)
        own.raw = raw
        return own


class Shown(str):
    """A number whose cell shows more than its digits, by its format: 501 as 00501 or as SKU-501. The text is the number
    itself, which is meant where only a number can be; everywhere else `shown` is."""

    shown: str

    def __new__(cls, number: str, shown: str) -> Self:
        own = super().__new__(cls, number)
        own.shown = shown
        return own


def as_shown(text: str) -> str:
    return text.shown if isinstance(text, Shown) else text


_DECIMAL = re.compile(r"(-?\d+),(\d+)", re.ASCII)
_GROUPS = re.compile(r"-?\d{1,3}(?:(?P<mark>[.,'’ \u00a0\u202f])\d{3}(?:(?P=mark)\d{3})*)(?P<rest>[.,]\d+)?", re.ASCII)
_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}", re.ASCII)


def with_point(text: str) -> str:
    """A number as most languages write it, with a point before its decimals: ``12,50``, ``1.234,50``, ``1 234``.

    What is none stays as it is. Raises ValueError with a sentence where two can be meant: ``1,250``.
    """
    bare = text.strip()
    decimal = _DECIMAL.fullmatch(bare)
    if decimal is not None:
        whole, rest = decimal.groups()
        if len(rest) == 3 and _THOUSANDS.fullmatch(whole):
            one, other = f"{whole}.{rest}", f"{whole}{rest}"
            raise ValueError(f"this can be {one} or {other}; write the one that is meant, with no mark for thousands")
        return f"{whole}.{rest}"
    grouped = _GROUPS.fullmatch(bare)
    if grouped is None:
        return text
    mark, rest = grouped["mark"], grouped["rest"] or ""
    if rest[:1] == mark or (not rest and mark in ".," and bare.count(mark) == 1):
        return text
    whole = bare[: len(bare) - len(rest)].replace(mark, "")
    return f"{whole}.{rest[1:]}" if rest else whole
