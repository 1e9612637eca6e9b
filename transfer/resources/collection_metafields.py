"""Metafield values of collections."""

from __future__ import annotations

from ..resource import Scopes
from ._owned import HandleOwned
from .metafields import FIELDS

_READ = f"""
query CollectionMetafields($after: String, $query: String) {{
  collections(first: 100, after: $after, query: $query, sortKey: ID) {{
    nodes {{
      id handle
      metafields(first: 25) {{ nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""


class CollectionMetafields(HandleOwned):
    name = "collection_metafields"
    label = "Collection metafields"
    key_is = "handle, namespace, key"
    key_like = "summer/custom/care"
    scopes = Scopes(read=("read_products",), write=("write_products",))
    owner_selection = "... on Collection { handle }"
    hangs_on, owner_types = "collections", ("COLLECTION",)
    document, connection = _READ, "collections"


RESOURCE = CollectionMetafields()
