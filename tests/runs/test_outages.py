"""What a run waits for is said while it waits, and in the end: a store that leads elsewhere, or refuses the app."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from exports import services as exports
from imports import services as imports
from runs import operators
from runs.engine import SAY_AFTER, work_slice
from runs.models import LedgerEntry, Run
from runs.states import Status
from runs.status import status_of
from tests.runs.test_lane import imported, installed, work
from tests.shops.test_tokens import opened, reopened
from tests.support import Sandbox
from tests.web.test_pages import bearer
from transfer.outcomes import Outcome

pytestmark = pytest.mark.django_db(transaction=True)
MOVED = {"kind": "status", "status": 302, "headers": {"Location": "https://moved.example/login?x=1"}}
TEXT = {"kind": "body", "body": '{"errors": "The store is being moved"}'}


def age(run: Run, seconds: float) -> None:
    """The outage has lasted so long, and its pause is over."""
    Run.objects.filter(pk=run.pk).update(not_before=None, outage_since=timezone.now() - timedelta(seconds=seconds))


def fresh(run: Run) -> Run:
    run.refresh_from_db()
    return run


@pytest.mark.parametrize("rule", [MOVED, TEXT], ids=["elsewhere", "text"])
def test_an_import_survives_odd_answers_at_any_request(app: Any, sandbox: Sandbox, rule: dict[str, Any]) -> None:
    app.REQUEST_TIMEOUT = 1.0
    source, target = installed(sandbox, sandbox.shop("plain")), installed(sandbox, sandbox.shop())
    sandbox.faults({**rule, "probability": 0.1})
    run = imported(sandbox, target, source)
    assert imports.confirm(run, policy="update", excluded={})
    assert work(run, 2000).status == Status.SUCCEEDED
    assert sandbox.stats(target.domain)["objects"]["Product"] == 3


def test_a_store_that_leads_elsewhere_is_waited_for_and_named(app: Any, sandbox: Sandbox, client: Client) -> None:
    shop = installed(sandbox, sandbox.shop("plain"))
    run = exports.create(shop)
    sandbox.faults({**MOVED, "shop": shop.domain})
    work_slice()
    assert status_of(fresh(run))["waits_for"] is None, "what lasts for a moment is not told"
    age(run, SAY_AFTER + 1)
    work_slice()
    status = status_of(fresh(run))
    assert (status["status"], status["waits_for"], status["seconds_left"]) == ("working", "unreachable", None)
    assert status["waits_for_label"].startswith("The store did not do ")
    assert "at last: HTTP 302, which leads to moved.example. It tries again at " in status["waits_for_label"]
    page = client.get(f"/runs/{run.pk}/", headers=bearer(shop.domain) | {"Accept": "text/html"}).content.decode()
    assert "which leads to moved.example" in page
    age(run, app.OUTAGE_LIMIT_SECONDS + 1)
    work_slice()
    assert (fresh(run).status, run.reason) == (Status.FAILED, "unreachable")
    assert run.message.startswith("The store could not be reached for too long. The store did not do ")
    assert status_of(run)["waits_for"] is None


def test_errors_that_are_a_text_end_a_run_after_several_slices_with_what_they_say(app: Any, sandbox: Sandbox) -> None:
    shop = installed(sandbox, sandbox.shop("plain"))
    run = exports.create(shop)
    sandbox.faults({**TEXT, "shop": shop.domain})
    for _ in range(app.POISON_LIMIT):
        work_slice()
        assert fresh(run).status == Status.WORKING
        Run.objects.update(not_before=None)
    work_slice()
    assert (fresh(run).status, run.reason) == (Status.FAILED, "internal")
    assert run.message == (
        "A fault stopped the run at the step read: ServerFault: Shopify failed at this request 4 times: "
        "The store is being moved"
    )


@pytest.mark.parametrize("status", [None, 401, 403])
def test_a_store_that_wants_the_app_no_more_is_told_at_once_and_goes_on_when_it_does(
    app: Any, sandbox: Sandbox, client: Client, status: int | None
) -> None:
    """Uninstalled without a webhook, or refused whatever the token."""
    app.REQUEST_TIMEOUT = 1.0
    target = opened(sandbox, client, "empty")
    run = imported(sandbox, target, installed(sandbox, sandbox.shop("plain")))
    assert imports.confirm(run, policy="update", excluded={})
    if status is None:
        sandbox.ask("/sandbox/uninstall", {"shop": target.domain, "webhook": False})
    else:
        sandbox.faults({"kind": "status", "status": status, "shop": target.domain})
    for _ in range(2):
        work_slice()
        told = status_of(fresh(run))
        if told["waits_for"]:
            break
    assert (told["status"], told["waits_for"]) == ("working", "not_authorised")
    assert told["waits_for_label"].startswith("The store does not accept this app any more: it was uninstalled there")
    (line,) = [own for own in operators.overview()["lanes"] if own["shop"] == target.pk]
    assert (line["state"], line["run"]["waits_out"]) == ("waits", "the store does not accept this app any more")
    claimed = (Outcome.CREATED, Outcome.UPDATED, Outcome.FAILED)
    assert not LedgerEntry.objects.filter(run_id=run.pk, outcome__in=claimed).exists()
    sandbox.faults()
    if status is None:
        assert reopened(sandbox, client, target.domain).status_code == 200
        assert fresh(run).not_before is None, "opening the app wakes it"
    assert fresh(run).not_before is None or run.not_before < timezone.now() + timedelta(seconds=61), "it looks itself"
    Run.objects.filter(pk=run.pk).update(not_before=None)
    assert work(run, 2000).status == Status.SUCCEEDED
    assert (run.outage, run.outage_words) == ("", "")


def test_a_store_that_never_wants_the_app_again_ends_the_run(app: Any, sandbox: Sandbox, client: Client) -> None:
    shop = opened(sandbox, client, "plain")
    run = exports.create(shop)
    sandbox.faults({"kind": "status", "status": 403, "shop": shop.domain})
    work_slice()
    age(run, app.OUTAGE_LIMIT_SECONDS + 1)
    work_slice()
    assert (fresh(run).status, run.reason) == (Status.FAILED, "not_authorised")
    assert "Open the app in the store" in run.message


@pytest.mark.parametrize("step", ["", "apply"])
def test_a_run_for_which_no_lease_is_long_enough_says_so(app: Any, sandbox: Sandbox, step: str) -> None:
    shop = installed(sandbox, sandbox.shop("plain"))
    if not step:
        run = exports.create(shop)
    else:
        run = imported(sandbox, installed(sandbox, sandbox.shop()), shop)
        assert imports.confirm(run, policy="update", excluded={})
    app.LEASE_SECONDS, app.REQUEST_TIMEOUT = 10.0, 11.0
    for _ in range(30):
        work_slice()
        if fresh(run).outage_since is not None:
            break
    assert (run.status, run.step) == (Status.WORKING, step)
    age(run, SAY_AFTER + 1)
    work_slice()
    told = status_of(fresh(run))
    assert (told["status"], told["waits_for"]) == ("working", "unreachable")
    assert told["waits_for_label"].startswith("The store answers too slowly for anything to get on")
    Run.objects.filter(pk=run.pk).update(not_before=None)
    app.REQUEST_TIMEOUT = 1.0
    assert work(run, 200).status == Status.SUCCEEDED


def test_a_run_for_which_no_lease_is_ever_long_enough_ends(app: Any, sandbox: Sandbox) -> None:
    run = exports.create(installed(sandbox, sandbox.shop("plain")))
    app.LEASE_SECONDS, app.REQUEST_TIMEOUT = 10.0, 11.0
    work_slice()
    age(fresh(run), app.OUTAGE_LIMIT_SECONDS + 1)
    work_slice()
    assert (fresh(run).status, run.reason) == (Status.FAILED, "unreachable")
    assert run.message.startswith("That lasted too long. The store answers too slowly")
