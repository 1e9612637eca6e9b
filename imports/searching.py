"""What somebody types into the search of a list, who reads what a list shows, as what the ledger has of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.db.models import Q

from transfer.keys import encode
from transfer.naming import owners
from transfer.registry import RESOURCES

SHOWN = ("title", "name")  # of a record, what a list shows as its title: the first of these


def condition(text: str) -> Q:
    """Records of which the name or the title has the text in it, whatever its capitals (on SQLite: those of ASCII)."""
    found = Q(resource="shop_policies", key__icontains=text.replace(" ", "_"))
    found |= Q(key__icontains=text)
    found |= Q(key__iregex=_stored(text)) if "/" in text else Q(key__icontains=encode((text,)))
    for side in ("after", "before"):
        for name in SHOWN:
            found |= Q(**{f"{side}__{name}__icontains": text})
    return found | _by_heads(text.casefold())


def _by_heads(text: str) -> Q:
    """Names that begin with a word of the admin's, as `naming.key` shows them, and are stored with the API's."""
    head, slash, rest = text.partition("/")
    found = Q()
    for kind, stored, shown in _heads() if head else ():
        if slash and shown.endswith(head):
            found |= Q(resource=kind, key__iregex=f"^{stored}/{_stored(rest)}")
        elif not slash and head in shown:
            found |= Q(resource=kind, key=stored) | Q(resource=kind, key__startswith=f"{stored}/")
    return found


def _stored(text: str) -> str:
    """A pattern of a piece of a key as it is stored. A slash in it stands between two parts, or in one of them."""
    return "(/|%2F)".join(re.escape(encode((part,))) for part in text.split("/"))


def _heads() -> Iterator[tuple[str, str, str]]:
    """(kind, what its keys begin with, how a list shows that)."""
    for kind in RESOURCES.values():
        for part in kind.parts:
            yield kind.name, part, owners(part).casefold()
        for other in RESOURCES.values() if kind.of_others else ():
            yield kind.name, other.name, other.label.casefold()
