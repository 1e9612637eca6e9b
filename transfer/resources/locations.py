"""Locations: where stock is counted. A store pays for them, staff work there: no import makes one."""

from __future__ import annotations

from ..resource import Scopes
from ._given import Given

_READ = """
query Locations($after: String) {
  locations(first: 250, after: $after, sortKey: ID) { nodes { id name } pageInfo { hasNextPage endCursor } }
}
"""


class Locations(Given):
    name = "locations"
    label = "Locations"
    key_is = "name"
    key_like = "Main warehouse"
    given = (
        "The target store has no location of this name, or several. Add it in Settings > Locations, then import again."
    )
    leaves = {
        "locations that the target store does not have": "a plan allows so many, and each has an address, staff and "
        "delivery of its own; only a person can add one",
        "addresses, pickup and delivery of locations": "they are settings of the store; set them in the admin",
        "deactivated locations and those of fulfillment apps": "nothing can be stocked there by another app",
    }
    scopes = Scopes(read=("read_locations",), write=("read_locations",))
    gid_types = ("Location",)
    identify = {"Location": "name"}
    document, connection = _READ, "locations"


RESOURCE = Locations()
