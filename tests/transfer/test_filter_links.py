"""A link to a filtered collection names the same entries in the other store, wherever it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.builder import NAME, Builder
from tests.meddle import row
from tests.support import Sandbox, archive_of, checksums, export, import_
from transfer import links
from transfer.outcomes import Reason

MENU = """mutation M($items: [MenuItemCreateInput!]!) {
  menuCreate(title: "Shop by", handle: "shop-by", items: $items) { menu { id } userErrors { message } } }"""
REDIRECT = """mutation R($to: String!) { urlRedirectCreate(urlRedirect: {path: "/wool", target: $to}) {
  urlRedirect { id } userErrors { message } } }"""
SEEN = """{
  product: productByIdentifier(identifier: {handle: "shirt"}) {
    descriptionHtml metafield(namespace: "custom", key: "all") { value }
  }
  menus(first: 9) { nodes { handle items { url } } }
  urlRedirects(first: 9) { nodes { target } }
}"""
KNOWN = {
    "gid://shopify/Metaobject/1": "shopsync:metaobjects/fabric/wool",
    "gid://shopify/Metaobject/2": "shopsync:unknown/Metaobject/2",
}


@pytest.mark.parametrize(
    ("link", "portable", "arrived"),
    [
        (
            "/collections/all?filter.p.m.custom.fabric=gid%3A%2F%2Fshopify%2FMetaobject%2F1&sort_by=price#a",
            "/collections/all?filter.p.m.custom.fabric=shopsync%3Ametaobjects%2Ffabric%2Fwool&sort_by=price#a",
            None,
        ),
        (
            "/search?q=a&filter.p.m.custom.fabric=gid://shopify/Metaobject/1",
            "/search?q=a&filter.p.m.custom.fabric=shopsync%3Ametaobjects%2Ffabric%2Fwool",
            "/search?q=a&filter.p.m.custom.fabric=gid%3A%2F%2Fshopify%2FMetaobject%2F1",
        ),
        (
            "/collections/all?a=gid%3A%2F%2Fshopify%2FMetaobject%2F2&a=b",
            "/collections/all?a=shopsync%3Aunknown%2FMetaobject%2F2&a=b",
            "/collections/all?a=b",
        ),
        *(
            (same, same, None)
            for same in (
                "/collections/all?a=gid%3A%2F%2Fshopify%2FTaxonomyValue%2F1",
                "/collections/all?a=gid%3A%2F%2Fshopify%2FCustomer%2F1",
                "/collections/all?a=gid%3A%2F%2Fshopify%2FMetaobject%2F1%2Cx",
                "https://else.example/?a=gid%3A%2F%2Fshopify%2FMetaobject%2F1",
            )
        ),
    ],
)
def test_what_a_filter_looks_for_stands_by_its_key(link: str, portable: str, arrived: str | None) -> None:
    assert links.in_url(link, lambda text: KNOWN.get(text, text)) == portable
    back: dict[str, str | None] = {name: gid if "unknown" not in name else None for gid, name in KNOWN.items()}
    assert links.in_url(portable, lambda text: back.get(text, text)) == (arrived or link)
    named = [place.target for place in links.places("url", links.in_url, portable) if not place.link]
    assert [str(target) for target in named] == [name for name in back if quote(name, safe="") in portable]


def _store(shop: Builder, *handles: str) -> dict[str, str]:
    shop.define("fabric", NAME)
    return {handle: shop.entry("fabric", handle, name=handle) for handle in handles}


def _link(gid: str) -> str:
    return f"/collections/all?filter.p.m.custom.fabric={quote(gid, safe='')}&sort_by=price-ascending"


def test_filters_are_named_anew_wherever_links_stand(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    wool = _store(source, "other", "wool")["wool"]
    for shop in (source, target):
        shop.define_metafield("custom.all", "url")
    link = _link(wool)
    shirt = source.product("shirt", {"Size": ["S"]}, descriptionHtml=f'<a href="{link.replace("&", "&amp;")}">wool</a>')
    source.metafield(shirt, "custom.all", "url", f"https://{source.shop}{link}")
    source.ask(MENU, items=[{"title": "Wool", "type": "HTTP", "url": link}])
    source.ask(REDIRECT, to=link)
    _, past = export(sandbox, source.shop, tmp_path)
    assert past["resolve"]["mentions"] == {}
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    entries: Any = target.ask('{ metaobjects(type: "fabric", first: 9) { nodes { handle id } } }')["metaobjects"][
        "nodes"
    ]
    own = _link(next(entry["id"] for entry in entries if entry["handle"] == "wool"))
    assert own != link, "equal ids would prove nothing"
    seen = target.ask(SEEN)
    assert own.replace("&", "&amp;") in seen["product"]["descriptionHtml"]
    assert seen["product"]["metafield"]["value"] == f"https://{target.shop}{own}"
    assert own in [item["url"] for menu in seen["menus"]["nodes"] for item in menu["items"]]
    assert [node["target"] for node in seen["urlRedirects"]["nodes"]] == [own]
    assert {row(desk, "menus", "shop-by").lost, row(desk, "url_redirects", "/wool").lost} == {()}
    again, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert again.client.writes == 0
    _, copied = export(sandbox, target.shop, tmp_path)
    assert checksums(copied) == checksums(past)


def test_a_filter_that_looks_for_what_is_not_there_is_left_out_and_named(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    wool = _store(source, "wool")["wool"]
    source.ask(REDIRECT, to=_link(wool))
    archive = archive_of(sandbox, source.shop, tmp_path, resources=["url_redirects"])
    for written in (1, 0):
        desk, _ = import_(sandbox, target.shop, archive, tmp_path)
        own = row(desk, "url_redirects", "/wool")
        assert (own.reason, own.lost, desk.client.writes) == (Reason.OUTSIDE_REFERENCE, ("target",), written)
        assert "shopsync:metaobjects/fabric/wool" in own.detail
    assert target.ask(SEEN)["urlRedirects"]["nodes"] == [{"target": "/collections/all?sort_by=price-ascending"}]


def test_a_link_into_the_admin_stays_and_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    link = f"https://{source.shop}/admin/products/12345678"
    source.ask(REDIRECT, to=link)
    archive = archive_of(sandbox, source.shop, tmp_path)
    for _ in range(2):
        desk, _ = import_(sandbox, target.shop, archive, tmp_path)
        assert row(desk, "url_redirects", "/wool").reason == Reason.NAMES_SOURCE
    assert target.ask(SEEN)["urlRedirects"]["nodes"] == [{"target": link}]
