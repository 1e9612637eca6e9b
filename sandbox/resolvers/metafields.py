"""Metafield values on products, variants and the shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..context import Info, demand_owner, shop_of
from ..errors import Refusal, user_error
from ..paging import connection
from ..schema import field
from ..standard import METAFIELDS
from ..store import OWNER_TYPES, MetafieldName, Node, Shop, digest
from ..value_checks import Invalid
from ..value_types import known
from ..values import json_value, referenced, store_value
from .metaobject_definitions import validation_map

MAX_AT_ONCE = 25
_NO_ACCESS = "Access to this namespace and key on Metafields for this resource type is not allowed."


def _owned(owner: str, name: str) -> None:
    """Registers `metafield` and `metafields` of one owner type."""

    @field(owner, "metafield")
    def one(source: Node, info: Info, key: str, namespace: str | None = None) -> Node | None:
        if namespace is None and "." in key:
            namespace, key = key.split(".", 1)
        return shop_of(info).metafields.get(source["id"], {}).get((namespace or "$app", key))

    @field(owner, "metafields")
    def many(
        source: Node,
        info: Info,
        namespace: str | None = None,
        keys: list[str] | None = None,
        **arguments: Any,
    ) -> Node:
        own = shop_of(info).metafields.get(source["id"], {})
        found = [
            node
            for (space, key), node in own.items()
            if namespace in (None, space) and (keys is None or f"{space}.{key}" in keys)
        ]
        if keys is not None:
            found = [{**node, "key": f"{node['namespace']}.{node['key']}"} for node in found]
        return connection(found, **arguments)

    one.__name__ = f"{name}_metafield"
    many.__name__ = f"{name}_metafields"


for _owner in OWNER_TYPES:
    _owned(_owner, _owner.lower())


@field("Metafield", "compareDigest")
def compare_digest(source: Node, info: Info) -> str:
    return digest(source)


@field("Metafield", "jsonValue")
def value_json(source: Node, info: Info) -> Any:
    return json_value(source["type"], source["value"])


@field("Metafield", "owner")
def owner(source: Node, info: Info) -> Node | None:
    return shop_of(info).get(source["_owner"])


@field("Metafield", "definition")
def definition(source: Node, info: Info) -> Node | None:
    return shop_of(info).metafield_definition(source["ownerType"], source["namespace"], source["key"])


@field("Metafield", "reference")
def reference(source: Node, info: Info) -> Node | None:
    gids = referenced(source["type"], source["value"]) if not source["type"].startswith("list.") else []
    return shop_of(info).get(gids[0]) if gids else None


@field("Metafield", "references")
def references(source: Node, info: Info, **arguments: Any) -> Node | None:
    if not source["type"].startswith("list."):
        return None
    shop = shop_of(info)
    present = [gid for gid in referenced(source["type"], source["value"]) if shop.get(gid) is not None]
    return connection(present, load=shop.get, **arguments)


# -- writing ---------------------------------------------------------------------------------------------------


@field("Mutation", "metafieldsSet")
def metafields_set(_: Any, info: Info, metafields: list[dict[str, Any]]) -> Node:
    shop = shop_of(info)
    if len(metafields) > MAX_AT_ONCE:
        message = f"Exceeded the maximum metafields input limit of {MAX_AT_ONCE}."
        error = user_error(["metafields"], message, "LESS_THAN_OR_EQUAL_TO", elementIndex=None)
        return {"metafields": None, "userErrors": [error]}
    _demand_owners(info, metafields)
    errors: list[Node] = []
    ready: list[Node] = []
    for number, item in enumerate(metafields):
        try:
            ready.append(_checked(shop, item, number))
        except Refusal as refusal:
            errors.append({"elementIndex": None, **refusal.error})
    if errors:
        return {"metafields": [], "userErrors": errors}
    # Copies: two entries of one metafield show the value that each of them wrote, as was seen.
    return {"metafields": [dict(shop.put_metafield(**item)) for item in ready], "userErrors": []}


def _demand_owners(info: Info, metafields: Sequence[Mapping[str, Any]]) -> None:
    for kind in sorted({item["ownerId"].split("/")[-2] for item in metafields}):
        demand_owner(info, "write", OWNER_TYPES.get(kind, ""))


def _checked(shop: Shop, item: Mapping[str, Any], number: int) -> Node:
    """All that `put` needs. Raises Refusal."""
    place = ["metafields", str(number)]
    namespace, key = item.get("namespace") or "$app", item["key"]
    owner_type = OWNER_TYPES.get(item["ownerId"].split("/")[-2], "")
    enabled = namespace == "shopify" and shop.metafield_definition(owner_type, namespace, key) is not None
    if _closed((owner_type, namespace, key)) or (namespace == "shopify" and not enabled):
        raise Refusal(place, _NO_ACCESS, "APP_NOT_AUTHORIZED")
    if namespace in ("shopify_standard", "protected"):
        raise Refusal([*place, "namespace"], f"Namespace {namespace} is reserved.", None)
    for name, text, least, most in (("namespace", namespace, 3, 255), ("key", key, 2, 64)):
        if len(text) < least:
            raise Refusal([*place, name], f"{name} is too short (minimum is {least} characters)", "TOO_SHORT")
        if len(text) > most:
            raise Refusal([*place, name], f"{name} is too long (maximum is {most} characters)", "TOO_LONG")
    owner_node = shop.get(item["ownerId"])
    if owner_node is None or owner_node["__typename"] not in OWNER_TYPES:
        raise Refusal([*place, "ownerId"], "Owner does not exist.", "INVALID_VALUE")
    owner_type = OWNER_TYPES[owner_node["__typename"]]
    own = shop.metafield_definition(owner_type, namespace, key)
    current = shop.metafields.get(item["ownerId"], {}).get((namespace, key))
    type_ = _type(item, own, current, place)
    try:
        value = store_value(type_, item["value"], validation_map(own) if own else {}, shop)
    except Invalid as problem:
        raise Refusal([*place, "value"], problem.message, problem.code, elementIndex=problem.element) from None
    _check_digest(item, current, value, place)
    if own is not None and own["capabilities"]["uniqueValues"]["enabled"]:
        _check_unique(shop, (owner_type, namespace, key), item["ownerId"], value, place)
    return {"owner": owner_node, "namespace": namespace, "key": key, "type_": type_, "value": value}


def _closed(name: MetafieldName) -> bool:
    """Of other apps, or in a namespace of Shopify's that has no standard definition of this key for apps to fill."""
    return name[1].startswith("app--") or (name[1].startswith("shopify--") and name not in METAFIELDS)


def _type(item: Mapping[str, Any], own: Node | None, current: Node | None, place: list[str]) -> str:
    given = item.get("type")
    if own is not None:
        if given is not None and given != own["type"]["name"]:
            message = f"Type '{given}' must be consistent with the definition's type: '{own['type']['name']}'."
            raise Refusal([*place, "type"], message, "INVALID_TYPE")
        return str(own["type"]["name"])
    if given is None:
        if current is not None:
            return str(current["type"])
        raise Refusal([*place, "type"], "Type can't be blank", "BLANK")
    if not known(given):
        raise Refusal([*place, "type"], f"Type {given} is not valid.", "INCLUSION")
    return str(given)


def _check_digest(item: Mapping[str, Any], current: Node | None, value: str, place: list[str]) -> None:
    """Optimistic locking; a write that changes nothing passes with any digest, as was seen."""
    if "compareDigest" not in item:
        return
    wanted = item["compareDigest"]
    if current is None:
        if wanted is not None:
            raise Refusal(place, "The resource does not exist.", "INVALID_COMPARE_DIGEST")
        return
    if wanted != digest(current) and value != current["value"]:
        raise Refusal(place, "The resource has been updated since it was loaded.", "STALE_OBJECT")


def _check_unique(shop: Shop, name: MetafieldName, owner: str, value: str, place: list[str]) -> None:
    if any(other != owner for other in shop.owners_of(name, value)):
        message = "Value has already been assigned to another metafield."
        raise Refusal([*place, "value"], message, "CAPABILITY_VIOLATION")


@field("Mutation", "metafieldsDelete")
def metafields_delete(_: Any, info: Info, metafields: Sequence[Mapping[str, str]]) -> Node:
    shop = shop_of(info)
    names = [
        (OWNER_TYPES.get(item["ownerId"].split("/")[-2], ""), item["namespace"], item["key"]) for item in metafields
    ]
    if any(_closed(name) or name[1].startswith("shopify_") for name in names):
        return {"deletedMetafields": [], "userErrors": [user_error(["metafields"], _NO_ACCESS)]}
    _demand_owners(info, metafields)
    return {"deletedMetafields": [_delete(shop, item) for item in metafields], "userErrors": []}


def _delete(shop: Shop, item: Mapping[str, str]) -> Node | None:
    """Repeatable: null where there was nothing to delete."""
    if shop.remove_metafield(item["ownerId"], item["namespace"], item["key"]) is None:
        return None
    shop.touch(shop.nodes[item["ownerId"]])
    return {name: item[name] for name in ("ownerId", "namespace", "key")}
