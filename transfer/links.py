"""Links inside texts: addresses in HTML, rich text, and values of the types url and link.

A link names a page by its path, and paths are made of handles, which are natural keys: what has to change from shop to
shop is only whose address stands before the path. In an archive the shop's own hosts stand as words, after `OURS`::

    https://www.boutique.example/products/blue-shirt?a=1#b   shopsync:https://store/products/blue-shirt?a=1#b
    //cdn.shopify.com/s/files/1/0123/4567/files/a.jpg?v=1    shopsync://cdn/files/a.jpg?v=1
    shopsync:… (a text that happens to begin so)             shopsync:verbatim:shopsync:…

Paths, other hosts and everything else stay as they are, byte for byte; `transfer.storefront` says which hosts are the
shop's own. The walks here find each address where one stands, hand it to `translate`, and put back what comes: they are
how references are rewritten as well (`transfer.values`), so that one walk over a record sees both. A relative address
is handed over as what it means from the root (`transfer.relative`), and put back as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial

from . import html
from .json_text import replaced
from .paths import OURS, VERBATIM, Translate, locale_of, named, page_of, with_ids
from .references import parse
from .relative import ANY, NOWHERE, rooted
from .resource import Place
from .text_references import is_reference, translated

# What is looked at: addresses on the web, paths from the root, and what our own form could be mistaken for.
_LINK = re.compile(r"(?:https?:)?//|/|shopsync:", re.IGNORECASE)
_BLANK = re.compile(r"\s")


def is_link(text: str) -> bool:
    return _LINK.match(text) is not None


# -- walking -----------------------------------------------------------------------------------------------------


def steps(link: str, translate: Translate) -> Iterator[str]:
    """A link, changed in one place after the other: what stands before its path, and what it names by ids."""
    home = translate(link) or link
    if link.startswith(VERBATIM) or home.startswith(VERBATIM):
        yield home
    elif link.startswith(OURS) and not home.startswith(OURS):  # on its way into a shop
        named_here = with_ids(link, translate)
        yield named_here
        yield translate(named_here) or named_here
    else:
        yield home
        yield with_ids(home, translate)


def _steps_of(said: str, translate: Translate, page: str | None, sure: bool = True) -> Iterator[str]:
    """The same of an address that may be relative to a page (None: it may not be); nothing where it is no link.

    `sure`: it stands where only an address can stand. Elsewhere one that begins with dots is one.
    """
    if is_link(said):
        yield from steps(said, translate)
    elif page is not None and (sure or said.startswith(".")):
        own = rooted(said, page)
        yield from map(own.back, steps(own.link, translate)) if own is not None else ()


def in_url(text: str, translate: Translate, page: str | None = None) -> str:
    """A text that is an address as a whole."""
    bare = text.strip()
    *_, new = (bare, *_steps_of(bare, translate, page))
    return text if new == bare else text.replace(bare, new, 1)


def in_html(text: str, translate: Translate, page: str = NOWHERE) -> str:
    """HTML with the addresses in its attributes and styles replaced, and nothing else touched.

    `page`: the path of the page that it is shown on (`relative.page`), by which relative addresses are read.
    """
    if "<" not in text:
        return text
    pieces: list[str] = []
    at = 0
    for span in html.links(text):
        raw = text[span.start : span.end]
        new = in_url(raw, translate, page) if span.bare else _in_attribute(raw, translate, page, span.sure)
        pieces += (text[at : span.start], new)
        at = span.end
    return "".join([*pieces, text[at:]])


def on(page: str) -> Callable[[str, Translate], str]:
    """The walk over HTML that is shown on this page."""
    return partial(in_html, page=page)


def _in_attribute(raw: str, translate: Translate, page: str, sure: bool) -> str:
    """An address as it is written in HTML. Only what changes is written anew, entities and all.

    An attribute may hold a GID as well: nothing stands in it where nothing answers to that.
    """
    link = html.spelt(raw).text
    if is_reference(link):
        return _spliced(raw, translated(link, translate) or "")
    for new in _steps_of(link, translate, page, sure):
        raw = _spliced(raw, new)
    return raw


def _spliced(raw: str, new: str) -> str:
    """What is written so that it says `new`, as it was wherever it says the same: parameter by parameter."""
    said = html.spelt(raw)
    parts, news = said.text.split("&"), new.split("&")
    if len(parts) != len(news):
        return _spliced_part(raw, new)
    pieces: list[str] = []
    at = 0
    for part, own in zip(parts, news, strict=True):
        pieces.append(_spliced_part(raw[said.places[at] : said.places[at + len(part)]], own))
        at += len(part)
        pieces.append(raw[said.places[at] : said.places[min(at + 1, len(said.text))]])  # as the sign is written
        at += 1
    return "".join(pieces)


def _spliced_part(raw: str, new: str) -> str:
    said = html.spelt(raw)
    if new == said.text:
        return raw
    start = _same(said.text, new)
    end = len(said.text) - _same(said.text[start:][::-1], new[start:][::-1])
    while start > 0 and said.places[start] == said.places[start - 1]:
        start -= 1  # not through an entity that stands for two characters
    while start < end < len(said.text) and said.places[end] == said.places[end - 1]:
        end += 1
    middle = new[start : len(new) - (len(said.text) - end)]
    return raw[: said.places[start]] + _written(middle) + raw[said.places[end] :]


def _same(one: str, other: str) -> int:
    """How many characters two texts have in common at their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def _written(text: str) -> str:
    """A text for an attribute, however that is quoted."""
    return re.sub(r"[&\"'<>\s`]", lambda match: f"&#{ord(match[0])};", text)


def in_json_urls(text: str, translate: Translate) -> str:
    """Values of the types link and rich_text_field: JSON whose addresses stand under the name url."""
    return replaced(text, lambda name, said: in_url(said, translate, NOWHERE) if name == "url" else said)


def in_json_list(text: str, translate: Translate) -> str:
    """A JSON list of addresses."""
    return replaced(text, lambda name, said: in_url(said, translate))


def in_free_json(text: str, translate: Translate) -> str:
    """JSON of a merchant's or an app's own: a string that is exactly a GID is a reference, one that is an address as a
    whole is a link. Null stands where nothing answers to a reference; what stood under it as a name is left out."""

    def one(name: str | None, said: str) -> str | None:
        if is_reference(said):
            return translated(said, translate)
        return in_url(said, translate) if is_link(said) and _BLANK.search(said) is None else said

    def naming(name: str) -> str | None:
        return translated(name, translate) if is_reference(name) or name.startswith(OURS) else name

    return replaced(text, one, naming)


# -- finding --------------------------------------------------------------------------------------------------------


def without_ids(walk: Callable[[str, Translate], str], text: str) -> str:
    """A portable text before any of what its links name by ids is there."""
    return walk(text, lambda said: said if parse(said) is None else None)


def places(path: str, walk: Callable[[str, Translate], str], text: str | None) -> Iterator[Place]:
    """Every record that the links of a portable text name. Finding is rewriting with a notebook.

    What is named by its id must be there before its link is; all else is named by the link itself.
    """
    found: list[str] = []

    def note(link: str) -> str:
        found.append(link)
        return link

    walk(text or "", note)
    for link in found:
        by_id = parse(link)
        if by_id is not None:
            yield Place(path, by_id)
        else:
            page, locale = page_of(link), locale_of(link)
            known = (to for to in named(link) if ANY not in to.key)
            yield from (Place(path, to, link=True, page=page, locale=locale) for to in known)
