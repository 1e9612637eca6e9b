"""Nothing ends where a page does: every connection is paged on, or cannot hold more than was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from graphql import FieldNode, GraphQLSchema, TypeInfo, TypeInfoVisitor, Visitor, get_named_type, parse, visit

from .test_schema import documents

pytestmark = pytest.mark.published_schema

# Connections of which nobody asks whether there is more: (document, last field of the path) -> why one page is enough.
_SEARCH = "a search for one name, or the newest records, of which only an equal key counts"
_FIRST = "the first of them is what is asked for"
_NAMES = "a search for one name; more of them than a page holds would be ambiguous all the same"
ENOUGH: Mapping[tuple[str, str], str] = {
    ("articles.locate", "articles"): _SEARCH,
    ("blogs.locate", "blogs"): _SEARCH,
    ("companies.locate", "companies"): _SEARCH,
    ("company_locations.locate", "companyLocations"): _SEARCH,
    ("files.locate", "files"): _SEARCH,
    ("pages.locate", "pages"): _SEARCH,
    ("url_redirects.locate", "urlRedirects"): _SEARCH,
    ("url_redirects.present", "urlRedirects"): _SEARCH,
    ("transfer.resources._business._OF_NAME", "companies"): _NAMES,
    ("transfer.resources.company_location_metafields._OF_NAME", "companyLocations"): _NAMES,
    ("transfer.referrers._ASK", "referencedBy"): "the first of them are named",
    ("*", "media"): "a variant shows one file: productVariantAppendMedia refuses a second",
    ("*", "staffMemberAssignments"): "whether there is one",
    ("*", "locations"): _FIRST,
    ("*", "roleAssignments"): _FIRST,
    ("*", "contactRoles"): "Shopify makes them: two, of which nobody can add another",
    ("transfer.resources._discount_documents.ADDING", "codes"): "as many as one request adds, which is at most 250",
    ("transfer.resources._product_writing._CREATE", "variants"): "as many as were made",
    ("transfer.resources.customers._SET_AND_LIST", "addressesV2"): "as many as were written",
    ("transfer.resources.product_variants._CODES", "countryHarmonizedSystemCodes"): "a code for each of 245 countries",
}


def pages(schema: GraphQLSchema) -> Iterator[tuple[str, str, bool]]:
    """(document, field, whether it asks if there is more) of every connection in the tree."""
    info, found = TypeInfo(schema), list[tuple[str, bool]]()

    class Noted(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            type_: Any = get_named_type(info.get_type()) if info.get_type() is not None else None
            if type_ is not None and type_.name.endswith("Connection") and node.selection_set is not None:
                inner = [one.name.value for one in node.selection_set.selections if isinstance(one, FieldNode)]
                found.append((node.name.value, "pageInfo" in inner))

    for name, text in documents():
        found.clear()
        visit(parse(text.replace("%s", "inclusion")), TypeInfoVisitor(info, Noted()))
        yield from ((name, field, asks) for field, asks in found)


def test_a_connection_is_paged_on_or_cannot_hold_more(schema: GraphQLSchema) -> None:
    cut = {(name, field) for name, field, asks in pages(schema) if not asks}
    unsaid = {(name, field) for name, field in cut if (name, field) not in ENOUGH and ("*", field) not in ENOUGH}
    assert not unsaid, "page on, or say why there cannot be more"
    there = cut | {("*", field) for _, field in cut}
    assert not set(ENOUGH) - there
