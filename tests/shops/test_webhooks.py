"""Webhooks: who is believed, what is done once, and that nothing is left of a shop that goes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils import timezone

from exports import services as exports
from runs import lane
from runs.engine import work_slice
from runs.models import Run
from runs.states import Status
from runs.storage import storage
from shops.models import Delivery, Link, Shop
from shops.tasks import webhooks as work_off
from tests.runs.test_lane import imported, work
from tests.shops.test_tokens import opened, reopened, works
from tests.support import CLIENT_SECRET, Sandbox

pytestmark = pytest.mark.django_db(transaction=True)

Headers = Mapping[str, str | None]
DOMAIN = "a-store.myshopify.com"


def signed(body: bytes, secret: str = CLIENT_SECRET) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def deliver(
    client: Client, topic: str, domain: str = DOMAIN, body: bytes = b"{}", headers: Headers | None = None
) -> Any:
    own: dict[str, str | None] = {
        "X-Shopify-Topic": topic,
        "X-Shopify-Shop-Domain": domain,
        "X-Shopify-Webhook-Id": str(uuid.uuid4()),
        "X-Shopify-Triggered-At": timezone.now().isoformat(),
        "X-Shopify-Hmac-Sha256": signed(body),
        **(headers or {}),
    }
    given = {name: value for name, value in own.items() if value is not None}
    return client.post("/webhooks", body, content_type="application/json", headers=given)


@pytest.mark.parametrize(
    "headers,body,status",
    [
        ({"X-Shopify-Hmac-Sha256": None}, b"{}", 400),
        ({"X-Shopify-Hmac-Sha256": signed(b"{}", "another secret")}, b"{}", 401),
        ({"X-Shopify-Hmac-Sha256": signed(b"{ }")}, b"{}", 401),  # the raw body counts, not what it means
        ({"X-Shopify-Hmac-Sha256": "ünsinn"}, b"{}", 401),
        ({"X-Shopify-Webhook-Id": None}, b"{}", 400),
        ({"X-Shopify-Webhook-Id": "x" * 101}, b"{}", 400),
        ({"X-Shopify-Shop-Domain": "evil.com/.myshopify.com"}, b"{}", 400),
        ({}, b"[]", 400),
        ({}, b"\xff", 400),
        ({}, b"[" * 100_000, 400),
        ({}, json.dumps({"myshopify_domain": "b-store.myshopify.com"}).encode(), 400),
        ({}, json.dumps({"shop_domain": "b-store.myshopify.com"}).encode(), 400),
        ({"X-Shopify-Topic": "app/scopes_update"}, rb'{"current": ["\u0000"]}', 400),
        ({"X-Shopify-Topic": "app/scopes_update"}, rb'{"current": ["\ud800"]}', 400),
        ({"X-Shopify-Topic": "app/scopes_update"}, b'{"current": [NaN]}', 400),
        ({"X-Shopify-Topic": "app/scopes_update"}, b'{"current": [1e999]}', 400),
        ({"X-Shopify-Topic": "orders/create"}, b"{}", 404),
        ({}, b" " * (1 << 20) + b"{}", 413),
        ({}, b"{}", 200),
        ({"X-Shopify-Triggered-At": "yesterday"}, b"{}", 200),
        ({"X-Shopify-Triggered-At": "2026-99-99T00:00:00Z"}, b"{}", 200),
        ({"X-Shopify-Triggered-At": "0001-01-01T00:00:00+14:00"}, b"{}", 200),
        ({"X-Shopify-Triggered-At": "9999-12-31T23:59:59-14:00"}, b"{}", 200),
    ],
)
def test_who_is_believed(app: Any, client: Client, headers: dict[str, Any], body: bytes, status: int) -> None:
    headers = {"X-Shopify-Hmac-Sha256": signed(body), **headers}
    assert deliver(client, "app/uninstalled", body=body, headers=headers).status_code == status
    assert Delivery.objects.count() == (1 if status == 200 else 0)


def test_other_methods_and_other_headers(app: Any, client: Client) -> None:
    assert client.get("/webhooks").status_code == 405
    newer = {"Shopify-Topic": "shop/redact", "Shopify-Shop-Domain": DOMAIN, "Shopify-Webhook-Id": "1"}
    newer["Shopify-Hmac-Sha256"] = signed(b"{}", "the old secret")
    app.SHOPIFY_API_SECRETS = [CLIENT_SECRET, "the old secret"]  # while a secret is rotated
    assert client.post("/webhooks", b"{}", content_type="application/json", headers=newer).status_code == 200
    app.SHOPIFY_API_SECRETS = []
    assert deliver(client, "shop/redact", headers={"X-Shopify-Hmac-Sha256": signed(b"{}", "")}).status_code == 401


def test_a_delivery_that_comes_twice_is_worked_off_once(app: Any, client: Client) -> None:
    for _ in range(3):
        assert deliver(client, "shop/redact", headers={"X-Shopify-Webhook-Id": "the same"}).status_code == 200
    assert Delivery.objects.count() == 1
    assert work_off() == 1
    assert deliver(client, "shop/redact", headers={"X-Shopify-Webhook-Id": "the same"}).status_code == 200
    assert work_off() == 0


def test_privacy_topics_are_answered_truthfully_and_keep_no_customer(app: Any, client: Client) -> None:
    body = json.dumps({"shop_domain": DOMAIN, "customer": {"email": "john@example.com"}}).encode()
    for topic in ("customers/data_request", "customers/redact", "shop/redact"):
        assert deliver(client, topic, body=body).status_code == 200
        assert not [row for row in Delivery.objects.values() if "john" in str(row)]
    assert work_off() == 3
    outcomes = set(Delivery.objects.values_list("topic", "outcome", "domain"))
    assert ("customers/redact", "The app keeps nothing about customers of this store.", "") in outcomes
    assert ("shop/redact", "Nothing is kept of this shop.", "") in outcomes


def test_scopes_follow_what_was_said_last(app: Any, sandbox: Sandbox, client: Client) -> None:
    shop = opened(sandbox, client)
    now = timezone.now()
    for moment, scopes in ((now + timedelta(seconds=2), ["read_content"]), (now - timedelta(hours=1), ["read_files"])):
        body = json.dumps({"id": 1, "current": scopes}).encode()
        deliver(client, "app/scopes_update", shop.domain, body, {"X-Shopify-Triggered-At": moment.isoformat()})
        work_off()
    shop.refresh_from_db()
    assert shop.scopes == ["read_content"]


def test_a_finished_bulk_operation_wakes_its_run(app: Any, sandbox: Sandbox, client: Client) -> None:
    shop = opened(sandbox, client)
    run = exports.create(shop)
    Run.objects.filter(pk=run.pk).update(not_before=timezone.now() + timedelta(hours=1))
    assert not work_slice()
    deliver(client, "bulk_operations/finish", shop.domain)
    assert work_off() == 1
    assert work_slice()


def test_a_handler_that_fails_is_asked_again(app: Any, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from shops import departure

    def broken(*_: object) -> bool:
        raise RuntimeError("a passing fault")

    with monkeypatch.context() as patch:
        patch.setattr(departure, "leave", broken)
        deliver(client, "app/uninstalled")
        assert work_off() == 0
    assert Delivery.objects.get().attempts == 1
    assert work_off() == 0  # not at once
    Delivery.objects.update(not_before=None)
    assert work_off() == 1


# -- the shop that goes ------------------------------------------------------------------------------------------


def traces(*words: str) -> list[str]:
    """Every row of every table, and every file, in which one of the words stands."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            found += [f"{model.__name__}: {row}" for row in cursor.fetchall() if any(w in str(row) for w in words)]
    return found + [name for name in storage().list("") if any(word in name for word in words)]


def live_url(sandbox: Sandbox, live_server: Any) -> None:
    sandbox.ask("/sandbox/config", {"app_url": live_server.url})


def test_an_uninstall_in_the_middle_of_a_run_leaves_nothing(
    app: Any, sandbox: Sandbox, client: Client, live_server: Any
) -> None:
    live_url(sandbox, live_server)
    shop, other = opened(sandbox, client), opened(sandbox, client, "empty")
    waiting = imported(sandbox, shop, other)
    running, queued = exports.create(shop), exports.create(shop)
    held = lane.take("a worker in its slice")
    assert held is not None
    assert Run.objects.move(running, Status.WORKING)
    with storage().write(f"{running.prefix}part") as file:
        file.write(b"what the worker has read so far")
    answer = sandbox.ask("/sandbox/uninstall", {"shop": shop.domain})
    assert answer["status"] == 200

    work_off()  # while the worker is still at it: tokens are wiped, all but its run is gone
    shop.refresh_from_db()
    assert (shop.token, shop.refresh_token, shop.uninstalled_at is not None) == ("", "", True)
    assert set(Run.objects.filter(shop=shop).values_list("pk", "status")) == {(running.pk, Status.CANCELLING)}
    lane.release(held)
    work_off()
    with pytest.raises(lane.Fenced), lane.fenced(held):
        raise AssertionError("whoever still works for it saves nothing")
    ids = [str(run.pk) for run in (waiting, running, queued)]
    assert traces(shop.domain, shop.domain.split(".")[0] + ".", *ids, *(pk.replace("-", "") for pk in ids)) == []
    assert not Shop.objects.filter(pk=shop.pk).exists()
    assert Shop.objects.filter(pk=other.pk).exists()
    assert Delivery.objects.get().outcome.startswith("The shop's tokens are wiped")


def test_a_reinstall_works_at_once_and_a_late_uninstall_changes_nothing(
    app: Any, sandbox: Sandbox, client: Client, live_server: Any
) -> None:
    live_url(sandbox, live_server)
    shop = opened(sandbox, client)
    exports.create(shop)
    held = lane.take("a worker in its slice")
    assert held is not None
    sandbox.ask("/sandbox/uninstall", {"shop": shop.domain})
    work_off()
    assert reopened(sandbox, client, shop.domain).status_code == 200  # the old run has not even stopped
    fresh = Shop.objects.get(domain=shop.domain)
    assert fresh.pk != shop.pk
    run = exports.create(fresh)
    lane.release(held)
    work_off()
    assert work(run).status == Status.SUCCEEDED
    before = (timezone.now() - timedelta(minutes=5)).isoformat()
    late = {"shop": shop.domain, "topic": "app/uninstalled", "headers": {"X-Shopify-Triggered-At": before}}
    assert sandbox.ask("/sandbox/webhook", late)["status"] == 200
    assert sandbox.ask("/sandbox/webhook", {"shop": shop.domain, "topic": "shop/redact"})["status"] == 200
    work_off()
    assert Shop.objects.get(domain=shop.domain).usable
    assert Run.objects.filter(pk=run.pk).exists()
    assert list(Shop.objects.all()) == [fresh]


def test_a_reinstall_before_the_uninstall_is_worked_off_loses_nothing(
    app: Any, sandbox: Sandbox, client: Client
) -> None:
    old = opened(sandbox, client)
    run = exports.create(old)
    sandbox.ask("/sandbox/uninstall", {"shop": old.domain, "webhook": False})
    assert deliver(client, "app/uninstalled", old.domain).status_code == 200  # nobody has looked at it yet
    assert reopened(sandbox, client, old.domain).status_code == 200
    fresh = Shop.objects.get(domain=old.domain)
    assert fresh.pk != old.pk
    other = opened(sandbox, client)
    link = Link.objects.create(source=fresh, target=other, status="active", confirmed_at=timezone.now())
    work_off()
    assert Link.objects.filter(pk=link.pk).exists()
    assert works(fresh)
    assert not Run.objects.filter(pk=run.pk).exists()
    assert Delivery.objects.get().outcome.startswith("The shop's tokens are wiped")


def late_uninstall(client: Client, shop: Shop) -> None:
    """Shopify tells of an uninstall of a minute ago."""
    before = (timezone.now() - timedelta(minutes=1)).isoformat()
    Shop.objects.filter(pk=shop.pk).update(installed_at=timezone.now() - timedelta(days=1))
    deliver(client, "app/uninstalled", shop.domain, headers={"X-Shopify-Triggered-At": before})
    work_off()


def test_a_late_uninstall_takes_nothing_of_a_shop_that_has_opened_the_app_since(
    app: Any, sandbox: Sandbox, client: Client
) -> None:
    shop, other = opened(sandbox, client), opened(sandbox, client)
    sandbox.ask("/sandbox/uninstall", {"shop": shop.domain, "webhook": False})
    document = {"id_token": sandbox.id_token(shop.domain), "shop": shop.domain, "embedded": "1"}
    assert client.get("/", document, headers={"Accept": "text/html"}).status_code == 200
    link = Link.objects.create(source=shop, target=other, status="active", confirmed_at=timezone.now())
    late_uninstall(client, shop)
    assert Link.objects.filter(pk=link.pk).exists()
    assert reopened(sandbox, client, shop.domain).status_code == 200  # brings new tokens
    assert works(shop)


def test_a_page_that_was_left_open_is_no_new_installation(app: Any, sandbox: Sandbox, client: Client) -> None:
    shop = opened(sandbox, client)
    assert shop.opened_at is None
    late_uninstall(client, shop)
    assert not Shop.objects.exists()


def test_a_redaction_makes_up_for_an_uninstall_that_was_never_told(
    app: Any, sandbox: Sandbox, client: Client, live_server: Any
) -> None:
    live_url(sandbox, live_server)
    shop = opened(sandbox, client)
    Shop.objects.update(installed_at=timezone.now() - timedelta(days=30))
    assert sandbox.ask("/sandbox/webhook", {"shop": shop.domain, "topic": "shop/redact"})["status"] == 200
    work_off()
    assert traces(shop.domain) == []
