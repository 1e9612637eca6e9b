"""Two sides against each other, record by record and field by field: what is equal, what differs, what only one has.

The same merge that makes a plan, without a direction: neither side is the target, and nothing will be written. Values
are compared in the form on which equality is judged; null and nothing are the same, as they are for a plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .archive.members import MemberSet
from .compare import Present, present_of, side_by_side
from .diff import text_of
from .keys import Key, decode, encode
from .resource import Fields, Resource
from .resources.metafields import Metafields
from .work import Checkpoint, Cursor, Desk

WORDS = ("equal", "differing", "only_left", "only_right")
EXAMPLES = 10  # keys named of each word
MAX_FIELDS = 2000  # different fields counted of one resource; what comes after them counts as "other fields"
WINDOW = 500


def fidelity(
    desk: Desk, cursor: Cursor, *, left: MemberSet, right: MemberSet, whole: tuple[frozenset[str], frozenset[str]]
) -> Iterator[Checkpoint]:
    """The last cursor holds ``{"resources": {name: {word: count, "fields": {...}, "examples": {...}}}}``.

    `whole`: the resources that each side holds completely; of the others, what the other side has alone says nothing.
    """
    names = [name for name in desk.registry if name in left.resources and name in right.resources]
    cursor = cursor or {"at": 0, "after": None, "resources": {}}
    while cursor["at"] < len(names):
        resource = desk.registry[names[cursor["at"]]]
        found = cursor["resources"].setdefault(resource.name, _nothing())
        after = decode(cursor["after"]) if cursor["after"] is not None else None
        sides = side_by_side(present_of(left, resource.name, after), present_of(right, resource.name, after))
        for number, (key, lefts, rights) in enumerate(sides, 1):
            for one, other in _paired(resource, lefts, rights):
                if (one or resource.name in whole[0]) and (other or resource.name in whole[1]):
                    _count(resource, key, one, other, found)
            if number % WINDOW == 0:
                cursor["after"] = encode(key)
                yield Checkpoint(cursor, _counts(cursor))
                if desk.stopping():
                    return
        cursor["at"], cursor["after"] = cursor["at"] + 1, None
        yield Checkpoint(cursor, _counts(cursor))
        if desk.stopping():
            return
    yield Checkpoint(cursor, _counts(cursor), done=True)


def equal(found: Mapping[str, Any]) -> bool:
    """Whether nothing differs."""
    return not any(own[word] for own in found["resources"].values() for word in WORDS[1:])


def _nothing() -> dict[str, Any]:
    return {**dict.fromkeys(WORDS, 0), "fields": {}, "examples": {word: [] for word in WORDS[1:]}}


def _counts(cursor: Cursor) -> dict[str, tuple[int, int | None]]:
    return {name: (sum(own[word] for word in WORDS), None) for name, own in cursor["resources"].items()}


def _paired(
    resource: Resource, lefts: Sequence[Present], rights: Sequence[Present]
) -> Iterator[tuple[Fields | None, Fields | None]]:
    """Records of one key: those of equal content together, then in their order, then those without a partner."""
    rest = [record.fields for record in rights]
    alone: list[Fields] = []
    for record in lefts:
        twin = next((other for other in rest if not _paths(resource, record.fields, other)), None)
        if twin is None:
            alone.append(record.fields)
        else:
            rest.remove(twin)
            yield record.fields, twin
    for place in range(max(len(alone), len(rest))):
        yield alone[place] if place < len(alone) else None, rest[place] if place < len(rest) else None


def _paths(resource: Resource, left: Fields, right: Fields) -> list[str]:
    """What a plan would change, in either direction."""
    changes = [*resource.changes(left, right), *resource.changes(right, left)]
    return list(dict.fromkeys(change.path for change in changes))


def _count(resource: Resource, key: Key, left: Fields | None, right: Fields | None, found: dict[str, Any]) -> None:
    if left is None or right is None:
        word = "only_left" if right is None else "only_right"
    else:
        word = "differing" if _paths(resource, left, right) else "equal"
        _fields(resource, key, left, right, found["fields"])
    found[word] += 1
    if word != "equal" and len(found["examples"][word]) < EXAMPLES:
        found["examples"][word].append(encode(key))


def _fields(resource: Resource, key: Key, left: Fields, right: Fields, fields: dict[str, Any]) -> None:
    """Counts field by field. An order that differs has no value of its own, and is counted as a field."""
    ones, others = (dict(_leaves(resource, "", resource.normalise(side))) for side in (left, right))
    verdicts: dict[str, set[str]] = {}
    for path in {**ones, **others}:
        word = "only_right" if path not in ones else "only_left" if path not in others else "differing"
        if path in ones and path in others and ones[path] == others[path]:
            word = "equal"
        verdicts.setdefault(_kind(resource, key, path), set()).add(word)
    for path in _paths(resource, left, right):
        if path.endswith("Order") and path not in ones:
            verdicts[path] = {"differing"}
    for kind, words in verdicts.items():
        name = kind if kind in fields or len(fields) < MAX_FIELDS else "other fields"
        own = fields.setdefault(name, dict.fromkeys(WORDS, 0))
        own[words.pop() if len(words) == 1 else "differing"] += 1


def _leaves(resource: Resource, path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """(path, value) of everything that is said. Items that have names stand under them, behind a ``*``."""
    name = resource.keyed_lists.get(path)
    if isinstance(value, dict) and value:
        for field, inner in value.items():
            yield from _leaves(resource, f"{path}.{field}" if path else field, inner)
    elif name is not None and isinstance(value, list) and all(isinstance(i, dict) and name in i for i in value):
        for item in value:
            for field, inner in item.items():
                if inner is not None:
                    yield f"{path}.*{text_of(item[name])}\0.{field}", inner
    elif value is not None:
        yield path, value


def _kind(resource: Resource, key: Key, path: str) -> str:
    """The field that a path stands for, in all records alike."""
    head, star, rest = path.partition(".*")
    kind = f"{head}{rest.rsplit(chr(0), 1)[-1]}" if star else path
    if isinstance(resource, Metafields) and kind in ("value", "type"):
        return f"{'.'.join(key[-2:])}{' (type)' if kind == 'type' else ''}"
    return f"{key[0]}: {kind}" if resource.parted else kind
