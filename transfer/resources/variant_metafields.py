"""Metafield values of variants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .. import variant_keys
from ..keys import Key
from ..references import Target
from ..resource import Scopes, Selection, Stream
from ..shapes import Text
from . import product_variants as variants
from ._owned import owned_stream
from ._shapes import HANDLE, WORD
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
    key_like = "blue-shirt/Size/M/custom/care"
    scopes = Scopes(read=("read_products",), write=("write_products",))
    hangs_on = "variants"
    keyed_by = "products"
    owner_types = ("PRODUCTVARIANT",)
    refers_to = REFERRED
    owner_selection = "... on ProductVariant { id selectedOptions { name value } product { handle } }"

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        return [Stream("variant_metafields", owned_stream(self, _READ, "productVariants"))]

    def key_problem(self, key: Key) -> str | None:
        """Between the handle and the metafield stand the names and values of the options, two parts for each."""
        if len(key) < 5 or len(key) % 2 == 0:
            return f"the key of a value must be: {self.key_is}; such as {self.key_like}."
        owner = (HANDLE, *(Text(least=1) for _ in key[1:-2]), WORD, WORD)
        wrongs = (shape.wrong(part) for shape, part in zip(owner, key, strict=True))
        found = (wrong.inside(number) for number, wrong in enumerate(wrongs) if wrong is not None)
        unsorted = None if variant_keys.is_sorted(key[:-2]) else f"key: {variant_keys.UNSORTED}."
        return next((str(wrong.inside("key")) for wrong in found), unsorted)

    def typed_key(self, key: Key) -> Key:
        return (*variant_keys.ordered(key[:-2]), *key[-2:])

    def owner_key(self, owner: Mapping[str, Any]) -> Key:
        return variants.key_of((owner["product"]["handle"],), variants.pairs(owner))

    def owner_target(self, key: Key) -> Target:
        return Target("variants", key[:-2])


RESOURCE = VariantMetafields()
