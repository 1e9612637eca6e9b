"""Links that are relative to a page name what a browser finds there, and are written back as they stood."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builder import Builder
from tests.meddle import row
from tests.support import Sandbox, archive_of, import_, total
from transfer import links
from transfer.relative import page, rooted
from transfer.work import Desk, Where

PRODUCT, ARTICLE = page("products", ("shirt",)), page("articles", ("news", "spring"))
POLICY, GERMAN, UNKNOWN = page("shop_policies", ("REFUND_POLICY",)), "/de/", page("metaobjects")


@pytest.mark.parametrize(
    ("said", "shown_on", "link"),
    [
        ("../pages/guide#a", PRODUCT, "/pages/guide#a"),
        ("../../products/lamp?variant=1", PRODUCT, "/products/lamp?variant=1"),
        ("../products/lamp", ARTICLE, "/products/lamp"),
        ("products/lamp", PRODUCT, "/products/lamp"),
        ("./de/Pages/x", GERMAN, "/de/Pages/x"),
        ("../products/lampe", GERMAN, "/de/products/lampe"),
        ("../cart/1:2", UNKNOWN, "/cart/1:2"),
        ("cdn/shop/files/a.png?v=1", POLICY, "/cdn/shop/files/a.png?v=1"),
        ("./lamp", PRODUCT, "/products/lamp"),
        ("../../../search?q=1", ARTICLE, "/search?q=1"),
        ("../other/x", ARTICLE, "/blogs/other/x"),
        ("./summer", ARTICLE, "/blogs/news/summer"),
        ("./privacy-policy", POLICY, "/policies/privacy-policy"),
        ("?variant=1", PRODUCT, "/products/shirt?variant=1"),
        ("?filter.p.tag=x", page("collections", ("ä b",)), "/collections/%C3%A4%20b?filter.p.tag=x"),
        ("lamp?a=1&variant=12", PRODUCT, "/products/lamp?a=1&variant=12"),
        ("lamp?variant=12345678", UNKNOWN, "/products/lamp?variant=12345678"),
        ("?variant=12345678", GERMAN, "/products/-?variant=12345678"),
        ("?variant=2", UNKNOWN, None),
        ("lamp?variant=12345678", ARTICLE, None),
        ("./x", UNKNOWN, None),
        ("./x/../y", PRODUCT, None),
        ("size-guide", PRODUCT, None),
        ("www.example.com", PRODUCT, None),
        ("products", PRODUCT, None),
        ("productsheet/x", PRODUCT, None),
        ("mailto:products/x", PRODUCT, None),
        ("#products/x", PRODUCT, None),
        ("", PRODUCT, None),
        ("..", PRODUCT, None),
    ],
)
def test_a_relative_address_is_read_as_on_its_page(said: str, shown_on: str, link: str | None) -> None:
    found = rooted(said, shown_on)
    assert (found and found.link) == link
    assert found is None or found.back(found.link) == said


GID, NAME = "gid://shopify/ProductVariant/12345678", "shopsync:variants/lamp/Size/M"
HERE = "shopsync%3Avariants%2Flamp%2FSize%2FM"


@pytest.mark.parametrize(
    ("text", "portable", "without"),
    [
        ("<a href='../products/lamp?a=b&amp;variant={}#x'>", None, "<a href='../products/lamp?a=b#x'>"),
        ("<a href=products/lamp?variant={}>", None, "<a href=products/lamp>"),
        ("<a href='?variant={}'>", None, "<a href=''>"),
        (
            "<a href='../cart/add?items[0][id]={0}&amp;x&#38;items[1][id]={0}&z'>",
            None,
            None,
        ),
        ("<form action='../../cart/{}:2,9:1'>", None, "<form action='../../cart/9:1'>"),
        ("<b style='background: url(../cdn/shop/products/a.png)'>", "../cdn/shop/files/a.png", None),
        ("<style>b{{background: url(../cdn/shop/products/a.png)}}</style>", "../cdn/shop/files/a.png", None),
        ("<b data-url='../products/lamp?variant={}'>", None, None),
        ("<b data-x='products/lamp?variant=12345678' title='../products/lamp?variant=12345678'>", "", None),
        ("../products/lamp?variant=12345678 <b>", "", None),
        ("<a href='../products/lamp?x=shopsync%3Ay'>", "shopsync:verbatim:../products/lamp", None),
    ],
)
def test_only_ids_change_and_only_where_addresses_stand(text: str, portable: str | None, without: str | None) -> None:
    walk = links.on(page("products"))
    there = text.format("12345678")

    def leaving(said: str) -> str:
        if "shopsync%3Ay" in said:
            return f"shopsync:verbatim:{said}"
        return NAME if said == GID else said.replace("/cdn/shop/products/", "/cdn/shop/files/")

    left = walk(there, leaving)
    assert left == there if portable == "" else (portable or HERE) in left
    assert walk(left, lambda said: GID if said == NAME else said.removeprefix("shopsync:verbatim:")) == (
        there.replace("/cdn/shop/products/", "/cdn/shop/files/")
    )
    assert without is None or walk(left, lambda said: None if said == NAME else said) == without
    assert [place.target.key for place in links.places("x", walk, left) if not place.link] == [
        ("lamp", "Size", "M")
    ] * left.count(HERE)


_PAGE = "mutation P($page: PageCreateInput!) { pageCreate(page: $page) { page { id } userErrors { message } } }"
_TEXT = """{ productByIdentifier(identifier: {handle: "main"}) {
  descriptionHtml rich: metafield(key: "custom.rich") { value } } }"""
_BULB = '{ productByIdentifier(identifier: {handle: "lamp"}) { variants(first: 9) { nodes { id title } } } }'


def _rich(url: str) -> str:
    link = {"type": "link", "url": url, "children": [{"type": "text", "value": "x"}]}
    return json.dumps({"type": "root", "children": [{"type": "paragraph", "children": [link]}]})


def _source(sandbox: Sandbox) -> tuple[Builder, str]:
    """A store whose product links to others in every relative way, and the number of the variant that it names."""
    source = Builder(sandbox)
    lamp = source.variants(source.product("lamp", {"Size": ["S", "M"]}))[1].rsplit("/", 1)[1]
    source.product("unseen", {"Size": ["S"]})
    for handle in ("guide", "other"):
        source.ask(_PAGE, page={"title": handle, "handle": handle, "body": "<a href='./other'>x</a>"})
    text = (
        f'<a href="../pages/guide">a</a> <a href="products/lamp?variant={lamp}">b</a> <a href="../products/none">c</a>'
    )
    main = source.product("main", {"Size": ["S"]}, descriptionHtml=text)
    source.metafield(main, "custom.rich", "rich_text_field", _rich(f"../products/lamp?variant={lamp}"))
    return source, lamp


def _made(desk: Desk, resource: str) -> set[str]:
    return {own.key[0] for own in desk.ledger.select(Where(resource=resource), limit=99)}


def test_what_relative_links_name_comes_along_and_lands(sandbox: Sandbox, tmp_path: Path) -> None:
    source, lamp = _source(sandbox)
    target = Builder(sandbox, "plain", products=3)
    alone = archive_of(sandbox, source.shop, tmp_path, records=[["products", ["main"]]], closure=True)
    first, _ = import_(sandbox, target.shop, alone, tmp_path)
    assert total(first, "outcome:failed") == 0
    arrived = target.ask(_TEXT)["productByIdentifier"]
    (number,) = [
        node["id"].rsplit("/", 1)[1]
        for node in target.ask(_BULB)["productByIdentifier"]["variants"]["nodes"]
        if node["title"] == "M"
    ]
    assert number != lamp
    before = source.ask(_TEXT)["productByIdentifier"]
    assert arrived["descriptionHtml"] == before["descriptionHtml"].replace(lamp, number)
    assert f"../products/lamp?variant={number}" in arrived["rich"]["value"]
    assert _made(first, "pages") == {"guide", "other"}
    assert _made(first, "products") == {"main", "lamp"}
    own = row(first, "products", "main")
    assert own.detail == "descriptionHtml: links to shopsync:products/none, which the target store does not have."
    again, _ = import_(sandbox, target.shop, alone, tmp_path)
    assert again.client.writes == 0
