"""Tokens: one renewal for any number of workers, and a shop that works through all that may go wrong with one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.test import Client
from django.utils import timezone

from exports import services as exports
from imports import services as imports
from runs import operators
from runs.engine import work_slice
from runs.models import LedgerEntry, Run
from runs.states import Status
from shopify_client import TokenRefused, Unavailable
from shops.client import client_for
from shops.models import Shop
from shops.tasks import webhooks
from shops.tokens import REOPEN, ShopToken, keep_alive
from tests.runs.test_lane import imported, installed, work
from tests.servers import database
from tests.support import CLIENT_ID, CLIENT_SECRET, ROOT, Sandbox
from transfer.outcomes import Outcome

pytestmark = pytest.mark.django_db(transaction=True)

PING = "query Ping { shop { id } }"

# What a worker does, in a process of its own: waits for the common moment, then asks for a token of its kind.
WORKER = """
import json, sys, time
import django; django.setup()
from datetime import datetime, UTC
from shops.models import Shop
from shops.tokens import ShopToken, exchange
what, domain, moment, argument = json.loads(sys.argv[1])
time.sleep(max(0.0, moment - time.time()))
if what == "open":
    print(exchange(domain, argument, datetime.now(UTC)).token)
else:
    print(ShopToken(Shop.objects.get(domain=domain).pk).renew(argument))
"""


def opened(sandbox: Sandbox, client: Client, seed: str = "plain") -> Shop:
    """A shop that installed the app by opening it."""
    domain = sandbox.shop(seed)
    assert reopened(sandbox, client, domain).status_code == 200
    return Shop.objects.get(domain=domain)


def reopened(sandbox: Sandbox, client: Client, domain: str) -> Any:
    return client.get("/", headers={"Authorization": f"Bearer {sandbox.id_token(domain)}", "Accept": "text/html"})


def stale(shop: Shop) -> None:
    Shop.objects.filter(pk=shop.pk).update(token_expires_at=timezone.now() - timedelta(seconds=1))


def works(shop: Shop) -> bool:
    shop.refresh_from_db()
    return bool(client_for(shop).ask(PING).data["shop"]["id"])


def grants(sandbox: Sandbox, domain: str) -> dict[str, int]:
    own: dict[str, int] = sandbox.stats(domain)["grants"]
    return own


class Workers:
    """Processes on a database of their own."""

    def __init__(self, sandbox: Sandbox, folder: Path, url: str) -> None:
        self._environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "shopsync.settings",
            "DATABASE_URL": url,
            "VAR_DIR": str(folder),
            "SHOPIFY_API_KEY": CLIENT_ID,
            "SHOPIFY_API_SECRET": CLIENT_SECRET,
            "SHOPIFY_API_ORIGIN": sandbox.origin,
        }
        subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, env=self._environment, check=True)

    def at_once(self, number: int, what: str, domain: str, argument: str, delay: float = 4.0) -> list[str]:
        given = json.dumps([what, domain, time.time() + delay, argument])
        command = [sys.executable, "-c", WORKER, given]
        started = [
            subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=subprocess.PIPE, text=True)
            for _ in range(number)
        ]
        answers = [process.communicate(timeout=60)[0].strip() for process in started]
        assert [process.returncode for process in started] == [0] * number
        return answers


@pytest.fixture
def workers(sandbox: Sandbox, tmp_path: Path) -> Iterator[Workers]:
    with database(tmp_path) as url:
        yield Workers(sandbox, tmp_path, url)


def test_of_processes_that_renew_at_the_same_moment_one_asks_shopify(sandbox: Sandbox, workers: Workers) -> None:
    domain = sandbox.shop()
    sandbox.faults({"kind": "delay", "where": "oauth", "shop": domain, "seconds": 0.7})
    first = set(workers.at_once(3, "open", domain, sandbox.id_token(domain)))
    assert grants(sandbox, domain) == {"token-exchange": 1}
    (token,) = first
    second = set(workers.at_once(3, "renew", domain, token))
    assert grants(sandbox, domain) == {"token-exchange": 1, "refresh_token": 1}
    assert len(second) == 1
    assert second != first
    late = set(workers.at_once(1, "renew", domain, token, delay=0.0))  # it had the old token, and finds the new one
    assert late == second
    assert grants(sandbox, domain)["refresh_token"] == 1


def test_whoever_gets_the_lease_late_finds_the_work_done(
    app: Any, sandbox: Sandbox, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shops.tokens import _Row

    shop = opened(sandbox, client)
    stale(shop)
    lease = _Row._lease

    def late(row: Any, done: Any) -> Any:
        """Between our look at the row and our lease, another process renews."""
        monkeypatch.undo()
        ShopToken(shop.pk).get()
        return lease(row, done)

    monkeypatch.setattr(_Row, "_lease", late)
    ShopToken(shop.pk).get()
    assert grants(sandbox, shop.domain)["refresh_token"] == 1


def test_a_lost_answer_costs_a_pause_and_nothing_else(app: Any, sandbox: Sandbox, client: Client) -> None:
    shop = opened(sandbox, client)
    run = exports.create(shop)
    stale(shop)
    sandbox.faults({"kind": "lost_answer", "where": "oauth", "shop": shop.domain, "times": 1})
    work_slice()
    run.refresh_from_db()
    assert run.not_before is not None
    assert grants(sandbox, shop.domain)["refresh_token"] == 1  # Shopify gave a pair, and nobody has it
    Run.objects.update(not_before=None)
    assert work(run).status == Status.SUCCEEDED
    assert grants(sandbox, shop.domain)["refresh_token"] == 2


def test_the_old_refresh_token_is_good_until_its_replacement_is_used(sandbox: Sandbox) -> None:
    domain = sandbox.shop()
    body = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    exchange = "urn:ietf:params:oauth:grant-type:token-exchange"

    def pair(**more: str) -> dict[str, Any]:
        answer: dict[str, Any] = sandbox.ask(f"/shops/{domain}/admin/oauth/access_token", {**body, **more})
        return answer

    def refresh(token: str) -> dict[str, Any]:
        return pair(grant_type="refresh_token", refresh_token=token)

    first = pair(grant_type=exchange, subject_token=sandbox.id_token(domain), expiring="1")["refresh_token"]
    lost = refresh(first)["refresh_token"]
    second = refresh(first)["refresh_token"]
    with pytest.raises(OSError, match="400"):
        refresh(lost)  # two who renew at once make each other's pair void
    third = refresh(second)["refresh_token"]
    with pytest.raises(OSError, match="400"):
        refresh(first)
    assert refresh(third)


def test_a_dead_token_pauses_the_run_and_opening_the_app_heals_it(app: Any, sandbox: Sandbox, client: Client) -> None:
    shop = opened(sandbox, client)
    run = exports.create(shop)
    sandbox.ask("/sandbox/uninstall", {"shop": shop.domain, "webhook": False})
    work_slice()
    shop.refresh_from_db()
    run.refresh_from_db()
    assert not shop.usable
    assert shop.token_dead_since is not None
    assert (run.status, run.not_before is not None) == (Status.WORKING, True)
    with pytest.raises(Unavailable, match=REOPEN[:40]):
        ShopToken(shop.pk).get()
    assert reopened(sandbox, client, shop.domain).status_code == 200
    assert work(run).status == Status.SUCCEEDED  # nobody had to wait for its pause to end
    shop.refresh_from_db()
    assert shop.usable


def test_replaced_keys_pause_the_run_and_opening_the_app_heals_it(app: Any, sandbox: Sandbox, client: Client) -> None:
    shop, unused = opened(sandbox, client), opened(sandbox, client)
    run = exports.create(shop)
    kept, app.SECRET_KEY = app.SECRET_KEY, "another one, since the first has leaked"
    work_slice()
    run.refresh_from_db()
    assert (run.status, run.not_before is not None) == (Status.WORKING, True)
    assert "its keys were replaced or lost" in run.outage_words
    for opens in (shop, unused):  # whether or not anybody has met the token since
        assert reopened(sandbox, client, opens.domain).status_code == 200
        assert works(opens)
    assert work(run).status == Status.SUCCEEDED
    app.SECRET_KEY = kept
    assert not Shop.objects.get(pk=shop.pk).usable
    app.TOKEN_KEYS = [Fernet.generate_key().decode()]
    app.SECRET_KEY = "another one, since the first has leaked"
    assert works(shop)  # old keys stand behind new ones, and nobody has to do anything


def test_keys_that_come_back_bring_the_tokens_back(app: Any, sandbox: Sandbox, client: Client) -> None:
    shop = opened(sandbox, client)
    run = exports.create(shop)
    kept, app.SECRET_KEY = app.SECRET_KEY, "that of a machine which was set up wrongly"
    work_slice()
    app.SECRET_KEY = kept
    Run.objects.update(not_before=None)
    assert work(run).status == Status.SUCCEEDED
    assert grants(sandbox, shop.domain) == {"token-exchange": 1}


def test_a_token_that_was_given_by_hand_and_cannot_be_read_is_asked_for_again(app: Any, sandbox: Sandbox) -> None:
    shop = installed(sandbox, sandbox.shop("plain"))
    app.SECRET_KEY = "another one, since the first has leaked"
    with pytest.raises(TokenRefused, match="cannot be read; connect the store again"):
        ShopToken(shop.pk).get()


def test_a_shop_that_is_never_opened_again_fails_its_run_with_one_sentence(
    app: Any, sandbox: Sandbox, client: Client
) -> None:
    shop = opened(sandbox, client)
    run = exports.create(shop)
    sandbox.ask("/sandbox/uninstall", {"shop": shop.domain, "webhook": False})
    work_slice()
    app.OUTAGE_LIMIT_SECONDS = 0.0
    Run.objects.update(not_before=None, outage_since=timezone.now() - timedelta(hours=7))
    work_slice()
    run.refresh_from_db()
    assert run.status == Status.FAILED
    assert "Open the app" in run.message


def test_a_secret_is_rotated_while_the_app_runs(app: Any, sandbox: Sandbox, client: Client) -> None:
    shop = opened(sandbox, client)
    try:
        app.SHOPIFY_API_SECRETS = ["the new secret of thirty-two characters", CLIENT_SECRET]
        assert reopened(sandbox, client, shop.domain).status_code == 200  # signed with the old one
        stale(shop)
        assert works(shop)  # the new one is not known there yet: the old one is asked with
        sandbox.ask("/sandbox/secrets", {"secrets": app.SHOPIFY_API_SECRETS})
        stale(shop)
        assert works(shop)
        sandbox.ask("/sandbox/secrets", {"secrets": app.SHOPIFY_API_SECRETS[:1]})  # the old one is revoked
        assert reopened(sandbox, client, shop.domain).status_code == 200
        stale(shop)
        assert works(shop)
        app.SHOPIFY_API_SECRETS = [CLIENT_SECRET]
        assert reopened(sandbox, client, shop.domain).status_code == 401
    finally:
        sandbox.ask("/sandbox/secrets", {"secrets": [CLIENT_SECRET]})


@pytest.mark.parametrize("late", [False, True])
def test_a_secret_that_is_wrong_is_waited_for_and_nothing_counts_as_failed(
    app: Any, sandbox: Sandbox, client: Client, late: bool
) -> None:
    app.REQUEST_TIMEOUT = 1.0
    target = opened(sandbox, client, "empty")
    run = imported(sandbox, target, installed(sandbox, sandbox.shop("plain")))
    assert imports.confirm(run, policy="update", excluded={})
    sandbox.ask("/sandbox/secrets", {"secrets": ["the new secret of thirty-two characters"]})
    try:
        if late:  # in the middle of what it writes
            refused = {"kind": "status", "status": 401, "shop": target.domain}
            sandbox.faults({**refused, "match": "CreateProduct"}, {**refused, "match": "SetMetafields"})
        else:
            stale(target)
        for _ in range(3):
            Run.objects.update(not_before=None)
            work_slice()
        run.refresh_from_db()
        assert (run.status, run.outage) == (Status.WORKING, "not_authorised")
        assert "check its client id and secret" in run.outage_words
        (lane,) = [own for own in operators.overview()["lanes"] if own["shop"] == target.pk]
        assert lane["run"]["waits_out"] == "Shopify does not accept this app's own credentials"
        assert not LedgerEntry.objects.filter(run_id=run.pk, outcome=Outcome.FAILED).exists()
    finally:
        sandbox.faults()
        sandbox.ask("/sandbox/secrets", {"secrets": [CLIENT_SECRET]})
    time.sleep(1.0)
    Run.objects.update(not_before=None)
    assert work(run).status == Status.SUCCEEDED


def test_idle_shops_keep_their_tokens(app: Any, sandbox: Sandbox, client: Client) -> None:
    idle, busy = opened(sandbox, client), opened(sandbox, client)
    Shop.objects.filter(pk=idle.pk).update(token_expires_at=timezone.now() - timedelta(days=8))
    assert keep_alive(timedelta(days=7)) == 1
    assert grants(sandbox, idle.domain)["refresh_token"] == 1
    assert "refresh_token" not in grants(sandbox, busy.domain)
    assert works(idle)


def test_a_first_token_that_is_refused_leaves_no_shop(app: Any, sandbox: Sandbox, client: Client) -> None:
    domain = sandbox.shop()
    sandbox.faults(
        {"kind": "status", "status": 400, "where": "oauth", "shop": domain, "body": '{"error":"app_not_installed"}'}
    )
    assert reopened(sandbox, client, domain).status_code in (401, 403)
    assert not Shop.objects.exists()
    sandbox.faults()
    assert reopened(sandbox, client, domain).status_code == 200


def test_shopify_that_is_away_is_told_and_is_no_error_of_ours(
    app: Any, sandbox: Sandbox, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    domain = sandbox.shop()
    sandbox.faults({"kind": "status", "status": 503, "where": "oauth", "shop": domain})
    assert reopened(sandbox, client, domain).status_code == 503
    assert [(record.name, record.levelname) for record in caplog.records] == [("shops.auth", "WARNING")]


def test_a_process_that_died_before_the_first_token_leaves_nothing_for_long(app: Any) -> None:
    old = timezone.now() - timedelta(hours=2)
    Shop.objects.create(domain="died.myshopify.com", installed_at=old, token_lease_until=old, token_lease_by="1")
    Shop.objects.create(domain="asks.myshopify.com", installed_at=old, token_lease_until=timezone.now() + timedelta(9))
    Shop.objects.create(domain="young.myshopify.com")
    webhooks()
    assert sorted(Shop.objects.values_list("domain", flat=True)) == ["asks.myshopify.com", "young.myshopify.com"]
