"""Translations: what the texts of a record say in the store's other languages.

One record holds all texts of one thing in one language; what is translated at all is known from the other resources
(`_translated`). Shopify takes a translation only together with the digest of the text that it translates, which it
makes of the target's present text: so these are written last, with digests read a moment before, and a translation
whose text this import changes is written again after it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..diff import Change
from ..diff import changes as differing
from ..keys import Key
from ..outcomes import Reason
from ..references import Target, gid_type
from ..resource import (
    OWNER,
    Fields,
    Ids,
    Job,
    Page,
    Place,
    Read,
    Reading,
    Resource,
    Result,
    Scopes,
    Selection,
    Stream,
    Talk,
)
from . import _translation_texts as texts
from . import _unique_metafields as unique
from ._common import paged
from ._menu_items import ITEMS
from ._translated import (
    HOLDERS,
    ITEMS_PAGE,
    OF_NAMESAKES,
    OPTIONS_PAGE,
    PARTS,
    Owners,
    Text,
    inside_of,
    text_of,
    unnamed,
)
from ._translation_shape import TRANSLATION
from ._translation_talk import (
    IDS,
    TONGUES,
    Tongue,
    Translatable,
    content,
    listing,
    other_languages,
    parts,
    remove,
)
from ._translation_writing import Writing, send
from .locales import CODE, IS_PRIMARY
from .metafields import REFERRED

_HANDLE, _ADDRESSED = "handle", frozenset({"products", "collections", "pages", "blogs", "articles"})
DEEPEST = 24_900  # Shopify pages no deeper than 25,000, and these cannot be parted by id
ELSEWHERE = "translations of themes, e-mails, shipping, payment and filters are not carried"
NO_HANDLE = "in place of a translated handle Shopify holds a placeholder, which is not carried"
UNTOLD = "Shopify does not tell what their parts are called in other languages"
NO_OWNER = (
    "The target store has nothing to translate here: the record is missing, or its kind is not translatable "
    "(for entries, switch on translations in their definition)."
)
NO_ITEM = (
    'The menu has no item "{}" in the target store, or has several of that title. Bring the menu along with what its '
    "items are called, or name the item as it is titled there."
)


class Translations(Resource):
    name = "translations"
    label = "Translations"
    shape = TRANSLATION
    key_is = "kind of record, that record's key, code of the language"
    key_like = "products/blue-shirt/fr"
    uncarried = frozenset({"outdated"})
    leaves: Mapping[str, str] = {
        "translations of themes, e-mails, shipping, payment and filters": "these are not carried themselves, "
        "or have no name that means the same in another store",
        **OF_NAMESAKES,
        "the mark that a translation is older than its text": "Shopify takes translations of the present text only",
    }
    parted = True
    of_others = True
    scopes = Scopes(
        read=("read_translations", "read_locales"), write=("write_translations", "read_translations", "read_locales")
    )
    gid_types = ()
    upsert = exclusive = True
    claimed = "handle"
    batch = 10
    read_batch = 50
    points = 13.0
    removal = 21.0
    after: tuple[str, ...] = ("locales",)  # what must be there before these
    tail = 1  # how many parts of a key say in which tongue it is

    def __init__(self, kinds: Sequence[Resource]) -> None:
        """`kinds`: all other resources."""
        self._owners = Owners(kinds)
        self.refers_to = tuple(dict.fromkeys((*self.after, *REFERRED, *self._owners.names)))

    @property
    def holders(self) -> tuple[str, ...]:
        return self._owners.names

    # -- tongues: languages here, languages in a market for `MarketTranslations`

    def tongues(self) -> Talk[dict[Tongue, Key]]:
        """The tongues of the store, and how a key says each."""
        return {tongue: (tongue.locale,) for tongue in (yield from other_languages())}

    def tongue(self, key: Key, ids: Ids) -> Tongue | None:
        """The tongue of a key, in the store that is written to."""
        return Tongue(key[-1])

    def spoken(self, key: Key, fields: Fields) -> Iterator[Place]:
        """What a key's tongue needs."""
        yield Place(OWNER, Target("locales", key[-1:]), hard=True)

    def tongue_problem(self, key: Key) -> str | None:
        return None if CODE.match(key[-1]) else "the last part of its key must be the code of a language, such as fr."

    def fields_of(self, text: Text, read: Translatable) -> Fields:
        return texts.fields_of(read.content, read.said[text.tongue])

    # -- reading

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        pages = {kind: self._listed(kind, types) for kind in self._owners.types}
        inside = {"options": self._inside(OPTIONS_PAGE, "products"), "items": self._inside(ITEMS_PAGE, "menus")}
        return self._streams({**pages, **inside, **self.elsewhere()})

    def _streams(self, pages: Mapping[str, Read]) -> list[Stream]:
        return [Stream(f"{self.name}/{name}", page, moves=False, late=True) for name, page in pages.items()]

    def elsewhere(self) -> dict[str, Read]:
        return {"elsewhere": _elsewhere}

    def _listed(self, kind: str, types: Sequence[str]) -> Read:
        """Pages of what is translatable of one kind; nothing at all where a store speaks one language.

        Where Shopify lists no further, all of the kind is read by way of the records themselves.
        """

        def read(after: str | None, changed_since: str | None) -> Talk[Page]:
            tongues = yield from self.tongues()
            place: dict[str, Any] = json.loads(after) if after is not None else {"group": 0, "after": None}
            groups = list(parts(list(tongues), TONGUES))
            if place["group"] >= len(groups):
                return Page((), None)
            if "stream" in place:
                return (yield from self._deep(kind, types, place, tongues))
            found: list[Translatable] = []
            page = yield from listing(kind, groups[place["group"]], found)(place["after"], None)
            readings = yield from self._page([(Text(one.gid), one) for one in found], tongues)
            return replace(readings, after=_next(page.after, place["group"], len(groups)))

        return read

    def _deep(
        self, kind: str, types: Sequence[str], place: Mapping[str, Any], tongues: Mapping[Tongue, Key]
    ) -> Talk[Page]:
        """A page of what is beyond the listing: the texts of the records that another resource reads."""
        streams = [stream for own in self._owners.of(kind) for stream in own.streams(Selection(), types)]
        if not streams:  # types of entries that nobody may read
            return Page((), None)
        page = yield from streams[place["stream"]].read(place["after"], None)
        found = yield from self._texts([Text(gid) for gid in self._owners.ours(kind, page.readings)], tongues)
        if page.after is not None:
            return Page(found, json.dumps({**place, "after": page.after}))
        more = place["stream"] + 1 < len(streams)
        return Page(found, json.dumps({**place, "stream": place["stream"] + 1, "after": None}) if more else None)

    def _inside(self, document: str, connection: str) -> Read:
        """Pages of what is translated inside of products and menus."""
        nodes: list[Mapping[str, Any]] = []
        inner = paged(document, connection, lambda node: nodes.append(node), filters=connection == "products")

        def read(after: str | None, changed_since: str | None) -> Talk[Page]:
            tongues = yield from self.tongues()
            if not tongues:
                return Page((), None)
            nodes.clear()
            page = yield from inner(after, None)
            wanted = _inside(nodes)
            readings = yield from self._texts(wanted, tongues)
            told = bool(readings or not wanted) or bool((yield from content([wanted[0].gid], list(tongues)[:1])))
            notes = () if told else ((connection, UNTOLD),)
            return Page(readings, page.after, (*notes, *(yield from unnamed(nodes, list(tongues)))))

        return read

    def _texts(self, wanted: Sequence[Text], tongues: Mapping[Tongue, Key]) -> Talk[tuple[Reading, ...]]:
        """All that these say in these tongues."""
        found: list[Reading] = []
        for some in parts(wanted, IDS):
            read = yield from content([text.gid for text in some], list(tongues))
            page = yield from self._page([(text, read[text.gid]) for text in some if text.gid in read], tongues)
            found += page.readings
        return tuple(found)

    def _page(self, held: Sequence[tuple[Text, Translatable]], tongues: Mapping[Tongue, Key]) -> Talk[Page]:
        """What is translated of these, under the names of those to whom it belongs."""
        said = [
            (Text(text.gid, tongue, text.holder), read)
            for text, read in held
            for tongue, own in read.said.items()
            if own
        ]
        names = (yield from self._owners.named(text for text, _ in said)) if said else {}
        readings: list[Reading] = []
        notes: list[tuple[str, str]] = []
        for text, read in said:
            if text.gid in names:
                key = (*names[text.gid], *tongues[text.tongue])
                fields = self.fields_of(text, read)
                readings += [Reading(self.name, key, str(text), fields)] if fields else []
                placeholder = any(item["value"] == texts.PLACEHOLDER for item in read.said[text.tongue])
                notes += [(" / ".join(key), NO_HANDLE)] if placeholder else []
        return Page(tuple(readings), None, tuple(notes))

    def owned(self, gids: Sequence[str]) -> Talk[Page]:
        tongues = yield from self.tongues()
        if not tongues:
            return Page((), None)
        wanted = [Text(gid) for gid in gids]
        holding = [gid for gid in gids if gid_type(gid) in HOLDERS]
        nodes = yield from self._owners.held(holding)
        notes = yield from unnamed(nodes, list(tongues))
        return Page((yield from self._texts([*wanted, *_inside(nodes)], tongues)), None, notes)

    def node(self, gid: str) -> str:
        """An option goes with its product, an item with its menu."""
        text = text_of(gid)
        return text.holder or text.gid

    def read_back(self, gids: Sequence[str]) -> Talk[list[Reading]]:
        wanted = [text_of(gid) for gid in gids]
        spoken = {text.tongue for text in wanted}
        tongues = {tongue: own for tongue, own in (yield from self.tongues()).items() if tongue in spoken}
        bare = list(dict.fromkeys(Text(text.gid, holder=text.holder) for text in wanted))
        return [reading for reading in (yield from self._texts(bare, tongues)) if reading.gid in gids]

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        """Nothing refers to a translation, and making one again is harmless, so none is ever looked for."""
        return {}
        yield  # makes this a conversation, if a silent one

    # -- meaning

    def rewrite(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        return texts.rewrite(fields, translate)

    def owners(self, key: Key) -> Iterator[Target]:
        yield self._owners.target(key[: -self.tail])
        yield from (place.target for place in self.spoken(key, {}))

    def needs(self, key: Key, fields: Fields) -> Iterator[Target]:
        """Where another record holds the text: a metafield the SEO title of a page."""
        name = key[: -self.tail]
        sources = (self._owners.source(name, text) for text in fields["texts"])
        yield from (found[0] for found in sources if found is not None and found[0] != self._owners.target(name))

    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        yield Place(OWNER, self._owners.target(key[: -self.tail]), hard=True)
        yield from self.spoken(key, fields)
        yield from texts.places(fields, key[-self.tail])

    def normalise(self, fields: Fields) -> Fields:
        return texts.normalise(fields)

    def changes(self, before: Fields, after: Fields) -> list[Change]:
        """A text that was changed after it was translated is translated anew, where the archive knows better."""
        found = differing(
            {"texts": self.normalise(before)["texts"]}, {"texts": self.normalise(after)["texts"]}, self.keyed_lists
        )
        moved = {change.path for change in found}
        stale = set(before.get("outdated", ())) - set(after.get("outdated", ()))
        own = sorted(key for key in stale & after["texts"].keys() if f"texts.{key}" not in moved)
        return [*found, *(Change(f"outdated.{key}", True, False) for key in own)]

    def sources(self, key: Key, fields: Fields) -> Iterator[tuple[Target, str, str]]:
        for text in fields["texts"].keys() - set(fields.get("outdated", ())):
            source = self._owners.source(key[: -self.tail], text)
            if source is not None:
                yield (*source, f"outdated.{text}")

    def follows(self, path: str, governor: Sequence[str]) -> bool:
        """That a translation grew old follows from its text, which this import may have changed itself."""
        return path.startswith("outdated.")

    def key_problem(self, key: Key) -> str | None:
        if len(key) < 2 + self.tail or not all(key):
            return f"its key is {self.key_is}; such as {self.key_like}."
        if key[0] not in self._owners.names and key[0] not in PARTS:
            return f"there are no translations of {key[0][:40]!r}."
        if key[0] in PARTS and not PARTS[key[0]][0] <= len(key) - 1 - self.tail <= PARTS[key[0]][1]:
            return (
                "the key of an option is the product, the option, and its value if one is meant; that of an item the "
                "menu and the titles that lead to it."
            )
        return self.tongue_problem(key)

    def barred(self, key: Key, language: str) -> str:
        return IS_PRIMARY if key[-1] == language else ""

    def claims(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[tuple[str, ...]]:
        """No two of a kind have one handle in one tongue."""
        handle = fields["texts"].get(_HANDLE) if key[0] in _ADDRESSED else None
        if handle:
            yield (*key[: -self.tail - 1], *key[-self.tail :], handle)

    def stand_in(self, key: Key, before: Fields, governor: Fields | None) -> Fields:
        return {**before, "texts": {**before["texts"], _HANDLE: unique.name_of(key)}}

    def unclaimed(self, key: Key, fields: Fields, claims: Collection[tuple[str, ...]]) -> Fields | None:
        texts = {name: text for name, text in fields["texts"].items() if name != _HANDLE}
        return {**fields, "texts": texts} if any(texts.values()) else None

    def refuse(self, job: Job) -> Result | None:
        if job.after["texts"]:
            return None
        detail = "Nothing of it is left: none of its references has a target in this store."
        return Result(job.key, reason=Reason.MISSING_REQUIRED, detail=detail)

    def as_old(self, fields: Fields, present: Fields) -> Fields:
        """A text that is as it was stays older than what it translates: no row says that somebody looked at it."""
        said = fields.get("texts", {})
        equal = {name for name in present.get("outdated", ()) if said.get(name) == present["texts"][name]}
        return {**fields, "outdated": sorted(equal | {*fields.get("outdated", ())})} if equal else fields

    def renamed(self, fields: Fields, old: Key, new: Key) -> Fields:
        """An item's new title makes what it is called in other languages be out of date."""
        retitled = old[0] == ITEMS and old[-self.tail - 1] != new[-self.tail - 1]
        return {**fields, "outdated": sorted(fields["texts"])} if retitled else fields

    def same(self, key: Key, other: Key, before: Fields | None) -> bool:
        """An item that got another title, or came below one that did, is the item that it was."""
        tongue, held = key[-self.tail :], key[:2]
        return key == other or (key[0] == ITEMS and (other[-self.tail :], other[:2]) == (tongue, held))

    # -- writing

    def begun(self, job: Job) -> Fields:
        present = (job.before or {"texts": {}})["texts"]
        own = {key: text for key, text in job.after["texts"].items() if f"texts.{key}" not in job.without}
        left = {key: present[key] for key in job.after["texts"].keys() - own.keys() if key in present}
        return {**job.after, "texts": own | left}

    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        gids = yield from self._owners.gids((job.key[: -self.tail] for job in jobs), ids)
        spoken = {job.key: self.tongue(job.key, ids) for job in jobs}
        tongues = sorted({tongue for tongue in spoken.values() if tongue is not None})
        present = (yield from content(sorted(set(gids.values())), tongues)) if gids else {}
        results: list[Result] = []
        writings: list[Writing] = []
        for job in jobs:
            gid, tongue = gids.get(job.key[: -self.tail]), spoken[job.key]
            if (refusal := self.refuse(job)) is not None:
                results.append(refusal)
            elif gid is None or gid not in present or tongue is None:
                results.append(Result(job.key, reason=Reason.MISSING_OWNER, detail=self._ownerless(job.key, gid)))
            else:
                holder = ids.gid(self._owners.target(job.key[: -self.tail])) if job.key[0] in PARTS else None
                writing = Writing(job, Text(gid, tongue, holder or ""))
                writing.prepare(present[gid], ids)
                writings.append(writing)
        yield from send(writings)
        return [*results, *(writing.result() for writing in writings)]

    def _ownerless(self, key: Key, gid: str | None) -> str:
        return NO_ITEM.format(" > ".join(key[2 : -self.tail])) if key[0] == ITEMS and gid is None else NO_OWNER

    def make_way(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        return (yield from self.write([replace(job, changed=(f"texts.{_HANDLE}",)) for job in jobs], ids))

    def remove(self, gids: Mapping[Key, str]) -> Talk[list[Result]]:
        results = []
        for key, gid in gids.items():
            text = text_of(gid)
            problem = yield from remove(text.gid, text.tongue)
            results.append(Result(key, reason=Reason.REFUSED, detail=problem) if problem else Result(key, gid))
        return results


def _next(after: str | None, group: int, groups: int) -> str | None:
    """The next page of a listing, of the next group of tongues, or of what the listing does not reach."""
    if after is None:
        return json.dumps({"group": group + 1, "after": None}) if group + 1 < groups else None
    if json.loads(after)[0] < DEEPEST:
        return json.dumps({"group": group, "after": after})
    return json.dumps({"group": 0, "stream": 0, "after": None})


def _elsewhere(after: str | None, changed_since: str | None) -> Talk[Page]:
    """Says once, where there are other languages, what of them is not carried."""
    locales = [tongue.locale for tongue in (yield from other_languages())]
    return Page((), None, ((", ".join(locales), ELSEWHERE),) if locales else ())


def _inside(holders: Sequence[Mapping[str, Any]]) -> list[Text]:
    """What is translated in these products, or in these menus."""
    return [Text(gid, holder=node["id"]) for node in holders for gid in inside_of(node)]
