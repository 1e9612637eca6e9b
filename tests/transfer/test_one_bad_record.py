"""Shopify fails at one record of those that a request names: that one is listed, and all others are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.builder import Builder, troubles
from tests.meddle import applied, gid, import_while, planned, row
from tests.support import Sandbox, archive_of, export, import_, total
from transfer.archive.members import MemberSet
from transfer.outcomes import Outcome, Reason, State
from transfer.stages import Stage
from transfer.work import Checkpoint, Desk, Where

HANDLES = [f"shirt-{number}" for number in range(9)]
ANSWERS: dict[str, Any] = {
    "a fault of Shopify": {"errors": [{"message": "Oops", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]},
    "a refusal": {"errors": [{"message": "Oops"}]},
    "a part that is missing": {"data": {"nodes": [None]}, "errors": [{"message": "Oops", "path": ["nodes", 0]}]},
    "a part that is secret": {
        "data": {"nodes": [None]},
        "errors": [{"message": "Oops", "path": ["nodes", 0], "extensions": {"code": "ACCESS_DENIED"}}],
    },
}


@pytest.fixture(autouse=True)
def hurried(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses between attempts."""
    client = sandbox.client
    monkeypatch.setattr(sandbox, "client", lambda shop, **more: client(shop, sleep=lambda seconds: None, **more))


def spoil(target: Builder, text: str, answer: str = "a refusal") -> None:
    """What names this is answered so."""
    body = json.dumps(ANSWERS[answer])
    target.sandbox.faults({"kind": "body", "body": body, "match": text, "shop": target.shop})


def shops(sandbox: Sandbox) -> tuple[Builder, Builder]:
    source, target = Builder(sandbox), Builder(sandbox)
    for handle in HANDLES:
        source.product(handle, {"Size": ["S"]}, vendor="Ours")
    return source, target


def alone(desk: Desk, bad: str, words: str) -> None:
    own = row(desk, "products", bad)
    assert (own.outcome, own.reason, own.verified or False) == (Outcome.FAILED, Reason.LOST, False)
    assert words in own.detail and "Oops" in own.detail
    assert all(row(desk, "products", handle).verified for handle in HANDLES if handle != bad)


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("bad", [HANDLES[0], HANDLES[5]])
def test_what_cannot_be_read_back_fails_alone(sandbox: Sandbox, tmp_path: Path, bad: str, answer: str) -> None:
    source, target = shops(sandbox)
    desk = import_while(
        source, target, tmp_path, applied, lambda desk: spoil(target, f'"{gid(desk, "products", bad)}"', answer)
    )
    alone(desk, bad, "It was written, but could not be read back")
    assert total(desk, "reason:lost") == 1


def test_what_cannot_be_read_before_its_write_is_left_alone_and_nothing_else(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shops(sandbox)
    for handle in HANDLES:
        target.product(handle, {"Size": ["S"]}, vendor="Theirs")
    bad = HANDLES[3]
    desk = import_while(
        source, target, tmp_path, planned, lambda desk: spoil(target, f'"{gid(desk, "products", bad)}"')
    )
    alone(desk, bad, "It could not be read again after the plan was made")
    sandbox.faults()
    made = target.ask("{ products(first: 50) { nodes { handle vendor } } }")["products"]["nodes"]
    assert {node["handle"] for node in made if node["vendor"] == "Theirs"} == {bad}


def test_what_cannot_be_looked_for_keeps_no_other_reference_from_landing(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shops(sandbox)
    for handle in HANDLES:
        target.product(handle, {"Size": ["S"]})
        shirt = source.ask("query P($h: String!) { productByIdentifier(identifier: {handle: $h}) { id } }", h=handle)
        name = f"custom.{handle.replace('-', '_')}"
        source.metafield(source.shop_id(), name, "product_reference", shirt["productByIdentifier"]["id"])
    archive = archive_of(sandbox, source.shop, tmp_path, resources=["shop_metafields"])
    bad = HANDLES[4]
    spoil(target, f'"handle": "{bad}"')
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert list(troubles(desk)) == [("shop_metafields", "custom", bad.replace("-", "_"))]
    own = row(desk, "shop_metafields", "custom", bad.replace("-", "_"))
    assert f"points at shopsync:products/{bad}, which could not be looked for in the target store: Oops" in own.detail


def test_a_lost_write_that_cannot_be_looked_up_fails_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shops(sandbox)
    archive, bad = archive_of(sandbox, source.shop, tmp_path), HANDLES[2]
    body = json.dumps(ANSWERS["a refusal"])
    own: dict[str, Any] = {"shop": target.shop}
    sandbox.faults(
        {"kind": "lost_answer", "match": "mutation CreateProduct", **own, "times": len(HANDLES)},
        {"kind": "body", "body": body, "match": f'{{"handle": "{bad}"}}', **own},
    )
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    alone(desk, bad, "was not (wholly) found afterwards")


@pytest.mark.parametrize("answer", ["a refusal", "a part that is secret"])
def test_a_reference_that_cannot_be_looked_up_takes_no_other_with_it(
    sandbox: Sandbox, tmp_path: Path, answer: str
) -> None:
    source, _ = shops(sandbox)
    find = "query P($h: String!) { productByIdentifier(identifier: {handle: $h}) { id } }"
    ids = {handle: source.ask(find, h=handle)["productByIdentifier"]["id"] for handle in HANDLES}
    for handle, own in ids.items():
        source.metafield(source.shop_id(), f"custom.{handle.replace('-', '_')}", "product_reference", own)
    bad = HANDLES[6]
    spoil(source, f'"{ids[bad]}"', answer)
    desk, past = export(sandbox, source.shop, tmp_path, resources=["shop_metafields"])
    lines = MemberSet.from_cursor(desk.storage, past["merge"]).records("shop_metafields")
    values = {line.key[-1].replace("_", "-"): line.fields["value"] for line in lines}
    assert values.pop(bad).startswith("shopsync:unknown/Product/")
    assert values == {handle: f"shopsync:products/{handle}" for handle in HANDLES if handle != bad}


def test_a_file_of_which_shopify_does_not_say_how_it_is_keeps_no_other_waiting(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    source, target = Builder(sandbox, "boutique", 2), Builder(sandbox)
    waiting = Where(resource="files", states=frozenset({State.WRITTEN}))

    def moment(desk: Desk, stage: Stage, checkpoint: Checkpoint) -> bool:
        return stage.name == "apply" and bool(desk.ledger.select(waiting, limit=1))

    def deed(desk: Desk) -> None:
        (own,) = desk.ledger.select(waiting, limit=1)
        body = json.dumps(ANSWERS["a refusal"])
        sandbox.faults({"kind": "body", "body": body, "match": f'"{own.gid}"', "shop": target.shop, "times": 12})

    desk = import_while(source, target, tmp_path, moment, deed, resources=["files"])
    assert troubles(desk) == {}
    assert total(desk, "verified") == total(desk, "outcome:created") > 5


def test_files_that_the_app_may_not_see_any_more_are_told_at_once(sandbox: Sandbox, tmp_path: Path) -> None:
    """A permission that is withdrawn while Shopify is at work on them: no answer will come, and none is waited for."""
    source, target = Builder(sandbox, "boutique", 2), Builder(sandbox)
    waiting = Where(resource="files", states=frozenset({State.WRITTEN}))
    denied = json.dumps({"errors": [{"message": "Access denied for nodes.", "extensions": {"code": "ACCESS_DENIED"}}]})

    def moment(desk: Desk, stage: Stage, checkpoint: Checkpoint) -> bool:
        return stage.name == "apply" and bool(desk.ledger.select(waiting, limit=1))

    def deed(desk: Desk) -> None:
        sandbox.faults({"kind": "body", "body": denied, "match": "fileErrors", "shop": target.shop, "times": 60})

    desk = import_while(source, target, tmp_path, moment, deed, resources=["files"])
    rows = [row for row in desk.ledger.select(Where(), limit=100) if row.reason is Reason.NOT_PERMITTED]
    assert rows and all("may not see any more" in row.detail and "Access denied" in row.detail for row in rows)
