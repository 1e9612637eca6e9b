"""All resources, and the order in which they are carried.

Adding a resource is one module in `transfer.resources`, one line here and one fixture. The order is computed from
what records can refer to; nobody writes one by hand (`tests/transfer/test_registry.py` holds the committed result, so
that a change of it is seen).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache

from .graph import groups
from .references import Target
from .resource import Resource, Scopes
from .resources import (
    article_metafields,
    articles,
    blog_metafields,
    blogs,
    collection_metafields,
    collection_orders,
    collection_publications,
    collections,
    companies,
    company_contacts,
    company_location_metafields,
    company_locations,
    company_metafields,
    customer_metafields,
    customers,
    discount_metafields,
    discounts,
    files,
    inventory_levels,
    locales,
    location_metafields,
    locations,
    market_metafields,
    market_translations,
    markets,
    menus,
    metafield_definitions,
    metafield_pins,
    metaobject_definitions,
    metaobjects,
    page_metafields,
    pages,
    product_metafields,
    product_publications,
    products,
    sales_channels,
    shop_metafields,
    shop_policies,
    translations,
    url_redirects,
    variant_metafields,
)

_KINDS: tuple[Resource, ...] = tuple(
    module.RESOURCE
    for module in (
        files,
        metaobject_definitions,
        metafield_definitions,
        metafield_pins,
        products,
        pages,
        blogs,
        articles,
        collections,
        customers,
        companies,
        company_locations,
        company_contacts,
        metaobjects,
        product_metafields,
        variant_metafields,
        shop_metafields,
        page_metafields,
        blog_metafields,
        article_metafields,
        collection_metafields,
        customer_metafields,
        company_metafields,
        company_location_metafields,
        collection_orders,
        shop_policies,
        menus,
        url_redirects,
        markets,
        market_metafields,
        discounts,
        discount_metafields,
        locales,
        locations,
        location_metafields,
        inventory_levels,
        sales_channels,
        product_publications,
        collection_publications,
    )
)
# Translations are of all the others' texts.
RESOURCES: Mapping[str, Resource] = {
    resource.name: resource
    for resource in (
        *_KINDS,
        translations.Translations(_KINDS),
        market_translations.MarketTranslations(_KINDS),
    )
}


def owner_of(name: str, registry: Mapping[str, Resource] = RESOURCES) -> str:
    """The resource whose records hold a kind of thing: itself, or products for variants."""
    for resource in registry.values():
        if name in resource.embeds:
            return resource.name
    return name


def ordered_groups(registry: Mapping[str, Resource] = RESOURCES) -> list[list[str]]:
    """Resources in the order of writing; those that refer to each other both ways share a group."""

    def needs(name: str) -> list[str]:
        return [owner_of(other, registry) for other in registry[name].refers_to]

    return groups(list(registry), needs)


@cache
def order() -> tuple[str, ...]:
    """The names of all resources, in the order of writing."""
    return tuple(name for group in ordered_groups() for name in group)


def in_order(names: Iterable[str]) -> list[str]:
    """Names of kinds as they are listed everywhere: in the order of writing, and behind them what nobody here knows."""
    places = {name: place for place, name in enumerate(order())}
    return sorted(names, key=lambda name: (places.get(name, len(places)), name))


def by_gid_type(registry: Mapping[str, Resource] = RESOURCES) -> dict[str, Resource]:
    """GID type -> the resource that can name such a node."""
    return {kind: resource for resource in registry.values() for kind in resource.identify}


def scopes(names: Iterable[str] = (), registry: Mapping[str, Resource] = RESOURCES) -> Scopes:
    """The scopes that the named resources (all, if none are named) need for reading and for writing."""
    chosen = [registry[name] for name in (tuple(names) or tuple(registry))]
    return Scopes(
        read=tuple(sorted({scope for resource in chosen for scope in resource.scopes.read})),
        write=tuple(sorted({scope for resource in chosen for scope in resource.scopes.write})),
    )


def withheld(
    granted: Collection[str], verb: str, registry: Mapping[str, Resource] = RESOURCES
) -> dict[str, tuple[str, ...]]:
    """The resources that an app with these scopes may not `verb` (read, write) -> the scopes to grant.

    `granted`: empty where nobody knows; then Shopify itself will say. A scope ``write_x`` holds ``read_x``.
    """
    if not granted:
        return {}
    return _missing({name: resource.scopes for name, resource in registry.items()}, granted, verb)


def withheld_parts(
    granted: Collection[str], verb: str, registry: Mapping[str, Resource] = RESOURCES
) -> dict[str, dict[str, tuple[str, ...]]]:
    """Of each resource the parts that an app with these scopes may not `verb` -> the scopes to grant."""
    if not granted:
        return {}
    found = {name: _missing(resource.parts, granted, verb) for name, resource in registry.items()}
    return {name: parts for name, parts in found.items() if parts}


def _missing(wanted: Mapping[str, Scopes], granted: Collection[str], verb: str) -> dict[str, tuple[str, ...]]:
    own = {*granted, *(f"read_{scope[6:]}" for scope in granted if scope.startswith("write_"))}
    missing = {
        name: tuple(scope for scope in getattr(scopes, verb) if scope not in own) for name, scopes in wanted.items()
    }
    return {name: scopes for name, scopes in missing.items() if scopes}


def owner(target: Target, registry: Mapping[str, Resource] = RESOURCES) -> Target | None:
    """The record in which a target lives: itself, or a product for a variant. None where nobody here carries it."""
    name = owner_of(target.resource, registry)
    if name not in registry:
        return None
    return target if name == target.resource else Target(name, registry[name].embedding(target.key))


def missing_owner(target: Target, registry: Mapping[str, Resource] = RESOURCES) -> bool:
    """Whether no resource here can hold such a record (orders, another version's resource)."""
    return owner_of(target.resource, registry) not in registry
