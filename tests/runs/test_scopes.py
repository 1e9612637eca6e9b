"""An app that may not touch everything: the rest is carried, and what is not is named with the scope to grant."""

from __future__ import annotations

from typing import Any

import pytest

from exports import services as exports
from imports import services as imports
from runs.models import LedgerEntry
from runs.states import Status
from runs.storage import storage
from shops.crypto import seal
from shops.models import Grant, Shop
from shops.services import Refused
from tests.runs.test_lane import installed, work
from tests.support import Sandbox
from transfer.registry import RESOURCES, withheld
from transfer.resource import Selection

pytestmark = pytest.mark.django_db(transaction=True)

PRODUCTS = ["read_products", "write_products"]


def narrow(sandbox: Sandbox, domain: str, scopes: list[str]) -> Shop:
    token = seal(sandbox.token(domain, scopes))
    return Shop.objects.create(domain=domain, grant=Grant.FIXED, sealed_token=token, scopes=scopes)


def test_what_may_not_be_read_is_named_in_the_archive(app: Any, sandbox: Sandbox) -> None:
    shop = narrow(sandbox, sandbox.shop("plain"), PRODUCTS)
    run = work(exports.create(shop))
    assert run.status == Status.SUCCEEDED, run.message
    assert run.result["counts"]["products"] == 3
    assert "metaobjects" not in run.result["counts"]
    missing = withheld(PRODUCTS, "read")
    assert RESOURCES["customers"].optional and "customers" in missing
    for name, scopes in missing.items():
        if RESOURCES[name].optional:
            assert name not in run.result["not_carried"] and name in run.result["not_chosen"]
            continue
        assert any(scopes[0] in why for why in run.result["not_carried"][name])


def test_what_is_asked_for_by_name_must_be_readable(app: Any, sandbox: Sandbox) -> None:
    shop = narrow(sandbox, sandbox.shop("plain"), PRODUCTS)
    with pytest.raises(Refused, match="read_metaobjects"):
        exports.create(shop, Selection(frozenset({"metaobjects"})))
    nothing = narrow(sandbox, sandbox.shop("plain"), ["read_orders"])
    with pytest.raises(Refused, match="read_products"):
        exports.create(nothing)
    usual = frozenset(name for name, resource in RESOURCES.items() if resource.by_default)
    assert exports.create(shop, Selection(usual)).selection["resources"] == []
    with pytest.raises(Refused, match="read_customers"):
        exports.create(shop, Selection(also=frozenset({"customers"})))


def test_what_may_not_be_written_is_listed_with_what_to_grant(app: Any, sandbox: Sandbox) -> None:
    source = installed(sandbox, sandbox.shop("plain"))
    target = narrow(sandbox, sandbox.shop(), PRODUCTS)
    exported = work(exports.create(source))
    with storage().read(exported.export.archive) as archive:
        run = imports.create(target, name="a.zip", upload=archive)
    assert work(run).status == Status.WAITING, run.message
    assert imports.confirm(run, policy="update", excluded={})
    assert work(run).status == Status.INCOMPLETE
    totals = run.result["totals"]
    assert totals["source"] == totals["created"] + totals["failed"]
    refused = LedgerEntry.objects.filter(run=run, resource="metaobjects")
    assert refused.exists()
    assert all(entry.reason == "not_permitted" and "write_metaobjects" in entry.detail for entry in refused)
    assert run.result["resources"]["products"]["verified"] == 3


def test_what_hangs_on_records_that_may_not_be_written_is_not_said_to_want_an_export(
    app: Any, sandbox: Sandbox
) -> None:
    source = installed(sandbox, sandbox.shop("plain"))
    every = {scope for own in RESOURCES.values() for scope in (*own.scopes.read, *own.scopes.write)}
    target = narrow(sandbox, sandbox.shop(), sorted(every - {"write_metaobject_definitions"}))
    exported = work(exports.create(source))
    with storage().read(exported.export.archive) as archive:
        run = work(imports.create(target, name="a.zip", upload=archive))
    reasons = dict(LedgerEntry.objects.filter(run=run, verdict="cannot").values_list("resource", "reason"))
    assert (reasons["metaobject_definitions"], reasons["metaobjects"]) == ("not_permitted", "depends_on_failed")
    (detail, *_) = LedgerEntry.objects.filter(run=run, reason="depends_on_failed").values_list("detail", flat=True)
    assert detail.endswith("which cannot be written either.")


def test_what_shopify_itself_refuses_is_named_where_nobody_knew_the_scopes(app: Any, sandbox: Sandbox) -> None:
    shop = narrow(sandbox, sandbox.shop("plain"), PRODUCTS)
    Shop.objects.filter(pk=shop.pk).update(scopes=[])
    run = work(exports.create(Shop.objects.get(pk=shop.pk)))
    assert run.status == Status.SUCCEEDED, run.message
    assert run.result["counts"]["products"] == 3
    for name in ("metaobjects", "metaobject_definitions"):
        assert run.result["counts"][name] == 0
        assert any("read_metaobject_definitions" in why for why in run.result["not_carried"][name])


def test_an_owner_type_that_may_not_be_written_is_named_and_the_others_go_through(app: Any, sandbox: Sandbox) -> None:
    source = installed(sandbox, sandbox.shop("boutique", products=1))
    target = narrow(sandbox, sandbox.shop(), [*PRODUCTS, "write_metaobject_definitions", "write_customers"])
    exported = work(exports.create(source, Selection(frozenset({"metafield_definitions"}))))
    with storage().read(exported.export.archive) as archive:
        run = imports.create(target, name="a.zip", upload=archive)
    assert work(run).status == Status.WAITING, run.message
    entries = LedgerEntry.objects.filter(run=run, resource="metafield_definitions")
    refused = [entry for entry in entries if entry.reason == "not_permitted"]
    assert any("write_orders" in entry.detail for entry in refused)
    assert not any("CUSTOMER" in str(entry.key) for entry in refused)
    assert len(refused) < len(entries)
