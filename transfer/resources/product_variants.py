"""Variants: they live inside products, and can be referred to by the values of their options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..keys import Key
from ..resource import Ask, Fields, Talk
from . import _product_media as media
from ._common import given

FIELDS = f"""
  id sku barcode price compareAtPrice taxable inventoryPolicy
  selectedOptions {{ name value }} {media.VARIANT}
  inventoryItem {{
    tracked requiresShipping harmonizedSystemCode countryCodeOfOrigin provinceCodeOfOrigin
    measurement {{ weight {{ unit value }} }}
  }}
"""
_REST = f"""
query VariantsOfProduct($id: ID!, $after: String) {{
  product(id: $id) {{
    variants(first: 250, after: $after) {{ nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }}
  }}
}}
"""
_IDS = """
query VariantIds($id: ID!, $after: String) {
  product(id: $id) {
    variants(first: 250, after: $after) {
      nodes { id selectedOptions { name value } } pageInfo { hasNextPage endCursor }
    }
  }
}
"""
STOCK = ("tracked", "requiresShipping", "harmonizedSystemCode", "countryCodeOfOrigin", "provinceCodeOfOrigin")

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
            return found
        found += data["product"]["variants"]["nodes"]
        page = data["product"]["variants"]["pageInfo"]
    return found


def ids_of(product: str) -> Talk[dict[Chosen, str]]:
    """Option values -> GID, of all variants of a product."""
    found: dict[Chosen, str] = {}
    after = None
    while True:
        data = yield Ask(_IDS, {"id": product, "after": after})
        if data["product"] is None:
            return found
        connection = data["product"]["variants"]
        found |= {chosen(pairs(node)): node["id"] for node in connection["nodes"]}
        if not connection["pageInfo"]["hasNextPage"]:
            return found
        after = connection["pageInfo"]["endCursor"]


def portable(node: Mapping[str, Any]) -> Fields:
    """A variant's fields. `weight` is None where there is none to speak of."""
    item = node["inventoryItem"]
    weight = item["measurement"]["weight"]
    return {
        "options": pairs(node),
        **{name: node[name] for name in ("barcode", "price", "compareAtPrice", "taxable", "inventoryPolicy", "sku")},
        **{name: item[name] for name in STOCK},
        "weight": {"unit": weight["unit"], "value": weight["value"]} if weight else None,
        "media": media.of_variant(node),
    }


def inputs(fields: Fields) -> dict[str, Any]:
    """What productVariantsBulkCreate and productVariantsBulkUpdate take, without the option values."""
    stock = {"sku": fields.get("sku"), **{name: fields.get(name) for name in STOCK}}
    if fields.get("weight"):
        stock["measurement"] = {"weight": fields["weight"]}
    own = {name: fields.get(name) for name in ("barcode", "price", "compareAtPrice", "taxable", "inventoryPolicy")}
    return given({**own, "inventoryItem": given(stock) or None})


def by_options(items: Sequence[Fields]) -> Iterator[tuple[Chosen, Fields]]:
    for item in items:
        yield chosen(item["options"]), item


def chosen(options: Pairs) -> Chosen:
    """Which values make up a variant, whatever order its product's options are in."""
    return tuple(sorted((name, value) for name, value in options))
