"""Keys longer than what an index of PostgreSQL takes are found, listed and written like all others."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from imports import services as imports
from imports.listing import Filters, page, record
from runs.ledger import DIGEST, LONGEST, DjangoLedger, place_of
from runs.states import Status
from tests.builder import Builder
from tests.runs.test_lane import imported, installed, work
from tests.support import Sandbox
from transfer.work import Row, Where

pytestmark = pytest.mark.django_db(transaction=True)


def _letters(start: int, count: int = 255) -> str:
    """Letters that no index packs into less."""
    return "".join(chr(0x4E00 + (start + 7919 * number) % 0x5000) for number in range(count))


def _wide(shop: Builder, care: str) -> None:
    values = [[_letters(index), _letters(index + 9)] for index in range(3)]
    options = {_letters(100 * number): own for number, own in enumerate(values)}
    product = shop.product("wide", options, chosen=[list(one) for one in itertools.product(*values)])
    for number, variant in enumerate(shop.variants(product)):
        shop.metafield(variant, "custom.care", "single_line_text_field", f"{care} {number}")


def test_a_variant_with_the_longest_names_is_written_and_found_equal(app: Any, sandbox: Sandbox) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    _wide(source, "wash")
    here, there = installed(sandbox, source.shop), installed(sandbox, target.shop)
    run = imported(sandbox, there, here)
    lines, _ = page(run, Filters(resource="variant_metafields"), "")
    assert len(lines) == 8
    for line in lines:
        assert len(line["id"]) < 2_100, "an address has room for it, and for what the admin adds"
        opened = record(run, line["id"])
        assert opened is not None
    assert imports.confirm(run, policy="update", excluded={})
    assert work(run).status == Status.SUCCEEDED
    again = imported(sandbox, there, here)
    assert imports.confirm(again, policy="update", excluded={})
    assert work(again).status == Status.SUCCEEDED
    assert again.stats["writes"] == 0


def test_keys_that_begin_alike_are_told_apart(app: Any, sandbox: Sandbox) -> None:
    run = imported(sandbox, installed(sandbox, sandbox.shop()), installed(sandbox, sandbox.shop()))
    keys = [("p", "x" * LONGEST, str(number)) for number in range(5)]
    assert len({place_of("products", key) for key in keys}) == len(keys)
    assert {len(place_of("products", key)) for key in keys} == {LONGEST + DIGEST}
    ledger = DjangoLedger(run.pk)
    ledger.put(Row("products", key) for key in keys)
    ledger.save()
    ledger.forget()
    assert set(ledger.get("products", keys)) == set(keys)
    first = ledger.select(Where("products"), limit=2)
    after = (first[-1].resource, first[-1].key, first[-1].number)
    rest = ledger.select(Where("products"), limit=9, after=after)
    assert sorted(row.key for row in (*first, *rest)) == keys
