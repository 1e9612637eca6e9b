"""A value of every metafield type, and of every list type."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ..value_types import MEASUREMENTS, known

UNITS = {
    "antenna_gain": "DECIBELS_ISOTROPIC", "area": "SQUARE_METERS", "battery_charge_capacity": "MILLIAMPERE_HOURS",
    "battery_energy_capacity": "WATT_HOURS", "capacitance": "MICROFARADS", "concentration": "MILLIGRAMS_PER_LITER",
    "data_storage_capacity": "GIGABYTES", "data_transfer_rate": "MEGABITS_PER_SECOND", "dimension": "CENTIMETERS",
    "display_density": "PIXELS_PER_INCH", "distance": "KILOMETERS", "duration": "MINUTES",
    "electric_current": "AMPERES",
    "electrical_resistance": "OHMS", "energy": "KILOJOULES", "frequency": "HERTZ", "illuminance": "LUX",
    "inductance": "MILLIHENRIES", "luminous_flux": "LUMENS", "mass_flow_rate": "KILOGRAMS_PER_HOUR", "power": "WATTS",
    "pressure": "BARS", "resolution": "MEGAPIXELS", "rotational_speed": "REVOLUTIONS_PER_MINUTE",
    "sound_level": "DECIBELS", "speed": "KILOMETERS_PER_HOUR", "temperature": "CELSIUS", "thermal_power": "KILOWATTS",
    "voltage": "VOLTS", "volume": "LITERS", "volumetric_flow_rate": "LITERS_PER_MINUTE", "weight": "KILOGRAMS",
}  # fmt: skip

AWKWARD = "Ünïcode “quotes” <b>tags</b> & שלום عالم 👩‍👩‍👧‍👦 \\ / %2F"


def plain_values(currency: str) -> dict[str, str]:
    """type -> a value, for all types that refer to nothing."""
    values = {
        "boolean": "true",
        "color": "#c0ffee",
        "date": "2026-02-28",
        "date_time": "2026-02-28T12:30:00+00:00",
        "id": "unique-1",
        "json": json.dumps({"b": [1, 2.5, None, True], "a": AWKWARD}, ensure_ascii=False),
        "language": "de",
        "link": json.dumps({"text": "Care", "url": "https://example.com/care"}),
        "money": json.dumps({"amount": "12.50", "currency_code": currency}),
        "multi_line_text_field": f"First line\nSecond line: {AWKWARD}",
        "number_decimal": "3.140000000",
        "number_integer": "-42",
        "rating": json.dumps({"value": "4.5", "scale_min": "1.0", "scale_max": "5.0"}),
        "single_line_text_field": AWKWARD,
        "url": "https://example.com/a?b=c&d=é",
    }
    measured = {name: json.dumps({"value": 2.5, "unit": UNITS[name]}) for name in sorted(MEASUREMENTS)}
    return values | measured


def list_values(currency: str) -> Iterator[tuple[str, str]]:
    """(list type, value) for all list types that refer to nothing."""
    for name, value in plain_values(currency).items():
        if known(f"list.{name}") and name not in ("boolean", "multi_line_text_field"):
            item = json.loads(value) if value.startswith("{") else value
            second = {"number_integer": 7, "number_decimal": "0.5", "date": "2024-02-29", "color": "#000000"}.get(
                name, item
            )
            yield f"list.{name}", json.dumps([item if name != "number_integer" else -42, second], ensure_ascii=False)
