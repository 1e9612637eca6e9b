"""Languages of a shop, and what its texts say in them.

A call stores what is good of it and reports the rest, an error each. Of several things that are wrong with one
translation the first is told, in the order that was seen: market, locale, key, value, digest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .. import translatable
from ..context import Info, demand, shop_of
from ..errors import Refusal, user_error
from ..paging import connection
from ..schema import field
from ..store import Node, Shop
from ..translatable import Content
from .products import slug

MAX_KEYS = 100  # in one call, as recorded
MAX_LOCALES = 20
LOCALES = {
    "ar": "Arabic",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hu": "Hungarian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nb": "Norwegian (Bokmål)",
    "nl": "Dutch",
    "pl": "Polish",
    "pt-BR": "Portuguese (Brazil)",
    "pt-PT": "Portuguese (Portugal)",
    "ro": "Romanian",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "zh-CN": "Chinese (Simplified)",
}
NO_HANDLE = "store-localization/generic-dynamic-content-translation"  # what a handle without letters became
_JSON = ("JSON", "LINK", "LIST_", "RICH_TEXT_FIELD")

# -- languages -------------------------------------------------------------------------------------------------


@field("QueryRoot", "shopLocales")
def shop_locales(_: Any, info: Info, published: bool = False) -> list[Node]:
    demand(info, "read_locales", "read_markets_home")
    return [node for node in shop_of(info).locales.values() if node["published"] or not published]


@field("Mutation", "shopLocaleEnable")
def enable(_: Any, info: Info, locale: str, marketWebPresenceIds: Any = None) -> Node:
    demand(info, "write_locales")
    try:
        return {"shopLocale": put_locale(shop_of(info), locale), "userErrors": []}
    except Refusal as refusal:
        return {"shopLocale": None, "userErrors": [refusal.error]}


def primary_locale(code: str) -> Node:
    """The language that a shop is made with. Raises ValueError where there is none of this code."""
    if code not in LOCALES:
        raise ValueError(f"There is no language {code!r}.")
    return {"locale": code, "name": LOCALES[code], "primary": True, "published": True}


def put_locale(shop: Shop, locale: str, *, published: bool = False) -> Node:
    if locale not in LOCALES:
        raise Refusal(["locale"], "Locale is invalid")
    if locale in shop.locales:
        raise Refusal(["locale"], "Locale has already been taken")
    if len(shop.locales) >= MAX_LOCALES:
        raise Refusal(None, f"Your store has reached its {MAX_LOCALES} language limit.")
    node: Node = {"locale": locale, "name": LOCALES[locale], "primary": False, "published": published}
    shop.locales[locale] = node
    return node


@field("Mutation", "shopLocaleUpdate")
def update_locale(_: Any, info: Info, locale: str, shopLocale: Mapping[str, Any]) -> Node:
    demand(info, "write_locales")
    try:
        node = _secondary(shop_of(info), locale)
    except Refusal as refusal:
        return {"shopLocale": None, "userErrors": [refusal.error]}
    if shopLocale.get("published") is not None:
        node["published"] = shopLocale["published"]
    return {"shopLocale": node, "userErrors": []}


@field("Mutation", "shopLocaleDisable")
def disable(_: Any, info: Info, locale: str) -> Node:
    """Its translations go with it."""
    demand(info, "write_locales")
    shop = shop_of(info)
    try:
        _secondary(shop, locale)
    except Refusal as refusal:
        return {"locale": None, "userErrors": [refusal.error]}
    del shop.locales[locale]
    for gid, own in shop.translations.items():
        shop.translations[gid] = {name: node for name, node in own.items() if name[0] != locale}
    return {"locale": locale, "userErrors": []}


def _secondary(shop: Shop, locale: str) -> Node:
    node = shop.locales.get(locale)
    if node is None:
        raise Refusal(["locale"], "The locale doesn't exist.")
    if node["primary"]:
        raise Refusal(["locale"], "The primary locale of your store can't be changed through this endpoint.")
    return node


# -- reading ---------------------------------------------------------------------------------------------------


def _resource(shop: Shop, gid: str, inside: Node | None = None) -> Node:
    return {"resourceId": gid, "_content": translatable.content(shop, gid, inside)}


def _resources(shop: Shop, ids: Sequence[str]) -> list[Node]:
    """Those of these that there are, with something to translate."""
    inside = translatable.options(shop) if any(map(translatable.is_inside, ids)) else {}
    found = (_resource(shop, gid, inside.get(gid)) for gid in ids)
    return [node for node in found if node["_content"]]


@field("QueryRoot", "translatableResource")
def translatable_resource(_: Any, info: Info, resourceId: str) -> Node | None:
    demand(info, "read_translations")
    return next(iter(_resources(shop_of(info), [resourceId])), None)


@field("QueryRoot", "translatableResources")
def translatable_resources(_: Any, info: Info, resourceType: str, **arguments: Any) -> Node:
    demand(info, "read_translations")
    shop = shop_of(info)
    found = translatable.ids(shop, resourceType)
    page = connection(found, ascending=False, **arguments)
    nodes = {node["resourceId"]: node for node in _resources(shop, page["nodes"])}
    return {
        **page,
        "nodes": [nodes[gid] for gid in page["nodes"]],
        "edges": [{**edge, "node": nodes[edge["node"]]} for edge in page["edges"]],
    }


@field("QueryRoot", "translatableResourcesByIds")
def by_ids(_: Any, info: Info, resourceIds: list[str], **arguments: Any) -> Node:
    demand(info, "read_translations")
    return connection(_resources(shop_of(info), list(dict.fromkeys(resourceIds))), ascending=False, **arguments)


@field("TranslatableResource", "translatableContent")
def translatable_content(source: Node, info: Info, marketId: str | None = None) -> list[Node]:
    primary = next(node["locale"] for node in shop_of(info).locales.values() if node["primary"])
    return [
        {"key": item.key, "type": item.type, "value": item.value, "digest": item.digest, "locale": primary}
        for item in source["_content"]
    ]


@field("TranslatableResource", "translations")
def translations(
    source: Node, info: Info, locale: str, marketId: str | None = None, outdated: bool | None = None
) -> list[Node]:
    own = shop_of(info).translations.get(source["resourceId"], {})
    mine = [(name[1], node) for name, node in own.items() if name[0] == locale and name[2] == (marketId or "")]
    present = {item.key: item.digest for item in source["_content"]} if mine else {}
    found = [{**node, "outdated": node["_digest"] != present[key]} for key, node in mine if key in present]
    return [node for node in found if outdated is None or node["outdated"] == outdated]


# -- writing ---------------------------------------------------------------------------------------------------


@field("Mutation", "translationsRegister")
def register(_: Any, info: Info, resourceId: str, translations: list[dict[str, Any]]) -> Node:
    demand(info, "write_translations")
    try:
        stored, errors = put(shop_of(info), resourceId, translations)
    except Refusal as refusal:
        return {"translations": None, "userErrors": [refusal.error]}
    return {"translations": [{**node, "outdated": False} for node in stored], "userErrors": errors}


def put(shop: Shop, gid: str, given: Sequence[Mapping[str, Any]]) -> tuple[list[Node], list[Node]]:
    """Stores what is good: (that, an error for each of the others). Raises Refusal where nothing can be."""
    content = _translatable(shop, gid)
    if len(given) > MAX_KEYS:
        message = f"Too many translation keys for the resource. A maximum of {MAX_KEYS} keys can be sent at once."
        raise Refusal(["resourceId"], message, "TOO_MANY_KEYS_FOR_RESOURCE")
    stored, errors = [], []
    for number, item in enumerate(given):
        try:
            stored.append(_put_one(shop, gid, content, item, ["translations", str(number)]))
        except Refusal as refusal:
            errors.append(refusal.error)
    return stored, errors


def _translatable(shop: Shop, gid: str) -> dict[str, Content]:
    found = _resources(shop, [gid])
    if found:
        return {item.key: item for item in found[0]["_content"]}
    if shop.get(gid) is not None:
        raise Refusal(["resourceId"], f"Resource {gid} is not translatable", "RESOURCE_NOT_TRANSLATABLE")
    raise Refusal(["resourceId"], f"Resource {gid} does not exist", "RESOURCE_NOT_FOUND")


def _put_one(
    shop: Shop, gid: str, content: Mapping[str, Content], item: Mapping[str, Any], place: Sequence[str]
) -> Node:
    market = item.get("marketId") or ""
    if market and shop.get(market, "Market") is None:
        raise Refusal([*place, "marketId"], "The market does not exist", "MARKET_DOES_NOT_EXIST")
    locale = shop.locales.get(item["locale"])
    if locale is None or (locale["primary"] and not market):
        message = "Locale is not a valid locale for the shop"
        raise Refusal([*place, "locale"], message, "INVALID_LOCALE_FOR_SHOP")
    source = content.get(item["key"])
    if source is None:
        message = f"Key {item['key']} is not a valid translatable field"
        raise Refusal([*place, "key"], message, "INVALID_KEY_FOR_MODEL")
    value = _checked(shop, gid, source, item, place)
    if source.digest is None or item["translatableContentDigest"] != source.digest:
        message = "Translatable content hash is invalid"
        raise Refusal([*place, "translatableContentDigest"], message, "INVALID_TRANSLATABLE_CONTENT")
    own = shop.translations.setdefault(gid, {})
    elsewhere = own.get((item["locale"], source.key, ""), {"value": source.value if locale["primary"] else None})
    if market and value == elsewhere["value"]:
        message = "Value is the same as that of the shop"
        raise Refusal([*place, "value"], message, "FAILS_RESOURCE_VALIDATION")
    node = {
        "key": source.key,
        "locale": item["locale"],
        "value": value,
        "updatedAt": shop.now(),
        "_digest": source.digest,
    }
    own[item["locale"], source.key, market] = node
    return node


def _checked(shop: Shop, gid: str, source: Content, item: Mapping[str, Any], place: Sequence[str]) -> str:
    """The value as it is stored: handles are made into handles, whatever was sent."""
    value: str = item["value"]
    if not value.strip():
        raise Refusal([*place, "value"], "Value can't be blank", "FAILS_RESOURCE_VALIDATION")
    if source.type == "URI":
        value = slug(value) or NO_HANDLE
        if _taken(shop, gid, item["locale"], value):
            message = f"Handle {value} is already taken for this resource"
            raise Refusal([*place, "value"], message, "INVALID_VALUE_FOR_HANDLE_TRANSLATION")
    if source.type.startswith(_JSON) and not _is_json(value):
        raise Refusal([*place, "value"], "Value is invalid JSON", "FAILS_RESOURCE_VALIDATION")
    if source.type == "FILE_REFERENCE" and value not in shop.files:
        message = f"Value references non-existent resource {value}"
        raise Refusal([*place, "value"], message, "FAILS_RESOURCE_VALIDATION")
    return value


def _taken(shop: Shop, gid: str, locale: str, handle: str) -> bool:
    """Handles are told apart where addresses are: /products/<handle>, but /blogs/<blog>/<handle>. No recorded answer
    tells of articles; an article's own handle may be another's in another blog."""
    place = _address(shop, gid)
    return handle != NO_HANDLE and any(
        own.get((locale, "handle", ""), {}).get("value") == handle
        for other, own in shop.translations.items()
        if other != gid and other in shop.nodes and _address(shop, other) == place
    )


def _address(shop: Shop, gid: str) -> tuple[str, str]:
    """In what its handle is the only one: the kind, and an article's blog."""
    return translatable.kind_of(gid), str(shop.nodes.get(gid, {}).get("_blog", ""))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@field("Mutation", "translationsRemove")
def remove(
    _: Any,
    info: Info,
    resourceId: str,
    translationKeys: list[str],
    locales: list[str],
    marketIds: list[str] | None = None,
) -> Node:
    """Null where there was nothing to remove, also for keys and languages that nobody knows."""
    demand(info, "write_translations")
    shop = shop_of(info)
    if not _resources(shop, [resourceId]):
        message = f"Resource {resourceId} does not exist"
        return {"translations": None, "userErrors": [user_error(["resourceId"], message, "RESOURCE_NOT_FOUND")]}
    own = shop.translations.get(resourceId, {})
    markets = marketIds or [""]
    names = [name for name in own if name[0] in shop.locales and name[2] in markets]
    names = [name for name in names if name[0] in locales and name[1] in translationKeys]
    removed = [{**own.pop(name), "outdated": False} for name in names]
    return {"translations": removed or None, "userErrors": []}
