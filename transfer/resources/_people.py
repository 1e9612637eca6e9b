"""What customers and companies have in common: postal addresses, consent, tags."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ..resource import Fields
from ..shapes import Flag, Lacking, ListOf, Match, Maybe, Moment, Object, OneOf
from ._common import given
from ._shapes import SHORT

ADDRESS = "firstName lastName company address1 address2 city provinceCode countryCodeV2 zip phone"
_NAMES = ("firstName", "lastName", "company", "address1", "address2", "city", "provinceCode", "zip", "phone")
_SETTABLE = ("SUBSCRIBED", "UNSUBSCRIBED")

CONTACT = Match(
    "an e-mail address in small letters, or a phone number such as +4930123456",
    re.compile(r"[^\s@A-Z]+@[^\s@A-Z]+|\+[0-9]{5,20}"),
)
_STATES = ("SUBSCRIBED", "UNSUBSCRIBED", "PENDING", "NOT_SUBSCRIBED", "NEVER_SUBSCRIBED", "INVALID", "REDACTED")
_LEVEL = OneOf("SINGLE_OPT_IN", "CONFIRMED_OPT_IN", "UNKNOWN", enum="CustomerMarketingOptInLevel")
CONSENT = Maybe(
    Object("what somebody agreed to", {"state": OneOf(*_STATES), "level": Maybe(_LEVEL), "at": Maybe(Moment())})
)
_COUNTRY = Maybe(Match("the code of a country, such as DE", re.compile(r"[A-Z]{2}")))
_PARTS = {**dict.fromkeys(_NAMES, SHORT), "countryCode": _COUNTRY}
ADDRESSES = ListOf(Object("an address", {**_PARTS, "default": Lacking(Flag())}), "a list of addresses")
EXEMPTIONS = ListOf(
    Match("a tax exemption, such as CA_BC_RESELLER_EXEMPTION", re.compile(r"[A-Z0-9_]{1,80}")), "a list"
)


def nameless(gid: str) -> str:
    """How somebody is called in a note that must name no person."""
    return f"number {gid.rsplit('/', 1)[1]}"


def portable(node: Mapping[str, Any]) -> Fields:
    return {**{name: node[name] for name in _NAMES}, "countryCode": node["countryCodeV2"]}


def input_of(address: Mapping[str, Any]) -> dict[str, Any]:
    return given({name: address.get(name) or None for name in (*_NAMES, "countryCode")})


def distinct(addresses: Sequence[Mapping[str, Any]]) -> list[Fields]:
    """Each address once, as Shopify keeps them; the default one stays so."""
    found: list[Fields] = []
    for one in addresses:
        plain = {name: one.get(name) or None for name in (*_NAMES, "countryCode")}
        same = next((old for old in found if {**old, "default": 0} == {**plain, "default": 0}), None)
        if same is None:
            found.append({**plain, "default": bool(one.get("default"))})
        else:
            same["default"] = same["default"] or bool(one.get("default"))
    return found


def address_at_nobody(contact: str, alias: Callable[[str], str]) -> str:
    """An e-mail address that no two people share, at a domain that is nobody's (RFC 2606)."""
    return f"{alias(contact)}@example.com"


def anonymous(address: Mapping[str, Any], number: int) -> Fields:
    """The country and region stay, because taxes and markets depend on them."""
    kept = {name: address.get(name) for name in ("countryCode", "provinceCode")}
    made = {"address1": f"{number} Example Street", "city": "Example"}
    return {**dict.fromkeys(_NAMES), **kept, **made, "default": bool(address.get("default"))}


def sorted_tags(tags: Sequence[str]) -> list[str]:
    """Shopify keeps the first of those that differ by case alone."""
    first: dict[str, str] = {}
    for tag in tags:
        first.setdefault(tag.strip().lower(), tag.strip())
    return sorted(first.values())


# -- consent -----------------------------------------------------------------------------------------------------


def consent(node: Mapping[str, Any] | None, state: str, level: str, at: str) -> Fields | None:
    return {"state": node[state], "level": node[level], "at": node[at]} if node else None


def normal_consent(said: Fields | None) -> Fields | None:
    """What of it can be set at all: the rest is nothing that an import could bring about."""
    if not said or said["state"] not in _SETTABLE:
        return None
    moment = datetime.fromisoformat(said["at"]).astimezone(UTC).isoformat() if said.get("at") else None
    return {"state": said["state"], "level": said.get("level"), "at": moment}


def consent_input(said: Fields | None) -> dict[str, Any] | None:
    if normal_consent(said) is None:
        return None
    assert said is not None
    own = {
        "marketingState": said["state"],
        "marketingOptInLevel": said.get("level"),
        "consentUpdatedAt": said.get("at"),
    }
    return given(own)
