"""Customers arrive whole where somebody asks for them, nobody is written to, and Shopify's protection is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import Sandbox, archive_of, export, import_
from tests.transfer.test_selection import _contents
from transfer.references import Target

PEOPLE = ["customers", "customer_metafields"]
READ = """
query Read($email: String!) {
  customerByIdentifier(identifier: { emailAddress: $email }) {
    firstName lastName note tags locale taxExempt taxExemptions
    defaultEmailAddress { emailAddress marketingState marketingOptInLevel marketingUpdatedAt }
    defaultPhoneNumber { phoneNumber smsMarketingConsent { state updatedAt } }
    defaultAddress { address1 }
    addressesV2(first: 50) { nodes { firstName address1 city zip countryCodeV2 provinceCode } }
  }
}
"""


def _copied(sandbox: Sandbox, tmp_path: Path, seed: str, kinds: list[str]) -> tuple[str, str, Any]:
    source, target = sandbox.shop(seed, products=4), sandbox.shop()
    archive = archive_of(sandbox, source, tmp_path, resources=kinds)
    desk, _ = import_(sandbox, target, archive, tmp_path)
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0, again.ledger.tally()
    return source, target, desk


def test_a_boutiques_customers_arrive_whole_and_a_second_time_nothing_is_written(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    kinds = ["metafield_definitions", *PEOPLE]
    source, target, desk = _copied(sandbox, tmp_path, "boutique", kinds)
    for name in PEOPLE:
        own = desk.ledger.tally()[name]
        assert own["outcome:created"] == own["verified"] > 2
    for email in ("anna.holm@example.com", "KAITO@example.com"):
        there, here = (sandbox.graphql(shop, READ, email=email)["customerByIdentifier"] for shop in (source, target))
        assert here is not None
        assert here == there
    anna = sandbox.graphql(target, READ, email="anna.holm@example.com")["customerByIdentifier"]
    assert anna["defaultAddress"] == {"address1": "10 Main St"}, "the second of two"
    assert anna["defaultEmailAddress"]["marketingState"] == "SUBSCRIBED"
    assert anna["defaultPhoneNumber"]["smsMarketingConsent"]["state"] == "UNSUBSCRIBED"
    assert not [name for name in sandbox.stats(target)["mutations"] if "nvite" in name]


def test_awkward_people_arrive_and_whom_nobody_can_name_is_counted_without_a_name(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    _, target, desk = _copied(sandbox, tmp_path, "nasty", PEOPLE)
    for name in PEOPLE:
        own = desk.ledger.tally()[name]
        assert own["outcome:created"] == own["verified"] == {"customers": 3, "customer_metafields": 30}[name]
    shira = sandbox.graphql(target, READ, email="mixed.case@example.com")["customerByIdentifier"]
    assert shira["defaultEmailAddress"]["marketingState"] == "NOT_SUBSCRIBED", "nobody is asked to confirm again"
    assert shira["defaultAddress"] == {"address1": None}
    crowd = sandbox.graphql(target, READ, email="x" * 240 + "@example.com")["customerByIdentifier"]
    assert (crowd["defaultAddress"]["address1"], len(crowd["addressesV2"]["nodes"])) == ("Street 25", 30)
    manifest, found = _contents(archive_of(sandbox, sandbox.shop("nasty"), tmp_path, resources=PEOPLE))
    notes = manifest["notCarried"]
    assert sum(note["count"] for note in notes["customers"].values()) == 1
    assert sum(note["count"] for note in notes["customer_metafields"].values()) == 1
    assert "Nobody" not in json.dumps(notes)
    assert not [key for key in found if "Nobody" in str(key)]


def test_an_address_in_other_case_is_the_same_customer(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("nasty"), sandbox.shop()
    made = "mutation { customerSet(input: { email: %s, firstName: %s }) { userErrors { message } } }"
    sandbox.graphql(target, made % ('"MIXED.case@example.com"', '"Other"'))
    archive = archive_of(sandbox, source, tmp_path, resources=["customers"])
    desk, _ = import_(sandbox, target, archive, tmp_path)
    own = desk.ledger.tally()["customers"]
    assert (own["outcome:created"], own["outcome:updated"], own["verified"]) == (2, 1, 3)


def test_a_phone_that_somebody_else_has_is_left_out_without_naming_anybody(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("boutique", products=1), sandbox.shop()
    other = 'mutation { customerSet(input: { email: "b@c.de", phone: "+49 151 12345678" }) { userErrors { message } } }'
    sandbox.graphql(target, other)
    desk, _ = import_(sandbox, target, archive_of(sandbox, source, tmp_path, resources=["customers"]), tmp_path)
    row = desk.ledger.get("customers", [("anna.holm@example.com",)])[("anna.holm@example.com",)]
    assert (row.outcome, row.reason) == ("created", "part_conflict")
    assert row.detail == "It must be unique there: another has its phone number in the target store."
    assert desk.ledger.tally()["customers"]["verified"] == 3


@pytest.mark.parametrize("policy", ["create_only", "update"])
def test_who_has_only_a_phone_is_not_written_over_who_goes_by_an_address(
    sandbox: Sandbox, tmp_path: Path, policy: str
) -> None:
    source, target = sandbox.shop(), sandbox.shop()
    made = "mutation { customerSet(input: { %s phone: %s, firstName: %s }) { userErrors { message } } }"
    sandbox.graphql(source, made % ("", '"+4915112345678"', '"Anna"'))
    sandbox.graphql(source, made % ("", '"+4915187654321"', '"Ben"'))
    sandbox.graphql(target, made % ('email: "own@example.com",', '"+4915112345678"', '"Own"'))
    archive = archive_of(sandbox, source, tmp_path, resources=["customers"])
    desk, _ = import_(sandbox, target, archive, tmp_path, policy=policy)
    row = desk.ledger.get("customers", [("+4915112345678",)])[("+4915112345678",)]
    assert (row.outcome, row.reason) == ("failed", "taken")
    assert row.detail == "It must be unique there: another has its phone number in the target store."
    assert sandbox.graphql(target, READ, email="own@example.com")["customerByIdentifier"]["firstName"] == "Own"
    assert desk.ledger.tally()["customers"]["verified"] == 1
    again, _ = import_(sandbox, target, archive, tmp_path, policy=policy)
    assert again.client.writes == 0


@pytest.fixture
def unapproved(sandbox: Sandbox) -> Iterator[None]:
    sandbox.ask("/sandbox/config", {"protected_customer_data": False})
    yield
    sandbox.ask("/sandbox/config", {"protected_customer_data": True})


def test_customers_that_shopify_withholds_are_named_and_the_rest_is_carried(
    sandbox: Sandbox, tmp_path: Path, unapproved: None
) -> None:
    source = sandbox.shop("boutique", products=3)
    manifest, found = _contents(archive_of(sandbox, source, tmp_path, also=PEOPLE))
    for name in PEOPLE:
        (why,) = manifest["notCarried"][name]
        assert "not approved to access the Customer object" in why
        assert name not in manifest["whole"]
    assert [key for key in found if key.resource == "products"]
    assert not [key for key in found if key.resource in PEOPLE]


def test_a_target_that_withholds_its_customers_gets_the_rest(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("boutique", products=3), sandbox.shop()
    archive = archive_of(sandbox, source, tmp_path, also=PEOPLE)
    sandbox.ask("/sandbox/config", {"protected_customer_data": False})
    try:
        desk, _ = import_(sandbox, target, archive, tmp_path, policy="mirror")
    finally:
        sandbox.ask("/sandbox/config", {"protected_customer_data": True})
    for name in PEOPLE:
        own = desk.ledger.tally()[name]
        assert own["outcome:failed"] == own["reason:not_permitted"] > 2
    row = desk.ledger.get("customers", [("kaito@example.com",)])[("kaito@example.com",)]
    assert "not approved" in row.detail
    assert desk.ledger.tally()["products"]["verified"] == 3
    assert sandbox.stats(target)["objects"]["Customer"] == 0


def test_a_reference_to_a_customer_names_nobody_where_nobody_asked_for_people(sandbox: Sandbox, tmp_path: Path) -> None:
    source = sandbox.shop("nasty")
    kinds = ["products", "product_metafields"]
    manifest, found = _contents(archive_of(sandbox, source, tmp_path, resources=kinds))
    (value,) = (f["value"] for key, f in found.items() if key.key[-1] == "tester")
    assert value.startswith("shopsync:unknown/Customer/")
    assert "example.com" not in json.dumps(manifest).lower()
    manifest, found = _contents(archive_of(sandbox, source, tmp_path, resources=kinds, also=PEOPLE))
    (value,) = (f["value"] for key, f in found.items() if key.key[-1] == "tester")
    assert value == str(Target("customers", ("mixed.case@example.com",)))


def test_a_reference_to_a_customer_lands(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("nasty"), sandbox.shop()
    archive = archive_of(
        sandbox, source, tmp_path, products="handle:日本語-produkt-ü", resources=["products", "product_metafields"],
        also=PEOPLE,
    )  # fmt: skip
    import_(sandbox, target, archive, tmp_path)
    query = """{ productByIdentifier(identifier: { handle: "日本語-produkt-ü" }) {
      metafield(namespace: "custom", key: "tester") {
        reference { ... on Customer { defaultEmailAddress { emailAddress } } }
      }
    } }"""
    metafield = sandbox.graphql(target, query)["productByIdentifier"]["metafield"]
    assert metafield["reference"]["defaultEmailAddress"]["emailAddress"].lower() == "mixed.case@example.com"


def test_a_single_customer_comes_with_what_is_noted_about_them(sandbox: Sandbox, tmp_path: Path) -> None:
    source = sandbox.shop("boutique", products=1)
    desk, past = export(sandbox, source, tmp_path, records=[["customers", ["anna.holm@example.com"]]], closure=True)
    counts = {name: sum(m["count"] for m in own) for name, own in past["merge"]["members"].items()}
    assert counts["customers"] == 3, "Anna, and the friends that her metafield names"
    assert counts["customer_metafields"] == 2, "Anna's own; friends come as shells"
    assert counts["metafield_definitions"] == 2
    assert not desk.client.pacer.spending.throttled
