"""A product with as many variants as Shopify allows, through all paths."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from tests.builder import Builder, copy, troubles
from tests.support import Sandbox, archive_of, import_

from .test_linked_options import LINK, defined, entry, links, put, read

COLOURS = [f"c{number:02}" for number in range(16)]
SIZES, FITS = [f"S{number:02}" for number in range(16)], [f"F{number}" for number in range(8)]
MOST = 2048
REPRICE = """mutation R($id: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkUpdate(productId: $id, variants: $variants) { userErrors { message } } }"""
LAST = """query L($handle: String!) { productByIdentifier(identifier: {handle: $handle}) {
  id variantsCount { count } variants(first: 1, reverse: true) { nodes { id title price } } } }"""


@pytest.fixture
def source(sandbox: Sandbox) -> str:
    """A lamp in sixteen colours, and each colour names the lamp: its option is linked in the second pass."""
    shop = sandbox.shop()
    colours = defined(sandbox, shop, *COLOURS)
    combinations = itertools.product(colours.values(), SIZES, FITS)
    lamp = {
        "title": "Lamp",
        "handle": "lamp",
        "productOptions": [
            {"name": "Colour", "linkedMetafield": {**LINK, "values": list(colours.values())}},
            {"name": "Size", "values": [{"name": size} for size in SIZES]},
            {"name": "Fit", "values": [{"name": fit} for fit in FITS]},
        ],
        "variants": [
            {
                "optionValues": [
                    {"optionName": "Colour", "linkedMetafieldValue": colour},
                    {"optionName": "Size", "name": size},
                    {"optionName": "Fit", "name": fit},
                ],
                "price": f"{number}.00",
            }
            for number, (colour, size, fit) in enumerate(combinations, 1)
        ],
    }
    gid = put(sandbox, shop, lamp)
    for colour in COLOURS:
        entry(sandbox, shop, colour, shown_on=gid)
    return shop


def test_a_product_with_all_the_variants_there_can_be(sandbox: Sandbox, source: str, tmp_path: Path) -> None:
    target = sandbox.shop()
    archive = archive_of(sandbox, source, tmp_path)
    first, _ = import_(sandbox, target, archive, tmp_path)
    row = first.ledger.get("products", [("lamp",)])[("lamp",)]
    assert (row.outcome, row.verified) == ("created", True)
    node = sandbox.graphql(target, LAST, handle="lamp")["productByIdentifier"]
    assert node["variantsCount"]["count"] == MOST
    assert None not in links(read(sandbox, target)).values()
    assert sandbox.stats(target)["mutations"]["productOptionUpdate"] == 1, "linked when the colours were there"
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0

    own = sandbox.graphql(source, LAST, handle="lamp")["productByIdentifier"]
    variants = [{"id": own["variants"]["nodes"][0]["id"], "price": "1.00"}]
    sandbox.graphql(source, REPRICE, id=own["id"], variants=variants)
    before = sandbox.stats(target)["mutations"]
    update, _ = import_(sandbox, target, archive_of(sandbox, source, tmp_path), tmp_path)
    row = update.ledger.get("products", [("lamp",)])[("lamp",)]
    assert (row.outcome, row.verified, len(row.changed)) == ("updated", True, 1)
    assert update.client.writes == 1
    assert sandbox.stats(target)["mutations"]["productVariantsBulkUpdate"] == 1 + before.get(
        "productVariantsBulkUpdate", 0
    )
    (last,) = sandbox.graphql(target, LAST, handle="lamp")["productByIdentifier"]["variants"]["nodes"]
    assert last["price"] == "1.00"
    assert sandbox.stats(target)["throttled"] == 0


def numbered(shop: Builder, first: int, count: int) -> str:
    """A product whose variants are numbers, in three options; no two ranges of a thousand share one."""
    names = [[f"A{first}-{n}" for n in range(16)], [f"B{n}" for n in range(16)], [f"C{n}" for n in range(8)]]
    chosen = [list(values) for values in itertools.islice(itertools.product(*names), count)]
    options = dict(zip(("One", "Two", "Three"), names, strict=True))
    used = {name: [v for v in values if any(v in own for own in chosen)] for name, values in options.items()}
    return shop.product("lamp", used, chosen=chosen)


def test_all_variants_there_can_be_change_for_as_many_others(sandbox: Sandbox, tmp_path: Path) -> None:
    """There is no room for the new ones beside the old ones."""
    source, target = Builder(sandbox), Builder(sandbox)
    numbered(source, 1, MOST)
    numbered(target, 2, MOST)
    desk, _ = copy(source, target, tmp_path, policy="mirror")
    assert troubles(desk) == {}
    assert desk.ledger.get("products", [("lamp",)])["lamp",].verified
    again, _ = copy(source, target, tmp_path, policy="mirror")
    assert again.client.writes == 0
