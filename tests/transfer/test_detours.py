"""Links that work although nothing goes by the name in their path: by a redirect, or by a translated handle."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.builder import Builder
from tests.meddle import row
from tests.support import Sandbox, archive_of, import_
from transfer.work import Desk

_PAGE = """mutation P($page: PageCreateInput!) {
  pageCreate(page: $page) { page { id } userErrors { message } } }"""
_REDIRECT = """mutation R($redirect: UrlRedirectInput!) {
  urlRedirectCreate(urlRedirect: $redirect) { urlRedirect { id } userErrors { message } } }"""
_LANGUAGE = "mutation L($locale: String!) { shopLocaleEnable(locale: $locale) { userErrors { message } } }"
_CONTENT = """query C($id: ID!) { translatableResource(resourceId: $id) { translatableContent { key digest } } }"""
_TRANSLATE = """mutation T($id: ID!, $given: [TranslationInput!]!) {
  translationsRegister(resourceId: $id, translations: $given) { userErrors { message } } }"""
_BLOG = "mutation B($blog: BlogCreateInput!) { blogCreate(blog: $blog) { blog { id } userErrors { message } } }"
_ARTICLE = """mutation A($article: ArticleCreateInput!) {
  articleCreate(article: $article) { article { id } userErrors { message } } }"""

UNASKED = "which the target store does not have, and no products came with it"


def _done(shop: Builder, document: str, **variables: object) -> str:
    ((_, payload),) = shop.ask(document, **variables).items()
    assert not payload["userErrors"], payload
    return next((str(made["id"]) for made in payload.values() if isinstance(made, dict)), "")


def _translate(shop: Builder, gid: str, locale: str, **texts: str) -> None:
    content = shop.ask(_CONTENT, id=gid)["translatableResource"]["translatableContent"]
    digests = {item["key"]: item["digest"] for item in content}
    given = [
        {"key": key, "locale": locale, "value": text, "translatableContentDigest": digests[key]}
        for key, text in texts.items()
    ]
    _done(shop, _TRANSLATE, id=gid, given=given)


def _linking(shop: Builder, *paths: str) -> None:
    body = " ".join(f"<a href='{path}'>x</a>" for path in paths)
    _done(shop, _PAGE, page={"title": "Links", "handle": "links", "body": body})


def _dead(desk: Desk) -> str:
    return row(desk, "pages", "links").detail


def _twice(source: Builder, target: Builder, folder: Path, **options: object) -> Desk:
    """What the first import says, the second says of what it finds unchanged."""
    archive = archive_of(source.sandbox, source.shop, folder, **options)
    first, _ = import_(source.sandbox, target.shop, archive, folder)
    second, _ = import_(source.sandbox, target.shop, archive, folder)
    assert _dead(first) == _dead(second)
    assert second.client.writes == 0
    return first


def _says(*names: str, why: str = "which the target store does not have") -> str:
    return " ".join(f"body: links to shopsync:{name}, {why}." for name in names)


def test_a_redirect_that_comes_along_leads_on(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.product("new", {"Size": ["S"]})
    for path in ("/products/old", "/pages/Gone"):
        _done(source, _REDIRECT, redirect={"path": path, "target": "/products/new"})
    _linking(source, "/products/old?a=1#b", f"https://{source.shop}/fr/products/old", "/pages/Gone/", "/products/none")
    assert _dead(_twice(source, target, tmp_path)) == _says("products/none")


def test_a_redirect_of_the_target_leads_on_and_one_that_is_left_out_does_not(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    _linking(source, "/products/old", "/products/older")
    _done(target, _REDIRECT, redirect={"path": "/products/old", "target": "/"})
    assert _dead(_twice(source, target, tmp_path, resources=["pages"])) == _says("products/older", why=UNASKED)
    _done(source, _REDIRECT, redirect={"path": "/products/older", "target": "/"})
    archive = archive_of(sandbox, source.shop, tmp_path)
    out = {"records": [["url_redirects", ["/products/older"]]]}
    left, _ = import_(sandbox, target.shop, archive, tmp_path, excluded=out)
    assert _dead(left) == _says("products/older")
    whole, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert _dead(whole) == ""


def _french(shop: Builder) -> None:
    _done(shop, _LANGUAGE, locale="fr")
    _translate(shop, shop.product("shirt", {"Size": ["S"]}), "fr", handle="chemise")
    blog = _done(shop, _BLOG, blog={"title": "News", "handle": "news"})
    article = {"title": "One", "handle": "one", "blogId": blog, "author": {"name": "Anna"}, "body": "x"}
    own = _done(shop, _ARTICLE, article=article)
    _translate(shop, blog, "fr", handle="nouvelles")
    _translate(shop, own, "fr", handle="premier")


TRANSLATED = "which the target store has not, or only by a translated handle"
LINKS: Mapping[str, str] = {
    "/fr/products/chemise": "",
    "/fr-ca/products/Chemise": "",
    "/fr/products/shirt": "",
    "/fr/collections/all/products/chemise": "",
    "/fr/blogs/nouvelles": "",
    "/fr/blogs/nouvelles/premier": "",
    "/fr/blogs/news/premier": "",
    "/fr/blogs/nouvelles/one": "",
    "/fr/products/premier": _says("products/premier", why=TRANSLATED),
    "/fr/blogs/shirt/premier": _says("blogs/shirt", "articles/shirt/premier", why=TRANSLATED),
    "/de/products/chemise": _says("products/chemise", why=TRANSLATED),
    "/products/chemise": _says("products/chemise"),
}


@pytest.mark.parametrize("path", LINKS)
def test_a_translated_handle_names_its_record_in_its_language(sandbox: Sandbox, tmp_path: Path, path: str) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    _french(source)
    _linking(source, path)
    assert _dead(_twice(source, target, tmp_path)) == LINKS[path]


def test_a_handle_that_the_target_has_translated_counts(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    _french(target)
    _done(source, _LANGUAGE, locale="fr")
    _translate(source, source.product("hat", {"Size": ["S"]}), "fr", title="Chapeau")
    _linking(source, "/fr/products/chemise", "/fr/products/robe")
    assert _dead(_twice(source, target, tmp_path)) == _says("products/robe", why=TRANSLATED)
