"""Which metafields the pages of the Shopify admin show, and in which order: the pins of one kind of owner.

A record of its own per kind of owner, written after the definitions: a pin gets its place by being the last one that
was set, so that an order can only be made pin by pin. Definitions that only the target has keep their pins.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from shopify_client import AccessDenied

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
)
from ..shapes import ListOf, Object, OneOf, Reference
from ._common import refused
from ._metafield_definition_reading import foreign
from ._owners import OWNERS, may_not_read

_FEW = 5  # pins that a sentence names
MARK = "?pins="  # pins have no GID of their own: theirs is the store's, with the owner type behind it

_READ = """
query MetafieldPins($ownerType: MetafieldOwnerType!, $after: String) {
  metafieldDefinitions(ownerType: $ownerType, first: 100, after: $after) {
    nodes { id namespace key pinnedPosition } pageInfo { hasNextPage endCursor }
  }
  shop { id }
}
"""
# The last pin stands last, so that a pin is moved to the end by taking it off and setting it again.
_PIN = """
mutation PinDefinition($id: ID!) {
  unpin: metafieldDefinitionUnpin(definitionId: $id) { userErrors { field message code } }
  pin: metafieldDefinitionPin(definitionId: $id) { userErrors { field message code } }
}
"""
_UNPIN = """
mutation UnpinDefinition($id: ID!) {
  metafieldDefinitionUnpin(definitionId: $id) { userErrors { field message code } }
}
"""


BARRED = "Not pinned: {}, in the target store for some categories of products only; Shopify pins no such definition."
_DEFINITIONS = ListOf(Reference("metafield_definitions"), "a list of references", distinct=True)


def _named_once(fields: Fields) -> str | None:
    """A definition is pinned or unpinned, and not both."""
    both = set(fields["pinned"]) & set(fields["unpinned"])
    return "a definition is pinned or unpinned, and is named once." if both else None


class MetafieldPins(Resource):
    name = "metafield_pins"
    label = "Pins of metafields"
    key_is = "owner type"
    key_like = "PRODUCT"
    shape = Object("pins", {"pinned": _DEFINITIONS, "unpinned": _DEFINITIONS}, also=_named_once)
    key_shape = (OneOf(*OWNERS),)
    scopes = Scopes(read=("read_products",), write=("write_products",))
    gid_types = ()
    refers_to = ("metafield_definitions",)
    upsert = True
    unique = True
    deletable = False  # a definition is pinned or not; there is no record to take away
    nothing = {"pinned": [], "unpinned": []}  # a kind of owner with no pins has no record
    read_batch = 10
    parts = OWNERS
    looser = True

    # -- reading

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        owners = [owner for owner in OWNERS if not selection.owner_types or owner in selection.owner_types]
        return [Stream(f"{self.name}/{owner}", _stream(owner, selection.namespaces), moves=False) for owner in owners]

    def part(self, key: Key) -> str:
        return key[0] if key else ""

    def read_back(self, gids: Sequence[str]) -> Talk[list[Reading]]:
        readings = []
        for gid in gids:
            owner = gid.rpartition(MARK)[2]
            readings.append(_reading(owner, *(yield from _definitions(owner))))
        return readings

    def node(self, gid: str) -> str:
        return gid.rpartition(MARK)[0]

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        """Where nothing is pinned, or the app may not know, there is nothing to be found."""
        found = {}
        for target in targets:
            for reading in (yield from _stream(target.key[0], frozenset())(None, None)).readings:
                found[target] = reading.gid
        return found

    # -- meaning

    def rewrite(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        return {
            name: [new for text in fields[name] if (new := translate(text)) is not None]
            for name in ("pinned", "unpinned")
        }

    def chosen(self, fields: Fields, namespaces: Collection[str]) -> Fields:
        return {
            name: [one for one in own if (target := parse(one)) is None or target.key[1] in namespaces]
            for name, own in fields.items()
        }

    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        for name in ("pinned", "unpinned"):
            for text in fields[name]:
                target = parse(text)
                if target is not None:
                    yield Place(name, target)

    def normalise(self, fields: Fields) -> Fields:
        return {"pinned": fields["pinned"], "unpinned": sorted(fields["unpinned"])}

    def changes(self, before: Fields, after: Fields) -> list[Change]:
        wanted, unwanted = after["pinned"], set(after["unpinned"])
        found = []
        if [one for one in before["pinned"] if one in set(wanted)] != wanted:
            found.append(Change("pinned", before["pinned"], wanted))
        if gone := [one for one in before["pinned"] if one in unwanted]:
            found.append(Change("unpinned", gone, []))
        return found

    def meant(self, before: Fields, said: Fields) -> Fields:
        """A row that empties the list of what is pinned means that nothing is."""
        return self.replaced(before, said) if said.get("pinned") == [] else said

    def replaced(self, before: Fields, said: Fields) -> Fields:
        """REPLACE takes off the pins that the row does not name."""
        pinned = said.get("pinned") or []
        others = (one for one in (*before["unpinned"], *before["pinned"]) if one not in pinned)
        return {**said, "pinned": pinned, "unpinned": list(dict.fromkeys((*(said.get("unpinned") or ()), *others)))}

    def beyond(self, before: Fields, after: Fields) -> str:
        """Of definitions that the source does not have it says nothing."""
        named = {*after["pinned"], *after["unpinned"]}
        more = [".".join(target.key[1:]) for one in before["pinned"] if one not in named and (target := parse(one))]
        pins = f"{', '.join(more[:_FEW])}{f' and {len(more) - _FEW:,} more' if len(more) > _FEW else ''}"
        return f"Only the target store has pinned {pins}, which no import takes off." if more else ""

    def made_by(self, key: Key, fields: Fields) -> Iterator[Target]:
        yield from filter(None, map(parse, fields["pinned"]))

    def confined(self, key: Key, before: Fields | None, after: Fields, definitions: Definitions) -> Conceded | None:
        """Definitions that are for some categories only, in the target as it will stand, are not pinned."""
        constrained = {str(target) for target, own in definitions.items() if own and _constrained(own)}
        rest = [one for one in after["pinned"] if one not in constrained]
        if rest == after["pinned"]:
            return None
        barred = [".".join(target.key[1:]) for one in after["pinned"] if one in constrained and (target := parse(one))]
        few = f"{', '.join(barred[:_FEW])}{f' and {len(barred) - _FEW:,} more' if len(barred) > _FEW else ''}"
        left = None if before is None and not rest else {**after, "pinned": rest}
        return Conceded(left, (BARRED.format(few),))

    def vain(self, fields: Fields) -> bool:
        return not fields["pinned"] and not fields["unpinned"]

    # -- writing

    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        (job,) = jobs
        wanted, unwanted = (_here(job.after[name], ids) for name in ("pinned", "unpinned"))
        store, nodes = yield from _definitions(job.key[0])
        present = _pinned(nodes)
        for gid in [one for one in present if one in unwanted]:
            errors = (yield Ask(_UNPIN, {"id": gid}, repeatable=True))["metafieldDefinitionUnpin"]["userErrors"]
            if errors and errors[0]["code"] != "NOT_PINNED":
                return [refused(job.key, errors)]
            present.remove(gid)
        missed = []
        for gid in moves(present, list(wanted)):
            errors = (yield Ask(_PIN, {"id": gid}, repeatable=True))["pin"]["userErrors"]
            if errors:
                missed.append(f"{wanted.get(gid, gid)} ({errors[0]['message']})")
        if missed:
            detail = f"Not pinned: {', '.join(missed[:5])}{' and others' if len(missed) > 5 else ''}."
            return [Result(job.key, reason=Reason.REFUSED, detail=detail)]
        return [Result(job.key, f"{store}{MARK}{job.key[0]}")]


def moves(present: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """What has to be pinned (again), one after the other, so that the pins stand in the wanted order.

    Those that are not wanted keep their places between the others; what is not pinned yet comes last.
    """
    rest = list(wanted)
    mine = set(wanted)
    final = [rest.pop(0) if one in mine else one for one in present] + rest
    first = next((n for n, one in enumerate(final) if n >= len(present) or present[n] != one), len(final))
    return final[first:]


def _constrained(definition: Fields) -> bool:
    return bool((definition.get("constraints") or {}).get("key"))


def _here(texts: Sequence[str], ids: Ids) -> dict[str, str]:
    """GID in the target -> what people call the definition, in the order of `texts`."""
    found = {gid: target for text in texts if (target := parse(text)) and (gid := ids.gid(target))}
    return {gid: ".".join(target.key[1:]) for gid, target in found.items()}


def _stream(owner: str, namespaces: frozenset[str]) -> Callable[[str | None, str | None], Talk[Page]]:
    def read(after: str | None, changed_since: str | None) -> Talk[Page]:
        try:
            store, nodes = yield from _definitions(owner)
        except AccessDenied:
            return Page((), None, ((owner, may_not_read(owner)),))
        reading = _reading(owner, store, [node for node in nodes if not namespaces or node["namespace"] in namespaces])
        return Page((reading,) if reading.fields["pinned"] else (), None)

    return read


def _definitions(owner: str) -> Talk[tuple[str, list[Mapping[str, Any]]]]:
    """The store's GID, and all definitions on a kind of owner that are ours to carry."""
    found: list[Mapping[str, Any]] = []
    after = None
    while True:
        data = yield Ask(_READ, {"ownerType": owner, "after": after})
        page = data["metafieldDefinitions"]
        found += [node for node in page["nodes"] if not foreign(node["namespace"])]
        if not page["pageInfo"]["hasNextPage"]:
            return data["shop"]["id"], found
        after = page["pageInfo"]["endCursor"]


def _pinned(nodes: Sequence[Mapping[str, Any]]) -> list[str]:
    return [node["id"] for node in sorted(filter(_is_pinned, nodes), key=lambda node: int(node["pinnedPosition"]))]


def _is_pinned(node: Mapping[str, Any]) -> bool:
    return node["pinnedPosition"] is not None


def _reading(owner: str, store: str, nodes: Sequence[Mapping[str, Any]]) -> Reading:
    others = [node for node in nodes if not _is_pinned(node)]
    others.sort(key=lambda node: (node["namespace"].encode(), node["key"].encode()))
    fields = {"pinned": _pinned(nodes), "unpinned": [node["id"] for node in others]}
    return Reading("metafield_pins", (owner,), f"{store}{MARK}{owner}", fields)


RESOURCE = MetafieldPins()
