"""What is kept as JSON, as lines that operators can read: kinds and words by their names, nothing that is empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from transfer import naming
from transfer.pointing import spelled
from transfer.registry import RESOURCES, in_order
from transfer.told import told


def facts(value: Any) -> SafeString | str:
    """A block of lines; a dash for nothing."""
    found = "\n".join(_lines(value))
    return format_html('<div class="facts">{}</div>', found) if found else "-"


def counts(value: Mapping[str, list[int | None]]) -> SafeString | str:
    """Of resource -> [done, total]."""
    found = {name: value[name] for name in in_order(value)}
    return facts(
        {name: f"{done:,}" if total is None else f"{done:,} of {total:,}" for name, (done, total) in found.items()}
    )


def fields_of(record: Mapping[str, Any] | None, resource: str) -> SafeString | str:
    """A record's fields, as pages say them."""
    own = {naming.field(name, resource): told(value, name, resource) for name, value in (record or {}).items() if value}
    return facts([f"{name}: {value if isinstance(value, str) else spelled(value)}" for name, value in own.items()])


def said(name: str) -> str:
    """A kind by its label, any other word as it is read."""
    words = name.replace("_", " ")
    return RESOURCES[name].label if name in RESOURCES else words[:1].upper() + words[1:]


def _lines(value: Any, indent: str = "") -> Iterator[str]:
    if isinstance(value, list):
        yield from (indent + str(item) for item in value)
        return
    if not isinstance(value, Mapping):
        if (text := _text(value)) is not None:
            yield indent + text
        return
    for name, inner in value.items():
        if not isinstance(inner, Mapping):
            if (text := _text(inner)) is not None:
                yield f"{indent}{said(name)}: {text}"
            continue
        if not any(isinstance(one, Mapping) for one in inner.values()):
            words = [f"{said(one).lower()} {text}" for one, own in inner.items() if (text := _text(own)) is not None]
            if words:
                yield f"{indent}{said(name)}: {', '.join(words)}"
            continue
        below = list(_lines(inner, f"{indent}  "))
        if below:
            yield f"{indent}{said(name)}:"
            yield from below


def _text(value: Any) -> str | None:
    """None for what says nothing: zeros, and what is empty."""
    if isinstance(value, bool):
        return "yes" if value else None
    if isinstance(value, int | float):
        return f"{round(value):,}" if round(value) else None
    if isinstance(value, list):
        texts = [text for item in value if (text := _text(item)) is not None]
        return ", ".join(texts) or None
    if isinstance(value, Mapping):
        return "; ".join(_lines(value)) or None
    return (RESOURCES[value].label if value in RESOURCES else str(value)) if value else None
