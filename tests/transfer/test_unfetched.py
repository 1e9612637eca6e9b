"""An address that a row gives beside the name of a file that is there: nothing is fetched from it, and that is told."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.builder import Builder
from tests.meddle import row
from tests.support import Sandbox, archive_of, import_
from tests.transfer.test_sheets_by_hand import Cells, book
from tests.transfer.test_sheets_import import PLAN, cell, edited, row_of, sheet_of
from transfer.outcomes import Outcome, Reason, Verdict
from transfer.unfetched import UNFETCHED
from transfer.work import Desk, Where


@pytest.fixture(scope="module")
def shop(sandbox: Sandbox) -> Builder:
    return Builder(sandbox, "boutique", products=3)


def _told(desk: Desk) -> Iterator[tuple[str, ...]]:
    for own in desk.ledger.select(Where(), limit=10_000):
        if UNFETCHED in own.detail:
            yield (own.resource, *own.key)


def test_another_address_of_a_file_that_is_there_is_told(shop: Builder, sandbox: Sandbox, tmp_path: Path) -> None:
    """It was called unchanged and verified, and the bytes were the old ones."""
    other = "https://example.com/pictures/other.png"
    for number, cells in enumerate(({}, {"alt": "Other"})):
        file = book({"files": [{"Key": "image/hero.png", "source": other, **cells}]}, "UPDATE")
        desk, _ = import_(sandbox, shop.shop, file, tmp_path / str(number))
        told = row(desk, "files", "image", "hero.png")
        assert told.detail == UNFETCHED
        assert told.outcome is (Outcome.UPDATED if cells else Outcome.UNCHANGED)


def test_addresses_as_they_were_exported_are_not_told(shop: Builder, sandbox: Sandbox, tmp_path: Path) -> None:
    archive = archive_of(sandbox, shop.shop, tmp_path)
    file = sheet_of(archive, "xlsx", tmp_path)
    other = sandbox.shop()
    import_(sandbox, other, archive, tmp_path)
    for target in (shop.shop, other):
        desk, _ = import_(sandbox, target, file, tmp_path, stages=PLAN)
        assert not list(_told(desk))
    swapped = edited(file, lambda made: _swap(made["files"]))
    desk, _ = import_(sandbox, shop.shop, swapped, tmp_path, stages=PLAN)
    assert list(_told(desk)) == [("files", "image", "hero.png")]


def test_what_the_file_itself_is_stays_and_the_rest_is_written(shop: Builder, sandbox: Sandbox, tmp_path: Path) -> None:
    """It was fetched anew from where it is, and read back differently, at every upload."""
    file = sheet_of(archive_of(sandbox, shop.shop, tmp_path, resources=["files"]), "xlsx", tmp_path)
    changes = {"mimeType": "image/webp", "width": 7}

    def change(alt: str, made: Any) -> None:
        at = row_of(made["files"], "image/hero.png")
        for header, value in {**changes, **({"alt": alt} if alt else {})}.items():
            cell(made["files"], header, at).value = value

    for alt, outcome in (("", Outcome.UNCHANGED), ("Anew", Outcome.UPDATED), ("Anew", Outcome.UNCHANGED)):
        desk, _ = import_(sandbox, shop.shop, edited(file, partial(change, alt)), tmp_path)
        own = row(desk, "files", "image", "hero.png")
        assert (own.outcome, own.reason, own.verified) == (outcome, Reason.NONE, True)
        kept = "The file keeps its own File type and Width: to have another file, give the new one another name."
        assert own.detail == kept
        assert desk.client.writes == (outcome is Outcome.UPDATED)


def _swap(sheet: object) -> None:
    hero, front = (row_of(sheet, f"image/{name}.png") for name in ("hero", "iron-00002-front"))
    cell(sheet, "source", hero).value = cell(sheet, "source", front).value


def test_a_picture_is_named_as_its_address_is(shop: Builder, sandbox: Sandbox, tmp_path: Path) -> None:
    """It was written at every upload, and read back differently each time."""
    address = "https://example.com/pictures/other.png"
    row_: Cells = {"Key": "hand-picked", "image.name": "mine.png", "source": address}
    desk, _ = import_(sandbox, shop.shop, book({"collections": [row_]}, "UPDATE"), tmp_path, stages=PLAN)
    told = row(desk, "collections", "hand-picked")
    assert (told.verdict, told.reason) == (Verdict.CANNOT, Reason.INVALID)
    assert told.detail == "Shopify names its image as the address in source does: write other.png into image.name."
