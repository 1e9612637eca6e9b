"""Items of a menu that are written anew keep the target's own translations, or it is told that these go."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.archives import opened
from tests.builder import troubles
from tests.support import Sandbox, archive_of, import_
from tests.transfer.test_menu_translations import CONTENT, ENABLE, REGISTER, UPDATE, Store
from tests.transfer.test_sheets_by_hand import Cells, book
from tests.transfer.test_sheets_import import edited
from transfer.dropped import GO, STAY, UNREAD, untold
from transfer.incomplete import incomplete
from transfer.local import local_desk, run
from transfer.outcomes import Outcome, Policy, Reason, Verdict
from transfer.resources._menu_items import becoming, going, pairs, renamed, shared
from transfer.resources._translated import NAMESAKES
from transfer.resources._translation_writing import OF_SEVERAL
from transfer.resources.translations import NO_ITEM
from transfer.retitled import OLD
from transfer.stages import IMPORT
from transfer.work import Desk, Where

SHOP = ("Shop", ("Men", ("Shirts",)), ("Women",))
OWN = {("Shop",): "Tienda", ("Shop", "Men"): "Hombres", ("Shop", "Men", "Shirts"): "Camisas", ("About",): "Sobre"}


def item(title: str, url: str = "/x", *inner: dict[str, object]) -> dict[str, object]:
    return {"title": title, "type": "HTTP", "url": url, "items": list(inner)}


def test_which_items_are_which() -> None:
    shop, about = item("Shop", "/shop", item("Men", "/men")), item("About", "/about")
    assert pairs([about, shop], [shop, about]) == {0: 1, 1: 0}
    assert pairs([item("Store", "/shop"), about], [about, shop]) == {0: 1, 1: 0}  # it leads to the same place
    assert pairs([item("New"), about, item("Store", "/new")], [about, shop]) == {1: 0, 2: 1}  # it stands there
    assert pairs([item("New"), item("Store", "/new"), about], [shop, about]) == {2: 1}  # one of the two does
    assert pairs([item("A", "#"), item("B", "#")], [item("C", "#")]) == {}
    assert pairs([item("D", "/b"), item("D", "/a")], [item("D", "/a"), item("D", "/b")]) == {0: 1, 1: 0}
    renamed = item("Store", "/shop", item("Men", "/men"))
    assert pairs([renamed, item("Shop", "/other")], [shop]) == {0: 0}


def test_what_goes_and_what_becomes_another() -> None:
    present = [item("Shop", "/shop", item("Men"), item("Kids", "/kids")), item("About", "/about")]
    wanted = [item("Store", "/shop", item("Men")), item("Contact", "/contact")]
    assert list(going(wanted, present)) == [("Shop", "Kids")]
    assert list(becoming(wanted, present)) == [(("About",), ("Contact",))]
    assert list(going([], present)) == [("Shop",), ("Shop", "Men"), ("Shop", "Kids"), ("About",)]


@pytest.fixture
def source(sandbox: Sandbox) -> Store:
    own = Store(sandbox)
    own.ask(ENABLE)
    own.fill(("Store", *SHOP[1:]), ("About",))
    return own


@pytest.fixture
def target(sandbox: Sandbox) -> Store:
    own = Store(sandbox)
    own.ask(ENABLE)
    own.fill(SHOP, ("About",))
    own.translate(OWN)
    return own


def _menu(desk: Desk) -> str:
    return desk.ledger.get("menus", [("main-menu",)])["main-menu",].detail


def _outcomes(desk: Desk) -> dict[tuple[str, ...], Outcome]:
    rows = desk.ledger.select(Where(resource="translations"), limit=99)
    return {row.key[2:-1]: row.outcome for row in rows if row.key[0] == "menu_items"}


def _moved(texts: dict[tuple[str, ...], str]) -> dict[tuple[str, ...], str]:
    return {("Store", *key[1:]) if key[0] == "Shop" else key: text for key, text in texts.items()}


def test_an_item_that_is_renamed_keeps_the_translations_of_the_target(
    sandbox: Sandbox, source: Store, target: Store, tmp_path: Path
) -> None:
    source.translate({("Store",): OWN["Shop",], ("Store", "Men"): "Männer"})
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert troubles(desk) == {}
    assert target.german() == _moved(OWN) | {("Store", "Men"): "Männer"}
    assert _menu(desk) == ""
    assert _outcomes(desk)["Store",] is Outcome.UPDATED  # else it would be older than its text
    assert _outcomes(desk)["About",] is _outcomes(desk)["Store", "Men", "Shirts"] is Outcome.LEFT
    again, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert again.client.writes == 0


def test_a_mirror_takes_away_what_the_source_has_not(
    sandbox: Sandbox, source: Store, target: Store, tmp_path: Path
) -> None:
    source.translate({("Store", "Men"): OWN["Shop", "Men"], ("Store", "Women"): "Frauen"})
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy=Policy.MIRROR)
    assert troubles(desk) == {}
    assert target.german() == source.german()
    assert _outcomes(desk)["Store", "Men"] is Outcome.UNCHANGED
    assert _outcomes(desk)["Store",] is _outcomes(desk)["About",] is Outcome.DELETED
    again, _ = import_(sandbox, target.shop, archive, tmp_path, policy=Policy.MIRROR)
    assert again.client.writes == 0


def test_what_goes_with_an_item_is_told(sandbox: Sandbox, source: Store, target: Store, tmp_path: Path) -> None:
    source.fill(("Shop",), ("About",))
    desk, _ = import_(sandbox, target.shop, archive_of(sandbox, source.shop, tmp_path), tmp_path)
    assert _menu(desk) == f"{GO[0]}Shop > Men > Shirts (de), Shop > Men (de){GO[1]}"
    assert untold(_menu(desk)) == ""
    assert target.german() == {key: OWN[key] for key in [("Shop",), ("About",)]}


def test_translations_of_an_item_that_becomes_another_are_told(
    sandbox: Sandbox, source: Store, target: Store, tmp_path: Path
) -> None:
    items = [item("Shop", "/collections/all"), item("Contact", "/pages/contact")]
    _put(source, items)
    source.translate({("Shop",): OWN["Shop",]})
    desk, _ = import_(sandbox, target.shop, archive_of(sandbox, source.shop, tmp_path), tmp_path)
    assert f"{STAY[0]}About (de){STAY[1]}" in _menu(desk)
    assert target.german() == {("Shop",): OWN["Shop",], ("Contact",): OWN["About",]}


def test_items_side_by_side_of_one_title_are_noted(sandbox: Sandbox, source: Store, tmp_path: Path) -> None:
    source.fill(("Twice", ("Below",)), ("Twice",), ("About", ("Twice",), ("Twice",)))
    source.translate({("Twice",): "Zweimal", ("Twice", "Below"): "Darunter"})
    notes = _notes(archive_of(sandbox, source.shop, tmp_path))
    assert notes[NAMESAKES] == {"count": 1, "examples": ["main-menu / Twice"]}
    assert "translations" not in incomplete({"translations": notes})
    alone = archive_of(sandbox, source.shop, tmp_path, records=[["menus", ["main-menu"]]], closure=True)
    assert _notes(alone)[NAMESAKES] == notes[NAMESAKES]


def _notes(archive: bytes) -> dict[str, Any]:
    return dict(json.loads(opened(archive)["manifest.json"])["notCarried"]["translations"])


def _put(store: Store, items: list[dict[str, object]]) -> None:
    variables = {"id": store.main()["id"], "title": "Main menu", "items": items}
    assert not store.ask(UPDATE, **variables)["menuUpdate"]["userErrors"]


def test_where_the_menu_is_left_out_its_items_keep_what_was_to_be_replaced(
    sandbox: Sandbox, source: Store, target: Store, tmp_path: Path
) -> None:
    source.translate({("Store", "Men"): "Männer"})
    archive = archive_of(sandbox, source.shop, tmp_path)
    excluded = {"records": [["menus", ["main-menu"]]]}
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy=Policy.MIRROR, excluded=excluded)
    rows = {row.key[2:-1]: row for row in desk.ledger.select(Where(resource="translations"), limit=99)}
    assert (rows["Store", "Men"].outcome, rows["Store", "Men"].detail) == (
        Outcome.FAILED,
        NO_ITEM.format("Store > Men"),
    )
    assert target.german() == {("Shop", "Men"): "Hombres"}


def test_an_item_that_stays_loses_what_is_below_it_where_the_source_has_nothing_there(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """An item that goes by its id is told also what of it is to be empty."""
    bare, full = Store(sandbox), Store(sandbox)
    bare.fill(("Shop",), ("About",))
    full.fill(SHOP, ("About",))
    for writes in (1, 0):
        desk, _ = import_(sandbox, full.shop, archive_of(sandbox, bare.shop, tmp_path), tmp_path)
        assert desk.client.writes == writes
        assert troubles(desk) == {}


def test_where_no_translations_are_brought_those_that_go_are_asked_for(
    sandbox: Sandbox, source: Store, target: Store, tmp_path: Path
) -> None:
    """So are those of items that become others."""
    _put(source, [item("Shop", "/collections/all"), item("Contact", "/pages/contact")])
    archive = archive_of(sandbox, source.shop, tmp_path, resources=["menus"])
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    gone = f"{GO[0]}Shop > Men > Shirts (de), Shop > Men (de){GO[1]}"
    assert _menu(desk).endswith(f" {gone} {STAY[0]}About (de){STAY[1]}")
    assert target.german() == {("Shop",): OWN["Shop",], ("Contact",): OWN["About",]}
    again, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert again.client.writes == 0
    assert GO[0] not in _menu(again)


def test_where_the_app_may_not_read_translations_that_is_told(
    sandbox: Sandbox, source: Store, target: Store, tmp_path: Path
) -> None:
    source.fill(("Shop",), ("About",))
    archive = archive_of(sandbox, source.shop, tmp_path, resources=["menus"])
    desk = local_desk(sandbox.client(target.shop), tmp_path / "import", settling=0.0)
    desk.withheld = dict.fromkeys(("translations", "market_translations"), ("read_translations",))
    with desk.storage.write("source.zip") as file:
        file.write(archive)
    run(desk, IMPORT, {"archive": "source.zip", "policy": "update", "excluded": {}})
    assert _menu(desk) == f"{UNREAD[0]}read_translations{UNREAD[1]}"
    assert untold(_menu(desk)) == ""


def test_twins_keep_their_places_and_are_never_renamed() -> None:
    """Two of one title are told apart by where they lead, and by what is below them; else they keep their order."""
    one, two = item("Twin", "/one"), item("Twin", "/two")
    assert pairs([two, one], [one, two]) == {0: 1, 1: 0}
    assert pairs([one, one], [one, one]) == {0: 0, 1: 1}
    assert pairs([item("Twin", "/three"), one], [one, two]) == {0: 1, 1: 0}
    below = item("Twin", "/one", item("Inner"))
    assert pairs([below, one], [one, below]) == {0: 1, 1: 0}
    assert renamed([one, two], [one, item("Other", "/two")]) == {}  # which of the two would be called so then?
    assert renamed([one, item("Other", "/two")], [one, two]) == {}
    swapped = [item("A", "/b"), item("B", "/a")]
    assert renamed(swapped, [item("A", "/a"), item("B", "/b")]) == {}  # titles count more than where they lead
    assert shared([one, two, item("Shop", "/", one, two), item("Solo", "/", one)]) == {("Twin",), ("Shop", "Twin")}


def test_what_several_items_of_one_title_are_called_is_told_where_one_goes(
    sandbox: Sandbox, source: Store, target: Store, tmp_path: Path
) -> None:
    """No plan knows what each is called; that somebody changed it meanwhile is not claimed."""
    source.fill(("Shop",))
    source.translate({("Shop",): "Laden"})
    target.fill(("Shop",), ("Shop",))
    links = [node["id"].replace("MenuItem", "Link") for node in target.main()["items"]]
    for gid, text in zip(links, ("Erster", "Zweiter"), strict=True):
        _call(target, gid, text)
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert _menu(desk) == f"{GO[0]}Shop (of several of that title){GO[1]}"
    (row,) = desk.ledger.select(Where(resource="translations"), limit=9)
    assert (row.outcome, row.reason, row.detail) == (
        Outcome.SKIPPED,
        Reason.CHANGED_MEANWHILE,
        f"title: {OF_SEVERAL}.",
    )
    import_(sandbox, target.shop, archive, tmp_path)
    assert target.german() == source.german()


def _call(store: Store, gid: str, text: str) -> None:
    (content,) = store.ask(CONTENT, id=gid)["translatableResource"]["translatableContent"]
    given = [{"key": "title", "locale": "de", "value": text, "translatableContentDigest": content["digest"]}]
    assert not store.ask(REGISTER, id=gid, given=given)["translationsRegister"]["userErrors"]


def test_a_mirror_leaves_what_becomes_one_of_several_of_one_title(
    sandbox: Sandbox, source: Store, target: Store, tmp_path: Path
) -> None:
    """Once it is one, nobody finds it by a name, which is no proof that what it is called is gone."""
    _put(source, [item("About", "/a"), item("About", "/b")])
    _put(target, [item("About", "/b"), item("Other", "/a")])
    _call(target, target.links()["Other",], "Anderes")
    desk, _ = import_(sandbox, target.shop, archive_of(sandbox, source.shop, tmp_path), tmp_path, policy=Policy.MIRROR)
    assert _outcomes(desk)["Other",] is Outcome.LEFT
    first = target.main()["items"][0]["id"].replace("MenuItem", "Link")
    (said,) = target.ask(CONTENT, id=first)["translatableResource"]["translations"]
    assert said["value"] == "Anderes"


def test_a_mirror_leaves_what_an_item_is_called_of_which_the_source_has_two(
    sandbox: Sandbox, source: Store, target: Store, tmp_path: Path
) -> None:
    """Both may be called so there, and the archive cannot tell."""
    _put(source, [item("About", "/collections/all"), item("About", "/pages/about")])
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy=Policy.MIRROR)
    assert _outcomes(desk)["About",] is Outcome.LEFT
    links = [node["id"].replace("MenuItem", "Link") for node in target.main()["items"]]
    said = [target.ask(CONTENT, id=gid)["translatableResource"]["translations"] for gid in links]
    assert [[one["value"] for one in own] for own in said] == [[OWN["About",]], []]
    again, _ = import_(sandbox, target.shop, archive, tmp_path, policy=Policy.MIRROR)
    assert again.client.writes == 0


@pytest.mark.parametrize("command", ["MERGE", "UPDATE", "DELETE"])
def test_a_row_that_names_an_item_by_its_old_title_is_told_the_new_one(
    sandbox: Sandbox, target: Store, tmp_path: Path, command: str
) -> None:
    menu = {"Key": "main-menu", "items (json)": json.dumps([_said("Store", _said("Men")), _said("About")])}
    old = {"Key": "menu_items/main-menu/Shop/Men/de", "texts.title": "Herren"}
    sheets: dict[str, list[Cells]] = {"menus": [menu], "translations (menu_items)": [old]}
    made = edited(book(sheets, "MERGE"), lambda made: _command(made, command))
    desk, _ = import_(sandbox, target.shop, made, tmp_path)
    (row,) = desk.ledger.select(Where(resource="translations", outcomes=frozenset({Outcome.FAILED})), limit=9)
    assert (row.verdict, row.detail) == (Verdict.CANNOT, OLD.format("Store > Men"))
    assert target.german()["Store", "Men"] == OWN["Shop", "Men"]


def _said(title: str, *inner: dict[str, Any]) -> dict[str, Any]:
    return {**item(title, "/collections/all", *inner), "tags": [], "resource": None}


def _command(made: Any, command: str) -> None:
    made["translations (menu_items)"].cell(2, 1).value = command


def test_a_row_for_an_item_that_the_menu_lacks_says_so(sandbox: Sandbox, target: Store, tmp_path: Path) -> None:
    row = {"Key": "menu_items/main-menu/Nowhere/de", "texts.title": "Nirgends"}
    desk, _ = import_(sandbox, target.shop, book({"translations (menu_items)": [row]}, "MERGE"), tmp_path)
    (told,) = desk.ledger.select(Where(resource="translations", outcomes=frozenset({Outcome.FAILED})), limit=9)
    assert told.detail == NO_ITEM.format("Nowhere")
