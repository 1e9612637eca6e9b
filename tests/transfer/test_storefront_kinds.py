"""Blogs, articles, menus, redirects and policies on their way into another store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support import Sandbox, archive_of, import_, total
from transfer.outcomes import Outcome, Reason

MENUS = """{ menus(first: 10) { nodes { id handle title items { title type url resourceId
  items { title type items { title type url } } } } } }"""
SET_MENU = """mutation M($id: ID!, $items: [MenuItemUpdateInput!]!) {
  menuUpdate(id: $id, title: "Mine", items: $items) { userErrors { message } } }"""
ARTICLES = """{ articles(first: 50) { nodes { id handle title isPublished publishedAt author { name } tags summary body
  image { url altText } blog { handle } } } }"""
CHANGE = """mutation A($id: ID!, $article: ArticleUpdateInput!) {
  articleUpdate(id: $id, article: $article) { userErrors { message } } }"""
REDIRECTS = "{ urlRedirects(first: 50) { nodes { path target } } }"
NAVIGATION = ["menus", "url_redirects"]


@pytest.fixture(scope="module")
def full(sandbox: Sandbox) -> str:
    return sandbox.shop("boutique", products=4)


@pytest.fixture
def archive(sandbox: Sandbox, full: str, tmp_path: Path) -> bytes:
    return archive_of(sandbox, full, tmp_path)


def menus(sandbox: Sandbox, shop: str) -> dict[str, Any]:
    return {node["handle"]: node for node in sandbox.graphql(shop, MENUS)["menus"]["nodes"]}


def articles(sandbox: Sandbox, shop: str) -> dict[tuple[str, str], dict[str, Any]]:
    nodes = sandbox.graphql(shop, ARTICLES)["articles"]["nodes"]
    return {(node["blog"]["handle"], node["handle"]): node for node in nodes}


def test_articles_arrive_with_author_image_and_schedule(
    sandbox: Sandbox, full: str, archive: bytes, tmp_path: Path
) -> None:
    target = sandbox.shop()
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert total(desk, "outcome:failed") == 0
    here, there = articles(sandbox, full), articles(sandbox, target)
    assert here.keys() == there.keys() and len(here) == 12
    for key, node in here.items():
        for name in ("title", "isPublished", "publishedAt", "author", "tags", "summary", "body"):
            assert there[key][name] == node[name]
    assert there["news", "article-3"]["image"]["altText"] == here["news", "article-3"]["image"]["altText"]
    assert "picture%203.png" in there["news", "article-3"]["image"]["url"]


def test_only_what_differs_of_an_article_is_written(sandbox: Sandbox, archive: bytes, tmp_path: Path) -> None:
    target = sandbox.shop("boutique", products=4)
    own = articles(sandbox, target)
    changed = {"title": "Other", "tags": ["mine"], "author": {"name": "Nobody"}}
    sandbox.graphql(target, CHANGE, id=own["news", "article-1"]["id"], article=changed)
    image = {"image": {"url": "https://pictures.example/another.png"}}
    sandbox.graphql(target, CHANGE, id=own["news", "article-3"]["id"], article=image)
    same_name = {"image": {"url": "https://elsewhere.example/picture 5.png"}}
    sandbox.graphql(target, CHANGE, id=own["news", "article-5"]["id"], article=same_name)
    desk, _ = import_(sandbox, target, archive, tmp_path)
    rows = desk.ledger.get("articles", [("news", f"article-{number}") for number in (1, 3, 5)])
    assert {key[1]: (row.outcome, row.changed, row.verified) for key, row in rows.items()} == {
        "article-1": (Outcome.UPDATED, ("author", "tags", "title"), True),
        "article-3": (Outcome.UPDATED, ("image.name", "image.thumbhash"), True),
        "article-5": (Outcome.UPDATED, ("image.thumbhash",), True),
    }


def test_menus_lead_where_they_led_and_the_two_of_every_store_are_updated(
    sandbox: Sandbox, full: str, archive: bytes, tmp_path: Path
) -> None:
    target = sandbox.shop()
    desk, _ = import_(sandbox, target, archive, tmp_path)
    here, there = menus(sandbox, full), menus(sandbox, target)
    assert there.keys() == {"main-menu", "footer", "sidebar"}
    assert desk.ledger.tally()["menus"]["outcome:updated"] == 2
    for handle, menu in here.items():
        assert [item["title"] for item in there[handle]["items"]] == [item["title"] for item in menu["items"]]
        assert [item["items"] for item in there[handle]["items"]] == [item["items"] for item in menu["items"]]
    shop = there["main-menu"]["items"][1]
    assert shop["url"] == f"https://{target}/collections/all", "an address in the store becomes one in the target"
    assert there["main-menu"]["items"][3]["url"] == "https://example.com/boutique?a=1"
    found = {node["path"]: node["target"] for node in sandbox.graphql(target, REDIRECTS)["urlRedirects"]["nodes"]}
    assert found["/shop"] == f"https://{target}/collections/all?a=b#c"
    assert found["/away"] == "https://example.com/?q=a%2Fb"


def test_an_item_whose_record_is_missing_stays_as_a_link_and_is_named(
    sandbox: Sandbox, full: str, tmp_path: Path
) -> None:
    archive = archive_of(sandbox, full, tmp_path, resources=NAVIGATION)
    target = sandbox.shop()
    desk, _ = import_(sandbox, target, archive, tmp_path)
    row = desk.ledger.get("menus", [("main-menu",)])[("main-menu",)]
    assert (row.outcome, row.reason, row.verified) == (Outcome.UPDATED, Reason.OUTSIDE_REFERENCE, True)
    assert "shopsync:blogs/news, which the target store does not have" in row.detail
    news = menus(sandbox, target)["main-menu"]["items"][2]
    assert (news["title"], news["type"], news["url"], news["resourceId"]) == ("News", "HTTP", "/blogs/news", None)
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0


def test_a_mirror_leaves_the_menus_of_every_store_and_blogs(sandbox: Sandbox, archive: bytes, tmp_path: Path) -> None:
    source = sandbox.shop()
    sandbox.graphql(source, 'mutation { blogCreate(blog: {title: "Mine"}) { userErrors { message } } }')
    desk, _ = import_(sandbox, source, archive, tmp_path, policy="mirror")
    assert total(desk, "outcome:failed") == 0
    assert desk.ledger.get("blogs", [("mine",)])[("mine",)].outcome is Outcome.LEFT


@pytest.mark.parametrize(
    "mutation,kind",
    [
        ("CreateBlog", "Blog"),
        ("CreateArticle", "Article"),
        ("CreateMenu", "Menu"),
        ("CreateUrlRedirect", "UrlRedirect"),
        ("UpdateShopPolicy", "ShopPolicy"),
    ],
)
def test_a_lost_answer_doubles_nothing(
    sandbox: Sandbox, full: str, archive: bytes, tmp_path: Path, mutation: str, kind: str
) -> None:
    target = sandbox.shop()
    sandbox.ask("/sandbox/config", {"search_lag_seconds": 3600})  # what was just made is not found by searching
    sandbox.faults({"kind": "lost_answer", "match": mutation, "shop": target, "times": 2})
    try:
        desk, _ = import_(sandbox, target, archive, tmp_path)
    finally:
        sandbox.ask("/sandbox/config", {"search_lag_seconds": 0})
    assert total(desk, "outcome:failed") == 0
    assert sandbox.stats(target)["objects"][kind] == sandbox.stats(full)["objects"][kind]
