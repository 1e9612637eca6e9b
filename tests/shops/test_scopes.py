"""Scopes: declared as the resources need them, asked for when they are needed, and never more."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from shops.models import Shop
from shops.scopes import COMPLIANCE, WEBHOOKS, optional, required
from shops.tasks import webhooks
from shops.webhooks import TOPICS
from tests.shops.test_tokens import opened
from tests.shops.test_webhooks import live_url
from tests.support import ROOT, Sandbox
from tests.web.test_pages import bearer
from transfer.registry import RESOURCES

COMMITTED = ROOT / "shopify.app.toml"


@pytest.fixture
def least(sandbox: Sandbox) -> Iterator[None]:
    """A sandbox in which installing grants what the app declares, and nothing more."""
    before = sandbox.ask("/sandbox/config")
    sandbox.ask("/sandbox/config", {"scopes": required(), "optional_scopes": optional()})
    yield
    sandbox.ask("/sandbox/config", {name: before[name] for name in ("scopes", "optional_scopes")})


def test_the_committed_configuration_is_what_the_resources_need(tmp_path: Path) -> None:
    path = tmp_path / "shopify.app.toml"
    call_command("write_app_toml", "--out", str(path), "--client-id", "", "--url", "https://example.com")
    text = path.read_text(encoding="utf-8")
    assert text == COMMITTED.read_text(encoding="utf-8"), "run manage.py write_app_toml, and commit what it writes"
    given = tomllib.loads(text)
    declared = {*given["access_scopes"]["scopes"].split(","), *given["access_scopes"]["optional_scopes"]}
    for resource in RESOURCES.values():
        assert {*resource.scopes.read, *resource.scopes.write} <= declared
    assert not set(required()) & set(optional())
    assert not [scope for scope in required() if scope.startswith("write_")]
    assert {*WEBHOOKS, *COMPLIANCE} == set(TOPICS)
    assert {subscription["uri"] for subscription in given["webhooks"]["subscriptions"]} == {"/webhooks"}


@pytest.mark.parametrize("wrong", [("--url", "http://example.com"), ("--client-id", 'x"\n[evil]')])
def test_the_command_writes_no_nonsense(wrong: tuple[str, str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        call_command("write_app_toml", *wrong, "--out", str(tmp_path / "x.toml"))
    assert not (tmp_path / "x.toml").exists()


def test_make_run_says_what_is_missing(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.SHOPIFY_API_KEY, settings.SHOPIFY_API_SECRETS, settings.APP_URL = "", [], "http://127.0.0.1:8000"
    with pytest.raises(SystemExit):
        call_command("check_partner_app")
    said = capsys.readouterr().err
    assert all(name in said for name in ("SHOPIFY_API_KEY", "SHOPIFY_API_SECRET", "APP_URL"))
    settings.SHOPIFY_API_KEY, settings.SHOPIFY_API_SECRETS = "client-id", ["a secret"]
    settings.APP_URL = "https://my.example.com"
    call_command("check_partner_app")
    assert "apps/client-id" in capsys.readouterr().out


def test_an_empty_secret_is_no_secret() -> None:
    environment = {**os.environ, "SHOPIFY_API_SECRET": " ,new,", "ENV_FILE": os.devnull}
    code = "from shopsync import settings; print(settings.SHOPIFY_API_SECRETS)"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True)
    assert said.stdout.decode().strip() == "['new']"


@pytest.mark.published_schema
def test_every_declared_scope_is_shopifys(schema_file: Path) -> None:
    with gzip.open(schema_file) as file:
        items = json.load(file)["offline_scopes"]["items"]
    known = {scope for item in items for scope in item["offlineScopes"]}
    assert set(required()) | set(optional()) <= known


@pytest.mark.django_db(transaction=True)
def test_a_form_names_what_a_tick_asks_for_and_granting_it_is_known_at_once(
    app: Any, least: None, sandbox: Sandbox, client: Client
) -> None:
    shop = opened(sandbox, client)
    assert shop.scopes == required()
    page = client.get("/exports/new", headers={**bearer(shop.domain), "Accept": "text/html"}).content.decode()
    assert 'value="pages" data-count="" data-scopes="read_content"' in page
    assert 'value="products" data-count="" checked' in page
    refused = client.post("/exports/new", {"resources": ["pages"]}, headers=bearer(shop.domain))
    assert refused.status_code == 422
    name = shop.domain.removesuffix(".myshopify.com")
    sandbox.ask(f"/store/{name}/scopes", {"scopes": ["read_content"]})
    real = {"Authorization": f"Bearer {sandbox.id_token(shop.domain)}"}
    assert client.post("/scopes", headers=real).json() == {"scopes": sorted([*required(), "read_content"])}
    assert client.post("/exports/new", {"resources": ["pages"]}, headers=bearer(shop.domain)).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_the_webhook_tells_of_grants_too_and_undeclared_scopes_are_refused(
    app: Any, least: None, sandbox: Sandbox, client: Client, live_server: Any
) -> None:
    live_url(sandbox, live_server)
    shop = opened(sandbox, client)
    name = shop.domain.removesuffix(".myshopify.com")
    with pytest.raises(OSError, match="400"):
        sandbox.ask(f"/store/{name}/scopes", {"scopes": ["read_gift_cards"]})
    sandbox.ask(f"/store/{name}/scopes", {"scopes": ["write_products"]})
    assert webhooks() == 1
    shop = Shop.objects.get(pk=shop.pk)
    assert "write_products" in shop.scopes
    page = client.get("/imports/new", headers={**bearer(shop.domain), "Accept": "text/html"}).content.decode()
    assert 'data-scopes="write_metaobject_definitions write_metaobjects"' in page
    assert 'data-scopes="write_content"' in page


def test_strangers_cannot_ask(app: Any, client: Client) -> None:
    assert client.post("/scopes").status_code == 401
