"""What menus and their items are called in other languages arrives, and stays where a menu is written anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.archives import opened
from tests.builder import Builder, troubles
from tests.support import Sandbox, archive_of, checksums, export, import_
from tests.transfer.test_sheets_import import sheet_of
from transfer.outcomes import Outcome
from transfer.registry import RESOURCES
from transfer.resource import Selection
from transfer.resources._translated import NAMESAKES
from transfer.resources.translations import UNTOLD
from transfer.stages import COMPARISON
from transfer.work import Desk, Row, Where

ENABLE = 'mutation E { shopLocaleEnable(locale: "de") { userErrors { message } } }'
MENUS = "{ menus(first: 9) { nodes { id handle items { id title items { id title items { id title } } } } } }"
UPDATE = """mutation U($id: ID!, $title: String!, $items: [MenuItemUpdateInput!]!) {
  menuUpdate(id: $id, title: $title, items: $items) { menu { id } userErrors { message } } }"""
CONTENT = """query C($id: ID!) { translatableResource(resourceId: $id) {
  translatableContent { key digest } translations(locale: "de") { value } } }"""
REGISTER = """mutation R($id: ID!, $given: [TranslationInput!]!) {
  translationsRegister(resourceId: $id, translations: $given) { userErrors { message } } }"""
GERMAN = {
    ("Main menu",): "Hauptmenü",
    ("Shop",): "Laden",
    ("Shop", "All"): "Alles",
    ("Shop", "All", "New"): "Neues",
    ("About", "All"): "Alles über uns",
}


class Store(Builder):
    def main(self) -> dict[str, Any]:
        return next(dict(node) for node in self.ask(MENUS)["menus"]["nodes"] if node["handle"] == "main-menu")

    def links(self) -> dict[tuple[str, ...], str]:
        """Titles -> GID of what is translated: the menu itself, and its items."""
        main = self.main()
        found: dict[tuple[str, ...], str] = {("Main menu",): main["id"]}

        def within(items: list[Any], above: tuple[str, ...]) -> None:
            for item in items:
                found[*above, item["title"]] = item["id"].replace("MenuItem", "Link")
                within(item.get("items", []), (*above, item["title"]))

        within(main["items"], ())
        return found

    def fill(self, *titles: tuple[Any, ...]) -> None:
        variables = {"id": self.main()["id"], "title": "Main menu", "items": [_item(*one) for one in titles]}
        assert not self.ask(UPDATE, **variables)["menuUpdate"]["userErrors"]

    def translate(self, texts: dict[tuple[str, ...], str]) -> None:
        links = self.links()
        for titles, text in texts.items():
            content = self.ask(CONTENT, id=links[titles])["translatableResource"]["translatableContent"]
            given = [{"key": "title", "locale": "de", "value": text, "translatableContentDigest": content[0]["digest"]}]
            assert not self.ask(REGISTER, id=links[titles], given=given)["translationsRegister"]["userErrors"]

    def german(self) -> dict[tuple[str, ...], str]:
        said = {
            titles: self.ask(CONTENT, id=gid)["translatableResource"]["translations"]
            for titles, gid in self.links().items()
        }
        return {titles: own[0]["value"] for titles, own in said.items() if own}


def _item(title: str, *inner: tuple[Any, ...]) -> dict[str, Any]:
    return {"title": title, "type": "HTTP", "url": "/collections/all", "items": [_item(*one) for one in inner]}


@pytest.fixture
def source(sandbox: Sandbox) -> Store:
    own = Store(sandbox)
    own.ask(ENABLE)
    own.fill(("Shop", ("All", ("New",)), ("Twice",)), ("About", ("All",)), ("Twice",), ("Twice",))
    own.translate(GERMAN)
    return own


def _rows(desk: Desk) -> dict[tuple[str, ...], Outcome]:
    return {row.key: row.outcome for row in desk.ledger.select(Where(resource="translations"), limit=99)}


def test_items_are_called_as_in_the_source(sandbox: Sandbox, source: Store, tmp_path: Path) -> None:
    target = Store(sandbox)
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert troubles(desk) == {}
    assert target.german() == GERMAN
    assert _rows(desk) == dict.fromkeys(
        [("menus", "main-menu", "de"), *(("menu_items", "main-menu", *titles, "de") for titles in list(GERMAN)[1:])],
        Outcome.CREATED,
    )
    again, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert again.client.writes == 0
    _, past = export(sandbox, target.shop, tmp_path)
    assert checksums(past)["translations"] == checksums(export(sandbox, source.shop, tmp_path)[1])["translations"]


def test_what_stays_in_a_menu_that_is_written_anew_stays_translated(
    sandbox: Sandbox, source: Store, tmp_path: Path
) -> None:
    target = Store(sandbox)
    import_(sandbox, target.shop, archive_of(sandbox, source.shop, tmp_path), tmp_path)
    source.fill(("Shop", ("All", ("Old",), ("New",))), ("About us", ("All",)))
    source.translate({key: text for key, text in GERMAN.items() if key[0] != "About"})
    target.translate({("Shop",): "Geschäft"})
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert troubles(desk) == {}
    assert source.german() == {key: text for key, text in GERMAN.items() if key[0] != "About"}
    assert target.german() == source.german() | {("About us", "All"): GERMAN["About", "All"]}  # the item was renamed
    assert _rows(desk)["menu_items", "main-menu", "Shop", "All", "de"] is Outcome.UNCHANGED
    assert _rows(desk)["menu_items", "main-menu", "Shop", "de"] is Outcome.UPDATED
    again, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert again.client.writes == 0


def test_a_spreadsheet_says_the_same(sandbox: Sandbox, source: Store, tmp_path: Path) -> None:
    sheet = sheet_of(archive_of(sandbox, source.shop, tmp_path), "xlsx", tmp_path / "sheet")
    desk, _ = import_(sandbox, source.shop, sheet, tmp_path)
    assert desk.client.writes == 0
    assert set(_rows(desk).values()) == {Outcome.UNCHANGED} and len(_rows(desk)) == len(GERMAN)


def test_where_shopify_tells_nothing_of_items_that_is_said() -> None:
    """Each item is translated as the link of its number; a store that knows no such link says so."""
    (stream,) = [own for own in RESOURCES["translations"].streams(Selection(), []) if own.name == "translations/items"]
    talk = stream.read(None, None)
    item = {"id": "gid://shopify/MenuItem/1", "title": "Shop", "items": []}
    menu = {"id": "gid://shopify/Menu/1", "handle": "main-menu", "items": [item]}
    nothing: dict[str, Any] = {"translatableResourcesByIds": {"nodes": []}}
    answers: list[dict[str, Any]] = [
        {"shopLocales": [{"locale": "en", "primary": True}, {"locale": "de", "primary": False}]},
        {"menus": {"nodes": [menu], "pageInfo": {"hasNextPage": False, "endCursor": None}}},
        *(nothing, nothing),
    ]
    next(talk)
    with pytest.raises(StopIteration) as end:
        for answer in answers:
            talk.send(answer)
    assert end.value.value.skipped == (("menus", UNTOLD),)


def test_a_menu_picked_alone_brings_what_it_is_called(sandbox: Sandbox, source: Store, tmp_path: Path) -> None:
    archive = archive_of(sandbox, source.shop, tmp_path, records=[["menus", ["main-menu"]]], closure=True)
    target = Store(sandbox)
    import_(sandbox, target.shop, archive, tmp_path)
    assert target.german() == GERMAN


def test_what_the_awkward_menu_is_called_arrives_but_for_its_twins(sandbox: Sandbox, tmp_path: Path) -> None:
    """Three deep, in two languages, on the archive's way and on that of a spreadsheet; a mirror leaves all of it."""
    source, target = sandbox.shop("nasty"), sandbox.shop()
    archive = archive_of(sandbox, source, tmp_path, resources=["menus", "locales", "translations"])
    manifest = json.loads(opened(archive)["manifest.json"])
    assert manifest["notCarried"]["translations"][NAMESAKES]["count"] == 2
    first, _ = import_(sandbox, target, archive, tmp_path)
    named = {key: outcome for key, outcome in _all_rows(first).items() if key[1] == "übung-menu"}
    assert sorted(len(key) for key in named) == [3, 3, 4, 4, 4, 4, 5, 5, 6, 6]
    assert set(named.values()) == {Outcome.CREATED}
    for policy in ("update", "mirror"):
        again, _ = import_(sandbox, target, archive, tmp_path, policy=policy)
        assert again.client.writes == 0
    sheet = sheet_of(archive, "xlsx", tmp_path / "sheet")
    edited, _ = import_(sandbox, target, sheet, tmp_path)
    assert edited.client.writes == 0
    assert {outcome for key, outcome in _all_rows(edited).items() if key in named} == {Outcome.UNCHANGED}
    compared = fidelity_of(sandbox, target, archive, tmp_path)
    assert not [row.key for row in compared if row.key in named]


def _all_rows(desk: Desk) -> dict[tuple[str, ...], Outcome]:
    return {row.key: row.outcome for row in desk.ledger.select(Where(resource="translations"), limit=999)}


def fidelity_of(sandbox: Sandbox, shop: str, archive: bytes, folder: Path) -> list[Row]:
    """What differs between an archive and a store."""
    desk, _ = import_(sandbox, shop, archive, folder, stages=COMPARISON, other="")
    return desk.ledger.select(Where(resource="translations"), limit=999)
