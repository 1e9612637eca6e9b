"""While Shopify is at work on files, the worker is not."""

from __future__ import annotations

import time
from typing import Any

import pytest

from imports import services as imports
from runs.engine import work_slice
from runs.models import Lane
from runs.states import ACTIVE, Status
from tests.runs.test_lane import imported, installed
from tests.support import Sandbox

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_run_waits_for_files_without_a_worker(app: Any, sandbox: Sandbox) -> None:
    source = installed(sandbox, sandbox.shop("boutique", products=3))
    target = installed(sandbox, sandbox.shop())
    run: Any = imported(sandbox, target, source)
    sandbox.ask("/sandbox/config", {"file_seconds": 2})
    try:
        assert imports.confirm(run, policy="update", excluded={})
        waited = 0
        for _ in range(600):
            run.refresh_from_db()
            if run.status not in ACTIVE:
                break
            if run.not_before is not None:
                waited += 1
                assert not Lane.objects.filter(shop=target, lease_until__isnull=False, holder__gt="").exists()
            if not work_slice():
                time.sleep(0.05)
    finally:
        sandbox.ask("/sandbox/config", {"file_seconds": 0.5})
    assert run.status == Status.SUCCEEDED, run.message
    assert waited
