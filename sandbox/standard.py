"""Shopify's standard definitions: a few templates that every store can switch on, as a real store showed them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Template = Mapping[str, Any]

_LABEL = {
    "key": "label",
    "name": "Label",
    "type": "single_line_text_field",
    "required": True,
    "validations": [{"name": "max", "value": "255"}],
}


def _taxonomy(key: str, name: str, attribute: str, *, listed: bool = False) -> Template:
    validations = [{"name": "product_taxonomy_attribute_handle", "value": attribute}]
    if listed:
        validations += [{"name": "list.min", "value": "1"}, {"name": "list.max", "value": "4"}]
    return {
        "key": key,
        "name": name,
        "description": "Base values map to standards for better search and organization",
        "type": f"{'list.' if listed else ''}product_taxonomy_value_reference",
        "required": True,
        "validations": validations,
    }


METAOBJECTS: Mapping[str, Template] = {
    "shopify--qa-pair": {
        "name": "Question and Answer Pairs",
        "description": "Question and answer pairs that describe a merchant's shop.",
        "displayNameKey": "question",
        "storefront": "NONE",
        "fields": [
            {"key": "question", "name": "Question", "type": "single_line_text_field", "required": True},
            {"key": "answer", "name": "Answer", "type": "multi_line_text_field", "required": True},
            {"key": "sources", "name": "Sources", "type": "list.link"},
        ],
    },
    "shopify--color-pattern": {
        "name": "Color",
        "description": "Defines the primary color or pattern, such as blue or striped",
        "displayNameKey": "label",
        "storefront": "PUBLIC_READ",
        "fields": [
            _LABEL,
            {"key": "color", "name": "Color", "type": "color"},
            {
                "key": "image",
                "name": "Image",
                "type": "file_reference",
                "validations": [{"name": "file_type_options", "value": '["Image"]'}],
            },
            _taxonomy("color_taxonomy_reference", "Base color", "color", listed=True),
            _taxonomy("pattern_taxonomy_reference", "Base pattern", "pattern"),
        ],
    },
    "shopify--material": {
        "name": "Material",
        "description": "Defines a product's primary material, such as cotton or wool",
        "displayNameKey": "label",
        "storefront": "PUBLIC_READ",
        "fields": [_LABEL, _taxonomy("taxonomy_reference", "Base material", "material")],
    },
}

_RECOMMENDED = "shopify--discovery--product_recommendation"
_PART_NUMBER: Template = {
    "id": 22,
    "name": "MPN",
    "description": "Manufacturer part number",
    "type": "single_line_text_field",
}

# (owner type, namespace, key) -> template. `metaobject`: the standard type that values refer to. `categories`: those of
# the products that the definition is for; such a definition cannot be pinned.
METAFIELDS: Mapping[tuple[str, str, str], Template] = {
    ("PRODUCT", "descriptors", "subtitle"): {
        "id": 1,
        "name": "Product subtitle",
        "description": "Used as a shorthand for a product name",
        "type": "single_line_text_field",
        "validations": [{"name": "max", "value": "70"}],
    },
    ("PRODUCT", "facts", "isbn"): {
        "id": 3,
        "name": "ISBN",
        "description": "International Standard Book Number",
        "type": "single_line_text_field",
        "validations": [],
    },
    ("PRODUCT", "reviews", "rating"): {
        "id": 7,
        "name": "Product rating",
        "description": "The overall rating of a product",
        "type": "rating",
        "validations": [{"name": "scale_min", "value": "1.0"}, {"name": "scale_max", "value": "5.0"}],
    },
    ("PRODUCT", _RECOMMENDED, "related_products"): {
        "id": 14,
        "name": "Related products",
        "description": "List of related products",
        "type": "list.product_reference",
    },
    ("PRODUCT", _RECOMMENDED, "related_products_display"): {
        "id": 15,
        "name": "Related products settings",
        "description": "Determines how related products are displayed along with algorithmic recommendations",
        "type": "single_line_text_field",
    },
    ("PRODUCT", "shopify--discovery--product_search_boost", "queries"): {
        "id": 16,
        "name": "Search product boosts",
        "description": "List of search queries for which a product gets higher rank in search results",
        "type": "list.single_line_text_field",
    },
    ("PRODUCT", _RECOMMENDED, "complementary_products"): {
        "id": 17,
        "name": "Complementary products",
        "description": "List of complementary products",
        "type": "list.product_reference",
    },
    **{(owner, "shopify--facts", "mpn"): _PART_NUMBER for owner in ("PRODUCT", "PRODUCTVARIANT")},
    ("PRODUCT", "shopify", "color-pattern"): {
        "id": 10001,
        "name": "Color",
        "description": "Defines the primary color or pattern, such as blue or striped",
        "type": "list.metaobject_reference",
        "metaobject": "shopify--color-pattern",
        "categories": ("aa-1-13", "aa-2", "ap-2-1-1"),
    },
    ("PRODUCT", "shopify", "material"): {
        "id": 10002,
        "name": "Material",
        "description": "Defines a product's primary material, such as cotton or wool",
        "type": "list.metaobject_reference",
        "metaobject": "shopify--material",
        "categories": ("aa-1-13", "aa-2", "fr-7"),
    },
}


def ours(namespace: str) -> bool:
    """Whether it is one of Shopify's own namespaces: definitions there take their access from the template."""
    return namespace == "shopify" or namespace.startswith("shopify--")
