"""What customers and companies have in common: postal addresses, consent, tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ..resource import Fields, Json
from ._common import given

ADDRESS = "firstName lastName company address1 address2 city provinceCode countryCodeV2 zip phone"
_NAMES = ("firstName", "lastName", "company", "address1", "address2", "city", "provinceCode", "zip", "phone")
_SETTABLE = ("SUBSCRIBED", "UNSUBSCRIBED")
_LEVELS = ("SINGLE_OPT_IN", "CONFIRMED_OPT_IN", "UNKNOWN")


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


# -- doubt -------------------------------------------------------------------------------------------------------


def problem(fields: Mapping[str, Json]) -> str | None:
    """One sentence on what is wrong with the lists and consents of a record from an archive, or None."""
    for name in ("tags", "taxExemptions"):
        items = fields.get(name, [])
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            return f"{name} must be a list of texts."
    if not isinstance(fields.get("taxExempt", False), bool):
        return "taxExempt must be true or false."
    for name in ("emailConsent", "smsConsent"):
        if not _is_consent(fields.get(name)):
            return f"{name} must have a state, a level and the moment (at) as texts."
    addresses = fields.get("addresses", [])
    if not isinstance(addresses, list) or not all(is_address(one) for one in addresses):
        return "addresses must be a list of addresses, whose parts are texts."
    return None


def is_address(one: Json) -> bool:
    return (
        isinstance(one, dict)
        and all(isinstance(one.get(name), str | None) for name in (*_NAMES, "countryCode"))
        and isinstance(one.get("default", False), bool)
    )


def _is_consent(said: Json) -> bool:
    if said is None:
        return True
    if not isinstance(said, dict) or not isinstance(said.get("state"), str):
        return False
    if said.get("level") is not None and said["level"] not in _LEVELS:
        return False
    return _is_moment(said.get("at"))


def _is_moment(text: Json) -> bool:
    try:
        return text is None or datetime.fromisoformat(text).tzinfo is not None
    except (TypeError, ValueError):
        return False
