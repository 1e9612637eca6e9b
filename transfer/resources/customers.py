"""Customers, by their e-mail address, or by their phone number where they have none.

Writing one sends nobody a message: accounts are not invited, and of marketing consent only what a customer decided is
written (subscribed, unsubscribed), never that a confirmation is being waited for. Shopify protects customers: an app
that it did not approve sees none, and then they are named as withheld.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from shopify_client import AccessDenied

from ..keys import Key
from ..outcomes import Reason
from ..references import Target
from ..resource import Ask, Fields, Ids, Job, Reading, Result, Scopes, Talk
from ..shapes import Flag, Object
from . import _people as people
from ._common import by_alias, emptied, given, refused, touches
from ._plain import Documents, Plain
from ._shapes import LANGUAGE, SHORT, TAGS, TEXT

MAX_NOTE, MAX_TAGS = 5_000, 250  # as a real store was seen to refuse more

_FIELDS = f"""
  id firstName lastName note tags locale taxExempt taxExemptions updatedAt
  defaultEmailAddress {{ emailAddress marketingState marketingOptInLevel marketingUpdatedAt }}
  defaultPhoneNumber {{ phoneNumber smsMarketingConsent {{ state optInLevel updatedAt }} }}
  defaultAddress {{ id }}
  addressesV2(first: 20) {{ nodes {{ id {people.ADDRESS} }} pageInfo {{ hasNextPage endCursor }} }}
"""
_READ = f"""
query Customers($after: String, $query: String) {{
  customers(first: 50, after: $after, query: $query, sortKey: ID) {{
    nodes {{ {_FIELDS} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
_BACK = f"query CustomersById($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Customer {{ {_FIELDS} }} }} }}"
_COUNT = "query CustomersCount { customersCount(limit: null) { count } }"
_REST = f"""
query AddressesOfCustomer($id: ID!, $after: String) {{
  customer(id: $id) {{
    addressesV2(first: 100, after: $after) {{ nodes {{ id {people.ADDRESS} }} pageInfo {{ hasNextPage endCursor }} }}
  }}
}}
"""
_SET = """
mutation SetCustomer($identifier: CustomerSetIdentifiers, $input: CustomerSetInput!) {
  customerSet(identifier: $identifier, input: $input) { customer { id } userErrors { field message code } }
}
"""
_SET_AND_LIST = """
mutation SetCustomerAndListAddresses($identifier: CustomerSetIdentifiers, $input: CustomerSetInput!) {
  customerSet(identifier: $identifier, input: $input) {
    customer { id defaultAddress { id } addressesV2(first: 250) { nodes { id } } }
    userErrors { field message code }
  }
}
"""
_DEFAULT = """
mutation SetDefaultAddress($customer: ID!, $address: ID!) {
  customerUpdateDefaultAddress(customerId: $customer, addressId: $address) { userErrors { field message } }
}
"""
_EMAIL_CONSENT = """
mutation SetEmailConsent($input: CustomerEmailMarketingConsentUpdateInput!) {
  customerEmailMarketingConsentUpdate(input: $input) { userErrors { field message code } }
}
"""
_SMS_CONSENT = """
mutation SetSmsConsent($input: CustomerSmsMarketingConsentUpdateInput!) {
  customerSmsMarketingConsentUpdate(input: $input) { userErrors { field message code } }
}
"""
_DELETE = """
mutation DeleteCustomer($id: ID!) { customerDelete(input: { id: $id }) { userErrors { field message } } }
"""
NAMED = "defaultEmailAddress { emailAddress } defaultPhoneNumber { phoneNumber }"
_OF_PHONE = f"""
query CustomerOfPhone($phone: String!) {{
  customerByIdentifier(identifier: {{ phoneNumber: $phone }}) {{ id {NAMED} }}
}}
"""
TAKEN = "Another customer of the target store has this e-mail address or phone number."
_DIALLED = re.compile(r"[\s().-]")
_OWN = ("email", "phone", "firstName", "lastName", "note", "locale")
_CONSENTS = {
    "emailConsent": ("emailMarketingConsent", _EMAIL_CONSENT),
    "smsConsent": ("smsMarketingConsent", _SMS_CONSENT),
}


class Customers(Plain):
    name = "customers"
    label = "Customers"
    key_is = "e-mail address, else phone number"
    key_like = "anna@example.com"
    shape = Object(
        "a customer",
        {
            **dict.fromkeys(("firstName", "lastName", "email", "phone"), SHORT),
            "locale": LANGUAGE,
            "note": TEXT,
            "tags": TAGS,
            "taxExempt": Flag(),
            "taxExemptions": people.EXEMPTIONS,
            "emailConsent": people.CONSENT,
            "smsConsent": people.CONSENT,
            "addresses": people.ADDRESSES,
        },
    )
    key_shape = (people.CONTACT,)
    leaves = {
        "where somebody consented": "it is a place of the store that asked; that they did is carried, and when",
        "orders, what was spent, store credit, timeline": "what was sold belongs to the store that sold it",
        "passwords, account invitations, payment methods": "Shopify gives them to nobody; customers log in anew",
        "customers without e-mail address and phone": "nothing tells them apart from others",
        "consent that is pending, invalid or was never given": "Shopify lets nobody set it, or would write to people",
        "consent to WhatsApp messages, opting out of data sales": "not carried by this version",
    }
    optional = (
        "personal data: tick it only where you may copy people's names and addresses; who subscribed to marketing "
        "arrives as a subscriber, to whom automations of the other store (a welcome e-mail) may write: pause them"
    )
    personal = True
    lasting = {
        "locale": "somebody is always written to in some language",
        "emailConsent": "what somebody decided is not undone; it can be decided anew",
        "smsConsent": "what somebody decided is not undone; it can be decided anew",
        "emailConsent.level": "it belongs to what somebody decided",
        "emailConsent.at": "it belongs to what somebody decided",
        "smsConsent.level": "it belongs to what somebody decided",
        "smsConsent.at": "it belongs to what somebody decided",
    }
    scopes = Scopes(read=("read_customers",), write=("write_customers",))
    gid_types = ("Customer",)
    identify = {"Customer": NAMED}
    documents = Documents(_READ, _BACK, "", "", _DELETE, _COUNT)
    connection, noun, selection = "customers", "customer", NAMED
    upsert = exclusive = True
    claimed = "phone number"
    deletable = False  # nobody is deleted for not being known elsewhere
    points = 20.0

    # -- reading

    def whole(self, node: Mapping[str, Any]) -> Talk[Mapping[str, Any]]:
        found, page = list(node["addressesV2"]["nodes"]), node["addressesV2"]["pageInfo"]
        while page["hasNextPage"]:
            customer = (yield Ask(_REST, {"id": node["id"], "after": page["endCursor"]}))["customer"]
            if customer is None:
                break  # deleted while we read: it will be missing from the second look as well
            found, page = found + customer["addressesV2"]["nodes"], customer["addressesV2"]["pageInfo"]
        return {**node, "addressesV2": {"nodes": found}}

    def reading(self, node: Mapping[str, Any]) -> Reading | None:
        return super().reading(node) if key_of(node)[0] else None

    def skipped(self, node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        if not key_of(node)[0]:
            yield people.nameless(node["id"]), "it has neither an e-mail address nor a phone number to be named by"

    def key_of(self, node: Mapping[str, Any]) -> Key:
        return key_of(node)

    def fields_of(self, node: Mapping[str, Any]) -> Fields:
        email, phone = node["defaultEmailAddress"], node["defaultPhoneNumber"]
        first = node["defaultAddress"]["id"] if node["defaultAddress"] else None
        return {
            **{name: node[name] for name in ("firstName", "lastName", "note", "locale", "tags", "taxExempt")},
            "taxExemptions": node["taxExemptions"],
            "email": email["emailAddress"] if email else None,
            "phone": phone["phoneNumber"] if phone else None,
            "emailConsent": people.consent(email, "marketingState", "marketingOptInLevel", "marketingUpdatedAt"),
            "smsConsent": people.consent(phone and phone["smsMarketingConsent"], "state", "optInLevel", "updatedAt"),
            "addresses": [
                {**people.portable(one), "default": one["id"] == first} for one in node["addressesV2"]["nodes"]
            ],
        }

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        try:
            return (yield from self._looked_up(targets))
        except AccessDenied:
            return {}  # an app that was not approved for customers finds none

    def _looked_up(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        return (
            yield from by_alias(
                targets,
                "CustomerIdentifierInput!",
                f"customerByIdentifier(identifier: $v) {{ id {NAMED} }}",
                lambda target: named(target.key, "emailAddress", "phoneNumber"),
                lambda target, node: node["id"] if key_of(node) == target.key else None,
            )
        )

    def identified(self, gid_type: str, node: Mapping[str, Any]) -> Target | None:
        key = key_of(node)
        return Target(self.name, key) if key[0] else None

    # -- meaning

    def normalise(self, fields: Fields) -> Fields:
        return {
            **fields,
            "email": fields["email"].lower() if fields.get("email") else None,
            "tags": people.sorted_tags(fields.get("tags") or []),
            "taxExemptions": sorted(fields.get("taxExemptions") or []),
            "addresses": people.distinct(fields.get("addresses") or []),
            **{name: people.normal_consent(fields.get(name)) for name in _CONSENTS},
        }

    def anonymous_key(self, key: Key, alias: Callable[[str], str]) -> Key:
        """Who had only a phone has an address now: there are no numbers that are free to use and enough."""
        return (people.address_at_nobody(key[0], alias),)

    def anonymous(self, key: Key, fields: Fields, alias: Callable[[str], str]) -> Fields | None:
        """What says how a store works stays: languages, countries, tags and taxes. Nobody agreed to be written to."""
        name = {"firstName": "Customer", "lastName": alias(key[0])[:8]}
        named = {one: name[one] if fields.get(one) else None for one in name}
        return {
            **{one: fields[one] for one in ("locale", "tags", "taxExempt", "taxExemptions") if one in fields},
            **named,
            "email": people.address_at_nobody(key[0], alias),
            "phone": None,
            "note": "Note removed." if fields.get("note") else None,
            "emailConsent": None,
            "smsConsent": None,
            "addresses": [
                {**people.anonymous(one, number), **name} for number, one in enumerate(fields.get("addresses") or [], 1)
            ],
        }

    def filled(self, key: Key, fields: Fields) -> Fields:
        known = fields.get("email") or fields.get("phone")
        return super().filled(key, fields if known or len(key) != 1 else {**fields, **named(key, "email", "phone")})

    def named(self, fields: Fields) -> Key | None:
        return key if any(key := _key(fields)) else None

    def meant(self, before: Fields, said: Fields) -> Fields:
        """A row that names somebody need not say by what."""
        return {**named(_key(before), "email", "phone"), **said}

    def contradiction(self, key: Key, fields: Fields) -> str | None:
        if _key(fields) == key:
            return None
        return "the key must be the customer's email in small letters, or else the phone."

    def claims(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[tuple[str, ...]]:
        phone = _DIALLED.sub("", fields.get("phone") or "")
        yield from [(phone,)] if phone else []

    def stand_in(self, key: Key, before: Fields, governor: Fields | None) -> Fields:
        """Nothing stands in for a number, and with it goes what was said about messages to it."""
        return {**before, "phone": None, "smsConsent": None}

    def unclaimed(self, key: Key, fields: Fields, claims: Collection[tuple[str, ...]]) -> Fields | None:
        return {**fields, "phone": None, "smsConsent": None} if "@" in key[0] else None

    def refuse(self, job: Job) -> Result | None:
        note, tags = job.after.get("note") or "", job.after.get("tags") or []
        if len(note) > MAX_NOTE or len(tags) > MAX_TAGS:
            detail = f"Shopify takes at most {MAX_NOTE} characters in a note, and {MAX_TAGS} tags."
            return Result(job.key, reason=Reason.TOO_LARGE, detail=detail)
        return None

    # -- writing

    def make_way(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        results = []
        for job in jobs:
            wanted = {"identifier": {"id": job.gid}, "input": {"phone": None}}
            errors = (yield Ask(_SET, wanted, repeatable=True))["customerSet"]["userErrors"]
            results.append(refused(job.key, errors) if errors else Result(job.key, job.gid))
        return results

    def created(self, job: Job, ids: Ids) -> dict[str, Any]:
        own = {name: job.after.get(name) or None for name in (*_OWN, "tags", "taxExempt", "taxExemptions")}
        addresses = [people.input_of(one) for one in people.distinct(job.after.get("addresses") or [])]
        return {
            "identifier": named(job.key, "email", "phone"),
            "input": given({**own, "addresses": addresses or None}),
        }

    def updated(self, job: Job, ids: Ids) -> dict[str, Any]:
        own = {name: job.after.get(name) for name in (*_OWN, "tags", "taxExempt", "taxExemptions")}
        if touches(job.changed, "addresses"):
            own["addresses"] = [people.input_of(one) for one in people.distinct(job.after["addresses"])]
        told = {name: value for name, value in own.items() if touches(job.changed, name)}
        return {"identifier": {"id": job.gid}, "input": emptied(told, _OWN)}

    def create(self, job: Job, ids: Ids) -> Talk[Result]:
        """By a phone number Shopify would write over whoever has it, also somebody who goes by an e-mail address."""
        if "@" not in job.key[0]:
            node = (yield Ask(_OF_PHONE, {"phone": job.key[0]}))["customerByIdentifier"]
            if node is not None and key_of(node) != job.key:
                return Result(job.key, reason=Reason.REFUSED, detail=TAKEN)
        return (yield from self._set(job, self.created(job, ids)))

    def update(self, job: Job, ids: Ids) -> Talk[Result]:
        variables = self.updated(job, ids)
        if variables["input"]:
            return (yield from self._set(job, variables))
        return (yield from self._consents(job, job.gid or ""))

    def _set(self, job: Job, variables: Mapping[str, Any]) -> Talk[Result]:
        """Shopify takes the first address for the default one: another is named afterwards."""
        named = "addresses" in variables["input"]
        wanted = [one["default"] for one in people.distinct(job.after.get("addresses") or [])] if named else []
        document = _SET_AND_LIST if True in wanted[1:] else _SET
        payload = (yield Ask(document, variables, repeatable=True))["customerSet"]
        if payload["userErrors"]:
            return _taken(job.key, payload["userErrors"])
        made = payload["customer"]
        if document is _SET_AND_LIST:
            nodes = made["addressesV2"]["nodes"]
            chosen = nodes[wanted.index(True)]["id"] if len(nodes) == len(wanted) else made["defaultAddress"]["id"]
            data = yield Ask(_DEFAULT, {"customer": made["id"], "address": chosen}, repeatable=True)
            errors = data["customerUpdateDefaultAddress"]["userErrors"]
            if errors:
                return refused(job.key, errors)
        return (yield from self._consents(job, made["id"]))

    def _consents(self, job: Job, gid: str) -> Talk[Result]:
        """What a customer decided about messages, where the plan says that the target does not know it."""
        for name, (word, document) in _CONSENTS.items():
            wanted = people.consent_input(job.after.get(name))
            paths = ("smsConsent", "phone") if name == "smsConsent" else (name,)  # it is about the number
            if wanted is None or not (job.creates or any(touches(job.changed, path) for path in paths)):
                continue
            (payload,) = (yield Ask(document, {"input": {"customerId": gid, word: wanted}}, repeatable=True)).values()
            if payload["userErrors"]:
                return refused(job.key, payload["userErrors"])
        return Result(job.key, gid)


def key_of(node: Mapping[str, Any]) -> Key:
    """The key of a node read with `NAMED`; of an empty part where nothing names it."""
    email, phone = node["defaultEmailAddress"], node["defaultPhoneNumber"]
    return _key({"email": email and email["emailAddress"], "phone": phone and phone["phoneNumber"]})


def _key(fields: Mapping[str, Any]) -> Key:
    email, phone = fields.get("email"), fields.get("phone")
    return (str(email).strip().lower() if email else str(phone or ""),)


def named(key: Key, email: str, phone: str) -> dict[str, str]:
    """The key as an identifier: ``{"email": …}`` or ``{"phone": …}``."""
    return {email if "@" in key[0] else phone: key[0]}


def _taken(key: Key, errors: Sequence[Mapping[str, Any]]) -> Result:
    if all(error.get("code") == "TAKEN" for error in errors):
        return Result(key, reason=Reason.REFUSED, detail=TAKEN)
    return refused(key, errors)


RESOURCE = Customers()
