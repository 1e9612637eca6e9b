"""Shops built over GraphQL, as a merchant or another app would fill them: nothing here knows the sandbox's inside."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from transfer.outcomes import Reason
from transfer.work import Cursor, Desk, Row, Where

from .support import Sandbox, archive_of, checksums, export, import_

NAME = {"key": "name", "type": "single_line_text_field"}
_PRODUCT = """mutation P($input: ProductSetInput!) {
  productSet(input: $input, synchronous: true) { product { id } userErrors { field message } } }"""
_METAFIELDS = """mutation M($items: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $items) { metafields { id } userErrors { field message } } }"""
_DEFINE = """mutation D($definition: MetaobjectDefinitionCreateInput!) {
  metaobjectDefinitionCreate(definition: $definition) {
    metaobjectDefinition { id } userErrors { field message } } }"""
_REDEFINE = """mutation R($id: ID!, $definition: MetaobjectDefinitionUpdateInput!) {
  metaobjectDefinitionUpdate(id: $id, definition: $definition) {
    metaobjectDefinition { id } userErrors { field message } } }"""
_DEFINE_METAFIELD = """mutation F($definition: MetafieldDefinitionInput!) {
  metafieldDefinitionCreate(definition: $definition) { createdDefinition { id } userErrors { field message } } }"""
_ENTRY = """mutation E($metaobject: MetaobjectCreateInput!) {
  metaobjectCreate(metaobject: $metaobject) { metaobject { id } userErrors { field message } } }"""
_CHANGE = """mutation C($id: ID!, $metaobject: MetaobjectUpdateInput!) {
  metaobjectUpdate(id: $id, metaobject: $metaobject) { metaobject { id } userErrors { field message } } }"""


class Builder:
    """One shop."""

    def __init__(self, sandbox: Sandbox, seed: str = "empty", products: int | None = None, *, shop: str = "") -> None:
        """`shop`: one that is there already."""
        self.sandbox, self.shop = sandbox, shop or sandbox.shop(seed, products)
        self._client = sandbox.client(self.shop)

    def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        return dict(self._client.ask(document, variables).data)

    def _made(self, document: str, what: str, **variables: Any) -> str:
        ((_, payload),) = self.ask(document, **variables).items()
        assert not payload["userErrors"], payload["userErrors"]
        return str(payload[what]["id"])

    def product(self, handle: str, options: Mapping[str, Sequence[str]], **more: Any) -> str:
        """A product with a variant for every combination that `chosen` names, or for each value of one option."""
        chosen = more.pop("chosen", None) or [[value] for value in next(iter(options.values()))]
        fields = more.pop("fields", {})
        given = {
            "title": handle.title(),
            "handle": handle,
            "productOptions": [{"name": n, "values": [{"name": v} for v in vs]} for n, vs in options.items()],
            "variants": [
                {
                    "optionValues": [{"optionName": n, "name": v} for n, v in zip(options, values, strict=True)],
                    "price": "1.00",
                    **fields,
                }
                for values in chosen
            ],
            **more,
        }
        return self._made(_PRODUCT, "product", input=given)

    def variants(self, product: str) -> list[str]:
        data = self.ask("query V($id: ID!) { product(id: $id) { variants(first: 250) { nodes { id } } } }", id=product)
        return [node["id"] for node in data["product"]["variants"]["nodes"]]

    def shop_id(self) -> str:
        return str(self.ask("{ shop { id } }")["shop"]["id"])

    def metafield(self, owner: str, name: str, type_: str, value: str) -> None:
        namespace, key = name.split(".")
        item = {"ownerId": owner, "namespace": namespace, "key": key, "type": type_, "value": value}
        ((_, payload),) = self.ask(_METAFIELDS, items=[item]).items()
        assert not payload["userErrors"], payload["userErrors"]

    def define_metafield(self, name: str, type_: str, *, owner: str = "PRODUCT", **more: Any) -> str:
        namespace, key = name.split(".")
        own = {"ownerType": owner, "namespace": namespace, "key": key, "name": key, "type": type_, **more}
        return self._made(_DEFINE_METAFIELD, "createdDefinition", definition=own)

    def define(
        self, type_: str, *fields: Mapping[str, Any], publishable: bool = False, translatable: bool = False
    ) -> str:
        own: dict[str, Any] = {"type": type_, "fieldDefinitions": list(fields)}
        features = {"publishable": publishable, "translatable": translatable}
        own["capabilities"] = {name: {"enabled": True} for name, on in features.items() if on}
        return self._made(_DEFINE, "metaobjectDefinition", definition=own)

    def redefine(self, definition: str, *operations: Mapping[str, Any]) -> None:
        self._made(_REDEFINE, "metaobjectDefinition", id=definition, definition={"fieldDefinitions": list(operations)})

    def entry(self, type_: str, handle: str, *, active: bool = False, **values: str) -> str:
        own: dict[str, Any] = {"type": type_, "handle": handle, "fields": _fields(values)}
        if active:
            own["capabilities"] = {"publishable": {"status": "ACTIVE"}}
        return self._made(_ENTRY, "metaobject", metaobject=own)

    def change(self, entry: str, **values: str) -> None:
        self._made(_CHANGE, "metaobject", id=entry, metaobject={"fields": _fields(values)})


def _fields(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in values.items()]


def refers(key: str, *definitions: str, type_: str = "metaobject_reference", required: bool = False) -> dict[str, Any]:
    """A field that refers to entries of these definitions."""
    one = {"name": "metaobject_definition_id", "value": definitions[0]}
    many = {"name": "metaobject_definition_ids", "value": json.dumps(definitions)}
    validations = [one if len(definitions) == 1 else many]
    return {"key": key, "type": type_, "required": required, "validations": validations}


def circle(shop: Builder, *, required: bool = True, publishable: bool = False) -> None:
    """Two types whose entries need each other."""
    first = shop.define("first", NAME, publishable=publishable)
    second = shop.define("second", NAME, refers("back", first, required=required), publishable=publishable)
    shop.redefine(first, {"create": refers("onward", second)})
    one = shop.entry("first", "one", active=publishable, name="One")
    two = shop.entry("second", "two", active=publishable, name="Two", back=one)
    shop.change(one, onward=two)
    if required:
        shop.redefine(first, {"update": {"key": "onward", "required": True}})


def copy(source: Builder, target: Builder, folder: Path, **options: Any) -> tuple[Desk, dict[str, Cursor]]:
    archive = archive_of(source.sandbox, source.shop, folder)
    return import_(target.sandbox, target.shop, archive, folder, **options)


def troubles(desk: Desk) -> dict[tuple[str, ...], Reason]:
    """The records that were not wholly written, and why."""
    rows: list[Row] = desk.ledger.select(Where(), limit=100_000)
    return {(row.resource, *row.key): row.reason for row in rows if row.reason}


def equal(one: Builder, other: Builder, folder: Path) -> bool:
    (_, mine), (_, theirs) = (export(shop.sandbox, shop.shop, folder) for shop in (one, other))
    return checksums(mine) == checksums(theirs)
