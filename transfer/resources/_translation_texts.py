"""The texts of one thing in one language: what they hold, and when they make no sense."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .. import links, values
from ..resource import Fields, Place

# Types of content in which there is something to walk, and what Shopify's names for them are here.
HTML = frozenset({"html", "inline_rich_text"})
WALKED = HTML | {
    *("url", "list.url", "link", "list.link", "rich_text_field", "json", "json_string"),
    *("file_reference", "list.file_reference"),
}
TEXT = "single_line_text_field"
PLACEHOLDER = "store-localization/generic-dynamic-content-translation"  # a handle without any letter becomes this


def fields_of(content: Sequence[Mapping[str, Any]], said: Sequence[Mapping[str, Any]]) -> Fields:
    """What a record says: its texts, which of them hold references or links, and which are older than their source."""
    types = {item["key"]: _type(item["type"]) for item in content}
    texts = {item["key"]: item["value"] for item in said if _says(item["value"])}
    if not texts:
        return {}
    walked = {key: types[key] for key, text in texts.items() if types.get(key) in WALKED and _formed(types[key], text)}
    outdated = sorted(item["key"] for item in said if item["outdated"] and item["key"] in texts)
    return {
        "texts": dict(sorted(texts.items())),
        **({"types": walked} if walked else {}),
        **({"outdated": outdated} if outdated else {}),
    }


def _formed(type_: str, text: str) -> bool:
    """Whether a text is what its type says: a translation may be older than the type of the value it is of."""
    if not values.is_list(type_):
        return True
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(items, list) and (not values.refers(type_) or all(isinstance(item, str) for item in items))


def _says(text: str | None) -> bool:
    return bool((text or "").strip()) and text != PLACEHOLDER


def _type(name: str) -> str:
    """Shopify's LIST_LINK is the metafield type list.link."""
    return name.lower().replace("list_", "list.", 1) if name.startswith("LIST_") else name.lower()


def type_of(fields: Fields, key: str) -> str:
    return str(fields.get("types", {}).get(key, TEXT))


def rewritten(type_: str, text: str, translate: Callable[[str], str | None]) -> str | None:
    if not text:
        return text
    return links.in_html(text, translate) if type_ in HTML else values.rewrite(type_, text, translate)


def rewrite(fields: Fields, translate: Callable[[str], str | None]) -> Fields:
    texts = {key: rewritten(type_of(fields, key), text, translate) for key, text in fields["texts"].items()}
    return {**fields, "texts": {key: text for key, text in texts.items() if text is not None}}


def places(fields: Fields, language: str) -> Iterator[Place]:
    """`language`: of whose pages they are."""
    page = f"/{language.lower()}/"
    said = {key: text for key, text in fields["texts"].items() if text}
    for key, text in said.items():
        type_ = type_of(fields, key)
        if type_ in HTML:
            yield from links.places(f"texts.{key}", links.on(page), text)
        else:
            yield from values.places(f"texts.{key}", type_, text, hard=len(said) == 1)


def normalise(fields: Fields) -> Fields:
    texts = {key: text and values.normalise(type_of(fields, key), text) for key, text in fields["texts"].items()}
    return {**fields, "texts": texts}
