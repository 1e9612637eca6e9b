"""Blogs, articles, menus, redirects and policies: the rules that a real store was seen to keep."""

from __future__ import annotations

from typing import Any

import pytest

from .core import Core

ERRORS = "userErrors { field message code }"
BLOG = f"mutation B($blog: BlogCreateInput!) {{ blogCreate(blog: $blog) {{ blog {{ id handle }} {ERRORS} }} }}"
CHANGE_BLOG = f"""mutation B($id: ID!, $blog: BlogUpdateInput!) {{
  blogUpdate(id: $id, blog: $blog) {{ blog {{ handle }} {ERRORS} }} }}"""
ARTICLE = f"""mutation A($article: ArticleCreateInput!, $blog: ArticleBlogInput) {{
  articleCreate(article: $article, blog: $blog) {{ article {{ id handle image {{ url }} }} {ERRORS} }} }}"""
MENU = f"""mutation M($title: String!, $handle: String!, $items: [MenuItemCreateInput!]!) {{
  menuCreate(title: $title, handle: $handle, items: $items) {{ menu {{ id }} {ERRORS} }} }}"""
CHANGE_MENU = f"""mutation M($id: ID!, $title: String!, $handle: String, $items: [MenuItemUpdateInput!]!) {{
  menuUpdate(id: $id, title: $title, handle: $handle, items: $items) {{ menu {{ items {{ id }} }} {ERRORS} }} }}"""
DELETE_MENU = f"mutation M($id: ID!) {{ menuDelete(id: $id) {{ deletedMenuId {ERRORS} }} }}"
MENUS = "query M($query: String) { menus(first: 10, query: $query) { nodes { id handle isDefault } } }"
REDIRECT = f"""mutation R($urlRedirect: UrlRedirectInput!) {{
  urlRedirectCreate(urlRedirect: $urlRedirect) {{ urlRedirect {{ path }} {ERRORS} }} }}"""
POLICY = f"""mutation P($shopPolicy: ShopPolicyInput!) {{
  shopPolicyUpdate(shopPolicy: $shopPolicy) {{ shopPolicy {{ id }} {ERRORS} }} }}"""


@pytest.fixture
def store() -> Core:
    return Core()


def blog(core: Core, title: str = "News", **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = core.data(BLOG, blog={"title": title, **more})["blogCreate"]["blog"]
    return made


def test_a_blogs_taken_handle_is_numbered_on_create_and_ignored_on_update(store: Core) -> None:
    assert [blog(store, handle="news")["handle"] for _ in range(2)] == ["news", "news-1"]
    other = blog(store, "Other")
    changed = store.data(CHANGE_BLOG, id=other["id"], blog={"handle": "news", "title": "x"})["blogUpdate"]
    assert (changed["userErrors"], changed["blog"]["handle"]) == ([], "other")
    assert store.refused(BLOG, blog={"title": ""}) == [(("blog", "title"), None)]


@pytest.mark.parametrize(
    "given,error",
    [
        ({}, (("article",), "AUTHOR_FIELD_REQUIRED")),
        ({"author": {"name": "A", "userId": "gid://shopify/StaffMember/1"}}, (("article",), "AMBIGUOUS_AUTHOR")),
        ({"author": {"userId": "gid://shopify/StaffMember/1"}}, (("article",), "AUTHOR_MUST_EXIST")),
        ({"author": {"name": "A"}, "handle": "x" * 266}, (("article", "handle"), "TOO_LONG")),
        ({"author": {"name": "A"}, "body": "x" * 1_048_577}, (("article", "body"), None)),
        (
            {"author": {"name": "A"}, "isPublished": True, "publishDate": "2100-01-01T00:00:00Z"},
            (("article",), "INVALID_PUBLISH_DATE"),
        ),
        ({"author": {"name": "A"}, "image": {"url": "ftp://x/y.png"}}, (("article", "image"), "UPLOAD_FAILED")),
    ],
)
def test_what_an_article_may_not_be(store: Core, given: dict[str, Any], error: tuple[Any, Any]) -> None:
    home = blog(store)["id"]
    given = {"title": "x", "blogId": home, **({"author": {}} | given)}
    assert store.refused(ARTICLE, article=given) == [error]


def test_an_articles_handle_is_unique_in_its_blog(store: Core) -> None:
    given = {"title": "First", "author": {"name": "A"}, "handle": "first"}
    first, second = blog(store), blog(store, "Other")
    for home in (first, second):
        assert store.refused(ARTICLE, article={**given, "blogId": home["id"]}) == []
    assert store.refused(ARTICLE, article={**given, "blogId": first["id"]}) == [(("article", "handle"), "TAKEN")]
    assert store.refused(ARTICLE, article=given) == [(("article",), "BLOG_REFERENCE_REQUIRED")]
    both = {**given, "blogId": first["id"]}
    assert store.refused(ARTICLE, article=both, blog={"title": "New"}) == [(("article",), "AMBIGUOUS_BLOG")]


def test_counting_the_articles_of_a_blog_costs_ten(store: Core) -> None:
    blog(store)
    answer = store.ask("{ blogs(first: 1) { nodes { articlesCount { count } } } }")
    assert answer["extensions"]["cost"]["requestedQueryCost"] == 2 + (1 + 10)


def test_every_shop_has_two_menus_that_stay(store: Core) -> None:
    found = store.data(MENUS, query="handle:footer")["menus"]["nodes"]
    assert [node["handle"] for node in found] == ["main-menu", "footer"], "a search for a handle finds everything"
    assert all(node["isDefault"] for node in found)
    gid = found[0]["id"]
    assert store.refused(DELETE_MENU, id=gid) == [(("id",), "UNABLE_TO_DELETE_DEFAULT_MENU")]
    assert store.refused(CHANGE_MENU, id=gid, title="x", handle="other", items=[]) == [(("handle",), None)]


def test_menus_are_three_levels_deep_and_their_items_get_new_ids(store: Core) -> None:
    def nested(depth: int) -> list[dict[str, Any]]:
        inner = {"items": nested(depth - 1)} if depth > 1 else {}
        return [{"title": "x", "type": "HTTP", "url": "/x", **inner}]

    assert store.refused(MENU, title="A", handle="a", items=nested(4)) == [(("items",), "NESTING_TOO_DEEP")]
    gid = store.data(MENU, title="A", handle="a", items=nested(3))["menuCreate"]["menu"]["id"]
    assert store.refused(MENU, title="A", handle="a", items=[]) == [(("handle",), None)]
    gone = [{"title": "x", "type": "PAGE", "resourceId": "gid://shopify/Page/1"}]
    assert store.refused(CHANGE_MENU, id=gid, title="A", items=gone) == [(("items",), "NOT_FOUND")]
    ids = [store.data(CHANGE_MENU, id=gid, title="A", items=nested(1))["menuUpdate"]["menu"]["items"] for _ in "ab"]
    assert ids[0] != ids[1]


def test_a_path_redirects_to_one_place(store: Core) -> None:
    made = store.data(REDIRECT, urlRedirect={"path": "old", "target": "/new"})["urlRedirectCreate"]
    assert made["urlRedirect"]["path"] == "/old"
    again = {"path": "/old", "target": "/other"}
    assert store.refused(REDIRECT, urlRedirect=again) == [(("urlRedirect", "path"), "CREATE_FAILED")]


def test_a_policy_is_written_over(store: Core) -> None:
    given = {"type": "REFUND_POLICY", "body": "one"}
    one, two = (store.data(POLICY, shopPolicy={**given, "body": text})["shopPolicyUpdate"] for text in ("a", ""))
    assert one["shopPolicy"] == two["shopPolicy"]
    assert store.refused(POLICY, shopPolicy={**given, "body": "x" * 524_289}) == [(("shopPolicy", "body"), "TOO_BIG")]
