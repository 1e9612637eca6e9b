"""Metafield values of the shop itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..keys import Key
from ..references import Target
from ..resource import Ask, Ids, Page, Scopes, Selection, Stream, Talk
from ._shapes import WORD
from .metafields import FIELDS, REFERRED, Metafields

_READ = f"""
query ShopMetafields($after: String) {{
  shop {{ metafields(first: 250, after: $after) {{ nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }} }}
}}
"""
_SHOP = "query ShopId { shop { id } }"


class ShopMetafields(Metafields):
    name = "shop_metafields"
    label = "Shop metafields"
    key_is = "namespace, key"
    key_like = "custom/care"
    key_shape = (WORD, WORD)
    scopes = Scopes(read=("read_products",), write=("write_products",))
    owner_types = ("SHOP",)
    refers_to = REFERRED
    owner_selection = "... on Shop { id }"

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        return [Stream("shop_metafields", self._read, moves=False)]

    def _read(self, after: str | None, changed_since: str | None) -> Talk[Page]:
        data = yield Ask(_READ, {"after": after})
        connection = data["shop"]["metafields"]
        readings = [self.reading(node, ()) for node in connection["nodes"]]
        notes = [note for node in connection["nodes"] for note in self.skipped(node, ())]
        page = connection["pageInfo"]
        following = page["endCursor"] if page["hasNextPage"] else None
        return Page(tuple(reading for reading in readings if reading is not None), following, tuple(notes))

    def owner_key(self, owner: Mapping[str, Any]) -> Key:
        return ()

    def owner_target(self, key: Key) -> Target | None:
        return None

    def owner_gid(self, key: Key, ids: Ids) -> Talk[str | None]:
        data = yield Ask(_SHOP)
        return str(data["shop"]["id"])


RESOURCE = ShopMetafields()
