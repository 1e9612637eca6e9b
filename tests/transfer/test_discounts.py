"""Discounts arrive as they are, with all their codes, and never wider than they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shopify_client import AdminClient, Origins
from tests.builder import Builder
from tests.meddle import import_while, planned
from tests.support import Sandbox, archive_of, checksums, export, import_
from transfer.local import local_desk, run
from transfer.outcomes import Outcome, Reason, Verdict
from transfer.stages import EXPORT
from transfer.work import Desk, Row, Where

KINDS = ["products", "collections", "markets", "discounts", "discount_metafields"]
CREATE = """mutation C($discount: DiscountCodeBasicInput!) {
  discountCodeBasicCreate(basicCodeDiscount: $discount) { codeDiscountNode { id } userErrors { field message code } }
}"""
READ = """query R($code: String!) { codeDiscountNodeByCode(code: $code) { id codeDiscount {
  ... on DiscountCodeBasic {
    title status endsAt codes(first: 250) { nodes { code } }
    customerGets { items { ... on DiscountProducts { products(first: 9) { nodes { handle } } } } }
  }
} } }"""
PRODUCTS = "{ products(first: 9) { nodes { id handle } } }"


def rows(desk: Desk) -> dict[tuple[str, ...], Row]:
    return {row.key: row for row in desk.ledger.select(Where(resource="discounts"), limit=100)}


def code(sandbox: Sandbox, shop: str, code: str, **more: Any) -> None:
    everything = {"items": {"all": True}, "value": {"percentage": 0.1}}
    given = {"title": code, "code": code, "startsAt": "2024-01-01T00:00:00Z", "customerGets": everything, **more}
    made = sandbox.graphql(shop, CREATE, discount=given)["discountCodeBasicCreate"]
    assert not made["userErrors"], made["userErrors"]


def add_codes(sandbox: Sandbox, shop: str, first: str, *more: str) -> None:
    gid = sandbox.graphql(shop, READ, code=first)["codeDiscountNodeByCode"]["id"]
    add = """mutation A($id: ID!, $codes: [DiscountRedeemCodeInput!]!) {
      discountRedeemCodeBulkAdd(discountId: $id, codes: $codes) { userErrors { message } } }"""
    sandbox.graphql(shop, add, id=gid, codes=[{"code": own} for own in more])


def codes_of(sandbox: Sandbox, shop: str, first: str) -> set[str]:
    return {node["code"] for node in read(sandbox, shop, first)["codes"]["nodes"]}


def read(sandbox: Sandbox, shop: str, code: str) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.graphql(shop, READ, code=code)["codeDiscountNodeByCode"]["codeDiscount"]
    return found


def test_every_kind_arrives_whole_and_stays(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("boutique", products=4), sandbox.shop()
    archive = archive_of(sandbox, source, tmp_path)
    _, past = export(sandbox, source, tmp_path, resources=KINDS)
    desk, _ = import_(sandbox, target, archive, tmp_path)
    made = rows(desk)
    assert len(made) == 7 and all(row.outcome is Outcome.CREATED and row.verified for row in made.values())
    kinds = {(row.key[0], row.after["kind"]) for row in made.values() if row.after}
    assert kinds == {(how, kind) for how in ("code", "automatic") for kind in ("basic", "bxgy", "free_shipping")}
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0
    _, copied = export(sandbox, target, tmp_path, resources=KINDS)
    for name in ("discounts", "discount_metafields"):
        assert checksums(copied)[name] == checksums(past)[name]


def test_what_is_over_in_the_source_is_over_in_the_target(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop(), sandbox.shop()
    code(sandbox, source, "OVER", endsAt="2024-02-01T00:00:00Z")
    code(sandbox, target, "OVER")
    code(sandbox, source, "TO-COME", startsAt="2075-01-01T00:00:00Z")
    desk, _ = import_(sandbox, target, archive_of(sandbox, source, tmp_path), tmp_path)
    assert rows(desk)["code", "over"].changed == ("endsAt",)
    assert read(sandbox, target, "OVER")["status"] == "EXPIRED"
    assert read(sandbox, target, "TO-COME")["status"] == "SCHEDULED"


def test_all_codes_arrive_and_those_that_are_taken_are_named(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("nasty"), sandbox.shop()
    code(sandbox, target, "BULK007")
    archive = archive_of(sandbox, source, tmp_path, resources=["products", "discounts"])
    desk, _ = import_(sandbox, target, archive, tmp_path)
    row = rows(desk)["code", "über 10 %"]
    assert (row.outcome, row.reason, row.verified) == (Outcome.CREATED, Reason.PART_CONFLICT, True)
    assert row.detail == "It must be unique there: code / bulk007 has its code bulk007 in the target store."
    assert import_(sandbox, target, archive, tmp_path)[0].client.writes == 0
    node = sandbox.graphql(target, READ, code="bulk299")["codeDiscountNodeByCode"]
    assert node == sandbox.graphql(target, READ, code="ÜBER 10 %")["codeDiscountNodeByCode"]


def test_a_code_that_is_taken_after_the_plan_was_made_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = Builder(sandbox), Builder(sandbox)
    code(sandbox, source.shop, "FIRST")
    add_codes(sandbox, source.shop, "FIRST", "SECOND", "THIRD")
    desk = import_while(source, target, tmp_path, planned, lambda desk: code(sandbox, target.shop, "SECOND"))
    row = rows(desk)["code", "first"]
    assert (row.outcome, row.reason) == (Outcome.FAILED, Reason.REFUSED)
    assert row.detail.startswith("The discount stands, but not all of its codes. SECOND: Code must be unique.")
    assert codes_of(sandbox, target.shop, "FIRST") == {"FIRST", "THIRD"}


@pytest.mark.parametrize("policy", ["mirror", "update"])
def test_a_second_code_that_another_discount_has(sandbox: Sandbox, tmp_path: Path, policy: str) -> None:
    """A mirror deletes that other one, and does so before; else the plan knows that the code cannot be had."""
    source, target = sandbox.shop(), sandbox.shop()
    code(sandbox, source, "A1")
    add_codes(sandbox, source, "A1", "B2")
    for own in ("A1", "B2"):
        code(sandbox, target, own, title="another")
    archive = archive_of(sandbox, source, tmp_path, resources=["discounts"])
    desk, _ = import_(sandbox, target, archive, tmp_path, policy=policy)
    mirrors, row = policy == "mirror", rows(desk)["code", "a1"]
    assert (row.outcome, row.verified) == (Outcome.UPDATED, True)
    assert row.reason is (Reason.NONE if mirrors else Reason.PART_CONFLICT)
    assert rows(desk)["code", "b2"].outcome is (Outcome.DELETED if mirrors else Outcome.LEFT)
    assert codes_of(sandbox, target, "A1") == ({"A1", "B2"} if mirrors else {"A1"})
    again, _ = import_(sandbox, target, archive, tmp_path, policy=policy)
    assert again.client.writes == 0


def _in_another_order(sandbox: Sandbox) -> tuple[Builder, Builder]:
    source, target = Builder(sandbox), Builder(sandbox)
    for shop, first, more in ((source.shop, "A1", ("B2", "C3")), (target.shop, "B2", ("A1", "Z9"))):
        code(sandbox, shop, first)
        add_codes(sandbox, shop, first, *more)
    return source, target


def test_a_mirror_deletes_first_the_discount_that_has_the_code_of_a_new_one(sandbox: Sandbox, tmp_path: Path) -> None:
    source, own = _in_another_order(sandbox)
    target, archive = own.shop, archive_of(sandbox, source.shop, tmp_path, resources=["discounts"])
    desk, _ = import_(sandbox, target, archive, tmp_path, policy="mirror")
    found = rows(desk)
    assert (found["code", "a1"].outcome, found["code", "a1"].verified) == (Outcome.CREATED, True)
    gone = found["code", "b2"]
    assert (gone.outcome, gone.verified, gone.detail) == (Outcome.DELETED, True, "")
    assert codes_of(sandbox, target, "A1") == {"A1", "B2", "C3"}
    again, _ = import_(sandbox, target, archive, tmp_path, policy="mirror")
    assert again.client.writes == 0


def test_a_discount_in_the_way_onto_which_somebody_wrote_meanwhile_stays(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = _in_another_order(sandbox)
    gid = sandbox.graphql(target.shop, READ, code="B2")["codeDiscountNodeByCode"]["id"]
    value = {"ownerId": gid, "namespace": "custom", "key": "why", "type": "single_line_text_field", "value": "Spring"}
    write = "mutation W($own: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $own) { userErrors { message } } }"

    def deed(desk: Desk) -> None:
        sandbox.graphql(target.shop, write, own=[value])

    desk = import_while(source, target, tmp_path, planned, deed, policy="mirror")
    kept = rows(desk)["code", "b2"]
    assert (kept.outcome, kept.reason) == (Outcome.SKIPPED, Reason.CHANGED_MEANWHILE)
    assert kept.detail == "Somebody wrote custom.why onto it after the plan was made."
    assert codes_of(sandbox, target.shop, "B2") == {"A1", "B2", "Z9"}


def test_codes_that_are_new_are_added_and_those_of_the_target_stay(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("boutique", products=4), sandbox.shop()
    archive = archive_of(sandbox, source, tmp_path, resources=["products", "collections", "discounts"])
    import_(sandbox, target, archive, tmp_path)
    sale = sandbox.graphql(source, READ, code="SUMMER24")["codeDiscountNodeByCode"]["id"]
    add = """mutation A($id: ID!, $codes: [DiscountRedeemCodeInput!]!) {
      discountRedeemCodeBulkAdd(discountId: $id, codes: $codes) { userErrors { message } } }"""
    sandbox.graphql(source, add, id=sale, codes=[{"code": "LATE"}])
    theirs = sandbox.graphql(target, READ, code="SUMMER24")["codeDiscountNodeByCode"]["id"]
    sandbox.graphql(target, add, id=theirs, codes=[{"code": "MINE"}])
    archive = archive_of(sandbox, source, tmp_path, resources=["products", "collections", "discounts"])
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert rows(desk)["code", "summer24"].changed == ("codes",) and rows(desk)["code", "summer24"].verified
    found = {node["code"] for node in read(sandbox, target, "SUMMER24")["codes"]["nodes"]}
    assert found == {"SUMMER24", "FRIEND-0", "FRIEND-1", "FRIEND-2", "LATE", "MINE"}


def test_what_cannot_be_carried_is_named_with_its_reason(sandbox: Sandbox, tmp_path: Path) -> None:
    _, past = export(sandbox, sandbox.shop("nasty"), tmp_path, resources=["discounts", "discount_metafields"])
    notes = past["settle"]["skipped"]["discounts"]
    assert notes["it is made by an app's function (Volume pricing)"]["examples"] == ["By volume"]
    assert any("for a segment of customers (Regulars)" in why for why in notes)
    assert past["settle"]["skipped"]["discount_metafields"]


def test_two_of_one_title_are_ambiguous_where_they_differ(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("nasty"), sandbox.shop()
    archive = archive_of(sandbox, source, tmp_path, resources=["discounts"])
    desk, _ = import_(sandbox, target, archive, tmp_path)
    twins = [row for row in desk.ledger.select(Where(resource="discounts"), limit=100) if row.key[1] == "Twins"]
    assert [row.reason for row in twins] == [Reason.AMBIGUOUS] * 2


def test_a_mirror_deletes_none_of_those_that_nobody_can_tell_apart(sandbox: Sandbox, tmp_path: Path) -> None:
    """The archive holds two of this title, and the target two others: which is which, nobody can say."""
    source, target = sandbox.shop("nasty"), sandbox.shop("nasty")
    for gid, share in zip(_twins(sandbox, target), (0.3, 0.4), strict=True):
        _reduce(sandbox, target, gid, share)
    archive = archive_of(sandbox, source, tmp_path, resources=["discounts"])
    desk, _ = import_(sandbox, target, archive, tmp_path, policy="mirror")
    twins = [row for row in desk.ledger.select(Where(resource="discounts"), limit=100) if row.key[1] == "Twins"]
    assert [(str(row.verdict), str(row.outcome)) for row in twins] == [("conflict", "failed")] * 2 + [
        ("extra", "left")
    ] * 2
    assert {row.reason for row in twins} == {Reason.AMBIGUOUS}


def _twins(sandbox: Sandbox, shop: str) -> list[str]:
    """The two of one title that Shopify would not let anybody make today."""
    document = """{ automaticDiscountNodes(first: 50) { nodes { id automaticDiscount {
      ... on DiscountAutomaticBasic { title } } } } }"""
    nodes = sandbox.graphql(shop, document)["automaticDiscountNodes"]["nodes"]
    return [node["id"] for node in nodes if node["automaticDiscount"].get("title") == "Twins"]


def _reduce(sandbox: Sandbox, shop: str, gid: str, share: float) -> None:
    document = """mutation U($id: ID!, $discount: DiscountAutomaticBasicInput!) {
      discountAutomaticBasicUpdate(id: $id, automaticBasicDiscount: $discount) { userErrors { message } } }"""
    own = {"customerGets": {"items": {"all": True}, "value": {"percentage": share}}}
    assert not sandbox.graphql(shop, document, id=gid, discount=own)["discountAutomaticBasicUpdate"]["userErrors"]


def _automatic(sandbox: Sandbox, shop: str, title: str, share: float) -> list[dict[str, str]]:
    """What is said against making it."""
    document = """mutation Make($discount: DiscountAutomaticBasicInput!) {
      discountAutomaticBasicCreate(automaticBasicDiscount: $discount) { userErrors { field message code } } }"""
    gets = {"items": {"all": True}, "value": {"percentage": share}}
    own = {"title": title, "startsAt": "2024-01-01T00:00:00Z", "customerGets": gets}
    return list(sandbox.graphql(shop, document, discount=own)["discountAutomaticBasicCreate"]["userErrors"])


def test_automatic_discounts_whose_titles_go_round_are_changed_in_place(sandbox: Sandbox, tmp_path: Path) -> None:
    """Shopify takes no second automatic discount of a title: each is found by its title, and none is made anew."""
    source, target = sandbox.shop(), sandbox.shop()
    for shop, shares in ((source, (0.1, 0.2)), (target, (0.2, 0.1))):
        assert not _automatic(sandbox, shop, "Spring", shares[0]) + _automatic(sandbox, shop, "Summer", shares[1])
    taken = {"field": ["automaticBasicDiscount", "title"], "code": "TAKEN"}
    sentence = "Title must be unique for automatic discount."
    assert _automatic(sandbox, target, "Spring", 0.5) == [{**taken, "message": sentence}]
    desk, _ = import_(sandbox, target, archive_of(sandbox, source, tmp_path, resources=["discounts"]), tmp_path)
    assert {str(row.outcome) for row in rows(desk).values()} == {"updated"}
    assert all(row.verified for row in rows(desk).values())
    assert sandbox.stats(target)["mutations"]["discountAutomaticBasicCreate"] == 3


def test_a_title_that_a_discount_has_which_is_not_carried_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop(), sandbox.shop("nasty")
    assert not _automatic(sandbox, source, "For regulars", 0.1)  # there, it is one for a segment
    desk, _ = import_(sandbox, target, archive_of(sandbox, source, tmp_path, resources=["discounts"]), tmp_path)
    row = rows(desk)["automatic", "For regulars"]
    assert (row.outcome, row.reason) == (Outcome.FAILED, Reason.REFUSED)
    assert row.detail.startswith(
        "The target store has an automatic discount of this title: one that no import can read"
    )


def test_a_discount_never_becomes_wider(sandbox: Sandbox, tmp_path: Path) -> None:
    """On one of two shirts that the target lacks it is written for the other; on none of them, not at all."""
    source, target = sandbox.shop("plain", products=3), sandbox.shop("plain", products=1)
    shirts = {n["handle"]: n["id"] for n in sandbox.graphql(source, PRODUCTS)["products"]["nodes"]}
    for name, handles in (("SOME", ("shirt-0", "shirt-1")), ("NONE", ("shirt-2",))):
        only = {"products": {"productsToAdd": [shirts[handle] for handle in handles]}}
        code(sandbox, source, name, customerGets={"items": only, "value": {"percentage": 0.5}})
    archive = archive_of(sandbox, source, tmp_path, resources=["discounts"])
    desk, _ = import_(sandbox, target, archive, tmp_path)
    some, none = rows(desk)["code", "some"], rows(desk)["code", "none"]
    assert some.verified and some.lost == ("gets.items.products",)
    items = read(sandbox, target, "SOME")["customerGets"]["items"]
    assert [node["handle"] for node in items["products"]["nodes"]] == ["shirt-0"]
    assert (none.outcome, none.reason) == (Outcome.FAILED, Reason.NOTHING_LANDS)
    assert "points at shopsync:products/shirt-2" in none.detail


def test_a_change_adds_and_takes_away_what_differs(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("plain", products=3), sandbox.shop("plain", products=3)
    for shop, handles in ((source, ("shirt-0", "shirt-2")), (target, ("shirt-0", "shirt-1"))):
        shirts = {n["handle"]: n["id"] for n in sandbox.graphql(shop, PRODUCTS)["products"]["nodes"]}
        only = {"products": {"productsToAdd": [shirts[handle] for handle in handles]}}
        code(sandbox, shop, "SHIRTS", customerGets={"items": only, "value": {"percentage": 0.5}})
    archive = archive_of(sandbox, source, tmp_path, resources=["products", "discounts"])
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert rows(desk)["code", "shirts"].verified
    items = read(sandbox, target, "SHIRTS")["customerGets"]["items"]
    assert [node["handle"] for node in items["products"]["nodes"]] == ["shirt-0", "shirt-2"]


def test_whom_a_discount_is_for_may_be_kept_from_the_app(sandbox: Sandbox, tmp_path: Path) -> None:
    """Without the scope of markets, those for a market are named, and the others are read."""
    shop = sandbox.shop("boutique", products=2)
    client = AdminClient(
        shop, token=sandbox.token(shop, ["read_discounts", "read_products"]), origins=Origins(sandbox.origin)
    )
    past = run(local_desk(client, tmp_path / "e"), EXPORT, {"shop": shop, "resources": ["discounts"]})
    notes = past["settle"]["skipped"]["discounts"]
    assert any("grant it read_customers and read_markets" in why for why in notes)
    assert past["settle"]["read"]["discounts"] == 6


def test_a_lost_answer_makes_no_second_discount(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop("boutique", products=2), sandbox.shop()
    archive = archive_of(sandbox, source, tmp_path, resources=["products", "collections", "markets", "discounts"])
    for name in ("CreateCodeBasicDiscount", "CreateAutomaticBasicDiscount", "AddCodes"):
        sandbox.faults({"kind": "lost_answer", "match": name, "shop": target, "times": 1})
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert all(row.verified for row in rows(desk).values())
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0


CUSTOMER = """mutation S($input: CustomerSetInput!) {
  customerSet(input: $input) { customer { id } userErrors { field message } }
}"""
WHOM = """query W($code: String!) { codeDiscountNodeByCode(code: $code) { codeDiscount { ... on DiscountCodeBasic {
  context { __typename ... on DiscountCustomers { customers { defaultEmailAddress { emailAddress } } } }
} } } }"""


def test_a_discount_for_customers_is_for_the_same_customers(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop(), sandbox.shop()
    anna = sandbox.graphql(source, CUSTOMER, input={"email": "anna@example.com"})["customerSet"]["customer"]["id"]
    code(sandbox, source, "ANNA", context={"customers": {"add": [anna]}})
    archive = archive_of(sandbox, source, tmp_path, resources=["discounts", "customers"])
    without, _ = import_(sandbox, sandbox.shop(), archive, tmp_path, excluded={"resources": ["customers"]})
    assert rows(without)["code", "anna"].outcome is Outcome.FAILED, "it would be for everybody"
    desk, _ = import_(sandbox, target, archive, tmp_path)
    assert rows(desk)["code", "anna"].verified
    context = sandbox.graphql(target, WHOM, code="ANNA")["codeDiscountNodeByCode"]["codeDiscount"]["context"]
    assert [own["defaultEmailAddress"]["emailAddress"] for own in context["customers"]] == ["anna@example.com"]
    again, _ = import_(sandbox, target, archive, tmp_path)
    assert again.client.writes == 0


def test_a_mirror_takes_away_what_only_the_target_has(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop(), sandbox.shop()
    code(sandbox, source, "KEPT")
    code(sandbox, target, "EXTRA")
    archive = archive_of(sandbox, source, tmp_path, resources=["discounts"])
    desk, _ = import_(sandbox, target, archive, tmp_path, policy="mirror")
    assert rows(desk)["code", "extra"].outcome is Outcome.DELETED
    assert sandbox.graphql(target, READ, code="EXTRA")["codeDiscountNodeByCode"] is None


def test_another_kind_of_discount_is_a_conflict(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop(), sandbox.shop()
    code(sandbox, source, "FREIGHT")
    free = """mutation F($discount: DiscountCodeFreeShippingInput!) {
      discountCodeFreeShippingCreate(freeShippingCodeDiscount: $discount) { userErrors { message } } }"""
    given = {"title": "F", "code": "freight", "startsAt": "2024-01-01T00:00:00Z", "destination": {"all": True}}
    sandbox.graphql(target, free, discount=given)
    desk, _ = import_(sandbox, target, archive_of(sandbox, source, tmp_path), tmp_path)
    row = rows(desk)["code", "freight"]
    assert row.verdict is Verdict.CONFLICT and "cannot change the kind" in row.detail


def test_a_value_of_one_of_two_discounts_of_a_title_is_given_to_neither(sandbox: Sandbox, tmp_path: Path) -> None:
    source, target = sandbox.shop(), sandbox.shop("nasty")
    assert not _automatic(sandbox, source, "Twins", 0.1)
    owner = _twins(sandbox, target)[1]
    node = sandbox.graphql(source, "{ automaticDiscountNodes(first: 1) { nodes { id } } }")["automaticDiscountNodes"]
    value = {"ownerId": node["nodes"][0]["id"], "namespace": "custom", "key": "note", "value": "x"}
    put = "mutation M($m: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $m) { userErrors { message } } }"
    sandbox.graphql(source, put, m=[{**value, "type": "single_line_text_field"}])
    kinds = ["discounts", "discount_metafields"]
    desk, _ = import_(sandbox, target, archive_of(sandbox, source, tmp_path, resources=kinds), tmp_path)
    key = ("automatic", "Twins", "custom", "note")
    row = desk.ledger.get("discount_metafields", [key])[key]
    assert row.reason is Reason.MISSING_OWNER and "several there have its title" in row.detail
    of = (
        "query V($id: ID!) { node(id: $id) { ... on DiscountAutomaticNode { metafields(first: 9) { nodes { id } } } } }"
    )
    assert sandbox.graphql(target, of, id=owner)["node"]["metafields"]["nodes"] == []


def test_a_code_that_is_another_discount_s_later_one_says_whose_it_is(sandbox: Sandbox, tmp_path: Path) -> None:
    """Nobody changed anything meanwhile."""
    source, target = sandbox.shop(), sandbox.shop()
    code(sandbox, source, "SUMMER")
    code(sandbox, target, "MINE")
    gid = sandbox.graphql(target, READ, code="MINE")["codeDiscountNodeByCode"]["id"]
    add = """mutation A($id: ID!, $codes: [DiscountRedeemCodeInput!]!) {
      discountRedeemCodeBulkAdd(discountId: $id, codes: $codes) { userErrors { message } } }"""
    sandbox.graphql(target, add, id=gid, codes=[{"code": "Summer"}])
    desk, _ = import_(sandbox, target, archive_of(sandbox, source, tmp_path, resources=["discounts"]), tmp_path)
    row = rows(desk)["code", "summer"]
    assert (row.verdict, row.outcome, row.reason) == (Verdict.CANNOT, Outcome.FAILED, Reason.TAKEN)
    assert row.detail.startswith("It must be unique there: code / mine has its code summer in the target store. Take")
    assert desk.client.writes == 0
