"""Writing somebody into a company: a customer becomes a contact, gets a title, and a role in each location.

In each location a contact has one role at most, so that another one takes the place of the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..outcomes import Reason
from ..resource import Ask, Job, Result, Talk
from ._common import emptied, given, refused, touches

_OWN = ("title", "locale")
_NOW = """
  id title locale company { contactRoles(first: 50) { nodes { id name } } }
  roleAssignments(first: 100) { nodes { id role { name } companyLocation { id } } pageInfo { hasNextPage endCursor } }
"""
_ASSIGN = f"""
mutation AddCompanyContact($company: ID!, $customer: ID!) {{
  companyAssignCustomerAsContact(companyId: $company, customerId: $customer) {{
    companyContact {{ {_NOW} }} userErrors {{ field message code }}
  }}
}}
"""
_UPDATE = """
mutation UpdateCompanyContact($id: ID!, $input: CompanyContactInput!) {
  companyContactUpdate(companyContactId: $id, input: $input) {
    companyContact { id } userErrors { field message code }
  }
}
"""
_GIVE = """
mutation GiveCompanyRoles($id: ID!, $roles: [CompanyContactRoleAssign!]!) {
  companyContactAssignRoles(companyContactId: $id, rolesToAssign: $roles) {
    roleAssignments { id } userErrors { field message code }
  }
}
"""
_TAKE = """
mutation TakeCompanyRoles($id: ID!, $assignments: [ID!]!) {
  companyContactRevokeRoles(companyContactId: $id, roleAssignmentIds: $assignments) {
    revokedRoleAssignmentIds userErrors { field message code }
  }
}
"""
_PRESENT = f"query CompanyContactNow($id: ID!) {{ companyContact(id: $id) {{ {_NOW} }} }}"
_MORE = """
query MoreRolesOfContact($id: ID!, $after: String) {
  companyContact(id: $id) {
    roleAssignments(first: 250, after: $after) {
      nodes { id role { name } companyLocation { id } } pageInfo { hasNextPage endCursor }
    }
  }
}
"""
ROLES_AT_ONCE = 100


def create(job: Job, company: str, customer: str, roles: Mapping[str, str]) -> Talk[Result]:
    """`roles`: GID of a location -> name of the role."""
    wanted = {"company": company, "customer": customer}
    payload = (yield Ask(_ASSIGN, wanted))["companyAssignCustomerAsContact"]
    if payload["userErrors"]:
        return refused(job.key, payload["userErrors"])
    node = payload["companyContact"]
    own = {name: job.after.get(name) or None for name in _OWN}
    told = given({name: text for name, text in own.items() if text != node[name]})
    return (yield from _written(job, node, told, roles))


def update(job: Job, roles: Mapping[str, str]) -> Talk[Result]:
    own = emptied({name: job.after.get(name) for name in _OWN if touches(job.changed, name)}, ("title",))
    if not touches(job.changed, "roles") or "roles" in job.without:
        return (yield from _written(job, {"id": job.gid}, own, None))
    node = (yield Ask(_PRESENT, {"id": job.gid}))["companyContact"]
    if node is None:
        return Result(job.key, reason=Reason.GONE, detail="It vanished from the target store meanwhile.")
    return (yield from _written(job, node, own, roles))


def _written(
    job: Job, node: Mapping[str, Any], own: Mapping[str, Any], roles: Mapping[str, str] | None
) -> Talk[Result]:
    if own:
        data = yield Ask(_UPDATE, {"id": node["id"], "input": own}, repeatable=True)
        errors = data["companyContactUpdate"]["userErrors"]
        if errors:
            return refused(job.key, errors)
    if roles is None:
        return Result(job.key, node["id"])
    return (yield from _given(job, node, roles))


def _given(job: Job, node: Mapping[str, Any], roles: Mapping[str, str]) -> Talk[Result]:
    """Takes the roles that are not wanted, and gives those that are missing."""
    offered = {one["name"]: one["id"] for one in node["company"]["contactRoles"]["nodes"]}
    unknown = sorted(set(roles.values()) - offered.keys())
    if unknown:
        detail = f"The company has no role called “{unknown[0]}” in the target store."
        return Result(job.key, node["id"], reason=Reason.REFUSED, detail=detail)
    present = yield from _assignments(node)
    kept = {where for where, (_, role) in present.items() if roles.get(where) == role}
    fewer = [gid for where, (gid, _) in present.items() if where not in kept]
    if fewer:
        # Not repeated after a lost answer: of assignments that are gone Shopify knows nothing.
        data = yield Ask(_TAKE, {"id": node["id"], "assignments": fewer})
        errors = data["companyContactRevokeRoles"]["userErrors"]
        if errors:
            return refused(job.key, errors)
    more = [
        {"companyLocationId": where, "companyContactRoleId": offered[role]}
        for where, role in roles.items()
        if where not in kept
    ]
    for start in range(0, len(more), ROLES_AT_ONCE):
        wanted = {"id": node["id"], "roles": more[start : start + ROLES_AT_ONCE]}
        errors = (yield Ask(_GIVE, wanted))["companyContactAssignRoles"]["userErrors"]
        if errors:
            return refused(job.key, errors)
    return Result(job.key, node["id"])


def _assignments(node: Mapping[str, Any]) -> Talk[dict[str, tuple[str, str]]]:
    """GID of a location -> (GID of the assignment, name of the role)."""
    found, page = list(node["roleAssignments"]["nodes"]), node["roleAssignments"]["pageInfo"]
    while page["hasNextPage"]:
        more = (yield Ask(_MORE, {"id": node["id"], "after": page["endCursor"]}))["companyContact"]
        if more is None:
            break  # the next write says that it is gone
        found, page = found + more["roleAssignments"]["nodes"], more["roleAssignments"]["pageInfo"]
    return {one["companyLocation"]["id"]: (one["id"], one["role"]["name"]) for one in found}
