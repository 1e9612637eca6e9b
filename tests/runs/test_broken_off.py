"""A report of a run that ended early names all that it left in the store, and says what of that is not whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from imports import services as imports
from runs.broken_off import WAITING
from runs.engine import work_slice
from runs.models import LedgerEntry, Run
from runs.services import cancel
from runs.states import Status
from runs.stranded import stranded
from tests.builder import Builder, circle, equal
from tests.runs.test_lane import imported, installed, work
from tests.support import Sandbox
from tests.transfer.test_excluding_collections import made
from tests.transfer.test_nested_collections import AFTER, BEFORE, included
from tests.transfer.test_nested_collections import shop as nested
from transfer.outcomes import Outcome, Reason
from transfer.writing import RELEASED

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

THERE = """{
  metaobjectDefinitions(first: 9) { nodes { type fieldDefinitions { key required } } }
  first: metaobjects(type: "first", first: 9) { nodes { type handle fields { key value } } }
  second: metaobjects(type: "second", first: 9) { nodes { type handle fields { key value } } }
  collections(first: 9) { nodes { handle } }
}"""
MADE = (Outcome.CREATED, Outcome.UPDATED)


def _source(sandbox: Sandbox) -> Builder:
    source = Builder(sandbox)
    circle(source)
    product = source.product("shirt", {"Size": ["S"]})
    source.metafield(product, "custom.note", "single_line_text_field", "x")
    made(source, "one", made(source, "two"))
    return source


def _broken(sandbox: Sandbox, source: Builder, target: Builder, writes: int) -> Run | None:
    """An import that is cancelled after so many writes; None where it is over before."""
    run = imported(sandbox, installed(sandbox, target.shop), installed(sandbox, source.shop))
    assert imports.confirm(run, policy="update", excluded={})
    before = sandbox.stats(target.shop)["writes"]

    def stop() -> bool:
        if sandbox.stats(target.shop)["writes"] < before + writes:
            return False
        run.refresh_from_db()
        cancel(run)
        return True

    run.refresh_from_db()
    while run.status in (Status.QUEUED, Status.WORKING):
        work_slice(stop=stop)
        run.refresh_from_db()
    return run if work(run).status == Status.CANCELLED else None


def _told(run: Run) -> dict[tuple[str, str], LedgerEntry]:
    return {(entry.resource, entry.key): entry for entry in LedgerEntry.objects.filter(run=run)}


def _not_whole(target: Builder) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """What of the source is in the store, and what of that lacks something."""
    data = target.ask(THERE)
    there, lacking = set(), set()
    for node in data["metaobjectDefinitions"]["nodes"]:
        name = ("metaobject_definitions", node["type"])
        there.add(name)
        demanded = {"name": False, "back": True, "onward": True}
        keys = {item["key"]: item["required"] for item in node["fieldDefinitions"]}
        if keys != {key: demanded[key] for key in ("name", "onward" if node["type"] == "first" else "back")}:
            lacking.add(name)
    for node in (*data["first"]["nodes"], *data["second"]["nodes"]):
        name = ("metaobjects", f"{node['type']}/{node['handle']}")
        there.add(name)
        if not all(item["value"] for item in node["fields"]) or len(node["fields"]) < 2:
            lacking.add(name)
    there |= {("collections", node["handle"]) for node in data["collections"]["nodes"]}
    return there, lacking


@pytest.mark.parametrize("writes", range(1, 11))
def test_whatever_a_cancelled_import_left_is_named(app: Any, sandbox: Sandbox, tmp_path: Path, writes: int) -> None:
    app.REQUEST_TIMEOUT = 0.5
    source, target = _source(sandbox), Builder(sandbox)
    run = _broken(sandbox, source, target, writes)
    if run is None:
        raise AssertionError("it was over by then")
    told = _told(run)
    there, lacking = _not_whole(target)
    for name in there:
        entry = told[name]
        assert entry.outcome in MADE or entry.reason == Reason.BROKEN_OFF, name
        assert (name in lacking) <= (entry.reason == Reason.BROKEN_OFF), name
        if entry.reason == Reason.BROKEN_OFF:
            assert entry.detail.startswith("The run ended ")
    for name, entry in told.items():
        assert name in there or entry.outcome not in MADE or name[0] not in ("metaobjects", "collections")
    half = [entry for entry in told.values() if entry.reason == Reason.BROKEN_OFF]
    assert bool(half) is ("left half done" in stranded(run))
    again = imported(sandbox, installed_again(target), installed_again(source))
    assert imports.confirm(again, policy="update", excluded={})
    assert work(again).status == Status.SUCCEEDED
    assert equal(source, target, tmp_path)


def installed_again(shop: Builder) -> Any:
    from shops.models import Shop

    return Shop.objects.get(domain=shop.shop)


def test_collections_that_let_others_go_are_told_one_by_one(app: Any, sandbox: Sandbox) -> None:
    """Nothing stands in for what they held: what was taken out of them would have gone with their own write."""
    app.REQUEST_TIMEOUT = 0.5
    source, target = nested(sandbox, AFTER), nested(sandbox, BEFORE)
    run = _broken(sandbox, source, target, 1)
    assert run is not None
    outer = _told(run)["collections", "z-outer"]
    assert outer.stepped
    assert (outer.reason, outer.detail) == (Reason.BROKEN_OFF, f"{RELEASED} {WAITING}")
    assert stranded(run) == (
        "1 record was left half done, or may be; the report names it. "
        "Import the archive again: that writes what is missing."
    )
    assert included(target)["z-outer"] == []
