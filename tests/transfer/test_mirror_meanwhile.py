"""What people do in the target between the plan of a mirror and its deletions."""

from __future__ import annotations

from pathlib import Path

from tests.builder import Builder, copy, troubles
from tests.meddle import import_while, planned, row
from tests.support import Sandbox, archive_of, import_
from transfer.outcomes import Outcome, Reason
from transfer.work import Desk

TEXT = "single_line_text_field"
UNIQUE = {"uniqueValues": {"enabled": True}}


def there(shop: Builder, handle: str) -> bool:
    read = "query P($handle: String!) { productByIdentifier(identifier: { handle: $handle }) { id } }"
    return shop.ask(read, handle=handle)["productByIdentifier"] is not None


def test_what_somebody_wrote_onto_a_product_keeps_it(sandbox: Sandbox, tmp_path: Path) -> None:
    """Only what it says itself was looked at: its metafields went with it, and one of them was told as kept."""
    source, target = Builder(sandbox), Builder(sandbox)
    source.product("shirt", {"Size": ["S"]})
    made = {name: target.product(name, {"Size": ["S"]}) for name in ("changed", "added", "variant", "untouched")}
    for name in ("changed", "untouched"):
        target.metafield(made[name], "custom.words", TEXT, "Old")

    def deed(desk: Desk) -> None:
        target.metafield(made["changed"], "custom.words", TEXT, "Precious")
        target.metafield(made["added"], "custom.more", TEXT, "Precious")
        target.metafield(target.variants(made["variant"])[0], "custom.words", TEXT, "Precious")

    desk = import_while(source, target, tmp_path, planned, deed, policy="mirror")
    for name, what in (("changed", "custom.words"), ("added", "custom.more"), ("variant", "custom.words")):
        own = row(desk, "products", name)
        assert (own.outcome, own.reason) == (Outcome.SKIPPED, Reason.CHANGED_MEANWHILE)
        assert own.detail == f"Somebody wrote {what} onto it after the plan was made."
        assert there(target, name)
    assert row(desk, "product_metafields", "changed", "custom", "words").reason is Reason.CHANGED_MEANWHILE
    gone = row(desk, "products", "untouched")
    assert (gone.outcome, gone.verified) == (Outcome.DELETED, True)
    assert not there(target, "untouched")


def test_what_somebody_wrote_onto_a_variant_keeps_it(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    for handle in ("shirt", "cap"):
        source.product(handle, {"Size": ["S"]})
    made = {handle: target.product(handle, {"Size": ["S", "M"]}) for handle in ("shirt", "cap")}

    def deed(desk: Desk) -> None:
        target.metafield(target.variants(made["shirt"])[1], "custom.words", TEXT, "Precious")

    desk = import_while(source, target, tmp_path, planned, deed, policy="mirror")
    own = row(desk, "products", "shirt")
    assert (own.outcome, own.reason) == (Outcome.SKIPPED, Reason.CHANGED_MEANWHILE)
    assert own.detail == (
        "Somebody wrote custom.words onto shirt / Size / M after the plan was made, which would go with it."
    )
    assert {handle: len(target.variants(product)) for handle, product in made.items()} == {"shirt": 2, "cap": 1}


def test_values_of_kinds_that_the_archive_does_not_hold_keep_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    """Of these nobody knows what was there before."""
    source, target = Builder(sandbox), Builder(sandbox)
    source.product("shirt", {"Size": ["S"]})
    target.metafield(target.product("cap", {"Size": ["S"]}), "custom.words", TEXT, "Old")
    archive = archive_of(sandbox, source.shop, tmp_path, resources=["products"])
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    assert row(desk, "products", "cap").outcome is Outcome.DELETED


def test_a_unique_value_goes_with_the_variant_that_the_mirror_takes_away(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    for shop in (source, target):
        shop.define_metafield("custom.code", TEXT, owner="PRODUCTVARIANT", capabilities=UNIQUE)
    shirt = source.product("shirt", {"Size": ["S"]})
    other = target.product("shirt", {"Size": ["S", "M"]})
    source.metafield(source.variants(shirt)[0], "custom.code", TEXT, "1")
    target.metafield(target.variants(other)[1], "custom.code", TEXT, "1")
    desk, _ = copy(source, target, tmp_path, policy="mirror")
    assert troubles(desk) == {}
    gone = row(desk, "variant_metafields", "shirt", "Size", "M", "custom", "code")
    assert (gone.outcome, gone.verified) == (Outcome.DELETED, True)
    assert row(desk, "variant_metafields", "shirt", "Size", "S", "custom", "code").outcome is Outcome.CREATED
