"""A worker dies while unique values change places: whoever comes after it knows who has made way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from imports import services as imports
from runs.engine import work_slice
from runs.models import LedgerEntry
from runs.states import Status
from tests.builder import equal
from tests.runs.test_lane import imported, installed, work
from tests.support import Sandbox
from tests.transfer.test_unique_values import codes, shop

pytestmark = pytest.mark.django_db(transaction=True)
RULES = {"stand-in": [], "nothing": [{"name": "max", "value": "3"}]}


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("writes", range(1, 5))
def test_a_worker_that_dies_at_any_step_leaves_nobody_without_its_value(
    app: Any, sandbox: Sandbox, tmp_path: Path, rules: str, writes: int
) -> None:
    app.REQUEST_TIMEOUT = 0.5  # what was in the air is looked up no sooner
    source = shop(sandbox, {"a": "1", "b": "2", "c": "3"}, validations=RULES[rules])
    target = shop(sandbox, {"a": "2", "b": "3", "c": "1"}, validations=RULES[rules])
    run = imported(sandbox, installed(sandbox, target.shop), installed(sandbox, source.shop))
    assert imports.confirm(run, policy="update", excluded={})
    before = sandbox.stats(target.shop)["writes"]
    died: list[bool] = []

    def stop() -> bool:
        if not died and sandbox.stats(target.shop)["writes"] >= before + writes:
            died.append(True)
            raise KeyboardInterrupt
        return False

    while not died:
        try:
            assert work_slice(stop=stop)
        except KeyboardInterrupt:
            break
    run.refresh_from_db()
    assert work(run, 2000).status == Status.SUCCEEDED
    assert codes(target) == codes(source)
    assert equal(source, target, tmp_path)
    rows = LedgerEntry.objects.filter(run_id=run.pk, resource="product_metafields")
    assert rows.filter(stepped=True).count() == 1
    assert {row.before["value"] for row in rows} == {"1", "2", "3"}, "a report shows what there was"
