"""Imports into stores that are not empty: what is there already, and what somebody does meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.builder import NAME, Builder, circle, copy, equal, refers, troubles
from tests.support import Sandbox, total
from transfer.outcomes import Reason

Shape = tuple[dict[str, list[str]], list[list[str]] | None]


@pytest.mark.parametrize(
    ("wanted", "present"),
    [
        (({"Size": ["S", "M"]}, None), ({"Size": ["S", "L", "M"]}, None)),
        (({"Size": ["S", "M"]}, None), ({"Size": ["M", "S", "L"]}, None)),
        (({"Size": ["S", "M", "XL"]}, [["S"], ["M"]]), ({"Size": ["S"]}, None)),
        (
            ({"Size": ["S", "M"], "Fit": ["slim"]}, [["S", "slim"], ["M", "slim"]]),
            ({"Fit": ["slim"], "Size": ["M"]}, [["slim", "M"]]),
        ),
    ],
    ids=["a value more", "another order", "a value without variants", "options the other way round"],
)
def test_options_of_a_product_that_exists_converge(
    sandbox: Sandbox, tmp_path: Path, wanted: Shape, present: Shape
) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.product("shirt", wanted[0], chosen=wanted[1])
    target.product("shirt", present[0], chosen=present[1])
    desk, _ = copy(source, target, tmp_path)
    assert set(troubles(desk).values()) <= {Reason.FULLER}, "what only the target has is kept, and named"
    again, _ = copy(source, target, tmp_path)
    assert again.client.writes == 0


def test_a_variants_values_are_the_same_whatever_order_its_options_are_in(sandbox: Sandbox, tmp_path: Path) -> None:
    """A mirror would otherwise delete the target's value, and fail to write the archive's."""
    source, target = Builder(sandbox), Builder(sandbox)
    here = source.product("shirt", {"Size": ["S"], "Fit": ["slim"]}, chosen=[["S", "slim"]])
    there = target.product("shirt", {"Fit": ["slim"], "Size": ["S"]}, chosen=[["slim", "S"]])
    for shop, product in ((source, here), (target, there)):
        shop.metafield(shop.variants(product)[0], "custom.note", "single_line_text_field", "soft")
        shop.metafield(product, "custom.best", "variant_reference", shop.variants(product)[0])
    desk, _ = copy(source, target, tmp_path, policy="mirror")
    assert not troubles(desk)
    assert total(desk, "outcome:updated") == 1
    assert equal(source, target, tmp_path)


def test_what_our_own_definitions_change_in_entries_is_nobody_elses_doing(sandbox: Sandbox, tmp_path: Path) -> None:
    """Turning publishing on gives every entry a status: under the old rule those entries were "changed meanwhile"."""
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("color", NAME, publishable=True)
    source.entry("color", "red", active=True, name="Red")
    target.define("color", NAME)
    target.entry("color", "red", name="Rot")
    target.entry("color", "extra", name="Extra")
    desk, _ = copy(source, target, tmp_path, policy="mirror")
    assert not troubles(desk)
    assert equal(source, target, tmp_path)


def test_a_list_is_written_with_the_references_that_land(sandbox: Sandbox, tmp_path: Path) -> None:
    """A required list with a lost item is filled by the others; a required single one is not."""
    source, target = Builder(sandbox), Builder(sandbox)
    color = source.define("color", NAME)
    red, blue = (source.entry("color", name, name=name) for name in ("red", "blue"))
    source.define("pair", refers("both", color, type_="list.metaobject_reference", required=True))
    source.entry("pair", "pair", both=f'["{red}","{blue}"]')
    source.define("single", refers("one", color, required=True))
    source.entry("single", "single", one=red)
    left_out = {"records": [["metaobjects", ["color", "red"]]]}
    desk, _ = copy(source, target, tmp_path, excluded=left_out)
    assert troubles(desk) == {
        ("metaobjects", "color", "red"): "excluded",
        ("metaobjects", "pair", "pair"): "unresolved_reference",
        ("metaobjects", "single", "single"): "left_behind",
    }
    again, _ = copy(source, target, tmp_path, excluded=left_out)
    assert again.client.writes == 0


@pytest.mark.parametrize("publishable", [False, True])
def test_circles_of_required_references_arrive(sandbox: Sandbox, tmp_path: Path, publishable: bool) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    circle(source, publishable=publishable)
    desk, _ = copy(source, target, tmp_path)
    assert not troubles(desk)
    assert equal(source, target, tmp_path)


def test_half_a_circle_in_the_target_is_completed(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    circle(source)
    first = target.define("first", NAME)
    target.define("second", NAME, refers("back", first, required=True))
    desk, _ = copy(source, target, tmp_path)
    assert not troubles(desk)
    assert equal(source, target, tmp_path)


@pytest.mark.parametrize(
    "choice", [{"policy": "create_only"}, {"excluded": {"resources": ["metaobject_definitions"]}}], ids=str
)
def test_a_definition_that_is_left_alone_gets_no_demand(
    sandbox: Sandbox, tmp_path: Path, choice: dict[str, Any]
) -> None:
    """Its entries arrive in their circle all the same, and it demands of the target's own no more than before."""
    source, target = Builder(sandbox), Builder(sandbox)
    circle(source)
    first = target.define("first", NAME)
    second = target.define("second", NAME, refers("back", first))
    target.redefine(first, {"create": refers("onward", second)})
    demanding = "{ metaobjectDefinitions(first: 9) { nodes { type fieldDefinitions { key required } } } }"
    before = target.ask(demanding)
    desk, _ = copy(source, target, tmp_path, **choice)
    assert target.ask(demanding) == before
    assert {key[0] for key in troubles(desk)} == {"metaobject_definitions"}
    assert desk.ledger.tally()["metaobjects"]["verified"] == 2


def test_what_is_left_out_of_an_empty_store_is_no_failure(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    circle(source)
    desk, _ = copy(source, target, tmp_path, excluded={"resources": ["metaobject_definitions"]})
    own = {key: reason for key, reason in troubles(desk).items() if key[0] == "metaobject_definitions"}
    assert set(own.values()) == {"excluded"}


def test_a_demand_that_is_made_later_is_a_demand_all_the_same(sandbox: Sandbox, tmp_path: Path) -> None:
    """`required` is left off while a circle is built; an entry that can never fill its field must not slip through."""
    source, target = Builder(sandbox), Builder(sandbox)
    circle(source)
    desk, _ = copy(source, target, tmp_path, excluded={"records": [["metaobjects", ["first", "one"]]]})
    assert troubles(desk)["metaobjects", "second", "two"] == "left_behind"
    assert sandbox.stats(target.shop)["objects"].get("Metaobject", 0) == 0


def test_a_reference_is_never_written_into_a_field_that_takes_texts(sandbox: Sandbox, tmp_path: Path) -> None:
    """The target's field of that name is of another type, and the entry is not there, or has nothing in it."""
    source, target = Builder(sandbox), Builder(sandbox)
    color = source.define("color", NAME)
    source.define("pair", NAME, refers("one", color))
    red = source.entry("color", "red", name="Red")
    for handle in ("first", "second"):
        source.entry("pair", handle, name="Pair", one=red)
    source.entry("pair", "third", name="Pair")
    target.define("pair", NAME, {"key": "one", "type": "single_line_text_field"})
    target.entry("pair", "second", name="Mine")
    desk, _ = copy(source, target, tmp_path)
    conflict = Reason.PART_CONFLICT
    assert troubles(desk) == {
        ("metaobject_definitions", "pair"): conflict,
        ("metaobjects", "pair", "first"): conflict,
        ("metaobjects", "pair", "second"): conflict,
    }
    first = desk.ledger.get("metaobjects", [("pair", "first")])["pair", "first"]
    assert (first.verdict, first.outcome) == ("create", "created"), "it arrives without, and the plan says so"
    assert (
        first.detail == "The field one is of type single_line_text_field in the target store, not metaobject_reference."
    )
    read = '{ metaobjects(type: "pair", first: 9) { nodes { handle one: field(key: "one") { value } } } }'
    nodes = target.ask(read)["metaobjects"]["nodes"]
    assert {node["handle"]: node["one"]["value"] for node in nodes} == {"first": None, "second": None, "third": None}


def test_a_new_demand_tells_of_the_entries_that_it_hides(sandbox: Sandbox, tmp_path: Path) -> None:
    """Shopify lists no entry that lacks what became required; of those in the archive, each has it."""
    source, target = Builder(sandbox), Builder(sandbox)
    text = "single_line_text_field"
    source.define("tool", NAME, {"key": "use", "type": text, "required": True})
    source.entry("tool", "saw", name="Saw", use="Wood")
    target.define("tool", NAME, {"key": "use", "type": text})
    for handle in ("saw", "file", "plane"):
        target.entry("tool", handle, name=handle)
    target.entry("tool", "axe", name="axe", use="Trees")
    desk, _ = copy(source, target, tmp_path)
    row = desk.ledger.get("metaobject_definitions", [("tool",)])[("tool",)]
    assert (row.outcome, row.verified, row.reason) == ("updated", True, "")
    assert row.detail == (
        "2 entries of the target store that this import leaves as they are lack use, which is required then: "
        "Shopify lists them no more until it is filled."
    )
    again, _ = copy(source, target, tmp_path)
    assert not again.ledger.get("metaobject_definitions", [("tool",)])[("tool",)].detail


def test_an_entry_that_requires_itself_arrives(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    node = source.define("node", NAME)
    own = source.entry("node", "own", name="Own")
    source.redefine(node, {"create": refers("me", node)})
    source.change(own, me=own)
    source.redefine(node, {"update": {"key": "me", "required": True}})
    desk, _ = copy(source, target, tmp_path)
    assert not troubles(desk)
    assert equal(source, target, tmp_path)


def test_a_mirror_sees_entries_of_types_that_only_the_target_has(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("color", NAME)
    source.entry("color", "red", name="Red")
    target.define("shape", NAME)
    target.entry("shape", "round", name="Round")
    kept, _ = copy(source, target, tmp_path)
    assert (total(kept, "outcome:left"), total(kept, "outcome:deleted")) == (2, 0)
    desk, _ = copy(source, target, tmp_path, policy="mirror")
    assert desk.ledger.get("metaobjects", [("shape", "round")])[("shape", "round")].outcome == "deleted"


def test_a_field_that_the_target_lacks_comes_to_stand_where_it_stands_in_the_archive(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Shopify puts a new field behind those that are there."""
    source, target = Builder(sandbox), Builder(sandbox)
    note, size = ({"key": key, "type": "single_line_text_field"} for key in ("note", "size"))
    source.define("look", NAME, note, size)
    target.define("look", NAME, size)
    desk, _ = copy(source, target, tmp_path)
    assert troubles(desk) == {}
    assert equal(source, target, tmp_path)


def test_a_definition_for_more_categories_than_a_page_holds_keeps_them_all(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    constraints = {"key": "category", "values": [f"aa-{number}" for number in range(120)]}
    source.define_metafield("custom.fit", "single_line_text_field", constraints=constraints)
    desk, _ = copy(source, target, tmp_path)
    assert troubles(desk) == {}
    own = """{ metafieldDefinitions(ownerType: PRODUCT, first: 9) { nodes {
      constraints { values(first: 250) { nodes { value } } } } } }"""
    (node,) = target.ask(own)["metafieldDefinitions"]["nodes"]
    assert len(node["constraints"]["values"]["nodes"]) == 120


@pytest.mark.parametrize("theirs", [0, 200])
def test_more_categories_than_one_request_takes(sandbox: Sandbox, tmp_path: Path, theirs: int) -> None:
    """Shopify takes lists of 250, and a definition may be bound to more categories than that."""
    source, target = Builder(sandbox), Builder(sandbox)
    names = [f"aa-{number}" for number in range(520)]
    source.define_metafield(
        "custom.fit", "single_line_text_field", constraints={"key": "category", "values": names[:250]}
    )
    for start in (250, 500):
        steps = [{"create": name} for name in names[start : start + 250]]
        given = {"ownerType": "PRODUCT", "namespace": "custom", "key": "fit"}
        source.ask(
            """mutation U($definition: MetafieldDefinitionUpdateInput!) {
              metafieldDefinitionUpdate(definition: $definition) { userErrors { message } } }""",
            definition={**given, "constraintsUpdates": {"key": "category", "values": steps}},
        )
    if theirs:
        other = [f"ap-{number}" for number in range(theirs)]
        target.define_metafield(
            "custom.fit", "single_line_text_field", constraints={"key": "category", "values": other}
        )
    desk, _ = copy(source, target, tmp_path)
    assert troubles(desk) == {}
    assert equal(source, target, tmp_path)
    again, _ = copy(source, target, tmp_path)
    assert again.client.writes == 0
