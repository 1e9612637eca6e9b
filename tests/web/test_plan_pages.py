"""What plan and report pages say, and what they remember."""

from __future__ import annotations

import re
import time
from itertools import groupby
from typing import Any, cast

import pytest
from django.test import Client

from imports import choices, listing
from imports.answer import answer
from imports.kind import _line
from imports.listing import Filters
from imports.marks import Piece, side_by_side
from imports.models import Import
from runs.models import LedgerEntry, Run
from shops.services import Refused
from tests.runs.test_lane import imported, installed, work
from tests.support import Sandbox
from tests.web.test_pages import bearer
from transfer import naming
from transfer.keys import decode
from transfer.outcomes import Reason
from transfer.reasons import REASONS
from transfer.registry import order


def result(source: int, **reasons: int) -> dict[str, Any]:
    failed = sum(count for word, count in reasons.items() if word not in ("excluded", "unresolved_reference"))
    return {"totals": {"source": source, "failed": failed}, "resources": {"products": {"reasons": reasons}}}


def test_a_report_begins_with_the_answer() -> None:
    assert answer(result(4812)).sentence == "All 4,812 records arrived."
    two = answer(result(4812, refused=11, missing_owner=1))
    assert two.sentence == "12 of 4,812 records did not arrive, for two reasons."
    assert [(group.word, group.count) for group in two.groups] == [("refused", 11), ("missing_owner", 1)]
    assert two.groups[1].what.startswith("belongs to")
    assert answer(result(10, excluded=1)).sentence == "All 9 records that you chose arrived; one was left out."
    assert answer(result(10, unresolved_reference=2)).tone == "warn"
    assert answer(result(1)).sentence == "The one record arrived."
    mirrored = {"totals": {"source": 15, "deleted": 93}, "resources": {}}
    assert answer(mirrored).sentence == "All 15 records arrived. 93 records of this store were deleted."
    assert answer({"totals": {"source": 5, "unverified": 1}, "resources": {}}).tone == "bad"


def test_what_somebody_changed_meanwhile_is_there_and_is_told_apart() -> None:
    def own(source: int, kept: int, **reasons: int) -> dict[str, Any]:
        failed = sum(count for word, count in reasons.items() if word == "refused")
        totals = {"source": source, "failed": failed, "changed_meanwhile": reasons["changed_meanwhile"], "kept": kept}
        return {"totals": totals, "resources": {"products": {"reasons": reasons}}}

    alone = answer(own(200, 2, changed_meanwhile=2))
    assert alone.sentence == (
        "198 of 200 records arrived as they are in the archive; 2 are there as somebody changed them meanwhile."
    )
    assert (alone.tone, [group.tone for group in alone.groups]) == ("warn", ["warn"])
    assert answer(own(200, 1, changed_meanwhile=1, excluded=3)).sentence == (
        "196 of 197 records that you chose arrived as they are in the archive; "
        "1 is there as somebody changed it meanwhile; 3 were left out."
    )
    assert answer(own(200, 1, changed_meanwhile=1, refused=4)).sentence == (
        "4 of 200 records did not arrive, for one reason; 1 is there as somebody changed it meanwhile."
    )
    extra = answer(own(7, 0, changed_meanwhile=1))  # only the target had it, and a mirror was to delete it
    assert (extra.sentence, extra.tone) == ("All 7 records arrived.", "warn")


def test_every_reason_has_words() -> None:
    assert {str(word) for word in Reason if word} <= {str(word) for word in REASONS}


def test_what_differs_is_marked_word_by_word() -> None:
    left, right = side_by_side("A blue shirt", "A green shirt")
    assert left == (Piece("same", "A "), Piece("gone", "blue"), Piece("same", " shirt"))
    assert right == (Piece("same", "A "), Piece("new", "green"), Piece("same", " shirt"))
    assert side_by_side(None, "x") == (None, (Piece("same", "x"),))
    assert side_by_side(False, ["a", "shopsync:products/b"]) == (
        (Piece("gone", "No"),),
        (Piece("new", "a\nProduct: b"),),
    )
    old, new = side_by_side('{"b":1,"a":[1]}', '{"b":2,"a":[1]}')
    assert old is not None
    assert new is not None
    assert Piece("gone", "1") in old
    assert Piece("new", "2") in new


def test_long_texts_are_compared_quickly_and_shown_short() -> None:
    long = "word " * 40_000
    began = time.monotonic()
    left, right = side_by_side(f"{long}old {long}", f"{long}new {long}")
    assert time.monotonic() - began < 2
    assert left is not None
    assert right is not None
    assert Piece("gone", "old") in left
    assert Piece("new", "new") in right
    assert sum(len(piece.text) for piece in left) < 2000


@pytest.fixture
def plan(app: Any, sandbox: Sandbox) -> Import:
    source, target = (installed(sandbox, sandbox.shop(seed)) for seed in ("plain", "empty"))
    run: Import = imported(sandbox, target, source)
    return run


@pytest.mark.django_db(transaction=True)
def test_choices_are_kept_until_the_plan_is_decided(plan: Import) -> None:
    all_of_it = int(choices.figures(plan)["write"])
    lines, _ = listing.page(plan, Filters(resource="products"), "")
    key = tuple(lines[0]["name"].split("/"))
    plan = choices.leave_out(plan, "products", key, out=True)
    plan = choices.leave_out(plan, "products", key, out=True)  # twice is once
    assert choices.figures(plan) | {"left_out": "1", "write": str(all_of_it - 1)} == choices.figures(plan)
    assert [line["name"] for line in listing.page(plan, Filters(left_out="1"), "")[0]] == [lines[0]["name"]]
    plan = choices.leave_out(plan, "products", key, out=False)
    assert choices.figures(plan)["left_out"] == "0"
    plan = choices.keep(plan, policy="create_only", resources=["products"])
    assert int(choices.figures(plan)["write"]) == all_of_it - len(lines)
    with pytest.raises(Refused):
        choices.leave_out(plan, "products", ("no-such-product",), out=True)
    with pytest.raises(Refused):
        choices.keep(plan, policy="everything", resources=[])
    Run.objects.filter(pk=plan.pk).update(status="queued", expires_at=None)
    with pytest.raises(Refused):
        choices.keep(plan, policy="update", resources=[])


@pytest.mark.django_db(transaction=True)
def test_all_that_was_left_out_by_hand_is_listed_however_much_it_is(app: Any, sandbox: Sandbox) -> None:
    source, target = installed(sandbox, sandbox.shop("plain", products=180)), installed(sandbox, sandbox.shop("empty"))
    plan = imported(sandbox, target, source)
    names = sorted(LedgerEntry.objects.filter(run=plan, verdict="create").values_list("resource", "key"), reverse=True)
    assert len(names) > 500
    plan.excluded = {"records": [[kind, list(decode(key))] for kind, key in names]}
    own, seen, last, after = Filters(left_out="1"), [], "", cast("str | None", "")
    while after is not None:
        last, (lines, after) = after, listing.page(plan, own, after)
        seen += [(line["resource"], line["name"]) for line in lines]
    assert sorted(seen, reverse=True) == names
    assert [kind for kind, _ in groupby(kind for kind, _ in seen)] == [k for k in order() if k in dict(seen)]
    pages = 1
    while (back := listing.previous(plan, own, last)) is not None:
        last, pages = back, pages + 1
    assert pages == -(-len(names) // listing.PAGE)


@pytest.mark.django_db(transaction=True)
def test_records_are_found_paged_and_opened(plan: Import, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    everything, following = listing.page(plan, Filters(), "")
    assert following is None
    monkeypatch.setattr(listing, "PAGE", 4)
    seen, after = [], ""
    while True:
        lines, following = listing.page(plan, Filters(), after)
        seen += [line["id"] for line in lines]
        if following is None:
            break
        after = following
    assert seen == [line["id"] for line in everything]
    pages: list[list[str]] = []  # from the last one back to the first
    back: str | None = after
    while back is not None:
        pages.insert(0, [line["id"] for line in listing.page(plan, Filters(), back)[0]])
        back = listing.previous(plan, Filters(), back)
    assert [own for page in pages for own in page] == seen
    product = next(line for line in everything if line["resource"] == "products")
    found, _ = listing.page(plan, Filters(search=product["title"][:6].upper()), "")
    assert product["id"] in [line["id"] for line in found]
    assert listing.page(plan, Filters(search="%"), "")[0] == []
    with pytest.raises(Refused):
        listing.page(plan, Filters(), "nonsense")
    own = {**bearer(plan.shop.domain), "Accept": "text/html"}
    values = client.get(f"/imports/{plan.pk}/plan?resource=shop_metafields", headers=own).content.decode()
    buttons = re.findall(r'<button [^>]*aria-label="Leave out ([^"]*)"', values)
    assert buttons and all(name.strip() for name in buttons)
    page = client.get(f"/imports/{plan.pk}/records/{product['id']}", headers=own)
    assert product["title"] in page.content.decode()
    for place in ("1-zz", "x", "0-00", f"{10**30}-00"):
        assert client.get(f"/imports/{plan.pk}/records/{place}", headers=own).status_code == 404
    for query in ("after=nonsense", "resource=no&verdict=%00&search=%00", "left_out=1"):
        assert client.get(f"/imports/{plan.pk}/plan?{query}", headers=own).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_the_form_leaves_out_what_was_kept(plan: Import, client: Client) -> None:
    lines, _ = listing.page(plan, Filters(resource="shop_metafields"), "")
    own = bearer(plan.shop.domain)
    form = {"resource": "shop_metafields", "key": lines[0]["name"], "left_out": "1"}
    assert client.post(f"/imports/{plan.pk}/leave-out", form, headers=own).json()["pressed"] is True
    assert client.post(f"/imports/{plan.pk}/confirm", {"policy": "update"}, headers=own).status_code == 302
    work(plan)
    plan.refresh_from_db()
    assert plan.result["resources"]["shop_metafields"]["reasons"] == {"excluded": 1}
    assert client.post(f"/imports/{plan.pk}/leave-out", form, headers=own).status_code == 422
    report = client.get(f"/imports/{plan.pk}/report?reason=excluded", headers={**own, "Accept": "text/html"})
    assert "that you chose arrived; one was left out." in report.content.decode()


def test_what_a_mirror_left_alone_is_none_of_what_the_archive_holds() -> None:
    tally = {
        "extra:skipped": 1,
        "outcome:skipped": 3,
        "outcome:created": 4,
        "reason:changed_meanwhile": 3,
        "verified": 4,
    }
    line = _line(tally, 6)
    assert (line["changed_meanwhile"], line["kept"], line["skipped"]) == (3, 2, 2)


@pytest.mark.django_db(transaction=True)
def test_a_plan_that_was_decided_leads_on_and_asks_for_nothing(plan: Import, client: Client) -> None:
    address, headers = f"/imports/{plan.pk}/plan", {**bearer(plan.shop.domain), "Accept": "text/html"}
    page = client.get(address, headers=headers).content.decode()
    assert 'data-state="waiting"' in page
    assert 'id="decided"' not in page
    assert client.post(f"/imports/{plan.pk}/confirm", {"policy": "update"}, headers=headers).status_code == 302
    again = client.post(f"/imports/{plan.pk}/confirm", {"policy": "update"}, headers=headers)
    assert again.status_code == 409
    page = client.get(address, headers=headers).content.decode()
    assert "This plan was confirmed on" in page
    assert f'href="/runs/{plan.pk}/">See the import' in page
    for gone in ("Confirm and write", "Nothing written yet", "data-poll"):
        assert gone not in page


@pytest.fixture
def boutique(app: Any, sandbox: Sandbox) -> Import:
    source, target = installed(sandbox, sandbox.shop("boutique", products=2)), installed(sandbox, sandbox.shop())
    run: Import = imported(sandbox, target, source)
    return run


@pytest.mark.django_db(transaction=True)
def test_a_search_finds_what_the_list_shows(boutique: Import) -> None:
    """Its name, its title, and any piece of either, as the page has them."""

    def found(text: str, kind: str) -> set[str]:
        condition = Filters(search=text, resource=kind).condition(boutique)
        return set(LedgerEntry.objects.filter(condition).values_list("key", flat=True))

    kinds = {name for name, count in boutique.plan["counts"].items() if sum(count.values())}
    assert {"markets", "metaobject_definitions", "metafield_definitions", "shop_policies", "translations"} <= kinds
    for kind in kinds:
        for line in listing.page(boutique, Filters(resource=kind), "")[0][:2]:
            name = naming.key(line["name"], kind)
            for text in filter(None, (line["title"], name, name.upper(), name[2:-2])):
                if text.isascii() or text in (line["title"], name):
                    assert line["name"] in found(text, kind), (kind, text)
    assert found("products/custom/designer", "") == {"PRODUCT/custom/designer"}


@pytest.mark.django_db(transaction=True)
def test_tabs_of_a_search_count_what_it_finds(plan: Import) -> None:
    lines, _ = listing.page(plan, Filters(resource="products"), "")
    one = Filters(search=lines[0]["title"])
    found = {tab["label"]: tab["count"] for tab in listing.verdict_tabs(plan, one)}
    assert found["All"] == len(listing.page(plan, one, "")[0]) < sum(plan.plan["counts"]["products"].values())
    assert found["Create"] == found["Changes"] == found["All"]
    nothing = {tab["label"]: tab["count"] for tab in listing.verdict_tabs(plan, Filters(search="no such thing"))}
    assert nothing == {"Changes": 0, "All": 0}
