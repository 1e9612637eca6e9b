"""What a row of a spreadsheet (or a line of an archive) asks an import to do with its record.

Without a command a record stands for itself, whole. With one it may be a part: what it does not say stays as the target
has it, and what it does say is completed with that before anything is judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from .diff import text_of
from .keys import Key
from .outcomes import Outcome, Reason, State, Verdict
from .resource import Fields, Resource
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
    if before is not None:
        whole = command is Command.REPLACE
        said = completed(resource, before, cleared(before, resource.replaced(before, said)) if whole else said)
    problem = resource.validate(key, said)
    return (
        said if problem is None else row(Verdict.CANNOT, Reason.INVALID, f"The row does not make a record: {problem}")
    )


def _gone(row: Row) -> Row:
    """To be deleted, and not there: the snapshot is the proof."""
    row.outcome, row.state, row.verified = Outcome.UNCHANGED, State.DONE, True
    return row


def completed(resource: Resource, before: Fields, said: Fields) -> Fields:
    """What the record would be: the target's, with what is said laid over it."""
    return _over("", before, said, resource.keyed_lists)


def _over(path: str, before: Mapping[str, Any], said: Mapping[str, Any], keyed: Mapping[str, str]) -> Fields:
    found = dict(before)
    for name, value in said.items():
        place = f"{path}.{name}" if path else name
        present = before.get(name)
        if value is None and present is not None:
            continue
        if isinstance(value, dict) and isinstance(present, dict):
            value = _over(place, present, value, keyed)
        elif place in keyed and present and _named(value, keyed[place]) and _named(present, keyed[place]):
            value = _items(place, present, value, keyed)
        found[name] = value
    return found


def _named(items: Any, name: str) -> bool:
    """Whether these are items that can be told apart by their names."""
    return isinstance(items, list) and all(isinstance(item, dict) and _is_name(item.get(name)) for item in items)


def _is_name(name: Any) -> bool:
    if isinstance(name, list):
        return all(isinstance(part, str) or (isinstance(part, list) and bool(part)) for part in name)
    return isinstance(name, str)


def _items(path: str, present: Sequence[Fields], said: Sequence[Fields], keyed: Mapping[str, str]) -> list[Fields]:
    """Items that are not named stay where they are, as long as those that are named keep their order."""
    old = {text_of(item[keyed[path]]): item for item in present}
    new = {text_of(item[keyed[path]]): item for item in said}
    whole = {name: _over(path, old[name], item, keyed) if name in old else item for name, item in new.items()}
    if [name for name in old if name in new] == [name for name in new if name in old]:
        return [whole.get(name, item) for name, item in old.items()] + [whole[name] for name in new if name not in old]
    return [*whole.values(), *(item for name, item in old.items() if name not in new)]


def cleared(before: Mapping[str, Any], said: Mapping[str, Any]) -> Fields:
    """What is said, and an empty text or list for what is not."""
    found = dict(said)
    for name, present in before.items():
        value = said.get(name)
        if isinstance(present, dict) and isinstance(value, dict | None):
            found[name] = cleared(present, value or {})
        elif value is None and isinstance(present, str | list):
            found[name] = "" if isinstance(present, str) else []
    return found
