"""What cannot come because something was left out by choice says so, and not that it is missing from the archive."""

from __future__ import annotations

from pathlib import Path

from tests.builder import NAME, Builder, refers, troubles
from tests.meddle import row
from tests.support import Sandbox, archive_of, import_
from transfer.outcomes import Outcome, Reason

CARE = ("variant_metafields", "tee", "Size", "M", "custom", "care")


def _tees(sandbox: Sandbox) -> tuple[Builder, Builder]:
    """The source's has a variant more, on which a metafield hangs, and which another names."""
    source, target = Builder(sandbox), Builder(sandbox)
    made = source.product("tee", {"Size": ["S", "M"]})
    _, more = source.variants(made)
    source.metafield(more, "custom.care", "single_line_text_field", "warm")
    source.metafield(made, "custom.best", "variant_reference", more)
    target.product("tee", {"Size": ["S"]})
    return source, target


def test_what_hangs_on_a_variant_that_the_policy_does_not_make(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = _tees(sandbox)
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy="create_only")
    for key in (CARE, ("product_metafields", "tee", "custom", "best")):
        own = row(desk, *key)
        assert (own.outcome, own.reason) == (Outcome.FAILED, Reason.LEFT_BEHIND), key
        assert own.detail.endswith("which was left out of this import.")
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert troubles(desk) == {}


def test_what_hangs_on_a_record_that_was_left_out_by_hand(sandbox: Sandbox, tmp_path: Path) -> None:
    source, _ = _tees(sandbox)
    kind = source.define("look", NAME)
    source.define("part", NAME, refers("of", kind, required=True))
    source.entry("part", "one", name="One", of=source.entry("look", "whole", name="Whole"))
    left = {"records": [["products", ["tee"]], ["metaobjects", ["look", "whole"]]]}
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, Builder(sandbox).shop, archive, tmp_path, excluded=left)
    for key in (CARE, ("product_metafields", "tee", "custom", "best"), ("metaobjects", "part", "one")):
        assert row(desk, *key).reason is Reason.LEFT_BEHIND, key
