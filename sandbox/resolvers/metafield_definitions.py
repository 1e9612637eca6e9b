"""Metafield definitions, per owner type."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..context import Info, demand_owner, shop_of
from ..errors import Refusal, user_error
from ..paging import connection
from ..schema import field
from ..search import Search
from ..standard import METAFIELDS
from ..store import MetafieldName, Node, Shop
from ..value_checks import Invalid
from ..value_types import KINDS, known
from ..values import definition_ids, store_value
from .listing import asked
from .metaobject_definitions import check_validations, definition_type, validation_map

MAX_DEFINITIONS = 256
MAX_PINNED = 50
CAPABILITIES = (
    "adminFilterable",
    "analyticsQueryable",
    "cartToOrderCopyable",
    "smartCollectionCondition",
    "uniqueValues",
)
UNIQUE_TYPES = ("single_line_text_field", "multi_line_text_field", "url", "number_integer", "id")
_CHARACTERS = re.compile(r"[a-zA-Z0-9_$-]+\Z")


def reserved(namespace: str) -> bool:
    """Namespaces that belong to apps or to Shopify."""
    return namespace in ("shopify", "$app") or namespace.startswith(("app--", "shopify--", "$app:"))


# -- reading ---------------------------------------------------------------------------------------------------


@field("QueryRoot", "metafieldDefinitions")
def definitions(
    _: Any,
    info: Info,
    ownerType: str,
    query: str | None = None,
    namespace: str | None = None,
    key: str | None = None,
    pinnedStatus: str = "ANY",
    **arguments: Any,
) -> Node:
    demand_owner(info, "read", ownerType)
    shop = shop_of(info)
    arguments.pop("sortKey", None)
    wanted = asked(info, "MetafieldDefinition", query)
    found = [
        node
        for node in map(shop.nodes.__getitem__, _listed(shop, wanted))
        if node["ownerType"] == ownerType
        and namespace in (None, node["namespace"])
        and key in (None, node["key"])
        and (pinnedStatus == "ANY" or (pinnedStatus == "PINNED") == (node["pinnedPosition"] is not None))
        and (wanted.test is None or wanted.test(shop, node))
    ]
    return connection(found, **arguments)


def _listed(shop: Shop, wanted: Search) -> Iterator[str]:
    for number in wanted.bounded(shop.numbers("MetafieldDefinition")):
        yield f"gid://shopify/MetafieldDefinition/{number}"


@field("QueryRoot", "metafieldDefinition")
def definition(_: Any, info: Info, id: str | None = None, identifier: Mapping[str, Any] | None = None) -> Node | None:
    found = _find(shop_of(info), id, identifier)
    if found is not None:
        demand_owner(info, "read", found["ownerType"])
    return found


def _find(shop: Shop, gid: str | None, identifier: Mapping[str, Any] | None) -> Node | None:
    if gid is not None:
        return shop.get(gid, "MetafieldDefinition")
    if identifier is None:
        return None
    namespace = identifier.get("namespace") or "$app"
    return shop.metafield_definition(identifier["ownerType"], namespace, identifier["key"])


@field("QueryRoot", "metafieldDefinitionTypes")
def types(_: Any, info: Info) -> list[Node]:
    names = [*sorted(KINDS), *sorted(f"list.{name}" for name in KINDS if known(f"list.{name}"))]
    return [definition_type(name) for name in names]


@field("MetafieldDefinition", "constraints")
def constraints(source: Node, info: Info) -> Node | None:
    own: Node | None = source["_constraints"]
    return own


@field("MetafieldDefinitionConstraints", "values")
def constraint_values(source: Node, info: Info, **arguments: Any) -> Node:
    return connection([{"value": value} for value in source["_values"]], **arguments)


@field("MetafieldDefinition", "metafieldsCount")
def count(source: Node, info: Info, **_: Any) -> int:
    return len(shop_of(info).owners.get(_name(source), ()))


def _name(definition: Node) -> MetafieldName:
    return definition["ownerType"], definition["namespace"], definition["key"]


# -- writing ---------------------------------------------------------------------------------------------------


@field("Mutation", "metafieldDefinitionCreate")
def create(_: Any, info: Info, definition: dict[str, Any]) -> Node:
    demand_owner(info, "write", definition["ownerType"])
    shop = shop_of(info)
    try:
        return {"createdDefinition": _create(shop, definition), "userErrors": []}
    except Refusal as refusal:
        return {"createdDefinition": None, "userErrors": [refusal.error]}


def _create(shop: Shop, given: Mapping[str, Any]) -> Node:
    namespace, key, owner_type = given.get("namespace") or "$app", given["key"], given["ownerType"]
    _check_name(namespace, key, owner_type)
    if not known(given["type"]) or given["type"] == "list.boolean":
        raise Refusal(["definition", "type"], f"Type {given['type']} is not a valid type.", "INCLUSION")
    _check_label(given)
    if shop.metafield_definition(owner_type, namespace, key) is not None:
        message = f"Key is in use for {owner_type.title()} metafields on the '{namespace}' namespace."
        raise Refusal(["definition", "key"], message, "TAKEN")
    existing = [node for node in shop.each("MetafieldDefinition") if node["ownerType"] == owner_type]
    if len(existing) >= MAX_DEFINITIONS:
        raise Refusal(["definition"], "Maximum number of definitions reached.", "RESOURCE_TYPE_LIMIT_EXCEEDED")
    place = ["definition", "validations"]
    node_fields: Node = {
        "namespace": namespace,
        "key": key,
        "ownerType": owner_type,
        "name": given["name"],
        "description": given.get("description"),
        "type": definition_type(given["type"]),
        "validations": check_validations(shop, given["type"], given.get("validations"), place),
        "access": _access(given.get("access"), {}, "INVALID"),
        "capabilities": _capabilities(given, given["type"], None),
        "_constraints": _constraints(given.get("constraints")),
        "pinnedPosition": _pin(shop, given, owner_type) if given.get("pin") else None,
        "standardTemplate": None,
    }
    _check_existing(shop, node_fields)
    node = shop.add("MetafieldDefinition", **node_fields)
    shop.metafield_definitions[owner_type, namespace, key] = node["id"]
    return node


def _check_name(namespace: str, key: str, owner_type: str) -> None:
    if reserved(namespace):
        raise Refusal(["definition", "namespace"], f"Namespace {namespace} is reserved.", "RESERVED_NAMESPACE_KEY")
    if (owner_type, namespace, key) in METAFIELDS:
        message = "Namespace and key are reserved for a standard definition."
        raise Refusal(["definition"], message, "RESERVED_NAMESPACE_KEY")
    for name, text, least, most in (("namespace", namespace, 3, 255), ("key", key, 2, 64)):
        place, label = ["definition", name], name.title()
        if len(text) < least:
            raise Refusal(place, f"{label} is too short (minimum is {least} characters)", "TOO_SHORT")
        if len(text) > most:
            raise Refusal(place, f"{label} is too long (maximum is {most} characters)", "TOO_LONG")
        if _CHARACTERS.match(text) is None:
            raise Refusal(place, f"{label} contains one or more invalid characters.", "INVALID_CHARACTER")


def _check_label(given: Mapping[str, Any]) -> None:
    """The name and the description that people read."""
    if given.get("name") is not None and not given["name"].strip():
        raise Refusal(["definition", "name"], "Name can't be blank", "BLANK")
    for name in ("name", "description"):
        if len(given.get(name) or "") > 255:
            message = f"{name.title()} is too long (maximum is 255 characters)"
            raise Refusal(["definition", name], message, "TOO_LONG")


def _check_existing(shop: Shop, definition: Node) -> None:
    """Values that stand there without a definition must fit it."""
    for metafield in shop.metafields_named(_name(definition)):
        if metafield["type"] != definition["type"]["name"]:
            raise Refusal(["definition"], "Unstructured metafields already exist.", "UNSTRUCTURED_ALREADY_EXISTS")
        try:
            store_value(metafield["type"], metafield["value"], validation_map(definition), shop)
        except Invalid:
            raise Refusal(["definition"], "Existing values do not fit.", "UNSTRUCTURED_ALREADY_EXISTS") from None


def _access(given: Mapping[str, Any] | None, before: Mapping[str, Any], code: str) -> Node:
    given = given or {}
    if given.get("admin") not in (None, "PUBLIC_READ_WRITE"):
        raise Refusal(["definition"], "Access can only be public_read_write for merchant definitions.", code)
    return {
        "admin": "PUBLIC_READ_WRITE",
        "storefront": given.get("storefront") or before.get("storefront", "NONE"),
        "customerAccount": given.get("customerAccount") or before.get("customerAccount", "NONE"),
    }


def _capabilities(given: Mapping[str, Any], type_: str, before: Node | None) -> Node:
    wanted = given.get("capabilities") or {}
    if wanted.get("uniqueValues", {}).get("enabled") and type_ not in UNIQUE_TYPES:
        message = f"The capability unique_values is not eligible for type {type_}."
        raise Refusal(["definition", "capabilities"], message, "INVALID_CAPABILITY")
    result: Node = {}
    for name in CAPABILITIES:
        old = before[name]["enabled"] if before is not None else type_ == "id" and name == "uniqueValues"
        new = wanted.get(name)
        eligible = name != "uniqueValues" or type_ in UNIQUE_TYPES
        result[name] = {"eligible": eligible, "enabled": old if new is None else bool(new["enabled"])}
    return result


def _constraints(given: Mapping[str, Any] | None) -> Node | None:
    return {"key": given["key"], "_values": list(given["values"])} if given else None


def _pin(shop: Shop, definition: Mapping[str, Any], owner_type: str) -> int:
    if definition.get("constraints") or definition.get("_constraints"):
        raise Refusal(["definition"], "Constrained definitions cannot be pinned.", "UNSUPPORTED_PINNING")
    pinned = [
        node["pinnedPosition"]
        for node in shop.each("MetafieldDefinition")
        if node["ownerType"] == owner_type and node["pinnedPosition"] is not None
    ]
    if len(pinned) >= MAX_PINNED:
        raise Refusal(["definition"], "Limit of 50 pinned definitions reached.", "PINNED_LIMIT_REACHED")
    return max(pinned, default=0) + 1


@field("Mutation", "metafieldDefinitionUpdate")
def update(_: Any, info: Info, definition: dict[str, Any]) -> Node:
    demand_owner(info, "write", definition["ownerType"])
    shop = shop_of(info)
    node = _find(shop, None, definition)
    if node is None:
        error = user_error(["definition"], "Definition not found.", "NOT_FOUND")
        return {"updatedDefinition": None, "userErrors": [error]}
    try:
        _update(shop, node, definition)
    except Refusal as refusal:
        return {"updatedDefinition": None, "userErrors": [refusal.error]}
    return {"updatedDefinition": node, "userErrors": []}


def _update(shop: Shop, node: Node, given: Mapping[str, Any]) -> None:
    type_ = node["type"]["name"]
    _check_label(given)
    if node["standardTemplate"] and any(given.get(name) is not None for name in ("name", "description", "validations")):
        raise Refusal(["definition"], "Standard definitions cannot be changed in this way.", "INVALID_INPUT")
    if given.get("pin") and node["_constraints"]:
        message = "Definitions constrained to a category cannot be pinned."
        raise Refusal(["definition"], message, "UNSUPPORTED_PINNING")
    validations = node["validations"]
    if given.get("validations") is not None:
        validations = check_validations(shop, type_, given["validations"], ["definition", "validations"])
        before, after = (definition_ids(validation_map({"validations": v})) for v in (node["validations"], validations))
        if before != after and type_.endswith("metaobject_reference"):
            message = "The metaobject definition cannot be changed."
            raise Refusal(["definition", "validations"], message, "METAOBJECT_DEFINITION_CHANGED")
    access = _access(given.get("access"), node["access"], "INVALID_INPUT")
    capabilities = _capabilities(given, type_, node["capabilities"])
    if capabilities["uniqueValues"]["enabled"] and not node["capabilities"]["uniqueValues"]["enabled"]:
        _check_distinct(shop, node)
    if given.get("pin") and node["pinnedPosition"] is None:
        node["pinnedPosition"] = _pin(shop, node, node["ownerType"])
    elif given.get("pin") is False:
        _unpin(shop, node)
    node |= {"access": access, "capabilities": capabilities, "validations": validations}
    for name in ("name", "description"):
        if given.get(name) is not None:
            node[name] = given[name]
    if given.get("constraintsUpdates") is not None:
        _update_constraints(node, given["constraintsUpdates"])
    shop.touch(node)


def _check_distinct(shop: Shop, node: Node) -> None:
    """Values that stand there must be distinct before they can be held so."""
    values = [metafield["value"] for metafield in shop.metafields_named(_name(node))]
    if len(set(values)) < len(values):
        message = "The capability unique_values cannot be enabled: some values are not unique."
        raise Refusal(["definition", "capabilities"], message, "INVALID_CAPABILITY")


def _update_constraints(node: Node, given: Mapping[str, Any]) -> None:
    if given.get("key") is None and "key" in given:
        node["_constraints"] = None
        return
    own = node["_constraints"] or {"key": given.get("key"), "_values": []}
    values = list(own["_values"])
    for item in given.get("values") or ():
        if item.get("create") and item["create"] not in values:
            values.append(item["create"])
        if item.get("delete") in values:
            values.remove(item["delete"])
    node["_constraints"] = {"key": given.get("key") or own["key"], "_values": values}


@field("Mutation", "metafieldDefinitionPin")
def pin(_: Any, info: Info, definitionId: str | None = None, identifier: Mapping[str, Any] | None = None) -> Node:
    shop = shop_of(info)
    node = _find(shop, definitionId, identifier)
    if node is None:
        return {"pinnedDefinition": None, "userErrors": [user_error(None, "Definition not found.", "NOT_FOUND")]}
    demand_owner(info, "write", node["ownerType"])
    if node["pinnedPosition"] is not None:
        error = user_error(None, "Definition already pinned.", "ALREADY_PINNED")
        return {"pinnedDefinition": None, "userErrors": [error]}
    try:
        node["pinnedPosition"] = _pin(shop, node, node["ownerType"])
    except Refusal as refusal:
        return {"pinnedDefinition": None, "userErrors": [refusal.error]}
    return {"pinnedDefinition": node, "userErrors": []}


@field("Mutation", "metafieldDefinitionUnpin")
def unpin(_: Any, info: Info, definitionId: str | None = None, identifier: Mapping[str, Any] | None = None) -> Node:
    shop = shop_of(info)
    node = _find(shop, definitionId, identifier)
    if node is None:
        return {"unpinnedDefinition": None, "userErrors": [user_error(None, "Definition not found.", "NOT_FOUND")]}
    demand_owner(info, "write", node["ownerType"])
    if node["pinnedPosition"] is None:
        error = user_error(None, "Definition isn't pinned.", "NOT_PINNED")
        return {"unpinnedDefinition": None, "userErrors": [error]}
    _unpin(shop, node)
    return {"unpinnedDefinition": node, "userErrors": []}


def _unpin(shop: Shop, node: Node) -> None:
    """Those behind it move up."""
    place, node["pinnedPosition"] = node["pinnedPosition"], None
    for other in shop.each("MetafieldDefinition"):
        if place and other["ownerType"] == node["ownerType"] and (other["pinnedPosition"] or 0) > place:
            other["pinnedPosition"] -= 1


@field("Mutation", "metafieldDefinitionDelete")
def delete(
    _: Any,
    info: Info,
    id: str | None = None,
    identifier: Mapping[str, Any] | None = None,
    deleteAllAssociatedMetafields: bool = False,
) -> Node:
    shop = shop_of(info)
    node = _find(shop, id, identifier)
    if node is None:
        error = user_error(["id"], "Definition not found.", "NOT_FOUND")
        return {"deletedDefinitionId": None, "deletedDefinition": None, "userErrors": [error]}
    demand_owner(info, "write", node["ownerType"])
    type_ = node["type"]["name"].removeprefix("list.")
    if not deleteAllAssociatedMetafields and (type_.endswith("_reference") or type_ == "id"):
        code = "REFERENCE_TYPE_DELETION_ERROR" if type_ != "id" else "ID_TYPE_DELETION_ERROR"
        error = user_error(["id"], "Deleting this type needs deleteAllAssociatedMetafields.", code)
        return {"deletedDefinitionId": None, "deletedDefinition": None, "userErrors": [error]}
    if deleteAllAssociatedMetafields:
        for owner in list(shop.owners.get(_name(node), ())):
            shop.remove_metafield(owner, node["namespace"], node["key"])
    del shop.metafield_definitions[_name(node)]
    shop.drop(node)
    identity = {name: node[name] for name in ("ownerType", "namespace", "key")}
    return {"deletedDefinitionId": node["id"], "deletedDefinition": identity, "userErrors": []}
