"""What a plan says that it would do under choices which are not kept yet."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client

from exports import services as exports
from imports import choices, services
from imports.models import Import
from runs.models import Run
from runs.storage import storage
from tests.runs.test_lane import imported, installed, work
from tests.support import Sandbox
from tests.transfer.test_translations import ENABLE
from tests.web.test_pages import bearer
from transfer.registry import RESOURCES
from transfer.resource import Selection

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.fixture
def plan(app: Any, sandbox: Sandbox) -> Import:
    """A plain store's archive over a full one, which has a lot that the archive does not have."""
    source = installed(sandbox, sandbox.shop("plain"))
    target = installed(sandbox, sandbox.shop("boutique", products=3))
    run: Import = imported(sandbox, target, source)
    return run


def asked(client: Client, plan: Import, query: str) -> Any:
    own = {**bearer(plan.shop.domain), "Accept": "application/json"}
    response = client.get(f"/imports/{plan.pk}/figures?{query}", headers=own)
    return response.status_code, response.json()


def test_a_mirror_counts_what_it_deletes_and_names_what_stays(plan: Import, client: Client) -> None:
    extra = {name: own["extra"] for name, own in plan.plan["counts"].items() if own["extra"]}
    kept = {name for name in extra if not RESOURCES[name].deletable}
    gone = sum(count for name, count in extra.items() if name not in kept)
    stay = sum(extra[name] for name in kept)
    assert "metafield_definitions" in kept
    assert gone

    status, said = asked(client, plan, "policy=mirror")
    assert (status, said["figures"]["delete"]) == (200, f"{gone:,}")
    assert said["figures"]["stay"].startswith(f"{stay:,} more that only this store has stay, of kinds never deleted: ")
    assert RESOURCES["metafield_definitions"].label in said["figures"]["stay"]
    assert said["question"].startswith(f"Delete {gone:,} records from this store?")
    page = client.get(f"/imports/{plan.pk}/plan", headers={**bearer(plan.shop.domain), "Accept": "text/html"})
    assert '<span data-figure="delete">0</span> deleted' in page.content.decode()  # nothing of it was kept

    services.confirm(plan, policy="mirror", excluded={})
    totals = work(plan).result["totals"]
    assert (totals["deleted"], totals["left"]) == (gone, stay)


def test_the_price_of_a_mirror_is_about_what_it_then_costs(app: Any, sandbox: Sandbox, client: Client) -> None:
    source, target = installed(sandbox, sandbox.shop()), installed(sandbox, sandbox.shop("boutique", products=20))
    plan = imported(sandbox, target, source)
    told = float(asked(client, plan, "policy=mirror")[1]["figures"]["points"].replace(",", ""))
    assert float(asked(client, plan, "policy=update")[1]["figures"]["points"]) < told / 10  # nearly all is deleting
    before = plan.stats["points"]
    services.confirm(plan, policy="mirror", excluded={})
    spent = work(plan).stats["points"] - before
    assert 0.75 * spent < told < 1.25 * spent


def test_a_kind_of_which_the_archive_does_not_hold_all_is_said_to_stay(plan: Import, client: Client) -> None:
    products = plan.plan["counts"]["products"]["extra"]
    before = int(asked(client, plan, "policy=mirror")[1]["figures"]["delete"].replace(",", ""))
    plan.past["check"]["manifest"]["notCarried"] = {"products": {"the app may not read it": {"count": None}}}
    plan.save(update_fields=["past"])
    said = asked(client, plan, "policy=mirror")[1]["figures"]
    assert products
    assert int(said["delete"].replace(",", "")) == before - products
    assert "of kinds never deleted, or of which not all was brought here: " in said["stay"]
    assert RESOURCES["products"].label in said["stay"]

    services.confirm(plan, policy="mirror", excluded={})
    assert work(plan).result["totals"]["deleted"] == before - products


def test_what_is_left_out_is_neither_deleted_nor_said_to_stay(plan: Import, client: Client) -> None:
    kinds = "&".join(f"exclude_resource={name}" for name in plan.plan["counts"])
    _, said = asked(client, plan, f"policy=mirror&{kinds}")
    assert (said["figures"]["write"], said["figures"]["delete"], said["figures"]["stay"]) == ("0", "0", "")
    assert said["question"].startswith("No record would be deleted.")
    _, said = asked(client, plan, "policy=update")
    assert (said["figures"]["delete"], said["figures"]["stay"], said["question"]) == ("0", "", "")


def test_choices_that_cannot_be_meant_are_refused(plan: Import, client: Client) -> None:
    assert asked(client, plan, "policy=everything")[0] == 422
    assert asked(client, plan, "policy=mirror&exclude_resource=nothing")[0] == 422
    Run.objects.filter(pk=plan.pk).update(status="queued", expires_at=None)
    status, said = asked(client, plan, "policy=mirror")
    assert status == 422
    assert "does not wait for a decision any more" in said["error"]


def test_what_hangs_on_a_kind_that_is_left_out_is_said_not_to_come(app: Any, sandbox: Sandbox, client: Client) -> None:
    source, target = installed(sandbox, sandbox.shop("boutique", products=3)), installed(sandbox, sandbox.shop())
    plan = imported(sandbox, target, source)
    assert asked(client, plan, "policy=update")[1]["figures"]["hanging"] == ""
    said = asked(client, plan, "policy=update&exclude_resource=pages")[1]["figures"]["hanging"]
    assert said == "Page metafields of Pages that this store does not have cannot be written without them."
    both = "policy=update&exclude_resource=pages&exclude_resource=page_metafields"
    assert asked(client, plan, both)[1]["figures"]["hanging"] == ""
    products = asked(client, plan, "policy=update&exclude_resource=products")[1]["figures"]["hanging"]
    assert products.startswith("Product metafields, Variant metafields")


def test_a_plan_that_waits_has_no_report_and_leads_to_its_page(plan: Import, client: Client) -> None:
    answer = client.get(f"/imports/{plan.pk}/report", headers=bearer(plan.shop.domain))
    assert (answer.status_code, answer["Location"]) == (302, f"/runs/{plan.pk}/")


def test_a_mirror_of_some_kinds_says_which_others_may_lose_what_it_deletes(
    app: Any, sandbox: Sandbox, client: Client
) -> None:
    source, target = installed(sandbox, sandbox.shop()), installed(sandbox, sandbox.shop("boutique", products=3))
    exported = work(exports.create(source, selection=Selection(resources=frozenset({"files"}))))
    with storage().read(exported.export.archive) as archive:
        plan = services.create(target, name="a.zip", upload=archive)
    work(plan)
    assert asked(client, plan, "policy=update")[1]["figures"]["hanging"] == ""
    said = asked(client, plan, "policy=mirror")[1]["figures"]["hanging"]
    assert "Products" in said
    assert said.endswith("may lose what they show or refer to: not all of these were brought here.")
    services.confirm(plan, policy="mirror", excluded={})
    work(plan)
    page = client.get(f"/imports/{plan.pk}/report", headers={**bearer(target.domain), "Accept": "text/html"})
    told = page.content.decode().partition('id="losing">')[2].partition("</p>")[0]
    assert "Products" in told and "may have lost what they showed or referred to" in told


def test_rows_that_delete_say_which_kinds_may_lose_something(app: Any, sandbox: Sandbox, client: Client) -> None:
    """Of these, a spreadsheet never holds all."""
    target = installed(sandbox, sandbox.shop("plain", 2))
    upload = io.BytesIO(b"Key,Command\nshirt-1,DELETE\n")
    plan = services.create(target, name="products.csv", upload=upload)
    work(plan)
    assert asked(client, plan, "policy=create_only")[1]["figures"]["hanging"] == ""
    said = asked(client, plan, "policy=update")[1]["figures"]["hanging"]
    assert "Collections, " in said and "may lose what they show" in said


def test_what_no_policy_deletes_is_not_counted_as_deleted(app: Any, sandbox: Sandbox, client: Client) -> None:
    """A language that is the primary one of the source store, of which its archive does not tell."""
    source, target = (installed(sandbox, sandbox.shop("plain", 1, language)) for language in ("de", "en"))
    for code in ("de", "fr"):
        sandbox.graphql(target.domain, ENABLE, locale=code)
    plan = imported(sandbox, target, source)
    assert asked(client, plan, "policy=mirror")[1]["figures"]["delete"] == "1"
    choices.leave_out(plan, "locales", ("de",), out=True)
    assert asked(client, plan, "policy=mirror")[1]["figures"]["delete"] == "1"
    services.confirm(plan, policy="mirror", excluded={})
    assert work(plan).result["resources"]["locales"]["deleted"] == 1
