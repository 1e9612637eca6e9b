"""Companies that buy from a boutique, and companies of which a naive copier loses something."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..resolvers import companies, company_contacts, company_locations, customers
from ..store import Node, Shop
from .tools import define_metafield, honest, set_metafield
from .types import AWKWARD

TEXT = "single_line_text_field"
HALL = {"address1": "Kantstraße 7", "city": "Berlin", "zip": "10623", "countryCode": "DE", "phone": "+4930998877",
        "firstName": "Anna", "lastName": "Holm", "recipient": "Goods in"}  # fmt: skip
OFFICE = {"address1": "99 Bank St", "address2": "Floor 3", "city": "Ottawa", "zip": "K1P 1H4", "countryCode": "CA",
          "zoneCode": "ON"}  # fmt: skip
NET_30, NET_60 = "gid://shopify/PaymentTermsTemplate/4", "gid://shopify/PaymentTermsTemplate/5"
ADMIN, BUYER = 0, 1  # the roles that Shopify makes with every company, in their order


def plant(shop: Shop) -> None:
    """A chain of hotels with an id of its own in the books, and a café that has none."""
    define_metafield(shop, "COMPANY", "custom.tier", TEXT, pin=True)
    define_metafield(shop, "COMPANY", "custom.parent", "company_reference")
    define_metafield(shop, "COMPANY", "custom.partners", "list.company_reference")
    define_metafield(shop, "COMPANY_LOCATION", "custom.dock", "number_integer")
    own = {"name": "Hotel Nord", "externalId": "HN-100", "note": "Orders in spring.",
           "customerSince": "2021-03-01T09:00:00Z"}  # fmt: skip
    terms = {"checkoutToDraft": True, "editableShippingAddress": True, "paymentTermsTemplateId": NET_30}
    hotel = company(shop, own, {
        "name": "Berlin", "externalId": "HN-100-B", "phone": "+49 30 998870", "locale": "de", "note": "Ring twice.",
        "shippingAddress": HALL, "billingAddress": OFFICE, "taxRegistrationId": "DE123456789",
        "buyerExperienceConfiguration": {**terms, "deposit": {"percentage": 25.0}},
    })  # fmt: skip
    exempt = {"taxExempt": True, "taxExemptions": ["CA_STATUS_CARD_EXEMPTION", "CA_BC_RESELLER_EXEMPTION"]}
    office = {"shippingAddress": OFFICE, "billingSameAsShipping": True, "phone": "+16135550100"}
    ottawa = place(shop, hotel, {"name": "Ottawa", **office, **exempt, "taxRegistrationId": "123456789RT0001"})
    cafe = company(shop, {"name": "Café Östergren"}, None)
    berlin = shop.nodes[hotel["_locations"][0]]
    anna = contact(shop, hotel, "anna.holm@example.com", "Head of purchasing", ((ADMIN, berlin), (BUYER, ottawa)))
    contact(shop, hotel, "kaito@example.com", None, ((BUYER, ottawa),))
    contact(shop, cafe, "kaito@example.com", "Owner", ((ADMIN, shop.nodes[cafe["_locations"][0]]),))
    hotel["_main"] = anna["id"]
    berlin["_catalogs"] = 2
    berlin["_staff"] = [shop.add("CompanyLocationStaffMemberAssignment", _location=berlin["id"])["id"]]
    set_metafield(shop, hotel, "custom.tier", "gold")
    set_metafield(shop, cafe, "custom.parent", hotel["id"])
    set_metafield(shop, hotel, "custom.partners", json.dumps([cafe["id"], hotel["id"]]))
    set_metafield(shop, berlin, "custom.dock", "4")


def plant_awkward(shop: Shop, product: Node) -> None:
    """Ids with every sign, names that others have as well, people whom nobody can name, and a company that is gone."""
    define_metafield(shop, "PRODUCT", "custom.buyers", "list.company_reference")
    signs = "!@#$%^&*(){}[]\\/?<>_-~,.;:'`\""
    odd = company(shop, {"name": AWKWARD, "externalId": signs, "note": "<b>é</b>" * 600}, {
        "name": AWKWARD, "externalId": signs, "locale": "not_a_locale",
        "shippingAddress": {"address1": "שדרות 1", "city": "אי שם", "countryCode": "IL"},
        "buyerExperienceConfiguration": {"paymentTermsTemplateId": NET_60, "deposit": {"percentage": 33.5}},
    })  # fmt: skip
    for number in range(60):
        place(shop, odd, {"name": f"Branch {number:02}", "note": "n" * number})
    for _ in range(2):
        place(shop, odd, {"name": "Twice"})
        twin = company(shop, {"name": "Twins"}, None)
        set_metafield(shop, twin, "many.words", "equal", "multi_line_text_field")
    everywhere = [(number % 2, shop.nodes[gid]) for number, gid in enumerate(odd["_locations"][:30])]
    crowd = "x" * 240 + "@example.com"
    odd["_main"] = contact(shop, odd, crowd, "<b>VP</b> 👩\u200d👩\u200d👧\u200d👦", everywhere)["id"]
    by_phone = contact(shop, odd, "mixed.case@example.com", "By phone", ())
    by_phone["_customer"] = _by_phone(shop)["id"]
    nameless = contact(shop, odd, "mixed.case@example.com", "Nobody", ())
    nameless["_customer"] = next(one["id"] for one in shop.each("Customer") if not (one["email"] or one["phone"]))
    gone = company(shop, {"name": "Gone"}, None)
    set_metafield(shop, product, "custom.buyers", json.dumps([odd["id"], gone["id"]]))
    companies.drop(shop, gone)
    set_metafield(shop, odd, "many.words", AWKWARD, "multi_line_text_field")


def _by_phone(shop: Shop) -> Node:
    return next(one for one in shop.each("Customer") if one["phone"] and not one["email"])


def company(shop: Shop, own: Mapping[str, Any], first: Mapping[str, Any] | None) -> Node:
    made: Node = honest(companies.made, shop, {"company": own, **({"companyLocation": first} if first else {})})
    return made


def place(shop: Shop, own: Node, given: Mapping[str, Any]) -> Node:
    return company_locations.add(shop, own, honest(company_locations.checked, shop, given, ["input"], None))


def contact(shop: Shop, own: Node, email: str, title: str | None, roles: Sequence[tuple[int, Node]]) -> Node:
    """`roles`: (which of the company's roles, in which of its places)."""
    customer = shop.named("Customer", "email", customers._plain(email))
    assert customer is not None
    made: Node = honest(company_contacts.made, shop, own["id"], customer["id"])
    honest(company_contacts.change, shop, made, {"title": title})
    for number, where in roles:
        wanted = {"companyLocationId": where["id"], "companyContactRoleId": own["_roles"][number]}
        honest(company_contacts.assign, shop, made, wanted, ["rolesToAssign"])
    return made
