"""The metafield behind a linked option holds what the option's values are, before an import and after it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builder import troubles
from tests.meddle import row
from tests.support import Sandbox, archive_of, import_
from tests.transfer.test_linked_again import VALUE, copied, shop
from tests.transfer.test_linked_options import defined, entry, lamp, links, put, read
from tests.transfer.test_sheets_by_hand import book
from transfer.outcomes import Outcome, Reason

TYPE = "list.metaobject_reference"
SET = """mutation S($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) { userErrors { message } } }"""


def kept(sandbox: Sandbox, domain: str) -> list[str]:
    """The values of the option, which are those of the metafield."""
    node = read(sandbox, domain)
    assert sorted(json.loads(node["metafield"]["value"])) == sorted(filter(None, links(node).values()))
    return list(links(node))


@pytest.mark.parametrize(
    ("here", "there", "both"),
    [
        (["red", "green"], ["green", "blue"], ["Red", "Green", "Blue"]),
        (["red"], ["red", "green"], ["Red", "Green"]),
        (["red", "blue"], ["red", "green", "blue"], ["Red", "Green", "Blue"]),
        (["blue", "red"], ["red", "green", "blue"], ["Blue", "Red", "Green"]),
    ],
)
def test_a_value_that_the_target_alone_has_stays_in_both(
    sandbox: Sandbox, tmp_path: Path, here: list[str], there: list[str], both: list[str]
) -> None:
    source, target = shop(sandbox, *here), shop(sandbox, *there)
    desk = copied(sandbox, source, target, tmp_path)
    assert kept(sandbox, target) == both
    assert set(troubles(desk).values()) == {Reason.FULLER}
    assert row(desk, *VALUE).verified and "has more of it" in row(desk, *VALUE).detail
    assert copied(sandbox, source, target, tmp_path).client.writes == 0
    copied(sandbox, target, source, tmp_path)
    assert sorted(kept(sandbox, source)) == sorted(both)
    assert copied(sandbox, target, source, tmp_path).client.writes == 0


def test_a_mirror_takes_it_out_of_both(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shop(sandbox, "red", "green"), shop(sandbox, "green", "blue")
    desk = copied(sandbox, source, target, tmp_path, "mirror")
    assert kept(sandbox, target) == ["Red", "Green"]
    assert row(desk, *VALUE).verified
    assert troubles(desk) == {}
    assert copied(sandbox, source, target, tmp_path, "mirror").client.writes == 0


def test_a_product_that_is_left_out_keeps_its_values_and_theirs(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shop(sandbox, "red", "green"), shop(sandbox, "green", "blue")
    archive = archive_of(sandbox, source, tmp_path)
    desk, _ = import_(sandbox, target, archive, tmp_path, excluded={"records": [["products", ["lamp"]]]})
    own = row(desk, *VALUE)
    assert (own.outcome, own.reason) == (Outcome.FAILED, Reason.TYPE_CONFLICT)
    assert kept(sandbox, target) == ["Green", "Blue"]


def test_an_option_that_is_plain_in_the_source_leaves_that_of_the_target(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop(), shop(sandbox, "green", "blue")
    colours = defined(sandbox, source, "red", "green")
    gid = put(sandbox, source, lamp(colours, linked=False))
    given = {"ownerId": gid, "namespace": "custom", "key": "colour", "type": TYPE}
    sandbox.graphql(source, SET, metafields=[{**given, "value": json.dumps([colours["red"]])}])
    for _ in range(2):
        desk = copied(sandbox, source, target, tmp_path)
        assert row(desk, *VALUE).reason is Reason.TYPE_CONFLICT
        assert kept(sandbox, target) == ["Green", "Blue"]
    assert desk.client.writes == 0


@pytest.mark.parametrize("handles", [("red",), ("red", "green", "blue"), ("blue", "red")])
def test_a_cell_of_the_metafield_alone_changes_no_option(
    sandbox: Sandbox, tmp_path: Path, handles: tuple[str, ...]
) -> None:
    domain = shop(sandbox, "red", "blue")
    for name in {*handles} - {"red", "blue"}:
        entry(sandbox, domain, name, label=name.title())
    value = json.dumps([f"shopsync:metaobjects/colour/{handle}" for handle in handles])
    sheet = book({"product_metafields": [{"Key": "lamp", f"custom.colour [{TYPE}]": value}]}, "UPDATE")
    desk, _ = import_(sandbox, domain, sheet, tmp_path)
    own = row(desk, *VALUE)
    assert "change the option instead" in own.detail
    assert kept(sandbox, domain) == ["Red", "Blue"]
