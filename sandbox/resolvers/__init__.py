"""Resolvers, by topic. Importing this package registers all of them."""

from . import (
    files,
    metafield_definitions,
    metafields,
    metaobject_definitions,
    metaobjects,
    pages,
    product_media,
    product_options,
    product_reorder,
    products,
    root,
    staging,
    storefront,
    variants,
)

__all__ = [
    "files",
    "metafield_definitions",
    "metafields",
    "metaobject_definitions",
    "metaobjects",
    "pages",
    "product_media",
    "product_options",
    "product_reorder",
    "products",
    "root",
    "staging",
    "storefront",
    "variants",
]
