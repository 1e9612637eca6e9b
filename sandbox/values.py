"""Metafield values: what Shopify accepts for each type, and what it stores.

Follows recorded answers of a real store: booleans take several spellings, decimals are cut to nine places, measurements
get a number with a decimal point and an upper-case unit, date_time gains its offset.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from .store import Shop

MEASUREMENTS = frozenset(
    [
        "antenna_gain",
        "area",
        "battery_charge_capacity",
        "battery_energy_capacity",
        "capacitance",
        "concentration",
        "data_storage_capacity",
        "data_transfer_rate",
        "dimension",
        "display_density",
        "distance",
        "duration",
        "electric_current",
        "electrical_resistance",
        "energy",
        "frequency",
        "illuminance",
        "inductance",
        "luminous_flux",
        "mass_flow_rate",
        "power",
        "pressure",
        "resolution",
        "rotational_speed",
        "sound_level",
        "speed",
        "temperature",
        "thermal_power",
        "voltage",
        "volume",
        "volumetric_flow_rate",
        "weight",
    ]
)
REFERENCES: Mapping[str, tuple[str, ...]] = {
    "article_reference": ("Article",),
    "collection_reference": ("Collection",),
    "company_reference": ("Company",),
    "customer_reference": ("Customer",),
    "file_reference": ("MediaImage", "GenericFile", "Video", "Model3d"),
    "metaobject_reference": ("Metaobject",),
    "mixed_reference": ("Metaobject",),
    "order_reference": ("Order",),
    "page_reference": ("Page",),
    "product_reference": ("Product",),
    "variant_reference": ("ProductVariant",),
    "product_taxonomy_value_reference": ("TaxonomyValue",),
}
TEXTS = frozenset({"single_line_text_field", "multi_line_text_field", "id", "language", "jurisdiction", "string"})
NO_LIST = frozenset({"boolean", "money", "multi_line_text_field", "json", "rich_text_field", "id", "language"})
KINDS = (
    TEXTS
    | MEASUREMENTS
    | frozenset(REFERENCES)
    | frozenset(
        [
            "boolean",
            "color",
            "date",
            "date_time",
            "json",
            "link",
            "money",
            "number_integer",
            "number_decimal",
            "rating",
            "rich_text_field",
            "url",
            "integer",
            "float",
            "json_string",
        ]
    )
)
MAX_BYTES = 65_536
MAX_JSON_BYTES = 131_072
MAX_LIST = 128
MAX_LIST_METAOBJECTS = 256

_GID = re.compile(r"gid://shopify/([A-Za-z0-9]+)/([^/?\s]+)\Z")
Validations = Mapping[str, str]


class Invalid(Exception):
    """Why a value is refused. `element`: the index in a list value."""

    def __init__(self, message: str, code: str = "INVALID_VALUE", element: int | None = None) -> None:
        super().__init__(message)
        self.message, self.code, self.element = message, code, element


def known(type_: str) -> bool:
    if type_.startswith("list."):
        inner = type_.removeprefix("list.")
        return (inner in KINDS and inner not in NO_LIST) or type_ in ("list.boolean", "list.multi_line_text_field")
    return type_ in KINDS


def category(type_: str) -> str:
    inner = type_.removeprefix("list.")
    if inner in REFERENCES:
        return "REFERENCE"
    if inner in MEASUREMENTS:
        return "MEASUREMENT"
    return {"number_integer": "NUMBER", "number_decimal": "NUMBER", "boolean": "TRUE_FALSE", "date": "DATE_TIME"}.get(
        inner, "TEXT"
    )


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
    return _dump([_item(inner, item, number, validations, shop) for number, item in enumerate(items)])


def _item(inner: str, item: Any, number: int, validations: Validations, shop: Shop) -> Any:
    """One item of a list. Objects are stored as objects, numbers with decimals as texts."""
    text = item if isinstance(item, str) else _dump(item)
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
    check: Callable[[str, Validations], str] | None = _CHECKS.get(type_)
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
    data = _object(text, ("value", "unit"))
    return _dump({"value": _float(data["value"]), "unit": str(data["unit"]).upper()}, sort=False)


def _money(text: str, shop: Shop) -> str:
    data = _object(text, ("amount", "currency_code"))
    if data["currency_code"] != shop.currency:
        raise Invalid(f"Value must be in the shop's currency {shop.currency}.")
    return _dump({"amount": f"{_decimal(str(data['amount'])):.2f}", "currency_code": shop.currency}, sort=False)


def _text(text: str, validations: Validations) -> str:
    if len(text) > int(validations.get("max", 1 << 30)):
        raise Invalid(f"Value has a maximum length of {validations['max']}.")
    if len(text) < int(validations.get("min", 0)):
        raise Invalid(f"Value has a minimum length of {validations['min']}.")
    if "choices" in validations and text not in json.loads(validations["choices"]):
        raise Invalid(f"Value does not exist in provided choices: {validations['choices']}.")
    if "regex" in validations and re.search(validations["regex"], text) is None:
        raise Invalid("Value does not match the validation pattern.")
    return text


def _line(text: str, validations: Validations) -> str:
    if "\n" in text:
        raise Invalid("Value must be a single line text string.")
    return _text(text, validations)


def _boolean(text: str, validations: Validations) -> str:
    word = text.strip().lower()
    if word in ("true", "t", "1"):
        return "true"
    if word in ("false", "f", "0"):
        return "false"
    raise Invalid("Value must be true or false.")


def _integer(text: str, validations: Validations) -> str:
    if re.match(r"-?\d+(\.0+)?\Z", text.strip()) is None:
        raise Invalid("Value must be an integer.")
    number = int(Decimal(text.strip()))
    if abs(number) > 9_007_199_254_740_991:
        raise Invalid("Value is out of range.")
    _between(Decimal(number), validations)
    return str(number)


def _number(text: str, validations: Validations) -> str:
    number = _decimal(text)
    _between(number, validations)
    cut = number.quantize(Decimal("1.000000000"), rounding="ROUND_DOWN").normalize()
    plain = f"{cut:f}"
    return plain if "." in plain else f"{plain}.0"


def _between(number: Decimal, validations: Validations) -> None:
    if "min" in validations and number < Decimal(validations["min"]):
        raise Invalid(f"Value has a minimum of {validations['min']}.")
    if "max" in validations and number > Decimal(validations["max"]):
        raise Invalid(f"Value has a maximum of {validations['max']}.")


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        raise Invalid("Value must be a decimal.") from None
    if not number.is_finite() or text.strip().startswith("+"):
        raise Invalid("Value must be a decimal.")
    return number


def _float(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise Invalid("Value must hold a number.") from None
    if not math.isfinite(number):
        raise Invalid("Value must hold a number.")
    return number


def _date(text: str, validations: Validations) -> str:
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise Invalid("Value must be in YYYY-MM-DD format.") from None


def _date_time(text: str, validations: Validations) -> str:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Invalid("Value must be in YYYY-MM-DDTHH:MM:SS format.") from None
    return moment.replace(microsecond=0).isoformat() + ("" if moment.tzinfo else "+00:00")


def _color(text: str, validations: Validations) -> str:
    if re.match(r"#[0-9a-fA-F]{6}\Z", text) is None:
        raise Invalid("Value must be a color in hexadecimal format.")
    return text.lower()


def _url(text: str, validations: Validations) -> str:
    if urlsplit(text).scheme not in ("http", "https", "mailto", "sms", "tel"):
        raise Invalid("Value must be a valid URL.")
    return text


def _rating(text: str, validations: Validations) -> str:
    data = _object(text, ("scale_min", "scale_max", "value"))
    low, high, value = (_decimal(str(data[name])) for name in ("scale_min", "scale_max", "value"))
    if not low <= value <= high:
        raise Invalid("Value must be between its scale's ends.")
    return _dump({name: f"{float(data[name])}" for name in ("scale_min", "scale_max", "value")}, sort=False)


def _link(text: str, validations: Validations) -> str:
    data = _object(text, ("url",))
    _url(str(data["url"]), {})
    return _dump({"text": data.get("text"), "url": data["url"]}, sort=False)


def _json(text: str, validations: Validations) -> str:
    try:
        return _dump(json.loads(text), sort=False)
    except ValueError:
        raise Invalid("Value must be valid JSON.") from None


def _rich(text: str, validations: Validations) -> str:
    try:
        tree = json.loads(text)
    except ValueError:
        raise Invalid("Value must be valid rich text JSON.") from None
    if not isinstance(tree, dict) or tree.get("type") != "root" or not isinstance(tree.get("children"), list):
        raise Invalid("Value must be a rich text tree with a root.")
    return text


def _object(text: str, names: Sequence[str]) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except ValueError:
        data = None
    if not isinstance(data, dict) or not all(name in data for name in names):
        raise Invalid(f"Value must be an object with {', '.join(names)}.")
    return data


def _dump(value: Any, *, sort: bool = False) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=sort)


_CHECKS: dict[str, Callable[[str, Validations], str]] = {
    "single_line_text_field": _line,
    "multi_line_text_field": _text,
    "string": _text,
    "id": _line,
    "language": _line,
    "jurisdiction": _line,
    "boolean": _boolean,
    "color": _color,
    "date": _date,
    "date_time": _date_time,
    "json": _json,
    "json_string": _json,
    "link": _link,
    "money": _text,
    "number_integer": _integer,
    "integer": _integer,
    "number_decimal": _number,
    "float": _number,
    "rating": _rating,
    "rich_text_field": _rich,
    "url": _url,
}


def json_value(type_: str, value: str) -> Any:
    """What `jsonValue` shows; false is the text "false", as recorded."""
    inner = type_.removeprefix("list.")
    if type_ == "boolean":
        return True if value == "true" else value
    if inner in MEASUREMENTS:
        return _measured(json.loads(value), listed=type_.startswith("list."))
    if (
        type_.startswith("list.")
        or inner in MEASUREMENTS
        or inner
        in (
            "json",
            "json_string",
            "link",
            "money",
            "rating",
            "rich_text_field",
            "number_integer",
        )
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
    """The GIDs in a stored value."""
    if value is None or type_.removeprefix("list.") not in REFERENCES:
        return []
    return list(json.loads(value)) if type_.startswith("list.") else [value]
