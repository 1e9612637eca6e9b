"""The metafield types: which there are, and what kind of thing each is."""

from __future__ import annotations

from collections.abc import Mapping

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
