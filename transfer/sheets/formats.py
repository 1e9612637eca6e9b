"""What a number format makes of a cell, as far as that is a date, or another text than the number (ECMA-376 18.8.31).

Only whole numbers are shown here as a program shows them. How it parts thousands and decimals is a matter of the
language that somebody has set there, so a number with these is read as the number that it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

MOST = 255  # characters of a format, as Excel allows
DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})  # of the formats without a code
PERCENT = "9"  # the one of those that shows a whole number otherwise
_QUIET = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_SECTION = re.compile(r'(?:"[^"]*"|\\.|\[[^\]]*\]|[^;])*')
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[\$(?P<money>[^\]-]*)(?:-[^\]]*)?\]|\[(?P<colour>[A-Za-z]+\d*)\]|_(?P<wide>.)|'
    r"\*(?P<fill>.)|(?P<digits>[0#?]+)|(?P<sign>[ $€£¥%()/+:1-9-])"
)
_FRACTION = re.compile(r"[#?]\s*/|/\s*[#?\d]")


def is_date(code: str) -> bool:
    """Whether a number format shows a date or time: it names parts of one outside of literal text."""
    return (
        len(code) <= MOST
        and bool(re.search(r"[ymdhs]", _QUIET.sub("", code), re.IGNORECASE))
        and "general" not in code.lower()
    )


@dataclass(frozen=True, slots=True)
class Pattern:
    """A format of whole numbers. `pieces`: (text, are these places of digits?) in order; `times`: 100 for per cent."""

    pieces: tuple[tuple[str, bool], ...]
    signed: bool
    times: int = 1

    def show(self, number: Decimal) -> str:
        digits = str((abs(number) * self.times).quantize(Decimal(1), ROUND_HALF_UP))
        minus = "-" if number < 0 and self.signed else ""
        found: list[str] = []
        places = sum(len(text) for text, own in self.pieces if own)
        for text, own in reversed(self.pieces):
            if not own:
                found.append(text)
                continue
            places -= len(text)
            taken = digits[-len(text) :] if places else digits
            digits = digits[: len(digits) - len(taken)]
            found.append(_filled("" if taken == "0" and not digits else taken, text))
        return minus + "".join(reversed(found))


def _filled(digits: str, places: str) -> str:
    """The digits behind one another, with what stands in the places that they leave: a zero, a blank or nothing."""
    left = places[: max(len(places) - len(digits), 0)]
    return "".join({"0": "0", "?": " "}.get(place, "") for place in left) + digits


# Of the style of a cell: whether its numbers are dates; how whole numbers are shown otherwise.
Style = tuple[bool, tuple[Pattern, ...]]
GENERAL: Style = (False, ())


def patterns_of(code: str) -> tuple[Pattern, ...]:
    """For numbers that are not negative, and for negative ones; empty for a format that shows what the number is."""
    if len(code) > MOST:
        return ()
    sections = [section for section in _SECTION.findall(code) if section][:2]
    found = [_pattern(section, signed=len(sections) == 1 or not number) for number, section in enumerate(sections)]
    if not found or any(pattern is None for pattern in found):
        return ()
    kept = tuple(pattern for pattern in found if pattern is not None)
    plain = all(text in ("0", "#") for pattern in kept for text, _ in pattern.pieces) and len(kept) == 1
    return () if plain else kept


def _pattern(section: str, *, signed: bool) -> Pattern | None:
    if _FRACTION.search(_QUIET.sub("", section)):
        return None
    pieces: list[tuple[str, bool]] = []
    at = times = 0
    while at < len(section):
        token = _TOKEN.match(section, at)
        if token is None:
            return None
        at = token.end()
        kind = str(token.lastgroup)
        if kind == "digits":
            pieces.append((token[kind], True))
        elif kind == "wide":
            pieces.append((" ", False))
        elif kind not in ("colour", "fill"):
            pieces.append((token[kind], False))
            times += kind == "sign" and token[kind] == "%"
    if not any(own for _, own in pieces) or times > 1:
        return None
    return Pattern(tuple(pieces), signed, 100 if times else 1)


def shown(patterns: tuple[Pattern, ...], number: Decimal) -> str:
    """As the program shows it; empty where it shows the number itself."""
    if not patterns:
        return ""
    text = patterns[-1 if number < 0 else 0].show(number)
    return "" if text == f"{number:f}" else text
