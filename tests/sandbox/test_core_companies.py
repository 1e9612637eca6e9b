"""Companies, as recorded: what they come with, what nobody else may have, and which refusal says what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sandbox.context import AppAccess
from sandbox.graphql_endpoint import answer

from .core import Core

ERRORS = "userErrors { field message code }"
CREATE = f"""mutation C($input: CompanyCreateInput!) {{ companyCreate(input: $input) {{ company {{
  id name externalId mainContact {{ id }} contactRoles(first: 5) {{ nodes {{ id name }} }}
  locations(first: 5) {{ nodes {{ id name externalId locale billingAddress {{ id }} }} }} }} {ERRORS} }} }}"""
UPDATE = (
    f"mutation U($id: ID!, $input: CompanyInput!) {{ companyUpdate(companyId: $id, input: $input) {{ {ERRORS} }} }}"
)
PLACE = f"""mutation P($id: ID!, $input: CompanyLocationInput!) {{
  companyLocationCreate(companyId: $id, input: $input) {{ companyLocation {{
  id name phone billingAddress {{ id address1 }} shippingAddress {{ id address1 companyName }} }}
  {ERRORS} }} }}"""
CHANGE = f"""mutation U($id: ID!, $input: CompanyLocationUpdateInput!) {{
  companyLocationUpdate(companyLocationId: $id, input: $input) {{ {ERRORS} }} }}"""
ADDRESS = f"""mutation A($id: ID!, $address: CompanyAddressInput!, $sides: [CompanyAddressType!]!) {{
  companyLocationAssignAddress(locationId: $id, address: $address, addressTypes: $sides) {{
    addresses {{ id }} {ERRORS} }} }}"""
TAX = f"""mutation T($id: ID!, $more: [TaxExemption!], $fewer: [TaxExemption!], $exempt: Boolean) {{
  companyLocationTaxSettingsUpdate(
    companyLocationId: $id, exemptionsToAssign: $more, exemptionsToRemove: $fewer, taxExempt: $exempt
  ) {{ companyLocation {{ taxSettings {{ taxExempt taxExemptions taxRegistrationId }} }} {ERRORS} }} }}"""
GONE = f"mutation D($id: ID!) {{ companyLocationDelete(companyLocationId: $id) {{ {ERRORS} }} }}"
CUSTOMER = "mutation S($input: CustomerSetInput!) { customerSet(input: $input) { customer { id } } }"
CONTACT = f"""mutation C($company: ID!, $customer: ID!) {{
  companyAssignCustomerAsContact(companyId: $company, customerId: $customer) {{
    companyContact {{ id isMainContact title }} {ERRORS} }} }}"""
GIVE = f"""mutation G($id: ID!, $roles: [CompanyContactRoleAssign!]!) {{
  companyContactAssignRoles(companyContactId: $id, rolesToAssign: $roles) {{ roleAssignments {{ id }} {ERRORS} }} }}"""
TAKE = f"""mutation T($id: ID!, $ids: [ID!]) {{
  companyContactRevokeRoles(companyContactId: $id, roleAssignmentIds: $ids) {{
    revokedRoleAssignmentIds {ERRORS} }} }}"""
MAIN = f"""mutation M($company: ID!, $contact: ID!) {{
  companyAssignMainContact(companyId: $company, companyContactId: $contact) {{ {ERRORS} }} }}"""
REMOVE = f"mutation R($id: ID!) {{ companyContactRemoveFromCompany(companyContactId: $id) {{ {ERRORS} }} }}"
DELETE = f"mutation D($ids: [ID!]!) {{ companiesDelete(companyIds: $ids) {{ deletedCompanyIds {ERRORS} }} }}"
READ = "query R($id: ID!) { company(id: $id) { mainContact { id } contacts(first: 5) { nodes { id } } } }"


class Business:
    def __init__(self, **first: Any) -> None:
        self.core = Core()
        self.company = self.made({"company": {"name": "Acme", "externalId": "A-1"}, **first})
        self.id = self.company["id"]
        self.location = self.company["locations"]["nodes"][0]["id"]
        self.admin, self.buyer = (node["id"] for node in self.company["contactRoles"]["nodes"])

    def made(self, given: dict[str, Any]) -> Any:
        payload = self.core.data(CREATE, input=given)["companyCreate"]
        assert not payload["userErrors"], payload
        return payload["company"]

    def contact(self, **given: str) -> str:
        customer = self.core.data(CUSTOMER, input=given)["customerSet"]["customer"]["id"]
        payload = self.core.data(CONTACT, company=self.id, customer=customer)["companyAssignCustomerAsContact"]
        assert not payload["userErrors"], payload
        return str(payload["companyContact"]["id"])


def test_a_company_comes_with_a_location_of_its_name_and_two_roles() -> None:
    own = Business()
    (place,) = own.company["locations"]["nodes"]
    assert (place["name"], place["externalId"], place["locale"], place["billingAddress"]) == ("Acme", None, "en", None)
    assert [node["name"] for node in own.company["contactRoles"]["nodes"]] == ["Location admin", "Ordering only"]
    named = own.made({"company": {"name": "Acme"}, "companyLocation": {"name": "", "phone": "(415) 555-1234"}})
    assert named["locations"]["nodes"][0]["name"] == "Acme", "names may be the same"
    assert own.core.refused(GONE, id=own.location) == [(("companyLocationId",), "FAILED_TO_DELETE")]


@pytest.mark.parametrize(
    ("given", "place", "code"),
    [
        ({"name": ""}, "name", "BLANK"),
        ({"name": "x" * 256}, "name", "TOO_LONG"),
        ({"name": "x", "note": "n" * 5_001}, "notes", "TOO_LONG"),
        ({"name": "x", "externalId": "A-1"}, "externalId", "TAKEN"),
        ({"name": "x", "externalId": "bad id"}, "externalId", "INVALID"),
        ({"name": "x", "externalId": "x" * 65}, "externalId", "TOO_LONG"),
    ],
)
def test_what_a_company_may_not_be_called(given: dict[str, str], place: str, code: str) -> None:
    own = Business()
    assert own.core.refused(CREATE, input={"company": given}) == [(("input", "company", place), code)]
    other = own.made({"company": {"name": "Other"}})["id"]
    assert own.core.refused(UPDATE, id=other, input=given) == [(("input", place), code)]


def test_since_when_it_is_a_customer_is_said_once() -> None:
    own = Business()
    given = {"customerSince": "2020-01-01T00:00:00Z", "name": "New"}
    assert own.core.refused(UPDATE, id=own.id, input=given) == [(("input", "customerSince"), "INVALID_INPUT")]
    assert own.core.refused(UPDATE, id=own.id, input={}) == [(("input",), "INVALID")]


def test_a_location_needs_more_than_an_address_and_is_called_after_it() -> None:
    own = Business()
    address = {"address1": "1 Pine St", "countryCode": "US", "zoneCode": "CA", "zip": "94105"}
    assert own.core.refused(PLACE, id=own.id, input={"shippingAddress": address}) == [(None, "NO_INPUT")]
    given = {"phone": "415.555.5678", "shippingAddress": address, "billingSameAsShipping": True}
    place = own.core.data(PLACE, id=own.id, input=given)["companyLocationCreate"]["companyLocation"]
    assert (place["name"], place["phone"]) == ("1 Pine St", "+14155555678")
    assert place["shippingAddress"]["companyName"] == "Acme"
    assert place["billingAddress"]["id"] != place["shippingAddress"]["id"]
    both = {**given, "billingAddress": address}
    assert own.core.refused(PLACE, id=own.id, input=both) == [(("input", "billingAddress"), "INVALID_INPUT")]
    alone = {"name": "x", "billingSameAsShipping": True}
    assert own.core.refused(PLACE, id=own.id, input=alone) == [(("input", "shippingAddress"), "INVALID_INPUT")]


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"countryCode": "ZZ"}, "countryCode"),
        ({"zoneCode": "ZZ"}, "zoneCode"),
        ({"zip": "abcde"}, "zip"),
        ({"address1": "<b>1</b>"}, "address1"),
        ({"city": "Ottawa 👋"}, "city"),
        ({"lastName": "https://example.com"}, "lastName"),
        ({"phone": "not-a-phone"}, "phone"),
    ],
)
def test_what_is_no_address(wrong: dict[str, str], place: str) -> None:
    own = Business()
    address = {"address1": "1 Pine St", "countryCode": "US", "zoneCode": "CA", "zip": "94105", **wrong}
    refused = own.core.refused(ADDRESS, id=own.location, address=address, sides=["BILLING"])
    assert refused == [(("address", place), "INVALID")]


def test_an_address_keeps_its_id_and_what_is_not_said() -> None:
    own = Business()
    first = {"address1": "First", "countryCode": "CA", "city": "Ottawa"}
    second = {"address1": "Second", "countryCode": "CA"}
    told = [own.core.data(ADDRESS, id=own.location, address=one, sides=["BILLING"]) for one in (first, second)]
    made, again = (one["companyLocationAssignAddress"]["addresses"] for one in told)
    assert made == again
    assert own.core.shop.nodes[made[0]["id"]]["city"] == "Ottawa"
    assert own.core.refused(ADDRESS, id=own.location, address=first, sides=["BILLING"] * 2) == [(None, "INVALID_INPUT")]


def test_a_deposit_takes_terms_and_a_configuration_says_something() -> None:
    own = Business()
    place = ("input", "buyerExperienceConfiguration")
    for given, where, code in (
        ({}, place, "INVALID_INPUT"),
        ({"deposit": {"percentage": 50}}, (*place, "deposit"), "INVALID"),
    ):
        wanted = {"buyerExperienceConfiguration": given}
        assert own.core.refused(CHANGE, id=own.location, input=wanted) == [(where, code)]
    terms = {"paymentTermsTemplateId": "gid://shopify/PaymentTermsTemplate/4", "deposit": {"percentage": 50}}
    assert own.core.refused(CHANGE, id=own.location, input={"buyerExperienceConfiguration": terms}) == []
    assert own.core.refused(CHANGE, id=own.location, input={}) == [(None, "NO_INPUT")]
    assert own.core.refused(CHANGE, id=own.location, input={"name": None}) == [(("input", "name"), "UNEXPECTED_TYPE")]


def test_exemptions_are_added_and_taken_away() -> None:
    own = Business()
    eu, bc = "EU_REVERSE_CHARGE_EXEMPTION_RULE", "CA_BC_RESELLER_EXEMPTION"
    own.core.data(TAX, id=own.location, more=[eu], exempt=True)
    told = own.core.data(TAX, id=own.location, more=[bc], fewer=["US_CA_RESELLER_EXEMPTION"])
    settings = told["companyLocationTaxSettingsUpdate"]["companyLocation"]["taxSettings"]
    assert settings == {"taxExempt": True, "taxExemptions": [eu, bc], "taxRegistrationId": None}


def test_a_contact_is_a_customer_with_an_address_once_per_company_and_with_one_role_in_each_location() -> None:
    own = Business()
    anna = own.contact(email="anna@example.com")
    customer = own.core.data(CUSTOMER, input={"phone": "+16135551234"})["customerSet"]["customer"]["id"]
    assert own.core.refused(CONTACT, company=own.id, customer=customer) == [(("companyId",), "INVALID_INPUT")]
    same = {"email": "b@example.com"}
    other = own.core.data(CUSTOMER, input=same)["customerSet"]["customer"]["id"]
    assert own.core.refused(CONTACT, company=own.id, customer=other) == []
    assert own.core.refused(CONTACT, company=own.id, customer=other) == [(("companyId",), "INVALID_INPUT")]
    role = {"companyContactRoleId": own.admin, "companyLocationId": own.location}
    (given,) = own.core.data(GIVE, id=anna, roles=[role])["companyContactAssignRoles"]["roleAssignments"]
    strange = {**role, "companyContactRoleId": "gid://shopify/CompanyContactRole/1"}
    assert own.core.refused(GIVE, id=anna, roles=[{**role, "companyContactRoleId": own.buyer}, strange]) == [
        (("rolesToAssign", "0"), "LIMIT_REACHED"),
        (("rolesToAssign", "1", "companyContactRoleId"), "RESOURCE_NOT_FOUND"),
    ]
    assert own.core.refused(TAKE, id=anna, ids=[given["id"]]) == []
    assert own.core.refused(TAKE, id=anna, ids=[given["id"]]) == [(("roleAssignmentIds", "0"), "RESOURCE_NOT_FOUND")]


def test_the_main_contact_is_one_of_the_company_and_goes_with_them() -> None:
    own = Business()
    anna = own.contact(email="anna@example.com")
    other = own.made({"company": {"name": "Other"}})["id"]
    assert own.core.refused(MAIN, company=other, contact=anna) == [(("companyContactId",), "INVALID_INPUT")]
    assert own.core.refused(MAIN, company=own.id, contact=anna) == []
    assert own.core.data(READ, id=own.id)["company"]["mainContact"] == {"id": anna}
    assert own.core.refused(REMOVE, id=anna) == []
    assert own.core.data(READ, id=own.id)["company"] == {"mainContact": None, "contacts": {"nodes": []}}


def test_many_are_deleted_and_what_is_not_there_is_named() -> None:
    own = Business()
    told = own.core.data(DELETE, ids=[own.id, "gid://shopify/Company/1"])["companiesDelete"]
    assert told["deletedCompanyIds"] == [own.id]
    assert [(error["field"], error["code"]) for error in told["userErrors"]] == [
        (["companyIds", "1"], "RESOURCE_NOT_FOUND")
    ]
    assert own.made({"company": {"name": "Acme", "externalId": "A-1"}}), "its id is free again"


def test_companies_take_a_scope_and_a_plan_and_their_people_the_access_to_customers() -> None:
    own = Business()
    own.contact(email="anna@example.com")
    read = "{ companies(first: 1) { nodes { name contacts(first: 1) { nodes { title customer { id } } } } } }"
    access = AppAccess("app", frozenset({"read_companies"}))

    def codes(app: AppAccess, query: str) -> list[str]:
        body = answer(own.core.shop, app, own.core.bucket, own.core.stats, {"query": query}).body
        return [error["extensions"]["code"] for error in body.get("errors", ())]

    bare = "{ companies(first: 1) { nodes { name } } }"
    assert codes(access, bare) == []
    assert codes(access, read) == ["ACCESS_DENIED"], "read_customers is missing"
    assert codes(replace(access, scopes=frozenset({"read_customers"})), read) == []
    assert codes(replace(access, scopes=frozenset({"read_products"})), bare) == ["ACCESS_DENIED"]
    assert codes(replace(access, b2b=False), bare) == ["ACCESS_DENIED"]
