"""Products and variants show in the other store what they show in this one, in the same order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support import Sandbox, archive_of, checksums, export, import_, total
from transfer.work import Where

PRODUCTS = """query P { products(first: 20) { nodes { id handle
  media(first: 20) { nodes { id ... on MediaImage { image { url } } ... on Video { filename } } }
  variants(first: 50) { nodes { id title media(first: 1) { nodes { id } } } } } } }"""
REORDER = """mutation R($id: ID!, $moves: [MoveInput!]!) {
  productReorderMedia(id: $id, moves: $moves) { mediaUserErrors { message } } }"""
DETACH = """mutation D($files: [FileUpdateInput!]!) { fileUpdate(files: $files) { userErrors { message } } }"""
DELETE = "mutation D($ids: [ID!]!) { fileDelete(fileIds: $ids) { userErrors { message } } }"
SHOWN = {"resources": ["files", "products"]}


@pytest.fixture(scope="module")
def boutique(sandbox: Sandbox) -> str:
    return sandbox.shop("boutique", products=8)


def products(sandbox: Sandbox, shop: str) -> dict[str, dict[str, Any]]:
    return {node["handle"]: node for node in sandbox.graphql(shop, PRODUCTS)["products"]["nodes"]}


def names(node: dict[str, Any]) -> list[str]:
    """What a product shows, by file name."""
    found = []
    for file in node["media"]["nodes"]:
        url = (file.get("image") or {}).get("url", "")
        found.append(file.get("filename") or url.partition("?")[0].rsplit("/", 1)[-1])
    return found


def widest(sandbox: Sandbox, shop: str) -> dict[str, Any]:
    return max(products(sandbox, shop).values(), key=lambda node: len(node["media"]["nodes"]))


def copied(sandbox: Sandbox, boutique: str, tmp_path: Path) -> tuple[bytes, str]:
    archive, target = archive_of(sandbox, boutique, tmp_path, **SHOWN), sandbox.shop()
    import_(sandbox, target, archive, tmp_path)
    return archive, target


def test_products_show_the_same_in_the_same_order(sandbox: Sandbox, boutique: str, tmp_path: Path) -> None:
    archive, target = copied(sandbox, boutique, tmp_path)
    before, after = products(sandbox, boutique), products(sandbox, target)
    assert {handle: names(node) for handle, node in before.items()} == {h: names(n) for h, n in after.items()}
    assert any("turning.mp4" in names(node) for node in after.values())
    showing = [v for node in after.values() for v in node["variants"]["nodes"] if v["media"]["nodes"]]
    assert showing
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0
    _, source = export(sandbox, boutique, tmp_path, **SHOWN)
    _, copy = export(sandbox, target, tmp_path, **SHOWN)
    assert checksums(copy) == checksums(source)


def test_another_order_and_what_is_missing_are_put_right(sandbox: Sandbox, boutique: str, tmp_path: Path) -> None:
    archive, target = copied(sandbox, boutique, tmp_path)
    node = widest(sandbox, target)
    wanted = names(node)
    last, first = node["media"]["nodes"][-1]["id"], node["media"]["nodes"][0]["id"]
    sandbox.graphql(target, REORDER, id=node["id"], moves=[{"id": last, "newPosition": "0"}])
    sandbox.graphql(target, DETACH, files=[{"id": first, "referencesToRemove": [node["id"]]}])
    assert names(widest(sandbox, target)) != wanted
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert total(desk, "outcome:updated") == 1
    assert total(desk, "outcome:failed") == 0
    assert names(products(sandbox, target)[node["handle"]]) == wanted


def test_what_only_the_target_shows_stays_behind_the_rest(sandbox: Sandbox, boutique: str, tmp_path: Path) -> None:
    archive, target = copied(sandbox, boutique, tmp_path)
    full = widest(sandbox, target)
    other = next(n for n in products(sandbox, target).values() if len(n["media"]["nodes"]) > 0 and n != full)
    extra = full["media"]["nodes"][0]["id"]
    wanted = names(other)
    sandbox.graphql(target, DETACH, files=[{"id": extra, "referencesToAdd": [other["id"]]}])
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert desk.client.writes == 0, "more than the archive says is no difference"
    assert names(products(sandbox, target)[other["handle"]])[: len(wanted)] == wanted


def test_a_picture_that_does_not_come_is_named_and_the_rest_is_shown(
    sandbox: Sandbox, boutique: str, tmp_path: Path
) -> None:
    shop = sandbox.shop("boutique", products=8)
    archive = archive_of(sandbox, shop, tmp_path, **SHOWN)
    node = widest(sandbox, shop)
    gone = next(file for file in node["media"]["nodes"] if file.get("image"))
    lost = names(node)[node["media"]["nodes"].index(gone)]
    sandbox.graphql(shop, DELETE, ids=[gone["id"]])  # after the export: its address leads nowhere now
    target = sandbox.shop()
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert names(products(sandbox, target)[node["handle"]]) == [name for name in names(node) if name != lost]
    row = desk.ledger.get("products", [(node["handle"],)])[(node["handle"],)]
    assert row.lost == ("media",)
    assert lost in row.detail
    assert row.verified


def test_products_without_files_in_the_archive_find_those_of_the_target(
    sandbox: Sandbox, boutique: str, tmp_path: Path
) -> None:
    target = sandbox.shop()
    import_(sandbox, target, archive_of(sandbox, boutique, tmp_path, resources=["files"]), tmp_path)
    desk, _ = import_(sandbox, target, archive_of(sandbox, boutique, tmp_path, resources=["products"]), tmp_path)
    rows = desk.ledger.select(Where(resource="products"), limit=100)
    assert not [row.detail for row in rows if "media" in row.lost]
    assert names(widest(sandbox, target)) == names(widest(sandbox, boutique))


@pytest.mark.parametrize("mutation", ["CreateProduct", "AttachMedia", "ReorderMedia"])
def test_a_lost_answer_shows_nothing_twice(sandbox: Sandbox, boutique: str, tmp_path: Path, mutation: str) -> None:
    archive, target = copied(sandbox, boutique, tmp_path)
    node = widest(sandbox, target)
    first = node["media"]["nodes"][0]["id"]
    sandbox.graphql(target, DETACH, files=[{"id": first, "referencesToRemove": [node["id"]]}])
    sandbox.faults({"kind": "lost_answer", "match": mutation, "shop": target, "times": 2})
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert desk.ledger.select(Where(verified=(False,)), limit=5) == []
    assert names(products(sandbox, target)[node["handle"]]) == names(node)


def test_files_that_nobody_asked_for_are_named_as_that(sandbox: Sandbox, boutique: str, tmp_path: Path) -> None:
    """Neither as gone from the target nor as withheld: an export that holds them brings them."""
    desk, past = import_(
        sandbox, sandbox.shop(), archive_of(sandbox, boutique, tmp_path, resources=["products"]), tmp_path
    )
    assert "files" in past["arrange"]["outside"]
    assert total(desk, "reason:outside_reference") == total(desk, "lost") > 0
    rows = desk.ledger.select(Where(resource="products"), limit=50, after=None)
    details = [row.detail for row in rows if row.lost]
    assert any("/files/" in detail or "shopsync:files" in detail for detail in details)
    assert all("which the target store does not have, and no " in detail for detail in details)
    _, past = import_(sandbox, sandbox.shop(), archive_of(sandbox, boutique, tmp_path, **SHOWN), tmp_path)
    assert "files" not in past["arrange"]["outside"]
