"""Metafield values of locations. Of two locations that are called alike nobody can say whose they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ..keys import Key
from ..resource import Page, Scopes, Selection, Stream, Talk
from ..shapes import Text
from . import locations
from ._owned import HandleOwned, owned_stream
from ._shapes import WORD
from .metafields import FIELDS, REFERRED

_READ = f"""
query LocationMetafields($after: String, $query: String) {{
  locations(first: 50, after: $after, query: $query, sortKey: ID) {{
    nodes {{
      id name
      metafields(first: 25) {{ nodes {{ {FIELDS} }} pageInfo {{ hasNextPage endCursor }} }}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""


class LocationMetafields(HandleOwned):
    name = "location_metafields"
    label = "Location metafields"
    key_is = "name of the location, namespace, key"
    key_like = "Main warehouse/custom/care"
    scopes = Scopes(read=("read_locations",), write=("write_locations",))
    owner_selection = "... on Location { name }"
    refers_to = ("locations", *REFERRED)
    hangs_on, owner_types = "locations", ("LOCATION",)
    key_shape = (Text("a name", least=1), WORD, WORD)
    document, connection = _READ, "locations"

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        return [Stream(self.name, self._read, moves=False)]

    def _read(self, after: str | None, changed_since: str | None) -> Talk[Page]:
        names = Counter((yield from locations.RESOURCE.all()).values())
        page = yield from owned_stream(self, self.document, self.connection)(after, None)
        kept = tuple(one for one in page.readings if names[one.key[0]] < 2)
        notes = {" / ".join(one.key) for one in page.readings if names[one.key[0]] > 1} if changed_since is None else ()
        why = "the store has several locations of this name, and nobody can say which is meant"
        return Page(kept, page.after, (*page.skipped, *((what, why) for what in sorted(notes))))

    def owner_key(self, owner: Mapping[str, Any]) -> Key:
        return (owner["name"],)


RESOURCE = LocationMetafields()
