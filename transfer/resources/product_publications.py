"""On which sales channels products are."""

from __future__ import annotations

from ..resource import Scopes
from ._published import FIELDS, Published

_READ = f"""
query ProductPublications($after: String, $query: String) {{
  products(first: 250, after: $after, query: $query, sortKey: ID) {{
    nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
_BACK = f"query ProductPublicationsById($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Product {{ {FIELDS} }} }} }}"


class ProductPublications(Published):
    name = "product_publications"
    label = "Products on sales channels"
    key_is = "handle of the product"
    key_like = "blue-shirt"
    scopes = Scopes(read=("read_products", "read_publications"), write=("write_publications", "read_products"))
    hangs_on = "products"
    # The values and orders are no references: nothing is shown to customers before it is whole.
    refers_to = ("products", "sales_channels", "product_metafields", "variant_metafields")
    document, back = _READ, _BACK


RESOURCE = ProductPublications()
