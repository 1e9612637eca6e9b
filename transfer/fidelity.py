"""Two sides against each other, record by record and field by field: what is equal, what differs, what only one has.

The same merge that makes a plan, without a direction: neither side is the target, and nothing will be written. Values
are compared in the form on which equality is judged; null and nothing are the same, as they are for a plan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from .archive.members import MemberSet
from .compare import side_by_side
from .diff import Change, text_of
from .keys import Key, decode, encode
from .namesakes import Present, present_of
from .outcomes import State, Verdict
from .registry import in_order
from .resource import Fields, Resource
from .resources.metafields import Metafields
from .work import Checkpoint, Cursor, Desk, Row

WORDS = ("equal", "differing", "only_left", "only_right")
# What a ledger calls the same, as seen from a store on the right.
VERDICTS = {"differing": Verdict.UPDATE, "only_left": Verdict.CREATE, "only_right": Verdict.EXTRA}
EXAMPLES = 10  # keys named of each word
MAX_FIELDS = 2000  # different fields counted of one resource; what comes after them counts as "other fields"
WINDOW = 500


@dataclass(frozen=True, slots=True)
class Side:
    """`whole`: the kinds that it holds completely; of the others, what the other side has alone says nothing.

    `unread`, `parts`: kinds, and parts of kinds, that the app may not read there: they are not compared.
    """

    members: MemberSet
    whole: frozenset[str]
    unread: frozenset[str] = frozenset()
    parts: Mapping[str, Collection[str]] = field(default_factory=dict)

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(self.members.resources) - self.unread

    def shows(self, resource: Resource, key: Key) -> bool:
        return resource.part(key) not in self.parts.get(resource.name, ())


def fidelity(desk: Desk, cursor: Cursor, *, left: Side, right: Side) -> Iterator[Checkpoint]:
    """Counts what is equal, and puts a row into the ledger for every record that is not: `after` is the left one.

    The last cursor holds ``{"resources": {name: {word: count, "fields": {...}, "examples": {...}}}}``.
    """
    names = [name for name in in_order(left.kinds & right.kinds) if name in desk.registry]
    cursor = cursor or {"at": 0, "after": None, "resources": {}}
    while cursor["at"] < len(names):
        resource = desk.registry[names[cursor["at"]]]
        found = cursor["resources"].setdefault(resource.name, _nothing())
        after = decode(cursor["after"]) if cursor["after"] is not None else None
        sides = side_by_side(
            present_of(left.members, resource.name, after), present_of(right.members, resource.name, after)
        )
        for number, (key, lefts, rights) in enumerate(sides, 1):
            if left.shows(resource, key) and right.shows(resource, key):
                whole = (resource.name in left.whole, resource.name in right.whole)
                desk.ledger.put(_compared(resource, key, lefts, rights, whole, found))
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


def summary(found: Mapping[str, Any]) -> dict[str, Any]:
    """Of the kinds that were compared: whether nothing differs, each kind's counts, and those of all."""
    totals: dict[str, Any] = {word: sum(own[word] for own in found.values()) for word in WORDS}
    kinds = {name: {**found[name], "fidelity": share(found[name])} for name in in_order(found)}
    same = not any(totals[word] for word in WORDS[1:])
    return {"equal": same, "resources": kinds, "totals": totals | {"fidelity": share(totals)}}


def share(counts: Mapping[str, int]) -> float | None:
    """How much of what either side has is equal, in ten thousandths rounded down: 1.0 is said of nothing less."""
    every = sum(counts[word] for word in WORDS)
    return counts["equal"] * 10_000 // every / 10_000 if every else None


def _nothing() -> dict[str, Any]:
    return {**dict.fromkeys(WORDS, 0), "fields": {}, "examples": {word: [] for word in WORDS[1:]}}


def _counts(cursor: Cursor) -> dict[str, tuple[int, int | None]]:
    return {name: (sum(own[word] for word in WORDS), None) for name, own in cursor["resources"].items()}


def _compared(
    resource: Resource,
    key: Key,
    lefts: Sequence[Present],
    rights: Sequence[Present],
    whole: tuple[bool, bool],
    found: dict[str, Any],
) -> Iterator[Row]:
    """Counts the records of one key, and yields the rows of those that differ."""
    for number, (left, right) in enumerate(_paired(resource, lefts, rights)):
        if (left is None and not whole[0]) or (right is None and not whole[1]):
            continue
        if left is not None and right is not None:
            paths = [change.path for change in differences(resource, left, right)]
            word = "differing" if paths else "equal"
            _fields(resource, key, left, right, paths, found["fields"])
        else:
            paths, word = [], "only_left" if right is None else "only_right"
        found[word] += 1
        if word != "equal":
            if len(found["examples"][word]) < EXAMPLES:
                found["examples"][word].append(encode(key))
            row = Row(resource.name, key, number, VERDICTS[word], state=State.DONE, before=right, after=left)
            row.changed = tuple(paths)
            yield row


def differences(resource: Resource, ours: Fields, theirs: Fields) -> list[Change]:
    """What a plan would change, in either direction, of what can be carried; `before` is what the right side has."""
    found = {change.path: change for change in resource.changes(theirs, ours)}
    for change in resource.changes(ours, theirs):
        found.setdefault(change.path, Change(change.path, change.after, change.before))
    return [change for path, change in found.items() if _carried(resource, path)]


def _carried(resource: Resource, path: str) -> bool:
    return path.partition(".")[0] not in resource.uncarried


def _paired(
    resource: Resource, lefts: Sequence[Present], rights: Sequence[Present]
) -> Iterator[tuple[Fields | None, Fields | None]]:
    """Records of one key: those of equal content together, then in their order, then those without a partner."""
    rest = [record.fields for record in rights]
    alone: list[Fields] = []
    for record in lefts:
        twin = next((other for other in rest if not differences(resource, record.fields, other)), None)
        if twin is None:
            alone.append(record.fields)
        else:
            rest.remove(twin)
            yield record.fields, twin
    for place in range(max(len(alone), len(rest))):
        yield alone[place] if place < len(alone) else None, rest[place] if place < len(rest) else None


def _fields(
    resource: Resource, key: Key, left: Fields, right: Fields, paths: Sequence[str], fields: dict[str, Any]
) -> None:
    """Counts field by field. An order that differs has no value of its own, and is counted as a field.

    A value that is another and yet makes no difference (which definitions are not pinned) is passed over.
    """
    ones, others = (dict(_leaves(resource, "", resource.normalise(side))) for side in (left, right))
    verdicts: dict[str, set[str]] = {}
    touched = {path.partition(".")[0] for path in paths}
    for path in filter(partial(_carried, resource), {**ones, **others}):
        word = "only_right" if path not in ones else "only_left" if path not in others else "differing"
        if path in ones and path in others and ones[path] == others[path]:
            word = "equal"
        elif path.partition(".")[0] not in touched:
            continue
        verdicts.setdefault(_kind(resource, key, path), set()).add(word)
    for path in paths:
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
