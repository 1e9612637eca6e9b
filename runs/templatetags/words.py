"""How templates say names, figures and spans of time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import template

from runs.models import Run
from runs.states import Status
from runs.stranded import stranded
from transfer import naming
from transfer.registry import RESOURCES, in_order

register = template.Library()


@register.filter
def label(name: str) -> str:
    """What a merchant calls a kind of thing; words where this version does not know it."""
    return RESOURCES[name].label if name in RESOURCES else str(name).replace("_", " ").capitalize()


register.filter("permissions", naming.permissions)
register.filter("owners", naming.owners)
register.filter("field", naming.field)
register.filter("key", naming.key)
register.filter("plain", naming.plain)


_UNREAD = re.compile(r"the app may not read definitions on (\w+); grant it (.+)")


@register.filter
def reasons(noted: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Why records of a kind are not in an archive: `why`, `examples`, `count`. What the app may not read is one line,
    and has no count, because nobody knows how many there are."""
    lines = [{"why": why, **note} for why, note in noted.items() if not _UNREAD.fullmatch(why)]
    unread = [found for found in map(_UNREAD.fullmatch, noted) if found is not None]
    if unread:
        whose = naming.listed([naming.owners(found[1]) for found in unread])
        scopes = list(dict.fromkeys(", ".join(found[2] for found in unread).split(", ")))
        why = f"the app may not read those of {whose}; let it {naming.permissions(scopes)}"
        lines.append({"why": why, "examples": [], "count": None})
    return lines


@register.filter
def plainly(sentences: Sequence[str], resource: str) -> str:
    """Several, one behind the other: each a record's key, and what is the matter at which place of it."""
    return ", ".join(_of_record(*sentence.partition(": "), resource) for sentence in sentences)


def _of_record(key: str, colon: str, rest: str, resource: str) -> str:
    return f"{naming.key(key, resource)}{colon}{naming.plain(rest, resource)}"


@register.filter
def field_names(paths: Sequence[str], resource: str) -> list[str]:
    """Places in a record, each said once."""
    return list(dict.fromkeys(naming.field(path, resource) for path in paths))


@register.filter
def grouped(choices: Sequence[Any]) -> list[tuple[str, list[Any]]]:
    """(heading, choices) of a form. A choice has the name of its kind, or begins with what has it."""
    found: dict[str, list[Any]] = {head: [] for head in (*naming.GROUPS, naming.OTHERS)}
    for choice in choices:
        found[naming.group_of(choice.name if hasattr(choice, "name") else choice[0].name)].append(choice)
    return [(head, own) for head, own in found.items() if own]


@register.filter
def status(value: str) -> str:
    """A run's status, as it concerns the merchant."""
    return "Your decision" if value == Status.WAITING else str(Status(value).label)


@register.filter
def number(value: Any) -> str:
    return f"{round(value):,}" if isinstance(value, int | float) else ""


@register.filter
def some(value: Any) -> str:
    """A figure in a table: nothing where it is zero, so that the others are seen."""
    return number(value) if value else ""


@register.filter
def seconds(value: Any) -> str:
    """A span of time, as exact as anybody needs it."""
    if value is None or value == "":
        return "–"
    whole = round(float(value))
    for size, word in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if whole >= size * 1.5:
            count = round(whole / size)
            return f"{count} {word}{'' if count == 1 else 's'}"
    return "1 second" if whole == 1 else f"{whole} seconds"


@register.filter
def pairs(value: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The items of a dict that may well have a key named "items"."""
    return list(value.items())


@register.filter
def spoken(words: Sequence[str]) -> str:
    """A list as it is read aloud: "a, b and c"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


@register.filter
def kinds(value: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The items of a dict by kind, in the order in which kinds are listed: a database keeps none."""
    return [(name, value[name]) for name in in_order(value)]


@register.filter("stranded")
def left_stranded(run: Run) -> str:
    """What an import that ended too early left half done."""
    return stranded(run)
