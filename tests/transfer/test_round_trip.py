"""The main job, by the kernel alone: whole stores go through an archive and arrive as they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.seed.types import AWKWARD
from tests.support import Sandbox, archive_of, checksums, export, import_, total
from transfer.outcomes import Outcome, Reason, Verdict
from transfer.stages import IMPORT
from transfer.work import Where

FAILED = Where(outcomes=frozenset({Outcome.FAILED}))


@pytest.mark.parametrize("seed", ["plain", "boutique"])
def test_a_store_arrives_whole_and_a_second_import_writes_nothing(sandbox: Sandbox, tmp_path: Path, seed: str) -> None:
    source, target = sandbox.shop(seed), sandbox.shop()
    desk, past = export(sandbox, source, tmp_path)
    with desk.storage.read(past["assemble"]["archive"]) as file:
        archive = file.read()
    first, _ = import_(sandbox, target, archive, tmp_path)
    count = sum(member["count"] for members in past["merge"]["members"].values() for member in members)
    written = total(first, "outcome:created") + total(first, "outcome:updated")  # every store has two menus
    assert total(first, "verified") == written + total(first, "outcome:unchanged") == count
    assert total(first, "lost") == total(first, "reason:unresolved_reference") == 0, "every reference is intact"
    assert past["resolve"]["dangling"] == 0 and not past["resolve"]["deleted"], "and none dangles in the source"
    second, _ = import_(sandbox, target, archive, tmp_path)
    assert total(second, f"verdict:{Verdict.FULLER}") == 0
    assert second.client.writes == 0
    assert total(second, "outcome:unchanged") == count
    _, copied = export(sandbox, target, tmp_path)
    assert checksums(copied) == checksums(past)
    assert sandbox.stats(target)["throttled"] == 0


def test_what_cannot_land_is_named_and_the_rest_arrives(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("nasty"), sandbox.shop()
    archive = archive_of(sandbox, source, tmp_path)
    desk, _ = import_(sandbox, target, archive, tmp_path)
    rows = desk.ledger.select(FAILED, limit=40)
    # Products that are on no channel but those which the target lacks.
    assert [row.resource for row in rows if row.reason is Reason.NOTHING_LANDS] == ["product_publications"] * 2
    failed = [(row.key, row.reason) for row in rows if row.reason is not Reason.NOTHING_LANDS]
    friend = (("kept", "custom", "friend"), Reason.MISSING_REQUIRED)
    shown = (("product_metafields", "many-tongues", "custom", "shown", "de"), Reason.MISSING_REQUIRED)
    market = (("resellers",), Reason.NOT_PERMITTED)
    terms = (("resellers", "custom", "terms"), Reason.DEPENDS_ON_FAILED)  # on that market
    channels = [((name,), Reason.NOT_PERMITTED) for name in ("Wholesale", "a/b.c, %2F 'd' \u200d")]
    tester = (("日本語-produkt-ü", "custom", "tester"), Reason.OUTSIDE_REQUIRED)  # a customer, whom nobody asked for
    twins = [(("automatic", "Twins"), Reason.AMBIGUOUS)] * 2
    places = [((name,), Reason.NOT_PERMITTED) for name in ("Atelier", AWKWARD[:80])]
    notes = [((*name, "odd-name", "of_owner"), Reason.MISSING_OWNER) for name, _ in places]
    assert sorted(failed) == sorted([friend, shown, market, terms, *channels, tester, *twins, *places, *notes])
    friends = desk.ledger.get("product_metafields", [("kept", "custom", "friends")])[("kept", "custom", "friends")]
    assert friends.lost == ("value",)
    assert friends.verified
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0


def test_two_exports_of_an_unchanged_store_are_the_same_bytes(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = sandbox.shop("plain")
    assert archive_of(sandbox, shop, tmp_path) == archive_of(sandbox, shop, tmp_path)


def test_only_the_chosen_resources_are_carried(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = sandbox.shop("plain")
    _, past = export(sandbox, shop, tmp_path, resources=["products"])
    assert list(past["merge"]["members"]) == ["products"]


def test_planning_writes_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    archive = archive_of(sandbox, sandbox.shop("plain"), tmp_path)
    target = sandbox.shop()
    planned = IMPORT[: [stage.waits for stage in IMPORT].index(True) + 1]
    import_(sandbox, target, archive, tmp_path, stages=planned)
    assert sandbox.stats(target)["writes"] == 0


RENAME = """mutation Rename($id: ID!, $title: String!) {
  productUpdate(product: {id: $id, title: $title}) { userErrors { message } }
}"""
FIND = "query Find($handle: String!) { productByIdentifier(identifier: {handle: $handle}) { id title status } }"


def _rename(sandbox: Sandbox, shop: str, handle: str, title: str) -> None:
    gid = sandbox.graphql(shop, FIND, handle=handle)["productByIdentifier"]["id"]
    sandbox.graphql(shop, RENAME, id=gid, title=title)


def test_an_update_writes_what_differs_and_leaves_what_only_the_target_has(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("plain"), sandbox.shop("plain")
    archive = archive_of(sandbox, source, tmp_path)
    _rename(sandbox, target, "shirt-1", "Another title")
    own = {
        "ownerId": _shop_id(sandbox, target),
        "namespace": "mine",
        "key": "own",
        "value": "x",
        "type": "single_line_text_field",
    }
    sandbox.graphql(target, SET, metafields=[own])
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert total(desk, "outcome:updated") == 1
    assert total(desk, "outcome:left") == 1
    assert sandbox.graphql(target, FIND, handle="shirt-1")["productByIdentifier"]["title"] == "Shirt 1"
    assert "productSet" not in sandbox.stats(target)["mutations"]


SET = """mutation Set($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) { userErrors { message } }
}"""


def _shop_id(sandbox: Sandbox, shop: str) -> str:
    gid: str = sandbox.graphql(shop, "query Id { shop { id } }")["shop"]["id"]
    return gid


def test_create_only_leaves_existing_records_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    archive = archive_of(sandbox, sandbox.shop("plain"), tmp_path)
    target = sandbox.shop("plain")
    _rename(sandbox, target, "shirt-1", "Another title")
    desk, _ = import_(sandbox, target, archive, tmp_path, policy="create_only")
    assert desk.client.writes == 0
    assert total(desk, "reason:policy") == 1


def test_a_mirror_deletes_what_the_archive_does_not_have(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("plain", products=2), sandbox.shop("plain", products=4)
    desk, _ = import_(sandbox, target, archive_of(sandbox, source, tmp_path), tmp_path, policy="mirror")
    assert total(desk, "outcome:deleted") > 0
    assert sandbox.stats(target)["objects"]["Product"] == 2
    assert total(desk, "outcome:failed") == 0


def test_what_is_left_out_is_not_written_and_neither_is_what_needs_it(sandbox: Sandbox, tmp_path: Path) -> None:
    archive = archive_of(sandbox, sandbox.shop("plain"), tmp_path)
    target = sandbox.shop()
    desk, _ = import_(sandbox, target, archive, tmp_path, excluded={"resources": ["products"]})
    assert sandbox.stats(target)["objects"]["Product"] == 0
    assert total(desk, "reason:excluded") == 3
    assert total(desk, "reason:left_behind") == 6


def test_what_somebody_changes_after_the_plan_is_left_alone_and_listed(sandbox: Sandbox, tmp_path: Path) -> None:
    archive = archive_of(sandbox, sandbox.shop("plain"), tmp_path)
    target = sandbox.shop("plain")
    _rename(sandbox, target, "shirt-1", "Before the plan")
    middle = [stage.name for stage in IMPORT].index("apply")
    from transfer.local import LocalRun, local_desk

    desk = local_desk(sandbox.client(target), tmp_path / "drift", settling=0.0)
    with desk.storage.write("source.zip") as file:
        file.write(archive)
    run = LocalRun(desk, {"archive": "source.zip", "policy": "update", "excluded": {}}, {})
    run.work(IMPORT[:middle])
    _rename(sandbox, target, "shirt-1", "After the plan")
    run.work(IMPORT[middle:])
    row = desk.ledger.get("products", [("shirt-1",)])[("shirt-1",)]
    assert (row.outcome, row.reason) == (Outcome.SKIPPED, Reason.CHANGED_MEANWHILE)
    assert sandbox.graphql(target, FIND, handle="shirt-1")["productByIdentifier"]["title"] == "After the plan"


@pytest.mark.parametrize(
    "mutation", ["CreateProduct", "CreateMetaobject(", "CreateMetaobjectDefinition", "SetMetafields"]
)
def test_answers_that_are_lost_after_the_write_double_nothing(sandbox: Sandbox, tmp_path: Path, mutation: str) -> None:
    archive = archive_of(sandbox, sandbox.shop("plain"), tmp_path)
    target = sandbox.shop()
    sandbox.faults({"kind": "lost_answer", "match": mutation, "shop": target, "times": 2})
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert total(desk, "outcome:failed") == 0
    assert total(desk, "verified") == total(desk, "verdict:create") + total(desk, "verdict:unchanged")
    assert sandbox.stats(target)["objects"]["Product"] == 3
    assert sandbox.stats(target)["objects"]["Metaobject"] == 2


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 503},
        {"kind": "status", "status": 429, "headers": {"Retry-After": "0.1"}},
        {"kind": "reset"},
        {"kind": "body", "body": "<html>not JSON</html>"},
        {"kind": "throttled"},
    ],
)
def test_faults_cost_time_and_never_data(sandbox: Sandbox, tmp_path: Path, fault: dict[str, object]) -> None:
    archive = archive_of(sandbox, sandbox.shop("plain"), tmp_path)
    target = sandbox.shop()
    sandbox.faults({**fault, "shop": target, "times": 3, "after": 4})
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert total(desk, "outcome:failed") == 0
    assert total(desk, "verified") == total(desk, "verdict:create") + total(desk, "verdict:unchanged")


def test_a_required_circle_under_a_definition_that_exists_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("boutique", products=3), sandbox.shop()
    archive = archive_of(sandbox, source, tmp_path)
    import_(sandbox, target, archive, tmp_path, excluded={"resources": ["metaobjects"]})
    desk, _ = import_(sandbox, target, archive, tmp_path)
    stuck = total(desk, "reason:required_circle")
    assert stuck == 40
    assert total(desk, "outcome:failed") == stuck
