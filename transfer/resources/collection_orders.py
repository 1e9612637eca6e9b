"""The order that a merchant gave to the products of a collection.

A record of its own, written after everything that decides which products a collection holds. Its GID is that of the
collection with a suffix, so that the two are told apart. Only the order of products that both stores have in the
collection is compared: which are in it is for the collection's sources to say.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..diff import Change
from ..governed import Definitions
from ..keys import Key
from ..outcomes import Reason
from ..references import Target, parse
from ..resource import (
    Ask,
    Conceded,
    Fields,
    Ids,
    Job,
    Page,
    Place,
    Reading,
    Resource,
    Result,
    Scopes,
    Selection,
    Stream,
    Talk,
    owned_by,
)
from ..shapes import ListOf, Object, Reference
from ._common import job_done, paged, read_nodes, refused
from ._shapes import HANDLE

MOST = 250  # moves in one request
SUFFIX = "?order"
MANUAL = "MANUAL"
UNSORTED = (
    "In the target store the collection is not sorted by hand; sort it so there, or import the collection as well."
)

_PRODUCTS = "products(first: %d, after: $after, sortKey: MANUAL) { nodes { id } pageInfo { hasNextPage endCursor } }"
_FIELDS = f"id handle sortOrder updatedAt {_PRODUCTS.replace(', after: $after', '') % 100}"
_READ = f"""
query CollectionOrders($after: String, $query: String) {{
  collections(first: 20, after: $after, query: $query, sortKey: ID) {{
    nodes {{ {_FIELDS} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
_BACK = f"query CollectionOrdersById($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Collection {{ {_FIELDS} }} }} }}"
_REST = f"""
query ProductsInOrder($id: ID!, $after: String) {{ collection(id: $id) {{ id sortOrder {_PRODUCTS % 250} }} }}
"""
_REORDER = """
mutation ReorderCollection($id: ID!, $moves: [MoveInput!]!) {
  collectionReorderProducts(id: $id, moves: $moves) { job { id done } userErrors { field message code } }
}
"""


class CollectionOrders(Resource):
    name = "collection_orders"
    label = "Orders of products in collections"
    key_is = "handle of the collection"
    key_like = "summer"
    shape = Object("an order", {"products": ListOf(Reference("products"), "a list of references", distinct=True)})
    key_shape = (HANDLE,)
    lasting = {
        "products": "an order can be changed, and not taken away",
    }
    scopes = Scopes(read=("read_products",), write=("write_products",))
    gid_types = ()
    # The metafields are no references: sources look at them, and decide by them which products there are to order.
    refers_to = ("collections", "products", "product_metafields", "variant_metafields")
    hangs_on = "collections"
    upsert = True
    unique = True
    deletable = False  # an order can be changed, not taken away
    read_batch = 20

    # -- reading

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        return [Stream(self.name, paged(_READ, "collections", _ordered, more=_whole))]

    def read_back(self, gids: Sequence[str]) -> Talk[list[Reading]]:
        nodes: list[Mapping[str, Any]] = []
        yield from read_nodes(_BACK, [self.node(gid) for gid in gids], lambda node: nodes.append(node))
        readings = []
        for node in nodes:
            if node["sortOrder"] == MANUAL:
                readings.append(_reading((yield from _whole(node))))
        return readings

    def owned(self, gids: Sequence[str]) -> Talk[Page]:
        nodes: list[Mapping[str, Any]] = []
        for start in range(0, len(gids), self.read_batch):
            yield from read_nodes(_BACK, gids[start : start + self.read_batch], lambda node: nodes.append(node))
        readings = []
        for node in nodes:
            readings.append(_ordered((yield from _whole(node))))
        return Page(tuple(reading for reading in readings if reading is not None), None)

    def node(self, gid: str) -> str:
        return gid.removesuffix(SUFFIX)

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        """Nothing refers to an order, and giving one again is harmless, so none is ever looked for."""
        return {}
        yield  # makes this a conversation, if a silent one

    # -- meaning

    def rewrite(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        return {**fields, "products": [new for text in fields["products"] if (new := translate(text)) is not None]}

    def owners(self, key: Key) -> Iterator[Target]:
        yield Target("collections", key)

    def made_by(self, key: Key, fields: Fields) -> Iterator[Target]:
        yield from self.owners(key)

    def confined(self, key: Key, before: Fields | None, after: Fields, definitions: Definitions) -> Conceded | None:
        """Only of a collection that is sorted by hand the products have an order of their own."""
        sorted_ = ((own or {}).get("sortOrder") or MANUAL for own in map(definitions.get, self.owners(key)))
        return Conceded(None, (UNSORTED,)) if any(order != MANUAL for order in sorted_) else None

    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        yield from owned_by(self.owners(key))
        for text in fields["products"]:
            target = parse(text)
            if target is not None:
                yield Place("products", target)

    def vain(self, fields: Fields) -> bool:
        return not fields["products"]

    def void(self, fields: Fields) -> bool:
        """Where there is nothing to put into order there is no record."""
        return len(fields["products"]) < 2

    def changes(self, before: Fields, after: Fields) -> list[Change]:
        common = set(before["products"]) & set(after["products"])
        present, wanted = ([one for one in fields["products"] if one in common] for fields in (before, after))
        return [Change("products", present, wanted)] if present != wanted else []

    def awaits(self, key: Key, before: Fields, after: Fields) -> Iterator[tuple[Target, str]]:
        """A product that comes into the collection comes to stand at its end, or wherever it stood before."""
        coming = [target for text in after["products"] if text not in before["products"] and (target := parse(text))]
        yield from ((target, "products") for target in (*coming, *(self.owners(key) if coming else ())))

    # -- writing

    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        (job,) = jobs
        gid = ids.gid(Target("collections", job.key))
        if gid is None:
            return [Result(job.key, reason=Reason.MISSING_OWNER, detail="Its collection is not in the target store.")]
        order, present = yield from _products(gid)
        if order != MANUAL:
            return [Result(job.key, reason=Reason.TYPE_CONFLICT, detail=UNSORTED)]
        wanted = [own for text in job.after["products"] if (target := parse(text)) and (own := ids.gid(target))]
        moves = moves_between(present, wanted)
        for start in range(0, len(moves), MOST):
            some = [{"id": product, "newPosition": str(place)} for product, place in moves[start : start + MOST]]
            payload = (yield Ask(_REORDER, {"id": gid, "moves": some}))["collectionReorderProducts"]
            if payload["userErrors"]:
                return [refused(job.key, payload["userErrors"])]
            if not (yield from job_done(payload["job"])) and start + MOST < len(moves):
                detail = "Shopify is still at work on the first part of the order; import again to go on."
                return [Result(job.key, reason=Reason.REFUSED, detail=detail)]
        return [Result(job.key, f"{gid}{SUFFIX}")]


def moves_between(present: Sequence[str], wanted: Sequence[str]) -> list[tuple[str, int]]:
    """The fewest moves, one after the other, that bring those of `present` which are `wanted` into that order.

    What stands in its order already (a longest such run) stays; each of the others goes right behind the one that it
    should follow. `(product, position)`: the position at the time of the move.
    """
    have = set(present)
    order = [product for product in wanted if product in have]
    place = {product: number for number, product in enumerate(order)}
    staying = _longest_ascending([place[product] for product in present if product in place])
    now, moves = list(present), []
    for number, product in enumerate(order):
        if number in staying:
            continue
        now.remove(product)
        at = now.index(order[number - 1]) + 1 if number else _first(now, place)
        now.insert(at, product)
        moves.append((product, at))
    return moves


def _first(now: Sequence[str], place: Mapping[str, int]) -> int:
    return next((number for number, product in enumerate(now) if product in place), 0)


def _longest_ascending(numbers: Sequence[int]) -> set[int]:
    """The members of a longest ascending subsequence (patience sorting)."""
    tails: list[int] = []
    before: dict[int, int | None] = {}
    for number in numbers:
        at = bisect_left(tails, number)
        before[number] = tails[at - 1] if at else None
        tails[at : at + 1] = [number]
    found: set[int] = set()
    member = tails[-1] if tails else None
    while member is not None:
        found.add(member)
        member = before[member]
    return found


def _products(gid: str) -> Talk[tuple[str, list[str]]]:
    """By what the collection is sorted, and its products as somebody put them."""
    found: list[str] = []
    after = None
    while True:
        collection = (yield Ask(_REST, {"id": gid, "after": after}))["collection"]
        if collection is None:
            return MANUAL, found
        found += [node["id"] for node in collection["products"]["nodes"]]
        if not collection["products"]["pageInfo"]["hasNextPage"]:
            return collection["sortOrder"], found
        after = collection["products"]["pageInfo"]["endCursor"]


def _whole(node: Mapping[str, Any]) -> Talk[Mapping[str, Any]]:
    """A collection in the merchant's order, with all of its products; of others, nobody asks."""
    if node["sortOrder"] != MANUAL or not node["products"]["pageInfo"]["hasNextPage"]:
        return node
    _, products = yield from _products(node["id"])
    return {**node, "products": {"nodes": [{"id": gid} for gid in products]}}


def _ordered(node: Mapping[str, Any]) -> Reading | None:
    """Where there is nothing to put into order there is no record."""
    return _reading(node) if node["sortOrder"] == MANUAL and len(node["products"]["nodes"]) > 1 else None


def _reading(node: Mapping[str, Any]) -> Reading:
    fields = {"products": [product["id"] for product in node["products"]["nodes"]]}
    return Reading("collection_orders", (node["handle"],), f"{node['id']}{SUFFIX}", fields, node["updatedAt"])


RESOURCE = CollectionOrders()
