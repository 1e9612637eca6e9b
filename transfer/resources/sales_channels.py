"""Sales channels: where products and collections can be published. A person adds them to a store, each with its app."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..resource import Scopes
from ._given import Given

_READ = """
query SalesChannels($after: String) {
  publications(first: 250, after: $after, catalogType: APP) {
    nodes { id catalog { title } } pageInfo { hasNextPage endCursor }
  }
}
"""


class SalesChannels(Given):
    name = "sales_channels"
    label = "Sales channels"
    key_is = "name"
    key_like = "Online Store"
    given = (
        "The target store has no sales channel of this name, or several. Add it in Settings > Apps and sales channels, "
        "then import again."
    )
    leaves = {
        "channels that the target store does not have": "each belongs to an app, which a person has to install",
        "what only a market or a company may see": "markets' and companies' catalogs differ from store to store",
    }
    scopes = Scopes(read=("read_publications", "read_products"), write=("read_publications", "read_products"))
    gid_types = ("Publication",)
    identify = {"Publication": "catalog { title }"}
    document, connection = _READ, "publications"

    def name_of(self, node: Mapping[str, Any]) -> str:
        return str(node["catalog"]["title"]) if node["catalog"] else ""


RESOURCE = SalesChannels()
