"""What the pages of the admin show, in their order; and what of a definition can be changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import Sandbox, archive_of, checksums, export, import_, total
from tests.transfer.test_sheets_by_hand import book
from transfer.outcomes import Reason, Verdict
from transfer.resources.metafield_pins import BARRED, moves

DEFINE = """mutation D($definition: MetafieldDefinitionInput!) {
  metafieldDefinitionCreate(definition: $definition) { createdDefinition { id } userErrors { message } } }"""
PIN = """mutation P($id: ID!) {
  metafieldDefinitionPin(definitionId: $id) { pinnedDefinition { pinnedPosition } userErrors { code } } }"""
PINNED = """query P { metafieldDefinitions(ownerType: PRODUCT, first: 100, pinnedStatus: PINNED) {
  nodes { key pinnedPosition } } }"""
TYPES = """mutation T($definition: MetaobjectDefinitionCreateInput!) {
  metaobjectDefinitionCreate(definition: $definition) { metaobjectDefinition { id } userErrors { message } } }"""


def shop_with(sandbox: Sandbox, *keys: str, pinned: tuple[str, ...] = ()) -> str:
    shop = sandbox.shop()
    ids = {key: define(sandbox, shop, key) for key in keys}
    for key in pinned:
        assert sandbox.graphql(shop, PIN, id=ids[key])["metafieldDefinitionPin"]["userErrors"] == []
    return shop


def define(sandbox: Sandbox, shop: str, key: str, **given: object) -> str:
    own = {"ownerType": "PRODUCT", "namespace": "custom", "key": key, "name": key.title()}
    answer = sandbox.graphql(shop, DEFINE, definition={**own, "type": "single_line_text_field", **given})
    assert not answer["metafieldDefinitionCreate"]["userErrors"], answer
    return str(answer["metafieldDefinitionCreate"]["createdDefinition"]["id"])


def pins(sandbox: Sandbox, shop: str) -> list[str]:
    nodes = sandbox.graphql(shop, PINNED)["metafieldDefinitions"]["nodes"]
    assert sorted(node["pinnedPosition"] for node in nodes) == list(range(1, len(nodes) + 1))
    return [node["key"] for node in sorted(nodes, key=lambda node: node["pinnedPosition"])]


@pytest.mark.parametrize(
    ("present", "wanted", "moved"),
    [("", "cab", "cab"), ("abc", "abc", ""), ("abc", "acb", "cb"), ("axb", "ba", "bxa"), ("ab", "abc", "c")],
)
def test_as_few_pins_are_moved_as_their_order_takes(present: str, wanted: str, moved: str) -> None:
    assert "".join(moves(present, wanted)) == moved


def test_pins_arrive_in_their_order(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shop_with(sandbox, "aa", "bb", "cc", "dd", pinned=("cc", "aa", "dd")), sandbox.shop()
    _, past = export(sandbox, source, tmp_path)
    archive = archive_of(sandbox, source, tmp_path)
    import_(sandbox, target, archive, tmp_path)
    assert pins(sandbox, target) == ["cc", "aa", "dd"]
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0
    _, copied = export(sandbox, target, tmp_path)
    assert checksums(copied) == checksums(past)


def test_pins_of_the_target_stay_unless_the_archive_says_otherwise(sandbox: Sandbox, tmp_path: Path) -> None:
    source = shop_with(sandbox, "aa", "bb", "cc", pinned=("bb", "aa"))
    target = shop_with(sandbox, "aa", "cc", "own", pinned=("aa", "own", "cc"))
    archive = archive_of(sandbox, source, tmp_path)
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert pins(sandbox, target) == ["bb", "own", "aa"], "cc is not pinned in the archive, own is none of its own"
    assert desk.ledger.get("metafield_pins", [("PRODUCT",)])[("PRODUCT",)].verified
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0


def test_pins_of_definitions_that_do_not_come_are_no_success(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shop_with(sandbox, "aa", "bb", pinned=("bb",)), sandbox.shop()
    archive = archive_of(sandbox, source, tmp_path, resources=["metafield_pins"])
    desk, _ = import_(sandbox, target, archive, tmp_path)
    own = desk.ledger.get("metafield_pins", [("PRODUCT",)])[("PRODUCT",)]
    assert (own.verdict, own.reason) == (Verdict.CANNOT, Reason.NOTHING_LANDS)
    assert "pinned: points at shopsync:metafield_definitions/PRODUCT/custom/bb" in own.detail
    assert desk.client.writes == 0


def test_pins_beyond_the_limit_are_named(sandbox: Sandbox, tmp_path: Path) -> None:
    source = shop_with(sandbox, "aa", pinned=("aa",))
    many = tuple(f"own-{number}" for number in range(50))
    target = shop_with(sandbox, *many, pinned=many)
    desk, _ = import_(sandbox, target, archive_of(sandbox, source, tmp_path), tmp_path)
    row = desk.ledger.get("metafield_pins", [("PRODUCT",)])[("PRODUCT",)]
    assert row.reason is Reason.REFUSED and not row.verified
    assert row.detail.startswith("Not pinned: custom.aa (")
    assert total(desk, "outcome:failed") == 1, "the definition itself is there"
    assert pins(sandbox, target) == list(many)


@pytest.mark.parametrize("policy", ["update", "mirror", "create_only"])
@pytest.mark.parametrize("more", [(), ("bb",)])
def test_a_definition_that_is_for_some_categories_in_the_target_is_not_pinned(
    sandbox: Sandbox, tmp_path: Path, policy: str, more: tuple[str, ...]
) -> None:
    """Under a mirror it is for all, as in the source, and is pinned."""
    source, target = shop_with(sandbox, "aa", *more, pinned=("aa", *more)), sandbox.shop()
    define(sandbox, target, "aa", constraints={"key": "category", "values": ["aa-1"]})
    archive = archive_of(sandbox, source, tmp_path)
    wanted = ["aa", *more] if policy == "mirror" else list(more)
    for _ in range(2):
        desk, _ = import_(sandbox, target, archive, tmp_path, policy=policy)
        assert pins(sandbox, target) == wanted
        own = desk.ledger.get("metafield_pins", [("PRODUCT",)])[("PRODUCT",)]
        assert (own.detail == BARRED.format("custom.aa")) == (policy != "mirror")
        if policy == "mirror":
            assert own.verified
        elif not more:
            assert (own.verdict, own.reason) == (Verdict.CANNOT, Reason.TYPE_CONFLICT)
        else:
            assert own.reason is Reason.PART_CONFLICT
    assert desk.client.writes == 0
    assert sandbox.stats(target)["mutations"].get("metafieldDefinitionPin", 0) == len(wanted)


def test_a_lost_answer_leaves_every_pin_in_its_place(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shop_with(sandbox, "aa", "bb", pinned=("bb", "aa")), sandbox.shop()
    archive = archive_of(sandbox, source, tmp_path)
    sandbox.faults({"kind": "lost_answer", "match": "PinDefinition", "shop": target, "times": 2})
    import_(sandbox, target, archive, tmp_path)
    assert pins(sandbox, target) == ["bb", "aa"]


def test_what_shopify_cannot_change_is_a_conflict_and_never_tried(sandbox: Sandbox, tmp_path: Path) -> None:
    """A type, and what a reference leads to; all else is changed."""
    source, target = sandbox.shop(), sandbox.shop()
    for shop, type_, to in ((source, "number_integer", "red"), (target, "single_line_text_field", "blue")):
        ids = {}
        for name in ("red", "blue"):
            given = {"type": name, "fieldDefinitions": [{"key": "name", "type": "single_line_text_field"}]}
            answer = sandbox.graphql(shop, TYPES, definition=given)["metaobjectDefinitionCreate"]
            ids[name] = answer["metaobjectDefinition"]["id"]
        define(sandbox, shop, "kind", type=type_)
        leads = [{"name": "metaobject_definition_id", "value": ids[to]}]
        define(sandbox, shop, "colour", type="metaobject_reference", validations=leads)
        most = [{"name": "max", "value": "10" if to == "red" else "20"}]
        define(sandbox, shop, "text", validations=most, description=to, access={"storefront": "PUBLIC_READ"})
    desk, _ = import_(sandbox, target, archive_of(sandbox, source, tmp_path), tmp_path)
    rows = {
        key: desk.ledger.get("metafield_definitions", [("PRODUCT", "custom", key)])[("PRODUCT", "custom", key)]
        for key in ("kind", "colour", "text")
    }
    assert rows["kind"].verdict is rows["colour"].verdict is Verdict.CONFLICT
    assert "number_integer" in rows["kind"].detail
    assert "blue in the target store and red in the archive" in rows["colour"].detail
    assert rows["text"].verified and set(rows["text"].changed) == {"description", "validations.max"}
    assert sandbox.stats(target)["mutations"]["metafieldDefinitionUpdate"] == 1


def test_a_row_that_takes_off_all_pins_plans_nothing_again(sandbox: Sandbox, tmp_path: Path) -> None:
    """Where nothing is pinned there is no record: it was planned to be created, and said to be, at every upload."""
    shop = shop_with(sandbox, "aa", "bb", pinned=("aa", "bb"))
    file = book({"metafield_pins": [{"Key": "PRODUCT", "pinned (list)": "[empty]"}]}, "REPLACE")
    first, _ = import_(sandbox, shop, file, tmp_path)
    assert (total(first, "outcome:updated"), pins(sandbox, shop)) == (1, [])
    again, _ = import_(sandbox, shop, file, tmp_path)
    assert (total(again, "verdict:unchanged"), total(again, "verified"), again.client.writes) == (1, 1, 0)
