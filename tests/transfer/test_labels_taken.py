"""Labels behind linked options that one entry has, and another one is to get: no two values can be called the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.builder import Builder, troubles
from tests.meddle import row
from tests.support import Sandbox, archive_of, import_
from tests.transfer.test_linked_again import copied, shop
from tests.transfer.test_linked_options import defined, entry, lamp, links, put, read
from transfer.fidelity import summary
from transfer.local import local_desk, run
from transfer.outcomes import Outcome, Reason
from transfer.registry import RESOURCES
from transfer.stages import COMPARISON

TAKEN = "The display name you have chosen is already in use as an option value."


def labelled(sandbox: Sandbox, price: int, **labels: str) -> str:
    """A shop whose lamp has these colours: handle of the entry -> its label. Each costs one more than the last."""
    domain = sandbox.shop()
    colours = defined(sandbox, domain, *labels, prefix="first ")
    for handle, label in labels.items():
        entry(sandbox, domain, handle, label=label)
    given = lamp(colours)
    for number, variant in enumerate(given["variants"]):
        variant["price"] = f"{price + number // 2}.00"
    put(sandbox, domain, given)
    return domain


def prices(sandbox: Sandbox, shop: str) -> dict[str, str]:
    return {node["title"]: node["price"] for node in read(sandbox, shop)["variants"]["nodes"]}


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize(
    ("here", "there"),
    [
        ({"red": "Red", "blue": "Blue"}, {"red": "X", "blue": "Y"}),
        ({"red": "Blue", "blue": "Navy"}, {"red": "Red", "blue": "Blue"}),
        ({"blue": "Red", "red": "Crimson"}, {"red": "Red", "blue": "Blue"}),
        ({"a": "B", "b": "C", "c": "D", "d": "E"}, {"a": "A", "b": "B", "c": "C", "d": "D"}),
        ({"red": "Rose", "azure": "Red"}, {"red": "Red"}),
    ],
)
def test_labels_move_along(
    sandbox: Sandbox, tmp_path: Path, here: dict[str, str], there: dict[str, str], lost: bool
) -> None:
    """One of them waits until the other has another label. What the values cost is written onto the right ones."""
    source, target = labelled(sandbox, 10, **here), labelled(sandbox, 50, **there)
    if lost:
        names = ("UpdateMetaobject", "CreateMetaobject", "UpdateVariants")
        sandbox.faults(*({"kind": "lost_answer", "times": 1, "match": name, "shop": target} for name in names))
    desk = copied(sandbox, source, target, tmp_path)
    assert troubles(desk) == {}
    assert set(links(read(sandbox, target))) == set(here.values())
    assert prices(sandbox, target) == prices(sandbox, source)
    assert copied(sandbox, source, target, tmp_path).client.writes == 0


def test_a_mirror_gives_an_entry_the_label_of_a_value_that_it_takes_away(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = labelled(sandbox, 10, red="Blue"), labelled(sandbox, 50, red="Red", blue="Blue")
    desk = copied(sandbox, source, target, tmp_path, "mirror")
    assert troubles(desk) == {}
    assert prices(sandbox, target) == prices(sandbox, source) == {"Blue / S": "10.00", "Blue / L": "10.00"}
    assert row(desk, "metaobjects", "colour", "blue").outcome is Outcome.DELETED
    assert copied(sandbox, source, target, tmp_path, "mirror").client.writes == 0


def test_labels_that_are_swapped_stay_and_are_told(sandbox: Sandbox, tmp_path: Path) -> None:
    """All else arrives, on the variants of the same entries."""
    source, target = labelled(sandbox, 10, red="Blue", blue="Red"), labelled(sandbox, 50, red="Red", blue="Blue")
    for _ in range(2):
        desk = copied(sandbox, source, target, tmp_path)
        for name in ("red", "blue"):
            own = row(desk, "metaobjects", "colour", name)
            assert (own.outcome, own.reason) == (Outcome.UNCHANGED, Reason.PART_CONFLICT)
            assert TAKEN in own.detail
        assert row(desk, "products", "lamp").verified
        assert prices(sandbox, target) == {
            "Red / S": "10.00",
            "Red / L": "10.00",
            "Blue / S": "11.00",
            "Blue / L": "11.00",
        }


VALUES = """query V { productByIdentifier(identifier: {handle: "lamp"}) {
  variants(first: 20) { nodes { id metafield(namespace: "custom", key: "words") { value } } } } }"""
SET = (
    """mutation S($values: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $values) { userErrors { message } } }"""
)


def say(sandbox: Sandbox, shop: str, *words: str) -> None:
    """Gives the variants of the lamp metafields."""
    nodes = sandbox.graphql(shop, VALUES)["productByIdentifier"]["variants"]["nodes"]
    own = {"namespace": "custom", "key": "words", "type": "single_line_text_field"}
    values = [{"ownerId": node["id"], **own, "value": text} for node, text in zip(nodes, words, strict=True)]
    assert not sandbox.graphql(shop, SET, values=values)["metafieldsSet"]["userErrors"]


@pytest.mark.parametrize("excluded", [{}, {"records": [["metaobjects", ["colour", "red"]]]}])
@pytest.mark.parametrize("policy", ["update", "mirror"])
def test_what_variants_say_is_found_under_their_other_labels(
    sandbox: Sandbox, tmp_path: Path, policy: str, excluded: dict[str, Any]
) -> None:
    """Whether the labels change with this import or not: before, both stores' values were taken for other variants'."""
    source, target = shop(sandbox, "red", "blue"), shop(sandbox, "red", "blue", prefix="X ")
    say(sandbox, source, "1", "2", "3", "4")
    say(sandbox, target, "1", "b", "c", "d")
    archive = archive_of(sandbox, source, tmp_path)
    for writes in (True, False):
        desk, _ = import_(sandbox, target, archive, tmp_path, policy=policy, excluded=excluded)
        assert set(troubles(desk).values()) <= {Reason.EXCLUDED}
        nodes = sandbox.graphql(target, VALUES)["productByIdentifier"]["variants"]["nodes"]
        assert [node["metafield"]["value"] for node in nodes] == ["1", "2", "3", "4"]
        assert bool(desk.client.writes) == writes


def said(sandbox: Sandbox, shop: str) -> list[str]:
    nodes = sandbox.graphql(shop, VALUES)["productByIdentifier"]["variants"]["nodes"]
    return [node["metafield"]["value"] for node in nodes]


@pytest.mark.parametrize("policy", ["update", "mirror"])
@pytest.mark.parametrize(
    ("here", "there"),
    [
        ({"red": "Blue", "blue": "Navy"}, {"red": "Red", "blue": "Blue"}),
        ({"red": "Red", "blue": "Green"}, {"red": "Green", "blue": "Lime"}),
    ],
)
def test_what_variants_say_stays_theirs_where_labels_move_along(
    sandbox: Sandbox, tmp_path: Path, policy: str, here: dict[str, str], there: dict[str, str]
) -> None:
    """One label is another variant's before and after."""
    source, target = labelled(sandbox, 10, **here), labelled(sandbox, 10, **there)
    say(sandbox, source, "1", "2", "3", "4")
    say(sandbox, target, "a", "b", "c", "d")
    desk = copied(sandbox, source, target, tmp_path, policy)
    assert troubles(desk) == {}
    assert said(sandbox, target) == ["1", "2", "3", "4"]
    assert copied(sandbox, source, target, tmp_path, policy).client.writes == 0


KEPT = [
    {"red": "Blue", "blue": "Red"},  # each has the other's label, for good
    {"red": "Blue", "blue": "Azure"},  # the label of one is what the other is called in the archive
    {"red": "Rose", "blue": "Red"},
]


@pytest.mark.parametrize("existing", [False, True])
@pytest.mark.parametrize("labels", KEPT)
def test_all_lands_on_the_same_entries_where_the_target_keeps_its_labels(
    sandbox: Sandbox, tmp_path: Path, labels: dict[str, str], existing: bool
) -> None:
    """Prices, metafields, references to a variant and links to it: by the entry behind its value, never by a label."""
    source = labelled(sandbox, 10, red="Red", blue="Blue")
    say(sandbox, source, "1", "2", "3", "4")
    nodes = read(sandbox, source)["variants"]["nodes"]
    text = f'<a href="/products/lamp?variant={nodes[2]["id"].rsplit("/", 1)[1]}">Blue, S</a>'
    own = Builder(sandbox, shop=source)
    cap = own.product("cap", {"Title": ["Default Title"]}, descriptionHtml=text)
    own.metafield(cap, "custom.goes_with", "variant_reference", nodes[0]["id"])
    if existing:
        target = labelled(sandbox, 50, **labels)
        say(sandbox, target, "a", "b", "c", "d")
    else:
        target = sandbox.shop()
        defined(sandbox, target, *labels)
        for handle, label in labels.items():
            entry(sandbox, target, handle, label=label)
    archive = archive_of(sandbox, source, tmp_path)
    excluded = {"resources": ["metaobjects"]}
    desk, _ = import_(sandbox, target, archive, tmp_path, excluded=excluded)
    assert set(troubles(desk).values()) == {Reason.EXCLUDED}
    there = read(sandbox, target)
    assert list(links(there)) == list(labels.values())
    assert [node["price"] for node in there["variants"]["nodes"]] == ["10.00", "10.00", "11.00", "11.00"]
    assert said(sandbox, target) == ["1", "2", "3", "4"]
    found = Builder(sandbox, shop=target).ask(CAP)["productByIdentifier"]
    assert found["metafield"]["value"] == there["variants"]["nodes"][0]["id"]
    assert there["variants"]["nodes"][2]["id"].rsplit("/", 1)[1] in found["descriptionHtml"]
    assert import_(sandbox, target, archive, tmp_path, excluded=excluded)[0].client.writes == 0


CAP = """{ productByIdentifier(identifier: {handle: "cap"}) {
  descriptionHtml metafield(namespace: "custom", key: "goes_with") { value } } }"""


def test_a_value_of_the_target_alone_is_not_taken_for_the_one_whose_label_it_has(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    source = labelled(sandbox, 10, red="Red", blue="Blue")
    say(sandbox, source, "1", "2", "3", "4")
    target = labelled(sandbox, 50, red="Rose", blue="Blue", ruby="Red")
    say(sandbox, target, "a", "b", "c", "d", "e", "f")
    desk = copied(sandbox, source, target, tmp_path)
    assert row(desk, "metaobjects", "colour", "red").reason is Reason.PART_CONFLICT  # its label is taken
    assert said(sandbox, target) == ["1", "2", "3", "4", "e", "f"]
    assert row(desk, "variant_metafields", "lamp", "Colour", "Red (ruby)", "Size", "S", "custom", "words").gid
    mirrored = copied(sandbox, source, target, tmp_path, "mirror")
    assert troubles(mirrored) == {}
    assert links(read(sandbox, target)).keys() == {"Red", "Blue"}
    assert said(sandbox, target) == ["1", "2", "3", "4"]
    assert copied(sandbox, source, target, tmp_path, "mirror").client.writes == 0


@pytest.mark.parametrize("name", ["CreateProduct", "AddVariants", "SetMetafields"])
def test_an_answer_that_is_lost_takes_no_label_for_a_name(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    """What was made is found again, and named by its entries."""
    source = labelled(sandbox, 10, red="Red", blue="Blue", green="Green")
    say(sandbox, source, "1", "2", "3", "4", "5", "6")
    labels = {"red": "Green", "blue": "Blue", "green": "Red"}
    if name == "AddVariants":
        target = labelled(sandbox, 50, blue="Blue")
        defined_more = {handle: label for handle, label in labels.items() if handle != "blue"}
    else:
        target, defined_more = sandbox.shop(), labels
        defined(sandbox, target, *labels)
    for handle, label in defined_more.items():
        entry(sandbox, target, handle, label=label)
    archive = archive_of(sandbox, source, tmp_path)
    sandbox.faults({"kind": "lost_answer", "times": 1, "match": name, "shop": target})
    import_(sandbox, target, archive, tmp_path, excluded={"resources": ["metaobjects"]})
    nodes = sandbox.graphql(target, VALUES)["productByIdentifier"]["variants"]["nodes"]
    titles = {node["id"]: node["title"] for node in read(sandbox, target)["variants"]["nodes"]}
    assert {titles[node["id"]]: node["metafield"]["value"] for node in nodes} == {
        "Green / S": "1", "Green / L": "2", "Blue / S": "3", "Blue / L": "4", "Red / S": "5", "Red / L": "6"
    }  # fmt: skip


def product(**labels: str) -> dict[str, Any]:
    """A product whose one option has these values: handle of the entry -> label."""
    option = {
        "name": "Colour",
        "values": list(labels.values()),
        "linkedMetafield": "custom.colour",
        "linkedValues": [f"shopsync:metaobjects/colour/{name}" for name in labels],
    }
    return {"options": [option], "variants": [{"options": [["Colour", label]]} for label in labels.values()]}


@pytest.mark.parametrize(
    ("present", "wanted", "names"),
    [
        ({"red": "X", "blue": "Y"}, {"red": "Red", "blue": "Blue"}, ["Red", "Blue"]),
        ({"red": "Red", "blue": "Blue"}, {"red": "Blue", "blue": "Red"}, ["Blue", "Red"]),
        ({"red": "Red", "blue": "Blue"}, {"red": "Blue", "blue": "Navy"}, ["Blue", "Navy"]),
        ({"red": "Rose", "ruby": "Red"}, {"red": "Red"}, ["Red", "Red (ruby)"]),
        ({"red": "Rose", "ruby": "Red", "x": "Red (ruby)"}, {"red": "Red"}, ["Red", "Red (ruby)'", "Red (ruby)"]),
        ({"ruby": "Red"}, {"red": "Red"}, ["Red"]),  # another entry, and nothing else that could be meant
    ],
)
def test_a_value_goes_by_the_name_that_its_entry_has(
    present: dict[str, str], wanted: dict[str, str], names: list[str]
) -> None:
    found = RESOURCES["products"].aligned(product(**present), product(**wanted))
    assert found["options"][0]["values"] == names
    assert [variant["options"] for variant in found["variants"]] == [[["Colour", name]] for name in names]


def test_what_the_wanted_record_does_not_know_goes_by_the_name_that_it_had() -> None:
    """Of two entries that one side or the other knows, the wanted record's keeps the name."""
    sides = product(red="Red"), product(red="Rose", ruby="Red (ruby)", sky="Blue")
    now = product(red="Crimson", ruby="Scarlet", sky="Azure", new="Crimson 2")
    found = RESOURCES["products"].aligned(now, *sides)
    assert found["options"][0]["values"] == ["Red", "Red (ruby)", "Blue", "Crimson 2"]


def test_entries_that_the_target_calls_alike_are_plain_values(sandbox: Sandbox, tmp_path: Path) -> None:
    """Shopify lets no two values of an option have one label."""
    source, target = labelled(sandbox, 10, red="Red", blue="Blue"), sandbox.shop()
    defined(sandbox, target, "red", "blue")
    entry(sandbox, target, "blue", label="Red")
    archive = archive_of(sandbox, source, tmp_path)
    for _ in range(2):
        desk, _ = import_(sandbox, target, archive, tmp_path, excluded={"resources": ["metaobjects"]})
        own = row(desk, "products", "lamp")
        assert (own.reason, own.verified) == (Reason.PART_CONFLICT, True)
        assert "The option Colour cannot be linked to custom.colour in this store, so that its values" in own.detail
        assert prices(sandbox, target) == prices(sandbox, source)
        assert set(links(read(sandbox, target)).values()) == {None}


def test_a_comparison_lays_the_same_entries_side_by_side(sandbox: Sandbox, tmp_path: Path) -> None:
    source = labelled(sandbox, 10, red="Red", blue="Blue")
    say(sandbox, source, "1", "2", "3", "4")
    target = labelled(sandbox, 50, red="Blue", blue="Red")
    archive = archive_of(sandbox, source, tmp_path)
    import_(sandbox, target, archive, tmp_path, excluded={"resources": ["metaobjects"]})
    desk = local_desk(sandbox.client(target), tmp_path / "compare", settling=0.0)
    with desk.storage.write("ours.zip") as file:
        file.write(archive)
    found = summary(run(desk, COMPARISON, {"archive": "ours.zip", "other": ""})["compare"]["resources"])
    assert {name for name, own in found["resources"].items() if own["fidelity"] not in (None, 1.0)} == {"metaobjects"}
    assert found["totals"]["differing"] == 2
