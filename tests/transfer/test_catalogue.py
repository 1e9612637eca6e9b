"""The page that answers "is that all of it?" tells what the registry holds."""

from __future__ import annotations

from tests.support import ROOT
from transfer.catalogue import catalogue
from transfer.described import described
from transfer.registry import RESOURCES


def test_the_page_is_the_registrys() -> None:
    page = (ROOT / "docs" / "resources.md").read_text(encoding="utf-8")
    assert page == catalogue(), "python -m transfer.catalogue > docs/resources.md"


def test_the_page_of_fields_is_the_shapes() -> None:
    page = (ROOT / "docs" / "archive-records.md").read_text(encoding="utf-8")
    assert page == described(), "python -m transfer.described > docs/archive-records.md"


def test_every_kind_says_what_its_key_is_and_what_it_leaves() -> None:
    for resource in RESOURCES.values():
        assert resource.key_is
        assert all(what and why for what, why in resource.leaves.items())
