"""The state of the sandbox's shops: plain dictionaries shaped like the GraphQL types they are served as.

Every object is a dict with ``__typename`` and ``id``; what is computed (connections, references, digests) is resolved
when it is asked for. Ids grow per shop from an offset of the shop's own, so that a GID of one shop is never, by luck,
one of another.
"""

from __future__ import annotations

import bisect
import hashlib
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

from .blobs import Blobs
from .limits import DailyVariants

T = TypeVar("T")
Node = dict[str, Any]
MetafieldKey = tuple[str, str]
MetafieldName = tuple[str, str, str]  # owner type, namespace, key

LISTED = (
    "Product",
    "ProductVariant",
    "Metaobject",
    "MetaobjectDefinition",
    "MetafieldDefinition",
    "Article",
    "Blog",
    "Collection",
    "Company",
    "CompanyLocation",
    "Customer",
    "DiscountAutomaticNode",
    "DiscountCodeNode",
    "Location",
    "Market",
    "Menu",
    "Page",
    "Publication",
    "ShopPolicy",
    "UrlRedirect",
)


CHANNELS = ("Online Store", "Point of Sale", "Shop")  # that a new shop has
ENGLISH: Node = {"locale": "en", "name": "English", "primary": True, "published": True}


@lru_cache(maxsize=256)
def timestamp(seconds: int) -> str:
    """Kept, so that a hundred thousand objects of one second share one string."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Shop:
    """One shop. `clock`: seconds since 1970; seeds set it back, so that what they make is old."""

    domain: str
    clock: Callable[[], float]
    currency: str = "EUR"
    hosts: list[str] = field(default_factory=list)  # domains of its own, the primary one first
    nodes: dict[str, Node] = field(default_factory=dict)
    order: dict[str, list[int]] = field(default_factory=lambda: {kind: [] for kind in LISTED})
    product_by_handle: dict[str, str] = field(default_factory=dict)
    definition_by_type: dict[str, str] = field(default_factory=dict)
    metaobject_by_handle: dict[tuple[str, str], str] = field(default_factory=dict)
    metaobjects_by_type: dict[str, list[int]] = field(default_factory=dict)
    metafield_definitions: dict[MetafieldName, str] = field(default_factory=dict)
    metafields: dict[str, dict[MetafieldKey, Node]] = field(default_factory=dict)
    names: dict[tuple[str, ...], str] = field(default_factory=dict)  # (kind, handle…) -> GID
    owners: dict[MetafieldName, dict[str, None]] = field(default_factory=dict)
    files: dict[str, None] = field(default_factory=dict)  # GIDs of files of all kinds, ascending
    file_by_name: dict[str, str] = field(default_factory=dict)  # images and documents
    locales: dict[str, Node] = field(default_factory=lambda: {"en": dict(ENGLISH)})
    translations: dict[str, dict[tuple[str, str, str], Node]] = field(default_factory=dict)  # locale, key, market
    idempotent: dict[str, tuple[str, Node]] = field(default_factory=dict)  # key -> what was asked, and the answer
    file_seconds: float = 0.5  # from taking a file to its being there
    daily_variants: DailyVariants | None = None
    blobs: Blobs = field(default_factory=Blobs)
    search_lag: float = 0.0
    _last_id: int = 0
    _writing: bool = False
    _remembered: dict[tuple[str, ...], Any] = field(default_factory=dict)
    _values: dict[MetafieldName, dict[str, dict[str, None]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._last_id = 1_000_000 + zlib.crc32(self.domain.encode()) % 9_000_000 * 1000
        number = self._last_id // 1000
        self.shop_id = f"gid://shopify/Shop/{number}"
        self.nodes[self.shop_id] = {
            "__typename": "Shop",
            "id": self.shop_id,
            "name": self.domain.removesuffix(".myshopify.com").replace("-", " ").title(),
            "myshopifyDomain": self.domain,
            "currencyCode": self.currency,
            "createdAt": self.now(),
            "updatedAt": self.now(),
        }
        for name in CHANNELS:
            self.add_channel(name)
        self.add_location("Shop location")

    def add_channel(self, name: str) -> Node:
        """A sales channel. Nothing is published on one unless somebody asks for it."""
        return self.add("Publication", name=name, autoPublish=False, supportsFuturePublishing=name == CHANNELS[0])

    def add_location(self, name: str) -> Node:
        return self.add("Location", name=name, isActive=True)

    # -- what takes long to compute ------------------------------------------------------------------------------

    @contextmanager
    def writing(self) -> Iterator[None]:
        """While a mutation is at work, nothing is remembered; afterwards, nothing of what was."""
        self._writing = True
        try:
            yield
        finally:
            self._writing = False
            self._remembered.clear()

    def remembered(self, *name: str, make: Callable[[], T]) -> T:
        """What `make` gives, computed once between two mutations: pages of one list are asked for one after another."""
        if self._writing:
            return make()
        if name not in self._remembered:
            self._remembered[name] = make()
        found: T = self._remembered[name]
        return found

    # -- making and removing -----------------------------------------------------------------------------------

    def next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def add(self, kind: str, **fields: Any) -> Node:
        number = self.next_id()
        now = self.now()
        node: Node = {
            "__typename": kind,
            "id": f"gid://shopify/{kind}/{number}",
            "createdAt": now,
            "updatedAt": now,
            **fields,
        }
        self.nodes[node["id"]] = node
        if kind in self.order:
            node["_seen"] = self.clock()
            self.order[kind].append(number)
        return node

    def touch(self, node: Node) -> None:
        node["updatedAt"] = self.now()

    def name(self, node: Node, *parts: str) -> None:
        """Makes an object known by a name that is unique among its kind, and by no other."""
        self.names.pop(node.get("_known_as", ()), None)
        node["_known_as"] = (node["__typename"], *parts)
        self.names[node["_known_as"]] = node["id"]

    def named(self, kind: str, *parts: str) -> Node | None:
        gid = self.names.get((kind, *parts))
        return self.nodes[gid] if gid else None

    def drop(self, node: Node) -> None:
        """Removes an object and the metafields on it."""
        kind, number = node["__typename"], gid_number(node["id"])
        self.nodes.pop(node["id"], None)
        self.translations.pop(node["id"], None)
        self.names.pop(node.get("_known_as", ()), None)
        if kind in self.order:
            _discard(self.order[kind], number)
        for namespace, key in list(self.metafields.get(node["id"], ())):
            self.remove_metafield(node["id"], namespace, key)
        self.metafields.pop(node["id"], None)
        if kind == "Metaobject":
            _discard(self.metaobjects_by_type.get(node["type"], []), number)
            self.metaobject_by_handle.pop((node["type"], node["handle"]), None)

    def now(self) -> str:
        return timestamp(int(self.clock()))

    # -- metafields --------------------------------------------------------------------------------------------

    def put_metafield(self, owner: Node, *, namespace: str, key: str, type_: str, value: str) -> Node:
        """Writes one value; its owner has moved as well."""
        owner_type = OWNER_TYPES[owner["__typename"]]
        own = self.metafields.setdefault(owner["id"], {})
        node = own.get((namespace, key))
        if node is None:
            named = {"namespace": namespace, "key": key, "ownerType": owner_type, "_owner": owner["id"]}
            node = own[namespace, key] = self.add("Metafield", type=type_, value=value, **named)
            self.owners.setdefault((owner_type, namespace, key), {})[owner["id"]] = None
            self._index(node)
        elif node["value"] != value or node["type"] != type_:
            self._unindex(node)
            node |= {"value": value, "type": type_}
            self._index(node)
            self.touch(node)
        self.touch(owner)
        return node

    def remove_metafield(self, owner: str, namespace: str, key: str) -> Node | None:
        node = self.metafields.get(owner, {}).pop((namespace, key), None)
        if node is not None:
            self._unindex(node)
            del self.owners[node["ownerType"], namespace, key][owner]
            del self.nodes[node["id"]]
        return node

    def metafields_named(self, name: MetafieldName) -> Iterator[Node]:
        """All values of one name, on whatever owner."""
        for owner in self.owners.get(name, ()):
            yield self.metafields[owner][name[1:]]

    def owners_of(self, name: MetafieldName, value: str) -> Collection[str]:
        """Who has this value under a name. The first question about a name makes its index."""
        if name not in self._values:
            index = self._values[name] = {}
            for node in self.metafields_named(name):
                index.setdefault(node["value"], {})[node["_owner"]] = None
        return self._values[name].get(value, {})

    def _index(self, node: Node) -> None:
        index = self._values.get((node["ownerType"], node["namespace"], node["key"]))
        if index is not None:
            index.setdefault(node["value"], {})[node["_owner"]] = None

    def _unindex(self, node: Node) -> None:
        index = self._values.get((node["ownerType"], node["namespace"], node["key"]))
        if index is not None:
            index.get(node["value"], {}).pop(node["_owner"], None)

    # -- finding -----------------------------------------------------------------------------------------------

    def get(self, gid: str, kind: str | None = None) -> Node | None:
        node = self.nodes.get(gid)
        return node if node is not None and (kind is None or node["__typename"] == kind) else None

    def numbers(self, kind: str, type_: str | None = None) -> list[int]:
        """The ids of a kind (of one metaobject type), ascending."""
        return self.order[kind] if type_ is None else self.metaobjects_by_type.get(type_, [])

    def each(self, kind: str) -> Iterator[Node]:
        for number in self.order[kind]:
            yield self.nodes[f"gid://shopify/{kind}/{number}"]

    def product(self, handle: str) -> Node | None:
        gid = self.product_by_handle.get(handle)
        return self.nodes.get(gid) if gid else None

    def definition(self, type_: str) -> Node | None:
        gid = self.definition_by_type.get(type_.lower())
        return self.nodes.get(gid) if gid else None

    def metaobject(self, type_: str, handle: str) -> Node | None:
        gid = self.metaobject_by_handle.get((type_.lower(), handle))
        return self.nodes.get(gid) if gid else None

    def metafield_definition(self, owner_type: str, namespace: str, key: str) -> Node | None:
        gid = self.metafield_definitions.get((owner_type, namespace, key))
        return self.nodes.get(gid) if gid else None

    def dump(self) -> dict[str, list[Node]]:
        """Everything, for tests."""
        kinds: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            kinds.setdefault(node["__typename"], []).append({k: v for k, v in node.items() if k != "_seen"})
        return kinds


def cdn_folder(shop: Shop) -> str:
    """Where the CDN keeps the shop's files: under its number, in groups of four digits."""
    number = shop.shop_id.rsplit("/", 1)[1]
    padded = number.zfill(-(-len(number) // 4) * 4)
    return f"https://cdn.shopify.com/s/files/1/{'/'.join(padded[n : n + 4] for n in range(0, len(padded), 4))}/files"


def gid_number(gid: str) -> int:
    return int(gid.rsplit("/", 1)[1])


def _discard(numbers: list[int], number: int) -> None:
    place = bisect.bisect_left(numbers, number)
    if place < len(numbers) and numbers[place] == number:
        del numbers[place]


OWNER_TYPES = {
    "Article": "ARTICLE",
    "Blog": "BLOG",
    "Collection": "COLLECTION",
    "Company": "COMPANY",
    "CompanyLocation": "COMPANY_LOCATION",
    "Customer": "CUSTOMER",
    "DiscountAutomaticNode": "DISCOUNT",
    "DiscountCodeNode": "DISCOUNT",
    "DiscountNode": "DISCOUNT",
    "Location": "LOCATION",
    "Market": "MARKET",
    "Order": "ORDER",
    "Page": "PAGE",
    "Product": "PRODUCT",
    "ProductVariant": "PRODUCTVARIANT",
    "Shop": "SHOP",
}


def digest(metafield: Node) -> str:
    """What `compareDigest` shows: it changes with the value, and means nothing else."""
    text = f"{metafield['id']}\0{metafield['type']}\0{metafield['value']}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
