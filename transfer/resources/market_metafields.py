"""Metafield values of markets."""

from __future__ import annotations

from ..resource import Scopes
from ._owned import HandleOwned
from .metafields import FIELDS, REFERRED

_READ = f"""
query MarketMetafields($after: String, $query: String) {{
  markets(first: 50, after: $after, query: $query, sortKey: ID) {{
    nodes {{
      id handle
      metafields(first: 25) {{ nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""


class MarketMetafields(HandleOwned):
    name = "market_metafields"
    label = "Market metafields"
    key_is = "handle, namespace, key"
    key_like = "germany/custom/care"
    scopes = Scopes(read=("read_markets",), write=("write_markets",))
    owner_selection = "... on Market { handle }"
    refers_to = ("markets", *REFERRED)
    hangs_on, owner_types = "markets", ("MARKET",)
    document, connection = _READ, "markets"
    moves = False


RESOURCE = MarketMetafields()
