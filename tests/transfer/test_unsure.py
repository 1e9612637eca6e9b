"""References to what the source has and could not name: nothing of the target's is taken away for them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shopify_client import AdminClient, Origins
from tests.archives import Record, edited, noted
from tests.builder import NAME, Builder, troubles
from tests.meddle import row
from tests.support import Sandbox, Watched, archive_of, import_
from transfer.local import local_desk, run
from transfer.outcomes import Outcome, Reason
from transfer.registry import RESOURCES
from transfer.stages import EXPORT

PROCESSING = "Shopify was still processing it when it was read; export again"
LISTED = {"key": "seen", "type": "list.product_reference"}


def products(shop: Builder, *handles: str) -> list[str]:
    return [shop.product(handle, {"Size": ["S"]}) for handle in handles]


def unsure(archive: bytes, why: str = PROCESSING) -> bytes:
    """The archive as it is where a product of the list could not be named by the source."""

    def edit(resource: str, number: int, record: Record) -> list[Record]:
        text = json.dumps(record["fields"])
        record["fields"] = json.loads(text.replace("shopsync:products/second", "shopsync:unknown/Product/77"))
        return [record]

    known = {"products": {why: {"count": 1, "examples": ["gid://shopify/Product/77"]}}}
    return noted(edited(archive, edit), known)


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("policy", ["update", "mirror"])
def test_a_list_keeps_what_only_the_target_has_in_it(sandbox: Sandbox, tmp_path: Path, policy: str, order: int) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    held = {}
    for shop in (source, target):
        shop.define("card", NAME, LISTED)
        own = products(shop, "first", "second")
        held[shop] = json.dumps(own[::order])
        shop.entry("card", "one", name="One", seen=held[shop])
        shop.metafield(own[0], "custom.seen", "list.product_reference", held[shop])
    archive = unsure(archive_of(sandbox, source.shop, tmp_path))
    desk, _ = import_(sandbox, target.shop, archive, tmp_path, policy=policy)
    for name in (("metaobjects", "card", "one"), ("product_metafields", "first", "custom", "seen")):
        own_row = row(desk, *name)
        assert (own_row.outcome, own_row.reason) == (Outcome.UNCHANGED, Reason.UNRESOLVED_REFERENCE)
        assert f"points at Product 77, which did not come: {PROCESSING}." in own_row.detail
    read = '{ metaobjects(type: "card", first: 1) { nodes { seen: field(key: "seen") { value } } } }'
    assert target.ask(read)["metaobjects"]["nodes"][0]["seen"]["value"] == held[target].replace(" ", "")
    assert not {key for key in troubles(desk) if key[0] == "products"}


def test_a_list_that_would_become_too_long_is_the_source_s(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    for shop, held in ((source, ("first", "fourth", "second")), (target, ("second", "third"))):
        rule = [{"name": "list.max", "value": "3"}]
        shop.define("card", NAME, {**LISTED, "validations": rule})
        shop.define_metafield("custom.seen", "list.product_reference", validations=rule)
        names = ("first", "second", "third", "fourth")
        own = dict(zip(names, products(shop, *names), strict=True))
        value = json.dumps([own[name] for name in held])
        shop.entry("card", "one", name="One", seen=value)
        shop.metafield(own["first"], "custom.seen", "list.product_reference", value)
    archive = unsure(archive_of(sandbox, source.shop, tmp_path))
    desk, _ = import_(sandbox, target.shop, archive, tmp_path)
    for name in (("metaobjects", "card", "one"), ("product_metafields", "first", "custom", "seen")):
        own_row = row(desk, *name)
        assert (own_row.outcome, own_row.reason) == (Outcome.UPDATED, Reason.UNRESOLVED_REFERENCE)
    again, _ = import_(sandbox, target.shop, archive, tmp_path)
    assert again.client.writes == 0


def unreadable(sandbox: Sandbox, shop: str, folder: Path) -> bytes:
    """The archive of a store in which the app may not read pages."""
    every = {scope for own in RESOURCES.values() for scope in (*own.scopes.read, *own.scopes.write)}
    token = sandbox.token(shop, sorted(every - {"read_content", "write_content"}))
    client = AdminClient(shop, token=token, origins=Origins(sandbox.origin), prices=Watched())
    desk = local_desk(client, folder / "unreadable")
    past = run(desk, EXPORT, {"shop": shop})
    with desk.storage.read(past["assemble"]["archive"]) as file:
        return file.read()


@pytest.mark.parametrize("policy", ["update", "mirror"])
def test_an_item_of_a_menu_that_leads_to_its_page_stays_so(sandbox: Sandbox, tmp_path: Path, policy: str) -> None:
    """The app may not read pages in the source, whose menu names one: here it is the page at the same address."""
    source, target = sandbox.shop("boutique", products=2), sandbox.shop()
    import_(sandbox, target, archive_of(sandbox, source, tmp_path), tmp_path)
    archive = unreadable(sandbox, source, tmp_path)
    desk, _ = import_(sandbox, target, archive, tmp_path, policy=policy)
    own = row(desk, "menus", "footer")
    assert (own.outcome, own.reason) == (Outcome.UNCHANGED, Reason.UNREAD_REFERENCE)
