"""What the online store shows beside products: it arrives as it was, is changed where it differs, and never doubled."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.support import Sandbox, archive_of, import_, total
from transfer.local import LocalRun, local_desk
from transfer.outcomes import Outcome, Reason
from transfer.stages import IMPORT
from transfer.work import Desk, Where

KINDS = ("pages", "page_metafields")
PAGE = "mutation P($page: PageCreateInput!) { pageCreate(page: $page) { page { id } userErrors { message } } }"
CHANGE_PAGE = """mutation P($id: ID!, $page: PageUpdateInput!) {
  pageUpdate(id: $id, page: $page) { userErrors { message } } }"""
PAGES = "{ pages(first: 250) { nodes { id handle title body isPublished publishedAt templateSuffix } } }"


@pytest.fixture(scope="module")
def full(sandbox: Sandbox) -> str:
    """A store that every test only reads."""
    return sandbox.shop("boutique", products=4)


@pytest.fixture
def archive(sandbox: Sandbox, full: str, tmp_path: Path) -> bytes:
    return archive_of(sandbox, full, tmp_path)


def pages(sandbox: Sandbox, shop: str) -> dict[str, dict[str, Any]]:
    """Pages by handle, their own links without the store's own host."""
    nodes = sandbox.graphql(shop, PAGES)["pages"]["nodes"]
    host = re.compile(rf"(?:www\.)?{shop.split('.')[0]}\.(?:example|myshopify\.com)")
    return {
        node["handle"]: {**{k: v for k, v in node.items() if k != "id"}, "body": host.sub("HOST", node["body"])}
        for node in nodes
    }


def page_id(sandbox: Sandbox, shop: str, handle: str) -> str:
    nodes = sandbox.graphql(shop, PAGES)["pages"]["nodes"]
    return next(str(node["id"]) for node in nodes if node["handle"] == handle)


def failures(desk: Desk) -> list[tuple[str, str, str]]:
    rows = desk.ledger.select(Where(outcomes=frozenset({Outcome.FAILED})), limit=50)
    return [(row.resource, "/".join(row.key), row.detail) for row in rows]


def test_pages_arrive_hidden_and_scheduled_ones_as_they_are(
    sandbox: Sandbox, full: str, archive: bytes, tmp_path: Path
) -> None:
    target = sandbox.shop()
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert failures(desk) == []
    assert pages(sandbox, target) == pages(sandbox, full)
    shown = {handle: node["isPublished"] for handle, node in pages(sandbox, target).items()}
    assert not shown["our-workshop"] and not shown["press"] and shown["about-us"]


def test_only_what_differs_of_a_page_is_written(sandbox: Sandbox, archive: bytes, tmp_path: Path) -> None:
    target = sandbox.shop("boutique", products=4)
    gid = page_id(sandbox, target, "press")
    sandbox.graphql(target, CHANGE_PAGE, id=gid, page={"title": "Other", "isPublished": True})
    sandbox.graphql(target, PAGE, page={"title": "Mine alone"})
    desk, _ = import_(sandbox, target, archive, tmp_path)
    row = desk.ledger.get("pages", [("press",)])[("press",)]
    assert (row.outcome, row.changed) == (Outcome.UPDATED, ("publishedAt", "title"))
    assert pages(sandbox, target)["press"]["publishedAt"] == "2074-12-31T23:00:00Z"
    assert "mine-alone" in pages(sandbox, target)
    assert desk.ledger.tally()["pages"]["outcome:updated"] == 1


def test_a_handle_taken_after_the_plan_is_left_to_who_took_it(sandbox: Sandbox, archive: bytes, tmp_path: Path) -> None:
    target = sandbox.shop()
    middle = [stage.name for stage in IMPORT].index("apply")
    desk = local_desk(sandbox.client(target), tmp_path / "taken", settling=0.0)
    with desk.storage.write("source.zip") as file:
        file.write(archive)
    run = LocalRun(desk, {"archive": "source.zip", "policy": "update", "excluded": {}}, {})
    run.work(IMPORT[:middle])
    sandbox.graphql(target, PAGE, page={"title": "Theirs", "handle": "jobs"})
    run.work(IMPORT[middle:])
    row = desk.ledger.get("pages", [("jobs",)])[("jobs",)]
    assert (row.outcome, row.reason) == (Outcome.SKIPPED, Reason.CHANGED_MEANWHILE)
    assert pages(sandbox, target)["jobs"]["title"] == "Theirs"


@pytest.mark.parametrize("mutation,kind", [("CreatePage", "Page")])
def test_a_lost_answer_to_a_creation_doubles_nothing(
    sandbox: Sandbox, full: str, archive: bytes, tmp_path: Path, mutation: str, kind: str
) -> None:
    target = sandbox.shop()
    sandbox.ask("/sandbox/config", {"search_lag_seconds": 3600})  # what was just made is not found by searching
    sandbox.faults({"kind": "lost_answer", "match": mutation, "shop": target, "times": 3})
    try:
        desk, _ = import_(sandbox, target, archive, tmp_path)
    finally:
        sandbox.ask("/sandbox/config", {"search_lag_seconds": 0})
    assert failures(desk) == []
    assert sandbox.stats(target)["objects"][kind] == sandbox.stats(full)["objects"][kind]


def test_a_mirror_deletes_pages_that_the_archive_does_not_have(
    sandbox: Sandbox, archive: bytes, tmp_path: Path
) -> None:
    target = sandbox.shop()
    sandbox.graphql(target, PAGE, page={"title": "Mine alone"})
    desk, _ = import_(sandbox, target, archive, tmp_path, policy="mirror")
    assert total(desk, "outcome:deleted") == 1
    assert "mine-alone" not in pages(sandbox, target)
