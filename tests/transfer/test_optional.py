"""What is carried only where somebody asks for it: nobody gets it unasked, and nobody loses it for not being asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support import Sandbox, archive_of, import_, total
from tests.transfer.test_selection import _contents
from transfer.catalogue import catalogue
from transfer.references import Target
from transfer.registry import RESOURCES, order
from transfer.resource import Selection
from transfer.selection import asked, by_kind, not_chosen, options_of, selection_of, whole

OPTIONAL = [name for name, resource in RESOURCES.items() if resource.optional]


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> str:
    """Pages, as if they were carried only where somebody asks: the seeds hold some, and menus lead to them."""
    monkeypatch.setattr(RESOURCES["pages"], "optional", "only a test says so")
    return "pages"


def test_nobody_gets_it_unasked_and_the_archive_says_so(pages: str, sandbox: Sandbox, tmp_path: Path) -> None:
    source = sandbox.shop("boutique", products=6)
    for chosen in ({}, {"closure": True}, {"closure": True, "resources": ["menus"]}):
        manifest, found = _contents(archive_of(sandbox, source, tmp_path, **chosen))
        assert not [key for key in found if key.resource == pages]
        assert pages in manifest["notChosen"]
        assert pages not in {*manifest["resources"], *manifest["whole"], *manifest["notCarried"]}
        assert set(manifest["outside"]) == {pages} or "resources" in chosen
        assert manifest["outside"][pages]["count"] > 0


@pytest.mark.parametrize("chosen", [{"also": ["pages"]}, {"resources": ["pages"]}])
def test_whoever_asks_gets_all_of_it(pages: str, chosen: dict[str, Any], sandbox: Sandbox, tmp_path: Path) -> None:
    source = sandbox.shop("boutique", products=6)
    manifest, found = _contents(archive_of(sandbox, source, tmp_path, **chosen))
    assert [key for key in found if key.resource == pages]
    assert pages in manifest["whole"]
    assert pages not in manifest["notChosen"]
    assert ("products" in manifest["notChosen"]) == ("resources" in chosen)
    assert selection_of(json.loads(json.dumps(manifest["selection"]))).also == frozenset(chosen.get("also", ()))


def test_a_mirror_leaves_alone_what_was_not_chosen(pages: str, sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("plain"), sandbox.shop("boutique", products=6)
    before = sandbox.stats(target)["objects"]["Page"]
    desk, _ = import_(sandbox, target, archive_of(sandbox, source, tmp_path), tmp_path, policy="mirror")
    assert total(desk, "outcome:deleted") > 0, "a mirror deletes, or this shows nothing"
    assert pages not in desk.ledger.tally()
    assert sandbox.stats(target)["objects"]["Page"] == before


@pytest.mark.parametrize("name", OPTIONAL)
def test_each_says_why_and_comes_only_when_it_was_named(name: str) -> None:
    resource = RESOURCES[name]
    assert resource.optional in catalogue()
    assert resource.optional[0].islower() or resource.optional.split()[0].isupper()
    assert not resource.optional.endswith(".")
    for closure in (False, True):
        assert not by_kind(Selection(closure=closure), name)
        assert not asked(Selection(closure=closure), name)
        assert not asked(Selection(frozenset({"metafield_definitions"}), closure=closure), name)
    assert name in not_chosen(Selection())
    assert name not in whole(Selection(), order())
    for selection in (Selection(frozenset({name})), Selection(also=frozenset({name}))):
        assert by_kind(selection, name)
        assert asked(selection, name)
        assert name not in not_chosen(selection)
        assert selection_of(options_of(selection)) == selection


def test_values_come_with_the_owner_that_was_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("products", "product_metafields", "variant_metafields"):
        monkeypatch.setattr(RESOURCES[name], "optional", "only a test says so")
    one = Selection(records=frozenset({Target("products", ("shirt-1",))}))
    assert asked(one, "product_metafields")
    assert asked(one, "variant_metafields")
    assert not by_kind(one, "product_metafields")
    assert not asked(Selection(), "product_metafields")
