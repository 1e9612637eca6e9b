"""Whose texts can be translated, and how they are named.

Shopify lists what is translatable by id alone. A resource says with `Resource.translated` of which kind its records
are for Shopify; the ids are named here in its own words. Options of products and their values have no name without
their product, and are looked for by way of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import parse_qs, urlencode

from ..keys import Key
from ..references import Target, gid_type
from ..resource import Ask, Ids, Reading, Resource, Talk
from . import _metafield_definition_reading as metafield_definitions
from . import metaobject_definitions
from ._menu_items import ITEMS
from ._translation_talk import IDS, NO_TONGUE, Tongue, content, parts
from .menus import DEPTH
from .metafields import Metafields

METAFIELD = "METAFIELD"
SEO = {"meta_title": "title_tag", "meta_description": "description_tag"}
OPTIONS, OPTION_VALUES = "product_options", "product_option_values"
# How many parts such a name has at least and at most: the product's handle, the option's name, the value's name; the
# menu's handle, and the titles of the items that lead to this one, its own last.
PARTS = {OPTIONS: (2, 2), OPTION_VALUES: (3, 3), ITEMS: (2, 1 + DEPTH)}
WITHIN = {OPTIONS: "products", OPTION_VALUES: "products", ITEMS: "menus"}

_OPTIONS = "handle options { id name optionValues { id name } }"
_OPTIONS_OF = f"query OptionsById($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Product {{ id {_OPTIONS} }} }} }}"
OPTIONS_PAGE = f"""
query OptionsOfProducts($after: String, $query: String) {{
  products(first: 50, after: $after, query: $query, sortKey: ID) {{
    nodes {{ id {_OPTIONS} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""


_ITEMS = "handle items { id title items { id title items { id title } } }"
_ITEMS_OF = f"query MenuItemsById($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Menu {{ id {_ITEMS} }} }} }}"
ITEMS_PAGE = f"""
query ItemsOfMenus($after: String) {{
  menus(first: 25, after: $after, sortKey: ID) {{ nodes {{ id {_ITEMS} }} pageInfo {{ hasNextPage endCursor }} }}
}}
"""
HOLDERS = ("Product", "Menu")
NAMESAKES = "another item beside it has the same title, so that nobody can say which of the two is called so"
OF_NAMESAKES = {
    "translations of items of a menu that have one title and stand side by side": "nobody can say which is which"
}


@dataclass(frozen=True, slots=True)
class Text:
    """What a translation record stands for: the texts of one thing in one tongue.

    `holder`: of options and their values the product, of items the menu in which they are.
    """

    gid: str
    tongue: Tongue = NO_TONGUE
    holder: str = ""

    def __str__(self) -> str:
        """The GID that such a record is given, in which all of this is found again."""
        more = {(gid_type(self.holder) or "").lower(): self.holder, "market": self.tongue.market}
        numbers = {name: gid.rsplit("/", 1)[1] for name, gid in more.items() if gid}
        return f"{self.gid}?{urlencode({'locale': self.tongue.locale, **numbers})}"


def text_of(gid: str) -> Text:
    bare, _, query = gid.partition("?")
    said = {name: found[0] for name, found in parse_qs(query).items()}
    held = [f"gid://shopify/{kind}/{said[kind.lower()]}" for kind in HOLDERS if kind.lower() in said]
    market = f"gid://shopify/Market/{said['market']}" if "market" in said else ""
    return Text(bare, Tongue(said.get("locale", ""), market), held[0] if held else "")


class Owners:
    """The resources whose records have texts to translate."""

    def __init__(self, kinds: Sequence[Resource]) -> None:
        own = [resource for resource in kinds if resource.translated]
        self.types = tuple(sorted({resource.translated for resource in own}))
        self.names = tuple(resource.name for resource in own)
        self._records = {_gid_type(r.translated): r for r in own if r.translated != METAFIELD}
        self._values = {kind: r for r in own if isinstance(r, Metafields) for kind in r.owner_types}
        self._by_name = {resource.name: resource for resource in own}

    def of(self, kind: str) -> list[Resource]:
        """Those whose records are of one kind for Shopify."""
        return [resource for resource in self._by_name.values() if resource.translated == kind]

    def ours(self, kind: str, readings: Iterable[Reading]) -> list[str]:
        """The GIDs of readings that are of this kind: files are of several."""
        return [one.gid for one in readings if gid_type(one.gid) == _gid_type(kind)]

    def source(self, name: Key, text: str) -> tuple[Target, str] | None:
        """The record, and the path in it, of the text that Shopify translates under this name."""
        resource = self._by_name.get(name[0])
        if resource is None:
            return None  # an option or an item that is renamed is another one
        if resource.seo_in and text in SEO:
            return Target(resource.seo_in, (*name[1:], "global", SEO[text])), "value"
        return Target(name[0], name[1:]), resource.text_path(text)

    def target(self, name: Key) -> Target:
        """The record that holds what is so named."""
        return Target(WITHIN[name[0]], name[1:2]) if name[0] in PARTS else Target(name[0], name[1:])

    def named(self, texts: Iterable[Text]) -> Talk[dict[str, Key]]:
        """GID -> (resource, its key…). What is not carried itself is missing, and so is what is gone."""
        found: dict[str, Key] = {}
        everything = list(texts)
        gids = sorted({text.gid for text in everything if not text.holder})
        for kind, group in groupby(gids, lambda gid: gid_type(gid) or ""):
            if kind == "Metafield":
                found |= yield from self._metafields(list(group))
            elif kind in self._records:
                found |= yield from self._named(kind, list(group))
        for inner in (yield from self.inside(sorted({text.holder for text in everything if text.holder}))).values():
            found |= inner
        return found

    def inside(self, holders: Sequence[str]) -> Talk[dict[str, dict[str, Key]]]:
        """Of these products and menus: GID -> (GID -> name) of all that is translated in it."""
        return {node["id"]: inside_of(node) for node in (yield from self.held(holders))}

    def held(self, holders: Sequence[str]) -> Talk[list[Mapping[str, Any]]]:
        """These products and menus, with all that is translated in them."""
        found: list[Mapping[str, Any]] = []
        menus = [gid for gid in holders if gid_type(gid) == "Menu"]
        products = [gid for gid in holders if gid not in menus]
        for document, own in ((_OPTIONS_OF, products), (_ITEMS_OF, menus)):
            nodes = (yield Ask(document, {"ids": own}))["nodes"] if own else ()
            found += [node for node in nodes if node]
        return found

    def _named(self, kind: str, gids: Sequence[str]) -> Talk[dict[str, Key]]:
        resource = self._records[kind]
        selection = f"__typename id ... on {kind} {{ {resource.identify[kind]} }}"
        document = f"query TranslatedRecords($ids: [ID!]!) {{ nodes(ids: $ids) {{ {selection} }} }}"
        data = yield Ask(document, {"ids": list(gids)})
        targets = {node["id"]: resource.identified(kind, node) for node in data["nodes"] if node}
        return {
            gid: (target.resource, *target.key)
            for gid, target in targets.items()
            if target is not None and not (kind == "Metaobject" and metaobject_definitions.foreign(target.key[0]))
        }

    def _metafields(self, gids: Sequence[str]) -> Talk[dict[str, Key]]:
        owners = " ".join(sorted({resource.owner_selection for resource in self._values.values()}))
        selection = f"id namespace key ownerType owner {{ {owners} }}"
        document = (
            f"query TranslatedValues($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Metafield {{ {selection} }} }} }}"
        )
        data = yield Ask(document, {"ids": list(gids)})
        found: dict[str, Key] = {}
        for node in data["nodes"]:
            resource = self._values.get(node["ownerType"]) if node else None
            if resource is not None and not metafield_definitions.foreign(node["namespace"]):
                key = (*resource.owner_key(node["owner"]), node["namespace"], node["key"])
                found[node["id"]] = (resource.name, *key)
        return found

    def gids(self, names: Iterable[Key], ids: Ids) -> Talk[dict[Key, str]]:
        """Name -> GID in the store that is written to, of those that it has."""
        wanted = set(names)
        holders = {name: ids.gid(self.target(name)) for name in wanted}
        within = sorted({gid for name, gid in holders.items() if name[0] in PARTS and gid is not None})
        found = {name: gid for name, gid in holders.items() if name[0] not in PARTS and gid is not None}
        for inner in (yield from self.inside(within)).values():
            found |= {name: gid for gid, name in inner.items() if name in wanted}
        return found


def inside_of(node: Mapping[str, Any]) -> dict[str, Key]:
    """GID -> name of what is translated in a product or a menu."""
    return options_of(node) if "options" in node else items_of(node)


def options_of(product: Mapping[str, Any]) -> dict[str, Key]:
    """GID -> name of a product's options and of their values."""
    found: dict[str, Key] = {}
    for option in product["options"]:
        name = (product["handle"], option["name"])
        found[option["id"]] = (OPTIONS, *name)
        found |= {value["id"]: (OPTION_VALUES, *name, value["name"]) for value in option["optionValues"]}
    return found


def items_of(menu: Mapping[str, Any]) -> dict[str, Key]:
    """GID -> name of a menu's items, as links: such is the name of what is translated. Two of one name have none."""
    shared = namesakes_of(menu)
    return {gid: name for gid, name in _items_of(menu).items() if gid not in shared}


def unnamed(holders: Sequence[Mapping[str, Any]], tongues: Sequence[Tongue]) -> Talk[tuple[tuple[str, str], ...]]:
    """(what, why) of what is translated in these products and menus, and is not carried."""
    shared = {gid: name for node in holders for gid, name in namesakes_of(node).items()}
    notes: list[tuple[str, str]] = []
    for some in parts(list(shared), IDS):
        read = yield from content(some, tongues)
        notes += [(" / ".join(shared[gid]), NAMESAKES) for gid, own in read.items() if any(own.said.values())]
    return tuple(notes)


def namesakes_of(holder: Mapping[str, Any]) -> dict[str, Key]:
    """GID -> (menu, titles that lead to it) of those items, as links, that have no name, since others have the same."""
    found = _items_of(holder) if "items" in holder else {}
    count = Counter(found.values())
    return {gid: name[1:] for gid, name in found.items() if count[name] > 1}


def _items_of(menu: Mapping[str, Any]) -> dict[str, Key]:
    found: dict[str, Key] = {}
    waiting: list[tuple[Key, Mapping[str, Any]]] = [((ITEMS, menu["handle"]), item) for item in menu["items"]]
    while waiting:
        above, item = waiting.pop(0)
        name = (*above, item["title"])
        found[item["id"].replace("/MenuItem/", "/Link/")] = name
        waiting += [(name, inner) for inner in item.get("items", ())]
    return found


def _gid_type(translated: str) -> str:
    """``MEDIA_IMAGE``: ``MediaImage``."""
    return "".join(word.title() for word in translated.split("_"))
