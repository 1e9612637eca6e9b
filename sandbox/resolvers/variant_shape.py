"""What a variant, and what it is to the warehouse, is made of: the rules of productSet and of the bulk mutations."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from ..context import Info
from ..errors import Refusal
from ..paging import connection
from ..schema import field
from ..store import Node, Shop

Chosen = list[tuple[str, str]]

MEASURED = {
    "AREA": ("FT2", "M2"),
    "COUNT": ("ITEM",),
    "LENGTH": ("CM", "FT", "IN", "M", "MM", "YD"),
    "VOLUME": ("CL", "FLOZ", "GAL", "L", "M3", "ML", "PT", "QT"),
    "WEIGHT": ("G", "KG", "LB", "MG", "OZ"),
}
CODE = range(6, 14)  # digits: InventoryItemInput.harmonizedSystemCode
MAX_COST = Decimal(10) ** 15


@field("InventoryItem", "countryHarmonizedSystemCodes")
def codes(source: Node, info: Info, **arguments: Any) -> Node:
    return connection(source["_codes"], load=dict, **arguments)


def check_variant(item: Mapping[str, Any], place: list[str]) -> None:
    for name in ("price", "compareAtPrice"):
        if item.get(name) is not None and money(item[name]) is None:
            raise Refusal([*place, name], f"{name} must be a number of at least 0.", "INVALID_INPUT")
    _check_stock(item.get("inventoryItem") or {}, [*place, "inventoryItem"])
    measured = item.get("unitPriceMeasurement") or {}
    kinds = {
        name
        for name, units in MEASURED.items()
        for end in ("quantityUnit", "referenceUnit")
        if measured.get(end) in units
    }
    if len(kinds) > 1:
        message = "Unit price measurement units must measure the same thing"
        raise Refusal([*place, "unitPriceMeasurement"], message, "INVALID_INPUT")


def _check_stock(given: Mapping[str, Any], place: list[str]) -> None:
    if given.get("cost") is not None and (money(given["cost"]) is None or Decimal(str(given["cost"])) >= MAX_COST):
        raise Refusal([*place, "cost"], "Cost must be a number of at least 0.", "INVALID_INPUT")
    codes = [given.get("harmonizedSystemCode")]
    countries = [code.get("countryCode") for code in given.get("countryHarmonizedSystemCodes") or ()]
    codes += [code["harmonizedSystemCode"] for code in given.get("countryHarmonizedSystemCodes") or ()]
    if any(code and not (code.isdigit() and len(code) in CODE) for code in codes):
        message = "Harmonized system code must be a number between 6 and 13 digits"
        raise Refusal([*place, "harmonizedSystemCode"], message, "INVALID_INPUT")
    if len(set(countries)) < len(countries):
        message = "Country harmonized system codes must be unique by country"
        raise Refusal([*place, "countryHarmonizedSystemCodes"], message, "INVALID_INPUT")


def money(value: Any) -> str | None:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return f"{amount:.2f}" if amount.is_finite() and amount >= 0 else None


def new_variant(shop: Shop, product: Node, chosen: Chosen) -> Node:
    now = shop.now()
    number = shop.next_id()
    return shop.add(
        "ProductVariant",
        barcode=None,
        price="0.00",
        compareAtPrice=None,
        taxable=True,
        inventoryPolicy="DENY",
        requiresComponents=False,
        showUnitPrice=False,
        unitPriceMeasurement=None,
        _product=product["id"],
        _options=[tuple(pair) for pair in chosen],
        _sku=None,
        _media=None,
        inventoryItem={
            "id": f"gid://shopify/InventoryItem/{number}",
            "sku": None,
            "tracked": False,
            "requiresShipping": True,
            "harmonizedSystemCode": None,
            "countryCodeOfOrigin": None,
            "provinceCodeOfOrigin": None,
            "unitCost": None,
            "_codes": [],
            "measurement": {
                "id": f"gid://shopify/InventoryItemMeasurement/{number}",
                "weight": {"value": 0.0, "unit": "KILOGRAMS"},
            },
            "createdAt": now,
            "updatedAt": now,
        },
    )


def put_variant(shop: Shop, node: Node, item: Mapping[str, Any]) -> None:
    """Writes the fields that a variant input gives."""
    for name in ("taxable", "inventoryPolicy", "showUnitPrice"):
        if item.get(name) is not None:
            node[name] = item[name]
    if item.get("price") is not None:
        node["price"] = money(item["price"])
    if "compareAtPrice" in item:
        node["compareAtPrice"] = money(item["compareAtPrice"]) if item["compareAtPrice"] is not None else None
    if "barcode" in item:
        node["barcode"] = item["barcode"] or None
    if "unitPriceMeasurement" in item:
        node["unitPriceMeasurement"] = _measured(item["unitPriceMeasurement"])
    own_file = item.get("mediaId") or (item.get("file") or {}).get("id")
    if own_file is not None:
        node["_media"] = own_file
    stock = item.get("inventoryItem") or {}
    _put_stock(shop, node["inventoryItem"], stock)
    sku = stock.get("sku", item.get("sku"))
    if sku is not None:
        node["_sku"] = node["inventoryItem"]["sku"] = sku or None
    shop.touch(node)


def _put_stock(shop: Shop, own: Node, given: Mapping[str, Any]) -> None:
    for name in ("tracked", "requiresShipping"):
        if given.get(name) is not None:
            own[name] = given[name]
    for name in ("harmonizedSystemCode", "countryCodeOfOrigin", "provinceCodeOfOrigin"):
        if name in given:
            own[name] = given[name] or None
    if "cost" in given:
        cost = given["cost"]
        amount = str(float(money(cost) or 0))  # 5.0 and not 5.00, as money is shown in objects
        own["unitCost"] = None if cost is None else {"amount": amount, "currencyCode": shop.currency}
    if given.get("countryHarmonizedSystemCodes") is not None:
        own["_codes"] = [dict(code) for code in given["countryHarmonizedSystemCodes"] if code.get("countryCode")]
    weight = (given.get("measurement") or {}).get("weight")
    if weight is not None:
        own["measurement"] = {**own["measurement"], "weight": {"value": float(weight["value"]), "unit": weight["unit"]}}


def _measured(given: Mapping[str, Any] | None) -> Node | None:
    """How much of it is sold, and per how much its price is shown."""
    if not given or not given.get("quantityUnit"):
        return None
    kind = next((name for name, units in MEASURED.items() if given["quantityUnit"] in units), "UNKNOWN")
    return {
        "measuredType": kind,
        "quantityUnit": given["quantityUnit"],
        "quantityValue": float(given.get("quantityValue") or 0),
        "referenceUnit": given.get("referenceUnit") or given["quantityUnit"],
        "referenceValue": given.get("referenceValue") or 1,
    }
