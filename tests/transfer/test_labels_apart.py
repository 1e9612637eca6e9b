"""Values of one label behind which the two stores have other entries; labels that change while others are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.builder import Builder, troubles
from tests.meddle import import_while, planned, row
from tests.support import Sandbox, archive_of, import_
from tests.transfer.test_linked_losses import linked, shades
from tests.transfer.test_sheets_by_hand import book
from transfer.outcomes import Outcome, Reason
from transfer.work import Desk

TEXT = "single_line_text_field"
READ = """query R($handle: String!) { productByIdentifier(identifier: {handle: $handle}) { id
  options { optionValues { name linkedMetafieldValue } }
  variants(first: 9) { nodes { id title metafield(namespace: "custom", key: "vv") { value } } } } }"""
HANDLE = "query H($id: ID!) { node(id: $id) { ... on Metaobject { handle } } }"
DISCOUNT = """mutation D($given: DiscountAutomaticBasicInput!) {
  discountAutomaticBasicCreate(automaticBasicDiscount: $given) { userErrors { message } } }"""
NAMED = """{ automaticDiscountNodes(first: 9) { nodes { automaticDiscount { ... on DiscountAutomaticBasic {
  customerGets { items { ... on DiscountProducts { productVariants(first: 9) { nodes { title } } } } } } } } } }"""


def shop(sandbox: Sandbox, names: Sequence[str], *chosen: int, plain: bool = False, say: str = "") -> Builder:
    """A shop with these shades (s0, s1, …), and a product q with some of them; a variant says `say` and its number."""
    own = Builder(sandbox)
    entries = shades(own, *names)
    if chosen:
        gid = (
            own.product("q", {"Colour": [names[number] for number in chosen]})
            if plain
            else linked(own, "q", [entries[number] for number in chosen])
        )
        for number, variant in zip(chosen, own.variants(gid), strict=True):
            if say:
                own.metafield(variant, "custom.vv", TEXT, f"{say}{number}")
    return own


def said(store: Builder, handle: str = "q") -> dict[str, str]:
    """Handle of the entry, or the label of a plain value -> what its variant says."""
    node = store.ask(READ, handle=handle)["productByIdentifier"]
    (option,) = node["options"]
    gids = {value["name"]: value["linkedMetafieldValue"] for value in option["optionValues"]}
    names = {label: store.ask(HANDLE, id=gid)["node"]["handle"] if gid else label for label, gid in gids.items()}
    return {names[one["title"]]: (one["metafield"] or {}).get("value", "") for one in node["variants"]["nodes"]}


@pytest.mark.parametrize("policy", ["create_only", "update", "mirror"])
def test_an_entry_that_both_stores_have_is_no_other_one_of_its_name(
    sandbox: Sandbox, tmp_path: Path, policy: str
) -> None:
    """The source's Red is s1; the target's value Red is s0, which is called Mint in the source."""
    source, target = shop(sandbox, ["Mint", "Red"], 1, say="ours "), shop(sandbox, ["Red", "Teal"], 0)
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy=policy)
    value = row(desk, "variant_metafields", "q", "Colour", "Red", "custom", "vv")
    if policy == "create_only":
        assert (value.outcome, value.reason) == (Outcome.FAILED, Reason.LEFT_BEHIND)
    assert said(target) == {
        "create_only": {"s0": ""},
        "update": {"s0": "", "s1": "ours 1"},
        "mirror": {"s1": "ours 1"},
    }[policy]  # fmt: skip
    assert import_(sandbox, target.shop, archive, tmp_path, policy=policy)[0].client.writes == 0


def test_it_is_none_either_where_its_product_is_left_out(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shop(sandbox, ["Mint", "Red"], 1, say="ours "), shop(sandbox, ["Red", "Teal"], 0)
    archive = archive_of(sandbox, source.shop, tmp_path)
    excluded = {"records": [["products", ["q"]]]}
    for _ in range(2):
        desk, _ = import_(sandbox, target.shop, archive, tmp_path, excluded=excluded)
        assert row(desk, "variant_metafields", "q", "Colour", "Red", "custom", "vv").reason is Reason.LEFT_BEHIND
        assert said(target) == {"s0": ""}


def test_entries_of_which_the_other_store_does_not_know_are_the_same_by_their_name(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Each store has an entry Red, under another handle. The target cannot have a second one beside it."""
    source = shop(sandbox, ["Red"], 0, say="ours ")
    target = Builder(sandbox)
    definition = target.define("shade", {"key": "name", "type": TEXT})
    rule = [{"name": "metaobject_definition_id", "value": definition}]
    target.define_metafield("custom.shades", "list.metaobject_reference", validations=rule)
    linked(target, "q", [target.entry("shade", "rouge", name="Red")])
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert row(desk, "variant_metafields", "q", "Colour", "Red", "custom", "vv").verified
    assert list(said(target).values()) == ["ours 0"]


@pytest.mark.parametrize("policy", ["update", "mirror"])
def test_a_plain_value_is_not_the_entry_that_is_about_to_lose_its_name(
    sandbox: Sandbox, tmp_path: Path, policy: str
) -> None:
    """Green becomes Red, and Lime becomes Green: what is Green by then is known when that is done."""
    source = shop(sandbox, ["Red", "Green"], 0, 1, plain=True, say="ours ")
    target = shop(sandbox, ["Green", "Lime"], 0, 1, say="theirs ")
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy=policy)
    assert row(desk, "products", "q").reason is Reason.PART_CONFLICT
    for label in ("Red", "Green"):
        value = row(desk, "variant_metafields", "q", "Colour", label, "custom", "vv")
        assert (value.outcome, value.reason) == (Outcome.FAILED, Reason.MISSING_OWNER)
    assert not any(text.startswith("ours") for text in said(target).values())
    again, _ = import_(sandbox, target.shop, archive, tmp_path, policy=policy)
    assert set(troubles(again).values()) <= {Reason.FULLER}
    assert said(target) == {"s0": "ours 0", "s1": "ours 1"}


@pytest.mark.parametrize("policy", ["update", "mirror"])
def test_labels_in_a_ring_land_with_one_import(sandbox: Sandbox, tmp_path: Path, policy: str) -> None:
    """While the names change places two entries have one, and Shopify shows no two values alike."""
    source = shop(sandbox, ["Wool", "Hemp", "Jute"], 0, 1, say="ours ")
    target = shop(sandbox, ["Jute", "Wool", "Hemp"], 2, 0, say="theirs ")
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy=policy)
    assert set(troubles(desk).values()) <= {Reason.FULLER}
    ours = {"s0": "ours 0", "s1": "ours 1"}
    assert said(target) == (ours if policy == "mirror" else {**ours, "s2": "theirs 2"})
    assert import_(sandbox, target.shop, archive, tmp_path, policy=policy)[0].client.writes == 0


def test_a_new_product_waits_for_entries_whose_names_change_places(sandbox: Sandbox, tmp_path: Path) -> None:
    """And what cannot be without it waits with it."""
    source = shop(sandbox, ["Hemp", "Jute"], 0, 1, say="ours ")
    needs = {"key": "product", "type": "product_reference", "required": True}
    source.define("look", needs)
    gid = source.ask(READ, handle="q")["productByIdentifier"]["id"]
    source.entry("look", "one", product=gid)
    target = shop(sandbox, ["Jute", "Hemp"])
    linked(target, "r", [_entry(target, "s1")])
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert troubles(desk) == {}
    assert said(target) == {"s0": "ours 0", "s1": "ours 1"}
    assert import_(sandbox, target.shop, archive, tmp_path)[0].client.writes == 0


def _entry(store: Builder, handle: str) -> str:
    document = 'query E($h: String!) { metaobjectByHandle(handle: {type: "shade", handle: $h}) { id } }'
    return str(store.ask(document, h=handle)["metaobjectByHandle"]["id"])


def test_a_discount_on_a_variant_that_a_mirror_takes_away_was_changed_by_nobody(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Shopify takes the variant out of it by itself."""
    stores = []
    for sizes in (["S", "M"], ["S", "L"]):
        own = Builder(sandbox)
        variants = own.variants(own.product("cap", {"Size": sizes}))
        gets: dict[str, Any] = {"value": {"percentage": 0.1}, "items": {"products": {"productVariantsToAdd": variants}}}
        given = {"title": "Auto", "startsAt": "2024-01-01T00:00:00Z", "customerGets": gets}
        assert not own.ask(DISCOUNT, given=given)["discountAutomaticBasicCreate"]["userErrors"]
        stores.append(own)
    source, target = stores
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    assert troubles(desk) == {}
    (found,) = target.ask(NAMED)["automaticDiscountNodes"]["nodes"]
    items = found["automaticDiscount"]["customerGets"]["items"]
    assert [node["title"] for node in items["productVariants"]["nodes"]] == ["S", "M"]
    assert import_(sandbox, target.shop, archive, tmp_path, policy="mirror")[0].client.writes == 0


def test_a_variant_keeps_its_name_although_its_product_is_not_read(sandbox: Sandbox, tmp_path: Path) -> None:
    """Rows for entries and values, one of which renames an entry: nobody else has changed the variant."""
    target = shop(sandbox, ["Red", "Green"], 0, 1, say="old ")
    rows: dict[str, list[Mapping[str, object]]] = {
        "metaobjects": [{"Key": "shade/s0", f"fields.name [{TEXT}]": "Crimson"}],
        "variant_metafields": [{"Key": f"q/Colour/{name}", f"custom.vv [{TEXT}]": "new"} for name in ("Red", "Green")],
    }
    desk, _ = import_(sandbox, target.shop, book(rows, "MERGE"), tmp_path)
    assert troubles(desk) == {}
    assert said(target) == {"s0": "new", "s1": "new"}


def test_a_row_for_a_value_without_an_entry_does_not_hold_up_the_others(sandbox: Sandbox, tmp_path: Path) -> None:
    target = shop(sandbox, ["Red", "Green"], 0, 1)
    variants: list[Mapping[str, object]] = [
        {"Key": "q", "options": f"Colour={name}", "price": "7.00"} for name in ("Red", "Blue")
    ]
    rows = book({"products": [{"Key": "q", "vendor": "New"}], "products.variants": variants}, "MERGE")
    for _ in range(2):
        desk, _ = import_(sandbox, target.shop, rows, tmp_path)
        own = row(desk, "products", "q")
        assert (own.reason, own.verified) == (Reason.PART_CONFLICT, True)
        assert "no entry is named for its value Blue" in own.detail
    assert desk.client.writes == 0
    assert [node["price"] for node in target.ask(PRICES)["productByIdentifier"]["variants"]["nodes"]] == [
        "7.00",
        "2.00",
    ]


SAID = """{ productByIdentifier(identifier: {handle: "cap"}) {
  variants(first: 1) { nodes { sku barcode compareAtPrice } } } }"""
PRICES = '{ productByIdentifier(identifier: {handle: "q"}) { variants(first: 9) { nodes { price } } } }'


@pytest.mark.parametrize("excluded", [{"records": [["products", ["q"]]]}, {"resources": ["products"]}])
def test_a_mirror_leaves_an_entry_that_a_product_goes_on_showing(
    sandbox: Sandbox, tmp_path: Path, excluded: dict[str, Any]
) -> None:
    source = shop(sandbox, ["Red", "Green"], 0, 1)
    target = shop(sandbox, ["Red", "Green", "Khaki", "Lime"], 0, 2)
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror", excluded=excluded)
    kept, gone = (row(desk, "metaobjects", "shade", name) for name in ("s2", "s3"))
    assert (kept.outcome, kept.detail) == (
        Outcome.LEFT,
        "q shows it as a value of an option, and stays as it is: so does this.",
    )
    assert gone.outcome is Outcome.DELETED
    assert said(target).keys() == {"s0", "s2"}
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    assert troubles(desk) == {}
    assert row(desk, "metaobjects", "shade", "s2").outcome is Outcome.DELETED
    assert import_(sandbox, target.shop, archive, tmp_path, policy="mirror")[0].client.writes == 0


def test_a_mirror_leaves_the_entry_of_a_product_that_it_was_told_to_leave(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shop(sandbox, ["Red"]), shop(sandbox, ["Red", "Green"], 1)
    source.product("cap", {"Size": ["S"]})
    archive = archive_of(sandbox, source.shop, tmp_path)
    excluded = {"records": [["products", ["q"]]]}
    for _ in range(2):
        desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror", excluded=excluded)
        assert row(desk, "products", "q").outcome is Outcome.LEFT
        assert row(desk, "metaobjects", "shade", "s1").outcome is Outcome.LEFT
    assert said(target).keys() == {"s1"}
    assert desk.client.writes == 0


def test_a_mirror_leaves_the_entry_of_a_product_that_somebody_changed(sandbox: Sandbox, tmp_path: Path) -> None:
    """Products go before the entries by which their values go, so that it is known by then which of them stay."""
    source, target = shop(sandbox, ["Red"]), shop(sandbox, ["Red", "Green"], 1)
    source.product("cap", {"Size": ["S"]})
    change = "mutation U($p: ProductUpdateInput!) { productUpdate(product: $p) { userErrors { message } } }"

    def edit(desk: Desk) -> None:
        gid = target.ask(READ, handle="q")["productByIdentifier"]["id"]
        assert not target.ask(change, p={"id": gid, "title": "Theirs"})["productUpdate"]["userErrors"]

    desk = import_while(source, target, tmp_path, planned, edit, policy="mirror")
    assert row(desk, "products", "q").reason is Reason.CHANGED_MEANWHILE
    assert row(desk, "metaobjects", "shade", "s1").outcome is Outcome.LEFT
    assert said(target).keys() == {"s1"}


def test_a_mirror_deletes_an_entry_together_with_the_product_that_shows_it(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shop(sandbox, ["Red"]), shop(sandbox, ["Red", "Green"], 1)
    source.product("cap", {"Size": ["S"]})
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    assert troubles(desk) == {}
    assert row(desk, "metaobjects", "shade", "s1").outcome is Outcome.DELETED
    assert import_(sandbox, target.shop, archive, tmp_path, policy="mirror")[0].client.writes == 0


def test_one_entry_that_is_missing_makes_no_other_one_of_the_rest(sandbox: Sandbox, tmp_path: Path) -> None:
    """The target's Lime is s0, the source's s1; s2 is left out, so that the option is not linked anew as a whole."""
    source = shop(sandbox, ["Navy", "Lime", "Blue"], 1, 2, say="ours ")
    target = shop(sandbox, ["Lime", "Mint"], 0, say="theirs ")
    archive = archive_of(sandbox, source.shop, tmp_path)
    excluded = {"records": [["metaobjects", ["shade", "s2"]]]}
    for _ in range(2):
        desk, _ = import_(sandbox, target.shop, archive, tmp_path, excluded=excluded)
        assert said(target) == {"s0": "theirs 0", "s1": "ours 1"}
    assert desk.client.writes == 0


def test_a_plain_option_stays_plain_where_its_entries_would_show_labels_that_it_has(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """The target calls s0 Green and s1 Red, and keeps to that: no value can become what another is called."""
    source = shop(sandbox, ["Red", "Green"], 0, 1, say="ours ")
    target = shop(sandbox, ["Green", "Red"])
    gid = target.product("q", {"Colour": ["Red", "Green"]})
    archive = archive_of(sandbox, source.shop, tmp_path)
    for _ in range(2):
        desk, _ = import_(sandbox, target.shop, archive, tmp_path, excluded={"resources": ["metaobjects"]})
        own = row(desk, "products", "q")
        assert (own.reason, own.verified) == (Reason.PART_CONFLICT, True)
        assert "so that its values are plain" in own.detail
        prices = target.ask(PRICES)["productByIdentifier"]["variants"]["nodes"]
        assert [node["price"] for node in prices] == ["2.00", "2.00"]
        assert said(target) == {"Red": "ours 0", "Green": "ours 1"}
    assert gid


@pytest.mark.parametrize("name", ["UpdateProduct", "AddVariants"])
def test_a_text_that_waits_for_its_own_new_variant_was_changed_by_nobody(
    sandbox: Sandbox, tmp_path: Path, name: str
) -> None:
    """The first write leaves the link out; an answer to it or to what follows may be lost."""
    source, target = Builder(sandbox), Builder(sandbox)
    gid = source.product("cap", {"Size": ["S", "M"]})
    link = f'<a href="/products/cap?variant={source.variants(gid)[1].rsplit("/", 1)[1]}">M</a>'
    document = "mutation D($p: ProductUpdateInput!) { productUpdate(product: $p) { userErrors { message } } }"
    assert not source.ask(document, p={"id": gid, "descriptionHtml": link})["productUpdate"]["userErrors"]
    target.product("cap", {"Size": ["S"]}, descriptionHtml="old")
    archive = archive_of(sandbox, source.shop, tmp_path)
    sandbox.faults({"kind": "lost_answer", "times": 1, "match": name, "shop": target.shop})
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert troubles(desk) == {}
    assert import_(sandbox, target.shop, archive, tmp_path)[0].client.writes == 0


def test_what_only_the_target_says_of_a_variant_goes_although_its_options_stand_in_another_order(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.product("cap", {"Size": ["S"], "Colour": ["Red"]}, chosen=[["S", "Red"]])
    more = {"barcode": "1", "compareAtPrice": "9.00", "sku": "old"}
    target.product("cap", {"Colour": ["Red"], "Size": ["S"]}, chosen=[["Red", "S"]], fields=more)
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert row(desk, "products", "cap").reason is Reason.FULLER
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    (variant,) = target.ask(SAID)["productByIdentifier"]["variants"]["nodes"]
    assert not any(variant.values())
    assert import_(sandbox, target.shop, archive, tmp_path, policy="mirror")[0].client.writes == 0
