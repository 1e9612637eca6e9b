"""Links inside texts: addresses in HTML, rich text, and values of the types url and link.

A link names a page by its path, and paths are made of handles, which are natural keys: what has to change from shop to
shop is only whose address stands before the path. In an archive the shop's own hosts stand as words, after `OURS`::

    https://www.boutique.example/products/blue-shirt?a=1#b   shopsync:https://store/products/blue-shirt?a=1#b
    //cdn.shopify.com/s/files/1/0123/4567/files/a.jpg?v=1    shopsync://cdn/files/a.jpg?v=1
    shopsync:… (a text that happens to begin so)             shopsync:verbatim:shopsync:…

Relative paths, other hosts and everything else stay as they are, byte for byte; `transfer.storefront` says which hosts
are the shop's own. The walks here find each address where one stands, hand it to `translate`, and put back what comes:
they are how references are rewritten as well (`transfer.values`), so that one walk over a record sees both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote

from . import html
from .references import CARRIED_TYPES, Target, gid_type, parse

Translate = Callable[[str], str | None]

OURS = "shopsync:"
VERBATIM = f"{OURS}verbatim:"
STORE, CDN = "store", "cdn"  # the words that stand for the shop's own hosts

# What is looked at: addresses on the web, paths from the root, and what our own form could be mistaken for.
_LINK = re.compile(r"(?:https?:)?//|/|shopsync:", re.IGNORECASE)
_STRING = re.compile(r'("(?:[^"\\]|\\.)*")([ \t\r\n]*:[ \t\r\n]*)?')
_HEAD = re.compile(r"(?:shopsync:)?(?:https?:)?//([^/?#]*)", re.IGNORECASE)


def is_link(text: str) -> bool:
    return _LINK.match(text) is not None


# -- walking -----------------------------------------------------------------------------------------------------


def in_url(text: str, translate: Translate) -> str:
    """A text that is an address as a whole."""
    bare = text.strip()
    if not is_link(bare):
        return text
    new = translate(bare)
    return text if new is None or new == bare else text.replace(bare, new, 1)


def in_html(text: str, translate: Translate) -> str:
    """HTML with the addresses in its attributes replaced, and nothing else touched."""
    if "<" not in text:
        return text
    pieces: list[str] = []
    at = 0
    for span in html.links(text):
        raw = text[span.start : span.end]
        pieces += (text[at : span.start], _in_attribute(raw, translate))
        at = span.end
    return "".join([*pieces, text[at:]])


def _in_attribute(raw: str, translate: Translate) -> str:
    """An address as it is written in HTML. Only the beginning that changes is written anew, entities and all."""
    said = html.spelt(raw)
    if not is_link(said.text):
        return raw
    new = translate(said.text)
    if new is None or new == said.text:
        return raw
    cut = len(said.text) - _same_end(said.text, new)
    while 0 < cut < len(said.text) and said.places[cut] == said.places[cut - 1]:
        cut += 1  # not through an entity that stands for two characters
    return _written(new[: len(new) - (len(said.text) - cut)]) + raw[said.places[cut] :]


def _same_end(one: str, other: str) -> int:
    """How many characters at their ends two texts have in common."""
    most = min(len(one), len(other))
    return next((n for n in range(most) if one[-1 - n] != other[-1 - n]), most)


def _written(text: str) -> str:
    """A text for an attribute, however that is quoted."""
    return re.sub(r"[&\"'<>\s`]", lambda match: f"&#{ord(match[0])};", text)


def in_json_urls(text: str, translate: Translate) -> str:
    """Values of the types link and rich_text_field: JSON whose addresses stand under the name url."""
    return _in_json(text, lambda name, said: in_url(said, translate) if name == "url" else said)


def in_json_list(text: str, translate: Translate) -> str:
    """A JSON list of addresses."""
    return _in_json(text, lambda name, said: in_url(said, translate))


def in_json_gids(text: str, translate: Translate) -> str:
    """Free JSON: a string that is exactly a GID is a reference, and null where nothing answers to it.

    A GID of a kind that no resource here carries (an order's) stays as it is. One that the source shop itself could not
    name becomes ``shopsync:unknown/…``, as everywhere: no store answers to that.
    """

    def one(name: str | None, said: str) -> str | None:
        if gid_type(said) is None and not said.startswith(OURS):
            return said
        new = translate(said)
        target = parse(new) if new is not None else None
        return said if target is not None and target.unknown and gid_type(said) not in CARRIED_TYPES else new

    return _in_json(text, one)


def _in_json(text: str, change: Callable[[str | None, str], str | None]) -> str:
    """JSON with some of its strings replaced in place. `change` is given the name under which a string stands."""
    if not _is_json(text):
        return text
    pieces: list[str] = []
    at = 0
    name: tuple[str, int] | None = None  # the last name, and where its value begins
    for found in _STRING.finditer(text):
        said = json.loads(found[1])
        if found[2] is not None:
            name = (said, found.end())
            continue
        new = change(name[0] if name is not None and name[1] == found.start() else None, said)
        if new != said:
            pieces += (text[at : found.start()], json.dumps(new, ensure_ascii=False))
            at = found.end()
    return "".join([*pieces, text[at:]])


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


# -- what a link names -------------------------------------------------------------------------------------------

_LOCALE = r"(?:[a-z]{2,3}(?:-[a-z0-9]{2,4})?/)?"
_PATH = re.compile(
    rf"/{_LOCALE}(products|collections|pages|blogs|policies|cdn/shop/files|cdn/shop/products)/(.+)", re.I
)
_FILE = re.compile(r"/(?:files|products)/([^/]+)\Z")
_ENDING = re.compile(r"\.(?:js|json|oembed|atom)\Z", re.IGNORECASE)
_IMAGE = re.compile(r"\.(?:avif|bmp|gif|heic|jpe?g|png|svg|tiff?|webp)\Z", re.IGNORECASE)
# Sizes that a file's address may carry: name_600x.jpg, name_large.png, name_100x100_crop_center@2x.jpg
_SIZE = re.compile(
    r"_(?:\d+x\d*|x\d+|pico|icon|thumb|small|compact|medium|large|grande|original|master)(?:_crop_[a-z]+)?(?:@[23]x)?"
    r"(?:\.progressive)?(?=\.[a-z0-9]+\Z)",
    re.IGNORECASE,
)


def named(link: str) -> Iterator[Target]:
    """The records that a portable link names, on its own shop: none for other hosts and unknown paths."""
    if link.startswith(VERBATIM):
        return
    path = link
    head = _HEAD.match(link)
    if head is not None:
        if not link.startswith(OURS) or head[1] not in (STORE, CDN):
            return
        path = link[head.end() :]
    path = re.split(r"[?#]", path, maxsplit=1)[0]
    if head is not None and head[1] == CDN:
        yield from _file(path)
        return
    found = _PATH.match(path)
    if found is not None:
        parts = [unquote(part) for part in found[2].split("/") if part]
        yield from _records(found[1].lower(), parts) if parts else ()


def _records(kind: str, parts: list[str]) -> Iterator[Target]:
    handles = [_ENDING.sub("", part).lower() for part in parts]
    if kind.startswith("cdn/"):
        yield from _file(f"/files/{parts[-1]}")
    elif kind == "collections":
        if handles[0] not in ("all", "vendors", "types"):  # every shop has these
            yield Target("collections", (handles[0],))
        if len(handles) > 2 and handles[1] == "products":
            yield Target("products", (handles[2],))
    elif kind == "blogs":
        yield Target("blogs", (handles[0],))
        if len(handles) > 1 and handles[1] != "tagged":
            yield Target("articles", (handles[0], handles[1]))
    else:
        yield Target(kind, (handles[0],))


def _file(path: str) -> Iterator[Target]:
    found = _FILE.search(path)
    if found is not None:
        name = _SIZE.sub("", unquote(found[1]))
        yield Target("files", ("image" if _IMAGE.search(name) else "file", name))


def referred(text: str) -> Iterator[Target]:
    """Every record that free JSON of an archive refers to."""
    found: list[str] = []
    in_json_gids(text, lambda said: found.append(said))
    yield from (target for said in found if (target := parse(said)) is not None)


def targets(walk: Callable[[str, Translate], str], text: str | None) -> Iterator[Target]:
    """Every record that the links of a portable text name. Finding is rewriting with a notebook."""
    found: list[str] = []

    def note(link: str) -> str:
        found.append(link)
        return link

    walk(text or "", note)
    for link in found:
        yield from named(link)
