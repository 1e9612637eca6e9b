"""Metafield values of pages, their SEO title and description among them."""

from __future__ import annotations

from ..resource import Scopes
from ._owned import HandleOwned
from .metafields import FIELDS

_READ = f"""
query PageMetafields($after: String, $query: String) {{
  pages(first: 100, after: $after, query: $query, sortKey: ID) {{
    nodes {{
      id handle
      metafields(first: 25) {{ nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""


class PageMetafields(HandleOwned):
    name = "page_metafields"
    label = "Page metafields"
    seo = True
    key_is = "handle, namespace, key"
    key_like = "about-us/custom/care"
    scopes = Scopes(read=("read_content",), write=("write_content",))
    owner_selection = "... on Page { handle }"
    hangs_on, owner_types = "pages", ("PAGE",)
    document, connection = _READ, "pages"


RESOURCE = PageMetafields()
