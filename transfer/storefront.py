"""Which addresses are a shop's own, and what they are called in an archive (see `transfer.links`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .paths import CDN, ESCAPED, OURS, STORE, VERBATIM
from .resource import Ask, Talk
from .talk import ask_all
from .work import Desk

# `domains` is deprecated in favour of a connection that this version of the API does not have yet.
_SHOP = "query Storefront { shop { id myshopifyDomain primaryDomain { host } domains { host } } }"

CDN_HOST = "cdn.shopify.com"
ADMIN_HOST = "admin.shopify.com"
OWN = ".myshopify.com"  # how the host ends that every store has
# The CDN keeps a shop's files under its number, in groups of four digits. Its themes and their assets are not carried.
_ON_CDN = re.compile(r"/s/files/1/((?:\d{4}/)+)(?:files|products)/(?=[^/?#]+(?:[?#]|\Z))")
# The same files by way of the shop's own hosts, where those of products once stood apart; and what else of the CDN is
# there: themes, videos, images of collections. These are the source's own for good, so links to them stay; so do those
# that name it by a number in their path: to its admin, and to where it once kept its policies and customers' orders.
_OLD_FILE = re.compile(r"/cdn/shop/products/(?=[^/?#]+(?:[?#]|\Z))", re.IGNORECASE)
_NOT_CARRIED = re.compile(r"/cdn/(?!shop/files/)|/admin(?=[/?#]|\Z)|/\d{5,20}/(?:policies|orders|invoices)/", re.I)
_ADDRESS = re.compile(r"(https?:)?//([^/?#]*)", re.IGNORECASE)
_OWN = re.compile(rf"{OURS}((?:https?:)?//)(?:{STORE}(?=[/?#]|\Z)|({CDN})/files/)")
NEW_FILE = "/cdn/shop/files/"
_PORT = re.compile(r":(?:80|443)?\Z")
_HOST = re.compile(r"[a-z0-9._-]{1,253}(?::\d{1,5})?\Z")


@dataclass(frozen=True, slots=True)
class Storefront:
    """`host`: the primary one. `hosts`: all of the shop's own, in lower case. `folder`: its number on the CDN."""

    host: str
    hosts: frozenset[str]
    folder: str

    @classmethod
    def of(cls, shop: Any) -> Storefront:
        hosts = {shop["myshopifyDomain"], shop["primaryDomain"]["host"], *(own["host"] for own in shop["domains"])}
        number = shop["id"].rsplit("/", 1)[1]
        padded = number.zfill(-(-len(number) // 4) * 4)
        folder = "/".join(padded[start : start + 4] for start in range(0, len(padded), 4))
        return cls(shop["primaryDomain"]["host"].lower(), frozenset(_bare(host) for host in hosts), f"{folder}/")

    @property
    def addresses(self) -> list[str]:
        """Its hosts, its admin, and its folder on the CDN, by which texts may name it (`transfer.mentions`)."""
        admin = {f"{ADMIN_HOST}/store/{host[: -len(OWN)]}" for host in self.hosts if host.endswith(OWN)}
        return sorted({*self.hosts, *admin, f"{CDN_HOST}/s/files/1/{self.folder}"})

    def portable(self, link: str) -> str:
        """A link of this shop as it stands in an archive."""
        if link.startswith(OURS) or ESCAPED in link:
            return VERBATIM + link
        address = _ADDRESS.match(link)
        if address is None:
            return _OLD_FILE.sub(NEW_FILE, link, count=1) if link.startswith("/cdn/") else link
        scheme, host, rest = (address[1] or "").lower(), _bare(address[2]), link[address.end() :]
        if host in self.hosts:
            rest = _OLD_FILE.sub(NEW_FILE, rest, count=1) if rest.startswith("/cdn/") else rest
            if _NOT_CARRIED.match(rest):
                return link
            return f"{OURS}{scheme}//{STORE}{rest}"
        on_cdn = _ON_CDN.match(rest)
        if host == CDN_HOST and on_cdn is not None and on_cdn[1] == self.folder:
            return f"{OURS}{scheme}//{CDN}/files/{rest[on_cdn.end() :]}"
        return link

    def local(self, link: str) -> str:
        """A link of an archive as it stands in this shop: the inverse of `portable`."""
        if link.startswith(VERBATIM):
            return link[len(VERBATIM) :]
        own = _OWN.match(link)
        if own is None:
            return link
        home = f"{CDN_HOST}/s/files/1/{self.folder}files/" if own[2] else self.host
        return f"{own[1]}{home}{link[own.end() :]}"


def external_host(link: str) -> str | None:
    """The foreign host that a portable link leads to, without passwords; None where it stays in the shop."""
    address = _ADDRESS.match(link)
    if address is None:
        return None
    host = _bare(address[2].rpartition("@")[2])
    return host if _HOST.match(host) else "(unreadable)"


def _bare(authority: str) -> str:
    """A host in lower case and in ASCII, without the port that its scheme has anyway."""
    host = _PORT.sub("", authority).lower()
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return host


def storefront(desk: Desk) -> Storefront:
    """The addresses of the shop that this desk works on; asked for once."""
    if desk.storefront is None:
        desk.storefront = ask_all(desk, {"shop": _ask()})["shop"]
    found: Storefront = desk.storefront
    return found


def _ask() -> Talk[Storefront]:
    data = yield Ask(_SHOP)
    return Storefront.of(data["shop"])
