"""What is in stock of a variant, location by location: only where somebody asks for it.

A record for each variant whose stock is counted. A quantity is set against the one that the plan saw, so that a sale in
between is never written over: such a record is listed, and left alone. What only the target stocks stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from .. import variant_keys
from ..diff import Change
from ..keys import Key
from ..outcomes import Reason
from ..references import Target, parse
from ..resource import (
    Ask,
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
from ..shapes import ListOf, Number, Object, Reference, Text
from . import product_variants as variants
from ._common import paged, read_nodes, refused
from ._shapes import HANDLE

SUFFIX = "?levels"
MOST = 250  # quantities in one request
LARGEST = 1_000_000_000  # https://shopify.dev/docs/api/admin-graphql/latest/enums/InventorySetQuantitiesUserErrorCode

_LEVELS = (
    'nodes { location { id } quantities(names: ["available"]) { name quantity } } pageInfo { hasNextPage endCursor }'
)
_FIELDS = f"""
  id selectedOptions {{ name value }} product {{ handle }}
  inventoryItem {{ id tracked inventoryLevels(first: 10) {{ {_LEVELS} }} }}
"""
_READ = f"""
query InventoryLevels($after: String, $query: String) {{
  productVariants(first: 250, after: $after, query: $query, sortKey: ID) {{
    nodes {{ {_FIELDS} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
_BACK = f"query InventoryLevelsById($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on ProductVariant {{ {_FIELDS} }} }} }}"
_REST = f"""
query MoreInventoryLevels($id: ID!, $after: String) {{
  node(id: $id) {{ ... on InventoryItem {{ inventoryLevels(first: 250, after: $after) {{ {_LEVELS} }} }} }}
}}
"""
_SET = """
mutation SetQuantities($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { field message code } }
}
"""
_FEW = 5
NOT_TRACKED = "The target store does not count the stock of this variant; switch tracking on, then import again."


_LEVEL = Object(
    "a level",
    {"location": Reference("locations"), "available": Number("a whole number", -LARGEST, LARGEST, whole=True)},
)


def _once(fields: Fields) -> str | None:
    """Each location is named once."""
    names = [item["location"] for item in fields["levels"]]
    return "levels must name each location once." if len(set(names)) < len(names) else None


class InventoryLevels(Resource):
    shape = Object("stock", {"levels": ListOf(_LEVEL, "a list of locations", least=1)}, also=_once)
    name = "inventory_levels"
    label = "Quantities in stock"
    key_is = "handle, option names and values"
    key_like = "blue-shirt/Size/M"
    optional = "what is in stock in one place is not in another; a shop that goes live would sell it twice"
    leaves = {
        "quantities committed, reserved, incoming or damaged": "they belong to orders and transfers of one store",
        "stock of variants whose stock is not counted": "there is none",
    }
    scopes = Scopes(
        read=("read_inventory", "read_locations", "read_products"),
        write=("write_inventory", "read_locations", "read_products"),
    )
    gid_types = ()
    refers_to = ("variants", "locations")
    hangs_on = "variants"
    keyed_lists = {"levels": "location"}
    upsert = True
    unique = True
    deletable = False
    batch = 50
    read_batch = 100
    points = 1.0

    # -- reading

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        read = paged(_READ, "productVariants", self._reading, more=_whole)
        return [Stream(self.name, lambda after, _: read(after, None), moves=False)]

    def read_back(self, gids: Sequence[str]) -> Talk[list[Reading]]:
        nodes = yield from _nodes([self.node(gid) for gid in gids])
        return [reading for node in nodes if (reading := self._reading(node)) is not None]

    def owned(self, gids: Sequence[str]) -> Talk[Page]:
        return Page(tuple((yield from self.read_back(gids))), None)

    def node(self, gid: str) -> str:
        return gid.removesuffix(SUFFIX)

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        """Nothing refers to stock, and what is there already is read before anything is written."""
        return {}
        yield  # makes this a conversation, if a silent one

    def _reading(self, node: Mapping[str, Any]) -> Reading | None:
        if not node["inventoryItem"]["tracked"]:
            return None
        levels = [{"location": where, "available": count} for where, count in _present(node).items()]
        key = variants.key_of((node["product"]["handle"],), variants.pairs(node))
        return Reading(self.name, key, f"{node['id']}{SUFFIX}", {"levels": levels}, on=node["id"]) if levels else None

    # -- meaning

    def rewrite(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        """In the order of their names."""
        levels = {
            where: {**item, "location": where}
            for item in fields["levels"]
            if (where := translate(item["location"])) is not None
        }
        return {**fields, "levels": [levels[where] for where in sorted(levels)]}

    def owners(self, key: Key) -> Iterator[Target]:
        yield Target("variants", key)

    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        yield from owned_by(self.owners(key))
        for item in fields["levels"]:
            target = parse(item["location"])
            if target is not None:
                yield Place("levels", target)

    def changes(self, before: Fields, after: Fields) -> list[Change]:
        present = {item["location"]: item["available"] for item in before["levels"]}
        return [
            Change(f"levels.{_title(where)}", present.get(where), wanted)
            for where, wanted in ((item["location"], item["available"]) for item in after["levels"])
            if wanted != present.get(where)
        ]

    def beyond(self, before: Fields, after: Fields) -> str:
        """To take a variant off a location is another thing than to have none of it there."""
        named = {item["location"] for item in after["levels"]}
        more = [_title(item["location"]) for item in before["levels"] if item["location"] not in named]
        places = f"{', '.join(more[:_FEW])}{f' and {len(more) - _FEW:,} more' if len(more) > _FEW else ''}"
        return f"Only the target store has stock of it at {places}, which no import takes away." if more else ""

    def vain(self, fields: Fields) -> bool:
        return not fields["levels"]

    def key_problem(self, key: Key) -> str | None:
        """Behind the handle stand the names and values of the options, two parts for each."""
        if len(key) < 3 or len(key) % 2 == 0:
            return f"the key of stock must be: {self.key_is}; such as {self.key_like}."
        shapes = (HANDLE, *(Text(least=1) for _ in key[1:]))
        wrongs = (shape.wrong(part) for shape, part in zip(shapes, key, strict=True))
        found = (wrong.inside(number) for number, wrong in enumerate(wrongs) if wrong is not None)
        unsorted = None if variant_keys.is_sorted(key) else f"key: {variant_keys.UNSORTED}."
        return next((str(wrong.inside("key")) for wrong in found), unsorted)

    def typed_key(self, key: Key) -> Key:
        return variant_keys.ordered(key)

    # -- writing

    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        gids = {job.key: gid for job in jobs if (gid := ids.gid(Target("variants", job.key))) is not None}
        nodes = {node["id"]: node for node in (yield from _nodes(list(gids.values())))}
        results: dict[Key, Result] = {}
        steps: list[_Step] = []
        for job in jobs:
            node = nodes.get(gids.get(job.key, ""))
            if node is None and job.key in gids:
                detail = "Its variant vanished from the target store meanwhile."
                results[job.key] = Result(job.key, reason=Reason.GONE, detail=detail)
            elif node is None:
                detail = "Its variant is not in the target store."
                results[job.key] = Result(job.key, reason=Reason.MISSING_OWNER, detail=detail)
            elif not node["inventoryItem"]["tracked"]:
                results[job.key] = Result(job.key, reason=Reason.NOT_PERMITTED, detail=NOT_TRACKED)
            else:
                results[job.key] = Result(job.key, f"{node['id']}{SUFFIX}")
                steps += _steps(job, node, ids)
        for start in range(0, len(steps), MOST):
            results |= yield from _set(steps[start : start + MOST])
        return list(results.values())


@dataclass(frozen=True, slots=True)
class _Step:
    """One quantity to be set, for the record of a key."""

    key: Key
    input: Mapping[str, Any]


def _steps(job: Job, node: Mapping[str, Any], ids: Ids) -> Iterator[_Step]:
    """Against what the plan saw; of a variant that this import made, against what is there."""
    present = _present(node)
    if job.before is not None:
        seen = {_gid(item["location"], ids): item["available"] for item in job.before["levels"]}
        present = {where: seen.get(where, count) for where, count in present.items()}
    for item in job.after["levels"]:
        where = _gid(item["location"], ids)
        if where is not None and present.get(where) != item["available"]:
            own = {"inventoryItemId": node["inventoryItem"]["id"], "locationId": where, "quantity": item["available"]}
            yield _Step(job.key, {**own, "changeFromQuantity": present.get(where)})


def _set(steps: Sequence[_Step]) -> Talk[dict[Key, Result]]:
    """Shopify takes all or nothing: a record that it refuses is named and left out, and the others are sent again."""
    failed: dict[Key, Result] = {}
    rest = list(steps)
    while rest:
        given = {"name": "available", "reason": "correction", "quantities": [step.input for step in rest]}
        data = yield Ask(_SET, {"input": given, "key": str(uuid4())}, repeatable=True)
        errors = data["inventorySetQuantities"]["userErrors"]
        if not errors:
            break
        numbers = [int(part) for error in errors for part in error["field"] or () if part.isdigit()]
        named = {rest[number].key for number in numbers if number < len(rest)} or {step.key for step in rest}
        failed |= {key: refused(key, errors) for key in named}
        rest = [step for step in rest if step.key not in named]
    return failed


def _nodes(gids: Sequence[str]) -> Talk[list[Mapping[str, Any]]]:
    nodes: list[Mapping[str, Any]] = []
    yield from read_nodes(_BACK, gids, lambda node: nodes.append(node))
    found = []
    for node in nodes:
        found.append((yield from _whole(node)))
    return found


def _whole(node: Mapping[str, Any]) -> Talk[Mapping[str, Any]]:
    """With the levels of all its locations."""
    item = node["inventoryItem"]
    levels, page = list(item["inventoryLevels"]["nodes"]), item["inventoryLevels"]["pageInfo"]
    while page["hasNextPage"]:
        data = yield Ask(_REST, {"id": item["id"], "after": page["endCursor"]})
        if data["node"] is None:
            break  # deleted while we read: its variant is not there any more when that is asked
        levels += data["node"]["inventoryLevels"]["nodes"]
        page = data["node"]["inventoryLevels"]["pageInfo"]
    return {**node, "inventoryItem": {**item, "inventoryLevels": {"nodes": levels}}}


def _present(node: Mapping[str, Any]) -> dict[str, int]:
    """Location -> what is available there."""
    return {
        level["location"]["id"]: one["quantity"]
        for level in node["inventoryItem"]["inventoryLevels"]["nodes"]
        for one in level["quantities"]
        if one["name"] == "available"
    }


def _gid(location: str, ids: Ids) -> str | None:
    target = parse(location)
    return ids.gid(target) if target is not None else None


def _title(location: str) -> str:
    target = parse(location)
    return target.key[-1] if target is not None else location


RESOURCE = InventoryLevels()
