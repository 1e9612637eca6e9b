"""No third-party script but App Bridge, nothing inline; in the header, and in every template."""

from __future__ import annotations

import re
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
        assert rules["script-src"] == f"'self' {sandbox.url}"
        assert "unsafe" not in answer["Content-Security-Policy"]
        sources = re.findall(r'<script[^>]*\bsrc="([^"]+)"', answer.content.decode())
        assert sources[0] == f"{sandbox.url}/app-bridge.js"
        assert all(source.startswith("/static/") for source in sources[1:])
