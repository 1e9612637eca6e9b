"""Links to the pages of entries: their path names the entry by its type's handle for addresses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.builder import NAME, Builder
from tests.meddle import row
from tests.support import Sandbox, export, import_
from transfer.local import local_desk, run
from transfer.outcomes import Reason
from transfer.stages import IMPORT

_DEFINE = """mutation D($definition: MetaobjectDefinitionCreateInput!) {
  metaobjectDefinitionCreate(definition: $definition) { metaobjectDefinition { id } userErrors { message } } }"""
_PAGE = """mutation P($page: PageCreateInput!) {
  pageCreate(page: $page) { page { id } userErrors { message } } }"""


def _shown(shop: Builder, type_: str, url: str) -> None:
    capabilities = {
        "onlineStore": {"enabled": True, "data": {"urlHandle": url}},
        "renderable": {"enabled": True, "data": {"metaTitleKey": "name"}},
        "publishable": {"enabled": True},
    }
    own = {"type": type_, "fieldDefinitions": [NAME], "capabilities": capabilities}
    assert not shop.ask(_DEFINE, definition=own)["metaobjectDefinitionCreate"]["userErrors"]


def _about(shop: Builder, *paths: str) -> None:
    body = " ".join(f"<a href='{path}'>x</a>" for path in paths)
    assert not shop.ask(_PAGE, page={"title": "About", "handle": "about", "body": body})["pageCreate"]["userErrors"]


def _archive(shop: Builder, folder: Path, **options: Any) -> tuple[bytes, dict[str, Any]]:
    desk, past = export(shop.sandbox, shop.shop, folder, **options)
    with desk.storage.read(past["assemble"]["archive"]) as file:
        return file.read(), past


def test_the_page_of_an_entry_is_told_as_the_entry(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    _shown(source, "person", "team")
    source.entry("person", "anna", active=True, name="Anna")
    _about(source, "/pages/team/anna", f"https://{source.shop}/de/pages/Team/Anna", "/pages/crew/anna")
    everything, _ = _archive(source, tmp_path)
    desk, _ = import_(sandbox, target.shop, everything, tmp_path)
    own = row(desk, "pages", "about")
    assert (own.reason, own.lost) == (Reason.UNRESOLVED_REFERENCE, ("body",))
    assert own.detail == "body: links to /pages/crew/anna, which the target store does not have."
    again, _ = import_(sandbox, target.shop, everything, tmp_path)
    assert (again.client.writes, row(again, "pages", "about").detail) == (0, own.detail)


def test_an_entry_that_a_page_links_to_comes_with_it(sandbox: Sandbox, tmp_path: Path) -> None:
    source = Builder(sandbox)
    _shown(source, "person", "team")
    source.entry("person", "anna", active=True, name="Anna")
    _about(source, "/pages/team/anna")
    alone, past = _archive(source, tmp_path, records=[["pages", ["about"]]])
    assert past["resolve"]["outside"] == {"metaobjects": {"count": 1, "examples": ["person/anna"]}}
    whole, _ = _archive(source, tmp_path, records=[["pages", ["about"]]], closure=True)
    arrived, _ = import_(sandbox, sandbox.shop(), whole, tmp_path)
    assert row(arrived, "metaobjects", "person", "anna").verified
    assert row(arrived, "pages", "about").reason is Reason.NONE
    target = Builder(sandbox)
    lone, _ = import_(sandbox, target.shop, alone, tmp_path)
    told = "body: links to /pages/team/anna, which the target store does not have."
    assert row(lone, "pages", "about").detail == told
    _shown(target, "colleague", "team")
    other, _ = import_(sandbox, target.shop, alone, tmp_path)
    assert "links to shopsync:metaobjects/colleague/anna" in row(other, "pages", "about").detail
    target.entry("colleague", "anna", active=True, name="Anna")
    there, _ = import_(sandbox, target.shop, alone, tmp_path)
    assert (there.client.writes, row(there, "pages", "about").detail) == (0, "")


def test_types_that_this_import_shows_are_reckoned_with(sandbox: Sandbox, tmp_path: Path) -> None:
    """The target's type has another handle for addresses: as the archive has it is how it will be."""
    source, target = Builder(sandbox), Builder(sandbox)
    for shop, url in ((source, "team"), (target, "crew")):
        _shown(shop, "person", url)
        shop.entry("person", "anna", active=True, name="Anna")
    _about(source, "/pages/team/anna", "/pages/crew/anna")
    archive, _ = _archive(source, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert (
        row(desk, "pages", "about").detail == "body: links to /pages/crew/anna, which the target store does not have."
    )


def test_what_may_not_be_looked_for_is_said_so(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    _about(source, "/pages/team/anna")
    archive, _ = _archive(source, tmp_path, resources=["pages"])
    desk = local_desk(sandbox.client(target.shop), tmp_path / "narrow", settling=0.0)
    desk.withheld = {"metaobject_definitions": ("read_metaobject_definitions",)}
    with desk.storage.write("source.zip") as file:
        file.write(archive)
    run(desk, IMPORT, {"archive": "source.zip", "policy": "update", "excluded": {}})
    told = "links to /pages/team/anna, which the app may not look for; grant it read_metaobject_definitions."
    assert row(desk, "pages", "about").detail == f"body: {told}"
