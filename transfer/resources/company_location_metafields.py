"""Metafield values of companies' locations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..keys import Key
from ..references import Target
from ..resource import Ask, Fields, Ids, Talk
from . import _business as business
from . import company_locations
from ._business_metafields import BusinessMetafields
from ._shapes import WORD
from .metafields import FIELDS, REFERRED

_READ = f"""
query CompanyLocationMetafields($after: String, $query: String) {{
  companyLocations(first: 100, after: $after, query: $query, sortKey: ID) {{
    nodes {{
      id {company_locations.NAMED}
      metafields(first: 25) {{ nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
_OF_NAME = f"""
query CompanyLocationsOfName($query: String!) {{
  companyLocations(first: 50, query: $query) {{ nodes {{ id {company_locations.NAMED} }} }}
}}
"""


class CompanyLocationMetafields(BusinessMetafields):
    name = "company_location_metafields"
    label = "Metafields of companies' locations"
    key_is = "key of the location, namespace, key"
    key_like = "name/Hotel Nord/name/Berlin/custom/care"
    key_shape = (*business.KEY, *business.KEY, WORD, WORD)
    tells_of = ("companies", "company_locations")
    keyed_by = "companies"
    owner_selection = f"... on CompanyLocation {{ {company_locations.NAMED} }}"
    refers_to = ("company_locations", *REFERRED)
    hangs_on, owner_types = "company_locations", ("COMPANY_LOCATION",)
    document, connection = _READ, "companyLocations"

    def same(self, key: Key, other: Key, before: Fields | None) -> bool:
        return business.same(key, other)

    def owner_gid(self, key: Key, ids: Ids) -> Talk[str | None]:
        """Of two locations of a company that share their name, nobody can say whose it is."""
        gid = yield from super().owner_gid(key, ids)
        if gid is None or key[2] == business.ID:
            return gid
        company = ids.gid(Target("companies", key[:2])) or ""
        text = f"company_id:{company.rsplit('/', 1)[-1]} AND {business.term(key[2:4])}"
        nodes = (yield Ask(_OF_NAME, {"query": text}))["companyLocations"]["nodes"]
        return gid if sum(company_locations.key_of(node) == key[:4] for node in nodes) < 2 else None

    def owner_key(self, owner: Mapping[str, Any]) -> Key:
        return company_locations.key_of(owner)


RESOURCE = CompanyLocationMetafields()
