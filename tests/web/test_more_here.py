"""Values that only the store has, on the plan, in its figures and on the report."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from imports import choices, listing, services
from imports.listing import Filters
from runs.models import LedgerEntry
from tests.runs.test_lane import imported, installed, work
from tests.support import Sandbox
from tests.web.test_pages import bearer

pytestmark = pytest.mark.django_db(transaction=True)

FIRST = "{ products(first: 1, sortKey: ID) { nodes { id handle seo { title } } } }"
RETITLE = "mutation T($product: ProductUpdateInput!) { productUpdate(product: $product) { userErrors { message } } }"


def test_a_plan_names_them_and_a_report_too(app: Any, sandbox: Sandbox, client: Client) -> None:
    source, target = (installed(sandbox, sandbox.shop(seed)) for seed in ("plain", "empty"))
    first = imported(sandbox, target, source)
    services.confirm(first, policy="update", excluded={})
    work(first)
    product = sandbox.graphql(target.domain, FIRST)["products"]["nodes"][0]
    sandbox.graphql(target.domain, RETITLE, product={"id": product["id"], "seo": {"title": "Only here"}})
    plan = imported(sandbox, target, source)
    own = {**bearer(target.domain), "Accept": "text/html"}

    (line,) = listing.page(plan, Filters(verdict="fuller"), "")[0]
    assert (line["says"], line["name"]) == ("More here", product["handle"])
    page = client.get(f"/imports/{plan.pk}/plan?verdict=fuller", headers=own).content.decode()
    assert "This store has more of it than the source: Search engine listing › Title." in page
    record = client.get(f"/imports/{plan.pk}/records/{line['id']}", headers=own).content.decode()
    assert "It is kept, unless you choose to delete what the archive does not have." in record
    assert "Only here" in record
    assert choices.figures(plan)["update"] == "0"
    assert choices.figures(choices.keep(plan, policy="mirror", resources=[]))["update"] == "1"

    services.confirm(plan, policy="update", excluded={})
    work(plan)
    report = client.get(f"/imports/{plan.pk}/report?reason=fuller", headers=own).content.decode()
    assert "records arrived." in report
    assert "was kept with more than the archive has" in report
    assert LedgerEntry.objects.filter(run=plan, reason="fuller", outcome="unchanged", verified=True).count() == 1
