"""Which collections include which changes from anything that Shopify allows to anything else, in one import.

One deep: what includes others cannot be included. Nothing says in which order the changes would all be allowed.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.builder import Builder, copy, troubles
from tests.meddle import import_while, planned, row
from tests.support import Sandbox
from transfer.outcomes import Outcome, Reason, Verdict
from transfer.work import Where

CREATE = """mutation C($c: CollectionCreateInput!) {
  collectionCreate(collection: $c) { collection { id } userErrors { message field } } }"""
UPDATE = """mutation U($c: CollectionUpdateInput!) {
  collectionUpdate(collection: $c) { userErrors { message field } } }"""
READ = """{ collections(first: 50) { nodes { id handle sources { id
  ... on CollectionSubCollectionsSource { collections { handle } }
  ... on CollectionConditionsSource { title exclusion {
    conditions { ... on CollectionSourceExclusionConditionCollection { values { handle } } } } } } } } }"""
Includes = Mapping[str, Sequence[str]]  # collection -> what it includes; an empty list: it is there, and includes none


def tagged(tag: str, *excluded: str) -> dict[str, Any]:
    own = {"productTag": {"matchType": "ANY", "relation": "TAGGED_WITH", "values": [tag]}}
    source: dict[str, Any] = {"title": f"Tagged {tag}", "inclusion": {"matchType": "ANY", "conditions": [own]}}
    if excluded:
        source["exclusion"] = {"matchType": "ANY", "conditions": [{"collection": {"values": list(excluded)}}]}
    return {"source": source}


def shop(sandbox: Sandbox, includes: Includes, excludes: Includes | None = None) -> Builder:
    """A shop of collections that take what is tagged with their own handle, and what they include."""
    own, gids = Builder(sandbox), {}
    for handle in includes:
        made = own.ask(CREATE, c={"title": handle, "handle": handle, "sources": [tagged(handle)]})["collectionCreate"]
        assert not made["userErrors"]
        gids[handle] = made["collection"]["id"]
    for handle, others in includes.items():
        sub = {"title": "Of others", "collectionIds": [gids[other] for other in others]}
        new = [{"subCollections": sub}] if others else []
        new += [tagged("more", *(gids[other] for other in (excludes or {}).get(handle, ())))]
        update = own.ask(UPDATE, c={"id": gids[handle], "sourcesToCreate": new})["collectionUpdate"]
        assert not update["userErrors"], update
    return own


def included(own: Builder) -> dict[str, list[str]]:
    return {
        node["handle"]: sorted(other["handle"] for one in node["sources"] for other in one.get("collections", ()))
        for node in own.ask(READ)["collections"]["nodes"]
    }


def taken(own: Builder) -> dict[str, list[str]]:
    """What each takes and leaves, whatever the order of its sources and in them, which says nothing."""
    told: dict[str, list[str]] = {}
    for node in own.ask(READ)["collections"]["nodes"]:
        for one in node["sources"]:
            one |= {"id": "", "collections": sorted(other["handle"] for other in one.get("collections", ()))}
        told[node["handle"]] = sorted(map(repr, node["sources"]))
    return told


def arrived(source: Builder, target: Builder, folder: Path, policy: str = "update") -> int:
    """Imports; all arrives at once, and a second import writes nothing. How many had to let go before."""
    desk, _ = copy(source, target, folder, policy=policy)
    assert troubles(desk) == {}
    rows = desk.ledger.select(Where(resource="collections"), limit=99)
    assert not [own.detail for own in rows if own.detail]
    wanted, there = taken(source), taken(target)
    assert {handle: there[handle] for handle in (there if policy == "mirror" else wanted)} == wanted
    again, _ = copy(source, target, folder, policy=policy)
    assert again.client.writes == 0
    return sum(own.stepped for own in rows)


BEFORE: Includes = {"leaf": [], "a-inner": [], "z-outer": ["a-inner"]}
AFTER: Includes = {"leaf": [], "new": [], "a-inner": ["leaf"], "z-outer": ["new"]}


@pytest.mark.parametrize("policy", ["update", "mirror"])
def test_what_was_included_includes_others_once_it_is_let_go(sandbox: Sandbox, tmp_path: Path, policy: str) -> None:
    assert arrived(shop(sandbox, AFTER), shop(sandbox, BEFORE), tmp_path, policy) == 1


@pytest.mark.parametrize("policy", ["update", "mirror"])
def test_what_included_others_is_included(sandbox: Sandbox, tmp_path: Path, policy: str) -> None:
    """Also by one that is new, and comes before."""
    source = shop(sandbox, {"leaf": [], "z-inner": [], "a-outer": ["z-inner"]})
    assert arrived(source, shop(sandbox, {"leaf": [], "z-inner": ["leaf"]}), tmp_path, policy) == 1


def test_two_change_places(sandbox: Sandbox, tmp_path: Path) -> None:
    assert arrived(shop(sandbox, {"a": ["b"], "b": []}), shop(sandbox, {"b": ["a"], "a": []}), tmp_path) == 1


def test_one_that_let_go_and_waits_for_links_gets_its_sources(sandbox: Sandbox, tmp_path: Path) -> None:
    """`x` excludes the first of a chain too long to be waited for, so its sources come in the second pass."""
    names = [f"c{number:02}" for number in range(19)]
    excludes = {"x": names[:1], **{one: [other] for one, other in itertools.pairwise(names)}}
    source = shop(sandbox, {"leaf": [], "x": [], "z": ["x"], **dict.fromkeys(names, ())}, excludes)
    assert arrived(source, shop(sandbox, {"leaf": [], "x": ["leaf"]}), tmp_path) == 1


def test_what_only_the_target_has_lets_go_where_a_mirror_deletes_it(sandbox: Sandbox, tmp_path: Path) -> None:
    source = shop(sandbox, {"leaf": [], "inner": ["leaf"]})
    target = shop(sandbox, {"leaf": [], "inner": [], "extra": ["inner", "leaf"]})
    desk, _ = copy(source, target, tmp_path)
    inner = row(desk, "collections", "inner")
    assert (inner.outcome, inner.reason) == (Outcome.FAILED, Reason.REFUSED)
    assert inner.detail.endswith(STANDS.format("“extra”"))
    assert included(target)["extra"] == ["inner", "leaf"], "an update takes nothing from what only the target has"
    assert arrived(source, target, tmp_path, "mirror") == 1


STANDS = "It is to include others, but is included itself by {}, which stays as it is: take it out of that first."

BOTH = (
    "It is to include others, but is included itself by “extra” and “other”, which stay as they are: take it out of "
    "them first."
)


def test_what_stands_against_it_is_told_in_the_plan(sandbox: Sandbox, tmp_path: Path) -> None:
    source = shop(sandbox, {"leaf": [], "inner": ["leaf"], "outer": ["own"], "own": []})
    includes = {"leaf": [], "inner": [], "own": ["leaf"], "extra": ["inner", "leaf"], "other": ["inner"]}
    plans: list[dict[str, str]] = []

    def look(desk: Any) -> None:
        rows = desk.ledger.select(Where(resource="collections"), limit=9)
        plans.append({"/".join(own.key): own.detail for own in rows if own.detail})

    for policy in ("update", "mirror"):
        import_while(source, shop(sandbox, includes), tmp_path, planned, look, policy=policy)
    assert plans == [{"inner": BOTH}, {}]
    desk, _ = copy(source, shop(sandbox, includes), tmp_path, excluded={"records": [["collections", ["own"]]]})
    details = {handle: row(desk, "collections", handle).detail for handle in ("inner", "outer")}
    assert details["inner"].endswith(BOTH)
    assert details["outer"].endswith(
        "It is to include “own”, which includes others and stays as it is: take these out of that first."
    )


def test_a_single_collection_is_told_what_of_the_target_stands_against_it(sandbox: Sandbox, tmp_path: Path) -> None:
    source = shop(sandbox, {"leaf": [], "inner": ["leaf"]})
    target = shop(sandbox, {"leaf": [], "inner": [], "extra": ["inner"]})
    desk, _ = copy(source, target, tmp_path, policy="mirror")
    assert row(desk, "collections", "inner").outcome is Outcome.UPDATED
    target = shop(sandbox, {"leaf": [], "inner": [], "extra": ["inner"]})
    told: list[str] = []
    import_while(
        *(source, target, tmp_path, planned),
        lambda desk: told.append(row(desk, "collections", "inner").detail),
        records=[["collections", ["inner"]]],
        policy="mirror",
    )
    assert told == [STANDS.format("“extra”")]


def test_what_is_left_out_lets_nothing_go(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shop(sandbox, AFTER), shop(sandbox, BEFORE)
    desk, _ = copy(source, target, tmp_path, policy="create_only")
    assert row(desk, "collections", "z-outer").outcome is Outcome.SKIPPED
    assert included(target) == {**BEFORE, "new": []}
    left = {"excluded": {"records": [["collections", ["z-outer"]]]}}
    desk, _ = copy(source, target, tmp_path, **left)
    assert row(desk, "collections", "a-inner").reason is Reason.REFUSED
    assert included(target) == {**BEFORE, "new": []}


def test_what_somebody_changed_meanwhile_does_not_let_go(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shop(sandbox, AFTER), shop(sandbox, BEFORE)
    nodes = {node["handle"]: node for node in target.ask(READ)["collections"]["nodes"]}
    one = next(own["id"] for own in nodes["z-outer"]["sources"] if "collections" in own)
    both = {"id": one, "title": "Of others", "collectionIds": [nodes[name]["id"] for name in ("a-inner", "leaf")]}

    def deed(_: Any) -> None:
        answer = target.ask(UPDATE, c={"id": nodes["z-outer"]["id"], "sourcesToUpdate": [{"subCollections": both}]})
        assert not answer["collectionUpdate"]["userErrors"]

    desk = import_while(source, target, tmp_path, planned, deed)
    assert row(desk, "collections", "z-outer").reason is Reason.CHANGED_MEANWHILE
    assert included(target)["z-outer"] == ["a-inner", "leaf"]


@pytest.mark.parametrize("times", [1, 2])
def test_a_lost_answer_does_no_harm(sandbox: Sandbox, tmp_path: Path, times: int) -> None:
    source, target = shop(sandbox, AFTER), shop(sandbox, BEFORE)
    sandbox.faults({"kind": "lost_answer", "match": "UpdateCollection", "shop": target.shop, "times": times})
    assert arrived(source, target, tmp_path) == 1
    sandbox.faults()


def test_one_that_let_go_and_is_refused_then_says_so(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shop(sandbox, AFTER), shop(sandbox, BEFORE)
    refused = '{"data": {"collectionUpdate": {"job": null, "userErrors": [{"field": null, "message": "No."}]}}}'
    sandbox.faults({"kind": "body", "match": "sourcesToCreate", "shop": target.shop, "body": refused, "times": 2})
    desk, _ = copy(source, target, tmp_path)
    sandbox.faults()
    outer = row(desk, "collections", "z-outer")
    assert (outer.reason, outer.verdict) == (Reason.REFUSED, Verdict.UPDATE)
    assert outer.detail.endswith(
        "What it may not hold any more has been taken out of it, so that others could be written."
    )
    assert arrived(source, target, tmp_path) == 0


def legal(chance: random.Random) -> tuple[Includes, Includes]:
    """Any store that Shopify allows: some include others, which include none, and any exclude any."""
    handles = [name for name in "abcdefgh" if chance.random() < 0.8]
    chance.shuffle(handles)
    outer = {name for name in handles if chance.random() < 0.45}
    inner = [name for name in handles if name not in outer]
    some = {name: chance.sample(inner, min(len(inner), chance.randint(1, 3))) for name in outer}
    excludes = {name: chance.sample(handles, 1) for name in handles if chance.random() < 0.2}
    return {name: sorted(some.get(name, ())) for name in handles}, excludes


@pytest.mark.parametrize("seed", range(8))
def test_any_store_becomes_any_other_at_once(sandbox: Sandbox, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    source, target = (shop(sandbox, *legal(chance)) for _ in range(2))
    arrived(source, target, tmp_path, "mirror")
