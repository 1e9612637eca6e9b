"""Metafield values of variants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..keys import Key
from ..references import Target
from ..resource import Scopes, Selection, Stream
from . import product_variants as variants
from ._owned import owned_stream
from .metafields import FIELDS, REFERRED, Metafields

_READ = f"""
query VariantMetafields($after: String, $query: String) {{
  productVariants(first: 250, after: $after, query: $query, sortKey: ID) {{
    nodes {{
      id selectedOptions {{ name value }} product {{ handle }}
      metafields(first: 10) {{ nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""


class VariantMetafields(Metafields):
    name = "variant_metafields"
    label = "Variant metafields"
    key_is = "handle, option names and values, namespace, key"
    scopes = Scopes(read=("read_products",), write=("write_products",))
    hangs_on = "variants"
    owner_types = ("PRODUCTVARIANT",)
    refers_to = REFERRED
    owner_selection = "... on ProductVariant { selectedOptions { name value } product { handle } }"

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        return [Stream("variant_metafields", owned_stream(self, _READ, "productVariants"))]

    def owner_key(self, owner: Mapping[str, Any]) -> Key:
        return variants.key_of((owner["product"]["handle"],), variants.pairs(owner))

    def owner_target(self, key: Key) -> Target:
        return Target("variants", key[:-2])


RESOURCE = VariantMetafields()
