"""Legal policies: one of each type. Writing one is an upsert, and none is ever deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .. import links
from ..keys import Key
from ..outcomes import Reason
from ..references import Target
from ..relative import page
from ..resource import Ask, Fields, Ids, Job, Page, Place, Reading, Resource, Result, Scopes, Selection, Stream, Talk
from ..shapes import Object, OneOf, Text
from ._common import read_nodes, refused
from .metafields import REFERRED

MAX_BODY = 524_288  # bytes: https://shopify.dev/docs/api/admin-graphql/latest/enums/ShopPolicyErrorCode, TOO_BIG

_FIELDS = "id type body updatedAt"
_READ = f"query ShopPolicies {{ shop {{ shopPolicies {{ {_FIELDS} }} }} }}"
_BACK = f"query ShopPoliciesById($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on ShopPolicy {{ {_FIELDS} }} }} }}"
_WRITE = """
mutation UpdateShopPolicy($shopPolicy: ShopPolicyInput!) {
  shopPolicyUpdate(shopPolicy: $shopPolicy) { shopPolicy { id } userErrors { field message code } }
}
"""


TYPE = OneOf(
    *("CONTACT_INFORMATION", "LEGAL_NOTICE", "PRIVACY_POLICY", "REFUND_POLICY", "SHIPPING_POLICY"),
    *("SUBSCRIPTION_POLICY", "TERMS_OF_SALE", "TERMS_OF_SERVICE"),
    enum="ShopPolicyType",
)


class ShopPolicies(Resource):
    name = "shop_policies"
    label = "Policies"
    key_is = "type"
    key_like = "REFUND_POLICY"
    shape = Object("a policy", {"body": Text()})
    key_shape = (TYPE,)
    scopes = Scopes(read=("read_legal_policies",), write=("write_legal_policies",))
    gid_types = ("ShopPolicy",)
    refers_to = REFERRED
    translated = "SHOP_POLICY"
    identify = {"ShopPolicy": "type"}
    upsert = True
    unique = True
    deletable = False

    # -- reading

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        return [Stream(self.name, self._read, moves=False)]

    def _read(self, after: str | None, changed_since: str | None) -> Talk[Page]:
        data = yield Ask(_READ)
        return Page(tuple(_reading(node) for node in data["shop"]["shopPolicies"]), None)

    def read_back(self, gids: Sequence[str]) -> Talk[list[Reading]]:
        return (yield from read_nodes(_BACK, gids, _reading))

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        data = yield Ask(_READ)
        own = {Target(self.name, (node["type"],)): node["id"] for node in data["shop"]["shopPolicies"]}
        return {target: own[target] for target in targets if target in own}

    def identified(self, gid_type: str, node: Mapping[str, Any]) -> Target | None:
        return Target(self.name, (node["type"],))

    # -- meaning

    def rewrite(self, fields: Fields, translate: Callable[[str], str | None]) -> Fields:
        return {**fields, "body": links.in_html(fields["body"], translate, page(self.name))}

    def places(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[Place]:
        yield from links.places("body", links.on(page(self.name, key)), fields["body"])

    def refuse(self, job: Job) -> Result | None:
        size = len(job.after["body"].encode("utf-8", "surrogatepass"))
        if size <= MAX_BODY:
            return None
        detail = f"The policy has {size} bytes, and Shopify takes at most {MAX_BODY}."
        return Result(job.key, reason=Reason.TOO_LARGE, detail=detail)

    # -- writing

    def write(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        (job,) = jobs
        policy = {"type": job.key[0], **self.rewrite({"body": job.after["body"]}, ids.translate)}
        payload = (yield Ask(_WRITE, {"shopPolicy": policy}, repeatable=True))["shopPolicyUpdate"]
        if payload["userErrors"]:
            return [refused(job.key, payload["userErrors"])]
        return [Result(job.key, payload["shopPolicy"]["id"])]


def _reading(node: Mapping[str, Any]) -> Reading:
    return Reading("shop_policies", (node["type"],), node["id"], {"body": node["body"]}, node["updatedAt"])


RESOURCE = ShopPolicies()
