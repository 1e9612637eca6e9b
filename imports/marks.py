"""Two values side by side, with what differs marked: words for texts, lines for lists and objects."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from transfer.pointing import readable, spelled

WORDS = 3000  # more than that is compared by its beginning and end only: matching takes quadratic time
AROUND = 160  # characters of sameness that are shown beside a difference

_WORD = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Piece:
    """`kind`: same, gone, new, or cut (a stretch of sameness that is not shown)."""

    kind: str
    text: str


Side = tuple[Piece, ...]


def side_by_side(before: Any, after: Any) -> tuple[Side | None, Side | None]:
    """The pieces of both values; None where one side has nothing."""
    old, new = shown(before), shown(after)
    if old is None or new is None:
        return _whole(old), _whole(new)
    left: list[Piece] = []
    right: list[Piece] = []
    for same, ours, theirs in _stretches(_WORD.findall(old), _WORD.findall(new)):
        if same:
            left += _short(ours, first=not left, last=False)
            right += _short(ours, first=not right, last=False)
        else:
            left += [Piece("gone", ours)] if ours else []
            right += [Piece("new", theirs)] if theirs else []
    return tuple(left), tuple(right)


def shown(value: Any) -> str | None:
    """A value as text: as it is, or as JSON that people can read."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if value and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "\n".join(map(readable, value))
    return json.dumps(spelled(value), ensure_ascii=False, indent=2)


def _whole(text: str | None) -> Side | None:
    if text is None:
        return None
    limit = AROUND * 12
    if len(text) <= limit:
        return (Piece("same", text),)
    return (Piece("same", text[:limit]), Piece("cut", f"… {len(text) - limit:,} more characters"))


def _stretches(old: list[str], new: list[str]) -> list[tuple[bool, str, str]]:
    """(equal, of the old, of the new), in order."""
    if max(len(old), len(new)) > WORDS:
        return _ends(old, new)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [(word == "equal", "".join(old[a:b]), "".join(new[c:d])) for word, a, b, c, d in matcher.get_opcodes()]


def _ends(old: list[str], new: list[str]) -> list[tuple[bool, str, str]]:
    least = min(len(old), len(new))
    head = next((n for n in range(least) if old[n] != new[n]), least)
    tail = next((n for n in range(least - head) if old[-1 - n] != new[-1 - n]), least - head)
    ends = len(old) - tail, len(new) - tail
    middle = (False, _bounded(old[head : ends[0]]), _bounded(new[head : ends[1]]))
    start, end = "".join(old[:head]), "".join(old[ends[0] :])
    return [(True, start, start), middle, (True, end, end)]


def _bounded(words: list[str]) -> str:
    text = "".join(words)
    limit = AROUND * 12
    return text if len(text) <= limit else f"{text[:limit]}… {len(text) - limit:,} more characters"


def _short(text: str, *, first: bool, last: bool) -> list[Piece]:
    """A stretch of sameness, without its middle where that is long."""
    if not text:
        return []
    if len(text) <= 2 * AROUND + 40:
        return [Piece("same", text)]
    cut = Piece("cut", " … ")
    end = Piece("same", text[-AROUND:])
    return [cut, end] if first else [Piece("same", text[:AROUND]), cut, end]
