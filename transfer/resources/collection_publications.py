"""On which sales channels collections are."""

from __future__ import annotations

from ..resource import Scopes
from ._published import FIELDS, Published

_READ = f"""
query CollectionPublications($after: String, $query: String) {{
  collections(first: 250, after: $after, query: $query, sortKey: ID) {{
    nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
_BACK = f"query CollectionPublicationsById($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Collection {{ {FIELDS} }} }} }}"


class CollectionPublications(Published):
    name = "collection_publications"
    label = "Collections on sales channels"
    key_is = "handle of the collection"
    key_like = "summer"
    scopes = Scopes(read=("read_products", "read_publications"), write=("write_publications", "read_products"))
    hangs_on = "collections"
    # The others are no references: a collection is shown when its products are, and in their order.
    refers_to = (
        "collections",
        "sales_channels",
        "collection_metafields",
        "collection_orders",
        "product_publications",
    )
    document, back = _READ, _BACK


RESOURCE = CollectionPublications()
