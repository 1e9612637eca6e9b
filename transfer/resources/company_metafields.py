"""Metafield values of companies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..keys import Key
from ..resource import Fields
from . import _business as business
from ._business_metafields import BusinessMetafields
from ._shapes import WORD
from .metafields import FIELDS, REFERRED

_READ = f"""
query CompanyMetafields($after: String, $query: String) {{
  companies(first: 100, after: $after, query: $query, sortKey: ID) {{
    nodes {{
      id {business.NAMED}
      metafields(first: 25) {{ nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""


class CompanyMetafields(BusinessMetafields):
    name = "company_metafields"
    label = "Company metafields"
    key_is = "key of the company, namespace, key"
    key_like = "name/Hotel Nord/custom/care"
    key_shape = (*business.KEY, WORD, WORD)
    tells_of = ("companies",)
    owner_selection = f"... on Company {{ {business.NAMED} }}"
    refers_to = REFERRED
    hangs_on, owner_types = "companies", ("COMPANY",)
    document, connection = _READ, "companies"

    def same(self, key: Key, other: Key, before: Fields | None) -> bool:
        return business.same(key, other)

    def owner_key(self, owner: Mapping[str, Any]) -> Key:
        return business.key_of(owner)


RESOURCE = CompanyMetafields()
