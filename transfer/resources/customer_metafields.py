"""Metafield values of customers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..keys import Key
from ..resource import Reading, Scopes
from ._metafield_definition_reading import foreign
from ._owned import HandleOwned
from ._people import CONTACT, address_at_nobody
from ._shapes import WORD
from .customers import NAMED, key_of
from .metafields import FIELDS

_READ = f"""
query CustomerMetafields($after: String, $query: String) {{
  customers(first: 100, after: $after, query: $query, sortKey: ID) {{
    nodes {{
      id {NAMED}
      metafields(first: 25) {{ nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""


class CustomerMetafields(HandleOwned):
    name = "customer_metafields"
    label = "Customer metafields"
    key_is = "e-mail address or phone number, namespace, key"
    key_like = "anna@example.com/custom/care"
    key_shape = (CONTACT, WORD, WORD)
    optional = "personal data: tick it only where you may copy what is noted about people"
    personal = True
    tells_of = ("customers",)
    scopes = Scopes(read=("read_customers",), write=("write_customers",))
    owner_selection = f"... on Customer {{ {NAMED} }}"
    hangs_on, owner_types = "customers", ("CUSTOMER",)
    document, connection = _READ, "customers"

    def owner_key(self, owner: Mapping[str, Any]) -> Key:
        return key_of(owner)

    def anonymous_key(self, key: Key, alias: Callable[[str], str]) -> Key:
        return (address_at_nobody(key[0], alias), *key[1:])

    def reading(self, node: Mapping[str, Any], owner: Key) -> Reading | None:
        return super().reading(node, owner) if owner[0] else None

    def skipped(self, node: Mapping[str, Any], owner: Key) -> Iterator[tuple[str, str]]:
        """Notes name no person."""
        why = foreign(node["namespace"]) or ("" if owner[0] else "nothing names the customer that it belongs to")
        if why:
            yield f"{node['namespace']}.{node['key']}", why


RESOURCE = CustomerMetafields()
