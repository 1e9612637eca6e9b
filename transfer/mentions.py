"""What still names the source store in texts that are carried as they are: its addresses, and ids of its records.

Only what stands where a link or a reference stands is rewritten (`transfer.links`). A text that merely looks like one
may be meant as it is, so it is not touched; but nobody has to find out by chance that it is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from .dead_links import say
from .keys import Key
from .outcomes import Reason, Verdict
from .references import GLOBAL_TYPES, parse
from .resource import Fields, Json, Resource
from .storefront import OWN
from .work import Row

_SHOWN = 2  # mentions quoted of one place
_PLACES = 3  # places named of one record
_LONGEST = 100  # characters of a mention
_GID = re.compile(r"gid://shopify/([A-Za-z0-9]+)/\d+")
# Numbers of records, as widgets of themes, forms of carts and links in texts keep them: data-variant-id="1",
# "product_id": 1, <input name="id" value="1">, /cart/1:1, ?variant=1, /recommendations/products?product_id=1,
# /admin/products/1. All of bounded length: texts are hostile.
_WHOSE = r"(?:product|variant|collection)[-_]?id"
_IS, _WITHIN = r"\s{0,9}=\s{0,9}[\"']?", r"[^<>]{1,200}?\b"
_CHARS, _PART = r"[^\"'\s<>]", r"[^\"'\s<>?#/]{1,255}"
_MORE = rf"{_CHARS}{{0,100}}?(?:(?<=cart/)|\bvariant=|\bid=)"
_ROOT = r"(?:(?<![\w.%:/-])|(?<=//store))/(?!/)"  # where a path begins, of a link without a host or to the own one
_NUMBERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bdata-[\w-]{{0,60}}{_WHOSE}{_IS}\d{{8,}}",
        rf"[\"'](?:\w{{0,60}}_)?{_WHOSE}\\?[\"']\s{{0,9}}:\s{{0,9}}\\?[\"']?\d{{8,}}",
        rf"<(?:input|button)\b{_WITHIN}name{_IS}id\b{_WITHIN}value{_IS}\d{{8,}}",
        rf"<(?:input|button)\b{_WITHIN}value{_IS}\d{{8,}}{_WITHIN}name{_IS}id\b",
        rf"(?:(?<![\w.%-])|(?<=//store))/(?:[a-z]{{2,3}}(?:-[a-z0-9]{{2,4}})?/)?(?:cart/|(?:collections/{_PART}/)?products/){_MORE}\d{{8,}}",
        rf"[\"'](?!/)[\w./-]{{0,255}}\?(?:{_CHARS}{{0,200}}[&;])?variant=\d{{8,}}",
        rf"{_ROOT}(?:{_PART}/){{0,4}}{_PART}\?(?:{_CHARS}{{0,100}}?[&;])?(?:\w{{0,60}}_)?{_WHOSE}=\d{{8,}}",
        rf"{_ROOT}admin/(?:[a-z_-]{{1,60}}/){{1,4}}\d{{8,}}",
        rf"{_ROOT}\d{{5,20}}/(?:policies|orders|invoices)/\w{{1,64}}",
    )
)
_DIGITS = re.compile(r"(?:\d|%3\d){8}|\d/(?:policies|orders|invoices)/", re.IGNORECASE)
_HINTS = ("id", "cart", "variant", "admin", "policies", "orders", "invoices")
# Signs as addresses inside addresses write them.
_WRITTEN = re.compile(r"\\/|%(?:2[6f]|3[0-9adf]|5f)", re.IGNORECASE)
# The same in Base64, as the API once gave them; apps still keep some.
_ENCODED = re.compile(r"Z2lkOi8vc2hvcGlmeS9[A-Za-z0-9+/]{4,200}={0,2}")
_REST = r"[^\s\"'<>()\\]*"  # an address, up to what ends one in texts, HTML, CSS and JSON
_WHO = r"(?:[^\s\"'<>()\\/?#@]{1,200}@)?"  # a name and a password before a host
_SECRET = re.compile(rf"(?<=//){_WHO}")
_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Mention:
    """`path`: where it stands, `found`: the addresses and ids that stand there."""

    path: str
    found: tuple[str, ...]

    @property
    def sentence(self) -> str:
        more = len(self.found) - _SHOWN
        shown = [one if len(one) <= _LONGEST else f"{one[:_LONGEST]}…" for one in self.found[:_SHOWN]]
        such = ", ".join([*shown, *([f"and {more} more"] if more > 0 else [])])
        return f"{self.path}: names the source store in a text, which stays as it is: {such}."


class Mentions:
    """Finds them. `addresses`: hosts of the source store, and its folder on Shopify's CDN (`Storefront.addresses`)."""

    def __init__(self, addresses: Iterable[str]) -> None:
        own = sorted({address.lower() for address in addresses if address}, key=lambda one: (-len(one), one))
        self._marks = (*own, "gid:", "gid%3a", "z2lkoi8vc2hvcglmes9")
        hosts = "|".join(rf"{re.escape(one)}(?![\w-]|\.\w)" if not one.endswith("/") else re.escape(one) for one in own)
        # What ends so is an address wherever it stands: scripts of buy buttons name it.
        bare = "|".join(rf"{re.escape(one)}(?![\w-]|\.\w)" for one in own if one.endswith(OWN)) or "(?!)"
        every = rf"(?:https?:)?//{_WHO}(?:{hosts}){_REST}|(?<![\w.@/-])(?:{bare})"
        self._address = re.compile(every, re.IGNORECASE) if own else _NEVER

    def of(self, resource: Resource, fields: Fields) -> Iterator[Mention]:
        """Every place of a portable record that names the store. Where its bytes are fetched from is none."""
        for name, value in fields.items():
            if not (resource.sourced and name == "source"):
                yield from self._in(name, value)

    def sentences(self, resource: Resource, fields: Fields) -> str:
        found = list(self.of(resource, fields))
        more = len(found) - _PLACES
        rest = [f"And {more} more texts like these."] if more > 0 else []
        return " ".join([*(mention.sentence for mention in found[:_PLACES]), *rest])

    def _in(self, path: str, value: Json) -> Iterator[Mention]:
        if isinstance(value, str):
            found = tuple(dict.fromkeys(self._found(value)))
            if found:
                yield Mention(path.removesuffix(".value") if path.startswith("fields.") else path, found)
        elif isinstance(value, dict):
            for name, inner in value.items():
                yield from self._in(f"{path}.{name}", inner)
        elif isinstance(value, list):
            for inner in value:
                yield from self._in(path, inner)

    def _found(self, text: str) -> Iterator[str]:
        low = text.lower()
        numbered = any(word in low for word in _HINTS) and _DIGITS.search(text) is not None
        if not (numbered or any(mark in low for mark in self._marks)) or parse(text) is not None:
            return
        plain = _WRITTEN.sub(lambda sign: "/" if sign[0] == "\\/" else chr(int(sign[0][1:], 16)), text)
        yield from (_SECRET.sub("", found[0].rstrip(".,;:!?"), count=1) for found in self._address.finditer(plain))
        yield from (found[0] for found in _GID.finditer(plain) if found[1] not in GLOBAL_TYPES)
        yield from (found[0] for found in _ENCODED.finditer(plain))
        yield from (found[0] for numbers in (_NUMBERS if numbered else ()) for found in numbers.finditer(plain))


@dataclass(slots=True)
class Telling:
    """Says of the rows of a plan what of the records that are wanted names the source store as a text. `mentions`: None
    where nothing is to be said of it."""

    mentions: Mentions | None
    says: dict[tuple[Key, int], str] = field(default_factory=dict)

    def look(self, resource: Resource, wanted: Sequence[Fields], rows: Iterable[Row]) -> None:
        """`wanted`: what the archive has of their key, `rows`: what is to become of it."""
        for row in rows:
            fields = wanted[0] if len(wanted) == 1 else row.after
            if fields is not None and self.mentions is not None:
                self.says[row.key, row.number] = self.mentions.sentences(resource, fields)

    def tell(self, rows: Iterable[Row]) -> None:
        """Tells it, once it is known what else is to be told of these rows."""
        for row in rows:
            sentence = self.says.get((row.key, row.number), "")
            if sentence and row.verdict in (Verdict.UNCHANGED, Verdict.FULLER):
                if row.verdict is Verdict.UNCHANGED and row.detail:
                    say(row, row.detail)
                say(row, sentence, Reason.NAMES_SOURCE)
            elif sentence and row.verdict in (Verdict.CREATE, Verdict.UPDATE):
                row.reason = row.reason or Reason.NAMES_SOURCE
                row.detail = " ".join(filter(None, (row.detail, sentence)))
        self.says = {}
