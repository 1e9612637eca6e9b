"""Whatever somebody sends to whichever address: a page or an object of ours, with one sentence and the right status."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from exports import services as exports
from shops.models import Shop
from tests.runs.test_lane import imported, installed, work
from tests.support import Sandbox
from tests.web.test_pages import bearer

pytestmark = pytest.mark.django_db(transaction=True)

Send = Callable[[Client, str, dict[str, str]], Any]
BOUNDARY = "multipart/form-data"
FORM = "application/x-www-form-urlencoded"
MANY = "&".join(f"f{number}=1" for number in range(25_000))

HOSTILE: dict[str, Send] = {
    "a form without a boundary": lambda c, url, how: c.generic("POST", url, b"--x\r\n", BOUNDARY, headers=how),
    "a form that is cut off": lambda c, url, how: c.generic(
        "POST", url, b'--x\r\nContent-Disposition: form-data; name="a', f"{BOUNDARY}; boundary=x", headers=how
    ),
    "another type": lambda c, url, how: c.generic("POST", url, b"<a/>", "application/xml", headers=how),
    "a type that is none": lambda c, url, how: c.generic("POST", url, b"x", "\u00e9; charset=klingon", headers=how),
    "too many fields": lambda c, url, how: c.generic("POST", url, MANY.encode(), FORM, headers=how),
    "a field too large": lambda c, url, how: c.generic("POST", url, b"a=" + b"x" * 11_000_000, FORM, headers=how),
    "broken percents": lambda c, url, how: c.generic("POST", url, b"%=%zz&%ff=%00", FORM, headers=how),
    "JSON without an end": lambda c, url, how: c.generic("POST", url, b"{", "application/json", headers=how),
    "JSON nested deeply": lambda c, url, how: c.generic(
        "POST", url, b"[" * 100_000 + b"]" * 100_000, "application/json", headers=how
    ),
    "JSON of another kind": lambda c, url, how: c.generic(
        "POST", url, b'{"policy":{"a":[]},"excluded":{"resources":5,"records":[[1]]}}', "application/json", headers=how
    ),
    "half a character": lambda c, url, how: c.generic(
        "POST", url, b'{"policy":"\\ud800","excluded":{}}', "application/json", headers=how
    ),
    "no body": lambda c, url, how: c.generic("POST", url, b"", FORM, headers=how),
    "a query of NULs": lambda c, url, how: c.get(f"{url}?q=%00&page=%00&after=%ff%fe&kind=%00&shop=%00", headers=how),
    "a query of numbers": lambda c, url, how: c.get(
        f"{url}?page=-1&after=999999999999999999999&size=1e9&sort=';--", headers=how
    ),
    "a broken query": lambda c, url, how: c.get(f"{url}?%=%zz&&&=&a[]=1&a[b]=2", headers=how),
    "HEAD": lambda c, url, how: c.head(url, headers=how),
    "OPTIONS": lambda c, url, how: c.options(url, headers=how),
    "PUT": lambda c, url, how: c.put(url, b"x", headers=how),
    "DELETE": lambda c, url, how: c.delete(url, headers=how),
    "a method of nobody": lambda c, url, how: c.generic("BREW", url, headers=how),
}


def addresses() -> Iterator[str]:
    """Every address of the app, with %(id)s for the ids of records."""

    def walk(patterns: list[Any], before: str) -> Iterator[str]:
        for one in patterns:
            if isinstance(one, URLResolver):
                if one.app_name != "admin":
                    yield from walk(one.url_patterns, before + str(one.pattern))
            elif isinstance(one, URLPattern):
                yield before + str(one.pattern)

    return walk(get_resolver().url_patterns, "/")


def concrete(pattern: str, run: str) -> str:
    import re

    path = re.sub(r"<uuid:\w+>", run, pattern)
    path = re.sub(r"<str:\w+>", "x%00%ff", path)
    path = re.sub(r"\(\?P<run_id>[^)]*\)", run, path)
    path = re.sub(r"\(\?P<form>csv\|jsonl\)|\(\?:xlsx\|zip\)", "csv", path).replace("errors.csv", "errors.zip")
    return "/" + path.replace("\\", "").strip("^$/") + ("/" if pattern.endswith("/") and pattern != "/" else "")


@pytest.fixture
def runs(app: Any, sandbox: Sandbox) -> tuple[Shop, list[str]]:
    shop = installed(sandbox, sandbox.shop("plain"))
    export = exports.create(shop)
    work(export)
    return shop, [str(export.pk), str(imported(sandbox, shop, shop).pk), str(uuid.uuid4())]


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_answered_in_our_form(runs: tuple[Shop, list[str]], client: Client, name: str) -> None:
    shop, ids = runs
    client.raise_request_exception = False
    wrong = []
    for pattern in addresses():
        for run in ids if "<" in pattern else ids[:1]:
            url = concrete(pattern, run)
            for how in (bearer(shop.domain), {"Accept": "text/html"}):
                problem = fault(HOSTILE[name](client, url, how), name)
                if problem:
                    wrong.append(f"{url} ({how.get('Accept')}): {problem}")
    assert not wrong, "\n".join(wrong[:40])


def fault(answer: HttpResponse, name: str) -> str:
    """What is wrong with an answer: of another form than ours, or a status that is not its own."""
    if answer.status_code >= 500 and answer.status_code != 503:
        return f"status {answer.status_code}"
    if name in ("PUT", "DELETE", "a method of nobody", "OPTIONS") and answer.status_code < 300:
        return f"status {answer.status_code} for a method that it does not have"
    unsigned = b"signature" in getattr(answer, "content", b"")  # a webhook of nobody is not read any further
    if name in ("too many fields", "a field too large") and answer.status_code == 400 and not unsigned:
        return "400 for what is too large"
    if answer.status_code < 400 or name == "HEAD":
        return ""
    kind = answer.headers.get("Content-Type", "")
    if kind.startswith("application/json"):
        data = json.loads(answer.content)
        sentence = (data.get("error") or data.get("message")) if isinstance(data, dict) else ""
        return "" if sentence and "\n" not in sentence else f"{answer.status_code}: {data}"
    text = answer.content.decode()
    if answer.status_code == 405 and "Allow" not in answer.headers:
        return "405 without Allow"
    return (
        ""
        if "<main" in text or ("<title" in text and "shopsync" in text.lower())
        else f"{answer.status_code}: {text[:80]!r}"
    )
