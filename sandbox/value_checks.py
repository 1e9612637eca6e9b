"""What single values Shopify accepts, and what it stores for them. Follows recorded answers of a real store."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

Validations = Mapping[str, str]


class Invalid(Exception):
    """Why a value is refused. `element`: the index in a list value."""

    def __init__(self, message: str, code: str = "INVALID_VALUE", element: int | None = None) -> None:
        super().__init__(message)
        self.message, self.code, self.element = message, code, element


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
    number = decimal(text)
    if number.adjusted() > 12:  # thirteen digits before the point
        raise Invalid("Value is out of range.")
    _between(number, validations)
    cut = number.quantize(Decimal("1.000000000"), rounding="ROUND_DOWN").normalize()
    plain = f"{cut:f}"
    return plain if "." in plain else f"{plain}.0"


def _between(number: Decimal, validations: Validations) -> None:
    if "min" in validations and number < Decimal(validations["min"]):
        raise Invalid(f"Value has a minimum of {validations['min']}.")
    if "max" in validations and number > Decimal(validations["max"]):
        raise Invalid(f"Value has a maximum of {validations['max']}.")


def decimal(text: str) -> Decimal:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        raise Invalid("Value must be a decimal.") from None
    if not number.is_finite() or text.strip().startswith("+"):
        raise Invalid("Value must be a decimal.")
    return number


def real(value: Any) -> float:
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
    data = parts(text, ("scale_min", "scale_max", "value"))
    low, high, value = (decimal(str(data[name])) for name in ("scale_min", "scale_max", "value"))
    if not low <= value <= high:
        raise Invalid("Value must be between its scale's ends.")
    return dump({name: f"{float(data[name])}" for name in ("scale_min", "scale_max", "value")}, sort=False)


def _link(text: str, validations: Validations) -> str:
    data = parts(text, ("url",))
    _url(str(data["url"]), {})
    return dump({"text": data.get("text"), "url": data["url"]}, sort=False)


def _json(text: str, validations: Validations) -> str:
    try:
        return dump(json.loads(text), sort=False)
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


def parts(text: str, names: Sequence[str]) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except ValueError:
        data = None
    if not isinstance(data, dict) or not all(name in data for name in names):
        raise Invalid(f"Value must be an object with {', '.join(names)}.")
    return data


def dump(value: Any, *, sort: bool = False) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=sort)


CHECKS: dict[str, Callable[[str, Validations], str]] = {
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
