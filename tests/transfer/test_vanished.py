"""Somebody deletes a part of a record, or what nobody was to write, while an import runs: nothing of it is claimed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.meddle import Moment, applied, gid, import_while, planned, row
from tests.support import Sandbox
from transfer.outcomes import Outcome, Reason
from transfer.work import Desk

from .test_drift import DROP_ENTRY, DROP_VARIANTS, done
from .test_inventory import TRACKED, Shop

STOCK = ["locations", "inventory_levels"]
WORDS = ("custom", "words")


def shop(sandbox: Sandbox, *, words: str, stock: int, vendor: str = "Same") -> Shop:
    """A shirt in three sizes, each with a value and stock."""
    own = Shop(sandbox)
    shirt = own.product("shirt", {"Size": ["S", "M", "L"]}, vendor=vendor, fields=TRACKED)
    for variant in own.variants(shirt) if words else ():
        own.metafield(variant, "custom.words", "single_line_text_field", words)
    own.set(Shop_location=stock)
    return own


def drop(target: Shop, size: str) -> None:
    made = target.ask("""{ products(first: 1) { nodes { id variants(first: 9) { nodes { id title } } } } }""")
    (shirt,) = made["products"]["nodes"]
    ids = [node["id"] for node in shirt["variants"]["nodes"] if node["title"] == size]
    done(target.ask(DROP_VARIANTS, id=shirt["id"], ids=ids))


def of(desk: Desk, size: str) -> list[Any]:
    key = ("shirt", "Size", size)
    return [row(desk, "variant_metafields", *key, *WORDS), row(desk, "inventory_levels", *key)]


@pytest.mark.parametrize("moment", [planned, applied])
@pytest.mark.parametrize(
    ("words", "stock", "vendor"),
    [
        ("ours", 5, "Same"),  # nothing of it was to be written
        ("ours", 5, "Theirs"),  # the product alone was
        ("theirs", 3, "Same"),  # values and stock were
        ("", 0, "Same"),  # values were to be created
    ],
)
def test_what_belongs_to_a_variant_that_somebody_deletes_is_not_claimed(
    sandbox: Sandbox, tmp_path: Path, moment: Moment, words: str, stock: int, vendor: str
) -> None:
    source = shop(sandbox, words="ours", stock=5)
    target = shop(sandbox, words=words, stock=stock, vendor=vendor)
    desk = import_while(source, target, tmp_path, moment, lambda desk: drop(target, "M"), also=STOCK)
    for own in of(desk, "M"):
        assert (own.outcome, own.reason, own.verified or False) == (Outcome.FAILED, Reason.GONE, False), own
    for size in "SL":
        assert all(own.verified for own in of(desk, size))


def test_what_vanishes_alone_is_not_claimed_as_equal(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Shop(sandbox), Shop(sandbox)
    for one in (source, target):
        one.define("kind", {"key": "name", "type": "single_line_text_field"})
        for handle in ("gone", "stays"):
            one.entry("kind", handle, name="Same")

    def deed(desk: Desk) -> None:
        done(target.ask(DROP_ENTRY, id=gid(desk, "metaobjects", "kind", "gone")))

    desk = import_while(source, target, tmp_path, planned, deed)
    gone, stays = (row(desk, "metaobjects", "kind", handle) for handle in ("gone", "stays"))
    assert (gone.outcome, gone.reason, gone.verified) == (Outcome.FAILED, Reason.GONE, False)
    assert (stays.outcome, stays.verified) == (Outcome.UNCHANGED, True)
