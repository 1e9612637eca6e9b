"""A mirror deletes what the source store does not have, and nothing of which the archive does not say so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.archives import closed, opened
from tests.builder import NAME, Builder
from tests.support import Sandbox, archive_of, import_
from transfer.local import local_desk, run
from transfer.outcomes import Outcome
from transfer.registry import RESOURCES
from transfer.stages import EXPORT
from transfer.work import Desk, Where

PAGE = "mutation P($page: PageCreateInput!) { pageCreate(page: $page) { userErrors { message } } }"
REDIRECT = """mutation R($redirect: UrlRedirectInput!) {
  urlRedirectCreate(urlRedirect: $redirect) { userErrors { message } } }"""
OWN = {
    ("pages", "about"),
    ("url_redirects", "/old"),
    ("metaobjects", "kind", "one"),
    ("products", "lamp"),
    ("product_metafields", "lamp", "custom", "words"),
    ("shop_metafields", "custom", "words"),
}


def bare(sandbox: Sandbox) -> Builder:
    """A store that has a definition, and nothing of all that can be deleted."""
    shop = Builder(sandbox)
    shop.define("kind", NAME)
    return shop


def full(sandbox: Sandbox) -> Builder:
    shop = bare(sandbox)
    shop.ask(PAGE, page={"title": "About", "handle": "about"})
    shop.ask(REDIRECT, redirect={"path": "/old", "target": "/new"})
    shop.entry("kind", "one", name="One")
    for owner in (shop.product("lamp", {"Size": ["S"]}), shop.shop_id()):
        shop.metafield(owner, "custom.words", "single_line_text_field", "Words")
    return shop


def deleted(desk: Desk) -> set[tuple[str, ...]]:
    rows = desk.ledger.select(Where(outcomes=frozenset({Outcome.DELETED})), limit=1000)
    assert all(row.verified for row in rows)
    return {(row.resource, *row.key) for row in rows}


def mirrored(sandbox: Sandbox, archive: bytes, tmp_path: Path, policy: str = "mirror") -> set[tuple[str, ...]]:
    desk, _ = import_(sandbox, full(sandbox).shop, archive, tmp_path, policy=policy)
    return deleted(desk)


def test_kinds_of_which_the_source_has_none_are_emptied(sandbox: Sandbox, tmp_path: Path) -> None:
    archive, target = archive_of(sandbox, bare(sandbox).shop, tmp_path), full(sandbox)
    assert not [name for name in opened(archive) if name.startswith("pages/")]
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    assert deleted(desk) == OWN
    again, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    assert again.client.writes == 0


@pytest.mark.parametrize("policy", ["update", "create_only"])
def test_only_a_mirror_does_so(sandbox: Sandbox, tmp_path: Path, policy: str) -> None:
    archive, target = archive_of(sandbox, bare(sandbox).shop, tmp_path), full(sandbox)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy=policy)
    left = desk.ledger.select(Where(outcomes=frozenset({Outcome.LEFT})), limit=1000)
    assert {(row.resource, *row.key) for row in left} >= OWN
    assert desk.client.writes == 0


@pytest.mark.parametrize(
    ("options", "gone"),
    [
        ({"resources": ["pages"]}, {("pages", "about")}),
        ({"resources": ["products", "product_metafields"], "products": "vendor:nobody"}, set()),
        ({"resources": ["metaobjects"], "metaobject_types": ["kind"]}, set()),
        ({"resources": ["shop_metafields", "product_metafields"], "namespaces": ["custom"]}, set()),
        ({"resources": ["url_redirects"], "closure": True}, {("url_redirects", "/old")}),
        ({"records": [["metaobject_definitions", ["kind"]]]}, set()),
    ],
)
def test_what_was_not_chosen_whole_is_left_alone(
    sandbox: Sandbox, tmp_path: Path, options: dict[str, Any], gone: set[tuple[str, ...]]
) -> None:
    assert mirrored(sandbox, archive_of(sandbox, bare(sandbox).shop, tmp_path, **options), tmp_path) == gone


def test_what_the_source_did_not_show_is_left_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    """One kind is refused by the store, another lies beyond what the app may read there."""
    source = bare(sandbox)
    denied = {"errors": [{"message": "Access denied", "extensions": {"code": "ACCESS_DENIED"}}]}
    sandbox.faults({"kind": "body", "body": json.dumps(denied), "match": "query Pages(", "shop": source.shop})
    desk = local_desk(sandbox.client(source.shop), tmp_path / "export")
    desk.withheld = {"url_redirects": RESOURCES["url_redirects"].scopes.read}
    past = run(desk, EXPORT, {"shop": source.shop})
    sandbox.faults()
    with desk.storage.read(past["assemble"]["archive"]) as file:
        archive = file.read()
    assert mirrored(sandbox, archive, tmp_path) == OWN - {("pages", "about"), ("url_redirects", "/old")}


def test_an_archive_that_names_a_kind_and_does_not_call_it_whole_deletes_nothing_of_it(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    members = opened(archive_of(sandbox, bare(sandbox).shop, tmp_path))
    manifest = json.loads(members["manifest.json"])
    manifest["whole"] = [name for name in manifest["whole"] if name != "pages"]
    members["manifest.json"] = json.dumps(manifest).encode()
    assert mirrored(sandbox, closed(members), tmp_path) == OWN - {("pages", "about")}


def test_a_kind_that_the_target_does_not_show_keeps_no_import_from_going_on(sandbox: Sandbox, tmp_path: Path) -> None:
    archive, target = archive_of(sandbox, bare(sandbox).shop, tmp_path), full(sandbox)
    denied = {"errors": [{"message": "Access denied", "extensions": {"code": "ACCESS_DENIED"}}]}
    sandbox.faults({"kind": "body", "body": json.dumps(denied), "match": "query Pages(", "shop": target.shop})
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    assert deleted(desk) == OWN - {("pages", "about")}


@pytest.mark.parametrize("chosen", [{"namespaces": ["custom"]}, {"owner_types": ["COLLECTION"]}])
def test_what_is_said_of_values_that_were_not_chosen_is_left_alone(
    sandbox: Sandbox, tmp_path: Path, chosen: dict[str, Any]
) -> None:
    """Translations of metafields that were not to come are no more lacking in the source than these are."""
    source, target = sandbox.shop("boutique", products=4), sandbox.shop()
    import_(sandbox, target, archive_of(sandbox, source, tmp_path), tmp_path)
    archive = archive_of(sandbox, source, tmp_path, **chosen)
    desk, _ = import_(sandbox, target, archive, tmp_path, policy="mirror")
    assert deleted(desk) == set()
    assert desk.client.writes == 0
