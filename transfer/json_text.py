"""JSON as a text: some of its strings replaced, names among them, and all else as it stands, byte for byte."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

# Given the name under which a string stands (None in lists), and what it says; null comes of None.
Change = Callable[[str | None, str], str | None]
# Given a name in an object; of None comes that it is left out, with what stands under it.
Naming = Callable[[str], str | None]

_BLANKS = " \t\r\n"
_STRING = re.compile(rf'("(?:[^"\\]|\\.)*")([{_BLANKS}]*:[{_BLANKS}]*)?')
_HALF = re.compile("[\ud800-\udfff]")
_COMMA = re.compile(rf"[{_BLANKS}]*,[{_BLANKS}]*")


def replaced(text: str, change: Change, naming: Naming = lambda name: name) -> str:
    """JSON with what the two say in place of its strings. What is no JSON stays as it is."""
    if not _is_json(text):
        return text
    pieces: list[str] = []
    at = behind = 0
    name: tuple[str, int] | None = None  # the last name, and where its value begins
    while (found := _STRING.search(text, behind)) is not None:
        said, behind = json.loads(found[1]), found.end()
        if found[2] is None:
            new = change(name[0] if name is not None and name[1] == found.start() else None, said)
        else:
            name = (said, found.end())
            new = naming(said)
            if new is None:
                pieces.append(text[at : found.start()])
                at = behind = _without_member(text, found.end(), pieces)
                continue
        if new != said:
            pieces += (text[at : found.start()], compact(new))
            at = found.end(1)
    return "".join([*pieces, text[at:]])


def compact(value: Any) -> str:
    """A value as JSON without blanks. Half a character, which no UTF-8 can say, is escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


def _without_member(text: str, value: int, pieces: list[str]) -> int:
    """Where it goes on behind a member whose value begins at `value`; one comma goes with it."""
    _, end = json.JSONDecoder().raw_decode(text, value)
    comma = _COMMA.match(text, end)
    if comma is not None:
        return comma.end()
    while not pieces[-1].strip(_BLANKS):
        pieces.pop()
    before = pieces[-1].rstrip(_BLANKS)
    if before.endswith(","):
        pieces[-1] = before[:-1].rstrip(_BLANKS)
    return end


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
