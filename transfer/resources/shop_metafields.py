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

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        if not targets:
            return {}
        head = ", ".join(f"$n{number}: String!, $k{number}: String!" for number in range(len(targets)))
        body = " ".join(f"t{n}: metafield(namespace: $n{n}, key: $k{n}) {{ id }}" for n in range(len(targets)))
        names = {f"{word}{n}": part for n, t in enumerate(targets) for word, part in zip("nk", t.key, strict=True)}
        found = (yield Ask(f"query LocateShopMetafields({head}) {{ shop {{ {body} }} }}", names))["shop"]
        return {target: found[f"t{n}"]["id"] for n, target in enumerate(targets) if found[f"t{n}"]}

    def owner_key(self, owner: Mapping[str, Any]) -> Key:
        return ()

    def owner_target(self, key: Key) -> Target | None:
        return None

    def owner_gid(self, key: Key, ids: Ids) -> Talk[str | None]:
        data = yield Ask(_SHOP)
        return str(data["shop"]["id"])


RESOURCE = ShopMetafields()
