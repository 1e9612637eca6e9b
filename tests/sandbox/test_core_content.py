"""Pages: handles, lengths, visibility, and what they cost."""

from __future__ import annotations

from typing import Any

import pytest

from .core import Core

ERRORS = "userErrors { field message code }"
PAGE = f"""mutation P($page: PageCreateInput!) {{
  pageCreate(page: $page) {{ page {{ id handle title isPublished publishedAt }} {ERRORS} }} }}"""
CHANGE_PAGE = f"""mutation P($id: ID!, $page: PageUpdateInput!) {{
  pageUpdate(id: $id, page: $page) {{ page {{ handle isPublished publishedAt }} {ERRORS} }} }}"""
FIND = "query F($query: String) { pages(first: 10, query: $query) { nodes { handle } } }"


@pytest.fixture
def store() -> Core:
    return Core()


def page(core: Core, **given: Any) -> dict[str, Any]:
    payload = core.data(PAGE, page={"title": "About", **given})["pageCreate"]
    assert payload["userErrors"] == []
    made: dict[str, Any] = payload["page"]
    return made


def test_a_derived_handle_gets_a_number_and_an_explicit_one_is_taken(store: Core) -> None:
    assert [page(store)["handle"] for _ in range(3)] == ["about", "about-1", "about-2"]
    assert store.refused(PAGE, page={"title": "x", "handle": "about"}) == [(("page", "handle"), "TAKEN")]
    other = page(store, title="Other")
    assert store.refused(CHANGE_PAGE, id=other["id"], page={"handle": "about"}) == [(("page", "handle"), "TAKEN")]


@pytest.mark.parametrize(
    "given,error",
    [
        ({"title": " "}, (("page", "title"), "BLANK")),
        ({"title": "x" * 256}, (("page", "title"), "TOO_LONG")),
        ({"title": "x", "handle": "x" * 256}, (("page", "handle"), "TOO_LONG")),
        ({"title": "x", "body": "é" * 262_144}, (("page", "body"), "TOO_BIG")),
        (
            {"title": "x", "isPublished": True, "publishDate": "2100-01-01T00:00:00Z"},
            (("page",), "INVALID_PUBLISH_DATE"),
        ),
    ],
)
def test_what_a_page_may_not_be(store: Core, given: dict[str, Any], error: tuple[Any, str]) -> None:
    assert store.refused(PAGE, page=given) == [error]


def test_a_page_is_visible_from_its_moment_on(store: Core) -> None:
    assert page(store)["isPublished"]
    hidden = page(store, isPublished=False)
    assert (hidden["isPublished"], hidden["publishedAt"]) == (False, None)
    coming = page(store, isPublished=False, publishDate="2027-01-20T00:00:00Z")
    assert (coming["isPublished"], coming["publishedAt"]) == (False, "2027-01-20T00:00:00Z")
    store.wait(6 * 86_400)
    assert store.data("query P($id: ID!) { page(id: $id) { isPublished } }", id=coming["id"])["page"]["isPublished"]
    shown = store.data(FIND, query="published_status:published")["pages"]["nodes"]
    assert [node["handle"] for node in shown] == ["about", "about-2"]


def test_pages_need_one_of_two_scopes(store: Core) -> None:
    store.scopes = frozenset({"read_products"})
    assert store.ask(FIND)["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    for scope in ("read_content", "read_online_store_pages"):
        store.scopes = frozenset({scope})
        assert store.data(FIND)["pages"]["nodes"] == []
    assert store.ask(PAGE, page={"title": "x"})["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


def test_the_count_costs_ten(store: Core) -> None:
    assert store.ask("{ pagesCount { count } }")["extensions"]["cost"]["requestedQueryCost"] == 10
