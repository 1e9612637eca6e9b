"""Where links stand in HTML: spans of attribute values and of styles, found the way browsers read tags.

Nothing is parsed into a tree and nothing is written anew: what is not inside one of these spans stays as it is, byte
for byte, however broken the markup. https://html.spec.whatwg.org/multipage/parsing.html#tokenization
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import NamedTuple

# Attributes that hold one address; on whatever element, because the wrong element does no harm.
ONE = frozenset(
    {"href", "src", "poster", "action", "formaction", "background", "cite", "data", "longdesc", "xlink:href"}
)
MANY = frozenset({"srcset", "imagesrcset"})  # candidates with descriptors, parted by commas
# Themes and page builders keep addresses for their scripts in attributes of any name that begins so. One that is an
# address as a whole is a link, one with srcset or bgset at the end of its name holds many.
DATA = "data-"
MANY_DATA = ("srcset", "bgset")
# How ids of records begin, in a shop and in an archive: these are looked at in whatever attribute they are.
REFERRING = ("gid://shopify/", "shopsync:")
# Elements whose content is text and no markup, up to their end tag.
_RAW = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"})

BLANKS = " \t\n\f\r"  # what HTML calls white space; Unicode knows more
_OPEN = re.compile(rf"<(?:(?P<comment>!--)|(?P<bogus>[!?]|/(?![a-zA-Z]))|/?(?P<name>[a-zA-Z][^{BLANKS}/>]*))")
_COMMENT_END = re.compile(r"--!?>")
_GAP = re.compile(rf"[{BLANKS}/]*")
_NAME = re.compile(rf"=?[^{BLANKS}/>=]*")
_EQUALS = re.compile(rf"[{BLANKS}]*=[{BLANKS}]*")
_UNQUOTED = re.compile(rf"[^{BLANKS}>]*")
# An address in CSS: url(x), url("x"). One with escapes is left alone.
_CSS_URL = re.compile(
    rf"url\([{BLANKS}]*(?P<quote>[\"']?)(?P<url>[^\"'()\\{BLANKS}]+)(?P=quote)[{BLANKS}]*\)", re.IGNORECASE
)
_CANDIDATE = re.compile(rf"[^{BLANKS},][^{BLANKS}]*")
# In an attribute a name without a semicolon is most often a parameter (?a=1&copy=2), and is left as one.
_REFERENCE = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[a-zA-Z][a-zA-Z0-9]*;)")


class Span(NamedTuple):
    """One address in a text: ``text[start:end]`` as it is written, entities and all; `bare`: where there are none.

    `sure`: it stands where nothing but an address can stand.
    """

    start: int
    end: int
    bare: bool = False
    sure: bool = True


def links(text: str) -> Iterator[Span]:
    """Every address in the attributes of a text's tags and in its styles, in the order in which they stand."""
    at = 0
    while (opening := _OPEN.search(text, at)) is not None:
        at = opening.end()
        if opening["comment"]:
            at = _comment_end(text, at)
        elif opening["bogus"]:
            at = _behind(text, ">", at)
        else:
            spans, at = _tag(text, at)
            yield from spans
            name = opening["name"].lower()
            if name in _RAW and text[opening.start() + 1] != "/":
                ending = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(text, at)
                end = ending.start() if ending is not None else len(text)
                if name == "style":
                    yield from (Span(*found.span("url"), bare=True) for found in _CSS_URL.finditer(text, at, end))
                at = end


def _comment_end(text: str, at: int) -> int:
    """Behind a comment; ``<!-->`` and ``<!--->`` are whole ones."""
    for short in (">", "->"):
        if text.startswith(short, at):
            return at + len(short)
    ending = _COMMENT_END.search(text, at)
    return ending.end() if ending is not None else len(text)


def _behind(text: str, mark: str, at: int) -> int:
    found = text.find(mark, at)
    return found + len(mark) if found >= 0 else len(text)


def _tag(text: str, at: int) -> tuple[list[Span], int]:
    """The addresses of one tag, and where it ends. A tag that the text's end cuts off is none."""
    spans: list[Span] = []
    while (at := _matched(_GAP, text, at)) < len(text):
        if text[at] == ">":
            return spans, at + 1
        name_end = _matched(_NAME, text, at)
        name, at = text[at:name_end].lower(), name_end
        equals = _EQUALS.match(text, at)
        if equals is None:
            continue
        value = _value(text, equals.end())
        if value is None:
            break
        span, at = value
        spans += _addresses(name, text, span)
    return [], len(text)


def _matched(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found is not None else at


def _value(text: str, at: int) -> tuple[Span, int] | None:
    """An attribute's value, and where what follows it begins. None where its quote never ends."""
    quote = text[at : at + 1]
    if not quote or quote not in "\"'":
        end = _matched(_UNQUOTED, text, at)
        return Span(at, end), end
    end = text.find(quote, at + 1)
    return (Span(at + 1, end), end + 1) if end >= 0 else None


def _addresses(name: str, text: str, span: Span) -> Iterable[Span]:
    """The addresses in the value of an attribute of this name."""
    if name in MANY or (name.startswith(DATA) and name.endswith(MANY_DATA)):
        return _candidates(text, span)
    if name == "style":
        style = spelt(text[span.start : span.end])
        found = (match.span("url") for match in _CSS_URL.finditer(style.text))
        return [Span(span.start + style.places[start], span.start + style.places[end]) for start, end in found]
    whole = _stripped(text, span)
    said = text[whole.start : whole.end]
    if name in ONE or said.startswith(REFERRING) or (name.startswith(DATA) and not any(b in said for b in BLANKS)):
        return [whole._replace(sure=name in ONE)]
    return []


def _stripped(text: str, span: Span) -> Span:
    """Browsers do not mind blanks around an address."""
    inner = text[span.start : span.end]
    start = span.start + len(inner) - len(inner.lstrip(BLANKS))
    return Span(start, max(start, span.start + len(inner.rstrip(BLANKS))))


def _candidates(text: str, span: Span) -> Iterator[Span]:
    """The addresses of a srcset. https://html.spec.whatwg.org/multipage/images.html#parsing-a-srcset-attribute"""
    at = span.start
    while (found := _CANDIDATE.search(text, at, span.end)) is not None:
        bare = found[0].rstrip(",")
        at = found.end()
        if len(bare) == len(found[0]):  # descriptors follow, up to the next comma
            comma = text.find(",", at, span.end)
            at = comma + 1 if comma >= 0 else span.end
        yield Span(found.start(), found.start() + len(bare))


class Spelling(NamedTuple):
    """A text with its entities resolved. `places[n]`: where the character `n` of it begins as it was written."""

    text: str
    places: list[int]


def spelt(raw: str) -> Spelling:
    """What an attribute's value says, character by character: ``&amp;`` is one."""
    if "&" not in raw:
        return Spelling(raw, list(range(len(raw) + 1)))
    said: list[str] = []
    places: list[int] = []
    at = 0
    while at < len(raw):
        found = _REFERENCE.match(raw, at)
        piece = found[0] if found is not None else raw[at]
        meant = unescape(piece) if found is not None else piece
        said.append(meant)
        places += [at] * len(meant)
        at += len(piece)
    return Spelling("".join(said), [*places, len(raw)])
