"""Metafield values: what Shopify accepts for each type, and what it stores.

Follows recorded answers of a real store: booleans take several spellings, decimals are cut to nine places, measurements
get a number with a decimal point and an upper-case unit, date_time gains its offset.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from .store import Shop
from .value_checks import CHECKS, Invalid, Validations, decimal, dump, parts, real
from .value_types import MEASUREMENTS, REFERENCES

MAX_BYTES = 65_536
MAX_JSON_BYTES = 131_072
MAX_LIST = 128
MAX_LIST_METAOBJECTS = 256

_GID = re.compile(r"gid://shopify/([A-Za-z0-9]+)/([^/?\s]+)\Z")


def store_value(type_: str, text: str, validations: Validations, shop: Shop) -> str:
    """What is stored for a value. Raises Invalid."""
    if not text.strip():
        raise Invalid("Value can't be blank.")
    limit = MAX_JSON_BYTES if type_ in ("json", "json_string") else MAX_BYTES
    if len(text.encode("utf-8", "surrogatepass")) > limit:
        raise Invalid(f"Value is too long (maximum is {limit} bytes).", "TOO_LONG")
    if not type_.startswith("list."):
        return _one(type_, text, validations, shop)
    inner = type_.removeprefix("list.")
    try:
        items = json.loads(text)
    except ValueError:
        raise Invalid("Value must be a JSON list.") from None
    if not isinstance(items, list):
        raise Invalid("Value must be a JSON list.")
    most = MAX_LIST_METAOBJECTS if inner in ("metaobject_reference", "mixed_reference") else MAX_LIST
    if len(items) > min(most, int(validations.get("list.max", most))):
        raise Invalid(f"Value exceeds the maximum of {most} items.")
    if len(items) < int(validations.get("list.min", 0)):
        raise Invalid(f"Value must have at least {validations['list.min']} items.")
    return dump([_item(inner, item, number, validations, shop) for number, item in enumerate(items)])


def _item(inner: str, item: Any, number: int, validations: Validations, shop: Shop) -> Any:
    """One item of a list. Objects are stored as objects, numbers with decimals as texts."""
    text = item if isinstance(item, str) else dump(item)
    try:
        stored = _one(inner, text, validations, shop)
    except Invalid as problem:
        element = None if inner in REFERENCES else number
        raise Invalid(problem.message, problem.code, element) from None
    if inner in MEASUREMENTS or inner in ("rating", "link", "json"):
        return json.loads(stored)
    return int(stored) if inner == "number_integer" else stored


def _one(type_: str, text: str, validations: Validations, shop: Shop) -> str:
    if type_ in REFERENCES:
        return _reference(type_, text, validations, shop)
    if type_ in MEASUREMENTS:
        return _measurement(text)
    check: Callable[[str, Validations], str] | None = CHECKS.get(type_)
    if check is None:
        raise Invalid(f"Type {type_} is unknown.", "INVALID_TYPE")
    return check(text, validations) if type_ != "money" else _money(text, shop)


def _reference(type_: str, text: str, validations: Validations, shop: Shop) -> str:
    match = _GID.match(text)
    if match is None or match[1] not in REFERENCES[type_]:
        raise Invalid(f"Value must be a valid global id of a {' or '.join(REFERENCES[type_])}.")
    if match[1] == "TaxonomyValue":
        return text
    node = shop.get(text, match[1])
    if node is None:
        raise Invalid(f"Value references non-existent resource {text}.")
    if match[1] == "Metaobject":
        allowed = definition_ids(validations)
        definition = shop.definition(node["type"])
        if allowed and (definition is None or definition["id"] not in allowed):
            raise Invalid("Value must belong to the specified metaobject definition.")
    return text


def definition_ids(validations: Validations) -> list[str]:
    """The metaobject definitions that a reference may lead to."""
    if "metaobject_definition_id" in validations:
        return [validations["metaobject_definition_id"]]
    if "metaobject_definition_ids" in validations:
        return list(json.loads(validations["metaobject_definition_ids"]))
    return []


def _measurement(text: str) -> str:
    data = parts(text, ("value", "unit"))
    return dump({"value": real(data["value"]), "unit": str(data["unit"]).upper()}, sort=False)


def _money(text: str, shop: Shop) -> str:
    data = parts(text, ("amount", "currency_code"))
    if data["currency_code"] != shop.currency:
        raise Invalid(f"Value must be in the shop's currency {shop.currency}.")
    return dump({"amount": f"{decimal(str(data['amount'])):.2f}", "currency_code": shop.currency}, sort=False)


def json_value(type_: str, value: str) -> Any:
    """What `jsonValue` shows; false is the text "false", as recorded."""
    inner = type_.removeprefix("list.")
    if type_ == "boolean":
        return True if value == "true" else value
    if inner in MEASUREMENTS:
        return _measured(json.loads(value), listed=type_.startswith("list."))
    if type_.startswith("list.") or inner in (
        "json",
        "json_string",
        "link",
        "money",
        "rating",
        "rich_text_field",
        "number_integer",
    ):
        return json.loads(value)
    return value


_SHORT_UNITS = {
    "CENTIMETERS": "cm",
    "GRAMS": "g",
    "INCHES": "in",
    "KILOGRAMS": "kg",
    "LITERS": "l",
    "METERS": "m",
    "MILLILITERS": "ml",
    "MILLIMETERS": "mm",
}


def _measured(value: Any, *, listed: bool) -> Any:
    """Whole numbers without a point; in lists units in lower case and short, as was seen."""
    if isinstance(value, list):
        return [_measured(item, listed=listed) for item in value]
    number, unit = value["value"], value["unit"]
    return {
        "value": int(number) if number == int(number) else number,
        "unit": _SHORT_UNITS.get(unit, unit.lower()) if listed else unit,
    }


def referenced(type_: str, value: str | None) -> list[str]:
    """The GIDs in a stored value, which may be older than the rules for its type."""
    if value is None or type_.removeprefix("list.") not in REFERENCES:
        return []
    if not type_.startswith("list."):
        return [value]
    try:
        items = json.loads(value)
    except ValueError:
        return []
    return [item for item in items if isinstance(item, str)] if isinstance(items, list) else []
