"""What a row of a spreadsheet (or a line of an archive) asks an import to do with its record.

Without a command a record stands for itself, whole. With one it may be a part: what it does not say stays as the target
has it, and what it does say is completed with that before anything is judged.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .diff import text_of
from .keys import Key
from .lasting import refusal
from .misnamed import misnamed
from .outcomes import Outcome, Reason, State, Verdict
from .resource import Fields, Resource
from .shapes import ANY_NAME, ITEM, Emptied, MapOf, Object, Shape
from .work import Row


class Command(StrEnum):
    NEW = "NEW"  # create it; a conflict where it exists
    MERGE = "MERGE"  # create it, or update what is said
    UPDATE = "UPDATE"  # update what is said; never create it
    REPLACE = "REPLACE"  # create it, or update it and clear what is not said
    DELETE = "DELETE"  # delete it, where its kind can be deleted
    IGNORE = "IGNORE"  # leave it alone, under every policy


def judge(resource: Resource, key: Key, command: Command, before: Fields | None, said: Fields) -> Fields | Row:
    """The whole record that is wanted, or the row that settles it. `before`: the target's record, if it has one."""

    def row(verdict: Verdict, reason: Reason = Reason.NONE, detail: str = "") -> Row:
        return Row(resource.name, key, verdict=verdict, reason=reason, detail=detail, before=before)

    if command is Command.IGNORE:
        left = row(Verdict.UNCHANGED, Reason.EXCLUDED)
        left.outcome, left.state, left.before = Outcome.SKIPPED, State.DONE, None
        return left
    if command is Command.DELETE:
        if before is None:
            return _gone(row(Verdict.UNCHANGED))
        if not resource.deletable:
            detail = f"{resource.label} cannot be deleted; delete it in the admin, or remove the row."
            return row(Verdict.CANNOT, Reason.NOT_PERMITTED, detail)
        return row(Verdict.DELETE)
    if command is Command.NEW and before is not None:
        return row(
            Verdict.CONFLICT, Reason.EXISTS, "It exists already, and the row says NEW; write MERGE to update it."
        )
    if command is Command.UPDATE and before is None:
        return row(Verdict.CANNOT, Reason.NOT_THERE, "There is no such record; write MERGE to create it.")
    if before is not None and (stays := refusal(resource, before, said)):
        return row(Verdict.CANNOT, Reason.INVALID, stays)
    said = resource.meant(before, said) if before is not None else said
    if before is not None and command is Command.REPLACE:
        said = resource.tidied(replaced(resource, before, said))
    elif before is not None:
        said = resource.tidied(completed(resource, before, said))
    elif resource.validate(key, said, part=True) is None:
        said = resource.filled(key, said)
    problem = resource.validate(key, said) or misnamed(resource, said)
    return (
        said if problem is None else row(Verdict.CANNOT, Reason.INVALID, f"The row does not make a record: {problem}")
    )


def _gone(row: Row) -> Row:
    """To be deleted, and not there: the snapshot is the proof."""
    row.outcome, row.state, row.verified = Outcome.UNCHANGED, State.DONE, True
    return row


def completed(resource: Resource, before: Fields, said: Fields, *, exact: bool = False) -> Fields:
    """What the record would be: the target's, with what is said laid over it.

    `exact`: lists whose items have names hold those that are said, and no others, where the kind can take items away.
    """
    return _over("", before, said, _Lists(resource.keyed_lists, resource.exact_lists if exact else frozenset()))


@dataclass(frozen=True, slots=True)
class _Lists:
    """Lists whose items have names -> the item's field that holds it; and those that hold what is said alone."""

    names: Mapping[str, str]
    exact: frozenset[str]


def _over(path: str, before: Mapping[str, Any], said: Mapping[str, Any], lists: _Lists) -> Fields:
    found = dict(before)
    for name, value in said.items():
        place = f"{path}.{name}" if path else name
        present = before.get(name)
        if value is None and present is not None:
            continue
        if isinstance(value, dict) and isinstance(present, dict):
            value = _over(place, present, value, lists)
        elif place in lists.names and present and _all_named(place, present, value, lists):
            value = _items(place, present, value, lists)
        found[name] = value
    return found


def _all_named(place: str, present: Any, said: Any, lists: _Lists) -> bool:
    return _named(said, lists.names[place]) and _named(present, lists.names[place])


def _named(items: Any, name: str) -> bool:
    """Whether these are items that can be told apart by their names."""
    return isinstance(items, list) and all(isinstance(item, dict) and _is_name(item.get(name)) for item in items)


def _known_as(name: Any) -> str:
    """What an item is found by: its options name a variant in whatever order they stand."""
    return text_of(sorted(name) if isinstance(name, list) and all(isinstance(part, list) for part in name) else name)


def _is_name(name: Any) -> bool:
    if isinstance(name, list):
        return all(isinstance(part, str) or (isinstance(part, list) and bool(part)) for part in name)
    return isinstance(name, str)


def _items(path: str, present: Sequence[Fields], said: Sequence[Fields], lists: _Lists) -> list[Fields]:
    """Items that are not named stay where they are, as long as those that are named keep their order."""
    name = lists.names[path]
    old = {_known_as(item[name]): item for item in present}
    new = {_known_as(item[name]): item for item in said}
    whole = {key: _over(path, old[key], item, lists) if key in old else item for key, item in new.items()}
    if path in lists.exact and whole:
        return list(whole.values())
    if [key for key in old if key in new] == [key for key in new if key in old]:
        return [whole.get(key, item) for key, item in old.items()] + [whole[key] for key in new if key not in old]
    return [*whole.values(), *(item for key, item in old.items() if key not in new)]


def replaced(resource: Resource, before: Fields, said: Fields) -> Fields:
    """What a record becomes that is to be what is said, and nothing beside it."""
    emptying = _Emptying(resource.keyed_lists, resource.lasting)
    said = completed(resource, said, emptying.over("", resource.shape, before, said))
    return completed(resource, before, resource.replaced(before, said), exact=True)


def emptiness(resource: Resource, before: Fields, wanted: Fields) -> Fields:
    """What a mirror lays over a record: nothing, wherever the source says that it has none and the target has a value.

    A part of a record, to be laid over what is wanted (`completed`); empty where there is nothing to take away. What an
    archive does not mention at all stays, here too: it may have been written before there was such a field.
    """
    found = _Emptying(resource.keyed_lists, resource.lasting, mentioned=True).over("", resource.shape, before, wanted)
    flags = {name: value for name, value in resource.mirrored(wanted).items() if name not in wanted}
    found |= resource.surplus(before, wanted)
    asked, more = (resource.changes(before, fields) for fields in (wanted, {**wanted, **flags}))
    return {**found, **flags} if more != asked else found


@dataclass(frozen=True, slots=True)
class _Emptying:
    """Finds what a record says nothing of and the target has, where that may be empty: an empty text or list for each.

    A state, a price or a name may not: what cannot be empty stays as it is, and so does what no import takes away
    (`lasting`). `names`: lists whose items have names.
    `mentioned`: only where the record says null; of what somebody named (an entry's fields, a definition's rules) an
    archive leaves out what is empty.
    """

    names: Mapping[str, str]
    lasting: Collection[str] = ()
    mentioned: bool = False

    def over(self, path: str, shape: Shape, before: Mapping[str, Any], said: Mapping[str, Any]) -> Fields:
        found: Fields = {}
        inner = dict(shape.inner())
        for name, present in before.items():
            own, place = inner.get(name) or inner.get(ANY_NAME), f"{path}.{name}" if path else name
            unsaid = self.mentioned and name in inner and name not in said
            if own is not None and not unsaid and (isinstance(said.get(name), dict) or place not in self.lasting):
                value = self._field(place, own, present, said.get(name), whole=name in inner)
                found |= {name: value} if value is not None else {}
        return found

    def _field(self, path: str, own: Shape, present: Any, value: Any, *, whole: bool) -> Any:
        """What is to be laid over a field of which a record says `value`; None where that stands. `whole`: an object in
        it is emptied whole or not at all, for half an address would be another one."""
        if isinstance(own, Emptied) and value is None:
            return "" if present not in (None, "") else None
        if isinstance(present, dict) and isinstance(value, dict | None):
            return self._object(path, own, present, value, whole=whole) or None
        if path in self.names and value and _named(value, self.names[path]) and _named(present, self.names[path]):
            return self._list(path, own, present, value) or None
        if value is None and isinstance(present, str | list):
            empty: str | list[Any] = "" if isinstance(present, str) else []
            return empty if own.wrong(empty) is None else None
        return None

    def _list(self, path: str, own: Shape, present: Sequence[Fields], value: Sequence[Fields]) -> list[Fields]:
        name, shape = self.names[path], dict(own.inner())[ITEM]
        old = {_known_as(item[name]): item for item in present}
        items = ((item[name], self.over(path, shape, old.get(_known_as(item[name]), {}), item)) for item in value)
        return [{name: called, **found} for called, found in items if found]

    def _object(self, path: str, own: Shape, present: Fields, value: Fields | None, *, whole: bool) -> Fields:
        if isinstance(own, MapOf) and own.lasting is not None:
            return dict.fromkeys(sorted(present.keys() - (value or {}).keys() - own.lasting), "")
        if not all(isinstance(inner, Object) for name, inner in own.inner() if name == ANY_NAME):
            return {}
        if value is not None:
            return self.over(path, own, present, value)
        found = _Emptying(self.names, self.lasting).over(path, own, present, {})
        if not whole:
            return {**present, **found} if found else {}
        return found if found.keys() >= {name for name, kept in present.items() if kept is not None} else {}
