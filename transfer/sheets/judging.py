"""What the rows of one record come to: the record, and where in them stands what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import takewhile
from typing import Any

from ..jsonl import dumps
from ..keys import Key
from ..outcomes import Reason
from ..resource import Fields, Job, Resource
from ..shapes import Wrong
from .columns import name_of

_OF_VALUE = 2  # names of the path to an entry's value, which is one cell


def lacking(kind: Resource, key: Key, fields: Fields) -> Wrong | None:
    """What a row of a new record does not say and has to, whatever the store holds."""
    made = kind.filled(key, fields)
    wrong = kind.judged(key, made)
    if wrong is None:
        refusal = kind.refuse(Job(kind.name, key, made))
        if refusal is not None and refusal.reason in (Reason.MISSING_REQUIRED, Reason.INVALID):
            wrong = Wrong((), refusal.detail, of_it=False)
    return wrong


def of_lists(kind: Resource, fields: Fields) -> Wrong | None:
    """What is wrong with a list that takes the place of the one that is there: its items have to be whole."""
    for name, value in fields.items():
        if isinstance(value, list) and name in kind.shape.fields.keys() - kind.keyed_lists.keys():
            wrong = kind.shape.fields[name].wrong(value)
            if wrong is not None:
                return wrong.inside(name)
    return None


def placed(wrong: Wrong, line: dict[str, Any], items: list[dict[str, Any]]) -> tuple[dict[str, Any], str, str]:
    """(line, column, sentence) of what is wrong with a record: an item of it has a row of its own, a field a column."""
    path, own = wrong.path, _ordered(items, str(wrong.path[0])) if wrong.path else []
    if len(path) > 1 and isinstance(path[1], int) and path[1] < len(own):
        line, path = own[path[1]], path[2:]
    names = tuple(name for name in takewhile(lambda part: isinstance(part, str), path) if isinstance(name, str))
    names = names[:_OF_VALUE] if names[:1] == ("fields",) else names
    says = str(replace(wrong, path=path[len(names) :])).removesuffix(".")
    return line, name_of(names) if names else "", f"this {says}" if wrong.of_it and len(names) == len(path) else says


def _ordered(items: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """The items of one list: in the order of their positions, then in that of their rows."""
    own = [item for item in items if item["item"][0] == name]
    return sorted(own, key=lambda item: (item["item"][1] or len(own) + 1, item["at"]))


def doubled(kind: Resource, items: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str, str]]:
    """(line, column, sentence) of each row that says an item of a list again: nobody can say which is meant."""
    for name, field in kind.keyed_lists.items():
        seen: set[bytes] = set()
        for item in _ordered(items, name):
            called = item["fields"].get(field)
            if called is None:
                continue
            said = dumps(sorted(called, key=dumps) if isinstance(called, list) else called)  # pairs in any order
            if said in seen:
                yield item, name_of((field,)), "another row of this record is about the same; say all of it in one row"
            seen.add(said)


def taken_away(said: Fields, fields: Fields) -> bool:
    """Whether rows that belong to the record were taken away: what they held is left to the target."""
    return any(isinstance(number, int) and name not in fields for name, number in said.items())


def with_items(fields: Fields, items: list[dict[str, Any]], lists: Iterable[str]) -> Fields:
    """The record with its lists."""
    found = dict(fields)
    for name in lists:
        if own := _ordered(items, name):
            found[name] = [item["fields"] for item in own]
        elif isinstance(found.get(name), int):
            if found[name]:
                del found[name]  # its rows were taken away: they are not said, so nothing is cleared
            else:
                found[name] = []
    return found
