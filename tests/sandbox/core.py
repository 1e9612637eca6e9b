"""A shop of the sandbox without its HTTP door, and a clock that moves when it is told to."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.bucket import Bucket, Plan
from sandbox.context import AppAccess
from sandbox.graphql_endpoint import Stats, answer
from sandbox.seed import plant
from sandbox.store import Node, Shop
from sandbox.world import ALL_SCOPES

START = 1_800_000_000.0
_numbers = itertools.count(1)


class Core:
    def __init__(self, seed: str = "empty", *, plan: Plan = Plan.ENTERPRISE, products: int | None = None) -> None:
        self.elapsed = 0.0
        self.shop = Shop(f"core-{next(_numbers)}.myshopify.com", lambda: START + self.elapsed)
        plant(self.shop, seed, products=products)
        self.bucket = Bucket(plan, lambda: self.elapsed)
        self.stats = Stats()
        self.scopes = ALL_SCOPES

    def wait(self, seconds: float) -> None:
        self.elapsed += seconds

    def ask(self, query: str, /, **variables: Any) -> dict[str, Any]:
        """The whole answer."""
        body = {"query": query, "variables": variables}
        result = answer(self.shop, AppAccess("app", self.scopes), self.bucket, self.stats, body)
        assert result.status == 200
        return result.body

    def data(self, query: str, /, **variables: Any) -> Any:
        """The data of an answer that has no errors."""
        self.wait(60)
        body = self.ask(query, **variables)
        assert "errors" not in body, body["errors"]
        return body["data"]

    def refused(self, query: str, /, **variables: Any) -> list[tuple[tuple[str, ...] | None, str | None]]:
        """(field, code) of the user errors of a document with one mutation."""
        (payload,) = self.data(query, **variables).values()
        return [(error["field"] and tuple(error["field"]), error.get("code")) for error in payload["userErrors"]]

    def define(self, type_: str, *fields: dict[str, Any], **more: Any) -> str:
        """A metaobject definition's GID."""
        given = {"type": type_, "fieldDefinitions": list(fields), **more}
        return str(self._made(DEFINE, "metaobjectDefinition", definition=given)["id"])

    def define_metafield(self, owner: str, name: str, type_: str, **more: Any) -> str:
        namespace, key = name.split(".")
        given = {"ownerType": owner, "namespace": namespace, "key": key, "name": key, "type": type_, **more}
        return str(self._made(DEFINE_METAFIELD, "createdDefinition", definition=given)["id"])

    def entry(self, type_: str, handle: str, **values: str) -> str:
        fields = [{"key": key, "value": value} for key, value in values.items()]
        given = {"handle": {"type": type_, "handle": handle}, "metaobject": {"fields": fields}}
        return str(self._made(UPSERT, "metaobject", **given)["id"])

    def product(self, handle: str, **more: Any) -> str:
        return str(self._made(SET_PRODUCT, "product", input={"title": handle.title(), "handle": handle, **more})["id"])

    def _made(self, query: str, name: str, **variables: Any) -> Node:
        (payload,) = self.data(query, **variables).values()
        assert payload["userErrors"] == []
        made: Node = payload[name]
        return made


def shaped(options: Mapping[str, Iterable[str]], *variants: dict[str, str]) -> dict[str, Any]:
    """Options, and variants given as {option: value}, for productSet."""
    return {
        "productOptions": [{"name": n, "values": [{"name": v} for v in values]} for n, values in options.items()],
        "variants": [{"optionValues": chosen(variant)} for variant in variants],
    }


def chosen(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"optionName": name, "name": value} for name, value in values.items()]


ERRORS = "userErrors { field message code }"
DEFINE = f"""mutation D($definition: MetaobjectDefinitionCreateInput!) {{
  metaobjectDefinitionCreate(definition: $definition) {{ metaobjectDefinition {{ id }} {ERRORS} }} }}"""
REDEFINE = f"""mutation D($id: ID!, $definition: MetaobjectDefinitionUpdateInput!) {{
  metaobjectDefinitionUpdate(id: $id, definition: $definition) {{ metaobjectDefinition {{ id }} {ERRORS} }} }}"""
DEFINE_METAFIELD = f"""mutation D($definition: MetafieldDefinitionInput!) {{
  metafieldDefinitionCreate(definition: $definition) {{ createdDefinition {{ id }} {ERRORS} }} }}"""
REDEFINE_METAFIELD = f"""mutation D($definition: MetafieldDefinitionUpdateInput!) {{
  metafieldDefinitionUpdate(definition: $definition) {{ updatedDefinition {{ id }} {ERRORS} }} }}"""
UPSERT = f"""mutation U($handle: MetaobjectHandleInput!, $metaobject: MetaobjectUpsertInput!) {{
  metaobjectUpsert(handle: $handle, metaobject: $metaobject) {{ metaobject {{ id handle displayName }} {ERRORS} }} }}"""
CREATE_ENTRY = f"""mutation C($metaobject: MetaobjectCreateInput!) {{
  metaobjectCreate(metaobject: $metaobject) {{ metaobject {{ id handle displayName }} {ERRORS} }} }}"""
UPDATE_ENTRY = f"""mutation C($id: ID!, $metaobject: MetaobjectUpdateInput!) {{
  metaobjectUpdate(id: $id, metaobject: $metaobject) {{ metaobject {{ id handle }} {ERRORS} }} }}"""
SET_PRODUCT = f"""mutation P($input: ProductSetInput!, $identifier: ProductSetIdentifiers) {{
  productSet(input: $input, identifier: $identifier) {{ product {{ id handle }} {ERRORS} }} }}"""
SET = """mutation S($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) {
  metafields { id value compareDigest updatedAt } userErrors { field message code elementIndex } } }"""
