"""References: a place in a record that names another record.

In a shop a reference is a GID (``gid://shopify/Product/123``), which means nothing in another shop. In an archive it
stands in its *portable form*, in place, inside the value itself::

    shopsync:<resource>/<encoded natural key>        shopsync:products/blue-shirt
    shopsync:unknown/<GID type>/<id>                 the shop itself could not say what this was (it dangles)

A portable form is only ever looked for where the type of the value says that a reference stands there, so that a
text which merely looks like one stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .keys import Key, decode, encode

UNKNOWN = "unknown"

# GIDs that Shopify itself defines for all shops: they mean the same everywhere and are kept unchanged.
GLOBAL_TYPES = frozenset(
    {
        "TaxonomyCategory",
        "TaxonomyValue",
        "TaxonomyAttribute",
        "StandardMetafieldDefinitionTemplate",
        "StandardMetaobjectDefinitionTemplate",
    }
)

# Kinds that some resource here carries: GIDs of these that nothing answers to must not reach another store, where they
# could name something else. (The registry computes the same; a test holds the two together.)
CARRIED_TYPES = frozenset(
    {
        "Article",
        "Blog",
        "Collection",
        "Company",
        "CompanyContact",
        "CompanyLocation",
        "Customer",
        "DiscountAutomaticNode",
        "DiscountCodeNode",
        "ExternalVideo",
        "GenericFile",
        "Location",
        "Market",
        "Menu",
        "MediaImage",
        "MetafieldDefinition",
        "Metaobject",
        "MetaobjectDefinition",
        "Model3d",
        "Page",
        "Product",
        "ProductVariant",
        "Publication",
        "ShopPolicy",
        "Video",
    }
)

# Ids are numbers, or words such as those of the taxonomy (aa-1-2): what goes on otherwise is text that begins with one.
_GID = re.compile(r"gid://shopify/([A-Za-z0-9]+)/([A-Za-z0-9_-]+)(\?[^\s,;|'<>()\x22]*)?\Z")
_PORTABLE = re.compile(r"shopsync:([a-z_]+)/(.*)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """What a reference points at: a resource and the natural key of the record in it."""

    resource: str
    key: Key

    def __str__(self) -> str:
        return f"shopsync:{self.resource}/{encode(self.key)}"

    @property
    def unknown(self) -> bool:
        """The source shop itself could not say what the GID stood for."""
        return self.resource == UNKNOWN


def gid_type(gid: str) -> str | None:
    """``"Product"`` for ``gid://shopify/Product/1``; None for anything that is no GID."""
    match = _GID.match(gid)
    return match[1] if match else None


def is_local_gid(text: str) -> bool:
    """Whether `text` is a GID that means something in one shop only."""
    kind = gid_type(text)
    return kind is not None and kind not in GLOBAL_TYPES


def dangling(gid: str) -> Target:
    """The portable form of a GID that nothing answers to."""
    match = _GID.match(gid)
    return Target(UNKNOWN, (match[1], match[2]) if match else ("text", gid))


def parse(text: str) -> Target | None:
    """The target of a portable form; None for anything else (a global GID, a plain text)."""
    match = _PORTABLE.match(text)
    return Target(match[1], decode(match[2])) if match else None
