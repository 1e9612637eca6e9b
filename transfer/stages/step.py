"""What a stage is, and what several kinds of runs have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..anonymise import anonymise
from ..narrow import narrow
from ..work import Checkpoint, Cursor, Desk

Past = Mapping[str, Cursor]
Options = Mapping[str, Any]
Steps = Iterator[Checkpoint]


@dataclass(frozen=True, slots=True)
class Stage:
    """`label`: what a merchant reads while it goes on. `waits`: after it, a person has to decide."""

    name: str
    label: str
    work: Callable[[Desk, Cursor, Past, Options], Steps]
    waits: bool = False


def then(
    cursor: Cursor, name: str, first: Callable[[Cursor], Steps], second: Callable[[Cursor, Cursor], Steps]
) -> Steps:
    """Two steps in one stage. `second`: gets a cursor of its own, and the one that `first` ended with."""
    before = f"before {name}"
    if before not in cursor:
        for checkpoint in first(cursor):
            if not checkpoint.done:
                yield checkpoint
                continue
            cursor = {before: checkpoint.cursor, name: {}}
            yield Checkpoint(cursor)
        if before not in cursor:
            return
    for checkpoint in second(cursor[name], cursor[before]):
        state = checkpoint.cursor if checkpoint.done else {**cursor, name: checkpoint.cursor}
        yield Checkpoint(state, checkpoint.counts, done=checkpoint.done)


def nameless(desk: Desk, cursor: Cursor, first: Callable[[Cursor], Steps], options: Options) -> Steps:
    """A step that ends with members, and then nobody's name in these, where that is asked for.

    `options` may have "anonymise": the secret with which aliases are made (`transfer.anonymise.alias_with`).
    """
    secret = options.get("anonymise", "")
    if not secret:
        return first(cursor)

    def second(own: Cursor, checked: Cursor) -> Steps:
        if checked.get("manifest", {}).get("anonymised"):
            return iter([Checkpoint(checked, done=True)])
        return anonymise(desk, own, checked=checked, secret=secret)

    return then(cursor, "anonymous", first, second)


def narrowed(desk: Desk, cursor: Cursor, first: Callable[[Cursor], Steps], options: Options) -> Steps:
    """A step that ends with the members of an archive, and then only some of their records, where that is asked for.

    `options` may have "only": the name of a list of records in the storage (`transfer.narrow`).
    """
    only = options.get("only", "")
    if not only:
        return first(cursor)
    return then(cursor, "only", first, lambda own, checked: narrow(desk, own, checked=checked, only=only))


def without_names(desk: Desk, chosen: set[str]) -> Desk:
    """`chosen`: the kinds of which records may come. Who is named in the key of one of these is no secret."""
    personal = frozenset(name for name, resource in desk.registry.items() if resource.personal)
    told = {name for one in chosen & personal for name in (one, *desk.registry[one].tells_of)}
    return replace(desk, unnamed=personal - told)
