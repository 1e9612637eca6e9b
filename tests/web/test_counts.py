"""Counts before the first export: one cheap request, asked for by a task, and never beside a line that is worked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from exports import services as exports
from exports.tasks import count
from shopify_client import BucketState, Pacer
from shops.client import beside_the_line, save_bucket
from shops.models import Shop
from tests.shops.test_copies_withheld import with_a_page, without_pages
from tests.shops.test_links import Store
from tests.support import Sandbox
from transfer.counts import document
from transfer.registry import RESOURCES

pytestmark = pytest.mark.django_db(transaction=True)

COUNTS = "/exports/counts.json"


@pytest.fixture
def a(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client, "plain")


def requests(sandbox: Sandbox, store: Store) -> int:
    return int(sandbox.stats(store.domain)["requests"])


def test_a_form_asks_and_one_request_tells(a: Store, sandbox: Sandbox) -> None:
    with_a_page(sandbox, a)
    assert f'data-counts="{COUNTS}"' in a.get("/exports/new").content.decode()
    assert count() == 0  # nobody wants counts
    asked = requests(sandbox, a)
    assert a.json(COUNTS)["kinds"] is None
    assert a.json(COUNTS)["kinds"] is None
    assert requests(sandbox, a) == asked  # a view asks Shopify nothing
    assert count() == 1
    assert requests(sandbox, a) == asked + 1
    told = a.json(COUNTS)
    assert {name: told["kinds"][name] for name in ("products", "pages")} == {"products": 3, "pages": 1}
    assert told["points"] > 0 < told["seconds"]
    assert count() == 0  # they are kept a while
    assert requests(sandbox, a) == asked + 1
    Shop.objects.update(counted_at=timezone.now() - timedelta(hours=1), counts_wanted_at=None)
    assert a.json(COUNTS)["kinds"] is None
    assert count() == 1


def test_nobody_asks_beside_a_line_that_is_worked(a: Store, sandbox: Sandbox) -> None:
    a.json(COUNTS)
    exports.create(a.shop)
    asked = requests(sandbox, a)
    assert count() == 0
    assert requests(sandbox, a) == asked


def test_what_the_app_may_not_read_is_not_counted(a: Store, sandbox: Sandbox) -> None:
    without_pages(sandbox, a)
    a.json(COUNTS)
    assert count() == 1
    told = a.json(COUNTS)["kinds"]
    assert "pages" not in told
    assert told["products"] == 3


def test_kinds_that_the_store_s_plan_lacks_keep_no_others_from_being_counted(a: Store, sandbox: Sandbox) -> None:
    sandbox.ask("/sandbox/config", {"b2b": False})
    try:
        a.json(COUNTS)
        assert count() == 1
    finally:
        sandbox.ask("/sandbox/config", {"b2b": True})
    told = a.json(COUNTS)["kinds"]
    assert told["products"] == 3
    assert "companies" not in told


def test_a_store_that_does_not_answer_is_left_alone(a: Store, app: Any) -> None:
    a.json(COUNTS)
    app.SHOPIFY_API_ORIGIN = "http://127.0.0.1:9/{shop}"
    assert count() == 1
    assert a.json(COUNTS)["kinds"] == {}
    assert count() == 0


def test_all_are_counted_in_one_request() -> None:
    asked = document(RESOURCES)
    assert asked.startswith("query Counts { ")
    for name in ("products", "pages", "blogs", "collections", "urlRedirects"):
        assert f"{name}Count(limit: null) {{ count }}" in asked


def test_a_worker_that_begins_meanwhile_has_the_last_word_on_the_budget(a: Store) -> None:
    asked = "query ShopName { shop { name } }"

    def kept() -> BucketState:
        return BucketState.from_json(Shop.objects.get(pk=a.shop.pk).bucket)

    save_bucket(a.shop, Pacer(BucketState(level=900.0)))
    for _ in range(2):  # with a budget that is known, and with the one of the time before
        shop = Shop.objects.get(pk=a.shop.pk)
        with beside_the_line(shop, asked) as client:
            assert client is not None
            assert kept().level < client.pacer.state.level  # what a worker would begin with
            client.ask(asked)
        assert kept().level == pytest.approx(client.pacer.state.level, abs=50)
        assert kept().maximum > 2000.0  # the store's own answer
    shop = Shop.objects.get(pk=a.shop.pk)
    with beside_the_line(shop, asked) as client:
        assert client is not None
        save_bucket(shop, Pacer(BucketState(level=7.0, at=0.0)))  # the worker's
        client.ask(asked)
    assert kept().level < 100
    with beside_the_line(shop, asked) as client:  # `shop` was read before the worker came
        assert client is None
