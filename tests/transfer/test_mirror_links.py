"""What an archive says of records that a mirror deletes: links to them are told, and what hangs on them keeps them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.archives import Record, edited
from tests.builder import NAME, Builder, troubles
from tests.meddle import row
from tests.support import Sandbox, archive_of, import_
from transfer.outcomes import Outcome, Reason, Verdict

TEXT = "single_line_text_field"
PAGE = "mutation P($page: PageCreateInput!) { pageCreate(page: $page) { page { id } userErrors { message } } }"
REDIRECT = """mutation R($path: String!, $to: String!) {
  urlRedirectCreate(urlRedirect: { path: $path, target: $to }) { urlRedirect { id } userErrors { message } } }"""


def page(shop: Builder, handle: str, body: str = "") -> None:
    assert shop.ask(PAGE, page={"title": handle.title(), "handle": handle, "body": body})["pageCreate"]["page"]


def without(archive: bytes, resource: str) -> bytes:
    def edit(name: str, number: int, record: Record) -> list[Record]:
        return [] if name == resource else [record]

    return edited(archive, edit)


def test_links_to_what_goes_are_told(sandbox: Sandbox, tmp_path: Path) -> None:
    """The first mirror said nothing, and the second one found them dead."""
    source, target = Builder(sandbox), Builder(sandbox)
    page(source, "home", '<a href="/pages/old">old</a> <a href="/products/old">old</a>')
    source.ask(REDIRECT, path="/x", to="/pages/old")
    page(target, "old")
    target.product("old", {"Size": ["S"]})
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    told = row(desk, "pages", "home")
    assert (told.outcome, told.reason, told.lost) == (Outcome.CREATED, Reason.UNRESOLVED_REFERENCE, ("body",))
    assert "links to shopsync:pages/old, which this import deletes." in told.detail
    assert "links to shopsync:products/old, which this import deletes." in told.detail
    assert row(desk, "url_redirects", "/x").reason is Reason.UNRESOLVED_REFERENCE
    assert row(desk, "pages", "old").outcome is Outcome.DELETED
    again, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    assert again.client.writes == 0
    assert row(again, "pages", "home").reason is Reason.UNRESOLVED_REFERENCE


@pytest.mark.parametrize("policy", ["update", "create_only"])
def test_where_nothing_goes_they_lead_there(sandbox: Sandbox, tmp_path: Path, policy: str) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    page(source, "home", '<a href="/pages/old">old</a>')
    page(target, "old")
    desk, _ = import_(sandbox, target.shop, archive_of(sandbox, source.shop, tmp_path), tmp_path, policy=policy)
    assert not row(desk, "pages", "home").lost


def test_a_reference_to_what_goes_is_left_out_and_told(sandbox: Sandbox, tmp_path: Path) -> None:
    """Taken out of the archive by hand: the source had it."""
    source, target = Builder(sandbox), Builder(sandbox)
    for shop in (source, target):
        shop.define("card", NAME, {"key": "seen", "type": "product_reference"})
        gid = shop.product("lamp", {"Size": ["S"]})
        if shop is source:
            shop.entry("card", "one", name="One", seen=gid)
    archive = without(archive_of(sandbox, source.shop, tmp_path), "products")
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    own = row(desk, "metaobjects", "card", "one")
    assert (own.outcome, own.lost, own.verified) == (Outcome.CREATED, ("fields.seen",), True)
    assert "which this import deletes" in own.detail
    assert row(desk, "products", "lamp").outcome is Outcome.DELETED


@pytest.mark.parametrize("value", ["Same", "Other"])
def test_what_the_archive_has_of_a_record_keeps_it(sandbox: Sandbox, tmp_path: Path, value: str) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    for shop, words in ((source, "Same"), (target, value)):
        gid = shop.product("lamp", {"Size": ["S"]})
        shop.metafield(gid, "custom.words", TEXT, words)
    archive = without(archive_of(sandbox, source.shop, tmp_path), "products")
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    assert troubles(desk) == {}
    kept = row(desk, "products", "lamp")
    assert (kept.verdict, kept.outcome) == (Verdict.EXTRA, Outcome.LEFT)
    assert kept.detail == "The archive has custom.words of it, though not itself, and that would go with it: it stays."
    assert row(desk, "product_metafields", "lamp", "custom", "words").verified
    again, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    assert again.client.writes == 0


def test_a_mirror_takes_from_what_conflicts_in_a_part_all_else(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    source.product("bag", {"Farbe": ["Rot"]}, vendor="A", productType="")
    gid = target.product("bag", {"Color": ["Red"]}, vendor="A", productType="Hats")
    source.define("card", {"key": "grade", "type": "number_integer"}, {"key": "words", "type": TEXT})
    target.define(
        "card",
        {"key": "grade", "type": "number_integer", "validations": [{"name": "max", "value": "5"}]},
        {"key": "words", "type": "multi_line_text_field"},
    )
    source.entry("card", "one", grade="9")
    archive = archive_of(sandbox, source.shop, tmp_path)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    bag, card = row(desk, "products", "bag"), row(desk, "metaobject_definitions", "card")
    for own in (bag, card):
        assert (own.outcome, own.reason, own.verified) == (Outcome.UPDATED, Reason.PART_CONFLICT, True)
        assert "has more of it" not in own.detail
    assert target.ask("query P($id: ID!) { product(id: $id) { productType } }", id=gid)["product"]["productType"] == ""
    assert (row(desk, "metaobjects", "card", "one").outcome) is Outcome.CREATED
    again, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    assert again.client.writes == 0


def test_what_names_a_variant_that_the_same_import_takes_away_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    """Its product is updated by the archive, which lacks it; a metafield of it, and an entry that names it, do not."""
    source, target = Builder(sandbox), Builder(sandbox)
    for shop in (source, target):
        shop.define("card", NAME, {"key": "seen", "type": "variant_reference"})
        own = shop.variants(shop.product("lamp", {"Size": ["S", "M"]}))
        if shop is source:
            shop.entry("card", "one", name="One", seen=own[1])
            shop.metafield(own[1], "custom.words", TEXT, "Mine")

    def edit(name: str, number: int, record: Record) -> list[Record]:
        if name == "products":
            record["fields"]["variants"] = record["fields"]["variants"][:1]
            record["fields"]["options"][0]["values"] = ["S"]
        return [record]

    archive = edited(archive_of(sandbox, source.shop, tmp_path), edit)
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    entry = row(desk, "metaobjects", "card", "one")
    assert (entry.outcome, entry.lost, entry.verified) == (Outcome.CREATED, ("fields.seen",), True)
    assert "which this import deletes" in entry.detail
    words = row(desk, "variant_metafields", "lamp", "Size", "M", "custom", "words")
    assert (words.verdict, words.reason) == (Verdict.CANNOT, Reason.MISSING_OWNER)
    again, _ = import_(sandbox, target.shop, archive, tmp_path, policy="mirror")
    assert again.client.writes == 0
