"""Metafield values of discounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..keys import Key
from ..resource import Ask, Ids, Reading, Scopes, Talk
from . import _discount_documents as documents
from . import _discount_fields as discount
from ._discount_shapes import KEY
from ._owned import HandleOwned
from ._shapes import WORD
from .metafields import FIELDS, REFERRED

_READ = f"""
query DiscountMetafields($after: String, $query: String) {{
  discountNodes(first: 25, after: $after, query: $query, sortKey: ID) {{
    nodes {{
      id {documents.NAME}
      metafields(first: 25) {{ nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
OF_AN_APP = "they belong to a discount that an app's function makes"


class DiscountMetafields(HandleOwned):
    name = "discount_metafields"
    label = "Discount metafields"
    key_is = "key of the discount, namespace, key"
    key_like = "code/summer24/custom/care"
    key_shape = (*KEY, WORD, WORD)
    scopes = Scopes(read=("read_discounts",), write=("write_discounts",))
    owner_selection = documents.OWNER
    refers_to = ("discounts", *REFERRED)
    hangs_on, owner_types = "discounts", ("DISCOUNT",)
    document, connection = _READ, "discountNodes"
    unique = False  # two automatic discounts may share their title
    ownerless = "Its discount is not in the target store, or several there have its title."

    def owner_key(self, owner: Mapping[str, Any]) -> Key:
        return discount.key_of(owner["discount"]) or ()

    def owner_gid(self, key: Key, ids: Ids) -> Talk[str | None]:
        """Which of two that share their title is meant, nobody can say."""
        gid = yield from super().owner_gid(key, ids)
        if gid is None or key[0] != documents.AUTOMATIC:
            return gid
        return gid if (yield from _titled(key[1])) == 1 else None

    def reading(self, node: Mapping[str, Any], owner: Key) -> Reading | None:
        return super().reading(node, owner) if owner else None

    def skipped(self, node: Mapping[str, Any], owner: Key) -> Iterator[tuple[str, str]]:
        if owner:
            yield from super().skipped(node, owner)
        else:
            yield f"{node['namespace']}.{node['key']}", OF_AN_APP


def _titled(title: str) -> Talk[int]:
    """How many automatic discounts there are of a title."""
    found, after = 0, None
    while True:
        page = (yield Ask(documents.TITLES, {"after": after}))["automaticDiscountNodes"]
        found += sum(discount.key_of(node["discount"]) == (documents.AUTOMATIC, title) for node in page["nodes"])
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


RESOURCE = DiscountMetafields()
