"""A discount that somebody typed: what its form in the admin holds before anybody touches it.

It is for everybody and about everything, for what is bought once, and combines with no other. Where nobody says when it
begins, it begins when the import is planned (`Discounts.dated`).
"""

from __future__ import annotations

from typing import Any

from ..keys import Key
from ..resource import Fields
from ._discount_documents import AUTOMATIC, BASIC, BXGY, CODE, FREE_SHIPPING

_ALL = {"all": True}
_ONCE = {"oneTime": True, "subscription": False}


def named(fields: Fields) -> Key | None:
    codes, title = fields.get("codes"), fields.get("title")
    if isinstance(codes, list) and codes:
        return CODE, str(codes[0]).lower()
    return (AUTOMATIC, str(title)) if title else None


def whole(key: Key, fields: Fields) -> Fields:
    kind = FREE_SHIPPING if fields.get("shipping") else BXGY if fields.get("buys") else BASIC
    said = {name: value for name, value in fields.items() if value is not None}
    found = {"kind": kind, **_of_key(key), "for": _ALL, **said}
    if found.get("codes") and "title" not in said:
        found["title"] = found["codes"][0]
    for name in ("gets", "buys"):
        if isinstance(found.get(name), dict):
            own = {**_ONCE, "items": _ALL, **found[name]}
            found[name] = {"each": False, **own} if name == "gets" and "amount" in own else own
    if found["kind"] == FREE_SHIPPING:
        own = found.get("shipping") or {}
        found["shipping"] = {"countries": None, "restOfWorld": not own.get("countries"), **_ONCE, **own}
    return found


def _of_key(key: Key) -> dict[str, Any]:
    if len(key) != 2:
        return {}
    if key[0] == AUTOMATIC:
        return {"title": key[1]}
    return {"title": key[1].upper(), "codes": [key[1].upper()], "appliesOncePerCustomer": False}
