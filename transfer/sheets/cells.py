"""How a value stands in a cell, and what a cell says.

A cell is always text. An empty cell says nothing, so that it never clears anything; whoever means something else than
a text writes a marker: ``[empty]``, ``[null]``, ``[absent]``, ``[delete]``. A text that looks like a marker gets one
more pair of brackets. A text longer than a cell may be is cut into pieces for several columns.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from enum import Enum
from typing import Any, Final

from .typed import value_of

LIMIT = 32_000  # Excel takes 32,767 UTF-16 units in a cell; escapes may need a few more
EMPTY, NULL, ABSENT, DELETE = "[empty]", "[null]", "[absent]", "[delete]"

_MARKER = re.compile(r"\[+(empty|null|absent|delete)\]+", re.IGNORECASE)
_NEAR = 20  # characters quoted of what is no JSON
_CURLY = tuple("“”„«»‘’")
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")


class Missing(Enum):
    """What stands where a record says nothing of a field."""

    VALUE = 0


MISSING: Final = Missing.VALUE


class CellError(Exception):
    """One sentence on what is wrong with a cell, without its place."""


def kind_of(value: Any) -> str:
    """The most readable kind of cell that holds this value exactly."""
    if isinstance(value, str):
        return "text"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, list) and value and all(_is_item(item, ",") for item in value):
        return "list"
    if isinstance(value, list) and value and all(_is_pair(item) for item in value):
        return "pairs"
    if (
        isinstance(value, dict)
        and value.keys() == {"type", "value"}
        and all(isinstance(v, str) for v in value.values())
    ):
        return "typed"
    return "json"


def _is_item(item: Any, forbidden: str) -> bool:
    return (
        isinstance(item, str)
        and item != ""
        and item == item.strip()
        and not any(mark in item for mark in forbidden)
        and item.isprintable()
    )


def _is_pair(item: Any) -> bool:
    return isinstance(item, list) and len(item) == 2 and all(_is_item(part, ";=") for part in item)


def said(kind: str, value: Any) -> str:
    """The cell of a value that is neither missing nor null."""
    if kind == "typed":
        value = value["value"]
    elif kind == "boolean":
        return "TRUE" if value else "FALSE"
    elif kind in ("number", "rows", "json"):
        value = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    elif kind == "list":
        value = ", ".join(value)
    elif kind == "pairs":
        value = "; ".join("=".join(pair) for pair in value)
    if value == "":
        return EMPTY
    return f"[{value}]" if _MARKER.fullmatch(value) else str(value)


def marker(text: str) -> str | None:
    """The marker that a cell is, or None."""
    return text.lower() if text.lower() in (EMPTY, NULL, ABSENT, DELETE) else None


def meant(kind: str, text: str, type_: str = "") -> Any:
    """The value of a cell that is not empty; None and MISSING for their markers. Raises CellError."""
    word = marker(text)
    if word == NULL:
        return None
    if word == ABSENT:
        return MISSING
    if word == DELETE:
        raise CellError(f"{DELETE} stands only in the columns of metafields")
    if word == EMPTY:
        if kind == "number":
            return ""  # as every field that may be emptied is
        text = ""
    elif _MARKER.fullmatch(text):
        text = text[1:-1]
    return _value(kind, text, type_)


def _value(kind: str, text: str, type_: str) -> Any:
    if kind == "typed":
        value, wrong = value_of(type_, text)
        if wrong:
            raise CellError(f"this must be {wrong}")
        return {"type": type_, "value": value}
    if kind == "boolean":
        if text.upper() not in ("TRUE", "FALSE"):
            raise CellError("this must be TRUE or FALSE")
        return text.upper() == "TRUE"
    if kind == "number":
        if _NUMBER.fullmatch(text) is None:
            raise CellError("this must be a number such as 12.5")
        return _json(text)
    if kind == "rows":
        if not text.isdecimal() or len(text) > 9:
            raise CellError("this is how many rows belong to the record, a whole number")
        return int(text)
    if kind == "list":
        return [item.strip() for item in re.split(r"[,\r\n]", text) if item.strip()]
    if kind == "pairs":
        return [_pair(item) for item in re.split(r"[;\r\n]", text) if item.strip()]
    return _json(text) if kind == "json" else text


def _pair(text: str) -> list[str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip() or not value.strip():
        raise CellError("this must be pairs such as Size=M; Colour=Red")
    return [name.strip(), value.strip()]


def _json(text: str) -> Any:
    try:
        value = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_object)
        json.dumps(value, allow_nan=False)  # 1e999 is no number that could be written again
        return value
    except (ValueError, RecursionError) as problem:
        raise CellError(f"this is not JSON ({_why(text, problem)})") from None


def _why(text: str, problem: ValueError | RecursionError) -> str:
    if not isinstance(problem, json.JSONDecodeError):
        return "nested too deeply, or a number too large"
    if not problem.doc:
        return problem.msg
    here = text[problem.pos : problem.pos + _NEAR].strip()
    near = f", before {here}" if here else ", at the end"
    curly = (
        "; quotes must be straight ones" if here[:1] in _CURLY or text[problem.pos - 1 : problem.pos] in _CURLY else ""
    )
    return f"{problem.msg}{near}{curly}"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise json.JSONDecodeError(f"it says “{name[:_NEAR]}” twice", "", 0)
        found[name] = value
    return found


def _no_constant(word: str) -> None:
    raise json.JSONDecodeError(f"{word} is no JSON", "", 0)


def pieces(text: str) -> list[str]:
    """The text, cut where a cell would be too long for a spreadsheet."""
    if len(text) * 7 <= LIMIT or (text.isprintable() and text.isascii() and len(text) <= LIMIT):
        return [text]
    found, start, size = [], 0, 0
    for at, char in enumerate(text):
        cost = 7 if char < " " or char in "\ufffe\uffff" else 2 if char > "\uffff" else 1
        if size + cost > LIMIT:
            found.append(text[start:at])
            start, size = at, 0
        size += cost
    return [*found, text[start:]]


def joined(parts: Sequence[str]) -> str:
    """The inverse of `pieces`. Raises CellError where somebody emptied the first piece and forgot the others."""
    if not parts[0] and any(parts):
        raise CellError("this cell is empty, and the cells that continue it are not; empty them too")
    return parts[0] if len(parts) == 1 else "".join(parts)


# -- what neither XML nor every program that reads CSV can hold --------------------------------------------------------

# Space, tab and line feed are kept; everything else below it, halves of characters, U+FFFE and U+FFFF are written as
# Excel writes them.
_CONTROL = re.compile("_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")


def escaped(text: str) -> str:
    """``_xHHHH_`` for characters that a file cannot hold (ECMA-376 part 1, 22.9.2.19)."""
    return _CONTROL.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
