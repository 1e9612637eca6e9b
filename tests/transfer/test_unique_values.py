"""Unique values move from record to record: along chains, round in circles, away from what only the target has."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.builder import Builder, copy, equal, troubles
from tests.meddle import import_while, planned, row
from tests.support import Sandbox, total
from transfer.keys import Key
from transfer.outcomes import Outcome, Reason, State, Verdict
from transfer.uniques import LONGEST, moves
from transfer.work import Where

TEXT = "single_line_text_field"
CODE = ("custom", "code")
UNIQUE = {"uniqueValues": {"enabled": True}}
READ = '{ products(first: 250) { nodes { handle metafield(namespace: "custom", key: "code") { value } } } }'


@pytest.fixture(autouse=True)
def hurried(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses between attempts."""
    client = sandbox.client
    monkeypatch.setattr(sandbox, "client", lambda shop, **more: client(shop, sleep=lambda seconds: None, **more))


def shop(sandbox: Sandbox, codes: Mapping[str, str], type_: str = TEXT, **definition: Any) -> Builder:
    """A shop of products with codes of which no two may be the same."""
    own = Builder(sandbox)
    own.define_metafield("custom.code", type_, capabilities=UNIQUE, **definition)
    for handle, code in codes.items():
        product = own.product(handle, {"Size": ["S"]})
        if code:
            own.metafield(product, "custom.code", type_, code)
    return own


def codes(own: Builder) -> dict[str, str]:
    nodes = own.ask(READ)["products"]["nodes"]
    return {node["handle"]: node["metafield"]["value"] for node in nodes if node["metafield"]}


def arrived(source: Builder, target: Builder, folder: Path, **options: Any) -> int:
    """Imports; all arrives, and a second import writes nothing. How many values had to make way."""
    desk, _ = copy(source, target, folder, **options)
    assert troubles(desk) == {}
    assert not desk.ledger.select(Where(verified=(None, False), outcomes=frozenset({Outcome.UPDATED})), limit=9)
    assert not [own.detail for own in desk.ledger.select(Where(resource="product_metafields"), limit=999) if own.detail]
    assert equal(source, target, folder)
    again, _ = copy(source, target, folder, **options)
    assert again.client.writes == 0
    return sum(own.stepped for own in desk.ledger.select(Where(resource="product_metafields"), limit=999))


def test_a_chain_is_written_from_its_end(sandbox: Sandbox, tmp_path: Path) -> None:
    names = "abcde"
    source = shop(sandbox, {name: str(place + 1) for place, name in enumerate(names)})
    target = shop(sandbox, {name: str(place) for place, name in enumerate(names)})
    assert arrived(source, target, tmp_path) == 0, "nobody has to make way"


@pytest.mark.parametrize(
    ("type_", "rules"),
    [
        (TEXT, {}),
        ("multi_line_text_field", {}),
        ("id", {}),
        ("number_integer", {}),
        (TEXT, {"max": "3"}),
        ("number_integer", {"min": "10", "max": "40"}),
    ],
)
def test_a_rotation_and_a_swap_land_whatever_the_type_takes(
    sandbox: Sandbox, tmp_path: Path, type_: str, rules: dict[str, str]
) -> None:
    """Where the definition has rules that a stand-in could break, one of each circle is without a value meanwhile."""
    validations = [{"name": name, "value": value} for name, value in rules.items()]
    values = ["11", "12", "13", "21", "22"]
    turned = ["12", "13", "11", "22", "21"]
    source = shop(sandbox, dict(zip("abcde", turned, strict=True)), type_, validations=validations)
    target = shop(sandbox, dict(zip("abcde", values, strict=True)), type_, validations=validations)
    assert arrived(source, target, tmp_path) == 2


def test_addresses_change_places_too(sandbox: Sandbox, tmp_path: Path) -> None:
    one, other = "https://example.com/1", "https://example.com/2"
    source, target = shop(sandbox, {"a": one, "b": other}, "url"), shop(sandbox, {"a": other, "b": one}, "url")
    assert arrived(source, target, tmp_path) == 1


def test_a_long_chain_is_cut_rather_than_waited_for(sandbox: Sandbox, tmp_path: Path) -> None:
    names = [f"p{number:02}" for number in range(25)]
    source = shop(sandbox, {name: f"{place + 1}" for place, name in enumerate(names)})
    target = shop(sandbox, {name: f"{place}" for place, name in enumerate(names)})
    assert arrived(source, target, tmp_path) == 2


def test_a_value_that_only_the_target_has_is_told_or_deleted_for(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shop(sandbox, {"a": "1"}), shop(sandbox, {"extra": "1", "a": "2"})
    desk, _ = copy(source, target, tmp_path)
    value = row(desk, "product_metafields", "a", *CODE)
    assert (value.verdict, value.reason, value.outcome) == (Verdict.CANNOT, Reason.TAKEN, Outcome.FAILED)
    assert value.detail == "It must be unique there: extra / custom / code has its value in the target store."
    assert codes(target) == {"extra": "1", "a": "2"}
    desk, _ = copy(source, target, tmp_path, policy="mirror")
    assert codes(target) == {"a": "1"}
    assert total(desk, "outcome:failed") == 0


def test_what_a_stays_behind_keeps_its_value_and_the_plan_says_so(sandbox: Sandbox, tmp_path: Path) -> None:
    """A wants what B has, and B is left out; so is who wants what A has."""
    source, target = shop(sandbox, {"a": "2", "b": "3", "c": "1"}), shop(sandbox, {"a": "1", "b": "2", "c": "0"})
    left = {"excluded": {"records": [["product_metafields", ["b", *CODE]]]}}
    desk, _ = copy(source, target, tmp_path, **left)
    assert codes(target) == {"a": "1", "b": "2", "c": "0"}
    found = {name: row(desk, "product_metafields", name, *CODE) for name in "abc"}
    assert {name: own.reason for name, own in found.items()} == {
        "a": Reason.TAKEN,
        "b": Reason.EXCLUDED,
        "c": Reason.TAKEN,
    }
    assert all(not own.stepped for own in found.values())


def test_two_that_the_archive_gives_one_value(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), shop(sandbox, {})
    for handle in ("a", "b"):
        source.metafield(source.product(handle, {"Size": ["S"]}), "custom.code", TEXT, "1")
    desk, _ = copy(source, target, tmp_path)
    assert codes(target) == {"a": "1"}
    assert row(desk, "product_metafields", "b", *CODE).detail == (
        "It must be unique there: The archive gives its value to a / custom / code as well."
    )


@pytest.mark.parametrize("rules", [{}, {"max": "3"}], ids=["stand-in", "nothing"])
@pytest.mark.parametrize("lost", [1, 2, 3])
def test_the_answer_to_any_step_is_lost(sandbox: Sandbox, tmp_path: Path, rules: dict[str, str], lost: int) -> None:
    validations = [{"name": name, "value": value} for name, value in rules.items()]
    source = shop(sandbox, {"a": "1", "b": "2", "c": "3"}, validations=validations)
    target = shop(sandbox, {"a": "2", "b": "3", "c": "1"}, validations=validations)
    sandbox.faults(
        {"kind": "lost_answer", "times": 4, "match": "SetMetafields", "after": lost - 1, "shop": target.shop},
        {"kind": "lost_answer", "times": 4, "match": "DeleteMetafields", "shop": target.shop},
    )
    desk, _ = copy(source, target, tmp_path)
    sandbox.faults()
    assert troubles(desk) == {}
    assert not [own.detail for own in desk.ledger.select(Where(resource="product_metafields"), limit=99) if own.detail]
    assert equal(source, target, tmp_path)


def test_somebody_takes_the_value_meanwhile(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shop(sandbox, {"a": "2", "b": "1"}), shop(sandbox, {"a": "1", "b": "2"})

    def moment(desk: Any, stage: Any, checkpoint: Any) -> bool:
        own = row(desk, "product_metafields", "a", *CODE) if stage.name == "apply" else None
        return own is not None and own.stepped and own.state is State.PLANNED

    def deed(desk: Any) -> None:
        target.metafield(target.product("new", {"Size": ["S"]}), "custom.code", TEXT, "1")

    desk = import_while(source, target, tmp_path, moment, deed)
    found = {name: row(desk, "product_metafields", name, *CODE) for name in "ab"}
    assert found["b"].reason is Reason.TAKEN
    assert "already been assigned" in found["b"].detail
    assert found["a"].reason is Reason.TAKEN
    assert found["a"].detail.endswith(
        "Its old value was given up to another record before, so it holds a stand-in now, or nothing."
    )


def test_what_somebody_changed_before_makes_no_way(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shop(sandbox, {"a": "2", "b": "1"}), shop(sandbox, {"a": "1", "b": "2"})
    product = target.ask('{ productByIdentifier(identifier: {handle: "a"}) { id } }')["productByIdentifier"]["id"]
    deed = lambda desk: target.metafield(product, "custom.code", TEXT, "9")  # noqa: E731
    desk = import_while(source, target, tmp_path, planned, deed)
    assert codes(target) == {"a": "9", "b": "1"}
    assert row(desk, "product_metafields", "a", *CODE).reason is Reason.CHANGED_MEANWHILE
    assert row(desk, "product_metafields", "b", *CODE).verified


def test_who_makes_way_and_who_waits() -> None:
    nobody: set[Key] = set()
    chain: dict[Key, set[Key]] = {("a",): {("b",)}, ("b",): {("c",)}, ("c",): nobody}
    assert moves(chain) == (set(), {("a",): 2, ("b",): 1, ("c",): 0})
    ring: dict[Key, set[Key]] = {("a",): {("b",)}, ("b",): {("a",)}}
    assert moves(ring) == ({("a",)}, {("a",): 1, ("b",): 0})
    names: list[Key] = [(f"{number:04}",) for number in range(5000)]
    long: dict[Key, set[Key]] = {one: {other} for one, other in itertools.pairwise(names)} | {names[-1]: nobody}
    stepping, depths = moves(long)
    assert max(depths.values()) == LONGEST
    assert len(stepping) < 5000 / LONGEST
