"""Of two plans of one store that wait at once, the second is not carried out on what it knew before the first was."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from imports import services
from imports.models import Import
from runs.models import Run
from runs.states import FINAL, Status
from shops.services import Refused
from tests.runs.test_lane import imported, installed, work
from tests.support import Sandbox
from tests.web.test_pages import bearer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

BOTH = "{ discountNodes(first: 50) { nodes { id } } products(first: 50) { nodes { id } } }"


def decide(client: Client, run: Run, **body: Any) -> Any:
    return client.post(
        f"/imports/{run.pk}/confirm", body, content_type="application/json", headers=bearer(run.shop.domain)
    )


@pytest.mark.again
def test_a_plan_that_was_overtaken_is_made_anew(app: Any, sandbox: Sandbox, client: Client) -> None:
    source, target = (installed(sandbox, sandbox.shop(seed)) for seed in ("plain", "empty"))
    first, second = imported(sandbox, target, source), imported(sandbox, target, source)
    assert decide(client, first).status_code == 302
    answer = decide(client, second)
    assert answer.status_code == 422
    assert "confirmed and not over yet" in answer.json()["error"]
    work(first)
    held = sandbox.graphql(target.domain, BOTH)
    with pytest.raises(Refused, match="has written into this store since this plan was made"):
        services.confirm(second, policy="update", excluded={})
    page = {**bearer(target.domain), "Accept": "text/html"}
    assert "Another import has written into this store" in client.get(f"/imports/{second.pk}/plan", headers=page).text
    again = client.post(f"/imports/{second.pk}/again", headers=bearer(target.domain))
    new = Import.objects.exclude(pk__in=[first.pk, second.pk]).get()
    assert str(new.pk) in again.headers["Location"]
    work(new)
    new.refresh_from_db()
    assert sum(own.get("create", 0) for own in new.plan["counts"].values()) == 0
    assert decide(client, new).status_code == 302
    work(new)
    new.refresh_from_db()
    assert new.status == Status.SUCCEEDED
    assert sandbox.graphql(target.domain, BOTH) == held


@pytest.mark.again
def test_a_plan_stays_overtaken_when_the_import_that_did_it_is_removed(
    app: Any, sandbox: Sandbox, client: Client
) -> None:
    source, target = (installed(sandbox, sandbox.shop(seed)) for seed in ("plain", "empty"))
    first, second = imported(sandbox, target, source), imported(sandbox, target, source)
    assert decide(client, first).status_code == 302
    work(first)
    assert client.post(f"/runs/{first.pk}/remove", headers=bearer(target.domain)).status_code in (200, 302)
    assert not Run.objects.filter(pk=first.pk).exists()
    answer = decide(client, second)
    assert answer.status_code == 422
    assert "Another import has written into this store" in answer.json()["error"]


def test_an_import_that_wrote_nothing_overtakes_nobody(app: Any, sandbox: Sandbox, client: Client) -> None:
    source, target = (installed(sandbox, sandbox.shop(seed)) for seed in ("plain", "empty"))
    first, second = imported(sandbox, target, source), imported(sandbox, target, source)
    services.confirm(first, policy="update", excluded={"resources": [*first.plan["counts"]]})
    work(first)
    assert decide(client, second).status_code == 302


@pytest.mark.parametrize(
    "body",
    [{"polciy": "create_only"}, {"excluded": {"resource": ["products"]}}, {"excluded": {"records": [["x", []]]}}],
)
def test_a_decision_with_a_word_that_nobody_knows_is_none(
    app: Any, sandbox: Sandbox, client: Client, body: dict[str, Any]
) -> None:
    source, target = (installed(sandbox, sandbox.shop(seed)) for seed in ("plain", "empty"))
    run = imported(sandbox, target, source)
    assert decide(client, run, **body).status_code == 422
    run.refresh_from_db()
    assert run.status == Status.WAITING


@pytest.mark.parametrize("name", ["resource", "verdict", "outcome", "after"])
def test_no_byte_in_the_query_of_a_plan_breaks_it(app: Any, sandbox: Sandbox, client: Client, name: str) -> None:
    source, target = (installed(sandbox, sandbox.shop(seed)) for seed in ("plain", "empty"))
    run = imported(sandbox, target, source)
    own = {**bearer(target.domain), "Accept": "application/json"}
    assert client.get(f"/imports/{run.pk}/plan?{name}=%00", headers=own).status_code in (200, 404)


@pytest.mark.again
@pytest.mark.parametrize("end", sorted(FINAL))
def test_however_it_ended_what_an_import_wrote_overtakes(app: Any, sandbox: Sandbox, client: Client, end: str) -> None:
    source, target = (installed(sandbox, sandbox.shop(seed)) for seed in ("plain", "empty"))
    first, second = imported(sandbox, target, source), imported(sandbox, target, source)
    services.confirm(first, policy="update", excluded={})
    work(first)
    Import.objects.filter(pk=first.pk).update(status=end)
    assert decide(client, second).status_code == 422
