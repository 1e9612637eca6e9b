"""Variants and values of options that come to a product, or go from it, among those that it has."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from tests.builder import Builder, copy, troubles
from tests.meddle import row
from tests.support import Sandbox
from transfer.outcomes import Outcome, Reason, Verdict

OPTIONS = {"Size": ["S", "M"], "Color": ["Red", "Blue"]}
ALL = [["S", "Red"], ["S", "Blue"], ["M", "Red"], ["M", "Blue"]]
LOOK = """query L($handle: String!) { productByIdentifier(identifier: { handle: $handle }) {
  options { optionValues { name } } variants(first: 50) { nodes { title } } } }"""
UNUSED = """mutation U($id: ID!, $option: OptionUpdateInput!, $values: [OptionValueCreateInput!]!) {
  productOptionUpdate(productId: $id, option: $option, optionValuesToAdd: $values, variantStrategy: LEAVE_AS_IS) {
    userErrors { message } } }"""


def look(shop: Builder, handle: str = "shirt") -> tuple[list[list[str]], list[str]]:
    own = shop.ask(LOOK, handle=handle)["productByIdentifier"]
    values = [[value["name"] for value in option["optionValues"]] for option in own["options"]]
    return values, [node["title"] for node in own["variants"]["nodes"]]


def with_unused(shop: Builder, product: str, *values: str) -> None:
    read = "query O($id: ID!) { product(id: $id) { options { id } } }"
    option = shop.ask(read, id=product)["product"]["options"][0]["id"]
    added = [{"name": value} for value in values]
    assert not shop.ask(UNUSED, id=product, option={"id": option}, values=added)["productOptionUpdate"]["userErrors"]


@pytest.mark.parametrize("missing", range(4))
def test_a_variant_that_was_missing_comes_to_its_place(sandbox: Sandbox, tmp_path: Path, missing: int) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.product("shirt", OPTIONS, chosen=ALL)
    target.product("shirt", OPTIONS, chosen=[own for place, own in enumerate(ALL) if place != missing])
    desk, _ = copy(source, target, tmp_path)
    assert troubles(desk) == {}
    assert look(target) == look(source)
    again, _ = copy(source, target, tmp_path)
    assert again.client.writes == 0


def test_a_value_that_no_variant_had_is_no_reason_for_another_order(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.product("shirt", {"Size": ["S", "M", "L"]})
    made = target.product("shirt", {"Size": ["S", "L"]})
    with_unused(target, made, "M")
    desk, _ = copy(source, target, tmp_path)
    assert troubles(desk) == {}
    assert look(target) == look(source)


def test_a_mirror_takes_an_unused_value_away_while_another_comes(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    with_unused(source, source.product("shirt", {"Size": ["M", "XL"]}), "S")
    with_unused(target, target.product("shirt", {"Size": ["M", "XL"]}), "red")
    kept, _ = copy(source, target, tmp_path)
    assert look(target)[0] == [["M", "XL", "S", "red"]]
    more = "This store has more of it than the source: Options › Size › Values."
    assert row(kept, "products", "shirt").detail == more
    desk, _ = copy(source, target, tmp_path, policy="mirror")
    assert (row(desk, "products", "shirt").outcome, troubles(desk)) == (Outcome.UPDATED, {})
    assert look(target) == look(source)
    again, _ = copy(source, target, tmp_path, policy="mirror")
    assert again.client.writes == 0


@pytest.mark.parametrize("seed", range(6))
def test_whatever_the_target_has_one_mirror_makes_it_the_source_s(sandbox: Sandbox, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    source, target = Builder(sandbox), Builder(sandbox)
    for number in range(8):
        for shop in (source, target):
            sizes, colours = (chance.sample(names, chance.randint(1, 4)) for names in (list("SMLX"), list("rgby")))
            every = [[size, colour] for size in sizes for colour in colours]
            chosen = sorted(chance.sample(every, chance.randint(1, len(every))), key=every.index)
            _make(shop, f"shirt-{number}", sizes, colours, chosen, chance)
    desk, _ = copy(source, target, tmp_path, policy="mirror")
    assert troubles(desk) == {}
    assert all(look(target, f"shirt-{number}") == look(source, f"shirt-{number}") for number in range(8))
    again, _ = copy(source, target, tmp_path, policy="mirror")
    assert again.client.writes == 0
    assert row(again, "products", "shirt-0").verdict is Verdict.UNCHANGED


def _make(shop: Builder, handle: str, sizes: Any, colours: Any, chosen: Any, chance: random.Random) -> None:
    used = [[value for value in values if any(value in own for own in chosen)] for values in (sizes, colours)]
    product = shop.product(handle, {"Size": used[0], "Colour": used[1]}, chosen=chosen)
    if chance.random() < 0.5 and (spare := [value for value in sizes if value not in used[0]]):
        with_unused(shop, product, *spare)


def test_a_lost_answer_to_the_deletion_of_variants_costs_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    """Sent again, it is refused: variants that are gone are not the product's. So it is looked at instead."""
    source, target = Builder(sandbox), Builder(sandbox)
    source.product("shirt", {"Size": ["S"]}, fields={"price": "5.00"}, title="New")
    made = target.product("shirt", {"Size": ["S", "M"]}, fields={"price": "1.00"}, title="Old")
    for shop, product in ((source, None), (target, made)):
        shop.define_metafield("custom.note", "single_line_text_field", owner="PRODUCTVARIANT")
        if product:
            shop.metafield(shop.variants(product)[1], "custom.note", "single_line_text_field", "M")
    sandbox.faults({"kind": "lost_answer", "match": "DeleteVariants", "times": 1, "shop": target.shop})
    desk, _ = copy(source, target, tmp_path, policy="mirror")
    sandbox.faults()
    assert troubles(desk) == {}
    own = row(desk, "products", "shirt")
    assert (own.outcome, own.verified) == (Outcome.UPDATED, True)
    assert own.before is not None
    assert len(own.before["variants"]) == 2, "what there was, whatever a write that was cut short has left"
    assert row(desk, "variant_metafields", "shirt", "Size", "M", "custom", "note").outcome is Outcome.DELETED
    again, _ = copy(source, target, tmp_path, policy="mirror")
    assert again.client.writes == 0


@pytest.mark.parametrize("values", [["S", "M"], ["Default Title", "Other"]])
@pytest.mark.parametrize("policy", ["update", "mirror"])
def test_a_plain_product_s_variant_stays_where_the_option_is_called_title(
    sandbox: Sandbox, tmp_path: Path, values: list[str], policy: str
) -> None:
    """Shopify takes the only variant of a plain product away as soon as another one comes, unless it is told not to."""
    source, target = Builder(sandbox), Builder(sandbox)
    source.product("shirt", {"Title": values})
    plain = target.product("shirt", {"Title": ["Default Title"]}, fields={"price": "77.00"})
    (own,) = target.variants(plain)
    target.metafield(own, "custom.words", "single_line_text_field", "Mine")
    for _ in range(2):
        desk, _ = copy(source, target, tmp_path, policy=policy)
        assert set(troubles(desk).values()) <= {Reason.FULLER}
        assert (own in target.variants(plain)) == (policy == "update" or "Default Title" in values)
    assert desk.client.writes == 0
