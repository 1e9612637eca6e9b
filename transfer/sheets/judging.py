"""What the rows of one record come to: the record, and where in them stands what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice, takewhile
from typing import Any

from ..all_wrong import all_wrong
from ..by_hand import items_filled
from ..jsonl import dumps
from ..keys import Key
from ..outcomes import Reason
from ..resource import Fields, Job, Resource
from ..shapes import Wrong
from .columns import name_of

MOST = 500  # of one record, or of one list of it, that are told
_OF_VALUE = 2  # names of the path to an entry's value, which is one cell


def judged(kind: Resource, key: Key, fields: Fields, *, whole: bool, new: float | None) -> tuple[Fields, list[Wrong]]:
    """What rows say of a record, in order, and all that is wrong with it.

    `whole`: whether it is to say all of a record; `new`: when it is made (seconds since 1970), if it has to be new.
    What takes all of it to be judged is judged of the fields that are right, each for itself.
    """
    wrong = list(islice(all_wrong(kind.shape, fields, part=True), MOST))
    ill = {fault.path[0] for fault in wrong if fault.path}
    sound = {name: value for name, value in fields.items() if name in kind.shape.fields and name not in ill}
    sound = items_filled(kind.shape, kind.tidied(sound), kind.keyed_lists.keys())
    rest = _of_lists(kind, sound)
    if not rest and whole:
        rest = _of_record(kind, key, sound)
    if not rest and new is not None:
        rest = _lacking(kind, key, kind.dated(sound, new), refusing=not wrong)
    wrong += [fault for fault in rest if not wrong or (fault.path and fault.path[0] not in ill)]
    return (fields if wrong else sound), wrong


def _of_record(kind: Resource, key: Key, fields: Fields) -> list[Wrong]:
    wrong = list(islice(all_wrong(kind.shape, fields), MOST))
    first = kind.judged(key, fields) if not wrong else None
    return wrong if first is None else [first]


def _lacking(kind: Resource, key: Key, fields: Fields, *, refusing: bool) -> list[Wrong]:
    """What rows of a new record do not say and have to, whatever the store holds."""
    made = kind.filled(key, fields)
    wrong = _of_record(kind, key, made)
    refusal = kind.refuse(Job(kind.name, key, made)) if refusing and not wrong else None
    if refusal is not None and refusal.reason in (Reason.MISSING_REQUIRED, Reason.INVALID):
        return [Wrong((), refusal.detail, of_it=False)]
    return wrong


def _of_lists(kind: Resource, fields: Fields) -> list[Wrong]:
    """What is wrong with lists that take the place of those that are there: their items have to be whole."""
    return [
        wrong.inside(name)
        for name, value in fields.items()
        if isinstance(value, list) and name in kind.shape.fields.keys() - kind.keyed_lists.keys()
        for wrong in islice(all_wrong(kind.shape.fields[name], value), MOST)
    ]


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
