"""Markets of a store, and what it keeps and says for each of them alone."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ..resolvers import markets, publications
from ..store import Node, Shop
from .tools import define_metafield, honest, set_metafield
from .types import AWKWARD


def market(shop: Shop, name: str, *codes: str, **more: object) -> Node:
    """`codes`: of its regions, such as DE or US-NY."""
    parts = [code.partition("-") for code in codes]
    regions = [{"countryCode": country, "subdivision": part or None} for country, _, part in parts]
    given = {"name": name, "conditions": {"regionsCondition": {"regions": regions}}, **more}
    made: Node = honest(markets.put, shop, None, given)
    return made


def plant(shop: Shop, products: Sequence[Node]) -> None:
    """Two that are being prepared."""
    settings = {"localCurrencies": True, "roundingEnabled": True}
    alps = market(shop, "Alps", "AT", "CH", currencySettings=settings)
    north = market(shop, "North America", "CA", "US-NY")
    define_metafield(shop, "MARKET", "custom.greeting", "single_line_text_field", pin=True)
    for node, text in ((alps, "Grüezi"), (north, "Howdy")):
        set_metafield(shop, node, "custom.greeting", text)
    best = [node["id"] for node in products[:2]]
    set_metafield(shop, alps, "custom.best", json.dumps(best), "list.product_reference")
    publications.add_catalog(shop, "MarketCatalog", "Alpine prices", "CHF", 12)
    publications.add_catalog(shop, "CompanyLocationCatalog", "Hotels", "EUR", 1)


def plant_awkward(shop: Shop) -> None:
    """Everywhere, nowhere, and one whose visitors are shops of companies."""
    honest(markets.put, shop, None, {"name": AWKWARD[:60], "handle": "übermarkt", "status": "DRAFT"})
    everywhere = {"regionsCondition": {"applicationLevel": "ALL"}}
    made = honest(markets.put, shop, None, {"name": "Everywhere", "conditions": everywhere})
    dollars = {"currencyCode": "USD", "currencyName": "US Dollar", "enabled": True}
    made["currencySettings"] = {"baseCurrency": dollars, "localCurrencies": True, "roundingEnabled": True}
    resellers = market(shop, "Resellers")
    resellers["_type"] = "COMPANY_LOCATION"
    set_metafield(shop, resellers, "custom.terms", AWKWARD[:200], "single_line_text_field")
