"""Entries that an import deletes, and the records that showed them, of kinds at which nobody has looked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builder import NAME, Builder
from tests.meddle import row
from tests.support import Sandbox, archive_of, import_
from transfer.outcomes import Outcome

KINDS = ["metaobject_definitions", "metaobjects"]
PAGE = "mutation P($page: PageCreateInput!) { pageCreate(page: $page) { page { id } userErrors { message } } }"


def stores(sandbox: Sandbox) -> tuple[Builder, Builder]:
    """Only the target has "gone", which a product, a variant, a page and the shop show."""
    source, target = Builder(sandbox), Builder(sandbox)
    for shop in (source, target):
        shop.define("kind", NAME)
        shop.entry("kind", "stays", name="1")
    gone = target.entry("kind", "gone", name="2")
    stays = target.ask('{ metaobjectByHandle(handle: {type: "kind", handle: "stays"}) { id } }')["metaobjectByHandle"]
    shirt, shop_id = target.product("shirt", {"Size": ["S"]}), target.ask("{ shop { id } }")["shop"]["id"]
    page = target.ask(PAGE, page={"title": "About"})["pageCreate"]["page"]["id"]
    for owner in (shirt, target.variants(shirt)[0], page, shop_id):
        target.metafield(owner, "custom.shown", "mixed_reference", gone)
        target.metafield(owner, "custom.other", "mixed_reference", stays["id"])
    return source, target


def test_a_deleted_entry_names_who_showed_it(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = stores(sandbox)
    archive = archive_of(sandbox, source.shop, tmp_path, resources=KINDS)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    own = row(desk, "metaobjects", "kind", "gone")
    assert own.outcome is Outcome.DELETED
    assert own.detail == (
        "It was shown by shopsync:pages/about (custom.shown), shopsync:products/shirt (custom.shown), "
        "shopsync:variants/shirt/Size/S (custom.shown) and the shop (custom.shown), at which this import has not "
        "looked: look through them in the admin."
    )


def test_who_is_read_is_not_named(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = stores(sandbox)
    desk, _ = import_(sandbox, target.shop, archive_of(sandbox, source.shop, tmp_path), tmp_path, policy="mirror")
    own = row(desk, "metaobjects", "kind", "gone")
    assert (own.outcome, own.detail) == (Outcome.DELETED, "")


def test_nobody_asks_of_more_than_it_may_cost(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transfer.referrers.MOST", 0)
    source, target = stores(sandbox)
    archive = archive_of(sandbox, source.shop, tmp_path, resources=KINDS)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    assert row(desk, "metaobjects", "kind", "gone").detail == ""
