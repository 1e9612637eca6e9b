"""How templates say names, figures and spans of time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template

from runs.states import Status
from transfer.registry import RESOURCES, in_order

register = template.Library()


@register.filter
def label(name: str) -> str:
    """What a merchant calls a kind of thing; words where this version does not know it."""
    return RESOURCES[name].label if name in RESOURCES else str(name).replace("_", " ").capitalize()


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
