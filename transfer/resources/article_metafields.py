"""Metafield values of articles, their SEO title and description among them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..keys import Key
from ..resource import Scopes
from ._owned import HandleOwned
from ._shapes import HANDLE, WORD, handle
from .metafields import FIELDS

_READ = f"""
query ArticleMetafields($after: String, $query: String) {{
  articles(first: 100, after: $after, query: $query, sortKey: ID) {{
    nodes {{
      id handle blog {{ handle }}
      metafields(first: 25) {{ nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""


class ArticleMetafields(HandleOwned):
    name = "article_metafields"
    label = "Article metafields"
    seo = True
    key_is = "blog handle, handle, namespace, key"
    key_like = "news/our-first-year/custom/care"
    key_shape = (HANDLE, handle(265), WORD, WORD)
    scopes = Scopes(read=("read_content",), write=("write_content",))
    owner_selection = "... on Article { handle blog { handle } }"
    hangs_on, owner_types = "articles", ("ARTICLE",)
    keyed_by = "blogs"
    document, connection = _READ, "articles"

    def owner_key(self, owner: Mapping[str, Any]) -> Key:
        return (owner["blog"]["handle"], owner["handle"])


RESOURCE = ArticleMetafields()
