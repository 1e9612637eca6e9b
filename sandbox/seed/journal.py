"""What a boutique writes and where it leads: blogs with articles, menus three levels deep, redirects, policies."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence

from ..resolvers import articles, blogs, menus, policies, redirects
from ..store import Node, Shop
from .tools import define_metafield, entry, honest, redefine, set_metafield
from .types import AWKWARD

TEXT = "single_line_text_field"
TITLES = ("A new season", "How linen is woven", "Visiting the workshop", "Thanks", "What we read", "A quiet colour")
POLICIES = {
    "REFUND_POLICY": '<p>Thirty days. <a href="/pages/returns">How to return</a>.</p>',
    "PRIVACY_POLICY": f"<p>We keep little. {AWKWARD.replace('<', '&lt;')}</p>",
    "TERMS_OF_SERVICE": "",
}


def plant(
    shop: Shop,
    chance: random.Random,
    products: Sequence[Node],
    pages: Sequence[Node],
    entries: Mapping[str, Sequence[Node]],
) -> None:
    news = _blog(shop, "News")
    behind = _blog(shop, "Behind the scenes", commentPolicy="CLOSED", templateSuffix="plain")
    written = _articles(shop, [news, behind])
    _refer(shop, chance, products, written, entries)
    for type_, body in POLICIES.items():
        honest(policies.put, shop, {"type": type_, "body": body})
    _menus(shop, products, pages, written, entries)
    for number in range(25):
        where = {"path": f"/old/{number}/naïve path", "target": f"/pages/{pages[number % len(pages)]['handle']}"}
        honest(redirects.put, shop, None, where)
    honest(redirects.put, shop, None, {"path": "/shop", "target": f"https://{shop.domain}/collections/all?a=b#c"})
    honest(redirects.put, shop, None, {"path": "/away", "target": "https://example.com/?q=a%2Fb"})


def _blog(shop: Shop, title: str, **more: object) -> Node:
    made: Node = honest(blogs.put, shop, None, {"title": title, **more})
    return made


def _articles(shop: Shop, homes: Sequence[Node]) -> list[Node]:
    """Both blogs have articles of the same handles; some are hidden, one is to come."""
    made = []
    for home in homes:
        for number, title in enumerate(TITLES):
            given: dict[str, object] = {
                "blogId": home["id"],
                "title": title if number != 2 else f"{title} {AWKWARD}",
                "handle": f"article-{number}",
                "body": f'<p>{title}. See <a href="/products/golden-00000">this</a>.</p>' if number else "",
                "summary": "<p>In short.</p>" if number % 2 else None,
                "author": {"name": ("Anna Holm", "Kaito Ōe")[number % 2]},
                "templateSuffix": "wide" if number == 1 else None,
                "tags": ["Season", f"No. {number}"][: number % 3],
                "isPublished": number not in (3, 4),
                "publishDate": f"2024-0{1 + number}-03T09:30:00Z" if number not in (3, 4) else None,
            }
            if number == 4:
                given["publishDate"] = "2075-01-01T00:00:00Z"
            if number % 2:
                source = f"https://pictures.example/{home['handle']}/picture {number}.png?v=1"
                given["image"] = {"url": source, "altText": AWKWARD if number == 3 else None}
            made.append(honest(articles.put, shop, None, given))
    return made


def _refer(
    shop: Shop,
    chance: random.Random,
    products: Sequence[Node],
    written: Sequence[Node],
    entries: Mapping[str, Sequence[Node]],
) -> None:
    """Products, blogs, articles and entries that name articles; some of these name the entries."""
    define_metafield(shop, "PRODUCT", "custom.told_in", "article_reference")
    define_metafield(shop, "BLOG", "custom.lead", "article_reference")
    define_metafield(shop, "ARTICLE", "custom.next", "list.article_reference")
    for number, node in enumerate(products[::5]):
        set_metafield(shop, node, "custom.told_in", written[number % len(written)]["id"])
    for number, node in enumerate(written):
        others = [written[number - 1]["id"], node["id"]]
        set_metafield(shop, node, "custom.next", json.dumps(others))
        set_metafield(shop, node, "global.title_tag", f"{node['title'][:30]} | Journal", TEXT)
        if entries["story"]:
            set_metafield(shop, node, "legacy.story", chance.choice(entries["story"])["id"], "mixed_reference")
    for node in shop.each("Blog"):
        set_metafield(shop, node, "custom.lead", written[0]["id"])
        set_metafield(shop, node, "global.description_tag", "What happens.", TEXT)
    story = shop.definition("story")
    assert story is not None
    redefine(shop, story, fieldDefinitions=[{"create": {"key": "articles", "type": "list.article_reference"}}])
    for number, node in enumerate(entries["story"][:20]):
        chosen = [one["id"] for one in chance.sample(written, 1 + number % 3)]
        entry(shop, "story", node["handle"], {"articles": json.dumps(chosen)})


def _menus(
    shop: Shop,
    products: Sequence[Node],
    pages: Sequence[Node],
    written: Sequence[Node],
    entries: Mapping[str, Sequence[Node]],
) -> None:
    def item(type_: str, node: Node, *inner: dict[str, object]) -> dict[str, object]:
        title = node.get("title") or node.get("handle")
        return {"title": title, "type": type_, "resourceId": node["id"], "items": list(inner)}

    refunds = shop.named("ShopPolicy", "REFUND_POLICY")
    news = shop.named("Blog", "news")
    assert refunds is not None and news is not None
    shelves = [item("COLLECTION", node) for node in shop.each("Collection")]
    goods = [item("PRODUCT", node) for node in products[:3]]
    main: list[dict[str, object]] = [
        {"title": "Home", "type": "FRONTPAGE", "url": "/"},
        {"title": "Shop", "type": "HTTP", "url": f"https://{shop.domain}/collections/all", "items": [
            {"title": "Collections", "type": "COLLECTIONS", "items": shelves}, item("PAGE", pages[2], *goods),
        ]},
        item("BLOG", news, item("ARTICLE", written[0]), item("ARTICLE", written[-1])),
        {"title": "Elsewhere", "type": "HTTP", "url": "https://example.com/boutique?a=1"},
    ]  # fmt: skip
    if shelves:
        main.append({**shelves[0], "title": f"Only blue {AWKWARD}", "tags": ["Blue"]})
    own = shop.named("Menu", "main-menu")
    honest(menus.put, shop, own, "Main menu", None, main)
    legal = [item("SHOP_POLICY", refunds), item("PAGE", pages[6]), item("METAOBJECT", entries["designer"][1])]
    honest(menus.put, shop, shop.named("Menu", "footer"), "Footer", None, legal)
    rusty = [{**shelf, "tags": ["Rust"]} for shelf in shelves[:1]]
    side = [{"title": "Search", "type": "SEARCH", "url": "/search"}, *rusty]
    honest(menus.put, shop, None, "Sidebar", "sidebar", side)
