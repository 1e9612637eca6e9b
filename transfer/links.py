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

from . import html
from .paths import OURS, VERBATIM, Translate, localised, named, with_variants
from .references import CARRIED_TYPES, Target, gid_type, parse
from .resource import Place

# What is looked at: addresses on the web, paths from the root, and what our own form could be mistaken for.
_LINK = re.compile(r"(?:https?:)?//|/|shopsync:", re.IGNORECASE)
_STRING = re.compile(r'("(?:[^"\\]|\\.)*")([ \t\r\n]*:[ \t\r\n]*)?')


def is_link(text: str) -> bool:
    return _LINK.match(text) is not None


# -- walking -----------------------------------------------------------------------------------------------------


def steps(link: str, translate: Translate) -> Iterator[str]:
    """A link, changed in one place after the other: what stands before its path, and the variants that it names."""
    home = translate(link) or link
    if link.startswith(VERBATIM) or home.startswith(VERBATIM):
        yield home
    elif link.startswith(OURS) and not home.startswith(OURS):  # on its way into a shop
        named_here = with_variants(link, translate)
        yield named_here
        yield translate(named_here) or named_here
    else:
        yield home
        yield with_variants(home, translate)


def in_url(text: str, translate: Translate) -> str:
    """A text that is an address as a whole."""
    bare = text.strip()
    if not is_link(bare):
        return text
    *_, new = steps(bare, translate)
    return text if new == bare else text.replace(bare, new, 1)


def in_html(text: str, translate: Translate) -> str:
    """HTML with the addresses in its attributes and styles replaced, and nothing else touched."""
    if "<" not in text:
        return text
    pieces: list[str] = []
    at = 0
    for span in html.links(text):
        raw = text[span.start : span.end]
        new = in_url(raw, translate) if span.bare else _in_attribute(raw, translate)
        pieces += (text[at : span.start], new)
        at = span.end
    return "".join([*pieces, text[at:]])


def _in_attribute(raw: str, translate: Translate) -> str:
    """An address as it is written in HTML. Only what changes is written anew, entities and all."""
    link = html.spelt(raw).text
    for new in steps(link, translate) if is_link(link) else ():
        raw = _spliced(raw, new)
    return raw


def _spliced(raw: str, new: str) -> str:
    """What is written so that it says `new`, as it was wherever it says the same."""
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


# -- finding --------------------------------------------------------------------------------------------------------


def referred(text: str) -> Iterator[Target]:
    """Every record that free JSON of an archive refers to."""
    found: list[str] = []
    in_json_gids(text, lambda said: found.append(said))
    yield from (target for said in found if (target := parse(said)) is not None)


def without_variants(walk: Callable[[str, Translate], str], text: str) -> str:
    """A portable text before any of the variants that its links name is there."""
    return walk(text, lambda said: said if parse(said) is None else None)


def places(path: str, walk: Callable[[str, Translate], str], text: str | None) -> Iterator[Place]:
    """Every record that the links of a portable text name. Finding is rewriting with a notebook.

    A variant is named by its id, so it must be there before its link is; all else is named by the link itself.
    """
    found: list[str] = []

    def note(link: str) -> str:
        found.append(link)
        return link

    walk(text or "", note)
    for link in found:
        variant = parse(link)
        if variant is not None:
            yield Place(path, variant)
        else:
            yield from (Place(path, to, link=True, localised=localised(link)) for to in named(link))
