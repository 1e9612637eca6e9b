"""What only the target has of a record: an update leaves it and says so, a mirror and a row take it away."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.builder import Builder
from tests.support import Sandbox, archive_of, import_
from tests.transfer.test_sheets_by_hand import Cells, book
from transfer.outcomes import Outcome, Reason, Verdict
from transfer.work import Desk, Row, Where

PEOPLE = ["customers", "companies", "company_locations", "company_contacts"]
CUSTOMER = """mutation S($input: CustomerSetInput!) {
  customerSet(input: $input) { customer { id } userErrors { field message } } }"""
COMPANY = """mutation C($input: CompanyCreateInput!) {
  companyCreate(input: $input) { company { id } userErrors { field message } } }"""
CONTACT = """mutation A($company: ID!, $customer: ID!) {
  companyAssignCustomerAsContact(companyId: $company, customerId: $customer) { companyContact { id } } }"""
TITLE = """mutation T($id: ID!) {
  companyContactUpdate(companyContactId: $id, input: { title: "Buyer" }) { userErrors { message } } }"""
READ = """{
  customers(first: 9) { nodes { firstName lastName note defaultPhoneNumber { phoneNumber } } }
  companies(first: 9) { nodes { note contacts(first: 9) { nodes { title } }
    locations(first: 9) { nodes { note phone taxSettings { taxRegistrationId } } } } }
}"""
TAX = """mutation T($id: ID!) {
  companyLocationTaxSettingsUpdate(companyLocationId: $id, taxRegistrationId: "DE1") { userErrors { message } } }"""
LOCATIONS = "{ companyLocations(first: 9) { nodes { id } } }"


def people(sandbox: Sandbox, *, more: bool) -> str:
    shop = sandbox.shop()
    own = {"lastName": "Holm", "note": "n", "phone": "+4915112345678"} if more else {}
    given = {"email": "anna@example.com", "firstName": "Anna", **own}
    anna = sandbox.graphql(shop, CUSTOMER, input=given)["customerSet"]["customer"]["id"]
    place = {"note": "x", "phone": "+49301234567"} if more else {}
    company = {"name": "Nord", "externalId": "N1", **({"note": "n"} if more else {})}
    wanted = {"company": company, "companyLocation": {"name": "Bar", "externalId": "B1", **place}}
    nord = sandbox.graphql(shop, COMPANY, input=wanted)["companyCreate"]["company"]["id"]
    assigned = sandbox.graphql(shop, CONTACT, company=nord, customer=anna)["companyAssignCustomerAsContact"]
    if more:
        sandbox.graphql(shop, TITLE, id=assigned["companyContact"]["id"])
        (location,) = sandbox.graphql(shop, LOCATIONS)["companyLocations"]["nodes"]
        sandbox.graphql(shop, TAX, id=location["id"])
    return shop


def said(sandbox: Sandbox, shop: str) -> dict[str, object]:
    found = sandbox.graphql(shop, READ)
    (customer,), (company,) = found["customers"]["nodes"], found["companies"]["nodes"]
    (location,), (contact,) = company["locations"]["nodes"], company["contacts"]["nodes"]
    every = {
        "firstName": customer["firstName"],
        "lastName": customer["lastName"],
        "note of a customer": customer["note"],
        "phone of a customer": customer["defaultPhoneNumber"],
        "note of a company": company["note"],
        "note of a location": location["note"],
        "phone of a location": location["phone"],
        "tax of a location": location["taxSettings"]["taxRegistrationId"],
        "title of a contact": contact["title"],
    }
    return {name: value for name, value in every.items() if value}


def rows(desk: Desk, *kinds: str) -> dict[str, Row]:
    return {row.resource: row for kind in kinds for row in desk.ledger.select(Where(resource=kind), limit=9)}


def test_what_people_have_no_more_is_kept_and_said(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = people(sandbox, more=False), people(sandbox, more=True)
    archive = archive_of(sandbox, source, tmp_path, resources=PEOPLE)
    before = said(sandbox, target)
    assert len(before) == 9
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert said(sandbox, target) == before
    found = rows(desk, *PEOPLE)
    assert {name: (row.verdict, row.reason) for name, row in found.items()} == dict.fromkeys(
        PEOPLE, (Verdict.FULLER, Reason.FULLER)
    )


def test_a_mirror_takes_away_what_people_have_no_more(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = people(sandbox, more=False), people(sandbox, more=True)
    archive = archive_of(sandbox, source, tmp_path, resources=PEOPLE)
    desk, _ = import_(sandbox, target, archive, tmp_path, policy="mirror")
    assert all(row.verified and row.outcome is Outcome.UPDATED for row in rows(desk, *PEOPLE).values())
    assert said(sandbox, target) == said(sandbox, source) == {"firstName": "Anna"}
    again, _ = import_(sandbox, target, archive, tmp_path, policy="mirror")
    assert again.client.writes == 0


EMPTY = "[empty]"
KEYS = {
    "customers": "anna@example.com",
    "companies": "id/N1",
    "company_locations": "id/N1/id/B1",
    "company_contacts": "id/N1/anna@example.com",
}
EMPTIED = {
    "customers": {"lastName": EMPTY, "note": EMPTY, "phone": EMPTY},
    "companies": {"note": EMPTY},
    "company_locations": {"note": EMPTY, "phone": EMPTY, "taxRegistrationId": EMPTY},
    "company_contacts": {"title": EMPTY},
}
REPLACED: Mapping[str, Mapping[str, object]] = {
    "customers": {"firstName": "Anna"},
    "companies": {"name": "Nord"},
    "company_locations": {"name": "Bar"},
    "company_contacts": {},
}


@pytest.mark.parametrize(("command", "cells"), [("UPDATE", EMPTIED), ("REPLACE", REPLACED)])
def test_a_row_takes_away_what_it_says(
    command: str, cells: Mapping[str, Mapping[str, object]], sandbox: Sandbox, tmp_path: Path
) -> None:
    target = people(sandbox, more=True)
    sheets: dict[str, list[Cells]] = {name: [{"Key": key, **cells[name]}] for name, key in KEYS.items()}
    desk, _ = import_(sandbox, target, book(sheets, command), tmp_path)
    for row in rows(desk, *PEOPLE).values():
        assert (row.outcome, row.verified) == (Outcome.UPDATED, True), (row.key, row.detail)
    assert said(sandbox, target) == {"firstName": "Anna"}


# -- texts of translations, sales channels, stock ----------------------------------------------------------------------

LANGUAGE = 'mutation { shopLocaleEnable(locale: "de") { userErrors { message } } }'
TEXTS = """query T($id: ID!) { translatableResource(resourceId: $id) {
  translatableContent { key digest } translations(locale: "de") { key value } } }"""
REGISTER = """mutation R($id: ID!, $given: [TranslationInput!]!) {
  translationsRegister(resourceId: $id, translations: $given) { userErrors { field message } } }"""
CHANNELS = "{ publications(first: 9, catalogType: APP) { nodes { id catalog { title } } } }"
PUBLISH = """mutation P($id: ID!, $input: [PublicationInput!]!) {
  publishablePublish(id: $id, input: $input) { userErrors { message } } }"""
WHERE = """query W($id: ID!) { product(id: $id) {
  resourcePublicationsV2(first: 9, catalogType: APP, onlyPublished: false) { nodes { publication { id } } } } }"""


def translated(shop: Builder, **texts: str) -> str:
    shop.ask(LANGUAGE)
    product = shop.product("shirt", {"Size": ["S"]}, descriptionHtml="<p>A shirt</p>")
    content = shop.ask(TEXTS, id=product)["translatableResource"]["translatableContent"]
    digests = {item["key"]: item["digest"] for item in content}
    given = [
        {"key": key, "locale": "de", "value": text, "translatableContentDigest": digests[key]}
        for key, text in texts.items()
    ]
    assert not shop.ask(REGISTER, id=product, given=given)["translationsRegister"]["userErrors"]
    return product


def german(shop: Builder, product: str) -> dict[str, str]:
    found = shop.ask(TEXTS, id=product)["translatableResource"]["translations"]
    return {item["key"]: item["value"] for item in found}


@pytest.mark.parametrize("policy", ["update", "mirror"])
def test_a_text_that_only_the_target_translates(policy: str, sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    translated(source, title="Hemd")
    product = translated(target, title="Hemd", body_html="<p>Ein Hemd</p>")
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy=policy)
    (row,) = desk.ledger.select(Where(resource="translations"), limit=9)
    went = policy == "mirror"
    assert row.verified and row.outcome is (Outcome.UPDATED if went else Outcome.UNCHANGED)
    assert row.reason is (Reason.NONE if went else Reason.FULLER)
    assert german(target, product) == {"title": "Hemd", **({} if went else {"body_html": "<p>Ein Hemd</p>"})}
    again, _ = import_(sandbox, target.shop, archive, tmp_path, policy=policy)
    assert again.client.writes == 0


@pytest.mark.parametrize(("command", "left"), [("REPLACE", {"title": "Hemd"}), ("UPDATE", {"body_html": "<p>x</p>"})])
def test_a_row_takes_away_texts_of_a_translation(
    command: str, left: dict[str, str], sandbox: Sandbox, tmp_path: Path
) -> None:
    shop = Builder(sandbox)
    product = translated(shop, title="Hemd", body_html="<p>x</p>")
    said = {"texts.title": "Hemd"} if command == "REPLACE" else {"texts.title": EMPTY}
    sheets: dict[str, list[Cells]] = {"translations (products)": [{"Key": "products/shirt/de", **said}]}
    desk, _ = import_(sandbox, shop.shop, book(sheets, command), tmp_path)
    (row,) = desk.ledger.select(Where(resource="translations"), limit=9)
    assert (row.outcome, row.verified) == (Outcome.UPDATED, True), row.detail
    assert german(shop, product) == left


def published(shop: Builder, *names: str) -> str:
    product = shop.product("shirt", {"Size": ["S"]})
    channels = {node["catalog"]["title"]: node["id"] for node in shop.ask(CHANNELS)["publications"]["nodes"]}
    shop.ask(PUBLISH, id=product, input=[{"publicationId": channels[name]} for name in names])
    return product


def places(shop: Builder, product: str) -> int:
    return len(shop.ask(WHERE, id=product)["product"]["resourcePublicationsV2"]["nodes"])


@pytest.mark.parametrize("policy", ["update", "mirror"])
def test_a_channel_that_only_the_target_has_it_on(policy: str, sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    published(source, "Online Store")
    product = published(target, "Online Store", "Point of Sale", "Shop")
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy=policy)
    (row,) = desk.ledger.select(Where(resource="product_publications"), limit=9)
    went = policy == "mirror"
    assert row.verified and row.outcome is (Outcome.UPDATED if went else Outcome.UNCHANGED)
    assert row.reason is (Reason.NONE if went else Reason.FULLER)
    assert went or "Point of Sale" in row.detail
    assert places(target, product) == (1 if went else 3)
    again, _ = import_(sandbox, target.shop, archive, tmp_path, policy=policy)
    assert again.client.writes == 0


STOCK = """mutation Q($input: InventorySetQuantitiesInput!) {
  inventorySetQuantities(input: $input) @idempotent(key: "%s") { userErrors { message } } }"""
ADD = """mutation A { locationAdd(input: { name: "Lager", address: { countryCode: DE } }) {
  location { id } userErrors { message } } }"""
ITEM = "query I($id: ID!) { product(id: $id) { variants(first: 1) { nodes { inventoryItem { id } } } } }"


def stocked(shop: Builder, *, more: bool) -> None:
    product = shop.product("shirt", {"Size": ["S"]}, fields={"inventoryItem": {"tracked": True}})
    lager = shop.ask(ADD)["locationAdd"]["location"]["id"]
    (variant,) = shop.ask(ITEM, id=product)["product"]["variants"]["nodes"]
    places: list[Any] = [
        node["id"] for node in shop.ask("{ locations(first: 9) { nodes { id } } }")["locations"]["nodes"]
    ]
    for place in places if more else (place for place in places if place != lager):
        own = {"inventoryItemId": variant["inventoryItem"]["id"], "locationId": place, "quantity": 5}
        given = {"name": "available", "reason": "correction", "quantities": [{**own, "changeFromQuantity": None}]}
        shop.ask(STOCK % place, input=given)


def test_stock_at_a_place_that_only_the_target_has_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    stocked(source, more=False)
    stocked(target, more=True)
    kinds = ["products", "locations", "inventory_levels"]
    archive = archive_of(sandbox, source.shop, tmp_path, resources=kinds)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    (row,) = desk.ledger.select(Where(resource="inventory_levels"), limit=9)
    told = "Only the target store has stock of it at Lager, which no import takes away."
    assert (row.outcome, row.detail) == (Outcome.UNCHANGED, told)
