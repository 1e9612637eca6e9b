"""Metafield values of blogs, their SEO title and description among them."""

from __future__ import annotations

from ..resource import Scopes
from ._owned import HandleOwned
from .metafields import FIELDS, REFERRED

_READ = f"""
query BlogMetafields($after: String, $query: String) {{
  blogs(first: 100, after: $after, query: $query, sortKey: ID) {{
    nodes {{
      id handle
      metafields(first: 25) {{ nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""


class BlogMetafields(HandleOwned):
    name = "blog_metafields"
    label = "Blog metafields"
    seo = True
    key_is = "handle, namespace, key"
    key_like = "news/custom/care"
    scopes = Scopes(read=("read_content",), write=("write_content",))
    owner_selection = "... on Blog { handle }"
    refers_to = ("blogs", *REFERRED)
    hangs_on, owner_types = "blogs", ("BLOG",)
    document, connection = _READ, "blogs"


RESOURCE = BlogMetafields()
