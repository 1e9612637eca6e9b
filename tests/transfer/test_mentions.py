"""Texts that name the source store stay as they are, and nobody has to find out by chance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.builder import Builder
from tests.meddle import row
from tests.support import Sandbox, archive_of, export, import_
from tests.transfer.test_sheets_import import cell, edited, sheet_of
from transfer.anonymise import nameless_manifest
from transfer.archive.manifest import Manifest
from transfer.local import offline_desk
from transfer.mentions import Mentions
from transfer.outcomes import Outcome, Reason
from transfer.registry import RESOURCES

OWN = Mentions(["www.here.example", "here.myshopify.com", "cdn.shopify.com/s/files/1/0689/7340/7517/"])
CDN = "https://cdn.shopify.com/s/files/1/0689/7340/7517/files/a.jpg"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<a href='https://www.here.example/products/a?b=1'>", ["https://www.here.example/products/a?b=1"]),
        (
            "See //WWW.here.example, or HTTP://here.myshopify.com.",
            ["//WWW.here.example", "HTTP://here.myshopify.com"],
        ),
        (f"url({CDN}?v=1)", [f"{CDN}?v=1"]),
        ('{"a":"https:\\/\\/www.here.example\\/x"}', ["https://www.here.example/x"]),
        ("https://else.example/share?u=https%3A%2F%2Fwww.here.example%2Fx", ["https://www.here.example/x"]),
        (
            "data gid://shopify/Product/1, gid://shopify/Product/1 and gid://shopify/Order/2",
            ["gid://shopify/Product/1", "gid://shopify/Order/2"],
        ),
        ('{"id":"Z2lkOi8vc2hvcGlmeS9Qcm9kdWN0LzE="}', ["Z2lkOi8vc2hvcGlmeS9Qcm9kdWN0LzE="]),
        ("domain: 'here.myshopify.com'", ["here.myshopify.com"]),
        ("<b data-variant-id='12345678' data-product-id=\"123\">", ["data-variant-id='12345678"]),
        ('{"product_id":12345678, "variantId": "12345679"}', ['"product_id":12345678', '"variantId": "12345679']),
        ('<input type="hidden" name="id" value="12345678">', ['<input type="hidden" name="id" value="12345678']),
        ("location='/cart/12345678:1,9:1'", ["/cart/12345678"]),
        ("see /fr/cart/add?quantity=1&id=12345678", ["/fr/cart/add?quantity=1&id=12345678"]),
        ("x /collections/c/products/p?a=1&variant=12345678", ["/collections/c/products/p?a=1&variant=12345678"]),
        ("shopsync:https://store/products/p#variant=12345678", ["/products/p#variant=12345678"]),
        ('{"x":"../products/p?variant=12345678"}', ['"../products/p?variant=12345678']),
        ("data-x='products/p?a=1&variant=12345678' data-y='lamp?variant=1'", ["'products/p?a=1&variant=12345678"]),
        ("/products/p?variant=%3123456%378", ["/products/p?variant=12345678"]),
        ("/account/login?return_url=%2Fproducts%2Fp%3Fvariant%3D12345678", ["/products/p?variant=12345678"]),
        (
            "/recommendations/products?limit=4&product_id=12345678",
            ["/recommendations/products?limit=4&product_id=12345678"],
        ),
        ("shopsync:https://store/search/suggest?collection_id=12345678", ["/search/suggest?collection_id=12345678"]),
        ("<a href='/admin/products/12345678/variants/12345679'>", ["/admin/products/12345678"]),
        ("/123456/policies/78.html and /2024/orders/1", ["/123456/policies/78"]),
        ("/search?filter=gid%3A%2F%2Fshopify%2FCustomer%2F1", ["gid://shopify/Customer/1"]),
        ("https://else.example/recommendations/products?product_id=12345678 //else.example/admin/pages/12345678", []),
        ("/admin/settings 12345678 /search?q=12345678&id=1", []),
        ("<a href='?a=1&amp;variant=12345678'>", ["'?a=1&amp;variant=12345678"]),
        ("https://else.example/products/p?variant=12345678 /products/p?variant=1 /blogs/cart/12345678", []),
        ("<button value=12345678 name=id>", ["<button value=12345678 name=id"]),
        ("<input name='idea' value='12345678'>", []),
        ("me@here.myshopify.com, x.here.myshopify.com, here.myshopify.company", []),
        ("me@www.here.example, www.here.example", []),
        ("https://www.here.example.evil.example/ https://www.here.examples/", []),
        ("https://cdn.shopify.com/s/files/1/0689/7340/7518/files/a.jpg", []),
        ("gid://shopify/TaxonomyValue/1", []),
        ("/products/" * 6_000 + "'?" * 3_000 + "/cart/" * 3_000 + "variant 12345678", []),
        ("/a?a&" * 20_000 + "/admin/" * 20_000 + "/12345/" * 9_000 + "a_product_id policies 12345678", []),
        ("<input name=id " * 4_000 + "data-" * 4_000 + "12345678", []),
        ("shopsync:https://store/products/a", []),
        ("https://me:secret@www.here.example/a", ["https://www.here.example/a"]),
        ("https://me:secret@else.example/a", []),
        ("", []),
    ],
)
def test_addresses_and_ids_are_found(text: str, found: list[str]) -> None:
    fields = {"type": "multi_line_text_field", "value": text}
    own = list(OWN.of(RESOURCES["product_metafields"], fields))
    assert [one for mention in own for one in mention.found] == found
    assert {mention.path for mention in own} == ({"value"} if found else set())


def test_what_is_told_of_a_record_is_short() -> None:
    fields = {f"field{number}": [f"https://www.here.example/{n}" for n in range(5)] for number in range(5)}
    told = OWN.sentences(RESOURCES["pages"], fields)
    assert told.count("names the source store") == 3
    assert told.endswith("And 22 more texts like these.")
    assert [own.path for own in OWN.of(RESOURCES["metaobjects"], {"fields": {"a": {"value": CDN}}})] == ["fields.a"]
    assert [own.path for own in OWN.of(RESOURCES["translations"], {"texts": {"value": CDN}})] == ["texts.value"]
    (mention,) = OWN.of(
        RESOURCES["pages"], {"body": " ".join(f"https://www.here.example/{'x' * 200}{n}" for n in range(5))}
    )
    assert mention.sentence.endswith("…, and 3 more.")
    assert len(mention.sentence) < 400


def test_where_bytes_are_fetched_from_is_no_text() -> None:
    assert not list(OWN.of(RESOURCES["files"], {"alt": "", "source": CDN}))
    assert list(OWN.of(RESOURCES["files"], {"alt": CDN, "source": CDN}))


def test_an_import_names_them_again_and_again(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    product = source.product("shirt", {"Size": ["S"]})
    html = f'<a href="https://{source.shop}/products/shirt?variant=1">x</a> <b data-x="{product}">'
    source.metafield(product, "custom.html", "multi_line_text_field", html)
    source.metafield(product, "custom.map", "json", json.dumps({"a": f"see https://{source.shop}/"}))
    source.metafield(product, "custom.none", "json", json.dumps({"a": f"https://{source.shop}/"}))
    _, past = export(sandbox, source.shop, tmp_path)
    examples = [
        f"shirt/custom/html: value: https://{source.shop}/products/shirt?variant=1",
        f"shirt/custom/map: value: https://{source.shop}/",
    ]
    assert past["resolve"]["mentions"] == {"product_metafields": {"count": 2, "examples": examples}}
    archive = archive_of(sandbox, source.shop, tmp_path)
    told = "value: names the source store in a text, which stays as it is: "
    told += f"https://{source.shop}/products/shirt?variant=1, "
    for outcome in (Outcome.CREATED, Outcome.UNCHANGED):
        desk, _ = import_(sandbox, target.shop, archive, tmp_path)
        own = row(desk, "product_metafields", "shirt", "custom", "html")
        assert (own.outcome, own.reason, own.lost, own.verified) == (outcome, Reason.NAMES_SOURCE, (), True)
        assert own.detail == f"{told}{product}."
        assert row(desk, "product_metafields", "shirt", "custom", "map").reason == Reason.NAMES_SOURCE
        assert row(desk, "product_metafields", "shirt", "custom", "none").reason == Reason.NONE
    values: Any = target.ask(
        '{ productByIdentifier(identifier: {handle: "shirt"}) { metafields(first: 9) { nodes { key value } } } }'
    )["productByIdentifier"]["metafields"]["nodes"]
    arrived = {node["key"]: node["value"] for node in values}
    assert arrived.pop("html") == html
    assert {key: json.loads(value) for key, value in arrived.items()} == {
        "map": {"a": f"see https://{source.shop}/"},
        "none": {"a": f"https://{target.shop}/"},
    }


def test_a_store_does_not_name_itself(sandbox: Sandbox, tmp_path: Path) -> None:
    """In a spreadsheet of its own not at all; ids in an archive may be those of what was deleted since."""
    own = Builder(sandbox)
    product = own.product("shirt", {"Size": ["S"]})
    own.metafield(product, "custom.home", "multi_line_text_field", f"see https://{own.shop}/products/shirt")
    own.metafield(product, "custom.id", "multi_line_text_field", f"see {product}")
    archive = archive_of(sandbox, own.shop, tmp_path)
    sheet = edited(sheet_of(archive, "xlsx", tmp_path / "sheet"), _another_title)
    for file, told in ((sheet, {"home": Reason.NONE, "id": Reason.NONE}), (archive, {"id": Reason.NAMES_SOURCE})):
        desk, _ = import_(sandbox, own.shop, file, tmp_path)
        found = {key: row(desk, "product_metafields", "shirt", "custom", key).reason for key in ("home", "id")}
        assert found == {"home": Reason.NONE, **told}


def _another_title(book: Any) -> None:
    cell(book["products"], "title", 2).value = "Another title"


def test_a_reference_that_is_lost_says_more_and_the_text_is_named_beside_it(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    html = f"https://{source.shop}/x <a href='/products/none'>x</a>"
    source.product("shirt", {"Size": ["S"]}, descriptionHtml=html)
    archive = archive_of(sandbox, source.shop, tmp_path)
    details = set()
    for _ in range(2):
        desk, _ = import_(sandbox, target.shop, archive, tmp_path)
        own = row(desk, "products", "shirt")
        assert (own.reason, own.lost) == (Reason.UNRESOLVED_REFERENCE, ("descriptionHtml",))
        details.add(own.detail)
        assert "names the source store" in own.detail
        assert "links to shopsync:products/none" in own.detail
    assert len(details) == 1


def test_examples_name_nobody_where_people_are_to_be_named_by_none(tmp_path: Path) -> None:
    def note(example: str) -> dict[str, Any]:
        return {"count": 1, "examples": [example]}

    own = {"customers": note("anna@boutique.example: note: x"), "pages": note("about: body: x")}
    manifest = Manifest(source_shop="", api_version="2026-10", mentions=own)
    left = nameless_manifest(offline_desk(tmp_path), manifest, {}).mentions
    assert left == {"customers": {"count": 1, "examples": []}, "pages": note("about: body: x")}
