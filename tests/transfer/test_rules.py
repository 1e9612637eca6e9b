"""Values that break a rule of the definition in the target: the rest of an entry is written, and each is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.builder import NAME, Builder, copy, troubles
from tests.meddle import row
from tests.support import Sandbox
from transfer.outcomes import Outcome, Reason, Verdict
from transfer.resources._value_rules import broken
from transfer.work import Desk

TEXT = "single_line_text_field"
PART, WHOLE = Reason.PART_CONFLICT, Reason.TYPE_CONFLICT


def rule(name: str, value: str) -> dict[str, Any]:
    return {"validations": [{"name": name, "value": value}]}


def field(key: str, type_: str = TEXT, *, required: bool = False, **rules: str) -> dict[str, Any]:
    validations = [{"name": name.replace("_", "."), "value": value} for name, value in rules.items()]
    return {"key": key, "type": type_, "required": required, "validations": validations}


def held(shop: Builder, type_: str, handle: str) -> dict[str, str]:
    read = f'metaobjectByHandle(handle: {{type: "{type_}", handle: "{handle}"}}) {{ fields {{ key value }} }}'
    own = shop.ask(f"{{ {read} }}")["metaobjectByHandle"]
    return {item["key"]: item["value"] for item in own["fields"] if item["value"] is not None} if own else {}


def wrong(desk: Desk) -> dict[tuple[str, ...], Reason]:
    """All troubles but that the target's definition says more, which is true of all of these."""
    return {key: why for key, why in troubles(desk).items() if why is not Reason.FULLER}


LISTED = json.dumps(["a", "b", "c"])
CASES = [
    (TEXT, "abcdef", {"max": "5"}, "has more than 5 characters"),
    (TEXT, "a", {"min": "2"}, "has fewer than 2 characters"),
    ("multi_line_text_field", "ab\ncd", {"max": "1"}, "has more than 1 character"),
    (TEXT, "green", {"choices": '["red","blue"]'}, "is not among its choices (red, blue)"),
    (TEXT, "z", {"choices": json.dumps(list("abcdefg"))}, "is not among its choices (a, b, c, d, e, and 2 more)"),
    ("number_integer", "11", {"max": "10"}, "is more than 10"),
    ("number_decimal", "0.5", {"min": "0.75"}, "is less than 0.75"),
    ("date", "2026-05-01", {"max": "2026-04-30"}, "is after 2026-04-30"),
    ("date", "2026-05-01", {"min": "2026-05-02"}, "is before 2026-05-02"),
    (f"list.{TEXT}", LISTED, {"list.max": "2"}, "has more than 2 items"),
    (f"list.{TEXT}", LISTED, {"list.min": "4"}, "has fewer than 4 items"),
    (f"list.{TEXT}", LISTED, {"choices": '["a","b"]'}, "is not among its choices (a, b)"),
    ("list.number_integer", "[1,20]", {"max": "10"}, "is more than 10"),
]


@pytest.mark.parametrize(("type_", "value", "rules", "sentence"), CASES)
def test_a_broken_rule_is_said(type_: str, value: str, rules: dict[str, str], sentence: str) -> None:
    assert broken(type_, value, rules) == sentence


@pytest.mark.parametrize(
    ("type_", "value", "rules"),
    [
        (TEXT, "abcde", {"max": "5", "min": "5", "choices": '["abcde"]'}),
        (TEXT, "👩‍👩‍👧", {"max": "5"}),  # five code points, as Shopify counts
        (TEXT, "abc", {"max": ""}),  # a rule that is to be no more
        (TEXT, "abc", {"regex": "x"}),  # Shopify's to judge
        (TEXT, "abc", {"choices": "no JSON"}),
        ("number_integer", "ten", {"max": "1"}),
        ("number_decimal", "10.0", {"max": "10", "min": "10"}),
        ("date", "yesterday", {"max": "2026-01-01"}),
        ("list.number_integer", "no JSON", {"list.max": "1"}),
        ("rating", '{"value":"9","scale_min":"1","scale_max":"10"}', {"scale_max": "5"}),
        (TEXT, "", {"min": "5"}),
    ],
)
def test_what_keeps_the_rules_or_is_not_certain_is_left_to_shopify(type_: str, value: str, rules: Any) -> None:
    assert broken(type_, value, rules) is None


def test_fields_that_break_a_rule_of_the_target_are_told_in_the_plan_and_left_out(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("shoe", NAME, field("use"), field("sizes", "list.number_integer"))
    target.define("shoe", NAME, field("use", max="4"), field("sizes", "list.number_integer", list_max="2"))
    source.entry("shoe", "boot", name="Boot", use="Mountains", sizes="[1,2,3]")
    source.entry("shoe", "clog", name="Clog", use="Rain", sizes="[1,2]")
    target.entry("shoe", "clog", name="Wood", use="Dry")
    desk, _ = copy(source, target, tmp_path)
    boot = row(desk, "metaobjects", "shoe", "boot")
    assert (boot.outcome, boot.reason, boot.verified) == (Outcome.CREATED, PART, True)
    assert boot.detail == (
        "The value of sizes has more than 2 items, which its definition in the target store does not allow. "
        "The value of use has more than 4 characters, which its definition in the target store does not allow."
    )
    assert held(target, "shoe", "boot") == {"name": "Boot"}
    assert held(target, "shoe", "clog") == {"name": "Clog", "use": "Rain", "sizes": "[1,2]"}
    again, _ = copy(source, target, tmp_path)
    assert again.client.writes == 0
    assert wrong(again) == wrong(desk) == {("metaobjects", "shoe", "boot"): PART}


def test_a_value_that_is_there_already_is_no_conflict(sandbox: Sandbox, tmp_path: Path) -> None:
    """It was written before the rule was made, and stays."""
    source, target = Builder(sandbox), Builder(sandbox)
    for shop, name in ((source, "Boot"), (target, "Wood")):
        made = shop.define("shoe", NAME, field("use"))
        shop.entry("shoe", "boot", name=name, use="Mountains")
    target.redefine(made, {"update": {"key": "use", **rule("max", "4")}})
    desk, _ = copy(source, target, tmp_path)
    assert wrong(desk) == {}
    assert held(target, "shoe", "boot") == held(source, "shoe", "boot")


def test_an_entry_whose_required_field_breaks_a_rule_is_not_sent(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("shoe", NAME, field("use", required=True))
    target.define("shoe", NAME, field("use", max="4", required=True))
    source.entry("shoe", "boot", name="Boot", use="Mountains")
    desk, _ = copy(source, target, tmp_path)
    boot = row(desk, "metaobjects", "shoe", "boot")
    assert (boot.verdict, boot.reason) == (Verdict.CANNOT, WHOLE)
    assert held(target, "shoe", "boot") == {}


def test_an_entry_without_what_only_the_target_requires_is_not_sent(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("shoe", NAME)
    target.define("shoe", NAME, field("use", required=True))
    source.entry("shoe", "boot", name="Boot")
    desk, _ = copy(source, target, tmp_path)
    boot = row(desk, "metaobjects", "shoe", "boot")
    assert (boot.verdict, boot.reason) == (Verdict.CANNOT, WHOLE)
    assert boot.detail == "Its definition in the target store requires use, of which the archive has nothing."


def test_a_metafield_that_breaks_a_rule_is_told_in_the_plan_and_not_sent(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.define_metafield("custom.use", TEXT)
    target.define_metafield("custom.use", TEXT, **rule("choices", '["Rain","Snow"]'))
    for handle, use in (("shirt", "Rain"), ("coat", "Fog")):
        source.metafield(source.product(handle, {"Size": ["S"]}), "custom.use", TEXT, use)
    desk, _ = copy(source, target, tmp_path)
    assert wrong(desk) == {("product_metafields", "coat", "custom", "use"): WHOLE}
    coat = row(desk, "product_metafields", "coat", "custom", "use")
    assert (coat.verdict, coat.detail) == (
        Verdict.CANNOT,
        "Its value is not among its choices (Rain, Snow), which its definition in the target store does not allow.",
    )
    assert row(desk, "product_metafields", "shirt", "custom", "use").verified


def test_what_shopify_alone_can_judge_is_left_out_when_it_says_so(sandbox: Sandbox, tmp_path: Path) -> None:
    """Patterns: the entry is sent again without the value that was refused, and says what Shopify said."""
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("shoe", NAME, field("code"), field("other"))
    target.define("shoe", NAME, field("code", regex="^[0-9]+$"), field("other", regex="^x"))
    source.entry("shoe", "boot", name="Boot", code="B-1", other="y")
    source.entry("shoe", "clog", name="Clog", code="C-1", other="x1")
    target.entry("shoe", "clog", name="Wood", code="7")
    desk, _ = copy(source, target, tmp_path)
    boot, clog = (row(desk, "metaobjects", "shoe", handle) for handle in ("boot", "clog"))
    assert (boot.outcome, boot.reason, boot.verified) == (Outcome.CREATED, PART, True)
    assert boot.detail == (
        "Shopify says of code: “Value does not match the validation pattern.” "
        "Shopify says of other: “Value does not match the validation pattern.”"
    )
    assert (clog.outcome, clog.reason, clog.verified) == (Outcome.UPDATED, PART, True)
    assert held(target, "shoe", "boot") == {"name": "Boot"}
    assert held(target, "shoe", "clog") == {"name": "Clog", "code": "7", "other": "x1"}
    again, _ = copy(source, target, tmp_path)
    assert wrong(again) == wrong(desk)
    assert {row(again, "metaobjects", "shoe", handle).outcome for handle in ("boot", "clog")} == {Outcome.UNCHANGED}


def test_what_must_be_filled_and_is_refused_fails_with_the_first_answer(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("shoe", NAME, field("code", required=True))
    target.define("shoe", NAME, field("code", regex="^[0-9]+$", required=True))
    source.entry("shoe", "boot", name="Boot", code="B-1")
    desk, _ = copy(source, target, tmp_path)
    boot = row(desk, "metaobjects", "shoe", "boot")
    assert (boot.outcome, boot.reason) == (Outcome.FAILED, Reason.REFUSED)
    assert boot.detail == "Shopify says of code: “Value does not match the validation pattern.”"


def test_after_a_lost_answer_the_value_that_was_refused_is_still_named(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("shoe", NAME, field("code"))
    target.define("shoe", NAME, field("code", regex="^[0-9]+$"))
    source.entry("shoe", "boot", name="Boot", code="B-1")
    lost = {"kind": "lost_answer", "match": "CreateMetaobject", "shop": target.shop, "after": 1, "times": 1}
    sandbox.faults(lost)
    desk, _ = copy(source, target, tmp_path)
    sandbox.faults()
    assert held(target, "shoe", "boot") == {"name": "Boot"}
    boot = row(desk, "metaobjects", "shoe", "boot")
    assert (boot.outcome, boot.reason, boot.verified) == (Outcome.CREATED, PART, True)


def test_a_rule_that_a_mirror_takes_away_holds_no_value_back(sandbox: Sandbox, tmp_path: Path) -> None:
    """The plan is made before anybody has chosen the policy, by the rules as they are; the import goes by what is."""
    source, target = Builder(sandbox), Builder(sandbox)
    source.define("shoe", NAME, field("use"), field("sizes", "list.number_integer", list_max="1"))
    target.define("shoe", NAME, field("use", max="3"), field("sizes", "list.number_integer", list_max="1"))
    source.define_metafield("custom.use", TEXT)
    target.define_metafield("custom.use", TEXT, **rule("max", "3"))
    for handle in ("boot", "clog"):
        source.entry("shoe", handle, name=handle, use="Mountains")
        source.metafield(source.product(handle, {"Size": ["S"]}), "custom.use", TEXT, "Mountains")
    target.entry("shoe", "clog", name="Wood", use="Dry")
    target.metafield(target.product("clog", {"Size": ["S"]}), "custom.use", TEXT, "Dry")
    kept, _ = copy(source, target, tmp_path)
    assert held(target, "shoe", "clog") == {"name": "clog", "use": "Dry"}
    assert row(kept, "product_metafields", "clog", "custom", "use").reason is WHOLE
    desk, _ = copy(source, target, tmp_path, policy="mirror")
    for handle in ("boot", "clog"):
        assert held(target, "shoe", handle) == {"name": handle, "use": "Mountains"}
        own = row(desk, "metaobjects", "shoe", handle)
        assert (own.reason, own.detail, own.verified) == (Reason.NONE, "", True)
        value = row(desk, "product_metafields", handle, "custom", "use")
        assert (value.reason, value.verified) == (Reason.NONE, True)
    again, _ = copy(source, target, tmp_path, policy="mirror")
    assert again.client.writes == 0
