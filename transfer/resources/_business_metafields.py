"""What the metafields of companies and of their locations have in common: of companies of one name, none is meant."""

from __future__ import annotations

from collections.abc import Callable

from ..keys import Key
from ..resource import Ids, Scopes, Talk
from . import _business as business
from ._owned import HandleOwned


class BusinessMetafields(HandleOwned):
    optional = "what is noted about business customers: tick it only where you may copy that"
    personal = True
    scopes = Scopes(read=("read_companies",), write=("write_companies",))
    unique = False  # two companies, or two locations of one, may share their name
    ownerless = business.OWNERLESS

    def owner_gid(self, key: Key, ids: Ids) -> Talk[str | None]:
        company = yield from business.company_gid(key[:2], ids)
        return (yield from super().owner_gid(key, ids)) if company is not None else None

    def anonymous_key(self, key: Key, alias: Callable[[str], str]) -> Key:
        nouns = ("Company", "Location")
        parts = [key[at : at + 2] for at in range(0, len(key) - 2, 2)]
        owner = [part for noun, own in zip(nouns, parts, strict=False) for part in business.alias_of(own, noun, alias)]
        return (*owner, *key[-2:])
