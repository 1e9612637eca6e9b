"""The store refuses the access token in the middle of an import: writes happen once, and no more is claimed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from imports import services as imports
from runs.engine import work_slice
from runs.models import LedgerEntry, Run
from runs.states import Status
from shopify_client import TokenRefused
from shops.models import Shop
from tests.runs.test_lane import imported, installed, work
from tests.shops.test_tokens import grants, opened, reopened
from tests.support import Sandbox, archive_of
from transfer.local import LocalRun, local_desk
from transfer.outcomes import Outcome
from transfer.stages import IMPORT
from transfer.work import Where

pytestmark = pytest.mark.django_db(transaction=True)


def planned(sandbox: Sandbox, client: Client) -> tuple[Run, Shop]:
    """An import of a small store, confirmed, into a store that opened the app itself."""
    target = opened(sandbox, client, "empty")
    run = imported(sandbox, target, installed(sandbox, sandbox.shop("plain")))
    assert imports.confirm(run, policy="update", excluded={})
    return run, target


def arrived_once(sandbox: Sandbox, run: Run, shop: Shop) -> bool:
    objects = sandbox.stats(shop.domain)["objects"]
    written = LedgerEntry.objects.filter(run_id=run.pk).exclude(outcome=Outcome.LEFT)
    return (objects["Product"], objects["Metaobject"]) == (3, 2) and not written.exclude(verified=True).exists()


def test_a_token_that_ends_early_is_renewed_and_nobody_notices(app: Any, sandbox: Sandbox, client: Client) -> None:
    run, target = planned(sandbox, client)
    sandbox.faults({"kind": "status", "status": 401, "times": 1, "match": "CreateProduct", "shop": target.domain})
    assert work(run).status == Status.SUCCEEDED
    assert grants(sandbox, target.domain)["refresh_token"] == 1
    assert arrived_once(sandbox, run, target)


@pytest.mark.parametrize("moment", [1, 5])
def test_a_grant_that_is_withdrawn_pauses_the_import_until_the_app_is_opened(
    app: Any, sandbox: Sandbox, client: Client, moment: int
) -> None:
    app.REQUEST_TIMEOUT = 1.0  # what was in the air is looked up no sooner
    run, target = planned(sandbox, client)
    withdrawn: list[int] = []

    def stop() -> bool:
        writes = sandbox.stats(target.domain)["writes"]
        if not withdrawn and writes >= moment:
            withdrawn.append(writes)
            sandbox.ask("/sandbox/uninstall", {"shop": target.domain, "webhook": False})
        return False

    while not withdrawn:
        assert work_slice(stop=stop)
    run.refresh_from_db()
    assert (run.status, run.not_before is not None) == (Status.WORKING, True)
    assert not LedgerEntry.objects.filter(run_id=run.pk, outcome=Outcome.FAILED).exists()
    assert reopened(sandbox, client, target.domain).status_code == 200
    time.sleep(1.0)
    assert work(run).status == Status.SUCCEEDED
    assert arrived_once(sandbox, run, target)


def test_a_fixed_token_that_is_revoked_ends_the_run_with_one_sentence(
    app: Any, sandbox: Sandbox, client: Client
) -> None:
    target = installed(sandbox, sandbox.shop())
    run = imported(sandbox, target, installed(sandbox, sandbox.shop("plain")))
    assert imports.confirm(run, policy="update", excluded={})
    sandbox.faults({"kind": "status", "status": 401, "match": "CreateProduct", "shop": target.domain})
    run = work(run)
    assert run.status == Status.FAILED
    assert "connect the store again" in run.message
    claimed = LedgerEntry.objects.filter(run_id=run.pk, resource="products")
    assert not claimed.exclude(outcome=Outcome.PENDING).exists()


def test_the_kernel_alone_stops_claims_nothing_and_goes_on_with_another_token(sandbox: Sandbox, tmp_path: Path) -> None:
    archive, target = archive_of(sandbox, sandbox.shop("plain"), tmp_path), sandbox.shop()
    desk = local_desk(sandbox.client(target), tmp_path / "import", settling=0.0)
    with desk.storage.write("source.zip") as file:
        file.write(archive)
    run = LocalRun(desk, {"archive": "source.zip", "policy": "update"}, {})
    middle = [stage.name for stage in IMPORT].index("apply")
    run.work(IMPORT[:middle])
    sandbox.faults({"kind": "status", "status": 401, "after": 3, "match": "mutation", "shop": target})
    with pytest.raises(TokenRefused):
        run.work(IMPORT[middle:])
    sandbox.faults()
    assert not desk.ledger.select(Where(outcomes=frozenset({Outcome.FAILED})), limit=10)
    assert desk.ledger.select(Where(outcomes=frozenset({Outcome.PENDING})), limit=10)
    desk.client = sandbox.client(target)
    run.work(IMPORT[middle:])
    assert not desk.ledger.select(Where(verified=(None, False)), limit=10)
    assert sandbox.stats(target)["objects"]["Product"] == 3
