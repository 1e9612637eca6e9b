"""Relative addresses: links that name no host and do not begin with a slash. Editors of texts write such ones.

They are read as a browser reads them on the record's own page; one that begins with a part of every store, behind any
dots, is read from the root, because nothing else is there::

    on /products/shirt                        on /blogs/news/spring
    ../pages/guide      /pages/guide          ../../products/lamp?variant=1    /products/lamp?variant=1
    products/lamp       /products/lamp        ./summer                         /blogs/news/summer
    ?variant=1          /products/shirt?variant=1

A bare name (``size-guide``, ``www.example.com``) is left alone: only one that asks for a variant is plainly a link.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote

from .keys import Key
from .paths import ESCAPED, VERBATIM

# The paths of the pages on which HTML of each kind is shown.
_PAGES = {
    "articles": "/blogs/{}/{}",
    "collections": "/collections/{}",
    "pages": "/pages/{}",
    "products": "/products/{}",
    "shop_policies": "/policies/{}",
}
ANY = "-"  # a name that no record has, where it is not known whose page it is
NOWHERE = "/"  # a page of which nothing is known
_SELLING = "/products/"
_LOCALE = r"[a-z]{2,3}(?:-[a-z0-9]{2,4})?/"
_STORE = r"(?:products|collections|pages|blogs|policies|cart|cdn/shop)/[^/?#]"
_FROM_ROOT = re.compile(rf"(?:\.{{1,2}}/)*(?=(?P<locale>{_LOCALE})?{_STORE})", re.IGNORECASE)
_DOTS = re.compile(r"(?:\.{1,2}/)+(?=[^/?#.])")
_DOTS_WITHIN = re.compile(r"[^?#]*/\.{1,2}(?:[/?#]|\Z)")
_ASKS = re.compile(rf"(?P<name>[a-z0-9][\w-]*)?(?=\?(?:[^#]*&)?variant=(?P<id>\d+|{ESCAPED}))", re.IGNORECASE)
_PLAINLY = 8  # digits by which a number is an id of Shopify's, whatever page it stands on


class Rooted(NamedTuple):
    """`link`: what is meant, from the root. Of it `meant` is what is written as `written`; the rest is the same."""

    link: str
    meant: str
    written: str

    def back(self, new: str) -> str:
        """What is meant, changed behind that, as it was written."""
        sign = VERBATIM if new.startswith(VERBATIM) else ""
        return f"{sign}{self.written}{new[len(sign) + len(self.meant) :]}"


def page(kind: str, key: Key | None = None) -> str:
    """The path of a record's own page. Without a key: of any of its kind."""
    path = _PAGES.get(kind)
    if path is None:
        return NOWHERE
    if key is None:
        return path.format(ANY, ANY)
    words = (part.lower().replace("_", "-") for part in key) if kind == "shop_policies" else key
    return path.format(*(quote(word, safe="") for word in words))


def rooted(said: str, page: str) -> Rooted | None:
    """A relative address from the root; None for what is none, and for what may be anything."""
    found = _FROM_ROOT.match(said)
    if found is not None:
        locale = re.match(rf"/{_LOCALE}", page)
        meant = locale[0] if locale is not None and not found["locale"] else "/"
        return _rooted(said, found.end(), meant)
    if said.startswith("?") and page[-1:] != "/":
        return _rooted(said, 0, page)
    dots = _DOTS.match(said)
    if dots is not None and page[-1:] != "/" and _DOTS_WITHIN.match(said, dots.end()) is None:
        *above, _ = page.split("/")[1:]
        up = dots[0].count("../")
        return _rooted(said, dots.end(), "/".join(["", *above[: max(0, len(above) - up)], ""]))
    return _asking(said, page)


def _asking(said: str, page: str) -> Rooted | None:
    """A link to a product, or to the own one, by a variant of it."""
    found = _ASKS.match(said)
    elsewhere = page[-1:] != "/" and not page.startswith(_SELLING)
    if found is None or elsewhere or (page[-1:] == "/" and found["id"].isdigit() and len(found["id"]) < _PLAINLY):
        return None
    return _rooted(said, 0, _SELLING if found["name"] else f"{_SELLING}{ANY}")


def _rooted(said: str, at: int, meant: str) -> Rooted:
    return Rooted(meant + said[at:], meant, said[:at])
