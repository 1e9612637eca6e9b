"""What the source has not let the app read is named wherever a copy is told of."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from imports import services
from imports.commands import report_table
from imports.tasks import copies as work_off
from runs.models import LedgerEntry
from shops.crypto import seal
from shops.models import Shop
from tests.runs.test_lane import work
from tests.shops.test_copies import export_of, run_of, started, status
from tests.shops.test_links import Store, linked
from tests.support import Sandbox
from transfer.registry import RESOURCES, order, scopes, withheld

RESOURCES_IN_ORDER = order()

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def a(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client, "plain")


@pytest.fixture
def b(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client)


PAGE = """mutation Page($page: PageCreateInput!) { pageCreate(page: $page) { page { id } userErrors { message } } }"""
DEFINITIONS = "{ metaobjectDefinitions(first: 1) { nodes { id metaobjects(first: 1) { nodes { id } } } } }"
REFER = """
mutation Refer($definition: ID!, $change: MetaobjectDefinitionUpdateInput!, $entry: ID!, $value: MetaobjectUpdateInput!,
  $metafields: [MetafieldsSetInput!]!) {
  metaobjectDefinitionUpdate(id: $definition, definition: $change) { userErrors { message } }
  metaobjectUpdate(id: $entry, metaobject: $value) { userErrors { message } }
  metafieldsSet(metafields: $metafields) { userErrors { message } }
}
"""


def with_a_page(sandbox: Sandbox, store: Store) -> None:
    """A page, an entry that refers to it in one of its fields, and a product whose metafield is nothing else."""
    page = sandbox.graphql(store.domain, PAGE, page={"title": "Care", "body": ""})["pageCreate"]["page"]["id"]
    definition = sandbox.graphql(store.domain, DEFINITIONS)["metaobjectDefinitions"]["nodes"][0]
    product = sandbox.graphql(store.domain, "{ products(first: 1) { nodes { id } } }")["products"]["nodes"][0]["id"]
    answers = sandbox.graphql(
        store.domain,
        REFER,
        definition=definition["id"],
        change={"fieldDefinitions": [{"create": {"key": "care", "type": "page_reference"}}]},
        entry=definition["metaobjects"]["nodes"][0]["id"],
        value={"fields": [{"key": "care", "value": page}]},
        metafields=[
            {"namespace": "custom", "key": "care", "type": "page_reference", "ownerId": product, "value": page}
        ],
    )
    assert [answer["userErrors"] for answer in answers.values()] == [[], [], []]


def without_pages(sandbox: Sandbox, store: Store) -> None:
    """The app in this store may read all but what `read_content` lets it."""
    granted = sorted({*scopes().read, *scopes().write} - {"read_content", "write_content"})
    token = seal(sandbox.token(store.domain, granted))
    Shop.objects.filter(pk=store.shop.pk).update(scopes=granted, sealed_token=token)
    store.shop.refresh_from_db()


def test_a_tick_that_needs_more_asks_for_it_where_the_link_is_made_and_later(
    a: Store, b: Store, sandbox: Sandbox
) -> None:
    without_pages(sandbox, a)
    page = a.get("/links").content.decode()
    assert re.search(r'name="resources" value="pages" data-scopes="read_content">', page)
    assert re.search(r'name="resources" value="products" checked>', page)
    linked(a, b, "pages", "products")
    page = a.get("/links").content.decode()
    assert "may not read Pages in this store" in page
    assert page.count('data-scopes="read_content"><button') == 1


def test_whole_kinds_that_were_withheld_are_named_wherever_the_copy_is_told_of(
    app: Any, sandbox: Sandbox, client: Client
) -> None:
    a, b = Store(sandbox, client, "plain"), Store(sandbox, client)
    without_pages(sandbox, a)
    copy = started(linked(a, b, *RESOURCES), b)
    unread = sorted(withheld(a.shop.scopes, "read"))
    assert sorted(kept["resource"] for kept in status(copy, b)["withheld"]) == unread
    page = b.get(f"/copies/{copy.pk}/").content.decode()
    assert len(re.findall('<(?!div id="strayed")[^>]*class="banner', page)) == 1
    assert re.search("Not copied: [^.]*Pages", page)
    assert "read_content" not in page
    work(export_of(copy))
    work_off()
    copy.refresh_from_db()
    run = work(run_of(copy))
    assert [kind["resource"] for kind in run.plan["withheld"]] == [n for n in RESOURCES_IN_ORDER if n in unread]
    assert re.search("Not copied: [^.]*Pages", b.get(f"/imports/{run.pk}/plan").content.decode())
    assert b.post(f"/imports/{run.pk}/confirm", policy="update").status_code == 302
    work(run)
    said = f"records arrived. {len(unread)} kinds could not be read in the source store."
    assert said in b.get(f"/imports/{run.pk}/report").content.decode()
    lines = [json.loads(line) for line in services.report_jsonl(run)]
    kinds = [line for line in lines if line["key"] is None]
    assert {line["resource"]: line["reason"] for line in kinds} == dict.fromkeys(unread, "not_permitted")
    assert b"The app may not read Pages in the source store; grant it read_content there" in b"".join(
        services.report_csv(run)
    )
    assert "may not read Pages in the source store" in report_table(run.result)
    places = [RESOURCES_IN_ORDER.index(line["resource"]) for line in lines if line["key"] is not None]
    assert places == sorted(places)


def test_a_reference_to_what_was_withheld_says_so(app: Any, sandbox: Sandbox, client: Client) -> None:
    a, b = Store(sandbox, client, "plain"), Store(sandbox, client)
    with_a_page(sandbox, a)
    without_pages(sandbox, a)
    copy = started(linked(a, b, *RESOURCES), b)
    work(export_of(copy))
    work_off()
    copy.refresh_from_db()
    run = work(run_of(copy))
    entries = LedgerEntry.objects.filter(run=run, detail__contains=": points at Page ")
    reasons = {entry.resource: entry.reason for entry in entries}
    assert reasons == {"metaobjects": "unread_reference", "product_metafields": "missing_required"}
    for entry in entries:
        assert "may not read in the source store; grant it read_content there, then copy again." in entry.detail
        assert "no longer had" not in entry.detail
    assert b"arrived without a reference, because the app may not read" in b"".join(services.report_csv(run))
