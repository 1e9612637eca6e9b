"""References in texts of no type of their own: strings of free JSON and attributes of HTML that are exactly a GID.

In an archive they stand as everywhere (`transfer.references`). What a GID asks for behind a question mark means nothing
to the records that are carried, and goes with it, percent-encoded::

    gid://shopify/Product/1          shopsync:products/blue-shirt
    gid://shopify/Product/1?a=b      shopsync:asked:a%3Db:shopsync:products/blue-shirt
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from .paths import OURS, VERBATIM, Translate
from .references import CARRIED_TYPES, gid_type, parse

_ASKED = re.compile(rf"{OURS}asked:([^:]*):({OURS}.*)\Z", re.DOTALL)


def is_reference(said: str) -> bool:
    return gid_type(said) is not None or parse(said) is not None or _ASKED.match(said) is not None


def translated(said: str, translate: Translate) -> str | None:
    """A reference, replaced; None where nothing answers to it.

    A GID of a kind that no resource here carries (an order's) stays as it is. One that the source shop itself could not
    name becomes ``shopsync:unknown/…``, as everywhere: no store answers to that.
    """
    if said.startswith(VERBATIM):
        return translate(said)
    kind = gid_type(said)
    if kind is not None and "?" in said and kind in CARRIED_TYPES:
        bare, _, asked = said.partition("?")
        new = translated(bare, translate)
        if new is None or new == bare:
            return said if new == bare else None
        return f"{OURS}asked:{quote(asked, safe='')}:{new}"
    new = translate(said)
    found = _ASKED.match(said)
    if found is not None and new == said:  # not a text that happens to be so: that would have been escaped
        inner = translated(found[2], translate)
        if inner is None or inner == found[2]:
            return said if inner == found[2] else None
        return f"{inner}?{unquote(found[1])}"
    target = parse(new) if new is not None else None
    return said if target is not None and target.unknown and kind not in CARRIED_TYPES else new
