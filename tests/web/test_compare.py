"""Comparing on a page: a linked store, a finished export, a file, this store, in any pairing that is allowed."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from exports import services as exports
from imports.models import Comparison, Copy
from imports.tasks import copies as work_off
from runs.models import LedgerEntry, Run
from runs.storage import storage
from shops.models import Shop
from shops.tasks import webhooks
from tests.runs.test_lane import work
from tests.shops.test_copies_withheld import with_a_page, without_pages
from tests.shops.test_links import Store, linked
from tests.shops.test_webhooks import deliver, traces
from tests.support import Sandbox
from tests.web.test_pages import bearer, streamed
from transfer.registry import RESOURCES

pytestmark = pytest.mark.django_db(transaction=True)

CHANGE = (
    "mutation Change($product: ProductUpdateInput!) { productUpdate(product: $product) { userErrors { message } } }"
)


@pytest.fixture
def a(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client, "plain")


@pytest.fixture
def b(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client)


def sent(client: Client, store: Store, **form: Any) -> Any:
    """The answer to the form of a comparison."""
    address = client.post("/imports/uploads", headers=bearer(store.domain)).json()["address"]
    return client.post(address, {"purpose": "compare", **form})


def retitled(sandbox: Sandbox, store: Store, title: str = "Another title") -> None:
    product = sandbox.graphql(store.domain, "{ products(first: 1) { nodes { id } } }")["products"]["nodes"][0]["id"]
    sandbox.graphql(store.domain, CHANGE, product={"id": product, "title": title})


def compared(client: Client, a: Store, b: Store, second: str = "store") -> Copy:
    """A comparison of A, which B is linked to, seen through."""
    link = linked(a, b, *RESOURCES)
    answer = sent(client, b, first=f"link:{link.pk}", second=second)
    assert answer.status_code == 201, answer.content
    copy = Copy.objects.get(pk=answer.json()["url"].split("/")[2])
    assert copy.export is not None
    work(copy.export)
    work_off()
    copy.refresh_from_db()
    assert copy.comparison is not None
    work(copy.comparison)
    work_off()
    copy.refresh_from_db()
    return copy


def test_two_exports_are_compared_and_each_record_shows_both_sides(a: Store, client: Client, sandbox: Sandbox) -> None:
    first = work(exports.create(a.shop))
    retitled(sandbox, a)
    second = work(exports.create(a.shop))
    page = a.get("/comparisons/new").content.decode()
    assert f'value="export:{first.pk}"' in page
    answer = sent(client, a, first=f"export:{first.pk}", second=f"export:{second.pk}")
    run = work(Run.objects.get(pk=answer.json()["run"]))
    assert run.result["resources"]["products"]["fidelity"] == 0.6666
    assert run.result["resources"]["products"]["fields"]["title"]["differing"] == 1
    page = a.get(f"/runs/{run.pk}/").content.decode()
    every = sum(own["equal"] for own in run.result["resources"].values()) + 1
    assert f"1 of {every} records differs; " in page
    assert "66.6 %" in page
    listed = a.get(f"/comparisons/{run.pk}/records?resource=products&verdict=update")
    (line,) = listed.context["lines"]
    assert (line["says"], line["changed"]) == ("Differs", ["title"])
    inside = a.get(line["address"]).content.decode()
    assert "<ins>Another</ins>" in inside
    told = a.json(f"/comparisons/{run.pk}/records?differs=differing")
    assert told["rows"][0]["values"] == [{"path": "title", "left": "Shirt 0", "right": "Another title"}]
    lines = streamed(client.get(f"/comparisons/{run.pk}/records.jsonl", headers=bearer(a.domain)))
    assert json.loads(lines)["fields"] == ["title"]
    rows = streamed(client.get(f"/comparisons/{run.pk}/records.csv", headers=bearer(a.domain))).splitlines()
    assert rows[1] == b"products,shirt-0,differing,title"


def test_a_linked_store_is_read_in_its_own_line_and_compared(
    a: Store, b: Store, client: Client, sandbox: Sandbox
) -> None:
    copy = compared(client, a, b)
    run = copy.comparison
    assert run is not None
    assert run.result["resources"]["products"]["only_left"] == 3
    page = b.get(f"/copies/{copy.pk}/").content.decode()
    assert "See what differs" in page
    assert a.get(f"/runs/{run.pk}/").status_code == 404
    assert b.get(f"/runs/{run.pk}/").status_code == 200
    assert run.stats["writes"] == 0
    assert Copy.objects.get(pk=copy.pk).status == "succeeded"


def test_a_linked_store_is_compared_with_a_file_that_is_kept_until_it_is_read(
    a: Store, b: Store, client: Client, sandbox: Sandbox
) -> None:
    exported = work(exports.create(a.shop))
    with storage().read(exported.export.archive) as file:
        content = file.read()
    link = linked(a, b, "products")
    upload = SimpleUploadedFile("mine.zip", content)
    answer = sent(client, b, first="file", archive=upload, second=f"link:{link.pk}")
    copy = Copy.objects.get(pk=answer.json()["url"].split("/")[2])
    assert copy.export is not None
    work(copy.export)
    work_off()
    copy.refresh_from_db()
    assert copy.comparison is not None
    run = work(copy.comparison)
    assert run.result["equal"]
    assert list(run.result["resources"]) == ["products"]
    assert {kind["why"] for kind in run.result["not_compared"]} == {"Only mine.zip holds it."}
    assert "were not compared" in b.get(f"/runs/{run.pk}/").content.decode()


def test_what_a_store_does_not_let_the_app_read_is_not_compared_and_said(
    a: Store, b: Store, client: Client, sandbox: Sandbox
) -> None:
    with_a_page(sandbox, a)
    without_pages(sandbox, b)
    run = compared(client, a, b).comparison
    assert run is not None
    assert "pages" not in run.result["resources"]
    why = {kind["resource"]: kind["why"] for kind in run.result["not_compared"]}
    assert why["pages"] == f"The app may not read it in {b.domain}."


def test_what_the_other_store_withholds_is_said_too(a: Store, b: Store, client: Client, sandbox: Sandbox) -> None:
    without_pages(sandbox, a)
    run = compared(client, a, b).comparison
    assert run is not None
    why = {kind["resource"]: kind["why"] for kind in run.result["not_compared"]}
    assert why["pages"] == f"The app may not read it in {a.domain}."
    page = b.get(f"/runs/{run.pk}/").content.decode()
    assert "What was not compared, and why" in page


def test_kinds_of_which_the_first_side_has_nothing_are_compared_all_the_same(
    a: Store, b: Store, client: Client, sandbox: Sandbox
) -> None:
    with_a_page(sandbox, b_with := Store(sandbox, client, "plain"))
    run = compared(client, a, b_with).comparison
    assert run is not None
    assert run.result["resources"]["pages"]["only_right"] == 1


def test_ending_the_link_removes_what_was_compared(a: Store, b: Store, client: Client) -> None:
    copy = compared(client, a, b)
    assert LedgerEntry.objects.filter(run=copy.comparison_id).exists()
    a.post(f"/links/{copy.link_id}/end")
    assert not Comparison.objects.exists()
    assert not LedgerEntry.objects.filter(run=copy.comparison_id).exists()
    assert b.get(f"/copies/{copy.pk}/").status_code == 200


def test_a_source_that_uninstalls_leaves_no_comparison(a: Store, b: Store, client: Client) -> None:
    compared(client, a, b)
    deliver(client, "app/uninstalled", a.domain)
    webhooks()
    webhooks()
    assert traces(a.domain) == []
    assert not Comparison.objects.exists()


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"first": "file"}, "Choose the file that an export gave you."),
        ({"first": "store", "second": "store"}, "Choose two different sides."),
        ({"first": "LINK", "second": "LINK"}, "Choose two different sides."),
        ({"first": "LINK", "second": "link:other"}, "One side may be a linked store."),
        ({"first": "export:00000000-0000-4000-8000-000000000000"}, "That export is not there any more"),
        ({"first": "export:FOREIGN"}, "That export is not there any more"),
        ({"first": "link:00000000-0000-4000-8000-000000000000"}, "There is no such linked store"),
        ({"first": "\x00", "second": "nonsense"}, "Choose the file"),
    ],
)
def test_what_cannot_be_compared_gets_one_sentence(
    a: Store, b: Store, client: Client, form: dict[str, str], sentence: str
) -> None:
    link = linked(a, b, "products")
    foreign = exports.create(a.shop)
    named = {"LINK": f"link:{link.pk}", "export:FOREIGN": f"export:{foreign.pk}"}
    answer = sent(client, b, **{name: named.get(value, value) for name, value in form.items()})
    assert answer.status_code == 422
    assert answer.json()["error"].startswith(sentence)
    assert not Comparison.objects.exists()


def test_another_shops_comparison_is_not_there(a: Store, b: Store, client: Client) -> None:
    run = compared(client, a, b).comparison
    assert run is not None
    place = b.get(f"/comparisons/{run.pk}/records").context["lines"][0]["id"]
    for page in ("records", f"records/{place}", "records.csv", "records.jsonl"):
        assert b.get(f"/comparisons/{run.pk}/{page}").status_code == 200
        assert a.get(f"/comparisons/{run.pk}/{page}").status_code == 404
    assert b.get(f"/comparisons/{run.pk}/records/9-zz").status_code == 404
    assert Shop.objects.count() == 2


def test_people_of_a_linked_store_are_compared_where_both_sides_ask_for_it(
    sandbox: Sandbox, client: Client, b: Store
) -> None:
    source = Store(sandbox, client, "boutique")
    link = linked(source, b, "customers", "menus")
    form = b.get("/comparisons/new").content.decode()
    assert re.search(r'name="also" value="customers"[^>]*> <span>Customers', form)
    assert 'value="inventory_levels"' not in form, "the link does not allow that one"
    assert (
        "the other store has to tick it"
        in sent(client, b, first=f"link:{link.pk}", also="inventory_levels").json()["error"]
    )
    assert sent(client, b, first=f"link:{link.pk}", second="store", also="customers").status_code == 201
    copy = Copy.objects.get()
    assert copy.export is not None
    work(copy.export)
    work_off()
    copy.refresh_from_db()
    assert copy.comparison is not None
    run: Any = work(copy.comparison)
    assert run.result["resources"]["customers"]["only_left"] == 3
