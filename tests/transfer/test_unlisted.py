"""What a store has and shows in no list cannot be carried, and the archive says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.builder import NAME, Builder
from tests.support import Sandbox, export
from transfer.unlisted import WHY

DEMAND = {"create": {"key": "extra", "type": "number_integer", "required": True}}


def _not_carried(sandbox: Sandbox, shop: Builder, folder: Path, **options: Any) -> dict[str, Any]:
    _, past = export(sandbox, shop.shop, folder, **options)
    own: dict[str, Any] = past["settle"]["skipped"].get("metaobjects", {})
    return own


def _store(sandbox: Sandbox) -> Builder:
    """Two entries that lack what is required since, one that has it, and a type that demands nothing."""
    shop = Builder(sandbox)
    thing = shop.define("thing", NAME)
    for handle in ("x", "y"):
        shop.entry("thing", handle, name=handle)
    shop.redefine(thing, DEMAND)
    shop.entry("thing", "z", name="z", extra="3")
    shop.define("other", NAME)
    shop.entry("other", "one", name="One")
    return shop


def test_entries_that_are_in_no_list_are_counted_by_type(sandbox: Sandbox, tmp_path: Path) -> None:
    assert _not_carried(sandbox, _store(sandbox), tmp_path) == {WHY: {"count": 2, "examples": ["thing"]}}


def test_only_what_was_asked_for_is_missed(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = _store(sandbox)
    assert _not_carried(sandbox, shop, tmp_path, metaobject_types=["other"]) == {}
    assert _not_carried(sandbox, shop, tmp_path, resources=["products"]) == {}


def test_a_store_that_shows_everything_says_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = Builder(sandbox)
    shop.redefine(shop.define("thing", NAME), DEMAND)
    shop.entry("thing", "z", name="z", extra="3")
    assert _not_carried(sandbox, shop, tmp_path) == {}
