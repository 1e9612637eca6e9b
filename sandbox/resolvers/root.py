"""The shop, nodes by id, and the app's own installation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ..context import Context, Info, demand, shop_of
from ..errors import top_level
from ..paging import MAX_PAGE
from ..schema import field
from ..store import Node

_GID = re.compile(r"gid://shopify/[A-Za-z0-9]+/[^\s]+\Z")
_SCOPES = {
    "Product": "read_products",
    "ProductVariant": "read_products",
    "Metaobject": "read_metaobjects",
    "MetaobjectDefinition": "read_metaobject_definitions",
}


def check_id(gid: str) -> None:
    """A malformed id is refused before anything else."""
    if _GID.match(gid) is None:
        raise top_level(f"Invalid global id '{gid}'", "INVALID_VARIABLE")


def check_list(items: Sequence[Any], name: str, most: int = MAX_PAGE) -> None:
    if len(items) > most:
        raise top_level(
            f"The input array size of {len(items)} is greater than the maximum allowed of {most}.",
            "MAX_INPUT_SIZE_EXCEEDED",
            argument=name,
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
    check_id(id)
    found = shop_of(info).get(id)
    if found is not None and found["__typename"] in _SCOPES:
        demand(info, _SCOPES[found["__typename"]])
    return found


@field("QueryRoot", "nodes")
def nodes(_: Any, info: Info, ids: list[str]) -> list[Node | None]:
    check_list(ids, "ids")
    return [node(_, info, gid) for gid in ids]


@field("QueryRoot", "currentAppInstallation")
def installation(_: Any, info: Info) -> Node:
    context: Context = info.context
    return {
        "__typename": "AppInstallation",
        "id": "gid://shopify/AppInstallation/1",
        "accessScopes": [{"handle": scope} for scope in sorted(context.app.scopes)],
    }
