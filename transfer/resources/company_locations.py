"""The locations of companies: addresses, taxes, terms of payment, and how their people check out.

Which catalogs and prices they see, and which of the staff looks after them, is settled in the admin of each store.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from ..keys import Key
from ..outcomes import Reason
from ..references import Target
from ..resource import Ask, Fields, Ids, Job, Page, Place, Result, Scopes, Talk, owned_by
from ..shapes import Flag, Lacking, Maybe, Number, Object, Text
from . import _business as business
from . import _company_location_writing as writing
from . import _people as people
from ._common import by_search
from ._plain import Documents, Plain
from ._shapes import LANGUAGE, NAME, SHORT, TEXT

NAMED = f"{business.NAMED} {business.OF_COMPANY}"
_ADDRESS = " ".join(business.ADDRESS_PARTS)
_FIELDS = f"""
  id {NAMED} phone locale note updatedAt
  shippingAddress {{ {_ADDRESS} }} billingAddress {{ {_ADDRESS} }}
  taxSettings {{ taxExempt taxExemptions taxRegistrationId }}
  buyerExperienceConfiguration {{
    checkoutToDraft editableShippingAddress paymentTermsTemplate {{ name }}
    deposit {{ ... on DepositPercentage {{ percentage }} }}
  }}
"""
# What a location has and nobody else's store can be given: only that there is some is asked for.
_MORE = "catalogsCount(limit: 1) { count } staffMemberAssignments(first: 1) { nodes { id } }"
_READ = f"""
query CompanyLocations($after: String, $query: String) {{
  companyLocations(first: 100, after: $after, query: $query, sortKey: ID) {{
    nodes {{ {_FIELDS} {_MORE} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
_BACK = f"""
query CompanyLocationsById($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on CompanyLocation {{ {_FIELDS} }} }} }}
"""
_OWNED = f"""
query LocationsOfCompanies($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    ... on Company {{
      id locations(first: 10, sortKey: ID) {{ nodes {{ {_FIELDS} {_MORE} }} pageInfo {{ hasNextPage endCursor }} }}
    }}
  }}
}}
"""
_REST = f"""
query LocationsOfCompany($id: ID!, $after: String) {{
  company(id: $id) {{
    locations(first: 100, after: $after, sortKey: ID) {{
      nodes {{ {_FIELDS} {_MORE} }} pageInfo {{ hasNextPage endCursor }}
    }}
  }}
}}
"""


class CompanyLocations(Plain):
    name = "company_locations"
    label = "Locations of companies"
    key_is = "key of the company; id or name; the external id, or the name of a location that has none"
    key_like = "name/Hotel Nord/name/Berlin"
    shape = Object(
        "a location of a company",
        {
            "name": NAME,
            "externalId": business.EXTERNAL_ID,
            "phone": SHORT,
            "locale": LANGUAGE,
            "note": TEXT,
            "shippingAddress": business.ADDRESS,
            "billingAddress": business.ADDRESS,
            "taxExempt": Lacking(Flag()),
            "taxExemptions": Lacking(people.EXEMPTIONS),
            "taxRegistrationId": SHORT,
            "checkout": Lacking(
                Object(
                    "how people check out",
                    {
                        "checkoutToDraft": Lacking(Flag()),
                        "editableShippingAddress": Lacking(Flag()),
                        "paymentTerms": Maybe(Text("the name of terms of payment, such as Net 30", least=1, most=255)),
                        "deposit": Maybe(Number("a percentage", least=1, most=99)),
                    },
                    also=writing.deposit_problem,
                )
            ),
        },
    )
    key_shape = (*business.KEY, *business.KEY)
    leaves = {
        "catalogs, prices and quantity rules of a location": "catalogs and price lists are not carried by this "
        "version; the locations that have some are counted",
        "staff who look after a location": "they belong to one store, and are invited into it; the locations that have "
        "some are counted",
        "store credit, orders and drafts of a location": "what was sold belongs to the store that sold it",
    }
    optional = "addresses and taxes of business customers: tick them together with companies"
    personal = True
    tells_of = ("companies",)
    lasting = {
        "locale": "its people are always written to in some language",
        "shippingAddress": "a person has to delete an address, in the admin",
        "billingAddress": "a person has to delete an address, in the admin",
        "checkout.paymentTerms": "a person has to take them away, in the admin",
        "checkout.deposit": "a person has to take it away, in the admin",
    }
    scopes = Scopes(read=("read_companies",), write=("write_companies",))
    gid_types = ("CompanyLocation",)
    identify = {"CompanyLocation": NAMED}
    refers_to = ("companies",)
    hangs_on = keyed_by = "companies"
    documents = Documents(_READ, _BACK, "", "", "")
    connection, noun, selection = "companyLocations", "companyLocation", NAMED
    unique = told_apart = False  # two locations of a company may share their name
    exclusive = True
    claimed = "external id"
    freed = "Take it off there, then import again."
    deletable = False  # the roles of its people and its prices would go with it
    points = 22.0

    # -- reading

    def key_of(self, node: Mapping[str, Any]) -> Key:
        return key_of(node)

    def fields_of(self, node: Mapping[str, Any]) -> Fields:
        checkout = node["buyerExperienceConfiguration"] or {}
        terms, deposit = checkout.get("paymentTermsTemplate"), checkout.get("deposit")
        flags = ("checkoutToDraft", "editableShippingAddress")
        return {
            **{name: node[name] for name in ("name", "externalId", "phone", "locale", "note")},
            **{name: node[name] for name in ("shippingAddress", "billingAddress")},
            **node["taxSettings"],
            "checkout": {
                **{name: bool(checkout.get(name)) for name in flags},
                "paymentTerms": terms["name"] if terms else None,
                "deposit": deposit["percentage"] if deposit else None,
            },
        }

    def owned(self, gids: Sequence[str]) -> Talk[Page]:
        data = yield Ask(_OWNED, {"ids": list(gids)})
        nodes: list[Mapping[str, Any]] = []
        for node in data["nodes"]:
            found, page = (node["locations"]["nodes"], node["locations"]["pageInfo"]) if node else ([], _END)
            while page["hasNextPage"]:
                company = (yield Ask(_REST, {"id": node["id"], "after": page["endCursor"]}))["company"]
                if company is None:
                    break  # deleted while we read
                found, page = [*found, *company["locations"]["nodes"]], company["locations"]["pageInfo"]
            nodes += found
        readings = (self.reading(node) for node in nodes)
        notes = (note for node in nodes for note in self.skipped(node))
        return Page(tuple(one for one in readings if one is not None), None, tuple(notes))

    def skipped(self, node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        name = f"{node['company']['name']} / {node['name']}"
        if (node["catalogsCount"] or {}).get("count"):
            yield name, CATALOGS
        if node["staffMemberAssignments"]["nodes"]:
            yield name, STAFF

    def term(self, target: Target) -> str:
        return business.term(target.key[2:])

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        return (yield from by_search(targets, self.connection, self.selection, self.term, self.key_of, single=True))

    def identified(self, gid_type: str, node: Mapping[str, Any]) -> Target | None:
        return Target(self.name, key_of(node))

    # -- meaning

    def same(self, key: Key, other: Key, before: Fields | None) -> bool:
        return business.same(key, other)

    def owners(self, key: Key) -> Iterator[Target]:
        yield Target("companies", key[:2])

    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        return owned_by(self.owners(key))

    def normalise(self, fields: Fields) -> Fields:
        addresses = {name: writing.normal_address(fields.get(name)) for name in writing.SIDES}
        exemptions = fields.get("taxExemptions")
        told = {"taxExemptions": sorted(exemptions)} if exemptions is not None else {}
        return {**fields, **addresses, **told}

    def claims(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[tuple[str, ...]]:
        """The external id, by which no location of another company may go either."""
        yield from [key[3:]] if key[2] == business.ID else []

    def unclaimed(self, key: Key, fields: Fields, claims: Collection[tuple[str, ...]]) -> Fields | None:
        """By another name it would be another location, and be made once more by each import."""
        return None

    def filled(self, key: Key, fields: Fields) -> Fields:
        return super().filled(key, business.said_by(key[2:], fields))

    def contradiction(self, key: Key, fields: Fields) -> str | None:
        return business.contradiction(key[2:], fields)

    def anonymous_key(self, key: Key, alias: Callable[[str], str]) -> Key:
        return (*business.alias_of(key[:2], "Company", alias), *business.alias_of(key[2:], "Location", alias))

    def anonymous(self, key: Key, fields: Fields, alias: Callable[[str], str]) -> Fields | None:
        """What says how a store works stays: languages, countries, taxes, and how they pay."""
        kept = ("locale", "taxExempt", "taxExemptions", "checkout")
        return {
            **business.nameless(fields, "Location", alias),
            **{name: fields[name] for name in kept if name in fields},
            **{name: business.anonymous(fields.get(name)) for name in writing.SIDES},
            "phone": None,
            "taxRegistrationId": None,
        }

    def refuse(self, job: Job) -> Result | None:
        if len(job.after.get("note") or "") <= business.MAX_NOTE:
            return None
        detail = f"Shopify takes at most {business.MAX_NOTE} characters in a note."
        return Result(job.key, reason=Reason.TOO_LARGE, detail=detail)

    # -- writing

    def created(self, job: Job, ids: Ids) -> dict[str, Any]:
        raise NotImplementedError("written in several steps")

    updated = created

    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        (job,) = jobs
        if job.gid is not None:
            return [(yield from writing.update(job))]
        company = yield from business.company_gid(job.key[:2], ids)
        if company is None:
            return [business.ownerless(job.key)]
        return [(yield from writing.create(job, company))]


CATALOGS = "catalogs and price lists are not carried by this version; give the location its catalogs in the admin"
STAFF = "staff who look after a location belong to one store; assign them in the admin"
_END: Mapping[str, Any] = {"hasNextPage": False}


def key_of(node: Mapping[str, Any]) -> Key:
    """The key of a location read with `NAMED`."""
    return (*business.key_of(node["company"]), *business.key_of(node))


RESOURCE = CompanyLocations()
