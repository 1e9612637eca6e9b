"""Somebody edits the rules of a definition that is there already, while an import changes the definition."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.builder import NAME, Builder
from tests.meddle import applied, gid, import_while, planned, row
from tests.support import Sandbox
from transfer.outcomes import Outcome, Reason
from transfer.work import Desk

from .test_drift import done, field, listed, shops

TYPE = "single_line_text_field"
NAME_OF = ("metafield_definitions", "PRODUCT", "custom", "text")
READ = """{ metafieldDefinitions(first: 5, ownerType: PRODUCT, namespace: "custom") {
  nodes { description validations { name value } } } }"""
CHANGE = """mutation C($definition: MetafieldDefinitionUpdateInput!) {
  metafieldDefinitionUpdate(definition: $definition) { userErrors { field message } } }"""


def rules(**own: Any) -> list[dict[str, str]]:
    return [{"name": name, "value": json.dumps(value)} for name, value in own.items()]


def defined(shop: Builder, description: str, **own: Any) -> None:
    shop.define_metafield("custom.text", TYPE, description=description, validations=rules(**own))


def restrict(shop: Builder, **own: Any) -> None:
    name = {"ownerType": "PRODUCT", "namespace": "custom", "key": "text"}
    done(shop.ask(CHANGE, definition={**name, "validations": rules(**own)}))


def present(shop: Builder) -> tuple[str, dict[str, Any]]:
    (node,) = shop.ask(READ)["metafieldDefinitions"]["nodes"]
    return node["description"], {item["name"]: json.loads(item["value"]) for item in node["validations"]}


def field_rules(shop: Builder) -> dict[str, Any]:
    """Of the only field of the entries."""
    read = '{ metaobjectDefinitionByType(type: "kind") { fieldDefinitions { validations { name value } } } }'
    (own,) = shop.ask(read)["metaobjectDefinitionByType"]["fieldDefinitions"]
    return {item["name"]: json.loads(item["value"]) for item in own["validations"]}


def test_rules_that_both_change_stay_theirs(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shops(sandbox)
    defined(source, "Ours", min=1, max=20)
    defined(target, "Theirs", min=1, max=10)
    desk = import_while(source, target, tmp_path, planned, lambda desk: restrict(target, min=1, max=15))
    assert present(target) == ("Theirs", {"min": 1, "max": 15}), "it is left alone as a whole"
    assert "Somebody changed validations.max after the plan was made" in listed(desk, *NAME_OF)


def test_a_rule_that_only_they_change_stays_and_the_rest_is_written(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shops(sandbox)
    defined(source, "Ours", min=1, max=20)
    defined(target, "Theirs", min=1, max=20)
    desk = import_while(source, target, tmp_path, planned, lambda desk: restrict(target, min=2, max=20))
    assert present(target) == ("Ours", {"min": 2, "max": 20})
    assert listed(desk, *NAME_OF).endswith("All else was written.")


def test_of_two_rules_each_changes_one(sandbox: Sandbox, tmp_path: Path) -> None:
    """Shopify takes all rules together, so theirs goes with ours."""
    source, target = shops(sandbox)
    defined(source, "Same", min=1, max=20)
    defined(target, "Same", min=1, max=10)
    desk = import_while(source, target, tmp_path, planned, lambda desk: restrict(target, min=3, max=10))
    assert present(target) == ("Same", {"min": 3, "max": 20})
    assert "validations.min" in listed(desk, *NAME_OF)


@pytest.mark.parametrize("before", [{"max": 10}, {"min": 3, "max": 10}])
def test_a_rule_that_only_the_target_has_stays(sandbox: Sandbox, tmp_path: Path, before: dict[str, int]) -> None:
    """Whenever it came to be; of an entry's field it stays where the field is changed for another reason, too."""
    source, target = shops(sandbox)
    defined(source, "Same", max=20)
    defined(target, "Same", **before)
    for shop, words, own in ((source, "Ours", {"max": 20}), (target, "Theirs", {"max": 20, "min": 2})):
        shop.define("kind", {**NAME, "description": words, "validations": rules(**own)})
    desk = import_while(source, target, tmp_path, planned, lambda desk: restrict(target, min=3, max=10))
    assert present(target) == ("Same", {"min": 3, "max": 20})
    name = field(target, "kind", "name")
    assert name and name["description"] == "Ours"
    assert field_rules(target) == {"max": 20, "min": 2}
    assert all(row(desk, *key).verified for key in (NAME_OF, ("metaobject_definitions", "kind")))


@pytest.mark.parametrize("theirs", [{"min": 1, "max": 20}, {"max": 20, "min": 1}])
def test_what_they_change_as_it_is_wanted_is_no_trouble(
    sandbox: Sandbox, tmp_path: Path, theirs: dict[str, int]
) -> None:
    source, target = shops(sandbox)
    defined(source, "Same", min=1, max=20)
    defined(target, "Same", min=1, max=10)
    desk = import_while(source, target, tmp_path, planned, lambda desk: restrict(target, **theirs))
    assert (row(desk, *NAME_OF).outcome, row(desk, *NAME_OF).verified) == (Outcome.UNCHANGED, True)


def test_after_the_write_the_read_back_finds_it(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shops(sandbox)
    defined(source, "Ours", min=1, max=20)
    defined(target, "Theirs", min=1, max=10)
    desk = import_while(source, target, tmp_path, applied, lambda desk: restrict(target, min=1, max=15))
    own = row(desk, *NAME_OF)
    assert (own.outcome, own.reason, own.verified) == (Outcome.FAILED, Reason.DIFFERS, False)
    assert "validations.max" in own.detail


def test_the_rules_of_a_field_of_an_entry_too(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = shops(sandbox)
    for shop, words in ((source, "Ours"), (target, "Theirs")):
        shop.define("kind", {**NAME, "description": words, "validations": rules(max=20)})

    def deed(desk: Desk) -> None:
        kind = gid(desk, "metaobject_definitions", "kind")
        target.redefine(kind, {"update": {"key": "name", "validations": rules(max=15)}})

    desk = import_while(source, target, tmp_path, planned, deed)
    name = field(target, "kind", "name")
    assert name is not None
    assert name["description"] == "Ours"
    assert field_rules(target) == {"max": 15}
    assert listed(desk, "metaobject_definitions", "kind").endswith("All else was written.")
