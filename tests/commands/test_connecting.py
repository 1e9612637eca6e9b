"""Connecting a store on a terminal: a token is proven, and printed nowhere."""

from __future__ import annotations

from typing import Any

import pytest

from exports import services as exports
from runs.states import Status
from shops.models import Grant, Shop
from tests.commands.said import Said
from tests.runs.test_lane import work
from tests.support import Sandbox

pytestmark = pytest.mark.django_db(transaction=True)


def test_connecting_by_token_proves_it_and_prints_none(app: Any, sandbox: Sandbox, capsys: Any) -> None:
    domain = sandbox.shop()
    token = sandbox.token(domain)
    said = Said(capsys, "connect_shop", domain.upper(), token=token)
    assert said.code == 0
    assert said.out.startswith(f"{domain} is connected; granted: ")
    assert token not in said.out + said.err + said.progress
    shop = Shop.objects.get()
    assert (shop.domain, shop.grant, shop.token) == (domain, Grant.FIXED, token)


def test_connecting_by_client_credentials(app: Any, sandbox: Sandbox, capsys: Any) -> None:
    assert Said(capsys, "connect_shop", sandbox.shop(), client_credentials=True).code == 0
    assert Shop.objects.get().grant == Grant.CLIENT_CREDENTIALS


def test_a_store_of_ones_own_needs_nobody_where_the_keys_were_replaced(app: Any, sandbox: Sandbox, capsys: Any) -> None:
    domain = sandbox.shop("plain")
    assert Said(capsys, "connect_shop", domain, client_credentials=True).code == 0
    app.SECRET_KEY = "another one, since the first has leaked"
    assert work(exports.create(Shop.objects.get())).status == Status.SUCCEEDED
    assert Shop.objects.get().readable


@pytest.mark.parametrize("before", ["by hand", "client credentials"])
def test_connecting_anew_heals_a_token_that_cannot_be_read(
    app: Any, sandbox: Sandbox, capsys: Any, before: str
) -> None:
    domain = sandbox.shop("plain")
    how: dict[str, Any] = {"token": sandbox.token(domain)} if before == "by hand" else {"client_credentials": True}
    assert Said(capsys, "connect_shop", domain, **how).code == 0
    app.SECRET_KEY = "another one, since the first has leaked"
    assert Said(capsys, "connect_shop", domain, **how).code == 0
    shop = Shop.objects.get()
    assert shop.readable and shop.usable
    assert work(exports.create(shop)).status == Status.SUCCEEDED


@pytest.mark.parametrize("domain", ["evil.com", "a.myshopify.com.evil.com", "https://a.myshopify.com", "a b", "../x"])
def test_only_a_stores_permanent_domain_is_connected(app: Any, sandbox: Sandbox, capsys: Any, domain: str) -> None:
    for how in ({"token": "shpat_x"}, {"client_credentials": True}):
        said = Said(capsys, "connect_shop", domain, **how)
        assert said.code == 2
        assert ".myshopify.com." in said.sentence
    assert not Shop.objects.exists()


def test_a_wrong_token_a_wrong_secret_or_no_store_is_one_sentence(app: Any, sandbox: Sandbox, capsys: Any) -> None:
    domain = sandbox.shop()
    said = Said(capsys, "connect_shop", domain, token="shpat_wrong")
    assert (said.code, "shpat_wrong" in said.err) == (2, False)
    assert "access token" in said.sentence
    app.SHOPIFY_API_SECRETS = ["wrong"]
    said = Said(capsys, "connect_shop", domain, client_credentials=True)
    assert (said.code, "credentials" in said.sentence) == (2, True)
    app.SHOPIFY_API_ORIGIN = "http://127.0.0.1:9/{shop}"
    assert Said(capsys, "connect_shop", domain, client_credentials=True).sentence
    assert not Shop.objects.exists()
