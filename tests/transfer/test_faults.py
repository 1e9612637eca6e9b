"""Shopify misbehaves while it is written to. Nothing is lost, nothing is doubled, and every record comes to an end.

That the answer is lost happens to every kind of write there is in `test_lost_answers`; here to one at a time.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from tests.builder import NAME, Builder, circle, equal, refers, troubles
from tests.support import Sandbox, archive_of, export, import_, total
from transfer.apply import MOST_LOST, apply
from transfer.archive.members import MemberSet
from transfer.local import LocalRun, local_desk
from transfer.outcomes import Outcome, Reason, State
from transfer.present import now
from transfer.stages import IMPORT
from transfer.work import Where

LOST = {"kind": "lost_answer", "times": 2}
INTERNAL = {
    "kind": "body",
    "body": json.dumps({"errors": [{"message": "Oops", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}),
    "times": 1,
}
CUT_OFF = {"kind": "body", "body": '{"data":{"x', "times": 1}
STORM = {"kind": "throttled", "times": 6}

MUTATIONS = (
    "CreateProduct",
    "AddVariants",
    "UpdateProduct",
    "UpdateVariants",
    "ReorderOptions",
    "ReorderVariants",
    "AddOptionValues",
    "CreateMetaobjectDefinition",
    "UpdateMetaobjectDefinition",
    "CreateMetafieldDefinition",
    "UpdateMetafieldDefinition",
    "CreateMetaobject(",
    "UpdateMetaobject(",
    "SetMetafields",
    "DeleteProduct",
    "DeleteMetaobject(",
    "DeleteMetafields",
)


def _source(sandbox: Sandbox) -> Builder:
    """A shop whose copy over `_target` takes every mutation that there is."""
    shop = Builder(sandbox)
    circle(shop, publishable=True)
    lengths, colors = [f"{n} cm" for n in range(15)], [f"color {n}" for n in range(10)]
    chosen = [list(values) for values in itertools.product(lengths, colors)]
    shop.product("ribbon", {"Length": lengths, "Color": colors}, chosen=chosen)
    shop.product("new", {"Length": lengths, "Color": colors}, chosen=chosen)
    shirt = shop.product("shirt", {"Size": ["S", "M", "unused"]}, chosen=[["S"], ["M"]], vendor="Ours")
    shop.define_metafield("custom.text", "single_line_text_field", description="new")
    shop.define_metafield("custom.more", "single_line_text_field")
    shop.metafield(shirt, "custom.text", "single_line_text_field", "hello")
    shop.metafield(shirt, "custom.self", "product_reference", shirt)
    return shop


def _target(sandbox: Sandbox) -> Builder:
    shop = Builder(sandbox)
    first = shop.define("first", NAME)
    shop.define("second", NAME, refers("back", first, required=True))
    shop.entry("first", "one", name="old")
    shop.entry("first", "extra", name="extra")
    shirt = shop.product("shirt", {"Size": ["M"]}, fields={"price": "7.00"}, vendor="Theirs")
    shop.product("extra", {"Size": ["M"]})
    shop.product("ribbon", {"Length": ["0 cm"], "Color": ["color 1", "color 0"]}, chosen=[["0 cm", "color 1"]])
    shop.metafield(shirt, "custom.extra", "single_line_text_field", "bye")
    shop.define_metafield("custom.text", "single_line_text_field", description="old")
    return shop


@pytest.fixture(scope="module")
def source(sandbox: Sandbox) -> Builder:
    return _source(sandbox)


# An answer that is lost, cut off or an internal error leads to the same doubt: the others need no full round.
CASES = [
    *((mutation, LOST) for mutation in MUTATIONS),
    *(
        (mutation, fault)
        for mutation in ("CreateProduct", "AddVariants", "SetMetafields")
        for fault in (INTERNAL, CUT_OFF)
    ),
    ("UpdateProduct", STORM),
]


@pytest.mark.parametrize(("mutation", "fault"), CASES, ids=[f"{m.strip('(')}-{f['kind']}" for m, f in CASES])
def test_a_fault_at_any_write_costs_time_and_never_data(
    sandbox: Sandbox, source: Builder, tmp_path: Path, mutation: str, fault: dict[str, Any]
) -> None:
    target = _target(sandbox)
    archive = archive_of(sandbox, source.shop, tmp_path)
    sandbox.faults({**fault, "match": mutation, "shop": target.shop})
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    assert not troubles(desk)
    assert equal(source, target, tmp_path)
    again, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    assert again.client.writes == 0


@pytest.mark.parametrize("mutation", ["CreateProduct", "SetMetafields"])
def test_a_record_at_which_shopify_always_fails_does_not_keep_the_others_back(
    sandbox: Sandbox, source: Builder, tmp_path: Path, mutation: str
) -> None:
    """Upserts are tried and refused; what may not be repeated is looked up each time, and given up in the end."""
    target = Builder(sandbox)
    archive = archive_of(sandbox, source.shop, tmp_path)
    sandbox.faults({**INTERNAL, "times": None, "match": mutation, "shop": target.shop})
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    failed = set(troubles(desk).values())
    assert failed <= {"lost", "refused", "missing_owner", "depends_on_failed"} and failed
    assert total(desk, "outcome:") == 0
    assert desk.ledger.get("metaobjects", [("first", "one")])[("first", "one")].verified


def test_what_cannot_be_read_back_is_no_success_and_no_crash(sandbox: Sandbox, source: Builder, tmp_path: Path) -> None:
    target = Builder(sandbox)
    archive = archive_of(sandbox, source.shop, tmp_path)
    sandbox.faults({**INTERNAL, "times": None, "match": "MetaobjectsById", "shop": target.shop})
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert troubles(desk) == {("metaobjects", "first", "one"): "lost", ("metaobjects", "second", "two"): "lost"}


TOO_DEAR = {
    "kind": "body",
    "body": json.dumps({"errors": [{"message": "Too dear", "extensions": {"code": "MAX_COST_EXCEEDED"}}]}),
}


@pytest.mark.parametrize(
    ("kind", "document"),
    [("products", "ProductsById"), ("metaobjects", "MetaobjectsById"), ("product_metafields", "MetafieldsById")],
)
def test_what_is_too_dear_to_read_back_at_once_is_read_in_halves(
    sandbox: Sandbox, tmp_path: Path, kind: str, document: str
) -> None:
    shop = sandbox.shop("boutique", products=6)
    desk, past = export(sandbox, shop, tmp_path, resources=[kind])
    lines = list(MemberSet.from_cursor(desk.storage, past["merge"]).records(kind))[:6]
    sandbox.faults({**TOO_DEAR, "times": 2, "match": document, "shop": shop})
    look = now(desk, desk.registry[kind], [line.gid for line in lines])
    assert len(lines) == 6 and not look.unread
    assert [look.found[line.gid].reading.key for line in lines] == [line.key for line in lines]


def test_what_cannot_be_read_before_it_is_written_is_left_alone(
    sandbox: Sandbox, source: Builder, tmp_path: Path
) -> None:
    """Nobody knows whether somebody has changed it."""
    target = _target(sandbox)
    archive = archive_of(sandbox, source.shop, tmp_path)
    sandbox.faults({**TOO_DEAR, "times": None, "match": "ProductsById", "shop": target.shop})
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    for handle in ("shirt", "ribbon", "extra"):
        row = desk.ledger.get("products", [(handle,)])[(handle,)]
        assert (row.outcome, row.reason) == ("failed", "lost")
        assert row.detail.startswith("It could not be read again after the plan was made")
    assert desk.ledger.get("products", [("new",)])[("new",)].reason == "lost"
    assert sandbox.stats(target.shop)["mutations"].get("productUpdate", 0) == 0


@pytest.mark.parametrize("phase", [7, "a phase of another version"])
def test_an_import_goes_on_under_a_version_with_other_phases(sandbox: Sandbox, tmp_path: Path, phase: Any) -> None:
    """Whatever was written stays so, whatever was not is: a phase that is over has nothing to do."""
    archive, target = archive_of(sandbox, sandbox.shop("plain"), tmp_path), sandbox.shop()
    desk = local_desk(sandbox.client(target), tmp_path / "upgrade", settling=0.0)
    with desk.storage.write("source.zip") as file:
        file.write(archive)
    options = {"archive": "source.zip", "policy": "update", "excluded": {}}
    run = LocalRun(desk, options, {})
    middle = [stage.name for stage in IMPORT].index("apply")
    run.work(IMPORT[:middle])
    for checkpoint in itertools.islice(IMPORT[middle].work(desk, {}, run.past, options), 12):
        cursor = dict(checkpoint.cursor)
    written = sandbox.stats(target)["objects"]["Product"]
    assert isinstance(cursor["phase"], str) and cursor["phase"]
    cursor["phase"] = phase
    for checkpoint in IMPORT[middle].work(desk, cursor, run.past, options):
        run.past["apply"] = checkpoint.cursor
    run.work(IMPORT[middle + 1 :])
    assert total(desk, "outcome:failed") == 0
    assert total(desk, "verified") == total(desk, "verdict:create") + total(desk, "verdict:unchanged")
    assert 0 <= written <= sandbox.stats(target)["objects"]["Product"] == 3


@pytest.mark.parametrize("answer_lost", [False, True])
def test_a_worker_that_dies_time_and_again_is_not_the_record_s_fault(
    sandbox: Sandbox, source: Builder, tmp_path: Path, answer_lost: bool
) -> None:
    """A record that Shopify fails at every time is given up; one in whose writes the worker was killed is not."""
    target = Builder(sandbox)
    desk, past = import_(sandbox, target.shop, archive_of(sandbox, source.shop, tmp_path), tmp_path)
    snapshot = MemberSet.from_cursor(desk.storage, past["snapshot_merge"])
    (row,) = desk.ledger.select(Where(resource="products"), limit=1)
    for _ in range(MOST_LOST + 2):
        row.state, row.outcome, row.verified, row.gid = State.SENT, Outcome.PENDING, None, ""
        desk.ledger.put([row])
        cursor = {**past["apply"], "sent_at": 0.0, "lost_at": 0.0 if answer_lost else None}
        for _ in apply(desk, cursor, snapshot=snapshot, read=frozenset()):
            past["apply"] = cursor
        (row,) = desk.ledger.get("products", [row.key]).values()
    assert row.reason is (Reason.LOST if answer_lost else Reason.NONE)
