"""Writing a company's location: made in one request, and changed by as many as Shopify has mutations for its parts.

The one that Shopify made with the company is taken for the record of its name, as long as there is nothing in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..outcomes import Reason
from ..resource import Ask, Fields, Job, Result, Talk
from . import _business as business
from ._common import emptied, given, refused, touches

SIDES = {"shippingAddress": "SHIPPING", "billingAddress": "BILLING"}
_OWN = ("name", "phone", "locale", "note")
_TAXES = ("taxExempt", "taxRegistrationId")
_FLAGS = ("checkoutToDraft", "editableShippingAddress")

_CREATE = """
mutation CreateCompanyLocation($company: ID!, $input: CompanyLocationInput!) {
  companyLocationCreate(companyId: $company, input: $input) {
    companyLocation { id } userErrors { field message code }
  }
}
"""
_UPDATE = """
mutation UpdateCompanyLocation($id: ID!, $input: CompanyLocationUpdateInput!) {
  companyLocationUpdate(companyLocationId: $id, input: $input) {
    companyLocation { id } userErrors { field message code }
  }
}
"""
_ADDRESS = """
mutation SetCompanyAddress($id: ID!, $address: CompanyAddressInput!, $side: CompanyAddressType!) {
  companyLocationAssignAddress(locationId: $id, address: $address, addressTypes: [$side]) {
    addresses { id } userErrors { field message code }
  }
}
"""
_TAX = """
mutation SetCompanyTaxes(
  $id: ID!, $exempt: Boolean, $registration: String, $more: [TaxExemption!], $fewer: [TaxExemption!]
) {
  companyLocationTaxSettingsUpdate(
    companyLocationId: $id, taxExempt: $exempt, taxRegistrationId: $registration
    exemptionsToAssign: $more, exemptionsToRemove: $fewer
  ) {
    companyLocation { id } userErrors { field message code }
  }
}
"""
_TERMS = "query PaymentTerms { paymentTermsTemplates { id name } }"
_FIRST = f"""
query FirstLocation($id: ID!) {{
  company(id: $id) {{
    locations(first: 1, sortKey: ID) {{
      nodes {{
        id {business.NAMED} phone note shippingAddress {{ id }} billingAddress {{ id }}
        taxSettings {{ taxExempt taxExemptions taxRegistrationId }}
        buyerExperienceConfiguration {{ checkoutToDraft editableShippingAddress paymentTermsTemplate {{ id }} }}
        roleAssignments(first: 1) {{ nodes {{ id }} }}
      }}
    }}
  }}
}}
"""


def deposit_problem(checkout: Mapping[str, Any]) -> str | None:
    if checkout.get("deposit") is None or checkout.get("paymentTerms"):
        return None
    return "a deposit needs paymentTerms."


def normal_address(address: Fields | None) -> Fields | None:
    return {name: address.get(name) for name in business.ADDRESS_PARTS} if address else None


def _parts(address: Fields) -> dict[str, Any]:
    """As Shopify takes them; an empty text says that there is no such part."""
    return {name: address.get(name) or None for name in business.ADDRESS_PARTS}


def create(job: Job, company: str) -> Talk[Result]:
    first = yield from _first(company)
    if first is not None and business.key_of(first) == job.key[2:]:
        if _bare(first):
            return (yield from update(_filling(job, first["id"])))
        detail = "Somebody made a location of this name after the plan was made."
        return Result(job.key, reason=Reason.CHANGED_MEANWHILE, detail=detail)
    after = job.after
    checkout = yield from _checkout(job)
    if isinstance(checkout, Result):
        return checkout
    own = {name: after.get(name) or None for name in (*_OWN, "externalId", "taxRegistrationId")}
    addresses = {name: given(_parts(after.get(name) or {})) or None for name in SIDES}
    taxes = {name: after.get(name) or None for name in ("taxExempt", "taxExemptions")}
    wanted = given({**own, **addresses, **taxes, "buyerExperienceConfiguration": given(checkout) or None})
    payload = (yield Ask(_CREATE, {"company": company, "input": wanted}))["companyLocationCreate"]
    if payload["userErrors"]:
        return refused(job.key, payload["userErrors"])
    return Result(job.key, payload["companyLocation"]["id"])


def _first(company: str) -> Talk[Mapping[str, Any] | None]:
    found = (yield Ask(_FIRST, {"id": company}))["company"]
    return next(iter(found["locations"]["nodes"]), None) if found is not None else None


def _bare(node: Mapping[str, Any]) -> bool:
    """Whether there is nothing in it but its name."""
    values = (
        *(node["phone"], node["note"], node["shippingAddress"], node["billingAddress"]),
        *(*node["taxSettings"].values(), *node["buyerExperienceConfiguration"].values()),
        node["roleAssignments"]["nodes"],
    )
    return not any(values)


def _filling(job: Job, gid: str) -> Job:
    """Everything that the record says, for a location in which there is nothing yet."""
    changed = tuple(name for name, value in job.after.items() if value not in (None, "", [], False))
    return replace(job, gid=gid, before={"checkout": {}}, changed=changed)


def update(job: Job) -> Talk[Result]:
    """Part by part: what is refused ends it, and leaves the parts before it."""
    assert job.before is not None
    own = emptied({name: job.after.get(name) for name in _OWN if touches(job.changed, name)}, ("phone", "note"))
    if touches(job.changed, "checkout"):
        checkout = yield from _checkout(job)
        if isinstance(checkout, Result):
            return checkout
        own |= {"buyerExperienceConfiguration": checkout} if checkout else {}
    asks = [Ask(_UPDATE, {"id": job.gid, "input": own}, repeatable=True)] if own else []
    asks += [_address(job, name) for name in SIDES if touches(job.changed, name) and job.after.get(name)]
    if any(touches(job.changed, name) for name in (*_TAXES, "taxExemptions")):
        asks.append(_taxed(job))
    for ask in asks:
        (payload,) = (yield ask).values()
        if payload["userErrors"]:
            return refused(job.key, payload["userErrors"])
    return Result(job.key, job.gid)


def _address(job: Job, name: str) -> Ask:
    """Whole, because Shopify does not say what becomes of parts that are not given; what is not said stays."""
    present, wanted = ((fields or {}).get(name) or {} for fields in (job.before, job.after))
    whole = _parts({**present, **given(wanted)})
    return Ask(_ADDRESS, {"id": job.gid, "address": whole, "side": SIDES[name]}, repeatable=True)


def _taxed(job: Job) -> Ask:
    present = set((job.before or {}).get("taxExemptions") or ())
    said = job.after.get("taxExemptions")
    wanted = set(said) if said is not None else present
    own = {"exempt": job.after.get("taxExempt"), "registration": job.after.get("taxRegistrationId")}
    told = {"more": sorted(wanted - present) or None, "fewer": sorted(present - wanted) or None}
    return Ask(_TAX, {"id": job.gid, **given({**own, **told})}, repeatable=True)


def _checkout(job: Job) -> Talk[dict[str, Any] | Result]:
    """How people check out, with the terms of payment by the id that they have in this store."""
    own = job.after.get("checkout") or {}
    found: dict[str, Any] = {name: own[name] for name in _FLAGS if name in own}
    terms = own.get("paymentTerms") or ((job.before or {}).get("checkout") or {}).get("paymentTerms")
    if not terms:
        return found
    templates = (yield Ask(_TERMS))["paymentTermsTemplates"]
    gid = next((node["id"] for node in templates if node["name"] == terms), None)
    if gid is None:
        detail = f"The target store offers no terms of payment called “{terms}”."
        return Result(job.key, reason=Reason.REFUSED, detail=detail)
    deposit = {"percentage": own["deposit"]} if own.get("deposit") is not None else None
    return {**found, "paymentTermsTemplateId": gid, **given({"deposit": deposit})}
