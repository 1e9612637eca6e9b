"""Metafield values of products."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..json_text import compact
from ..keys import Key
from ..outcomes import Reason
from ..references import Target
from ..resource import Ask, Fields, Ids, Job, Result, Scopes, Selection, Stream, Talk
from ..values import items_of
from . import _linked_options as linked
from ._linked_losses import TYPE
from ._owned import owned_stream
from ._shapes import HANDLE, WORD
from .metafields import FIELDS, REFERRED, Metafields

_READ = f"""
query ProductMetafields($after: String, $query: String) {{
  products(first: 100, after: $after, query: $query, sortKey: ID) {{
    nodes {{
      id handle
      metafields(first: 25) {{ nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
_OPTIONS = """
query OptionsOfMetafields($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on Metafield {
      id namespace key owner { ... on Product { options { linkedMetafield { namespace key } } } }
    }
  }
}
"""


class ProductMetafields(Metafields):
    name = "product_metafields"
    label = "Product metafields"
    key_is = "handle, namespace, key"
    key_like = "blue-shirt/custom/care"
    key_shape = (HANDLE, WORD, WORD)
    scopes = Scopes(read=("read_products",), write=("write_products",))
    hangs_on = "products"
    echoing = True
    echoed = (
        "The values of an option of its product are kept in it, so that it changes with these alone; change the option "
        "instead, or link it to this metafield in the source, too."
    )
    owner_types = ("PRODUCT",)
    refers_to = REFERRED
    owner_selection = "... on Product { handle }"

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        return [Stream("product_metafields", owned_stream(self, _READ, "products"))]

    def owner_key(self, owner: Mapping[str, Any]) -> Key:
        return (owner["handle"],)

    def owner_target(self, key: Key) -> Target:
        return Target("products", key[:-2])

    def echoing_of(self, owner: Key, fields: Fields, changed: Sequence[str] | None = None) -> Iterator[Key]:
        """A linked option keeps its values in a metafield."""
        for name in linked.made_of(fields.get("options") or (), changed):
            namespace, _, own = name.partition(".")
            yield (*owner, namespace, own)

    def echo(self, wanted: Fields, present: Fields) -> Fields:
        """In which order the values stand is for the option to say. What is of another type is no value of it."""
        if wanted["type"] != present["type"]:
            return wanted
        items, theirs = (items_of(side["value"] or "[]") for side in (wanted, present))
        if items is None or theirs is None:
            return wanted
        if set(items) <= set(theirs):
            return {**wanted, "value": present["value"]}
        return {**wanted, "value": compact([*items, *(item for item in theirs if item not in items)])}

    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        """What an option's values are is left to the option: Shopify makes variants of these, and takes them away."""
        held = yield from self.behind([job.gid for job in jobs if job.gid and job.after["type"] == TYPE])
        results = [Result(job.key, reason=Reason.TYPE_CONFLICT, detail=self.echoed) for job in jobs if job.gid in held]
        return results + (yield from super().write([job for job in jobs if job.gid not in held], ids))

    def behind(self, gids: Sequence[str]) -> Talk[set[str]]:
        if not gids:
            return set()
        data = yield Ask(_OPTIONS, {"ids": list(gids)})
        return {
            node["id"]
            for node in data["nodes"]
            if node and f"{node['namespace']}.{node['key']}" in linked.names_of(node["owner"].get("options") or ())
        }


RESOURCE = ProductMetafields()
