"""A document without a good ID token is brought back with a fresh one, once; where that is no better, it says why."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from shops.models import Shop
from tests.support import Sandbox
from tests.web.test_pages import token

pytestmark = pytest.mark.django_db(transaction=True)

OTHER_APP = "Shopify&#x27;s admin does not sign for this app"


def opened(client: Client, domain: str, address: str = "/?", **claims: Any) -> Any:
    query = f"shop={domain}&embedded=1&id_token={token(domain, **claims)}"
    return client.get(f"{address}&{query}", headers={"Accept": "text/html", "Sec-Fetch-Mode": "navigate"})


def bounced(client: Client, domain: str, **claims: Any) -> Any:
    """What App Bridge comes back to from the bounce page."""
    first = opened(client, domain, "/?resource=pages", **claims)
    assert first.status_code == 302
    back = parse_qs(urlsplit(first["Location"]).query)["shopify-reload"][0]
    assert back == f"/?resource=pages&shop={domain}&embedded=1&bounced=1"
    return opened(client, domain, back, **claims)


def off(seconds: int) -> dict[str, Any]:
    """A token of now by a clock that is so many seconds ahead of ours."""
    now = time.time() + seconds
    return {"iat": now, "nbf": now - 5, "exp": now + 55}


@pytest.mark.parametrize(
    ("claims", "sentence"),
    [
        (lambda: off(120), "This app&#x27;s clock is about 120 seconds slow."),
        (lambda: off(-120), "The ID token is 120 seconds old by this app&#x27;s clock."),
        (lambda: {"secret": "x" * 40}, OTHER_APP),
        (lambda: {"aud": "another-app"}, OTHER_APP),
        (lambda: {"dest": "https://evil.com"}, "The ID token is missing, stale or not valid."),
    ],
)
def test_where_a_fresh_token_is_no_better_the_page_says_why(
    app: Any, sandbox: Sandbox, client: Client, caplog: Any, claims: Any, sentence: str
) -> None:
    domain = sandbox.shop()
    answer = bounced(client, domain, **claims())
    assert answer.status_code == 401
    assert sentence in answer.content.decode()
    assert f"frame-ancestors https://{domain} " in answer["Content-Security-Policy"]
    assert "a fresh ID token is of no use" in caplog.text
    assert "eyJ" not in caplog.text
    assert not Shop.objects.exists()


@pytest.mark.parametrize("status", [400, 401])
def test_a_store_that_exchanges_no_token_is_asked_twice_and_told_of(
    app: Any, sandbox: Sandbox, client: Client, status: int
) -> None:
    domain = sandbox.shop()
    body = '{"error": "invalid_request"}'
    sandbox.faults({"kind": "status", "status": status, "where": "oauth", "body": body, "times": 2})
    answer = bounced(client, domain)
    assert answer.status_code == 401
    assert "The store gives no access token (invalid_request)" in answer.content.decode()
    assert opened(client, domain).status_code == 200, "both were used up"


def test_what_a_script_shows_after_its_second_try_says_why_too(app: Any, sandbox: Sandbox, client: Client) -> None:
    domain = sandbox.shop()
    headers = {"Authorization": f"Bearer {token(domain, **off(120))}"}
    page = client.get("/", headers={**headers, "Accept": "text/html"})
    assert page["X-Shopify-Retry-Invalid-Session-Request"] == "1"
    assert "seconds slow" in page.content.decode()
    told = client.get("/", headers={**headers, "Accept": "application/json"})
    assert told["X-Shopify-Retry-Invalid-Session-Request"] == "1"
    assert "seconds slow" in told.json()["error"]


def test_an_address_that_was_come_back_to_brings_a_fresh_token_again(
    app: Any, sandbox: Sandbox, client: Client
) -> None:
    """Without a token nothing was tried; and a token that is good opens the page, however it came."""
    domain = sandbox.shop()
    again = client.get(f"/?shop={domain}&embedded=1&bounced=1", headers={"Accept": "text/html"})
    assert again["Location"].startswith("/auth/bounce?")
    assert opened(client, domain, "/?bounced=1").status_code == 200
