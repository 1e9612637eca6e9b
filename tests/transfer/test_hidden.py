"""Entries that a store has and lists to nobody, because they lack what their definition requires."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.builder import NAME, Builder, copy, refers, troubles
from tests.meddle import row
from tests.support import Sandbox, archive_of, import_
from transfer.outcomes import Outcome, Reason, Verdict

TEXT = "single_line_text_field"
USE = {"key": "use", "type": TEXT}
DEAD = "mutation D($id: ID!) { productDelete(input: { id: $id }) { deletedProductId } }"
PROD = {"key": "prod", "type": "product_reference"}


def demanding(field: dict[str, Any]) -> dict[str, Any]:
    return {**field, "required": True}


def listed(shop: Builder, type_: str) -> list[str]:
    nodes = shop.ask(f'{{ metaobjects(type: "{type_}", first: 9) {{ nodes {{ handle }} }} }}')["metaobjects"]["nodes"]
    return sorted(node["handle"] for node in nodes)


def tightened(sandbox: Sandbox) -> tuple[Builder, Builder]:
    """The target has an entry that it does not list, since somebody made a field required there."""
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("tool", NAME, demanding(USE))
    made = target.define("tool", NAME, USE)
    target.entry("tool", "saw", name="Old")
    target.redefine(made, {"update": {"key": "use", "required": True}})
    assert listed(target, "tool") == []
    return source, target


def test_an_entry_that_the_target_does_not_list_is_found_and_filled(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = tightened(sandbox)
    for handle in ("saw", "axe"):
        source.entry("tool", handle, name=handle, use="Wood")
    desk, _ = copy(source, target, tmp_path)
    assert troubles(desk) == {}
    assert row(desk, "metaobjects", "tool", "saw").outcome is Outcome.UPDATED
    assert row(desk, "metaobjects", "tool", "axe").outcome is Outcome.CREATED
    assert listed(target, "tool") == ["axe", "saw"]
    again, _ = copy(source, target, tmp_path)
    assert (again.client.writes, troubles(again)) == (0, {})


def test_a_demand_that_hides_entries_of_the_archive_says_so(sandbox: Sandbox, tmp_path: Path) -> None:
    """The source's entry names a product that is gone, so that the target's is not filled."""
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("tool", NAME, demanding(PROD))
    target.define("tool", NAME, PROD)
    gone = source.product("gone", {"Size": ["M"]})
    source.entry("tool", "saw", name="Saw", prod=gone)
    source.ask(DEAD, id=gone)
    target.entry("tool", "saw", name="Mine")
    target.entry("tool", "axe", name="Axe")
    desk, _ = copy(source, target, tmp_path)
    assert row(desk, "metaobjects", "tool", "saw").reason is Reason.MISSING_REQUIRED
    assert row(desk, "metaobject_definitions", "tool").detail == (
        "2 entries of the target store that this import leaves as they are lack prod, which is required then: "
        "Shopify lists them no more until it is filled."
    )
    again, _ = copy(source, target, tmp_path)
    saw = row(again, "metaobjects", "tool", "saw")
    assert (saw.verdict, saw.reason) == (Verdict.CANNOT, Reason.MISSING_REQUIRED)
    assert again.client.writes == 0


def test_a_demand_that_hides_an_entry_which_somebody_left_out_says_so(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("tool", NAME, demanding(USE))
    target.define("tool", NAME, USE)
    for handle in ("saw", "axe"):
        source.entry("tool", handle, name=handle, use="Wood")
        target.entry("tool", handle, name="Mine")
    desk, _ = copy(source, target, tmp_path, excluded={"records": [["metaobjects", ["tool", "saw"]]]})
    assert row(desk, "metaobject_definitions", "tool").detail == (
        "1 entry of the target store that this import leaves as it is lacks use, which is required then: "
        "Shopify lists it no more until it is filled."
    )
    assert listed(target, "tool") == ["axe"]


def test_an_entry_goes_without_a_field_that_its_definition_lost(sandbox: Sandbox, tmp_path: Path) -> None:
    """The type that the field names is left out of the plan, so the field is not made."""
    source, target = Builder(sandbox), Builder(sandbox)
    other = source.define("other", NAME)
    source.define("tool", NAME, refers("many", other, type_="list.metaobject_reference"))
    source.entry("tool", "saw", name="Saw", many="[]")
    left = {"records": [["metaobject_definitions", ["other"]]]}
    desk, _ = copy(source, target, tmp_path, excluded=left)
    saw = row(desk, "metaobjects", "tool", "saw")
    assert (saw.outcome, saw.reason, saw.verified) == (Outcome.CREATED, Reason.PART_CONFLICT, True)
    assert saw.detail == "Its definition in the target store has no field many."
    again, _ = copy(source, target, tmp_path, excluded=left)
    assert again.client.writes == 0


def test_a_value_that_comes_back_with_its_field_is_nobody_s_change(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("tool", NAME, USE)
    made = target.define("tool", NAME, USE)
    source.entry("tool", "saw", name="Saw", use="Wood")
    target.entry("tool", "saw", name="Saw", use="Old")
    target.redefine(made, {"delete": {"key": "use"}})
    desk, _ = copy(source, target, tmp_path)
    assert troubles(desk) == {}
    assert row(desk, "metaobjects", "tool", "saw").verified


@pytest.mark.parametrize("kill", [False, True])
def test_after_a_lost_answer_a_hidden_entry_is_no_new_one(sandbox: Sandbox, tmp_path: Path, kill: bool) -> None:
    source, target = tightened(sandbox)
    source.entry("tool", "saw", name="Old", use="Wood")
    sandbox.faults({"kind": "lost_answer", "match": "UpdateMetaobject", "times": 1 + kill, "shop": target.shop})
    desk, _ = copy(source, target, tmp_path)
    sandbox.faults()
    saw = row(desk, "metaobjects", "tool", "saw")
    assert (saw.verdict, saw.outcome, saw.verified) == (Verdict.UPDATE, Outcome.UPDATED, True)
    assert listed(target, "tool") == ["saw"]


@pytest.mark.parametrize("name", ["Old", "New"])
def test_an_entry_that_stays_in_no_list_has_not_arrived(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    """Equal or not: what only the target requires is not filled, so Shopify takes no change of it either."""
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("tool", NAME)
    made = target.define("tool", NAME, USE)
    source.entry("tool", "saw", name=name)
    target.entry("tool", "saw", name="Old")
    target.redefine(made, {"update": {"key": "use", "required": True}})
    desk, _ = copy(source, target, tmp_path)
    saw = row(desk, "metaobjects", "tool", "saw")
    assert (saw.verdict, saw.outcome, saw.reason) == (Verdict.CONFLICT, Outcome.FAILED, Reason.TYPE_CONFLICT)
    assert saw.detail.startswith("Its definition in the target store requires use, of which the archive has nothing.")
    assert desk.client.writes == 0


def test_a_mirror_does_not_say_of_an_entry_that_it_deletes_that_nobody_lists_it(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("tool", NAME, demanding(USE))
    target.define("tool", NAME, USE)
    source.entry("tool", "saw", name="Saw", use="Wood")
    target.entry("tool", "axe", name="Axe")
    for policy, said in (("mirror", False), ("update", True)):
        if policy == "update":
            target = Builder(sandbox)
            target.define("tool", NAME, USE)
            target.entry("tool", "axe", name="Axe")
        desk, _ = copy(source, target, tmp_path, policy=policy)
        detail = row(desk, "metaobject_definitions", "tool").detail
        assert ("1 entry of the target store that this import leaves as it is" in detail) == said


def unlisted(source: Builder, target: Builder, other: str) -> None:
    """Both have the same entry, and the target lists it no more since somebody made a field required there."""
    made = target.define("tool", NAME, USE, {"key": "other", "type": TEXT})
    source.entry("tool", "saw", name="Saw")
    target.entry("tool", "saw", name="Saw", other=other)
    target.redefine(made, {"update": {"key": "use", "required": True}})


@pytest.mark.parametrize("policy", ["update", "mirror", "create_only"])
@pytest.mark.parametrize("other", ["", "Theirs"])
def test_an_entry_that_nobody_sees_has_not_arrived_whatever_more_it_has(
    sandbox: Sandbox, tmp_path: Path, policy: str, other: str
) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("tool", NAME, {"key": "other", "type": TEXT})
    unlisted(source, target, other)
    desk, _ = copy(source, target, tmp_path, policy=policy)
    saw = row(desk, "metaobjects", "tool", "saw")
    assert (saw.verdict, saw.outcome, saw.reason) == (Verdict.CONFLICT, Outcome.FAILED, Reason.TYPE_CONFLICT)
    assert saw.detail == (
        "Its definition in the target store requires use, of which the archive has nothing. "
        "Shopify lists it to nobody until that is filled."
    )


@pytest.mark.parametrize("other", ["", "Theirs"])
@pytest.mark.parametrize("chosen", [{"policy": "create_only"}, {"excluded": {"resources": ["metaobject_definitions"]}}])
def test_an_entry_that_nobody_sees_is_judged_by_what_is_decided(
    sandbox: Sandbox, tmp_path: Path, chosen: dict[str, Any], other: str
) -> None:
    """The plan takes the demand away, with which the entry would be seen; the decision leaves it."""
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("tool", NAME, USE)
    unlisted(source, target, other)
    desk, _ = copy(source, target, tmp_path, **chosen)
    saw = row(desk, "metaobjects", "tool", "saw")
    assert (saw.verdict, saw.outcome, saw.reason) == (Verdict.CONFLICT, Outcome.FAILED, Reason.TYPE_CONFLICT)
    assert listed(target, "tool") == []
    desk, _ = copy(source, target, tmp_path)
    saw = row(desk, "metaobjects", "tool", "saw")
    assert (saw.outcome, saw.verified) == (Outcome.UNCHANGED, True)
    assert listed(target, "tool") == ["saw"]


DIGITS = [{"name": "regex", "value": "^[0-9]+$"}]


def refused(source: Builder, target: Builder, name: str) -> str:
    """The source's entry has a value from before its definition got a rule, which no store takes any more."""
    code = {"key": "code", "type": TEXT}
    kind = source.define("kind", NAME, code)
    source.entry("kind", "one", name="One", code="ABC")
    source.entry("kind", "two", name="Two", code="77")
    source.redefine(kind, {"update": {"key": "code", "required": True, "validations": DIGITS}})
    made = target.define("kind", NAME, code)
    target.entry("kind", "one", name=name)
    target.entry("kind", "two", name="Two")
    return made


@pytest.mark.parametrize("name", ["One", "Other"])
@pytest.mark.parametrize("policy", ["update", "mirror"])
def test_an_entry_of_which_shopify_refuses_what_is_required_has_not_arrived(
    sandbox: Sandbox, tmp_path: Path, policy: str, name: str
) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    made = refused(source, target, name)
    target.redefine(made, {"update": {"key": "code", "required": True}})
    for _ in range(2):
        desk, _ = copy(source, target, tmp_path, policy=policy)
        assert listed(target, "kind") == ["two"]
        one = row(desk, "metaobjects", "kind", "one")
        assert (one.outcome, one.reason) == (
            (Outcome.FAILED, Reason.TYPE_CONFLICT) if name == "One" else (Outcome.FAILED, Reason.REFUSED)
        )
        assert "Value does not match the validation pattern." in one.detail
        assert one.detail.endswith(
            "Its definition in the target store requires code: Shopify lists it to nobody until that is filled."
        )
        assert row(desk, "metaobjects", "kind", "two").verified


@pytest.mark.parametrize("name", ["One", "Other"])
@pytest.mark.parametrize("there", [True, False])
def test_what_is_new_and_required_hides_no_entry_that_shopify_lets_nobody_fill(
    sandbox: Sandbox, tmp_path: Path, name: str, there: bool
) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    made = refused(source, target, name)
    if not there:
        target.redefine(made, {"delete": {"key": "code"}})
    for time in range(2):
        desk, _ = copy(source, target, tmp_path)
        assert listed(target, "kind") == ["one", "two"]
        kind = row(desk, "metaobject_definitions", "kind")
        assert kind.outcome is (Outcome.UNCHANGED if time else Outcome.UPDATED)
        assert (kind.reason, kind.verified) == (Reason.PART_CONFLICT, True)
        assert kind.detail == (
            "code is not required in the target store as in the source: "
            "1 entry (one) could not be filled, and Shopify would list it to nobody."
        )
        one = row(desk, "metaobjects", "kind", "one")
        assert (one.reason, one.verified) == (Reason.PART_CONFLICT, True)
        assert one.outcome is (Outcome.UPDATED if name == "Other" and not time else Outcome.UNCHANGED)
        assert row(desk, "metaobjects", "kind", "two").verified
    source.change(entry_of(source, "one"), code="12")
    desk, _ = copy(source, target, tmp_path)
    assert troubles(desk) == {}
    again, _ = copy(source, target, tmp_path)
    assert again.client.writes == 0


def entry_of(shop: Builder, handle: str) -> str:
    ask = "query E($handle: MetaobjectHandleInput!) { metaobjectByHandle(handle: $handle) { id } }"
    return str(shop.ask(ask, handle={"type": "kind", "handle": handle})["metaobjectByHandle"]["id"])


def test_what_is_new_and_required_comes_behind_what_fills_it(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("tool", NAME, demanding(USE))
    target.define("tool", NAME, USE)
    source.entry("tool", "saw", name="Saw", use="Wood")
    target.entry("tool", "saw", name="Saw")
    sandbox.faults({"kind": "lost_answer", "match": "UpdateMetaobjectDefinition", "shop": target.shop, "times": 1})
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert troubles(desk) == {}
    assert row(desk, "metaobject_definitions", "tool").verified
    assert listed(target, "tool") == ["saw"]
    again, _ = copy(source, target, tmp_path)
    assert (again.client.writes, troubles(again)) == (0, {})


@pytest.mark.parametrize("policy", ["update", "mirror"])
def test_entries_that_were_made_a_moment_ago_are_no_new_ones(sandbox: Sandbox, tmp_path: Path, policy: str) -> None:
    """Shopify's list of entries lags behind."""
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("tool", NAME)
    for handle in ("saw", "axe"):
        source.entry("tool", handle, name=handle)
    archive = archive_of(sandbox, source.shop, tmp_path)
    sandbox.ask("/sandbox/config", {"search_lag_seconds": 3600})
    try:
        import_(sandbox, target.shop, archive, tmp_path, policy=policy)
        again, _ = import_(sandbox, target.shop, archive, tmp_path, policy=policy)
    finally:
        sandbox.ask("/sandbox/config", {"search_lag_seconds": 0})
    assert (again.client.writes, troubles(again)) == (0, {})
    axe = row(again, "metaobjects", "tool", "axe")
    assert (axe.outcome, axe.verified) == (Outcome.UNCHANGED, True)
    assert listed(target, "tool") == ["axe", "saw"]
