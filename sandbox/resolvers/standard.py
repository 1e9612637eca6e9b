"""Switching on standard definitions. Twice is no error: the one that is there comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..context import Info, demand, demand_owner, shop_of
from ..errors import Refusal
from ..schema import field
from ..standard import METAFIELDS, METAOBJECTS, Template, ours
from ..store import Node, Shop
from . import metafield_definitions as metafields
from . import metaobject_definitions as metaobjects

Name = tuple[str, str, str]


@field("Mutation", "standardMetaobjectDefinitionEnable")
def enable_metaobject(_: Any, info: Info, type: str) -> Node:
    demand(info, "write_metaobject_definitions")
    try:
        return {"metaobjectDefinition": metaobject(shop_of(info), type), "userErrors": []}
    except Refusal as refusal:
        return {"metaobjectDefinition": None, "userErrors": [refusal.error]}


def metaobject(shop: Shop, type_: str) -> Node:
    template = METAOBJECTS.get(type_.lower())
    if template is None:
        raise Refusal(["type"], "Record not found", "RECORD_NOT_FOUND")
    there = shop.definition(type_)
    if there is not None:
        return there
    fields: list[Node] = []
    for item in template["fields"]:
        fields.append(metaobjects._new_field(shop, item, fields, ["type"]))
    node = shop.add(
        "MetaobjectDefinition",
        type=type_.lower(),
        name=template["name"],
        description=template["description"],
        displayNameKey=template["displayNameKey"],
        fieldDefinitions=fields,
        access={**metaobjects._access(None, {}), "admin": "PUBLIC_READ_WRITE", "storefront": template["storefront"]},
        capabilities=metaobjects._capabilities({"translatable": {"enabled": True}}, None),
        standardTemplate={"type": type_.lower(), "name": template["name"]},
        _tightened=False,
    )
    shop.definition_by_type[type_.lower()] = node["id"]
    return node


@field("Mutation", "standardMetafieldDefinitionEnable")
def enable_metafield(_: Any, info: Info, ownerType: str, **given: Any) -> Node:
    demand_owner(info, "write", ownerType)
    try:
        return {"createdDefinition": metafield(shop_of(info), ownerType, given), "userErrors": []}
    except Refusal as refusal:
        return {"createdDefinition": None, "userErrors": [refusal.error]}


def metafield(shop: Shop, owner_type: str, given: Mapping[str, Any]) -> Node:
    name, template = _template(owner_type, given)
    _check(given, name, template)
    node = shop.metafield_definition(*name)
    if node is None:
        node = _enabled(shop, name, template, given)
    if given.get("pin") and node["pinnedPosition"] is None:
        node["pinnedPosition"] = metafields._pin(shop, node, owner_type)
    return node


def _template(owner_type: str, given: Mapping[str, Any]) -> tuple[Name, Template]:
    for name, template in METAFIELDS.items():
        by_id = given.get("id") == f"gid://shopify/StandardMetafieldDefinitionTemplate/{template['id']}"
        if name[0] == owner_type and (by_id or name[1:] == (given.get("namespace"), given.get("key"))):
            return name, template
    raise Refusal(None, "A standard definition wasn't found for the specified owner type.", "TEMPLATE_NOT_FOUND")


def _check(given: Mapping[str, Any], name: Name, template: Template) -> None:
    access = given.get("access") or {}
    if access and ours(name[1]):
        message = "Setting access controls on a definition under this namespace is not permitted."
        raise Refusal(["access"], message, "INVALID")
    if access.get("admin") not in (None, "PUBLIC_READ_WRITE"):
        message = 'Setting this access control is not permitted. It must be one of ["public_read_write"].'
        raise Refusal(["access"], message, "INVALID")
    if given.get("pin") and template.get("categories"):
        raise Refusal(None, "Definitions constrained to a category cannot be pinned.", "UNSUPPORTED_PINNING")


def _enabled(shop: Shop, name: Name, template: Template, given: Mapping[str, Any]) -> Node:
    validations = template.get("validations") or []
    if "metaobject" in template:
        target = shop.definition(template["metaobject"])
        if target is None:
            message = "The standard metaobject definition is not enabled."
            raise Refusal(None, message, "INVALID_STANDARD_METAOBJECT")
        validations = [{"name": "metaobject_definition_id", "value": target["id"]}]
    owner_type, namespace, key = name
    access = {"storefront": "PUBLIC_READ"} if ours(namespace) else given.get("access")
    number = template["id"]
    fields: Node = {
        "namespace": namespace,
        "key": key,
        "ownerType": owner_type,
        "name": template["name"],
        "description": template["description"],
        "type": metaobjects.definition_type(template["type"]),
        "validations": metaobjects.check_validations(shop, template["type"], validations, []),
        "access": metafields._access(access, {}, "INVALID"),
        "capabilities": metafields._capabilities(given, template["type"], None),
        "_constraints": {"key": "category", "_values": list(template["categories"])}
        if "categories" in template
        else None,
        "pinnedPosition": None,
        "standardTemplate": {
            "__typename": "StandardMetafieldDefinitionTemplate",
            "id": f"gid://shopify/StandardMetafieldDefinitionTemplate/{number}",
            "namespace": namespace,
            "key": key,
            "name": template["name"],
        },
    }
    metafields._check_existing(shop, fields)
    node = shop.add("MetafieldDefinition", **fields)
    shop.metafield_definitions[name] = node["id"]
    return node
