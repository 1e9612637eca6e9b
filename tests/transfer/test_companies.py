"""Companies arrive with their locations, people, roles and terms, and what Shopify takes from nobody is named."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.archives import Record, edited
from tests.builder import NAME, Builder
from tests.meddle import import_while, opened, planned
from tests.support import Sandbox, archive_of, export, import_
from tests.transfer.test_reading import _disturbed
from tests.transfer.test_selection import _contents
from transfer.archive import Manifest
from transfer.archive.members import MemberSet
from transfer.outcomes import Reason
from transfer.references import Target
from transfer.sheets import convert
from transfer.sheets.write import write
from transfer.work import Desk, Where

AWKWARD = "Ünïcode “quotes” <b>tags</b> & שלום عالم 👩\u200d👩\u200d👧\u200d👦 \\ / %2F"

BUSINESS = [
    "companies",
    "company_locations",
    "company_contacts",
    "company_metafields",
    "company_location_metafields",
]
PEOPLE = ["customers", "customer_metafields"]
ALL = ["metafield_definitions", *PEOPLE, *BUSINESS]
ADDRESS = "firstName lastName recipient address1 address2 city zip countryCode zoneCode phone companyName"
READ = f"""
query Read {{
  companies(first: 50) {{ nodes {{
    name externalId note customerSince
    mainContact {{ customer {{ defaultEmailAddress {{ emailAddress }} }} }}
    metafields(first: 10) {{ nodes {{ key references(first: 5) {{ nodes {{ ... on Company {{ name }} }} }} }} }}
    contacts(first: 5) {{ nodes {{
      title locale isMainContact customer {{ defaultEmailAddress {{ emailAddress }} }}
      roleAssignments(first: 5) {{ nodes {{ role {{ name }} companyLocation {{ name }} }} }}
    }} }}
    locations(first: 5) {{ nodes {{
      name externalId phone locale note
      shippingAddress {{ {ADDRESS} }} billingAddress {{ {ADDRESS} }}
      taxSettings {{ taxExempt taxRegistrationId taxExemptions }}
      buyerExperienceConfiguration {{
        checkoutToDraft editableShippingAddress paymentTermsTemplate {{ name }}
        deposit {{ ... on DepositPercentage {{ percentage }} }}
      }}
    }} }}
  }} }}
}}
"""


def _sorted(value: Any) -> Any:
    """Without the order of what has none."""
    if isinstance(value, dict):
        return {name: _sorted(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return sorted((_sorted(inner) for inner in value), key=lambda one: json.dumps(one, sort_keys=True))
    return value


def _companies(sandbox: Sandbox, shop: str) -> dict[str, Any]:
    return {node["name"]: _sorted(node) for node in sandbox.graphql(shop, READ)["companies"]["nodes"]}


def _ask(sandbox: Sandbox, shop: str, document: str, **variables: Any) -> Any:
    (payload,) = sandbox.graphql(shop, document, **variables).values()
    assert not payload["userErrors"], payload
    return payload


def _row(desk: Desk, resource: str, *key: str) -> Any:
    return desk.ledger.get(resource, [key])[key]


def test_a_boutiques_companies_arrive_whole_and_a_second_time_nothing_is_written(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    source, target = sandbox.shop("boutique", products=2), sandbox.shop()
    archive = archive_of(sandbox, source, tmp_path, resources=ALL)
    desk, _ = import_(sandbox, target, archive, tmp_path)
    for name, count in zip(BUSINESS, (2, 3, 3, 3, 1), strict=True):
        own = desk.ledger.tally()[name]
        assert own["outcome:created"] == own["verified"] == count
    assert _companies(sandbox, target) == _companies(sandbox, source)
    assert len(_companies(sandbox, target)["Hotel Nord"]["locations"]["nodes"]) == 2, "none that nobody asked for"
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0, again.ledger.tally()
    assert not again.client.pacer.spending.throttled
    manifest, _ = _contents(archive)
    notes = manifest["notCarried"]["company_locations"]
    assert {why.partition(" ")[0]: note["examples"] for why, note in notes.items()} == {
        "catalogs": ["Hotel Nord / Berlin"],
        "staff": ["Hotel Nord / Berlin"],
    }
    assert not [name for name in sandbox.stats(target)["mutations"] if "nvite" in name or "Welcome" in name]


def test_what_nobody_can_tell_apart_is_named_and_the_rest_arrives(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("nasty"), sandbox.shop()
    archive = archive_of(sandbox, source, tmp_path, resources=[*PEOPLE, *BUSINESS])
    desk, _ = import_(sandbox, target, archive, tmp_path)
    failed = [row for row in desk.ledger.select(Where(), limit=1_000) if row.reason]
    twice = [row for row in failed if row.reason is Reason.AMBIGUOUS]
    assert {(row.resource, row.key[-1]) for row in twice} == {
        ("companies", "Twins"),
        ("company_locations", "Twins"),
        ("company_locations", "Twice"),
        ("company_metafields", "words"),
    }
    (phone,) = [row for row in failed if row.reason is not Reason.AMBIGUOUS]
    assert (phone.resource, phone.key[-1], phone.reason) == ("company_contacts", "+16134505293", "missing_required")
    own = desk.ledger.tally()
    assert own["companies"]["verified"] == own["company_contacts"]["verified"] == 1
    assert own["company_locations"]["verified"] == 61
    odd = _companies(sandbox, target)[AWKWARD]
    assert odd["mainContact"]["customer"]["defaultEmailAddress"]["emailAddress"].startswith("xxx")
    manifest, _ = _contents(archive)
    assert manifest["notCarried"]["company_contacts"]["nothing names the customer that it is"]["count"] == 1
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0


def test_companies_that_are_called_alike_get_nothing_that_may_be_another_s(sandbox: Sandbox, tmp_path: Path) -> None:
    """In the target there are two: whose location, contact or value it would be, nobody can say."""
    source, target = sandbox.shop("boutique", products=1), sandbox.shop()
    archive = archive_of(sandbox, source, tmp_path, resources=ALL)
    import_(sandbox, target, archive, tmp_path, excluded={"resources": ["company_contacts", "company_metafields"]})
    _ask(sandbox, target, CREATE, input={"company": {"name": "Café Östergren"}})
    desk, _ = import_(sandbox, target, archive, tmp_path)
    cafe = ("name", "Café Östergren")
    assert _row(desk, "companies", *cafe).outcome == "unchanged", "one of the two is like it"
    for resource, key in (("company_contacts", ("kaito@example.com",)), ("company_metafields", ("custom", "parent"))):
        row = _row(desk, resource, *cafe, *key)
        assert (row.outcome, row.reason) == ("failed", "missing_owner"), row
        assert "the target store has several of this name" in row.detail
    partners = _row(desk, "company_metafields", "id", "HN-100", "custom", "partners")
    assert (partners.outcome, partners.lost, partners.verified) == ("created", ("value",), True)
    assert "the target store has several of this name" in partners.detail
    assert json.loads(partners.after["value"]) == ["shopsync:companies/id/HN-100"]
    assert _row(desk, "company_contacts", "id", "HN-100", "anna.holm@example.com").verified


def test_what_differs_is_changed_part_by_part_and_what_is_equal_stays(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("boutique", products=1), sandbox.shop()
    archive = archive_of(sandbox, source, tmp_path, resources=ALL)
    import_(sandbox, target, archive, tmp_path)
    (berlin,) = sandbox.graphql(target, FIND, text="external_id:HN-100-B")["companyLocations"]["nodes"]
    address = {"address1": "Elsewhere 1", "countryCode": "DE", "address2": "Yard"}
    _ask(sandbox, target, ADDRESS_OF, id=berlin["id"], address=address)
    _ask(sandbox, target, TAXES, id=berlin["id"], more=["US_NY_RESELLER_EXEMPTION"])
    _ask(sandbox, target, CHECKOUT, id=berlin["id"], input={"buyerExperienceConfiguration": {"checkoutToDraft": False}})
    before = sandbox.stats(target)["mutations"]
    desk, _ = import_(sandbox, target, archive, tmp_path)
    row = _row(desk, "company_locations", "id", "HN-100", "id", "HN-100-B")
    assert row.verified
    assert set(row.changed) == {"checkout.checkoutToDraft", "shippingAddress.address1", "taxExemptions"}
    after = sandbox.stats(target)["mutations"]
    written = {name: count - before.get(name, 0) for name, count in after.items() if count != before.get(name, 0)}
    names = ("companyLocationAssignAddress", "companyLocationTaxSettingsUpdate", "companyLocationUpdate")
    assert written == dict.fromkeys(names, 1)
    kept = sandbox.graphql(target, FIND, text="external_id:HN-100-B")["companyLocations"]["nodes"][0]
    assert kept["shippingAddress"] == {"address1": "Kantstraße 7", "address2": "Yard"}, "what is not said stays"
    assert kept["taxSettings"]["taxExemptions"] == []


def test_terms_and_roles_that_the_target_does_not_offer_are_named(sandbox: Sandbox, tmp_path: Path) -> None:
    def strange(resource: str, number: int, record: Record) -> list[Record]:
        if resource == "company_locations" and record["fields"]["checkout"]["paymentTerms"]:
            record["fields"]["checkout"]["paymentTerms"] = "Net 1000"
        for one in record["fields"]["roles"][:1] if resource == "company_contacts" else ():
            one["role"] = "Auditor"
        return [record]

    source, target = sandbox.shop("boutique", products=1), sandbox.shop()
    archive = edited(archive_of(sandbox, source, tmp_path, resources=ALL), strange)
    desk, _ = import_(sandbox, target, archive, tmp_path)
    row = _row(desk, "company_locations", "id", "HN-100", "id", "HN-100-B")
    assert (row.outcome, row.detail) == ("failed", "The target store offers no terms of payment called “Net 1000”.")
    row = _row(desk, "company_contacts", "name", "Café Östergren", "kaito@example.com")
    assert row.detail == "The company has no role called “Auditor” in the target store."


def test_a_role_in_a_location_that_was_refused_is_named_and_the_other_roles_are_given(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    def strange(resource: str, number: int, record: Record) -> list[Record]:
        if resource == "company_locations" and record["fields"]["name"] == "Ottawa":
            record["fields"]["phone"] = "no number"
        return [record]

    source, target = sandbox.shop("boutique", products=1), sandbox.shop()
    archive = edited(archive_of(sandbox, source, tmp_path, resources=ALL), strange)
    desk, _ = import_(sandbox, target, archive, tmp_path)
    refused = _row(desk, "company_locations", "id", "HN-100", "name", "Ottawa")
    assert (refused.outcome, refused.detail) == ("failed", "Shopify says of phone: “Phone is invalid”.")
    anna = _row(desk, "company_contacts", "id", "HN-100", "anna.holm@example.com")
    assert (anna.outcome, anna.lost, anna.reason, anna.verified) == (
        "created",
        ("roles",),
        "unresolved_reference",
        True,
    )
    assert "Ottawa" in anna.detail
    people = _companies(sandbox, target)["Hotel Nord"]["contacts"]["nodes"]
    assert [[one["role"]["name"] for one in own["roleAssignments"]["nodes"]] for own in people] == [
        ["Location admin"],
        [],
    ]
    assert _row(desk, "companies", "id", "HN-100").verified, "its main contact is there"


# -- who may see what


def test_whoever_asks_for_companies_alone_is_told_nobody_s_name(sandbox: Sandbox, tmp_path: Path) -> None:
    source = sandbox.shop("boutique", products=1)
    kinds = [name for name in BUSINESS if name != "company_contacts"]
    manifest, found = _contents(archive_of(sandbox, source, tmp_path, resources=kinds))
    hotel = found[Target("companies", ("id", "HN-100"))]
    assert hotel["mainContact"].startswith("shopsync:unknown/CompanyContact/")
    assert "@example.com" not in json.dumps([manifest, list(found.values())])
    parent = found[Target("company_metafields", ("name", "Café Östergren", "custom", "parent"))]
    assert parent["value"] == "shopsync:companies/id/HN-100"


def test_a_reference_to_a_company_is_told_and_lands_where_companies_were_asked_for(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    source, target = Builder(sandbox, "boutique", 1), Builder(sandbox)
    hotel = source.ask(HOTEL)["companies"]["nodes"][0]["id"]
    source.define("partner", NAME, {"key": "buyers", "type": "list.company_reference"})
    source.entry("partner", "one", name="One", buyers=json.dumps([hotel]))
    shirt = source.product("shirt", {"Size": ["S"]})
    source.metafield(shirt, "custom.buyer", "company_reference", hotel)
    kinds = ["products", "product_metafields", "metaobjects", "metaobject_definitions"]
    chosen = {"resources": kinds, "metaobject_types": ["partner"], "products": "handle:shirt"}
    _, found = _contents(archive_of(sandbox, source.shop, tmp_path, **chosen))
    value = Target("product_metafields", ("shirt", "custom", "buyer"))
    assert found[value]["value"].startswith("shopsync:unknown/Company/")
    archive = archive_of(sandbox, source.shop, tmp_path, **chosen, also=["companies"])
    _, found = _contents(archive)
    assert found[value]["value"] == "shopsync:companies/id/HN-100"
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    here = target.ask(HOTEL)["companies"]["nodes"][0]["id"]
    read = """{ productByIdentifier(identifier: { handle: "shirt" }) {
      metafield(namespace: "custom", key: "buyer") { value reference { ... on Company { name } } } }
      metaobjectByHandle(handle: { type: "partner", handle: "one" }) { fields { key value } } }"""
    data = target.ask(read)
    assert data["productByIdentifier"]["metafield"] == {"value": here, "reference": {"name": "Hotel Nord"}}
    assert {"key": "buyers", "value": json.dumps([here])} in data["metaobjectByHandle"]["fields"]
    assert _row(desk, *_of(value)).verified


def test_a_company_alone_comes_with_its_locations_and_people(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("boutique", products=1), sandbox.shop()
    archive = archive_of(sandbox, source, tmp_path, records=[["companies", ["id", "HN-100"]]], closure=True)
    _, found = _contents(archive)
    assert {key.key for key in found if key.resource == "company_locations"} == {
        ("id", "HN-100", "id", "HN-100-B"),
        ("id", "HN-100", "name", "Ottawa"),
    }
    assert len([key for key in found if key.resource == "company_contacts"]) == 2
    import_(sandbox, target, archive, tmp_path)
    there, here = (_companies(sandbox, shop)["Hotel Nord"] for shop in (source, target))
    assert here["contacts"] == there["contacts"]
    assert here["locations"] == there["locations"]


def test_nothing_after_the_check_names_a_company_or_its_people(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("boutique", products=1), sandbox.shop()
    archive = archive_of(sandbox, source, tmp_path, resources=ALL)
    desk, past = import_(sandbox, target, archive, tmp_path, anonymise="secret")
    own = desk.ledger.tally()
    for name, count in (("companies", 2), ("company_locations", 3), ("company_contacts", 3)):
        assert own[name]["outcome:created"] == own[name]["verified"] == count
    assert "company_metafields" not in own
    rows = desk.ledger.select(Where(), limit=100)
    told = json.dumps([*map(asdict, rows), _companies(sandbox, target), past["check"]], ensure_ascii=False, default=str)
    words = (
        "anna",
        "kaito",
        "hotel",
        "café",
        "hn-100",
        "kantstr",
        "bank st",
        "4930",
        "123456789",
        "ring twice",
        "head of",
    )
    assert not [word for word in words if word in told.lower()]
    hotel = next(one for one in _companies(sandbox, target).values() if len(one["locations"]["nodes"]) == 2)
    assert hotel["mainContact"] is not None
    assert {one["buyerExperienceConfiguration"]["checkoutToDraft"] for one in hotel["locations"]["nodes"]} == {
        True,
        False,
    }
    assert {(one["billingAddress"] or {}).get("zoneCode") for one in hotel["locations"]["nodes"]} == {"ON"}
    again, _ = import_(sandbox, target, archive, tmp_path, anonymise="secret")
    assert again.client.writes == 0


@pytest.fixture
def retail(sandbox: Sandbox) -> Iterator[None]:
    sandbox.ask("/sandbox/config", {"b2b": False})
    yield
    sandbox.ask("/sandbox/config", {"b2b": True})


def test_a_store_without_b2b_says_so_and_the_rest_is_carried(sandbox: Sandbox, tmp_path: Path, retail: None) -> None:
    source = sandbox.shop("boutique", products=2)
    manifest, found = _contents(archive_of(sandbox, source, tmp_path, also=[*PEOPLE, *BUSINESS]))
    for name in BUSINESS:
        (why,) = manifest["notCarried"][name]
        assert "must have access to B2B" in why
    assert [key for key in found if key.resource == "customers"]


def test_a_target_without_b2b_gets_the_rest(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("boutique", products=2), sandbox.shop()
    archive = archive_of(sandbox, source, tmp_path, also=[*PEOPLE, *BUSINESS])
    sandbox.ask("/sandbox/config", {"b2b": False})
    try:
        desk, _ = import_(sandbox, target, archive, tmp_path, policy="mirror")
    finally:
        sandbox.ask("/sandbox/config", {"b2b": True})
    for name in BUSINESS:
        own = desk.ledger.tally()[name]
        assert own["outcome:failed"] == own["reason:not_permitted"] > 0
    assert desk.ledger.tally()["products"]["verified"] > 1
    assert desk.ledger.tally()["customers"]["verified"] == 3


# -- while others work


def test_a_company_that_is_renamed_while_the_store_is_read_takes_all_that_is_its_own_along(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """All of it was there long before: nothing but the company moves."""
    shop = Builder(sandbox, "boutique", 1)
    hotel = shop.ask(HOTEL)["companies"]["nodes"][0]["id"]

    def disturb() -> None:
        _ask(sandbox, shop.shop, RENAME, id=hotel, input={"externalId": "HN-200"})

    records = _disturbed(shop, tmp_path, disturb, resources=[*PEOPLE, *BUSINESS])["records"]
    assert not [key for key in records if "/HN-100/" in f"{key}/"]
    assert {key for key in records if "HN-200" in key} == {
        "companies/id/HN-200",
        "company_locations/id/HN-200/id/HN-100-B",
        "company_locations/id/HN-200/name/Ottawa",
        "company_contacts/id/HN-200/anna.holm@example.com",
        "company_contacts/id/HN-200/kaito@example.com",
        "company_metafields/id/HN-200/custom/tier",
        "company_metafields/id/HN-200/custom/partners",
        "company_location_metafields/id/HN-200/id/HN-100-B/custom/dock",
    }


def test_what_somebody_makes_meanwhile_stays_theirs(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox, "boutique", 1), Builder(sandbox)
    theirs = {"companyLocation": {"name": "Berlin", "externalId": "HN-100-B", "phone": "+4930111111"}}

    def deed(desk: Desk) -> None:
        for own in ({"name": "Theirs", "externalId": "HN-100"}, {"name": "Café Östergren"}):
            _ask(sandbox, target.shop, CREATE, input={"company": own, **(theirs if "externalId" in own else {})})

    desk = import_while(source, target, tmp_path, planned, deed, resources=ALL)
    for key in (("id", "HN-100"), ("name", "Café Östergren")):
        row = _row(desk, "companies", *key)
        assert (row.outcome, row.reason) == ("skipped", "changed_meanwhile"), row
    assert set(_companies(sandbox, target.shop)) == {"Theirs", "Café Östergren"}
    assert not _companies(sandbox, target.shop)["Theirs"]["contacts"]["nodes"]
    assert not [row for row in desk.ledger.select(Where(), limit=1_000) if row.resource in BUSINESS and row.verified]


@pytest.mark.parametrize("asked", [["companies"], ["companies", "company_locations", "company_contacts"]])
def test_the_external_id_of_another_company_s_location_is_taken(
    sandbox: Sandbox, tmp_path: Path, asked: list[str]
) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    for shop, external in ((source, "X1"), (target, "X2")):
        place = {"name": "HQ", "externalId": "L1", "phone": "+4930111111"}
        own = {"company": {"name": external, "externalId": external}, "companyLocation": place}
        _ask(sandbox, shop.shop, CREATE, input=own)
    archive = archive_of(sandbox, source.shop, tmp_path, resources=asked)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    company = _row(desk, "companies", "id", "X1")
    assert (company.outcome, company.verified) == ("created", True)
    made = _companies(sandbox, target.shop)["X1"]["locations"]["nodes"]
    assert [(node["name"], node["externalId"]) for node in made] == [("HQ", None)]
    if "company_locations" in asked:
        what = "It must be unique there: another has its {} in the target store."
        assert (company.reason, company.detail) == ("part_conflict", what.format("first location's external id"))
        row = _row(desk, "company_locations", "id", "X1", "id", "L1")
        assert (row.verdict, row.reason) == ("cannot", "taken")
        assert row.detail == f"{what.format('external id')} Take it off there, then import again."
    else:
        assert (
            company.detail
            == "Its first location was made without its external id: another has that in the target store."
        )
    assert import_(sandbox, target.shop, archive, tmp_path)[0].client.writes == 0


def test_the_location_that_shopify_makes_is_left_to_whoever_fills_it_first(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox, "boutique", 1), Builder(sandbox)

    def deed(desk: Desk) -> None:
        (berlin,) = target.ask(FIND, text="external_id:HN-100-B")["companyLocations"]["nodes"]
        _ask(sandbox, target.shop, CHECKOUT, id=berlin["id"], input={"phone": "+4930111111"})

    desk = import_while(source, target, tmp_path, opened("companies", "id", "HN-100"), deed, resources=ALL)
    row = _row(desk, "company_locations", "id", "HN-100", "id", "HN-100-B")
    assert (row.outcome, row.reason) == ("skipped", "changed_meanwhile"), row
    (berlin,) = target.ask(FIND, text="external_id:HN-100-B")["companyLocations"]["nodes"]
    assert (berlin["phone"], berlin["shippingAddress"]) == ("+4930111111", None)
    assert _row(desk, "company_locations", "id", "HN-100", "name", "Ottawa").verified


def test_a_main_contact_that_somebody_names_meanwhile_stays(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox, "boutique", 1), Builder(sandbox)

    def deed(desk: Desk) -> None:
        theirs = {"email": "theirs@example.com"}
        made = target.ask(CUSTOMER, input=theirs)["customerSet"]["customer"]["id"]
        hotel = _row(desk, "companies", "id", "HN-100").gid
        contact = _ask(sandbox, target.shop, CONTACT, company=hotel, customer=made)["companyContact"]["id"]
        _ask(sandbox, target.shop, MAIN, company=hotel, contact=contact)

    desk = import_while(source, target, tmp_path, opened("companies", "id", "HN-100"), deed, resources=ALL)
    row = _row(desk, "companies", "id", "HN-100")
    assert (row.outcome, row.reason, row.verified or False) == ("skipped", "changed_meanwhile", False), row
    main = _companies(sandbox, target.shop)["Hotel Nord"]["mainContact"]
    assert main["customer"]["defaultEmailAddress"]["emailAddress"] == "theirs@example.com"


# -- spreadsheets


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("seed", ["boutique", "nasty"])
def test_a_sheet_of_companies_gives_the_same_archive_back(
    seed: str, form: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    desk, past = export(sandbox, sandbox.shop(seed, products=1), tmp_path, resources=[*PEOPLE, *BUSINESS])
    members = MemberSet.from_cursor(desk.storage, past["merge"])
    manifest = Manifest(source_shop="a.myshopify.com", api_version="x", resources=tuple(members.resources), members=())
    *_, last = write(desk, {}, members=members, manifest=manifest, form=form)
    with desk.storage.read(last.cursor["file"]) as file:
        after, _ = convert.load(desk, file)
    assert [m.main.sha256 for m in after.all()] == [m.main.sha256 for m in members.all()]


def test_a_sheet_made_by_hand_makes_a_company_that_says_no_more_than_it_does(sandbox: Sandbox, tmp_path: Path) -> None:
    target = sandbox.shop()
    sandbox.graphql(target, CUSTOMER, input={"email": "new@example.com"})
    book = openpyxl.Workbook()
    for name, *rows in (
        ("companies", ("Key", "name", "externalId", "firstLocation.name", "mainContact"),
         ("id/NEW-1", "New", "NEW-1", "Depot", "shopsync:company_contacts/id/NEW-1/new@example.com")),
        ("company_locations", ("Key", "name", "shippingAddress.address1", "shippingAddress.countryCode"),
         ("id/NEW-1/name/Depot", "Depot", "1 Dock", "DE"), ("id/NEW-1/name/Shop", "Shop", "2 Dock", "DE")),
        ("company_contacts", ("Key", "title"), ("id/NEW-1/new@example.com", "Owner")),
    ):  # fmt: skip
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    desk, _ = import_(sandbox, target, buffer.getvalue(), tmp_path)
    assert not [row for row in desk.ledger.select(Where(), limit=100) if not row.verified]
    new = _companies(sandbox, target)["New"]
    assert [one["name"] for one in new["locations"]["nodes"]] == ["Depot", "Shop"]
    assert new["mainContact"]["customer"]["defaultEmailAddress"]["emailAddress"] == "new@example.com"
    again, _ = import_(sandbox, target, buffer.getvalue(), tmp_path)
    assert again.client.writes == 0


CREATE = """mutation C($input: CompanyCreateInput!) {
  companyCreate(input: $input) { company { id } userErrors { field message code } } }"""
CONTACT = """mutation A($company: ID!, $customer: ID!) {
  companyAssignCustomerAsContact(companyId: $company, customerId: $customer) {
    companyContact { id } userErrors { field message code } } }"""
MAIN = """mutation M($company: ID!, $contact: ID!) {
  companyAssignMainContact(companyId: $company, companyContactId: $contact) { userErrors { field message code } } }"""
CUSTOMER = "mutation S($input: CustomerSetInput!) { customerSet(input: $input) { customer { id } } }"
FIND = """query F($text: String!) { companyLocations(first: 2, query: $text) { nodes {
  id phone shippingAddress { address1 address2 } taxSettings { taxExemptions } } } }"""
ADDRESS_OF = """mutation A($id: ID!, $address: CompanyAddressInput!) {
  companyLocationAssignAddress(locationId: $id, address: $address, addressTypes: [SHIPPING]) {
    userErrors { field message code } } }"""
TAXES = """mutation T($id: ID!, $more: [TaxExemption!]) {
  companyLocationTaxSettingsUpdate(companyLocationId: $id, exemptionsToAssign: $more) {
    userErrors { field message code } } }"""
CHECKOUT = """mutation U($id: ID!, $input: CompanyLocationUpdateInput!) {
  companyLocationUpdate(companyLocationId: $id, input: $input) { userErrors { field message code } } }"""
RENAME = """mutation R($id: ID!, $input: CompanyInput!) {
  companyUpdate(companyId: $id, input: $input) { userErrors { field message code } } }"""
HOTEL = '{ companies(first: 1, query: "external_id:HN-100") { nodes { id } } }'


def _of(target: Target) -> tuple[str, ...]:
    return (target.resource, *target.key)
