"""Products that have no room for all: of variants, or of an option's values, with what only the target has in them."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from tests.archives import Record, edited
from tests.builder import Builder, copy, troubles
from tests.meddle import row
from tests.support import Sandbox, archive_of, import_
from transfer.outcomes import Outcome, Reason, Verdict
from transfer.stages import IMPORT
from transfer.work import Desk

from .test_linked_options import LINK, defined, put

READ = """query P($after: String) { productByIdentifier(identifier: { handle: "lamp" }) {
  title options { optionValues { name } }
  variants(first: 250, after: $after) { nodes { price selectedOptions { value } }
    pageInfo { hasNextPage endCursor } } } }"""
RETITLE = 'mutation R($id: ID!) { productUpdate(product: { id: $id, title: "New" }) { userErrors { message } } }'
DROP = """mutation D($id: ID!, $variants: [ID!]!) {
  productVariantsBulkDelete(productId: $id, variantsIds: $variants) { userErrors { message } } }"""
PLAN = IMPORT[: next(place for place, stage in enumerate(IMPORT) if stage.name == "decide")]
MOST, VALUES = 2048, 100
WITH = "with those that only the target store has"
FULL = f"Shopify allows an option 100 values, and Size would have 120 {WITH}. 20 new variants are left out."
MIRROR = " A mirror makes room for all."


def shops(sandbox: Sandbox) -> tuple[Builder, Builder]:
    return Builder(sandbox), Builder(sandbox)


def sizes(shop: Builder, *numbers: int, price: str = "1.00", **more: Any) -> str:
    """A lamp with a variant for each number."""
    return shop.product("lamp", {"Size": [f"x{n}" for n in numbers]}, fields={"price": price}, vendor="Ours", **more)


def lamp(shop: Builder) -> tuple[str, list[list[str]], dict[tuple[str, ...], str]]:
    """Its title, the values of its options, the prices of its variants in their order."""
    prices: dict[tuple[str, ...], str] = {}
    after = None
    while True:
        own = shop.ask(READ, after=after)["productByIdentifier"]
        for node in own["variants"]["nodes"]:
            prices[tuple(option["value"] for option in node["selectedOptions"])] = node["price"]
        if not own["variants"]["pageInfo"]["hasNextPage"]:
            values = [[value["name"] for value in option["optionValues"]] for option in own["options"]]
            return own["title"], values, prices
        after = own["variants"]["pageInfo"]["endCursor"]


def again(source: Builder, target: Builder, folder: Path, **options: Any) -> Desk:
    """A second import, which has nothing to write."""
    desk, _ = copy(source, target, folder, **options)
    assert desk.client.writes == 0
    return desk


def test_a_mirror_changes_all_values_of_an_option_for_as_many_others(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shops(sandbox)
    sizes(source, *range(100))
    sizes(target, *range(200, 300), price="7.00")
    desk, _ = copy(source, target, tmp_path, policy="mirror")
    assert troubles(desk) == {}
    assert row(desk, "products", "lamp").verified
    assert lamp(target) == lamp(source)
    assert troubles(again(source, target, tmp_path, policy="mirror")) == {}


def test_a_mirror_keeps_what_both_have_while_it_makes_room(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shops(sandbox)
    sizes(source, *range(100), title="New")
    target_lamp = sizes(target, *range(119, 49, -1), price="7.00")
    kept = target.variants(target_lamp)[-1]
    target.metafield(kept, "custom.care", "single_line_text_field", "Cold")
    desk, _ = copy(source, target, tmp_path, policy="mirror")
    assert row(desk, "products", "lamp").verified
    assert row(desk, "products", "lamp").reason is Reason.NONE
    assert row(desk, "products", "lamp").detail == ""
    assert lamp(target) == lamp(source)
    assert kept in target.variants(target_lamp), "it is the same variant"
    again(source, target, tmp_path, policy="mirror")


def test_values_that_no_variant_has_make_room(sandbox: Sandbox, tmp_path: Path) -> None:
    """Such values stay behind where variants are deleted."""
    source, target = shops(sandbox)
    sizes(source, *range(100))
    gid = sizes(target, *range(200, 300))
    assert not target.ask(DROP, id=gid, variants=target.variants(gid)[1:])["productVariantsBulkDelete"]["userErrors"]
    desk, _ = copy(source, target, tmp_path, policy="mirror")
    assert troubles(desk) == {}
    assert lamp(target) == lamp(source)


def test_two_full_options_at_once(sandbox: Sandbox, tmp_path: Path) -> None:
    """Beside the one variant that stays for a while, each option has room for one value less."""
    source, target = shops(sandbox)
    for shop, letter in ((source, "s"), (target, "t")):
        options = {name: [f"{letter}{name}{n}" for n in range(VALUES)] for name in "AB"}
        shop.product("lamp", options, chosen=[list(pair) for pair in zip(*options.values(), strict=True)])
    desk, _ = copy(source, target, tmp_path, policy="mirror")
    assert troubles(desk) == {}
    assert lamp(target) == lamp(source)
    again(source, target, tmp_path, policy="mirror")


def test_an_update_writes_all_but_the_values_for_which_there_is_no_room(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shops(sandbox)
    gid = sizes(source, *range(100), title="New")
    sizes(target, *range(50, 120), price="7.00")
    links = source.variants(gid)
    for number in (40, 10, 60):
        source.metafield(links[number], "custom.care", "single_line_text_field", "Cold")
    source.metafield(gid, "custom.first", "variant_reference", links[0])
    source.metafield(gid, "custom.last", "variant_reference", links[49])
    desk, _ = copy(source, target, tmp_path)
    own = row(desk, "products", "lamp")
    assert (own.verdict, own.outcome, own.verified, own.reason) == (
        *(Verdict.UPDATE, Outcome.UPDATED, True), Reason.PART_CONFLICT,
    )  # fmt: skip
    assert own.detail.startswith(FULL + MIRROR)
    title, (values,), prices = lamp(target)
    assert (title, len(values), len(prices)) == ("New", 100, 100)
    assert {prices[f"x{number}",] for number in (*range(30), *range(50, 100))} == {"1.00"}
    assert {prices[f"x{number}",] for number in range(100, 120)} == {"7.00"}, "what only the target has stays"
    assert troubles(desk) == {
        ("products", "lamp"): Reason.PART_CONFLICT,
        ("variant_metafields", "lamp", "Size", "x40", "custom", "care"): Reason.MISSING_OWNER,
        ("product_metafields", "lamp", "custom", "last"): Reason.MISSING_REQUIRED,
    }
    told = troubles(again(source, target, tmp_path))
    assert told == troubles(desk), "the same is said at every import"
    own = row(again(source, target, tmp_path), "products", "lamp")
    assert (own.outcome, own.verified) == (Outcome.UNCHANGED, True)
    mirrored, _ = copy(source, target, tmp_path, policy="mirror")
    assert troubles(mirrored) == {}
    assert lamp(target) == lamp(source)


def numbered(shop: Builder, first: int, count: int, price: str) -> None:
    """A lamp with so many variants, of which those of other numbers are others."""
    names = [[f"A{n}" for n in range(first, first + 16)], [f"B{n}" for n in range(16)], [f"C{n}" for n in range(8)]]
    chosen = [list(values) for values in itertools.islice(itertools.product(*names), count)]
    options = {name: [v for v in own if any(v in c for c in chosen)] for name, own in zip("ABC", names, strict=True)}
    shop.product("lamp", options, chosen=chosen, fields={"price": price}, vendor="Ours")


def test_an_update_writes_all_but_the_variants_for_which_there_is_no_room(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shops(sandbox)
    numbered(source, 0, MOST, "1.00")
    numbered(target, 8, MOST, "7.00")
    desk, _ = copy(source, target, tmp_path)
    own = row(desk, "products", "lamp")
    assert (own.outcome, own.verified) == (Outcome.UPDATED, True)
    assert own.detail.startswith(
        f"Shopify allows a product 2048 variants, and this one would have 3072 {WITH}. 1024 new variants are left out."
        + MIRROR
    )
    _, values, prices = lamp(target)
    assert len(prices) == MOST
    assert sorted(prices.values()) == ["1.00"] * 1024 + ["7.00"] * 1024, "those that both have"
    assert "A0" not in values[0], "no value comes without a variant"
    own = row(again(source, target, tmp_path), "products", "lamp")
    assert (own.outcome, own.reason) == (Outcome.UNCHANGED, Reason.PART_CONFLICT)


def test_what_is_equal_but_for_what_has_no_room_is_not_written(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shops(sandbox)
    sizes(source, *range(100))
    sizes(target, *range(1, 101))
    desk = again(source, target, tmp_path)
    own = row(desk, "products", "lamp")
    assert (own.verdict, own.outcome, own.reason, own.verified) == (
        *(Verdict.CONFLICT, Outcome.UNCHANGED), Reason.PART_CONFLICT, True,
    )  # fmt: skip
    assert own.detail.startswith(
        f"Shopify allows an option 100 values, and Size would have 101 {WITH}. A new variant is"
    )


def test_the_plan_says_what_is_left_out(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shops(sandbox)
    sizes(source, *range(100))
    sizes(target, *range(50, 120))
    desk, _ = copy(source, target, tmp_path, stages=PLAN)
    own = row(desk, "products", "lamp")
    assert (own.verdict, own.reason) == (Verdict.UPDATE, Reason.PART_CONFLICT)
    assert own.detail.startswith(FULL + MIRROR)


def many(shop: Builder, folder: Path, count: int, command: str = "") -> bytes:
    """The shop's archive, in which the lamp has so many sizes, y0 to begin with."""

    def edit(name: str, number: int, record: Record) -> list[Record]:
        if name == "products":
            fields = record["fields"]
            sizes_ = [f"y{number}" for number in range(count)]
            fields["options"] = [{"name": "Size", "values": sizes_}]
            fields["variants"] = [{**fields["variants"][0], "options": [["Size", size]]} for size in sizes_]
            record |= {"command": command} if command else {}
        return [record]

    return edited(archive_of(shop.sandbox, shop.shop, folder), edit)


def test_a_new_product_with_more_values_than_there_can_be_is_not_attempted(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shops(sandbox)
    sizes(source, 1)
    desk, _ = import_(sandbox, target.shop, many(source, tmp_path, 101), tmp_path)
    own = row(desk, "products", "lamp")
    assert (own.verdict, own.outcome, own.reason) == (Verdict.CANNOT, Outcome.FAILED, Reason.TOO_LARGE)
    assert own.detail == "The option Size has 101 values, and Shopify allows 100."
    assert desk.client.writes == 0


@pytest.mark.parametrize("command", ["MERGE", "REPLACE"])
def test_rows_that_say_more_than_there_can_be_write_what_fits(sandbox: Sandbox, tmp_path: Path, command: str) -> None:
    shop = Builder(sandbox)
    sizes(shop, *range(40))
    desk, _ = import_(sandbox, shop.shop, many(shop, tmp_path, 101, command), tmp_path)
    own = row(desk, "products", "lamp")
    assert (own.outcome, own.verified, own.reason) == (Outcome.UPDATED, True, Reason.PART_CONFLICT)
    many_, left = {"MERGE": (f"141 {WITH}", "41 new variants are"), "REPLACE": ("101", "A new variant is")}[command]
    assert own.detail == f"Shopify allows an option 100 values, and Size would have {many_}. {left} left out."
    names = [f"x{number}" for number in range(40)] if command == "MERGE" else []
    names += [f"y{number}" for number in range(100 - len(names))]
    assert sorted(name for (name,) in lamp(shop)[2]) == sorted(names)


def test_a_mirror_that_cannot_take_all_away_leaves_out_what_does_not_fit(sandbox: Sandbox, tmp_path: Path) -> None:
    """Of a product whose media the source could not name it takes nothing away."""
    source, target = shops(sandbox)
    sizes(source, *range(100))
    sizes(target, *range(50, 120), price="7.00")

    def edit(name: str, number: int, record: Record) -> list[Record]:
        if name == "products":
            record["fields"]["media"] = ["shopsync:unknown/MediaImage/1"]
        return [record]

    archive = edited(archive_of(sandbox, source.shop, tmp_path), edit)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    own = row(desk, "products", "lamp")
    assert (own.outcome, own.verified, own.reason) == (Outcome.UPDATED, True, Reason.PART_CONFLICT)
    assert FULL in own.detail
    assert MIRROR not in own.detail
    assert len(lamp(target)[2]) == 100


def test_linked_options_have_room_for_as_many_entries(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shops(sandbox)
    for shop, numbers in ((source, range(100)), (target, range(60, 120))):
        entries = defined(sandbox, shop.shop, *(f"c{number:03}" for number in numbers))
        product = {
            "title": "Lamp",
            "handle": "lamp",
            "productOptions": [{"name": "Size", "linkedMetafield": {**LINK, "values": list(entries.values())}}],
            "variants": [
                {"optionValues": [{"optionName": "Size", "linkedMetafieldValue": entry}]} for entry in entries.values()
            ],
        }
        put(sandbox, shop.shop, product)
    desk, _ = copy(source, target, tmp_path)
    own = row(desk, "products", "lamp")
    assert (own.outcome, own.reason) == (Outcome.UPDATED, Reason.PART_CONFLICT)
    assert len(lamp(target)[2]) == 100
    again(source, target, tmp_path)
    mirrored, _ = copy(source, target, tmp_path, policy="mirror")
    assert troubles(mirrored) == {}
    assert lamp(target) == lamp(source)
