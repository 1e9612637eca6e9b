"""What resolvers know about the request: whose shop, which app, and what it may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphql import GraphQLResolveInfo

from .errors import top_level
from .store import Shop

if TYPE_CHECKING:
    Info = GraphQLResolveInfo[Any]
else:
    Info = GraphQLResolveInfo


@dataclass(frozen=True)
class AppAccess:
    """`protected`: whether it was approved for protected customer data. `b2b`: whether the stores have companies."""

    client_id: str
    scopes: frozenset[str]
    protected: bool = True
    b2b: bool = True

    def covers(self, scope: str) -> bool:
        """`write_x` holds `read_x`."""
        return scope in self.scopes or (scope.startswith("read_") and f"write_{scope[5:]}" in self.scopes)


@dataclass(frozen=True)
class Context:
    """`searches`: what search strings named that their connection does not know, for `extensions.search`."""

    shop: Shop
    app: AppAccess
    searches: list[dict[str, Any]] = field(default_factory=list)


def shop_of(info: Info) -> Shop:
    context: Context = info.context
    return context.shop


def demand(info: Info, *scopes: str) -> None:
    """Refuses the field unless one of the scopes is granted."""
    context: Context = info.context
    if scopes and not any(context.app.covers(scope) for scope in scopes):
        raise top_level(
            f"Access denied for {info.field_name} field. Required access: `{scopes[0]}` access scope.",
            "ACCESS_DENIED",
            documentation="https://shopify.dev/api/usage/access-scopes",
            requiredAccess=f"`{scopes[0]}` access scope.",
        )


def demand_b2b(info: Info, verb: str) -> None:
    """Refuses the field unless the app may read or write companies, and the store's plan has them."""
    context: Context = info.context
    demand(info, f"{verb}_companies", f"{verb}_customers")
    if not context.app.b2b:
        wanted = (
            f"`{verb}_customers` access scope or `{verb}_companies` access scope. Also: The shop must have access to "
            "B2B. Some operations may require additional plan capabilities."
        )
        message = f"Access denied for {info.field_name} field. Required access: {wanted}"
        raise top_level(message, "ACCESS_DENIED", requiredAccess=wanted)


_CONTENT = ("content", "online_store_pages")
OWNER_SCOPES: dict[str, tuple[str, ...]] = {
    "ARTICLE": _CONTENT,
    "BLOG": _CONTENT,
    "COLLECTION": ("products",),
    "COMPANY": ("companies", "customers"),
    "COMPANY_LOCATION": ("companies", "customers"),
    "CUSTOMER": ("customers",),
    "DISCOUNT": ("discounts",),
    "DRAFTORDER": ("draft_orders",),
    "LOCATION": ("locations",),
    "MARKET": ("markets",),
    "ORDER": ("orders",),
    "PAGE": _CONTENT,
    "PRODUCT": ("products",),
    "PRODUCTVARIANT": ("products",),
    "TRANSFER": ("inventory_transfers",),
}


def demand_owner(info: Info, verb: str, owner_type: str) -> None:
    """Metafields and their definitions need the owner's scope (`verb`: read, write); the shop's own need none."""
    demand(info, *(f"{verb}_{scope}" for scope in OWNER_SCOPES.get(owner_type, ())))
