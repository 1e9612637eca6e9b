"""What an import did not bring is planned again, and nothing else: after the app was allowed more, or as it is."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from exports import services as exports
from imports import again, services
from imports.models import Copy, CopyStatus, Import
from imports.tasks import copies as work_off
from runs.models import LedgerEntry, Run
from runs.states import Status
from runs.storage import storage
from tests.builder import Builder, equal
from tests.runs.test_lane import imported, installed, work
from tests.shops.test_copies import planned, run_of
from tests.shops.test_links import Store
from tests.support import Sandbox
from tests.web.test_plan_again import grant
from transfer.keys import decode
from transfer.resource import Selection

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

ALLOW, PLAIN = "Allow it and import the rest", "Plan the rest again"
KINDS = ("files", "pages", "blogs", "page_metafields", "menus", "metafield_definitions", "products")
PAGE = 'mutation { pageCreate(page: { title: "Only here" }) { page { id } userErrors { message } } }'


@pytest.fixture
def a(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client, "boutique")


@pytest.fixture
def b(app: Any, sandbox: Sandbox, client: Client) -> Store:
    return Store(sandbox, client)


def ended(a: Store, b: Store, *without: str, kinds: tuple[str, ...] = KINDS) -> Copy:
    """A copy that was confirmed without some permissions, and came to its end."""
    grant(b, *without)
    copy = planned(a, b, *kinds)
    assert b.post(f"/imports/{run_of(copy).pk}/confirm", policy="mirror").status_code == 302
    assert work(run_of(copy)).status == Status.INCOMPLETE
    work_off()
    copy.refresh_from_db()
    assert copy.status == CopyStatus.INCOMPLETE
    return copy


def report(store: Store, run: Run) -> str:
    page: str = store.get(f"/imports/{run.pk}/report").content.decode()
    own = store.get(f"/runs/{run.pk}/").content.decode()
    assert "/remove" in own
    assert page.count("<form") == own.count("<form")  # one searches, one removes
    return page


@pytest.mark.again
def test_what_was_not_allowed_is_allowed_and_alone_imported_again(a: Store, b: Store, sandbox: Sandbox) -> None:
    copy = ended(a, b, "write_files", "write_content")
    old = run_of(copy)
    left = set(again.unbrought(old).values_list("resource", "key"))
    assert {"pages", "files"} <= {resource for resource, _ in left}
    page = report(b, old)
    assert ALLOW in page
    assert 'data-scopes="write_content write_files"' in page
    assert a.post(f"/imports/{old.pk}/rest").status_code == 404
    grant(b)
    page = report(b, old)
    assert ALLOW not in page
    assert PLAIN in page
    sandbox.graphql(b.domain, PAGE)
    answer = b.post(f"/imports/{old.pk}/rest")
    new = Import.objects.exclude(pk=old.pk).get()
    assert answer["Location"] == f"/runs/{new.pk}/"
    work(new)
    new = run_of(Copy.objects.get(run__pk=new.pk))
    assert new.status == Status.WAITING
    assert set(LedgerEntry.objects.filter(run=new).values_list("resource", "key")) == left  # a mirror deletes nothing
    assert "only what an earlier copy did not bring" in b.get(f"/imports/{new.pk}/plan").content.decode()
    b.post(f"/imports/{new.pk}/confirm", policy="mirror")
    work(new)
    new.refresh_from_db()
    for kind in ("files", "pages"):
        line = new.result["resources"][kind]
        assert line["verified"] == line["source"] > 0, kind
    assert not LedgerEntry.objects.filter(run=new, reason="not_permitted").exists()
    assert sum(line["source"] for line in new.result["resources"].values()) == len(left)


def test_what_somebody_changed_before_it_was_written_is_in_the_rest(app: Any, sandbox: Sandbox, client: Client) -> None:
    """With what hangs on it: a variant that was not made takes its metafield along."""
    source, target = Builder(sandbox), Builder(sandbox)
    made = source.product("shirt", {"Size": ["S", "M"]}, vendor="New")
    source.metafield(source.variants(made)[1], "custom.care", "single_line_text_field", "warm")
    own = target.product("shirt", {"Size": ["S"]}, vendor="Old")
    run = imported(sandbox, installed(sandbox, target.shop), installed(sandbox, source.shop))
    assert services.confirm(run, policy="update", excluded={})
    retitle = "mutation R($p: ProductUpdateInput!) { productUpdate(product: $p) { userErrors { message } } }"
    target.ask(retitle, p={"id": own, "vendor": "Theirs"})
    assert work(run).status == Status.INCOMPLETE
    assert ("products", "shirt") in set(again.unbrought(run).values_list("resource", "key"))
    rest = again.import_rest(Import.objects.get(pk=run.pk))
    assert work(rest).status == Status.WAITING
    assert services.confirm(rest, policy="update", excluded={})
    assert work(rest).status == Status.SUCCEEDED
    assert equal(source, target, app.FILES_DIR)


def test_a_copy_of_its_own_watches_over_the_rest(a: Store, b: Store) -> None:
    """So it stops, and its archive goes, when the link ends; so does the archive that was kept for it."""
    copy = ended(a, b, "write_content", kinds=("pages", "products"))
    old = run_of(copy)
    assert storage().exists(old.archive)
    b.post(f"/imports/{old.pk}/rest")
    second = Copy.objects.exclude(pk=copy.pk).get()
    shown = b.get(f"/copies/{second.pk}/").content.decode()
    assert "records were read" in shown
    busy = b.post(f"/imports/{old.pk}/rest")
    assert (busy.status_code, busy.json()["error"]) == (422, again.BUSY)
    b.post(f"/links/{copy.link_id}/end")
    second.refresh_from_db()
    assert (second.status, second.run) == (CopyStatus.CANCELLED, None)
    assert not storage().exists(old.archive)
    assert PLAIN not in report(b, old)
    refused = b.post(f"/imports/{old.pk}/rest")
    assert (refused.status_code, refused.json()["error"]) == (422, again.GONE)


def test_a_link_that_ends_meanwhile_gives_nothing(a: Store, b: Store) -> None:
    old = run_of(ended(a, b, "write_content", kinds=("pages", "products")))
    Copy.objects.update(link=None)  # as if it had ended this very moment
    refused = b.post(f"/imports/{old.pk}/rest")
    assert (refused.status_code, refused.json()["error"]) == (422, again.ENDED)
    assert Import.objects.count() == Copy.objects.count() == 1


def test_the_rest_that_is_planned_again_is_still_the_rest(a: Store, b: Store, sandbox: Sandbox) -> None:
    """What somebody made or changed since stays, under a mirror too."""
    copy = ended(a, b, "write_content", kinds=("pages", "page_metafields", "products"))
    old = run_of(copy)
    left = set(again.unbrought(old).values_list("resource", "key"))
    grant(b)
    sandbox.graphql(b.domain, PAGE)
    b.post(f"/imports/{old.pk}/rest")
    second = Copy.objects.exclude(pk=copy.pk).get()
    work(run_of(second))
    plan = run_of(second)
    assert b.post(f"/imports/{plan.pk}/again").status_code == 302
    second.refresh_from_db()
    new = run_of(second)
    assert new.pk != plan.pk
    work(new)
    assert set(LedgerEntry.objects.filter(run=new).values_list("resource", "key")) == left
    assert "only what an earlier copy did not bring" in b.get(f"/imports/{new.pk}/plan").content.decode()
    storage().delete(run_of(second).only)
    gone = b.post(f"/imports/{new.pk}/again")
    assert (gone.status_code, gone.json()["error"]) == (422, again.GONE)


@pytest.mark.again
def test_what_was_left_out_by_hand_is_no_rest(a: Store, b: Store, sandbox: Sandbox) -> None:
    """Though it would have arrived without something that it refers to, had it been written."""
    grant(b)
    copy = planned(a, b, "products", "collections", "collection_metafields", "metafield_definitions", "menus")
    run = run_of(copy)
    losing = LedgerEntry.objects.filter(run=run, losing=True)
    assert losing.filter(resource="collections").exists()
    one = losing.filter(resource="menus").first()
    assert one is not None
    left_out = {"resources": ["collections"], "records": [["menus", list(decode(one.key))]]}
    services.confirm(run, policy="update", excluded=left_out)
    work(run)
    work_off()
    b.post(f"/imports/{run.pk}/rest")
    new = run_of(Copy.objects.exclude(pk=copy.pk).get())
    work(new)
    meant = LedgerEntry.objects.filter(run=new)
    assert not meant.filter(resource="collections").exists()
    assert meant.filter(resource="menus").exists() and not meant.filter(resource="menus", key=one.key).exists()
    assert set(meant.filter(resource="collection_metafields").values_list("verdict", flat=True)) <= {"cannot"}


@pytest.mark.again
def test_the_rest_is_the_same_people_once_their_names_are_replaced(a: Store, b: Store) -> None:
    export = work(exports.create(a.shop, Selection(frozenset({"customers", "customer_metafields", "locales"}))))
    grant(b, "write_customers")
    with storage().read(export.export.archive) as archive:
        old = work(services.create(b.shop, name="a.zip", upload=archive))
    b.post(f"/imports/{old.pk}/confirm", policy="update")
    work(old)
    grant(b)
    people = again.unbrought(old).filter(resource="customers").count()
    assert people > 0
    plan = again.import_rest(Import.objects.get(pk=old.pk))
    work(plan)
    b.post(f"/imports/{plan.pk}/again", anonymise="1")
    new = Import.objects.get(anonymise=True)
    work(new)
    rows = LedgerEntry.objects.filter(run=new, resource="customers")
    assert rows.count() == people
    assert all(re.fullmatch(r"[0-9a-f]{16}@example\.com", key) for key in rows.values_list("key", flat=True))
    assert set(rows.values_list("verdict", flat=True)) == {"create"}


def test_an_import_that_brought_everything_keeps_no_archive(a: Store, b: Store) -> None:
    run = run_of(planned(a, b, "blogs"))
    b.post(f"/imports/{run.pk}/confirm", policy="update")
    assert work(run).status == Status.SUCCEEDED
    assert not storage().exists(run.archive)
    page = report(b, run)
    assert ALLOW not in page
    assert PLAIN not in page
    refused = b.post(f"/imports/{run.pk}/rest")
    assert (refused.status_code, refused.json()["error"]) == (422, again.GONE)


@pytest.mark.again
def test_by_command(a: Store, b: Store, capsys: Any) -> None:
    old = run_of(ended(a, b, "write_content", kinds=("pages", "products")))
    Copy.objects.all().delete()  # an import of a file
    grant(b)
    rest = again.unbrought(old).count()
    words = ("import_rest", b.domain, str(old.pk), "--yes", "--inline", "--json")
    with pytest.raises(SystemExit) as end:
        call_command(*words)
    printed = json.loads(capsys.readouterr().out)
    assert (end.value.code, printed["status"]) == (0, "succeeded")
    assert printed["result"]["totals"]["source"] == rest
    with pytest.raises(SystemExit) as end:
        call_command("import_rest", a.domain, str(old.pk), "--yes", "--inline", "--json")
    assert end.value.code == 2
    assert json.loads(capsys.readouterr().out)["error"].startswith("There is no import ")
