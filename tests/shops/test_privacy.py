"""What is held of people goes when a customer is to be forgotten, in every store that has it, and nothing else does."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from exports import services as exports
from exports.models import Export
from imports import services as imports
from imports.models import Import
from runs.models import LedgerEntry, Run
from runs.storage import storage
from shops.models import Delivery
from shops.tasks import webhooks
from tests.runs.test_lane import installed, work
from tests.shops.test_webhooks import deliver
from tests.support import Sandbox
from transfer.resource import Selection

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = Selection(frozenset({"customers", "customer_metafields"}))


def _imported(export: Run, shop: Any) -> Run:
    with storage().read(export.export.archive) as archive:
        return work(imports.create(shop, name="a.zip", upload=archive))


@pytest.mark.parametrize("kind", ["companies", "company_locations", "company_contacts", "company_metafields"])
def test_business_customers_are_forgotten_as_others_are(kind: str, app: Any, sandbox: Sandbox, client: Client) -> None:
    source, target = (installed(sandbox, sandbox.shop("boutique", products=1)) for _ in "ab")
    held = work(exports.create(source, Selection(frozenset({kind}))))
    copied = _imported(held, target)
    assert LedgerEntry.objects.filter(run=copied, resource=kind).exists()
    assert deliver(client, "customers/redact", source.domain, b"{}").status_code == 200
    webhooks()
    assert not LedgerEntry.objects.filter(run=copied).exists()
    assert not Export.objects.filter(pk=held.pk).exists()


def test_whoever_is_forgotten_is_forgotten_everywhere(app: Any, sandbox: Sandbox, client: Client) -> None:
    source, target = (installed(sandbox, sandbox.shop("boutique", products=1)) for _ in "ab")
    held = work(exports.create(source, PEOPLE))
    kept = work(exports.create(source, Selection(frozenset({"locales"}))))
    others = work(exports.create(target, PEOPLE))
    copied, harmless = _imported(held, target), _imported(kept, target)
    assert LedgerEntry.objects.filter(run=copied, resource="customers").count() == 3
    under_way = exports.create(source, PEOPLE)
    assert deliver(client, "customers/data_request", source.domain).status_code == 200
    assert webhooks() == 1
    assert Delivery.objects.get(topic="customers/data_request").outcome.startswith("3 runs hold customers, for a day")
    body = b'{"customer": {"id": 1, "email": "anna.holm@example.com", "phone": "+4915112345678"}}'
    assert deliver(client, "customers/redact", source.domain, body).status_code == 200
    webhooks()
    delivery = Delivery.objects.get(topic="customers/redact")
    assert (delivery.done_at, delivery.payload) == (None, {}), "asked again until the run under way is over"
    work(under_way)
    Delivery.objects.update(not_before=None)
    webhooks()
    delivery.refresh_from_db()
    assert delivery.outcome == "The app keeps nothing about customers of this store."
    left = set(Run.objects.values_list("pk", flat=True))
    assert left == {kept.pk, harmless.pk, others.pk}
    assert not LedgerEntry.objects.filter(run=copied).exists()
    for run in (held, copied, under_way):
        assert not list(storage().list(run.prefix))
    assert Export.objects.count() == 2 and Import.objects.count() == 1
