"""Postal addresses, of customers and of companies' locations: what is cut off, made of another, or refused.

Names that are not given are those of their owner; a region counts only in a country that has regions; an address that
stands twice in a list is kept once, as recorded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import Refusal
from ..schema import field
from ..store import Node, Shop

MAX_TEXT = 255
COUNTRIES = {"CA": "Canada", "DE": "Germany", "FR": "France", "IL": "Israel", "JP": "Japan", "SG": "Singapore",
             "US": "United States"}  # fmt: skip
REGIONS: Mapping[str, Mapping[str, str]] = {
    "CA": {"BC": "British Columbia", "ON": "Ontario", "QC": "Quebec"},
    "JP": {"JP-13": "Tokyo", "JP-27": "Osaka"},
    "US": {"CA": "California", "NY": "New York", "TX": "Texas"},
}
TEXTS = ("address1", "address2", "city", "company", "zip", "phone")
_LABELS = {"address1": "Address1", "address2": "Address2", "zip": "Zip"}
_TAG = re.compile(r"<[^>]*>")
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")


@field("MailingAddress", "name")
def name(source: Node, info: Any) -> str | None:
    return " ".join(part for part in (source["firstName"], source["lastName"]) if part) or None


def cleaned(given: Mapping[str, Any], place: Sequence[str], owner: Mapping[str, Any]) -> Node:
    """An address as it will be stored. Raises Refusal. `owner`: who it is of, for the names."""
    made: Node = {one: _text(given.get(one), one, place) for one in TEXTS}
    for one in ("firstName", "lastName"):
        made[one] = _text(given[one], one, place) if given.get(one) is not None else owner.get(one)
    code = given.get("countryCode")
    if code == "ZZ":
        raise Refusal([*place, "country"], "Country is invalid", "INVALID")
    regions = REGIONS.get(code or "", {})
    region = given.get("provinceCode")
    if regions and region and region not in regions:
        raise Refusal([*place, "province"], "Province is invalid", "INVALID")
    made |= {"countryCodeV2": code, "country": COUNTRIES.get(code, code) if code else None}
    made |= {"provinceCode": region if region in regions else None, "province": regions.get(region or "")}
    if made["phone"]:
        made["phone"] = _phone(made["phone"])
    return made


def _text(text: str | None, name_: str, place: Sequence[str]) -> str | None:
    text = (text or "").strip()
    label = _LABELS.get(name_, name_.title() if name_.islower() else re.sub(r"([A-Z])", r" \1", name_).capitalize())
    if len(text) > MAX_TEXT:
        message = f"{label} is too long (maximum is {MAX_TEXT} characters)"
        raise Refusal([*place, name_], message, "TOO_LONG")
    if _TAG.search(text):
        raise Refusal([*place, name_], f"{label} cannot contain HTML tags", "INVALID")
    if "://" in text:
        raise Refusal([*place, name_], f"{label} cannot contain URL", "INVALID")
    if name_ in ("address1", "address2", "city") and _EMOJI.search(text):
        raise Refusal([*place, name_], f"{label} cannot contain emojis", "INVALID")
    return text or None


def _phone(text: str) -> str:
    digits = re.sub(r"[\s().-]", "", text)
    return digits if re.fullmatch(r"\+\d{5,15}", digits) else text


def kept(shop: Shop, wanted: Sequence[Mapping[str, Any]]) -> list[Node]:
    """New addresses, in their order, each once."""
    made: list[Node] = []
    for one in wanted:
        if all({**one, "id": old["id"], "__typename": "MailingAddress"} != old for old in made):
            gid = f"gid://shopify/MailingAddress/{shop.next_id()}?model_name=CustomerAddress"
            made.append({"__typename": "MailingAddress", "id": gid, **one})
    return made
