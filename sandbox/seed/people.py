"""A boutique's customers, and people of whom a naive copier loses something."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..resolvers import customers
from ..store import Node, Shop
from .tools import define_metafield, honest, set_metafield
from .types import AWKWARD

TEXT = "single_line_text_field"
HOME = {"address1": "Torstraße 1", "city": "Berlin", "zip": "10119", "countryCode": "DE", "phone": "+4930123456"}
AWAY = {"address1": "10 Main St", "address2": "Suite 4", "city": "Ottawa", "countryCode": "CA", "provinceCode": "ON",
        "zip": "K1A 0B1", "firstName": "Office of", "company": "Plain Goods"}  # fmt: skip
FAMILY = "Bar-\u202eאילן & Söhne 👩\u200d👩\u200d👧\u200d👦"
CONSENT = {"state": "SUBSCRIBED", "level": "CONFIRMED_OPT_IN", "at": "2024-05-01T10:00:00Z"}
WITHDRAWN = {"state": "UNSUBSCRIBED", "level": "SINGLE_OPT_IN", "at": "2024-06-01T10:00:00Z"}


def plant(shop: Shop) -> None:
    define_metafield(shop, "CUSTOMER", "custom.friends", "list.customer_reference")
    anna = customer(
        shop,
        {"email": "anna.holm@example.com", "phone": "+4915112345678", "firstName": "Anna", "lastName": "Holm",
         "note": "Likes linen.", "tags": ["VIP", "newsletter"], "locale": "de", "addresses": [HOME, AWAY]},
        _email=CONSENT,
        _sms=WITHDRAWN,
    )  # fmt: skip
    anna["_default"] = anna["_addresses"][1]["id"]
    exempt = {"taxExempt": True, "taxExemptions": ["CA_BC_RESELLER_EXEMPTION"]}
    kaito = customer(shop, {"email": "kaito@example.com", "lastName": "Ōe", "addresses": [AWAY], **exempt})
    lea = customer(shop, {"phone": "+33612345678", "firstName": "Léa"}, _email=CONSENT, _sms=CONSENT)
    set_metafield(shop, anna, "custom.shoe_size", "38.5")
    set_metafield(shop, anna, "custom.friends", json.dumps([kaito["id"], lea["id"]]))
    set_metafield(shop, kaito, "custom.friends", json.dumps([anna["id"]]))
    set_metafield(shop, lea, "legacy.birthday", "1990-02-28", "date")


def plant_awkward(shop: Shop, product: Node) -> None:
    """Names in every script, an address of an older shop in capitals, addresses without a country, nobody's name."""
    define_metafield(shop, "PRODUCT", "custom.tester", "customer_reference")
    bare = {"address1": None, "city": "אי שם"}
    shira = customer(
        shop,
        {"email": "Mixed.Case@Example.com", "firstName": "שירה", "lastName": FAMILY, "note": AWKWARD * 9,
         "tags": ["É", "e", AWKWARD.replace(",", "")[:40]], "addresses": [bare, HOME, {**bare, "city": "Elsewhere"}]},
        _email={**CONSENT, "state": "PENDING"},
    )  # fmt: skip
    shira["_default"] = shira["_addresses"][2]["id"]
    customer(shop, {"phone": "+1 (613) 450-5293", "lastName": "👩‍👩‍👧‍👦"}, _sms=CONSENT)
    nobody = customer(shop, {"firstName": "Nobody", "lastName": "Reachable", "note": "Pays in cash."})
    many = [{**HOME, "address1": f"Street {number}"} for number in range(30)]
    crowd = customer(shop, {"email": "x" * 240 + "@example.com", "addresses": many}, _email={**WITHDRAWN, "at": None})
    crowd["_default"] = crowd["_addresses"][25]["id"]
    set_metafield(shop, nobody, "custom.size", "9", "number_integer")
    for number in range(30):
        set_metafield(shop, crowd, f"many.key_{number:02}", AWKWARD, "multi_line_text_field")
    set_metafield(shop, product, "custom.tester", shira["id"])


def customer(shop: Shop, given: Mapping[str, Any], **consents: Node) -> Node:
    """A customer; `_email` and `_sms` are what they agreed to."""
    made: Node = honest(customers.put, shop, None, given)
    made |= {name: dict(said) for name, said in consents.items()}
    return made
