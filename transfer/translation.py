"""GIDs of one shop, and the natural keys that they stand for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby

from shopify_client import ShopifyError

from .halves import by_halves
from .links import is_link
from .references import Target, dangling, gid_type, is_local_gid
from .registry import by_gid_type, owner
from .resource import Ask, Fields, Resource, Talk
from .storefront import external_host, storefront
from .talk import REFUSALS, ask_all
from .work import Desk, Id

LOOKUP = 250  # ids in one `nodes(ids:)`: the most that an array argument may hold


def gids(desk: Desk, resource: Resource, records: Iterable[Fields]) -> set[str]:
    """Every shop-bound GID in these records, those in links among them. Finding is rewriting with a notebook."""
    found: set[str] = set()

    def note(text: str) -> str:
        if is_local_gid(text):
            found.add(text)
        return storefront(desk).portable(text) if is_link(text) else text

    for fields in records:
        resource.rewrite(fields, note)
    return found


class Translation:
    """GID -> portable form, in one shop. Call it with any text that stands where a reference or a link stands."""

    def __init__(self, desk: Desk, *, lenient: bool = False, renamed: bool = False) -> None:
        """`lenient`: what cannot be looked up is unknown, and whoever compares it finds it different. `renamed`: the
        shop is asked again what it is of which another has the name by now, or of which the owner is gone."""
        self._desk, self._lenient, self._renamed = desk, lenient, renamed
        self._known: dict[str, Target] = {}
        self.dangled = 0  # references to what the shop does not show, or what is not carried
        self.gone: set[Target] = set()  # what the shop says that it does not have any more
        self.external: Counter[str] = Counter()  # links that lead out of the shop, per host

    def learn(self, wanted: Iterable[str]) -> None:
        """Looks up what these GIDs stand for: in our own ids first, in the shop for the rest."""
        wanted = set(wanted) - self._known.keys()
        read = self._desk.ids.by_gid(wanted)
        doubtful = self._doubtful(read) if self._renamed else {}
        self._known |= {gid: entry.target for gid, entry in read.items() if gid not in doubtful}
        self.gone |= {entry.target for entry in read.values() if entry.target.unknown}
        strangers = sorted(wanted - self._known.keys())
        kinds = by_gid_type({name: own for name, own in self._desk.reachable.items() if name not in self._desk.unnamed})
        named = sorted((kind, gid) for gid in strangers if (kind := gid_type(gid)) in kinds)
        ask = partial(identify, self._desk)
        batches = {
            (kind, start): by_halves(ask, some[start : start + LOOKUP], alike=REFUSALS)
            for kind, group in groupby(named, lambda pair: pair[0])
            for some in [[gid for _, gid in group]]
            for start in range(0, len(some), LOOKUP)
        }
        answers: dict[str, Target | None] = {}
        for pieces, errors in ask_all(self._desk, batches).values():
            for piece in pieces:
                answers |= piece
            self._refused(errors.values())
        self._known |= {gid: target or dangling(gid) for gid, target in answers.items()}
        self._desk.ids.put(
            replace(doubtful.get(gid) or Id(gid, target), target=target)
            for gid, target in answers.items()
            if target is not None
        )
        self.gone |= {dangling(gid) for gid, target in answers.items() if target is None}
        self._known |= {gid: dangling(gid) for gid in strangers if gid not in self._known}

    def _doubtful(self, read: Mapping[str, Id]) -> dict[str, Id]:
        """Those of these whose name another has, that was read later, or whose owner has none any more."""
        registry = self._desk.registry
        named = {gid: entry for gid, entry in read.items() if entry.reading and not entry.target.unknown}
        homes = {gid: owner(entry.target, registry) or entry.target for gid, entry in named.items()}
        called = self._desk.ids.by_target({*(entry.target for entry in named.values()), *homes.values()})
        return {
            gid: entry
            for gid, entry in named.items()
            if homes[gid] not in called or (self._alone(entry.target) and called[entry.target] != gid)
        }

    def _alone(self, target: Target) -> bool:
        """Whether no two of its kind have one name."""
        resource = self._desk.registry.get(target.resource)
        return resource is None or resource.unique  # what lives inside another record is named apart in it

    def _refused(self, errors: Iterable[ShopifyError]) -> None:
        """What the store does not show is unknown. Raises what is no answer, unless all is to be judged later."""
        for error in errors:
            if not self._lenient and not isinstance(error, REFUSALS):
                raise error

    def __call__(self, text: str) -> str:
        if text in self._known:
            target = self._known[text]
            self.dangled += target.unknown and target not in self.gone
            return str(target)
        if not is_link(text):
            return text
        link = storefront(self._desk).portable(text)
        host = external_host(link)
        if host is not None:
            self.external[host] += 1
        return link


def identify(desk: Desk, ids: Sequence[str]) -> Talk[dict[str, Target | None]]:
    """Asks the shop what these GIDs of one type are: None where nothing is, and no word of what it hides."""
    namers = by_gid_type(desk.registry)
    kinds = sorted({kind for gid in ids if (kind := gid_type(gid)) is not None})
    fragments = " ".join(f"... on {kind} {{ {namers[kind].identify[kind]} }}" for kind in kinds)
    document = f"query Identify($ids: [ID!]!) {{ nodes(ids: $ids) {{ __typename id {fragments} }} }}"
    data = yield Ask(document, {"ids": list(ids)})
    found: dict[str, Target | None] = {}
    for gid, node in zip(ids, data["nodes"], strict=True):
        target = namers[node["__typename"]].identified(node["__typename"], node) if node is not None else None
        if node is None or target is not None:
            found[gid] = target
    return found
