"""The value of a metafield, or of an entry's field, as somebody types it: by its type.

A list may be typed as people write one, because its value is JSON and begins with a bracket. What cannot be of the type
is told at its cell, and not when Shopify refuses it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from ..references import parse
from ..typed_keys import named
from ..values import items_of

TEXT = "single_line_text_field"
LIST, REFERENCE = "list.", "_reference"
_FORMS: dict[str, tuple[re.Pattern[str], str]] = {
    "number_integer": (re.compile(r"-?\d+"), "a whole number such as 12"),
    "number_decimal": (re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?"), "a number such as 12.5"),
    "boolean": (re.compile(r"true|false"), "true or false"),
    "date": (re.compile(r"\d{4}-\d\d-\d\d"), "a date such as 2026-01-31"),
    "date_time": (
        re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?"),
        "a moment such as 2026-01-31T09:00:00Z",
    ),
    "color": (re.compile(r"#[0-9a-fA-F]{3,8}"), "a colour such as #1a2b3c"),
}
# Of references of these types the key alone may be typed: the kind, and how many parts its keys have (0: that differs).
_KINDS = {
    "product_reference": ("products", 1),
    "variant_reference": ("variants", 0),
    "collection_reference": ("collections", 1),
    "page_reference": ("pages", 1),
    "article_reference": ("articles", 2),
    "metaobject_reference": ("metaobjects", 2),
    "file_reference": ("files", 2),
}
_REFERENCE = re.compile(r"(shopsync:|gid://shopify/).+", re.DOTALL)
_PLAIN = frozenset({"single_line_text_field", "multi_line_text_field", "url", "id", *_FORMS})  # as an item of a list
_SHOWN = re.compile(r"(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d(?::\d\d)?))?")
_MEASURE = '{"value": 2.5, "unit": "cm"}'
_OBJECTS = {
    "money": '{"amount": "12.50", "currency_code": "EUR"}',
    "rating": '{"value": "4", "scale_min": "1", "scale_max": "5"}',
    "link": '{"text": "More", "url": "https://example.com"}',
    "rich_text_field": '{"type": "root", "children": []}',
    **dict.fromkeys(("dimension", "volume", "weight"), _MEASURE),
}
_LISTED = '["one", "two"]'
NUMBERS = ("number_integer", "number_decimal")


def suggested(texts: Iterable[str]) -> str:
    """The one type that all of these texts look like; empty where there are none. A text is what is nothing else."""
    said = [text.strip() for text in texts if text.strip()]
    if not said:
        return ""
    kinds = {target.resource for text in said if (target := parse(text)) is not None}
    if len(kinds) == 1 and all(map(parse, said)):
        return next((type_ for type_, (kind, _) in _KINDS.items() if kind in kinds), TEXT)
    forms = {type_: form for type_, (form, _) in _FORMS.items()} | {"url": re.compile(r"https?://\S+")}
    found = next((type_ for type_, form in forms.items() if all(map(form.fullmatch, said))), "")
    return found or ("multi_line_text_field" if any("\n" in text for text in said) else TEXT)


def value_of(type_: str, text: str) -> tuple[str, str]:
    """(the value, what is wrong with it in words that follow "this must be"; empty where nothing is)."""
    if not text:
        return text, ""
    if type_.startswith(LIST):
        return _list(type_.removeprefix(LIST), text)
    if type_ == "boolean":
        text = text.lower()  # as spreadsheet programs show it
    if type_ == "date_time":
        text = _moment(text)
    if type_ in _KINDS:
        text = named(*_KINDS[type_], text)
    form = _FORMS.get(type_)
    if form is not None and form[0].fullmatch(text) is None:
        return text, form[1]
    if type_.endswith(REFERENCE) and _REFERENCE.fullmatch(text) is None:
        return text, "a reference such as shopsync:products/blue-shirt"
    return text, f"JSON such as {_OBJECTS[type_]}" if type_ in _OBJECTS and not _is_object(text) else ""


def _moment(text: str) -> str:
    """As a spreadsheet program shows a cell that holds a date: midnight as the day alone, a time behind a blank. What
    has no offset is UTC, as Shopify has it."""
    shown = _SHOWN.fullmatch(text.strip())
    return f"{shown[1]}T{shown[2] or '00:00:00'}" if shown is not None else text


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _is_list(type_: str, text: str) -> bool:
    if type_.endswith(REFERENCE):
        return items_of(text) is not None
    try:
        return isinstance(json.loads(text), list)
    except (ValueError, RecursionError):
        return False


def _list(type_: str, text: str) -> tuple[str, str]:
    if text.lstrip().startswith("[") or not (type_ in _PLAIN or type_.endswith(REFERENCE)):
        return text, "" if _is_list(type_, text) else f"a JSON list such as {_LISTED}"
    found = [value_of(type_, item.strip()) for item in re.split(r"[,\r\n]", text) if item.strip()]
    wrong = next((sentence for _, sentence in found if sentence), "")
    if wrong:
        return text, f"a list, each item of it {wrong}"
    items = [json.loads(item) if type_ in NUMBERS else item for item, _ in found]
    return json.dumps(items, ensure_ascii=False, separators=(",", ":")), ""
