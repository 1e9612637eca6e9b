"""Markets, as far as metafields, translations and discounts name them.

A market decides what customers pay and see. So one that the target lacks is made as a draft, whatever it is in the
source, and of one that is there only the name is changed: which countries it serves, in which currency and whether it
is active stays the merchant's to decide, in the admin. The archive tells all of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shopify_client import AccessDenied, BadRequest

from ..diff import Change
from ..keys import Key
from ..outcomes import Reason
from ..references import Target
from ..resource import Ask, Fields, Ids, Job, Page, Result, Scopes, Selection, Stream, Talk
from ..shapes import Flag, ListOf, Match, Maybe, Object, OneOf
from . import _unique_metafields as unique
from ._common import by_listing, given, paged, touches
from ._plain import Documents, Plain
from ._shapes import HANDLE, NAME, STATE

_REGIONS = """
  __typename
  ... on MarketRegionCountry { countryCode: code }
  ... on MarketRegionSubdivision { subdivision: code country { code } }
"""
_FIELDS = f"""
  id handle name status type
  conditions {{
    conditionTypes
    regionsCondition {{
      applicationLevel
      regions(first: 250) {{ nodes {{ {_REGIONS} }} pageInfo {{ hasNextPage endCursor }} }}
    }}
  }}
  currencySettings {{ baseCurrency {{ currencyCode }} localCurrencies roundingEnabled }}
"""
_READ = f"""
query Markets($after: String) {{
  markets(first: 25, after: $after, sortKey: ID) {{ nodes {{ {_FIELDS} }} pageInfo {{ hasNextPage endCursor }} }}
}}
"""
_BACK = f"query MarketsById($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Market {{ {_FIELDS} }} }} }}"
_MORE = f"""
query MoreRegions($id: ID!, $after: String) {{
  market(id: $id) {{
    conditions {{
      regionsCondition {{
        regions(first: 250, after: $after) {{ nodes {{ {_REGIONS} }} pageInfo {{ hasNextPage endCursor }} }}
      }}
    }}
  }}
}}
"""
_HANDLES = """
query MarketHandles($after: String) {
  markets(first: 250, after: $after, sortKey: ID) { nodes { id handle } pageInfo { hasNextPage endCursor } }
}
"""
_CATALOGS = """
query Catalogs($after: String) {
  catalogs(first: 25, after: $after, sortKey: ID) {
    nodes { __typename title priceList { currency fixedPricesCount } } pageInfo { hasNextPage endCursor }
  }
}
"""
_CREATE = """
mutation CreateMarket($input: MarketCreateInput!) {
  marketCreate(input: $input) { market { id handle } userErrors { field message code } }
}
"""
_UPDATE = """
mutation UpdateMarket($id: ID!, $input: MarketUpdateInput!) {
  marketUpdate(id: $id, input: $input) { market { id } userErrors { field message code } }
}
"""
_DELETE = """
mutation DeleteMarket($id: ID!) { marketDelete(id: $id) { deletedId userErrors { field message code } } }
"""
TYPE = OneOf("REGION", "NONE", "COMPANY_LOCATION", "LOCATION", "CHANNEL", enum="MarketType")
STATUS = OneOf("ACTIVE", "DRAFT", enum="MarketStatus")
_REGION = Match("the code of a country (DE) or of a part of one (US-NY)", re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,6})?"))
_CURRENCY = Object(
    "the currency of a market",
    {
        "baseCurrency": Match("the code of a currency, such as EUR", re.compile(r"[A-Z]{3}")),
        "localCurrencies": Flag(),
        "roundingEnabled": Flag(),
    },
)


class Markets(Plain):
    name = "markets"
    label = "Markets"
    key_is = "handle"
    key_like = "germany"
    handle_from = "name"
    shape = Object(
        "a market",
        {
            "name": NAME,
            "type": TYPE,
            "status": Maybe(STATUS),
            "everywhere": Flag(),
            "regions": ListOf(_REGION, "a list of codes of countries or their parts"),
            "currency": Maybe(_CURRENCY),
        },
    )
    key_shape = (HANDLE,)
    leaves = {
        "whether a market is active, and the regions and currency of one that the target has": "they decide what "
        "customers see and pay; a new market arrives as a draft",
        "catalogs and price lists of markets and companies": "not carried by this version; they are named, with how "
        "many fixed prices each has",
        "domains, languages, price adjustments, duties and delivery of a market": "they are settings of the "
        "store; set them in the admin",
        "markets of company locations, retail locations or channels": "what they name differs from store to store; "
        "made by hand with the same handle, they get their metafields and translations",
    }
    lasting = {
        "status": STATE,
        "regions": "they decide what customers see and pay",
        "currency": "it decides what customers pay",
    }
    scopes = Scopes(read=("read_markets",), write=("write_markets",))
    gid_types = ("Market",)
    identify = {"Market": "handle"}
    documents = Documents(_READ, _BACK, _CREATE, _UPDATE, _DELETE)
    connection, noun, selection = "markets", "market", "handle"
    filters = moves = False
    renames = exclusive = True
    claimed = "name"
    deletable = False  # its prices and domains go with it

    def filled(self, key: Key, fields: Fields) -> Fields:
        return super().filled(key, {"type": "REGION", **fields})

    # -- reading

    def streams(self, selection: Selection, types: Sequence[str]) -> list[Stream]:
        return [*super().streams(selection, types), Stream("markets/catalogs", _catalogs, moves=False)]

    def key_of(self, node: Mapping[str, Any]) -> Key:
        return (node["handle"],)

    def fields_of(self, node: Mapping[str, Any]) -> Fields:
        condition = (node["conditions"] or {}).get("regionsCondition") or {}
        currency = node["currencySettings"]
        return {
            "name": node["name"],
            "type": node["type"],
            "status": node["status"],
            "everywhere": condition.get("applicationLevel") == "ALL",
            "regions": sorted(map(_code, condition.get("regions", {}).get("nodes", ()))),
            "currency": {**currency, "baseCurrency": currency["baseCurrency"]["currencyCode"]} if currency else None,
        }

    def whole(self, node: Mapping[str, Any]) -> Talk[Mapping[str, Any]]:
        condition = (node["conditions"] or {}).get("regionsCondition")
        if not condition:
            return node
        found, page = list(condition["regions"]["nodes"]), condition["regions"]["pageInfo"]
        while page["hasNextPage"]:
            market = (yield Ask(_MORE, {"id": node["id"], "after": page["endCursor"]}))["market"]
            more = market["conditions"]["regionsCondition"]["regions"]
            found, page = [*found, *more["nodes"]], more["pageInfo"]
        return {**node, "conditions": {"regionsCondition": {**condition, "regions": {"nodes": found}}}}

    def locate(self, targets: Sequence[Target]) -> Talk[dict[Target, str]]:
        return (yield from by_listing(targets, _HANDLES, "markets", self.key_of))

    def identified(self, gid_type: str, node: Mapping[str, Any]) -> Target | None:
        return Target(self.name, (node["handle"],))

    # -- meaning

    def changes(self, before: Fields, after: Fields) -> list[Change]:
        """Its name: all else is the merchant's."""
        return [change for change in super().changes(before, after) if touches((change.path,), "name")]

    def claims(self, key: Key, fields: Fields, governor: Fields | None) -> Iterator[tuple[str, ...]]:
        yield (fields["name"],)

    def stand_in(self, key: Key, before: Fields, governor: Fields | None) -> Fields:
        return {**before, "name": unique.name_of(key)}

    def refuse(self, job: Job) -> Result | None:
        if not job.creates or job.after["type"] in ("REGION", "NONE"):
            return None
        return Result(job.key, reason=Reason.NOT_PERMITTED, detail=BY_HAND.format(handle=job.key[0]))

    # -- writing

    def make_way(self, jobs: Sequence[Job], ids: Ids) -> Talk[list[Result]]:
        results = []
        for job in jobs:
            results.append((yield from self.update(job, ids)))
        return results

    def create(self, job: Job, ids: Ids) -> Talk[Result]:
        """Without its currency, where the store cannot have that: a draft shows no prices."""
        result = yield from super().create(job, ids)
        if result.ok or not job.after.get("currency"):
            return result
        bare = {**job.after, "currency": None}
        again = yield from super().create(Job(self.name, job.key, bare), ids)
        if not again.ok:
            return result
        return Result(job.key, again.gid, detail=f"Made without its currency settings: {result.detail}")

    def created(self, job: Job, ids: Ids) -> dict[str, Any]:
        fields = job.after
        conditions = _conditions(fields) if fields["type"] == "REGION" else None
        more = given({"conditions": conditions, "currencySettings": fields.get("currency")})
        return {"input": {"name": fields["name"], "handle": job.key[0], "status": "DRAFT", **more}}

    def updated(self, job: Job, ids: Ids) -> dict[str, Any]:
        return {"input": {"name": job.after["name"]}}


BY_HAND = (
    "What decides who is in this market differs from store to store. Create it in the admin with the handle {handle}; "
    "its metafields and translations arrive with the next import."
)


def _code(node: Mapping[str, Any]) -> str:
    if node["__typename"] == "MarketRegionCountry":
        return str(node["countryCode"])
    return f"{node['country']['code']}-{node['subdivision']}"


def _conditions(fields: Fields) -> dict[str, Any] | None:
    if fields["everywhere"]:
        return {"regionsCondition": {"applicationLevel": "ALL"}}
    if not fields["regions"]:
        return None
    parts = [code.partition("-") for code in fields["regions"]]
    return {
        "regionsCondition": {
            "regions": [given({"countryCode": country, "subdivision": part or None}) for country, _, part in parts]
        }
    }


CATALOGS = "catalogs and their price lists are not carried by this version; make them in the admin (Markets > Catalogs)"
_ALL_CATALOGS = paged(_CATALOGS, "catalogs", lambda node: None, skipped=lambda node: _catalog(node), filters=False)


def _catalogs(after: str | None, changed_since: str | None) -> Talk[Page]:
    """Names the catalogs that decide what others see and pay; where the store shows none, they are not known of."""
    try:
        return (yield from _ALL_CATALOGS(after, None))
    except (AccessDenied, BadRequest):
        return Page((), None, (("all of them", f"{CATALOGS}; the app may not even count them"),))


def _catalog(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if node["__typename"] != "AppCatalog":
        prices = node["priceList"]
        told = f" ({prices['currency']}, {prices['fixedPricesCount']} fixed prices)" if prices else ""
        yield f"{node['title']}{told}", CATALOGS


RESOURCE = Markets()
