"""Labels behind linked options that one entry has, and another one is to get: no two values can be called the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.builder import troubles
from tests.meddle import row
from tests.support import Sandbox, archive_of, import_
from tests.transfer.test_linked_again import copied, shop
from tests.transfer.test_linked_options import defined, entry, lamp, links, put, read
from transfer.outcomes import Outcome, Reason
from transfer.registry import RESOURCES

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


def test_what_variants_say_stays_theirs_where_labels_move_along(sandbox: Sandbox, tmp_path: Path) -> None:
    """One label is another variant's before and after: the values come with a second import at the latest."""
    source, target = labelled(sandbox, 10, red="Blue", blue="Navy"), labelled(sandbox, 10, red="Red", blue="Blue")
    say(sandbox, source, "1", "2", "3", "4")
    say(sandbox, target, "a", "b", "c", "d")
    archive = archive_of(sandbox, source, tmp_path)
    for _ in range(2):
        desk, _ = import_(sandbox, target, archive, tmp_path)
        nodes = sandbox.graphql(target, VALUES)["productByIdentifier"]["variants"]["nodes"]
        values = [node["metafield"]["value"] for node in nodes]
        assert all(value in both for value, both in zip(values, ("1a", "2b", "3c", "4d"), strict=True))
    assert troubles(desk) == {}
    assert values == ["1", "2", "3", "4"]


def test_a_label_that_moves_along_names_no_variant_as_another() -> None:
    """By the time it is read again, the name would be that of the other one."""
    entries = {name: f"shopsync:metaobjects/colour/{name}" for name in ("red", "blue")}

    def product(**labels: str) -> dict[str, Any]:
        option = {
            "name": "Colour",
            "values": list(labels.values()),
            "linkedMetafield": "custom.colour",
            "linkedValues": [entries[name] for name in labels],
        }
        return {"options": [option], "variants": [{"options": [["Colour", label]]} for label in labels.values()]}

    pairs = RESOURCES["products"].counterparts(("lamp",), product(red="X", blue="Y"), product(red="Red", blue="Blue"))
    assert {here.key[-1]: there.key[-1] for here, there in pairs} == {"X": "Red", "Y": "Blue"}
    along = product(red="Red", blue="Blue"), product(red="Blue", blue="Navy")
    assert list(RESOURCES["products"].counterparts(("lamp",), *along)) == []
