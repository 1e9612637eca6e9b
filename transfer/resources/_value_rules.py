"""What a definition's rules say against a value: those that can be judged here exactly as Shopify judges them.

Patterns, allowed domains, JSON schemas and the rules of compound types are Shopify's to judge: what it refuses of an
entry is left out of it then (`_metaobject_writing`). A rule of which this module is not certain says nothing.
https://shopify.dev/docs/apps/build/custom-data/metafields/list-of-validation-options
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

Rules = Mapping[str, str]

MOST = 5  # choices that a sentence names


def broken(type_: str, value: str | None, rules: Rules) -> str | None:
    """What is wrong with a value, as the end of a sentence on it: "has more than 10 characters"; None: nothing is."""
    rules = {name: text for name, text in rules.items() if text}
    if not value or not rules:
        return None
    try:
        return next(_broken(type_, value, rules), None)
    except (ValueError, TypeError, InvalidOperation, RecursionError):
        return None  # what cannot be read cannot be judged


def _broken(type_: str, value: str, rules: Rules) -> Iterator[str]:
    if not type_.startswith("list."):
        yield from _one(type_, value, rules)
        return
    items = json.loads(value)
    if "list.max" in rules and len(items) > int(rules["list.max"]):
        yield f"has more than {_count(rules['list.max'], 'item')}"
    if "list.min" in rules and len(items) < int(rules["list.min"]):
        yield f"has fewer than {_count(rules['list.min'], 'item')}"
    for item in items:
        yield from _one(type_.removeprefix("list."), item if isinstance(item, str) else json.dumps(item), rules)


def _one(type_: str, value: str, rules: Rules) -> Iterator[str]:
    judge = _JUDGES.get(type_)
    if judge is not None:
        yield from judge(value, rules)


def _text(value: str, rules: Rules) -> Iterator[str]:
    """Lengths are in characters (code points)."""
    if "max" in rules and len(value) > int(rules["max"]):
        yield f"has more than {_count(rules['max'], 'character')}"
    if "min" in rules and len(value) < int(rules["min"]):
        yield f"has fewer than {_count(rules['min'], 'character')}"
    if "choices" in rules and value not in json.loads(rules["choices"]):
        yield f"is not among its choices ({_some(json.loads(rules['choices']))})"


def _number(value: str, rules: Rules) -> Iterator[str]:
    if "max" in rules and Decimal(value) > Decimal(rules["max"]):
        yield f"is more than {rules['max']}"
    if "min" in rules and Decimal(value) < Decimal(rules["min"]):
        yield f"is less than {rules['min']}"


def _date(value: str, rules: Rules) -> Iterator[str]:
    if "max" in rules and date.fromisoformat(value) > date.fromisoformat(rules["max"]):
        yield f"is after {rules['max']}"
    if "min" in rules and date.fromisoformat(value) < date.fromisoformat(rules["min"]):
        yield f"is before {rules['min']}"


def _count(number: str, what: str) -> str:
    return f"{int(number):,} {what}{'' if int(number) == 1 else 's'}"


def _some(choices: Sequence[str]) -> str:
    rest = len(choices) - MOST
    return ", ".join([*choices[:MOST], *([f"and {rest:,} more"] if rest > 0 else [])])


_JUDGES: Mapping[str, Callable[[str, Rules], Iterator[str]]] = {
    "single_line_text_field": _text,
    "multi_line_text_field": _text,
    "number_integer": _number,
    "number_decimal": _number,
    "date": _date,
}
