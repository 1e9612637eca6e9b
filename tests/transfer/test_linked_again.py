"""Options that are linked to entries, in stores that were copied before: labels, values and links that have changed."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.builder import troubles
from tests.meddle import row
from tests.support import Sandbox, archive_of, import_
from tests.transfer.test_linked_options import defined, lamp, links, put, read
from tests.transfer.test_many_variants import REPRICE
from transfer.outcomes import Outcome, Reason
from transfer.work import Desk

VALUE = ("product_metafields", "lamp", "custom", "colour")


def shop(sandbox: Sandbox, *colours: str, linked: bool = True, prefix: str = "", **more: Any) -> str:
    domain = sandbox.shop()
    put(sandbox, domain, {**lamp(defined(sandbox, domain, *colours, prefix=prefix), linked=linked), **more})
    return domain


def copied(sandbox: Sandbox, source: str, target: str, folder: Path, policy: str = "update") -> Desk:
    desk, _ = import_(sandbox, target, archive_of(sandbox, source, folder), folder, policy=policy)
    return desk


def test_a_label_that_was_changed_in_the_source_changes_the_values_here(sandbox: Sandbox, tmp_path: Path) -> None:
    """The entries are written before, and Shopify shows the values by their names."""
    source = shop(sandbox, "red", "blue", vendor="New")
    target = shop(sandbox, "red", "blue", prefix="X ", vendor="Old")
    before = [node["id"] for node in read(sandbox, target)["variants"]["nodes"]]
    desk = copied(sandbox, source, target, tmp_path)
    assert troubles(desk) == {}
    assert row(desk, "products", "lamp").changed == ("vendor",)
    assert list(links(read(sandbox, target))) == ["Red", "Blue"]
    assert [node["id"] for node in read(sandbox, target)["variants"]["nodes"]] == before
    assert copied(sandbox, source, target, tmp_path).client.writes == 0


@pytest.mark.parametrize("linked", [True, False])
def test_what_our_own_write_of_an_option_did_to_its_metafield_is_nobody_s_change(
    sandbox: Sandbox, tmp_path: Path, linked: bool
) -> None:
    source = shop(sandbox, "green", "red")
    target = shop(sandbox, "red", linked=linked)
    desk = copied(sandbox, source, target, tmp_path)
    assert troubles(desk) == {}
    assert row(desk, *VALUE).verified
    assert copied(sandbox, source, target, tmp_path).client.writes == 0


def test_a_plain_value_that_a_linked_option_cannot_get_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    source = shop(sandbox, "red", "blue", linked=False, vendor="New")
    target = shop(sandbox, "red", vendor="Old")
    desk = copied(sandbox, source, target, tmp_path)
    own = row(desk, "products", "lamp")
    assert (own.outcome, own.reason, own.verified) == (Outcome.UPDATED, Reason.PART_CONFLICT, True)
    assert own.detail == (
        "The option Colour is linked to custom.colour in the target store and not in the archive, so that it cannot "
        "get the value Blue; link it in the source store, too. 2 variants with other values of it cannot be made."
    )
    assert copied(sandbox, source, target, tmp_path).client.writes == 0


@pytest.mark.parametrize("seed", range(8))
def test_whatever_two_stores_have_nobody_else_is_said_to_have_changed_it(
    sandbox: Sandbox, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    colours = ["red", "blue", "green", "pink"]
    source, target = (
        shop(
            sandbox,
            *chance.sample(colours, chance.randint(1, 3)),
            linked=chance.random() < 0.7,
            prefix=chance.choice(("", prefix)),
        )
        for prefix in ("", "X ")
    )
    policy = chance.choice(("update", "mirror"))
    told = troubles(copied(sandbox, source, target, tmp_path, policy))
    assert set(told.values()) <= {Reason.PART_CONFLICT, Reason.FULLER}
    own = read(sandbox, target)
    if own["options"][0]["linkedMetafield"]:
        assert sorted(json.loads(own["metafield"]["value"])) == sorted(filter(None, links(own).values()))
    assert copied(sandbox, source, target, tmp_path, policy).client.writes == 0


def test_a_label_that_does_not_change_after_all_keeps_its_variants_from_nothing(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """The entry is left out of the plan, so that the values are called as they were."""
    source = shop(sandbox, "red", "blue", vendor="New")
    target = shop(sandbox, "red", prefix="X ", vendor="Old")
    own = read(sandbox, target)
    cheap = [{"id": node["id"], "price": "1.00"} for node in own["variants"]["nodes"]]
    sandbox.graphql(target, REPRICE, id=own["id"], variants=cheap)
    archive = archive_of(sandbox, source, tmp_path)
    left = {"records": [["metaobjects", ["colour", "red"]]]}
    desk, _ = import_(sandbox, target, archive, tmp_path, excluded=left)
    assert row(desk, "products", "lamp").verified
    prices = {node["title"]: node["price"] for node in read(sandbox, target)["variants"]["nodes"]}
    assert prices == {"X Red / S": "10.00", "X Red / L": "12.00", "Blue / S": "10.00", "Blue / L": "12.00"}
    again, _ = import_(sandbox, target, archive, tmp_path, excluded=left)
    assert again.client.writes == 0


def test_a_mirror_leaves_what_an_option_is_made_of(sandbox: Sandbox, tmp_path: Path) -> None:
    """The option is linked in the target alone, and stays so: its metafield is what it is made of."""
    source = shop(sandbox, "red", linked=False)
    target = shop(sandbox, "red", "blue")
    for _ in range(2):
        desk = copied(sandbox, source, target, tmp_path, "mirror")
        value = row(desk, *VALUE)
        assert (value.outcome, value.reason) == (Outcome.LEFT, Reason.NONE)
        assert value.detail == "An option of its product is made of it, and stays."
    assert list(links(read(sandbox, target))) == ["Red"]
    assert desk.client.writes == 0
