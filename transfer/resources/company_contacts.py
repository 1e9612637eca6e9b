"""The people of companies: customers of the store, with a title and a role in each location for which they may order.

Nobody is invited and nobody is written to: somebody who is a customer becomes a contact, no more. Who speaks for a
company stands in the company's own record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from shopify_client import AccessDenied

from ..keys import Key
from ..outcomes import Reason
from ..references import Target, parse
from ..resource import (
    Ask,
    Fields,
    Ids,
    Job,
    Page,
    Place,
    Reading,
    Resource,
    Result,
    Scopes,
    Selection,
    Stream,
    Talk,
    owned_by,
)
from ..shapes import Lacking, ListOf, Object, Reference, Text
from . import _business as business
from . import _company_contact_writing as writing
from . import _people as people
from . import customers
from ._common import by_alias, paged, read_nodes
from ._shapes import LANGUAGE, TEXT

NAMED = f"{business.OF_COMPANY} customer {{ {customers.NAMED} }}"
_ROLES = "nodes { role { name } companyLocation { id } } pageInfo { hasNextPage endCursor }"
_FIELDS = f"id title locale updatedAt {NAMED} roleAssignments(first: 10) {{ {_ROLES} }}"
_CONTACTS = f"nodes {{ {_FIELDS} }} pageInfo {{ hasNextPage endCursor }}"
_READ = f"""
query CompanyContacts($after: String, $query: String) {{
  companies(first: 50, after: $after, query: $query, sortKey: ID) {{
    nodes {{ id contacts(first: 10, sortKey: ID) {{ {_CONTACTS} }} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
_BACK = f"query CompanyContactsById($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on CompanyContact {{ {_FIELDS} }} }} }}"
_OWNED = f"""
query ContactsOfCompanies($ids: [ID!]!) {{
  nodes(ids: $ids) {{ ... on Company {{ id contacts(first: 10, sortKey: ID) {{ {_CONTACTS} }} }} }}
}}
"""
_REST = f"""
query ContactsOfCompany($id: ID!, $after: String) {{
  company(id: $id) {{ contacts(first: 100, after: $after, sortKey: ID) {{ {_CONTACTS} }} }}
}}
"""
_MORE_ROLES = f"""
query RolesOfContact($id: ID!, $after: String) {{
  companyContact(id: $id) {{ roleAssignments(first: 250, after: $after) {{ {_ROLES} }} }}
}}
"""
NOBODY = "nothing names the customer that it is"


class CompanyContacts(Resource):
    name = "company_contacts"
    label = "People of companies"
    key_is = "key of the company; e-mail address or phone number of the customer"
    key_like = "name/Hotel Nord/anna@example.com"
    shape = Object(
        "somebody of a company",
        {
            "title": TEXT,
            "locale": LANGUAGE,
            "roles": Lacking(
                ListOf(
                    Object("a role", {"location": Reference("company_locations"), "role": Text("a name", least=1)}),
                    "a list of roles",
                )
            ),
        },
    )
    key_shape = (*business.KEY, people.CONTACT)
    leaves = {
        "people of companies who have no e-mail address": "Shopify takes no customer without one for a contact",
        "roles that a store made up itself": "the API makes none; the roles that every company has are carried by name",
    }
    optional = "personal data: tick it only where you may copy who orders for a company"
    personal = True
    tells_of = ("companies", "company_locations", "customers")
    lasting = {
        "locale": "somebody is always written to in some language",
    }
    scopes = Scopes(read=("read_companies", "read_customers"), write=("write_companies", "read_customers"))
    gid_types = ("CompanyContact",)
    identify = {"CompanyContact": NAMED}
    refers_to = ("companies", "customers", "company_locations")
    hangs_on = keyed_by = "companies"
    read_batch = 25
    deletable = False  # nobody loses what they may order for not being known elsewhere
    points = 40.0

    # -- reading

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        return [Stream(self.name, self._read, moves=False)]

    def _read(self, after: str | None, changed_since: str | None) -> Talk[Page]:
        found: list[Mapping[str, Any]] = []
        page = yield from paged(_READ, "companies", lambda node: found.append(node))(after, None)
        own = yield from self._of(found)
        return Page(own.readings, page.after, own.skipped if changed_since is None else ())

    def owned(self, gids: Sequence[str]) -> Talk[Page]:
        nodes = (yield Ask(_OWNED, {"ids": list(gids)}))["nodes"]
        return (yield from self._of([node for node in nodes if node]))

    def _of(self, companies: Sequence[Mapping[str, Any]]) -> Talk[Page]:
        """All contacts of these companies."""
        readings: list[Reading] = []
        notes: list[tuple[str, str]] = []
        for company in companies:
            for node in (yield from _all(company)):
                reading = self._reading((yield from _whole(node)))
                readings += [reading] if reading is not None else []
                notes += [(people.nameless(node["id"]), NOBODY)] if reading is None else []
        return Page(tuple(readings), None, tuple(notes))

    def read_back(self, gids: Sequence[str]) -> Talk[list[Reading]]:
        nodes: list[Mapping[str, Any]] = []
        yield from read_nodes(_BACK, gids, lambda node: nodes.append(node))
        readings = []
        for node in nodes:
            readings.append(self._reading((yield from _whole(node))))
        return [reading for reading in readings if reading is not None]

    def _reading(self, node: Mapping[str, Any]) -> Reading | None:
        key = key_of(node)
        if not key[-1]:
            return None
        roles = [
            {"location": one["companyLocation"]["id"], "role": one["role"]["name"]}
            for one in node["roleAssignments"]["nodes"]
        ]
        fields = {"title": node["title"], "locale": node["locale"], "roles": roles}
        return Reading(self.name, key, node["id"], fields, node["updatedAt"])

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        try:
            return (yield from _located(targets))
        except AccessDenied:
            return {}  # an app that was not approved for customers finds none

    def identified(self, gid_type: str, node: Mapping[str, Any]) -> Target | None:
        key = key_of(node)
        return Target(self.name, key) if key[-1] else None

    # -- meaning

    def rewrite(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        """A role in a location that is not there is none."""
        if fields.get("roles") is None:
            return fields
        found = [{**one, "location": translate(one["location"])} for one in fields["roles"]]
        return {**fields, "roles": [one for one in found if one["location"] is not None]}

    def same(self, key: Key, other: Key, before: Fields | None) -> bool:
        return business.same(key, other)

    def owners(self, key: Key) -> Iterator[Target]:
        yield Target("companies", key[:2])
        yield Target("customers", key[2:])

    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        yield from owned_by(self.owners(key))
        targets = (parse(one["location"]) for one in fields.get("roles") or ())
        yield from (Place("roles", target) for target in targets if target is not None)

    def normalise(self, fields: Fields) -> Fields:
        if fields.get("roles") is None:
            return fields
        return {**fields, "roles": sorted(fields["roles"], key=lambda one: (one["location"], one["role"]))}

    def anonymous_key(self, key: Key, alias: Callable[[str], str]) -> Key:
        company = business.alias_of(key[:2], "Company", alias)
        return (*company, people.address_at_nobody(key[2], alias))

    def anonymous(self, key: Key, fields: Fields, alias: Callable[[str], str]) -> Fields | None:
        return {**fields, "title": None}

    def refuse(self, job: Job) -> Result | None:
        if not job.creates or "@" in job.key[2]:
            return None
        detail = "The customer has no e-mail address, and Shopify takes nobody without one for a contact of a company."
        return Result(job.key, reason=Reason.MISSING_REQUIRED, detail=detail)

    # -- writing

    def begun(self, job: Job) -> Fields:
        """Roles are given when all locations are there, and all at once."""
        if "roles" not in job.without:
            return job.after
        return {**job.after, "roles": (job.before or {}).get("roles", [])}

    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        (job,) = jobs
        roles = {
            one["location"]: one["role"] for one in self.rewrite(self.begun(job), ids.translate).get("roles") or ()
        }
        if job.gid is not None:
            return [(yield from writing.update(job, roles))]
        company = yield from business.company_gid(job.key[:2], ids)
        customer = ids.gid(Target("customers", job.key[2:]))
        if company is None or customer is None:
            return [business.ownerless(job.key)]
        return [(yield from writing.create(job, company, customer, roles))]


def key_of(node: Mapping[str, Any]) -> Key:
    """The key of a contact read with `NAMED`; its last part is empty where nothing names the customer."""
    return (*business.key_of(node["company"]), *customers.key_of(node["customer"]))


def _all(company: Mapping[str, Any]) -> Talk[list[Mapping[str, Any]]]:
    found, page = list(company["contacts"]["nodes"]), company["contacts"]["pageInfo"]
    while page["hasNextPage"]:
        more = (yield Ask(_REST, {"id": company["id"], "after": page["endCursor"]}))["company"]
        if more is None:
            break  # deleted while we read
        found, page = found + more["contacts"]["nodes"], more["contacts"]["pageInfo"]
    return found


def _whole(node: Mapping[str, Any]) -> Talk[Mapping[str, Any]]:
    """The contact with all of its roles."""
    found, page = list(node["roleAssignments"]["nodes"]), node["roleAssignments"]["pageInfo"]
    while page["hasNextPage"]:
        more = (yield Ask(_MORE_ROLES, {"id": node["id"], "after": page["endCursor"]}))["companyContact"]
        if more is None:
            break  # taken out of the company while we read
        found, page = found + more["roleAssignments"]["nodes"], more["roleAssignments"]["pageInfo"]
    return {**node, "roleAssignments": {"nodes": found}}


def _located(targets: Sequence[Target]) -> Talk[dict[Target, str]]:
    """By the customer, who knows the companies that they belong to."""
    selection = f"companyContactProfiles {{ id {NAMED} }}"

    def own(target: Target, node: Mapping[str, Any]) -> str | None:
        return next((one["id"] for one in node["companyContactProfiles"] if key_of(one) == target.key), None)

    return (
        yield from by_alias(
            targets,
            "CustomerIdentifierInput!",
            f"customerByIdentifier(identifier: $v) {{ {selection} }}",
            lambda target: customers.named(target.key[2:], "emailAddress", "phoneNumber"),
            own,
        )
    )


RESOURCE = CompanyContacts()
