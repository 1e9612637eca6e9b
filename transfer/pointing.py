"""References and links in a value, in the words of the admin: for people who look at a plan, a report, a comparison.

``shopsync:products/blue-shirt`` is "Product: blue-shirt", wherever in a value it stands: alone, in JSON, in a link of a
text. A link to the store's own pages begins with "the store" where its address would stand, so that it is told apart
from one without an address.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote

from .keys import encode
from .naming import key as said_key
from .naming import node, one
from .paths import CDN, OURS, STORE, VERBATIM
from .references import Target, parse
from .registry import RESOURCES

VARIANTS = "variants"  # no kind of their own: they are carried in their products
# Shopify's word for a file's kind says nothing that its name does not say.
_NAMED_BY_LAST = frozenset({"files"})
_OURS = re.compile(rf"{OURS}((?:https?:)?//)({STORE}|{CDN})(?=[/?#\"'\s)<]|$)", re.IGNORECASE)
_HOSTS = {STORE: "the store", CDN: "the store's files"}
_ENCODED = re.compile(r"shopsync%3A[a-z_]+(?:%2F[^&\"'\s,:#<>)/]*)+", re.IGNORECASE)


def readable(text: str) -> str:
    """A value as text: what it refers to in words; JSON laid out, so that two of them can be compared."""
    value = _parsed(text)
    try:
        return _words(text) if value is None else json.dumps(spelled(value), ensure_ascii=False, indent=2)
    except RecursionError:  # nobody reads what is nested that deep
        return text


def spelled(value: Any) -> Any:
    """The same of everything in a value that came from JSON, and of JSON in a text of it; names of fields stay."""
    if isinstance(value, str):
        inner = _parsed(value) if OURS in value else None
        return _words(value) if inner is None else spelled(inner)
    if isinstance(value, list):
        return [spelled(item) for item in value]
    if isinstance(value, dict):
        return {name: spelled(item) for name, item in value.items()}
    return value


def _parsed(text: str) -> Any:
    """The list or object that stands in a text; None where none does."""
    if text[:1] not in ("[", "{"):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _words(text: str) -> str:
    target = parse(text)
    if target is not None:
        return _target(target) or text
    if text.startswith(VERBATIM):
        return text.removeprefix(VERBATIM)
    text = _OURS.sub(lambda found: f"{found[1]}{_HOSTS[found[2].lower()]}", text)
    return _ENCODED.sub(_encoded, text)


def _encoded(found: re.Match[str]) -> str:
    target = parse(unquote(found[0]))
    return (target and _target(target)) or found[0]


def _target(target: Target) -> str:
    """ "Product: blue-shirt"; empty for what is no kind of ours, and so no reference."""
    if target.unknown:
        what = node(target.key[0])
        return f"{what[:1].upper()}{what[1:]} that the source store could not name"
    if target.resource not in RESOURCES and target.resource != VARIANTS:
        return ""
    parts = target.key[-1:] if target.resource in _NAMED_BY_LAST else target.key
    kind = one(target.resource)
    return f"{kind[:1].upper()}{kind[1:]}: {said_key('/'.join(parts), target.resource) if parts else encode(parts)}"
