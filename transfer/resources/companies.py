"""Companies that buy from the store (B2B), by their external id, or by their name where they have none.

Shopify makes no company without a location. So a company is made together with its first one, of which it tells name
and external id: what else there is to say of that is the location's own record. Who speaks for it is linked when its
people are there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .. import values
from ..diff import Change
from ..keys import Key
from ..outcomes import Reason
from ..references import Target, parse
from ..resource import Ask, Fields, Ids, Job, Place, Result, Scopes, Talk
from ..shapes import Emptied, Maybe, Moment, Object, Reference
from . import _business as business
from ._common import by_search, emptied, given, refused, touches
from ._plain import Documents, Plain
from ._shapes import NAME, TEXT

_FIELDS = f"""
  id {business.NAMED} note customerSince updatedAt mainContact {{ id }}
  locations(first: 1, sortKey: ID) {{ nodes {{ {business.NAMED} }} }}
"""
_READ = f"""
query Companies($after: String, $query: String) {{
  companies(first: 100, after: $after, query: $query, sortKey: ID) {{
    nodes {{ {_FIELDS} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
_BACK = f"query CompaniesById($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Company {{ {_FIELDS} }} }} }}"
_COUNT = "query CompaniesCount { companiesCount(limit: null) { count } }"
_CREATE = """
mutation CreateCompany($input: CompanyCreateInput!) {
  companyCreate(input: $input) { company { id } userErrors { field message code } }
}
"""
_UPDATE = """
mutation UpdateCompany($id: ID!, $input: CompanyInput!) {
  companyUpdate(companyId: $id, input: $input) { company { id } userErrors { field message code } }
}
"""
_MAIN = """
mutation SetMainContact($id: ID!, $contact: ID!) {
  companyAssignMainContact(companyId: $id, companyContactId: $contact) {
    company { id } userErrors { field message code }
  }
}
"""
_NO_MAIN = """
mutation RevokeMainContact($id: ID!) {
  companyRevokeMainContact(companyId: $id) { company { id } userErrors { field message code } }
}
"""
_OWN = ("name", "note")


HELD = "Its first location was made without its external id: another has that in the target store."


class Companies(Plain):
    name = "companies"
    label = "Companies"
    key_is = "id or name; the external id, or the name of a company that has none"
    key_like = "name/Hotel Nord"
    shape = Object(
        "a company",
        {
            "name": NAME,
            "externalId": business.EXTERNAL_ID,
            "note": TEXT,
            "customerSince": Maybe(Moment()),
            "mainContact": Emptied(Reference("company_contacts")),
            "firstLocation": Maybe(
                Object("the name of a location", {"name": NAME, "externalId": business.EXTERNAL_ID})
            ),
        },
    )
    key_shape = business.KEY
    leaves = {
        "orders, drafts, what was spent, timeline": "what was sold belongs to the store that sold it",
        "since when a company that the target has is a customer": "Shopify takes it when a company is made, and never "
        "again",
        "deleting companies, their locations or people": "orders, prices and accounts hang on them; no "
        "import deletes any",
        "which of several companies of one name is which": "nothing tells them apart; give them external ids",
    }
    uncarried = frozenset({"customerSince", "firstLocation"})
    optional = "business customers: tick them only where you may copy who buys from the store, and where it sells B2B"
    personal = True
    two_names = True
    scopes = Scopes(read=("read_companies",), write=("write_companies",))
    gid_types = ("Company",)
    identify = {"Company": business.NAMED}
    refers_to = ("company_contacts",)
    documents = Documents(_READ, _BACK, _CREATE, _UPDATE, "", _COUNT)
    connection, noun, selection = "companies", "company", business.NAMED
    unique = told_apart = False  # two companies may share their name
    exclusive = True
    held_by = "company_locations"
    claimed = "first location's external id"
    deletable = False  # its people, places and prices would go with it
    points = 20.0

    # -- reading

    def key_of(self, node: Mapping[str, Any]) -> Key:
        return business.key_of(node)

    def fields_of(self, node: Mapping[str, Any]) -> Fields:
        own = {name: node[name] for name in ("name", "externalId", "note", "customerSince")}
        first = next(iter(node["locations"]["nodes"]), None)
        main = node["mainContact"]
        return {**own, "mainContact": main["id"] if main else None, "firstLocation": first}

    def term(self, target: Target) -> str:
        return business.term(target.key)

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        return (yield from by_search(targets, self.connection, self.selection, self.term, self.key_of, single=True))

    def identified(self, gid_type: str, node: Mapping[str, Any]) -> Target | None:
        return Target(self.name, self.key_of(node))

    # -- meaning

    def rewrite(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        main = fields.get("mainContact")
        return {**fields, "mainContact": translate(main)} if main else fields

    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        target = parse(fields.get("mainContact") or "")
        if target is not None:
            yield Place("mainContact", target)

    def normalise(self, fields: Fields) -> Fields:
        since = fields.get("customerSince")
        return {
            **fields,
            "customerSince": values.normalise("date_time", since) if since else None,
        }

    def changes(self, before: Fields, after: Fields) -> list[Change]:
        """Without what counts only when a company is made."""
        return [
            one for one in super().changes(before, after) if not touches(self.uncarried, one.path.partition(".")[0])
        ]

    def filled(self, key: Key, fields: Fields) -> Fields:
        return super().filled(key, business.said_by(key, fields))

    def named(self, fields: Fields) -> Key | None:
        return business.named(fields)

    def called(self, key: Key, fields: Fields) -> str:
        return str(fields.get("name") or (key[1] if self.by_name(key) else ""))

    def by_name(self, key: Key) -> bool:
        return key[0] == business.NAME

    def same(self, key: Key, other: Key, before: Fields | None) -> bool:
        """One that learns its external id from the archive was known by its name before."""
        return key == other or (before is not None and other == business.key_of(before))

    def first_of(self, fields: Fields) -> str:
        return "" if fields.get("firstLocation") else "company_locations"

    def with_first(self, fields: Fields, key: Key, first: Fields) -> Fields:
        own = business.said_by(key[2:], first)
        name = own.get("name") or key[3]
        return {**fields, "firstLocation": {"name": name, "externalId": own.get("externalId")}}

    def claims(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[tuple[str, ...]]:
        external = (fields.get("firstLocation") or {}).get("externalId")
        yield from [(external,)] if external else []

    def unclaimed(self, key: Key, fields: Fields, claims: Collection[tuple[str, ...]]) -> Fields | None:
        return {**fields, "firstLocation": {**fields["firstLocation"], "externalId": None}}

    def contradiction(self, key: Key, fields: Fields) -> str | None:
        return business.contradiction(key, fields)

    def anonymous_key(self, key: Key, alias: Callable[[str], str]) -> Key:
        return business.alias_of(key, "Company", alias)

    def anonymous(self, key: Key, fields: Fields, alias: Callable[[str], str]) -> Fields | None:
        told: Fields = {name: fields[name] for name in ("customerSince", "mainContact") if name in fields}
        nobody = {**business.nameless(fields, "Company", alias), **told}
        if fields.get("firstLocation"):
            place = business.nameless(fields["firstLocation"], "Location", alias)
            nobody["firstLocation"] = {name: place[name] for name in ("name", "externalId")}
        return nobody

    def refuse(self, job: Job) -> Result | None:
        if len(job.after.get("note") or "") <= business.MAX_NOTE:
            return None
        detail = f"Shopify takes at most {business.MAX_NOTE} characters in a note."
        return Result(job.key, reason=Reason.TOO_LARGE, detail=detail)

    # -- writing

    def begun(self, job: Job) -> Fields:
        """Nobody speaks for it before its people are there."""
        if "mainContact" not in job.without:
            return job.after
        return {**job.after, "mainContact": (job.before or {}).get("mainContact")}

    def created(self, job: Job, ids: Ids) -> dict[str, Any]:
        own = given({name: job.after.get(name) or None for name in (*_OWN, "externalId", "customerSince")})
        first = given(job.after.get("firstLocation") or {})
        return {"input": {"company": own, **({"companyLocation": first} if first else {})}}

    def updated(self, job: Job, ids: Ids) -> dict[str, Any]:
        own = {name: job.after.get(name) for name in (*_OWN, "externalId") if touches(job.changed, name)}
        return {"input": emptied(own, ("note",))}

    def create(self, job: Job, ids: Ids) -> Talk[Result]:
        """Shopify would make a second one of a name without a word. Who has the external id of its first location is
        not known to the plan where nobody asked for locations: it is made without that."""
        if job.key[0] == business.NAME:
            target = Target(self.name, job.key)
            if target in (yield from by_search([target], self.connection, self.selection, self.term, self.key_of)):
                detail = "Somebody made a company of this name after the plan was made."
                return Result(job.key, reason=Reason.CHANGED_MEANWHILE, detail=detail)
        result = yield from super().create(job, ids)
        first = job.after.get("firstLocation") or {}
        if result.reason is not Reason.CHANGED_MEANWHILE or not first.get("externalId"):
            return result
        bare = {**job.after, "firstLocation": {**first, "externalId": None}}
        again = yield from super().create(replace(job, after=bare), ids)
        return replace(again, detail=HELD) if again.ok else result

    def update(self, job: Job, ids: Ids) -> Talk[Result]:
        result = Result(job.key, job.gid)
        if self.updated(job, ids)["input"]:
            result = yield from super().update(job, ids)
        wanted = job.after.get("mainContact")
        main = ids.translate(wanted or "")
        if not result.ok or "mainContact" in job.without or not touches(job.changed, "mainContact"):
            return result
        if wanted == "":
            (payload,) = (yield Ask(_NO_MAIN, {"id": job.gid}, repeatable=True)).values()
        elif main:
            (payload,) = (yield Ask(_MAIN, {"id": job.gid, "contact": main}, repeatable=True)).values()
        else:
            return result
        return refused(job.key, payload["userErrors"]) if payload["userErrors"] else result

    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        (job,) = jobs
        return [(yield from (self.create(job, ids) if job.gid is None else self.update(job, ids)))]


RESOURCE = Companies()
