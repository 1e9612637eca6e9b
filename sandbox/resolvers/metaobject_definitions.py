"""Metaobject definitions: types with fields, some of which refer to other types."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..context import Info, demand, shop_of
from ..errors import Refusal, user_error
from ..paging import connection
from ..schema import field
from ..store import Node, Shop
from ..value_types import category, known
from ..values import definition_ids

MAX_FIELDS = 40
MAX_DEFINITIONS = 128
RESERVED_KEYS = ("handle", "id")
_TYPE = re.compile(r"[a-z0-9_-]{3,255}\Z")
_KEY = re.compile(r"[a-zA-Z0-9_-]{2,64}\Z")
_NOT_IN_FIELDS = ("list.boolean", "list.multi_line_text_field")
_DISPLAY_TYPES = [
    "single_line_text_field",
    "multi_line_text_field",
    "number_integer",
    "number_decimal",
    "date",
    "date_time",
    "url",
    "color",
    "id",
]
_NOT_FILTERABLE = ("json", "link", "list.link", "money", "multi_line_text_field", "rich_text_field")


def definition_type(name: str) -> Node:
    return {"name": name, "category": category(name), "supportsDefinitionMigrations": False}


def validation_map(definition: Mapping[str, Any]) -> dict[str, str]:
    return {item["name"]: item["value"] for item in definition["validations"] if item["value"] is not None}


def check_validations(
    shop: Shop, type_: str, given: Sequence[Mapping[str, Any]] | None, place: Sequence[str]
) -> list[Node]:
    """The stored validations. Raises Refusal where an option is missing, unknown, or names what is not there."""
    values = {item["name"]: item["value"] for item in given or ()}
    inner = type_.removeprefix("list.")
    if inner == "metaobject_reference" and "metaobject_definition_id" not in values:
        raise Refusal(place, "Validations require that you select a metaobject.", "INVALID_OPTION")
    if inner == "mixed_reference" and "metaobject_definition_ids" not in values:
        raise Refusal(place, "Validations require that you select a metaobject.", "INVALID_OPTION")
    if inner == "rating":
        for name in ("scale_min", "scale_max"):
            if name not in values:
                raise Refusal(place, f"Validations require that you set a {name}.", "INVALID_OPTION")
    try:
        ids = definition_ids(values)
    except ValueError:
        raise Refusal(
            place, "Validations value for option metaobject_definition_ids is invalid.", "INVALID_OPTION"
        ) from None
    for gid in ids:
        if shop.get(gid, "MetaobjectDefinition") is None:
            raise Refusal(place, "Validations metaobject definition does not exist.", "INVALID_OPTION")
    if "choices" in values and not isinstance(json.loads(values["choices"]), list):
        raise Refusal(place, "Validations value for option choices is invalid.", "INVALID_OPTION")
    return [{"name": name, "type": "json" if name == "choices" else "text", "value": values[name]} for name in values]


# -- reading ---------------------------------------------------------------------------------------------------


@field("QueryRoot", "metaobjectDefinitions")
def definitions(_: Any, info: Info, **arguments: Any) -> Node:
    demand(info, "read_metaobject_definitions")
    shop = shop_of(info)
    return connection(
        shop.numbers("MetaobjectDefinition"),
        load=lambda number: shop.nodes[f"gid://shopify/MetaobjectDefinition/{number}"],
        **arguments,
    )


@field("QueryRoot", "metaobjectDefinition")
def definition(_: Any, info: Info, id: str) -> Node | None:
    demand(info, "read_metaobject_definitions")
    return shop_of(info).get(id, "MetaobjectDefinition")


@field("QueryRoot", "metaobjectDefinitionByType")
def definition_by_type(_: Any, info: Info, type: str) -> Node | None:
    demand(info, "read_metaobject_definitions")
    return shop_of(info).definition(type)


@field("MetaobjectDefinition", "metaobjects")
def entries(source: Node, info: Info, **arguments: Any) -> Node:
    shop = shop_of(info)
    return connection(
        shop.numbers("Metaobject", source["type"]),
        load=lambda number: shop.nodes[f"gid://shopify/Metaobject/{number}"],
        **arguments,
    )


@field("MetaobjectDefinition", "metaobjectsCount")
def entries_count(source: Node, info: Info) -> int:
    return len(shop_of(info).numbers("Metaobject", source["type"]))


# -- writing ---------------------------------------------------------------------------------------------------


@field("Mutation", "metaobjectDefinitionCreate")
def create(_: Any, info: Info, definition: dict[str, Any]) -> Node:
    demand(info, "write_metaobject_definitions")
    shop = shop_of(info)
    try:
        return {"metaobjectDefinition": _create(shop, definition), "userErrors": []}
    except Refusal as refusal:
        return {"metaobjectDefinition": None, "userErrors": [refusal.error]}


def _create(shop: Shop, given: Mapping[str, Any]) -> Node:
    type_ = given["type"].strip().lower()
    if type_.startswith("shopify--"):
        raise Refusal(["definition"], "Not authorized.", "NOT_AUTHORIZED")
    if _TYPE.match(type_) is None:
        raise Refusal(["definition", "type"], "Type contains one or more invalid characters.", "INVALID")
    if shop.definition(type_) is not None:
        raise Refusal(["definition", "type"], "Type has already been taken", "TAKEN")
    if len(shop.numbers("MetaobjectDefinition")) >= MAX_DEFINITIONS:
        raise Refusal(["definition"], "Maximum number of metaobject definitions exceeded.", "MAX_DEFINITIONS_EXCEEDED")
    check_access(given.get("access"))
    fields: list[Node] = []
    for number, item in enumerate(given.get("fieldDefinitions") or ()):
        place = ["definition", "fieldDefinitions", str(number)]
        fields.append(_new_field(shop, item, fields, place))
    node_fields = {
        "type": type_,
        "name": given.get("name") or type_.replace("_", " ").replace("-", " ").title(),
        "description": given.get("description"),
        "displayNameKey": _display_key(given.get("displayNameKey"), fields),
        "fieldDefinitions": fields,
        "access": _access(given.get("access"), {}),
        "capabilities": _capabilities(given.get("capabilities"), None),
        "standardTemplate": None,
        "_tightened": False,
    }
    node = shop.add("MetaobjectDefinition", **node_fields)
    shop.definition_by_type[type_] = node["id"]
    return node


def _new_field(shop: Shop, given: Mapping[str, Any], others: Sequence[Node], place: list[str]) -> Node:
    key = given["key"]
    more = {"elementKey": key}
    if _KEY.match(key) is None:
        raise Refusal(place, "Key is invalid; use 2 to 64 letters, digits, - and _.", "INVALID", **more)
    if key in RESERVED_KEYS:
        raise Refusal(place, f'The name "{key}" is reserved for system use', "RESERVED_NAME", **more)
    if any(other["key"] == key for other in others):
        raise Refusal(place, f'Field definition "{key}" is already taken', "OBJECT_FIELD_TAKEN", **more)
    if len(others) >= MAX_FIELDS:
        raise Refusal(["definition", "fieldDefinitions"], "Maximum 40 fields.", "INPUT_LIMIT_EXCEEDED")
    if not known(given["type"]) or given["type"] in _NOT_IN_FIELDS:
        raise Refusal(place, f"Type {given['type']} is not supported.", "INVALID_TYPE", **more)
    try:
        validations = check_validations(shop, given["type"], given.get("validations"), place)
    except Refusal as refusal:
        refusal.error |= more
        raise
    return {
        "key": key,
        "name": given.get("name") or key.replace("_", " ").title(),
        "description": given.get("description"),
        "required": bool(given.get("required")),
        "type": definition_type(given["type"]),
        "validations": validations,
        "capabilities": _field_capabilities(given, None, given["type"], place),
    }


def _field_capabilities(given: Mapping[str, Any], before: Node | None, type_: str, place: list[str]) -> Node:
    """Whether entries can be filtered by a field in the admin; not where its values are long texts or data."""
    old = before["capabilities"]["adminFilterable"]["enabled"] if before is not None else False
    new = (given.get("capabilities") or {}).get("adminFilterable")
    eligible = type_ not in _NOT_FILTERABLE
    enabled = old if new is None else bool(new["enabled"])
    if enabled and not eligible:
        message = f"The capability admin_filterable is not eligible for type {type_}."
        raise Refusal([*place, "capabilities"], message, "INVALID", elementKey=given["key"])
    return {"adminFilterable": {"eligible": eligible, "enabled": enabled}}


def _display_key(key: str | None, fields: Sequence[Node]) -> str | None:
    if key is None:
        texts = (item["key"] for item in fields if item["type"]["name"] == "single_line_text_field")
        return next(texts, None)
    named = next((item for item in fields if item["key"] == key), None)
    if named is None:
        raise Refusal(
            ["definition", "displayNameKey"], f'Field definition "{key}" does not exist', "UNDEFINED_OBJECT_FIELD"
        )
    if named["type"]["name"] not in _DISPLAY_TYPES:
        raise Refusal(["definition", "displayNameKey"], f'Field "{key}" cannot be a display name', "FIELD_TYPE_INVALID")
    return key


def check_access(access: Mapping[str, Any] | None) -> None:
    if access and access.get("admin") is not None:
        raise Refusal(
            ["definition", "access", "admin"],
            "Admin access can only be specified on metaobject definitions that have an app-reserved type.",
            "ADMIN_ACCESS_INPUT_NOT_ALLOWED",
        )


def _access(given: Mapping[str, Any] | None, before: Mapping[str, Any]) -> Node:
    given = given or {}
    return {
        "admin": "PUBLIC_READ_WRITE",
        "storefront": given.get("storefront") or before.get("storefront", "NONE"),
        "customerAccount": given.get("customerAccount") or before.get("customerAccount", "NONE"),
    }


def _capabilities(given: Mapping[str, Any] | None, before: Node | None) -> Node:
    """All four capabilities; what is not given stays as it was (off, for a new definition)."""
    given = given or {}
    result: Node = {}
    for name, data_names in (
        ("publishable", ()),
        ("translatable", ()),
        ("renderable", ("metaTitleKey", "metaDescriptionKey")),
        ("onlineStore", ("urlHandle",)),
    ):
        old = before[name] if before is not None else {"enabled": False, "data": None}
        new = given.get(name)
        entry: Node = {"enabled": old["enabled"] if new is None else bool(new["enabled"]), "data": old.get("data")}
        if new is not None and data_names and new.get("data"):
            entry["data"] = {item: new["data"].get(item) for item in data_names}
            if name == "onlineStore":
                entry["data"]["canCreateRedirects"] = bool(new["data"].get("createRedirects"))
        if data_names and entry["enabled"] and entry["data"] is None:
            entry["data"] = dict.fromkeys(data_names)
        if not entry["enabled"]:
            entry["data"] = None
        result[name] = entry
    return result


@field("Mutation", "metaobjectDefinitionUpdate")
def update(_: Any, info: Info, id: str, definition: dict[str, Any]) -> Node:
    demand(info, "write_metaobject_definitions")
    shop = shop_of(info)
    node = shop.get(id, "MetaobjectDefinition")
    if node is None:
        error = user_error(["id"], "Record not found", "RECORD_NOT_FOUND")
        return {"metaobjectDefinition": None, "userErrors": [error]}
    try:
        _update(shop, node, definition)
    except Refusal as refusal:
        return {"metaobjectDefinition": node, "userErrors": [refusal.error]}
    return {"metaobjectDefinition": node, "userErrors": []}


def _update(shop: Shop, node: Node, given: Mapping[str, Any]) -> None:
    if node["type"].startswith("shopify--"):
        raise Refusal(["definition"], "Standard metaobject definitions are immutable.", "IMMUTABLE")
    check_access(given.get("access"))
    fields = [dict(item) for item in node["fieldDefinitions"]]
    mentioned: list[str] = []
    for number, operation in enumerate(given.get("fieldDefinitions") or ()):
        place = ["definition", "fieldDefinitions", str(number)]
        mentioned.append(_operate(shop, fields, operation, place))
    if given.get("resetFieldOrder"):
        by_key = {item["key"]: item for item in fields}
        first = [by_key[key] for key in mentioned if key in by_key]
        fields = first + [item for item in fields if item["key"] not in mentioned]
    display = given.get("displayNameKey", node["displayNameKey"])
    node["displayNameKey"] = _display_key(display, fields) if display else None
    gone = [operation["delete"] for operation in given.get("fieldDefinitions") or () if operation.get("delete")]
    _drop_values(shop, node["type"], [item["key"] for item in gone])
    before = {item["key"] for item in node["fieldDefinitions"] if item["required"]}
    # Entries that stood there before may lack what is demanded from now on.
    node["_tightened"] |= any(item["required"] and item["key"] not in before for item in fields)
    node["fieldDefinitions"] = fields
    node["access"] = _access(given.get("access"), node["access"])
    node["capabilities"] = _capabilities(given.get("capabilities"), node["capabilities"])
    for name in ("name", "description"):
        if given.get(name) is not None:
            node[name] = given[name]
    shop.touch(node)


def _operate(shop: Shop, fields: list[Node], operation: Mapping[str, Any], place: list[str]) -> str:
    """One of create, update, delete on the fields. Returns the key that it is about."""
    if operation.get("create"):
        fields.append(_new_field(shop, operation["create"], fields, [*place, "create"]))
        return str(operation["create"]["key"])
    kind = "update" if operation.get("update") else "delete"
    given = operation.get(kind) or {}
    key = given.get("key", "")
    item = next((item for item in fields if item["key"] == key), None)
    if item is None:
        message = f'Field definition "{key}" does not exist'
        raise Refusal([*place, kind], message, "UNDEFINED_OBJECT_FIELD", elementKey=key)
    if kind == "delete":
        fields.remove(item)
        return str(key)
    if given.get("validations") is not None:
        item["validations"] = check_validations(shop, item["type"]["name"], given["validations"], [*place, kind])
    item["capabilities"] = _field_capabilities(given, item, item["type"]["name"], [*place, kind])
    if given.get("required") is not None:
        item["required"] = given["required"]
    for name in ("name", "description"):
        if given.get(name) is not None:
            item[name] = given[name]
    return str(key)


def _drop_values(shop: Shop, type_: str, keys: Sequence[str]) -> None:
    """A field goes with its values: one of the same key that comes later may be of another type."""
    for number in shop.numbers("Metaobject", type_) if keys else ():
        for key in keys:
            shop.nodes[f"gid://shopify/Metaobject/{number}"]["_values"].pop(key, None)


@field("Mutation", "metaobjectDefinitionDelete")
def delete(_: Any, info: Info, id: str) -> Node:
    demand(info, "write_metaobject_definitions")
    shop = shop_of(info)
    node = shop.get(id, "MetaobjectDefinition")
    if node is None:
        return {"deletedId": None, "userErrors": [user_error(["id"], "Record not found", "RECORD_NOT_FOUND")]}
    for number in list(shop.numbers("Metaobject", node["type"])):
        shop.drop(shop.nodes[f"gid://shopify/Metaobject/{number}"])
    for other in list(shop.each("MetafieldDefinition")):
        if definition_ids(validation_map(other)) == [id]:
            _drop_metafields(shop, other)
    shop.definition_by_type.pop(node["type"], None)
    shop.drop(node)
    return {"deletedId": id, "userErrors": []}


def _drop_metafields(shop: Shop, definition: Node) -> None:
    """A metafield definition that could refer to nothing else goes too, with its values."""
    name = (definition["ownerType"], definition["namespace"], definition["key"])
    for owner in list(shop.owners.get(name, ())):
        shop.remove_metafield(owner, *name[1:])
    del shop.metafield_definitions[name]
    shop.drop(definition)
