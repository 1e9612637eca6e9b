"""The shop, nodes by id, and the app's own installation."""

from __future__ import annotations

from typing import Any

from ..context import Context, Info, demand, demand_b2b, demand_owner, shop_of
from ..schema import field
from ..store import Node
from .customers import approved

_SCOPES = {
    "Article": ("read_content", "read_online_store_pages"),
    "Blog": ("read_content", "read_online_store_pages"),
    "Collection": ("read_products",),
    "Customer": ("read_customers",),
    "DiscountAutomaticNode": ("read_discounts",),
    "DiscountCodeNode": ("read_discounts",),
    "Location": ("read_locations", "read_inventory"),
    "Market": ("read_markets",),
    "Menu": ("read_online_store_navigation",),
    "Publication": ("read_publications",),
    "ShopPolicy": ("read_legal_policies",),
    "UrlRedirect": ("read_online_store_navigation",),
    "Product": ("read_products",),
    "ProductVariant": ("read_products",),
    "Metaobject": ("read_metaobjects",),
    "MetaobjectDefinition": ("read_metaobject_definitions",),
    "Page": ("read_content", "read_online_store_pages"),
    **dict.fromkeys(("MediaImage", "GenericFile", "Video", "Model3d", "ExternalVideo"), ("read_files",)),
}

PERSONAL = ("Customer",)
BUSINESS = (
    "Company",
    "CompanyAddress",
    "CompanyContact",
    "CompanyContactRole",
    "CompanyContactRoleAssignment",
    "CompanyLocation",
)


@field("QueryRoot", "shop")
def shop(_: Any, info: Info) -> Node:
    own = shop_of(info)
    return own.nodes[own.shop_id]


@field("Shop", "plan")
def plan(_: Any, info: Info) -> Node:
    return {
        "displayName": "Developer Preview",
        "publicDisplayName": "Development",
        "partnerDevelopment": True,
        "shopifyPlus": False,
    }


@field("Shop", "resourceLimits")
def limits(_: Any, info: Info) -> Node:
    return {"maxProductOptions": 3, "maxProductVariants": 2048}


@field("QueryRoot", "node")
def node(_: Any, info: Info, id: str) -> Node | None:
    found = shop_of(info).get(id)
    if found is not None and found["__typename"] in _SCOPES:
        (approved if found["__typename"] in PERSONAL else demand)(info, *_SCOPES[found["__typename"]])
    if found is not None and found["__typename"] in BUSINESS:
        demand_b2b(info, "read")
    if found is not None and "ownerType" in found:  # metafields and their definitions
        demand_owner(info, "read", found["ownerType"])
    return found


@field("QueryRoot", "nodes")
def nodes(_: Any, info: Info, ids: list[str]) -> list[Node | None]:
    return [node(_, info, gid) for gid in ids]


@field("QueryRoot", "currentAppInstallation")
def installation(_: Any, info: Info) -> Node:
    context: Context = info.context
    return {
        "__typename": "AppInstallation",
        "id": "gid://shopify/AppInstallation/1",
        "accessScopes": [{"handle": scope} for scope in sorted(context.app.scopes)],
    }
