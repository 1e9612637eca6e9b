"""What happens in a store while its translations are read, which takes longest, is in the archive like all else."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from shopify_client.transport import PooledTransport, Response
from tests.builder import Builder
from tests.support import Sandbox, checksums, export
from tests.transfer.test_reading import HANDLE, RENAME
from tests.transfer.test_translations import REGISTER, small
from transfer.archive.members import MemberSet
from transfer.export import ROUNDS
from transfer.local import LocalRun, local_desk
from transfer.stages import EXPORT, Stage, exporting
from transfer.work import Checkpoint

REDIRECT = """mutation R($redirect: UrlRedirectInput!) {
  urlRedirectCreate(urlRedirect: $redirect) { userErrors { message } } }"""
MENUS = "{ menus(first: 9) { nodes { id handle } } }"
MENU = """mutation M($id: ID!, $title: String!, $items: [MenuItemUpdateInput!]!) {
  menuUpdate(id: $id, title: $title, items: $items) { userErrors { message } } }"""
TITLE = """query T($id: ID!) { translatableResource(resourceId: $id) { translatableContent { key digest } } }"""
PRODUCTS = "{ products(first: 9) { nodes { id handle } } }"


def _translate(shop: Builder, gid: str, title: str) -> None:
    content = shop.ask(TITLE, id=gid)["translatableResource"]["translatableContent"]
    digest = next(item["digest"] for item in content if item["key"] == "title")
    given = {"key": "title", "locale": "de", "value": title, "translatableContentDigest": digest}
    assert not shop.ask(REGISTER, id=gid, given=[given])["translationsRegister"]["userErrors"]


def _works(shop: Builder) -> Callable[[int], None]:
    """What somebody does again and again: the first two products get other names, others come, menus change."""
    nodes = sorted(shop.ask(PRODUCTS)["products"]["nodes"], key=lambda node: node["handle"] != "shirt-1")
    products = [node["id"] for node in nodes]
    menu = shop.ask(MENUS)["menus"]["nodes"][0]["id"]

    def work(number: int) -> None:
        shop.ask(HANDLE, id=products[0], new=f"renamed-{number}")
        shop.ask(RENAME, id=products[1], new=f"Title {number}")
        _translate(shop, products[1], f"Titel {number}")
        made = shop.product(f"made-{number}", {"Size": ["S"]})
        _translate(shop, made, f"Neu {number}")
        items = [{"title": f"Item {number}", "type": "PRODUCT", "resourceId": made, "items": []}]
        shop.ask(MENU, id=menu, title=f"Menu {number}", items=items)
        shop.ask(REDIRECT, redirect={"path": f"/from-{number}", "target": f"/products/made-{number}"})

    return work


def _at_work(work: Callable[[int], None], last: int) -> Callable[[Stage, Checkpoint], None]:
    """After the late streams, and after each round before this one."""
    seen: set[int] = set()

    def listen(stage: Stage, checkpoint: Checkpoint) -> None:
        cursor = checkpoint.cursor
        between = stage.name == "settle" and "late" in cursor.get("settled", ()) and "began" not in cursor
        if between and cursor["round"] not in seen and cursor["round"] < last:
            seen.add(cursor["round"])
            work(cursor["round"])

    return listen


def test_what_is_done_while_translations_are_read_and_after_that_is_in_the_archive(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    shop = Builder(sandbox, shop=small(sandbox, {"title": "Hemd", "handle": "hemd"}))
    desk = local_desk(sandbox.client(shop.shop), tmp_path / "live")
    past = LocalRun(desk, {"shop": shop.shop}, {}).work(EXPORT, _at_work(_works(shop), ROUNDS - 1))
    told = MemberSet.from_cursor(desk.storage, past["merge"])
    assert {line.key for line in told.records("translations")} >= {("products", f"made-{n}", "de") for n in range(2)}
    assert ("products", "renamed-1", "de") in {line.key for line in told.records("translations")}
    _, quiet = export(sandbox, shop.shop, tmp_path)
    assert checksums(past) == checksums(quiet)


def test_what_hangs_on_a_variant_of_what_was_renamed_goes_by_the_new_name(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = Builder(sandbox)
    product = shop.product("shirt", {"Size": ["S", "M"]})
    for owner in (product, *shop.variants(product)):
        shop.metafield(owner, "custom.note", "single_line_text_field", "mine")

    def work(number: int) -> None:
        shop.ask(HANDLE, id=product, new="renamed")

    desk = local_desk(sandbox.client(shop.shop), tmp_path / "live")
    past = LocalRun(desk, {"shop": shop.shop}, {}).work(EXPORT, _at_work(work, 1))
    _, quiet = export(sandbox, shop.shop, tmp_path)
    assert checksums(past) == checksums(quiet)


@pytest.mark.parametrize("calls", [2, 3, 5, 7, 11, 17, 40, 100])
def test_wherever_slices_end_the_archive_is_the_same(sandbox: Sandbox, tmp_path: Path, calls: int) -> None:
    """Between rounds and within them, also while translations of what moved are still to be read again."""
    shop = Builder(sandbox, shop=small(sandbox, {"title": "Hemd"}))
    desk = local_desk(sandbox.client(shop.shop), tmp_path / "live")
    asked = itertools.count(1)
    desk.stopping = lambda: next(asked) % calls == 0
    work = _at_work(_works(shop), ROUNDS - 1)
    past = LocalRun(desk, {"shop": shop.shop}, {}, sleep=lambda seconds: None).work(EXPORT, work)
    desk.stopping = lambda: False
    _, quiet = export(sandbox, shop.shop, tmp_path)
    assert checksums(past) == checksums(quiet)


def test_a_slice_that_ends_as_a_round_begins_leaves_that_to_the_next(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = Builder(sandbox, shop=small(sandbox, {"title": "Hemd"}))
    desk = local_desk(sandbox.client(shop.shop), tmp_path / "live")
    work, left = _at_work(_works(shop), ROUNDS - 1), 0

    def listen(stage: Stage, checkpoint: Checkpoint) -> None:
        nonlocal left
        work(stage, checkpoint)
        if stage.name == "settle" and "began" not in checkpoint.cursor and not left:
            left = 4

    def stopping() -> bool:
        nonlocal left
        left -= left > 0
        return left > 1

    desk.stopping = stopping
    past = LocalRun(desk, {"shop": shop.shop}, {}, sleep=lambda seconds: None).work(EXPORT, listen)
    left = 0
    _, quiet = export(sandbox, shop.shop, tmp_path)
    assert checksums(past) == checksums(quiet)


def test_what_is_not_carried_of_other_languages_is_said(sandbox: Sandbox, tmp_path: Path) -> None:
    _, past = export(sandbox, small(sandbox, {"title": "Hemd"}), tmp_path)
    notes = past["settle"]["skipped"]["translations"]
    assert any("themes" in why for why in notes)


UNTRANSLATE = """mutation U($id: ID!, $keys: [String!]!, $locales: [String!]!) {
  translationsRemove(resourceId: $id, translationKeys: $keys, locales: $locales) { userErrors { message } } }"""


@pytest.mark.parametrize("calls", [None, 2, 3, 5, 11])
def test_translations_alone_that_are_made_changed_and_taken_away_meanwhile_are_as_they_are_at_last(
    sandbox: Sandbox, tmp_path: Path, calls: int | None
) -> None:
    """Nothing else of their records moves, and Shopify says of no translation when it was changed."""
    shop = Builder(sandbox, shop=small(sandbox, {"title": "Hemd"}))
    changed, taken, made = (shop.product(f"own-{number}", {"Size": ["S"]}) for number in range(3))
    for product in (changed, taken):
        _translate(shop, product, "Vorher")

    def work(number: int) -> None:
        _translate(shop, changed, f"Nachher {number}")
        if not number:
            shop.ask(UNTRANSLATE, id=taken, keys=["title"], locales=["de"])
        _translate(shop, made, f"Neu {number}")

    desk = local_desk(sandbox.client(shop.shop), tmp_path / "live")
    asked = itertools.count(1)
    desk.stopping = lambda: calls is not None and next(asked) % calls == 0
    past = LocalRun(desk, {"shop": shop.shop}, {}, sleep=lambda seconds: None).work(EXPORT, _at_work(work, ROUNDS - 1))
    desk.stopping = lambda: False
    _, quiet = export(sandbox, shop.shop, tmp_path)
    assert checksums(past) == checksums(quiet)
    moved = MemberSet.from_cursor(desk.storage, past["merge"])
    assert ("products", "own-1", "de") not in {line.key for line in moved.records("translations")}
    assert ("translations", ("products", "own-1", "de")) in exporting.changed(past), "it is told as what moved"


class Leaves(PooledTransport):
    """Leaves one record out of each list of what is translatable but the first."""

    def __init__(self, gid: str) -> None:
        super().__init__()
        self.gid, self.shown, self.left = gid, False, 0

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes, timeout: float) -> Response:
        answer = super().__call__(url, headers, body, timeout)
        if b"translatableResources(" not in body or self.gid.encode() not in answer.body:
            return answer
        if not self.shown:
            self.shown = True
            return answer
        self.left += 1
        read = json.loads(answer.body)
        listed = read["data"]["translatableResources"]
        listed["nodes"] = [node for node in listed["nodes"] if node["resourceId"] != self.gid]
        return replace(answer, body=json.dumps(read).encode())


def test_what_a_later_list_leaves_out_is_asked_for_before_it_is_taken_for_gone(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    shop = Builder(sandbox, shop=small(sandbox, {"title": "Hemd"}))
    product = shop.product("own", {"Size": ["S"]})
    _translate(shop, product, "Eigen")
    leaves = Leaves(product)
    desk = local_desk(sandbox.client(shop.shop, transport=leaves), tmp_path / "live")
    past = LocalRun(desk, {"shop": shop.shop}, {}).work(EXPORT)
    assert leaves.left
    _, quiet = export(sandbox, shop.shop, tmp_path)
    assert checksums(past) == checksums(quiet)
    assert not exporting.changed(past)


def _at_settling(work: Callable[[], None]) -> Callable[[Stage, Checkpoint], None]:
    """When all lists were read once, and nothing was looked at again."""
    done: list[bool] = []

    def listen(stage: Stage, checkpoint: Checkpoint) -> None:
        if stage.name == "read" and checkpoint.done and not done:
            done.append(True)
            work()

    return listen


def test_what_shopifys_search_does_not_show_yet_is_read_by_its_id(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = Builder(sandbox)
    shop.define("kind", {"name": "Name", "key": "name", "type": "single_line_text_field"})
    entry = shop.entry("kind", "one", name="One")
    product, other = (shop.product(handle, {"Size": ["S", "M"]}) for handle in ("shirt", "hat"))
    variant = shop.variants(product)[0]
    for owner in (product, variant):
        shop.metafield(owner, "custom.word", "single_line_text_field", "old")

    def work() -> None:
        sandbox.ask("/sandbox/config", {"search_lag_seconds": 60, "clock_offset_seconds": 30})
        shop.ask(RENAME, id=product, new="New title")
        shop.ask(HANDLE, id=other, new="renamed")
        shop.metafield(variant, "custom.word", "single_line_text_field", "new")
        shop.metafield(product, "custom.more", "single_line_text_field", "made")
        shop.change(entry, name="Two")

    try:
        desk = local_desk(sandbox.client(shop.shop), tmp_path / "live")
        past = LocalRun(desk, {"shop": shop.shop}, {}).work(EXPORT, _at_settling(work))
    finally:
        sandbox.ask("/sandbox/config", {"search_lag_seconds": 0, "clock_offset_seconds": 0})
    _, quiet = export(sandbox, shop.shop, tmp_path)
    assert checksums(past) == checksums(quiet)
    told = {resource for resource, _ in exporting.changed(past)}
    assert told == {"products", "product_metafields", "variant_metafields", "metaobjects"}


@pytest.mark.parametrize("ahead", [-3600.0, -10.0, 10.0, 3600.0])
def test_what_moved_is_asked_for_by_the_stores_clock(sandbox: Sandbox, tmp_path: Path, ahead: float) -> None:
    """Ours may be wrong, and nobody notices."""
    shop = Builder(sandbox)
    product = shop.product("shirt", {"Size": ["S"]})
    made: list[str] = []

    def work(number: int) -> None:
        shop.ask(RENAME, id=product, new=f"Title {number}")
        made.append(shop.product(f"made-{number}", {"Size": ["S"]}))

    client = sandbox.client(shop.shop, wall=lambda: time.time() + ahead)
    desk = local_desk(client, tmp_path / "live")
    desk.now = lambda: time.time() + ahead
    past = LocalRun(desk, {"shop": shop.shop}, {}).work(EXPORT, _at_work(work, ROUNDS - 1))
    assert len(made) == ROUNDS - 1
    _, quiet = export(sandbox, shop.shop, tmp_path)
    assert checksums(past) == checksums(quiet)
