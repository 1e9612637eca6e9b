"""Metafield values of products."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..keys import Key
from ..references import Target
from ..resource import Fields, Scopes, Selection, Stream
from . import _linked_options as linked
from ._owned import owned_stream
from ._shapes import HANDLE, WORD
from .metafields import FIELDS, REFERRED, Metafields

_READ = f"""
query ProductMetafields($after: String, $query: String) {{
  products(first: 100, after: $after, query: $query, sortKey: ID) {{
    nodes {{
      id handle
      metafields(first: 25) {{ nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""


class ProductMetafields(Metafields):
    name = "product_metafields"
    label = "Product metafields"
    key_is = "handle, namespace, key"
    key_like = "blue-shirt/custom/care"
    key_shape = (HANDLE, WORD, WORD)
    scopes = Scopes(read=("read_products",), write=("write_products",))
    hangs_on = "products"
    echoing = True
    owner_types = ("PRODUCT",)
    refers_to = REFERRED
    owner_selection = "... on Product { handle }"

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        return [Stream("product_metafields", owned_stream(self, _READ, "products"))]

    def owner_key(self, owner: Mapping[str, Any]) -> Key:
        return (owner["handle"],)

    def owner_target(self, key: Key) -> Target:
        return Target("products", key[:-2])

    def echoes(self, key: Key, owner: Fields, changed: Sequence[str] | None = None) -> bool:
        """A linked option keeps its values in a metafield."""
        return ".".join(key[-2:]) in linked.made_of(owner["options"], changed)


RESOURCE = ProductMetafields()
