"""A mirror deletes nothing of a kind of which the archive says that the source has more than it holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.builder import NAME, Builder, copy
from tests.support import Sandbox
from transfer.incomplete import incomplete
from transfer.outcomes import Outcome, Verdict
from transfer.resources._common import RESERVED
from transfer.resources.translations import ELSEWHERE
from transfer.work import Where

SIZE = {"key": "size", "type": "single_line_text_field"}
REQUIRED = {"update": {"key": "size", "required": True}}


def test_an_entry_that_the_source_hides_is_not_deleted_in_the_target(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    for shop in (source, target):
        definition = shop.define("thing", NAME, SIZE)
        hidden = shop.entry("thing", "hidden", name="Hidden")
        if shop is target:
            shop.change(hidden, size="M")
        shop.entry("thing", "shown", name="Shown", size="S")
        shop.redefine(definition, REQUIRED)
    target.product("lamp", {"Size": ["S"]})
    desk, _ = copy(source, target, tmp_path, policy="mirror")
    row = desk.ledger.get("metaobjects", [("thing", "hidden")])["thing", "hidden"]
    assert (row.verdict, row.outcome) == (Verdict.EXTRA, Outcome.LEFT)
    assert "has more of this kind than the archive holds" in row.detail
    gone = desk.ledger.select(Where(outcomes=frozenset({Outcome.DELETED})), limit=10)
    assert [own.resource for own in gone] == ["products"]  # of which the source has none


def test_what_is_only_a_part_of_a_record_makes_no_kind_incomplete() -> None:
    told: dict[str, dict[str, Any]] = {
        "products": {"its bundle components are not carried by this version (the product is)": {"count": 1}},
        "metaobjects": {"the store has no entries of such a type": {"count": 1}},
        "product_metafields": {"it belongs to another app": {"count": 7}},
        "metafield_definitions": {RESERVED: {"count": 1}},
        "translations": {ELSEWHERE: {"count": 1}},
        "files": {"Shopify could not process it, so that there is nothing to copy": {"count": 1}},
        "discounts": {"the app may not read it; grant it read_discounts": {"count": None}},
    }
    assert incomplete(told) == {"files", "discounts"}


def test_an_archive_that_left_recommendations_behind_takes_none_away() -> None:
    """Archives made before Search & Discovery's values were carried count them among what Shopify reserves."""
    assert incomplete({"product_metafields": {"its namespace is reserved by Shopify": {"count": 1}}}) == {
        "product_metafields"
    }


def test_a_language_goes_no_sooner_than_its_translations() -> None:
    assert incomplete({"translations": {"what it is": {"count": 1}}}) == {"translations", "locales"}


def test_values_of_other_apps_spare_no_values(sandbox: Sandbox, tmp_path: Path) -> None:
    """Nearly every store has some; what an app's prefix names is never what the target has beside it."""
    source, target = Builder(sandbox), Builder(sandbox)
    text = "single_line_text_field"
    source.metafield(source.product("lamp", {"Size": ["S"]}), "$app:reviews.stars", text, "5")
    target.metafield(target.product("lamp", {"Size": ["S"]}), "custom.extra", text, "Theirs")
    desk, past = copy(source, target, tmp_path, policy="mirror")
    assert past["check"]["manifest"]["notCarried"]["product_metafields"].keys() == {"it belongs to another app"}
    row = desk.ledger.get("product_metafields", [("lamp", "custom", "extra")])["lamp", "custom", "extra"]
    assert (row.outcome, row.verified) == (Outcome.DELETED, True)
