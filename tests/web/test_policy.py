"""No third-party script but App Bridge, nothing inline; in the header, and in every template."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.runs.test_lane import installed
from tests.support import ROOT, Sandbox
from tests.web.test_pages import bearer

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static").rglob("*.js"))
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style\b|\sstyle=|\son[a-z]+=\"|javascript:", re.I)
ELSEWHERE = re.compile(r"""(?:src|href)=["'](?:https?:)?//""", re.I)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_has_nothing_inline_and_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not INLINE.findall(text)
    assert not ELSEWHERE.findall(text)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_writes_no_html_and_evaluates_nothing(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert word not in text


@pytest.mark.django_db(transaction=True)
def test_the_policy_allows_our_scripts_and_app_bridge_which_comes_first(
    app: Any, sandbox: Sandbox, client: Client
) -> None:
    own = {**bearer(installed(sandbox, sandbox.shop()).domain), "Accept": "text/html"}
    for page in ("/", "/exports/new", "/imports/new", "/links", "/copies/", "/no-such-page"):
        answer = client.get(page, headers=own)
        rules = dict(rule.strip().split(" ", 1) for rule in answer["Content-Security-Policy"].split(";"))
        assert rules["default-src"] == "'self'"
        assert rules["script-src"] == f"'self' {sandbox.url}/app-bridge.js"
        assert rules["connect-src"] == "'self'"
        assert "unsafe" not in answer["Content-Security-Policy"]
        sources = re.findall(r'<script[^>]*\bsrc="([^"]+)"', answer.content.decode())
        assert sources[0] == f"{sandbox.url}/app-bridge.js"
        assert all(source.startswith("/static/") for source in sources[1:])


def rules_of(answer: Any) -> dict[str, str]:
    return dict(rule.strip().split(" ", 1) for rule in answer["Content-Security-Policy"].split(";"))


@pytest.mark.django_db(transaction=True)
def test_of_shopifys_cdn_only_app_bridge_may_run_and_nothing_may_be_asked(settings: Any, client: Client) -> None:
    bridge = "https://cdn.shopify.com/shopifycloud/app-bridge.js"
    for address in (bridge, f"{bridge}?version=4"):
        settings.SHOPIFY_APP_BRIDGE_URL = address
        for page in ("/", "/auth/bounce", "/no-such-page"):
            rules = rules_of(client.get(page))
            assert rules["script-src"] == f"'self' {bridge}"
            assert rules["connect-src"] == "'self'"


@pytest.mark.django_db(transaction=True)
def test_a_shop_in_the_query_frames_what_asks_for_a_token_and_nothing_else(app: Any, client: Client) -> None:
    query = {"shop": "evil.myshopify.com"}
    for page in ("/operators/login/", "/operators/", "/healthz", "/no-such-page", "/webhooks"):
        answer = client.get(page, query, headers={"Accept": "text/html"})
        assert (rules_of(answer)["frame-ancestors"], answer["X-Frame-Options"]) == ("'none'", "DENY"), page
    for page in ("/auth/bounce", "/"):
        answer = client.get(page, query, headers={"Accept": "text/html"})
        assert "https://evil.myshopify.com" in rules_of(answer)["frame-ancestors"]
        assert "X-Frame-Options" not in answer


ASKS = """
import django; django.setup()
from django.test import Client
answer = Client().get("/operators/login/", headers={"X-Forwarded-Proto": "https", "Host": "app.example.com"})
print(answer.status_code, bool(answer.cookies["csrftoken"]["secure"]), answer.get("Strict-Transport-Security"))
from django.conf import settings
print(settings.SESSION_COOKIE_SECURE)
"""


@pytest.mark.parametrize(
    "address,said",
    [
        ("https://app.example.com", ["200", "True", "max-age=31536000", "True"]),
        ("http://app.example.com", ["200", "False", "None", "False"]),
    ],
)
def test_https_is_kept_to_where_the_app_is_reached_by_it(tmp_path: Path, address: str, said: list[str]) -> None:
    own = {**os.environ, "DJANGO_SETTINGS_MODULE": "shopsync.settings", "VAR_DIR": str(tmp_path), "APP_URL": address}
    ran = subprocess.run([sys.executable, "-c", ASKS], cwd=ROOT, env=own, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == said
