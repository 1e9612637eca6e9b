"""Metafield values: texts whose type says where references stand and when two of them mean the same.

https://shopify.dev/docs/apps/build/custom-data/metafields/list-of-data-types. Everything here takes a type
(``"list.product_reference"``) and a value as the API gives it: always a text, JSON for lists and compound types.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import ROUND_DOWN, Decimal, InvalidOperation, localcontext
from typing import Any

from . import links
from .json_text import compact, replaced
from .paths import Translate
from .references import is_local_gid, parse
from .resource import Place

MAX_BYTES = 65_536
MAX_JSON_BYTES = 131_072  # for apps that came after 2026-04-01

TYPE = re.compile(r"(list\.)?[a-z][a-z0-9_]{1,63}\Z")
_TEXTS = frozenset({"id", "language", "multi_line_text_field", "single_line_text_field", "string", "url"})
_BOOLEANS = {"t": "true", "true": "true", "1": "true", "f": "false", "false": "false", "0": "false"}
_MOST_DIGITS = 100
# https://shopify.dev/docs/apps/build/custom-data/metafields/metafield-limits
_MANY = frozenset({"list.metaobject_reference", "list.mixed_reference"})
_MOST_ITEMS = (128, 256)
_FREE = frozenset({"json", "json_string"})
_COMPOUND = frozenset({"link", "money", "rating", "rich_text_field"})
# Types whose values hold links, or references in free JSON, and the walk that finds them.
_WALKS: Mapping[str, Callable[[str, Translate], str]] = {
    "url": links.in_url,
    "list.url": links.in_json_list,
    "link": links.in_json_urls,
    "list.link": links.in_json_urls,
    "rich_text_field": links.in_json_urls,
    "json": links.in_free_json,
    "json_string": links.in_free_json,
}


def is_list(type_: str) -> bool:
    return type_.startswith("list.")


def refers(type_: str) -> bool:
    """Whether values of this type are references: ``product_reference``, ``list.mixed_reference``…"""
    return type_.endswith("_reference")


def items_of(value: str) -> list[str] | None:
    """The items of a list of references; None where the value is no such list, whatever its type says of it."""
    try:
        items = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return items if isinstance(items, list) and all(isinstance(item, str) for item in items) else None


def references(type_: str, value: str | None) -> Iterator[str]:
    """Each reference in a value, exactly as it stands there."""
    if not value or not refers(type_):
        return
    if is_list(type_):
        yield from _strings(value) if (items := items_of(value)) is None else items
    else:
        yield value


def places(path: str, type_: str, value: str | None, *, hard: bool) -> Iterator[Place]:
    """Every record that a portable value names. `hard`: a reference that this value is must be filled."""
    for text in references(type_, value):
        target = parse(text)
        if target is not None:
            yield Place(path, target, hard=hard)
    walk = _WALKS.get(type_)
    if walk is not None:
        yield from links.places(path, walk, value)


def rewrite(type_: str, value: str | None, translate: Translate) -> str | None:
    """The value with every reference and link replaced; None where nothing is left of it."""
    if not value:
        return value
    if type_ in _WALKS:
        return _WALKS[type_](value, translate)
    if not refers(type_):
        return value
    if not is_list(type_):
        return translate(value)
    items = items_of(value)
    if items is None:
        return _misshapen(value, translate)
    kept = [new for item in items if (new := translate(item)) is not None]
    return None if items and not kept else compact(kept)


def _misshapen(value: str, translate: Translate) -> str | None:
    """What should be a list of references and is none, such as a bare id: Shopify keeps what it once took.

    Whatever references stand in it are replaced all the same, so that no id, and nobody's name, leaves its store; all
    else stays as it is, for Shopify to judge.
    """
    try:
        json.loads(value)
    except (ValueError, RecursionError):
        return translate(value)
    return replaced(value, lambda name, said: translate(said))


def _strings(value: str) -> list[str]:
    found: list[str] = []

    def note(said: str) -> str:
        found.append(said)
        return said

    _misshapen(value, note)
    return found


def with_theirs(type_: str, wanted: str | None, present: str | None) -> str | None:
    """A list of references, and behind them those that only the target has in it.

    The target's own, where that holds all of them in their order; without these, where it would be too long.
    """
    if not (wanted and present and is_list(type_) and refers(type_)):
        return wanted
    items, theirs = items_of(wanted), items_of(present)
    if items is None or theirs is None:
        return wanted
    if [item for item in theirs if item in items] == items:
        return present
    joined = [*items, *(item for item in theirs if item not in items)]
    return compact(joined) if len(joined) <= _MOST_ITEMS[type_ in _MANY] else wanted


def normalise(type_: str, value: str | None) -> str | None:
    """What two equal values have in common, whoever wrote them: Shopify stores some in a form of its own."""
    if value is None:
        return None
    try:
        if type_ in _FREE:  # "1" and 1 are two values of it: what is a text here keeps its quotes
            return _dumped(json.loads(value))
        if not is_list(type_):
            return _canonical(_one(type_, value))
        inner, items = type_.removeprefix("list."), json.loads(value)
        if not isinstance(items, list):
            return value
        return _canonical([_one(inner, item if isinstance(item, str) else compact(item)) for item in items])
    except (ValueError, ArithmeticError, TypeError, KeyError, AttributeError, RecursionError):
        return value


def _canonical(value: Any) -> str:
    return value if isinstance(value, str) else _dumped(value)


def _dumped(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _one(type_: str, value: str) -> Any:
    if type_ in _TEXTS:
        return value
    if type_ == "number_decimal":
        return decimal(value, places=9)
    if type_ in ("number_integer", "integer", "float"):
        return decimal(value)
    if type_ == "boolean":
        return _BOOLEANS.get(value.strip().lower(), value)
    if type_ == "color":
        return value.lower()
    if type_ == "date_time":
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    if type_ in ("rating", "money"):
        return {k: decimal(str(v)) if k != "currency_code" else v for k, v in json.loads(value).items()}
    if type_ == "link":
        return {k: v for k, v in json.loads(value).items() if v is not None}
    if type_ in _COMPOUND:
        return json.loads(value)
    return _measurement(value) if value.startswith("{") else value


def _measurement(value: str) -> Any:
    """A measurement's number as a number, its unit in upper case. Texts that merely begin with a brace stay texts."""
    try:
        data = json.loads(value)
    except ValueError:
        return value
    if not isinstance(data, dict) or data.keys() != {"value", "unit"}:
        return value
    return {"value": decimal(str(data["value"])), "unit": str(data["unit"]).upper()}


def decimal(text: str, *, places: int | None = None) -> str:
    """A number without what says nothing: ``"+1.50"`` and ``"15e-1"`` become ``"1.5"``. Other texts stay as they are.

    `places`: where Shopify cuts. A number written out is as long as its exponent is large, which is hostile input.
    """
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return text
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS or len(text) > _MOST_DIGITS:
        return text
    with localcontext(prec=3 * _MOST_DIGITS):
        if places is not None:
            number = number.quantize(Decimal(1).scaleb(-places), ROUND_DOWN)
        return f"{number.normalize() + 0:f}"


def validate(type_: Any, value: Any) -> str | None:
    """One sentence on what is wrong with a value from an archive, or None.

    What Shopify judges is left to Shopify: stores hold values which are not of the shape that their type asks for.
    """
    if not isinstance(type_, str) or TYPE.match(type_) is None:
        return "the type of a value must be the name of a metafield type."
    if not isinstance(value, str):
        return f"the value of type {type_} must be a text."
    if any(is_local_gid(text) for text in references(type_, value)):
        return f"the value of type {type_} names an id of another store; references stand as shopsync:<resource>/<key>."
    return None


def too_large(type_: str, value: str) -> str | None:
    """One sentence where Shopify takes no value of this size; older apps may have written larger ones."""
    limit = MAX_JSON_BYTES if type_ in ("json", "json_string") else MAX_BYTES
    size = len(value.encode("utf-8", "surrogatepass"))
    return f"The value has {size} bytes, and Shopify takes at most {limit} of type {type_}." if size > limit else None
