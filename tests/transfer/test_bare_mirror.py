"""A store that has everything, and an archive or a row that says there is none of it: read back, nothing is left but
what the report names. Kind by kind, so that none is forgotten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.archives import Record, edited, opened
from tests.builder import troubles
from tests.support import Sandbox, archive_of, import_
from tests.transfer.test_lasting import Path as Place
from tests.transfer.test_lasting import cases_of, none_of, without
from tests.transfer.test_sheets_by_hand import book
from transfer.keys import encode
from transfer.lasting import has
from transfer.outcomes import Outcome, Reason
from transfer.registry import RESOURCES
from transfer.work import Where

# What they say then is something else, or nothing (a moment that has passed). Of texts that are gone, Shopify has no
# translations, and takes none.
SPARED = {
    ("products", "giftCard"),
    ("discounts", "shipping.countries"),
    ("product_publications", "channels.publishDate"),
    ("collection_publications", "channels.publishDate"),
}
LEFT_OUT = {"resources": ["translations", "market_translations"]}
ALSO = [name for name, resource in RESOURCES.items() if resource.optional]


@pytest.fixture(scope="module")
def shop(sandbox: Sandbox) -> str:
    """One for all rows: each is about another kind."""
    return sandbox.shop("boutique", products=4)


def places(name: str, fields: Any) -> Iterator[tuple[Place, str]]:
    """(path, its name in `lasting`) of what a record may say null of."""
    for path, place, shape, _ in cases_of(RESOURCES[name], fields):
        if none_of(RESOURCES[name], path, shape) == [None] and (name, place) not in SPARED:
            yield path, place


def bare(name: str, number: int, record: Record) -> list[Record]:
    """A record with nothing in all places that may be empty, as far as it is one without."""
    for path, _ in places(name, record["fields"]):
        try:
            fields = without(record["fields"], path, None)
        except TypeError:
            continue  # gone with what it stood in
        if RESOURCES[name].validate(tuple(record["key"]), fields) is None:
            record["fields"] = fields
    return [record]


def records(archive: bytes) -> dict[tuple[str, ...], Any]:
    """(kind, key) -> fields."""
    members = {name: content for name, content in opened(archive).items() if name.endswith(".jsonl")}
    lines = ((name.split("/")[0], json.loads(line)) for name in members for line in members[name].splitlines())
    return {(kind, *line["key"]): line["fields"] for kind, line in lines if kind != "side"}


def value_at(fields: Any, path: Place) -> Any:
    for part in path:
        fields = None if fields is None else fields[part] if isinstance(part, int) else fields.get(part)
    return fields


def test_a_mirror_takes_away_all_that_it_does_not_name(sandbox: Sandbox, tmp_path: Path) -> None:
    shop = sandbox.shop("boutique", products=4)
    whole = archive_of(sandbox, shop, tmp_path, also=ALSO)
    archive = edited(whole, bare)
    desk, _ = import_(sandbox, shop, archive, tmp_path, policy="mirror", excluded=LEFT_OUT)
    told = {key: why for key, why in troubles(desk).items() if why not in (Reason.EXCLUDED, Reason.NAMES_SOURCE)}
    assert told == {}
    rows = {(row.resource, *row.key): row for row in desk.ledger.select(Where(), limit=10_000)}
    before, said, after = (records(one) for one in (whole, archive, archive_of(sandbox, shop, tmp_path, also=ALSO)))
    gone: set[tuple[str, str]] = set()
    kept: set[tuple[str, str]] = set()
    for key, fields in before.items():
        for path, place in places(key[0], fields):
            if key[0] in LEFT_OUT["resources"] or value_at(said[key], path) is not None:
                continue
            (kept if has(value_at(after[key], path)) else gone).add((key[0], place))
            if has(value_at(after[key], path)):
                assert any(place == one or place.startswith(f"{one}.") for one in RESOURCES[key[0]].lasting), key
                assert "no import takes away" in rows[key].detail
    assert {kind for kind, _ in gone} >= {"products", "pages", "articles", "customers", "companies", "discounts"}
    assert ("companies", "mainContact") in gone
    assert ("company_locations", "shippingAddress") in kept
    again, _ = import_(sandbox, shop, archive, tmp_path, policy="mirror", excluded=LEFT_OUT)
    assert again.client.writes == 0


# -- a single cell -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "column", "path"),
    [
        ("products", "media (list)", ("media",)),
        ("companies", "mainContact", ("mainContact",)),
        ("company_locations", "shippingAddress.recipient", ("shippingAddress", "recipient")),
        ("metafield_pins", "pinned (list)", ("pinned",)),
    ],
)
def test_a_cell_takes_away(
    sandbox: Sandbox, shop: str, tmp_path: Path, kind: str, column: str, path: tuple[str, ...]
) -> None:
    present = records(archive_of(sandbox, shop, tmp_path, resources=[kind]))
    key, fields = next((key, one) for key, one in present.items() if key[0] == kind and has(value_at(one, path)))
    row = {"Key": encode(key[1:]), column: "[empty]"}
    desk, _ = import_(sandbox, shop, book({kind: [row]}, "UPDATE"), tmp_path)
    (own,) = desk.ledger.select(Where(resource=kind), limit=9)
    assert (own.outcome, own.verified, own.detail) == (Outcome.UPDATED, True, "")
    left = records(archive_of(sandbox, shop, tmp_path, resources=[kind])).get(key)
    assert not has(value_at(left, path))
    rest = {name: value for name, value in fields.items() if name not in (path[0], "variants", "unpinned")}
    assert left is None or {name: left[name] for name in rest} == rest


@pytest.mark.parametrize(
    ("kind", "column"),
    [("files", "mimeType"), ("articles", "author"), ("metaobject_definitions", "displayNameKey")],
)
def test_a_cell_that_cannot_be_emptied_is_refused(
    sandbox: Sandbox, shop: str, tmp_path: Path, kind: str, column: str
) -> None:
    present = records(archive_of(sandbox, shop, tmp_path, resources=[kind]))
    key = next(key for key, one in present.items() if key[0] == kind and has(one.get(column)))
    row = {"Key": encode(key[1:]), column: "[empty]"}
    desk, _ = import_(sandbox, shop, book({kind: [row]}, "UPDATE"), tmp_path)
    (own,) = desk.ledger.select(Where(resource=kind), limit=9)
    assert (own.outcome, own.reason) == (Outcome.FAILED, Reason.INVALID)
    assert f"cannot be emptied: {RESOURCES[kind].lasting[column]}." in own.detail
    assert desk.client.writes == 0
