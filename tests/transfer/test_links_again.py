"""What a first import says of links that lead nowhere, the second says again, and writes nothing for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.builder import NAME, Builder, refers
from tests.meddle import row
from tests.support import Sandbox, archive_of, import_, total
from transfer.local import local_desk, run
from transfer.outcomes import Outcome, Reason
from transfer.stages import IMPORT
from transfer.trace import WRITABLE
from transfer.work import Desk, Where

PARTIAL = (Reason.UNRESOLVED_REFERENCE, Reason.UNREAD_REFERENCE)


def told(desk: Desk) -> dict[tuple[str, ...], tuple[Any, ...]]:
    rows = desk.ledger.select(Where(), limit=100_000)
    return {(own.resource, *own.key): (own.reason, own.lost, own.detail) for own in rows if own.reason in PARTIAL}


@pytest.mark.parametrize("seed", ["links", "nasty"])
def test_a_second_import_says_the_same_of_what_it_leaves_alone(sandbox: Sandbox, tmp_path: Path, seed: str) -> None:
    source, target = sandbox.shop(seed, products=8), sandbox.shop()
    archive = archive_of(sandbox, source, tmp_path)
    import_(sandbox, target, archive, tmp_path)  # languages and the like need two
    first, _ = import_(sandbox, target, archive, tmp_path)
    whole, _ = import_(sandbox, sandbox.shop(), archive, tmp_path)
    assert told(first) == told(whole) != {}
    assert first.client.writes == 0
    assert total(first, "lost") == total(whole, "lost")


LINKS = "<p><a href='/products/hat'>hat</a> <a href='/products/cap'>cap</a> <a href='https://x.example/'>x</a></p>"


def test_links_are_judged_by_what_the_store_has_by_then(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    for handle in ("hat", "cap"):
        source.product(handle, {"Size": ["S"]})
    source.product("shirt", {"Size": ["S"]}, descriptionHtml=LINKS)
    alone = archive_of(sandbox, source.shop, tmp_path, records=[["products", ["shirt"]]])
    first, _ = import_(sandbox, target.shop, alone, tmp_path)
    target.product("hat", {"Size": ["S"]})
    second, _ = import_(sandbox, target.shop, alone, tmp_path)
    own = [row(desk, "products", "shirt") for desk in (first, second)]
    assert [one.outcome for one in own] == [Outcome.CREATED, Outcome.UNCHANGED]
    assert [one.reason for one in own] == [Reason.UNRESOLVED_REFERENCE] * 2
    assert [("products/hat" in one.detail, "products/cap" in one.detail) for one in own] == [
        (True, True),
        (False, True),
    ]
    target.product("cap", {"Size": ["S"]})
    third, _ = import_(sandbox, target.shop, alone, tmp_path)
    last = row(third, "products", "shirt")
    assert (last.outcome, last.reason, last.detail, last.lost, last.verified) == (Outcome.UNCHANGED, "", "", (), True)


def test_what_is_left_out_of_the_plan_is_missed_by_unchanged_texts(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    for shop in (source, target):
        shop.product("shirt", {"Size": ["S"]}, descriptionHtml="<a href='/products/hat'>hat</a>")
    source.product("hat", {"Size": ["S"]})
    archive = archive_of(sandbox, source.shop, tmp_path)
    out = {"records": [["products", ["hat"]]]}
    left, _ = import_(sandbox, target.shop, archive, tmp_path, excluded=out)
    assert row(left, "products", "shirt").reason == Reason.UNRESOLVED_REFERENCE
    whole, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert row(whole, "products", "shirt").reason == Reason.NONE


def test_the_plan_is_arranged_anew_only_where_the_decision_takes_something_out(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    for handle in ("hat", "cap"):
        source.product(handle, {"Size": ["S"]})
    archive = archive_of(sandbox, source.shop, tmp_path)

    def looked(number: int, **excluded: Any) -> int:
        desk = local_desk(sandbox.client(target.shop), tmp_path / f"look-{number}", settling=0.0)
        with desk.storage.write("source.zip") as file:
            file.write(archive)
        seen: list[str] = []
        stages = IMPORT[: [stage.name for stage in IMPORT].index("apply")]
        run(
            desk,
            stages,
            {"archive": "source.zip", "policy": "update", "excluded": excluded},
            lambda s, _: seen.append(s.name),
        )
        assert {own.wave is not None for own in desk.ledger.select(WRITABLE, limit=99)} == {True}
        return seen.count("rearrange")

    assert looked(1) == 1
    assert looked(2, records=[["products", ["hat"]]]) > 1


def test_a_reference_that_does_not_land_is_no_update(sandbox: Sandbox, tmp_path: Path) -> None:
    """Its target is refused at every import: the record that refers to it is as it was, and says so."""
    source, target = Builder(sandbox), Builder(sandbox)
    thing = source.define("thing", NAME)
    source.define("other", NAME, refers("thing", thing))
    source.entry("other", "one", name="One", thing=source.entry("thing", "two", name="Two"))
    target.define("thing", NAME, {"key": "must", "type": "single_line_text_field", "required": True})
    archive = archive_of(sandbox, source.shop, tmp_path)
    import_(sandbox, target.shop, archive, tmp_path)
    for name in ("", "Other"):
        if name:
            entry = target.ask('{ metaobjects(type: "other", first: 1) { nodes { id } } }')["metaobjects"]["nodes"][0]
            target.change(entry["id"], name=name)
        desk, _ = import_(sandbox, target.shop, archive, tmp_path)
        row = desk.ledger.get("metaobjects", [("other", "one")])["other", "one"]
        said = (row.outcome, row.changed, row.reason, row.lost, row.verified)
        outcome, changed = (Outcome.UPDATED, ("fields.name.value",)) if name else (Outcome.UNCHANGED, ())
        assert said == (outcome, changed, Reason.UNRESOLVED_REFERENCE, ("fields.thing",), True)


def _lists(source: Builder) -> None:
    """A product, of which values and an entry list another one, and refer to it in JSON."""
    hat, cap = (source.product(handle, {"Size": ["S"]}) for handle in ("hat", "cap"))
    shirt = source.product("shirt", {"Size": ["S"]})
    source.metafield(shirt, "custom.both", "list.product_reference", json.dumps([hat, cap]))
    source.metafield(shirt, "custom.only", "list.product_reference", json.dumps([cap]))
    source.metafield(shirt, "custom.json", "json", json.dumps({"a": [hat, cap], cap: 1}))
    source.define("look", NAME, {"key": "worn", "type": "list.product_reference"})
    source.entry("look", "one", name="One", worn=json.dumps([hat, cap]))


LISTING = (
    ("product_metafields", "shirt", "custom", "both"),
    ("product_metafields", "shirt", "custom", "only"),
    ("product_metafields", "shirt", "custom", "json"),
    ("metaobjects", "look", "one"),
)


def test_a_list_that_lacks_entries_names_them_at_every_import(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    _lists(source)
    archive = archive_of(sandbox, source.shop, tmp_path)
    out = {"records": [["products", ["cap"]]]}
    for outcome in (Outcome.CREATED, Outcome.UNCHANGED):
        desk, _ = import_(sandbox, target.shop, archive, tmp_path, excluded=out)
        for key in LISTING:
            own = row(desk, *key)
            assert (own.outcome, own.reason, own.verified) == (outcome, Reason.UNRESOLVED_REFERENCE, True), key
            assert "points at shopsync:products/cap, which was left out of this import." in own.detail
    assert desk.client.writes == 0


def test_of_a_list_all_that_lands_is_written_where_one_record_fails(sandbox: Sandbox, tmp_path: Path) -> None:
    """It was to be created, and Shopify refused it: what lists it lacks that one and no other."""
    source, target = Builder(sandbox), Builder(sandbox)
    _lists(source)
    archive = archive_of(sandbox, source.shop, tmp_path)
    nope = {"errors": [{"message": "nope"}]}
    for outcome in (Outcome.CREATED, Outcome.UPDATED):
        sandbox.faults({"kind": "body", "match": '"handle": "cap"', "shop": target.shop, "body": json.dumps(nope)})
        desk, _ = import_(sandbox, target.shop, archive, tmp_path)
        assert row(desk, "products", "cap").outcome is Outcome.FAILED
        for key in LISTING:
            own = row(desk, *key)
            assert own.outcome in (outcome, Outcome.UNCHANGED), key
            assert (own.reason, own.verified) == (Reason.UNRESOLVED_REFERENCE, True), key
            assert "points at shopsync:products/cap" in own.detail
    sandbox.faults()
    whole, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert {row(whole, *key).reason for key in LISTING} == {Reason.NONE}


_CUSTOMER = """mutation C($input: CustomerSetInput!) {
  customerSet(input: $input) { customer { id } userErrors { message } } }"""


def test_people_whom_nobody_asked_for_are_not_said_to_be_gone(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    anna = source.ask(_CUSTOMER, input={"email": "anna@boutique.example"})["customerSet"]["customer"]["id"]
    shirt = source.product("shirt", {"Size": ["S"]})
    source.metafield(shirt, "custom.testers", "list.customer_reference", json.dumps([anna]))
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    own = row(desk, "product_metafields", "shirt", "custom", "testers")
    number = anna.rsplit("/", 1)[1]
    assert own.detail == (
        f"value: points at Customer {number}, which the archive does not name, because nobody asked for customers."
    )
    asked = archive_of(sandbox, source.shop, tmp_path, also=["customers"])
    whole, _ = import_(sandbox, target.shop, asked, tmp_path)
    assert row(whole, "product_metafields", "shirt", "custom", "testers").reason is Reason.NONE


_MENU = """mutation M($title: String!, $handle: String!, $items: [MenuItemCreateInput!]!) {
  menuCreate(title: $title, handle: $handle, items: $items) { menu { id } userErrors { message } } }"""


def test_an_item_of_a_menu_is_told_once_whatever_became_of_it(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    hat, cap = (source.product(handle, {"Size": ["S"]}) for handle in ("hat", "hat-2"))
    items = [{"title": gid[-1], "type": "PRODUCT", "resourceId": gid} for gid in (hat, cap)]
    assert not source.ask(_MENU, title="Hats", handle="hats", items=items)["menuCreate"]["userErrors"]
    archive = archive_of(sandbox, source.shop, tmp_path)
    out = {"records": [["products", ["hat"]], ["products", ["hat-2"]]]}
    for _ in range(2):
        desk, _ = import_(sandbox, target.shop, archive, tmp_path, excluded=out)
        assert row(desk, "menus", "hats").detail == (
            "items: points at shopsync:products/hat, which was left out of this import. "
            "items: points at shopsync:products/hat-2, which was left out of this import."
        )


def test_a_dead_link_of_what_is_fuller_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    """Equal but for a price that only the target has: it was told of the price, and not of the link."""
    source, target = Builder(sandbox), Builder(sandbox)
    texts = {"vendor": "Ours", "descriptionHtml": '<a href="/products/none">none</a>'}
    source.product("shirt", {"Size": ["S"]}, **texts)
    target.product("shirt", {"Size": ["S"]}, **texts, fields={"compareAtPrice": "9.00"})
    archive = archive_of(sandbox, source.shop, tmp_path)
    for policy in ("update", "mirror"):
        desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy=policy)
        told = row(desk, "products", "shirt")
        assert (told.reason, told.lost) == (Reason.UNRESOLVED_REFERENCE, ("descriptionHtml",))
        assert told.detail.count("links to shopsync:products/none, which the target store does not have.") == 1
        assert ("This store has more of it" in told.detail) == (policy == "update")
