"""What a first import says of links that lead nowhere, the second says again, and writes nothing for it."""

from __future__ import annotations

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
