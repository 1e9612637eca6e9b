"""A closure goes where links lead, also where only a redirect leads on from there."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tests.builder import Builder
from tests.meddle import row
from tests.support import Sandbox, archive_of, import_, total

_PAGE = "mutation P($page: PageCreateInput!) { pageCreate(page: $page) { page { id } userErrors { message } } }"
_REDIRECT = """mutation R($redirect: UrlRedirectInput!) {
  urlRedirectCreate(urlRedirect: $redirect) { urlRedirect { id } userErrors { message } } }"""
LINKS = (
    "/products/was?a=b#c",  # renamed
    "/de/pages/Moved/",  # renamed twice
    "../blogs/news/gone",
    "/summer",  # an address for posters
    "/products/there",  # of which there is a redirect, which does nothing
    "/products/nowhere",
    "/apps/reviews",
)


@pytest.fixture
def source(sandbox: Sandbox) -> Builder:
    own = Builder(sandbox)
    for handle in ("renamed", "there", "unseen", "sold"):
        own.product(handle, {"Size": ["S"]})
    own.ask(_PAGE, page={"title": "x", "handle": "last", "body": "x"})
    for path, target in (
        ("/products/was", "/products/renamed"),
        ("/pages/moved", "/pages/moved-again"),
        ("/pages/moved-again", f"https://{own.shop}/pages/last"),
        ("/blogs/news/gone", "/products/sold"),
        ("/summer", "/collections/all"),
        ("/products/there", "/products/unseen"),
        ("/unlinked", "/products/unseen"),
    ):
        own.ask(_REDIRECT, redirect={"path": path, "target": target})
    own.product("main", {"Size": ["S"]}, descriptionHtml=" ".join(f'<a href="{link}">x</a>' for link in LINKS))
    return own


def _keys(archive: bytes) -> tuple[dict[str, Any], set[str]]:
    with zipfile.ZipFile(BytesIO(archive)) as opened:
        manifest = json.loads(opened.read("manifest.json"))
        lines = [
            (member["resource"], json.loads(line)["key"])
            for member in manifest["members"]
            for line in opened.read(member["name"]).splitlines()
        ]
    kinds = ("url_redirects", "products", "pages")
    return manifest, {key[0] for kind, key in lines if kind in kinds}


MAIN = {"records": [["products", ["main"]]]}


def test_a_closure_follows_redirects(sandbox: Sandbox, source: Builder, tmp_path: Path) -> None:
    archive = archive_of(sandbox, source.shop, tmp_path, **MAIN, closure=True)
    manifest, keys = _keys(archive)
    assert keys == {
        *("main", "there", "/products/was", "renamed", "/pages/moved", "/pages/moved-again", "last"),
        *("/blogs/news/gone", "sold", "/summer"),
    }
    assert {name: note["examples"] for name, note in manifest["outside"].items()} == {"products": ["nowhere"]}
    target = Builder(sandbox)
    first, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert row(first, "products", "main").detail == (
        "descriptionHtml: links to shopsync:products/nowhere, which the target store does not have."
    )
    assert total(first, "outcome:failed") == 0
    again, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert again.client.writes == 0


def test_without_closure_nothing_is_followed(sandbox: Sandbox, source: Builder, tmp_path: Path) -> None:
    manifest, keys = _keys(archive_of(sandbox, source.shop, tmp_path, **MAIN))
    assert keys == {"main"}
    assert manifest["outside"]["products"]["examples"] == ["nowhere", "there", "was"]


def test_redirects_that_were_chosen_are_not_looked_for(sandbox: Sandbox, source: Builder, tmp_path: Path) -> None:
    chosen = archive_of(sandbox, source.shop, tmp_path, **MAIN, also=["url_redirects"], closure=True)
    manifest, keys = _keys(chosen)
    assert {"/unlinked", "renamed", "last", "unseen"} < keys
    assert manifest["outside"]["products"]["examples"] == ["nowhere"]
