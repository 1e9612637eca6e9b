"""Links leave a store as words and arrive as the other store's own; texts around them stay byte for byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import Sandbox, archive_of, checksums, export, import_, total
from transfer import json_text, links, paths
from transfer.references import Target
from transfer.storefront import Storefront, external_host


def _store(name: str, number: int, *more: str) -> Storefront:
    hosts = [f"www.{name}.example", *more]
    return Storefront.of(
        {
            "id": f"gid://shopify/Shop/{number}",
            "myshopifyDomain": f"{name}.myshopify.com",
            "primaryDomain": {"host": hosts[0]},
            "domains": [{"host": host} for host in hosts],
        }
    )


HERE = _store("here", 68973407517, "here.example", "bücher.example")
THERE = _store("there", 1234567)
CDN = "https://cdn.shopify.com/s/files/1/0689/7340/7517"


@pytest.mark.parametrize(
    ("link", "portable", "there"),
    [
        ("https://www.here.example/products/a?b=1#c", "shopsync:https://store/products/a?b=1#c", None),
        ("HTTPS://WWW.Here.Example:443", "shopsync:https://store", "https://www.there.example"),
        ("http://here.example/x/", "shopsync:http://store/x/", "http://www.there.example/x/"),
        ("//here.myshopify.com?q", "shopsync://store?q", "//www.there.example?q"),
        ("https://xn--bcher-kva.example/a", "shopsync:https://store/a", "https://www.there.example/a"),
        (f"{CDN}/files/a_2x.jpg?v=1", "shopsync:https://cdn/files/a_2x.jpg?v=1", None),
        (f"{CDN}/products/a.jpg", "shopsync:https://cdn/files/a.jpg", None),
        ("shopsync:https://store/x", "shopsync:verbatim:shopsync:https://store/x", "shopsync:https://store/x"),
        ("shopsync:verbatim:x", "shopsync:verbatim:shopsync:verbatim:x", "shopsync:verbatim:x"),
        ("/p?variant=shopsync%3Ax", "shopsync:verbatim:/p?variant=shopsync%3Ax", "/p?variant=shopsync%3Ax"),
        ("/cdn/shop/products/a.jpg?v=1", "/cdn/shop/files/a.jpg?v=1", "/cdn/shop/files/a.jpg?v=1"),
        ("//here.example/cdn/shop/products/a.jpg", "shopsync://store/cdn/shop/files/a.jpg", None),
        ("https://here.example/administration", "shopsync:https://store/administration", None),
    ],
)
def test_own_addresses_become_the_other_stores(link: str, portable: str, there: str | None) -> None:
    assert HERE.portable(link) == portable
    arrived = THERE.local(portable)
    if there is not None:
        assert arrived == there
    assert THERE.portable(arrived) == portable


@pytest.mark.parametrize(
    "link",
    [
        "https://www.here.example.evil.example/",
        "https://user@www.here.example/",
        "https://www.here.example:8443/",
        "https://nothere.example/products/a",
        f"{CDN}/t/3/assets/theme.css",
        "https://cdn.shopify.com/s/files/1/0689/7340/7518/files/a.jpg",
        "/products/a",
        "///products/a",
        "/cdn/shop/products/x/a.jpg",
        "https://here.example/cdn/shop/t/3/assets/theme.css",
        "https://here.example/cdn/shop/videos/c/vp/a/a.mp4?v=0",
    ],
)
def test_other_addresses_stay(link: str) -> None:
    assert HERE.portable(link) == link
    assert HERE.local(link) == link


def test_a_foreign_host_is_named_without_its_password() -> None:
    assert external_host("https://me:secret@Evil.example:80/x") == "evil.example"
    assert external_host("https://<b>/x") == "(unreadable)"
    assert external_host("/x") is None


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("/products/Blue-Shirt?variant=1#x", [("products", "blue-shirt")]),
        ("/en-de/products/a/", [("products", "a")]),
        ("/fr/pages/b", [("pages", "b")]),
        ("/collections/c/products/p", [("collections", "c"), ("products", "p")]),
        ("/collections/all/products/p.json", [("products", "p")]),
        ("/collections/c/some-tag", [("collections", "c")]),
        ("/collections/all", []),
        ("/policies/refund-policy", [("shop_policies", "REFUND_POLICY")]),
        ("/pages/team/Anna", [("entry_pages", "team", "anna")]),
        ("/pages/team/anna/more", []),
        ("/cart/1:2", []),
        ("/blogs/news", [("blogs", "news")]),
        ("/blogs/news/first#comments", [("blogs", "news"), ("articles", "news", "first")]),
        ("/blogs/news/tagged/x", [("blogs", "news")]),
        ("/products/caf%C3%A9", [("products", "café")]),
        ("shopsync://store/products/a", [("products", "a")]),
        ("shopsync:https://cdn/files/a_600x.png?v=1", [("files", "image", "a.png")]),
        ("/cdn/shop/files/a_100x100_crop_center@2x.jpg", [("files", "image", "a.jpg")]),
        ("//x", []),
        ("/cdn/shop/files/guide.pdf?v=1", [("files", "file", "guide.pdf")]),
        ("https://other.example/products/a", []),
        ("//other.example/products/a", []),
        ("shopsync:verbatim:shopsync://store/products/a", []),
        ("/products", []),
        ("/apps/reviews", []),
        ("/", []),
    ],
)
def test_a_path_names_records(link: str, found: list[tuple[str, ...]]) -> None:
    assert list(paths.named(link)) == [Target(kind, tuple(key)) for kind, *key in found]


VARIANTS = {
    "gid://shopify/ProductVariant/1": "shopsync:variants/a/Size/50%2F50/Färbung/x y",
    "gid://shopify/ProductVariant/2": "shopsync:variants/b/Size/M",
}
ONE, TWO = "shopsync%3Avariants%2Fa%2FSize%2F50%252F50%2FF%C3%A4rbung%2Fx%20y", "shopsync%3Avariants%2Fb%2FSize%2FM"


@pytest.mark.parametrize(
    ("link", "portable", "without_two"),
    [
        ("/products/a?variant=1", f"/products/a?variant={ONE}", None),
        ("/products/a?b=variant&variant=2#c", f"/products/a?b=variant&variant={TWO}#c", "/products/a?b=variant#c"),
        ("/products/a?variant=2", f"/products/a?variant={TWO}", "/products/a"),
        ("/en-de/products/a/?variant=1&variant=2", f"/en-de/products/a/?variant={ONE}&variant={TWO}", None),
        ("/collections/c/products/a.json?variant=1", f"/collections/c/products/a.json?variant={ONE}", None),
        ("https://here.example/products/a?variant=1", f"shopsync:https://store/products/a?variant={ONE}", None),
        ("/cart/1:2,2:10?x=1", f"/cart/{ONE}:2,{TWO}:10?x=1", "/cart/1:2?x=1"),
        ("/de/cart/2:1#a", f"/de/cart/{TWO}:1#a", "/de/cart#a"),
        ("/products/a?variant=", "/products/a?variant=", None),
        ("/products/a?variant", "/products/a?variant", None),
        ("/products/a?variant=x", "/products/a?variant=x", None),
        ("/products/a?variants=1", "/products/a?variants=1", None),
        ("/products?variant=1", "/products?variant=1", None),
        ("/pages/a?variant=1", "/pages/a?variant=1", None),
        ("/cart/add?id=1&quantity=2", f"/cart/add?id={ONE}&quantity=2", None),
        ("/cart/add?id=2&quantity=2", f"/cart/add?id={TWO}&quantity=2", "/cart/add?quantity=2"),
        (
            "/fr/cart/add.js?items[0][id]=1&items%5B%5D%5Bid%5D=2&items[0][quantity]=1",
            f"/fr/cart/add.js?items[0][id]={ONE}&items%5B%5D%5Bid%5D={TWO}&items[0][quantity]=1",
            "/fr/cart/add.js?items[0][id]=1&items[0][quantity]=1",
        ),
        (
            "/cart/update?updates[1]=3&updates%5B2%5D=0",
            f"/cart/update?updates[{ONE}]=3&updates%5B{TWO}%5D=0",
            "/cart/update?updates[1]=3",
        ),
        ("/cart/change?id=1:0a1b&quantity=0", "/cart/change?id=1:0a1b&quantity=0", None),
        ("/cart/clear?id=1", "/cart/clear?id=1", None),
        ("/products/a#?variant=1", "/products/a#?variant=1", None),
        ("https://else.example/products/a?variant=1", "https://else.example/products/a?variant=1", None),
    ],
)
def test_variants_stand_by_their_options(link: str, portable: str, without_two: str | None) -> None:
    def leaving(text: str) -> str | None:
        return VARIANTS.get(text, HERE.portable(text)) if links.is_link(text) or text in VARIANTS else text

    gids = {name: gid for gid, name in VARIANTS.items()}
    assert links.in_url(link, leaving) == portable
    arrived = links.in_url(portable, lambda text: gids.get(text) or THERE.local(text))
    assert arrived == link.replace("here.example", "www.there.example")
    assert links.in_url(portable, lambda text: text) == portable
    two = VARIANTS["gid://shopify/ProductVariant/2"]
    left = links.in_url(portable, lambda text: None if text == two else gids.get(text, text))
    assert without_two is None or left == without_two
    found = [place.target.resource for place in links.places("x", links.in_url, portable) if not place.link]
    assert len(found) == portable.count("shopsync%3A")


def _to(text: str) -> str:
    return links.in_html(text, HERE.portable)


@pytest.mark.parametrize(
    ("text", "portable"),
    [
        (
            '<a href="https://www.here.example/x?a=1&amp;b=&eacute;">y</a>',
            '<a href="shopsync:https://store/x?a=1&amp;b=&eacute;">y</a>',
        ),
        (
            "<a href='//here.example/?a=1&amp;b=shopsync%3Ax&#38;c&y'>",
            "<a href='shopsync:verbatim://here.example/?a=1&amp;b=shopsync%3Ax&#38;c&y'>",
        ),
        ("<a href=https&#58;//www.here.example/x&amp;>", "<a href=shopsync:https://store/x&amp;>"),
        ("https://www.here.example/ <b title='https://www.here.example/'>", None),
        ("<a href=\"javascript:open('https://www.here.example')\">", None),
        ("<a href='mailto:a@www.here.example'>", None),
        ("<a href='/products/a?x=&quot;'>", None),
        ("<a href='shopsync:x'>", "<a href='shopsync:verbatim:shopsync:x'>"),
        (
            '<b style="a:b;background: URL( &quot;https://here.example/x&quot; ) , url(//here.example/y)">',
            '<b style="a:b;background: URL( &quot;shopsync:https://store/x&quot; ) , url(shopsync://store/y)">',
        ),
        (
            "<style>a{b:url('//here.example/x?a&amp;b')}</style>",
            "<style>a{b:url('shopsync://store/x?a&amp;b')}</style>",
        ),
        ("<style>/* https://here.example/ */</style><b style='content:\"https://here.example/\"'>", None),
        ("<b data-x=https://here.example/y>", "<b data-x=shopsync:https://store/y>"),
        ("<b data-x='see https://here.example/y' data-y='https://here.example/ is it' aria-x='//here.example'>", None),
        ("<b data-BgSet='//here.example/x 1x'>", "<b data-BgSet='shopsync://store/x 1x'>"),
        ("<source srcset='//here.example/x.mp4'>", "<source srcset='shopsync://store/x.mp4'>"),
        (f"<img srcset='{CDN}/files/a.png 1x, /b 2x'>", "<img srcset='shopsync:https://cdn/files/a.png 1x, /b 2x'>"),
    ],
)
def test_html_changes_where_links_stand_and_nowhere_else(text: str, portable: str | None) -> None:
    assert _to(text) == (text if portable is None else portable)


# -- properties --------------------------------------------------------------------------------------------------

_REST = st.text(st.sampled_from("abcXYZ019-_./?=#%+~ü日"), max_size=12)
_HOME = st.sampled_from(
    ["https://www.here.example", "//www.here.example", "http://www.here.example", f"{CDN}/files", "", "shopsync:"]
)
_OTHER = st.sampled_from(["https://else.example", "mailto:x@y", "tel:1", "//here.evil", "#", "javascript:x"])
_LINK = st.tuples(st.one_of(_HOME, _OTHER), _REST).map(lambda pair: f"{pair[0]}/{pair[1]}")
_NOISE = st.text(st.sampled_from("<>/!-='\" ahref\n&;#x"), max_size=12)
_HTML = st.lists(
    st.one_of(
        _NOISE,
        _LINK,
        _LINK.map(lambda link: f'<a href="{link.replace("&", "&amp;")}">'),
        _LINK.map("<img src={} >".format),
    )
).map("".join)


@given(_HTML)
def test_there_and_back_again_is_the_same_text(text: str) -> None:
    assert links.in_html(_to(text), HERE.local) == text


@given(_HTML)
def test_what_arrives_is_exported_as_the_same(text: str) -> None:
    portable = _to(text)
    assert links.in_html(links.in_html(portable, THERE.local), THERE.portable) == portable


@given(st.text())
def test_texts_without_tags_are_untouched(text: str) -> None:
    plain = text.replace("<", "")
    assert _to(plain + " https://www.here.example/") == plain + " https://www.here.example/"


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), _LINK),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["url", "value", 'u"rl', "type"]), inner, max_size=3),
    ),
)


@given(_JSON, st.sampled_from([None, 1]))
def test_json_keeps_its_shape(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    portable = links.in_json_urls(text, HERE.portable)
    assert json.loads(links.in_json_urls(portable, HERE.local)) == value
    if "url" not in text:
        assert portable == text


KNOWN = {
    "gid://shopify/Product/1": "shopsync:products/shirt",
    "gid://shopify/Order/2": "shopsync:unknown/Order/2",
    "gid://shopify/Product/3": "shopsync:unknown/Product/3",
}


def _out(text: str) -> str:
    return links.in_free_json(text, lambda said: KNOWN.get(said, HERE.portable(said)))


def _in(text: str) -> str:
    """Into a store that has the shirt, and not what the source could not name."""
    gids = {name: gid if name == KNOWN["gid://shopify/Product/1"] else None for gid, name in KNOWN.items()}
    return links.in_free_json(text, lambda said: gids[said] if said in gids else THERE.local(said))


def _refers_to(text: str) -> list[Target]:
    return [place.target for place in links.places("x", links.in_free_json, text) if not place.link]


def test_free_json_refers_by_whole_strings_only() -> None:
    text = (
        '{ "a": "gid:\\/\\/shopify/Product/1", "b":["see gid://shopify/Product/1", "gid://shopify/Order/2"], '
        '"c":"shopsync:x", "d": "gid://shopify/Product/3"}'
    )
    portable = _out(text)
    assert portable == (
        '{ "a": "shopsync:products/shirt", "b":["see gid://shopify/Product/1", "gid://shopify/Order/2"], '
        '"c":"shopsync:verbatim:shopsync:x", "d": "shopsync:unknown/Product/3"}'
    )
    assert _refers_to(portable) == [Target("products", ("shirt",)), Target("unknown", ("Product", "3"))]
    assert json.loads(_in(portable))["d"] is None


def test_a_name_in_json_is_a_reference_as_well() -> None:
    text = '{"gid://shopify/Product/3": {"x": [1, {}]} , "gid://shopify/Product/1":1.50,"gid://shopify/Order/2":2}'
    portable = _out(text)
    assert portable == (
        '{"shopsync:unknown/Product/3": {"x": [1, {}]} , "shopsync:products/shirt":1.50,"gid://shopify/Order/2":2}'
    )
    assert _refers_to(portable) == [Target("unknown", ("Product", "3")), Target("products", ("shirt",))]
    assert _in(portable) == '{"gid://shopify/Product/1":1.50,"gid://shopify/Order/2":2}'
    for literal in ("shopsync:products/shirt", "shopsync:unknown/Order/2", "shopsync:", "shopsync:verbatim:x"):
        assert _in(_out(f'{{"{literal}": "{literal}"}}')) == f'{{"{literal}": "{literal}"}}'


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('{"no":1}', "{}"),
        ('{ "a" : 1 , "no" : [{}] }', '{ "a" : 1 }'),
        ('{"no":1,"no2":2,"a":"x"}', '{"a":"x"}'),
        ('[{"no":{"no":"no"}}, {"a":"x","no":1,"no2":2}]', '[{}, {"a":"x"}]'),
        ('{"a":\n1,\n"no":2}', '{"a":\n1}'),
        ('{"a":"no"}', '{"a":"no"}'),
    ],
)
def test_a_member_goes_with_its_name(text: str, left: str) -> None:
    arrived = json_text.replaced(text, lambda _, said: said, lambda name: None if name.startswith("no") else name)
    assert arrived == left


@pytest.mark.parametrize(
    ("said", "portable", "arrived"),
    [
        ("gid://shopify/Product/1?a=b:c", "shopsync:asked:a%3Db%3Ac:shopsync:products/shirt", None),
        ("gid://shopify/Product/3?a", "shopsync:asked:a:shopsync:unknown/Product/3", "null"),
        ("gid://shopify/Order/2?a=1", "gid://shopify/Order/2?a=1", None),
        (
            "gid://shopify/InventoryLevel/1?inventory_item_id=2",
            "gid://shopify/InventoryLevel/1?inventory_item_id=2",
            None,
        ),
        (
            "shopsync:asked:a:shopsync:products/shirt",
            "shopsync:verbatim:shopsync:asked:a:shopsync:products/shirt",
            None,
        ),
    ],
)
def test_what_a_gid_asks_for_goes_with_it(said: str, portable: str, arrived: str | None) -> None:
    assert json.loads(_out(json.dumps(said))) == portable
    assert _in(_out(json.dumps(said))) == (arrived or json.dumps(said))


def test_an_address_in_json_is_a_link_where_it_is_the_whole_string() -> None:
    strings = ["https://here.example/products/a?b=1", "see https://here.example/", "/products/a?variant=1", "/ a"]
    text = json.dumps(strings)
    portable = links.in_free_json(text, lambda said: VARIANTS.get(said, HERE.portable(said)))
    assert json.loads(portable) == [
        "shopsync:https://store/products/a?b=1",
        "see https://here.example/",
        f"/products/a?variant={ONE}",
        "/ a",
    ]
    found = [place.target.resource for place in links.places("x", links.in_free_json, portable)]
    assert found == ["products", "products", "variants"]


@pytest.mark.parametrize("name", ["data-gid", "href", "value", "id"])
def test_an_attribute_that_is_a_gid_is_a_reference(name: str) -> None:
    text = f"<b {name}='gid://shopify/Product/1'><b {name}=gid://shopify/Product/3><b {name}='gid://shopify/Order/2'>"
    portable = links.in_html(text, lambda said: KNOWN.get(said, HERE.portable(said)))
    assert portable == (
        f"<b {name}='shopsync:products/shirt'><b {name}=shopsync:unknown/Product/3><b {name}='gid://shopify/Order/2'>"
    )
    gids = {"shopsync:products/shirt": "gid://shopify/Product/7", "shopsync:unknown/Product/3": None}
    arrived = links.in_html(portable, lambda said: gids[said] if said in gids else THERE.local(said))
    assert arrived == f"<b {name}='gid://shopify/Product/7'><b {name}=><b {name}='gid://shopify/Order/2'>"
    assert [place.target.resource for place in links.places("x", links.in_html, portable)] == ["products", "unknown"]


@pytest.mark.parametrize("text", ["", "{", '"' * 50_001, '{"url": "https://www.here.example/', "[" * 5000])
def test_what_is_no_json_stays(text: str) -> None:
    assert links.in_json_urls(text, HERE.portable) == text


# -- whole stores ------------------------------------------------------------------------------------------------


def _texts(sandbox: Sandbox, shop: str) -> dict[str, Any]:
    nodes = sandbox.graphql(shop, TEXTS)["products"]["nodes"]
    return {node["handle"]: node for node in nodes}


TEXTS = """query Texts { products(first: 20) { nodes { handle descriptionHtml
  guide: metafield(namespace: "custom", key: "guide") { value }
  more: metafield(namespace: "custom", key: "more") { value }
  layout: metafield(namespace: "custom", key: "layout") { value }
} } }"""


def test_links_of_a_store_lead_to_the_other_one(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("boutique", products=9), sandbox.shop()
    desk, past = export(sandbox, source, tmp_path)
    with desk.storage.read(past["assemble"]["archive"]) as file:
        archive = file.read()
    first, checked = import_(sandbox, target, archive, tmp_path)
    assert total(first, "outcome:failed") == 0
    assert checked["check"]["manifest"]["externalLinks"] == past["resolve"]["external"]
    assert past["resolve"]["external"]["example.com"] > 0
    before, after = _texts(sandbox, source), _texts(sandbox, target)
    name = source.removesuffix(".myshopify.com")
    for handle, node in before.items():
        told = json.dumps(after[handle])
        assert f'href=\\"https://www.{name}' not in told
        assert f'href=\\"//{source}' not in told
        for key in ("guide", "more"):
            assert (node[key] is None) == (after[handle][key] is None)
            assert node[key] is None or target in after[handle][key]["value"]
    layout = next(json.loads(node["layout"]["value"]) for node in after.values() if node["layout"])
    hero = sandbox.graphql(target, "query Hero($id: ID!) { product(id: $id) { handle } }", id=layout["hero"])
    assert hero["product"]["handle"] in before
    assert layout["also"][1] == "gid://shopify/TaxonomyCategory/aa-1-13"
    assert layout["é"] == "shopsync:x"
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0
    _, copied = export(sandbox, target, tmp_path)
    assert checksums(copied) == checksums(past)
    assert copied["resolve"]["external"] == past["resolve"]["external"]


def test_a_link_that_leads_nowhere_is_written_and_named(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("plain", products=1), sandbox.shop()
    html = f'<a href="https://{source}/products/nowhere">x</a>'
    created = sandbox.graphql(
        source, CREATE, product={"title": "Signpost", "handle": "signpost", "descriptionHtml": html}
    )
    assert not created["productCreate"]["userErrors"]
    archive = archive_of(sandbox, source, tmp_path)
    desk, _ = import_(sandbox, target, archive, tmp_path)
    row = desk.ledger.get("products", [("signpost",)])[("signpost",)]
    assert row.verified
    assert row.lost == ("descriptionHtml",)
    assert row.detail == ("descriptionHtml: links to shopsync:products/nowhere, which the target store does not have.")
    assert _texts(sandbox, target)["signpost"]["descriptionHtml"] == html.replace(source, target)


CREATE = """mutation Create($product: ProductCreateInput!) {
  productCreate(product: $product) { userErrors { message } }
}"""


def test_json_that_names_what_did_not_come_says_null(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("boutique", products=9), sandbox.shop()
    layouts = {handle: node["layout"] for handle, node in _texts(sandbox, source).items() if node["layout"]}
    owner, hero = next((handle, json.loads(layout["value"])["hero"]) for handle, layout in layouts.items())
    gone = sandbox.graphql(source, "query Hero($id: ID!) { product(id: $id) { handle } }", id=hero)["product"]["handle"]
    archive = archive_of(sandbox, source, tmp_path)
    desk, _ = import_(sandbox, target, archive, tmp_path, excluded={"records": [["products", [gone]]]})
    key = (owner, "custom", "layout")
    row = desk.ledger.get("product_metafields", [key])[key]
    assert row.verified
    assert row.lost == ("value",)
    assert f"shopsync:products/{gone}" in row.detail
    assert json.loads(_texts(sandbox, target)[owner]["layout"]["value"])["hero"] is None


def test_an_id_in_json_that_the_source_cannot_name_reaches_no_other_store(sandbox: Sandbox, tmp_path: Path) -> None:
    """In the target the same number may be another product's."""
    source, target = sandbox.shop("boutique", products=2), sandbox.shop()
    found = sandbox.graphql(source, "{ products(first: 1) { nodes { id handle } } }")["products"]["nodes"][0]
    gone, order = "gid://shopify/Product/999999999", "gid://shopify/Order/1"
    value = json.dumps({"hero": gone, "order": order})
    wanted = {"ownerId": found["id"], "namespace": "custom", "key": "layout", "type": "json", "value": value}
    assert not sandbox.graphql(source, SET, metafields=[wanted])["metafieldsSet"]["userErrors"]
    _, past = export(sandbox, source, tmp_path)
    archive = archive_of(sandbox, source, tmp_path)
    desk, _ = import_(sandbox, target, archive, tmp_path)
    key = (found["handle"], "custom", "layout")
    row = desk.ledger.get("product_metafields", [key])[key]
    assert (row.verified, row.lost) == (True, ("value",))
    assert "value: points at Product 999999999, which the source store no longer had" in row.detail
    assert "value: names the source store in a text, which stays as it is: gid://shopify/Order/1." in row.detail
    arrived = _texts(sandbox, target)[found["handle"]]["layout"]["value"]
    assert json.loads(arrived) == {"hero": None, "order": order}
    found = {"count": 1, "examples": [f"{found['handle']}/custom/layout: value: Product 999999999"]}
    assert past["resolve"]["deleted"] == {"product_metafields": found}
    assert past["resolve"]["dangling"] == 1  # the order
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0


SET = """mutation Set($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) { userErrors { message } }
}"""
