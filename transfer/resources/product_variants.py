"""Variants: they live inside products, and can be referred to by the values of their options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..keys import Key
from ..resource import Ask, Fields, Talk
from . import _linked_options as linked
from . import _product_media as media
from ._common import emptied, given

_CODE = "countryCode harmonizedSystemCode"
FIELDS = f"""
  id sku barcode price compareAtPrice taxable inventoryPolicy showUnitPrice
  unitPriceMeasurement {{ quantityUnit quantityValue referenceUnit referenceValue }}
  selectedOptions {{ name value }} {media.VARIANT}
  inventoryItem {{
    tracked requiresShipping harmonizedSystemCode countryCodeOfOrigin provinceCodeOfOrigin
    measurement {{ weight {{ unit value }} }} unitCost {{ amount }}
    countryHarmonizedSystemCodes(first: 2) {{ nodes {{ {_CODE} }} pageInfo {{ hasNextPage }} }}
  }}
"""
_REST = f"""
query VariantsOfProduct($id: ID!, $after: String) {{
  product(id: $id) {{
    variants(first: 250, after: $after) {{ nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }}
  }}
}}
"""
# One code for each country, of which Shopify knows fewer than a page holds (the published schema's CountryCode).
_CODES = f"""
query CodesOfVariants($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    ... on ProductVariant {{
      id inventoryItem {{ countryHarmonizedSystemCodes(first: 250) {{ nodes {{ {_CODE} }} }} }}
    }}
  }}
}}
"""
_IDS = f"""
query VariantIds($id: ID!, $after: String, $linked: Boolean = false) {{
  product(id: $id) {{
    {linked.NOW}
    variants(first: 250, after: $after) {{
      nodes {{ id selectedOptions {{ name value }} }} pageInfo {{ hasNextPage endCursor }}
    }}
  }}
}}
"""
STOCK = ("tracked", "requiresShipping", "harmonizedSystemCode", "countryCodeOfOrigin", "provinceCodeOfOrigin")

OWN = ("barcode", "price", "compareAtPrice", "taxable", "inventoryPolicy", "showUnitPrice")
MEASURED = ("quantityUnit", "quantityValue", "referenceUnit", "referenceValue")
CODES = 50  # variants in a request that reads their codes

Chosen = tuple[tuple[str, str], ...]
Pairs = Sequence[Sequence[str]]  # [[option name, value], ...] in the order of the options


def key_of(product: Key, options: Pairs) -> Key:
    """``("shirt",)`` and ``[["Size", "M"], ["Color", "red"]]`` become ``("shirt", "Color", "red", "Size", "M")``.

    By the options' names, because their order is the product's and may be another in the other store.
    """
    return (*product, *(part for pair in chosen(options) for part in pair))


def pairs(node: Mapping[str, Any]) -> list[list[str]]:
    return [[option["name"], option["value"]] for option in node["selectedOptions"]]


def all_of(node: Mapping[str, Any]) -> Talk[list[Mapping[str, Any]]]:
    """The variants of a product node; asks for those that did not fit into its page."""
    found = list(node["variants"]["nodes"])
    page = node["variants"]["pageInfo"]
    while page["hasNextPage"]:
        data = yield Ask(_REST, {"id": node["id"], "after": page["endCursor"]})
        if data["product"] is None:
            break
        found += data["product"]["variants"]["nodes"]
        page = data["product"]["variants"]["pageInfo"]
    return (yield from _with_all_codes(found))


def _with_all_codes(found: list[Mapping[str, Any]]) -> Talk[list[Mapping[str, Any]]]:
    """Reads the codes of those that have more than their page holds."""
    more = [node["id"] for node in found if _codes(node)["pageInfo"]["hasNextPage"]]
    whole: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(more), CODES):
        data = yield Ask(_CODES, {"ids": more[start : start + CODES]})
        whole |= {node["id"]: _codes(node) for node in data["nodes"] if node}
    return [
        {**node, "inventoryItem": {**node["inventoryItem"], "countryHarmonizedSystemCodes": whole[node["id"]]}}
        if node["id"] in whole
        else node
        for node in found
    ]


def _codes(node: Mapping[str, Any]) -> Mapping[str, Any]:
    own: Mapping[str, Any] = node["inventoryItem"]["countryHarmonizedSystemCodes"]
    return own


def ids_of(product: str) -> Talk[dict[Chosen, str]]:
    """Option values, by their labels -> GID, of all variants of a product."""
    found: dict[Chosen, str] = {}
    for page in (yield from id_pages(product)):
        found |= {chosen(pairs(node)): node["id"] for node in page["variants"]["nodes"]}
    return found


def id_pages(product: str, *, with_options: bool = False) -> Talk[list[Mapping[str, Any]]]:
    """The variants of a product by id and label, page by page, and with its options where these are to name them."""
    pages: list[Mapping[str, Any]] = []
    after = None
    while True:
        data = yield Ask(_IDS, {"id": product, "after": after, "linked": with_options})
        if data["product"] is None:
            return pages
        pages.append(data["product"])
        page = data["product"]["variants"]["pageInfo"]
        if not page["hasNextPage"]:
            return pages
        after = page["endCursor"]


def portable(node: Mapping[str, Any]) -> Fields:
    """A variant's fields. `weight` is None where there is none to speak of."""
    item = node["inventoryItem"]
    weight = item["measurement"]["weight"]
    codes = [[code["countryCode"], code["harmonizedSystemCode"]] for code in _codes(node)["nodes"]]
    return {
        "options": pairs(node),
        **{name: node[name] for name in (*OWN, "sku")},
        **{name: item[name] for name in STOCK},
        "cost": item["unitCost"]["amount"] if item["unitCost"] else None,
        "countryHarmonizedSystemCodes": sorted(codes),
        "unitPriceMeasurement": _measured(node["unitPriceMeasurement"]),
        "weight": {"unit": weight["unit"], "value": weight["value"]} if weight else None,
        "media": media.of_variant(node),
    }


def _measured(own: Mapping[str, Any] | None) -> Fields | None:
    """None where nothing is measured, which Shopify may say by a measurement without units."""
    return {name: own[name] for name in MEASURED} if own and own["quantityUnit"] and own["referenceUnit"] else None


def inputs(fields: Fields) -> dict[str, Any]:
    """What productVariantsBulkCreate and productVariantsBulkUpdate take, without the option values."""
    stock = {name: fields.get(name) for name in ("sku", "cost", *STOCK)}
    if fields.get("countryHarmonizedSystemCodes") is not None:
        codes = fields["countryHarmonizedSystemCodes"]
        stock["countryHarmonizedSystemCodes"] = [dict(zip(_CODE.split(), code, strict=True)) for code in codes]
    if fields.get("weight"):
        stock["measurement"] = {"weight": fields["weight"]}
    own = {name: fields.get(name) for name in (*OWN, "unitPriceMeasurement")}
    return emptied(given({**own, "inventoryItem": emptied(given(stock), ("cost", *STOCK)) or None}), ["compareAtPrice"])


def by_options(items: Sequence[Fields]) -> Iterator[tuple[Chosen, Fields]]:
    for item in items:
        yield chosen(item["options"]), item


def chosen(options: Pairs) -> Chosen:
    """Which values make up a variant, whatever order its product's options are in."""
    return tuple(sorted((name, value) for name, value in options))
