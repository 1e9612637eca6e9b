"""Resolvers, by topic. Importing this package registers all of them."""

from . import (
    metafield_definitions,
    metafields,
    metaobject_definitions,
    metaobjects,
    pages,
    product_options,
    product_reorder,
    products,
    root,
    storefront,
    variants,
)

__all__ = [
    "metafield_definitions",
    "metafields",
    "metaobject_definitions",
    "metaobjects",
    "pages",
    "product_options",
    "product_reorder",
    "products",
    "root",
    "storefront",
    "variants",
]
