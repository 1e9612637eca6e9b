"""Metaobjects: entries of a definition, found by type and handle."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..context import Info, demand, shop_of
from ..errors import Refusal, user_error
from ..paging import connection
from ..schema import field
from ..store import Node, Shop
from ..value_checks import Invalid
from ..values import json_value, referenced, store_value
from . import linked_options
from .listing import asked
from .metaobject_definitions import validation_map

_HANDLE = re.compile(r"[\w-]+\Z")


# -- reading ---------------------------------------------------------------------------------------------------


@field("QueryRoot", "metaobjects")
def metaobjects(_: Any, info: Info, type: str, query: str | None = None, **arguments: Any) -> Node:
    demand(info, "read_metaobjects")
    shop = shop_of(info)
    arguments.pop("sortKey", None)
    definition = shop.definition(type)
    wanted = asked(info, "Metaobject", query)
    latest = shop.clock() - shop.search_lag

    def visible(number: int) -> bool:
        node = shop.nodes[f"gid://shopify/Metaobject/{number}"]
        if shop.search_lag and node["_seen"] > latest:
            return False
        return complete(definition, node) and (wanted.test is None or wanted.test(shop, node))

    numbers = wanted.bounded(shop.numbers("Metaobject", type.lower()))
    if wanted.test is not None or shop.search_lag or (definition is not None and definition["_tightened"]):
        numbers = [number for number in numbers if visible(number)]
    return connection(numbers, load=lambda number: shop.nodes[f"gid://shopify/Metaobject/{number}"], **arguments)


def complete(definition: Node | None, node: Node) -> bool:
    """Entries that lack a field that became required later are left out of lists, as was seen."""
    fields = definition["fieldDefinitions"] if definition is not None else ()
    return all(not item["required"] or node["_values"].get(item["key"]) is not None for item in fields)


@field("QueryRoot", "metaobject")
def metaobject(_: Any, info: Info, id: str) -> Node | None:
    demand(info, "read_metaobjects")
    return shop_of(info).get(id, "Metaobject")


@field("QueryRoot", "metaobjectByHandle")
def metaobject_by_handle(_: Any, info: Info, handle: Mapping[str, str]) -> Node | None:
    demand(info, "read_metaobjects")
    return shop_of(info).metaobject(handle["type"], handle["handle"])


def _fields(source: Node, shop: Shop) -> list[Node]:
    definition = shop.definition(source["type"])
    assert definition is not None
    return [
        {
            "key": item["key"],
            "type": item["type"]["name"],
            "value": source["_values"].get(item["key"]),
            "definition": item,
        }
        for item in definition["fieldDefinitions"]
    ]


@field("Metaobject", "fields")
def fields(source: Node, info: Info) -> list[Node]:
    return _fields(source, shop_of(info))


@field("Metaobject", "field")
def one_field(source: Node, info: Info, key: str) -> Node | None:
    return next((item for item in _fields(source, shop_of(info)) if item["key"] == key), None)


@field("Metaobject", "values")
def values(source: Node, info: Info) -> Node:
    return {item["key"]: item["value"] for item in _fields(source, shop_of(info)) if item["value"] is not None}


@field("MetaobjectField", "jsonValue")
def field_json(source: Node, info: Info) -> Any:
    return json_value(source["type"], source["value"]) if source["value"] is not None else None


@field("MetaobjectField", "reference")
def field_reference(source: Node, info: Info) -> Node | None:
    gids = referenced(source["type"], source["value"]) if not source["type"].startswith("list.") else []
    return shop_of(info).get(gids[0]) if gids else None


@field("MetaobjectField", "references")
def field_references(source: Node, info: Info, **arguments: Any) -> Node | None:
    if not source["type"].startswith("list."):
        return None
    shop = shop_of(info)
    present = [gid for gid in referenced(source["type"], source["value"]) if shop.get(gid) is not None]
    return connection(present, load=shop.get, **arguments)


@field("Metaobject", "displayName")
def display_name(source: Node, info: Info) -> str:
    return str(source["_display"])


@field("Metaobject", "definition")
def definition(source: Node, info: Info) -> Node | None:
    return shop_of(info).definition(source["type"])


@field("Metaobject", "capabilities")
def capabilities(source: Node, info: Info) -> Node:
    own = shop_of(info).definition(source["type"])
    assert own is not None
    return {
        "publishable": {"status": source["_status"]} if own["capabilities"]["publishable"]["enabled"] else None,
        "onlineStore": (
            {"templateSuffix": source["_template"]} if own["capabilities"]["onlineStore"]["enabled"] else None
        ),
    }


@field("Metaobject", "referencedBy")
def referenced_by(source: Node, info: Info, **arguments: Any) -> Node:
    shop = shop_of(info)
    fields = [
        {"key": item["key"], "name": item["key"], "namespace": "", "referencer": other}
        for other in shop.each("Metaobject")
        for item in _fields(other, shop)
        if source["id"] in referenced(item["type"], item["value"])
    ]
    return connection([*fields, *_values_with(source["id"], shop)], **arguments)


_REFERENCERS = ("Article", "Blog", "Collection", "Location", "Market", "Page", "Product", "ProductVariant", "Shop")


def _values_with(gid: str, shop: Shop) -> Iterator[Node]:
    for home, own in shop.metafields.items():
        for (namespace, key), node in own.items():
            if gid in node["value"] and gid in referenced(node["type"], node["value"]):
                referencer = shop.get(home)
                if referencer is not None and referencer["__typename"] in _REFERENCERS:
                    yield {"key": key, "name": key, "namespace": namespace, "referencer": referencer}


# -- writing ---------------------------------------------------------------------------------------------------


@field("Mutation", "metaobjectCreate")
def create(_: Any, info: Info, metaobject: dict[str, Any]) -> Node:
    demand(info, "write_metaobjects")
    shop = shop_of(info)
    try:
        handle = metaobject.get("handle") or None
        if handle is not None and shop.metaobject(metaobject["type"], handle) is not None:
            raise Refusal(["metaobject", "handle"], "Handle has already been taken", "TAKEN")
        node = _write(shop, metaobject["type"], None, handle, metaobject, ["metaobject"])
    except Refusal as refusal:
        return {"metaobject": None, "userErrors": [refusal.error]}
    return {"metaobject": node, "userErrors": []}


@field("Mutation", "metaobjectUpsert")
def upsert(
    _: Any,
    info: Info,
    handle: Mapping[str, str],
    metaobject: dict[str, Any] | None = None,
    values: Mapping[str, Any] | None = None,
) -> Node:
    demand(info, "write_metaobjects")
    shop = shop_of(info)
    given = dict(metaobject or {})
    if values is not None:
        given["values"] = values
    try:
        node = shop.metaobject(handle["type"], handle["handle"])
        name = given.get("handle") or handle["handle"]
        node = _write(shop, handle["type"], node, name, given, ["metaobject"], handle_place=["handle", "handle"])
    except Refusal as refusal:
        return {"metaobject": None, "userErrors": [refusal.error]}
    return {"metaobject": node, "userErrors": []}


@field("Mutation", "metaobjectUpdate")
def update(_: Any, info: Info, id: str, metaobject: dict[str, Any]) -> Node:
    demand(info, "write_metaobjects")
    shop = shop_of(info)
    node = shop.get(id, "Metaobject")
    if node is None:
        return {"metaobject": None, "userErrors": [user_error(["id"], "Record not found", "RECORD_NOT_FOUND")]}
    try:
        _write(shop, node["type"], node, metaobject.get("handle"), metaobject, ["metaobject"])
    except Refusal as refusal:
        return {"metaobject": None, "userErrors": [refusal.error]}
    return {"metaobject": node, "userErrors": []}


def _write(
    shop: Shop,
    type_: str,
    node: Node | None,
    handle: str | None,
    given: Mapping[str, Any],
    place: list[str],
    handle_place: list[str] | None = None,
) -> Node:
    definition = shop.definition(type_)
    if definition is None:
        raise Refusal([*place, "type"], f'No metaobject definition exists for type "{type_}"', "UNDEFINED_OBJECT_TYPE")
    if handle is not None:
        _check_handle(shop, definition["type"], handle, node, handle_place or [*place, "handle"])
    stored = _stored(shop, definition, node, given, place)
    status, template = _capability_data(definition, node, given.get("capabilities") or {}, place)
    name = _display(definition, stored)
    shown = name or (_name_of(definition, handle or node["handle"]) if node is not None else "")
    if node is not None and shown != node["_display"]:
        where = [item["key"] for item in given.get("fields") or ()]
        index = where.index(definition["displayNameKey"]) if definition["displayNameKey"] in where else 0
        linked_options.check_rename(shop, node, shown, [*place, "fields", str(index)])
    if node is None:
        handle = handle or _derived_handle(shop, definition, name)
        node = shop.add(
            "Metaobject",
            type=definition["type"],
            handle=handle,
            _values=stored,
            _status=status,
            _template=template,
            _display="",
        )
        shop.metaobjects_by_type.setdefault(definition["type"], []).append(int(node["id"].rsplit("/", 1)[1]))
        shop.metaobject_by_handle[definition["type"], handle] = node["id"]
    elif handle is not None and handle != node["handle"]:
        shop.metaobject_by_handle.pop((node["type"], node["handle"]), None)
        shop.metaobject_by_handle[node["type"], handle] = node["id"]
        node["handle"] = handle
    node |= {"_values": stored, "_status": status, "_template": template}
    renamed, node["_display"] = node["_display"], name or _name_of(definition, node["handle"])
    if renamed and renamed != node["_display"]:
        linked_options.rename(shop, node)
    shop.touch(node)
    return node


def _check_handle(shop: Shop, type_: str, handle: str, node: Node | None, place: list[str]) -> None:
    if not handle:
        raise Refusal(place, "Handle can't be blank", "BLANK")
    if len(handle) > 255:
        raise Refusal(place, "Handle is too long (maximum is 255 characters)", "TOO_LONG")
    if _HANDLE.match(handle) is None:
        raise Refusal(place, "Handle is invalid", "INVALID")
    other = shop.metaobject(type_, handle)
    if other is not None and other is not node:
        raise Refusal(place, "Handle has already been taken", "TAKEN")


def _stored(
    shop: Shop, definition: Node, node: Node | None, given: Mapping[str, Any], place: list[str]
) -> dict[str, str | None]:
    """The values after this write: what is not given stays, required ones must be there."""
    by_key = {item["key"]: item for item in definition["fieldDefinitions"]}
    stored: dict[str, str | None] = dict(node["_values"]) if node is not None else {}
    pairs = [
        (item["key"], item["value"], [*place, "fields", str(n)]) for n, item in enumerate(given.get("fields") or ())
    ]
    if given.get("values") is not None:
        stored = {}
        pairs = [
            (key, value if isinstance(value, str) or value is None else json.dumps(value), [*place, "values", key])
            for key, value in given["values"].items()
        ]
    seen: set[str] = set()
    for key, value, where in pairs:
        if key not in by_key:
            raise Refusal(where, f'Field definition "{key}" does not exist', "UNDEFINED_OBJECT_FIELD", elementKey=key)
        if key in seen:
            raise Refusal(where, f'Field "{key}" is given twice', "DUPLICATE_FIELD_INPUT", elementKey=key)
        seen.add(key)
        stored[key] = _value(shop, by_key[key], value, where) if value else None
    for key, item in by_key.items():
        if item["required"] and stored.get(key) is None:
            raise Refusal(place, f"{item['name']} can't be blank", "OBJECT_FIELD_REQUIRED", elementKey=key)
    return {key: value for key, value in stored.items() if key in by_key}


def _value(shop: Shop, item: Node, value: str, where: list[str]) -> str:
    try:
        return store_value(item["type"]["name"], value, validation_map(item), shop)
    except Invalid as problem:
        code = "INVALID_VALUE"
        raise Refusal(where, problem.message, code, elementKey=item["key"], elementIndex=problem.element) from None


def _capability_data(
    definition: Node, node: Node | None, given: Mapping[str, Any], place: list[str]
) -> tuple[str, str | None]:
    status = node["_status"] if node is not None else "DRAFT"
    template = node["_template"] if node is not None else None
    for name in ("publishable", "onlineStore"):
        if given.get(name) is not None and not definition["capabilities"][name]["enabled"]:
            where = [*place, "capabilities", name]
            raise Refusal(where, f"Capability {name} is not enabled on this definition", "CAPABILITY_NOT_ENABLED")
    if given.get("publishable"):
        status = given["publishable"]["status"]
    if given.get("onlineStore") is not None:
        template = given["onlineStore"].get("templateSuffix") or None
    return status, template


def _display(definition: Node, stored: Mapping[str, str | None]) -> str:
    key = definition["displayNameKey"]
    return (stored.get(key) or "") if key else ""


def _name_of(definition: Node, handle: str) -> str:
    """The name of an entry whose fields give none: from its handle, or "Type Name #ABCDEFGH" where that is made up."""
    made_up = re.fullmatch(rf"{re.escape(definition['type'].replace('_', '-'))}-([a-z0-9]{{8}})", handle)
    if made_up is not None:
        return f"{definition['name']} #{made_up[1].upper()}"
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", handle).split("-")
    return " ".join(word[:1].upper() + word[1:] for word in words if word)


def _eight(number: int) -> str:
    """Eight letters and digits that look drawn by lot, and are not."""
    return base64.b32encode(hashlib.sha256(str(number).encode()).digest())[:8].decode().lower()


def _derived_handle(shop: Shop, definition: Node, name: str) -> str:
    base = re.sub(r"[^\w]+", "-", name.lower()).strip("-")[:240]
    if not base:
        return f"{definition['type'].replace('_', '-')}-{_eight(shop.next_id())}"
    handle, number = base, 0
    while shop.metaobject(definition["type"], handle) is not None:
        number += 1
        handle = f"{base}-{number}"
    return handle


@field("Mutation", "metaobjectDelete")
def delete(_: Any, info: Info, id: str) -> Node:
    demand(info, "write_metaobjects")
    shop = shop_of(info)
    node = shop.get(id, "Metaobject")
    if node is None:
        return {"deletedId": None, "userErrors": [user_error(["id"], "Record not found", "RECORD_NOT_FOUND")]}
    shop.drop(node)
    return {"deletedId": id, "userErrors": []}
