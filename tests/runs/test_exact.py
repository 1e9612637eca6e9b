"""What no text column takes (U+0000, half characters) passes through rows, ledger and pages all the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from exports import services as exports
from imports import services as imports
from imports.listing import Filters, page, record
from runs.ledger import DjangoLedger
from runs.models import Run
from runs.states import Status
from tests.builder import NAME, Builder
from tests.runs.test_lane import imported, installed, work
from tests.support import Sandbox
from transfer.work import Row

pytestmark = pytest.mark.django_db(transaction=True)

TEXTS = [
    "a\x00b",
    "\x00",
    "\\u0000",
    "\\\x00",
    "\x1a0000",
    "\x1a",
    "\\\x1a0000",
    "\ud800",
    "\udc00\ud800",
    "\U0001f600\ud83d",
    "a\U0001f600\u2028",
    '"\x00"',
]


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_every_text_comes_back_as_it_was(app: Any, sandbox: Sandbox, text: str) -> None:
    run = exports.create(installed(sandbox, sandbox.shop()))
    fields = {"title": text, text: [{"deep": [text]}]}
    ledger = DjangoLedger(run.pk)
    detail = f"Shopify says {text}"
    ledger.put([Row("pages", ("key",), before=fields, after=fields, changed=(text,), lost=(text,), detail=detail)])
    ledger.save()
    ledger.forget()
    Run.objects.update(cursor={"moved": [text]}, message=f"It said: {text}")
    row = ledger.get("pages", [("key",)])["key",]
    assert row.before == row.after == fields
    assert row.changed == row.lost == (text,)
    run.refresh_from_db()
    assert run.cursor == {"moved": [text]}
    assert row.detail.startswith("Shopify says") and "\x00" not in row.detail + run.message


def _odd(shop: Builder, word: str) -> None:
    shop.define("note", NAME)
    shop.entry("note", "both", name=f"{word}\x00name")
    shirt = shop.product("shirt", {"Si\x00ze": ["S\x00", "M"]}, title=f"{word}\x00title", tags=["a\x00b"])
    shop.metafield(shirt, "custom.note", "json", json.dumps({"a\x00": f"{word}\x00"}))


def test_nul_in_both_stores_is_planned_shown_written_and_found_equal(app: Any, sandbox: Sandbox) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    _odd(source, "new")
    _odd(target, "old")
    source.product("only", {"Size": ["S"]}, title="only\x00here")
    here, there = installed(sandbox, source.shop), installed(sandbox, target.shop)
    run = imported(sandbox, there, here)
    lines, _ = page(run, Filters(verdict="update", resource="products"), "")
    assert [line["title"] for line in lines] == ["new\ufffdtitle"]
    opened = record(run, lines[0]["id"])
    assert opened is not None and opened["title"] == "new\x00title"
    assert imports.confirm(run, policy="update", excluded={})
    assert work(run).status == Status.SUCCEEDED
    again = imported(sandbox, there, here)
    assert imports.confirm(again, policy="update", excluded={})
    assert work(again).status == Status.SUCCEEDED
    assert again.stats["writes"] == 0
